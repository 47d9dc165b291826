"""`memdeck history`, `restore` and `lineage`: what MEMORY.md was, and bringing it back."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memdeck.live.seen import Seen
from memdeck.workspace import open_workspace
from tests.cli.conftest import MEMORY, Caller

if TYPE_CHECKING:
    from tests.conftest import GitHelper

Text = Callable[[], str]
BIRDS = "2026-02-01: Counted birds at dawn only"
FOG = "Moved the dawn count to seven because of fog"


@pytest.fixture
def committed(git: GitHelper, agent: Path) -> Path:
    """The small workspace, committed in the evening before."""
    git.repository(agent, commits=0)
    commit(git, agent, "Start", "2026-02-05T20:00:00Z")
    return agent


def commit(
    git: GitHelper, root: Path, subject: str, when: str, who: str = "Bo", text: str | None = None
) -> str:
    if text is not None:
        (root / "MEMORY.md").write_text(text, encoding="utf-8")
    git(root, "add", "MEMORY.md")
    stamp = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "GIT_AUTHOR_NAME": who}
    git(root, "commit", "-q", "-m", subject, environment=stamp)
    return git(root, "rev-parse", "HEAD")


def line_of(text: str, words: str) -> str:
    return str(next(n for n, line in enumerate(text.split("\n"), 1) if words in line))


def newest(call: Caller) -> str:
    return str(json.loads(call("history", "--json").out)[0]["id"])


# --- The list ----------------------------------------------------------------


def test_operations_and_commits_are_one_list(git: GitHelper, committed: Path, call: Caller) -> None:
    call("add", "By the operator", "--to", "Patterns That Work", "--agent", "heron")
    rows = call("history").text.rstrip("\n").split("\n")
    assert len(rows) == 2
    assert "heron  Added to Patterns That Work: By the operator  +18 B" in rows[0]
    assert rows[1].endswith("2026-02-05 20:00:00  Bo  Start")
    first, second = json.loads(call("history", "--json").out)
    assert (first["source"], first["kind"], first["actor"]) == ("journal", "add", "heron")
    assert (second["source"], second["kind"], second["actor"]) == ("git", "commit", "Bo")
    assert second["id"] == second["commit"] == git(committed, "rev-parse", "HEAD")
    assert first["size"] - second["size"] == 18
    assert first.keys() == second.keys()
    commit(git, committed, "Keep it", "2026-02-06T15:00:00Z")
    assert "(commit " in call("history", "--limit", "1").text


def test_without_a_repository_it_says_that_the_journal_is_all(call: Caller) -> None:
    call("add", "One", "--to", "Patterns That Work")
    said = call("history")
    assert len(said.text.rstrip("\n").split("\n")) == 1
    assert "in no git repository: the journal alone" in said.err


def test_the_history_of_one_item(git: GitHelper, committed: Path, call: Caller) -> None:
    text = MEMORY.replace("at dawn only", "at dawn and at dusk")
    commit(git, committed, "Dusk, too", "2026-02-06T10:00:00Z", "Agent 7", text)
    said = call("history", "--item", line_of(text, "dusk"))
    rows = said.text.rstrip("\n").split("\n")
    assert "Agent 7  Dusk, too" in rows[0]
    assert rows[1] == "  2026-02-01: Counted birds at dawn and at dusk"
    assert "Bo  Start" in rows[2]
    found = json.loads(call("history", "--json", "--item", line_of(text, "dusk")).out)
    assert [each["before"] for each in found] == [BIRDS, None]


def told(call: Caller, words: str) -> str:
    """What is said of an item that no version has."""
    text = (call.folder / "MEMORY.md").read_text(encoding="utf-8")
    said = call("history", "--item", line_of(text, words))
    assert said.code == 0
    assert said.text == ""
    return said.err.rstrip("\n").split("\n")[-1]


def test_what_is_known_of_an_item_that_is_older_than_all_versions(
    agent: Path, call: Caller
) -> None:
    call("retire", line_of(MEMORY, "Kestrel"))
    first = newest(call)
    assert told(call, BIRDS) == (
        f"It was there before the first version that is known: {first} of 2026-02-06 14:32."
    )
    call("add", "By the operator", "--to", "Patterns That Work")
    assert told(call, BIRDS).startswith("It was there before the first version that is known")


def test_what_is_known_of_an_item_that_another_program_wrote(agent: Path, call: Caller) -> None:
    call("add", "By the operator", "--to", "Patterns That Work")
    path = agent / "MEMORY.md"
    path.write_text(path.read_text(encoding="utf-8") + "- Of an agent\n", encoding="utf-8")
    assert told(call, "Of an agent") == (
        "No version has this item: another program has written MEMORY.md since the newest one, "
        "and whether it was there before is not known."
    )
    call("add", "Once more", "--to", "Patterns That Work")
    version = newest(call)
    assert told(call, "Of an agent") == (
        f"It was there before the version {version} of 2026-02-06 14:32 and no older one has it: "
        "another program wrote it, or it is older than all of them."
    )


def test_what_is_known_of_an_item_that_nobody_committed(
    git: GitHelper, committed: Path, call: Caller
) -> None:
    path = committed / "MEMORY.md"
    path.write_text(path.read_text(encoding="utf-8") + "- Of an agent\n", encoding="utf-8")
    assert told(call, "Of an agent") == (
        "No version has this item: another program has written it since the newest commit."
    )
    call("add", "Once more", "--to", "Patterns That Work")
    assert told(call, "Of an agent") == (
        "No version has this item: another program has written it since the newest commit."
    )


def test_without_any_version_nothing_is_said_of_when_an_item_came(
    agent: Path, call: Caller
) -> None:
    assert told(call, BIRDS) == "No version is known, so nothing says since when it is there."


def test_what_a_version_changed_is_a_unified_diff(
    git: GitHelper, committed: Path, call: Caller
) -> None:
    call("add", "By the operator", "--to", "Patterns That Work")
    said = call("history", "show", newest(call)[:8])
    assert said.code == 0, said.err
    assert "+- By the operator\n" in said.text
    assert said.text.startswith("--- a/MEMORY.md\n+++ b/MEMORY.md\n")
    assert "1 added" in said.err
    found = json.loads(call("history", "show", "HEAD", "--today", "--json").out)
    assert [each["text"] for each in found["items"]["added"]] == ["By the operator"]
    assert found["diff"] == said.text
    assert call("history", "show", "nothing").code == 1


def test_hostile_words_are_shown_and_not_obeyed(
    git: GitHelper, committed: Path, call: Caller
) -> None:
    text = MEMORY + "- \x1b]0;owned\x07 [/] \u202eevil\n"
    commit(git, committed, "\x1b[31mred\u202e", "2026-02-06T10:00:00Z", "E\x07vil", text)
    for arguments in (
        ["history"],
        ["history", "--item", line_of(text, "owned")],
        ["lineage", line_of(text, "owned")],
    ):
        said = call(*arguments)
        assert said.code == 0, said.err
        assert not {"\x1b", "\x07", "\u202e"} & set(said.text + said.err)


# --- Purge -------------------------------------------------------------------


def test_a_secret_is_purged_for_good(agent: Path, call: Caller, memory: Text) -> None:
    secret = "AKIA" + "Q7" * 8
    call("add", f"The key is {secret}", "--to", "Patterns That Work", "--allow-secret")
    added = newest(call)
    call("add", "Beside it", "--to", "Patterns That Work")
    beside = newest(call)
    call("lost")  # looks, and so remembers the version with the secret
    state = open_workspace(agent).state_folder
    assert Seen(state).purge(b"no such words") == 0
    call("undo", added)
    call("lost")
    with sqlite3.connect(state / "seen.sqlite") as database:
        versions = [
            zlib.decompress(row[0]) for row in database.execute("SELECT data FROM versions")
        ]
    assert any(secret.encode() in each for each in versions)
    said = call("history", "purge", added)
    assert said.code == 3
    assert "Nothing was purged" in said.err
    said = call("history", "purge", added, "--yes")
    assert said.code == 0, said.err
    assert "cannot be undone" in said.err
    assert "Forgotten, too: 2 versions of MEMORY.md" in said.err
    assert Seen(state).purge(secret.encode()) == 0
    journal = state / "journal.sqlite"
    assert secret.encode() not in journal.read_bytes()
    with sqlite3.connect(journal) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    rows = json.loads(call("history", "--json").out)
    assert [each["words"] for each in rows] == [
        "(purged)",
        "Added to Patterns That Work: Beside it",
        "(purged)",
    ]
    assert call("undo", rows[0]["id"]).code == 3
    assert call("undo").text.strip() == newest(call)
    assert memory() == MEMORY
    assert json.loads(call("history", "--json").out)[0]["undoes"] == beside


def test_purging_names_what_else_holds_the_same_lines(call: Caller, memory: Text) -> None:
    call("add", "The key is hidden", "--to", "Patterns That Work")
    added = newest(call)
    call("retire", line_of(memory(), "The key"), "--yes")
    retired = newest(call)
    said = call("history", "purge", added, "--yes")
    assert f"each to be purged by itself: {retired}" in said.err
    assert call("undo", retired).code == 0
    assert "The key is hidden" in memory()
    for wrong, code in (("nothing", 1), ("0" * 12, 1)):
        assert call("history", "purge", wrong, "--yes").code == code


# --- Restore -----------------------------------------------------------------


def test_the_whole_file_comes_back_and_can_be_undone(
    git: GitHelper, committed: Path, call: Caller, memory: Text
) -> None:
    text = MEMORY.replace(f"- {BIRDS}\n", "") + "- Another\n"
    commit(git, committed, "Rewrite", "2026-02-06T10:00:00Z", "Agent 7", text)
    dry = call("restore", "HEAD~1", "--dry-run")
    assert dry.code == 0, dry.err
    assert f"+- {BIRDS}\n" in dry.text
    assert memory() == text
    said = call("restore", "HEAD~1")
    assert said.code == 0, said.err
    assert "Restored the version of 2026-02-05 20:00 by Bo" in said.err
    assert memory() == MEMORY
    assert call("restore", "HEAD~1").code == 3
    assert call("undo").code == 0
    assert memory() == text
    assert call("redo").code == 0
    assert memory() == MEMORY


def test_an_item_comes_back_where_it_was_from_git_history(
    git: GitHelper, committed: Path, call: Caller, memory: Text
) -> None:
    text = MEMORY.replace("  - waits for the tide tables\n", "").replace(
        "- **Lantern** - lighthouse scheduler\n", ""
    )
    commit(git, committed, "Drop the lantern", "2026-02-06T10:00:00Z", "Agent 7", text)
    said = call("restore", "HEAD~1", "--item", line_of(MEMORY, "Lantern"))
    assert said.code == 0, said.err
    assert memory() == MEMORY
    assert "Restored to Active Projects: Lantern" in said.err
    assert said.text.startswith("MEMORY.md:4  ")
    again = call("restore", "HEAD~1", "--item", line_of(MEMORY, "Lantern"))
    assert (again.code, memory()) == (3, MEMORY)
    call("undo")
    assert memory() == text


def test_an_item_that_was_reworded_gets_its_earlier_words(
    git: GitHelper, committed: Path, call: Caller, memory: Text
) -> None:
    commit(
        git,
        committed,
        "Dusk, too",
        "2026-02-06T10:00:00Z",
        text=MEMORY.replace("at dawn only", "at dawn and at dusk"),
    )
    said = call("restore", "HEAD~1", "--item", line_of(MEMORY, BIRDS))
    assert said.code == 0, said.err
    assert memory() == MEMORY


def test_the_version_before_an_operation_has_what_it_took_out(call: Caller, memory: Text) -> None:
    number = line_of(MEMORY, BIRDS)
    call("retire", number, "--yes")
    retired = newest(call)
    call("add", "Another", "--to", "Patterns That Work")
    said = call("restore", retired, "--item", number)
    assert said.code == 1
    assert f"`{retired}^` is the one before" in said.err
    said = call("restore", f"{retired}^", "--item", number)
    assert said.code == 0, said.err
    assert memory() == MEMORY + "- Another\n"
    assert call("restore", f"{retired}^").code == 0
    assert memory() == MEMORY
    assert "version before that of" in json.loads(call("history", "--json").out)[0]["words"]


def test_what_cannot_be_told_any_more_is_refused(agent: Path, call: Caller, memory: Text) -> None:
    call("add", "One", "--to", "Patterns That Work")
    done = newest(call)
    (agent / "MEMORY.md").write_text("## Other\n", encoding="utf-8")
    said = call("restore", done)
    assert said.code == 3
    assert "cannot be told any more" in said.err
    said = call("history", "show", done)
    assert said.code == 0
    assert "+- One\n" in said.text
    assert "only the changed lines are known" in said.err
    assert call("restore", "nothing").code == 1


# --- Lineage -----------------------------------------------------------------


def test_an_item_tells_where_it_comes_from_and_a_line_where_it_went(
    call: Caller, memory: Text
) -> None:
    place = "memory/2026-02-06.md:7"
    call("promote", place, "--to", "Patterns That Work", "--text", "Count at seven in fog")
    number = line_of(memory(), "Count at seven")
    said = call("lineage", number)
    assert said.code == 0, said.err
    assert f"promoted from  {place}" in said.text
    assert "came  " in said.text
    found = json.loads(call("lineage", number, "--json").out)
    assert (found["source"]["file"], found["source"]["line"]) == ("memory/2026-02-06.md", 7)
    assert found["source"]["certain"] is True
    assert found["steps"][0]["version"]["kind"] == "promote"
    said = call("lineage", place)
    assert f"promoted to  MEMORY.md:{number}  Count at seven in fog" in said.text
    (went,) = json.loads(call("lineage", place, "--json").out)["went"]
    assert went["certain"] is True
    assert "nor anything like it" in call("lineage", "memory/2026-02-06.md:4").text


def test_what_no_line_is_like_says_what_was_searched(call: Caller) -> None:
    said = call("lineage", line_of(MEMORY, "Kestrel"))
    assert "no line like it in the logs from 2026-01-06 to 2026-02-06" in said.text
    assert "No version is known, so nothing says since when it is there." in said.text
    for wrong, code in (("999", 1), ("nothing", 2), ("memory/2020-01-01.md:1", 1)):
        assert call("lineage", wrong).code == code
