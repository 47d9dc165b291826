"""In a workspace of OpenClaw, what an edit from outside can cause is said once."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from .conftest import Caller

SCHEMA = (
    "CREATE TABLE plugin_state_entries (plugin_id, namespace, entry_key, value_json, created_at,"
    " expires_at, PRIMARY KEY (plugin_id, namespace, entry_key))"
)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def recorded(agent: Path, home: Path) -> Path:
    """OpenClaw's database, with a record of MEMORY.md."""
    path = home / ".openclaw" / "state" / "openclaw.sqlite"
    path.parent.mkdir(parents=True)
    workspace = sha(str(agent.resolve()).encode())
    record = {
        "version": 1,
        "workspaceKey": workspace,
        "relativePath": "MEMORY.md",
        "fileHash": sha((agent / "MEMORY.md").read_bytes()),
        "originClass": "agent",
        "observedAt": 1_770_000_000_000,
        "reservationId": "r-1",
    }
    key = f"{workspace}:{sha(b'MEMORY.md')}"
    owner = ("core:memory-artifact-provenance", "workspace-files")
    database = sqlite3.connect(path)
    database.execute(SCHEMA)
    database.execute(
        "INSERT INTO plugin_state_entries VALUES (?, ?, ?, ?, 1, NULL)",
        (*owner, key, json.dumps(record)),
    )
    database.commit()
    database.close()
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "Fog until ten", "--to", "Patterns That Work"],
        ["promote", "memory/2026-02-06.md:7"],
        ["edit", "6", "--text", "Fog until ten", "--yes"],
        ["retire", "5", "--yes"],
        ["move", "6", "--to", "Critical Decisions", "--yes"],
    ],
)
def test_the_first_edit_says_it_and_no_later_one(
    call: Caller, recorded: Path, arguments: list[str]
) -> None:
    before = recorded.read_bytes()
    said = call(*arguments, "--dry-run")
    assert said.code == 0
    assert "OpenClaw" not in said.err
    said = call(*arguments)
    assert said.code == 0, said.err
    assert "OpenClaw marks it untrusted" in said.err
    assert b"OpenClaw" not in said.out
    again = call("add", "Another line", "--to", "Critical Decisions")
    assert again.code == 0, again.err
    assert "OpenClaw" not in again.err
    assert recorded.read_bytes() == before
    assert [each.name for each in recorded.parent.iterdir()] == ["openclaw.sqlite"]


def test_an_edit_that_is_refused_says_nothing_yet(call: Caller, recorded: Path) -> None:
    text = "Always check the tide before sailing"
    said = call("add", text, "--to", "Patterns That Work")
    assert said.code == 3
    assert "OpenClaw" not in said.err
    assert "OpenClaw" in call("add", "Fog until ten", "--to", "Patterns That Work").err


def test_elsewhere_nothing_is_said_of_it(call: Caller, recorded: Path) -> None:
    recorded.write_bytes(b"not a database")
    said = call("add", "Fog until ten", "--to", "Patterns That Work")
    assert (said.code, "OpenClaw" in said.err) == (0, False)
    recorded.unlink()
    said = call("add", "Fog until nine", "--to", "Critical Decisions")
    assert (said.code, "OpenClaw" in said.err) == (0, False)
