"""What a file beside MEMORY.md began as, and which of its late lines are still to be brought."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from memdeck.curated.writing.late import missing
from memdeck.curated.writing.names import (
    Mark,
    is_unfinished,
    leftover_of,
    name_of_new,
    name_of_old,
    name_of_swap,
)

LINES = some.lists(
    some.sampled_from([b"- a\n", b"- b\n", b"- c\n", b"\n", b"  more\n"]), max_size=6
)


@given(base=LINES, brought=LINES, rest=LINES, others=LINES, ours=LINES)
def test_what_was_brought_is_not_brought_again_and_nothing_else_is_left_out(
    base: list[bytes],
    brought: list[bytes],
    rest: list[bytes],
    others: list[bytes],
    ours: list[bytes],
) -> None:
    late, text = b"".join(brought + rest), b"".join(base)
    present = b"".join([*base, *ours, *brought, *others])
    said = Counter(line for line in (brought + rest) if line.strip())
    now = Counter((present + missing(late, present, text)).split(b"\n"))
    for line, count in said.items():
        assert now[line.rstrip()] - Counter(text.split(b"\n"))[line.rstrip()] >= count
    if not set(ours + others) & set(rest):
        assert missing(late, present, text).split() == b"".join(rest).split()
    assert missing(late, late, b"") == b""


def test_a_late_line_that_says_what_another_has_said_before_is_no_less_late() -> None:
    assert missing(b"- a\n", b"- a\n- ours\n", b"- a\n") == b"- a\n"
    assert missing(b"- a\n", b"- a\n- ours\n- a\n", b"- a\n") == b""


def test_late_lines_are_brought_as_they_are() -> None:
    late = b"\n## Note\r\n- one\n\n- two"
    assert missing(late, b"# Memory\n", b"# Memory\n") == late
    assert missing(b"\n\n", b"# Memory\n", b"# Memory\n") == b""


@given(old=some.binary(max_size=30), new=some.binary(max_size=30), late=some.binary(max_size=9))
def test_a_file_is_known_by_its_name(old: bytes, new: bytes, late: bytes) -> None:
    name = name_of_swap("MEMORY.md", "0123456789ab.1", old, new)
    leftover = leftover_of(name, "MEMORY.md")
    assert leftover is not None
    assert (leftover.name, leftover.record) == (name, "0123456789ab")
    for text in (old, new):
        mark = leftover.began_as(text)
        assert mark is not None
        assert mark.size >= len(text) or text.startswith((old, new))
        assert leftover.began_as(text + late) is not None
    assert leftover.began_as(old) == Mark.of(old) or old.startswith(new)


@pytest.mark.parametrize(
    ("name", "record"),
    [
        (".MEMORY.md.memdeck-ab12.1-5-0123456789ab.old", "ab12"),
        (".MEMORY.md.memdeck-ab12.back-5-0123456789ab.old", "ab12"),
        (name_of_old("MEMORY.md", "ab12.3", b"text"), "ab12"),
        (".MEMORY.md.memdeck-ab12.1.new", None),
        (".MEMORY.md.memdeck-ab12.1-5-0123456789ab.swap", None),
        (".OTHER.md.memdeck-ab12.1-5-0123456789ab.old", None),
        ("MEMORY.md", None),
    ],
)
def test_names_that_are_none_of_ours_tell_nothing(name: str, record: str | None) -> None:
    leftover = leftover_of(name, "MEMORY.md")
    assert (leftover.record if leftover else None) == record


def test_only_what_nobody_else_can_have_seen_may_go_unread() -> None:
    assert is_unfinished(name_of_new("MEMORY.md", "ab12.1"), "MEMORY.md")
    assert not is_unfinished(name_of_new("MEMORY.md", "ab12.1"), "OTHER.md")
    assert not is_unfinished(name_of_swap("MEMORY.md", "ab12.1", b"", b"a"), "MEMORY.md")
    assert not is_unfinished("notes.new", "MEMORY.md")
