"""What a crash cut short, settled: nothing half done stays, and words say what became of it.

Whoever holds the lock of the folder knows that no memdeck is in the middle of
a write, so whatever looks like one is left from a crash.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from memdeck.curated.journal import Journal
from memdeck.curated.planning.locate import find_lines
from memdeck.curated.records import Place, Record, Rescued, State
from memdeck.curated.undo import digest_of
from memdeck.curated.writing.disk import Target
from memdeck.curated.writing.swap import Patience, carry
from memdeck.text import plural, show

_NOT_WRITTEN: Final = "it had not been written, and MEMORY.md is as it was"
_WRITTEN: Final = "it had been written, and stands"
_FOUND: Final = "it had been written, and its lines stand in what others have written since"
_NOT_FOUND: Final = "its lines are not in MEMORY.md, which others have written since"
_UNKNOWN: Final = (
    "others have written MEMORY.md since and it cannot be told what became of it, so look there"
)


def settle(
    target: Target, journal: Journal, path: Path, now: Callable[[], datetime], patience: Patience
) -> list[str]:
    """Settle what is unfinished at the target; a sentence for each thing.

    Raises OSError, Refused when the file is one that cannot be written anyway, and Unusable
    when the journal cannot be read.
    """
    told: list[str] = []
    begun = journal.begun(path)
    # Before late lines are brought over, as these change the hash.
    if begun:
        data = target.data() or b""
        for record in begun:
            state, outcome = judge(record, data)
            journal.finish(record, state, outcome)
            when = record.time.strftime("%Y-%m-%d %H:%M")
            told.append(f"“{show(record.words)}” of {when} was cut short: {outcome}.")
    for leftover in target.sweep():
        brought, rewritten = carry(target, leftover, patience)
        if brought:
            told.append(
                f"{plural(brought, 'byte')} that another program had written to the old "
                "MEMORY.md during a write that was cut short were brought over."
            )
        if rewritten.strip():
            words = "It was rewritten during a write that was cut short."
            journal.rescue(Rescued(now(), path, words, rewritten))
            told.append(
                "Another program had rewritten the old MEMORY.md during a write that was cut "
                "short; its version is kept in the journal."
            )
        if rewritten:
            target.remove(leftover.name)
    return told


def judge(record: Record, data: bytes) -> tuple[State, str]:
    """Whether an operation of which only the beginning is recorded is in the file, in words."""
    digest = digest_of(data)
    if digest == record.after_hash:
        return State.DONE, _WRITTEN
    if digest == record.before_hash:
        return State.FAILED, _NOT_WRITTEN
    places = record.places or (Place(),) * len(record.splices)
    stands = [
        found
        for splice, place in zip(record.splices, places, strict=True)
        for found in [_stands(splice.old, splice.new, place, data)]
    ]
    if stands and all(stands):
        return State.DONE, _FOUND
    if not any(stands):
        return State.FAILED, _NOT_FOUND
    return State.FAILED, _UNKNOWN


def _stands(old: bytes, new: bytes, place: Place, data: bytes) -> bool:
    if new.strip():
        return len(find_lines(data, place.head + new + place.tail)) >= max(1, place.twins)
    return not find_lines(data, old.strip(b"\r\n"))
