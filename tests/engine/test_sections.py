"""MEMORY.md read to the sections and items that a reader would name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memdeck.curated.sections import conflict_markers, parse_memory, read_memory, targets
from memdeck.model import Item, Meaning, Section, SectionKind

# In shape the file that the format was described with; the words are ours.
CURATED = b"""\
# MEMORY.md - What the agents know

## Active Projects
- **Harbour Board** - Live view of all berths, Svelte + Rust
- **Tide Mail** - Sends the morning mail, needs fewer retries

## Critical Decisions
- 2026-02-04: Went from hourly to daily digests, a tenth of the cost
- 2026-02-05: Never more than two crawlers at a time

## Patterns That Work
- Read the schema before writing a client
- Send long questions to a helper
- Keep answers of the search for four hours

## Patterns That Failed
- Reading a feed without paging: timeouts on the long ones
- Mails for every hiccup: nobody reads them
"""
SCAFFOLD = b"""\
# MEMORY.md

## Active Projects
-

## Critical Decisions
-

## Patterns
- Working:
- Failed:
"""


def section(data: bytes, address: str) -> Section:
    return next(each for each in parse_memory(data) if each.address == address)


def items(data: bytes) -> list[Item]:
    return [item for each in parse_memory(data) for item in each.items]


def texts(data: bytes) -> list[str]:
    return [item.text for item in items(data)]


def addresses(data: bytes) -> list[str]:
    return [each.address for each in parse_memory(data)]


def test_the_ideal_file_has_four_sections_under_its_title() -> None:
    title, *sections = parse_memory(CURATED)
    assert (title.level, title.items) == (1, ())
    assert [(each.address, len(each.items), each.meaning) for each in sections] == [
        ("Active Projects", 2, Meaning.PROJECT),
        ("Critical Decisions", 2, Meaning.DECISION),
        ("Patterns That Work", 3, Meaning.LESSON),
        ("Patterns That Failed", 2, Meaning.FAILED),
    ]
    assert texts(CURATED)[0] == "Harbour Board - Live view of all berths, Svelte + Rust"
    assert [each.address for each in targets(parse_memory(CURATED))] == [
        each.address for each in sections
    ]


def test_the_scaffold_has_bullets_that_are_sections_and_no_items() -> None:
    sections = parse_memory(SCAFFOLD)
    assert texts(SCAFFOLD) == []
    assert [(each.address, each.kind.value, each.level) for each in sections[3:]] == [
        ("Patterns", "heading", 2),
        ("Patterns / Working", "bullet", 3),
        ("Patterns / Failed", "bullet", 3),
    ]
    assert section(SCAFFOLD, "Patterns / Working").meaning is Meaning.LESSON
    assert section(SCAFFOLD, "Patterns / Failed").meaning is Meaning.FAILED
    assert "Patterns / Failed" in [each.address for each in targets(sections)]


def test_items_under_a_bullet_that_is_a_section_are_its_own() -> None:
    data = (
        b"## P\n- **Working**:\n  - one\n    - nested\n  - two\n- plain\n- Failed:\n\n  - three\n"
    )
    assert [item.text for item in section(data, "P").items] == ["plain"]
    held = section(data, "P / Working").items
    assert [(item.text, item.depth) for item in held] == [("one", 0), ("nested", 1), ("two", 0)]
    assert [item.text for item in section(data, "P / Failed").items] == ["three"]


@pytest.mark.parametrize(
    "line",
    [
        b"- Deploy command:\n  ```\n  make\n  ```\n",
        b"- [ ] Fix:\n",
        b"- at the second host this is what we do in the morning, noon and night:\n",
        b"- runs over\n  two lines:\n",
    ],
)
def test_bullets_with_a_colon_that_say_something_are_items(line: bytes) -> None:
    assert len(items(b"## A\n" + line)) == 1


def test_a_machine_comment_belongs_to_the_line_below_it() -> None:
    data = (
        b"## A\n- one\n<!-- openclaw-memory-promotion:a:1 -->\n- two\n\n<!-- id=3 -->\nthree\n"
        b"- x\n  <!-- trigger: y -->\n  - y\n"
    )
    spans = {item.text: data[item.start : item.end] for item in items(data)}
    assert spans["one"] == b"- one\n"
    assert spans["two"] == b"<!-- openclaw-memory-promotion:a:1 -->\n- two\n"
    assert spans["three"].startswith(b"<!-- id=3 -->\n")
    assert spans["y"] == b"  <!-- trigger: y -->\n  - y\n"
    assert [item.line for item in items(data)] == [2, 4, 7, 8, 10]


def test_a_remark_of_a_person_stays_where_it_is() -> None:
    data = b"## A\n<!-- keep the newest first -->\n- one\n<!-- NOTE: ask first -->\n- two\n"
    assert [data[item.start : item.end] for item in items(data)] == [b"- one\n", b"- two\n"]


def test_trailing_comments_are_no_part_of_the_source() -> None:
    (item,) = items(b"- one <!-- importance: 7 --> <!-- trigger: deploy -->\n")
    assert (item.source, item.text) == ("one", "one")


def test_what_is_appended_below_a_rule_is_nobody_elses() -> None:
    data = (
        b"# M\n\n## Promoted From Short-Term Memory (2026-02-04)\n"
        b"<!-- openclaw-memory-promotion:one -->\n- theirs\n\n---\n\n*Updated: 2026-02-05*\n"
        b"- mine\n"
    )
    marked = data + b"<!-- openclaw-memory-promotion:two -->\n- theirs, too\n"
    for text in (data, marked):
        own = [item.text for item in items(text) if not item.foreign]
        assert own == ["mine"]


def test_lines_between_dreaming_fences_are_foreign() -> None:
    data = (
        b"## Light\n- mine\n<!-- openclaw:dreaming:light:start -->\n- theirs\n"
        b"<!-- openclaw:dreaming:light:end -->\n- mine too\n"
    )
    assert [(item.text, item.foreign) for item in items(data)] == [
        ("mine", False),
        ("theirs", True),
        ("mine too", False),
    ]


def test_what_stands_below_a_fence_with_a_heading_is_nobody_elses() -> None:
    data = (
        b"<!-- openclaw:dreaming:light:start -->\n## Light\n- theirs\n"
        b"<!-- openclaw:dreaming:light:end -->\n- mine\n\n**Kept**\n- also\n### Sub\n- too\n"
    )
    assert [(item.text, item.foreign) for item in items(data)] == [
        ("theirs", True),
        ("mine", False),
        ("also", False),
        ("too", False),
    ]
    # The heading may be deleted: nothing new goes under it.
    assert [each.title for each in targets(parse_memory(data))] == ["Kept", "Sub"]


def test_sections_of_another_program_are_shown_and_no_targets() -> None:
    data = (
        b"## Promoted From Short-Term Memory (2026-02-04)\n- a\n### Inner\n- b\n"
        b"## Consolidated Memory (week 5)\n- c\n## Mine\n- d\n"
    )
    assert [(each.title, each.foreign) for each in parse_memory(data)][-1] == ("Mine", False)
    assert [each.foreign for each in parse_memory(data)] == [True, True, True, False]
    assert [item.foreign for item in items(data)] == [True, True, True, False]
    assert [each.title for each in targets(parse_memory(data))] == ["Mine"]


@pytest.mark.parametrize(
    "footer",
    [
        b"*Updated: 2026-04-02*",
        b"*Updated: 2026-04-02*\n---",
        b"---\n*Updated: 2026-04-02*",
        b"Last updated: 2026-04-02",
        b"Last reviewed: March 3, 2026\n---",
        b"Updated 3rd Apr 2026 by the night agent\n---",
        "Letzte Aktualisierung: 2. März 2026\n---".encode(),
        "Обновлено 2 апреля 2026\n---".encode(),
        "마지막 업데이트: 2026년 4월 2일\n---".encode(),
        b"_kept by hand_",
        b"Stand: 02.04.2026\n---",
        "更新: 2026-04-02".encode(),
        b"Updated 2026-04-02",
        b"Last updated on 2 April 2026 (Ada)",
        b"Reviewed - 2026-04-02",
        b"(last modified: Thu 2 April 2026, 14:02)",
        "最后更新于 2026年4月2日".encode(),
        "Mise à jour le 2 avril 2026".encode(),
        b"***\n---",
    ],
)
def test_footers_are_neither_items_nor_titles(footer: bytes) -> None:
    data = b"## A\n- one\n\n" + footer + b"\n"
    assert addresses(data) == ["A"]
    assert texts(data) == ["one"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Updated the server on 2026-03-03",
        "Reviewed by Ada on 2026-03-03 and kept",
        "Edited hosts file 2026-03-03",
        "Generated keys expire on 3 March 2026",
        "Updates arrive on 2026-03-03",
        "Обновлен сервер 2026-03-03",
        "Aktualisierung der Karten am 03.03.2026 geplant",
        "Updated: the server moved to the second host",
        "We were last updated: 2026-03-03",
    ],
)
def test_a_sentence_with_a_date_is_no_footer(sentence: str) -> None:
    assert texts(f"## A\n- one\n\n{sentence}\n".encode()) == ["one", sentence]


def test_a_sentence_that_stands_on_a_rule_is_no_title() -> None:
    data = b"## A\nWe moved to the second host.\n---\nTitle\n---\n- x\n\nOther\n=====\n"
    assert addresses(data) == ["A", "Title", "Other"]
    assert texts(data) == ["We moved to the second host.", "x"]


def test_an_empty_bullet_below_a_line_is_no_underline() -> None:
    data = b"## A\n**Working:**\n-\n- Failed:\n  -\n"
    assert addresses(data) == ["A", "A / Working", "A / Working / Failed"]
    assert texts(data) == []


def test_bold_lines_act_as_headings() -> None:
    data = b"## A\n- own\n\n**Hosts**\n- one\n\n**Keys:**\n\n- two\n\n## B\n- three\n"
    assert [(each.address, each.kind) for each in parse_memory(data)] == [
        ("A", SectionKind.HEADING),
        ("A / Hosts", SectionKind.GROUP),
        ("A / Keys", SectionKind.GROUP),
        ("B", SectionKind.HEADING),
    ]
    assert [len(each.items) for each in parse_memory(data)] == [1, 1, 1, 1]


@pytest.mark.parametrize("eol", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("bold", [b"**Keys**", b"**Keys:**", b"__Keys__:", "**Keys：**".encode()])
def test_a_bold_line_directly_behind_a_bullet_acts_as_a_heading(eol: bytes, bold: bytes) -> None:
    data = eol.join([b"## A", b"**Hosts**", b"- one", b"  - deep", bold, b"- two", b""])
    assert addresses(data) == ["A", "A / Hosts", "A / Keys"]
    assert texts(data) == ["one", "deep", "two"]
    hosts, keys = parse_memory(data)[1:]
    assert (keys.kind, keys.line, keys.start) == (SectionKind.GROUP, 5, hosts.items[0].end)
    assert data[keys.start : keys.items[0].start] == bold + eol


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (b"- one\n**never again!**\n- two\n", ["one never again!", "two"]),
        (b"- one\n**and** that\n- two\n", ["one and that", "two"]),
        (b"- one\n**and more**\nof it\n- two\n", ["one and more of it", "two"]),
        (b"- one\n  **strong**\n- two\n", ["one strong", "two"]),
    ],
)
def test_bold_text_in_a_bullet_is_part_of_it(lines: bytes, expected: list[str]) -> None:
    assert addresses(b"## A\n" + lines) == ["A"]
    assert texts(b"## A\n" + lines) == expected


def test_a_bold_statement_is_an_item() -> None:
    assert texts(b"## A\n\n**Never write to the second host!**\n") == [
        "Never write to the second host!"
    ]


def test_repeated_titles_have_addresses_of_their_own() -> None:
    data = b"# M\n## Notes\n- a\n## Notes\n- b\n### Notes\n- c\n## Notes #2\n- d\n"
    assert addresses(data) == ["M", "Notes", "Notes #2", "Notes #2 / Notes", "Notes #2 #2"]


def test_several_titles_of_level_one_are_part_of_the_addresses() -> None:
    assert addresses(b"# A\n## X\n# B\n## X\n") == ["A", "A / X", "B", "B / X"]


def test_headings_in_code_are_text_and_an_open_fence_hides_the_rest() -> None:
    data = b"## A\n- one\n  ```\n  # no\n  ```\n- two\n\n```\n## no\n- no\n"
    assert addresses(data) == ["A"]
    assert texts(data) == ["one", "two"]
    assert data[items(data)[0].start : items(data)[0].end].endswith(b"  ```\n")


@pytest.mark.parametrize(
    "data",
    [b"- a\n- b\n", b"\n\n- a\n- b", b"\xef\xbb\xbf- a\r\n- b\r\n", b"---\nx: y\n---\n- a\n- b\n"],
)
def test_bullets_before_any_heading_stand_at_the_top(data: bytes) -> None:
    (top,) = parse_memory(data)
    assert (top.kind, top.address, len(top.items)) == (SectionKind.TOP, "", 2)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"---\na: b\n---\n"])
def test_a_file_without_text_has_no_sections(data: bytes) -> None:
    assert parse_memory(data) == ()


def test_front_matter_is_no_section() -> None:
    assert addresses(b"---\ntitle: x\n# no heading\n---\n# M\n## A\n- a\n") == ["M", "A"]


def test_rows_paragraphs_numbers_and_tasks_are_items() -> None:
    data = (
        b"## A\n| k | v |\n|---|---|\n| one | `1` |\n\n"
        b"A paragraph\nof two lines.\n\n1. first\n2) x\n\n- [x] task\n"
    )
    assert [(item.text, item.marker) for item in items(data)] == [
        ("one | 1", ""),
        ("A paragraph of two lines.", ""),
        ("first", "1."),
        ("x", "2)"),
        ("task", "-"),
    ]


@pytest.mark.parametrize("data", [b"## A\n-\n", b"## A\n- \n*\n", b"## A\n1. [ ]\n", b"## A\n-"])
def test_placeholders_are_no_items(data: bytes) -> None:
    assert items(data) == []


def test_lines_of_every_end_and_odd_characters_stay_whole() -> None:
    data = "## A\r\n- a\u0085b\u2028c\r- d\n\n- caf\udce9\x00\n".encode("utf-8", "surrogateescape")
    assert texts(data) == ["a\u0085b\u2028c", "d", "caf\udce9\x00"]


def test_an_id_stays_while_the_bytes_and_the_section_do() -> None:
    before = b"## A\n- one\n- two\n- one\n## B\n- one\n"
    one, two, twin, other = (item.id for item in items(before))
    assert len({one, two, twin, other}) == 4
    after = b"# Title\n\ntext\n\n## A\n\n- one\n- new\n- two\n- one\n## B\n- changed\n"
    ids = [item.id for item in items(after)]
    assert [one, two, twin] == [ids[1], ids[3], ids[4]]
    assert other not in ids


def test_a_bullet_of_five_thousand_characters_and_a_thousand_lines() -> None:
    data = b"## A\n- " + b"word " * 1000 + b"\n" + b"- line\n" * 1200
    assert len(items(data)) == 1201
    assert items(data)[-1].line == 1202


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"# A\n<<<<<<< HEAD\n- a\n=======\n- b\n>>>>>>> x\n", 2),
        (b"- a\r\n>>>>>>> x\r\n", 2),
        (b"<<<<<<<\n", 1),
        (b"- a <<<<<<< b\n", None),
        (b"<<<<<<<< \n=======\n", None),
        (b"", None),
    ],
)
def test_conflict_markers_are_found_at_line_starts(data: bytes, line: int | None) -> None:
    assert conflict_markers(data) == line


# --- From disk ---------------------------------------------------------------


def test_reading_gives_the_same_object_while_the_bytes_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "MEMORY.md"
    path.write_bytes(CURATED)
    first = read_memory(path)
    assert first.exists
    assert first.problem is None
    assert len(first.items) == 9
    assert first.modified is not None
    os.utime(path, (1, 1))
    assert read_memory(path, first) is first
    path.write_bytes(CURATED + b"- more\n")
    second = read_memory(path, first)
    assert second is not first
    assert len(second.items) == 10


def test_a_file_that_is_not_there_is_no_problem(tmp_path: Path) -> None:
    memory = read_memory(tmp_path / "MEMORY.md")
    assert (memory.exists, memory.problem, memory.sections) == (False, None, ())
    assert read_memory(tmp_path / "MEMORY.md", memory) is memory


def test_a_link_is_followed_inside_of_the_workspace_only(tmp_path: Path) -> None:
    inside = tmp_path / "work"
    (inside / "notes").mkdir(parents=True)
    (inside / "notes" / "curated.md").write_bytes(CURATED)
    (tmp_path / "outside.md").write_bytes(b"- secret\n")
    path = inside / "MEMORY.md"
    path.symlink_to("notes/curated.md")
    assert read_memory(path).data == CURATED
    path.unlink()
    path.symlink_to("../outside.md")
    outside = read_memory(path)
    assert outside.data == b""
    assert "leads out of the workspace" in str(outside.problem)
    path.unlink()
    path.symlink_to("nowhere.md")
    assert "does not exist" in str(read_memory(path).problem)
    path.unlink()
    path.symlink_to("MEMORY.md")
    assert read_memory(path).problem


def test_what_is_no_file_is_said_in_words_and_never_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "MEMORY.md"
    folder.mkdir(parents=True)
    assert "is a folder" in str(read_memory(folder).problem)
    pipe = tmp_path / "MEMORY.md"
    os.mkfifo(pipe)
    assert "no ordinary file" in str(read_memory(pipe).problem)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "MEMORY.md"
    path.write_bytes(CURATED)
    path.chmod(0)
    assert "permissions" in str(read_memory(path).problem)


def test_a_file_with_conflict_markers_is_shown_with_its_problem(tmp_path: Path) -> None:
    path = tmp_path / "MEMORY.md"
    path.write_bytes(CURATED + b"<<<<<<< HEAD\n- a\n=======\n- b\n>>>>>>> other\n")
    memory = read_memory(path)
    assert "conflict markers at line 19" in str(memory.problem)
    assert len(memory.items) >= 9


@pytest.mark.parametrize(
    ("data", "marks"),
    [
        (b"", ()),
        (CURATED, ()),
        (b"## A\n- one\n```\nx\n```\n", ()),
        (b"## A\n    indented\n", ()),
        (b"## A\n- one\n\n~~~~ sh\nx\n~~~\n\n## B\n- two\n\n",
         ("the code block at line 4 is left open: all below it counts as code",)),
        (b"## A\n```", ("the code block at line 2 is left open: all below it counts as code",)),
        (b"## A\r\n```\r\nx\r\n``` y\r\n",
         ("the code block at line 2 is left open: all below it counts as code",)),
        (b"## A\n~~~~\nx\n  ~~~~~ \n", ()),
        (b"## A\n<!-- for later\n- one\n",
         ("the comment at line 2 is left open: all below it is hidden",)),
        (b"## A\n<!-- for later\n- one -->\n", ()),
        (b"## A\n<!-- openclaw:dreaming:x:start -->\n- a\n## B\n",
         ("the fence of another program at line 2 is never closed: taken to end before line 4",)),
        (b"## A\n- caf\xe9\n", ("1 byte is not UTF-8, the first at line 2",)),
        (b"## A\n- a\xc3\xa9\r- \xff\xfe\n- \x80\n",
         ("3 bytes are not UTF-8, the first at line 3",)),
    ],
)  # fmt: skip
def test_what_is_odd_about_a_file_is_said(
    tmp_path: Path, data: bytes, marks: tuple[str, ...]
) -> None:
    path = tmp_path / "MEMORY.md"
    path.write_bytes(data)
    assert read_memory(path).marks == marks
