"""Tier one, git notes, as read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

JsonValue: TypeAlias = (
    "bool | int | float | str | Sequence[JsonValue] | dict[str, JsonValue] | None"
)


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
