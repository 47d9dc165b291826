"""What an edit of MEMORY.md is: a few spans of bytes replaced, every other byte as it was."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

from memdeck.errors import Refused

_NEW_LINE: Final = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Splice:
    """One span of bytes that is replaced by another."""

    offset: int
    """In the bytes before the edit."""
    old: bytes
    new: bytes

    @property
    def end(self) -> int:
        """Behind the old bytes, in the bytes before the edit."""
        return self.offset + len(self.old)


@dataclass(frozen=True, slots=True)
class Edit:
    """What an operation does to the bytes that it was planned on."""

    splices: tuple[Splice, ...]
    """Ascending, not overlapping; offsets all refer to the bytes before the edit."""
    words: str
    """For the flash and the journal: `Retired from Lessons: Reading without paging`."""

    def apply(self, data: bytes) -> bytes:
        """`data` with every splice made; raises Refused when it is not what was planned on."""
        parts: list[bytes] = []
        position = 0
        for splice in self.splices:
            if splice.offset < position or data[splice.offset : splice.end] != splice.old:
                raise Refused(
                    "MEMORY.md is not what this edit was planned on any more, "
                    "so nothing was written; look at it and try again."
                )
            parts += (data[position : splice.offset], splice.new)
            position = splice.end
        parts.append(data[position:])
        return b"".join(parts)


class Operation(Protocol):
    """Something that a person or an agent wants done to MEMORY.md, as a pure function of its bytes.

    It is planned anew on the bytes that are there when it is written, which
    may differ from those that it was made for.
    """

    kind: ClassVar[str]
    """The journal's word for it: `add`, `promote`, `edit`, `retire`, `move`, `scaffold`, `undo`."""

    def plan(self, data: bytes) -> Edit:
        """The edit that does it to `data` (empty: no file yet); raises Refused in words."""
        ...


def line_splices(before: bytes, after: bytes) -> Iterator[Splice]:
    """The lines that differ, run by run, so that each is found again later by itself."""
    old, new = _lines(before), _lines(after)
    offset = 0
    ends = [0]
    for line in old:
        offset += len(line)
        ends.append(offset)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind != "equal":
            yield Splice(ends[first], b"".join(old[first:last]), b"".join(new[start:end]))


def _lines(data: bytes) -> list[bytes]:
    """With their line ends."""
    lines = []
    start = 0
    for match in _NEW_LINE.finditer(data):
        lines.append(data[start : match.end()])
        start = match.end()
    return [*lines, data[start:]] if start < len(data) else lines
