"""What is done beside the logs is noticed by the sweep, where no event tells of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.activity.openclaw import (
    EVENTS,
    NEW_TABLE,
    database_path,
    in_files,
    lines,
    lock,
    made,
    message,
    store,
)
from tests.engine.test_watch import watching


def a_record(root: Path, state: Path) -> None:
    with (root / "memory/runs/deep/a.jsonl").open("a") as file:
        file.write("{}\n")


def a_transcript(root: Path, state: Path) -> None:
    """As OpenClaw writes one: with a lock beside it for that long."""
    transcript = state / "agents/atlas/sessions/s1.jsonl"
    held = lock(transcript)
    with transcript.open("a") as file:
        file.write(lines([message("user", "more")]))
    held.unlink()


def a_database(root: Path, state: Path) -> None:
    database = made(database_path(state, "scout"))
    store(database, [message("user", "more")])
    database.close()


@pytest.mark.parametrize("done", [a_record, a_transcript, a_database])
def test_it_is_noticed(
    done: Callable[[Path, Path], None], tmp_path: Path, home: Path, git: object
) -> None:
    root = git.repository(tmp_path / "atlas")  # type: ignore[attr-defined]
    (root / "memory/runs/deep").mkdir(parents=True)
    (root / "memory/runs/deep/a.jsonl").touch()
    state = home / ".openclaw"
    in_files(state, [message("user", "first")])
    made(database_path(state, "scout"), NEW_TABLE, EVENTS).close()
    with watching(root, sweep_seconds=0.2) as seen:
        assert not seen.told
        done(root, state)
        seen.until(lambda: seen.told.files)
