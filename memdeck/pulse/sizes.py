"""The sizes that costs are reckoned from: what a session really loads, and all that was logged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memdeck.own_costs import assumptions_of
from memdeck.text import plural, thin

if TYPE_CHECKING:
    from memdeck.model import Budget, Deck
    from memdeck.own_costs import Assumptions
    from memdeck.settings import Settings


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
    return sizes_of(deck.budget, names, deck.day_tokens)


def sizes_of(budget: Budget, names: Sequence[str], counted: Mapping[str, int | None]) -> Sizes:
    """The sizes, from a counted bootstrap, the names of all logs and the tokens of those known."""
    known = [tokens for name in names if (tokens := counted.get(name)) is not None]
    uncounted = len(names) - len(known)
    remarks = [budget.warning] if budget.warning else []
    if uncounted:
        remarks.append(f"Not counted: {thin(uncounted)} of {plural(len(names), 'log')}.")
    return Sizes(
        *(budget.profile, budget.encoding, budget.tokens, sum(known)),
        *(len(names), uncounted, tuple(remarks)),
    )


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
