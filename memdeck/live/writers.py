"""Who wrote the entries of notes that do not say it: whoever git says committed them then."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import nlargest
from operator import attrgetter
from pathlib import Path
from typing import Final

from memdeck.errors import MemdeckError
from memdeck.git import Git
from memdeck.model import Dialect, Entry, Notes, RepositoryNotes
from memdeck.notes.history import notes_commits
from memdeck.pulse.fields import agent_of

AT_ONCE: Final = timedelta(minutes=2)
"""How far an entry's time and that of git's commit of it may lie apart."""
_MOST: Final = 500
"""Commits of a notes ref that are asked for: of more, those of the last days count."""
_MOST_ENTRIES: Final = 2_000

Wrote = tuple[str | None, datetime, str | None]
"""Who wrote (None when nobody knows), when, and on which branch where that is known."""
_Commit = tuple[datetime, str]


class WriterReader:
    """Tells who wrote what last in the notes; asks git when they have moved."""

    def __init__(self, ref: str) -> None:
        """`ref` is the full name of the notes ref."""
        self._ref = ref
        self._commits: dict[Path, tuple[str, tuple[_Commit, ...]]] = {}
        self._told: tuple[Notes | None, frozenset[str]] = (None, frozenset())
        self._wrote: tuple[Wrote, ...] = ()

    def read(self, notes: Notes, agents: Collection[str]) -> tuple[Wrote, ...]:
        """The last entry of each writer on each branch. `agents` are those that are known: who
        else commits is no agent.

        Two git processes for a repository whose notes have moved, none without agents.
        """
        known = frozenset(agents)
        if self._told[0] is not notes or self._told[1] != known:
            self._told = notes, known
            self._wrote = tuple(self._last(notes, known)) if known else ()
        return self._wrote

    def _last(self, notes: Notes, agents: frozenset[str]) -> Iterator[Wrote]:
        names = {agent.casefold(): agent for agent in agents}
        last: dict[tuple[str | None, str | None], datetime] = {}
        for repository in notes.repositories:
            commits = [
                (when, names[actor.casefold()])
                for when, actor in self._committed(repository)
                if actor.casefold() in names
            ]
            for who, when, branch in _written(repository, commits):
                last[who, branch] = max(last.get((who, branch), when), when)
        for (who, branch), when in last.items():
            yield who, when, branch

    def _committed(self, repository: RepositoryNotes) -> tuple[_Commit, ...]:
        """When the notes were committed and by whom, oldest first; none when git cannot say."""
        tip = repository.tip
        if tip is None:
            return ()
        known = self._commits.get(repository.root)
        if known is None or known[0] != tip:
            try:
                found = notes_commits(Git(repository.root), self._ref, limit=_MOST)
            except MemdeckError:
                # The same trouble is in the repository's own problem, in words.
                found = ()
            commits = sorted((each.when, each.actor) for each in found if each.when and each.actor)
            known = self._commits[repository.root] = tip, tuple(commits)
        return known[1]


def _written(repository: RepositoryNotes, commits: list[_Commit]) -> Iterator[Wrote]:
    for entry in _newest(repository.entries):
        if (when := entry.moment) is not None:
            yield agent_of(entry.extra) or _committer(commits, when), when, entry.branch
    for dialect in repository.dialects:
        own = dialect.dialect is Dialect.AGENT
        name = dialect.name.rpartition("/")[2] if own else None
        for told in dialect.entries:
            if told.when is not None:
                branch = dict(told.details).get("branch") if own else None
                yield name, told.when, branch


def _newest(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The newest of very many: only who wrote last is asked for. Times are compared as they are
    written, which is right for all that are written as asked for."""
    if len(entries) <= _MOST_ENTRIES:
        return entries
    return nlargest(_MOST_ENTRIES, entries, key=attrgetter("timestamp"))


def _committer(commits: list[_Commit], when: datetime) -> str | None:
    """Who committed at that moment, or nearly; None when no agent did."""
    after = bisect_left(commits, (when, ""))
    near = [
        each for each in commits[max(0, after - 1) : after + 1] if abs(each[0] - when) <= AT_ONCE
    ]
    return min(near, key=lambda each: abs(each[0] - when))[1] if near else None
