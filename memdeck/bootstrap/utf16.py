"""Text as JavaScript measures it: in UTF-16 code units, each known by its byte in the file.

A character outside the Basic Multilingual Plane (most emoji) is two units, a
surrogate pair; every other is one. What is not UTF-8 is read as U+FFFD, one
unit each. Whole texts are converted by the codecs, never unit by unit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from memdeck.bootstrap.drafts import Stretch
from memdeck.bootstrap.replaced import in_original, replaced

WHITE_SPACE: Final = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
r"""What JavaScript trims, and `\s` matches. Python's own also has U+001C to 1F and U+0085."""
_REPLACEMENT: Final = "\ufffd".encode()


def units_in(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True, eq=False)
class UnitText:
    """The text of a file; every offset is in units unless it says otherwise."""

    data: bytes
    """The file's bytes."""
    text: str
    length: int
    broken: Sequence[tuple[int, int]] = ()
    """Spans of `data`, in bytes, that are not UTF-8."""
    _units: bytes | None = None
    """As UTF-16 with the low byte first; None when each character is one unit."""

    @property
    def trimmed_end(self) -> int:
        """Where the text ends before its trailing white space."""
        return self.length - (len(self.text) - len(self.text.rstrip(WHITE_SPACE)))

    @property
    def trimmed(self) -> tuple[int, int]:
        """The span between leading and trailing white space; empty when it is all that."""
        start = len(self.text) - len(self.text.lstrip(WHITE_SPACE))
        return (start, self.trimmed_end) if start < self.length else (0, 0)

    def splits(self, offset: int) -> bool:
        """Whether `offset` lies between the halves of a surrogate pair."""
        if self._units is None or not 0 < offset < self.length:
            return False
        return 0xDC <= self._units[2 * offset + 1] <= 0xDF

    def safe(self, start: int, end: int) -> tuple[int, int]:
        """The span without a half of a pair at either end: it gets shorter, never longer."""
        start += self.splits(start)
        end -= self.splits(end)
        return start, max(start, end)

    def index(self, offset: int) -> int:
        """The character that stands at `offset`, counted in characters."""
        if self._units is None:
            return offset
        # A half of a pair at the end is ignored: the offset is that of the pair.
        return len(self._units[: 2 * offset].decode("utf-16-le", "ignore"))

    def byte(self, offset: int) -> int:
        """Where in `data` the character at `offset` begins, in bytes."""
        if self.length == len(self.data):
            return offset
        byte = len(self.text[: self.index(offset)].encode())
        return in_original((byte,), self.broken)[0] if self.broken else byte

    def find_last(self, wanted: str, before: int) -> int:
        """Where the last `wanted` of one unit begins, at or before offset `before`; else -1."""
        found = self.text.rfind(wanted, 0, self.index(before) + 1)
        return found if found < 0 or self._units is None else units_in(self.text[:found])

    def stretches(self, path: str, start: int, end: int) -> Iterator[Stretch]:
        """What is given of a span, a half of a pair at either end as U+FFFD."""
        low, high = self.byte(start), self.byte(end)
        if self.splits(start):
            whole = self.byte(start + 1)
            yield Stretch(_REPLACEMENT, path, low, whole)
            low = whole
        yield from stretches(path, self, low, high)
        if self.splits(end) and end > start:
            # Its other half is not given: no byte of the file stands for this.
            yield Stretch(_REPLACEMENT)


def unit_text(data: bytes) -> UnitText:
    """The text of `data`, measured."""
    if data.isascii():
        return UnitText(data, data.decode("ascii"), len(data))
    text, broken = replaced(data)
    units = text.encode("utf-16-le")
    length = len(units) // 2
    return UnitText(data, text, length, broken, units if length > len(text) else None)


def stretches(path: str, text: UnitText, start: int, end: int) -> Iterator[Stretch]:
    """What is given of a span of bytes: as it is, but U+FFFD for what is not UTF-8."""
    index = bisect_right(text.broken, start, key=lambda span: span[1])
    for low, high in text.broken[index:]:
        if low >= end:
            break
        if start < low:
            yield Stretch(text.data[start:low], path, start, low)
        yield Stretch(_REPLACEMENT, path, low, high)
        start = high
    if start < end:
        yield Stretch(text.data[start:end], path, start, end)


def units_of(given: Sequence[Stretch]) -> int:
    """The length of what is given, in units."""
    return units_in(b"".join(each.data for each in given).decode("utf-8", "replace"))


def truncated(given: Sequence[Stretch], units: int) -> list[Stretch]:
    """The first so many units of what is given, without half a pair at the end."""
    kept: list[Stretch] = []
    for each in given:
        if units <= 0:
            break
        text = unit_text(each.data)
        if text.length <= units:
            kept.append(each)
        else:
            size = text.byte(text.safe(0, units)[1])
            if size:
                as_it_is = len(each.data) == each.end - each.start
                end = each.start + size if as_it_is else each.end
                kept.append(Stretch(each.data[:size], each.path, each.start, end))
        units -= text.length
    return kept
