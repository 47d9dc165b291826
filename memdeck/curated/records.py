"""What is recorded of an operation on MEMORY.md: values, without disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from memdeck.curated.splice import Splice


class State(StrEnum):
    """How far an operation got."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    """Nothing of it is in the file."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The log line that a promotion came from."""

    file: str
    """Relative to the workspace, with `/`."""
    line: int
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a splice stood once it was made: how to find it again among later changes.

    Lines are without their line ends; blank ones are left out.
    """

    head: bytes = b""
    """From the start of its first line to the new bytes."""
    tail: bytes = b""
    """Behind the new bytes to the end of their last line."""
    above: tuple[bytes, ...] = ()
    """The lines before it, in the order of the file: three at most."""
    gap_above: bytes = b""
    """The blank lines between the last of `above` and it."""
    gap_below: bytes = b""
    below: tuple[bytes, ...] = ()
    section: str = ""
    """Address of the section that it stood in; recorded of what was taken out alone."""
    twins: int = 1
    """How often its lines stood in the file, it included."""


@dataclass(frozen=True, slots=True)
class Record:
    """One operation."""

    id: str
    time: datetime
    actor: str
    """Who did it: the dashboard's operator, or an agent by name."""
    kind: str
    """`add`, `promote`, `edit`, `retire`, `move`, `restore`, `tidy`, `scaffold`, `undo`, `redo`."""
    words: str
    path: Path
    """The file, by the name it is used under (a link is not resolved)."""
    before_hash: str
    """SHA-256 of the whole file, in hex; of no bytes when there was no file."""
    after_hash: str
    splices: tuple[Splice, ...]
    """Offsets are in the bytes of `before_hash`."""
    places: tuple[Place, ...] = ()
    """One for each splice."""
    origins: tuple[Origin, ...] = ()
    undoes: str | None = None
    """Id of the operation that it takes back."""
    undone_by: str | None = None
    """Id of the operation that took it back and is itself in effect."""
    state: State = State.BEGUN
    outcome: str = ""
    """What is to be known of how it went, in words: why it failed, what recovery found."""
    among: tuple[Record, ...] = field(default=(), repr=False, compare=False)
    """All operations of the journal, newest first, of one that is to be taken back."""


@dataclass(frozen=True, slots=True)
class Rescued:
    """Bytes of another program that have no place in the file any more."""

    time: datetime
    path: Path
    words: str
    data: bytes
    record: str | None = None
    """Id of the operation beside which they were found."""
