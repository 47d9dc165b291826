"""Taking an operation back from among those that were done since, to the byte. Pure.

While memdeck alone has written, the journal tells every byte that came and
went. Laid out with what was taken out still in its place (`sheet.py`), the file
says where everything belongs, also between lines that are gone themselves. With
every operation taken back, in whatever order, what is left is the file that
they all started from.

Where others wrote in between, nothing is known here, and `locate` looks for
neighbours.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from memdeck.curated.planning.locate import name_of
from memdeck.curated.planning.sheet import Sheet
from memdeck.curated.records import Record, State
from memdeck.curated.splice import Edit, Splice
from memdeck.errors import Refused
from memdeck.text import show

MANY: Final = 500
"""Operations that are looked at, from the newest."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How an operation is taken back."""

    splices: tuple[Splice, ...]
    heading_stays: bool
    """Whether the heading of a section that it made stays, for the lines of others under it."""


def taken_back(record: Record, data: bytes) -> TakenBack | None:
    """How an operation is taken back from `data`, by what its journal tells.

    None when that does not tell: somebody else wrote since. Raises Refused
    when another operation that stands was done to what this one put in.
    """
    past = _past(operations_on(record), data)
    place = next((at for at, each in enumerate(past) if each.record.id == record.id), None)
    if place is None:
        return None
    # From as far back as is known: what was taken out before may come back, too, and each
    # time that this is asked the same comes out.
    sheet = Sheet(past[0].before)
    for each in past:
        sheet.do(each.record, each.before, each.after)
    if sheet.text() != data:
        return None
    root = sheet.root_of(record)
    covered = sheet.covered_by(root)
    if covered is not None:
        by, lines = covered
        other = next((each.record for each in past if each.record.id == by), None)
        if other is None:
            return None
        raise done_since(lines, other)
    splices, stays = sheet.toggle(root)
    result = Edit(splices, "").apply(data)
    step = past[place]
    if not splices or not _adds_up(step, data, result, sheet.headings):
        return None
    return TakenBack(splices, stays)


def operations_on(record: Record) -> list[Record]:
    """The operations on its file that reached it and are still known, newest first."""
    return [
        each
        for each in record.among[:MANY]
        if each.state is State.DONE and each.path == record.path and each.splices
    ]


def done_since(lines: bytes, other: Record) -> Refused:
    """The refusal to take back what another operation was done to."""
    return Refused(
        f"{name_of(lines)} is not in MEMORY.md any more as it was written: “{show(other.words)}” "
        f"has been done to it since. Undo that first ({show(other.id)}); nothing was changed."
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """An operation, and the file before and after it."""

    record: Record
    before: bytes
    after: bytes


def _past(done: Sequence[Record], data: bytes) -> list[_Step]:
    """What was done to the file since somebody else wrote, oldest first; `done` is newest first."""
    steps: list[_Step] = []
    for each in done:
        if hashlib.sha256(data).hexdigest() != each.after_hash:
            break
        try:
            before = Edit(exact_inverse(each.splices), "").apply(data)
        except Refused:
            break
        if hashlib.sha256(before).hexdigest() != each.before_hash:
            break
        steps.insert(0, _Step(each, before, data))
        data = before
    return steps


def exact_inverse(splices: Sequence[Splice]) -> tuple[Splice, ...]:
    """The splices that take these back from the very bytes that they made."""
    inverse = []
    shift = 0
    for splice in splices:
        inverse.append(Splice(splice.offset + shift, splice.new, splice.old))
        shift += len(splice.new) - len(splice.old)
    return tuple(inverse)


def _adds_up(step: _Step, data: bytes, result: bytes, headings: set[bytes]) -> bool:
    """Whether a result has all lines of `data` but for what the operation had made of them.

    The headings of new sections are not counted: they stay as long as there are lines under them.
    """
    expected = _lines(data)
    expected.subtract(_lines(step.after))
    expected.update(_lines(step.before))
    # Compared as they are: a count below none is a line that had gone otherwise.
    found = _lines(result)
    return all(expected[line] == found[line] for line in {*expected, *found} - headings)


def _lines(data: bytes) -> Counter[bytes]:
    parts = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"\n").split(b"\n")
    return Counter(line for line in parts if line.strip())
