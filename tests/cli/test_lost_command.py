"""`memdeck lost`: what other programs took out, put back or dismissed from the command line."""

from __future__ import annotations

import json
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
