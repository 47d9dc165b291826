"""The sizes that costs are reckoned from: what a session really loads, and all that was logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from memdeck.own_costs import assumptions_of
from memdeck.text import plural, thin

if TYPE_CHECKING:
    from memdeck.model import Budget, Deck
    from memdeck.own_costs import Assumptions
    from memdeck.settings import Settings
    from memdeck.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the memory of a workspace is, in tokens."""

    profile: str
    encoding: str
    bootstrap: int
    """What the next session is given under the profile, as the encoding counts it."""
    logs: int
    """Of all daily logs that have been counted."""
    files: int
    """How many logs there are."""
    uncounted: int = 0
    """How many of them have not been counted, or could not be read."""
    remarks: tuple[str, ...] = ()
    """What could not be read or counted, in words."""


def deck_sizes(deck: Deck) -> Sizes | None:
    """The sizes as a deck knows them; None until its bootstrap has been counted."""
    if deck.budget is None:
        return None
    names = [file.name for day in deck.days for file in day.files]
    return _sizes(deck.budget, names, deck.day_tokens)


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
    return _sizes(budget, names, counted)


def workspace_assumptions(
    settings: Settings, sizes: Sizes, given: Mapping[str, float] | None = None
) -> Assumptions:
    """What is reckoned with: what is `given`, else set, else taken from the workspace."""
    return assumptions_of(
        {**settings.costs, **(given or {})},
        interval=settings.pulse_interval,
        bootstrap=sizes.bootstrap,
        logs=sizes.logs,
    )


def _sizes(budget: Budget, names: list[str], counted: Mapping[str, int | None]) -> Sizes:
    known = [tokens for name in names if (tokens := counted.get(name)) is not None]
    uncounted = len(names) - len(known)
    remarks = [budget.warning] if budget.warning else []
    if uncounted:
        remarks.append(f"Not counted: {thin(uncounted)} of {plural(len(names), 'log')}.")
    return Sizes(
        *(budget.profile, budget.encoding, budget.tokens, sum(known)),
        *(len(names), uncounted, tuple(remarks)),
    )
