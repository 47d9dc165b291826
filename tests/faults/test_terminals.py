"""Terminals that can do little, go away, or are taken away while something is under way."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from memdeck.demo import make_workspace
from tests.hostile_text import unseen
from tests.terminal import Terminal, session_processes

pytestmark = pytest.mark.slow
COLOURS = (range(30, 38), range(40, 48), range(90, 108))
PROMOTE = ("j", "j", "j", "p")
COUNTED = re.compile(r"\d ?/ ?15 000")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "atlas", last_day=date.today())  # noqa: DTZ011 - as shown


Open = Callable[..., Terminal]


@pytest.fixture
def opened_in(workspace: Path) -> Iterator[Open]:
    """`opened_in(columns=80, environment={...})` opens the workspace in a terminal."""
    made: list[Terminal] = []

    def run(*arguments: str, counted: bool = True, **more: object) -> Terminal:
        terminal = Terminal("-C", workspace, *arguments, **more)  # type: ignore[arg-type]
        made.append(terminal)
        if counted:
            terminal.wait_for(lambda text: COUNTED.search(text) is not None)
        return terminal

    yield run
    for terminal in made:
        terminal.close()


TAKEN = {
    **{
        f"\x1b[?{mode}l".encode(): f"\x1b[?{mode}h".encode()
        for mode in (1049, 1000, 1003, 1004, 2004)
    },
    b"\x1b[?25h": b"\x1b[?25l",
    b"\x1b[?7h": b"\x1b[?7l",
    b"\x1b[<u": b"\x1b[>",
}
"""What puts the terminal right, and what it puts right."""


def assert_restored(terminal: Terminal) -> None:
    """The terminal is as it was before."""
    assert terminal.modes == terminal.modes_before
    for right, taken in TAKEN.items():
        assert terminal.raw.rfind(right) > terminal.raw.rfind(taken), right
    assert b"Traceback" not in terminal.raw


def assert_nothing_half_written(workspace: Path, memory: bytes) -> None:
    assert (workspace / "MEMORY.md").read_bytes() == memory
    left = [each.name for each in workspace.iterdir() if "memdeck" in each.name]
    assert left == []
    state = Path(os.environ["XDG_STATE_HOME"])
    for journal in state.rglob("journal.sqlite"):
        with closing(sqlite3.connect(journal)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute("SELECT count(*) FROM records").fetchone() == (0,)


# --- Terminals that can do little


@pytest.mark.fault("a terminal that can do nothing (TERM=dumb)")
def test_a_dumb_terminal_gets_the_dashboard_once_as_text(opened_in: Open) -> None:
    terminal = opened_in(environment={"TERM": "dumb"}, counted=False)
    assert terminal.wait() == 0
    assert unseen(terminal.raw, plain=True) == []
    assert b"\x1b" not in terminal.raw
    assert "Critical Decisions" in terminal.raw.decode()
    assert "TERM=dumb" in terminal.raw.decode()


@pytest.mark.fault("a search on a terminal that can do nothing (TERM=dumb)")
def test_a_dumb_terminal_gets_no_bold_words(opened_in: Open) -> None:
    terminal = opened_in("search", "cache", environment={"TERM": "dumb"}, counted=False)
    assert terminal.wait() == 0
    assert b"cache" in terminal.raw
    assert b"\x1b" not in terminal.raw


@pytest.mark.fault("a terminal without colours (NO_COLOR)")
def test_without_colours_everything_is_grey_and_still_told_apart(opened_in: Open) -> None:
    terminal = opened_in(environment={"NO_COLOR": "1"})
    terminal.press(*PROMOTE)
    terminal.wait_for("Promote")
    terminal.press("ctrl+q")
    assert terminal.wait() == 0
    for codes in re.findall(rb"\x1b\[([0-9;]+)m", terminal.raw):
        numbers = [int(each) for each in codes.split(b";")]
        while numbers:
            code = numbers.pop(0)
            assert not any(code in each for each in COLOURS)
            if code in (38, 48):
                assert numbers.pop(0) == 2
                red, green, blue = numbers[:3]
                del numbers[:3]
                assert red == green == blue
    assert "▌" in terminal.raw.decode()


@pytest.mark.fault("a terminal without UTF-8, with text in four scripts on it")
def test_a_terminal_of_another_encoding_gets_signs_that_it_has(
    opened_in: Open, workspace: Path
) -> None:
    with (workspace / "memory" / f"{date.today().isoformat()}.md").open("a") as log:  # noqa: DTZ011
        log.write("\n## Decisions\n- Café “Unicode” — 東京 ❤️ שלום ✅ done\n")
    terminal = opened_in(environment={"PYTHONIOENCODING": "ascii"})
    terminal.press("z", "/", *"unicode", "enter")
    terminal.wait_for('Cafe "Unicode" - ????')
    terminal.press("G", "p")
    terminal.wait_for("ctrl+s writes")
    terminal.press("ctrl+q")
    assert terminal.wait() == 0
    assert max(terminal.raw) < 0x80
    assert b"\\u" not in terminal.raw
    assert b"\\x" not in terminal.raw


@pytest.mark.fault("a frame that is cut off while git is started, with PYTHONUNBUFFERED set")
def test_what_a_terminal_is_slow_to_take_is_sent_all_the_same(tmp_path: Path) -> None:
    """A write that a fork interrupts is a short one, which an unbuffered stream forgets about."""
    import pty
    import subprocess
    import sys

    script = (
        "import subprocess, sys, threading\n"
        "from tui.terminal import Whole\n"
        "out = Whole(sys.__stderr__, 'utf-8')\n"
        "def run():\n"
        "    for _ in range(40):\n"
        "        out.write('x…' * 9999)\n"
        "thread = threading.Thread(target=run)\n"
        "thread.start()\n"
        "while thread.is_alive():\n"
        "    subprocess.run(['true'], check=True)\n"
    )
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.DEVNULL,
        stderr=follower,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": "."},
    )
    os.close(follower)
    sent = b""
    while True:
        try:
            got = os.read(leader, 4096)
        except OSError:
            break
        if not got:
            break
        sent += got
    os.close(leader)
    assert process.wait() == 0
    assert sent == ("x…" * 9999 * 40).encode()


@pytest.mark.fault("stderr sent to a file, where the dashboard would have been drawn")
def test_with_stderr_in_a_file_the_dashboard_is_printed_once(
    workspace: Path, tmp_path: Path
) -> None:
    terminal = Terminal("-C", workspace, stderr=tmp_path / "said")
    try:
        assert terminal.wait() == 0
        assert b"Critical Decisions" in terminal.raw
        assert b"\x1b" not in terminal.raw + (tmp_path / "said").read_bytes()
        assert "stderr is no terminal" in (tmp_path / "said").read_text(encoding="utf-8")
    finally:
        terminal.close()


# --- Terminals that are taken away


@pytest.mark.fault("ctrl+z with a dialog open, and fg")
@pytest.mark.parametrize(
    ("keys", "shown"),
    [((), "● live"), (("b", "o"), "Whose rules")],
    ids=["board", "dialog"],
)
def test_a_suspended_dashboard_gives_the_terminal_back_and_takes_it_again(
    opened_in: Open, workspace: Path, keys: tuple[str, ...], shown: str
) -> None:
    memory = (workspace / "MEMORY.md").read_bytes()
    terminal = opened_in()
    terminal.press(*keys)
    terminal.wait_for(shown)
    terminal.press("ctrl+z")
    terminal.wait_stopped()
    assert_restored(terminal)
    sent = len(terminal.raw)
    terminal.signal(signal.SIGCONT)
    terminal.wait_until(lambda: b"\x1b[?2004h" in terminal.raw[sent:])
    terminal.wait_for(shown)
    terminal.press("ctrl+q")
    assert terminal.wait() == 0
    assert_restored(terminal)
    assert_nothing_half_written(workspace, memory)


@pytest.mark.fault("a terminal that is closed with a dialog open and a text half typed")
@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ((*PROMOTE, "tab", "x", "y"), "ctrl+s writes"),
        (("2", "j", "j", "j", "e", "x", "y"), "leave as it was"),
    ],
    ids=["promotion", "edit"],
)
def test_a_lost_terminal_ends_it_and_leaves_nothing_half_written(
    opened_in: Open, workspace: Path, keys: tuple[str, ...], shown: str
) -> None:
    memory = (workspace / "MEMORY.md").read_bytes()
    terminal = opened_in()
    terminal.press(*keys)
    terminal.wait_for(shown)
    terminal.hang_up()
    assert terminal.wait() == 128 + signal.SIGHUP
    end = time.monotonic() + 5
    while session_processes(terminal.process.pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert session_processes(terminal.process.pid) == []
    assert_nothing_half_written(workspace, memory)


@pytest.mark.fault("ctrl+c, SIGINT and SIGTERM with a dialog open, in a terminal")
@pytest.mark.parametrize("way", ["ctrl+c", "SIGINT", "SIGTERM"])
def test_an_interrupted_dialog_leaves_the_terminal_as_it_was(
    opened_in: Open, workspace: Path, way: str
) -> None:
    memory = (workspace / "MEMORY.md").read_bytes()
    terminal = opened_in()
    terminal.press(*PROMOTE)
    terminal.wait_for("ctrl+s writes")
    if way == "ctrl+c":
        terminal.press(way)
    else:
        terminal.signal(signal.Signals[way])
    assert terminal.wait() == {"ctrl+c": 0, "SIGINT": 130, "SIGTERM": 143}[way]
    assert_restored(terminal)
    assert session_processes(terminal.process.pid) == []
    assert_nothing_half_written(workspace, memory)
