"""Who is alive: heartbeats, what follows from them, and what each agent does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BeatStatus(StrEnum):
    """What an agent says of itself."""

    OK = "ok"
    ALERT = "alert"
    SKIPPED = "skipped"
    """It left this beat out on purpose: other programs record that, memdeck's own record does not.
    """


@dataclass(frozen=True, slots=True)
class CacheCounts:
    """How an agent's cache did since the beat before: each question counts as one of the three."""

    hits: int
    misses: int
    """It was not held, or had changed."""
    expired: int
    """It had been held, and its time was over."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat of an agent."""

    moment: datetime
    agent: str
    status: BeatStatus = BeatStatus.OK
    note: str | None = None
    interval: int | None = None
    """Seconds after which the next one is due; None when it does not say."""
    cache: CacheCounts | None = None
    source: str = ""
    """Where it was read: a file below the workspace with its line, or another program's name;
    empty for memdeck's own record."""
    doubt: str = ""
    """Why its time may be wrong, in words; empty when nothing speaks against it."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When an agent is awake, by a clock on the wall."""

    begin: int
    """Minutes after midnight, 0 to 1,439."""
    end: int
    """Minutes after midnight, 1 to 1,440: no longer awake then. Before `begin`: on the next day."""

    def contain(self, minute: int) -> bool:
        """Whether a minute of the day is one of these."""
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end

    def __str__(self) -> str:
        begin, end = (f"{each // 60:02}:{each % 60:02}" for each in (self.begin, self.end))
        return f"{begin}-{end}"


class AgentState(StrEnum):
    """How an agent is, as far as its beats tell."""

    OK = "ok"
    LATE = "late"
    """Past its interval."""
    SILENT = "silent"
    """Past one and a half of its intervals."""
    ALERT = "alert"
    """Its last beat says that something is wrong."""
    SKIPPED = "skipped"
    """It left its last beat out on purpose, or these are not its hours."""
    UNKNOWN = "unknown"
    """It was seen, and no time of a beat can be trusted."""


class Slot(StrEnum):
    """What came in one stretch of a day, as long as the interval."""

    OK = "ok"
    ALERT = "alert"
    SKIPPED = "skipped"
    MISSED = "missed"
    """A beat was due and none came."""
    NONE = "none"
    """None was due: before the first beat, or outside its hours."""
    DUE = "due"
    """The stretch that is not over yet."""


class ExceptionKind(StrEnum):
    """What a person is told of; everything else only changes a number."""

    ALERT = "alert"
    SILENT = "silent"
    UNCHANGED = "unchanged"
    """It says ok, and nothing it could have written has changed for many beats."""


class ExceptionState(StrEnum):
    """What a person made of it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"


@dataclass(frozen=True, slots=True)
class AgentException:
    """One line of the inbox."""

    id: str
    """12 hex digits: the same for the same exception, whoever notices it."""
    agent: str
    kind: ExceptionKind
    since: datetime
    words: str
    state: ExceptionState = ExceptionState.OPEN
    until: datetime | None = None
    """When a snoozed one comes back."""
    ended: datetime | None = None
    """When it passed by itself: the agent says ok again; None while it lasts."""


@dataclass(frozen=True, slots=True)
class Advice:
    """How long an agent's interval could be, from what its last beats told."""

    agent: str
    days: int
    """How many days were looked at."""
    beats: int
    interruptions: int
    """Beats with an alert."""
    interval: int
    """Seconds: as it is."""
    longest: int | None
    """Seconds: the longest interval that would not have delayed an alert by more than `delay`;
    None when too little is known."""
    delay: int
    """Seconds."""
    words: str
    """What follows, with its numbers."""


@dataclass(frozen=True, slots=True)
class AgentPulse:
    """One agent, as at one moment."""

    agent: str
    state: AgentState
    words: str
    """Why: `next in 21 min`, `17 min over`, the alert's note, `a clock is wrong: ...`."""
    last: Beat | None
    """Its newest beat whose time can be trusted, else its newest."""
    interval: int
    """Seconds."""
    due: datetime | None
    """When the next beat is due; None when that cannot be told."""
    day: tuple[Slot, ...] = ()
    """The last 24 hours in stretches of its interval, oldest first."""
    came: int = 0
    """Beats since its day began, in the zone of the workspace."""
    expected: int = 0
    """How many were due by now since then."""
    branch: str | None = None
    """The branch it wrote notes for last; None when it wrote none."""
    unchanged: int = 0
    """Beats in a row that say ok while nothing was written."""
    cache: CacheCounts | None = None
    """Of its last beat that says it."""
    advice: Advice | None = None


class ActivityKind(StrEnum):
    """Where something was done."""

    LOG = "log"
    MEMORY = "memory"
    NOTES = "notes"
    COMMIT = "commit"
    BEAT = "beat"
    """An exception: an `ok` beat is no activity."""
    RECORD = "record"
    """A line of a `*.jsonl` with a time, or another program's session."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that was done, by whom where that is known."""

    when: datetime
    kind: ActivityKind
    words: str
    agent: str | None = None
    tokens: int | None = None
    """What it added to, or took from, what it changed; None when that is not known."""
    place: str = ""
    """Where: `memory/2026-02-06.md:12`, `MEMORY.md:14`, `main task.status`, a commit."""
    source: str = ""
    """The program whose record says it; empty for the workspace itself."""
    about: bool = False
    """Whether it was done at `when` at the latest: nothing says when exactly."""


@dataclass(frozen=True, slots=True)
class PulseReport:
    """Every agent, and what a person must hear of them."""

    agents: tuple[AgentPulse, ...] = ()
    """The most pressing first, then by name."""
    inbox: tuple[AgentException, ...] = ()
    """Open ones, newest first; then those that are put aside."""
    problems: tuple[str, ...] = ()
    """What could not be read, in words."""
    broken: int = 0
    """Lines of the record of heartbeats that are no beats, as a killed agent leaves them."""

    @property
    def open(self) -> tuple[AgentException, ...]:
        """What nobody has acknowledged or put aside."""
        return tuple(each for each in self.inbox if each.state is ExceptionState.OPEN)
