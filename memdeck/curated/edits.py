"""What can be done to MEMORY.md, each a pure function from its bytes to an edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from memdeck.curated.splice import Edit, Operation, Splice

__all__ = ["Add", "Edit", "Move", "Operation", "Promote", "Retire", "Rewrite", "Scaffold", "Splice"]


@dataclass(frozen=True, slots=True)
class Add:
    """New items in a section."""

    address: str
    """Of the section; with `new_section` the title of one to be made at the end of the file."""
    texts: tuple[str, ...]
    """One item each, as Markdown without marker; further lines become continuation lines."""
    new_section: bool = False
    allow_duplicate: bool = False

    kind: ClassVar[str] = "add"

    def plan(self, data: bytes) -> Edit:
        """The edit that adds them to `data`; raises Refused in words."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Promote(Add):
    """Lines of a daily log put into a section."""

    kind: ClassVar[str] = "promote"


@dataclass(frozen=True, slots=True)
class Retire:
    """Items taken out, each with its nested items and the machine comment above it."""

    item_ids: tuple[str, ...]
    expect: str | None = None
    """What the first of them must say; anything else is refused."""

    kind: ClassVar[str] = "retire"

    def plan(self, data: bytes) -> Edit:
        """The edit that takes them out of `data`; raises Refused in words."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Another text for an item; its marker, comments and nested items stay."""

    item_id: str
    text: str
    expect: str | None = None
    """What the item must say; anything else is refused."""

    kind: ClassVar[str] = "edit"

    def plan(self, data: bytes) -> Edit:
        """The edit that gives it its text in `data`; raises Refused in words."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Move:
    """Items put into another section, with their comments and nested items."""

    item_ids: tuple[str, ...]
    address: str
    """Of the section; with `new_section` the title of one to be made at the end of the file."""
    new_section: bool = False
    expect: str | None = None
    """What the first of them must say; anything else is refused."""

    kind: ClassVar[str] = "move"

    def plan(self, data: bytes) -> Edit:
        """The edit that moves them in `data`; raises Refused in words."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Scaffold:
    """A first MEMORY.md."""

    kind: ClassVar[str] = "scaffold"

    def plan(self, data: bytes) -> Edit:
        """The edit that fills empty `data`; raises Refused when there is something in it."""
        raise NotImplementedError
