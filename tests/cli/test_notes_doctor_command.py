"""`memdeck notes doctor`: findings in words or JSON; mending that asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Caller
    from tests.conftest import GitHelper

DAMAGED = """{
  "branch": "main",
  "timestamp": "2026-02-05T10:00:00Z",
  "key": "plan",
  "value": sail at \x1b[31mnoon
}"""


@pytest.fixture
def root(agent: Path, git: GitHelper) -> Path:
    """The small workspace in a repository that is well."""
    git.repository(agent)
    git(agent, "config", "notes.rewriteRef", "refs/notes/agents")
    return agent


def test_a_repository_that_is_well_says_so(root: Path, call: Caller) -> None:
    said = call("notes", "doctor")
    assert (said.code, said.out) == (0, b"")
    assert "The notes are well." in said.err
    said = call("notes", "doctor", "--json")
    assert json.loads(said.text) == {"ok": True, "findings": [], "mended": []}


def test_findings_are_listed_with_what_would_mend_them(
    root: Path, call: Caller, git: GitHelper
) -> None:
    git.note(root, DAMAGED)
    said = call("notes", "doctor")
    assert said.code == 1
    assert said.text.startswith("harm  damaged  ")
    assert "--fix: store a repaired copy: plan on main of 2026-02-05T10:00:00Z = " in said.text
    assert "\x1b" not in said.text
    assert "1 finding in the notes: `memdeck notes doctor --fix` mends" in said.err
    findings = json.loads(call("notes", "doctor", "--json").text)
    assert findings["ok"] is False
    (finding,) = findings["findings"]
    assert (finding["kind"], finding["severity"]) == ("damaged", "harm")
    assert finding["fix"].startswith("store a repaired copy")


def test_without_a_terminal_nothing_is_mended_unless_it_was_agreed_to(
    root: Path, call: Caller, git: GitHelper
) -> None:
    git.note(root, DAMAGED)
    tip = git(root, "rev-parse", "refs/notes/agents")
    said = call("notes", "doctor", "--fix")
    assert said.code == 3
    assert "--fix: store a repaired copy" in said.text
    assert "nobody can be asked, so nothing was mended" in said.err
    assert git(root, "rev-parse", "refs/notes/agents") == tip
    said = call("notes", "doctor", "--fix", "--json")
    assert (said.code, said.out) == (3, b"")
    said = call("notes", "doctor", "--fix", "--yes", "--json")
    assert said.code == 0
    document = json.loads(said.text)
    assert (document["ok"], document["findings"], len(document["mended"])) == (True, [], 1)
    assert json.loads(call("notes", "get", "plan", "--json").text)["value"] == (
        "sail at \x1b[31mnoon"
    )


def test_on_a_terminal_each_change_is_asked_for(root: Path, call: Caller, git: GitHelper) -> None:
    git.note(root, DAMAGED)
    git(root, "config", "--unset", "notes.rewriteRef")
    call.terminal = True
    said = call("notes", "doctor", "--fix", stdin="n\ny\n")
    assert said.code == 1
    assert "Store a repaired copy: plan on main" in said.err
    assert "Done: add notes.rewriteRef = refs/notes/agents" in said.err
    assert git(root, "config", "notes.rewriteRef") == "refs/notes/agents"
    assert "harm  damaged" in said.text
    assert call("notes", "doctor", "--fix", stdin="y\n").code == 0


def test_when_nothing_can_be_mended_it_says_so(root: Path, call: Caller, git: GitHelper) -> None:
    git.note(root, "not an object")
    said = call("notes", "doctor", "--fix", "--yes")
    assert said.code == 1
    assert "There is nothing that memdeck can mend by itself." in said.err


def test_yes_alone_is_a_wrong_call(root: Path, call: Caller) -> None:
    assert call("notes", "doctor", "--yes").code == 2


def test_several_repositories_are_looked_at_each_by_its_name(
    root: Path, call: Caller, git: GitHelper, tmp_path: Path
) -> None:
    git.repository(tmp_path / "code")
    with (root / "memdeck.toml").open("a", encoding="utf-8") as file:
        file.write('[notes]\nrepositories = ["../code", "../gone"]\n')
    said = call("notes", "doctor", "--json")
    assert said.code == 1
    findings = json.loads(said.text)["findings"]
    assert [(each["repository"], each["kind"]) for each in findings] == [
        *(("code", "no-rewrite-ref"), ("gone", "unreadable"))
    ]
    said = call("notes", "doctor", "--fix", "--yes")
    assert git(tmp_path / "code", "config", "notes.rewriteRef") == "refs/notes/agents"
    assert said.code == 1


def test_outside_of_a_repository_it_is_told(agent: Path, call_in: Callable[[Path], Caller]) -> None:
    said = call_in(agent)("notes", "doctor")
    assert said.code == 4
    assert "git" in said.err
