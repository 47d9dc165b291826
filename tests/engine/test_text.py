"""Text from disk, made safe to show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.text import COMBINING_LIMIT, plural, show, show_each, thin


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("plain words, Grüße, שלום, 試験, ✅ ❌ ⏳", "plain words, Grüße, שלום, 試験, ✅ ❌ ⏳"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("a\x9b31mb", "a‹U+009B›31mb"),
        ("pay \u202etxt.exe", "pay ‹U+202E›txt.exe"),
        ("zero\u200bwidth", "zero‹U+200B›width"),
        ("tag\U000e0041", "tag‹U+E0041›"),
        ("bad \udcff byte", "bad ‹xFF› byte"),
        ("nul\x00del\x7f", "nul␀del␡"),
        ("line\u2028end\x85", "line‹U+2028›end‹U+0085›"),
        ("❤\ufe0f 1\ufe0f\u20e3", "❤\ufe0f 1\ufe0f\u20e3"),
        ("\ufe0fx", "‹U+FE0F›x"),
        ("👩\u200d👧 a\u200db", "👩👧 a‹U+200D›b"),
        ("a\nb\tc", "a␊b␉c"),
    ],
)
def test_only_visible_characters_are_shown(stored: str, shown: str) -> None:
    assert show(stored) == shown


def test_several_lines_keep_their_ends_and_tabs_become_spaces() -> None:
    assert show("a\n\tb\r", multiline=True) == "a\n    b␍"


def test_pointed_text_stays_and_a_combining_storm_is_counted() -> None:
    assert show("שָׁלוֹם") == "שָׁלוֹם"
    assert show("a" + "\u0301" * 16 + "b") == "a" + "\u0301" * COMBINING_LIMIT + "‹+12›b"
    assert show("a" + "\u0301" * 6) == "a" + "\u0301" * COMBINING_LIMIT + "‹+2›"


@given(st.text(st.characters(exclude_categories=()), max_size=80), st.booleans())
def test_nothing_invisible_comes_through(stored: str, multiline: bool) -> None:
    for character in show(stored, multiline=multiline):
        allowed = character == "\n" and multiline
        category = unicodedata.category(character)
        assert allowed or category not in ("Cc", "Cf", "Cs", "Zl", "Zp"), hex(ord(character))


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_a_field_shows_one_visible_character_for_each(stored: str) -> None:
    shown = show_each(stored)
    assert len(shown) == len(stored)
    assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp") for each in shown)


def test_showing_twice_is_showing_once() -> None:
    once = show("\x1b\u202e\udc80" + "\u0301" * 9)
    assert show(once) == once


def test_numbers_and_counts() -> None:
    assert thin(11_204) == "11 204"
    assert plural(1, "line") == "1 line"
    assert plural(1_200, "entry", "entries") == "1 200 entries"
