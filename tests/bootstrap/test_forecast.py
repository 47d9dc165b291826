"""When it will be full: near on a line with noise, silent with too little, and never alarmed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.bootstrap.forecast import FARTHEST_DAYS, Measured, forecast, forecast_of
from memdeck.model import Budget, Cut, Limit, Part, Piece, Source, Unit

TODAY = date(2026, 2, 6)


def history(*sizes: float | None, step: int = 1) -> list[Measured]:
    """Sizes of the last days, the last one today's; None where it is not known."""
    begin = TODAY - timedelta(days=step * (len(sizes) - 1))
    return [
        Measured(begin + timedelta(days=step * index), size)
        for index, size in enumerate(sizes)
        if size is not None
    ]


def test_it_says_when_and_with_which_numbers() -> None:
    sizes = [3000.0 + 210 * day for day in range(14)]
    known = [
        size if day in (0, 1, 3, 4, 6, 8, 10, 12, 13) else None for day, size in enumerate(sizes)
    ]
    found = forecast(history(*known), 13_740, 15_000, TODAY)
    assert found is not None
    assert found.words == (
        "full in about 6 days at this growth of MEMORY.md: "
        "+210 tokens a day over 14 days (9 measurements)"
    )
    assert (found.per_day, found.days, found.measured) == (210, 14, 9)
    assert found.full_in == pytest.approx(6)
    assert found.full_on == date(2026, 2, 12)


@pytest.mark.parametrize(
    "known",
    [
        [],
        history(1000),
        history(*(1000.0 + day for day in range(6))),
        history(1000, *[None] * 20, 2000),
        # Of a day that is still to come nothing is known.
        [Measured(TODAY + timedelta(days=day), 1000.0 + day) for day in range(1, 20)],
        # Ten sizes of one day are one.
        [Measured(TODAY, 1000.0 + each) for each in range(10)],
    ],
)
def test_with_too_little_history_it_is_silent(known: Sequence[Measured]) -> None:
    assert forecast(known, 9000, 15_000, TODAY) is None


def test_seven_days_are_enough() -> None:
    found = forecast(history(*(1000.0 + 100 * day for day in range(7))), 14_000, 15_000, TODAY)
    assert found is not None
    assert found.words.startswith("full in about 10 days")


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([1000.0] * 9, "MEMORY.md is not growing: +0 tokens a day over 9 days (9 measurements)"),
        (
            [2000.0 - 12 * day for day in range(9)],
            "MEMORY.md is not growing: -12 tokens a day over 9 days (9 measurements)",
        ),
    ],
)
def test_what_does_not_grow_is_said_so(sizes: list[float], words: str) -> None:
    found = forecast(history(*sizes), 9000, 15_000, TODAY)
    assert found is not None
    assert (found.words, found.full_in, found.full_on) == (words, None, None)


@pytest.mark.parametrize(
    ("used", "lead"),
    [
        (15_000, "full already, and MEMORY.md is growing: +100 tokens"),
        (99_000, "full already, and MEMORY.md is growing"),
        (14_950, "full within a day at this growth"),
        (14_850, "full in about 2 days"),
        (14_899, "full in about 1 day at"),
        (-99_000, "not full within a year at this growth"),
    ],
)
def test_near_and_far_are_said_as_they_are(used: int, lead: str) -> None:
    found = forecast(history(*(1000.0 + 100 * day for day in range(9))), used, 15_000, TODAY)
    assert found is not None
    assert found.words.startswith(lead)
    far = found.full_in is None or found.full_in > FARTHEST_DAYS
    assert (found.full_on is None) == far


def test_a_day_on_which_much_was_pasted_or_taken_out_does_not_decide() -> None:
    sizes = [4000.0 + 100 * day for day in range(14)]
    sizes[5] += 5000
    sizes[9] -= 3000
    found = forecast(history(*sizes), 14_000, 15_000, TODAY)
    assert found is not None
    assert found.per_day == pytest.approx(100, rel=0.2)


def test_the_last_month_counts_and_what_is_older_only_when_there_is_nothing_else() -> None:
    older = history(*(1000.0,) * 30, *(1000.0 + 100 * day for day in range(30)))
    found = forecast(older, 14_000, 15_000, TODAY)
    assert found is not None
    assert found.per_day == pytest.approx(100)
    seldom = forecast(history(1000, 2000, 3000, 4000, step=15), 14_000, 15_000, TODAY)
    assert seldom is not None
    assert (round(seldom.per_day), seldom.days, seldom.measured) == (67, 46, 4)


@given(
    seed=st.integers(0, 2**32),
    per_day=st.integers(20, 500),
    days=st.integers(8, 60),
    room=st.integers(500, 10_000),
)
def test_on_a_line_with_noise_it_is_within_a_fifth(
    seed: int, per_day: int, days: int, room: int
) -> None:
    chance = random.Random(seed)
    sizes: list[float | None] = [
        4000 + per_day * (day + chance.uniform(-0.4, 0.4)) for day in range(days)
    ]
    for day in chance.sample(range(1, days - 1), k=(days - 2) // 4):
        sizes[day] = None
    found = forecast(history(*sizes), 15_000 - room, 15_000, TODAY)
    assert found is not None
    assert found.per_day == pytest.approx(per_day, rel=0.2)
    assert found.full_in == pytest.approx(room / per_day, rel=0.2)


@given(
    st.lists(st.tuples(st.integers(-70, 5), st.integers(0, 10**7)), max_size=30),
    st.integers(0, 10**6),
    st.integers(1, 10**6),
)
def test_any_history_has_an_answer_or_none(
    known: list[tuple[int, int]], used: int, limit: int
) -> None:
    found = forecast(
        [Measured(TODAY + timedelta(days=day), size) for day, size in known], used, limit, TODAY
    )
    if found is not None:
        assert found.words
        assert found.measured >= 3
        assert found.days >= 7
        assert found.full_in is None or found.full_in >= 0


# --- For a budget ------------------------------------------------------------


def budget(
    data: bytes, *, unit: Unit = Unit.TOKENS, safety: float = 1.0, used: int, limit: int,
    part_limit: int | None = None, cuts: tuple[Cut, ...] = (), size: int = 0,
) -> Budget:  # fmt: skip
    starts = tuple(range(0, len(data), 4))
    part = Part(
        *("MEMORY.md", ("MEMORY.md",), data, 0, len(starts)),
        pieces=(Piece(0, len(data), "MEMORY.md", 0, len(data)),),
        sources=(Source("MEMORY.md", data),),
        size=size or len(starts),
        limit=part_limit,
        cuts=cuts,
    )
    return Budget(
        *("p", "words", limit, used, (part,), starts), unit=unit, safety=safety, at_limit_fits=True
    )


GROWING = history(*(4000.0 + 400 * day for day in range(10)))
"""In bytes."""


def test_bytes_become_tokens_by_what_the_file_costs_today() -> None:
    found = forecast_of(GROWING, budget(b"x" * 7600, used=14_000, limit=15_000), "MEMORY.md", TODAY)
    assert found is not None
    assert found.per_day == pytest.approx(100)
    assert found.full_in == pytest.approx(10)


def test_the_safety_factor_counts_in_the_growth_too() -> None:
    counted = budget(b"x" * 7600, safety=1.2, used=14_000, limit=15_000)
    found = forecast_of(GROWING, counted, "MEMORY.md", TODAY)
    assert found is not None
    assert found.per_day == pytest.approx(120)


def test_the_limit_with_less_room_counts_and_has_its_own_unit() -> None:
    counted = budget(
        b"x" * 7600, unit=Unit.CHARACTERS, size=7600, part_limit=9600, used=20_000, limit=60_000
    )
    found = forecast_of(GROWING, counted, "MEMORY.md", TODAY)
    assert found is not None
    assert (found.used, found.limit, found.unit) == (7600, 9600, Unit.CHARACTERS)
    assert found.words == (
        "full in about 5 days at this growth of MEMORY.md: "
        "+400 chars a day over 10 days (10 measurements)"
    )


def test_of_several_limits_the_one_that_is_reached_first_counts() -> None:
    counted = budget(b"x" * 7600, unit=Unit.LINES, size=100, used=100, part_limit=200, limit=200)
    (part,) = counted.parts
    for characters, words in (
        (8400, "full in about 2 days at this growth of MEMORY.md: +400 chars a day"),
        (99_000, "full in about 19 days at this growth of MEMORY.md: +5 lines a day"),
    ):
        two = replace(part, limits=(Limit(Unit.CHARACTERS, 7600, characters),))
        found = forecast_of(GROWING, replace(counted, parts=(two,)), "MEMORY.md", TODAY)
        assert found is not None
        assert found.words.startswith(words)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [(GROWING, "growing: +400 chars a day"), (history(*[7600.0] * 10), "not growing: +0 chars")],
)
def test_what_is_cut_already_is_not_about_to_be_full(sizes: Sequence[Measured], words: str) -> None:
    cut = Cut("MEMORY.md", 5000, 7600, 10, 650, 2600, "over the cap of 5 000")
    counted = budget(
        b"x" * 7600, unit=Unit.CHARACTERS, size=5000, part_limit=5000, used=5000, limit=60_000,
        cuts=(cut,),
    )  # fmt: skip
    found = forecast_of(sizes, counted, "MEMORY.md", TODAY)
    assert found is not None
    assert found.words.startswith(f"MEMORY.md is cut already, and {words}")
    assert (found.full_in, found.full_on) == (0.0, TODAY)


def test_without_memory_in_the_profile_there_is_no_forecast() -> None:
    counted = budget(b"x" * 7600, used=1, limit=9)
    assert forecast_of(GROWING, counted, "SOUL.md", TODAY) is None
    assert forecast_of(GROWING, budget(b"", used=1, limit=9), "MEMORY.md", TODAY) is None
