"""What waking an agent costs: the article's figures, and any other inputs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.own_costs import ASSUMPTIONS, Assumptions
from memdeck.pulse.claims import ARTICLE, claims
from memdeck.pulse.costs import Costs, costs_of
from memdeck.pulse.reckoning import beats_a_day, money_words, times_words
from memdeck.pulse.ways import Way

SMALL = Assumptions(bootstrap=11_204, logs=61_000)


def row(costs: Costs, name: str) -> tuple[float, float]:
    found = next(each for each in costs.rows if each.name == name)
    return found.before, found.after


def approach(costs: Costs, name: str) -> float:
    return next(each.money for each in costs.approaches if each.name == name)


def way(costs: Costs, name: str) -> Way:
    return next(each for each in costs.ways if each.name == name)


# --- The article -------------------------------------------------------------


def test_fifty_five_minutes_instead_of_thirty_save_forty_six_percent() -> None:
    costs = costs_of(ARTICLE)
    assert row(costs, "beats a day") == (48, 26)
    assert row(costs, "calls a month") == (1440, 780)
    assert row(costs, "context reloads a day") == (48, 26)
    for each in costs.rows:
        assert each.saved is not None
        assert round(each.saved * 100) == 46


def test_the_three_approaches_cost_what_the_article_says() -> None:
    costs = costs_of(ARTICLE)
    assert round(approach(costs, "stateless")) == pytest.approx(480, abs=1)
    assert round(approach(costs, "naive")) == pytest.approx(720, abs=1)
    assert round(approach(costs, "three tiers")) == 48
    assert [each.calls for each in costs.approaches] == [780, 780, 780]
    # Its remark that limits are exceeded comes out as well.
    assert [each.over for each in costs.approaches] == [0, 102_000, 0]


def test_ten_times_less_does_not_follow_from_the_interval() -> None:
    costs = costs_of(ARTICLE)
    assert costs.factor == pytest.approx(48 / 26)
    assert costs.approaches[0].times == pytest.approx(10, abs=0.01)


def test_each_figure_of_the_article_is_said_to_follow_or_not() -> None:
    found = {each.name: each for each in claims()}
    assert found["beats a day"].derived
    assert (found["beats a day"].stated, found["beats a day"].found) == ("48 → 26", "48 → 26")
    assert found["calls a month"].found == "1 440 → 780"
    assert found["saved"].found == "46%"
    for name in ("cost reduction", "stateless", "naive", "three tiers", "reliability"):
        assert not found[name].derived
    assert found["cost reduction"].found == "1.8×"
    assert found["stateless"].found == "$479.70"
    assert found["naive"].found == "$719.55"
    assert found["three tiers"].found == "$47.97"
    assert "1 100 tokens" in found["three tiers"].words
    assert found["reliability"].found == "not known"


# --- Every figure says how it came about -------------------------------------


def test_a_figure_says_how_it_was_derived() -> None:
    costs = costs_of(SMALL)
    how = {each.name: each.how for each in costs.rows}
    how |= {each.name: each.how for each in costs.approaches}
    assert how["beats a day"] == "24 hours of 60 minutes, by 30 and by 55: 48 and 26.2, whole ones"
    assert how["calls a month"] == "48 and 26 a day, 30 days"
    assert "11 204 tokens" in how["three tiers"]
    assert "$3 a million" in how["three tiers"]
    assert "13.3 for each of 11 204" in how["stateless"]
    more = costs_of(replace(SMALL, agents=3, sessions=2, calls=4))
    how = {each.name: each.how for each in more.rows}
    assert how["calls a month"] == "(48 and 26 + 2 sessions) a day, 30 days, 3 agents, 4 calls each"


def test_by_hand() -> None:
    """2 calls of 1,000 tokens, half of them cached, with 100 written: 1,500 + 150 + 1,500 µ$."""
    costs = costs_of(
        Assumptions(
            bootstrap=1000,
            logs=5000,
            before=720,
            interval=720,
            days=1,
            output=100,
            cached=50,
            relearn=7,
        )
    )
    three = costs.approaches[2]
    assert (three.calls, three.tokens, three.tokens_a_month) == (2, 1000, 2000)
    assert three.money == pytest.approx(2 * (500 * 3 + 500 * 0.3 + 100 * 15) / 1e6)
    # What is found out anew was in no cache.
    assert costs.approaches[0].tokens == 7000
    assert costs.approaches[0].money == pytest.approx(2 * (7000 * 3 + 100 * 15) / 1e6)
    assert costs.approaches[1].money == pytest.approx(2 * (2500 * 3.3 + 100 * 15) / 1e6)
    assert row(costs, "money a month")[0] == pytest.approx(2 * (1000 * 3 + 100 * 15) / 1e6)


@pytest.mark.parametrize(
    ("minutes", "hours", "beats"),
    [
        (30, 24, 48),
        (55, 24, 26),
        (1, 24, 1440),
        (1440, 24, 1),
        (721, 24, 1),
        (55, 12, 13),
        (60, 0.5, 0),
    ],
)
def test_only_whole_beats_fit_into_a_day(minutes: int, hours: float, beats: int) -> None:
    assert beats_a_day(minutes, hours) == beats


# --- Ten times less ----------------------------------------------------------


def test_each_way_to_ten_times_less_leads_there() -> None:
    # Little is written, so that each input can do it by itself.
    start = replace(SMALL, output=20)
    costs = costs_of(start)
    assert {each.name for each in costs.ways} == {
        *("interval", "cached", "bootstrap", "loaded before", "relearn"),
    }
    interval = way(costs, "interval").value
    assert interval is not None
    assert (costs_of(replace(start, interval=int(interval))).factor or 0) >= 10
    assert (costs_of(replace(start, interval=int(interval) - 1)).factor or 0) < 10
    cached = way(costs, "cached").value
    assert cached is not None
    assert costs_of(replace(start, cached=cached)).factor == pytest.approx(10)
    loaded = way(costs, "loaded before").value
    assert loaded is not None
    before = costs_of(replace(start, bootstrap=int(loaded))).rows[-1].before
    assert before / costs.rows[-1].after == pytest.approx(10, rel=1e-3)
    bootstrap = way(costs, "bootstrap").value
    assert bootstrap is not None
    after = costs_of(replace(start, bootstrap=int(bootstrap))).rows[-1].after
    assert costs.rows[-1].before / after == pytest.approx(10, rel=1e-2)
    relearn = way(costs, "relearn").value
    assert relearn is not None
    assert costs_of(replace(start, relearn=relearn)).approaches[0].times == pytest.approx(
        10, rel=1e-3
    )


def test_a_way_that_leads_nowhere_says_how_far_it_leads() -> None:
    costs = costs_of(SMALL)
    cached = way(costs, "cached")
    assert cached.value is None
    assert cached.words.startswith("not by the provider's cache alone: with all of it from there ")
    assert "4.7×" in cached.words
    # Then less has to be written, too.
    output = way(costs, "output").value
    assert output is not None
    reached = replace(SMALL, cached=100, output=int(output))
    assert costs.rows[-1].before / costs_of(reached).rows[-1].after == pytest.approx(10, rel=1e-2)


def test_what_has_been_reached_needs_no_way() -> None:
    costs = costs_of(replace(SMALL, interval=720, before=5))
    assert (costs.factor or 0) > 10
    assert [each.name for each in costs.ways] == ["relearn"]


def test_nothing_is_divided_by_nothing() -> None:
    free = replace(SMALL, input_price=0, cached_price=0, output_price=0)
    costs = costs_of(free)
    assert costs.factor is None
    assert costs.ways == ()
    assert [each.times for each in costs.approaches] == [None, None, 1]
    nothing = costs_of(replace(SMALL, hours=0.1, interval=60, bootstrap=0, logs=0, output=0))
    assert nothing.factor is None
    assert all(each.saved is None or each.saved == 1 for each in nothing.rows)


def test_a_longer_interval_than_before_saves_and_a_shorter_one_costs() -> None:
    rows = costs_of(replace(SMALL, before=60, interval=30)).rows
    assert rows[0].saved == -1


def test_what_no_model_takes_is_said() -> None:
    costs = costs_of(replace(SMALL, logs=1_234_000, bootstrap=250_000))
    assert any("1 234 000" in each and "200 000" in each for each in costs.remarks)
    assert any(each.startswith("The bootstrap") for each in costs.remarks)
    assert costs_of(SMALL).remarks == ()


def test_logs_that_are_still_small_are_said_to_be() -> None:
    (words,) = costs_of(replace(SMALL, logs=7000)).remarks
    assert words.startswith("All logs together have 7 000 tokens, fewer than the bootstrap")


def test_what_the_provider_forgot_meanwhile_is_said() -> None:
    assert len(costs_of(replace(SMALL, cached=90)).remarks) == 1
    words = costs_of(replace(SMALL, cached=90, interval=60)).remarks[0]
    assert "nothing is left of it after 60 minutes" in words


def numbers() -> st.SearchStrategy[Assumptions]:
    def values(name: str) -> st.SearchStrategy[float]:
        rule = next(each for each in ASSUMPTIONS if each.name == name)
        if rule.whole:
            return st.integers(int(rule.low), int(min(rule.high, 10**7)))
        some = st.floats(rule.low, min(rule.high, 10**4)).map(lambda each: round(each, 6))
        return some.filter(lambda each: not rule.above_low or each > rule.low)

    return st.builds(Assumptions, **{each.name: values(each.name) for each in ASSUMPTIONS})


@given(numbers())
def test_any_numbers_that_can_be_set_give_costs(assumptions: Assumptions) -> None:
    costs = costs_of(assumptions)
    assert costs.assumptions is assumptions
    for each in costs.rows:
        assert each.before >= 0
        assert each.after >= 0
        assert each.saved is None or each.saved <= 1
        assert each.how
    for name in costs.approaches:
        assert name.money >= 0
        assert money_words(name.money).startswith("$")
    for found in costs.ways:
        assert found.words
        assert found.value is None or found.value >= 0


@given(numbers())
def test_a_share_of_the_cache_that_is_named_is_the_right_one(assumptions: Assumptions) -> None:
    costs = costs_of(assumptions)
    found = next((each.value for each in costs.ways if each.name == "cached"), None)
    if found is not None:
        assert found <= 100
        reached = costs_of(replace(assumptions, cached=found)).factor
        assert reached == pytest.approx(assumptions.factor, rel=1e-3)


@pytest.mark.parametrize(
    ("dollars", "words"),
    [
        (0, "$0.00"),
        (47.97, "$47.97"),
        (1234.5, "$1 234.50"),
        (0.0123, "$0.01"),
        (0.00123, "$0.0012"),
        (0.000001, "$0.00"),
    ],
)
def test_money_is_written_short(dollars: float, words: str) -> None:
    assert money_words(dollars) == words


@pytest.mark.parametrize(
    ("times", "words"),
    [(1.846, "1.8×"), (4.66, "4.7×"), (9.99, "9.9×"), (10, "10×"), (1204, "1 204×"), (0.5, "0.5×")],
)
def test_what_is_nearly_ten_times_is_not_said_to_be(times: float, words: str) -> None:
    assert times_words(times) == words
