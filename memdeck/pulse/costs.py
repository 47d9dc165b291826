"""What waking agents costs: by the interval of their beats, and by what a session loads.

A pure function of its assumptions, which `memdeck.own_costs` lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from memdeck.own_costs import Assumptions, number_words
from memdeck.pulse.reckoning import (
    beats_a_day,
    call_money,
    calls_a_month,
    factor_of,
    money_words,
    month_money,
    relearned,
    reloads_a_day,
)
from memdeck.pulse.ways import Way, ways_of
from memdeck.text import plural, thin

_CACHE_MINUTES: Final = 60
"""How long providers keep what was cached, where one asks for the longer time."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure before and after the interval was changed."""

    name: str
    before: float
    after: float
    how: str
    """How it was derived, in words."""
    money: bool = False
    """Whether it is dollars."""

    @property
    def saved(self) -> float | None:
        """The part of it that is saved, 1 for all; below 0 when it costs more. None of nothing."""
        return 1 - self.after / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Approach:
    """One way for a session to know what was before, at the interval as it is now."""

    name: str
    tokens: int
    """That a call loads."""
    calls: float
    """In a month."""
    tokens_a_month: float
    money: float
    """Dollars a month."""
    times: float | None
    """As many times what three tiers cost; None when those cost nothing."""
    over: int
    """Tokens by which a call is larger than what the model takes."""
    how: str
    """How it was derived, in words."""


@dataclass(frozen=True, slots=True)
class Costs:
    """All that follows from assumptions."""

    assumptions: Assumptions
    rows: tuple[Row, ...]
    approaches: tuple[Approach, ...]
    """`stateless`, `naive` and `three tiers`."""
    factor: float | None
    """How many times cheaper it is after than before; None when it costs nothing."""
    ways: tuple[Way, ...]
    """What would make it `Assumptions.factor` times cheaper, where it is not yet."""
    remarks: tuple[str, ...]


def costs_of(assumptions: Assumptions) -> Costs:
    """What follows from the assumptions."""
    rows = tuple(_rows(assumptions))
    approaches = tuple(_approaches(assumptions))
    return Costs(
        assumptions,
        rows,
        approaches,
        factor_of(assumptions),
        tuple(ways_of(assumptions)),
        tuple(_remarks(assumptions, approaches)),
    )


# --- The tables --------------------------------------------------------------


def _rows(given: Assumptions) -> Iterator[Row]:
    beats = [beats_a_day(each, given.hours) for each in (given.before, given.interval)]
    exact = [_count(given.hours * 60 / each) for each in (given.before, given.interval)]
    agents = f", {plural(given.agents, 'agent')}" if given.agents > 1 else ""
    yield Row(
        "beats a day",
        beats[0] * given.agents,
        beats[1] * given.agents,
        f"{number_words(given.hours)} hours of 60 minutes, by {thin(given.before)} and by "
        f"{thin(given.interval)}: {exact[0]} and {exact[1]}, whole ones{agents}",
    )
    wakes = f"{thin(beats[0])} and {thin(beats[1])}"
    if given.sessions:
        wakes = f"({wakes} + {number_words(given.sessions)} sessions)"
    in_each = f", {number_words(given.calls)} calls each" if given.calls != 1 else ""
    before, after = (calls_a_month(given, each) for each in (given.before, given.interval))
    yield Row(
        "calls a month",
        before,
        after,
        f"{wakes} a day, {plural(given.days, 'day')}{agents}{in_each}",
    )
    yield Row(
        "context reloads a day",
        reloads_a_day(given, given.before),
        reloads_a_day(given, given.interval),
        f"{wakes} a day, one each{agents}",
    )
    calls = f"{_count(before)} and {_count(after)} calls"
    tokens = f"{thin(given.bootstrap)} tokens"
    yield Row(
        "tokens loaded a month",
        before * given.bootstrap,
        after * given.bootstrap,
        f"{calls}, each {tokens}",
    )
    price = _price_words(given, given.cached_before, given.cached)
    yield Row(
        "money a month",
        *month_money(given),
        f"{calls}, each {tokens} {price}, and {_written(given)}",
        money=True,
    )


def _approaches(given: Assumptions) -> Iterator[Approach]:
    calls = calls_a_month(given, given.interval)
    three = calls * call_money(given, given.bootstrap, given.cached)
    for name, tokens, cached, what in (
        (
            *("stateless", relearned(given), 0.0),
            f"{number_words(given.relearn)} for each of {thin(given.bootstrap)}, read anew",
        ),
        ("naive", given.logs, given.cached, "every daily log"),
        ("three tiers", given.bootstrap, given.cached, "the bootstrap"),
    ):
        money = calls * call_money(given, tokens, cached)
        yield Approach(
            name,
            tokens,
            calls,
            calls * tokens,
            money,
            money / three if three else 1 if name == "three tiers" else None,
            max(0, tokens - given.window),
            f"{_count(calls)} calls, each {thin(tokens)} tokens ({what}) "
            f"{_price_words(given, cached)}, and {_written(given)}",
        )


def _remarks(given: Assumptions, approaches: tuple[Approach, ...]) -> Iterator[str]:
    names = {
        "stateless": "What is read anew has",
        "naive": "The logs have",
        "three tiers": "The bootstrap has",
    }
    for each in approaches:
        if each.over:
            cached = 0.0 if each.name == "stateless" else given.cached
            cut = each.calls * call_money(given, given.window, cached)
            yield (
                f"{names[each.name]} {thin(each.tokens)} tokens, and the model takes "
                f"{thin(given.window)}: such a call is refused. What it takes of them would cost "
                f"{money_words(cut)} a month."
            )
    if 0 < given.logs < given.bootstrap:
        yield (
            f"All logs together have {thin(given.logs)} tokens, fewer than the bootstrap: to load "
            "them all costs less, until they have grown."
        )
    if given.cached and given.interval >= _CACHE_MINUTES:
        yield (
            "Where a provider keeps its cache for an hour, nothing is left of it after "
            f"{thin(given.interval)} minutes: then `cached` is 0."
        )
    if given.cached or given.cached_before:
        yield (
            "Writing into the provider's cache is not counted apart: where it costs more, "
            "put that into input_price."
        )


# --- In words ----------------------------------------------------------------


def _count(number: float) -> str:
    return number_words(round(number, 1))


def _price_words(given: Assumptions, *cached: float) -> str:
    """At what a token is loaded, where so many percent are cached: in one case, or in two."""
    words = f"at ${number_words(given.input_price)} a million"
    if any(cached):
        shares = " and ".join(f"{number_words(round(each, 1))}%" for each in dict.fromkeys(cached))
        words += f" ({shares} of them at ${number_words(given.cached_price)})"
    return words


def _written(given: Assumptions) -> str:
    price = number_words(given.output_price)
    return f"{thin(given.output)} written at ${price} a million"
