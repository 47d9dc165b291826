"""What a crash cut short, settled: nothing half done stays, and words say what became of it.

Whoever holds the lock of the folder knows that no memdeck is in the middle of
a write, so whatever looks like one is left from a crash.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from memdeck.curated.journal import Journal
from memdeck.curated.planning.locate import find_lines
from memdeck.curated.records import Place, Record, Rescued, State
from memdeck.curated.undo import digest_of
from memdeck.curated.writing.disk import Target
from memdeck.curated.writing.late import Patience, carry, let_go
from memdeck.curated.writing.names import Leftover, Mark
from memdeck.curated.writing.swap import swap_back
from memdeck.errors import Refused
from memdeck.text import plural, show

_NOT_WRITTEN: Final = "it had not been written, and MEMORY.md is as it was"
_WRITTEN: Final = "it had been written, and stands"
_FOUND: Final = "it had been written, and its lines stand in what others have written since"
_NOT_FOUND: Final = "its lines are not in MEMORY.md, which others have written since"
_UNKNOWN: Final = (
    "others have written MEMORY.md since and it cannot be told what became of it, so look there"
)

_PUT_BACK: Final = (
    "Another program had written its own MEMORY.md at the moment of a write that was cut short; "
    "it is in its place again, and what stood there is kept in the journal."
)


def settle(
    target: Target, journal: Journal, path: Path, now: Callable[[], datetime], patience: Patience
) -> list[str]:
    """Settle what is unfinished at the target; a sentence for each thing.

    Raises OSError, Refused when the file is one that cannot be written anyway, or a damaged
    journal cannot be begun anew, and Unusable when the journal cannot be read.
    """
    journal.mend()
    told: list[str] = []
    begun = journal.begun(path)

    def keep(data: bytes, words: str) -> None:
        journal.rescue(Rescued(now(), path, words, data))

    for leftover in target.sweep():
        cut_short = any(record.id == leftover.record for record in begun)
        if cut_short and _put_back(target, leftover, keep):
            told.append(_PUT_BACK)
    # Before late lines are brought over, as these change the hash.
    if begun:
        ordinary = target.status() is None or target.is_regular(target.path.name)
        data = (target.data() or b"") if ordinary else b""
        for record in begun:
            state, outcome = judge(record, data)
            journal.finish(record, state, outcome)
            when = record.time.strftime("%Y-%m-%d %H:%M")
            told.append(f"“{show(record.words)}” of {when} was cut short: {outcome}.")
    for leftover in target.sweep():
        if not target.is_regular(leftover.name):
            told.append(
                f"{show(leftover.name)} stood in place of MEMORY.md at the moment of a write that "
                "was cut short, and is no ordinary file: look at it, then move or remove it."
            )
            continue
        carried = carry(target, leftover, patience)
        if carried.brought:
            told.append(
                f"{plural(carried.brought, 'byte')} that another program had written to the old "
                "MEMORY.md during a write that was cut short were brought over."
            )
        if carried.rewritten.strip():
            keep(carried.rewritten, "It was rewritten during a write that was cut short.")
            told.append(
                "Another program had rewritten the old MEMORY.md during a write that was cut "
                "short; its version is kept in the journal."
            )
        if carried.rewritten:
            target.remove(leftover.name)
        if carried.held:
            told.append(
                "Another program still has an old MEMORY.md open "
                f"({show(leftover.name)}); what it writes is brought over when it has closed it."
            )
    # Last, as they are told once.
    return [*journal.notices(), *told]


def _put_back(target: Target, leftover: Leftover, keep: Callable[[bytes, str], None]) -> bool:
    """Give another program's own version its place again, which a write displaced and then ended.

    Only while nobody has written behind what displaced it; that is kept in the journal.
    """
    with ExitStack() as stack:
        ours = stack.enter_context(closing(target.read()))
        if ours.status is None or leftover.new != Mark.of(ours.data):
            return False
        # What cannot be read is none that memdeck ever wrote.
        with suppress(OSError, Refused):
            theirs = stack.enter_context(closing(target.open(leftover.name)))
            if leftover.began_as(theirs.data) is not None or not theirs.data.strip():
                return False
        keep(ours.data, "Another program's version took its place, as a write was cut short.")
        swap_back(target, leftover.name, ours.status)
        target.sync()
        if not target.is_regular(target.path.name):
            # Nothing can be brought over to that, and the next time the link leads elsewhere.
            let_go(target, ours.descriptor, leftover.name, ours.data)
        return True


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
