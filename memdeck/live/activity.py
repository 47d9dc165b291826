"""What is done in a workspace, read again and again: each time only what changed.

Reading and telling are two: `look` reads what is beside the deck (records,
alerts, other programs' state, the journal, commits), `tell` makes the list of
that and of the deck, and touches nothing.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from memdeck.curated.journal import FILE_NAME as JOURNAL
from memdeck.curated.records import Record
from memdeck.live.commits import CommitReader
from memdeck.model import (
    Activity,
    AgentException,
    Budget,
    Deck,
    LogFile,
    MemoryFile,
    RepositoryNotes,
)
from memdeck.openclaw import mark, state_folder
from memdeck.pulse.activity import (
    AHEAD,
    ALERT_MARK,
    MOST,
    Commit,
    Tokens,
    agents_in,
    commit_activities,
    exception_activities,
    feed,
    log_activities,
    memory_as_found,
    memory_changes,
    note_activities,
    operation_activities,
    operation_tokens,
    parse_alert,
)
from memdeck.pulse.beats import FOLDER as HEARTBEATS
from memdeck.pulse.openclaw_events import SOURCE as OPENCLAW
from memdeck.pulse.openclaw_sessions import OpenClawReader, watched_places
from memdeck.pulse.records import Followed, Found, RecordReader, record_files
from memdeck.pulse.tails import Tail
from memdeck.workspace import Workspace

DAYS: Final = 14
"""Of the newest days that have logs, lines are told."""
_MONTHS: Final = 2
_MOST_CHANGES: Final = 100
"""Changes of MEMORY.md by other programs, and exceptions, that are remembered while memdeck runs.
"""

Part = tuple[Activity, ...]
_Log = tuple[Budget | None, frozenset[str], Part]
"""Which count its costs are of, who was known by name, and its lines."""
Operations = Callable[[], Sequence[Record]]


@dataclass(frozen=True, slots=True)
class Told:
    """The list, and what is to be known of it."""

    activities: tuple[Activity, ...] = ()
    """Newest first."""
    sources: tuple[str, ...] = ()
    """The other programs whose records tell of it, by name."""
    problems: tuple[str, ...] = ()
    """What could not be read, in words."""


class ActivityReader:
    """Makes the list of what was done, each time from what changed."""

    def __init__(self, workspace: Workspace, environ: Mapping[str, str]) -> None:
        """`environ` says where OpenClaw keeps its state."""
        self._workspace = workspace
        self._records = RecordReader(workspace.root)
        self._openclaw = OpenClawReader(state_folder(environ), workspace.root)
        self._commit_reader = CommitReader()
        self._logs = _Logs(workspace)
        self._memory = _Memory(workspace)
        self._alerts: dict[str, Followed] = {}
        self._exceptions: dict[str, AgentException] = {}
        self._notes: dict[RepositoryNotes, tuple[Part, frozenset[str]]] = {}
        self._beside: tuple[Found, Found] = (Found(), Found())
        self._commits: tuple[Commit, ...] = ()
        self._parts: tuple[Part, ...] = ()
        self._made: dict[str, tuple[object, Part]] = {}
        self._ahead: dict[Activity, datetime] = {}
        self._told = Told()

    def look(self, deck: Deck, now: datetime, *, operations: Operations, git: bool) -> None:
        """Read what is new beside the deck, at an aware moment.

        `operations` gives what memdeck did of late, newest first; with `git`
        commits are asked for, where a branch has moved.
        """
        self._beside = (self._records.read(), self._openclaw.read(now))
        self._follow_alerts()
        self._memory.look(deck, operations)
        if git:
            self._commits = self._commit_reader.read(deck.notes)

    def onto(self, deck: Deck, now: datetime) -> Deck:
        """The deck with the list; the same object while nothing in it changed."""
        told = self.tell(deck, now)
        after = (told.activities, told.sources, told.problems)
        if after == (deck.activity, deck.activity_sources, deck.activity_problems):
            return deck
        activities, sources, problems = after
        return replace(
            deck, activity=activities, activity_sources=sources, activity_problems=problems
        )

    def tell(self, deck: Deck, now: datetime) -> Told:
        """The list; the same object as before while nothing in it changed."""
        agents = self._agents(deck)
        parts = (
            self._logs.read(deck, agents),
            *(self._noted(each)[0] for each in deck.notes.repositories),
            *self._memory.parts(),
            self._part(
                "commits", (self._commits, agents), commit_activities, self._commits, agents
            ),
            *(tuple(each.activities()) for each in self._alerts.values()),
            self._told_exceptions(deck.pulse.inbox),
            *(each.activities for each in self._beside),
        )
        sources = (OPENCLAW,) if self._openclaw.there else ()
        problems = (
            *(problem for each in self._beside for problem in each.problems),
            *self._commit_reader.problems,
        )
        activities = self._told.activities
        came = any(each.when <= now + AHEAD for each in self._ahead)
        if came or not _same(parts, self._parts):
            self._parts = parts
            newest = feed(self._not_ahead(parts, now))
            activities = activities if newest == activities else newest
        told = Told(activities, sources, problems)
        if told != self._told or activities is not self._told.activities:
            self._told = told
        return self._told

    def _agents(self, deck: Deck) -> frozenset[str]:
        """Who is known by name."""
        noted = [self._noted(each)[1] for each in deck.notes.repositories]
        beating = {each.agent for each in deck.pulse.agents}
        return frozenset(beating | self._workspace.settings.pulse_agents.keys()).union(*noted)

    def _noted(self, repository: RepositoryNotes) -> tuple[Part, frozenset[str]]:
        known = self._notes.get(repository)
        if known is None:
            # That of before, read again, is not needed any more.
            for each in [each for each in self._notes if each.root == repository.root]:
                del self._notes[each]
            known = note_activities(repository), agents_in(repository)
            self._notes[repository] = known
        return known

    def _told_exceptions(self, inbox: Sequence[AgentException]) -> Part:
        """Those that are told now, and those that were."""
        for each in inbox:
            self._exceptions.setdefault(each.id, each)
        while len(self._exceptions) > _MOST_CHANGES:
            del self._exceptions[next(iter(self._exceptions))]
        ids = tuple(self._exceptions)
        return self._part("exceptions", ids, exception_activities, self._exceptions.values())

    def _follow_alerts(self) -> None:
        folder = self._workspace.root / HEARTBEATS
        names: list[str] = []
        if not folder.is_symlink() and folder.is_dir():
            names = sorted(each.name for each in folder.iterdir() if each.suffix == ".jsonl")
        known = self._alerts
        self._alerts = {
            name: known.get(name) or Followed(Tail(folder / name), parse_alert, ALERT_MARK)
            for name in names[-_MONTHS:]
        }
        for name, followed in self._alerts.items():
            found = mark(folder / name)
            if found is not None:
                followed.look(f"{HEARTBEATS}/{name}", (found[2], found[3], found[1]))

    def _part(self, name: str, key: object, make: Callable[..., Part], *given: object) -> Part:
        """What `make` gives; that of before while the key is the same."""
        known = self._made.get(name)
        if known is None or known[0] != key:
            known = self._made[name] = key, make(*given)
        return known[1]

    def _not_ahead(self, parts: Sequence[Part], now: datetime) -> Iterator[Part]:
        """The parts, where what says that it will happen happened when it was first seen."""
        last = now + AHEAD
        known, self._ahead = self._ahead, {}
        for part in parts:
            if all(each.when <= last for each in part):
                yield part
                continue
            moved = []
            for each in part:
                if each.when > last:
                    first = self._ahead[each] = known.get(each, now)
                    each = replace(each, when=first, about=True)
                moved.append(each)
            yield tuple(moved)


class _Logs:
    """The lines of the newest logs, each log made once while it stays as it is."""

    def __init__(self, workspace: Workspace) -> None:
        self._zone = workspace.zone
        self._made: dict[LogFile, _Log] = {}
        self._digests: dict[str, frozenset[str]] = {}
        self._seen: dict[str, dict[str, datetime]] = {}
        self._names: frozenset[str] | None = None
        self._part: Part = ()

    def read(self, deck: Deck, agents: frozenset[str]) -> Part:
        """The same object as before while nothing changed."""
        before, self._made = self._made, {}
        total = 0
        for day in deck.days[:DAYS]:
            # What is older than so many lines would not be told.
            for file in day.files if total < MOST else ():
                if file.parsed:
                    self._made[file] = self._log(file, deck.budget, agents, before.get(file))
                    total += len(self._made[file][2])
        changed = self._made.keys() != before.keys() or any(
            made[2] is not before[file][2] for file, made in self._made.items()
        )
        self._names = frozenset(file.name for day in deck.days for file in day.files)
        if changed:
            names = {file.name for file in self._made}
            self._digests = {name: self._digests[name] for name in names}
            self._seen = {name: seen for name, seen in self._seen.items() if name in names}
            self._part = tuple(each for made in self._made.values() for each in made[2])
        return self._part

    def _log(
        self, file: LogFile, budget: Budget | None, agents: frozenset[str], known: _Log | None
    ) -> _Log:
        """A log's lines; those of before while neither they nor what they cost changed."""
        if budget is not None and not any(file.name in each.paths for each in budget.parts):
            budget = None
        if known is None:
            self._see(file)
        elif known[0] is budget and known[1] == agents:
            return known
        tokens = budget.tokens_of if budget is not None else None
        seen = self._seen.get(file.name)
        part = log_activities(file, self._zone, agents=agents, tokens=tokens, seen=seen)
        return budget, agents, known[2] if known is not None and known[2] == part else part

    def _see(self, file: LogFile) -> None:
        """Remember which lines came since the log was read last."""
        digests = frozenset(item.digest for item in file.items)
        known = self._digests.get(file.name)
        if known is None and self._names is not None and file.name not in self._names:
            known = frozenset()
        if known is not None:
            seen = self._seen.setdefault(file.name, {})
            seen |= {each: file.modified for each in digests - known if each not in seen}
        self._digests[file.name] = digests


class _Memory:
    """What was done to MEMORY.md: by memdeck, as its journal says, and by others."""

    def __init__(self, workspace: Workspace) -> None:
        self._journal = workspace.state_folder / JOURNAL
        self._marks: object = None
        self._operations: tuple[Record, ...] = ()
        self._costs: dict[str, int] = {}
        self._memory: MemoryFile | None = None
        self._budget: Budget | None = None
        self._digest = ""
        self._others: deque[Activity] = deque(maxlen=_MOST_CHANGES)
        self._parts: tuple[Part, Part] = ((), ())

    def look(self, deck: Deck, operations: Operations) -> None:
        """Compare with what it was, when it or the journal has changed."""
        marks = (mark(self._journal), mark(self._journal.with_name(f"{JOURNAL}-wal")))
        if marks == self._marks and deck.memory is self._memory:
            return
        before, budget = self._memory, self._budget
        self._marks, self._operations = marks, tuple(operations())
        self._memory, self._budget = deck.memory, deck.budget
        self._digest = hashlib.sha256(deck.memory.data).hexdigest()
        after = deck.budget.tokens_of if deck.budget is not None else None
        if before is not deck.memory:
            self._compare(before, deck.memory, after)
            self._count(after, budget.tokens_of if budget is not None else None, before)
        self._parts = (
            operation_activities(
                self._operations, memory=deck.memory, digest=self._digest, costs=self._costs
            ),
            tuple(self._others),
        )

    def parts(self) -> tuple[Part, Part]:
        """What memdeck did, and what others did."""
        return self._parts

    def _compare(
        self, before: MemoryFile | None, memory: MemoryFile, tokens: Tokens | None
    ) -> None:
        ours = any(each.after_hash == self._digest for each in self._operations)
        if before is None:
            self._others += memory_as_found(memory, self._operations, self._digest)
        elif not ours and memory.data != before.data:
            self._others += memory_changes(before, memory, tokens)

    def _count(
        self, after: Tokens | None, before: Tokens | None, memory: MemoryFile | None
    ) -> None:
        """What the last operation added or took: known while both files are."""
        last = next((each for each in self._operations if each.after_hash == self._digest), None)
        if last is None or after is None:
            return
        digest = hashlib.sha256(memory.data).hexdigest() if memory is not None else None
        cost = operation_tokens(last, after, before if last.before_hash == digest else None)
        known = {each.id for each in self._operations}
        self._costs = {each: self._costs[each] for each in self._costs if each in known}
        if cost is not None:
            self._costs[last.id] = cost


def activity_places(workspace: Workspace, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """What changes beside the logs and git when something was done: files, and folders that are
    to be looked at as such."""
    return (*record_files(workspace.root), *watched_places(state_folder(environ)))


def _same(parts: Sequence[Part], before: Sequence[Part]) -> bool:
    return len(parts) == len(before) and all(
        mine is theirs or mine == theirs for mine, theirs in zip(parts, before, strict=True)
    )
