"""The dashboard as text, and as JSON, from decks made by hand."""

import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from memdeck.cli.plain import render
from memdeck.cli.status import status_document
from memdeck.curated.sections import parse_memory
from memdeck.model import (
    BranchNotes,
    Budget,
    DamagedSpan,
    Day,
    Deck,
    Entry,
    Item,
    KeyHistory,
    LogFile,
    LogItem,
    LogKind,
    LogSection,
    MemoryFile,
    Notes,
    Part,
    Piece,
    RepositoryNotes,
)

from .conftest import NOW

ROOT = Path("/home/ada/agents/lantern")
MEMORY = b"# Memory\n\n## Birds\n- Terns nest late\n- Gulls do not\n\n## Empty\n"
HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x9b2J[@click=app.quit]x[/]\u202egnp\u200b\r\n\x00"


def entry(key: str, value: object, stamp: str = "2026-02-06T14:20:11Z") -> Entry:
    return Entry("main", stamp, key, value, "c" * 40, 0)  # type: ignore[arg-type]


def repository(*entries: Entry, **more: object) -> RepositoryNotes:
    keys = tuple(KeyHistory(each) for each in entries)
    branches = (BranchNotes("main", True, keys),) if keys else ()
    return RepositoryNotes("lantern", ROOT, "main", "c" * 40, "d" * 40, branches, **more)  # type: ignore[arg-type]


def memory(data: bytes = MEMORY) -> MemoryFile:
    return MemoryFile(ROOT / "MEMORY.md", data, exists=True, sections=parse_memory(data))


def day(on: date, *texts: str, kind: LogKind = LogKind.LOG) -> Day:
    name = f"memory/{on.isoformat()}.md"
    items = tuple(
        LogItem(name, line, 0, 1, text, text, f"{line:012d}") for line, text in enumerate(texts, 3)
    )
    section = LogSection("Completed", 1, 2, items)
    file = LogFile(ROOT / name, name, 1, NOW, b"x", kind, (section,))
    return Day(on, (file,))


def budget(size: int = 30, limit: int = 15_000) -> Budget:
    """One token for every byte of MEMORY.md, then one for every byte of two files of today."""
    files = b"aaaa\nbbbbbbbb\n"
    parts = (
        Part(
            *("MEMORY.md", ("MEMORY.md",), MEMORY, 0, len(MEMORY)),
            pieces=(Piece(0, len(MEMORY), "MEMORY.md", 0, len(MEMORY)),),
        ),
        Part("yesterday", (), b"", len(MEMORY), 0),
        Part(
            *("today", ("memory/a.md", "memory/b.md"), files, len(MEMORY), len(files)),
            pieces=(Piece(0, 5, "memory/a.md", 0, 5), Piece(5, 9, "memory/b.md", 0, 9)),
        ),
        Part("notes", (), b"x" * size, len(MEMORY) + len(files), size),
    )
    used = len(MEMORY) + len(files) + size
    return Budget("article", "bytes", limit, used, parts, range(used))


def deck(**changes: object) -> Deck:
    whole = Deck(
        ROOT,
        NOW.date(),
        NOW,
        Notes((repository(entry("task.status", {"state": "waiting"}), entry("note", "tide")),)),
        memory(),
        (day(NOW.date(), "Counted terns"), day(NOW.date() - timedelta(days=1), "Oiled the winch")),
        budget(),
        day_tokens={"memory/2026-02-06.md": 11, "memory/2026-02-05.md": 7},
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def cells(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line)


def test_it_reads_from_the_gauge_through_the_three_tiers() -> None:
    text = render(deck(), 100)
    lines = text.split("\n")
    assert lines[0] == "memdeck  /home/ada/agents/lantern · branch main · Fri 6 Feb 2026"
    assert lines[1].startswith(f"{budget().used} / 15 000 tokens  ")
    assert lines[1].endswith("fits")
    assert "MEMORY.md" in lines[2]
    tiers = [text.index(each) for each in ("\n1 Notes", "\n2 MEMORY.md", "\n3 Timeline")]
    assert tiers == sorted(tiers)
    assert '    task.status  2026-02-06T14:20:11Z  {"state":"waiting"}' in lines
    assert any("Birds: 2 items, " in line for line in lines)
    assert any(line.endswith("- Terns nest late") for line in lines)
    assert "  Fri 6 Feb 2026 (today): 1 file, 1 line, 11 tokens" in lines
    assert "      - Oiled the winch" in lines


def test_each_item_has_the_line_that_edit_wants() -> None:
    data = b"# M\n\n## A\n- one\n  - deep\n" + b"\n" * 4 + b"- two\n"
    lines = render(deck(memory=memory(data), budget=None), 100).split("\n")
    at = next(number for number, line in enumerate(lines) if "A: 3 items" in line)
    assert lines[at + 1 : at + 4] == ["       4 - one", "       5   - deep", "      10 - two"]


def test_a_workspace_with_nothing_in_it_says_what_to_do() -> None:
    empty = deck(
        notes=Notes(problem="This folder is in no git repository."),
        memory=MemoryFile(ROOT / "MEMORY.md"),
        days=(),
        budget=None,
    )
    text = render(empty, 80)
    for words in ("no git repository", "memdeck init", "memdeck log", "not been counted"):
        assert words in text
    assert "No agent has stored anything" in render(deck(notes=Notes((repository(),))), 80)


def test_what_is_wrong_is_said() -> None:
    odd = deck(
        notes=Notes((repository(damaged=(DamagedSpan("c" * 40, 0, "{", "cut short"),)),)),
        memory=replace(
            memory(), problem="MEMORY.md holds conflict markers.", marks=("1 byte is not UTF-8",)
        ),
        budget=replace(budget(), warning="Counted with another vocabulary."),
        days=(replace(day(NOW.date(), "x"), marks=("in the future",)),),
    )
    text = render(odd, 80)
    for words in (
        "1 damaged entry",
        "conflict markers",
        "another vocabulary",
        "in the future",
        "not UTF-8",
    ):
        assert words in text
    assert text.count("⚠") == 5


def test_over_the_limit_is_a_word_and_a_number() -> None:
    assert "over by 1" in render(deck(budget=budget(0, limit=budget(0).used)), 100)
    assert "tight" in render(deck(budget=budget(0, limit=budget(0).used + 1)), 100)


def test_a_transcript_is_named_and_not_quoted() -> None:
    text = render(deck(days=(day(NOW.date(), "user: hello", kind=LogKind.TRANSCRIPT),)), 100)
    assert "session transcript, 1 line" in text
    assert "hello" not in text


def test_long_lists_are_cut_with_their_number() -> None:
    many = b"## Birds\n" + b"".join(b"- bird %d\n" % number for number in range(40))
    text = render(
        deck(
            memory=memory(many),
            notes=Notes((repository(*(entry(f"k{number}", number) for number in range(40))),)),
            days=tuple(
                day(NOW.date() - timedelta(days=back), *["line"] * 40) for back in range(30)
            ),
        ),
        80,
    )
    for rest in (
        "… and 34 items more",
        "… and 28 keys more",
        "… and 28 lines more",
        "… and 23 days",
    ):
        assert rest in text


@pytest.mark.parametrize("width", [40, 57, 80])
def test_no_line_is_wider_than_asked_for(width: int) -> None:
    wide = b"## Birds\n- " + "海鳥のせかい".encode() * 30 + b"\n"
    text = render(deck(memory=memory(wide)), width)
    assert all(cells(line) <= width for line in text.split("\n"))
    assert any(line.endswith("…") for line in text.split("\n"))


def test_nothing_but_visible_characters_is_printed_whatever_the_files_say() -> None:
    hostile = deck(
        root=Path("/tmp") / HOSTILE.replace("\0", ""),
        notes=Notes(
            (
                replace(
                    repository(entry(HOSTILE, {HOSTILE: HOSTILE}), entry("k", HOSTILE, HOSTILE)),
                    branch=HOSTILE,
                    name=HOSTILE,
                    problem=HOSTILE,
                ),
                repository(),
            ),
            problem=HOSTILE,
        ),
        memory=memory(f"## {HOSTILE}\n- {HOSTILE}\n".encode()),
        days=(replace(day(NOW.date(), HOSTILE), marks=(HOSTILE,)),),
        budget=replace(budget(), warning=HOSTILE),
    )
    for line in render(hostile, 400).split("\n"):
        assert all(unicodedata.category(each)[0] != "C" for each in line), repr(line)
        assert "\u200b" not in line


def test_without_utf_8_the_frame_is_ascii() -> None:
    text = render(deck(), 100, ascii_only=True)
    assert text.isascii()
    assert "#" in text.split("\n")[1]


# --- JSON ------------------------------------------------------------------


def test_the_document_has_the_documented_fields() -> None:
    document = status_document(deck())
    assert list(document) == [
        *("workspace", "branch", "date", "budget", "notes", "memory", "days", "pulse")
    ]
    assert document["date"] == "2026-02-06"
    assert list(document["budget"]) == [
        *("profile", "encoding", "limit", "unit", "used", "tokens", "over", "parts")
    ]
    assert document["notes"] == [
        {"branch": "main", "keys": 2, "entries": 2, "latest": "2026-02-06T14:20:11Z"}
    ]
    assert list(document["memory"]) == ["path", "tokens", "sections"]
    assert document["days"][0] == {
        "date": "2026-02-06",
        "files": ["memory/2026-02-06.md"],
        "items": 1,
        "tokens": 11,
    }


def test_every_file_of_the_bootstrap_has_a_row_and_the_rows_add_up() -> None:
    document = status_document(deck())["budget"]
    rows = [(each["name"], each["path"], each["tokens"]) for each in document["parts"]]
    assert rows == [
        ("MEMORY.md", "MEMORY.md", len(MEMORY)),
        ("yesterday", None, 0),
        ("today", "memory/a.md", 5),
        ("today", "memory/b.md", 9),
        ("notes", None, 30),
    ]
    assert sum(each["tokens"] for each in document["parts"]) == document["used"]
    assert all(each["cut"] == 0 for each in document["parts"])


def test_sections_and_items_carry_id_line_and_tokens_and_add_up() -> None:
    document = status_document(deck())["memory"]
    for section in document["sections"]:
        assert {"id", "line", "tokens", "address", "title", "items"} == set(section)
        assert sum(item["tokens"] for item in section["items"]) <= section["tokens"]
    assert sum(section["tokens"] for section in document["sections"]) <= document["tokens"]
    items: list[Item] = list(memory().items)
    printed = [each for section in document["sections"] for each in section["items"]]
    assert [(each["id"], each["line"]) for each in printed] == [
        (each.id, each.line) for each in items
    ]


def test_what_has_not_been_counted_is_null() -> None:
    document = status_document(deck(budget=None, day_tokens={}))
    assert document["budget"] is None
    assert document["memory"]["tokens"] is None
    assert document["days"][0]["tokens"] is None
