"""What the notes looked like earlier, and who changed them when."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memdeck.errors import NothingFound, Unusable, WrongUsage
from memdeck.git import Git
from memdeck.model import RepositoryNotes
from memdeck.notes.history import notes_at, notes_commits
from memdeck.notes.reader import read_notes

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"


def entry(key: str, value: Any = "x", branch: str = "main", second: int = 0) -> str:
    timestamp = f"2031-05-04T03:02:{second:02}Z"
    return json.dumps({"branch": branch, "timestamp": timestamp, "key": key, "value": value})


def now(root: Path) -> RepositoryNotes:
    notes = read_notes(root, (), REF).primary
    assert notes is not None
    return notes


def latest(notes: RepositoryNotes, branch: str = "main") -> dict[str, Any]:
    found = notes.of_branch(branch)
    return {each.latest.key: each.latest.value for each in (found.keys if found else ())}


def test_the_whole_store_as_it_was_at_each_of_its_commits(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck", commits=2)
    git.note(root, entry("plan", "first", second=1))
    git.note(root, entry("plan", "second", second=2))
    git.note(root, entry("side", 1, branch="side"), on="HEAD~1")
    git(root, "notes", f"--ref={REF}", "remove", "HEAD")
    commits = notes_commits(Git(root), REF)
    assert len(commits) == 4
    stores = [notes_at(Git(root), REF, each.id) for each in commits]
    assert [latest(each) for each in stores] == [
        *({}, {"plan": "second"}, {"plan": "second"}, {"plan": "first"})
    ]
    assert [latest(each, "side") for each in stores] == [{"side": 1}, {"side": 1}, {}, {}]
    assert [each.tip for each in stores] == [each.id for each in commits]
    assert [len(each.entries) for each in stores] == [1, 3, 2, 1]
    assert (stores[0].name, stores[0].root, stores[0].branch) == ("deck", root, "main")


def test_from_what_is_known_only_the_notes_that_differ_are_read(
    git: GitHelper, tmp_path: Path, git_started: Callable[[], list[str]]
) -> None:
    root = git.repository(tmp_path / "deck", commits=2)
    git.note(root, entry("stays", branch="side"), on="HEAD~1")
    git.note(root, entry("plan", "first"))
    git.note(root, entry("plan", "second", second=2))
    git.note(root, "{}", ref="refs/notes/mem-main")
    today = now(root)
    earlier = notes_commits(Git(root), REF)[1]
    git_started()
    then = notes_at(Git(root), REF, earlier.id, now=today)
    assert "diff-tree" in [line.split()[2] for line in git_started()]
    assert then.of_branch("side") is today.of_branch("side")
    assert latest(then) == {"plan": "first"}
    assert (then.name, then.dialects) == (today.name, ())
    assert latest(today) == {"plan": "second"}


def test_commits_are_told_with_time_actor_and_words(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    environment = {"GIT_COMMITTER_DATE": "2031-01-01T05:00:00+05:00", "GIT_COMMITTER_NAME": "Zoë"}
    git.note(root, entry("a"), environment=environment)
    first = git(root, "rev-parse", REF)
    tree = git(root, "rev-parse", REF + "^{tree}")
    message = "Words \x1b[31m of a\ttab\n\nand more"
    second = git(root, "commit-tree", tree, "-p", first, "-F", "-", stdin=message.encode())
    merge = git(root, "commit-tree", tree, "-p", second, "-p", first, "-m", "")
    git(root, "update-ref", REF, merge)
    commits = {each.id: each for each in notes_commits(Git(root), REF)}
    assert set(commits) == {first, second, merge}
    assert commits[first].when == datetime(2031, 1, 1, tzinfo=UTC)
    assert commits[first].actor == "Zoë"
    assert commits[first].words == "Notes added by 'git notes append'"
    assert commits[second].words == "Words \x1b[31m of a\ttab"
    assert (commits[merge].words, commits[merge].parents) == ("", (second, first))


def test_only_so_many_commits_are_told_as_asked_for(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    for number in range(4):
        git.note(root, entry("a", number))
    commits = notes_commits(Git(root), REF)
    assert notes_commits(Git(root), REF, limit=2) == commits[:2]
    assert notes_commits(Git(root), REF, limit=0) == ()
    assert notes_commits(Git(root), "refs/notes/none") == ()
    with pytest.raises(WrongUsage):
        notes_commits(Git(root), "--all")


@pytest.mark.parametrize("name", ["HEAD", "main", "f" * 40, "--all", "", "nonsense", "a\nb"])
def test_what_is_no_commit_of_the_notes_is_refused_in_words(
    git: GitHelper, tmp_path: Path, name: str
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry("a"))
    with pytest.raises(NothingFound, match="is no commit in the history of refs/notes/agents"):
        notes_at(Git(root), REF, name)
    with pytest.raises(NothingFound):
        notes_at(Git(root), "refs/notes/none", name)


def test_names_that_git_knows_are_taken(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, entry("a", 1))
    git.note(root, entry("a", 2, second=1))
    assert latest(notes_at(Git(root), REF, f"{REF}~1")) == {"a": 1}
    assert latest(notes_at(Git(root), REF, git(root, "rev-parse", "--short", REF))) == {"a": 2}


def test_outside_of_a_repository_it_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unusable):
        notes_at(Git(tmp_path), REF, "HEAD")
