"""The values that travel through memdeck: frozen, without behaviour that touches disk or git.

What the reader made of disk and git at one moment is a `Deck`. A part of it
that did not change since the last reading is the same object, so that a pane
can compare by identity; the large ones are therefore `eq=False`.

Offsets and sizes are bytes, lines count from 1, times are aware datetimes.

Long because it is the one vocabulary of the house: values, and no decisions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

JsonValue: TypeAlias = (
    "bool | int | float | str | Sequence[JsonValue] | dict[str, JsonValue] | None"
)


class Meaning(StrEnum):
    """What a line or a section seems to be about: a guess, used only to suggest and to mark."""

    DECISION = "decision"
    LESSON = "lesson"
    FAILED = "failed"
    BLOCKED = "blocked"
    COMPLETED = "completed"
    PROJECT = "project"
    PLAIN = "plain"


# --- Tier one: git notes ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a note: what an agent stored under a key on a branch."""

    branch: str
    timestamp: str
    """As stored: `YYYY-MM-DDTHH:MM:SSZ` when its writer kept to the format."""
    key: str
    value: JsonValue
    commit: str
    """Hex id of the commit that carries the note."""
    position: int
    """Its place in the note, from 0, damaged spans counted."""
    id: str | None = None
    """The entry's own `id` field, when it has one."""
    extra: dict[str, JsonValue] = field(default_factory=dict)
    """Fields that are not memdeck's, kept."""

    @property
    def moment(self) -> datetime | None:
        """`timestamp` as an aware datetime, UTC where it names no zone; None when it is no time."""
        try:
            moment = datetime.fromisoformat(self.timestamp)
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DamagedSpan:
    """Bytes of a note that are no entry. Kept as they are, shown and counted."""

    commit: str
    position: int
    text: str
    """The bytes, decoded with surrogate escapes."""
    reason: str
    """Why it is no entry, in words."""


@dataclass(frozen=True, slots=True)
class KeyHistory:
    """A key on a branch: its latest entry, and the earlier ones, newest first."""

    latest: Entry
    earlier: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class BranchNotes:
    """What one branch remembers: its keys, the most recently set first."""

    branch: str
    current: bool
    keys: tuple[KeyHistory, ...]

    @property
    def entry_count(self) -> int:
        """How many entries the branch has, history included."""
        return sum(1 + len(key.earlier) for key in self.keys)


class Dialect(StrEnum):
    """Another program's layout of notes: read and shown, never written."""

    AGENT = "agent"
    """One ref for each agent (`agents/<agent>`), with entries as memdeck's."""
    BLOCKS = "blocks"
    """`mem/<namespace>`: blocks of YAML front matter and Markdown."""
    KEYED = "keyed"
    """`mem-<branch>`, `ent-<branch>`, `idx-<branch>`: one JSON object, by ids."""


@dataclass(frozen=True, slots=True)
class DialectEntry:
    """One thing that a note of another layout says."""

    key: str
    """Its key, summary or id: what its writer would know it by."""
    text: str
    """What it says: a value as JSON (a string as it is), or Markdown."""
    when: datetime | None
    """UTC where its writer named no zone; None when it tells no time."""
    commit: str
    position: int
    """Its place in the note, from 0, damaged spans counted."""
    details: tuple[tuple[str, str], ...] = ()
    """What else it carries, by name: its branch, type, tags."""
    unreachable: bool = False
    """Whether its commit is gone from the repository."""


@dataclass(frozen=True, slots=True, eq=False)
class DialectNotes:
    """What one ref of another layout holds."""

    dialect: Dialect
    name: str
    """As a person says it: the ref without `refs/notes/`."""
    ref: str
    tip: str
    entries: tuple[DialectEntry, ...] = ()
    """Newest first."""
    damaged: tuple[DamagedSpan, ...] = ()
    problem: str | None = None
    """Why it could not be read, or not all of it, in words."""
    blobs: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The blob of every path of the notes tree, as hex ids: what tells a change."""

    @property
    def unreachable(self) -> tuple[DialectEntry, ...]:
        """What stands on commits that are gone."""
        return tuple(entry for entry in self.entries if entry.unreachable)


@dataclass(frozen=True, slots=True, eq=False)
class RepositoryNotes:
    """The agents' notes of one repository."""

    name: str
    """Its folder's name, behind that of folders above it where others have the same."""
    root: Path
    branch: str | None
    """The branch that is checked out, `HEAD` when detached; None when it cannot be told."""
    head: str | None
    """Hex id of the commit at HEAD; None while the branch is unborn."""
    tip: str | None
    """Hex id of the notes ref; None when there are no notes."""
    branches: tuple[BranchNotes, ...] = ()
    """The current branch first, then by the time of the latest entry, newest first."""
    damaged: tuple[DamagedSpan, ...] = ()
    problem: str | None = None
    """Why its notes could not be read, in words."""
    unreachable: frozenset[str] = frozenset()
    """Commits that carry a note and are gone from the repository, as hex ids."""
    dialects: tuple[DialectNotes, ...] = ()
    """What other programs keep under other notes refs, by name."""
    blobs: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The blob of every path of the notes tree, as hex ids: what tells a change."""

    @property
    def unreachable_entries(self) -> tuple[Entry, ...]:
        """The entries on commits that are gone; their branches have them, too."""
        if not self.unreachable:
            return ()
        return tuple(entry for entry in self.entries if entry.commit in self.unreachable)

    @property
    def detached(self) -> bool:
        """Whether HEAD names a commit rather than a branch."""
        return self.branch == "HEAD"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry, in no order that matters."""
        return tuple(
            entry
            for branch in self.branches
            for key in branch.keys
            for entry in (key.latest, *key.earlier)
        )

    def of_branch(self, branch: str) -> BranchNotes | None:
        """What the named branch remembers; None when it has no entry."""
        return next((each for each in self.branches if each.branch == branch), None)


@dataclass(frozen=True, slots=True, eq=False)
class Notes:
    """Tier one as read: every repository that the workspace takes notes from."""

    repositories: tuple[RepositoryNotes, ...] = ()
    problem: str | None = None
    """Why there is nothing to read at all (no git, no repository), in words."""

    @property
    def primary(self) -> RepositoryNotes | None:
        """The repository whose branch the next session starts on."""
        return self.repositories[0] if self.repositories else None

    @property
    def branch(self) -> str | None:
        """The current branch of the primary repository."""
        return self.primary.branch if self.primary else None


class SignKind(StrEnum):
    """What a sign about the notes as a whole is about."""

    DROPPED = "dropped"
    """Racing writers dropped entries that can be brought back."""
    APART = "apart"
    """The notes here and those of a remote, as last seen, are not the same."""


@dataclass(frozen=True, slots=True)
class NotesSign:
    """Something about a repository's notes as a whole that a person should see."""

    root: Path
    kind: SignKind
    words: str


# --- Tier two: MEMORY.md ---------------------------------------------------


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


# --- Tier three: daily logs ------------------------------------------------


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


# --- What the next session loads -------------------------------------------


class Fit(StrEnum):
    """How a budget stands."""

    FITS = "fits"
    TIGHT = "tight"
    """At or over nine tenths of the limit, and still under it."""
    OVER = "over"

    @classmethod
    def of(cls, used: int, limit: int) -> Fit:
        """The word for a count against its limit; it fits while it is below."""
        if used >= limit:
            return cls.OVER
        return cls.TIGHT if used * 10 >= limit * 9 else cls.FITS


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of the bootstrap: the bytes that the next session is given of it."""

    name: str
    """`MEMORY.md`, `yesterday`, `today`, `notes`."""
    paths: tuple[str, ...]
    """The files it is made of, relative to the workspace; empty for notes."""
    data: bytes
    start: int
    """Where it begins in the whole."""
    tokens: int
    file_starts: tuple[int, ...] = ()
    """Where each of `paths` begins, relative to `start`."""


@dataclass(frozen=True, slots=True, eq=False)
class Budget:
    """The bootstrap of a profile, counted.

    The whole is encoded once and each token belongs to the part, section and
    item in which its first byte stands, so that every level adds up.
    """

    profile: str
    encoding: str
    limit: int
    used: int
    parts: tuple[Part, ...]
    token_starts: Sequence[int] = field(repr=False, default=())
    """Byte offsets, in the whole, at which tokens begin; ascending."""
    unit: str = "tokens"
    warning: str | None = None
    """What the operator should know of the count (a vocabulary that could not be had, ...)."""

    @property
    def over(self) -> int:
        """By how many tokens the limit is missed; 0 when it fits (used < limit)."""
        return max(0, self.used - self.limit + 1)

    @property
    def fit(self) -> Fit:
        """The one word for it."""
        return Fit.of(self.used, self.limit)

    @property
    def data(self) -> bytes:
        """Exactly what the next session is given."""
        return b"".join(part.data for part in self.parts)

    def part(self, name: str) -> Part | None:
        """The named part."""
        return next((each for each in self.parts if each.name == name), None)

    def tokens_in(self, start: int, end: int) -> int:
        """How many tokens begin in `start`..`end` of the whole."""
        return bisect_left(self.token_starts, end) - bisect_left(self.token_starts, start)

    def tokens_of(self, path: str, start: int, end: int) -> int | None:
        """The tokens of a span of a file that is part of the bootstrap; None when it is not."""
        for part in self.parts:
            if path in part.paths:
                base = part.start + part.file_starts[part.paths.index(path)]
                return self.tokens_in(base + start, base + end)
        return None


# --- The whole -------------------------------------------------------------


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
