"""How calls and money are reckoned from assumptions, and how they are written.

Prices are dollars for a million tokens; a call costs what it loads, at the
provider's price for what is cached and for what is not, and what it writes.
Beats are whole ones: of 55 minutes a day has 26.
"""

from __future__ import annotations

from typing import Final

from memdeck.own_costs import Assumptions
from memdeck.text import thin

MILLION: Final = 1_000_000


def beats_a_day(minutes: int, hours: float = 24.0) -> int:
    """How many whole intervals of so many minutes fit into the hours of a day."""
    return int(hours * 60 // minutes)


def reloads_a_day(given: Assumptions, minutes: int) -> float:
    """How often a context is loaded in a day, by all agents."""
    return (beats_a_day(minutes, given.hours) + given.sessions) * given.agents


def calls_a_month(given: Assumptions, minutes: int) -> float:
    """Calls of the model, of all agents, when they beat every so many minutes."""
    return reloads_a_day(given, minutes) * given.days * given.calls


def token_price(given: Assumptions, cached: float) -> float:
    """Dollars for a million tokens that are loaded, so many percent of them from the cache."""
    return given.input_price + (given.cached_price - given.input_price) * cached / 100


def call_money(given: Assumptions, tokens: float, cached: float) -> float:
    """Dollars for a call that loads so many tokens, so many percent of them from the cache."""
    written = given.output * given.output_price
    return (tokens * token_price(given, cached) + written) / MILLION


def month_money(given: Assumptions) -> tuple[float, float]:
    """Dollars a month with three tiers, before and after."""
    before = calls_a_month(given, given.before)
    after = calls_a_month(given, given.interval)
    return (
        before * call_money(given, given.bootstrap, given.cached_before),
        after * call_money(given, given.bootstrap, given.cached),
    )


def factor_of(given: Assumptions) -> float | None:
    """How many times cheaper it is after than before; None when either costs nothing."""
    before, after = month_money(given)
    return before / after if before and after else None


def relearned(given: Assumptions) -> int:
    """Tokens that a session which remembers nothing reads."""
    return round(given.bootstrap * given.relearn)


# --- In words ----------------------------------------------------------------


def money_words(dollars: float) -> str:
    """An amount: `$1 234.50`; below a cent what can be seen of it, `$0.0012`."""
    if 0.0001 <= dollars < 0.01:
        return f"${dollars:.4f}"
    whole, _, cents = f"{dollars:.2f}".partition(".")
    return f"${thin(int(whole))}.{cents}"


def times_words(times: float | None) -> str:
    """How many times: `1.8×`, `10×`, `1 204×`."""
    if times is None:
        return "not known"
    if times < 10:
        # What is nearly ten is not said to be ten.
        return f"{min(round(times, 1), 9.9):g}×"
    return f"{thin(round(times))}×"
