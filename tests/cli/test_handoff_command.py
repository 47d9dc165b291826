"""`memdeck handoff`: for a person by sections, for an agent as one document."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import NOW, Caller

if TYPE_CHECKING:
    from tests.conftest import GitHelper


def beat(root: Path, agent: str, ts: str) -> None:
    folder = root / "memory" / "heartbeats"
    folder.mkdir(exist_ok=True)
    with (folder / "2026-02.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"ts": ts, "agent": agent, "status": "ok"}) + "\n")


def document(call: Caller, *arguments: str) -> dict[str, Any]:
    said = call("handoff", *arguments, "--json")
    assert said.code == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def test_over_the_made_workspace_it_says_what_the_next_one_needs(
    made: Path, call_in: Callable[[Path], Caller]
) -> None:
    call = call_in(made)
    found = document(call, "--agent", "scout")
    assert list(found) == [
        *("agent", "branch", "date", "since", "left_on", "completed", "decisions", "blocked"),
        *("open", "logged", "notes", "lines_since", "last", "agents"),
    ]
    assert (found["agent"], found["branch"], found["date"]) == (
        *("scout", "feature/cache", "2026-02-06"),
    )
    assert found["since"] == "2026-02-06T13:20:41Z"
    assert found["agents"] == ["mason", "atlas", "scout"]
    assert {each["key"] for each in found["notes"] if each["unread"]} == {"task.status", "handoff"}
    assert len(found["notes"]) == 5
    assert found["completed"][0]["file"] == "memory/2026-02-06.md"
    by_day = [each["date"] for each in found["decisions"]]
    assert by_day[:5] == ["2026-02-06"] * 5
    assert set(by_day[5:]) <= {"2026-02-05"}
    sure = [each for each in found["lines_since"] if not each["perhaps"]]
    assert [each["when"][11:16] for each in sure] == ["13:45", "14:05", "14:20", "14:31"]
    assert found["last"] == {
        "tier": "logs",
        "when": "2026-02-06T14:31:00Z",
        "words": "2026-02-06.md",
        "actor": None,
    }
    text = call("handoff", "--agent", "scout").text
    for words in (
        "Hand-off to scout on feature/cache · 2026-02-06",
        "Since the last beat of scout, 2026-02-06 13:20 (1 hour ago).",
        "Last written: logs, 2026-02-06.md, 2026-02-06 14:31.",
        "Completed today\n  - ✅ Shipped Parcel Map 1.4.2",
        "Decisions today\n",
        "Blocked today\n",
        "Notes: 5 notes, 2 unread (*)\n* task.status  2026-02-06T14:20:00Z",
        "New lines of the logs: 4\n  - 13:45",
        "Perhaps new, as their file was written since: ",
    ):
        assert words in text


def test_today_says_where_it_stands_and_so_does_yesterday(agent: Path, call: Caller) -> None:
    today, before = (agent / "memory" / f"2026-02-0{day}.md" for day in (6, 5))
    before.write_text("## Completed\n- Oiled\n\n## Next steps\n- Paint\n", encoding="utf-8")
    today.write_text("- [ ] Sand it\n\n## Blocked\n- ❌ 429 since midnight\n", encoding="utf-8")
    text = call("handoff").text
    assert (
        "Blocked today\n  - ❌ 429 since midnight  memory/2026-02-06.md:4\n\n"
        "Open today\n  - Sand it  memory/2026-02-06.md:1\n\n"
        "Open on 2026-02-05\n  - Paint  memory/2026-02-05.md:5\n\n"
        "Decisions: nothing\n\n"
        "Completed on 2026-02-05\n  - Oiled  memory/2026-02-05.md:2\n"
    ) in text
    found = document(call)
    assert [(each["date"], each["text"]) for each in found["open"]] == [
        *(("2026-02-06", "Sand it"), ("2026-02-05", "Paint")),
    ]


def test_what_was_logged_today_is_told_when_nothing_of_it_is_marked(
    agent: Path, call: Caller
) -> None:
    lines = "".join(f"- looked at lamp {count}\n" for count in range(20))
    (agent / "memory" / "2026-02-06.md").write_text(lines, encoding="utf-8")
    text = call("handoff").text
    assert "Logged today, none of it marked as any of these, the last 12 of 20 lines\n" in text
    assert "looked at lamp 7  " not in text
    assert text.index("looked at lamp 8  ") < text.index("looked at lamp 19  ")
    assert len(document(call)["logged"]) == 12
    beat(agent, "scout", "2026-02-06T10:00:00Z")
    assert "looked at lamp 19  " in call("handoff", "--agent", "zed").text


def test_a_name_that_nobody_knows_is_remarked_on_with_the_nearest(
    made: Path, call_in: Callable[[Path], Caller]
) -> None:
    call = call_in(made)
    said = call("handoff", "--agent", "scuot")
    assert (said.code, "the nearest name is scout." in said.err) == (0, True)
    assert "nearest" not in call("handoff", "--agent", "zed").err
    said = call("handoff", "--branch", "feature/cahce")
    assert "know a branch feature/cahce; the nearest is feature/cache." in said.err
    assert "know a branch nope.\n" in call("handoff", "--branch", "nope").err
    assert "know a branch" not in call("handoff", "--branch", "main").err


def test_memory_is_not_named_twice(agent: Path, call: Caller) -> None:
    newest = (agent / "memory" / "2026-02-06.md").stat().st_mtime + 3600
    os.utime(agent / "MEMORY.md", (newest, newest))
    assert "\nLast written: MEMORY.md, 20" in call("handoff").text


def test_another_branch_has_its_own_notes(made: Path, call_in: Callable[[Path], Caller]) -> None:
    call = call_in(made)
    here, there = document(call), document(call, "--branch", "main")
    assert (here["branch"], there["branch"]) == ("feature/cache", "main")
    assert {each["key"] for each in here["notes"]} != {each["key"] for each in there["notes"]}
    assert document(call, "--branch", "gone")["notes"] == []


def test_without_an_agent_nothing_is_marked_as_new(call: Caller) -> None:
    found = document(call)
    assert (found["agent"], found["since"], found["lines_since"]) == (None, None, [])
    text = call("handoff").text
    assert "Hand-off to whoever starts · 2026-02-06\n" in text
    assert "No agent is named, so nothing is marked as new." in text
    assert (
        "Completed today\n  - ✅ Counted 41 terns at the north pier  memory/2026-02-06.md:4" in text
    )
    assert "New lines" not in text


def test_an_agent_without_a_beat_finds_everything_new(agent: Path, call: Caller) -> None:
    text = call("handoff", "--agent", "scout").text
    assert "No beat of scout yet: everything is new to it.\n" in text
    beat(agent, "atlas", "2026-02-06T10:00:00Z")
    text = call("handoff", "--agent", "scout").text
    assert "everything is new to it (there are beats of atlas).\n" in text
    assert "New lines of the logs: 4\n" in text


def test_the_agent_that_acts_is_the_one_that_starts(agent: Path) -> None:
    assert document(Caller(agent, environ={"MEMDECK_AGENT": "scout"}))["agent"] == "scout"
    both = Caller(agent, environ={"MEMDECK_AGENT": "scout"})
    assert document(both, "--agent", "mason")["agent"] == "mason"
    said = Caller(agent)("handoff", "--agent", "a\x1bb")
    assert (said.code, said.out) == (2, b"")


def test_the_first_of_all_is_told_kindly(tmp_path: Path) -> None:
    (tmp_path / "MEMORY.md").write_text("", encoding="utf-8")
    said = Caller(tmp_path)("handoff", "--agent", "scout")
    assert said.code == 0
    assert "Nothing was left for it" in said.text
    assert "is in no git repository" in said.err


def test_who_wrote_the_notes_last_is_what_git_says(
    git: GitHelper, agent: Path, call: Caller, git_started: Callable[[], list[str]]
) -> None:
    git.repository(agent)
    entry = {"branch": "main", "timestamp": "2026-02-06T14:20:00Z", "key": "task", "value": 1}
    stamp = {"GIT_COMMITTER_DATE": "2026-02-06T14:20:01Z", "GIT_COMMITTER_NAME": "mason"}
    git.note(agent, json.dumps(entry), environment=stamp)
    for path in (agent / "memory").iterdir():
        os.utime(path, (NOW.timestamp() - 9999,) * 2)
    os.utime(agent / "MEMORY.md", (NOW.timestamp() - 9999,) * 2)
    git_started()
    assert document(call)["last"] == {
        "tier": "notes",
        "when": "2026-02-06T14:20:00Z",
        "words": "task on main",
        "actor": "mason",
    }
    assert len(git_started()) <= 5
    assert "Last written: notes, task on main, by mason, 2026-02-06 14:20." in call("handoff").text
    # Committed at another time: somebody else brought it here.
    git(agent, "update-ref", "-d", "refs/notes/agents")
    git.note(agent, json.dumps(entry), environment={"GIT_COMMITTER_DATE": "2026-02-06T14:30:00Z"})
    assert document(call)["last"]["actor"] is None


def test_who_changed_memory_last_is_what_the_journal_says(agent: Path, call: Caller) -> None:
    assert call("--agent", "mason", "add", "One queue", "--to", "Critical Decisions").code == 0
    for path in (agent / "memory").iterdir():
        os.utime(path, (NOW.timestamp() - 9999,) * 2)
    assert document(call)["last"]["actor"] == "mason"


HOSTILE = "\x1b]52;c;AAAA\x07 \u202eevil\u2069 [red]x[/] \u200b"


def test_hostile_text_is_shown_and_not_obeyed(git: GitHelper, agent: Path, call: Caller) -> None:
    git.repository(agent)
    entry = {"branch": "main", "timestamp": HOSTILE, "key": HOSTILE, "value": f"{HOSTILE}\n# a"}
    git.note(agent, json.dumps(entry))
    log = f"## Decisions\n- {HOSTILE}\n## Blocked\n- \udcff\udcfe\x00 bytes\n"
    (agent / "memory" / f"2026-02-06-{HOSTILE.replace('/', '')}.md").write_bytes(
        log.encode("utf-8", "surrogateescape")
    )
    beat(agent, HOSTILE, "2026-02-06T10:00:00Z")
    said = call("handoff", "--agent", "scout", "--branch", "main")
    assert said.code == 0
    for text in (said.text, said.err):
        assert not set(text) & set("\x1b\x07\x00\u202e\u2069\u200b")
    found = document(call, "--agent", "scout")
    assert HOSTILE.strip() in [each["text"].strip() for each in found["decisions"]]
    assert found["notes"][0]["unread"] is True


@pytest.mark.parametrize("damage", ["beats", "folder", "log"])
def test_what_cannot_be_read_is_said_and_the_rest_is_there(
    agent: Path, call: Caller, damage: str
) -> None:
    if damage == "beats":
        (agent / "memory" / "heartbeats").symlink_to("/etc")
    elif damage == "folder":
        (agent / "memory" / "heartbeats").write_text("no folder", encoding="utf-8")
    else:
        (agent / "memory" / "2026-02-06-x.md").symlink_to("/etc/hostname")
    said = call("handoff", "--agent", "scout")
    assert said.code == 0
    assert "memory/" in said.err
    assert "Counted 41 terns" in said.text
