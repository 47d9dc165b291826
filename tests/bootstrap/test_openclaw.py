"""OpenClaw's cuts to the unit, at every boundary. Figures in the tables are worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdeck.bootstrap.drafts import Draft, Stretch
from memdeck.bootstrap.openclaw import LARGEST, clamped, file_parts, kept_of
from memdeck.bootstrap.utf16 import unit_text, units_in
from memdeck.model import Source

from . import units
from .covering import check_stretches

ROOT = Path("/w")
WORDS = [
    *("a", "word ", "\n", "\r\n", "\t", "  ", "é", "😀", "𝒳", "\u00a0", "\ufeff", "\u0085", "\x1c"),
    *("x" * 30, "😀" * 20, "…", "\u2028", "- item\n"),
]


def given_text(stretches: Sequence[Stretch]) -> str:
    return b"".join(each.data for each in stretches).decode()


def kept(path: str, content: str, cap: int) -> str:
    data = content.encode()
    result = kept_of(path, data, cap)
    check_stretches(path, data, result.given, result.lost)
    return given_text(result.given)


# --- UTF-16 ------------------------------------------------------------------


def test_offsets_in_units_are_bytes_of_the_file() -> None:
    text = unit_text("aé😀b".encode())
    assert text.length == 5
    assert [text.byte(each) for each in range(6)] == [0, 1, 3, 3, 7, 8]
    assert [each for each in range(6) if text.splits(each)] == [3]
    assert text.safe(0, 3) == (0, 2)
    assert text.safe(3, 5) == (4, 5)
    assert text.safe(3, 3) == (4, 4)


def test_bytes_that_are_not_utf8_are_one_unit_each() -> None:
    text = unit_text(b"a\xff\xf0\x9f\x98b\xc3")
    assert text.text == "a\ufffd\ufffdb\ufffd"
    assert text.length == 5
    assert [text.byte(each) for each in range(6)] == [0, 1, 2, 5, 6, 7]
    assert given_text(list(text.stretches("M", 0, 5))) == text.text


def test_white_space_is_what_javascript_takes_for_it() -> None:
    text = unit_text("\ufeff\u00a0 a \u0085\u2028\n".encode())
    assert text.trimmed == (3, 6)
    assert unit_text(b"\x1c").trimmed == (0, 1)
    assert unit_text(" \u3000\n".encode()).trimmed == (0, 0)
    assert unit_text("\u3000😀 ".encode()).trimmed == (1, 3)


# --- One file ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "length", "cap", "head", "tail", "size"),
    [
        # The long marker: 101 units with three digits, and 10 digits when it is done.
        ("MEMORY.md", 20_001, 20_000, 14_917, 4_972, 19_999),
        # 96 and 8 digits.
        ("USER.md", 4_001, 4_000, 2_922, 974, 3_999),
        # 18 units are left for content when the long marker is just still taken, then 15.
        ("MEMORY.md", 1_000, 118, 11, 3, 117),
        # 15 would be left: the short marker.
        ("MEMORY.md", 1_000, 117, 70, 23, 116),
        ("MEMORY.md", 100, 65, 32, 10, 64),
        ("MEMORY.md", 100, 64, 31, 10, 63),
        # One unit of content, and none.
        ("MEMORY.md", 100, 21, 1, 0, 21),
        ("MEMORY.md", 100, 20, 0, 0, 20),
    ],
)
def test_head_marker_and_tail(
    path: str, length: int, cap: int, head: int, tail: int, size: int
) -> None:
    content = ("0123456789" * 2_001)[:length]
    result = kept(path, content, cap)
    assert len(result) == size
    assert result.startswith(content[:head])
    assert result.endswith(content[length - tail :])
    assert f"{head}+{tail}" in result
    lost = kept_of(path, content.encode(), cap).lost
    assert lost == (((head, length - tail)),)
    assert result == units.cut(path, content, cap)


def test_the_marker_to_the_letter() -> None:
    result = kept("SOUL.md", "x" * 30_000, 20_000)
    # 97 units with three digits, 104 with ten: 19 894 are left for content.
    head, tail = 14_920, 4_973
    assert result == (
        "x" * head + "\n\n[...truncated, read SOUL.md for full content...]\n"
        f"…(truncated SOUL.md: kept {head}+{tail} chars of 30000)…\n\n" + "x" * tail
    )
    assert kept("SOUL.md", "x" * 100, 64) == "x" * 31 + "[…truncated 31+10/100]" + "x" * 10


@pytest.mark.parametrize(("extra", "is_cut"), [(-1, False), (0, False), (1, True)])
@pytest.mark.parametrize("path", ["MEMORY.md", "AGENTS.md", "USER.md"])
def test_at_the_cap_it_is_whole(path: str, extra: int, is_cut: bool) -> None:
    content = "x" * (500 + extra)
    assert bool(kept_of(path, content.encode(), 500).lost) is is_cut
    # White space at the end is lost and is no cut.
    assert bool(kept_of(path, (content + " \r\n\u00a0").encode(), 500).lost) is is_cut
    emoji = "😀" * 249 + "x" * (2 + extra)
    assert bool(kept_of(path, emoji.encode(), 500).lost) is is_cut


@pytest.mark.parametrize("shift", range(4))
def test_a_pair_is_not_split_at_either_side_of_the_cut(shift: int) -> None:
    content = "x" * shift + "😀" * 500
    for cap in range(130, 140):
        result = kept("MEMORY.md", content, cap)
        assert "\ufffd" not in result
        assert units_in(result) <= cap
        assert result == units.cut("MEMORY.md", content, cap)


def test_a_pair_at_the_head_makes_the_marker_say_one_too_many() -> None:
    # 31 units are to be kept: 30 of fifteen pairs, as the sixteenth would be split.
    result = kept("SOUL.md", "😀" * 50, 64)
    assert result == "😀" * 15 + "[…truncated 31+10/100]" + "😀" * 5


@given(st.lists(st.sampled_from(WORDS), max_size=80).map("".join), st.integers(1, 400))
@settings(max_examples=300, deadline=None)
def test_any_text_is_cut_as_the_rule_says(content: str, cap: int) -> None:
    assert kept("MEMORY.md", content, cap) == units.cut("MEMORY.md", content, cap)


@given(
    st.lists(
        st.one_of(st.sampled_from(WORDS).map(str.encode), st.binary(max_size=3)), max_size=60
    ).map(b"".join),
    st.integers(1, 300),
    st.sampled_from(["MEMORY.md", "AGENTS.md"]),
)
@settings(max_examples=300, deadline=None)
def test_every_byte_is_given_or_cut_or_white_space(data: bytes, cap: int, path: str) -> None:
    result = kept_of(path, data, cap)
    check_stretches(path, data, result.given, result.lost)
    assert units_in(given_text(result.given)) <= cap


# --- The digest of AGENTS.md -------------------------------------------------


def agents(*middle: str, cap: int = 400) -> tuple[str, tuple[tuple[int, int], ...], bytes]:
    """AGENTS.md with long plain lines around the middle, cut."""
    content = "\n".join(["h" * 300, *middle, "t" * 300])
    data = content.encode()
    result = kept_of("AGENTS.md", data, cap)
    check_stretches("AGENTS.md", data, result.given, result.lost)
    return given_text(result.given), result.lost, data


def test_rules_between_head_and_tail_are_in_the_digest() -> None:
    told, lost, data = agents("plain words", "You must  ask\tfirst", "", "## Heading", "more plain")
    # 400: 180 of head, 60 of tail, 140 for the digest. That makes 413, so the tail gives 13.
    assert told == (
        "h"
        * 180
        + "\n[...truncated, read AGENTS.md for full content...]\n[Policy digest from AGENTS.md]\n"
        "You must ask first\n## Heading\n"
        "…(truncated AGENTS.md: kept 180+policy 29+47 chars of 656)…\n" + "t" * 47
    )
    assert [data[start:end] for start, end in lost] == [
        b"h" * 120 + b"\nplain words\n",
        b"more plain\n" + b"t" * 253,
    ]


def test_too_long_the_tail_gives_way_then_the_head() -> None:
    told, _, _ = agents("- " + "d" * 120, cap=300)
    # 135 + 45 and no digest (105): 45 + 50 + 135 + 36 + 62 and the joints are over 300.
    assert units_in(told) <= 300
    assert "kept 135+policy 0+" in told
    assert "[...1 more policy lines omitted...]" in told
    shorter, _, _ = agents("- " + "d" * 120, cap=200)
    assert units_in(shorter) == 200
    assert not shorter.endswith("t")


@pytest.mark.parametrize(
    ("line", "is_rule"),
    [
        ("# Title", True),
        ("####### seven", False),
        ("#Title", False),
        ("- item", True),
        ("-item", False),
        ("* item", True),
        ("+ item", True),
        ("1. item", True),
        ("12) item", True),
        ("1: item", False),
        ("\u0661. item", False),
        ("MUST", True),
        ("mustard", False),
        ("a_must", False),
        ("a-must-b", True),
        ("émust", True),
        ("do\u00a0 not", True),
        ("donot", False),
        ("read agents.md now", True),
        ("read agents_md now", False),
        ("a \u017fecret", True),
        ("\u017fmust", False),
        ("to\u212aen", False),
        ("val\u0131dation", False),
        ("VALIDATION", True),
        ("a PR", True),
        ("PRs", False),
    ],
)
def test_which_lines_are_rules(line: str, is_rule: bool) -> None:
    told, lost, _ = agents(line)
    squeezed = " ".join(line.replace("\u00a0", " ").split(" "))
    squeezed = squeezed.replace("  ", " ")
    assert (f"\n{squeezed}\n…(truncated" in told) is is_rule
    assert len(lost) == (2 if is_rule else 1)


def test_important_rules_come_first_and_all_stand_in_the_order_of_the_file() -> None:
    told, lost, data = agents(
        "- first " + "a" * 92, "- second must " + "b" * 86, "- third " + "c" * 30
    )
    # 140: the second (100) because of its word, then the third (38 and a joint), not the first.
    digest = told.split("[Policy digest from AGENTS.md]\n")[1].split("\n…(trunc")[0]
    lines = digest.split("\n")
    assert [line[:8] for line in lines] == ["- second", "- third ", "[...1 mo"]
    assert b"- first " in data[slice(*lost[0])]


@pytest.mark.parametrize(("length", "shortened"), [(240, False), (241, True)])
def test_a_long_rule_is_shortened_and_its_rest_is_cut(length: int, shortened: bool) -> None:
    line = "- must " + "r" * (length - 7)
    told, lost, data = agents(line, cap=800)
    assert (line[:239] + "…" in told) is shortened
    assert (line in told) is not shortened
    cuts = [data[start:end] for start, end in lost]
    assert cuts[-1].startswith(b"rr\n" if shortened else b"t")


# --- The files ---------------------------------------------------------------


@dataclass(frozen=True)
class Trust:
    injected: bool | None
    words: str


def parts(total: int, /, **files: str | None) -> dict[str, Draft]:
    """The parts of files by name without `.md`; None is one that is missing."""
    sources = [
        Source(f"{name}.md", problem="missing") if content is None else source(name, content)
        for name, content in files.items()
    ]
    return {each.name: each for each in file_parts(sources, ROOT, {}, total=total)}


def source(name: str, content: str) -> Source:
    return Source(f"{name}.md", content.encode())


@pytest.mark.parametrize(
    ("left", "size", "words"),
    [
        (100, 100, "whole"),
        (65, 64, "cut to 65: the first 75% and the last 25% stay"),
        (64, 63, "cut to 64: the first 75% and the last 25% stay"),
        (63, 0, "skipped: fewer than 64 of 1 000 left"),
        (3, 0, "skipped: fewer than 64 of 1 000 left"),
        (1, 0, "skipped: fewer than 64 of 1 000 left"),
        (0, 0, "skipped: fewer than 64 of 1 000 left"),
    ],
)
def test_a_file_needs_64_units_that_are_left_of_the_total(left: int, size: int, words: str) -> None:
    found = parts(1_000, SOUL="s" * (1_000 - left), MEMORY="m" * 100)
    memory = found["MEMORY.md"]
    assert (memory.size, memory.words) == (size, words)
    if not size:
        assert [(loss.start, loss.end) for loss in memory.losses] == [(0, 100)]
        assert memory.data == b""


def test_after_a_file_that_is_skipped_so_are_all_others() -> None:
    found = parts(1_000, SOUL="s" * 950, USER="u" * 51, BOOTSTRAP="b", MEMORY="")
    assert [each.size for each in found.values()] == [950, 0, 0, 0]
    assert found["BOOTSTRAP.md"].losses[0].why == "skipped: fewer than 64 of 1 000 left"
    assert found["MEMORY.md"].losses == ()


MISSING = "[MISSING] Expected at: /w/IDENTITY.md"


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (1_000, MISSING),
        (37, MISSING),
        (36, MISSING[:35] + "…"),
        (10, "[MISSING]…"),
        (4, "[MI…"),
        (3, "[MI"),
        (1, "["),
        (0, ""),
    ],
)
def test_a_missing_file_is_told_of_in_what_is_left(left: int, told: str) -> None:
    found = parts(2_000, SOUL="s" * (2_000 - left), IDENTITY=None)
    identity = found["IDENTITY.md"]
    assert identity.data.decode() == (told + "\n" if told else "")
    assert (identity.size, identity.words) == (len(told), "missing")
    assert all(each.path is None for each in identity.stretches)


def test_a_missing_file_takes_its_line_off_the_total() -> None:
    found = parts(137, IDENTITY=None, MEMORY="m" * 101)
    assert found["MEMORY.md"].limit == 100
    found = parts(100, IDENTITY=None, MEMORY="m")
    assert found["MEMORY.md"].words.startswith("skipped")


def test_a_clamp_splits_no_pair() -> None:
    assert clamped("a😀😀😀", 7) == "a😀😀😀"
    assert clamped("a😀😀😀", 6) == "a😀😀…"
    assert clamped("a😀😀😀", 5) == "a😀…"
    assert clamped("a😀😀😀", 3) == "a😀"
    assert clamped("a😀😀😀", 2) == "a"


def test_files_that_nobody_misses_cost_nothing() -> None:
    found = parts(1_000, USER=None, BOOTSTRAP=None, MEMORY=None)
    assert [(name, each.words) for name, each in found.items()] == [
        ("USER.md", "missing"),
        ("MEMORY.md", "missing"),
    ]
    assert all(each.data == b"" and each.size == 0 for each in found.values())


def test_an_empty_file_costs_nothing() -> None:
    found = parts(1_000, SOUL="", IDENTITY=" \n\ufeff", MEMORY="m" * 1_000)
    assert [(each.words, each.size) for each in found.values()] == [
        ("empty", 0),
        ("empty", 0),
        ("whole", 1_000),
    ]
    assert found["MEMORY.md"].data == b"m" * 1_000 + b"\n"


def test_user_md_has_a_cap_of_its_own() -> None:
    found = parts(60_000, USER="u" * 4_001, MEMORY="m" * 20_000)
    assert (found["USER.md"].size, found["USER.md"].limit) == (3_999, 4_000)
    assert found["USER.md"].losses[0].why == "over the cap of 4 000"
    assert (found["MEMORY.md"].size, found["MEMORY.md"].limit) == (20_000, 20_000)


def test_a_file_over_two_megabytes_is_taken_for_a_missing_one() -> None:
    found = parts(60_000, SOUL="s" * (LARGEST + 1), MEMORY="m")
    assert found["SOUL.md"].data == b"[MISSING] Expected at: /w/SOUL.md\n"
    assert found["SOUL.md"].losses[0].end == LARGEST + 1
    assert parts(60_000, SOUL="s" * LARGEST)["SOUL.md"].losses[0].why == "over the cap of 20 000"


def test_what_is_not_trusted_is_left_out_with_its_reason() -> None:
    words = "not injected: untrusted since 2026-02-04"
    trust = {"MEMORY.md": Trust(False, words), "USER.md": Trust(None, "not known")}
    sources = [source("USER", "u"), source("MEMORY", "m" * 10)]
    user, memory = file_parts(sources, ROOT, trust)
    assert (user.words, user.size) == ("whole", 1)
    assert (memory.words, memory.size, memory.data) == (words, 0, b"")
    assert [(each.start, each.end, each.why) for each in memory.losses] == [(0, 10, words)]
    assert memory.sources[0].problem == words
