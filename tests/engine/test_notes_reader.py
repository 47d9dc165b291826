"""The notes of a workspace's repositories: what is remembered, by branch and key."""

from __future__ import annotations

import json
import os
import subprocess
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memdeck.model import Notes, RepositoryNotes
from memdeck.notes.reader import latest_entries, read_notes

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"


def entry(key: str = "plan", value: Any = "x", branch: str = "main", second: int = 0) -> str:
    timestamp = f"2031-05-04T03:02:{second:02}Z"
    fields = {"branch": branch, "timestamp": timestamp, "key": key, "value": value}
    return json.dumps(fields, indent=2)


def read(root: Path, *repositories: str, previous: Notes | None = None) -> Notes:
    return read_notes(root, repositories, REF, previous)


def primary(root: Path, *repositories: str) -> RepositoryNotes:
    first = read(root, *repositories).primary
    assert first is not None
    return first


def values(notes: Notes, branch: str | None = None) -> dict[str, Any]:
    return {each.key: each.value for each in latest_entries(notes, branch)}


# --- What is remembered ------------------------------------------------------


def test_the_latest_entry_of_each_key_is_what_the_branch_remembers(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry("plan", "old", second=1))
    git.commit(root, "Next")
    git.note(root, entry("plan", "new", second=9))
    git.note(root, entry("owner", "scout", second=5))
    git.note(root, entry("plan", "older", second=0))
    notes = read(root)
    assert values(notes) == {"owner": "scout", "plan": "new"}
    assert [each.key for each in latest_entries(notes)] == ["owner", "plan"]
    (branch,) = primary(root).branches
    assert [key.latest.key for key in branch.keys] == ["plan", "owner"]
    assert [each.value for each in branch.keys[0].earlier] == ["old", "older"]
    assert (branch.branch, branch.current, branch.entry_count) == ("main", True, 4)


def test_the_current_branch_comes_first_then_the_latest(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    for second, branch in enumerate(("main", "feature/a", "zebra", "feature/b"), start=1):
        git.note(root, entry(branch=branch, second=second))
    repository = primary(root)
    assert [each.branch for each in repository.branches] == [
        *("main", "feature/b", "zebra", "feature/a")
    ]
    assert [each.current for each in repository.branches] == [True, False, False, False]
    assert values(read(root), "zebra") == {"plan": "x"}
    assert latest_entries(read(root), "unknown") == ()


def test_entries_on_commits_that_the_branch_left_are_still_its_own(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry())
    git(root, "commit", "-q", "--allow-empty", "--amend", "-m", "Another first")
    assert values(read(root)) == {"plan": "x"}


def test_a_detached_head_remembers_what_was_recorded_as_head(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry("on", "main", second=9))
    git.note(root, entry("on", "no branch", branch="HEAD"))
    git(root, "checkout", "-q", "--detach")
    assert primary(root).detached
    assert values(read(root)) == {"on": "no branch"}
    assert primary(root).branches[0].branch == "HEAD"


def test_two_entries_of_one_second_are_ordered_by_their_place(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry("plan", "first") + entry("plan", "second") + entry("plan", "third"))
    assert values(read(root)) == {"plan": "third"}


@pytest.mark.parametrize(
    "timestamp", ["", "yesterday", "0001-01-01T00:00:00+14:00", 1738850000, None]
)
def test_an_entry_whose_time_cannot_be_read_is_the_oldest(
    git: GitHelper, tmp_path: Path, timestamp: Any
) -> None:
    root = git.repository(tmp_path / "deck")
    odd = {"branch": "main", "timestamp": timestamp, "key": "plan", "value": "odd"}
    git.note(root, entry("plan", "timed") + "\n" + json.dumps(odd))
    assert values(read(root)) == {"plan": "timed"}


@pytest.fixture
def new_york() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


def test_times_are_compared_as_times_and_without_a_zone_are_utc(
    git: GitHelper, tmp_path: Path, new_york: None
) -> None:
    root = git.repository(tmp_path / "deck")
    times = ("2031-01-01T12:00:00+05:00", "2031-01-01T08:00:00.5Z", "2031-01-01T08:00:00")
    note = [{"branch": "main", "key": "plan", "value": each, "timestamp": each} for each in times]
    git.note(root, "\n".join(map(json.dumps, note)))
    assert values(read(root)) == {"plan": "2031-01-01T08:00:00.5Z"}


def test_damage_is_kept_and_costs_no_entry(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    broken = '{\n"branch": "main",\n"key": "b",\n"value": plain words\n}'
    for text in (entry("a"), broken, entry("c")):
        git.note(root, text)
    repository = primary(root)
    assert values(read(root)) == {"a": "x", "c": "x"}
    assert [span.text for span in repository.damaged] == [broken]
    assert repository.damaged[0].commit == git(root, "rev-parse", "HEAD")
    assert repository.problem is None


# Writes as shell agents do: the value is pasted into the object as it is, the
# note is added if the commit has none, and appended to otherwise.
SHELL_WRITER = """
remember() {
  where=$(git rev-parse --abbrev-ref HEAD)
  now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  text=$(cat <<END
{
  "branch": "$where",
  "timestamp": "$now",
  "key": "$1",
  "value": $2
}
END
)
  git notes --ref=refs/notes/agents add -m "$text" HEAD 2>/dev/null ||
    git notes --ref=refs/notes/agents append -m "$text" HEAD
}
"""


def test_what_a_shell_script_wrote_is_read(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    script = SHELL_WRITER + (
        """
        remember status '"all green"'
        remember count 3
        remember words forgot the quotes
        remember 'a "quoted" key' '"lost"'
        remember lines '"one
two"'
        remember tree '{"steps": ["build", {"deep": null}]}'
        git checkout -q -b feature/x
        remember status '"in work"'
        git checkout -q --detach
        remember status '"nowhere"'
        """
    )
    subprocess.run(["sh", "-ec", script], cwd=root, check=True, capture_output=True)
    notes = read(root)
    assert values(notes, "main") == {
        "status": "all green",
        "count": 3,
        "tree": {"steps": ["build", {"deep": None}]},
    }
    assert values(notes, "feature/x") == {"status": "in work"}
    assert values(notes) == values(notes, "HEAD") == {"status": "nowhere"}
    repository = notes.primary
    assert repository is not None
    assert [span.text.split('"key": ')[1].split("\n")[0] for span in repository.damaged] == [
        *('"words",', '"a "quoted" key",', '"lines",')
    ]


# --- Notes trees -------------------------------------------------------------


def tree(git: GitHelper, root: Path, lines: list[str]) -> str:
    return git(root, "mktree", "--missing", stdin="".join(f"{each}\n" for each in lines).encode())


def point_notes_at(git: GitHelper, root: Path, tree_id: str) -> None:
    git(root, "update-ref", REF, git(root, "commit-tree", tree_id, "-m", "notes"))


def blob(git: GitHelper, root: Path, text: str) -> str:
    return git(root, "hash-object", "-w", "--stdin", stdin=text.encode())


def test_a_fanned_out_tree_is_read(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    head = git(root, "rev-parse", "HEAD")
    inner = tree(git, root, [f"100644 blob {blob(git, root, entry())}\t{head[4:]}"])
    middle = tree(git, root, [f"040000 tree {inner}\t{head[2:4]}"])
    other = f"100644 blob {blob(git, root, entry('also'))}\t{head}"
    both = [f"040000 tree {middle}\t{head[:2]}", other]
    point_notes_at(git, root, tree(git, root, both))
    repository = primary(root)
    assert values(read(root)) == {"also": "x", "plan": "x"}
    assert {each.commit for each in repository.entries} == {head}
    assert sorted(each.position for each in repository.entries) == [0, 1]


def test_what_is_no_note_in_the_tree_is_passed_over(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    head = git(root, "rev-parse", "HEAD")
    text = blob(git, root, entry())
    lines = [
        f"100644 blob {text}\t{head}",
        f"100644 blob {text}\tREADME.md",
        f"100644 blob {text}\t{head[:-1]}",
        f"160000 commit {'a' * 40}\t{'b' * 40}",
        f"120000 blob {text}\t{'c' * 12}",
    ]
    point_notes_at(git, root, tree(git, root, lines))
    assert len(primary(root).entries) == 1
    assert primary(root).problem is None


def test_a_missing_note_is_told_and_the_others_are_shown(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    head = git(root, "rev-parse", "HEAD")
    lines = [
        f"100644 blob {'d' * 40}\t{'0' * 40}",
        f"100644 blob {blob(git, root, entry())}\t{head}",
    ]
    point_notes_at(git, root, tree(git, root, lines))
    repository = primary(root)
    assert [each.key for each in repository.entries] == ["plan"]
    assert repository.problem is not None
    assert "1 note of deck could not be read, the others are shown" in repository.problem


@pytest.mark.parametrize("cut", [8, 40])
def test_a_damaged_object_costs_one_note(git: GitHelper, tmp_path: Path, cut: int) -> None:
    root = git.repository(tmp_path / "deck", commits=5)
    for number, commit in enumerate(git(root, "rev-list", "HEAD").splitlines()):
        git.note(root, entry(f"k{number}", "words " * 500), on=commit)
    listed = git(root, "ls-tree", "-r", REF).splitlines()
    broken = listed[2].split()[2]
    path = root / ".git" / "objects" / broken[:2] / broken[2:]
    data = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(data[:cut] + b"\xff" * 8 + data[cut + 8 :])
    repository = primary(root)
    assert len(repository.entries) == 4
    assert repository.problem is not None
    # It is read again, although nothing moved, in case it was mended.
    notes = read(root)
    path.write_bytes(data)
    mended = read(root, previous=notes).primary
    assert mended is not None
    assert (len(mended.entries), mended.problem) == (5, None)


def test_an_object_that_is_not_what_it_says_costs_one_note(git: GitHelper, tmp_path: Path) -> None:
    """A loose object whose header promises more than there is stops git."""
    root = git.repository(tmp_path / "deck", commits=4)
    for number, commit in enumerate(git(root, "rev-list", "HEAD").splitlines()):
        git.note(root, entry(f"k{number}"), on=commit)
    broken = git(root, "ls-tree", "-r", REF).splitlines()[1].split()[2]
    path = root / ".git" / "objects" / broken[:2] / broken[2:]
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"blob 900\0short"))
    repository = primary(root)
    assert len(repository.entries) == 3
    assert "1 note of deck" in (repository.problem or "")


@pytest.mark.parametrize("what", ["blob", "lost tree", "lost commit"])
def test_a_notes_ref_that_leads_nowhere_is_told(git: GitHelper, tmp_path: Path, what: str) -> None:
    root = git.repository(tmp_path / "deck")
    if what == "blob":
        git(root, "update-ref", REF, blob(git, root, "no notes"))
    elif what == "lost tree":
        point_notes_at(git, root, tree(git, root, [f"040000 tree {'e' * 40}\tab"]))
    else:
        path = root / ".git" / "refs" / "notes"
        path.mkdir(parents=True)
        (path / "agents").write_text("f" * 40 + "\n", encoding="utf-8")
    repository = primary(root)
    assert repository.problem is not None
    assert "git ls-tree failed in" in repository.problem
    assert (repository.branch, repository.branches) == ("main", ())


# --- Which repositories ------------------------------------------------------


def test_a_workspace_without_notes_has_none_and_no_problem(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    repository = primary(root)
    assert (repository.tip, repository.branches, repository.problem) == (None, (), None)
    assert (repository.name, repository.branch) == ("deck", "main")


def test_an_unborn_branch_is_read(git: GitHelper, tmp_path: Path) -> None:
    repository = primary(git.repository(tmp_path / "deck", commits=0))
    assert (repository.branch, repository.head, repository.problem) == ("main", None, None)


def test_a_workspace_in_a_folder_of_a_repository_reads_all_its_notes(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    (root / "agents" / "one").mkdir(parents=True)
    git.note(root, entry())
    assert primary(root / "agents" / "one").root == root
    assert values(read(root / "agents" / "one")) == {"plan": "x"}
    (tmp_path / "link").symlink_to(root / "agents" / "one")
    assert primary(tmp_path / "link").root == root


def test_a_linked_worktree_reads_the_common_notes_for_its_own_branch(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry())
    git.note(root, entry("side", branch="side"))
    git(root, "worktree", "add", "-q", tmp_path / "side")
    assert values(read(tmp_path / "side")) == {"side": "x"}


@pytest.mark.parametrize("option", ["--object-format=sha256", "--ref-format=reftable"])
def test_repositories_of_newer_formats_are_read(
    git: GitHelper, tmp_path: Path, option: str
) -> None:
    try:
        root = git.repository(tmp_path / "deck", option)
    except AssertionError:
        pytest.skip(f"the installed git knows no {option}")
    git.note(root, entry())
    assert values(read(root)) == {"plan": "x"}


def test_a_bare_repository_is_read(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry())
    git(tmp_path, "clone", "-q", "--mirror", root, "deck.git")
    assert values(read(tmp_path / "deck.git")) == {"plan": "x"}


def test_several_repositories_are_read_and_the_workspaces_own_is_first(
    git: GitHelper, tmp_path: Path, home: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry("own"))
    for place in (tmp_path / "code", home / "site"):
        git.note(git.repository(place), entry(place.name))
    notes = read(root, "../code", "~/site", str(tmp_path / "code"), ".")
    assert [each.name for each in notes.repositories] == ["deck", "code", "site"]
    assert [each.entries[0].key for each in notes.repositories] == ["own", "code", "site"]
    assert values(notes) == {"own": "x"}


def test_repositories_of_one_name_are_told_apart(git: GitHelper, tmp_path: Path) -> None:
    for place in ("one/api", "two/api", "two/x/api"):
        git.repository(tmp_path / place)
    (tmp_path / "logs").mkdir()
    notes = read(tmp_path / "logs", "../one/api", "../two/api", "../two/x/api", "../logs")
    assert [each.name for each in notes.repositories] == ["one/api", "two/api", "x/api", "logs"]


def test_a_workspace_in_no_repository_takes_the_first_configured_one(
    git: GitHelper, tmp_path: Path
) -> None:
    git.note(git.repository(tmp_path / "code"), entry())
    (tmp_path / "logs").mkdir()
    assert primary(tmp_path / "logs", "../code").name == "code"
    assert values(read(tmp_path / "logs", "../code")) == {"plan": "x"}


def test_a_repository_that_cannot_be_read_does_not_hide_the_others(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry())
    (tmp_path / "plain").mkdir()
    notes = read(root, "../gone", "../plain", "~nobody/x", "a\0b", "\udcff")
    assert values(notes) == {"plan": "x"}
    problems = [each.problem for each in notes.repositories]
    assert problems[0] is None
    assert all(problems[1:])
    assert "is not there" in (problems[1] or "")
    assert "is in no git repository; correct the setting" in (problems[2] or "")


def test_without_any_repository_the_words_say_what_to_do(tmp_path: Path) -> None:
    notes = read(tmp_path)
    assert notes.repositories == ()
    assert notes.problem is not None
    assert "is in no git repository, so there are no notes; `git init`" in notes.problem
    assert latest_entries(notes) == ()
    assert read(tmp_path, previous=notes) is notes


def test_without_git_the_words_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    notes = read(tmp_path, "elsewhere")
    assert (notes.repositories, latest_entries(notes)) == ((), ())
    assert "git is not installed" in (notes.problem or "")


def test_a_ref_that_is_none_is_told(tmp_path: Path) -> None:
    notes = read_notes(tmp_path, (), "--upload-pack=evil")
    assert "is no full ref name" in (notes.problem or "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_workspace_of_another_user_is_told(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    for path in (root, root / ".git"):
        os.chown(path, 12345, 12345)
    repository = primary(root)
    assert (repository.name, repository.branch) == ("deck", None)
    assert "belongs to another user" in (repository.problem or "")
    assert latest_entries(read(root)) == ()


# --- Reading again -----------------------------------------------------------


def test_nothing_changed_is_the_same_object(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry())
    git.repository(tmp_path / "code")
    before = read(root, "../code", "../gone")
    assert read(root, "../code", "../gone", previous=before) is before


def test_only_what_changed_is_new(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git.repository(tmp_path / "code")
    git.note(root, entry() + entry("other", branch="side"))
    before = read(root, "../code")
    git.note(root, entry("plan", "again", second=7))
    after = read(root, "../code", previous=before)
    assert after is not before
    assert after.repositories[1] is before.repositories[1]
    assert after.repositories[0].of_branch("side") is before.repositories[0].of_branch("side")
    assert after.repositories[0].of_branch("main") is not before.repositories[0].of_branch("main")
    assert values(after) == {"plan": "again"}


def test_a_changed_kind_of_value_is_a_change(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    head = git(root, "rev-parse", "HEAD")
    git.notes_at_once(root, [(head, entry(value=1).encode())])
    before = read(root)
    git.notes_at_once(root, [(head, entry(value=True).encode())])
    assert values(read(root, previous=before)) == {"plan": True}
    assert values(read(root, previous=before))["plan"] is True


def test_another_branch_is_current_after_a_switch(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry() + entry("other", branch="side") + entry(branch="third"))
    before = read(root)
    git(root, "checkout", "-q", "-b", "side")
    after = read(root, previous=before)
    assert values(after) == {"other": "x"}
    assert [each.branch for each in after.repositories[0].branches] == ["side", "main", "third"]
    assert after.repositories[0].of_branch("third") is before.repositories[0].of_branch("third")


def test_removed_notes_are_gone(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry())
    before = read(root)
    git(root, "update-ref", "-d", REF)
    after = read(root, previous=before)
    assert (after.repositories[0].tip, after.repositories[0].branches) == (None, ())


def test_processes_are_three_at_first_and_one_when_nothing_changed(
    git: GitHelper, tmp_path: Path, git_started: Callable[[], list[str]]
) -> None:
    """Two thousand notes cost as many processes as one."""
    root = git.repository(tmp_path / "deck", commits=0)
    commits = b"".join(
        b"commit refs/heads/main\ncommitter A <a@example.invalid> %d +0000\ndata 1\nx\n" % number
        for number in range(2000)
    )
    git(root, "fast-import", "--quiet", stdin=commits)
    ids = git(root, "rev-list", "main").splitlines()
    git.notes_at_once(
        root,
        [
            (each, entry(f"k{number}", second=number % 60).encode())
            for number, each in enumerate(ids)
        ],
    )
    git_started()
    notes = read(root)
    assert len(latest_entries(notes)) == 2000
    assert [line.split()[2] for line in git_started()] == ["rev-parse", "ls-tree", "cat-file"]
    assert read(root, previous=notes) is notes
    assert [line.split()[2] for line in git_started()] == ["rev-parse"]
    git(root, "checkout", "-q", "--orphan", "fresh")
    git_started()
    assert read(root, previous=notes) is not notes
    assert [line.split()[2] for line in git_started()] == ["rev-parse"]
