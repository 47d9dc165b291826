"""Tier three, daily logs, as read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from memdeck.model.meaning import Meaning


class LogKind(StrEnum):
    """What a dated file holds."""

    LOG = "log"
    TRANSCRIPT = "session transcript"
    """Raw conversation: untrusted, shown, never a candidate for promotion."""


@dataclass(frozen=True, slots=True)
class LogItem:
    """A line of a daily log that says something: a bullet, a numbered line, a paragraph, a row."""

    file: str
    """Path of its file relative to the workspace, with `/`."""
    line: int
    start: int
    end: int
    text: str
    """In one line, without marker, emphasis marks and comments."""
    source: str
    """As written, without marker: what a promotion starts from."""
    digest: str
    """12 hex digits of its bytes: with file and line, how the journal knows it again."""
    meaning: Meaning = Meaning.PLAIN
    candidate: bool = True
    """Whether it may be proposed for promotion (never transcript or machine text)."""
    time: str | None = None
    """A time of day at its start, as written."""
    depth: int = 0
    checked: bool | None = None
    """Whether its checkbox is ticked; None without one."""

    @property
    def place(self) -> str:
        """Where it stands, as `file:line`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class LogSection:
    """A heading or bold line of a log with the items under it; the first may have no title."""

    title: str
    line: int
    level: int
    items: tuple[LogItem, ...]
    meaning: Meaning = Meaning.PLAIN


@dataclass(frozen=True, slots=True, eq=False)
class LogFile:
    """One dated file."""

    path: Path
    name: str
    """Path relative to the workspace, with `/`."""
    size: int
    modified: datetime
    data: bytes = b""
    kind: LogKind = LogKind.LOG
    sections: tuple[LogSection, ...] = ()
    marks: tuple[str, ...] = ()
    """What is odd about it, each in words: a heading date that differs from its name, ..."""
    problem: str | None = None
    """Why it could not be read, in words."""
    parsed: bool = True
    """False while it is only listed: then `data`, `sections` and `marks` are empty."""
    stamp: tuple[int, int, int] = (0, 0, 0)
    """Size, mtime in nanoseconds and inode when it was read: what tells a change."""

    @property
    def items(self) -> tuple[LogItem, ...]:
        """Every item, in the order of the file."""
        return tuple(item for section in self.sections for item in section.items)


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """All files of one date, by name."""

    date: date
    files: tuple[LogFile, ...]
    marks: tuple[str, ...] = ()
    """What is odd about it, each in words: in the future, a year that none other has, ..."""

    @property
    def items(self) -> tuple[LogItem, ...]:
        """Every item of every file."""
        return tuple(item for file in self.files for item in file.items)


@dataclass(frozen=True, slots=True)
class FileCount:
    """What one log holds, in numbers."""

    items: int
    tokens: int | None
    """None when they have not been counted."""
    problem: str | None = None
    """Why it could not be read, in words."""
