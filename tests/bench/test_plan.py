"""When agents wake in a soak."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bench.soak.plan import Plan, Turns

BEGIN = datetime(2026, 3, 20, tzinfo=UTC)
WHOLE = Plan(begin=BEGIN)


def all_turns(plan: Plan, *, killed: int = 0) -> list[tuple[datetime, str]]:
    """Every wake, with so many of the first ones killed."""
    turns = Turns(plan)
    found = []
    while (turn := turns.next()) is not None:
        found.append((turn.moment, turn.agent))
        turns.done(turn, killed=len(found) <= killed)
    return found


def test_fifty_agents_wake_more_than_eighteen_thousand_times_in_two_weeks() -> None:
    turns = all_turns(WHOLE)
    assert len(turns) >= 18_000
    assert len(Counter(agent for _, agent in turns)) == 50


def test_an_agent_wakes_about_every_interval_until_the_end() -> None:
    moments = [moment for moment, agent in all_turns(WHOLE) if agent == WHOLE.agents[0]]
    gaps = [after - before for before, after in pairwise(moments)]
    assert min(gaps) >= timedelta(minutes=52)
    assert max(gaps) <= timedelta(minutes=58)
    assert moments[0] >= BEGIN
    assert BEGIN + timedelta(days=14) - moments[-1] <= timedelta(minutes=58)


def test_the_one_that_is_due_first_wakes_first() -> None:
    moments = [moment for moment, _ in all_turns(WHOLE)]
    assert moments == sorted(moments)


def test_the_same_seed_gives_the_same_two_weeks() -> None:
    short = replace(WHOLE, days=1)
    assert all_turns(short) == all_turns(short)
    assert all_turns(short) != all_turns(replace(short, seed=2))


def test_who_is_killed_is_started_again_within_minutes_and_keeps_its_hours() -> None:
    short = replace(WHOLE, days=1, count=1, teams=1)
    plain, killed = all_turns(short), all_turns(short, killed=1)
    assert len(killed) == len(plain) + 1
    assert killed[0] == plain[0]
    assert timedelta(0) < killed[1][0] - killed[0][0] <= timedelta(minutes=5)
    assert killed[2:] == plain[1:]


def test_nobody_wakes_twice_at_the_same_time() -> None:
    turns = Turns(replace(WHOLE, days=1, count=2, teams=1))
    first, second = turns.next(), turns.next()
    assert first is not None
    assert second is not None
    assert first.agent != second.agent
    assert turns.next() is None
    turns.done(first, killed=False)
    third = turns.next()
    assert third is not None
    assert third.agent == first.agent


def test_agents_are_spread_over_the_workspaces() -> None:
    teams = Counter(WHOLE.team_of(each) for each in WHOLE.agents)
    assert sorted(teams.values()) == [5] * 10
    assert len(WHOLE.members(0)) == 5
