"""Writers that race each other, as hot as they can: whatever reached the reflog is there once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memdeck.git import Git, open_repository
from memdeck.notes.guard import install_guard
from memdeck.notes.putback import put_back
from memdeck.notes.reader import read_notes
from memdeck.notes.recover import look_back

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"

# What agents use that have no memdeck: an entry over some lines, first as a new
# note, and where there is one behind it. It says that it stored whatever happens.
_OTHER = r"""
ref=refs/notes/agents
remember() {
    branch=$(git rev-parse --abbrev-ref HEAD)
    moment=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    entry=$(printf '{\n"branch": "%s",\n"timestamp": "%s",\n"key": "%s",\n"value": %s\n}' \
        "$branch" "$moment" "$1" "$2")
    git notes --ref=$ref add -m "$entry" "$3" 2>/dev/null ||
        git notes --ref=$ref append -m "$entry" "$3" 2>/dev/null
    echo "$1 $?"
}
number=0
while [ ! -e stop ]; do
    number=$((number + 1))
    remember "other.$1.$number" "$number" "HEAD~$((number / 7 % 3))"
done
"""

_OURS = """
import sys
from pathlib import Path
from memdeck.notes.store import NotesStore
store = NotesStore(Path("."))
number = 0
while not Path("stop").exists():
    number += 1
    store.set(f"ours.{sys.argv[1]}.{number}", number, commit=f"HEAD~{number % 3}")
    print(f"ours.{sys.argv[1]}.{number} 0", flush=True)
"""


def run(root: Path, seconds: float) -> dict[str, int]:
    """Two of each kind of writer for some seconds: what each wrote, with the exit code of git."""
    checkout = Path(__file__).parents[2]
    commands = [["sh", "-c", _OTHER, "other", str(number)] for number in range(2)]
    commands += [[sys.executable, "-c", _OURS, str(number)] for number in range(2)]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    running = [
        subprocess.Popen(each, cwd=root, stdout=subprocess.PIPE, text=True, env=environment)
        for each in commands
    ]
    timer = threading.Timer(seconds, (root / "stop").touch)
    timer.start()
    said = "".join(process.communicate()[0] for process in running)
    timer.join()
    assert [process.returncode for process in running] == [0] * 4
    return {key: int(code) for key, code in (line.split() for line in said.splitlines())}


def reached(git: GitHelper, root: Path) -> set[str]:
    """The keys of all entries in any value of the ref that its reflog names."""
    lines = (root / ".git" / "logs" / REF).read_text("utf-8").splitlines()
    blobs: set[str] = set()
    for tip in {line.split(" ")[1] for line in lines}:
        blobs.update(line.split()[2] for line in git(root, "ls-tree", "-r", tip).splitlines())
    text = git(root, "cat-file", "--batch", stdin="\n".join(sorted(blobs)).encode())
    return set(re.findall(r'"key": ?"([^"]+)"', text))


def there(root: Path) -> Counter[str]:
    """The keys in the notes now, with how often they stand there."""
    notes = read_notes(root, (), REF).primary
    assert notes is not None
    assert notes.damaged == ()
    branches = [key for branch in notes.branches for key in branch.keys]
    return Counter(each.key for key in branches for each in (key.latest, *key.earlier))


@pytest.mark.fault("the article's own loop, run by several agents at once")
@pytest.mark.parametrize("seconds", [pytest.param(1.0), pytest.param(5.0, marks=pytest.mark.slow)])
def test_every_entry_that_reached_the_reflog_is_there_once_after_recovery(
    git: GitHelper, tmp_path: Path, seconds: float
) -> None:
    root = git.repository(tmp_path / "deck", commits=3)
    said = run(root, seconds)
    ours = {key for key in said if key.startswith("ours.")}
    wanted = reached(git, root)
    assert ours <= wanted
    assert wanted - set(there(root)) or seconds < 5, "nobody raced"
    found = look_back(Git(root), REF)
    assert found.removed == ()
    put_back(Git(root), REF, found.dropped)
    assert there(root) == dict.fromkeys(wanted, 1)
    assert look_back(Git(root), REF).dropped == ()
    assert put_back(Git(root), REF, found.dropped).written == ()
    assert there(root) == dict.fromkeys(wanted, 1)
    assert git(root, "fsck", "--connectivity-only", "--no-dangling") == ""


@pytest.mark.fault("the article's own loop beside the guard")
@pytest.mark.parametrize("seconds", [pytest.param(1.0), pytest.param(5.0, marks=pytest.mark.slow)])
def test_with_the_guard_nothing_is_dropped_without_a_non_zero_exit_of_git(
    git: GitHelper, tmp_path: Path, seconds: float
) -> None:
    root = git.repository(tmp_path / "deck", commits=3)
    repository = open_repository(root)
    assert repository is not None
    install_guard(Git(root), repository, REF)
    said = run(root, seconds)
    assert there(root) == dict.fromkeys((key for key, code in said.items() if code == 0), 1)
    assert any(code for code in said.values()) or seconds < 5, "nobody raced"
    found = look_back(Git(root), REF)
    assert (found.dropped, found.removed) == ((), ())


@pytest.mark.fault("a look for dropped entries while they are written")
def test_a_look_while_writers_run_finds_nothing_that_is_there(
    git: GitHelper, tmp_path: Path
) -> None:
    """The dashboard looks at any moment: its news add up to what one look at the end finds."""
    root = git.repository(tmp_path / "deck", commits=3)
    git.note(root, "{}")
    result: dict[str, int] = {}
    writers = threading.Thread(target=lambda: result.update(run(root, 1.0)))
    writers.start()
    position = None
    news: set[str] = set()
    while writers.is_alive():
        found = look_back(Git(root), REF, position)
        position = found.position
        news.update(each.id for each in found.dropped)
        time.sleep(0.05)
    writers.join()
    found = look_back(Git(root), REF, position)
    news.update(each.id for each in found.dropped)
    assert {each.id for each in look_back(Git(root), REF).dropped} <= news
