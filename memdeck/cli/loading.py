"""What the next session is made of, read without the rest of the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from memdeck.cli.call import Call
from memdeck.model import Budget, Day, MemoryFile, Notes
from memdeck.workspace import Workspace

if TYPE_CHECKING:
    from memdeck.bootstrap.tokens import Counting


@dataclass(frozen=True)
class Bootstrap:
    """The tiers as far as a session that starts on `day` is given them."""

    workspace: Workspace
    day: date
    memory: MemoryFile
    days: tuple[Day, ...]
    """All that there are; only `near` ones have been read."""
    notes: Notes

    @cached_property
    def counter(self) -> Counting:
        """Counts in the vocabulary of the settings, which is loaded (0.1 s) for what is new."""
        from memdeck.bootstrap.cache import CachedCounter

        return CachedCounter(self.workspace.settings.encoding, self.workspace.state_folder)

    @property
    def near(self) -> tuple[Day, ...]:
        """Today and yesterday, where there is such a day."""
        return tuple(each for each in self.days if each.date in _near(self.day))

    def packed(self, *, memory: MemoryFile | None = None, branch: str | None = None) -> Budget:
        """The bootstrap, counted; with another MEMORY.md or another branch's notes if given."""
        from memdeck.bootstrap.pack import pack_article

        return pack_article(
            memory or self.memory,
            self.days,
            self.notes,
            today=self.day,
            counter=self.counter,
            limit=self.workspace.settings.limit,
            branch=branch,
            root=self.workspace.root,
        )


def read_bootstrap(call: Call, day: date | None = None) -> Bootstrap:
    """What a session that starts on `day`, else today, is made of. Nothing is raised for it."""
    from memdeck.curated.sections import read_memory
    from memdeck.daily.days import read_days
    from memdeck.notes.reader import read_notes

    workspace = call.workspace()
    settings = workspace.settings
    today = workspace.today(call.now())
    day = day or today
    return Bootstrap(
        workspace,
        day,
        read_memory(workspace.memory_path),
        read_days(workspace.root, today=today, parse_newest=0, parse_dates=_near(day)),
        read_notes(workspace.root, settings.notes_repositories, settings.notes_ref),
    )


def _near(day: date) -> frozenset[date]:
    return frozenset({day, day - timedelta(days=1)} if day > date.min else {day})
