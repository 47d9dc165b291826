"""What looks like a secret: refused where it would be written, covered wherever it is told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memdeck.curated.edits import Add, Promote, Rewrite
from memdeck.curated.sections import read_memory
from memdeck.errors import Refused
from memdeck.notes.store import NotesStore
from memdeck.report import report_text
from memdeck.secrets import HoldsSecret, find_secrets, masked, on_screen, starred, without_keys
from memdeck.workspace import open_workspace
from tests.cli.conftest import Caller, Said
from tests.conftest import GitHelper
from tests.faults.leaks import DAY, KEY, LINES, PASSWORD, PEM, TOKEN, leaky, told

CallIn = Callable[[Path], Caller]
NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)


@pytest.fixture
def root(git: GitHelper, tmp_path: Path) -> Path:
    folder = leaky(git, tmp_path / "pier")
    (folder / "memdeck.toml").write_text('[time]\nzone = "UTC"\n', encoding="utf-8")
    return folder


@pytest.fixture
def call(root: Path) -> Caller:
    return Caller(root)


def refused(said: Said, kind: str) -> None:
    """It was refused in words that name the kind and the way out, and quote nothing."""
    assert said.code == 3, said.err
    assert kind in said.err
    assert "--allow-secret" in said.err
    assert not told(said.text + said.err)


# --- What is a secret --------------------------------------------------------------


@pytest.mark.fault("a private key, whose secret is in the lines below its first one")
@pytest.mark.parametrize("between", ["\n", "\\n", "\n> ", "\n    ", "\n- "])
def test_a_private_key_is_covered_with_its_body(between: str) -> None:
    text = f"before\n{between.join(PEM.split(chr(10)))}\nafter it, ordinary words"
    (found,) = find_secrets(text)
    assert found.kind == "private key"
    assert not told(masked(text))
    assert masked(text).endswith("\nafter it, ordinary words")


def test_words_behind_a_lone_first_line_are_not_taken_for_a_key() -> None:
    text = PEM.split("\n")[0] + " was in the log\n- The gate opens at seven, and closes at nine"
    assert masked(text).endswith(" was in the log\n- The gate opens at seven, and closes at nine")


def test_each_line_of_a_private_key_is_covered_where_lines_are_shown_one_by_one() -> None:
    lines = ["- first", *PEM.split("\n"), "- last"]
    shown = without_keys(lines)
    assert (shown[0], shown[1], shown[-1]) == (lines[0], lines[1], lines[-1])
    assert not told("\n".join(shown))
    assert without_keys(["- one", LINES[0]]) == ["- one", LINES[0]]


def test_a_field_draws_as_many_characters_as_it_holds() -> None:
    text = f"push with {TOKEN} at night and {KEY}"
    assert len(starred(text)) == len(text)
    assert not told(starred(text))
    assert starred(text).startswith("push with gh")
    assert starred("plain words") == "plain words"


def test_what_is_drawn_is_masked_and_safe() -> None:
    assert on_screen(f"\x1b[31m{TOKEN}") == "␛[31mghp_…(GitHub token)"


# --- Refused where it would be written -----------------------------------------------


@pytest.mark.fault("a secret that is added to MEMORY.md without a word that it is meant")
def test_adding_one_is_refused(root: Path, call: Caller) -> None:
    before = (root / "MEMORY.md").read_bytes()
    refused(call("add", f"Gulls answer to {KEY}", "--to", "Critical"), "AWS access key")
    refused(call("add", "-", "--to", "Critical", stdin=f"It is {KEY}"), "AWS access key")
    title = ("add", "Plain", "--to", f"Of {KEY}", "--new-section")
    refused(call(*title), "AWS access key")
    refused(call("add", f"It is {KEY}", "--to", "Critical", "--dry-run"), "AWS access key")
    assert (root / "MEMORY.md").read_bytes() == before
    said = call("add", f"Gulls answer to {KEY}", "--to", "Critical", "--allow-secret")
    assert said.code == 0, said.err
    assert not told(said.text + said.err)
    assert KEY.encode() in (root / "MEMORY.md").read_bytes()


@pytest.mark.fault("a secret in a log line that is promoted, alone and among several in one edit")
def test_promoting_one_is_refused(root: Path, call: Caller) -> None:
    before = (root / "MEMORY.md").read_bytes()
    refused(call("promote", f"{DAY}:6", "--to", "Critical"), "AWS access key")
    refused(call("promote", f"{DAY}:7", "--to", "Critical", "--text", TOKEN), "GitHub token")
    with pytest.raises(HoldsSecret, match=r"Text 2 of 3 holds .* \(AWS access key\)"):
        Promote("Critical Decisions", ("one", f"two {KEY}", "three")).plan(before)
    assert (root / "MEMORY.md").read_bytes() == before
    said = call("promote", f"{DAY}:6", "--to", "Critical", "--allow-secret")
    assert said.code == 0, said.err
    assert not told(said.text + said.err)


@pytest.mark.fault("a secret that an item is edited to hold")
def test_editing_one_in_is_refused_and_beside_one_is_not(root: Path, call: Caller) -> None:
    refused(call("edit", "6", "--text", f"Two {KEY}", "--yes"), "AWS access key")
    assert call("edit", "6", "--text", f"Two {KEY}", "--yes", "--allow-secret").code == 0
    # It stands there already: who mends a word beside it adds none.
    assert call("edit", "6", "--text", f"Twenty {KEY}", "--yes").code == 0
    refused(call("edit", "6", "--text", f"Twenty {KEY} {TOKEN}", "--yes"), "GitHub token")
    assert call("edit", "6", "--text", "Twenty, none of them here", "--yes").code == 0


@pytest.mark.fault("a secret that is stored in the notes, as a value, in a field, or as a key")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("plan", f"sail with {KEY}"),
        ("plan", json.dumps({"aws": [KEY]})),
        ("plan", json.dumps({"password": PASSWORD})),
        ("password", PASSWORD),
        (f"of {KEY}", "1"),
    ],
)
def test_storing_one_in_the_notes_is_refused(call: Caller, key: str, value: str) -> None:
    said = call("notes", "set", key, value)
    refused(said, "password or key" if PASSWORD in value else "AWS access key")
    assert call("notes", "set", key, value, "--allow-secret").code == 0


def test_the_engine_refuses_it_for_whoever_calls_it(root: Path) -> None:
    data = (root / "MEMORY.md").read_bytes()
    with pytest.raises(Refused):
        Add("Critical Decisions", (f"with {KEY}",)).plan(data)
    item = read_memory(root / "MEMORY.md").items[1]
    with pytest.raises(Refused):
        Rewrite(item.id, f"with {KEY}").plan(data)
    with pytest.raises(Refused) as caught:
        NotesStore(root, now=lambda: NOW).set("plan", {"of": KEY})
    assert caught.value.unsaved is None


def test_what_was_there_before_is_carried_moved_and_brought_back(
    root: Path, call: Caller, git: GitHelper
) -> None:
    git(root, "switch", "-qc", "next")
    assert call("notes", "carry", "deploy", "--from", "main").code == 0
    before = (root / "MEMORY.md").read_bytes()
    assert call("retire", "5", "--yes").code == 0
    assert call("undo").code == 0
    assert (root / "MEMORY.md").read_bytes() == before
    assert call("move", "5", "--to", "Patterns", "--yes").code == 0
    assert call("restore", "HEAD").code == 0
    assert (root / "MEMORY.md").read_bytes() == before


# --- Covered wherever it is told -----------------------------------------------------

COMMANDS = [
    ("status",),
    ("status", "--json"),
    ("handoff",),
    ("handoff", "--json"),
    ("triage",),
    ("triage", "--json"),
    ("triage", "--days", "3", "--limit", "1"),
    ("lineage", "5"),
    ("lineage", f"{DAY}:6", "--json"),
    ("history",),
    ("history", "--json"),
    ("history", "show", "HEAD"),
    ("history", "show", "HEAD", "--json"),
    ("restore", "HEAD^", "--dry-run"),
    ("retire", "5", "--dry-run"),
    ("promote", f"{DAY}:6", "--to", "Critical", "--allow-secret", "--dry-run"),
    ("promote", f"{DAY}:6"),
    ("hygiene",),
    ("hygiene", "--json"),
    ("search", "pier"),
    ("search", "sail", "--json"),
    ("check",),
    ("check", "--json"),
    ("pulse",),
    ("pulse", "--json"),
    ("costs",),
    ("lost",),
    ("config", "show"),
    ("notes", "list"),
    ("notes", "log"),
    ("notes", "log", "password"),
    ("notes", "doctor"),
    ("notes", "recover"),
    ("pack", "--list"),
    ("move", "5", "--to", "nowhere", "--yes"),
    ("edit", "5", "--expect", "else", "--text", "x"),
    ("promote", "memory/2026-02-05.md:1"),
]


@pytest.mark.fault("a secret in every tier, while each command tells of it")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_command_prints_one(call: Caller, arguments: tuple[str, ...]) -> None:
    said = call(*arguments)
    assert said.code in (0, 1, 2, 3), said.err
    assert not told(said.text + said.err)


@pytest.mark.fault(
    "a secret where a program asks for exactly what is stored, and a person looks on"
)
@pytest.mark.parametrize(
    "arguments", [("pack",), ("notes", "get", "deploy"), ("notes", "get", "password")]
)
def test_exact_for_a_program_and_covered_on_a_terminal(
    call: Caller, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = call(*arguments)
    assert exact.code == 0, exact.err
    assert told(exact.text)
    monkeypatch.setattr("memdeck.cli.output.on_terminal", lambda: True)
    assert not told(call(*arguments).text)


@pytest.mark.fault("a secret in a message of an error, a report of a fault and a refusal")
def test_errors_and_reports_quote_none(root: Path, call: Caller) -> None:
    error = ValueError(f"could not sail with {TOKEN}")
    assert not told(report_text(error, NOW, "1", "sailing"))
    for wrong in (("search", TOKEN, "--since", TOKEN), ("notes", "get", TOKEN), ("undo", TOKEN)):
        said = call(*wrong)
        assert said.code
        assert not told(said.err)


# --- At rest ---------------------------------------------------------------------------


@pytest.mark.fault("a secret in what memdeck keeps of its own, outside of the journal")
def test_caches_hold_none_in_plain(root: Path, call: Caller) -> None:
    (root / "memory" / f"2026-02-05-{TOKEN}.md").unlink()  # a name is kept as it is
    for arguments in COMMANDS[:8]:
        call(*arguments)
    assert call("retire", "5", "--yes").code == 0
    (root / "MEMORY.md").write_text("# Memory\n\n## Critical Decisions\n\n- New\n", "utf-8")
    call("lost")
    state = open_workspace(root).state_folder
    names = {path.name for path in state.iterdir()}
    assert {"journal.sqlite", "seen.sqlite"} <= names
    for path in state.iterdir():
        assert path.stat().st_mode & 0o077 == 0
        if not path.name.startswith("journal."):
            assert not told(path.read_bytes().decode("latin-1")), path.name
    # The journal alone keeps it, to the byte, so that it can be brought back.
    assert TOKEN.encode() in (state / "journal.sqlite").read_bytes()


@pytest.mark.fault("a secret that is purged, with copies of it wherever memdeck kept the line")
def test_purge_leaves_none_anywhere(root: Path, call: Caller) -> None:
    said = call("promote", f"{DAY}:6", "--to", "Critical", "--allow-secret")
    assert said.code == 0, said.err
    call("lost")
    state = open_workspace(root).state_folder
    with closing(sqlite3.connect(state / "journal.sqlite", isolation_level=None)) as database:
        database.execute(
            "INSERT INTO rescued (record, time, path, words, data) VALUES (NULL, ?, ?, ?, ?)",
            (NOW.isoformat(), b"MEMORY.md", b"words", f"- a\n- with {KEY}\n- b\n".encode()),
        )
        database.execute("VACUUM INTO ?", (str(state / "journal.v1.sqlite"),))
    rows = json.loads(call("history", "--json").text)
    (added,) = [each["id"] for each in rows if each["kind"] == "promote"]
    memory = (root / "MEMORY.md").read_text(encoding="utf-8").split("\n")
    line = next(index for index, each in enumerate(memory, start=1) if KEY in each)
    assert call("retire", str(line), "--yes").code == 0
    rows = json.loads(call("history", "--json").text)
    (retired,) = [each["id"] for each in rows if each["kind"] == "retire"]
    call("lost")
    for each in (added, retired):
        said = call("history", "purge", each, "--yes")
        assert said.code == 0, said.err
        assert not told(said.text + said.err)
    (root / DAY).write_text("- Learned that fog comes at seven\n", encoding="utf-8")
    for path in state.iterdir():
        assert KEY.encode() not in path.read_bytes(), path.name
    with closing(sqlite3.connect(state / "journal.sqlite")) as database:
        (rescued,) = database.execute("SELECT data FROM rescued").fetchone()
        assert rescued == b"- a\n- b\n"
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert call("history", "--json").code == 0
