"""Skipping a candidate for good, leaving it until a date, and taking either back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memdeck.cache import Cache
from memdeck.errors import Refused
from memdeck.triage.choices import Choice, ChoiceKind

from .conftest import NOW, House

TODAY = NOW.date()


def test_what_is_skipped_never_comes_back_and_what_waits_does(house: House) -> None:
    house.log("02-06", "Decision: one queue", "Decision: two reviewers", "Lesson: ask twice")
    house.choices.skip(house.candidate("one queue").ids)
    house.choices.wait(house.candidate("two reviewers").ids, date(2026, 2, 9))
    assert house.texts() == ["Lesson: ask twice"]
    hidden = {each.item.text: choice for each, choice in house.queue().hidden}
    assert hidden == {
        "Decision: one queue": Choice(ChoiceKind.SKIP, "ada", NOW),
        "Decision: two reviewers": Choice(ChoiceKind.WAIT, "ada", NOW, date(2026, 2, 9)),
    }
    assert [choice.words for choice in hidden.values()] == ["skipped", "waits until 2026-02-09"]
    house.now += timedelta(days=2)
    assert house.texts() == ["Lesson: ask twice"]
    house.now += timedelta(days=1)
    assert sorted(house.texts()) == ["Decision: two reviewers", "Lesson: ask twice"]


def test_a_choice_is_taken_back(house: House) -> None:
    house.log("02-06", "Decision: one queue")
    chosen = house.candidate("one queue")
    house.choices.skip(chosen.ids)
    assert house.texts() == []
    assert house.choices.take_back(chosen.ids) == {chosen.id: Choice(ChoiceKind.SKIP, "ada", NOW)}
    assert house.texts() == ["Decision: one queue"]
    assert house.choices.take_back(chosen.ids) == {}


def test_the_last_choice_counts(house: House) -> None:
    house.log("02-06", "Decision: one queue")
    ids = house.candidate("one queue").ids
    house.choices.skip(ids)
    house.choices.wait(ids, TODAY)
    assert house.texts() == ["Decision: one queue"]


def test_a_choice_stands_when_it_is_said_again_in_nearly_the_same_words(house: House) -> None:
    house.log("02-02", "Decision: one queue for all carriers")
    house.log("02-04", "Decision: one queue for all the carriers")
    house.choices.skip(house.candidate("one queue").ids)
    house.log("02-06", "Decision: only one queue for all the carriers")
    house.log("02-06", "**Decision**: one queue, for all carriers!")
    assert house.texts() == []
    # The first of them is too old to be looked at; the others are what was skipped, too.
    assert house.queue(days=4).candidates == ()


def test_without_the_cache_the_candidates_come_back(house: House) -> None:
    house.log("02-06", "Decision: one queue")
    house.choices.skip(house.candidate("one queue").ids)
    (house.workspace.state_folder / "cache.sqlite").unlink()
    assert house.texts() == ["Decision: one queue"]
    assert house.choices.all() == {}


def test_a_row_that_makes_no_sense_is_no_choice(house: House) -> None:
    Cache(house.workspace.state_folder).keep(
        "choices",
        [
            (b"a", b"skip", None, b"ada", b"long ago"),
            (b"b", b"sing", None, b"ada", b"2026-02-06T14:32:00+00:00"),
            (b"c", 7, None, b"ada", b"2026-02-06T14:32:00+00:00"),
            (b"\xff", b"wait", b"2026-02-06", b"\xff", b"2026-02-06T14:32:00+00:00"),
        ],
    )
    (choice,) = house.choices.all().values()
    assert (choice.until, choice.actor) == (TODAY, "\udcff")


def test_a_choice_that_cannot_be_kept_is_refused_in_words(house: House) -> None:
    folder = house.workspace.state_folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"in the way")
    with pytest.raises(Refused, match="could not be kept"):
        house.choices.skip(["0" * 12])


def test_what_another_program_holds_is_neither_kept_nor_taken_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memdeck.cache._BUSY_SECONDS", 0.0)
    house.choices.skip(["0" * 12])
    path = house.workspace.state_folder / "cache.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Refused, match="try again"):
            house.choices.wait(["0" * 12], TODAY)
        with pytest.raises(Refused, match="try again"):
            house.choices.take_back(["0" * 12])
        holder.execute("ROLLBACK")
    assert house.choices.all() == {"0" * 12: Choice(ChoiceKind.SKIP, "ada", NOW)}


SAID = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from(["one", "only one", "two", "三"]),
        st.sampled_from(["queue for all carriers", "queues for all carriers", "reviewers"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SAID, st.data())
def test_a_choice_hides_exactly_its_candidate_and_taken_back_shows_it_again(
    new_house: Callable[[], House], said: list[tuple[int, str, str]], data: st.DataObject
) -> None:
    house = new_house()
    for day, number, what in said:
        house.log(f"02-0{day}", f"Decision: {number} {what}")
    before = house.queue().candidates
    chosen = data.draw(st.sampled_from(before))
    if data.draw(st.booleans()):
        house.choices.skip(chosen.ids)
    else:
        house.choices.wait(chosen.ids, TODAY + timedelta(days=data.draw(st.integers(1, 9))))
    queue = house.queue()
    assert queue.candidates == tuple(each for each in before if each != chosen)
    assert [each for each, _ in queue.hidden] == [chosen]
    house.choices.take_back(chosen.ids)
    assert house.queue().candidates == before
