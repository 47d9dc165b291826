"""Undo as an operation: the inverse of a recorded one, on today's bytes. Pure.

Restoring the file of that time would throw away what others wrote since. So
only the bytes of the operation itself are taken back: by offset while the file
is what the operation left, or while memdeck alone has written since
(`planning/replay.py`); else found by their exact bytes, with their old
neighbours to tell twins apart (`planning/locate.py`). What cannot be found once is
refused, never guessed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from pathlib import Path
from typing import ClassVar, Final

from memdeck.curated.planning.locate import (
    Lines,
    choose,
    find_gap,
    find_lines,
    is_heading,
    name_of,
    place_of,
    put_back,
    section_at,
    whole_lines,
)
from memdeck.curated.planning.replay import (
    done_since,
    exact_inverse,
    operations_on,
    taken_back,
)
from memdeck.curated.records import Place, Record, State
from memdeck.curated.splice import Edit, Splice
from memdeck.errors import Refused
from memdeck.text import show

__all__ = [
    "Redo",
    "Undo",
    "digest_of",
    "exact_inverse",
    "inverse_of",
    "last_to_redo",
    "last_to_undo",
    "places_of",
    "trimmed",
]

_NOTE: Final = " — "
_HEADING_STAYS: Final = "its heading stays, as others wrote under it"
_NOTED: Final = re.compile(_NOTE + "(?:put back |its heading stays)")
_LINE: Final = re.compile(rb"[^\n]*\n|[^\n]+")
_NEW_LINE: Final = re.compile(rb"[\r\n]+")
_BLANK: Final = b" \t\r\n"
_LINE_ENDS: Final = (b"\r\n", b"\n", b"\r")


def digest_of(data: bytes) -> str:
    """The hash by which the journal knows a file's bytes again."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Undo:
    """Takes a recorded operation back."""

    record: Record

    kind: ClassVar[str] = "undo"

    def plan(self, data: bytes) -> Edit:
        """The edit that takes it back from `data`; raises Refused in words."""
        return Edit(*_inverse(self.record, data))


@dataclass(frozen=True, slots=True)
class Redo:
    """Takes an undo back, so that the operation stands again."""

    record: Record
    """Of the undo."""

    kind: ClassVar[str] = "redo"

    def plan(self, data: bytes) -> Edit:
        """The edit that takes the undo back from `data`; raises Refused in words."""
        return Edit(*_inverse(self.record, data))


def inverse_of(record: Record) -> Undo | Redo:
    """What takes a recorded operation back: of an undo, a redo."""
    return Redo(record) if record.kind == Undo.kind else Undo(record)


def last_to_undo(records: Sequence[Record], actor: str, path: Path) -> Record | None:
    """What a plain undo of `actor` takes back; `records` newest first."""
    for record in records:
        if _stands(record, actor, path) and record.kind != Undo.kind:
            return replace(record, among=tuple(records))
    return None


def last_to_redo(records: Sequence[Record], actor: str, path: Path) -> Record | None:
    """The undo that a plain redo of `actor` takes back: none once they have edited again."""
    for record in records:
        if not _stands(record, actor, path):
            continue
        if record.kind == Undo.kind:
            return replace(record, among=tuple(records))
        if record.kind != Redo.kind:
            return None
    return None


def _stands(record: Record, actor: str, path: Path) -> bool:
    """Whether it is of this actor and file, in the file, not taken back and not purged."""
    return (
        record.state is State.DONE
        and bool(record.splices)
        and record.undone_by is None
        and record.actor == actor
        and record.path == path
    )


def trimmed(edit: Edit) -> Edit:
    """The same edit without the whole lines that it replaces by themselves.

    Its bytes must be found again later: the fewer of others' lines are among them, the better.
    """
    return replace(edit, splices=tuple(_trimmed(splice) for splice in edit.splices))


def _trimmed(splice: Splice) -> Splice:
    old, new = (_LINE.findall(lines) for lines in (splice.old, splice.new))
    same = _alike(old, new)
    end = _alike(old[same:][::-1], new[same:][::-1])
    return Splice(
        splice.offset + len(b"".join(old[:same])),
        b"".join(old[same : len(old) - end]),
        b"".join(new[same : len(new) - end]),
    )


def _alike(old: list[bytes], new: list[bytes]) -> int:
    """How many lines they have in common from the start."""
    pairs = zip(old, new, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def places_of(edit: Edit, after: bytes) -> tuple[Place, ...]:
    """Where each splice of an edit stands in the bytes that it made."""
    places = []
    shift = 0
    for splice in edit.splices:
        start = splice.offset + shift
        end = start + len(splice.new)
        # Reading the sections takes long, and only what was taken out may need its own again.
        section = "" if splice.new.strip() else section_at(after, start)
        places.append(place_of(after, start, end, section))
        shift += len(splice.new) - len(splice.old)
    return tuple(places)


def _inverse(record: Record, data: bytes) -> tuple[tuple[Splice, ...], str]:
    words = _undoing_words(record)
    if not record.splices:
        raise Refused(
            "The journal holds no more of this operation than that it was (it was told to forget "
            "it, or was damaged), so it cannot be taken back; nothing was changed."
        )
    if digest_of(data) == record.after_hash:
        return exact_inverse(record.splices), words
    exact = taken_back(record, data)
    if exact is not None:
        note = f"{_NOTE}{_HEADING_STAYS}" if exact.heading_stays else ""
        return _with_empty_heading(record, data, exact.splices), f"{words}{note}"
    moved = _moved_since(record)
    if moved is not None:
        raise done_since(record.splices[0].new, moved)
    found = [
        _take_back(data, splice, place)
        for splice, place in zip(record.splices, _places(record), strict=True)
    ]
    splices = sorted((splice for splice, _ in found), key=lambda each: (each.offset, each.end))
    if any(one.end > other.offset for one, other in pairwise(splices)):
        raise Refused(
            f"“{show(record.words)}” cannot be taken back: its lines lie across each other in "
            "today's MEMORY.md. Nothing was changed; mend it by hand."
        )
    notes = "; ".join(dict.fromkeys(note for _, note in found if note))
    whole = _with_empty_heading(record, data, splices)
    return whole, f"{words}{_NOTE}{notes}" if notes else words


def _places(record: Record) -> tuple[Place, ...]:
    return record.places or (Place(),) * len(record.splices)


def _moved_since(record: Record) -> Record | None:
    """The later operation that stands and put elsewhere what this one put in; None without."""
    put = [
        _said(place.head + splice.new + place.tail)
        for splice, place in zip(record.splices, _places(record), strict=True)
        if splice.new.strip() and place.twins <= 1
    ]
    for other in operations_on(record):
        if other.id == record.id:
            return None
        if other.undone_by is not None or other.kind in (Undo.kind, Redo.kind):
            continue
        sides = list(zip(other.splices, _places(other), strict=True))
        out = {line for splice, at in sides for line in _said(at.head + splice.old + at.tail)}
        new = {line for splice, at in sides for line in _said(at.head + splice.new + at.tail)}
        if any(lines and lines <= out and lines <= new for lines in put):
            return other
    return None


def _said(data: bytes) -> set[bytes]:
    """The lines that say something, without their indentation."""
    return {line.strip() for line in _NEW_LINE.split(data) if line.strip()}


def _undoing_words(record: Record) -> str:
    """`Undid: Promoted to Lessons`; taking that back is `Redid: Promoted to Lessons`."""
    words = record.words
    if record.kind in (Undo.kind, Redo.kind):
        # Any other words may quote an item that holds a dash of its own.
        words = _NOTED.split(words, maxsplit=1)[0]
    if record.kind == Undo.kind:
        return "Redid: " + words.removeprefix("Undid: ")
    return "Undid: " + words.removeprefix("Redid: ")


def _take_back(data: bytes, splice: Splice, place: Place) -> tuple[Splice, str]:
    """The splice that takes one back from today's bytes, and what is to be known of it."""
    written = place.head + splice.new + place.tail
    if written.strip():
        at = choose(data, written, place)
        if at is not None:
            if splice.new.strip() and not splice.old.strip():
                kept = _kept_heading(data, at + len(place.head), splice.new, place)
                if kept is not None:
                    return kept, _HEADING_STAYS
            return Splice(at + len(place.head), splice.new, splice.old), ""
    if not splice.new.strip():
        gap = find_gap(data, splice.old, place)
        put = put_back(data, gap.offset, splice.old)
        return Splice(gap.offset, b"", put), f"put back {gap.words}"
    lines = _lines_alone(splice, place)
    at = choose(data, lines, place) if lines else None
    if at is None:
        raise Refused(
            f"{name_of(splice.new)} is not in MEMORY.md any more as it was written, so it cannot "
            "be taken back; nothing was changed. If it was reworded, change it by hand."
        )
    _, end = whole_lines(data, at, at + len(lines))
    end += next((len(mark) for mark in _LINE_ENDS if data.startswith(mark, end)), 0)
    return Splice(at, data[at:end], b""), ""


def _lines_alone(splice: Splice, place: Place) -> bytes:
    """The new lines without the blank ones and line ends around them; empty unless whole lines.

    A neighbour that was reworded, or blank lines that a formatter changed, do not hide them.
    """
    starts = not place.head or splice.new.startswith((b"\n", b"\r"))
    ends = not place.tail or splice.new.endswith((b"\n", b"\r"))
    if splice.old.strip() or not (starts and ends):
        return b""
    lines = Lines.of(splice.new)
    said = [number for number in range(len(lines)) if lines.text(number).strip()]
    return splice.new[lines.starts[said[0]] : lines.end(said[-1])].rstrip(b"\r\n")


def _kept_heading(data: bytes, at: int, new: bytes, place: Place) -> Splice | None:
    """Takes a new section's items alone back, when something that is not ours follows them.

    None when the heading may go too. Without it, the lines of others would silently
    become part of the section above.
    """
    lines = Lines.of(new)
    said = [number for number in range(len(lines)) if lines.text(number).strip()]
    if not is_heading(lines.text(said[0])):
        return None
    today = Lines.of(data)
    following = [today.text(number) for number in today.below(at + len(new))[:1]]
    if not following or is_heading(following[0]) or tuple(following) == place.below[:1]:
        return None
    ours = lines.end(said[0])
    return Splice(at + ours, new[ours:], b"")


def _with_empty_heading(
    record: Record, data: bytes, splices: Sequence[Splice]
) -> tuple[Splice, ...]:
    """The splices, and with the last line of a section its heading, if an undo had kept that."""
    if record.kind in (Undo.kind, Redo.kind):
        return tuple(splices)
    whole: list[Splice] = []
    for splice in splices:
        limit = whole[-1].end if whole else 0
        start = splice.offset
        if splice.old.strip() and not splice.new.strip():
            ahead = (_heading_above(data, splice, each) for each in _kept_since(record))
            start = next((at for at in ahead if at is not None and at >= limit), start)
        whole.append(Splice(start, data[start : splice.end], splice.new))
    return tuple(whole)


def _kept_since(record: Record) -> Iterator[tuple[Splice, Place]]:
    """Where operations made a section and were undone, but for its heading."""
    known = {each.id: each for each in operations_on(record)}
    for each in known.values():
        undo = known.get(each.undone_by or "")
        for splice, place in zip(each.splices, _places(each), strict=True):
            line = _first_line(splice.new)
            if (
                undo is not None
                and is_heading(line)
                and not any(line in _said(other.old) for other in undo.splices)
            ):
                yield splice, place


def _first_line(data: bytes) -> bytes:
    return _NEW_LINE.split(data.lstrip(_BLANK), maxsplit=1)[0].rstrip()


def _heading_above(data: bytes, splice: Splice, kept: tuple[Splice, Place]) -> int | None:
    """Where such a heading starts, with the blank lines before it; None when it must stay.

    It must while there are other lines under it.
    """
    new, place = kept[0].new, kept[1]
    line = _first_line(new)
    at = len(data[: splice.offset].rstrip(_BLANK)) - len(line)
    if at not in find_lines(data, line):
        return None
    today = Lines.of(data)
    below = today.below(splice.end)[:1]
    following = tuple(today.text(number) for number in below)
    if following and not is_heading(following[0]) and following != place.below[:1]:
        return None
    lead = new[: len(new) - len(new.lstrip(_BLANK))]
    return at - len(lead) if data.endswith(lead, 0, at) else at
