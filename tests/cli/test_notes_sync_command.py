"""`memdeck notes sync`: what it asks, what it says, how it ends."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Caller

Git = Any
REF = "refs/notes/agents"


def stored(key: str, value: object = "x") -> str:
    return json.dumps(
        {"branch": "main", "timestamp": "2026-02-05T08:00:00Z", "key": key, "value": value}
    )


@pytest.fixture
def noted(agent: Path, git: Git, tmp_path: Path) -> Path:
    """The small workspace with a note, and a bare remote."""
    git.repository(agent)
    git(agent, "init", "-q", "--bare", tmp_path / "bare.git")
    git(agent, "remote", "add", "origin", tmp_path / "bare.git")
    git.note(agent, stored("tide"))
    return agent


@pytest.fixture
def other(noted: Path, git: Git, tmp_path: Path) -> Path:
    """Another clone, with a note of its own."""
    root = git.repository(tmp_path / "other")
    (root / "MEMORY.md").touch()
    git(root, "remote", "add", "origin", tmp_path / "bare.git")
    git.note(root, stored("fog"))
    return root


def test_without_a_terminal_the_first_push_needs_yes(
    noted: Path, call: Caller, git: Git, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.git"
    said = call("notes", "sync")
    assert (said.code, said.out) == (3, b"")
    assert said.err == (
        f"1 entry would be sent to origin ({bare}) for the first time.\n"
        f"memdeck: Nothing was sent to origin ({bare}), to which no notes were sent before: "
        "`memdeck notes sync origin --yes` agrees to it.\n"
    )
    assert git(bare, "for-each-ref") == ""
    said = call("notes", "sync", "--yes")
    assert (said.code, said.out) == (0, b"")
    assert said.err.endswith(f"origin ({bare}): 1 entry sent.\n")
    assert git(bare, "for-each-ref", "--format=%(refname)") == REF
    assert call("notes", "sync").err == f"origin ({bare}): both sides had the same.\n"


def test_on_a_terminal_it_asks(noted: Path, call: Caller, git: Git, tmp_path: Path) -> None:
    call.terminal = True
    said = call("notes", "sync", stdin="n\n")
    assert said.code == 3
    assert "Send them? [y/N]" in said.err
    assert call("notes", "sync", stdin="y\n").code == 0
    git.note(noted, stored("fog"))
    said = call("notes", "sync")
    assert (said.code, "Send them?" in said.err) == (0, False)


def test_secrets_are_named_before_and_not_shown(noted: Path, call: Caller, git: Git) -> None:
    token = "ghp_" + "a1B2" * 9
    for number in range(7):
        git.note(noted, stored(f"login{number}", {"token": token}))
    said = call("notes", "sync")
    assert "What looks like a secret (GitHub token) is in login0 on main." in said.err
    assert "And 2 more secrets." in said.err
    assert token not in said.err
    said = call("notes", "sync", "--yes", "--json")
    assert "(GitHub token) was sent with login0 on main." in said.err
    assert len(json.loads(said.out)["remotes"][0]["secrets"]) == 7


def test_as_json_it_is_one_document(
    noted: Path, other: Path, call: Caller, call_in: Callable[[Path], Caller], git: Git
) -> None:
    assert call("notes", "sync", "--yes").code == 0
    said = call_in(other)("notes", "sync", "origin", "--yes", "--json")
    assert said.code == 0
    document = json.loads(said.out)
    (row,) = document["remotes"]
    assert document["ok"] is True
    assert (row["received"], row["sent"], row["error"]) == (1, 1, None)
    assert row["tip"] == git(other, "rev-parse", REF)
    assert call("notes", "sync").err.endswith(": 1 entry received.\n")
    assert {"tide", "fog"} == {
        each["key"] for each in json.loads(call("notes", "log", "--json").out)
    }


def test_a_remote_that_is_away_ends_with_4_and_the_others_are_done(
    noted: Path, call: Caller, git: Git, tmp_path: Path
) -> None:
    for name in ("first", "last"):
        git(noted, "init", "-q", "--bare", tmp_path / f"{name}.git")
        git(noted, "remote", "add", name, tmp_path / f"{name}.git")
    for name in ("origin", "first", "last"):
        assert call("notes", "sync", name, "--yes").code == 0
    (tmp_path / "first.git").rename(tmp_path / "away.git")
    git.note(noted, stored("fog"))
    said = call("notes", "sync", "--json")
    assert said.code == 4
    assert "memdeck: first (" in said.err
    document = json.loads(said.out)
    assert document["ok"] is False
    assert [(each["remote"], bool(each["error"])) for each in document["remotes"]] == [
        ("origin", False),
        ("first", True),
        ("last", False),
    ]
    for name in ("bare", "last"):
        assert git(tmp_path / f"{name}.git", "rev-parse", REF) == git(noted, "rev-parse", REF)


def test_what_a_later_remote_brings_goes_to_those_before_it(
    noted: Path, other: Path, call: Caller, git: Git, tmp_path: Path
) -> None:
    git(noted, "init", "-q", "--bare", tmp_path / "second.git")
    for root in (noted, other):
        git(root, "remote", "add", "second", tmp_path / "second.git")
    for name in ("origin", "second"):
        call("notes", "sync", name, "--yes")
    git(other, "fetch", "-q", "second", f"+{REF}:{REF}")
    git.note(other, stored("late"))
    git(other, "push", "-q", "second", REF)
    said = call("notes", "sync", "--json")
    assert [(each["received"], each["sent"]) for each in json.loads(said.out)["remotes"]] == [
        (0, 1),
        (1, 0),
    ]
    assert git(tmp_path / "bare.git", "rev-parse", REF) == git(noted, "rev-parse", REF)


def test_what_is_not_there_is_said(agent: Path, call: Caller, git: Git, tmp_path: Path) -> None:
    said = call("notes", "sync")
    assert (said.code, "in no git repository" in said.err) == (4, True)
    git.repository(agent)
    said = call("notes", "sync")
    assert (said.code, "has no remote" in said.err) == (4, True)
    for name in ("up", "down"):
        git(agent, "remote", "add", name, tmp_path / name)
    said = call("notes", "sync")
    assert (said.code, "name one: up, down" in said.err) == (2, True)
    for name in ("--", "nowhere", "\x1b[2J"):
        said = call("notes", "sync", "--", name)
        assert (said.code, "There is no remote" in said.err) == (2, True)
        assert "\x1b" not in said.err
    assert call("notes", "sync", "--upload-pack=x").code == 2


def test_neither_side_has_notes(agent: Path, call: Caller, git: Git, tmp_path: Path) -> None:
    git.repository(agent)
    git(agent, "init", "-q", "--bare", tmp_path / "bare.git")
    git(agent, "remote", "add", "only", tmp_path / "bare.git")
    said = call("notes", "sync")
    assert (said.code, said.err) == (
        0,
        f"only ({tmp_path / 'bare.git'}): neither side has notes yet.\n",
    )


def test_the_repository_may_be_one_that_the_settings_name(
    noted: Path, git: Git, tmp_path: Path, call_in: Callable[[Path], Caller]
) -> None:
    root = tmp_path / "elsewhere"
    root.mkdir()
    (root / "MEMORY.md").touch()
    (root / "memdeck.toml").write_text('[notes]\nrepositories = ["../agent"]\n')
    assert call_in(root)("notes", "sync", "--yes").code == 0
    assert git(tmp_path / "bare.git", "rev-parse", REF) == git(noted, "rev-parse", REF)
