"""`memdeck notes`: the latest entry, the branches, the history; words where there is nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Caller

Git = Any


def stored(branch: str, stamp: str, key: str, value: object) -> str:
    return json.dumps({"branch": branch, "timestamp": stamp, "key": key, "value": value}, indent=2)


@pytest.fixture
def noted(agent: Path, git: Git) -> Path:
    """The small workspace as a repository, with notes on two branches."""
    git.repository(agent)
    git.note(agent, stored("main", "2026-02-05T08:00:00Z", "task.status", "begun"))
    git.note(agent, stored("main", "2026-02-06T09:00:00Z", "task.status", {"state": "waiting"}))
    git.note(agent, stored("main", "2026-02-06T10:00:00Z", "tide", "low at\nsix"))
    git.note(agent, stored("fog", "2026-02-06T11:00:00Z", "tide", 7))
    return agent


def test_the_latest_entry_of_a_key_is_printed(noted: Path, call: Caller) -> None:
    said = call("notes", "get", "task.status")
    assert (said.code, said.text) == (0, '{"state":"waiting"}\n')
    assert "task.status on main, 2026-02-06T09:00:00Z" in said.err
    assert call("notes", "get", "tide").text == "low at\nsix\n"


def test_without_a_key_it_is_the_latest_of_all(noted: Path, call: Caller) -> None:
    assert call("notes", "get").text == "low at\nsix\n"


def test_another_branch_may_be_asked(noted: Path, call: Caller) -> None:
    assert call("notes", "get", "tide", "--branch", "fog").text == "7\n"


def test_as_json_it_is_the_entry_as_stored(noted: Path, call: Caller) -> None:
    document = json.loads(call("notes", "get", "task.status", "--json").out)
    assert list(document)[:4] == ["branch", "timestamp", "key", "value"]
    assert document["value"] == {"state": "waiting"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["get", "nothing"],
        ["get", "task.status", "--branch", "fog"],
        ["get", "--branch", "gone"],
        ["log", "nothing"],
        ["log", "--branch", "-rf"],
        ["get", "--", "--upload-pack=x"],
        ["get", "\x1b[2J"],
    ],
)
def test_nothing_found_ends_with_1(noted: Path, call: Caller, arguments: list[str]) -> None:
    said = call("notes", *arguments)
    assert (said.code, said.out) == (1, b"")
    assert said.err.startswith("memdeck: There is no ")
    assert "\x1b" not in said.err


def test_branches_are_listed_with_their_number_of_entries(noted: Path, call: Caller) -> None:
    document = json.loads(call("notes", "list", "--json").out)
    assert sorted(document, key=lambda each: each["count"]) == [
        {"branch": "fog", "count": 1},
        {"branch": "main", "count": 3},
    ]
    assert sorted(call("notes", "list").text.split("\n")) == ["", "fog  1", "main  3"]


def test_the_log_goes_back_from_the_newest(noted: Path, call: Caller) -> None:
    stamps = [each["timestamp"][8:13] for each in json.loads(call("notes", "log", "--json").out)]
    assert stamps == ["06T10", "06T09", "05T08"]
    said = call("notes", "log", "task.status")
    assert said.text == (
        '2026-02-06T09:00:00Z  task.status  {"state":"waiting"}\n'
        "2026-02-05T08:00:00Z  task.status  begun\n"
    )


def test_a_repository_without_notes_lists_none(agent: Path, git: Git, call: Caller) -> None:
    git.repository(agent)
    said = call("notes", "list")
    assert (said.code, said.out) == (0, b"")
    assert "stored anything" in said.err
    assert json.loads(call("notes", "list", "--json").out) == []
    assert call("notes", "get").code == 1


@pytest.mark.parametrize("arguments", [["get"], ["list"], ["log"], ["list", "--json"]])
def test_no_repository_cannot_be_used(call: Caller, arguments: list[str]) -> None:
    said = call("notes", *arguments)
    assert (said.code, said.out) == (4, b"")
    assert "repository" in said.err


def test_damage_is_counted_beside_what_is_printed(noted: Path, git: Git, call: Caller) -> None:
    git.note(noted, '{\n  "branch": "main",\n  "value": not quoted\n}')
    said = call("notes", "get", "tide")
    assert (said.code, said.text) == (0, "low at\nsix\n")
    assert "1 damaged entry" in said.err


def test_hostile_text_is_shown_harmless_and_stays_whole_in_json(
    noted: Path, git: Git, call: Caller
) -> None:
    evil = "\x1b]52;c;ZXZpbA==\x07 \u202e"
    git.note(noted, stored("main", "2026-02-06T12:00:00Z", evil, evil))
    for arguments in (["log"], ["list"]):
        said = call("notes", *arguments)
        assert "\x1b" not in said.text
        assert "\x1b" not in said.err
    assert json.loads(call("notes", "log", "--json").out)[0]["key"] == evil
    # A program that reads the value gets it as it is.
    assert call("notes", "get", evil).text == evil + "\n"
    assert "\x1b" not in call("notes", "get", evil).err


def test_a_detached_head_reads_what_was_stored_detached(
    noted: Path, git: Git, call: Caller
) -> None:
    git(noted, "checkout", "-q", "--detach")
    git.note(noted, stored("HEAD", "2026-02-06T12:00:00Z", "where", "adrift"))
    assert call("notes", "get").text == "adrift\n"


def test_a_second_repository_is_named(noted: Path, git: Git, call: Caller, tmp_path: Path) -> None:
    other = git.repository(tmp_path / "code")
    git.note(other, stored("main", "2026-02-06T12:00:00Z", "build", "green"))
    with (noted / "memdeck.toml").open("a", encoding="utf-8") as file:
        file.write('[notes]\nrepositories = ["../code"]\n')
    rows = json.loads(call("notes", "list", "--json").out)
    assert {(each["repository"], each["branch"], each["count"]) for each in rows} == {
        ("agent", "main", 3),
        ("agent", "fog", 1),
        ("code", "main", 1),
    }
    assert call("notes", "get").text == "low at\nsix\n"


def test_git_missing_is_said(
    noted: Path, call: Caller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = call("notes", "get")
    assert said.code == 4
    assert "git is not installed" in said.err


def test_the_made_workspace_has_an_entry_for_its_branch(
    made: Path, call_in: Callable[[Path], Caller]
) -> None:
    said = call_in(made)("notes", "get", "--json")
    assert said.code == 0
    assert json.loads(said.out)["branch"] == "feature/cache"
