"""What the dialog that places text is opened for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from memdeck.curated.edits import Operation
from memdeck.curated.suggest import Proposal
from memdeck.model import Section


@dataclass(frozen=True, slots=True)
class Choice:
    """A section that can be chosen; a new one has a title and no address yet."""

    address: str
    title: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class Placing:
    """What the dialog is opened for."""

    title: str
    """`Promote`, `Add`, `Move`."""
    subject: str
    """What is placed, for the border: `2 lines`."""
    operation: Callable[[str, tuple[str, ...], bool, bool], Operation]
    """From address, texts, whether the section is new and whether a duplicate is meant."""
    texts: Callable[[Section | None], tuple[str, ...]] | None = None
    """What is filled in for a section (None: a new one), one item each; without it the text
    is not to be edited."""
    proposed: Proposal | None = None
    several: bool = False
    """Whether the text field holds one item a line."""
    note: str = ""
    """Why the dialog opened, where that is not plain."""
