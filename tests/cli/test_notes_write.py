"""`memdeck notes set` and `notes carry`: said to be stored when it is, and only then."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Caller

Git = Any
REF = "refs/notes/agents"


@pytest.fixture
def deck(agent: Path, git: Git) -> Path:
    """The small workspace as a repository."""
    root: Path = git.repository(agent)
    return root


def test_an_entry_is_set_and_got(deck: Path, call: Caller, git: Git) -> None:
    said = call("notes", "set", "task.status", '{"state": "waiting", "n": [1, 2.5]}')
    assert (said.code, said.text) == (0, "Memory stored: task.status on main\n")
    assert said.err == f"On the note of commit {git(deck, 'rev-parse', 'HEAD')[:12]}.\n"
    assert call("notes", "get", "task.status").text == '{"state":"waiting","n":[1,2.5]}\n'
    stored = json.loads(git(deck, "notes", f"--ref={REF}", "show"))
    assert stored.pop("id")
    assert stored == {
        **{"branch": "main", "timestamp": "2026-02-06T14:32:00Z", "key": "task.status"},
        **{"value": {"state": "waiting", "n": [1, 2.5]}},
    }


@pytest.mark.parametrize(
    ("text", "value"), [("-1", -1), ("plain words", "plain words"), ("--flag", "--flag"), ("", "")]
)
def test_a_value_is_json_or_else_text(deck: Path, call: Caller, text: str, value: object) -> None:
    call("notes", "set", "k", text)
    assert json.loads(call("notes", "get", "k", "--json").out)["value"] == value


def test_a_value_is_read_from_standard_input(deck: Path, call: Caller) -> None:
    large = "é😀\n" * 200_000
    assert call("notes", "set", "k", "-", stdin=large).code == 0
    assert json.loads(call("notes", "get", "k", "--json").out)["value"] == large[:-1]
    call("notes", "set", "k", "-", stdin='{"a": 1}\n')
    assert json.loads(call("notes", "get", "k", "--json").out)["value"] == {"a": 1}


def test_another_branch_and_commit_are_named(deck: Path, call: Caller, git: Git) -> None:
    first = git(deck, "rev-parse", "HEAD")
    git.commit(deck)
    said = call("notes", "set", "k", "1", "--branch", "fog\x1b[2J", "--commit", "HEAD~1")
    assert said.text == "Memory stored: k on fog␛[2J\n"
    assert json.loads(git(deck, "notes", f"--ref={REF}", "show", first))["branch"] == "fog\x1b[2J"


def test_a_detached_head_is_said_to_be(deck: Path, call: Caller, git: Git) -> None:
    git(deck, "checkout", "-q", "--detach")
    said = call("notes", "set", "k", "1")
    assert said.text == "Memory stored: k on HEAD\n"
    assert "detached" in said.err


def test_without_a_commit_the_entry_is_printed_and_not_stored(
    agent: Path, call: Caller, git: Git
) -> None:
    git.repository(agent, commits=0)
    said = call("notes", "set", "plan", "ahoy\x1b[31m")
    assert (said.code, said.out) == (3, b"")
    words, entry = said.err.splitlines()
    assert "branch main has no commit yet" in words
    assert json.loads(entry)["value"] == "ahoy\x1b[31m"
    assert "\x1b" not in said.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("k", "v", "--commit", "--all"), 2),
        (("k", "v", "--commit", "../x"), 2),
        (("k", '{"a": 1, "a": 2}'), 2),
        (("k", "1e999"), 2),
        (("  ", "v"), 2),
        (("k",), 2),
        (("k", "v", "w"), 2),
        (("k", "v", "--brnch", "x"), 2),
    ],
)
def test_what_makes_no_sense_is_not_stored(
    deck: Path, call: Caller, git: Git, arguments: tuple[str, ...], code: int
) -> None:
    said = call("notes", "set", *arguments)
    assert (said.code, said.out) == (code, b"")
    assert git(deck, "for-each-ref", "refs/notes") == ""


def test_outside_of_a_repository_it_is_not_stored(agent: Path, call: Caller) -> None:
    said = call("notes", "set", "k", "v")
    assert (said.code, said.out) == (4, b"")
    assert '"value": "v"' in said.err


def test_a_failure_of_git_is_never_said_to_be_stored(
    deck: Path, call: Caller, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = deck.parent / "bin"
    folder.mkdir()
    real = shutil.which("git")
    for fails in ("rev-parse", "cat-file", "fast-import"):
        script = f'#!/bin/sh\ncase "$*" in *{fails}*) exit 7;; esac\nexec "{real}" "$@"\n'
        (folder / "git").write_text(script, encoding="utf-8")
        (folder / "git").chmod(0o755)
        with monkeypatch.context() as patch:
            patch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
            said = call("notes", "set", "k", "precious")
        assert (said.code, said.out) == (4, b""), fails
        assert '"value": "precious"' in said.err
        assert "Traceback" not in said.err
    assert git(deck, "for-each-ref", "refs/notes") == ""


def test_an_entry_is_carried_over_once(deck: Path, call: Caller) -> None:
    call("notes", "set", "tide", '{"low": 6}', "--branch", "fog")
    said = call("notes", "carry", "tide", "--from", "fog")
    assert (said.code, said.text) == (0, "Memory stored: tide on main\n")
    assert call("notes", "get", "tide").text == '{"low":6}\n'
    again = call("notes", "carry", "tide", "--from", "fog")
    assert (again.code, again.out) == (3, b"")
    assert "says the same already" in again.err
    assert call("notes", "carry", "gone", "--from", "fog").code == 1
    assert call("notes", "carry", "tide", "--from", "main").code == 2
    assert call("notes", "carry", "tide").code == 2
    assert call("notes", "carry", "tide", "--from", "fog", "--branch", "dune").code == 0


def test_the_help_names_the_writing_commands(call: Caller) -> None:
    text = call("notes", "--help").text
    for name in ("get", "set", "carry"):
        assert f"  {name} " in text


def test_a_real_process_stores_what_arguments_cannot_hold_as_text(
    deck: Path, environment: dict[str, str], call_in: Callable[[Path], Caller]
) -> None:
    """A key and a value that are no UTF-8."""
    command = [sys.executable, "-m", "memdeck", "-C", str(deck), "notes", "set", b"k\xff", b"v\xfe"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert done.stdout.decode() == "Memory stored: k‹xFF› on main\n"
    (entry,) = json.loads(call_in(deck)("notes", "log", "--json").out)
    assert (entry["key"], entry["value"]) == ("k\udcff", "v\udcfe")
