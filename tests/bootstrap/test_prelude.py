"""OpenClaw's prelude of daily logs: which days and files, and how much of each."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdeck.bootstrap.drafts import Draft
from memdeck.bootstrap.files import FileReader, Listed
from memdeck.bootstrap.prelude import chosen_names, label, prelude_dates, told_part
from memdeck.model import Source

from .covering import check_stretches

TODAY = date(2026, 2, 6)
NAME = "memory/2026-02-06.md"
HEAD = f"[Untrusted daily memory: {NAME}]\nBEGIN_QUOTED_NOTES\n```text\n"
FOOT = "\n```\nEND_QUOTED_NOTES"
FRAME = 95
CUT = "\n...[truncated]..."
MORE = "...[additional startup memory truncated]...\n"


def told(*contents: str | bytes) -> Draft:
    """The part of logs that all have the same name, so that each frame is 95 units."""
    sources = [Source(NAME, each.encode() if isinstance(each, str) else each) for each in contents]
    return told_part(sources)


def test_the_frame_is_95_units() -> None:
    assert len(HEAD) + len(FOOT) == FRAME
    assert len(CUT) == 18


# --- Days --------------------------------------------------------------------


def test_local_and_utc_days_are_told_each_once() -> None:
    yesterday, tomorrow = date(2026, 2, 5), date(2026, 2, 7)
    assert prelude_dates(TODAY, TODAY) == (TODAY, yesterday)
    # East of Greenwich in the morning: there it is still yesterday, which is told anyway.
    assert prelude_dates(TODAY, yesterday) == (TODAY, yesterday)
    # West of it in the evening: there it is tomorrow already.
    assert prelude_dates(TODAY, tomorrow) == (tomorrow, TODAY, yesterday)
    assert prelude_dates(TODAY, date(2026, 2, 4)) == (TODAY, yesterday, date(2026, 2, 4))
    assert prelude_dates(date(2026, 1, 1), date(2026, 1, 1))[1] == date(2025, 12, 31)


def test_the_plain_file_comes_first_then_the_four_newest_others() -> None:
    listed = [
        Listed(f"2026-02-06{end}", regular, modified, 1)
        for end, regular, modified in [
            ("-a.md", True, 10),
            ("-b.md", True, 30),
            ("-c.md", True, 30),
            ("-d.md", True, 20),
            ("-e.md", True, 5),
            ("-link.md", False, 90),
            ("-f.txt", True, 91),
            ("_g.md", True, 92),
            (".md", True, 1),
        ]
    ]
    assert chosen_names("2026-02-06", listed) == [
        "2026-02-06.md",
        *("2026-02-06-c.md", "2026-02-06-b.md", "2026-02-06-d.md", "2026-02-06-a.md"),
    ]
    assert chosen_names("2026-02-05", []) == ["2026-02-05.md"]


# --- How much of a file ------------------------------------------------------


@pytest.mark.parametrize(("length", "size"), [(1_199, 1_294), (1_200, 1_295), (1_201, 1_313)])
def test_1200_units_of_a_file_are_told(length: int, size: int) -> None:
    part = told(" \n" + "x" * length + "\n\n")
    assert part.size == size
    content = "x" * min(length, 1_200) + (CUT if length > 1_200 else "")
    assert part.data.decode() == HEAD + content + FOOT + "\n"
    assert [(each.start, each.end) for each in part.losses] == (
        [(1_202, 1_203)] if length > 1_200 else []
    )
    assert part.words == ("whole" if size < 1_300 else part.words)


@pytest.mark.parametrize(("size", "is_read"), [(16_384, True), (16_385, False)])
def test_a_file_over_16384_bytes_is_not_read_at_all(size: int, is_read: bool) -> None:
    part = told("x" * size)
    assert bool(part.data) is is_read
    loss = part.losses[0]
    assert (loss.start, loss.end) == ((1_200, size) if is_read else (0, size))
    assert loss.why == ("over 1 200" if is_read else "over 16 384 bytes: not read at all")
    # Bytes are meant, not characters.
    assert told("é" * 8_193).data == b""


@pytest.mark.parametrize(
    ("third", "expected"),
    [
        # 2 626 are used by two that are cut; 174 are left, and the frame leaves 79 of them.
        (79, "z" * 79),
        (80, "z" * 61 + CUT),
        (5_000, "z" * 61 + CUT),
    ],
)
def test_the_last_file_gets_what_is_left_of_2800(third: int, expected: str) -> None:
    part = told("x" * 1_201, "y" * 1_201, "z" * third)
    blocks = part.data.decode().split("\n[Untrusted")
    assert len(blocks) == 3
    assert blocks[2].endswith("```text\n" + expected + FOOT + "\n")
    assert part.size == (2_800 if third > 79 else 2_626 + FRAME + third)


@pytest.mark.parametrize(
    ("left", "is_told"),
    # A frame with nothing but the mark in it needs 113.
    [(113, True), (112, False), (65, False), (64, False), (63, False), (3, False), (1, False)],
)
def test_a_file_for_which_no_block_fits_ends_the_prelude(left: int, is_told: bool) -> None:
    # Frames and all, 1 295 and 1 195 are used by two, so a third is made to leave what is wanted.
    part = told("a" * 1_200, "b" * 1_100, "c" * (310 - FRAME - left), "d" * 500, "e")
    text = part.data.decode()
    assert text.count("BEGIN_QUOTED_NOTES") == (4 if is_told else 3)
    assert text.endswith((HEAD + CUT + FOOT + "\n" if is_told else FOOT + "\n") + MORE)
    assert part.size == 2_800 - (0 if is_told else left)
    assert [(each.start, each.end) for each in part.losses] == [(0, 500), (0, 1)]
    assert part.losses[-1].why == "nothing left of the 2 800 of all days"


def test_exactly_nothing_left_ends_it_too() -> None:
    part = told("x" * 1_200, "y" * 1_200, "z" * (210 - FRAME), "w")
    assert part.size == 2_800
    assert part.data.decode().endswith(FOOT + "\n" + MORE)
    assert [(each.start, each.end) for each in part.losses] == [(0, 1)]


@pytest.mark.parametrize(("second", "expected"), [(97, 1_200), (98, 1_199)])
def test_content_that_has_a_mark_already_gets_no_second_one(second: int, expected: int) -> None:
    # 1 295 and 192 or 193 are used: 1 313 are left, as much as a file with its mark, or one less.
    part = told("a" * 1_200, "b" * second, "c" * 1_300)
    text = part.data.decode()
    assert text.endswith("\n" + "c" * expected + CUT + FOOT + "\n")
    assert part.size == 2_800
    loss = part.losses[-1]
    assert (loss.start, loss.end) == (expected, 1_300)
    assert loss.why == ("over 1 200" if second == 97 else "over the 2 800 of all days")


def test_fences_in_a_log_are_escaped_and_count() -> None:
    part = told("```sh\nls\n````\n")
    assert part.data.decode() == HEAD + "\\`\\`\\`sh\nls\n\\`\\`\\``" + FOOT + "\n"
    assert part.size == FRAME + 13 + 6
    check_stretches(NAME, b"```sh\nls\n````\n", part.stretches, [])


def test_a_pair_may_be_split_and_leaves_a_replacement() -> None:
    content = "x" * 1_199 + "😀" + "y"
    part = told(content)
    assert part.data.decode() == HEAD + "x" * 1_199 + "\ufffd" + CUT + FOOT + "\n"
    assert part.size == 1_313
    assert [(each.start, each.end) for each in part.losses] == [(1_199, 1_204)]


def test_empty_logs_are_passed_over() -> None:
    assert told("", " \n\ufeff").data == b""
    assert told("", "a").data.decode() == HEAD + "a" + FOOT + "\n"
    assert told().words == "no daily log"


def test_the_label_is_the_path_made_harmless() -> None:
    assert label("memory/2026-02-06-a b.md") == "memory/2026-02-06-a b.md"
    assert label("memory/2026-02-06-[x]\n\té😀!.md") == "memory/2026-02-06-_x_ _.md"


@given(
    st.lists(
        st.lists(
            st.sampled_from(["x" * 90, "```", "`", "😀", "é", "\n", " ", "word", "\ufeff"]),
            max_size=60,
        ).map("".join),
        max_size=5,
    )
)
@settings(max_examples=200, deadline=None)
def test_never_more_than_2800_and_every_byte_is_accounted_for(contents: list[str]) -> None:
    sources = [Source(f"memory/{index}.md", each.encode()) for index, each in enumerate(contents)]
    part = told_part(sources)
    assert part.size is not None
    assert part.size <= 2_800
    for each in sources:
        lost = [(loss.start, loss.end) for loss in part.losses if loss.path == each.path]
        check_stretches(each.path, each.data, part.stretches, lost)


# --- From the disk -----------------------------------------------------------


def test_names_are_listed_with_their_times(tmp_path: Path) -> None:
    folder = tmp_path / "memory"
    folder.mkdir()
    for number, name in enumerate(("2026-02-06.md", "2026-02-06-b.md", "2026-02-05.md")):
        (folder / name).write_text("a", encoding="utf-8")
        os.utime(folder / name, (number, number))
    (folder / "2026-02-06-link.md").symlink_to("2026-02-05.md")
    (folder / "2026-02-06-folder.md").mkdir()
    listed = FileReader(tmp_path).starting("memory", "2026-02-06")
    assert [(each.name, each.regular) for each in listed] == [
        ("2026-02-06-b.md", True),
        ("2026-02-06-folder.md", False),
        ("2026-02-06-link.md", False),
        ("2026-02-06.md", True),
    ]
    assert chosen_names("2026-02-06", listed) == ["2026-02-06.md", "2026-02-06-b.md"]
