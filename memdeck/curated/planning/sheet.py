"""A file with all that ever stood in it, each line in its place. Pure.

Operations are laid out in it one after the other, and what they took out stays
where it was, unseen. So any of them can be turned off and on again, in any
order, and what is seen is the file as it would be without it.

Every line has its line end here, also the last line of a file that has none:
whichever line is the last one that is seen is shown without. So a line that is
put in behind it is a whole line of its own, like everywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from memdeck.curated.planning.locate import is_heading
from memdeck.curated.planning.style import end_of_line
from memdeck.curated.records import Record
from memdeck.curated.splice import Splice
from memdeck.markdown import BlockKind, blocks

_LINE_ENDS: Final = (b"\r\n", b"\n", b"\r")
_FIRST_END: Final = re.compile(rb"([ \t]*)(\r\n|\n|\r)")
_LAST_END: Final = re.compile(rb"(?:\r\n|\n|\r)\Z")
_HEADINGS: Final = re.compile(rb"(?:\A|[\r\n]) {0,3}#{1,6}(?:[ \t\r\n]|\Z)")
_BLANK: Final = b" \t\r\n"
_DEEPER: Final = 2
"""Columns from which on a line is nested in the one above."""


@dataclass(slots=True)
class _Chunk:
    """Some bytes that are in the file, or were, or could be again."""

    data: bytes
    by: str = ""
    """The operation that put them in; none for what was there from the start."""
    part: int = 0
    """Which of its splices it was."""
    head: int = 0
    """Which heading of that splice they are, from 1, with the blank lines around it; 0 for none."""
    out: set[str] = field(default_factory=set)
    """The operations that took them out."""
    ends: dict[str, bytes] = field(default_factory=dict)
    """Of a line end: what operations made of it, the last one last."""

    def is_of(self, other: _Chunk) -> bool:
        """Whether they are pieces of the same heading."""
        return bool(self.head) and (self.by, self.part, self.head) == (
            other.by,
            other.part,
            other.head,
        )


class Sheet:
    """A file, the operations that were done to it, and those that were taken back."""

    def __init__(self, data: bytes) -> None:
        self._chunks = [_Chunk(data + (end_of_line(data, len(data)) if _is_open(data) else b""))]
        self._open: dict[str, bool] = {"": _is_open(data)}
        """Whether the file has no last line end, by the operation that made it so."""
        self._off: set[str] = set()
        """The operations that were taken back."""
        self._roots: dict[str, str] = {}
        """What an undo or redo turned off or on."""

    @property
    def headings(self) -> set[bytes]:
        """The lines that operations put in as headings."""
        return {
            line
            for each in self._chunks
            if each.head
            for line in re.split(rb"[\r\n]+", each.data)
            if line.strip()
        }

    def text(self) -> bytes:
        """The file as it is seen."""
        return self._joined(self._shown())

    def root_of(self, record: Record) -> str:
        """Id of the operation that is turned off or on when a record is taken back."""
        return self._roots.get(record.id, record.id)

    def do(self, record: Record, before: bytes, after: bytes) -> None:
        """What an operation did: an undo brings back what it took back, if that is what it did."""
        root = self._roots.get(record.undoes, record.undoes) if record.undoes else None
        if root is not None and any(each.by == root or root in each.out for each in self._chunks):
            self._off ^= {root}
            if self.text() == after:
                self._roots[record.id] = root
                return
            self._off ^= {root}
        splices = _whole_lines(record.splices, before, after, self._last_end())
        for part, splice in reversed(tuple(enumerate(splices))):
            self._splice(record.id, part, splice)
        if after and _is_open(after) != self._is_open():
            self._open[record.id] = _is_open(after)

    def covered_by(self, root: str) -> tuple[str, bytes] | None:
        """Another operation that stands and was done to what this one put in, and to what."""
        shown = self._shown()
        last: dict[int, int] = {}
        for number, chunk in enumerate(self._chunks):
            if chunk.by != root or not chunk.data.strip():
                # A blank line goes with whichever neighbour is taken out.
                continue
            if others := chunk.out - self._off:
                return min(others), chunk.data
            before = last.get(chunk.part)
            for at in range(before + 1 if before is not None else number, number):
                apart = _is_whole(self._chunks[at]) and self._stands_alone(before, at)
                if self._is_anothers(shown, at, root) and not apart:
                    return self._chunks[at].by, chunk.data
            last[chunk.part] = number
        for number in last.values():
            behind = next(
                (at for at in range(number + 1, len(shown)) if (shown[at] or b"").strip()), None
            )
            if behind is None or not self._is_anothers(shown, behind, root):
                continue
            if _is_whole(self._chunks[number]) and not self._stands_alone(number, behind):
                return self._chunks[behind].by, self._chunks[number].data
        return None

    def toggle(self, root: str) -> tuple[tuple[Splice, ...], bool]:
        """Take an operation back, or an undo: the splices that do it to what is seen.

        Also whether a heading of it stays, for the lines of others under it.
        """
        before = self._shown()
        was = self._joined(before)
        self._off ^= {root}
        after = self._shown()
        splices = _not_behind_the_end(list(_changes(before, after)), was, self._joined(after))
        stays = root in self._off and any(
            chunk.head and chunk.by == root and (shown or b"").strip()
            for chunk, shown in zip(self._chunks, after, strict=True)
        )
        return tuple(splices), stays

    def _is_anothers(self, shown: Sequence[bytes | None], at: int, root: str) -> bool:
        return self._chunks[at].by not in ("", root) and bool((shown[at] or b"").strip())

    def _stands_alone(self, above: int | None, at: int) -> bool:
        """Whether lines below those of another operation are not nested in them."""
        if above is None or not _is_whole(self._chunks[above]):
            return False
        first, second = self._chunks[above], self._chunks[at]
        return bool(first.head) or _indent(second.data) < _DEEPER + _indent(first.data)

    def _is_open(self) -> bool:
        return next(is_open for by, is_open in reversed(self._open.items()) if by not in self._off)

    def _last_end(self) -> bytes:
        """The line end that a last line without one has here."""
        text = self._joined(self._shown(), whole=True) if self._is_open() else b""
        match = _LAST_END.search(text)
        return match.group() if match else b""

    def _joined(self, shown: Sequence[bytes | None], *, whole: bool = False) -> bytes:
        text = b"".join(each for each in shown if each is not None)
        return text if whole or not self._is_open() else _LAST_END.sub(b"", text)

    def _shown(self) -> list[bytes | None]:
        """What is seen of each chunk; None of those that are out.

        A heading is also seen while lines that another operation put under it
        are: without it they would become part of the section above.
        """
        shown = [self._seen(each) for each in self._chunks]
        if not any(each.head and each.by in self._off for each in self._chunks):
            return shown
        holding: set[str] = set()
        head: _Chunk | None = None
        for number in range(len(self._chunks) - 1, -1, -1):
            chunk = self._chunks[number]
            is_held = holding - {chunk.by} or (head is not None and head.is_of(chunk))
            if chunk.head and is_held and chunk.by in self._off and chunk.out <= self._off:
                shown[number] = chunk.data
            if not (shown[number] or b"").strip():
                continue
            if chunk.head:
                holding, head = set(), chunk
            elif chunk.by:
                holding.add(chunk.by)
            elif _HEADINGS.search(chunk.data):
                holding = set()
        return shown

    def _seen(self, chunk: _Chunk) -> bytes | None:
        """What is seen of a chunk by itself."""
        if chunk.by in self._off or not chunk.out <= self._off:
            return None
        if chunk.ends:
            ends = (end for by, end in reversed(chunk.ends.items()) if by not in self._off)
            return next(ends, chunk.data)
        return chunk.data

    def _splice(self, by: str, part: int, splice: Splice) -> None:
        shown = self._shown()
        first = self._cut(shown, splice.offset)
        last = self._cut(shown, splice.end)
        mine = [number for number in range(first, last) if shown[number] is not None]
        if len(mine) == 1 and splice.old in _LINE_ENDS and splice.new in _LINE_ENDS:
            self._chunks[mine[0]].ends[by] = splice.new
            return
        for number in mine:
            self._chunks[number].out.add(by)
        if splice.new:
            pieces = [_Chunk(data, by, part, head) for data, head in _pieces(splice.new)]
            at = mine[-1] + 1 if mine else self._place(shown, last, pieces)
            self._chunks[at:at] = pieces

    def _place(self, shown: Sequence[bytes | None], at: int, pieces: Sequence[_Chunk]) -> int:
        """Where what is put in before a chunk that is seen goes among those that are not.

        Behind them, but lines do not go behind a heading: once that is seen again
        they would stand under it. Nor do they go into a line of which a part was replaced.
        """
        first = at
        while first and shown[first - 1] is None:
            first -= 1
        if not pieces[0].head:
            for number in range(first, at):
                if self._chunks[number].head or _HEADINGS.search(self._chunks[number].data):
                    at = number
                    break
        place = at
        while place > first and not _is_whole(self._chunks[place - 1]):
            place -= 1
        starts_line = not place or _is_whole(self._chunks[place - 1])
        return place if starts_line and _is_whole(pieces[-1]) else at

    def _cut(self, shown: list[bytes | None], offset: int) -> int:
        """The index of the chunk that is seen at an offset, which starts there from now on."""
        at = 0
        for number, seen in enumerate(shown):
            if seen is None:
                continue
            if at == offset:
                return number
            if at + len(seen) > offset:
                chunk = self._chunks[number]
                chunk.data, chunk.ends = seen[: offset - at], {}
                rest = replace(chunk, data=seen[offset - at :], out={*chunk.out}, ends={})
                self._chunks.insert(number + 1, rest)
                shown[number : number + 1] = chunk.data, rest.data
                return number + 1
            at += len(seen)
        return len(self._chunks)


def _is_whole(chunk: _Chunk) -> bool:
    """Whether a chunk ends with a line end."""
    return chunk.data.endswith((b"\n", b"\r"))


def _is_open(data: bytes) -> bool:
    """Whether a file has a last line without a line end."""
    return bool(data) and not data.endswith((b"\n", b"\r"))


def _whole_lines(
    splices: Sequence[Splice], before: bytes, after: bytes, last: bytes
) -> Sequence[Splice]:
    """Splices as they are when every line has its line end, `last` of the last line before.

    What is put in behind a last line without a line end starts with the line
    end of that line, and has none itself. What is taken out there does as well.
    """
    is_open, stays_open = _is_open(before), _is_open(after)
    first, start = len(splices), len(before)
    while first and splices[first - 1].end == start:
        first -= 1
        start = splices[first].offset
    if first == len(splices) or not (is_open or stays_open):
        return splices
    old = before[start:]
    new = b"".join(each.new for each in splices[first:])
    rest = splices[:first]
    if not is_open:
        return [*rest, Splice(start, old, new + end_of_line(after, len(after)))]
    if not stays_open:
        return [*rest, Splice(start, old + last, new)]
    one, other = _FIRST_END.match(old), _FIRST_END.match(new)
    if other and not old:
        spaces, end = other.groups()
        added = Splice(start + len(last), b"", new[other.end() :] + end)
        return _real([*rest, Splice(start, b"", spaces), Splice(start, last, end), added])
    if one and (other or not new):
        spaces, end = one.groups()
        spaces_new, end_new = other.groups() if other else (b"", end)
        put = new[other.end() :] + last if other else b""
        at = start + len(spaces)
        return _real(
            [
                *rest,
                Splice(start, spaces, spaces_new),
                Splice(at, end, end_new),
                Splice(start + one.end(), old[one.end() :] + last, put),
            ]
        )
    return [*rest, Splice(start, old, new)]


def _real(splices: Sequence[Splice]) -> list[Splice]:
    return [each for each in splices if each.old != each.new]


def _changes(before: Sequence[bytes | None], after: Sequence[bytes | None]) -> Iterator[Splice]:
    """What is seen of the same chunks before and after, run by run."""
    offset, start, old, new = 0, 0, b"", b""
    for was, now in zip(before, after, strict=True):
        if was == now:
            if was is None:
                continue
            if old or new:
                yield Splice(start, old, new)
                old = new = b""
            start = offset + len(was)
        old += (was or b"") if was != now else b""
        new += (now or b"") if was != now else b""
        offset += len(was or b"")
    if old or new:
        yield Splice(start, old, new)


def _not_behind_the_end(splices: list[Splice], before: bytes, after: bytes) -> list[Splice]:
    """The splices for files of which the last line may be shown without its line end."""
    shift = sum(len(each.new) - len(each.old) for each in splices)
    if splices and (splices[-1].end > len(before) or len(before) + shift != len(after)):
        while splices:
            each = splices.pop()
            shift -= len(each.new) - len(each.old)
            start = min(each.offset, len(before), len(after) - shift)
            if not splices or splices[-1].end <= start:
                last = Splice(start, before[start:], after[start + shift :])
                return [*splices, last] if last.old != last.new else splices
    return splices


def _pieces(data: bytes) -> Iterator[tuple[bytes, int]]:
    """What is put in, its headings apart, each with its number and the blank lines around it."""
    found = blocks(data) if _HEADINGS.search(data) else ()
    at = number = 0
    for block in found:
        if block.kind is not BlockKind.HEADING or not is_heading(data[block.start : block.end]):
            continue
        number += 1
        text_end = len(data[: block.start].rstrip(_BLANK))
        end = _FIRST_END.match(data, text_end) if text_end else None
        start = end.end() if end else 0
        stop = len(data) - len(data[block.end :].lstrip(_BLANK))
        stop -= len(data[:stop]) - len(data[:stop].rstrip(b" \t")) if stop > block.end else 0
        if at < start:
            yield data[at:start], 0
        yield data[max(at, start) : stop], number
        at = stop
    if at < len(data):
        yield data[at:], 0


def _indent(data: bytes) -> int:
    """Columns before the first line that says something."""
    lines = (line for line in re.split(rb"[\r\n]+", data) if line.strip())
    line = next(lines, b"").expandtabs(4)
    return len(line) - len(line.lstrip(b" "))
