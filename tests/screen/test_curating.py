"""What an operator writes with keys: each story ends by looking at the file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from memdeck.curated.sections import parse_memory
from memdeck.curated.store import MemoryStore
from tests.screen.conftest import NARROW, WIDE, Dashboard, Opening

sizes = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x36", "80x24"])
LINE = "Warm the cache from yesterday's busiest lockers"


def items(made: Path) -> list[str]:
    sections = parse_memory((made / "MEMORY.md").read_bytes())
    return [item.text for section in sections for item in section.items]


async def written(dashboard: Dashboard, words: str) -> None:
    await dashboard.until(lambda: any(words in toast for toast in dashboard.toasts()))


@sizes
async def test_p_proposes_a_section_shows_the_edit_and_writes_what_it_showed(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    before = (made / "MEMORY.md").read_bytes()
    async with opened(made, size) as dashboard:
        await dashboard.to(3, LINE)
        await dashboard.press("p")
        text = dashboard.text
        assert "Promote" in text
        assert "proposed" in text
        assert "+ - " in text
        assert " tok → " in text
        shown = next(line for line in text.splitlines() if "+ - " in line)
        await dashboard.press("ctrl+s")
        await written(dashboard, "u undoes")
        after = (made / "MEMORY.md").read_bytes()
        added = [line for line in after.splitlines() if line not in before.splitlines()]
        assert len(added) == 1
        assert added[0].decode()[:30] in shown
        await dashboard.until(lambda: any(LINE in text for text in dashboard.row_texts(2)))
        await dashboard.press("u")
        await written(dashboard, "Undid")
        assert (made / "MEMORY.md").read_bytes() == before
        await dashboard.press("ctrl+r")
        await written(dashboard, "Redid")
        assert (made / "MEMORY.md").read_bytes() == after


async def test_the_text_can_be_edited_and_another_section_chosen(
    opened: Opening, made: Path
) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(3, LINE)
        await dashboard.press("p", "f7", *"Warm caches early", "shift+tab")
        await dashboard.press(*"failed")
        assert "Patterns That Failed" in dashboard.text
        await dashboard.press("enter", "enter")
        await written(dashboard, "Patterns That Failed")
    sections = parse_memory((made / "MEMORY.md").read_bytes())
    failed = next(each for each in sections if each.title == "Patterns That Failed")
    assert "Warm caches early" in [item.text for item in failed.items]


async def test_the_last_row_of_the_picker_makes_a_new_section(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(3, LINE)
        await dashboard.press("p", "shift+tab", *"Zebra lore")
        assert 'New section "Zebra lore"' in dashboard.text
        await dashboard.press("enter", "ctrl+s")
        await written(dashboard, "Zebra lore")
    assert b"## Zebra lore" in (made / "MEMORY.md").read_bytes()


async def test_marked_lines_promote_as_one_edit_and_undo_as_one(
    opened: Opening, made: Path
) -> None:
    before = (made / "MEMORY.md").read_bytes()
    async with opened(made) as dashboard:
        await dashboard.to(3, "Leave the eviction order")
        await dashboard.press("space")
        await dashboard.to(3, LINE)
        await dashboard.press("space")
        assert "2 marked" in dashboard.text
        await dashboard.press("p")
        assert "2 lines" in dashboard.text
        await dashboard.press("ctrl+s")
        await written(dashboard, "u undoes")
        assert len(items(made)) == len(items_of(before)) + 2
        assert "marked" not in dashboard.text
        await dashboard.press("u")
        await written(dashboard, "Undid")
    assert (made / "MEMORY.md").read_bytes() == before


def items_of(data: bytes) -> list[str]:
    return [item.text for section in parse_memory(data) for item in section.items]


async def test_a_promoted_line_is_shown_as_such_also_after_a_restart(
    opened: Opening, made: Path
) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(3, LINE)
        await dashboard.press("p", "f7", *"Entirely other words", "enter")
        await written(dashboard, "u undoes")
    async with opened(made) as dashboard:
        await dashboard.to(3, LINE)
        await dashboard.until(lambda: "promoted →" in dashboard.text)
        row = dashboard.screen.active.list.current
        assert row is not None
        assert row.glyph == "✓"


async def test_transcripts_and_headings_are_never_promoted_and_say_why(
    opened: Opening, made: Path
) -> None:
    before = (made / "MEMORY.md").read_bytes()
    async with opened(made) as dashboard:
        deck = dashboard.screen.deck
        transcript = next(
            file
            for day in deck.days
            for file in day.files
            if file.kind == "session transcript" and file.items
        )
        await dashboard.to(3, transcript.items[0].text)
        await dashboard.press("p")
        await written(dashboard, "never promoted")
        await dashboard.press("g", "p")
        await written(dashboard, "This is no line of a log")
        await dashboard.press("2", "p")
        await written(dashboard, "Lines of the timeline are promoted")
    assert (made / "MEMORY.md").read_bytes() == before


async def test_the_date_of_a_dated_section_comes_and_goes_with_it_until_the_text_is_touched(
    opened: Opening, made: Path
) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(3, LINE)
        await dashboard.press("p")
        assert f"2026-02-06: {LINE}"[:40] in dashboard.text
        await dashboard.press("shift+tab", *"failed", "enter")
        assert f"+ - {LINE}"[:40] in dashboard.text
        await dashboard.press(*"!", "shift+tab", *"critical", "enter")
        assert f"+ - {LINE}"[:40] in dashboard.text


async def test_what_we_write_ourselves_is_not_marked_as_new(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(3, LINE)
        await dashboard.press("p", "ctrl+s")
        await dashboard.until(lambda: any(LINE in text for text in dashboard.row_texts(2)))
        await written(dashboard, "u undoes")
        assert "new" not in dashboard.screen.pane(2).label
        with (made / "MEMORY.md").open("ab") as file:
            file.write(b"\n- by another hand\n")
        await dashboard.until(lambda: "new" in dashboard.screen.pane(2).label)


async def test_escape_leaves_the_dialog_and_nothing_is_written(opened: Opening, made: Path) -> None:
    before = (made / "MEMORY.md").read_bytes()
    async with opened(made) as dashboard:
        await dashboard.to(3, LINE)
        await dashboard.press("p", *" and more", "escape")
        assert dashboard.app.screen is dashboard.screen
    assert (made / "MEMORY.md").read_bytes() == before


async def test_an_exact_duplicate_is_refused_until_it_is_meant(opened: Opening, made: Path) -> None:
    existing = min(items(made), key=len)
    async with opened(made) as dashboard:
        await dashboard.to(3, LINE)
        await dashboard.press("p", "f7", *existing, "ctrl+s")
        assert "once more writes it anyway" in dashboard.text
        assert items(made).count(existing) == 1
        await dashboard.press("ctrl+s")
        await written(dashboard, "u undoes")
    assert items(made).count(existing) == 2


@pytest.mark.fault("an agent that writes MEMORY.md under an open dialog")
async def test_the_dialog_plans_again_when_memory_changes_under_it(
    opened: Opening, made: Path
) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(3, LINE)
        await dashboard.press("p")
        memory = made / "MEMORY.md"
        memory.write_bytes(b"# Moved above\n\n- by someone else\n\n" + memory.read_bytes())
        await dashboard.until(
            lambda: dashboard.screen.deck.memory.data.startswith(b"# Moved above")
        )
        await dashboard.press("ctrl+s")
        await written(dashboard, "u undoes")
        assert memory.read_bytes().startswith(b"# Moved above\n\n- by someone else\n\n")
        assert any(LINE in text for text in items(made))


async def test_x_retires_e_edits_and_m_moves_and_u_takes_each_back(
    opened: Opening, made: Path
) -> None:
    memory = made / "MEMORY.md"
    before = memory.read_bytes()
    async with opened(made) as dashboard:
        await dashboard.to(2, "2026-02-03")
        text = dashboard.current
        await dashboard.press("x")
        await written(dashboard, "Retired")
        assert text not in items(made)
        await dashboard.until(lambda: text not in dashboard.row_texts(2))
        await dashboard.press("u")
        await written(dashboard, "Undid")
        assert memory.read_bytes() == before
        await dashboard.until(lambda: text in dashboard.row_texts(2))

        await dashboard.to(2, "2026-02-03")
        await dashboard.press("e", "end", *" (checked)", "enter")
        await dashboard.until(lambda: any("(checked)" in each for each in items(made)))
        await dashboard.until(lambda: any("(checked)" in each for each in dashboard.row_texts(2)))
        await dashboard.press("u")
        await dashboard.until(lambda: memory.read_bytes() == before)
        await dashboard.until(lambda: text in dashboard.row_texts(2))

        await dashboard.to(2, "2026-02-03")
        await dashboard.press("m", *"failed", "enter")
        await written(dashboard, "Moved")
        sections = parse_memory(memory.read_bytes())
        failed = next(each for each in sections if each.title == "Patterns That Failed")
        assert text in [item.text for item in failed.items]


async def test_escape_leaves_an_inline_edit(opened: Opening, made: Path) -> None:
    before = (made / "MEMORY.md").read_bytes()
    async with opened(made) as dashboard:
        await dashboard.to(2, "2026-02-03")
        await dashboard.press("e", *"never mind", "escape")
        assert not dashboard.screen.query("#inline-edit")
        await dashboard.press("j")
        assert dashboard.screen.active.number == 2
    assert (made / "MEMORY.md").read_bytes() == before


async def test_a_adds_an_item_by_hand_where_the_cursor_is(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(2, "Patterns That Work")
        await dashboard.press("a", *"Ask before the deploy", "enter")
        await written(dashboard, "Patterns That Work")
    sections = parse_memory((made / "MEMORY.md").read_bytes())
    section = next(each for each in sections if each.title == "Patterns That Work")
    assert "Ask before the deploy" in [item.text for item in section.items]


async def test_as_is_writes_at_once_when_sure_and_opens_the_dialog_when_not(
    opened: Opening, made: Path
) -> None:
    known = next(text for text in items(made) if text.startswith("2026-02-03"))
    (made / "memory" / "2026-02-06.md").write_text(
        "## Decisions\n- Decided to label pallets with two codes from Monday on\n"
        f"- Now {known.removeprefix('2026-02-03: ')}\n",
        encoding="utf-8",
    )
    async with opened(made) as dashboard:
        await dashboard.to(3, "label pallets")
        await dashboard.press("P")
        await written(dashboard, "u undoes")
        assert "Decided to label pallets with two codes from Monday on" in items(made)
        await dashboard.to(3, "Now Agents")
        await dashboard.press("P")
        assert "≈" in dashboard.text
        assert dashboard.app.screen is not dashboard.screen


async def test_without_a_memory_file_the_first_promotion_offers_one(
    opened: Opening, made: Path
) -> None:
    (made / "MEMORY.md").unlink()
    async with opened(made) as dashboard:
        assert "No MEMORY.md yet" in dashboard.text
        await dashboard.to(3, LINE)
        await dashboard.press("p")
        assert "make it" in dashboard.text
        await dashboard.press("y")
        await dashboard.until(lambda: "Promote" in dashboard.text)
        await dashboard.press("ctrl+s")
        await dashboard.until(lambda: any(LINE in text for text in items(made)))
    assert b"## Critical Decisions" in (made / "MEMORY.md").read_bytes()


@pytest.mark.fault("MEMORY.md with conflict markers, or read-only, when a line is retired by key")
@pytest.mark.parametrize(
    ("provoke", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes() + b"\n<<<<<<< HEAD\n"), "conflict"),
        (lambda path: path.chmod(0o444), "read-only"),
    ],
    ids=["conflict markers", "read-only"],
)
async def test_what_cannot_be_written_is_refused_in_words(
    opened: Opening, made: Path, provoke: object, words: str
) -> None:
    provoke(made / "MEMORY.md")  # type: ignore[operator]
    before = (made / "MEMORY.md").read_bytes()
    async with opened(made) as dashboard:
        await dashboard.to(2, "2026-02-03")
        await dashboard.press("x")
        await written(dashboard, words)
    assert (made / "MEMORY.md").read_bytes() == before


@pytest.mark.fault("two dashboards that write at once")
async def test_two_dashboards_at_once_lose_nothing(opened: Opening, made: Path) -> None:
    before = len(items(made))
    async with opened(made) as one, opened(made) as other:
        await one.to(3, LINE)
        await one.press("p")
        await other.to(3, "Leave the eviction order")
        await other.press("p")
        await asyncio.gather(one.press("ctrl+s"), other.press("ctrl+s"))
        await written(one, "u undoes")
        await written(other, "u undoes")
        await one.until(lambda: len(one.screen.deck.memory.items) == before + 2)
        await other.until(lambda: len(other.screen.deck.memory.items) == before + 2)


@pytest.mark.unexpected
async def test_a_write_that_fails_unexpectedly_is_words_and_the_dashboard_lives(
    opened: Opening, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async with opened(made) as dashboard:
        await dashboard.to(2, "2026-02-03")
        monkeypatch.setattr(MemoryStore, "apply", broken)
        await dashboard.press("x")
        await written(dashboard, "unexpected")
        monkeypatch.undo()
        await dashboard.press("x")
        await written(dashboard, "Retired")


async def test_after_an_inline_edit_the_same_pane_has_the_focus(
    opened: Opening, made: Path
) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(2, "2026-02-03")
        await dashboard.press("e")
        assert "leave as it was" in dashboard.text
        await dashboard.press("end", "x", "enter")
        await written(dashboard, "Edited")
        assert dashboard.screen.active.number == 2
        assert dashboard.screen.pane(2).list.has_focus
        assert "e edit" in dashboard.text


async def test_a_refused_inline_edit_keeps_what_was_typed(opened: Opening, made: Path) -> None:
    memory = made / "MEMORY.md"
    async with opened(made) as dashboard:
        await dashboard.to(2, "2026-02-03")
        await dashboard.press("e", "end", *" typed in vain")
        memory.write_bytes(memory.read_bytes().replace(b"2026-02-03: ", b"2026-02-03, later: "))
        await dashboard.until(lambda: b", later" in dashboard.screen.deck.memory.data)
        await dashboard.press("enter")
        await dashboard.until(dashboard.toasts)
        field = dashboard.screen.query_one("#inline-edit")
        assert field.text.endswith("typed in vain")
        assert field.has_focus
    assert b"in vain" not in memory.read_bytes()


async def test_the_words_after_undo_and_redo_name_the_way_back(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(2, "2026-02-03")
        await dashboard.press("x")
        await written(dashboard, "· u undoes")
        await dashboard.press("u")
        await written(dashboard, "· ctrl+r redoes")
        await dashboard.press("u")
        await written(dashboard, "Nothing that you did in memdeck is left to undo.")
        await dashboard.press("ctrl+r")
        await dashboard.until(lambda: dashboard.toasts()[-1].endswith("· u undoes"))
        await dashboard.press("ctrl+r")
        await written(dashboard, "There is nothing to redo.")


async def test_keys_that_do_something_to_a_line_work_while_it_is_read(
    opened: Opening, made: Path
) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(3, LINE)
        await dashboard.press("enter", "p")
        await dashboard.until(lambda: "Promote" in dashboard.text)
        await dashboard.press("escape")
        await dashboard.to(2, "2026-02-03")
        await dashboard.press("enter", "x")
        await written(dashboard, "Retired")


async def test_an_empty_addition_is_not_scolded(opened: Opening, made: Path) -> None:
    before = (made / "MEMORY.md").read_bytes()
    async with opened(made) as dashboard:
        await dashboard.to(2, "Patterns That Work")
        await dashboard.press("a")
        assert "nothing was written" not in dashboard.text
        await dashboard.press("enter")
        assert dashboard.app.screen is not dashboard.screen
    assert (made / "MEMORY.md").read_bytes() == before


@pytest.mark.parametrize("editor", ["/nonexistent/editor", "vi 'unbalanced", "false"])
async def test_an_editor_that_cannot_be_used_is_said(
    opened: Opening, made: Path, monkeypatch: pytest.MonkeyPatch, editor: str
) -> None:
    from contextlib import nullcontext

    monkeypatch.setenv("EDITOR", editor)
    monkeypatch.delenv("VISUAL", raising=False)
    async with opened(made) as dashboard:
        monkeypatch.setattr(type(dashboard.app), "suspend", lambda _: nullcontext())
        await dashboard.to(2, "2026-02-03")
        await dashboard.press("E")
        await dashboard.until(dashboard.toasts)
        assert editor.split(maxsplit=1)[0] in dashboard.toasts()[0]


async def test_all_keys_of_the_promote_dialog_are_shown_on_a_narrow_terminal(
    opened: Opening, made: Path
) -> None:
    async with opened(made, NARROW) as dashboard:
        await dashboard.to(3, "Leave the eviction order")
        await dashboard.press("p")
        await dashboard.until(lambda: "enter or ctrl+s writes" in dashboard.text)
        assert "esc leaves" in dashboard.text
        await dashboard.press("tab")
        await dashboard.until(lambda: "enter chooses" in dashboard.text)
        assert "esc leaves" in dashboard.text
        await dashboard.press("escape")
        await dashboard.to(2, "Parcel Map")
        await dashboard.press("m")
        await dashboard.until(lambda: "moves it there" in dashboard.text)
        assert "esc leaves" in dashboard.text
        assert "distils" not in dashboard.text
