"""What an operator sees and does: stories with keys, at both sizes, toasts on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screen.conftest import NARROW, WIDE, Opening

sizes = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x36", "80x24"])


@sizes
async def test_the_first_look_shows_three_tiers_and_what_the_next_session_loads(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    async with opened(made, size) as dashboard:
        text = dashboard.text
        assert "feature/cache" in text
        assert "● live" in text
        assert " fits" in text
        assert "15 000" in text
        assert "Fri 6 Feb" in text
        assert "3 Timeline" in text
        budget = dashboard.screen.deck.budget
        assert f"{budget.used:,}".replace(",", " ") in text
        for number in (1, 2, 3):
            assert dashboard.row_texts(number)


async def test_as_many_panes_as_there_is_room_for(opened: Opening, made: Path) -> None:
    async with opened(made, (200, 50)) as dashboard:

        def shown() -> list[int]:
            return [pane.number for pane in dashboard.screen.panes if pane.display]

        assert shown() == [1, 2, 3]
        await dashboard.pilot.resize_terminal(100, 30)
        await dashboard.pilot.pause()
        assert shown() == [2, 3]
        await dashboard.press("1")
        assert shown() == [1, 3]
        await dashboard.pilot.resize_terminal(80, 24)
        await dashboard.pilot.pause()
        assert shown() == [1]
        await dashboard.pilot.resize_terminal(120, 36)
        await dashboard.press("z")
        assert shown() == [1]
        await dashboard.press("z")
        assert shown() == [1, 2, 3]


async def test_moving_folding_and_halting(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.press("3", "g")
        assert dashboard.current.startswith("Fri 6 Feb")
        await dashboard.press("h")
        rows = dashboard.row_texts(3)
        assert rows[1].startswith("Thu 5 Feb")
        await dashboard.press("l", "right_square_bracket")
        assert dashboard.current.startswith("Thu 5 Feb")
        await dashboard.press("left_square_bracket", "j", "k", "down", "up")
        assert dashboard.current.startswith("Fri 6 Feb")
        await dashboard.press("G")
        last = dashboard.current
        await dashboard.press("j")
        assert dashboard.current == last
        await dashboard.press("tab")
        assert dashboard.screen.active.number == 1
        await dashboard.press("shift+tab", "shift+tab")
        assert dashboard.screen.active.number == 2


async def test_a_filter_finds_goes_through_and_ends(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.press("3", "slash", *"cache", "enter")
        assert "found" in dashboard.text
        first = dashboard.current
        assert "cache" in first.lower()
        await dashboard.press("n")
        second = dashboard.current
        assert "cache" in second.lower()
        assert second != first
        await dashboard.press("N")
        assert dashboard.current == first
        await dashboard.press("escape")
        assert "found" not in dashboard.text
        assert dashboard.current == first


async def test_n_without_a_filter_says_how_to_start_one(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.press("n")
        assert any("/ starts one" in words for words in dashboard.toasts())


async def test_enter_shows_a_line_in_full_and_escape_leaves(opened: Opening, made: Path) -> None:
    async with opened(made, NARROW) as dashboard:
        await dashboard.to(3, "Health checks")
        await dashboard.press("enter")
        assert "memory/2026-02-06.md:" in dashboard.text
        await dashboard.press("escape")
        assert dashboard.app.screen is dashboard.screen


async def test_help_names_every_key(opened: Opening, made: Path) -> None:
    async with opened(made, (120, 100)) as dashboard:
        await dashboard.press("question_mark")
        text = dashboard.text
        for words in ("put the marked lines", "undo your last change", "ctrl+r"):
            assert words in text


async def test_the_mouse_selects_opens_scrolls_and_clicks_tabs_and_keys(
    opened: Opening, made: Path
) -> None:
    async with opened(made, WIDE) as dashboard:
        pane = dashboard.screen.pane(2)
        await dashboard.pilot.click(pane.list, offset=(5, 2))
        assert dashboard.screen.active.number == 2
        assert pane.list.current is pane.list.rows[2]
        await dashboard.pilot.click(pane.list, offset=(5, 3), times=2)
        assert dashboard.app.screen is not dashboard.screen
        await dashboard.press("escape")
        other = dashboard.screen.pane(3)
        other.list.scroll_to(y=0, animate=False)
        before = other.list.scroll_offset.y
        await dashboard.pilot.hover(other.list)
        from textual import events

        other.list.post_message(
            events.MouseScrollDown(other.list, 3, 3, 0, 1, 0, False, False, False)
        )
        await dashboard.until(lambda: other.list.scroll_offset.y > before)
        bar = dashboard.screen.query_one("KeyBar")
        await dashboard.pilot.click(bar, offset=(1, 0))
        await dashboard.pilot.pause()
        await dashboard.pilot.resize_terminal(*NARROW)
        await dashboard.pilot.pause()
        await dashboard.pilot.click("TabBar", offset=(3, 0))
        assert dashboard.screen.active.number == 1


async def test_a_line_written_elsewhere_is_marked_and_the_view_stays_put(
    opened: Opening, made: Path
) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(3, "Leave the eviction order")
        top = dashboard.screen.pane(3).list.scroll_offset.y
        with (made / "memory" / "2026-02-06.md").open("a", encoding="utf-8") as log:
            log.write("- the wombat report is late\n")
        await dashboard.until(
            lambda: any("wombat" in text for text in dashboard.row_texts(3)), seconds=10
        )
        assert "Leave the eviction order" in dashboard.current
        assert dashboard.screen.pane(3).list.scroll_offset.y == top
        assert "+1 new" in dashboard.text
        await dashboard.to(3, "wombat")
        await dashboard.press("k", "j")
        assert "+1 new" not in dashboard.text


async def test_a_branch_switch_and_a_new_note_are_seen(
    opened: Opening, made: Path, git: object
) -> None:
    async with opened(made) as dashboard:
        note = '{"branch": "main", "timestamp": "2026-02-06T14:31:00Z", "key": "emu", "value": 1}'
        git.note(made, note)  # type: ignore[attr-defined]
        await dashboard.until(lambda: "emu" in [row.text for row in dashboard.screen.pane(1)._all])
        git(made, "checkout", "-q", "main")  # type: ignore[operator]
        await dashboard.until(lambda: dashboard.screen.deck.notes.branch == "main")
        assert "main ⎇" in dashboard.text


@pytest.mark.fault("a memory folder that goes and comes back under the dashboard")
async def test_a_memory_folder_that_goes_and_comes_back(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        (made / "memory").rename(made / "elsewhere")
        await dashboard.until(lambda: not dashboard.screen.deck.days)
        await dashboard.until(lambda: "2026-02-06.md is gone" in dashboard.text)
        (made / "memory").mkdir()
        (made / "memory" / "2026-02-06.md").write_text("- back again\n", encoding="utf-8")
        await dashboard.until(lambda: "back again" in dashboard.row_texts(3))


async def test_a_filter_goes_on_from_the_cursor_and_the_detail_follows(
    opened: Opening, made: Path
) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(2, "Patterns That Work")
        await dashboard.press("slash", *"cache")
        section = dashboard.screen.deck.memory.section("Patterns That Work")
        target = dashboard.screen.active.list.current.target
        assert target.address == section.address
        assert dashboard.screen.query_one("Detail").described.text == target.source
        await dashboard.press(*"zzz")
        assert "Nothing here holds these words" in dashboard.text
        assert dashboard.screen.query_one("Detail").described.text == ""
        await dashboard.press("enter", "x")
        await dashboard.until(lambda: "There is no item here." in dashboard.toasts())
        await dashboard.press("escape")
        assert dashboard.row_texts(2)


async def test_a_number_that_does_not_fit_is_left_out_and_never_cut() -> None:
    from textual.app import App, ComposeResult

    from widgets.row import Row, Seen
    from widgets.rows import RowList

    row = Row("day", "Friday 6 February, a long title", right=("3 files", "2 819"))

    class Narrow(App[None]):
        def compose(self) -> ComposeResult:
            yield RowList()

    shown = {}
    for width in range(10, 60):
        app = Narrow()
        async with app.run_test(size=(width, 3)):
            app.query_one(RowList).update(Seen((row,)))
            shown[width] = app.query_one(RowList).render_line(0).text
    whole = [width for width, text in shown.items() if "3 files  2 819" in text]
    tokens = [width for width, text in shown.items() if "2 819" in text]
    assert whole == list(range(min(whole), 60))
    assert tokens == list(range(min(tokens), 60))
    assert min(tokens) < min(whole)
    for width in range(10, min(tokens)):
        assert "819" not in shown[width]


async def test_after_a_branch_switch_the_new_branch_is_open(
    opened: Opening, made: Path, git: object
) -> None:
    async with opened(made) as dashboard:
        git(made, "checkout", "-q", "main")  # type: ignore[operator]
        await dashboard.until(lambda: dashboard.screen.deck.notes.branch == "main")
        rows = dashboard.screen.pane(1).list.rows
        assert rows[0].text.startswith("main")
        assert rows[1].depth == 1


async def test_help_explains_every_sign(opened: Opening, made: Path) -> None:
    async with opened(made, (120, 220)) as dashboard:
        await dashboard.press("question_mark")
        assert "so much like an item of MEMORY.md" in dashboard.text
        assert "\nNotes\n" not in dashboard.text


async def test_there_is_one_toast_at_a_time(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.press("4", "4", "n", "u")
        await dashboard.pilot.pause(0.3)
        assert len(dashboard.screen.query("Toast")) <= 1


async def test_where_the_terminal_has_no_utf8_signs_are_plain(made: Path) -> None:
    from memdeck.demo import DEMO_NOW
    from memdeck.workspace import open_workspace
    from tests.screen.conftest import Dashboard, recording
    from tui.app import MemdeckApp
    from widgets.glyphs import ASCII, UNICODE, glyphs_for

    assert glyphs_for("ascii") is ASCII
    assert glyphs_for("latin-1") is ASCII
    assert glyphs_for(None) is ASCII
    assert glyphs_for("utf-8") is UNICODE
    app = MemdeckApp(open_workspace(made), now=lambda: DEMO_NOW, glyphs=ASCII)
    said = recording(app)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        dashboard = Dashboard(app, pilot, said)
        await dashboard.ready()
        for sign in (*UNICODE.bar, UNICODE.open, UNICODE.closed, UNICODE.decision, UNICODE.live):
            assert sign not in dashboard.text
        assert "(" not in dashboard.text.splitlines()[1]
        assert " o live" in dashboard.text


async def test_y_copies_what_can_be_seen(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(3, "Leave the eviction order")
        await dashboard.press("y")
        assert dashboard.app.clipboard.startswith("Leave the eviction order")


async def test_capital_e_opens_the_editor_at_the_line_and_reads_what_it_wrote(
    opened: Opening, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    record = tmp_path / "called"
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\necho "$@" > {record}\necho "- by editor" >> "$2"\n', "utf-8")
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    async with opened(made) as dashboard:
        # Pilot has no terminal that could be lent.
        monkeypatch.setattr(type(dashboard.app), "suspend", lambda _: nullcontext())
        await dashboard.to(3, "Leave the eviction order")
        line = dashboard.screen.active.list.current.target.line
        await dashboard.press("E")
        assert record.read_text("utf-8") == f"+{line} {made / 'memory/2026-02-06.md'}\n"
        await dashboard.until(lambda: "by editor" in dashboard.row_texts(3))


async def test_notes_of_several_repositories_are_grouped(
    opened: Opening, made: Path, tmp_path: Path, git: object
) -> None:
    other = git.repository(tmp_path / "library")  # type: ignore[attr-defined]
    git.note(  # type: ignore[attr-defined]
        other,
        '{"branch": "main", "timestamp": "2026-02-06T14:00:00Z", "key": "emu", "value": 1}',
    )
    (made / "memdeck.toml").write_text('[notes]\nrepositories = ["../library"]\n', "utf-8")
    async with opened(made) as dashboard:
        titles = [row.text for row in dashboard.screen.pane(1).list.rows if row.depth == 0]
        assert titles == ["atlas", "library"]
        assert "emu" in dashboard.row_texts(1)
