"""The whole: everything that is shown, as read at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from memdeck.model.alarm import Alarm
from memdeck.model.budget import Budget
from memdeck.model.logs import Day
from memdeck.model.memory import MemoryFile
from memdeck.model.notes import Notes, NotesSign
from memdeck.model.pulse import Activity, PulseReport


class Tier(StrEnum):
    """Where memory lives."""

    NOTES = "notes"
    MEMORY = "MEMORY.md"
    LOGS = "logs"


@dataclass(frozen=True, slots=True)
class LastChange:
    """The last change of a tier, and who made it where that is known."""

    tier: Tier
    when: datetime
    words: str
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Promoted:
    """That a log line is in MEMORY.md: known from the journal, or by its likeness."""

    item_id: str | None
    """The item of MEMORY.md; None when the journal knows the promotion but the item is gone."""
    likeness: float
    """0 to 100; 100 when the journal says so."""
    by_journal: bool


@dataclass(frozen=True, slots=True, eq=False)
class Deck:
    """Everything that is shown, as read at one moment."""

    root: Path
    today: date
    read_at: datetime
    notes: Notes
    memory: MemoryFile
    days: tuple[Day, ...]
    """Newest first."""
    budget: Budget | None = None
    """None until it has been counted."""
    promoted: dict[tuple[str, int, str], Promoted] = field(default_factory=dict)
    """By file, line and digest of a log item. Lines that are merely like an item count too."""
    changes: tuple[LastChange, ...] = ()
    """One a tier at most, newest first."""
    day_tokens: dict[str, int] = field(default_factory=dict)
    """Tokens of each log file that has been counted, by name."""
    notes_signs: tuple[NotesSign, ...] = ()
    gone_branches: Mapping[Path, frozenset[str]] = field(default_factory=dict)
    """By a repository's root: branches that its entries name and that are not there any more."""
    logs_problem: str | None = None
    """Why `memory/` cannot be listed, in words."""
    journal_problem: str | None = None
    """Why nothing can be undone and promotions are not known, in words."""
    alarms: tuple[Alarm, ...] = ()
    """What was lost to other writers and is neither back nor dismissed, newest first."""
    alarms_problem: str | None = None
    """Why losses cannot be noticed or remembered, in words."""
    pulse: PulseReport = field(default_factory=PulseReport)
    """Every agent that is known, and the inbox."""
    activity: tuple[Activity, ...] = ()
    """What was done of late over all tiers, newest first."""
    activity_sources: tuple[str, ...] = ()
    """The other programs whose records tell of it, by name."""
    activity_problems: tuple[str, ...] = ()
    """Which records of it could not be read, in words."""
