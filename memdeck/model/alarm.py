"""What was lost to another writer, as noticed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlarmKind(StrEnum):
    """How memory was lost."""

    STALE = "stale"
    """MEMORY.md was written back from an older copy, so that what came since is gone."""
    ROLLED_BACK = "rolled back"
    """MEMORY.md is what it was before, without anything new."""
    EMPTIED = "emptied"
    """MEMORY.md is gone, empty, or ends early."""
    LOG = "log"
    """A log, to which lines are only ever added, has fewer."""


class AlarmState(StrEnum):
    """What became of an alarm."""

    OPEN = "open"
    RECOVERED = "recovered"
    """Everything is there again, whoever put it back."""
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class LostLines:
    """Whole lines that are gone."""

    data: bytes
    """To the byte, line ends included."""
    line: int
    """Where they stood in the version before."""
    section: str = ""
    """Address of the section of MEMORY.md that they stood in; empty for logs."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One loss that was noticed."""

    id: str
    """12 hex digits: the same for the same loss, whoever notices it."""
    kind: AlarmKind
    file: str
    """Relative to the workspace, with `/`."""
    when: datetime
    """When it was noticed."""
    words: str
    lost: tuple[LostLines, ...]
    """In the order of the file; empty for a log whose lines had not been seen."""
    count: int
    """How many items, or lines of a log, are gone; 0 when they had not been seen."""
    before: str
    """SHA-256, in hex, of the version that had them; empty when that had not been seen."""
    after: str
    """Of the version that lacks them; of no bytes when the file is gone, likewise."""
    state: AlarmState = AlarmState.OPEN
