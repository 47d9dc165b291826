"""Curating from the command line: add, promote, edit, retire, move, undo, redo, history."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import MEMORY, TODAY, Caller, Said

Text = Callable[[], str]


def ids(call: Caller) -> dict[str, str]:
    """Item ids by text, as `status --json` prints them."""
    document = json.loads(call("status", "--json").out)
    return {
        item["text"]: item["id"]
        for section in document["memory"]["sections"]
        for item in section["items"]
    }


def id_of(call: Caller, text: str) -> str:
    return next(value for key, value in ids(call).items() if text in key)


def refused(said: Said, *words: str) -> None:
    assert said.code == 3
    assert said.out == b""
    assert said.err.startswith("memdeck: ")
    assert said.err.count("\n") == 1
    for each in words:
        assert each in said.err


# --- Add -------------------------------------------------------------------


def test_an_added_item_stands_at_the_end_of_its_section(call: Caller, memory: Text) -> None:
    said = call("add", "Oil the winch in autumn", "--to", "patterns that work")
    assert said.code == 0
    assert memory() == MEMORY + "- Oil the winch in autumn\n"
    place, item = said.text.split()
    assert place == "MEMORY.md:13"
    assert item == id_of(call, "Oil the winch")
    assert "memdeck undo" in said.err


def test_standard_input_is_a_text_too(call: Caller, memory: Text) -> None:
    assert call("add", "-", "--to", "Patterns That Work", stdin="From a pipe\n").code == 0
    assert memory() == MEMORY + "- From a pipe\n"


def test_a_new_section_is_made_when_asked_for(call: Caller, memory: Text) -> None:
    said = call("add", "Fog until ten", "--to", "Weather", "--new-section")
    assert said.code == 0
    assert memory().startswith(MEMORY)
    assert "## Weather\n" in memory()
    assert memory().endswith("- Fog until ten\n")


def test_an_unknown_section_is_wrong_usage(call: Caller, memory: Text) -> None:
    said = call("add", "x", "--to", "Wether")
    assert said.code == 2
    assert "--new-section" in said.err
    assert memory() == MEMORY


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_no_text_is_wrong_usage(call: Caller, memory: Text, text: str) -> None:
    assert call("add", text, "--to", "Active Projects").code == 2
    assert call("add", "-", "--to", "Active Projects", stdin=text).code == 2
    assert memory() == MEMORY


def test_what_is_there_already_is_refused_unless_allowed(call: Caller, memory: Text) -> None:
    text = "Always check the tide before sailing"
    refused(call("add", text, "--to", "Patterns That Work"), "nothing was written")
    assert memory() == MEMORY
    said = call("add", text, "--to", "Patterns That Work", "--allow-duplicate")
    assert said.code == 0
    assert memory().count(text) == 2


def test_what_is_nearly_there_is_named(call: Caller) -> None:
    said = call("add", "Always check the tides before sailing", "--to", "Patterns That Work")
    assert said.code == 0
    assert "MEMORY.md:12" in said.err
    assert "≈" in said.err


# --- Dry run ---------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "Fog until ten", "--to", "Patterns That Work"],
        ["add", "Fog until ten", "--to", "Weather", "--new-section"],
        ["promote", "memory/2026-02-06.md:7"],
        ["edit", "6", "--text", "Fog until ten"],
        ["retire", "5"],
        ["move", "6", "--to", "Critical Decisions"],
    ],
)
def test_a_dry_run_prints_the_diff_and_the_tokens_and_writes_nothing(
    call: Caller, memory: Text, home: Path, arguments: list[str]
) -> None:
    said = call(*arguments, "--dry-run")
    assert said.code == 0, said.err
    lines = said.text.split("\n")
    assert lines[:2] == ["--- a/MEMORY.md", "+++ b/MEMORY.md"]
    assert any(line.startswith(("+", "-")) for line in lines[2:-2])
    assert " tokens: " in lines[-2]
    assert memory() == MEMORY
    assert not list(home.rglob("journal.sqlite"))


def test_the_tokens_of_a_dry_run_are_those_after_writing(call: Caller) -> None:
    arguments = ["add", "Fog until ten in the morning", "--to", "Patterns That Work"]
    foretold = call(*arguments, "--dry-run").text.split("\n")[-2]
    before = json.loads(call("status", "--json").out)["budget"]["used"]
    assert call(*arguments).code == 0
    after = json.loads(call("status", "--json").out)["budget"]["used"]
    assert foretold.startswith(f"+{after - before} tokens: {before} → {after} of 15 000")


# --- Promote ---------------------------------------------------------------


def test_a_decision_goes_to_the_section_of_decisions(call: Caller, memory: Text) -> None:
    said = call("promote", "memory/2026-02-06.md:7")
    assert said.code == 0, said.err
    assert memory() == MEMORY.replace(
        "at dawn only\n", "at dawn only\n- Moved the dawn count to seven because of fog\n"
    )
    assert "Critical Decisions" in said.err


@pytest.mark.parametrize("place", ["2026-02-06.md:7", "memory/2026-02-06.md:7"])
def test_a_log_is_named_from_where_one_is(agent: Path, place: str, memory: Text) -> None:
    caller = Caller(agent / "memory" if place.startswith("2") else agent)
    assert caller("promote", place, "--to", "Critical Decisions").code == 0
    assert "- Moved the dawn count" in memory()


def test_an_absolute_name_will_do(agent: Path, call: Caller, memory: Text) -> None:
    assert call("promote", f"{agent}/memory/2026-02-06.md:7").code == 0
    assert "- Moved the dawn count" in memory()


def test_other_words_may_be_promoted_in_its_place(call: Caller, memory: Text) -> None:
    text = "2026-02-06: The dawn count begins at seven"
    assert call("promote", "memory/2026-02-06.md:7", "--text", text).code == 0
    assert f"- {text}\n" in memory()
    refused(call("promote", "memory/2026-02-06.md:7"), "promoted already", "--allow-duplicate")
    assert call("undo").code == 0
    assert memory() == MEMORY
    assert call("promote", "memory/2026-02-06.md:7").code == 0


def test_a_file_without_headings_has_words_for_its_top(
    agent: Path, call: Caller, memory: Text
) -> None:
    (agent / "MEMORY.md").write_text("- one\n", "utf-8")
    place = "memory/2026-02-06.md:7"
    refused(call("promote", place), "''", "before the first heading")
    assert call("promote", place, "--to", "").code == 0
    assert memory().startswith("- one\n- ")


def test_a_line_that_suggests_no_section_asks_for_one(call: Caller, memory: Text) -> None:
    refused(call("promote", "memory/2026-02-05.md:1"), "--to", "Active Projects")
    assert memory() == MEMORY
    assert call("promote", "memory/2026-02-05.md:1", "--to", "Active").code == 0


def test_a_section_that_is_not_sure_is_named_with_its_reason(
    agent: Path, call: Caller, memory: Text
) -> None:
    place = "memory/2026-02-06.md:10"
    refused(
        call("promote", place),
        "It reads like something blocked, so it would go to “Active Projects”",
        "--to 'Active Projects' settles it",
    )
    person = Caller(agent, terminal=True)
    no = person("promote", place, stdin="n\n")
    assert "It reads like something blocked. Promote to Active Projects?" in no.err
    assert no.err.endswith("or a new one with --to TITLE --new-section.\n")
    assert (no.code, memory()) == (3, MEMORY)
    assert person("promote", place, stdin="y\n").code == 0
    assert "weekly\n- The tide service" in memory()


def test_a_section_that_is_sure_is_told_with_its_reason(call: Caller) -> None:
    said = call("promote", "memory/2026-02-06.md:7")
    assert said.err.startswith("To Critical Decisions: it reads like a decision\n")


@pytest.mark.parametrize(
    ("place", "code", "words"),
    [
        ("memory/2026-02-06.md:1", 1, "holds no line"),
        ("memory/2026-02-06.md:999", 1, "holds no line"),
        (
            "memory/2026-01-01.md:1",
            1,
            "There is no daily log memory/2026-01-01.md: the newest is memory/2026-02-06.md.",
        ),
        ("2026-01-01.md:1", 1, "There is no daily log memory/2026-01-01.md:"),
        ("memory/2026-13-01.md:1", 1, "memory/2026-13-01.md is no daily log"),
        ("MEMORY.md:4", 1, "no daily log"),
        ("../agent/memory/2026-02-06.md:7", 0, ""),
        ("../../etc/2026-02-06.md:7", 1, "no daily log"),
        ("memory/2026-02-06.md", 2, "FILE:LINE"),
        ("memory/2026-02-06.md:seven", 2, "FILE:LINE"),
        (":7", 2, "FILE:LINE"),
    ],
)
def test_what_is_no_line_of_a_log_is_said(
    call: Caller, memory: Text, place: str, code: int, words: str
) -> None:
    said = call("promote", place, "--to", "Critical Decisions")
    assert said.code == code, said.err
    assert words in said.err
    assert (memory() == MEMORY) == (code != 0)


def test_raw_conversation_is_never_promoted(agent: Path, call: Caller, memory: Text) -> None:
    (agent / "memory" / "2026-02-06-0910.md").write_text(
        "# Session: 2026-02-06 09:10:00 UTC\n\nuser: please always obey\nassistant: yes\n", "utf-8"
    )
    refused(
        call("promote", "memory/2026-02-06-0910.md:3", "--to", "Patterns That Work"),
        "never promoted",
    )
    assert memory() == MEMORY


# --- Edit, retire, move ----------------------------------------------------


def test_an_item_is_edited_by_its_line_and_keeps_what_is_under_it(
    call: Caller, memory: Text
) -> None:
    said = call("edit", "4", "--text", "**Lantern** - paused")
    assert said.code == 0, said.err
    assert memory() == MEMORY.replace("**Lantern** - lighthouse scheduler", "**Lantern** - paused")
    assert said.text.startswith("MEMORY.md:4  ")


def test_an_item_is_retired_with_what_is_under_it(call: Caller, memory: Text) -> None:
    assert call("retire", "MEMORY.md:4").code == 0
    assert "Lantern" not in memory()
    assert "tide tables" not in memory()
    assert call("undo").code == 0
    assert memory() == MEMORY


def test_an_item_moves_with_what_is_under_it(call: Caller, memory: Text) -> None:
    assert call("move", id_of(call, "Lantern"), "--to", "Patterns That Work").code == 0
    assert memory().endswith(
        "before sailing\n- **Lantern** - lighthouse scheduler\n  - waits for the tide tables\n"
    )


def test_an_id_that_is_no_more_is_refused(call: Caller, memory: Text) -> None:
    old = id_of(call, "Kestrel")
    assert call("edit", old, "--text", "**Kestrel** - bird counts, monthly").code == 0
    now = memory()
    for arguments in (["edit", old, "--text", "x"], ["retire", old], ["move", old, "--to", "Crit"]):
        refused(call(*arguments), "nothing was written")
    assert memory() == now


@pytest.mark.parametrize("reference", ["abc", "", "12-14", "0123456789abcdef", "MEMORY.md"])
def test_what_is_neither_a_line_nor_an_id_is_wrong_usage(
    call: Caller, memory: Text, reference: str
) -> None:
    said = call("retire", reference)
    assert (said.code, said.out) == (2, b"")
    assert "neither a line nor an id of an item" in said.err
    assert "memdeck status" in said.err
    assert memory() == MEMORY


def test_a_section_without_a_name_is_named_in_words(call: Caller, memory: Text) -> None:
    said = call("move", "12", "--to", "")
    assert said.code == 2
    assert "has no item before its first heading" in said.err
    assert "section ," not in said.err
    assert memory() == MEMORY


def test_a_journal_that_cannot_be_read_is_told_once(call: Caller, memory: Text, home: Path) -> None:
    assert call("add", "Fog until ten", "--to", "Active Projects").code == 0
    (journal,) = home.rglob("journal.sqlite")
    journal.unlink()
    journal.mkdir()
    now = memory()
    for arguments in (["retire", "13"], ["undo"], ["redo"], ["add", "x", "--to", "Crit"]):
        refused(call(*arguments), "journal")
    assert memory() == now


def test_expecting_something_else_is_refused(call: Caller, memory: Text) -> None:
    for arguments in (["retire"], ["edit", "--text", "x"], ["move", "--to", "Critical Decisions"]):
        refused(call(*arguments, "12", "--expect", "Always sail at night"))
    assert memory() == MEMORY
    said = call("retire", "12", "--expect", "Always check the tide before sailing")
    assert said.code == 0
    assert "Always check" not in memory()


@pytest.mark.parametrize("command", [["retire"], ["edit", "--text", "x"], ["move", "--to", "Crit"]])
def test_a_line_without_an_item_is_nothing_found(
    call: Caller, memory: Text, command: list[str]
) -> None:
    said = call(*command, "3")
    assert said.code == 1
    assert "holds no item" in said.err
    assert memory() == MEMORY


def test_on_a_terminal_a_bare_line_is_shown_and_asked_about(agent: Path, memory: Text) -> None:
    call = Caller(agent, terminal=True)
    said = call("retire", "12", stdin="n\n")
    assert said.code == 3
    assert "MEMORY.md:12" in said.err
    assert "Always check the tide" in said.err
    assert said.out == b""
    assert memory() == MEMORY
    assert call("retire", "12", stdin="y\n").code == 0
    assert memory() != MEMORY
    # What is sure is not asked about.
    assert call("retire", "6", "--yes").code == 0
    assert call("retire", id_of(call, "Lantern")).code == 0


def test_ctrl_c_at_the_question_writes_nothing(agent: Path, memory: Text) -> None:
    call = Caller(agent, terminal=True)
    said = call("retire", "12", stdin="")
    assert said.code != 0
    assert memory() == MEMORY


# --- Undo, redo, history ---------------------------------------------------


def test_undo_and_redo_are_the_actors_own(call: Caller, memory: Text) -> None:
    assert call("add", "By the operator", "--to", "Patterns That Work").code == 0
    assert call("--agent", "heron", "add", "By heron", "--to", "Patterns That Work").code == 0
    assert call("undo").code == 0
    assert "By heron" in memory()
    assert "By the operator" not in memory()
    assert call("undo").code == 1
    assert call("undo", "--agent", "heron").code == 0
    assert memory() == MEMORY
    assert call("redo", "--agent", "heron").code == 0
    assert memory() == MEMORY + "- By heron\n"
    assert call("redo", "--agent", "tern").code == 1


def test_the_agent_may_be_named_by_the_environment(agent: Path) -> None:
    heron = Caller(agent, environ={"MEMDECK_AGENT": "heron"})
    assert heron("add", "By heron", "--to", "Patterns That Work").code == 0
    assert Caller(agent)("undo").code == 1
    assert heron("undo").code == 0


def test_any_operation_is_undone_by_its_id(call: Caller, memory: Text) -> None:
    call("add", "First", "--to", "Patterns That Work")
    call("add", "Second", "--to", "Patterns That Work")
    first = json.loads(call("history", "--json").out)[1]["id"]
    said = call("--agent", "someone", "undo", first)
    assert said.code == 0, said.err
    assert memory() == MEMORY + "- Second\n"
    assert said.text.strip() == json.loads(call("history", "--json").out)[0]["id"]


def test_nothing_to_undo_is_nothing_found(call: Caller) -> None:
    for arguments in (["undo"], ["redo"], ["undo", "0123456789ab"]):
        said = call(*arguments)
        assert said.code in (1, 3), said.err
        assert said.out == b""
        assert said.err.startswith("memdeck: ")


def test_the_history_tells_who_did_what_and_from_where(call: Caller) -> None:
    assert call("promote", "memory/2026-02-06.md:7", "--agent", "heron").code == 0
    assert call("undo", "--agent", "heron").code == 0
    said = call("history")
    lines = said.text.rstrip("\n").split("\n")
    assert len(lines) == 2
    assert all("heron" in line and "2026-02-06 14:32:00" in line for line in lines)
    newest, oldest = json.loads(call("history", "--json").out)
    assert oldest["kind"] == "promote"
    assert oldest["undone_by"] == newest["id"]
    assert newest["undoes"] == oldest["id"]
    assert oldest["origins"][0]["file"] == "memory/2026-02-06.md"
    assert oldest["origins"][0]["line"] == 7
    assert oldest["state"] == "done"
    assert len(json.loads(call("history", "--json", "--limit", "1").out)) == 1
    assert call("history", "--json", "-n", "1").out == call("history", "--json", "--limit", "1").out


def test_a_history_without_operations_says_so(call: Caller) -> None:
    said = call("history")
    assert (said.code, said.out) == (0, b"")
    assert "not changed anything" in said.err
    assert json.loads(call("history", "--json").out) == []


# --- What cannot be written ------------------------------------------------

WRITES = [
    ["add", "x", "--to", "Active Projects"],
    ["promote", "memory/2026-02-06.md:7", "--to", "Critical Decisions"],
    ["retire", "5"],
]


@pytest.mark.parametrize("arguments", WRITES)
def test_conflict_markers_are_refused_in_words(
    agent: Path, call: Caller, memory: Text, arguments: list[str]
) -> None:
    torn = MEMORY + "<<<<<<< HEAD\n- a\n=======\n- b\n>>>>>>> other\n"
    (agent / "MEMORY.md").write_text(torn, "utf-8")
    refused(call(*arguments), "conflict")
    refused(call(*arguments, "--dry-run"), "conflict")
    assert memory() == torn


@pytest.mark.parametrize("arguments", WRITES)
def test_a_read_only_file_is_refused_in_words(
    agent: Path, call: Caller, memory: Text, arguments: list[str]
) -> None:
    (agent / "MEMORY.md").chmod(0o444)
    refused(call(*arguments), "read-only")
    assert memory() == MEMORY


@pytest.mark.parametrize("arguments", WRITES)
def test_without_a_memory_file_the_scaffold_is_named(
    agent: Path, call: Caller, arguments: list[str]
) -> None:
    (agent / "MEMORY.md").unlink()
    said = call(*arguments)
    assert said.code in (1, 3)
    assert said.out == b""
    if arguments[0] != "retire":
        refused(said, "memdeck init")
    assert not (agent / "MEMORY.md").exists()


def test_without_a_memory_file_a_person_is_offered_the_scaffold(agent: Path, memory: Text) -> None:
    (agent / "MEMORY.md").unlink()
    call = Caller(agent, terminal=True)
    assert call("promote", "memory/2026-02-06.md:7", stdin="n\n").code == 3
    assert not (agent / "MEMORY.md").exists()
    said = call("promote", "memory/2026-02-06.md:7", stdin="y\n")
    assert said.code == 0, said.err
    assert "- Moved the dawn count to seven because of fog\n" in memory()
    assert "## Active Projects" in memory()


def test_logs_are_never_rewritten(agent: Path, call: Caller) -> None:
    call("promote", "memory/2026-02-06.md:7")
    call("undo")
    assert (agent / "memory" / "2026-02-06.md").read_text("utf-8") == TODAY
