"""`memdeck lost`: what other programs took out, put back or dismissed from the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from .conftest import Caller

OLD = "# Memory\n\n## Decisions\n\n- Postgres stays the only database\n"
ADDED = "Labels are PDF/A, 100 x 150 mm"
STALE = OLD + "- Ferries leave at four\n"
LOG = "memory/2026-02-06.md"
# Put together here, so that no file of the project holds anything of this shape.
TOKEN = "gh" + "p_" + "Zq7" * 12


@pytest.fixture
def clobbered(agent: Path, call: Caller) -> Path:
    """An agent has written back what it read before `ADDED` came."""
    memory = agent / "MEMORY.md"
    memory.write_text(OLD, encoding="utf-8")
    assert call("lost").text == "Nothing is lost.\n"
    assert call("add", ADDED, "--to", "Decisions").code == 0
    memory.write_text(STALE, encoding="utf-8")
    return memory


def test_what_is_lost_is_listed_with_its_lines(clobbered: Path, call: Caller) -> None:
    said = call("lost")
    assert said.code == 1
    first, lines = said.text.removesuffix("\n").split("\n")
    assert first.endswith(
        "open  MEMORY.md was written back from an older copy, so 1 item that came since is gone."
    )
    assert lines == f"  - - {ADDED}"
    (found,) = json.loads(call("lost", "--json").text)
    assert found["lost"] == [{"line": 6, "section": "Decisions", "text": f"- {ADDED}\n"}]
    assert (found["kind"], found["state"], found["count"]) == ("stale", "open", 1)
    assert clobbered.read_text(encoding="utf-8") == STALE


def test_it_is_put_back_by_its_id_and_that_is_undone_like_anything_else(
    clobbered: Path, call: Caller
) -> None:
    (found,) = json.loads(call("lost", "--json").text)

    assert f"+ - {ADDED}" in call("lost", found["id"], "--put-back", "--dry-run").text.replace(
        "+-", "+ -"
    )
    assert clobbered.read_text(encoding="utf-8") == STALE
    said = call("lost", found["id"][:6], "--put-back")

    assert said.code == 0
    assert "Put back: Labels" in said.err
    assert ADDED in clobbered.read_text(encoding="utf-8")
    assert "Ferries" in clobbered.read_text(encoding="utf-8")
    assert call("lost").code == 0
    assert json.loads(call("lost", "--all", "--json").text)[0]["state"] == "recovered"
    assert call("undo").code == 0
    assert clobbered.read_text(encoding="utf-8") == STALE


def test_it_is_dismissed_when_it_was_meant(clobbered: Path, call: Caller) -> None:
    assert call("check", "--only", "lost").code == 1
    (found,) = json.loads(call("lost", "--json").text)
    assert call("lost", found["id"], "--dismiss").code == 0
    assert call("check", "--only", "lost").code == 0
    assert call("lost").code == 0


def test_lines_of_a_log_are_appended_to_it(agent: Path, call: Caller) -> None:
    path = agent / LOG
    path.write_bytes(b"# Today\n\n- One thing of many\n- Another thing\n")
    assert call("lost").code == 0
    path.write_bytes(b"# Today\n\n- Another thing\n")
    (found,) = json.loads(call("lost", "--json").text)

    said = call("lost", found["id"], "--put-back")

    assert (said.code, said.text) == (0, f"{LOG}:4\n")
    assert path.read_bytes() == b"# Today\n\n- Another thing\n- One thing of many\n"
    assert call("lost").code == 0


def test_a_secret_among_the_lost_lines_is_not_shown(agent: Path, call: Caller) -> None:
    memory = agent / "MEMORY.md"
    memory.write_text(OLD, encoding="utf-8")
    call("lost")
    memory.write_text(OLD + f"- Push with {TOKEN}\n", encoding="utf-8")
    call("lost")
    memory.write_text(STALE, encoding="utf-8")
    for options in ((), ("--json",)):
        said = call("lost", *options)
        assert said.code == 1
        assert "GitHub token" in said.text
        assert TOKEN not in said.text


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("abc",), 1),
        (("--put-back",), 2),
        (("abc", "--put-back", "--dismiss"), 2),
    ],
)
def test_wrong_usage_is_told(call: Caller, arguments: tuple[str, ...], code: int) -> None:
    assert call("lost", *arguments).code == code


# --- Without a dashboard, and without a look before -----------------------------


OTHER = "Tiles of level 19 do not exist"
LOGGED = "The crane is greased on Fridays"


@pytest.fixture
def unwatched(agent: Path) -> Path:
    """MEMORY.md in a workspace that memdeck has never looked at."""
    memory = agent / "MEMORY.md"
    memory.write_text(OLD, encoding="utf-8")
    (agent / LOG).write_text(f"# Today\n\n- {LOGGED}\n", encoding="utf-8")
    return memory


def lost_texts(call: Caller) -> list[str]:
    """The lost items, without their bullets."""
    found = json.loads(call("lost", "--json").text)
    return [
        line.removeprefix("- ")
        for each in found
        for lost in each["lost"]
        for line in lost["text"].split("\n")
        if line
    ]


@pytest.mark.parametrize("stale", [OLD, STALE], ids=["as it was", "with a line of its own"])
def test_what_a_command_added_is_missed_though_nobody_was_watching(
    unwatched: Path, call: Caller, stale: str
) -> None:
    assert call("add", ADDED, "--to", "Decisions").code == 0
    whole = unwatched.read_text(encoding="utf-8")
    unwatched.write_text(stale, encoding="utf-8")

    assert lost_texts(call) == [ADDED]

    (found,) = json.loads(call("lost", "--json").text)
    assert call("lost", found["id"], "--put-back").code == 0
    assert ADDED in unwatched.read_text(encoding="utf-8")
    assert len(unwatched.read_text(encoding="utf-8")) == len(whole) + len(stale) - len(OLD)


@pytest.mark.parametrize("stale", [OLD, STALE], ids=["as it was", "with a line of its own"])
def test_all_that_several_commands_put_in_is_missed_together(
    unwatched: Path, call: Caller, stale: str
) -> None:
    assert call("add", ADDED, "--to", "Decisions").code == 0
    assert call("add", OTHER, "--to", "Decisions").code == 0
    assert call("promote", f"{LOG}:3", "--to", "Decisions").code == 0
    unwatched.write_text(stale, encoding="utf-8")

    assert lost_texts(call) == [ADDED, OTHER, LOGGED]
    assert len(json.loads(call("lost", "--json").text)) == 1


def test_what_others_wrote_before_a_command_did_is_missed_too(
    unwatched: Path, call: Caller
) -> None:
    assert call("add", ADDED, "--to", "Decisions").code == 0
    with unwatched.open("a", encoding="utf-8") as file:
        file.write(f"- {LOGGED}\n")
    assert call("add", OTHER, "--to", "Decisions").code == 0
    unwatched.write_text(STALE, encoding="utf-8")

    assert lost_texts(call) == [ADDED, LOGGED, OTHER]


def test_what_was_undone_is_not_missed(unwatched: Path, call: Caller) -> None:
    assert call("add", ADDED, "--to", "Decisions").code == 0
    assert call("undo").code == 0
    unwatched.write_text(STALE, encoding="utf-8")
    assert call("lost").text == "Nothing is lost.\n"


def test_an_honest_edit_after_a_command_is_no_loss(unwatched: Path, call: Caller) -> None:
    assert call("add", ADDED, "--to", "Decisions").code == 0
    text = unwatched.read_text(encoding="utf-8")
    unwatched.write_text(text.replace("100 x 150 mm", "105 x 150 mm"), encoding="utf-8")
    assert call("lost").text == "Nothing is lost.\n"
    assert call("retire", "5", "--yes").code == 0
    with unwatched.open("a", encoding="utf-8") as file:
        file.write(f"- {OTHER}\n")
    assert call("lost").text == "Nothing is lost.\n"


def test_a_line_of_others_that_they_take_out_again_is_no_loss(
    unwatched: Path, call: Caller
) -> None:
    assert call("add", ADDED, "--to", "Decisions").code == 0
    known = unwatched.read_text(encoding="utf-8")
    unwatched.write_text(f"{known}- {OTHER}\n", encoding="utf-8")
    assert call("lost").code == 0
    unwatched.write_text(known, encoding="utf-8")
    assert call("lost").code == 0


def test_a_loss_that_was_meant_is_not_told_again_with_the_next_line(
    unwatched: Path, call: Caller
) -> None:
    assert call("add", ADDED, "--to", "Decisions").code == 0
    call.now += timedelta(seconds=1)
    call("lost")
    unwatched.write_text(OLD, encoding="utf-8")
    (found,) = json.loads(call("lost", "--json").text)
    assert call("lost", found["id"], "--dismiss").code == 0
    call.now += timedelta(seconds=1)
    unwatched.write_text(STALE, encoding="utf-8")
    assert call("lost").text == "Nothing is lost.\n"


def test_a_command_whose_memory_is_damaged_writes_all_the_same(
    unwatched: Path, call: Caller
) -> None:
    call("lost")
    from memdeck.live.seen import Seen
    from memdeck.workspace import open_workspace

    Seen(open_workspace(unwatched.parent).state_folder).path.write_bytes(b"no database" * 500)
    said = call("add", ADDED, "--to", "Decisions")
    assert said.code == 0
    assert "the damaged file is kept beside it" in said.err
    assert ADDED in unwatched.read_text(encoding="utf-8")
