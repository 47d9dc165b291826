"""Putting lost lines back into MEMORY.md, where they were. Pure.

The lines are spans of an earlier version. Their neighbours that are still in
the file say where they go (`planning/locate.py`); without any, they go to the end
of their section, and without that to the end of the file, and the words say so.
What is there again already is left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import product
from typing import ClassVar, Final

from memdeck.curated.likeness import normalised
from memdeck.curated.planning.find import about, label, whole_file
from memdeck.curated.planning.locate import find_gap, is_heading, put_back, section_at
from memdeck.curated.planning.outline import Outline, outline
from memdeck.curated.planning.proof import same_but_for
from memdeck.curated.planning.style import end_of_line
from memdeck.curated.records import Place
from memdeck.curated.splice import Edit, Splice
from memdeck.curated.undo import places_of
from memdeck.errors import Refused
from memdeck.markdown import line_end
from memdeck.model import Item, Section, SectionKind
from memdeck.text import plural

Span = tuple[int, int]

_BLANK: Final = b" \t\r\n"
_LINE: Final = re.compile(rb"[ \t]*[^ \t\r\n]")
_SPACED: Final = re.compile(rb"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)#{1,6}[ \t]")
"""A heading below a blank line."""
_BLANK_LINE: Final = (b"\n\n", b"\r\n\r\n", b"\r\r")


class _Way(Enum):
    """Where lost lines are put, best first."""

    NEARBY = auto()
    """Beside their old neighbours."""
    END = auto()
    """At the end of the file, when they stood there."""
    SECTION = auto()
    """At the end of their section."""


def own_items(whole: Outline) -> tuple[Item, ...]:
    """The items that no other program keeps, in the order of the file."""
    items = [item for part in whole.parts for item in part.items if not item.foreign]
    return tuple(sorted(items, key=lambda item: (item.start, item.depth)))


def keys_of(items: Sequence[Item]) -> Counter[str]:
    """What items say, each as often as it is said."""
    return Counter(normalised(item.text) for item in items)


def lost_spans(before: bytes, after: bytes, lost: Sequence[Item]) -> tuple[Span, ...]:
    """The spans of `before` that hold lost items, ascending and apart.

    A section of which nothing is left, and whose title `after` does not have
    either, is lost as a whole. Of one of another program only the items are: its
    heading, which that program dates anew, is nobody else's to keep.
    """
    whole = outline(before)
    gone = {item.id for item in lost}
    titles = {section.address for section in outline(after).sections}
    left = keys_of(own_items(outline(after)))
    spans = [(item.start, item.end) for item in lost]
    for section in whole.sections:
        inside = [item for item in own_items(whole) if section.start <= item.start < section.end]
        if (
            section.kind is not SectionKind.TOP
            and not section.foreign
            and section.address not in titles
            and any(item.id in gone for item in inside)
            and not keys_of(inside) & left
        ):
            spans.append((section.start, section.end))
    return _merged(before, spans)


def _merged(data: bytes, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans that overlap, or have but blank lines between them, as one."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and (start < whole[-1][1] or not data[whole[-1][1] : start].strip(_BLANK)):
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return tuple(whole)


@dataclass(frozen=True, slots=True)
class PutBack:
    """Puts lines of an earlier version back where they were."""

    before: bytes
    """The whole earlier version."""
    spans: tuple[Span, ...]
    """Of whole lines in it, ascending and apart."""

    kind: ClassVar[str] = "restore"

    def plan(self, data: bytes) -> Edit:
        """The edit that puts them into `data`; raises Refused in words."""
        today = whole_file(data)
        had = own_items(outline(self.before))
        gone = keys_of(had) - keys_of(own_items(today))
        missing = list(_missing(had, self.spans, gone))
        if not any(found for _, _, found in missing):
            raise Refused("MEMORY.md has these lines already, so nothing was written.")
        taken = tuple(Splice(start, self.before[start:end], b"") for start, end, _ in missing)
        removal = Edit(taken, "")
        rest = removal.apply(self.before)
        places = places_of(removal, rest)
        items = [item for _, _, found in missing for item in found]
        for way, apart in product(_Way, (False, True)):
            splices, notes = _put(self.before, today, taken, places, way=way, apart=apart)
            after = outline(Edit(splices, "").apply(data))
            came = _came(after, splices)
            if keys_of(came) == keys_of(items) and same_but_for(today, after, new=came):
                return Edit(splices, _words(items, notes))
        raise Refused(
            "The lost lines would read differently in today's MEMORY.md, so nothing was written; "
            "they are kept: copy them into it by hand."
        )


def _missing(
    items: Sequence[Item], spans: Sequence[Span], gone: Counter[str]
) -> Iterator[tuple[int, int, list[Item]]]:
    """The spans, or the parts of them, whose items are gone; each with its items."""
    for start, end in spans:
        inside = [item for item in items if start <= item.start < end]
        if all(_is_gone(item, gone) for item in inside):
            yield start, end, inside
            continue
        put = start
        for item in inside:
            nested = [each for each in inside if item.start <= each.start and each.end <= item.end]
            if item.start >= put and all(_is_gone(each, gone) for each in nested):
                yield item.start, item.end, nested
                put = item.end


def _is_gone(item: Item, gone: Counter[str]) -> bool:
    return gone[normalised(item.text)] > 0


def _put(
    before: bytes,
    today: Outline,
    taken: Sequence[Splice],
    places: Sequence[Place],
    *,
    way: _Way,
    apart: bool,
) -> tuple[tuple[Splice, ...], tuple[str, ...]]:
    """The splices that put them in, and where each went when not where it was.

    With `apart` there are blank lines around them, as paragraphs need.
    """
    at: dict[int, list[bytes]] = {}
    notes: list[str] = []
    for splice, place in zip(taken, places, strict=True):
        offset, note = _offset(before, today, splice, place, way)
        if note:
            notes.append(note)
        old = splice.old
        if not old.endswith((b"\n", b"\r")):
            old += line_end(before)
        at.setdefault(offset, []).append(old)
    splices = []
    for offset in sorted(at):
        old = b"".join(at[offset])
        new = put_back(today.data, offset, old)
        eol = end_of_line(today.data, offset)
        if apart:
            new = eol + new + eol
        elif is_heading(old):
            if offset and not today.data[:offset].endswith(_BLANK_LINE):
                new = eol + new
            if _SPACED.search(today.data) and _LINE.match(today.data, offset):
                new += eol if not new.endswith(_BLANK_LINE) else b""
        splices.append(Splice(offset, b"", new))
    return tuple(splices), tuple(dict.fromkeys(notes))


def _offset(
    before: bytes, today: Outline, splice: Splice, place: Place, way: _Way
) -> tuple[int, str]:
    """Where lost lines go, and a word about it when that is not where they were."""
    if is_heading(splice.old):
        return _behind_section(before, today, splice.offset), ""
    if way is _Way.NEARBY:
        try:
            return find_gap(today.data, splice.old, place).offset, ""
        except Refused:
            pass
    if way is not _Way.SECTION and not before[splice.end :].strip(_BLANK):
        # Agents append there, whatever it is that the last heading is about.
        return len(today.data), ""
    wanted = section_at(before, splice.offset)
    section = next((each for each in today.sections if each.address == wanted), None)
    if section is None or section.foreign:
        last = [each for each in today.sections if not each.foreign and each.items]
        if not last:
            return len(today.data), "at the end of the file, as their section is gone"
        section = last[-1]
    return _end_of_text(today.data, section), f"at the end of {label(section)}"


def _behind_section(before: bytes, today: Outline, offset: int) -> int:
    """Behind the section that stood before a lost one, or before the next that is left."""
    known = {section.address: section for section in today.sections}
    sections = outline(before).sections
    index = bisect_right([section.start for section in sections], offset - 1)
    for section in reversed(sections[:index]):
        if section.address in known:
            return known[section.address].end
    return len(today.data)


def _end_of_text(data: bytes, section: Section) -> int:
    """Behind the last item of a section, else behind its title."""
    if section.items:
        return max(item.end for item in section.items)
    ends = [at for mark in (b"\n", b"\r") if (at := data.find(mark, section.start)) >= 0]
    return min(min(ends, default=len(data)) + 1, len(data))


def _came(after: Outline, splices: Sequence[Splice]) -> list[Item]:
    """The items that the splices put in."""
    spans: list[Span] = []
    shift = 0
    for splice in splices:
        spans.append((splice.offset + shift, splice.offset + shift + len(splice.new)))
        shift += len(splice.new)
    return [
        item
        for item in own_items(after)
        if any(start <= item.source_start < end for start, end in spans)
    ]


def _words(items: Sequence[Item], notes: Sequence[str]) -> str:
    outer = [item for item in items if not _inside(item, items)]
    words = f"Put back {plural(len(outer), 'lost item')}"
    if len(outer) == 1:
        words = f"Put back{about(outer[0])}"
    return f"{words} ({'; '.join(notes)})" if notes else words


def _inside(item: Item, items: Sequence[Item]) -> bool:
    return any(
        each is not item and each.start <= item.start and item.end <= each.end for each in items
    )
