"""Storms on a dashboard in a real terminal: its memory is measured, and it answers keys."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from memdeck.limits import LARGEST_READ
from tests.conftest import GitHelper
from tests.terminal import Terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the memory"),
]

ORDINARY = 112 * 1024 * 1024
"""Bytes that a dashboard takes on a workspace of a few lines: 97 MB were measured."""
BOUND = ORDINARY + 36 * LARGEST_READ
"""What it may take at any moment, 256 MB: of one file no more than `LARGEST_READ` is read, a byte
of which takes some thirty while it is shown; 100 000 entries take less than a kilobyte each. From
103 to 180 MB were measured."""
TODAY = date.today()  # noqa: DTZ011 - local, as shown
WORD = "word and more "


@pytest.fixture
def folder(tmp_path: Path, git: GitHelper) -> Path:
    """A small workspace."""
    root = git.repository(tmp_path / "atlas")
    (root / "memory").mkdir()
    (root / "MEMORY.md").write_text("# Memory\n\n## Lessons\n- kept one\n", "utf-8")
    log(root).write_text("## Decisions\n- chose the long way\n", "utf-8")
    return root


def log(root: Path, days_ago: int = 0) -> Path:
    return root / "memory" / f"{TODAY - timedelta(days=days_ago)}.md"


@contextmanager
def dashboard(root: Path) -> Iterator[Terminal]:
    """The dashboard on a workspace; in the end it answers keys, and took no more than it may."""
    terminal = Terminal("-C", root)
    try:
        terminal.wait_for("Timeline", 60)
        yield terminal
        answers(terminal)
        status = Path(f"/proc/{terminal.process.pid}/status").read_text()
        peak = next(line.split()[1] for line in status.split("\n") if line.startswith("VmHWM"))
        assert int(peak) * 1024 < BOUND, f"{int(peak) // 1024} MB"
        terminal.press("q")
        assert terminal.wait(60) == 0
        assert terminal.modes == terminal.modes_before
        assert b"Traceback" not in terminal.raw
    finally:
        terminal.close()


def answers(terminal: Terminal) -> None:
    """A key opens the help, and another one closes it."""
    terminal.press("?")
    terminal.wait_for("esc leave", 60)
    terminal.press("escape")
    terminal.wait_for(lambda text: "esc leave" not in text, 60)


# Rewrites logs again and again, each write an open, a truncation, a write and a close.
EVENTS = """
import sys
folder, *names = sys.argv[1:]
for number in range(10_000):
    with open(f"{folder}/{names[number % len(names)]}", "w") as file:
        file.write(f"- written {number}\\n")
"""


@pytest.mark.fault("10 000 file events in a second under the dashboard")
def test_of_ten_thousand_events_the_last_state_is_shown(folder: Path) -> None:
    logs = [log(folder, number).name for number in range(2, 40)]
    names = [*logs, *(f".{name}.swp" for name in logs), "4913", "odd\x1b[31m name"]
    with dashboard(folder) as terminal:
        storm = subprocess.Popen(
            [sys.executable, "-S", "-E", "-c", EVENTS, str(folder / "memory"), *names]
        )
        answers(terminal)
        assert storm.wait(60) == 0
        with log(folder).open("a", encoding="utf-8") as file:
            file.write("- the storm is over\n")
        terminal.wait_for("the storm is over", 60)
        terminal.press("3", "G", "l", "j")
        last = log(folder, 39).read_text("utf-8").strip("-\n ")
        terminal.wait_for(last, 60)


@pytest.mark.fault("3 000 logs checked out at once under the dashboard")
def test_three_thousand_logs_are_all_listed(folder: Path, git: GitHelper) -> None:
    stream = [b"blob\nmark :1\ndata <<END\n## Done\n", b"- one line more\n" * 90, b"END\n"]
    stream.append(b"commit refs/heads/logs\ncommitter A <a@example.invalid> 1 +0000\ndata 1\nx\n")
    stream += [b"M 100644 :1 memory/%s\n" % log(folder, n).name.encode() for n in range(1, 3001)]
    git(folder, "fast-import", "--quiet", stdin=b"".join(stream))
    with dashboard(folder) as terminal:
        git(folder, "checkout", "-q", "logs")
        answers(terminal)
        terminal.press("3", "G")
        oldest = TODAY - timedelta(days=3000)
        terminal.wait_for(f"{oldest.day} {oldest:%b %Y}", 60)


@pytest.mark.fault("a log that grows to 100 MB under the dashboard")
def test_a_log_that_never_ends_is_left_out_in_words(folder: Path) -> None:
    piece = b"- a line that an agent wrote again and again in its sleep\n" * 90_000
    with dashboard(folder) as terminal:
        with log(folder).open("ab") as file:
            file.write(piece[: len(piece) // 4])
            file.flush()
            answers(terminal)
            for _ in range(20):
                file.write(piece)
        terminal.wait_for("too large to be", 60)
        terminal.wait_for("Not counted", 60)
    assert log(folder).stat().st_size > 100_000_000


@pytest.mark.fault("one line of 10 MB in MEMORY.md, in a log and in the notes")
def test_a_line_of_ten_megabytes_is_left_out_or_shown_from_its_beginning(
    folder: Path, git: GitHelper
) -> None:
    long = WORD * (10_000_000 // len(WORD))
    entry = {"branch": "main", "timestamp": "2026-02-06T10:00:00Z", "key": "long", "value": long}
    head = git(folder, "rev-parse", "HEAD")
    git.notes_at_once(folder, [(head, json.dumps(entry).encode() + b"\n")])
    (folder / "MEMORY.md").write_text(f"- {long}\n", "utf-8")
    log(folder, 1).write_text(f"- {long}\n", "utf-8")
    with dashboard(folder) as terminal:
        terminal.wait_for("curated memory", 60)
        terminal.wait_for("too large to be a log", 60)
        terminal.press("1")
        terminal.wait_for("word and", 60)
        terminal.press("j", "enter")
        terminal.wait_for("esc or enter leaves", 60)
        terminal.press("\x1b[F")
        terminal.wait_for("characters are not shown here", 60)
        terminal.press("escape")


@pytest.mark.fault("100 000 entries of the notes")
def test_a_hundred_thousand_entries_are_all_counted(folder: Path, git: GitHelper) -> None:
    count, each = 2_000, 50
    commits = [
        b"commit refs/heads/many\nmark :%d\ncommitter A <a@example.invalid> %d +0000\ndata 1\nx\n"
        % (number + 1, 1_700_000_000 + number)
        for number in range(count)
    ]
    marks = folder.parent / "marks"
    git(folder, "fast-import", "--quiet", f"--export-marks={marks}", stdin=b"".join(commits))
    made = [line.split()[1] for line in marks.read_text().split("\n") if line]
    line = '{"branch": "b-%d", "timestamp": "2026-02-06T10:00:00Z", "key": "k-%d", "value": %d}\n'
    notes = [
        (commit, "".join(line % (n % 40, n % 4000, n) for n in range(at * each, (at + 1) * each)))
        for at, commit in enumerate(made)
    ]
    git.notes_at_once(folder, [(commit, text.encode()) for commit, text in notes])
    with dashboard(folder) as terminal:
        answers(terminal)
        terminal.press("1")
        terminal.wait_for("100 keys", 60)
        terminal.press("l")
        terminal.wait_for("k-39", 60)


@pytest.mark.fault("2 000 branches")
def test_two_thousand_branches_are_watched(folder: Path, git: GitHelper) -> None:
    head = git(folder, "rev-parse", "HEAD")
    names = [f"team-{number % 100}/branch-{number}" for number in range(2000)]
    refs = "".join(f"create refs/heads/{name} {head}\n" for name in names)
    line = '{"branch": "%s", "timestamp": "2026-02-06T10:00:00Z", "key": "task", "value": 1}\n'
    with dashboard(folder) as terminal:
        git(folder, "update-ref", "--stdin", stdin=refs.encode())
        git.notes_at_once(folder, [(head, "".join(line % name for name in names).encode())])
        answers(terminal)
        terminal.press("1")
        terminal.wait_for("team-0/branch-0", 60)
        git(folder, "checkout", "-q", "team-99/branch-1999")
        terminal.wait_for("team-99/branch-1999 ⎇", 60)


@pytest.mark.fault("10 000 sections in MEMORY.md and in a log")
def test_ten_thousand_sections_are_gone_through(folder: Path) -> None:
    sections = "".join(f"## Section {number}\n- item {number}\n\n" for number in range(10_000))
    with dashboard(folder) as terminal:
        (folder / "MEMORY.md").write_text(f"# Memory\n\n{sections}", "utf-8")
        log(folder).write_text(sections, "utf-8")
        answers(terminal)
        terminal.wait_for("Section 14", 60)
        terminal.press("2", "G")
        terminal.wait_for("Section 9999", 60)
        terminal.press("3", "G")
        terminal.wait_for("item 9999", 60)
