"""The whole in a real terminal: keys as bytes in, a picture out."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from memdeck.demo import make_workspace
from tests.terminal import Terminal, session_processes


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    from datetime import date

    return make_workspace(tmp_path / "atlas", last_day=date.today())  # noqa: DTZ011 - local, as shown


@pytest.fixture
def terminal(workspace: Path) -> Iterator[Terminal]:
    terminal = Terminal("-C", workspace)
    try:
        yield terminal
    finally:
        terminal.close()


def todays_log(workspace: Path) -> Path:
    from datetime import date

    return workspace / "memory" / f"{date.today().isoformat()}.md"  # noqa: DTZ011


def test_a_line_written_elsewhere_is_seen_promoted_undone_and_the_terminal_is_left_as_it_was(
    terminal: Terminal, workspace: Path
) -> None:
    memory = workspace / "MEMORY.md"
    before = memory.read_bytes()
    terminal.wait_for("● live")
    terminal.wait_for("/ 15 000 tok")

    with todays_log(workspace).open("a", encoding="utf-8") as log:
        log.write("\n## Decisions\n- Decided to keep the quokka index in memory\n")
    terminal.wait_for("+1 new")
    terminal.press("n")
    terminal.wait_for("quokka index")
    terminal.press("p")
    terminal.wait_for("Promote")
    terminal.wait_for("ctrl+s")
    terminal.press("ctrl+s")
    terminal.wait_for("u undoes")
    assert b"quokka index" in memory.read_bytes()

    terminal.press("u")
    terminal.wait_for("Undid")
    end = time.monotonic() + 5
    while memory.read_bytes() != before and time.monotonic() < end:
        time.sleep(0.05)
    assert memory.read_bytes() == before

    terminal.press("q")
    assert terminal.wait() == 0
    assert terminal.modes == terminal.modes_before


def assert_terminal_is_sane(terminal: Terminal) -> None:
    assert terminal.modes == terminal.modes_before
    # Out of the alternate screen, mouse off, cursor shown, no bracketed paste.
    for sequence in (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?25h", b"\x1b[?2004l"):
        assert terminal.raw.rfind(sequence) > 0, sequence
    assert b"Traceback" not in terminal.raw


@pytest.mark.fault("q, ctrl+q and ctrl+c in a terminal")
@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
def test_leaving_by_key_leaves_a_sane_terminal_and_no_process(terminal: Terminal, key: str) -> None:
    terminal.wait_for("/ 15 000 tok")
    terminal.press(key)
    assert terminal.wait() == 0
    assert_terminal_is_sane(terminal)
    assert session_processes(terminal.process.pid) == []


def processes_with(words: str) -> list[str]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, UnicodeDecodeError):
            continue
        if folder.name.isdigit() and words in line:
            found.append(line)
    return found


@pytest.mark.fault("leaving while a remote does not answer")
def test_leaving_while_a_remote_is_slow_leaves_no_process(workspace: Path, tmp_path: Path) -> None:
    import os
    import shutil
    import subprocess

    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(
        f'#!/bin/sh\ncase " $* " in *" fetch "*) exec sleep 61.7;; esac\n'
        f'exec {shutil.which("git")} "$@"\n',
        encoding="utf-8",
    )
    slow.chmod(0o755)
    remote = ["git", "-C", str(workspace), "remote", "add", "origin", str(tmp_path / "far.git")]
    subprocess.run(remote, check=True)
    path = f"{slow.parent}{os.pathsep}{os.environ['PATH']}"
    terminal = Terminal("-C", workspace, environment={"PATH": path})
    try:
        terminal.wait_for("/ 15 000 tok")
        terminal.press("1", "s")
        terminal.wait_for("Exchanging")
        end = time.monotonic() + 10
        while not processes_with("sleep 61.7") and time.monotonic() < end:
            time.sleep(0.05)
        assert processes_with("sleep 61.7")
        # Writing does not wait for the remote.
        terminal.press("a")
        terminal.wait_for("esc leaves")
        terminal.press(*"emu", "enter", *"fast", "enter")
        terminal.wait_for("Stored emu")
        terminal.press("q")
        assert terminal.wait() == 0
        assert processes_with("sleep 61.7") == []
    finally:
        terminal.close()


@pytest.mark.fault("SIGTERM on the board, in a terminal")
def test_sigterm_leaves_a_sane_terminal_and_no_process(terminal: Terminal) -> None:
    terminal.wait_for("/ 15 000 tok")
    terminal.signal(signal.SIGTERM)
    assert terminal.wait() == 128 + signal.SIGTERM
    assert_terminal_is_sane(terminal)
    assert session_processes(terminal.process.pid) == []


@pytest.mark.fault("a terminal that is closed on the board, and kill -9")
@pytest.mark.parametrize("how", ["hang up", "kill"])
def test_a_lost_terminal_or_a_kill_leaves_no_process(terminal: Terminal, how: str) -> None:
    terminal.wait_for("/ 15 000 tok")
    if how == "kill":
        terminal.signal(signal.SIGKILL)
    else:
        terminal.hang_up()
    assert terminal.wait() == (-signal.SIGKILL if how == "kill" else 128 + signal.SIGHUP)
    end = time.monotonic() + 5
    while session_processes(terminal.process.pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert session_processes(terminal.process.pid) == []


def test_the_dashboard_keeps_no_more_free_memory_than_it_has_to() -> None:
    import platform

    from tui.allocator import give_memory_back

    assert give_memory_back() == (platform.libc_ver()[0] == "glibc")
