"""The names that a write gives to files beside MEMORY.md, and what they tell after a crash.

`.MEMORY.md.memdeck-...`: hidden, and neither a log's name nor a memory file's.

- `-<tag>.new` is a new file that is being made. It never stood under another name, so nobody
  else has ever had it open, and it may be removed.
- `-<tag>-<old>-<new>.swap` is a new file that is whole and on disk, or, once the two names
  were exchanged, *whatever it displaced*. Others may hold that open and write to it: it goes
  only when its bytes are known to stand elsewhere.
- `-<tag>-<old>.old` is the second name of an old file, where names cannot be exchanged.

`<old>` and `<new>` are marks, the size and hash of a text: of the one that was
read and of the one that was to take its place. By these alone, without any
journal, it can be told which of them a file began as, and what was added to it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Self

_OURS: Final = "memdeck-"
_MARK: Final = r"-(\d+)-([0-9a-f]{12})"
_LEFT: Final = re.compile(rf"(\w+)\.[\w.]+?{_MARK}(?:{_MARK}\.swap|\.old)")


@dataclass(frozen=True, slots=True)
class Mark:
    """By which a text is known again, also when more was added to it."""

    size: int
    """In bytes."""
    digest: str
    """The first 12 hex digits of the SHA-256."""

    @classmethod
    def of(cls, data: bytes) -> Self:
        """The mark of a text."""
        return cls(len(data), hashlib.sha256(data).hexdigest()[:12])

    def begins(self, data: bytes) -> bool:
        """Whether `data` is that text, or that text with more behind it."""
        return len(data) >= self.size and self == Mark.of(data[: self.size])

    def __str__(self) -> str:
        return f"-{self.size}-{self.digest}"


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file that a write which was cut short left beside MEMORY.md."""

    name: str
    record: str
    """Id of the operation."""
    old: Mark
    """Of the text that was to be displaced."""
    new: Mark | None
    """Of the text that was to displace it; None: this is surely not that one."""

    def began_as(self, data: bytes) -> Mark | None:
        """Which of the two a file that now holds `data` was; None when it was rewritten.

        The longer one is asked first: one of them may be the beginning of the other.
        """
        marks = [self.old] if self.new is None else [self.old, self.new]
        marks.sort(key=lambda mark: mark.size, reverse=True)
        return next((mark for mark in marks if mark.begins(data)), None)


def name_of_new(target: str, tag: str) -> str:
    """The name of a new file in the making; `tag` is the operation's id, a dot and more."""
    return f".{target}.{_OURS}{tag}.new"


def name_of_old(target: str, tag: str, old: bytes) -> str:
    """The second name of an old file."""
    return f".{target}.{_OURS}{tag}{Mark.of(old)}.old"


def name_of_swap(target: str, tag: str, old: bytes, new: bytes) -> str:
    """The name of a new file that is whole, and afterwards of what it displaced."""
    return f".{target}.{_OURS}{tag}{Mark.of(old)}{Mark.of(new)}.swap"


def is_unfinished(name: str, target: str) -> bool:
    """Whether a file of this name may be removed without a look at what is in it."""
    return name.startswith(f".{target}.{_OURS}") and name.endswith(".new")


def leftover_of(name: str, target: str) -> Leftover | None:
    """What the name of a file tells of it; None when it is none of ours."""
    prefix = f".{target}.{_OURS}"
    match = _LEFT.fullmatch(name.removeprefix(prefix))
    if match is None or not name.startswith(prefix):
        return None
    record, size, digest, new_size, new_digest = match.groups()
    new = Mark(int(new_size), new_digest) if new_size is not None else None
    return Leftover(name, record, Mark(int(size), digest), new)
