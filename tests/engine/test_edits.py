"""What can be done to MEMORY.md, and how it looks afterwards."""

from __future__ import annotations

import pytest

from memdeck.curated.edits import (
    SCAFFOLD,
    Add,
    Edit,
    Move,
    Operation,
    Promote,
    Retire,
    Rewrite,
    Scaffold,
    Splice,
)
from memdeck.curated.sections import parse_memory
from memdeck.errors import Refused
from memdeck.model import Item


def done(operation: Operation, data: bytes | str) -> str:
    before = data.encode() if isinstance(data, str) else data
    return operation.plan(before).apply(before).decode("utf-8", "surrogateescape")


def item(data: bytes | str, text: str) -> Item:
    whole = data.encode() if isinstance(data, str) else data
    return next(
        each
        for section in parse_memory(whole)
        for each in section.items
        if each.text.startswith(text)
    )


def refused(operation: Operation, data: bytes | str) -> str:
    with pytest.raises(Refused) as caught:
        done(operation, data)
    return str(caught.value)


LONG = "Agents run at most 3 sub-agents at once, or the host swaps"


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (Retire((item(f"## A\n- **{LONG}**\n## B\n", "Agents").id,)),
         "Retired from A: Agents run at most 3 sub-agents at once, or the…"),
        (Rewrite(item(f"## A\n- **{LONG}**\n## B\n", "Agents").id, "They  run *free*"),
         "Edited in A: They run free"),
        (Move((item(f"## A\n- **{LONG}**\n## B\n", "Agents").id,), "B"),
         "Moved to B: Agents run at most 3 sub-agents at once, or the…"),
        (Add("B", ("x" * 51,)), "Added to B: " + "x" * 49 + "…"),
        (Add("B", ("x" * 50,)), "Added to B: " + "x" * 50),
        (Add("B", ("将心跳" * 30,)), "Added to B: " + ("将心跳" * 30)[:49] + "…"),
        (Add("B", ("bad \x1b[2J\u202e",)), "Added to B: bad ␛[2J‹U+202E›"),
        (Promote("B", ("new",)), "Promoted to B"),
    ],
)  # fmt: skip
def test_an_edit_says_what_it_is_about(operation: Operation, words: str) -> None:
    assert operation.plan(f"## A\n- **{LONG}**\n## B\n".encode()).words == words


def test_an_edit_of_what_says_nothing_says_only_where() -> None:
    data = "## A\n- ![](mast.png)\n"
    assert Retire((item(data, "").id,)).plan(data.encode()).words == "Retired from A"


# --- Adding ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "address", "after"),
    [
        ("## A\n- one\n", "A", "## A\n- one\n- new\n"),
        ("## A\n* one\n\n* two\n\n## B\n", "A", "## A\n* one\n\n* two\n\n* new\n\n## B\n"),
        ("## A\n\n1. one\n2. two\n", "A", "## A\n\n1. one\n2. two\n3. new\n"),
        ("## A\n9) one\n", "A", "## A\n9) one\n10) new\n"),
        ("## A\n1. one\n1. two\n", "A", "## A\n1. one\n1. two\n1. new\n"),
        ("## A\n -  one\n    - deep\n", "A", "## A\n -  one\n    - deep\n -  new\n"),
        ("## A\n- [x] one\n", "A", "## A\n- [x] one\n- [ ] new\n"),
        ("## A\n- one\n**G**\n- two\n", "A", "## A\n- one\n- new\n**G**\n- two\n"),
        ("**F**\n- one\n**G**\n- two\n", "G", "**F**\n- one\n**G**\n- two\n- new\n"),
        ("## A\n- one", "A", "## A\n- one\n- new"),
        ("## A\n- one\n\n\n", "A", "## A\n- one\n- new\n\n\n"),
        ("## A\r\n- one\r\n## B\n- x\n", "A", "## A\r\n- one\r\n- new\r\n## B\n- x\n"),
        ("## A\r- one\r", "A", "## A\r- one\r- new\r"),
        ("## A\n- one\n\n---\n\n*Updated: 2026-04-02*\n", "A",
         "## A\n- one\n- new\n\n---\n\n*Updated: 2026-04-02*\n"),
        ("## A\n- one\n*Updated: 2026-04-02*\n---\n", "A", None),
        ("## A\n- one\n\n*Updated: 2026-04-02*\n---\n", "A",
         "## A\n- one\n- new\n\n*Updated: 2026-04-02*\n---\n"),
        ("## A\n- one\n  ```\n  x\n  ```\n", "A", "## A\n- one\n  ```\n  x\n  ```\n- new\n"),
        ("## A\n- one\n```\nx\n```\ntext\n", "A", "## A\n- one\n```\nx\n```\n- new\n\ntext\n"),
        ("## A\n-\n\n## B\n-\n", "A", "## A\n- new\n\n## B\n-\n"),
        ("## A\n- one\n- \n", "A", "## A\n- one\n- new\n"),
        ("## A\n- [ ] \n", "A", "## A\n- [ ] new\n"),
        ("## A\n**G:**\n-\n", "A / G", "## A\n**G:**\n- new\n"),
        ("## A\n## B\n- x\n", "A", "## A\n- new\n## B\n- x\n"),
        ("## A\n\n## B\n\n+ x\n", "A", "## A\n\n+ new\n\n## B\n\n+ x\n"),
        ("## A\n", "A", "## A\n- new\n"),
        ("## A", "A", "## A\n- new"),
        ("## A\n*what we decided*\n\n## B\n", "A", "## A\n*what we decided*\n\n- new\n\n## B\n"),
        ("## A\n\n*Updated: 2026-04-02*\n", "A", "## A\n- new\n\n*Updated: 2026-04-02*\n"),
        ("## A\n<!-- add below -->\n\n## B\n", "A", "## A\n<!-- add below -->\n- new\n\n## B\n"),
        ("## A\none\n\ntwo\n", "A", "## A\none\n\ntwo\n\nnew\n"),
        ("## A\n| a | b |\n|---|---|\n| 1 | 2 |\n", "A",
         "## A\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- new\n"),
        ("## A\n- Working:\n- Failed:\n", "A / Working", "## A\n- Working:\n  - new\n- Failed:\n"),
        ("## A\n- Working:\n    - x\n- Failed:\n", "A / Failed",
         "## A\n- Working:\n    - x\n- Failed:\n    - new\n"),
        ("## A\n1. Working:\n", "A / Working", "## A\n1. Working:\n   - new\n"),
        ("## A\n- Failed:\n  -\n", "A / Failed", "## A\n- Failed:\n  - new\n"),
        ("## A\n- a\n\n**G**\n- x\n\n## B\n", "A / G", "## A\n- a\n\n**G**\n- x\n- new\n\n## B\n"),
        ("## A\n- own\n\n**G**\n- x\n", "A", "## A\n- own\n- new\n\n**G**\n- x\n"),
        ("## A\n**G**\n- x\n", "A", "## A\n- new\n\n**G**\n- x\n"),
        ("## A\n- own\n### Sub\n- x\n", "A", "## A\n- own\n- new\n### Sub\n- x\n"),
        ("- one\n", "", "- one\n- new\n"),
        ("\ufeff- one\n", "", "\ufeff- one\n- new\n"),
        ("---\nx: y\n---\n- one\n", "", "---\nx: y\n---\n- one\n- new\n"),
        ("## A\n> - said\n", "A", "## A\n> - said\n> - new\n"),
        ("## A\n<!-- openclaw-memory-promotion:a -->\n- one\n", "A",
         "## A\n<!-- openclaw-memory-promotion:a -->\n- one\n- new\n"),
        ("## A\n<!-- openclaw:dreaming:x:start -->\n- a\n<!-- openclaw:dreaming:x:end -->\n", "A",
         "## A\n- new\n<!-- openclaw:dreaming:x:start -->\n- a\n"
         "<!-- openclaw:dreaming:x:end -->\n"),
        ("## A\n- a <!-- importance: 7 -->\n", "A", "## A\n- a <!-- importance: 7 -->\n- new\n"),
        ("## N\n- a\n## N\n- b\n", "N #2", "## N\n- a\n## N\n- b\n- new\n"),
    ],
)  # fmt: skip
def test_a_new_item_looks_as_its_neighbours_do(
    before: str, address: str, after: str | None
) -> None:
    if after is None:
        # A footer without a blank line before it is part of the item, for Markdown.
        after = before.replace("---", "- new\n---")
    assert done(Add(address, ("new",)), before) == after


@pytest.mark.parametrize(
    ("before", "address", "after"),
    [
        ("## A\n- 2026-02-05: b\n- 2026-02-01: a\n", "A",
         "## A\n- new\n- 2026-02-05: b\n- 2026-02-01: a\n"),
        ("## A\n*newest first*\n\n* **2026-02-05** b\n\n* 2026-02-01 a\n\n## B\n", "A",
         "## A\n*newest first*\n\n* new\n\n* **2026-02-05** b\n\n* 2026-02-01 a\n\n## B\n"),
        ("## A\n- plain\n- [2026-02-05] b\n  - 2026-03-01\n- 2026-02-01 a\n- 2026-02-01 z\n", "A",
         "## A\n- new\n- plain\n- [2026-02-05] b\n  - 2026-03-01\n- 2026-02-01 a\n"
         "- 2026-02-01 z\n"),
        ("## A\n<!-- id: 1 -->\n- Feb 5, 2026 b\n- 1 January 2026 a\n", "A",
         "## A\n- new\n<!-- id: 1 -->\n- Feb 5, 2026 b\n- 1 January 2026 a\n"),
        ("## A\n<!-- newest first -->\n- 2026/02/05 b\n- 2026/02/01 a\n-\n", "A",
         "## A\n<!-- newest first -->\n- new\n- 2026/02/05 b\n- 2026/02/01 a\n-\n"),
        ("## A\n3. 2026-02-05 b\n2. 2026-02-01 a\n", "A",
         "## A\n4. new\n3. 2026-02-05 b\n2. 2026-02-01 a\n"),
        ("## A\n1. 2026-02-05 b\n1. 2026-02-01 a\n", "A",
         "## A\n1. new\n1. 2026-02-05 b\n1. 2026-02-01 a\n"),
        ("## A\n- Done:\n  - 2026-02-05 b\n  - 2026-02-01 a\n", "A / Done",
         "## A\n- Done:\n  - new\n  - 2026-02-05 b\n  - 2026-02-01 a\n"),
        ("## A\n2026-02-05 b\n\n2026-02-01 a\n", "A",
         "## A\nnew\n\n2026-02-05 b\n\n2026-02-01 a\n"),
        ("## A\n<!-- openclaw:dreaming:x:start -->\n- 2026-02-09 c\n"
         "<!-- openclaw:dreaming:x:end -->\n- 2026-02-05 b\n- 2026-02-01 a\n", "A",
         "## A\n<!-- openclaw:dreaming:x:start -->\n- 2026-02-09 c\n"
         "<!-- openclaw:dreaming:x:end -->\n- new\n- 2026-02-05 b\n- 2026-02-01 a\n"),
        # Oldest first, one date, the same day twice, and days that are none: at the end.
        ("## A\n- 2026-02-01: a\n- 2026-02-05: b\n", "A",
         "## A\n- 2026-02-01: a\n- 2026-02-05: b\n- new\n"),
        ("## A\n- 2026-02-09: a\n- 2026-02-05: b\n- 2026-02-07: c\n", "A",
         "## A\n- 2026-02-09: a\n- 2026-02-05: b\n- 2026-02-07: c\n- new\n"),
        ("## A\n- 2026-02-05: a\n- b\n", "A", "## A\n- 2026-02-05: a\n- b\n- new\n"),
        ("## A\n- 2026-02-05: a\n- 2026-02-05: b\n", "A",
         "## A\n- 2026-02-05: a\n- 2026-02-05: b\n- new\n"),
        ("## A\n- 2026-14-05: a\n- 2026-13-05: b\n", "A",
         "## A\n- 2026-14-05: a\n- 2026-13-05: b\n- new\n"),
    ],
)  # fmt: skip
def test_where_the_newest_stands_first_a_new_item_does(
    before: str, address: str, after: str
) -> None:
    assert done(Add(address, ("new",)), before) == after


def test_what_is_promoted_or_moved_stands_first_where_the_newest_does() -> None:
    data = "## A\n- 2026-02-05: b\n- 2026-02-01: a\n\n## B\n<!-- id: 7 -->\n- x\n  - y\n"
    assert done(Promote("A", ("one", "two")), data).startswith("## A\n- one\n- two\n- 2026-02-05")
    assert done(Move((item(data, "x").id,), "A"), data) == (
        "## A\n<!-- id: 7 -->\n- x\n  - y\n- 2026-02-05: b\n- 2026-02-01: a\n\n## B\n"
    )


def test_numbers_that_count_down_go_on_upwards() -> None:
    data = "## A\n2. 2026-02-05 b\n1. 2026-02-01 a\n"
    assert done(Add("A", ("x", "y")), data) == data.replace("2.", "4. x\n3. y\n2.", 1)


def test_a_row_stands_first_where_the_newest_does() -> None:
    head = "## A\n| When | What |\n|------|------|\n"
    rows = "| 2026-02-05 | b |\n| 2026-02-01 | a |\n"
    assert done(Add("A", ("2026-02-06 | c",)), head + rows) == head + "| 2026-02-06 | c |\n" + rows
    assert done(Add("A", ("c",)), head + rows) == head + rows + "\n- c\n"


def test_a_row_is_added_when_the_cells_are_as_many() -> None:
    table = "## A\n\n| a | b |\n|---|:--|\n| 1 | 2 |\n\n## B\n"
    assert "| 1 | 2 |\n| x | y |\n\n## B" in done(Add("A", ("x | y",)), table)
    plain = "## A\na | b\n--|--\n1 | 2\n"
    assert done(Add("A", ("x | y",)), plain) == plain + "x | y\n"
    assert done(Add("A", ("x | y | z",)), plain) == plain + "\n- x | y | z\n"


@pytest.mark.parametrize("end", ["\n", "", "\n\n## B\n- x\n"])
def test_a_table_without_rows_gets_its_first_one(end: str) -> None:
    data = "## A\n| When | What |\n|------|------|" + end
    assert done(Add("A", ("today | moved",)), data) == data.replace(
        "|------|------|", "|------|------|\n| today | moved |"
    )
    assert done(Add("A", ("moved",)), data).startswith(
        "## A\n| When | What |\n|------|------|\n\n- moved"
    )


def test_a_new_section_stands_below_a_table_without_rows() -> None:
    data = "## A\n- x\n\n## B\n| When | What |\n|------|------|\n"
    assert done(Add("C", ("y",), new_section=True), data) == data + "\n## C\n- y\n"


def test_a_line_goes_into_a_list_before_it_goes_into_a_quotation() -> None:
    data = "## A\n- one\n\n> - said\n> - so\n"
    assert done(Add("A", ("new",)), data) == "## A\n- one\n- new\n\n> - said\n> - so\n"


def test_what_does_not_fit_into_a_quotation_goes_below_it() -> None:
    data = "## A\n> - said\n\n## B\n"
    assert done(Add("A", ("two\nlines",)), data) == ("## A\n> - said\n\n- two\n  lines\n\n## B\n")


def test_several_lines_are_one_splice_and_count_on() -> None:
    edit = Promote("A", ("two", "three\nand more")).plan(b"## A\n1. one\n")
    assert edit.splices == (Splice(12, b"", b"2. two\n3. three\n   and more\n"),)
    assert edit.words == "Promoted 2 lines to A"
    assert done(Add("A", ("x", "y")), "## A\n- a\n\n- b\n") == "## A\n- a\n\n- b\n\n- x\n\n- y\n"
    assert done(Add("A", ("x", "y")), "## A\n-\n") == "## A\n- x\n- y\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# big", r"- \# big"),
        ("- dash", "- dash"),
        ("> said", r"- \> said"),
        ("```", r"- \```"),
        ("~~~ sh", r"- \~~~ sh"),
        ("1. first", r"- 1\. first"),
        ("12) last", r"- 12\) last"),
        ("---", r"- \---"),
        ("***", r"- \***"),
        ("- - -", r"- \- - -"),
        ("<!-- open", r"- \<!-- open"),
        ("a <!-- open", r"- a \<!-- open"),
        ("a <!-- importance: 7 -->", "- a <!-- importance: 7 -->"),
        ("<div>", r"- \<div>"),
        ("<b>so</b> it is", "- <b>so</b> it is"),
        ("<https://example.org>", "- <https://example.org>"),
        ("[x]: y", r"- \[x]: y"),
        ("[ ] task", "- [ ] task"),
        ("**bold** and `code`", "- **bold** and `code`"),
        ("-5 degrees", "- -5 degrees"),
        ("2026-02-04: here - there", "- 2026-02-04: here - there"),
        ("two\nlines", "- two\n  lines"),
        ("two\r\n\r\n   # lines\n", "- two\n  \\# lines"),
        ("a\n===", "- a\n  \\==="),
        ("a\n- b", "- a\n  \\- b"),
        ("a | b\n--|--", "- a | b\n  \\--|--"),
        ("nul\0", "- nul\ufffd"),
        ("x\u0085y\u2028z", "- x\u0085y\u2028z"),
        ("<<<<<<< HEAD", r"- \<<<<<<< HEAD"),
        ("    code", "- code"),
        ("日本語、絵文字✅", "- 日本語、絵文字✅"),
        ("שלום\u202eabc", "- שלום\u202eabc"),
        ("caf\udce9", "- caf\udce9"),
    ],
)
def test_awkward_text_stays_one_item(text: str, line: str) -> None:
    assert done(Add("A", (text,)), "## A\n- one\n\n## B\n") == f"## A\n- one\n{line}\n\n## B\n"


@pytest.mark.parametrize("text", ["", "  \n\t", "<!-- only -->", "\u200b\u202e", "\x07"])
def test_a_text_that_nobody_would_see_is_refused(text: str) -> None:
    assert "no text" in refused(Add("A", (text,)), "## A\n- one\n")


def test_what_would_not_stay_an_item_is_refused_in_words() -> None:
    assert "colon" in refused(Add("A", ("Next steps:",)), "## A\n- one\n")
    assert "dreaming" in refused(
        Add("A", ("x <!-- openclaw:dreaming:light:start -->",)), "## A\n- one\n"
    )
    assert "surrogate" in refused(Add("A", ("x\ud800",)), "## A\n- one\n")
    assert "left open" in refused(Add("New", ("x",), new_section=True), "## A\n\n```\nopen\n")
    assert "nothing to add" in refused(Add("A", ()), "## A\n")


def test_a_bullet_takes_what_a_paragraph_could_not() -> None:
    assert done(Add("A", ("*soft*",)), "## A\none\n\ntwo\n") == "## A\none\n\ntwo\n\n- *soft*\n"


def test_duplicates_are_refused_with_their_line() -> None:
    data = "## A\n- 2026-02-04: **Moved** the interval ✅\n## B\n"
    words = refused(Add("B", ("moved the interval",)), data)
    assert "line 2" in words
    assert done(Add("B", ("moved the interval",), allow_duplicate=True), data)
    assert "the same" in refused(Add("B", ("x y", "X **y**")), data)


def test_a_section_that_is_not_there_is_refused_naming_the_nearest() -> None:
    data = "# M\n## Critical Decisions\n- x\n"
    assert "“Critical Decisions”" in refused(Add("Critcal Decision", ("new",)), data)
    assert "new section" in refused(Add("Zebra", ("new",)), data)
    assert "scaffold" in refused(Add("Zebra", ("new",)), "")


def test_sections_are_also_found_by_title_and_whatever_their_case() -> None:
    data = "# M\n## Patterns\n- Working:\n  - x\n"
    for name in ("Patterns / Working", "working", "M / Patterns / Working", "Working:"):
        assert done(Add(name, ("new",)), data) == data + "  - new\n"


def test_sections_of_other_programs_are_refused() -> None:
    data = "## Promoted From Short-Term Memory (2026-02-04)\n- x\n"
    assert "another program" in refused(
        Add("Promoted From Short-Term Memory (2026-02-04)", ("new",)), data
    )
    assert "another program" in refused(
        Add("Consolidated Memory (x)", ("new",), new_section=True), "## A\n"
    )


def test_conflict_markers_are_refused_with_their_line() -> None:
    data = "## A\n<<<<<<< HEAD\n- a\n=======\n- b\n>>>>>>> x\n"
    assert "line 2" in refused(Add("A", ("new",)), data)
    assert "line 2" in refused(Retire(("0" * 12,)), data)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# M\n\n## A\n\n- x\n", "# M\n\n## A\n\n- x\n\n## New\n\n- new\n"),
        ("# M\n## A\n- x\n## B\n- y\n", "# M\n## A\n- x\n## B\n- y\n## New\n- new\n"),
        ("# M\n\n### A\n- x", "# M\n\n### A\n- x\n\n### New\n- new"),
        ("# A\n- x\n\n# B\n* y\n* z\n", "# A\n- x\n\n# B\n* y\n* z\n\n# New\n* new\n"),
        ("- x\n", "- x\n\n## New\n- new\n"),
        ("", "## New\n- new\n"),
        ("# M\n", "# M\n\n## New\n- new\n"),
        ("## A\n- x\n\n---\n\n*Updated: 2026-04-02*\n",
         "## A\n- x\n\n## New\n- new\n\n---\n\n*Updated: 2026-04-02*\n"),
        ("## A\r\n- x\r\n", "## A\r\n- x\r\n\r\n## New\r\n- new\r\n"),
        ("## A\n- x\n\n\n", "## A\n- x\n\n## New\n- new\n\n\n"),
        ("## A\n1. x\n", "## A\n1. x\n\n## New\n- new\n"),
    ],
)  # fmt: skip
def test_a_new_section_stands_at_the_end_as_the_others_do(before: str, after: str) -> None:
    assert done(Add("New", ("new",), new_section=True), before) == after


def test_titles_of_new_sections_are_one_line_and_new() -> None:
    assert "## One line\n" in done(Add("## One\nline", ("x",), new_section=True), "## A\n- a\n")
    assert r"## C \#" in done(Add("C #", ("x",), new_section=True), "## A\n- a\n")
    assert "already" in refused(Add("a", ("x",), new_section=True), "## A\n- a\n")
    assert "needs a title" in refused(Add(" # ", ("x",), new_section=True), "## A\n- a\n")


def test_the_scaffold_is_for_empty_files_and_its_bullets_wait_for_text() -> None:
    assert done(Scaffold(), b"") == SCAFFOLD.decode()
    assert done(Scaffold(), b"\n\n") == SCAFFOLD.decode()
    assert "text already" in refused(Scaffold(), "- x\n")
    assert [len(each.items) for each in parse_memory(SCAFFOLD)] == [0, 0, 0, 0, 0]
    filled = done(Promote("Critical Decisions", ("one", "two")), SCAFFOLD)
    assert "## Critical Decisions\n- one\n- two\n\n## Patterns That Work\n-\n" in filled


# --- Retiring ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("## A\n- a\n- b\n", "a", "## A\n- b\n"),
        ("## A\n- a\n- b", "b", "## A\n- a"),
        ("## A\n- a\n\n- b\n\n- c\n", "b", "## A\n- a\n\n- c\n"),
        ("## A\n- a\n\n- b\n", "b", "## A\n- a\n"),
        ("## A\n\n- a\n\n## B\n", "a", "## A\n\n## B\n"),
        ("## A\n- a\n\n## B\n", "a", "## A\n\n## B\n"),
        ("## A\n- a\n  - deep\n  more\n- b\n", "a", "## A\n- b\n"),
        ("## A\n- a\n  - deep\n- b\n", "deep", "## A\n- a\n- b\n"),
        ("## A\n<!-- openclaw-memory-promotion:x -->\n- a\n- b\n", "a", "## A\n- b\n"),
        ("## A\n- a\n  ```\n  x\n  ```\n- b\n", "a", "## A\n- b\n"),
        ("## A\none\n\ntwo\n\nthree\n", "two", "## A\none\n\nthree\n"),
        ("## A\none\n- a\n---\n", "a", "## A\none\n\n---\n"),
        ("## A\n| a |\n|---|\n| 1 |\n| 2 |\n", "1", "## A\n| a |\n|---|\n| 2 |\n"),
        ("## A\r\n- a\r\n- b\r\n", "a", "## A\r\n- b\r\n"),
        ("\ufeff- a\n- b\n", "a", "\ufeff- b\n"),
        ("- a\n", "a", ""),
        ("## P\n- Working:\n  - a\n", "a", "## P\n- Working:\n"),
        ("- a\n**G**\n- b\n\n## H\n", "b", "- a\n**G**\n\n## H\n"),
        ("- a\n**G**\n- b\n## H\n", "b", "- a\n**G**\n## H\n"),
        ("- a\n**G**\n- b\n", "b", "- a\n**G**\n"),
        ("- a\n**G**\n- b\n", "a", "**G**\n- b\n"),
    ],
)
def test_a_retired_item_leaves_no_trace_but_itself(before: str, text: str, after: str) -> None:
    assert done(Retire((item(before, text).id,)), before) == after


def test_several_items_are_retired_at_once() -> None:
    data = "## A\n- a\n  - deep\n- b\n## B\n- c\n- last\n"
    ids = tuple(item(data, text).id for text in ("last", "a", "deep", "b"))
    edit = Retire(ids).plan(data.encode())
    assert edit.apply(data.encode()) == b"## A\n## B\n- c\n"
    assert edit.words == "Retired 4 items"


def test_an_item_that_changed_is_refused() -> None:
    data = "## A\n- a\n"
    old = item(data, "a").id
    assert "meanwhile" in refused(Retire((old,)), "## A\n- changed\n")
    assert "meanwhile" in refused(Rewrite(old, "x"), "## B\n- a\n")
    assert "not what was expected" in refused(Retire((old,), expect="b"), data)
    assert done(Retire((old,), expect=" a "), data) == "## A\n"


def test_what_another_program_keeps_is_refused() -> None:
    data = "<!-- openclaw:dreaming:x:start -->\n- a\n<!-- openclaw:dreaming:x:end -->\n## B\n- b\n"
    theirs = item(data, "a").id
    for operation in (Retire((theirs,)), Rewrite(theirs, "x"), Move((theirs,), "B")):
        assert "another program" in refused(operation, data)


# --- Rewriting ---------------------------------------------------------------


def test_a_rewrite_keeps_marker_comments_box_and_nested_items() -> None:
    data = "## A\n- [x] **old** one <!-- importance: 7 -->\n  - deep\n"
    edit = Rewrite(item(data, "old").id, "new", expect="old one").plan(data.encode())
    assert edit.splices == (Splice(11, b"**old** one", b"new"),)
    assert edit.words == "Edited in A: new"


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("- a\n", "two\nlines", "- two\n  lines\n"),
        ("1. a\n", "two\nlines", "1. two\n   lines\n"),
        ("- a  \n  b\n", "a  \nc\nd", "- a  \n  c\n  d\n"),
        ("- a\r\n  b\r\n", "x\ny\nz", "- x\r\n  y\r\n  z\r\n"),
        ("- a\nlazy\n", "x\ny", "- x\ny\n"),
        ("a\n", "two\n# lines", "two\n\\# lines\n"),
        ("- a\n", "# x", "- \\# x\n"),
        ("| a | b |\n|--|--|\n| 1 | 2 |\n", "3 |\n4", "| a | b |\n|--|--|\n| 3 | 4 |\n"),
        ("> - a\n", "x\ny", "> - x\n>   y\n"),
    ],
)
def test_a_rewrite_may_span_lines(before: str, text: str, after: str) -> None:
    (first, *_) = [each for section in parse_memory(before.encode()) for each in section.items]
    assert done(Rewrite(first.id, text), before) == after


def test_rewrites_that_make_no_item_are_refused() -> None:
    data = "## A\n- a\n"
    own = item(data, "a").id
    assert "retire it" in refused(Rewrite(own, "  "), data)
    assert "already" in refused(Rewrite(own, "a"), data)
    assert "colon" in refused(Rewrite(own, "Next:"), data)
    table = "| x | y |\n|--|--|\n| 1 | 2 |\n"
    assert refused(Rewrite(item(table, "1").id, "1 | 2 | 3"), table)


# --- Moving ------------------------------------------------------------------


def test_a_moved_item_takes_its_comments_and_nested_items_along() -> None:
    data = (
        "## A\n- stay\n<!-- id:1 -->\n- **go** <!-- importance: 7 -->\n  - deep\n\n    text\n\n"
        "## B\n1. one\n"
    )
    assert done(Move((item(data, "go").id,), "B"), data) == (
        "## A\n- stay\n\n## B\n1. one\n<!-- id:1 -->\n2. **go** <!-- importance: 7 -->\n"
        "   - deep\n\n     text\n"
    )


def test_items_move_into_empty_bullets_groups_and_new_sections() -> None:
    data = "## A\n- a\n- b\n- c\n## B\n-\n## P\n- Working:\n"
    assert done(Move((item(data, "a").id, item(data, "c").id), "B"), data) == (
        "## A\n- b\n## B\n- a\n- c\n## P\n- Working:\n"
    )
    assert done(Move((item(data, "b").id,), "Working"), data).endswith("- Working:\n  - b\n")
    assert done(Move((item(data, "b").id,), "New", new_section=True), data).endswith(
        "## New\n- b\n"
    )


def test_paragraphs_and_rows_become_bullets_in_a_list() -> None:
    data = "## A\nA paragraph\nof two lines.\n\n| a | b |\n|--|--|\n| 1 | 2 |\n## B\n- x\n"
    assert done(Move((item(data, "A paragraph").id,), "B"), data).endswith(
        "- x\n- A paragraph\n  of two lines.\n"
    )
    assert done(Move((item(data, "1").id,), "B"), data).endswith("- x\n- 1 | 2\n")


def test_a_row_moves_with_its_comment_and_is_not_cut() -> None:
    table = "## A\n| a | b |\n|---|---|\n"
    data = table + "| 1 | 2 <!-- id: x --> |\n\n## B\n- x\n"
    assert done(Move((item(data, "1").id,), "B"), data) == (
        table + "\n## B\n- x\n- 1 | 2 <!-- id: x -->\n"
    )
    data = table + "| 1 | 2 | beyond the columns |\n\n## B\n- x\n"
    assert "nothing was moved" in refused(Move((item(data, "1").id,), "B"), data)


def test_a_nested_item_moves_out_of_its_holder() -> None:
    data = "## P\n- Working:\n  - a\n    - deep\n- Failed:\n"
    assert done(Move((item(data, "a").id,), "Failed"), data) == (
        "## P\n- Working:\n- Failed:\n  - a\n    - deep\n"
    )
    assert done(Move((item(data, "deep").id,), "P"), data) == (
        "## P\n- Working:\n  - a\n- Failed:\n- deep\n"
    )
    assert done(Move((item(data, "a").id,), "P"), data) == (
        "## P\n- Working:\n- Failed:\n- a\n  - deep\n"
    )


def test_moving_to_where_it_is_or_out_of_a_quotation_is_refused() -> None:
    data = "## A\n- a\n> - said\n## B\n- b\n"
    assert "already" in refused(Move((item(data, "a").id,), "A"), data)
    assert "quotation" in refused(Move((item(data, "said").id,), "B"), data)


# --- Edits -------------------------------------------------------------------


def test_an_edit_refuses_bytes_that_it_was_not_planned_on() -> None:
    edit = Edit((Splice(0, b"ab", b"x"), Splice(3, b"d", b"")), "")
    assert edit.apply(b"abcd") == b"xc"
    for other in (b"abcx", b"xbcd", b"ab"):
        with pytest.raises(Refused):
            edit.apply(other)
    with pytest.raises(Refused):
        Edit((Splice(0, b"ab", b""), Splice(1, b"b", b"")), "").apply(b"ab")


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (Add("A", ("x",)), "add"),
        (Promote("A", ("x",)), "promote"),
        (Retire(("x",)), "retire"),
        (Rewrite("x", "y"), "edit"),
        (Move(("x",), "A"), "move"),
        (Scaffold(), "scaffold"),
    ],
)
def test_every_operation_has_the_word_of_the_journal(operation: Operation, kind: str) -> None:
    assert operation.kind == kind
