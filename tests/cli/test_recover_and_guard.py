"""`memdeck notes recover` and `notes guard`: what was dropped, and a hook against it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from .conftest import Caller

Git = Any
REF = "refs/notes/agents"


def entry(key: str, value: object = "begun") -> str:
    fields = {"branch": "main", "timestamp": "2026-02-06T08:00:00Z", "key": key, "value": value}
    return json.dumps(fields, indent=2)


@pytest.fixture
def raced(agent: Path, git: Git) -> Path:
    """The small workspace as a repository, in which `tide` was dropped and `fog` was removed."""
    git.repository(agent, commits=3)
    git.note(agent, entry("first"), on="HEAD~1")
    git.note(agent, entry("fog"), on="HEAD~2")
    git(agent, "notes", f"--ref={REF}", "remove", "HEAD~2")
    read = git(agent, "rev-parse", REF)
    git.note(agent, entry("tide", "low at\x1b[2J six"))
    git(agent, "update-ref", "refs/notes/stale", read)
    git.note(agent, entry("late"), ref="refs/notes/stale")
    late = git(agent, "rev-parse", "refs/notes/stale")
    git(agent, "update-ref", "-m", "notes: Notes added by 'git notes append'", REF, late)
    return agent


def stored_keys(call: Caller) -> list[str]:
    return sorted(each["key"] for each in json.loads(call("notes", "log", "--json").out))


def test_what_was_dropped_is_listed_with_when_and_by_what(raced: Path, call: Caller) -> None:
    said = call("notes", "recover")
    assert said.code == 1
    (row,) = said.text.splitlines()
    assert "tide on main = low at" in row
    assert "raced" in row
    assert "Notes added by 'git notes append' (Ada Example <ada@example.invalid>)" in row
    assert "\x1b" not in said.text + said.err
    assert "fog on main" in said.err
    assert "on purpose" in said.err
    assert "--apply" in said.err
    assert stored_keys(call) == ["first", "late"]


def test_apply_puts_it_back_once(raced: Path, call: Caller, git: Git) -> None:
    said = call("notes", "recover", "--apply")
    assert said.code == 0, said.err
    assert "Put 1 entry back" in said.err
    assert stored_keys(call) == ["first", "late", "tide"]
    tip = git(raced, "rev-parse", REF)
    said = call("notes", "recover", "--apply")
    assert (said.code, said.out) == (0, b"")
    assert "Nothing was dropped" in said.err
    assert git(raced, "rev-parse", REF) == tip


def test_as_json_it_is_one_document(raced: Path, call: Caller) -> None:
    said = call("notes", "recover", "--json")
    document = json.loads(said.out)
    assert said.code == 1
    (item,) = document["dropped"]
    assert (item["cause"], item["entry"]["key"]) == ("raced", "tide")
    assert item["entry"]["value"] == "low at\x1b[2J six"
    assert [each["entry"]["key"] for each in document["removed"]] == ["fog"]
    assert document["reflog"] == {"updates": 5, "begins": None, "unreadable": 0, "problem": None}
    assert document["put_back"] == []
    said = call("notes", "recover", "--apply", "--json")
    assert (said.code, json.loads(said.out)["put_back"]) == (0, [item["id"]])


def test_an_id_puts_back_that_one_also_what_was_removed_on_purpose(
    raced: Path, call: Caller
) -> None:
    document = json.loads(call("notes", "recover", "--json").out)
    said = call("notes", "recover", "--apply", document["removed"][0]["id"])
    assert said.code == 1, "tide is still missing"
    assert stored_keys(call) == ["first", "fog", "late"]
    said = call("notes", "recover", "--apply", "no-such-id")
    assert said.code == 1
    assert "no-such-id" in said.err


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1)])
def test_on_a_terminal_it_asks(raced: Path, call: Caller, answer: str, code: int) -> None:
    said = replace(call, terminal=True)("notes", "recover", stdin=answer)
    assert "Put 1 entry back?" in said.err
    assert said.code == code
    assert ("tide" in stored_keys(call)) == (code == 0)


def test_damage_is_listed_as_text(raced: Path, call: Caller, git: Git) -> None:
    read = git(raced, "rev-parse", REF)
    git.note(raced, '{\n"key": low at six\n}')
    git(raced, "update-ref", REF, read)
    items = json.loads(call("notes", "recover", "--json").out)["dropped"]
    assert [each.get("text") for each in items] == [None, '{\n"key": low at six\n}']
    assert "(damaged)" in call("notes", "recover").text
    assert call("notes", "recover", "--apply").code == 0


def test_where_nothing_can_be_told_it_is_said(agent: Path, call: Caller, git: Git) -> None:
    assert call("notes", "recover").code == 4
    git.repository(agent)
    said = call("notes", "recover")
    assert (said.code, said.out) == (0, b"")
    assert "There is no refs/notes/agents" in said.err
    git(agent, "config", "core.logAllRefUpdates", "false")
    git.note(agent, entry("first"))
    said = call("notes", "recover", "--json")
    assert "no reflog" in json.loads(said.out)["reflog"]["problem"]


def test_another_repository_of_the_settings_is_looked_at(
    agent: Path, git: Git, call: Caller, tmp_path: Path
) -> None:
    git.repository(tmp_path / "code")
    git.note(tmp_path / "code", entry("first"))
    git(tmp_path / "code", "notes", f"--ref={REF}", "remove", "HEAD")
    with (agent / "memdeck.toml").open("a", encoding="utf-8") as file:
        file.write('[notes]\nrepositories = ["../code"]\n')
    assert "first on main" in call("notes", "recover").err


# --- The guard -----------------------------------------------------------------------


def test_the_guard_comes_and_goes(raced: Path, call: Caller) -> None:
    hook = raced / ".git" / "hooks" / "reference-transaction"
    said = call("notes", "guard", "install")
    assert (said.code, said.text) == (0, f"{hook}\n")
    assert "MEMDECK_GUARD=off git notes" in said.err
    assert hook.stat().st_mode & 0o111
    assert "already" in call("notes", "guard", "install").err
    said = call("notes", "guard", "remove")
    assert (said.code, said.out, hook.exists()) == (0, b"", False)
    said = call("notes", "guard", "remove")
    assert (said.code, "no guard" in said.err) == (0, True)


def test_the_guard_does_not_stop_memdeck(raced: Path, call: Caller) -> None:
    call("notes", "guard", "install")
    assert call("notes", "set", "tide.next", "7").code == 0
    assert call("notes", "recover", "--apply").code == 0
    assert stored_keys(call) == ["first", "late", "tide", "tide.next"]


@pytest.mark.parametrize("what", ["hook", "setting"])
def test_the_guard_is_refused_where_something_is_in_its_place(
    raced: Path, call: Caller, git: Git, what: str
) -> None:
    hook = raced / ".git" / "hooks" / "reference-transaction"
    if what == "hook":
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\n")
    else:
        git(raced, "config", "core.hooksPath", "/somewhere")
    said = call("notes", "guard", "install")
    assert (said.code, said.out) == (3, b"")
    assert said.err.startswith("memdeck: ")
    assert hook.exists() == (what == "hook")


def test_both_are_in_the_help(call_in: Callable[[Path], Caller], tmp_path: Path) -> None:
    said = call_in(tmp_path)("notes", "--help")
    assert "recover" in said.text
    assert "guard" in said.text
    assert "core.hooksPath" in call_in(tmp_path)("notes", "guard", "install", "--help").text
