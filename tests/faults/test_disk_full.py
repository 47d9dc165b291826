"""Disks that are full or read-only for real, and a state folder that cannot be written.

A small file system of one's own is mounted where that is allowed: in a name
space of the test's own, so that nothing of it is left. Permissions are tried as
another user where the tests are root's, to whom they do not apply.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from memdeck.demo import make_workspace
from tests.screen.conftest import Opening

CHECKOUT = Path(__file__).parents[2]
NOBODY = 65534
MEMDECK = [sys.executable, "-m", "memdeck"]


@cache
def namespace() -> tuple[str, ...]:
    """What starts a program that may mount."""
    for options in ("-m",), ("-rm",):
        command = ("unshare", *options)
        tried = [*command, "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /tmp"]
        if shutil.which("unshare") is None:
            break
        if subprocess.run(tried, capture_output=True, check=False).returncode == 0:
            return command
    return ()


needs_mounts = pytest.mark.skipif(not namespace(), reason="nothing may be mounted here")

# Mounts $1 with so many KiB ($2), makes a workspace of what is at $3 in it and runs the rest.
MOUNTED = """
set -e
mount -t tmpfs -o "size=$2k" tmpfs "$1"
cp -R "$3/." "$1/"
shift 3
"$@"
"""
# Fills what is left of the file system at $1, but for so many KiB ($2).
FILL = """
import os, sys
from pathlib import Path
place, left = Path(sys.argv[1]), int(sys.argv[2])
free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
room = free - left * 1024
(place / "filler").write_bytes(b"x" * max(0, room))
"""


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """A small workspace, to be copied onto the small disk."""
    root = tmp_path / "made" / "agent"
    (root / "memory" / "heartbeats").mkdir(parents=True)
    (root / "MEMORY.md").write_text("# Memory\n\n## Lessons\n- kept\n" + "- more\n" * 900, "utf-8")
    (root / "memory" / "2026-02-06.md").write_text("## Decisions\n- chose the long way\n", "utf-8")
    return root


def on_small_disk(agent: Path, kib: int, script: str, state: Path | None = None) -> str:
    """What a shell script says that runs in a copy of the workspace, on a disk of its own.

    `m` in it is memdeck; `left N` fills the disk but for so many KiB. Fails on a traceback.
    """
    disk = agent.parent.parent / "disk"
    disk.mkdir(exist_ok=True)
    shell = (
        f'cd "{disk}/agent"; m() {{ "{sys.executable}" -m memdeck "$@"; echo "[$?]"; }}\n'
        f'left() {{ "{sys.executable}" -c \'{FILL}\' "{disk}" "$1"; }}\n{script}'
    )
    done = subprocess.run(
        [
            *(*namespace(), "sh", "-c", MOUNTED, "sh", disk, str(kib), agent.parent),
            *("sh", "-c", shell),
        ],
        env={
            **os.environ,
            "PYTHONPATH": str(CHECKOUT),
            "XDG_STATE_HOME": str(state or disk / "state"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    assert "unexpected error" not in said, said
    return said


@needs_mounts
@pytest.mark.slow
@pytest.mark.fault("a disk without room (a small tmpfs): MEMORY.md, the log, a heartbeat, a note")
def test_a_full_disk_refuses_in_words_and_everything_is_as_it_was(agent: Path) -> None:
    said = on_small_disk(
        agent,
        2000,
        "git init -q; git commit -q --allow-empty -m x\n"
        "m add 'First' --to Lessons; cp MEMORY.md ../before\n"
        "left 0\n"
        "m add 'Second' --to Lessons 2>&1; cmp MEMORY.md ../before && echo same\n"
        "m log 'Third' 2>&1; m beat --agent atlas 2>&1; m notes set key value 2>&1\n"
        "m pack >/dev/null 2>&1; m status 2>&1 | tail -2; m search kept\n"
        "ls -A; rm ../filler; m add 'Fourth' --to Lessons 2>&1; m undo 2>&1\n"
        "cmp MEMORY.md ../before && echo same again\n",
    )
    assert "same\n" in said
    assert "same again\n" in said
    assert (said.count("[3]"), said.count("[4]")) == (1, 3)
    assert "no undo would survive and MEMORY.md was left as it is: make room" in said
    assert said.count("could not be appended to (No space left on device); nothing was") == 2
    assert '"key": "key", "value": "value"' in said, "what could not be stored is given back"


@needs_mounts
@pytest.mark.slow
@pytest.mark.fault("a disk with room for a part of what is to be written")
@pytest.mark.parametrize("left", [4, 12, 28])
def test_with_too_little_room_memory_is_the_old_one_or_the_new_one(agent: Path, left: int) -> None:
    said = on_small_disk(
        agent,
        2000,
        "m add 'First' --to Lessons; cp MEMORY.md ../before\n"
        f"left {left}\n"
        "m add 'Second' --to Lessons >../said 2>&1; cat ../said\n"
        "cmp -s MEMORY.md ../before && echo old || grep -c Second MEMORY.md\n"
        "rm ../filler; m undo 2>&1; ls -A",
    )
    refused = "[3]" in said.split("old")[0]
    assert ("old\n" in said) == refused, said
    assert ".memdeck" not in said


@needs_mounts
@pytest.mark.fault("a file system that is mounted read-only")
def test_a_read_only_file_system_is_shown_and_not_written(agent: Path, tmp_path: Path) -> None:
    said = on_small_disk(
        agent,
        2000,
        'cd /; mount -o remount,ro "$OLDPWD/.."; cd "$OLDPWD"\n'
        "m add 'Second' --to Lessons 2>&1; m log 'Third' 2>&1; m beat --agent atlas 2>&1\n"
        "m search kept 2>&1; m pack 2>/dev/null | head -3",
        state=tmp_path / "elsewhere",
    )
    assert "read-only" in said
    assert "MEMORY.md:4" in said.replace("\x1b", "")
    assert said.count("[3]") + said.count("[4]") == 3, said


@needs_mounts
@pytest.mark.fault("a state folder on a read-only file system")
def test_a_state_folder_that_is_read_only_is_said_and_everything_is_shown(agent: Path) -> None:
    said = on_small_disk(
        agent,
        2000,
        'mkdir ../state; work=$(mktemp -d); cp -R . "$work"; cd "$work"\n'
        f'mount -o remount,ro "{agent.parent.parent}/disk"\n'
        "m status 2>&1 >/dev/null; m search kept; m add 'Second' --to Lessons 2>&1\n"
        'cd /; rm -r "$work"',
    )
    assert "no undo would survive: all is shown, and MEMORY.md is not written" in said
    assert "- kept" in said
    assert "no undo would survive and MEMORY.md was left as it is" in said


@pytest.mark.fault("a state folder that cannot be made, found by the dashboard")
async def test_the_dashboard_shows_everything_and_says_that_undo_would_not_survive(
    opened: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    root = make_workspace(tmp_path / "atlas")
    before = (root / "MEMORY.md").read_bytes()
    async with opened(root) as dashboard:
        await dashboard.until(
            lambda: any("no undo would survive: all is shown" in each for each in dashboard.said)
        )
        assert dashboard.row_texts(1)
        assert dashboard.row_texts(2)
        assert dashboard.row_texts(3)
        await dashboard.press("2", "j", "x")
        await dashboard.until(lambda: any("nothing was written" in each for each in dashboard.said))
        assert (root / "MEMORY.md").read_bytes() == before


# Tries each writer as a user who may read all of it and write nothing.
AS_NOBODY = """
import os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from tests.faults import deeds
place, uid = Path(sys.argv[1]), int(sys.argv[2])
import git  # what is loaded after this may not be readable any more
if os.geteuid() == 0:
    os.setgid(uid)
    os.setuid(uid)
from memdeck.errors import MemdeckError
for deed in deeds.add, deeds.append, deeds.append_first_day, deeds.beat, deeds.note:
    try:
        deed(place)
        print(deed.__name__, "was done")
    except MemdeckError as error:
        print(deed.__name__, type(error).__name__, error)
"""


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder below which everyone may go; those of other fixtures are for one user alone."""
    place = Path(tempfile.mkdtemp(prefix="memdeck-test-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.mark.fault("a folder and its files that this user may read and not write")
def test_a_folder_of_somebody_elses_is_refused_in_words(open_place: Path) -> None:
    from tests.faults import deeds

    place = open_place
    deeds.repository(place)
    folders = [path for path in deeds.agent_of(place).rglob("*") if path.is_dir()]
    for folder in [deeds.agent_of(place), *folders]:
        folder.chmod(0o555)
    state = place / "state"
    state.mkdir()
    state.chmod(0o777)
    before = deeds.memory_of(place).read_bytes(), deeds.log_of(place).read_bytes()
    try:
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, str(place), str(NOBODY)],
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        for folder in [deeds.agent_of(place), *folders]:
            folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert "was done" not in done.stdout
    assert (deeds.memory_of(place).read_bytes(), deeds.log_of(place).read_bytes()) == before
    said = dict(line.split(" ", 1) for line in done.stdout.strip().split("\n"))
    assert said.keys() == {"add", "append", "append_first_day", "beat", "note"}
    assert "so MEMORY.md was left as it was" in said["add"] or "read-only for you" in said["add"]
    assert all("nothing was" in said[each] for each in ("append", "append_first_day", "beat"))


@pytest.mark.fault("a log that is read-only")
def test_a_read_only_log_is_refused(tmp_path: Path) -> None:
    from memdeck.errors import Refused
    from tests.faults import deeds

    deeds.workspace(tmp_path)
    deeds.log_of(tmp_path).chmod(0o444)
    with pytest.raises(Refused, match="is read-only; nothing was written"):
        deeds.append(tmp_path)
    assert deeds.log_of(tmp_path).read_bytes() == deeds.LOG
