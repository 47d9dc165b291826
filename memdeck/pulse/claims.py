"""The article's own figures: which follow from what it states, and with which inputs the others do.

It states two intervals (30 and 55 minutes) and a limit of 15,000 tokens. It
states no prices, nor how much a call writes, what a session without memory
reads, or how long its logs are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from memdeck.own_costs import Assumptions, number_words
from memdeck.pulse.costs import Costs, Row, costs_of
from memdeck.pulse.reckoning import money_words, times_words
from memdeck.text import thin

ARTICLE: Final = Assumptions(bootstrap=15_000, logs=302_000)
"""What its figures come out with."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure of the article."""

    name: str
    stated: str
    """As the article has it."""
    found: str
    """As it comes out."""
    derived: bool
    """Whether it follows from what the article states."""
    words: str
    """How it follows; or with which inputs it comes out."""


def claims() -> tuple[Claim, ...]:
    """Each figure, in the article's order."""
    costs = costs_of(ARTICLE)
    rows = {each.name: each for each in costs.rows}
    beats, calls = rows["beats a day"], rows["calls a month"]
    saved = round((beats.saved or 0) * 100)
    tokens = {each.name: each.tokens for each in costs.approaches}
    inputs = (
        f"{thin(int(calls.after))} calls, ${number_words(ARTICLE.input_price)} and "
        f"${number_words(ARTICLE.output_price)} a million, {thin(ARTICLE.output)} tokens written"
    )
    return (
        Claim("beats a day", "48 → 26", _pair(beats), True, beats.how),
        Claim("calls a month", "1 440 → 780", _pair(calls), True, calls.how),
        Claim("saved", "46%", f"{saved}%", True, "1 − 26 / 48"),
        Claim(
            *("cost reduction", "~10×", times_words(costs.factor), False),
            "fewer calls alone give 48 / 26; the inputs that would give ten times are listed",
        ),
        Claim(
            *("stateless", "~$480", _money(costs, "stateless"), False),
            f"{inputs}, {thin(tokens['stateless'])} loaded: a whole window of 200 000, nearly",
        ),
        Claim(
            *("naive", "~$720", _money(costs, "naive"), False),
            f"{inputs}, {thin(tokens['naive'])} loaded, more than a window takes",
        ),
        Claim(
            *("three tiers", "~$48", _money(costs, "three tiers"), False),
            f"{inputs}, {thin(tokens['three tiers'])} loaded, the limit",
        ),
        Claim(
            *("reliability", "60%, 85%, 100%", "not known", False),
            "no inputs are stated that it could follow from",
        ),
    )


def _pair(row: Row) -> str:
    return f"{thin(int(row.before))} → {thin(int(row.after))}"


def _money(costs: Costs, name: str) -> str:
    return next(money_words(each.money) for each in costs.approaches if each.name == name)
