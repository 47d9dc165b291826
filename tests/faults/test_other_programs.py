"""Editors, agents and a second memdeck at work on the files that the dashboard shows."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from memdeck.curated.writing.late import Patience
from memdeck.live.reader import Reader
from memdeck.live.watch import Watcher
from memdeck.model import Deck
from tests.screen.conftest import Dashboard, Opening

ROOT = Path(__file__).parents[2]
TODAY = "memory/2026-02-06.md"
LINE = "chose the long way"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small workspace."""
    root = tmp_path / "atlas"
    (root / "memory").mkdir(parents=True)
    (root / "MEMORY.md").write_text(
        "# Memory\n\n## Critical Decisions\n- kept one\n- kept two\n", "utf-8"
    )
    (root / TODAY).write_text(f"## Decisions\n- {LINE}\n", "utf-8")
    return root


async def said(dashboard: Dashboard, words: str) -> None:
    await dashboard.until(lambda: any(words in toast for toast in dashboard.toasts()))


async def shows(dashboard: Dashboard, number: int, text: str) -> None:
    """Wait until a pane has a row that holds `text`."""
    await dashboard.until(lambda: any(text in row for row in dashboard.row_texts(number)))


async def still_works(dashboard: Dashboard) -> None:
    """Every pane answers keys, and there is one screen."""
    await dashboard.press("1", "2", "3", "G", "g")
    await dashboard.press("question_mark")
    await dashboard.until(lambda: "Keys" in dashboard.text)
    await dashboard.press("escape")
    assert dashboard.app.screen is dashboard.screen


async def open_promotion(dashboard: Dashboard) -> None:
    """The dialog that promotes the line, ready to be written."""
    await dashboard.to(3, LINE)
    await dashboard.press("p")
    await dashboard.until(lambda: f"+ - {LINE}" in dashboard.text)


# --- Appenders ---------------------------------------------------------------


@pytest.mark.fault("an appender that holds MEMORY.md open while a line is promoted by key")
async def test_beside_one_who_never_closes_the_dashboard_refuses_until_it_does(
    opened: Opening, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memdeck.curated.store.Patience", partial(Patience, watch=0.2))
    memory = folder / "MEMORY.md"
    async with opened(folder) as dashboard:
        with memory.open("ab", buffering=0) as holder:
            holder.write(b"- held one\n")
            await open_promotion(dashboard)
            await dashboard.press("ctrl+s")
            await said(dashboard, "open for writing all the time")
            holder.write(b"- held two\n")
            assert LINE.encode() not in memory.read_bytes()
            await shows(dashboard, 2, "held two")
        await open_promotion(dashboard)
        await dashboard.press("ctrl+s")
        await said(dashboard, "u undoes")
        await still_works(dashboard)
    lines = memory.read_text("utf-8").splitlines()
    assert [lines.count(f"- {each}") for each in ("held one", "held two", LINE)] == [1, 1, 1]


@pytest.mark.fault("an agent that never closes its log, and writes half a line at a time")
async def test_half_a_line_of_a_log_is_followed_to_its_end(opened: Opening, folder: Path) -> None:
    async with opened(folder) as dashboard:
        with (folder / TODAY).open("ab", buffering=0) as log:
            log.write(b"- the wombat")
            await shows(dashboard, 3, "the wombat")
            log.write(b" report is late \xe2\x86")
            await shows(dashboard, 3, "report is late")
            log.write(b"\x92 again\n- and more\n")
            await shows(dashboard, 3, "the wombat report is late → again")
            await shows(dashboard, 3, "and more")
        assert dashboard.screen.deck.alarms == ()
        await still_works(dashboard)


# --- Editors -----------------------------------------------------------------


@pytest.mark.fault("an editor that renames its file over MEMORY.md under the dashboard")
async def test_a_renamed_file_is_followed_and_the_cursor_stays(
    opened: Opening, folder: Path
) -> None:
    memory = folder / "MEMORY.md"
    async with opened(folder) as dashboard:
        await dashboard.to(2, "kept two")
        for number in range(3):
            # As vim does: the old one becomes the backup, the new one has another inode.
            text = memory.read_text("utf-8").replace("## Crit", f"- above {number}\n\n## Crit")
            memory.rename(folder / "MEMORY.md~")
            memory.write_text(text, "utf-8")
            (folder / "MEMORY.md~").unlink()
            await shows(dashboard, 2, f"above {number}")
            assert dashboard.current == "kept two"
        assert dashboard.screen.deck.alarms == ()
        await dashboard.press("x")
        await said(dashboard, "Retired")
    assert memory.read_text("utf-8").endswith("## Critical Decisions\n- kept one\n")


@pytest.mark.fault("an editor that empties MEMORY.md and writes it anew under an open dialog")
async def test_a_truncated_file_is_no_loss_once_it_is_written(
    opened: Opening, folder: Path
) -> None:
    memory = folder / "MEMORY.md"
    text = memory.read_bytes()
    async with opened(folder) as dashboard:
        await open_promotion(dashboard)
        with memory.open("wb") as file:
            await dashboard.until(lambda: not dashboard.screen.deck.memory.data)
            await dashboard.press("ctrl+s")
            file.write(text + b"- kept three\n")
        await shows(dashboard, 2, "kept three")
        await dashboard.until(lambda: not dashboard.screen.deck.alarms)
        await dashboard.until(lambda: "MEMORY.md is empty" not in dashboard.text)
        await dashboard.until(
            lambda: (
                LINE.encode() in memory.read_bytes()
                or any("nothing was written" in each for each in dashboard.toasts())
                or "+ - " in dashboard.text
            )
        )
        await dashboard.press("escape")
        await still_works(dashboard)
    lines = memory.read_text("utf-8").splitlines()
    for line in (text + b"- kept three\n").decode().splitlines():
        assert line in lines


@pytest.mark.fault("swap files, backups and locks of editors beside MEMORY.md and the logs")
async def test_what_editors_leave_beside_a_file_is_no_memory(opened: Opening, folder: Path) -> None:
    names = (
        ".MEMORY.md.swp",
        "MEMORY.md~",
        "MEMORY.md.bak",
        "memory/.2026-02-06.md.swp",
        "memory/2026-02-06.md~",
        "memory/2026-02-06.md.swp",
        "memory/#2026-02-06.md#",
        "memory/4913",
        "memory/.~lock.2026-02-06.md#",
    )
    async with opened(folder) as dashboard:
        rows = [dashboard.row_texts(number) for number in (2, 3)]
        for name in names:
            (folder / name).write_bytes(b"b0VIM 9.0\0\0- nothing of this is memory\n")
        (folder / "memory" / ".#2026-02-06.md").symlink_to("ada@machine.4711:1")
        with (folder / TODAY).open("ab") as log:
            log.write(b"- last\n")
        await shows(dashboard, 3, "last")
        assert dashboard.row_texts(2) == rows[0]
        assert [row for row in dashboard.row_texts(3) if row != "last"] == rows[1]
        for name in (*names, "memory/.#2026-02-06.md"):
            (folder / name).unlink()
        await still_works(dashboard)
        assert dashboard.screen.deck.alarms == ()
        assert dashboard.toasts() == []


@pytest.mark.fault("an agent that rewords the very item that is being edited by key")
async def test_an_edit_of_what_others_reworded_is_refused_and_theirs_stands(
    opened: Opening, folder: Path
) -> None:
    memory = folder / "MEMORY.md"
    async with opened(folder) as dashboard:
        await dashboard.to(2, "kept two")
        await dashboard.press("e", *" of mine")
        memory.write_bytes(memory.read_bytes().replace(b"kept two", b"kept by them"))
        theirs = memory.read_bytes()
        await shows(dashboard, 2, "kept by them")
        await dashboard.press("enter")
        await dashboard.until(dashboard.toasts)
        assert memory.read_bytes() == theirs
        # What was typed is still there to be copied.
        assert "kept two of mine" in dashboard.text
        await dashboard.press("escape")
        await still_works(dashboard)


@pytest.mark.fault("a memdeck command that writes under an open dialog of the dashboard")
async def test_a_command_writes_beside_an_open_dialog_and_each_undoes_its_own(
    opened: Opening, folder: Path
) -> None:
    memory = folder / "MEMORY.md"
    before = memory.read_bytes()

    def command(*arguments: str) -> None:
        line = [sys.executable, "-m", "memdeck", "-C", str(folder), "--agent", "scout", *arguments]
        subprocess.run(line, check=True, cwd=ROOT, capture_output=True)

    async with opened(folder) as dashboard:
        await open_promotion(dashboard)
        command("add", "--to", "Critical Decisions", "by a command")
        await dashboard.until(lambda: b"by a command" in dashboard.screen.deck.memory.data)
        await dashboard.press("ctrl+s")
        await said(dashboard, "u undoes")
        command("undo")
        await dashboard.until(lambda: b"by a command" not in dashboard.screen.deck.memory.data)
        assert LINE.encode() in memory.read_bytes()
        await dashboard.press("u")
        await said(dashboard, "Undid")
        assert memory.read_bytes() == before
        assert dashboard.screen.deck.alarms == ()


# --- The ground taken away ---------------------------------------------------


def as_folder(path: Path) -> None:
    path.mkdir()


def as_fifo(path: Path) -> None:
    os.mkfifo(path)


def as_device(path: Path) -> None:
    try:
        # Endless zeros, as /dev/zero gives.
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        # Only root makes devices; to anyone else it is a second fifo.
        os.mkfifo(path)


KINDS = (as_folder, as_fifo, as_device)


def remove(path: Path) -> None:
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink()


@pytest.mark.fault("MEMORY.md replaced by a folder, a fifo or a device under an open dialog")
async def test_what_took_the_place_of_memory_is_neither_read_nor_written(
    opened: Opening, folder: Path
) -> None:
    memory = folder / "MEMORY.md"
    aside = folder / "aside"
    async with opened(folder) as dashboard:
        for make in KINDS:
            await open_promotion(dashboard)
            memory.rename(aside)
            make(memory)
            there = memory.lstat()
            await dashboard.until(lambda: dashboard.screen.deck.memory.problem)
            await dashboard.press("ctrl+s", "escape", "2", "a", "escape")
            assert stat.S_IFMT(memory.lstat().st_mode) == stat.S_IFMT(there.st_mode)
            assert memory.lstat().st_ino == there.st_ino
            assert LINE.encode() not in aside.read_bytes()
            remove(memory)
            aside.rename(memory)
            await dashboard.until(lambda: dashboard.screen.deck.memory.problem is None)
        await still_works(dashboard)
        await dashboard.until(lambda: not dashboard.screen.deck.alarms)
        await open_promotion(dashboard)
        await dashboard.press("ctrl+s")
        await said(dashboard, "u undoes")
    assert LINE.encode() in memory.read_bytes()


@pytest.mark.fault("a log replaced by a folder, a fifo or a device under the dashboard")
async def test_what_took_the_place_of_a_log_is_said_and_the_others_are_shown(
    opened: Opening, folder: Path
) -> None:
    log = folder / TODAY
    (folder / "memory" / "2026-02-05.md").write_text("- the day before\n", "utf-8")
    async with opened(folder) as dashboard:
        for make in KINDS:
            remove(log)
            make(log)
            words = "named like a log" if log.is_dir() else "not a regular file"
            await shows(dashboard, 3, words)
            await dashboard.to(3, "the day before")
        await still_works(dashboard)
        remove(log)
        log.write_text("- back again\n", "utf-8")
        await shows(dashboard, 3, "back again")


@pytest.mark.fault("the workspace moved, and then deleted, under an open dialog")
async def test_a_workspace_that_goes_is_said_and_nothing_is_made_in_its_place(
    opened: Opening, folder: Path
) -> None:
    away = folder.parent / "away"
    before = (folder / "MEMORY.md").read_bytes()

    async def go_on() -> None:
        await dashboard.press("ctrl+s")
        await dashboard.until(lambda: "polling: the workspace is not there" in dashboard.text)
        await dashboard.press("escape", "2", "a", "escape", "escape")
        assert not folder.exists()
        for number in (2, 3):
            assert "was moved or deleted" in str(dashboard.screen.pane(number)._empty.visual)

    async with opened(folder) as dashboard:
        await open_promotion(dashboard)
        folder.rename(away)
        await go_on()
        # What is not there is not lost: it may come back.
        assert dashboard.screen.deck.alarms == ()
        assert (away / "MEMORY.md").read_bytes() == before
        away.rename(folder)
        await dashboard.until(lambda: "● live" in dashboard.text)
        await shows(dashboard, 3, LINE)
        await open_promotion(dashboard)
        shutil.rmtree(folder)
        await dashboard.until(lambda: dashboard.screen.deck.memory.problem)
        await dashboard.until(lambda: dashboard.screen.deck.logs_problem)
        await dashboard.press("ctrl+s", "escape")
        assert not folder.exists()
        await still_works(dashboard)
        (folder / "memory").mkdir(parents=True)
        (folder / TODAY).write_text(f"- {LINE}\n", "utf-8")
        await dashboard.until(lambda: "● live" in dashboard.text)
        await shows(dashboard, 3, LINE)


@pytest.mark.fault("a line written in the very moment in which the dashboard starts")
async def test_what_is_written_between_the_first_look_and_the_first_reading_is_seen(
    opened: Opening, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = threading.Event()
    begin, stages = Watcher.begin, Reader.stages

    def begin_late(watcher: Watcher) -> None:
        # Were it read before this, nobody would look again.
        read.wait(0.3)
        with (folder / TODAY).open("ab") as log:
            log.write(b"- just now\n")
        begin(watcher)

    def noting(reader: Reader, *, notes: bool = True) -> Iterator[Deck]:
        yield from stages(reader, notes=notes)
        read.set()

    monkeypatch.setattr(Watcher, "begin", begin_late)
    monkeypatch.setattr(Reader, "stages", noting)
    async with opened(folder) as dashboard:
        await shows(dashboard, 3, "just now")
