"""No command prints what looks like a secret, unless it is asked to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Caller

# Put together here, so that no file of the project holds anything of this shape.
TOKEN = "gh" + "p_" + "Zq7" * 12
KEY = "AK" + "IA" + "ABCDEFGH23456723"
LOG = "memory/2026-02-06.md"
MEMORY = (
    f"# Memory\n\n## Decisions\n\n- The pier pushes with {TOKEN} at night\n- Two keys of iron\n"
)


@pytest.fixture
def leaky(agent: Path, call: Caller) -> Path:
    """A workspace with a secret in MEMORY.md, in a log and in the journal."""
    (agent / "MEMORY.md").write_text(MEMORY, encoding="utf-8")
    text = f"# Today\n\n## Decisions\n\n- Decided to sail with {KEY} from now on\n"
    (agent / LOG).write_text(text, encoding="utf-8")
    assert (
        call("add", f"Gulls answer to {KEY} alone", "--to", "Decisions", "--allow-secret").code == 0
    )
    return agent


COMMANDS = [
    ("status",),
    ("status", "--json"),
    ("handoff",),
    ("handoff", "--json"),
    ("triage",),
    ("triage", "--json"),
    ("lineage", f"{LOG}:5"),
    ("lineage", f"{LOG}:5", "--json"),
    ("lineage", "5"),
    ("lineage", "5", "--json"),
    ("history",),
    ("history", "--json"),
    ("history", "--item", "7"),
    ("history", "--item", "7", "--json"),
    ("history", "show", "ID"),
    ("history", "show", "ID", "--json"),
    ("promote", f"{LOG}:5", "--to", "Decisions", "--allow-secret", "--dry-run"),
    ("retire", "5", "--dry-run"),
    ("restore", "ID^", "--dry-run"),
    ("hygiene",),
    ("hygiene", "--json"),
    ("search", "sail"),
    ("check",),
    ("retire", "5", "--yes"),
    ("promote", f"{LOG}:5", "--to", "Decisions", "--allow-secret"),
]


def filled(call: Caller, arguments: tuple[str, ...]) -> list[str]:
    """With the id of the operation that was done first."""
    first = json.loads(call("history", "--json").text)[-1]["id"]
    return [each.replace("ID", first) for each in arguments]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_covers_it(leaky: Path, call: Caller, arguments: tuple[str, ...]) -> None:
    said = call(*filled(call, arguments))
    assert said.code in (0, 1)
    assert len(said.text + said.err) > 20
    for secret in (TOKEN, KEY):
        assert secret not in said.text
        assert secret not in said.err


@pytest.mark.parametrize(
    "arguments",
    [("triage",), ("lineage", f"{LOG}:5"), ("history", "show", "ID")],
    ids=" ".join,
)
@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
def test_where_the_text_itself_is_wanted_it_is_revealed(
    leaky: Path, call: Caller, arguments: tuple[str, ...], as_json: tuple[str, ...]
) -> None:
    assert KEY in call(*filled(call, arguments), "--reveal", *as_json).text


def test_what_the_next_session_is_given_stays_exact(leaky: Path, call: Caller) -> None:
    assert TOKEN in call("pack").text


def test_the_ids_that_are_printed_beside_it_work(leaky: Path, call: Caller) -> None:
    found = json.loads(call("triage", "--json").text)[0]
    assert found["text"] == "Decided to sail with (AWS access key) from now on"
    said = call("triage", "skip", found["id"])
    assert (said.code, KEY in said.text) == (0, False)
    items = json.loads(call("status", "--json").text)["memory"]["sections"][-1]["items"]
    assert call("retire", items[0]["id"]).code == 0


def test_a_difference_keeps_its_signs(leaky: Path, call: Caller) -> None:
    said = call("history", "show", *filled(call, ("ID",)))
    assert "\n+- Gulls answer to [AWS access key, 20 characters] alone\n" in said.text
