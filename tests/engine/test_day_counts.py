"""The numbers of every log: those of a full reading, though only what changed is read."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memdeck.cache import Cache
from memdeck.cli.status import problems, status_document
from memdeck.daily import days
from memdeck.demo import make_workspace
from memdeck.live import day_counts
from memdeck.live.day_counts import read_counted
from memdeck.live.reader import read_deck
from memdeck.workspace import Workspace, open_workspace

OLD = "memory/2026-01-20.md"
LATER = datetime.now(UTC) + timedelta(days=2)
"""So long after the files were written that they are at rest."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = open_workspace(make_workspace(tmp_path / "atlas"))
    (made.root / OLD).write_text("# 2026-01-20\n\n- Oiled the winch\n- Lost a key\n", "utf-8")
    return made


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the logs that are read from now on."""
    names: list[str] = []
    read = days._read

    def noted(root: Path, path: Path, most: int) -> tuple[bytes, os.stat_result]:
        names.append(f"memory/{path.name}")
        return read(root, path, most)

    monkeypatch.setattr(days, "_read", noted)
    return names


def counted(workspace: Workspace, now: datetime = LATER) -> tuple[str, list[str]]:
    """The document of `status --json`, and the troubles, without the rest of the files."""
    deck, counts = read_counted(workspace, now)
    return json.dumps(status_document(deck, counts)), problems(deck, counts)


def in_full(workspace: Workspace, now: datetime = LATER) -> tuple[str, list[str]]:
    """The same from a deck in which every file was read."""
    deck = read_deck(workspace, now)
    return json.dumps(status_document(deck)), problems(deck)


def test_the_numbers_are_those_of_a_full_reading_cold_and_warm(
    workspace: Workspace, opened: list[str]
) -> None:
    expected = in_full(workspace)
    assert counted(workspace) == expected
    opened.clear()
    assert counted(workspace) == expected
    assert opened == []


def test_only_what_changed_is_read(workspace: Workspace, opened: list[str]) -> None:
    counted(workspace)
    opened.clear()
    with (workspace.root / OLD).open("ab") as file:
        file.write(b"- One more\n")
    said = counted(workspace)
    # Both files of that day, as a day is read whole.
    assert [name for name in opened if "2026-01-20" not in name] == []
    assert OLD in opened
    assert said == in_full(workspace)


def test_a_change_that_keeps_size_and_mtime_is_noticed(workspace: Workspace) -> None:
    path = workspace.root / OLD
    counted(workspace)
    status = path.stat()
    path.write_bytes(
        path.read_bytes().replace(b"- Lost", b"+ Gave").replace(b"- Oiled", b"  Oiled")
    )
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    assert counted(workspace) == in_full(workspace)


def test_what_was_written_a_moment_ago_is_not_remembered(
    workspace: Workspace, opened: list[str]
) -> None:
    now = datetime.now(UTC)
    assert counted(workspace, now) == in_full(workspace, now)
    opened.clear()
    counted(workspace, now)
    assert OLD in opened


def _gone(path: Path) -> None:
    path.unlink()


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _a_link_out(path: Path) -> None:
    path.unlink()
    outside = path.parents[2] / "outside.md"
    outside.write_bytes(b"- not ours\n")
    path.symlink_to(outside)


def _a_link_inside(path: Path) -> None:
    target = path.rename(path.parents[1] / "elsewhere.md")
    path.symlink_to(target)


@pytest.mark.parametrize("change", [_gone, _a_folder, _a_link_out, _a_link_inside])
def test_what_became_of_a_log_is_told_as_by_a_full_reading(
    workspace: Workspace, change: Callable[[Path], None]
) -> None:
    counted(workspace)
    change(workspace.root / OLD)
    for _ in range(2):
        assert counted(workspace) == in_full(workspace)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_log_that_may_not_be_read_any_more_is_told(workspace: Workspace) -> None:
    counted(workspace)
    (workspace.root / OLD).chmod(0)
    said = counted(workspace)
    assert said == in_full(workspace)
    assert any("may not be read" in words for words in said[1])


def test_numbers_that_were_tampered_with_are_not_believed(workspace: Workspace) -> None:
    expected = counted(workspace)
    with closing(sqlite3.connect(Cache(workspace.state_folder).path)) as database:
        changed = database.execute("UPDATE files SET items = items + 1, tokens = 7")
        assert changed.rowcount > 1
        database.commit()
    assert counted(workspace) == expected


def test_after_another_version_of_the_parser_everything_is_read_again(
    workspace: Workspace, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted(workspace)
    opened.clear()
    monkeypatch.setattr(day_counts, "fingerprint", lambda *_: b"another")
    assert counted(workspace) == in_full(workspace)
    assert OLD in opened


def test_without_a_state_folder_every_log_is_read(workspace: Workspace, opened: list[str]) -> None:
    expected = in_full(workspace)
    state = workspace.state_folder
    state.parent.parent.mkdir(parents=True, exist_ok=True)
    if state.parent.exists():
        for each in sorted(state.parent.rglob("*"), reverse=True):
            each.rmdir() if each.is_dir() else each.unlink()
        state.parent.rmdir()
    state.parent.write_bytes(b"in the way\n")
    for _ in range(2):
        opened.clear()
        assert counted(workspace)[0] == expected[0]
        assert OLD in opened
