"""Rows as values: what is seen of a tree, and how a text is cut to a width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from widgets.row import Row, fit, parted, seen


def tree() -> tuple[Row, ...]:
    key = object()
    return (
        Row("mon", "Monday", foldable=True, stop=True),
        Row("done", "Completed", 1, passive=True),
        Row("a", "shipped the map", 1),
        Row("b", "answered the shop", 1),
        Row("tue", "Tuesday", foldable=True, starts_closed=True, stop=True),
        Row("c", "map is slow", 1),
        Row("key", "task.status", foldable=True, starts_closed=True, target=key),
        Row("value", "waiting for the map", 1, passive=True, target=key),
        Row("old", "started", 1),
    )


def keys(rows: tuple[Row, ...]) -> list[object]:
    return [row.key for row in rows]


def test_rows_under_a_closed_fold_are_not_seen_but_a_value_stays_with_its_key() -> None:
    assert keys(seen(tree(), {}).rows) == ["mon", "done", "a", "b", "tue", "key", "value"]


def test_folds_say_otherwise() -> None:
    shown = seen(tree(), {"mon": True, "tue": False, "key": False})
    assert keys(shown.rows) == ["mon", "tue", "c", "key", "value", "old"]


def test_a_filter_finds_through_folds_and_shows_what_holds_the_found() -> None:
    shown = seen(tree(), {}, "MAP")
    assert keys(shown.rows) == ["mon", "a", "tue", "c", "key", "value"]
    assert shown.matches == {"a", "c", "key"}


def test_a_filter_wants_all_of_its_words() -> None:
    assert keys(seen(tree(), {}, "map slow").rows) == ["tue", "c"]
    assert seen(tree(), {}, "map nowhere").rows == ()


def test_a_filter_that_finds_a_key_shows_its_value_too() -> None:
    assert keys(seen(tree(), {}, "task").rows) == ["key", "value"]


def test_a_cut_text_ends_at_a_word_when_one_is_near() -> None:
    assert fit("exponential backoff for the map", 21) == "exponential backoff… "
    assert fit("exponentialbackoff", 8) == "exponen…"
    assert fit("short", 8) == "short   "


@given(st.text(max_size=60), st.integers(0, 40))
def test_a_fitted_text_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    # Control characters have no width of their own; `show` has replaced them before.
    text = "".join(character for character in text if character.isprintable())
    assert cell_len(fit(text, width)) == width


def test_what_was_found_is_told_from_what_stands_around_it() -> None:
    assert parted("The Map and map", ("map",)) == [
        ("The ", False),
        ("Map", True),
        (" and ", False),
        ("map", True),
    ]
    # An upper-case letter whose lower case is longer must not shift what is marked.
    assert parted("\u0130 map", ("map",)) == [("\u0130 ", False), ("map", True)]
