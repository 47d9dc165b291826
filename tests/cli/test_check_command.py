"""`memdeck check`: what it looks for, each alone, is one precise finding; else the gate opens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memdeck.live.loading import Loader
from memdeck.model import Budget, Cut

from .conftest import MEMORY, Caller

if TYPE_CHECKING:
    from tests.conftest import GitHelper

# Put together here, so that no file of the project holds anything of this shape.
TOKEN = "gh" + "p_" + "Zq7" * 12
ENTRY = '{"branch": "main", "timestamp": "2026-02-05T10:00:00Z", "key": "%s", "value": "%s"}'


@pytest.fixture
def root(agent: Path, git: GitHelper) -> Path:
    """The small workspace in a repository, with a note, and nothing wrong with it."""
    git.repository(agent)
    git.note(agent, ENTRY % ("task.status", "sailing"))
    return agent


def findings(call: Caller, *options: str) -> list[dict[str, str]]:
    """What is found, after making sure that text, JSON and exit code say the same."""
    said = call("check", "--json", *options)
    document: dict[str, Any] = json.loads(said.text)
    found: list[dict[str, str]] = document["findings"]
    bad = any(each["severity"] != "info" for each in found)
    assert (document["ok"], said.code) == (not bad, int(bad))
    assert list(document) == ["ok", "profile", "budget", "findings"]
    assert list(document["budget"]) == ["used", "limit", "unit", "over"]
    text = call("check", *options)
    assert text.code == said.code
    lines = text.text.removesuffix("\n").split("\n")
    assert len(lines) == len(found) + 1
    for line, each in zip(lines, found, strict=False):
        assert line.split()[:2] == [each["severity"], each["kind"]]
    return found


def only(call: Caller, *options: str) -> tuple[str, str, str, str]:
    """The one finding, as kind, severity, place and words."""
    (found,) = findings(call, *options)
    return found["kind"], found["severity"], found["where"], found["words"]


def test_a_clean_workspace_opens_the_gate(root: Path, call: Caller) -> None:
    said = call("check")
    assert (said.code, said.err) == (0, "")
    assert said.text.startswith("Nothing found; ")
    assert said.text.endswith(" of 15 000 tokens (article).\n")
    document = json.loads(call("check", "--json").text)
    assert document["ok"] is True
    assert document["profile"] == "article"
    assert document["findings"] == []
    assert document["budget"]["limit"] == 15_000
    assert document["budget"]["unit"] == "tokens"
    assert document["budget"]["over"] == 0


def test_a_workspace_without_a_repository_is_fine(agent: Path, call: Caller) -> None:
    assert findings(call) == []


def test_missing_memory_is_a_warning_where_it_would_be_given(agent: Path, call: Caller) -> None:
    (agent / "MEMORY.md").unlink()
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("missing", "warning", "MEMORY.md")
    assert "`memdeck init` writes a first one." in words
    (agent / "AGENTS.md").write_text("Be kind.\n", encoding="utf-8")
    assert only(call, "--profile", "subagent")[:3] == ("missing", "info", "MEMORY.md")
    found = findings(call, "--profile", "openclaw", "--only", "missing")
    assert [(each["severity"], each["where"]) for each in found] == [
        *(("warning", "IDENTITY.md"), ("warning", "MEMORY.md"), ("warning", "SOUL.md")),
    ]
    own = "[profiles.crew]\nfiles = ['CREW.md', 'memory/*.md']\nlimit = 90\n"
    (agent / "memdeck.toml").write_text(own, encoding="utf-8")
    found = findings(call, "--profile", "crew", "--only", "missing")
    assert [(each["severity"], each["where"]) for each in found] == [
        *(("warning", "CREW.md"), ("info", "MEMORY.md")),
    ]


def test_unreadable_bytes_are_told_by_their_first_line(root: Path, call: Caller) -> None:
    with (root / "MEMORY.md").open("ab") as file:
        file.write(b"- caf\xe9 au lait\n- a lamp\n- \xff\xfe\n")
    line = (root / "MEMORY.md").read_bytes().count(b"\n") - 2
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("unreadable", "warning", f"MEMORY.md:{line}")
    assert "no UTF-8 text (2 lines, this one first)" in words
    (root / "memory" / "2026-02-06.md").write_bytes(b"- one\n- t\0wo\n")
    assert {each["where"] for each in findings(call, "--only", "unreadable")} == {
        *(f"MEMORY.md:{line}", "memory/2026-02-06.md:2"),
    }


def test_date_that_only_looks_like_one_is_told_with_the_name_it_should_have(
    root: Path, call: Caller
) -> None:
    proper = {
        "2026-1-5.md": "rename it to 2026-01-05.md.",
        "20260204.md": "rename it to 2026-02-04.md.",
        "2026_02_03-standup.md": "rename it to 2026-02-03-standup.md.",
        "2026-02-05.txt": "rename it to 2026-02-05-2.md.",
        "2026-02-30.md": "rename it to the day that it is of, in the form 2026-02-06.md.",
        "06.02.2026.md": "rename it to the day that it is of, in the form 2026-02-06.md.",
    }
    (root / "memory" / "2026-02-05.md").touch()
    for name in (*proper, "20260204123.md", "2026-plan.md", "notes.md", "1234567.md"):
        (root / "memory" / name).write_text("- x\n", encoding="utf-8")
    found = findings(call, "--only", "date")
    assert {each["severity"] for each in found} == {"warning"}
    said = {each["where"]: each["words"] for each in found}
    assert {name: said[f"memory/{name}"][-len(words) :] for name, words in proper.items()} == proper
    assert len(said) == len(proper)


def test_what_a_harness_gives_of_all_is_said_in_characters(root: Path, call: Caller) -> None:
    (root / "MEMORY.md").write_text("\n".join(["- a lamp"] * 300), encoding="utf-8")
    said = call("check", "--profile", "claude-code", "--only", "cut")
    assert said.text.endswith("1 warning; 1 800 of 2 699 characters given (claude-code).\n")


def test_a_memory_that_was_there_and_is_gone_is_lost(agent: Path, call: Caller) -> None:
    assert findings(call) == []
    (agent / "MEMORY.md").unlink()
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("lost", "warning", "MEMORY.md:3")
    assert words.startswith("MEMORY.md is empty or gone, and 4 items with it. `memdeck lost ")


def test_a_first_memory_is_fine(tmp_path: Path, call_in: Callable[[Path], Caller]) -> None:
    call = call_in(tmp_path)
    assert call("init", "--git").code == 0
    # Four empty bullets, and a repository without a commit.
    assert findings(call) == []


# --- Each kind alone -----------------------------------------------------------


def test_budget_over_the_limit_names_the_largest_part(root: Path, call: Caller) -> None:
    with (root / "memdeck.toml").open("a", encoding="utf-8") as file:
        file.write("[budget]\nlimit = 40\n")
    used = json.loads(call("check", "--json").text)["budget"]["used"]
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("budget", "error", "budget")
    assert f"would be given {used} tokens, " in words
    assert " of them MEMORY.md: it must be fewer than 40" in words
    assert f"so {used - 39} or more have to go" in words
    assert json.loads(call("check", "--json").text)["budget"]["over"] == used - 39


def test_cut_by_a_harness_is_a_warning_where_it_begins(
    root: Path, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Loader.load

    def shortened(self: Loader, *arguments: Any, **more: Any) -> Budget:
        budget = whole(self, *arguments, **more)
        memory = budget.parts[0]
        start = MEMORY.index("## Patterns")
        cut = Cut("MEMORY.md", start, len(MEMORY), 2, 11, 2, "beyond line 10")
        parts = (replace(memory, cuts=(cut,)), *budget.parts[1:])
        return replace(budget, parts=parts, cuts_down=True)

    monkeypatch.setattr(Loader, "load", shortened)
    assert only(call) == (
        "cut",
        "warning",
        "MEMORY.md:11",
        "From here on the next session is not given 2 lines, 11 tokens: beyond line 10. Shorten "
        "the file, or move what matters to where it is given.",
    )


def test_duplicate_items_are_named_by_both_lines(root: Path, call: Caller) -> None:
    text = MEMORY + "* 2026-02-03 ✅ always **check** the tide, before Sailing.\n"
    (root / "MEMORY.md").write_text(text, encoding="utf-8")
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("duplicate", "error", "MEMORY.md:12")
    assert words.startswith("It says the same as line 13: ")
    assert "`memdeck retire 12`" in words


@pytest.mark.parametrize("name", ["MEMORY.md", "memory/2026-02-06.md", "memory/2026-02-05.md"])
def test_secret_in_a_file_is_told_by_its_line_and_never_shown(
    root: Path, call: Caller, name: str
) -> None:
    with (root / name).open("a", encoding="utf-8", newline="") as file:
        file.write(f"<!-- {TOKEN} and {TOKEN} -->\r\n")
    line = (root / name).read_text(encoding="utf-8").count("\n")
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("secret", "error", f"{name}:{line}")
    assert "a secret (GitHub token)" in words
    for options in ([], ["--json"]):
        said = call("check", *options)
        assert TOKEN[:8] not in said.text + said.err


def test_a_secret_in_an_old_log_that_no_session_loads_is_left_alone(
    root: Path, call: Caller
) -> None:
    (root / "memory" / "2026-01-05.md").write_text(f"- {TOKEN}\n", encoding="utf-8")
    assert findings(call) == []


def test_secret_in_the_notes_is_told_by_branch_and_key(
    root: Path, call: Caller, git: GitHelper
) -> None:
    git.note(root, ENTRY % ("login", TOKEN))
    git.note(root, ENTRY % ("login", "gone again"))
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("secret", "error", "notes of main, key login")
    assert "GitHub token" in words
    assert TOKEN[:8] not in words


def test_a_secret_that_is_a_key_is_covered_where_it_is_named(
    root: Path, call: Caller, git: GitHelper
) -> None:
    git.note(root, ENTRY % (TOKEN, "oops"))
    kind, _, where, _ = only(call)
    assert (kind, where) == ("secret", "notes of main, key (GitHub token)")
    assert TOKEN[:8] not in call("check").text


def test_conflict_in_memory_is_one_finding_although_its_lines_are_there_twice(
    root: Path, call: Caller
) -> None:
    line = "- Always check the tide before sailing\n"
    text = f"{MEMORY}<<<<<<< HEAD\n{line}=======\n{line}>>>>>>> other\n"
    (root / "MEMORY.md").write_text(text, encoding="utf-8")
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("conflict", "error", "MEMORY.md:13")
    assert "take the markers out" in words


def test_conflict_in_a_log_of_the_bootstrap(root: Path, call: Caller) -> None:
    text = "- a\n<<<<<<< HEAD\n- b\n=======\n- c\n>>>>>>> other\n"
    (root / "memory" / "2026-02-05.md").write_text(text, encoding="utf-8")
    assert only(call)[:3] == ("conflict", "error", "memory/2026-02-05.md:2")
    # Long ago: nobody loads it.
    (root / "memory" / "2026-02-05.md").rename(root / "memory" / "2026-02-01.md")
    assert findings(call) == []


def test_damaged_entries_close_the_gate_until_they_are_mended(
    root: Path, call: Caller, git: GitHelper
) -> None:
    git(root, "config", "notes.rewriteRef", "refs/notes/agents")
    git.note(root, ENTRY.replace('"%s"}', "at \x1b[31mnoon}") % "plan")
    kind, severity, where, words = only(call)
    short = git(root, "rev-parse", "HEAD")[:12]
    assert (kind, severity, where) == ("damaged", "error", f"notes of commit {short}, entry 2")
    assert "`memdeck notes doctor --fix` stores a repaired copy" in words
    assert call("notes", "doctor", "--fix", "--yes").code == 0
    assert findings(call) == []


def test_damage_that_cannot_be_mended_says_how_it_is_taken_out(
    root: Path, call: Caller, git: GitHelper
) -> None:
    git.note(root, "not even an object {")
    kind, severity, _, words = only(call)
    assert (kind, severity) == ("damaged", "error")
    short = git(root, "rev-parse", "HEAD")[:12]
    assert f"`git notes --ref=agents edit {short}`" in words


def test_unsynced_notes_close_the_gate_when_others_know_more(
    root: Path, call: Caller, git: GitHelper, tmp_path: Path
) -> None:
    there = tmp_path / "there.git"
    git(tmp_path, "init", "-q", "--bare", there)
    git(root, "remote", "add", "origin", there)
    assert only(call)[:3] == ("unsynced", "info", "notes, remote origin")
    assert call("notes", "sync", "origin", "--yes").code == 0
    assert findings(call) == []
    old = git(root, "rev-parse", "refs/notes/agents")
    git.note(root, ENTRY % ("plan", "north"))
    kind, severity, _, words = only(call)
    assert (kind, severity) == ("unsynced", "info")
    assert "lacks entries that are here (1 entry ahead)" in words
    new = git(root, "rev-parse", "refs/notes/agents")
    git(root, "update-ref", "refs/memdeck/remote/origin/agents", new)
    git(root, "update-ref", "refs/notes/agents", old)
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("unsynced", "warning", "notes, remote origin")
    assert "(1 entry behind): `memdeck notes sync origin` brings the two together" in words


def test_unreadable_memory_is_an_error(root: Path, call: Caller) -> None:
    (root / "MEMORY.md").unlink()
    (root / "MEMORY.md").symlink_to("nowhere.md")
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("unreadable", "error", "MEMORY.md")
    assert words.endswith(".")


def test_unreadable_log_is_an_error(root: Path, call: Caller) -> None:
    (root / "memory" / "2026-02-05.md").unlink()
    (root / "memory" / "2026-02-05.md").mkdir()
    assert only(call)[:3] == ("unreadable", "error", "memory/2026-02-05.md")


def test_unreadable_notes_are_an_error(root: Path, call: Caller) -> None:
    (root / ".git" / "HEAD").write_text("nonsense\n", encoding="utf-8")
    kind, severity, where, _ = only(call)
    assert (kind, severity, where) == ("unreadable", "error", "notes in agent")


def test_notes_that_git_is_missing_for_are_an_error_where_there_should_be_some(
    root: Path, call: Caller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    kind, severity, where, _ = only(call)
    assert (kind, severity, where) == ("unreadable", "error", "notes")


@pytest.mark.parametrize(
    ("name", "text", "severity", "words"),
    [
        ("2026-02-06-b.md", "# 2025-02-06\n- a\n", "warning", "its heading says the year 2025"),
        ("2026-02-09.md", "- a\n", "warning", "in the future"),
        ("2025-02-04.md", "- a\n", "warning", "no other day is in 2025"),
        ("2026-02-07.md", "- a\n", "info", "of tomorrow"),
    ],
)
def test_date_that_cannot_be_right(
    root: Path, call: Caller, name: str, text: str, severity: str, words: str
) -> None:
    (root / "memory" / name).write_text(text, encoding="utf-8")
    kind, found, where, said = only(call)
    assert (kind, found, where) == ("date", severity, f"memory/{name}")
    assert words in said


def test_date_that_differs_in_utc_is_good_to_know_and_no_more(root: Path, call: Caller) -> None:
    (root / "memdeck.toml").write_text('[time]\nzone = "America/New_York"\n', encoding="utf-8")
    (root / "memory" / "2026-02-07.md").write_text("- a\n", encoding="utf-8")
    call.now = datetime(2026, 2, 7, 3, 0, tzinfo=UTC)
    assert only(call) == (
        "date",
        "info",
        "memory",
        "It is Fri 6 Feb here and Sat 7 Feb in UTC: agents that go by UTC load "
        "memory/2026-02-07.md as today.",
    )
    # What the others load is looked at, too.
    (root / "memory" / "2026-02-07.md").write_text(f"- {TOKEN}\n", encoding="utf-8")
    assert [each["where"] for each in findings(call)] == ["memory/2026-02-07.md:1", "memory"]


# --- Which kinds, which order ----------------------------------------------------


def troubled(root: Path) -> None:
    """A workspace with a secret, a duplicate, an unreadable log and one of the future."""
    text = MEMORY + f"- Always check the tide before sailing\n- {TOKEN}\n"
    (root / "MEMORY.md").write_text(text, encoding="utf-8")
    (root / "memory" / "2026-02-05.md").unlink()
    (root / "memory" / "2026-02-05.md").symlink_to("gone.md")
    (root / "memory" / "2026-03-01.md").write_text("- a\n", encoding="utf-8")


def test_the_worst_comes_first_then_the_place(root: Path, call: Caller) -> None:
    troubled(root)
    assert [(each["severity"], each["where"]) for each in findings(call)] == [
        ("error", "MEMORY.md:13"),
        ("error", "MEMORY.md:14"),
        ("error", "memory/2026-02-05.md"),
        ("warning", "memory/2026-03-01.md"),
    ]
    said = call("check")
    assert said.text.split("\n")[-2].startswith("3 errors, 1 warning; ")
    assert call("check").text == said.text


def test_kinds_can_be_chosen_and_left_out(root: Path, call: Caller) -> None:
    troubled(root)
    assert [each["kind"] for each in findings(call, "--only", "secret")] == ["secret"]
    assert [each["kind"] for each in findings(call, "--only", "date, secret")] == ["secret", "date"]
    kinds = [each["kind"] for each in findings(call, "--skip", "secret,duplicate,unreadable")]
    assert kinds == ["date"]
    assert findings(call, "--only", "budget,conflict") == []
    assert findings(call, "--only", "budget,secret", "--skip", "secret") == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--only", "secrets"], "secrets is no kind of finding: did you mean secret?"),
        (["--skip", "secret,,cut"], "An empty name is no kind of finding"),
        (["--only", "cut", "--skip", "cut"], "No kind is left to look for"),
        (["--only", "\x1b[31m"], "is no kind of finding"),
        (["--profile", "nobody"], "nobody"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(call: Caller, options: list[str], words: str) -> None:
    said = call("check", *options)
    assert (said.code, said.out) == (2, b"")
    assert words in said.err
    assert "\x1b" not in said.err


def test_without_a_workspace_the_code_is_4(
    tmp_path: Path, call_in: Callable[[Path], Caller]
) -> None:
    said = call_in(tmp_path)("check", "--json")
    assert (said.code, said.out) == (4, b"")


# --- The made workspace, hostile text, what it costs ------------------------------


def test_of_the_made_workspace_a_damaged_note_and_an_alert_are_found(
    made: Path, call_in: Callable[[Path], Caller]
) -> None:
    alert, late = findings(call_in(made), "--only", "silent")
    assert (alert["severity"], alert["where"]) == ("warning", "agent mason")
    assert (late["severity"], late["where"]) == ("info", "agent scout")
    kind, severity, where, words = only(call_in(made), "--skip", "silent")
    assert (kind, severity) == ("damaged", "error")
    assert where.startswith("notes of commit ")
    assert "not JSON" in words


def test_hostile_text_reaches_no_terminal(root: Path, call: Caller, git: GitHelper) -> None:
    evil = "\x1b]0;owned\x07\u202e\u2028\x85"
    git.note(root, ENTRY % (json.dumps(evil + "\n")[1:-1], TOKEN))
    git.note(root, f'{{"branch": "{evil}", "value": }}')
    (root / "memory" / f"2026-02-05-{evil}.md").write_text(f"- {TOKEN}\n", encoding="utf-8")
    (root / "memory" / "2026-02-05-a\n\udcff.md").symlink_to("gone")
    said = call("check")
    assert said.code == 1
    for each in "\x1b\x07\u202e\u2028\x85":
        assert each not in said.text + said.err
    assert said.text.count("\n") == 5
    document = json.loads(call("check", "--json").text)
    assert len(document["findings"]) == 4
    assert TOKEN[:8] not in said.text + json.dumps(document)


def test_nothing_in_the_workspace_is_touched(root: Path, call: Caller) -> None:
    troubled(root)

    def state() -> dict[str, tuple[int, int]]:
        return {
            str(each.relative_to(root)): (each.lstat().st_mtime_ns, each.lstat().st_size)
            for each in root.rglob("*")
        }

    before = state()
    assert call("check").code == 1
    assert state() == before


def test_it_starts_few_git_processes(
    root: Path, call: Caller, git_started: Callable[[], list[str]]
) -> None:
    git_started()
    call("check", "--skip", "unsynced")
    # What reading the notes takes.
    assert len(git_started()) == 3
    call("check")
    # One more, which tells that there is no remote.
    assert len(git_started()) == 4


def test_what_has_been_counted_is_checked_without_the_tokenizer(
    root: Path, environment: dict[str, str]
) -> None:
    script = (
        "import sys\n"
        "from memdeck.cli.root import run\n"
        "code = run(['-C', sys.argv[1], 'check'], None)\n"
        "heavy = [each for each in ('tiktoken', 'textual', 'rich') if each in sys.modules]\n"
        "print(code, *heavy)\n"
    )

    def checked() -> str:
        command = [sys.executable, "-c", script, str(root)]
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        return done.stdout.decode().split("\n")[-2]

    assert checked() == "0 tiktoken"
    assert checked() == "0"
    with (root / "MEMORY.md").open("a", encoding="utf-8") as file:
        file.write("- A new line\n")
    assert checked() == "0 tiktoken"


# --- As a git hook ---------------------------------------------------------------


def test_as_a_plain_hook_it_stops_a_commit(
    root: Path, git: GitHelper, environment: dict[str, str]
) -> None:
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m memdeck check\n', encoding="utf-8")
    hook.chmod(0o755)

    def commit() -> subprocess.CompletedProcess[bytes]:
        command = ["git", "-C", str(root), "commit", "-q", "--allow-empty", "-m", "A commit"]
        return subprocess.run(command, env=environment, capture_output=True, check=False)

    git(root, "add", "-A")
    assert commit().returncode == 0
    with (root / "MEMORY.md").open("a", encoding="utf-8") as file:
        file.write(f"- {TOKEN}\n")
    head = git(root, "rev-parse", "HEAD")
    done = commit()
    assert done.returncode != 0
    assert b"secret  MEMORY.md:13" in done.stdout + done.stderr
    assert git(root, "rev-parse", "HEAD") == head
    assert os.fsencode(TOKEN) not in done.stdout + done.stderr


# --- Agents ---------------------------------------------------------------------


def beat(root: Path, agent: str, at: str, status: str = "ok", note: str | None = None) -> None:
    fields = {"ts": f"2026-02-06T{at}:00Z", "agent": agent, "status": status, "note": note}
    path = root / "memory" / "heartbeats" / "2026-02.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**fields, "interval_s": 3300}) + "\n")


def test_silent_agents_close_the_gate_until_they_are_put_aside(root: Path, call: Caller) -> None:
    beat(root, "atlas", "14:20")
    assert findings(call) == []
    beat(root, "ferry", "09:32")
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("silent", "warning", "agent ferry")
    assert words.startswith("It is silent since 09:32, one beat every 55 min: see whether it still")
    exception = words.partition("`memdeck pulse ack ")[2].partition("`")[0]
    assert call("pulse", "ack", exception).code == 0
    assert findings(call) == []


def test_silent_and_wrong_are_one_kind_and_an_alert_that_has_passed_is_good_to_know(
    root: Path, call: Caller
) -> None:
    beat(root, "mason", "14:10", "alert", f"queue full, push with {TOKEN}")
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("silent", "warning", "agent mason")
    assert words.startswith("Its alert: queue full, push with ")
    assert TOKEN not in words
    beat(root, "mason", "14:30")
    kind, severity, where, words = only(call)
    assert (kind, severity, where) == ("silent", "info", "agent mason")
    assert "ok again since 14:30" in words
    assert findings(call, "--skip", "silent") == []


def test_silent_is_nobody_who_is_merely_late_or_has_a_wrong_clock(root: Path, call: Caller) -> None:
    beat(root, "scout", "13:20")
    beat(root, "drift", "20:00")
    assert [(each["severity"], each["where"], each["words"]) for each in findings(call)] == [
        (
            "info",
            "agent drift",
            "How it is cannot be told: a clock is wrong: its last beat is 5 h 28 min ahead.",
        ),
        ("info", "agent scout", "Its next heartbeat is late: 17 min over."),
    ]


def test_silent_cannot_be_told_when_heartbeats_cannot_be_read(root: Path, call: Caller) -> None:
    (root / "memory" / "heartbeats").mkdir()
    (root / "memory" / "heartbeats" / "2026-02.jsonl").mkdir()
    assert only(call)[:3] == ("silent", "warning", "heartbeats")


def test_duplicates_outside_an_open_merge_are_told(root: Path, call: Caller) -> None:
    merge = "<<<<<<< HEAD\n- Ours of the quay\n=======\n- Theirs of the quay\n>>>>>>> theirs\n"
    text = MEMORY + merge + "* 2026-02-03 ✅ always **check** the tide, before Sailing.\n"
    (root / "MEMORY.md").write_text(text, encoding="utf-8")
    kinds = {each["kind"] for each in json.loads(call("check", "--json").text)["findings"]}
    assert {"conflict", "duplicate"} <= kinds
