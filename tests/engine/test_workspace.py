"""Workspaces: what is one, how it is found, whose day it is, where its state lives."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from memdeck.errors import Unusable
from memdeck.settings import Settings
from memdeck.workspace import (
    LocalZone,
    Workspace,
    find_workspace,
    is_workspace,
    open_workspace,
)


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    folder = tmp_path / "agent"
    (folder / "memory").mkdir(parents=True)
    (folder / "MEMORY.md").write_text("# Memory\n", "utf-8")
    return folder


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_memory_file_or_a_dated_log_makes_a_workspace(tmp_path: Path, agent: Path) -> None:
    assert is_workspace(agent)
    assert not is_workspace(tmp_path)
    assert not is_workspace(tmp_path / "missing")
    logs_only = tmp_path / "logs-only"
    (logs_only / "memory").mkdir(parents=True)
    (logs_only / "memory" / "notes.md").write_text("", "utf-8")
    (logs_only / "memory" / "2026-02-06.md.gz").write_text("", "utf-8")
    (logs_only / "memory" / "2026-02-06.md").mkdir()
    assert not is_workspace(logs_only)
    (logs_only / "memory" / "2026-02-05-standup.md").write_text("", "utf-8")
    assert is_workspace(logs_only)


def test_a_folder_named_memory_md_is_none_and_a_broken_link_is(tmp_path: Path) -> None:
    (tmp_path / "a" / "MEMORY.md").mkdir(parents=True)
    assert not is_workspace(tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "MEMORY.md").symlink_to("elsewhere.md")
    assert is_workspace(tmp_path / "b")


def test_the_nearest_workspace_upward_is_found(agent: Path) -> None:
    deep = agent / "memory" / "reports" / "weekly"
    deep.mkdir(parents=True)
    assert find_workspace(deep, {}).root == agent.resolve()


def test_the_variable_wins_and_is_taken_at_its_word(agent: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert find_workspace(elsewhere, {"MEMDECK_WORKSPACE": str(agent)}).root == agent.resolve()
    with pytest.raises(Unusable, match=r"MEMDECK_WORKSPACE.*holds no agent memory"):
        find_workspace(agent, {"MEMDECK_WORKSPACE": str(elsewhere)})
    with pytest.raises(Unusable, match="does not exist"):
        find_workspace(agent, {"MEMDECK_WORKSPACE": str(tmp_path / "gone")})


def test_where_there_is_none_the_words_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="memdeck init"):
        find_workspace(tmp_path, {})
    with pytest.raises(Unusable, match="does not exist"):
        find_workspace(tmp_path / "gone", {})


def test_what_is_no_folder_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(Unusable, match="is not a folder"):
        open_workspace(tmp_path / "file")
    with pytest.raises(Unusable, match="does not exist"):
        open_workspace(tmp_path / "gone")
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(Unusable):
        open_workspace(tmp_path / "round")


def test_a_name_full_of_escapes_is_shown_harmless(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as raised:
        open_workspace(tmp_path / "\x1b]52;c;eA==\x07")
    assert "\x1b" not in str(raised.value)
    assert "\x07" not in str(raised.value)


def test_a_link_and_its_target_are_the_same_workspace(agent: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(agent)
    assert open_workspace(link).root == agent.resolve()
    assert open_workspace(link).state_folder == open_workspace(agent).state_folder


def test_two_workspaces_of_one_name_keep_their_state_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folders = []
    for parent in ("one", "two"):
        root = tmp_path / parent / "agent"
        root.mkdir(parents=True)
        folders.append(open_workspace(root).ensure_state_folder())
    assert folders[0] != folders[1]
    for folder in folders:
        assert folder.name.startswith("agent-")
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert open_workspace(tmp_path / "one" / "agent").ensure_state_folder() == folders[0]


def test_a_very_long_or_odd_name_still_has_a_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("x" * 250, "…", "-rf", ".hidden"):
        root = tmp_path / name
        root.mkdir()
        folder = open_workspace(root).ensure_state_folder()
        assert folder.is_dir()
        assert not folder.name.startswith(("-", "."))


def test_a_state_folder_that_cannot_be_made_is_said(
    agent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(Unusable, match="nothing was written"):
        open_workspace(agent).ensure_state_folder()


def test_opening_a_workspace_writes_nothing(
    agent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    before = sorted(os.fspath(each) for each in tmp_path.rglob("*"))
    workspace = open_workspace(agent)
    assert workspace.memory_path == agent.resolve() / "MEMORY.md"
    assert workspace.logs_folder == agent.resolve() / "memory"
    assert workspace.state_folder
    assert sorted(os.fspath(each) for each in tmp_path.rglob("*")) == before


def test_today_depends_on_the_zone(tmp_path: Path) -> None:
    late = datetime(2026, 2, 6, 23, 30, tzinfo=UTC)
    for zone, day in (("UTC", 6), ("Asia/Tokyo", 7), ("America/New_York", 6)):
        assert Workspace(tmp_path, Settings(zone=zone)).today(late) == date(2026, 2, day)


@pytest.mark.usefixtures("berlin")
def test_the_local_zone_keeps_the_rules_of_both_halves_of_the_year(tmp_path: Path) -> None:
    zone = Workspace(tmp_path, Settings()).zone
    winter = datetime(2026, 1, 15, 12, tzinfo=UTC).astimezone(zone)
    summer = datetime(2026, 7, 15, 12, tzinfo=UTC).astimezone(zone)
    assert (winter.hour, summer.hour) == (13, 14)
    assert winter.utcoffset() == timedelta(hours=1)
    assert summer.utcoffset() == timedelta(hours=2)
    assert summer.tzname() == "CEST"


@pytest.mark.usefixtures("berlin")
def test_every_moment_of_the_night_that_has_an_hour_twice_comes_back() -> None:
    zone = LocalZone()
    moment = datetime(2026, 10, 24, 22, tzinfo=UTC)
    for _ in range(24):
        moment += timedelta(minutes=15)
        assert moment.astimezone(zone).astimezone(UTC) == moment
