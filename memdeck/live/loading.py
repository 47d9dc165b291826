"""The bootstrap of a workspace under any profile: one road for the commands and the dashboard."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from memdeck.bootstrap.files import FileReader, Seen
from memdeck.bootstrap.load import load_bootstrap
from memdeck.bootstrap.profiles import Profile, profile_named
from memdeck.model import Budget, Day, MemoryFile, Notes
from memdeck.workspace import Workspace

if TYPE_CHECKING:
    from memdeck.bootstrap.drafts import Trust
    from memdeck.bootstrap.tokens import Counting

_KEPT: Final = 12
"""Bootstraps that are kept: a person goes back and forth between profiles, days and branches."""

Key = tuple[str, date, date, str | None]


@dataclass(frozen=True, slots=True, eq=False)
class _Loaded:
    """A bootstrap with everything that it was made of."""

    memory: MemoryFile
    days: Sequence[Day]
    notes: Notes
    provenance: Mapping[str, Trust]
    seen: Seen
    budget: Budget


class Loader:
    """Loads bootstraps of one workspace; what did not change is the same `Budget` as before.

    It belongs to one thread at a time.
    """

    def __init__(
        self,
        workspace: Workspace,
        counter: Counting | None = None,
        *,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Without `counter`, one in the vocabulary of the settings is made when it is needed.

        `environ` says where harnesses keep their records; that of the process unless given.
        """
        self.workspace = workspace
        self.files = FileReader(workspace.root)
        self._counter = counter
        self._environ = os.environ if environ is None else environ
        self._loaded: dict[Key, _Loaded] = {}
        self._provenance: tuple[object, Mapping[str, Trust]] | None = None

    @property
    def counter(self) -> Counting:
        """The token counter; it loads the tokenizer (0.1 to 0.3 s) for what is new to it."""
        if self._counter is None:
            from memdeck.bootstrap.cache import CachedCounter

            workspace = self.workspace
            self._counter = CachedCounter(workspace.settings.encoding, workspace.state_folder)
        return self._counter

    def profile(self, name: str | None = None) -> Profile:
        """A profile by its name, that of the settings without one; raises WrongUsage."""
        settings = self.workspace.settings
        return profile_named(name or settings.profile, settings)

    def provenance(self) -> Mapping[str, Trust]:
        """By path: what the harness's own record says of files; empty when there is none."""
        from memdeck.bootstrap.provenance import read_provenance, stamp

        root = self.workspace.root
        looks = stamp(root, self._environ)
        if self._provenance is None or self._provenance[0] != looks:
            self._provenance = looks, read_provenance(root, self._environ)
        return self._provenance[1]

    def load(
        self,
        memory: MemoryFile,
        days: Sequence[Day],
        notes: Notes,
        *,
        day: date,
        now: datetime,
        profile: str | None = None,
        branch: str | None = None,
    ) -> Budget:
        """The bootstrap of a session that starts on `day`, at the time of day of `now`.

        `profile` is a name, that of the settings unless given; `branch` that of
        the notes, the one that is checked out unless given. Raises WrongUsage
        for a profile that is not known.
        """
        rule = self.profile(profile)
        utc_day = self.utc_day(day, now)
        key = rule.name, day, utc_day, branch
        provenance = self.provenance() if rule.uses_provenance else {}
        before = self._loaded.pop(key, None)
        if before is not None and self._same(before, memory, days, notes, provenance):
            self._loaded[key] = before
            return before.budget
        self.files.begin()
        budget = load_bootstrap(
            rule,
            memory,
            days,
            notes,
            root=self.workspace.root,
            today=day,
            utc_today=utc_day,
            counter=self.counter,
            branch=branch,
            files=self.files,
            provenance=provenance,
        )
        self._loaded[key] = _Loaded(memory, days, notes, provenance, self.files.seen, budget)
        if len(self._loaded) > _KEPT:
            del self._loaded[next(iter(self._loaded))]
        return budget

    def utc_day(self, day: date, now: datetime) -> date:
        """The date in UTC when it is `day` in the workspace, at the time of day of `now`."""
        ahead = now.astimezone(UTC).date() - self.workspace.today(now)
        try:
            return day + ahead
        except OverflowError:
            return day

    def _same(
        self,
        before: _Loaded,
        memory: MemoryFile,
        days: Sequence[Day],
        notes: Notes,
        provenance: Mapping[str, Trust],
    ) -> bool:
        return (
            before.memory is memory
            and before.days is days
            and before.notes is notes
            and before.provenance == provenance
            and self.files.same(before.seen)
        )
