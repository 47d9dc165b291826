"""Notes written by many at once, and by writers that are killed: nothing reported is lost."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memdeck.git import Git
from memdeck.notes.codec import parse_note
from memdeck.notes.commit import read_blobs, read_tree
from memdeck.notes.reader import read_notes
from memdeck.notes.store import NotesStore

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"

# Stores entries until there are so many, or until the stop file is there; prints each key that
# it was told is stored.
MEMDECK = """
import sys
from pathlib import Path
from memdeck.errors import Refused
from memdeck.notes.store import NotesStore
root, name, count, stop = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
print("ready", flush=True)
sys.stdin.readline()
store = NotesStore(root)
for number in range(count):
    if stop.exists():
        break
    try:
        stored = store.set(f"{name} {number}", {"n": number})
    except Refused:
        continue
    print(stored.entry.key, flush=True)
"""

# The article's writer in other words: a pretty-printed object, added, else appended.
SHELL = """
echo ready
read -r go
cd "$1" || exit
number=0
while [ ! -e "$4" ] && [ "$number" -lt "$3" ]; do
    on=$(git rev-parse --abbrev-ref HEAD)
    entry=$(printf '{\\n"branch": "%s",\\n"timestamp": "%s",\\n"key": "%s",\\n"value": %s\\n}' \\
        "$on" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$2 $number" "$number")
    if git notes --ref=refs/notes/agents add -m "$entry" HEAD 2>/dev/null ||
        git notes --ref=refs/notes/agents append -m "$entry" HEAD 2>/dev/null
    then echo "$2 $number"; fi
    number=$((number + 1))
done
"""

APPEND = """
echo ready
read -r go
cd "$1" || exit
number=0
while [ ! -e "$4" ] && [ "$number" -lt "$3" ]; do
    entry="{\\"branch\\": \\"main\\", \\"key\\": \\"$2 $number\\", \\"value\\": $number}"
    git notes --ref=refs/notes/agents append -m "$entry" HEAD 2>/dev/null && echo "$2 $number"
    number=$((number + 1))
    sleep 0.05
done
"""


@contextmanager
def writers(
    root: Path, *started: tuple[str, str], count: int = 1_000_000
) -> Iterator[dict[str, list[str]]]:
    """Writers at work, all at once; when they have ended, what each was told is stored."""
    stop = root.parent / "stop"
    told: dict[str, list[str]] = {}
    processes = []
    for script, name in started:
        starter = [sys.executable, "-c"] if script is MEMDECK else ["sh", "-c"]
        between = [] if script is MEMDECK else ["sh"]
        command = [*starter, script, *between, str(root), name, str(count), str(stop)]
        pipe = subprocess.PIPE
        processes.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    try:
        yield told
    finally:
        if count >= 1_000_000:
            stop.touch()
        for process, (script, name) in zip(processes, started, strict=True):
            output, said = process.communicate(timeout=300)
            if script is MEMDECK:
                assert (process.returncode, said) == (0, "")
            told[name] = output.splitlines()


def now_there(root: Path) -> Counter[str]:
    """How often each key is in the notes now."""
    notes = read_notes(root, (), REF).primary
    assert notes is not None
    assert (notes.problem, notes.damaged) == (None, ())
    return Counter(
        entry.key
        for branch in notes.branches
        for key in branch.keys
        for entry in (key.latest, *key.earlier)
    )


def ever_there(git: GitHelper, root: Path) -> set[str]:
    """The keys in any state of the notes that the reflog knows."""
    tips = set(git(root, "log", "-g", "--format=%H", REF).split())
    reader = Git(root)
    blobs = {each for tip in tips for ids in read_tree(reader, tip).values() for each in ids}
    return {
        entry.key
        for note in read_blobs(reader, blobs).values()
        for entry in parse_note(note, "")[0]
    }


def expect_eight(git: GitHelper, root: Path, count: int) -> None:
    """Eight writers with so many entries each, on one note and on notes of their own."""
    names = [f"writer-{number}" for number in range(8)]
    with writers(root, *((MEMDECK, name) for name in names), count=count) as told:
        pass
    expected = [f"{name} {number}" for name in names for number in range(count)]
    assert sorted(key for keys in told.values() for key in keys) == sorted(expected)
    assert now_there(root) == Counter(expected)
    git(root, "fsck", "--strict")


@pytest.mark.fault("eight processes that store notes at once")
def test_eight_processes_lose_none(git: GitHelper, tmp_path: Path) -> None:
    expect_eight(git, git.repository(tmp_path / "deck"), 12)


@pytest.mark.fault("eight processes that store eight hundred notes at once")
@pytest.mark.slow
def test_eight_processes_lose_none_of_eight_hundred(git: GitHelper, tmp_path: Path) -> None:
    expect_eight(git, git.repository(tmp_path / "deck"), 100)


@pytest.mark.fault("notes written by programs that know nothing of memdeck's lock")
def test_beside_writers_that_know_nothing_of_each_other_none_is_lost(
    git: GitHelper, tmp_path: Path
) -> None:
    """They drop entries of ours and of their own; the reflog has every one of ours.

    They move the ref without looking every few milliseconds, so ours are few.
    """
    root = git.repository(tmp_path / "deck")
    ours, theirs = ("deck-a", "deck-b"), ("shell-a", "shell-b")
    others = ((SHELL, theirs[0]), (SHELL, theirs[1]), (APPEND, "append"))
    with writers(root, *((MEMDECK, each) for each in ours), *others) as told:
        time.sleep(5)
    stored = {key for name in ours for key in told[name]}
    assert len(stored) >= 2
    assert sum(len(told[name]) for name in (*theirs, "append")) > 10
    assert stored <= now_there(root).keys() | ever_there(git, root)
    assert max(now_there(root).values()) == 1
    # What is there is read by the article's readers as well.
    decoder, text = json.JSONDecoder(), git(root, "notes", f"--ref={REF}", "show").lstrip()
    while text:
        _, end = decoder.raw_decode(text)
        text = text[end:].lstrip()


# --- Killed --------------------------------------------------------------------------------

# Stores an entry and kills itself at a step.
KILLED = """
import os, signal, sys
from pathlib import Path
from memdeck.notes.store import NotesStore
def at_step(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
NotesStore(Path(sys.argv[1]), at_step=at_step).set("killed", 1)
"""


def refs_and_locks(git: GitHelper, root: Path) -> tuple[list[str], list[str]]:
    refs = git(root, "for-each-ref", "--format=%(refname)").splitlines()
    return refs, sorted(each.name for each in (root / ".git").rglob("*.lock"))


@pytest.mark.fault("kill -9 at each step of the notes writer")
@pytest.mark.parametrize("step", ["locked", "looked", "read", "written", "read back", "released"])
@pytest.mark.parametrize("first", [True, False])
def test_killed_at_a_step_the_old_notes_or_the_new_ones_are_there(
    git: GitHelper, tmp_path: Path, step: str, first: bool
) -> None:
    root = git.repository(tmp_path / "deck")
    if not first:
        NotesStore(root).set("before", 0)
    old = [] if first else ["before"]
    done = subprocess.run([sys.executable, "-c", KILLED, str(root), step], check=False)
    assert done.returncode == -signal.SIGKILL
    was_written = step in ("written", "read back", "released")
    expected = Counter([*old, *(["killed"] if was_written else [])])
    assert now_there(root) == expected
    git(root, "fsck", "--strict")
    begun = time.monotonic()
    NotesStore(root).set("after", 2)
    assert time.monotonic() - begun < 2
    assert now_there(root) == expected + Counter(["after"])
    assert refs_and_locks(git, root) == (["refs/heads/main", REF], ["memdeck.lock"])
    assert not (root / ".git" / "memdeck.writing").exists()


def descendants(process_id: int) -> list[int]:
    """A process and all that it started, as Linux lists them."""
    found = [process_id]
    for each in found:
        with suppress(OSError):
            children = Path(f"/proc/{each}/task/{each}/children").read_text("ascii")
            found += [int(child) for child in children.split()]
    return found


@pytest.mark.fault("kill -9 of the notes writer and its git at any moment")
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are listed by Linux")
def test_killed_with_its_git_at_any_moment_the_notes_are_whole(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    NotesStore(root).set("before", 0)
    chance = random.Random(20310504)
    reported: list[str] = []
    for turn in range(8):
        command = [sys.executable, "-c", MEMDECK, str(root), f"turn-{turn}", "1000", "/nowhere"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            child.stdin.write("go\n")
            child.stdin.flush()
            reported += itertools.islice((line.rstrip("\n") for line in child.stdout), 1)
            time.sleep(chance.random() * 0.06)
            for each in descendants(child.pid):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            reported += [line.rstrip("\n") for line in child.stdout if line.endswith("\n")]
        there = now_there(root)
        assert set(reported) <= there.keys()
        assert max(there.values()) == 1
        NotesStore(root).set(f"after {turn}", turn)
        reported.append(f"after {turn}")
        assert refs_and_locks(git, root) == (["refs/heads/main", REF], ["memdeck.lock"])
    git(root, "fsck", "--strict")


@pytest.mark.fault("the stream to git cut short while notes are written")
def test_a_stream_that_is_cut_short_changes_nothing(git: GitHelper, tmp_path: Path) -> None:
    """As when memdeck is killed while git reads what it is to write."""
    root = git.repository(tmp_path / "deck")
    NotesStore(root).set("before", 0)
    tip = git(root, "rev-parse", REF)
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    real = subprocess.run(
        ["sh", "-c", "command -v git"], capture_output=True, text=True, check=True
    )
    wrapper.write_text(
        f'#!/bin/sh\ncase "$*" in *fast-import*) head -c "$CUT" | "{real.stdout.strip()}" "$@"; '
        f'exit;; esac\nexec "{real.stdout.strip()}" "$@"\n',
        encoding="utf-8",
    )
    wrapper.chmod(0o755)
    script = (
        "import sys; from pathlib import Path; from memdeck.errors import MemdeckError\n"
        "from memdeck.notes.store import NotesStore\n"
        "try: print(NotesStore(Path(sys.argv[1])).set('cut', 1))\n"
        "except MemdeckError: print('no')\n"
    )
    path = f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}"
    for cut in (0, 40, 120, 200, 250, 300, 420):
        done = subprocess.run(
            [sys.executable, "-c", script, str(root)],
            env={**os.environ, "PATH": path, "CUT": str(cut)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "no\n", cut
        assert git(root, "rev-parse", REF) == tip
    # The wrapper's git is a child of its own: memdeck cannot know what it left.
    assert refs_and_locks(git, root) == (["refs/heads/main", REF], ["memdeck.lock"])
