"""The sizes that costs are reckoned from, read from a workspace without the rest of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from memdeck.pulse.sizes import Sizes, sizes_of

if TYPE_CHECKING:
    from memdeck.workspace import Workspace


def read_sizes(
    workspace: Workspace,
    now: datetime,
    *,
    profile: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Sizes:
    """The sizes, read and counted; logs that were counted before are not read again.

    `profile` is a name, that of the settings unless given; raises WrongUsage
    for one that is not known. Nothing else is raised for what is on disk.
    """
    from memdeck.bootstrap.cache import CachedCounter
    from memdeck.cache import Cache
    from memdeck.curated.sections import read_memory
    from memdeck.daily.days import read_days
    from memdeck.live.day_counts import count_days
    from memdeck.live.loading import Loader
    from memdeck.notes.reader import read_notes

    settings = workspace.settings
    counter = CachedCounter(settings.encoding, workspace.state_folder)
    loader = Loader(workspace, counter, environ=environ)
    rule = loader.profile(profile)
    today = workspace.today(now)
    near = {today - timedelta(days=ago) for ago in (0, 1)}
    days = read_days(workspace.root, today=today, parse_newest=0, parse_dates=near)
    budget = loader.load(
        read_memory(workspace.memory_path),
        days,
        read_notes(workspace.root, settings.notes_repositories, settings.notes_ref),
        day=today,
        now=now,
        profile=rule.name,
    )
    counts = count_days(workspace.root, days, counter, Cache(workspace.state_folder), now=now)
    counted = {name: each.tokens for name, each in counts.items() if each.problem is None}
    names = [file.name for day in days for file in day.files]
    return sizes_of(budget, names, counted)
