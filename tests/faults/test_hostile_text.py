"""Text that is out to do something to a terminal, before it is shown."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from memdeck.text import COMBINING_LIMIT, show, show_each

# All but those of planes that hold Chinese characters, or nothing.
EVERY_CHARACTER = [
    chr(code) for code in (*range(0x30000), *range(0xE0000, 0xE1000), 0xF0000, sys.maxunicode)
]
# What looks like nothing at all, though Unicode calls it a letter or a mark.
FILLERS = set("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
}
NEWEST_EMOJI = range(0x1F000, 0x1FB00)


def is_seen(character: str) -> bool:
    """Whether a person sees it, or the room that it takes."""
    if character in FILLERS:
        return False
    if ord(character) in NEWEST_EMOJI:
        return True
    return character.isprintable() or unicodedata.category(character) == "Zs"


@pytest.mark.fault("every character that Unicode has, each by itself")
def test_no_character_comes_through_that_is_not_seen() -> None:
    wrong = [
        hex(ord(each))
        for each in EVERY_CHARACTER
        if not all(map(is_seen, show(f"a{each}b") + show_each(f"a{each}b")))
    ]
    assert wrong == []


@pytest.mark.fault("every character that Unicode has, between the lines of a text")
def test_of_what_moves_the_cursor_only_our_own_line_feeds_are_left() -> None:
    wrong = [
        hex(ord(each))
        for each in EVERY_CHARACTER
        if not all(map(is_seen, show(f"a{each}b", multiline=True).replace("\n", "")))
    ]
    assert wrong == []
    assert show("".join(EVERY_CHARACTER), multiline=True).count("\n") == 1


@pytest.mark.fault("a storm of combining marks, in every script that has some")
def test_no_character_of_no_width_is_drawn_without_end() -> None:
    without_width = [each for each in EVERY_CHARACTER if each.isprintable() and not cell_len(each)]
    assert len(without_width) > 2000
    for way in (show, show_each):
        longest = {
            each: max(map(len, re.findall(f"{re.escape(each)}+", way("a" + each * 99))), default=0)
            for each in without_width
        }
        assert {hex(ord(each)) for each in longest if longest[each] > COMBINING_LIMIT} == set()


@pytest.mark.fault("a storm of different combining marks, one behind the other")
@given(
    st.text(
        st.sampled_from([each for each in EVERY_CHARACTER if unicodedata.category(each)[0] == "M"]),
        min_size=1,
        max_size=60,
    )
)
@settings(max_examples=100, deadline=None)
def test_marks_of_many_scripts_are_one_run(marks: str) -> None:
    for way in (show, show_each):
        kept = re.findall(r"[^\x20-\x7e‹›\ufffd]+", way(f"a{marks}b"))
        assert max(map(len, kept), default=0) <= COMBINING_LIMIT


@pytest.mark.fault("chains of zero-width joiners and of emoji that are drawn as one")
def test_chains_of_joiners_are_taken_apart_and_told() -> None:
    joiner, as_emoji = "\u200d", "\ufe0f"
    assert show(f"a{joiner * 3}b") == "a" + "‹U+200D›" * 3 + "b"
    assert show(joiner.join("👩👧👦")) == "👩👧👦"
    assert show(f"👩{joiner * 2}👧") == "👩‹U+200D›‹U+200D›👧"
    assert show(f"❤{as_emoji * 3}") == f"❤{as_emoji}" + "‹U+FE0F›" * 2
    assert show(f"ℹ{as_emoji} .{as_emoji}") == f"ℹ{as_emoji} .‹U+FE0F›"
    assert show("👩" + "\U0001f3fd" * 9) == "👩" + "\U0001f3fd" * COMBINING_LIMIT + "‹+5›"
    assert not set(show_each(f"👩{joiner}👧{as_emoji * 2}a")) & {joiner}


@pytest.mark.fault("words in scripts that are written with marks")
@pytest.mark.parametrize(
    "words",
    [
        "Việt Nam, naïve café".replace("é", "e\u0301"),
        "बच्चों की कक्षा",
        "שָׁלוֹם עֲלֵיכֶם",
        "السَّلَامُ عَلَيْكُمْ",
        "ภาษาไทยที่นี่",
        "தமிழ் மொழி",
        "བོད་སྐད།",
        "\u1112\u1161\u11ab\u1100\u1173\u11af",
        "ガギグ".replace("ガ", "カ\u3099"),
        "10 000 €, 全角\u3000スペース",
    ],
)
def test_what_people_write_stays_as_it_is(words: str) -> None:
    assert show(words) == words
    assert show_each(words) == words
