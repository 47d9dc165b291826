"""Which inputs would make it so many times cheaper: each alone, with all others as they are.

That an interval of 55 minutes instead of 30 makes it ten times cheaper does
not follow from the interval, which gives 48 / 26. These are the inputs with
which it would.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace

from memdeck.own_costs import MINUTES_A_DAY, MOST_TOKENS, Assumptions, number_words
from memdeck.pulse.reckoning import (
    MILLION,
    beats_a_day,
    call_money,
    calls_a_month,
    factor_of,
    month_money,
    times_words,
    token_price,
)
from memdeck.text import thin


@dataclass(frozen=True, slots=True)
class Way:
    """One input that would make it so many times cheaper, with all others as they are."""

    name: str
    """Of the assumption that would have another value; `loaded before` is none of them, but what
    a call would have had to load."""
    value: float | None
    """Which one; None when it cannot be done by that alone."""
    words: str


def ways_of(given: Assumptions) -> Iterator[Way]:
    """The inputs; none for what has been reached, or costs nothing."""
    factor = factor_of(given)
    if factor is None:
        return
    if factor < given.factor:
        yield _interval(given)
        cached = _cached(given)
        yield cached
        if cached.value is None:
            yield _output(given)
        yield _bootstrap(given)
        yield _before(given)
    yield _relearn(given)


def _interval(given: Assumptions) -> Way:
    before, _ = month_money(given)
    each = call_money(given, given.bootstrap, given.cached)

    def reached(minutes: int) -> bool:
        return before >= given.factor * calls_a_month(given, minutes) * each

    minutes = 1 + bisect_left(range(1, MINUTES_A_DAY + 1), True, key=reached)
    beats = beats_a_day(minutes, given.hours)
    if minutes > MINUTES_A_DAY or not (beats or given.sessions):
        return Way("interval", None, "not by a longer interval alone, with one beat a day or more")
    a_day = f"{thin(beats)} a day" if beats != 1 else "one a day"
    return Way("interval", minutes, f"a beat every {thin(minutes)} minutes, {a_day}")


def _cached(given: Assumptions) -> Way:
    dearer = given.bootstrap * (given.input_price - given.cached_price)
    uncached = call_money(given, given.bootstrap, 0) * MILLION
    if dearer > 0:
        share = (uncached - _affordable(given)) / dearer * 100
        if 0 <= share <= 100:
            words = f"{share:.1f}% of what is loaded from the provider's cache"
            return Way("cached", share, words)
    most = times_words(factor_of(replace(given, cached=100.0)))
    return Way(
        *("cached", None),
        f"not by the provider's cache alone: with all of it from there it is {most}",
    )


def _bootstrap(given: Assumptions) -> Way:
    written = call_money(given, 0, 0) * MILLION
    price = token_price(given, given.cached)
    left = _affordable(given) - written
    if 0 <= left < price * given.bootstrap:
        tokens = math.floor(left / price)
        words = f"{thin(tokens)} tokens loaded after, instead of {thin(given.bootstrap)}"
        return Way("bootstrap", tokens, words)
    before, _ = month_money(given)
    after = calls_a_month(given, given.interval) * written / MILLION
    most = times_words(before / after if after else None)
    return Way(
        *("bootstrap", None),
        f"not by loading less after: with nothing loaded at all it is {most}",
    )


def _output(given: Assumptions) -> Way:
    """Everything from the cache, and less written."""
    loaded = call_money(replace(given, output=0), given.bootstrap, 100) * MILLION
    left = _affordable(given) - loaded
    if left >= 0 and given.output_price > 0:
        tokens = math.floor(left / given.output_price)
        words = (
            f"all of it from the provider's cache, and {thin(tokens)} tokens written in a call "
            f"after, instead of {thin(given.output)}"
        )
        return Way("output", tokens, words)
    return Way(
        *("output", None),
        "not by the provider's cache and writing less: what is loaded costs too much from there",
    )


def _before(given: Assumptions) -> Way:
    """What a call would have had to load before."""
    calls = calls_a_month(given, given.before)
    _, after = month_money(given)
    written = call_money(given, 0, 0) * MILLION
    price = token_price(given, given.cached_before)
    needed = given.factor * after / calls * MILLION - written
    # What is loaded costs nothing, or next to nothing: then no model could take so much of it.
    if needed < 0 or needed > price * MOST_TOKENS:
        return Way("loaded before", None, "not by what was loaded before: that cost too little")
    tokens = math.ceil(needed / price) if price else 0
    words = (
        f"{thin(tokens)} tokens loaded in each call before, every {thin(given.before)} minutes, "
        f"and {thin(given.bootstrap)} after"
    )
    return Way("loaded before", tokens, words)


def _relearn(given: Assumptions) -> Way:
    """Three tiers against nothing remembered, at one interval."""
    written = call_money(given, 0, 0)
    needed = given.factor * call_money(given, given.bootstrap, given.cached) - written
    price = given.input_price * given.bootstrap / MILLION
    if needed < 0 or needed > price * MOST_TOKENS:
        return Way("relearn", None, "not against no memory at all: what is read costs too little")
    tokens = needed / price if price else 0.0
    words = (
        f"against no memory at all, at one interval: {number_words(round(tokens, 1))} tokens read "
        "anew for each that three tiers load"
    )
    return Way("relearn", tokens, words)


def _affordable(given: Assumptions) -> float:
    """What a call may cost after, in millionths of a dollar."""
    before, _ = month_money(given)
    return before / given.factor / calls_a_month(given, given.interval) * MILLION
