"""Markdown as blocks with byte offsets."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memdeck.markdown import Block, BlockKind, blocks, line_end, line_starts
from tests.engine.markdown_strategy import memory_files, noise

BOM = b"\xef\xbb\xbf"


def of(kind: BlockKind, data: bytes) -> list[Block]:
    return [each for each in blocks(data) if each.kind is kind]


def items(data: bytes) -> list[Block]:
    return of(BlockKind.ITEM, data)


def source(data: bytes, block: Block) -> bytes:
    return data[block.text_start : block.text_end]


@settings(max_examples=400, deadline=None)
@given(st.one_of(noise(), memory_files()))
@example(b"| a |\n|--|\n| b |\n\n- x\n  - y\n")
@example(BOM + b"- ")
@example(b"\n---")
@example(b"-\n  text")
def test_for_any_bytes_blocks_are_whole_lines_in_order_and_nest(data: bytes) -> None:
    found = blocks(data)
    starts = {*line_starts(data), len(data)}
    if data.startswith(BOM):
        starts.add(len(BOM))
    before = -1
    for index, block in enumerate(found):
        assert 0 <= block.start < block.end <= len(data)
        assert block.start in starts
        assert block.end in starts
        assert block.start <= block.text_start <= block.text_end <= block.end
        assert block.start > before
        before = block.start
        assert block.line == len(line_starts(data[: block.start])) or block.line == 1
        if block.kind is BlockKind.ITEM:
            assert block.marker
            assert (block.parent is None) == (block.level == 0)
        if block.parent is not None:
            holder = found[block.parent]
            assert block.parent < index
            assert holder.kind is BlockKind.ITEM
            assert holder.level == block.level - 1
            assert holder.start < block.start
            assert block.end <= holder.end
    top = [block for block in found if block.parent is None]
    for one, next_one in pairwise(top):
        assert one.end <= next_one.start


def test_text_is_plain_and_its_source_keeps_the_marks() -> None:
    data = b"- **Mission** - _fast_ `x` [docs](https://e.org) \\*y\\* <!-- importance: 7 -->  \n"
    (item,) = items(data)
    assert item.text == "Mission - fast x docs *y*"
    assert source(data, item) == b"**Mission** - _fast_ `x` [docs](https://e.org) \\*y\\*"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"- \\# no heading\n", b"\\# no heading"),
        (b"- [docs](https://e.org)\n", b"[docs](https://e.org)"),
        (b"-\n  on the next line\n", b"on the next line"),
        (b"- two\n  lines  \n  and <!-- c -->\n", b"two\n  lines  \n  and"),
        (b"- `<!-- kept -->` stays\n", b"`<!-- kept -->` stays"),
        (b"- - doubled\n", b"doubled"),
        (b"- > said\n", b"said"),
        (b"- first\n\n  second\n", b"first"),
        (b"- [x] done\n", b"done"),
        (b"1. [ ] \n", b""),
        (b"-\n", b""),
        (b"- a &amp; b\n", b"a &amp; b"),
    ],
)
def test_the_source_of_an_item_is_its_first_paragraph(data: bytes, expected: bytes) -> None:
    assert source(data, items(data)[0]) == expected


def test_an_item_that_is_code_or_html_still_has_a_text() -> None:
    assert items(b"- ```\n  x\n  ```\n")[0].text == "```"
    assert items(b"- <!-- id -->note\n")[0].text == "note"


def test_nested_items_lie_in_their_holder() -> None:
    data = b"- a\n  - b\n    - c\n- d\n"
    a, b, c, d = items(data)
    assert (a.level, b.level, c.level, d.level) == (0, 1, 2, 0)
    assert (a.start, a.end) == (0, 18)
    assert blocks(data)[b.parent or 0] == a
    assert data[b.start : b.end] == b"  - b\n    - c\n"


@pytest.mark.parametrize("eol", [b"\n", b"\r\n", b"\r"])
def test_items_that_tabs_indent_are_items_of_their_own(eol: bytes) -> None:
    data = eol.join([b"# T", b"- a", b"\t- b", b"\t\t- c", b"- d", b""])
    found = items(data)
    assert [(each.text, each.level, each.line) for each in found] == [
        ("a", 0, 2),
        ("b", 1, 3),
        ("c", 2, 4),
        ("d", 0, 5),
    ]
    assert data[found[1].start : found[1].end] == eol.join([b"\t- b", b"\t\t- c", b""])


def test_parents_are_right_behind_a_table() -> None:
    data = b"---\na: b\n---\n| a |\n|--|\n| b |\n\n- x\n  - y\n"
    found = blocks(data)
    y = found[-1]
    assert y.parent is not None
    assert found[y.parent].text == "x"


def test_the_head_of_a_table_is_a_block_with_or_without_rows() -> None:
    data = b"text\n\n| a |\n|---|\n| 1 |\n\nx | y\n-|-\n\n- in\n  | b |\n  |---|\n"
    first, second = of(BlockKind.TABLE, data)
    assert data[first.start : first.end] == b"| a |\n|---|\n"
    assert data[second.start : second.end] == b"x | y\n-|-\n"
    assert [each.text for each in of(BlockKind.ROW, data)] == ["1"]


def test_headings_in_code_and_in_quotes_are_none() -> None:
    data = b"```\n# code\n```\n\n> # said\n\n    # indented\n\n# Real\n\n- x\n  ```\n  # in item\n"
    assert [each.text for each in of(BlockKind.HEADING, data)] == ["Real"]


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    (heading,) = blocks(BOM + b"# Title\n")
    assert (heading.kind, heading.start, heading.text) == (BlockKind.HEADING, 3, "Title")
    assert blocks(BOM + b"---\na: b\n---\n# T\n")[0].kind is BlockKind.FRONT_MATTER


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_ends_a_line(end: bytes) -> None:
    data = end.join([b"# T", b"", b"- a", b"- b", b""])
    assert [each.text for each in blocks(data)] == ["T", "a", "b"]
    assert line_end(data) == end
    assert [each.line for each in blocks(data)] == [1, 3, 4]


def test_characters_that_only_python_takes_for_line_ends_are_text() -> None:
    data = "- a\u0085b\u2028c\x0bd\n- e\n".encode()
    assert [each.text for each in items(data)] == ["a\u0085b\u2028c\x0bd", "e"]


def test_bytes_that_are_not_utf8_keep_their_place() -> None:
    data = b"- caf\xe9 \xff **b**\n- next\n"
    first, second = items(data)
    assert first.text == "caf\udce9 \udcff b"
    assert source(data, second) == b"next"


def test_a_rule_above_text_is_no_heading_and_text_above_a_rule_is_a_setext_one() -> None:
    assert [each.kind for each in blocks(b"---\n\ntext\n")] == [BlockKind.RULE, BlockKind.PARAGRAPH]
    (heading,) = blocks(b"*Updated: 2026*\n---\n")
    assert heading.setext
    assert heading.emphasised


def test_emphasis_of_the_whole_text_is_told_from_that_of_a_part() -> None:
    bold, colon, part, soft = blocks(b"**Group**:\n\n**Group:**\n\n**A** b\n\n*Updated*\n")
    assert bold.bold
    assert colon.bold
    assert not part.bold
    assert soft.emphasised
    assert not soft.bold


@pytest.mark.parametrize(
    "data",
    [
        b"".join(b"  " * depth + b"- x\n" for depth in range(400)) + b"\n" * 100_000,
        b"- a" + b" " * 300_000 + b"b\n",
        b"- <!-- a\n" * 10_000,
        b"- " * 50_000,
        b"[" * 50_000,
        b"|a|b|\n|-|-|\n" + b"|x|y|\n" * 5_000,
    ],
    ids=["deep", "spaces", "comments", "dashes", "brackets", "cells"],
)
def test_hostile_files_are_read_in_reasonable_time(data: bytes) -> None:
    begun = time.perf_counter()
    blocks(data)
    assert time.perf_counter() - begun < 3
