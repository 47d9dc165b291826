"""What the next session is made of, read without the rest of the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from memdeck.cli.call import Call
from memdeck.model import Budget, Day, MemoryFile, Notes
from memdeck.workspace import Workspace

if TYPE_CHECKING:
    from memdeck.live.loading import Loader


@dataclass(frozen=True)
class Bootstrap:
    """The tiers as far as a session that starts on `day` is given them."""

    workspace: Workspace
    day: date
    now: datetime
    memory: MemoryFile
    days: tuple[Day, ...]
    """All that there are; only `near` ones have been read."""
    notes: Notes
    loader: Loader

    @property
    def near(self) -> tuple[Day, ...]:
        """Today and yesterday, where there is such a day."""
        return tuple(each for each in self.days if each.date in _near(self.day))

    def packed(
        self,
        *,
        memory: MemoryFile | None = None,
        branch: str | None = None,
        profile: str | None = None,
    ) -> Budget:
        """The bootstrap, counted; with another MEMORY.md or another branch's notes if given.

        `profile` is a name, that of the settings unless given; raises
        WrongUsage for one that is not known.
        """
        return self.loader.load(
            memory or self.memory,
            self.days,
            self.notes,
            day=self.day,
            now=self.now,
            profile=profile,
            branch=branch,
        )


def read_bootstrap(call: Call, day: date | None = None) -> Bootstrap:
    """What a session that starts on `day`, else today, is made of. Nothing is raised for it."""
    from memdeck.curated.sections import read_memory
    from memdeck.daily.days import read_days
    from memdeck.live.loading import Loader
    from memdeck.notes.reader import read_notes

    workspace = call.workspace()
    settings = workspace.settings
    now = call.now()
    today = workspace.today(now)
    day = day or today
    return Bootstrap(
        workspace,
        day,
        now,
        read_memory(workspace.memory_path),
        read_days(workspace.root, today=today, parse_newest=0, parse_dates=_near(day)),
        read_notes(workspace.root, settings.notes_repositories, settings.notes_ref),
        Loader(workspace, environ=call.environ),
    )


def _near(day: date) -> frozenset[date]:
    return frozenset({day, day - timedelta(days=1)} if day > date.min else {day})
