"""Tier two, MEMORY.md, as read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from memdeck.model.meaning import Meaning


class SectionKind(StrEnum):
    """How a section of MEMORY.md is made."""

    TOP = "top"
    """What stands before the first heading."""
    HEADING = "heading"
    GROUP = "group"
    """A bold line that acts as a sub-heading."""
    BULLET = "bullet"
    """A bullet that names a group, such as the scaffold's `- Working:`; children go under it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of MEMORY.md: a bullet, a numbered line, a paragraph or a table row."""

    id: str
    """12 hex digits that stay the same while the item's bytes and section do."""
    address: str
    """Of its section."""
    line: int
    """Where its own first line stands (not that of a machine comment above it)."""
    start: int
    end: int
    """Whole lines, with a machine comment directly above it and its nested items."""
    text: str
    """In one line, without marker, emphasis marks and comments."""
    source: str
    """Its first paragraph as written, without marker and trailing comments: an edit starts here."""
    source_start: int
    source_end: int
    """Where `source` stands; an edit of the text replaces these bytes only."""
    marker: str
    """`-`, `*`, `+`, `1.` or empty."""
    depth: int = 0
    foreign: bool = False
    """Inside a fence or section that another program rewrites: shown, not edited."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section of MEMORY.md; sub-sections are sections of their own."""

    address: str
    """Its titles from the outermost, joined by ` / `; ` #2` and so on behind a repeated one.

    A file's title (its first heading, when no other is of level 1) is left
    out of the addresses under it. That of the top is empty."""
    title: str
    level: int
    """1 to 6 for a heading; 0 for the top; one more than its holder for groups and bullets."""
    kind: SectionKind
    line: int
    start: int
    end: int
    """From its heading line to where the next section (or sub-section) starts."""
    items: tuple[Item, ...]
    meaning: Meaning = Meaning.PLAIN
    foreign: bool = False
    """Kept by another program: shown, never a target."""


@dataclass(frozen=True, slots=True, eq=False)
class MemoryFile:
    """Tier two as read."""

    path: Path
    data: bytes = b""
    exists: bool = False
    sections: tuple[Section, ...] = ()
    modified: datetime | None = None
    problem: str | None = None
    """Why it could not be read (then `data` is empty), or cannot be written, in words."""
    marks: tuple[str, ...] = ()
    """What is odd about it, each in words: a code block that is left open, ..."""

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item, in the order of the file."""
        return tuple(item for section in self.sections for item in section.items)

    def section(self, address: str) -> Section | None:
        """The section at an address."""
        return next((each for each in self.sections if each.address == address), None)
