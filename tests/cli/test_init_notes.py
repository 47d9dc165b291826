"""`memdeck init` in a repository: what it sets for the notes, and what it only tells."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Caller

Git = Any
FETCH = "+refs/notes/agents*:refs/memdeck/remote/origin/agents*"


@pytest.fixture
def shared(agent: Path, git: Git, tmp_path: Path) -> Path:
    """The small workspace as a repository with a remote that has no notes."""
    git.repository(agent)
    git(tmp_path, "init", "-q", "--bare", tmp_path / "far")
    git(agent, "remote", "add", "origin", tmp_path / "far")
    git(agent, "push", "-q", "origin", "main")
    return agent


def fetches(git: Git, root: Path) -> list[str]:
    lines: list[str] = git(root, "config", "--get-all", "remote.origin.fetch").split("\n")
    return lines


def test_fetching_works_before_the_remote_has_notes_and_after(
    shared: Path, call: Caller, git: Git
) -> None:
    assert call("init").code == 0
    git(shared, "fetch", "origin")
    git.note(shared, "{}")
    git(shared, "push", "-q", "origin", "refs/notes/agents")
    git(shared, "fetch", "origin")
    assert git(shared, "rev-parse", "refs/memdeck/remote/origin/agents") == git(
        shared, "rev-parse", "refs/notes/agents"
    )


def test_what_was_set_is_told_and_the_second_time_left_as_it_is(shared: Path, call: Caller) -> None:
    said = call("init")
    assert f"Set remote.origin.fetch to {FETCH}" in said.err
    assert "Set notes.rewriteRef to refs/notes/agents" in said.err
    before = (shared / ".git" / "config").read_bytes()
    said = call("init")
    assert "Set " not in said.err
    assert said.err.count("already: left as it is") >= 2
    assert (shared / ".git" / "config").read_bytes() == before


def test_a_refspec_that_stops_every_fetch_is_replaced(shared: Path, call: Caller, git: Git) -> None:
    git(shared, "config", "--add", "remote.origin.fetch", FETCH.replace("*", ""))
    assert call("init").code == 0
    assert fetches(git, shared) == ["+refs/heads/*:refs/remotes/origin/*", FETCH]
    git(shared, "fetch", "origin")


def test_what_harms_is_told_and_left(shared: Path, call: Caller, git: Git) -> None:
    git(shared, "config", "--add", "remote.origin.push", "refs/notes/agents")
    git(shared, "config", "--add", "remote.origin.fetch", "+refs/notes/*:refs/notes/*")
    said = call("init")
    assert "remote.origin.push = refs/notes/agents: " in said.err
    assert "remote.origin.fetch = +refs/notes/*:refs/notes/*: " in said.err
    assert git(shared, "config", "--get-all", "remote.origin.push") == "refs/notes/agents"
    assert fetches(git, shared)[-1] == FETCH


def test_init_in_a_worktree_sets_it_for_the_repository(
    shared: Path, git: Git, tmp_path: Path, call_in: Callable[[Path], Caller]
) -> None:
    git(shared, "worktree", "add", "-q", tmp_path / "beside")
    assert call_in(tmp_path / "beside")("init").code == 0
    assert fetches(git, shared)[-1] == FETCH


@pytest.mark.parametrize(("value", "told"), [("false", True), ("true", False), ("always", False)])
def test_that_there_is_no_reflog_is_told(
    shared: Path, call: Caller, git: Git, value: str, told: bool
) -> None:
    git(shared, "config", "core.logAllRefUpdates", value)
    said = call("init")
    assert ("keeps no reflog of the notes" in said.err) == told
    assert git(shared, "config", "core.logAllRefUpdates") == value
