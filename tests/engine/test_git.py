"""How memdeck starts git: what it opens, what it refuses, what it leaves behind (nothing)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memdeck.errors import WrongUsage
from memdeck.git import (
    SAFE_ENVIRONMENT,
    Git,
    GitFailed,
    GitMissing,
    Repository,
    look,
    open_repository,
    ref_paths,
    safe_ref,
)
from memdeck.notes.reader import latest_entries, read_notes
from tests.hostile import make_hostile

if TYPE_CHECKING:
    from tests.conftest import GitHelper


def opened(folder: Path) -> Repository:
    repository = open_repository(folder)
    assert repository is not None
    return repository


# --- What is opened ---------------------------------------------------------


def test_a_repository_is_told_with_its_branch_and_head(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    assert opened(root) == Repository(
        root=root,
        git_dir=root / ".git",
        common_dir=root / ".git",
        branch="main",
        head=git(root, "rev-parse", "HEAD"),
        detached=False,
        object_format="sha1",
    )


def test_a_workspace_below_the_root_finds_the_repository_higher_up(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    (root / "agents" / "one").mkdir(parents=True)
    assert opened(root / "agents" / "one") == opened(root)


def test_inside_the_git_folder_the_work_tree_is_the_root(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    assert opened(root / ".git").root == root


def test_a_folder_in_no_repository_is_none(tmp_path: Path) -> None:
    assert open_repository(tmp_path) is None


def test_an_unborn_branch_has_a_name_and_no_head(git: GitHelper, tmp_path: Path) -> None:
    repository = opened(git.repository(tmp_path / "deck", commits=0))
    assert (repository.branch, repository.head, repository.detached) == ("main", None, False)


def test_an_orphan_branch_still_shows_the_tip_of_the_notes(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, "{}")
    git(root, "checkout", "-q", "--orphan", "fresh/start")
    found = look(root, "refs/notes/agents")
    assert found is not None
    assert (found[0].branch, found[0].head) == ("fresh/start", None)
    assert found[1] == git(root, "rev-parse", "refs/notes/agents")


def test_a_detached_head_is_told(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git(root, "checkout", "-q", "--detach")
    repository = opened(root)
    assert (repository.branch, repository.detached) == ("HEAD", True)
    assert repository.head == git(root, "rev-parse", "HEAD")


def test_a_branch_and_a_tag_of_one_name_are_not_mixed_up(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git(root, "tag", "main")
    assert opened(root).branch == "main"


def test_head_may_be_a_link(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    (root / ".git" / "HEAD").unlink()
    (root / ".git" / "HEAD").symlink_to("refs/heads/main")
    assert opened(root).branch == "main"


def test_a_linked_worktree_shares_the_common_folder(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git(root, "worktree", "add", "-q", tmp_path / "side")
    side = opened(tmp_path / "side")
    assert side.root == tmp_path / "side"
    assert side.branch == "side"
    assert side.common_dir == root / ".git"
    assert side.git_dir == root / ".git" / "worktrees" / "side"


def test_a_submodule_is_its_own_repository(git: GitHelper, tmp_path: Path) -> None:
    inner = git.repository(tmp_path / "inner")
    outer = git.repository(tmp_path / "outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "part")
    part = opened(outer / "part")
    assert part.root == outer / "part"
    assert part.git_dir == outer / ".git" / "modules" / "part"


def test_packed_refs_are_read(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, "{}")
    before = look(root, "refs/notes/agents")
    git(root, "pack-refs", "--all", "--prune")
    assert not (root / ".git" / "refs" / "notes" / "agents").exists()
    assert look(root, "refs/notes/agents") == before


def test_a_bare_repository_is_opened(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck.git", "--bare", commits=0)
    assert opened(root).root == root
    assert opened(root).branch == "main"


def test_a_sha256_repository_is_opened(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck", "--object-format=sha256")
    repository = opened(root)
    assert repository.object_format == "sha256"
    assert repository.head is not None
    assert len(repository.head) == 64


def test_a_reftable_repository_is_opened(git: GitHelper, tmp_path: Path) -> None:
    try:
        root = git.repository(tmp_path / "deck", "--ref-format=reftable")
    except AssertionError:
        pytest.skip("the installed git makes no reftable repositories (2.45 and later do)")
    repository = opened(root)
    assert repository.branch == "main"
    assert repository.head == git(root, "rev-parse", "HEAD")
    assert root / ".git" / "reftable" in ref_paths(repository)


def test_names_with_line_feeds_and_bytes_that_are_not_utf8_are_opened(
    git: GitHelper, tmp_path: Path
) -> None:
    for name in ("two\nlines", "--memdeck-git", os.fsdecode(b"caf\xe9"), "~", "$HOME"):
        root = git.repository(tmp_path / name, commits=0)
        assert opened(root).git_dir == root / ".git"


# --- What is refused, in words ----------------------------------------------


def test_without_git_the_words_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitMissing, match="git is not installed"):
        open_repository(tmp_path)


def test_without_git_even_the_first_use_gives_words(tmp_path: Path) -> None:
    """GitPython's import fails without git, so this needs a process of its own."""
    code = (
        "import os, pathlib; from memdeck.git import *\n"
        "try: open_repository(pathlib.Path('/'))\n"
        "except GitMissing: print('words')\n"
        "assert 'GIT_PYTHON_REFRESH' not in os.environ"
    )
    for extra in ({}, {"GIT_DIR": "/elsewhere"}):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PATH": str(tmp_path), **extra},
            capture_output=True,
            check=False,
        )
        assert (done.stdout, done.stderr) == (b"words\n", b"")


def test_a_program_that_fetches_with_gitpython_still_can(git: GitHelper, tmp_path: Path) -> None:
    origin = git.repository(tmp_path / "origin")
    git(tmp_path, "clone", "-q", origin, "copy")
    git(origin, "tag", "-f", "-a", "-m", "one", "release")
    git(tmp_path / "copy", "fetch", "-q", "--tags")
    git.commit(origin, "More")
    git(origin, "tag", "-f", "-a", "-m", "two", "release")
    code = (
        "import pathlib, sys; from memdeck.git import open_repository\n"
        "open_repository(pathlib.Path(sys.argv[1]))\n"
        "import git; infos = git.Repo(sys.argv[1]).remotes.origin.fetch(tags=True, force=True)\n"
        "print(any(info.flags & info.TAG_UPDATE for info in infos))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "copy")], capture_output=True, check=False
    )
    assert (done.stdout, done.stderr) == (b"True\n", b"")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user_is_refused_in_words(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    for path in (root, root / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(GitFailed, match=r"belongs to another user.*safe\.directory"):
        open_repository(root)


@pytest.mark.parametrize(
    "lost", [".", ".git", ".git/worktrees/side", ".git/worktrees/side/commondir", ".git/objects"]
)
def test_a_worktree_whose_common_folder_is_lost_is_told(
    git: GitHelper, tmp_path: Path, lost: str
) -> None:
    root = git.repository(tmp_path / "deck")
    git(root, "worktree", "add", "-q", tmp_path / "side")
    path = root / lost
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    with pytest.raises(
        GitFailed, match=r"names the repository .*, which is not there or not whole"
    ):
        open_repository(tmp_path / "side")


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        (".git/HEAD", "nonsense", "does not take it for a repository"),
        (".git/HEAD", "", "does not take it for a repository"),
        (".git/config", "[core", "git rev-parse failed in .* bad config"),
        (".git/config", "[core]\n\trepositoryformatversion = 99\n", "git is too old"),
        (
            ".git/config",
            "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tx = 1\n",
            "too old",
        ),
    ],
)
def test_a_broken_repository_is_told_in_words(
    git: GitHelper, tmp_path: Path, file: str, text: str, words: str
) -> None:
    root = git.repository(tmp_path / "deck")
    (root / file).write_text(text, encoding="utf-8")
    with pytest.raises(GitFailed, match=words):
        open_repository(root)


def test_a_folder_that_is_gone_or_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("gone", "file"):
        with pytest.raises(GitFailed, match="is not there, or may not be entered"):
            open_repository(tmp_path / name)


def test_a_zero_byte_in_an_argument_is_told(tmp_path: Path) -> None:
    with pytest.raises(GitFailed, match="could not be started"):
        Git(tmp_path).run("rev-parse", "a\0b")


def test_a_failing_command_says_what_git_said(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    with pytest.raises(GitFailed, match=r"git ls-tree failed in .*Not a valid object name nothing"):
        Git(root).run("ls-tree", "nothing")
    assert Git(root).run("ls-tree", "nothing", allowed=(0, 128)) == b""


# --- Time, environment, processes -------------------------------------------


def processes_of(group: str) -> list[str]:
    """Arguments of the running processes in whose arguments `group` stands."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if group in line and f"/{os.getpid()}/" not in str(path):
            found.append(line)
    return found


def gone(group: str, seconds: float = 10.0) -> bool:
    """Whether no such process is left; one that was killed may take a moment to end."""
    deadline = time.monotonic() + seconds
    while processes_of(group):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_the_time_limit_ends_git_and_what_it_started(
    git: GitHelper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    # A child that holds the pipes open would keep a simple `kill` waiting.
    nap = f"sleep 987.{os.getpid()}"
    slow.write_text(f"#!/bin/sh\n{nap} &\n{nap}\n", encoding="utf-8")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    begun = time.monotonic()
    with pytest.raises(GitFailed, match=r"took longer than 0\.3 s"):
        Git(tmp_path, timeout=0.3).run("log", stdin=b"x" * 1_000_000)
    assert time.monotonic() - begun < 10
    assert gone(nap)
    assert gone(str(slow))


def test_a_configuration_that_never_ends_is_given_up(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    os.mkfifo(root / "pipe")
    git(root, "config", "include.path", root / "pipe")
    with pytest.raises(GitFailed, match=r"git rev-parse took longer than 0\.3 s"):
        look(root, timeout=0.3)
    assert gone(str(root))


def test_killing_memdeck_leaves_no_git_behind(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    code = (
        "import sys, pathlib, memdeck.git as g\n"
        "p = g.Git(pathlib.Path(sys.argv[1]))._start("
        "['git', '-C', sys.argv[1], 'cat-file', '--batch'], g.SAFE_ENVIRONMENT, True)\n"
        "print('ready', flush=True); p.wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(root)], stdout=subprocess.PIPE
    ) as memdeck:
        assert memdeck.stdout is not None
        try:
            assert memdeck.stdout.readline() == b"ready\n"
            # On a busy machine the child may not have become git yet.
            seen: list[str] = []
            for _ in range(500):
                seen = [each for each in processes_of(str(root)) if each.startswith("git ")]
                if seen:
                    break
                time.sleep(0.01)
            assert seen
        finally:
            memdeck.send_signal(signal.SIGKILL)
    assert gone(str(root))


def test_the_persons_variables_do_not_send_git_elsewhere(
    git: GitHelper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = git.repository(tmp_path / "deck")
    other = git.repository(tmp_path / "other")
    git(other, "checkout", "-q", "-b", "elsewhere")
    expected = opened(root)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git" / "objects"))
    monkeypatch.setenv("GIT_NAMESPACE", "other")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare=true'")
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    assert opened(root) == expected
    assert not (tmp_path / "trace").exists()
    assert os.environ["GIT_DIR"] == str(other / ".git")


def test_opening_takes_one_process_and_no_gitpython_at_import(
    git: GitHelper, tmp_path: Path, git_started: Callable[[], list[str]]
) -> None:
    root = git.repository(tmp_path / "deck")
    git_started()
    code = (
        "import sys, pathlib, memdeck.git\nassert 'git' not in sys.modules\n"
        "memdeck.git.open_repository(pathlib.Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(root)], check=True)
    assert [" rev-parse " in line for line in git_started()] == [True]


def test_many_threads_may_start_git_first(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    code = (
        "import os, sys, pathlib, memdeck.git as g\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "before = dict(os.environ)\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    print(len(set(pool.map(g.open_repository, [pathlib.Path(sys.argv[1])] * 40))))\n"
        "assert dict(os.environ) == before"
    )
    done = subprocess.run([sys.executable, "-c", code, root], capture_output=True, check=False)
    assert (done.stdout, done.stderr) == (b"1\n", b"")


@pytest.mark.parametrize(
    ("answer", "branch"), [("echo refs/heads/a/b", "a/b"), ("exit 1", "HEAD"), ("exit 128", None)]
)
def test_a_head_that_is_kept_elsewhere_is_asked_for(
    git: GitHelper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, branch: str | None
) -> None:
    """As in a reftable repository, whose HEAD file names a branch that cannot be."""
    root = git.repository(tmp_path / "deck")
    (root / ".git" / "HEAD").write_text("ref: refs/heads/.invalid\n", encoding="utf-8")
    script = tmp_path / "bin" / "git"
    script.parent.mkdir()
    real = shutil.which("git")
    script.write_text(
        f'#!/bin/sh\ncase "$3" in symbolic-ref) {answer};; *) exec {real} "$@";; esac\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    repository = opened(root)
    assert (repository.branch, repository.detached) == (branch, branch == "HEAD")


# --- A hostile repository ---------------------------------------------------


def read_all(root: Path) -> None:
    """What memdeck does when it opens and reads; a missing object, too."""
    look(root, "refs/notes/agents")
    runner = Git(root)
    runner.run("ls-tree", "-rz", "HEAD")
    output = runner.run("cat-file", "--batch", stdin=b"HEAD\n" + b"1" * 40 + b"\n")
    assert output.endswith(b"1" * 40 + b" missing\n")


@pytest.mark.fault("a repository whose configuration starts a program, read piece by piece")
def test_a_hostile_configuration_runs_nothing(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    marker = tmp_path / "marker"
    make_hostile(git, root, marker)
    read_all(root)
    git.note(root, '{"branch": "main", "key": "plan", "value": 1}', environment=SAFE_ENVIRONMENT)
    assert [each.value for each in latest_entries(read_notes(root, (), "refs/notes/agents"))] == [1]
    assert not marker.exists()


@pytest.mark.fault(
    "a file system monitor that a repository names, under a command that reads the index"
)
def test_even_a_command_that_reads_the_index_asks_no_monitor(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    (root / "file").touch()
    git(root, "add", "file")
    marker = tmp_path / "marker"
    make_hostile(git, root, marker)
    # Filters of changed files are run by whoever asks what changed: memdeck never does.
    (root / ".gitattributes").unlink()
    (root / ".git" / "info" / "attributes").unlink()
    assert Git(root).run("ls-files", "--modified") == b""
    assert not marker.exists()
    git(root, "ls-files", "--modified")
    assert marker.exists()


@pytest.mark.fault("a repository's configuration that puts its work tree elsewhere")
def test_a_work_tree_that_is_said_to_be_elsewhere_does_not_move_the_root(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    (tmp_path / "victim").mkdir()
    git(root, "config", "core.worktree", tmp_path / "victim")
    assert opened(root).root == root


@pytest.mark.fault("a remote that is a program, under an older git that fetches what is missing")
def test_an_older_git_that_fetches_missing_objects_still_runs_nothing(
    git: GitHelper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git that does not know GIT_NO_LAZY_FETCH is held back by the protocol setting."""
    root = git.repository(tmp_path / "deck")
    marker = tmp_path / "marker"
    make_hostile(git, root, marker)
    Git(root).run(
        *("cat-file", "--batch"),
        stdin=b"1" * 40 + b"\n",
        allowed=range(256),
        environment={"GIT_NO_LAZY_FETCH": "0"},
    )
    assert not marker.exists()


def test_the_hostile_repository_would_run_programs_without_the_precautions(
    git: GitHelper, tmp_path: Path
) -> None:
    """Else the two tests above could not fail."""
    root = git.repository(tmp_path / "deck")
    marker = tmp_path / "marker"
    make_hostile(git, root, marker)
    command = ["git", "-C", str(root), "cat-file", "-t", "1" * 40]
    subprocess.run(
        command, env={**os.environ, "GIT_NO_LAZY_FETCH": "0"}, capture_output=True, check=False
    )
    assert marker.exists()
    marker.unlink()
    subprocess.run(
        ["git", "-C", str(root), "status"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert marker.exists()


# --- Names of refs, places to watch -----------------------------------------


@pytest.mark.parametrize(
    "name", ["refs/notes/agents", "refs/notes/mem/x", "refs/heads/ä", "refs/x", "refs/a.b/c-d"]
)
def test_full_ref_names_are_accepted(name: str) -> None:
    assert safe_ref(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("agents", "notes/agents", "HEAD", "", "refs", "refs/", "/refs/notes/a", "refs//a"),
        *("refs/a b", "refs/a\n", "refs/../x", "refs/.a", "refs/a.lock", "refs/a.lock/b"),
        *("refs/a/", "refs/a.", "refs/a@{1}", "refs/a~1", "refs/a^{tree}", "refs/a:b", "refs/*"),
        *("--upload-pack=x", "-x", "refs/a\\b", "refs/\0", "refs/\udc80"),
    ],
)
def test_all_other_names_are_refused(name: str) -> None:
    with pytest.raises(WrongUsage, match="no full ref name"):
        safe_ref(name)


@given(st.text("ab./@{~^:?*[\\ -\n\x7fé", max_size=9).map("refs/".__add__))
@example("refs/a./b")
@example("refs/@")
@settings(max_examples=60, deadline=None)
def test_the_rules_are_those_of_git(name: str) -> None:
    """Whatever is accepted here, git accepts, and the other way round."""
    done = subprocess.run(["git", "check-ref-format", name], check=False)
    try:
        accepted = safe_ref(name) == name
    except WrongUsage:
        accepted = False
    assert accepted == (done.returncode == 0)


def test_the_watched_folders_are_those_of_the_common_and_the_worktrees_folder(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    git(root, "worktree", "add", "-q", tmp_path / "side")
    common = root / ".git"
    assert ref_paths(opened(root)) == (common, common / "refs", common / "logs")
    side = common / "worktrees" / "side"
    paths = ref_paths(opened(tmp_path / "side"))
    assert paths[:2] == (common, side)
    assert {common / "refs", common / "logs", side / "logs"} <= set(paths)
    assert all(path.is_dir() for path in paths)
