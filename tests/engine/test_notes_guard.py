"""The guard: git itself refuses an update of the notes that loses something, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memdeck.errors import Refused, Unusable, WrongUsage
from memdeck.git import Git, Repository, open_repository
from memdeck.notes.guard import (
    GuardState,
    guard_path,
    guard_script,
    guard_state,
    install_guard,
    remove_guard,
)
from memdeck.notes.recover import look_back
from memdeck.notes.store import NotesStore

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"


def opened(root: Path) -> Repository:
    repository = open_repository(root)
    assert repository is not None
    return repository


@pytest.fixture
def deck(git: GitHelper, tmp_path: Path) -> Path:
    """A repository with two notes and the guard."""
    root = git.repository(tmp_path / "deck", commits=3)
    git.note(root, "one")
    git.note(root, "two", on="HEAD~1")
    assert install_guard(Git(root), opened(root), REF)
    return root


def tried(root: Path, *arguments: str, stdin: bytes = b"", allow: bool = False) -> tuple[int, str]:
    """How a git command ended, and what it said."""
    environment = {**os.environ, **({"MEMDECK_GUARD": "off"} if allow else {})}
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env=environment,
    )
    return done.returncode, done.stderr.decode()


def notes(root: Path, *arguments: str, allow: bool = False) -> tuple[int, str]:
    return tried(root, "notes", f"--ref={REF}", *arguments, allow=allow)


# --- What it refuses ------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ["notes", f"--ref={REF}", "remove", "HEAD"],
        ["notes", f"--ref={REF}", "add", "-f", "-m", "instead"],
        ["notes", f"--ref={REF}", "edit", "-m", "one, edited"],
        ["notes", f"--ref={REF}", "copy", "-f", "HEAD~1", "HEAD"],
        ["update-ref", REF, f"{REF}~1"],
        ["update-ref", "-d", REF],
        ["update-ref", "--no-deref", "-d", REF],
        ["push", "-q", ".", f"+{REF}~1:{REF}"],
        ["push", "-q", ".", f":{REF}"],
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_what_loses_something_is_refused_unless_it_is_meant(
    git: GitHelper, deck: Path, command: list[str], packed: bool
) -> None:
    if packed:
        git(deck, "pack-refs", "--all", "--prune")
    before = git(deck, "rev-parse", REF)
    code, words = tried(deck, *command)
    assert code != 0
    assert "memdeck guard: refused" in words
    assert "MEMDECK_GUARD=off" in words
    assert git(deck, "rev-parse", REF) == before
    assert tried(deck, *command, allow=True)[0] == 0
    assert git(deck, "for-each-ref", "--format=%(objectname)", REF) != before


def test_an_update_that_another_overtook_is_refused(git: GitHelper, deck: Path) -> None:
    """As `git notes append` does it: read, then move the ref to it whatever it has by then."""
    git(deck, "update-ref", "refs/notes/stale", f"{REF}~1")
    git.note(deck, "late", ref="refs/notes/stale")
    stale = git(deck, "rev-parse", "refs/notes/stale")
    code, words = tried(deck, "update-ref", REF, stale)
    assert code != 0
    assert git(deck, "rev-parse", "HEAD~1") in words
    assert f"what was refused is commit {stale}" in words


def test_an_entry_between_others_that_is_lost_is_seen(git: GitHelper, deck: Path) -> None:
    git.note(deck, "x\n" * 200 + "middle\n" + "x\n" * 200)
    text = git(deck, "notes", f"--ref={REF}", "show").replace("middle\n", "") + "\nmore\n"
    assert notes(deck, "add", "-f", "-m", text)[0] != 0


# --- What it lets pass -------------------------------------------------------------


def test_writers_that_lose_nothing_notice_nothing(git: GitHelper, deck: Path) -> None:
    git(deck, "config", "notes.rewriteRef", REF)
    for command in (
        ("notes", f"--ref={REF}", "append", "-m", "three"),
        ("notes", f"--ref={REF}", "add", "-m", "new", "HEAD~2"),
        ("notes", f"--ref={REF}", "append", "-m", "four", "HEAD~1"),
        ("commit", "--amend", "--allow-empty", "-m", "words"),
        ("notes", "--ref=other", "add", "-m", "x"),
        ("notes", "--ref=other", "remove", "HEAD"),
        ("notes", "--ref=agents2", "add", "-m", "x"),
        ("notes", "--ref=agents2", "remove", "HEAD"),
        ("branch", "b"),
        ("branch", "-D", "b"),
        ("pack-refs", "--all", "--prune"),
        ("notes", f"--ref={REF}", "append", "-m", "five"),
        ("gc", "-q", "--prune=now"),
    ):
        code, words = tried(deck, *command)
        assert (code, "guard" in words) == (0, False), command
    assert not (deck / ".git" / REF).exists()
    for words in ("one", "three", "five"):
        assert words in git(deck, "notes", f"--ref={REF}", "show")
    NotesStore(deck).set("key", 1)
    assert look_back(Git(deck), REF).dropped == ()


def test_a_note_without_a_last_line_feed_may_grow(git: GitHelper, deck: Path) -> None:
    blob = git(deck, "hash-object", "-w", "--stdin", stdin=b"no line feed")
    git(deck, "notes", f"--ref={REF}", "add", "-C", blob, "HEAD~2")
    assert notes(deck, "append", "-m", "more", "HEAD~2") == (0, "")
    binary = git(deck, "hash-object", "-w", "--stdin", stdin=b"\x00\xff\x00")
    git(deck, "notes", f"--ref={REF}", "add", "-f", "-C", binary, "HEAD~2", environment=OFF)
    assert notes(deck, "append", "-m", "more", "HEAD~2") == (0, "")
    assert notes(deck, "add", "-f", "-m", "other", "HEAD~2")[0] != 0


OFF = {"MEMDECK_GUARD": "off"}


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_notes_that_move_in_the_tree_are_not_lost(
    git: GitHelper, tmp_path: Path, kind: str
) -> None:
    """Git begins folders when notes get many: all of them move, and one has grown."""
    root = git.repository(tmp_path / "deck", f"--object-format={kind}")
    head = git(root, "rev-parse", "HEAD")
    install_guard(Git(root), opened(root), REF)
    digits = 40 if kind == "sha1" else 64
    ids = [f"{number * 7919 % 65536:04x}".ljust(digits, "5") for number in range(400)]
    files = [(each, b"note %d\n" % number) for number, each in enumerate(ids)]
    stream = [b"commit %s\ncommitter A <a@x> 1 +0000\ndata 0\n" % REF.encode()]
    for path, data in [*files, (head, b"first\n")]:
        stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
    git(root, "fast-import", "--quiet", stdin=b"".join(stream))
    assert notes(root, "append", "-m", "second") == (0, "")
    listed = git(root, "ls-tree", "-r", "--name-only", REF).splitlines()
    assert all("/" in each for each in listed)
    assert notes(root, "remove", "HEAD")[0] != 0
    # One of them is gone, with all others moved back at once.
    stream = [b"commit %s\ncommitter A <a@x> 1 +0000\ndata 0\n" % b"refs/notes/flat"]
    for path, data in [*files[1:], (head, b"first\n\nsecond\n")]:
        stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
    git(root, "fast-import", "--quiet", stdin=b"".join(stream))
    code, words = tried(root, "update-ref", REF, "refs/notes/flat")
    assert code != 0
    assert ids[0] in words


def test_it_guards_worktrees_and_pushes_from_elsewhere(
    git: GitHelper, deck: Path, tmp_path: Path
) -> None:
    git(deck, "worktree", "add", "-q", tmp_path / "beside", "HEAD")
    assert notes(tmp_path / "beside", "append", "-m", "three") == (0, "")
    assert notes(tmp_path / "beside", "remove", "HEAD")[0] != 0
    assert guard_state(opened(tmp_path / "beside"), REF) is GuardState.OURS
    git(tmp_path, "clone", "-q", deck, tmp_path / "clone")
    git(tmp_path / "clone", "notes", f"--ref={REF}", "add", "-m", "mine")
    code, words = tried(tmp_path / "clone", "push", "-q", "-f", "origin", REF)
    assert code != 0
    assert "memdeck guard: refused" in words


def test_it_leaves_at_once_when_no_notes_are_concerned(
    git: GitHelper, deck: Path, tmp_path: Path
) -> None:
    """Also with ten thousand refs in one transaction, and where memdeck and git are not found."""
    hook = guard_path(opened(deck))
    (tmp_path / "bin").mkdir()
    for name in ("sh", "cat"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    lines = "".join(f"{'0' * 40} {'1' * 40} refs/heads/b{n}\n" for n in range(10_000)).encode()
    for state, stdin in (("prepared", lines), ("committed", b""), ("aborted", b""), ("new", b"")):
        begun = time.monotonic()
        done = subprocess.run(
            ["sh", str(hook), state],
            input=stdin,
            capture_output=True,
            check=False,
            env={"PATH": str(tmp_path / "bin")},
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        assert time.monotonic() - begun < 2
    commit = git.commit(deck)
    begun = time.monotonic()
    many = "".join(f"create refs/heads/b{n} {commit}\n" for n in range(300))
    many += f"update refs/notes/other {git(deck, 'rev-parse', REF)}\n"
    git(deck, "update-ref", "--stdin", stdin=many.encode())
    assert time.monotonic() - begun < 10


# --- Coming and going ----------------------------------------------------------------


def test_it_comes_and_goes_and_leaves_nothing(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    repository = opened(root)
    hooks = root / ".git" / "hooks"
    before = {path.name for path in hooks.iterdir()} if hooks.exists() else set()
    assert guard_state(repository, REF) is GuardState.NONE
    assert install_guard(Git(root), repository, REF)
    assert not install_guard(Git(root), repository, REF)
    assert guard_state(repository, REF) is GuardState.OURS
    assert guard_path(repository).read_bytes() == guard_script(REF)
    assert {path.name for path in hooks.iterdir()} - before == {"reference-transaction"}
    assert remove_guard(repository, REF)
    assert not remove_guard(repository, REF)
    assert {path.name for path in hooks.iterdir()} == before


def test_an_older_guard_is_replaced(deck: Path) -> None:
    path = guard_path(opened(deck))
    path.write_bytes(guard_script("refs/notes/others"))
    assert guard_state(opened(deck), REF) is GuardState.OLDER
    assert install_guard(Git(deck), opened(deck), REF)
    assert path.read_bytes() == guard_script(REF)


@pytest.mark.parametrize("kind", ["file", "link", "folder", "empty"])
def test_another_hook_is_left_alone(git: GitHelper, tmp_path: Path, kind: str) -> None:
    root = git.repository(tmp_path / "deck")
    repository = opened(root)
    path = guard_path(repository)
    path.parent.mkdir(exist_ok=True)
    if kind == "link":
        path.symlink_to(tmp_path / "elsewhere")
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_text("#!/bin/sh\nexit 0\n" if kind == "file" else "")
    for attempt in (lambda: install_guard(Git(root), repository, REF),
                    lambda: remove_guard(repository, REF)):  # fmt: skip
        with pytest.raises(Refused):
            attempt()
    assert os.path.lexists(path)
    assert len(list(path.parent.glob(".reference*"))) == 0


@pytest.mark.parametrize("scope", ["--local", "--global"])
@pytest.mark.parametrize("value", ["/etc/hooks", ""])
def test_it_is_refused_where_hooks_live_elsewhere(
    git: GitHelper, tmp_path: Path, scope: str, value: str
) -> None:
    root = git.repository(tmp_path / "deck")
    git(root, "config", scope, "core.hooksPath", value)
    with pytest.raises(Refused, match=r"sets core\.hooksPath"):
        install_guard(Git(root), opened(root), REF)
    assert guard_state(opened(root), REF) is GuardState.NONE


def test_hooks_that_several_repositories_share_are_left_alone(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    shutil.rmtree(root / ".git" / "hooks", ignore_errors=True)
    (tmp_path / "shared").mkdir()
    (root / ".git" / "hooks").symlink_to(tmp_path / "shared")
    with pytest.raises(Refused, match="is a link"):
        install_guard(Git(root), opened(root), REF)
    assert not list((tmp_path / "shared").iterdir())


def test_a_place_that_cannot_be_written_is_told(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    shutil.rmtree(root / ".git" / "hooks", ignore_errors=True)
    (root / ".git" / "hooks").write_text("a file")
    with pytest.raises(Unusable, match="cannot be written"):
        install_guard(Git(root), opened(root), REF)


def test_a_ref_that_sh_would_read_otherwise_is_refused() -> None:
    for ref in ("refs/notes/a'b", "refs/notes/$(x)", "refs/notes/ä", "refs/heads/main"):
        with pytest.raises(WrongUsage):
            guard_script(ref)


def test_the_script_is_plain_sh() -> None:
    for shell in ("sh", "dash", "bash"):
        if shutil.which(shell):
            done = subprocess.run([shell, "-n"], input=guard_script(REF), check=False)
            assert done.returncode == 0
    assert max(len(line) for line in guard_script(REF).splitlines()) <= 100
