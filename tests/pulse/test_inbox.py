"""Acknowledging an exception for good, snoozing it until a moment, and taking either back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memdeck.cache import FILE_NAME, Cache
from memdeck.errors import Refused
from memdeck.model import AgentException, ExceptionKind, ExceptionState
from memdeck.pulse.inbox import Answer, Inbox, in_order
from memdeck.triage.choices import Choice, ChoiceKind, Choices

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN, ACKNOWLEDGED, SNOOZED = ExceptionState


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def inbox(state: Path) -> Inbox:
    return Inbox(state, "ada", lambda: NOW)


def exception(name: str, hours: float = 1) -> AgentException:
    return AgentException(name, "mason", ExceptionKind.ALERT, NOW - hours * HOUR, "disk full")


ONE, TWO, THREE = exception("0" * 12, 1), exception("1" * 12, 2), exception("2" * 12, 3)


def test_what_is_acknowledged_does_not_come_back_and_a_new_one_does(
    inbox: Inbox, state: Path
) -> None:
    inbox.acknowledge([ONE.id])
    found = in_order([ONE, TWO], inbox.answers(), NOW + 1000 * HOUR)
    assert [(each.id, each.state) for each in found] == [(TWO.id, OPEN), (ONE.id, ACKNOWLEDGED)]


def test_what_is_snoozed_comes_back_at_its_moment(inbox: Inbox) -> None:
    inbox.snooze([ONE.id, THREE.id], NOW + HOUR)
    found = in_order([ONE, TWO, THREE], inbox.answers(), NOW + HOUR - timedelta(seconds=1))
    assert [(each.id, each.state) for each in found] == [
        (TWO.id, OPEN),
        (ONE.id, SNOOZED),
        (THREE.id, SNOOZED),
    ]
    assert found[1].until == NOW + HOUR
    assert in_order([ONE, TWO, THREE], inbox.answers(), NOW + HOUR) == (ONE, TWO, THREE)


def test_the_last_answer_counts_and_it_can_be_taken_back(inbox: Inbox) -> None:
    assert inbox.take_back([ONE.id]) == {}
    inbox.acknowledge([ONE.id])
    inbox.snooze([ONE.id], NOW + HOUR)
    assert inbox.answers() == {ONE.id: Answer("ada", NOW, NOW + HOUR)}
    assert inbox.take_back([ONE.id, TWO.id]) == {ONE.id: Answer("ada", NOW, NOW + HOUR)}
    assert inbox.answers() == {}


def test_it_outlives_a_restart_and_is_known_to_every_memdeck_here(
    inbox: Inbox, state: Path
) -> None:
    inbox.acknowledge([ONE.id])
    assert Inbox(state, "bea", lambda: NOW).answers() == {ONE.id: Answer("ada", NOW)}


def test_choices_about_lines_of_logs_are_no_answers_and_the_other_way_round(
    inbox: Inbox, state: Path
) -> None:
    choices = Choices(state, "ada", lambda: NOW)
    choices.skip([ONE.id])
    inbox.acknowledge([ONE.id])
    assert choices.all() == {ONE.id: Choice(ChoiceKind.SKIP, "ada", NOW)}
    assert inbox.answers() == {ONE.id: Answer("ada", NOW)}
    choices.take_back([ONE.id])
    assert inbox.answers() == {ONE.id: Answer("ada", NOW)}


def test_an_answer_that_makes_no_sense_is_none(inbox: Inbox, state: Path) -> None:
    inbox.acknowledge([ONE.id])
    cache = Cache(state)
    cache.keep("choices", [(b"pulse x", b"snoozed", b"soon", b"ada", b"now")])
    cache.keep("choices", [(b"pulse y", None, None, None, None)])
    assert set(inbox.answers()) == {ONE.id}


def test_what_cannot_be_kept_is_refused(inbox: Inbox, state: Path) -> None:
    inbox.acknowledge([ONE.id])
    with closing(sqlite3.connect(state / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Refused, match="nothing was changed"):
            inbox.acknowledge([TWO.id])
        other.execute("ROLLBACK")
    assert set(inbox.answers()) == {ONE.id}


def test_nothing_is_made_by_looking(inbox: Inbox, state: Path) -> None:
    assert inbox.answers() == {}
    assert not state.exists()
