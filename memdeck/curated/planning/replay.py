"""Taking an operation back from among those that were done since, to the byte. Pure.

While memdeck alone has written, the journal tells every byte that came and
went. Laid out with what was taken out still in its place, the file says where
everything belongs, also between lines that are gone themselves. With every
operation taken back, in whatever order, what is left is the file that they all
started from.

Where others wrote in between, nothing is known here, and `locate` looks for
neighbours.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from memdeck.curated.planning.locate import is_heading
from memdeck.curated.records import Record, State
from memdeck.curated.splice import Edit, Splice
from memdeck.errors import Refused

MANY: Final = 500
"""Operations that are looked at, from the newest."""


def taken_back(record: Record, data: bytes) -> tuple[Splice, ...] | None:
    """The splices that take an operation back from `data`, by what its journal tells.

    None when that does not tell: somebody else wrote since, or another
    operation that stands was done to the very bytes.
    """
    done = [
        each
        for each in record.among[:MANY]
        if each.state is State.DONE and each.path == record.path and each.splices
    ]
    needed = _needed(record, done)
    if needed is None:
        return None
    past = _past(done[: needed + 1], data)
    if past is None:
        return None
    sheet = _Sheet(past[0])
    for each, after in zip(reversed(done[: needed + 1]), past[1:], strict=True):
        sheet.do(each, after)
    if sheet.is_covered(record):
        return None
    splices = tuple(sheet.toggle(record))
    index = [each.id for each in reversed(done[: needed + 1])].index(record.id)
    result = Edit(splices, "").apply(data)
    return splices if _adds_up(past[index], past[index + 1], data, result) else None


def _needed(record: Record, done: Sequence[Record]) -> int | None:
    """The index of the oldest operation that has to be looked at; None without the record."""
    numbers = {each.id: number for number, each in enumerate(done)}
    if record.id not in numbers:
        return None
    oldest, number = numbers[record.id], 0
    while number <= oldest:
        # What was taken back meanwhile must be laid out, too.
        of = done[number].undoes
        oldest = max(oldest, numbers.get(of, 0) if of else 0)
        number += 1
    return oldest


def _past(done: Sequence[Record], data: bytes) -> list[bytes] | None:
    """The file before the oldest of the operations and after each, oldest first.

    `done` is newest first. None when somebody else wrote in between.
    """
    texts = [data]
    for each in done:
        if _digest(texts[-1]) != each.after_hash:
            return None
        try:
            texts.append(Edit(exact_inverse(each.splices), "").apply(texts[-1]))
        except Refused:
            return None
    if done and _digest(texts[-1]) != done[-1].before_hash:
        return None
    return texts[::-1]


def exact_inverse(splices: Sequence[Splice]) -> tuple[Splice, ...]:
    """The splices that take these back from the very bytes that they made."""
    inverse = []
    shift = 0
    for splice in splices:
        inverse.append(Splice(splice.offset + shift, splice.new, splice.old))
        shift += len(splice.new) - len(splice.old)
    return tuple(inverse)


@dataclass(slots=True)
class _Chunk:
    """Some bytes that are in the file, or were, or could be again."""

    data: bytes
    by: str = ""
    """The operation that put them in; none for what was there from the start."""
    part: int = 0
    """Which of its splices it was."""
    out: set[str] = field(default_factory=set)
    """The operations that took them out."""


class _Sheet:
    """A file with all that ever stood in it, each in its place."""

    def __init__(self, data: bytes) -> None:
        self._chunks = [_Chunk(data)]
        self._off: set[str] = set()
        """The operations that were taken back."""
        self._roots: dict[str, str] = {}
        """What an undo or redo turned off or on."""

    def do(self, record: Record, after: bytes) -> None:
        """What an operation did: an undo brings back what it took back, if that is what it did."""
        root = self._roots.get(record.undoes, record.undoes) if record.undoes else None
        if root is not None and self._knows(root):
            self._off ^= {root}
            if self._text() == after:
                self._roots[record.id] = root
                return
            self._off ^= {root}
        for part, splice in reversed(tuple(enumerate(record.splices))):
            self._splice(record.id, part, splice)

    def is_covered(self, record: Record) -> bool:
        """Whether another operation that stands was done to what this one put in."""
        root = self._roots.get(record.id, record.id)
        last: dict[int, int] = {}
        for number, chunk in enumerate(self._chunks):
            if chunk.by != root:
                continue
            between = self._chunks[last.get(chunk.part, number) : number]
            # A blank line goes with whichever neighbour is taken out.
            touched = chunk.out - self._off or any(
                self._is_anothers(each, root) for each in between
            )
            if touched and chunk.data.strip():
                return True
            last[chunk.part] = number
        return any(self._holds_up(number, root) for number in last.values())

    def _holds_up(self, number: int, root: str) -> bool:
        """Whether a heading was put in here, under which others have put lines since."""
        chunk = self._chunks[number]
        behind = next((each for each in self._chunks[number + 1 :] if self._is_seen(each)), None)
        if behind is None or not self._is_anothers(behind, root):
            return False
        return _starts_section(chunk.data) and not _starts_section(behind.data)

    def _is_anothers(self, chunk: _Chunk, root: str) -> bool:
        return chunk.by not in ("", root) and self._is_seen(chunk)

    def toggle(self, record: Record) -> Iterator[Splice]:
        """Take an operation back, or an undo: the splices that do it to what is seen."""
        before = [self._is_seen(each) for each in self._chunks]
        self._off ^= {self._roots.get(record.id, record.id)}
        offset, start, old, new = 0, 0, b"", b""
        for chunk, was in zip(self._chunks, before, strict=True):
            now = self._is_seen(chunk)
            if was and now:
                if old or new:
                    yield Splice(start, old, new)
                    old = new = b""
                offset += len(chunk.data)
                start = offset
            elif was:
                old += chunk.data
                offset += len(chunk.data)
            elif now:
                new += chunk.data
        if old or new:
            yield Splice(start, old, new)

    def _knows(self, root: str) -> bool:
        return any(each.by == root or root in each.out for each in self._chunks)

    def _is_seen(self, chunk: _Chunk) -> bool:
        return chunk.by not in self._off and not chunk.out - self._off

    def _text(self) -> bytes:
        return b"".join(each.data for each in self._chunks if self._is_seen(each))

    def _splice(self, by: str, part: int, splice: Splice) -> None:
        first = self._cut(splice.offset)
        last = self._cut(splice.end)
        mine = [number for number in range(first, last) if self._is_seen(self._chunks[number])]
        for number in mine:
            self._chunks[number].out.add(by)
        if splice.new:
            self._chunks.insert(mine[-1] + 1 if mine else last, _Chunk(splice.new, by, part))
        elif len(mine) > 1 and splice.old[-1:] not in (b"\r", b"\n"):
            self._shift_line_ends(mine[0], mine[1])

    def _shift_line_ends(self, first: int, last: int) -> None:
        """Give each line that is gone the line end before it, where the last one had to.

        The last line of a file that ends without a line end is taken out with
        the one before it. Lines that stood between had their own behind them.
        """
        lead = self._chunks[first]
        if lead.data.strip() or lead.by != self._chunks[last].by:
            return
        carried = lead.data
        for chunk in self._chunks[first + 1 : last + 1]:
            body = chunk.data.rstrip(b" \t\r\n")
            if body:
                chunk.data, carried = carried + body, chunk.data[len(body) :]
        self._chunks[last].data += carried
        del self._chunks[first]

    def _cut(self, offset: int) -> int:
        """The index of the chunk that is seen at an offset, which starts there from now on."""
        at = 0
        for number, chunk in enumerate(self._chunks):
            if not self._is_seen(chunk):
                continue
            if at == offset:
                return number
            if at + len(chunk.data) > offset:
                rest = chunk.data[offset - at :]
                chunk.data = chunk.data[: offset - at]
                self._chunks.insert(number + 1, _Chunk(rest, chunk.by, chunk.part, set(chunk.out)))
                return number + 1
            at += len(chunk.data)
        return len(self._chunks)


def _starts_section(data: bytes) -> bool:
    return is_heading(data.lstrip(b"\r\n"))


def _adds_up(before: bytes, after: bytes, data: bytes, result: bytes) -> bool:
    """Whether a result has all lines of `data` but for what the operation had made of them."""
    expected = _lines(data)
    expected.subtract(_lines(after))
    expected.update(_lines(before))
    # Compared as they are: a count below none is a line that had gone otherwise.
    found = _lines(result)
    return all(expected[line] == found[line] for line in {*expected, *found})


def _lines(data: bytes) -> Counter[bytes]:
    parts = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"\n").split(b"\n")
    return Counter(line for line in parts if line.strip())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
