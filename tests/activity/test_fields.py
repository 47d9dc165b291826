"""What the fields of other programs' records say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.pulse.fields import agent_of, moment_of, object_of, one_line, when_of, words_of

NOON = datetime(2026, 2, 6, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-06T12:00:00Z",
        "2026-02-06T14:00:00+02:00",
        "2026-02-06 12:00",
        1770379200,
        1770379200.0,
        1770379200000,
        1770379200000000,
    ],
)
def test_a_time_is_written_in_many_ways(written: object) -> None:
    assert moment_of(written) == NOON


@pytest.mark.parametrize(
    "written",
    [None, "", "soon", True, [], {}, 0, -5, 7, 10**40, float("inf"), float("nan"), "0001-01-01"],
)
def test_what_is_no_time_is_none(written: object) -> None:
    assert moment_of(written) is None


def test_the_first_field_that_is_a_time_counts() -> None:
    assert when_of({"time": "later", "createdAt": 1770379200000, "x": 1}) == NOON
    assert when_of({"x": 1770379200}) is None


def test_words_are_the_kind_and_the_text() -> None:
    assert words_of({"type": "recall", "query": "deploy  notes\n"}) == "recall: deploy notes"
    assert words_of({"event": "done"}) == "done"
    blocks = [{"type": "text", "text": "Hi"}, {"text": "you"}]
    assert words_of({"message": {"role": "user", "content": blocks}}) == "Hi you"
    assert words_of({"ts": 1, "agent": "atlas", "size": 3}) == '{"size": 3}'


def test_who_it_was_is_said_by_name() -> None:
    assert agent_of({"agentId": " atlas "}) == "atlas"
    assert agent_of({"agent": 7}) is None


def test_words_are_one_short_line_without_secrets() -> None:
    token = "ghp_" + "a" * 36
    assert token not in one_line(f"pushed with {token}")
    assert len(one_line("word " * 1000)) <= 200
    # Cut in its middle a secret would not be known as one.
    assert "ghp_a" not in one_line("x" * 190 + " " + token)


@given(st.binary(max_size=200))
def test_any_line_is_an_object_or_none(line: bytes) -> None:
    fields = object_of(line)
    assert fields is None or isinstance(words_of(fields), str)


@given(st.dictionaries(st.text(max_size=9), st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)))  # fmt: skip
def test_any_object_says_something_or_nothing(fields: dict[str, object]) -> None:
    assert "\n" not in words_of(fields)
    assert agent_of(fields) is None or agent_of(fields)
    assert when_of(fields) is None or when_of(fields)
