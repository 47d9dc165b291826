"""The values that travel through memdeck: frozen, without behaviour that touches disk or git.

What the reader made of disk and git at one moment is a `Deck`. A part of it
that did not change since the last reading is the same object, so that a pane
can compare by identity; the large ones are therefore `eq=False`.

Offsets and sizes are bytes, lines count from 1, times are aware datetimes.

Each module here holds one tier; all names are to be had from the package itself.
"""

from __future__ import annotations

from memdeck.model.alarm import (
    Alarm,
    AlarmKind,
    AlarmState,
    LostLines,
)
from memdeck.model.budget import (
    MISSING,
    Budget,
    Cut,
    Fit,
    Limit,
    Part,
    Piece,
    Source,
    Unit,
)
from memdeck.model.deck import (
    Deck,
    LastChange,
    Promoted,
    Tier,
)
from memdeck.model.logs import (
    Day,
    LogFile,
    LogItem,
    LogKind,
    LogSection,
)
from memdeck.model.meaning import (
    Meaning,
)
from memdeck.model.memory import (
    Item,
    MemoryFile,
    Section,
    SectionKind,
)
from memdeck.model.notes import (
    BranchNotes,
    DamagedSpan,
    Dialect,
    DialectEntry,
    DialectNotes,
    Entry,
    JsonValue,
    KeyHistory,
    Notes,
    NotesSign,
    RepositoryNotes,
    SignKind,
)
from memdeck.model.pulse import (
    Activity,
    ActivityKind,
    Advice,
    AgentException,
    AgentPulse,
    AgentState,
    Beat,
    BeatStatus,
    CacheCounts,
    ExceptionKind,
    ExceptionState,
    Hours,
    PulseReport,
    Slot,
)

__all__ = [
    "MISSING",
    "Activity",
    "ActivityKind",
    "Advice",
    "AgentException",
    "AgentPulse",
    "AgentState",
    "Alarm",
    "AlarmKind",
    "AlarmState",
    "Beat",
    "BeatStatus",
    "BranchNotes",
    "Budget",
    "CacheCounts",
    "Cut",
    "DamagedSpan",
    "Day",
    "Deck",
    "Dialect",
    "DialectEntry",
    "DialectNotes",
    "Entry",
    "ExceptionKind",
    "ExceptionState",
    "Fit",
    "Hours",
    "Item",
    "JsonValue",
    "KeyHistory",
    "LastChange",
    "Limit",
    "LogFile",
    "LogItem",
    "LogKind",
    "LogSection",
    "LostLines",
    "Meaning",
    "MemoryFile",
    "Notes",
    "NotesSign",
    "Part",
    "Piece",
    "Promoted",
    "PulseReport",
    "RepositoryNotes",
    "Section",
    "SectionKind",
    "SignKind",
    "Slot",
    "Source",
    "Tier",
    "Unit",
]
