"""The watcher tells of what happens on disk and in git, also when events fail."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from memdeck.live.stamps import stamps
from memdeck.live.watch import Touched, Watcher, WatchMode, WatchState
from memdeck.workspace import open_workspace


class Watching:
    """A watcher at work, and what it has told."""

    def __init__(self) -> None:
        self.told = Touched()
        self.states: list[WatchState] = []
        self._changed = threading.Condition()

    def touched(self, touched: Touched) -> None:
        with self._changed:
            self.told |= touched
            self._changed.notify_all()

    def state(self, state: WatchState) -> None:
        with self._changed:
            self.states.append(state)
            self._changed.notify_all()

    def until(self, met: Callable[[], bool], seconds: float = 10) -> None:
        with self._changed:
            assert self._changed.wait_for(met, seconds), (self.told, self.states)

    def settle(self) -> None:
        """Wait until it is quiet, then forget what was told."""
        time.sleep(0.4)
        with self._changed:
            self.told = Touched()


@contextmanager
def watching(folder: Path, sweep_seconds: float = 60) -> Iterator[Watching]:
    seen = Watching()
    stop = threading.Event()
    watcher = Watcher(open_workspace(folder), seen.touched, seen.state, sweep_seconds=sweep_seconds)
    thread = threading.Thread(target=watcher.run, args=(stop,))
    thread.start()
    try:
        seen.until(lambda: bool(seen.states))
        seen.settle()
        yield seen
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        assert seen.states[-1].mode is WatchMode.STOPPED


@pytest.fixture
def folder(tmp_path: Path, git: object) -> Path:
    root = git.repository(tmp_path / "atlas")  # type: ignore[attr-defined]
    (root / "MEMORY.md").write_text("# Memory\n", encoding="utf-8")
    return root


def test_memory_and_logs_are_told_as_files_and_notes_as_notes(folder: Path, git: object) -> None:
    (folder / "memory").mkdir()
    with watching(folder) as seen:
        assert seen.states == [WatchState(WatchMode.LIVE)]
        (folder / "MEMORY.md").write_text("# Other\n", encoding="utf-8")
        seen.until(lambda: seen.told == Touched(files=True))
        seen.settle()
        (folder / "memory" / "2026-02-06.md").write_text("- a line\n", encoding="utf-8")
        seen.until(lambda: seen.told == Touched(files=True))
        seen.settle()
        git.note(folder, '{"key": "x"}')  # type: ignore[attr-defined]
        seen.until(lambda: seen.told.notes)


def test_a_memory_folder_made_later_and_the_first_file_in_it(folder: Path) -> None:
    with watching(folder) as seen:
        (folder / "memory").mkdir()
        (folder / "memory" / "2026-02-06.md").write_text("- a line\n", encoding="utf-8")
        seen.until(lambda: seen.told.files)
        time.sleep(1)
        seen.settle()
        with (folder / "memory" / "2026-02-06.md").open("a", encoding="utf-8") as log:
            log.write("- another\n")
        seen.until(lambda: seen.told.files)


def test_a_heartbeat_is_told_and_so_is_the_very_first(folder: Path) -> None:
    (folder / "memory").mkdir()
    record = folder / "memory" / "heartbeats" / "2026-02.jsonl"
    with watching(folder) as seen:
        record.parent.mkdir()
        record.write_text("{}\n", encoding="utf-8")
        seen.until(lambda: seen.told.files)
        time.sleep(1)
        seen.settle()
        with record.open("a", encoding="utf-8") as file:
            file.write("{}\n")
        seen.until(lambda: seen.told == Touched(files=True))


@pytest.mark.fault("a memory folder that is deleted and made again")
def test_a_memory_folder_that_is_deleted_and_made_again(folder: Path) -> None:
    (folder / "memory").mkdir()
    with watching(folder, sweep_seconds=0.5) as seen:
        (folder / "memory").rmdir()
        seen.until(lambda: seen.told.files)
        time.sleep(1)
        (folder / "memory").mkdir()
        time.sleep(1)
        seen.settle()
        (folder / "memory" / "2026-02-06.md").write_text("- back\n", encoding="utf-8")
        seen.until(lambda: seen.told.files)


def test_packed_refs_a_branch_switch_and_a_branch_with_slashes(folder: Path, git: object) -> None:
    with watching(folder) as seen:
        git(folder, "pack-refs", "--all")  # type: ignore[operator]
        seen.until(lambda: seen.told.notes)
        seen.settle()
        git(folder, "checkout", "-q", "-b", "feature/deep/cache")  # type: ignore[operator]
        seen.until(lambda: seen.told.notes)
        time.sleep(1)
        seen.settle()
        git.commit(folder, "on the branch")  # type: ignore[attr-defined]
        seen.until(lambda: seen.told.notes)


def test_notes_written_in_the_main_tree_are_told_in_a_worktree(
    folder: Path, tmp_path: Path, git: object
) -> None:
    other = tmp_path / "elsewhere"
    git(folder, "worktree", "add", "-q", str(other))  # type: ignore[operator]
    with watching(other) as seen:
        git.note(folder, '{"key": "x"}')  # type: ignore[attr-defined]
        seen.until(lambda: seen.told.notes)


def test_a_repository_made_while_watching(tmp_path: Path, git: object) -> None:
    root = tmp_path / "plain"
    root.mkdir()
    with watching(root) as seen:
        git.repository(root)  # type: ignore[attr-defined]
        seen.until(lambda: seen.told.notes)
        time.sleep(1)
        seen.settle()
        git.note(root, '{"key": "x"}')  # type: ignore[attr-defined]
        seen.until(lambda: seen.told.notes)


@pytest.mark.fault("a repository that is made bit by bit")
def test_a_repository_that_is_made_bit_by_bit(tmp_path: Path, git: object) -> None:
    root = tmp_path / "plain"
    root.mkdir()
    git.repository(tmp_path / "whole")  # type: ignore[attr-defined]
    with watching(root, sweep_seconds=0.5) as seen:
        (root / ".git").mkdir()
        seen.until(lambda: seen.told.notes)
        time.sleep(1)
        for name in ("objects", "refs", "HEAD", "config"):
            (tmp_path / "whole" / ".git" / name).rename(root / ".git" / name)
        time.sleep(1.5)
        seen.settle()
        git.note(root, '{"key": "x"}')  # type: ignore[attr-defined]
        seen.until(lambda: seen.told.notes)


@pytest.mark.fault("a file name that is not UTF-8 where changes are watched for")
def test_a_name_that_is_not_utf8_does_not_end_the_watching(folder: Path) -> None:
    (folder / "memory").mkdir()
    with watching(folder, sweep_seconds=0.5) as seen:
        bad = os.path.join(os.fsencode(folder), b"memory", b"bad-\xff-name")  # noqa: PTH118
        os.close(os.open(bad, os.O_CREAT | os.O_WRONLY))
        time.sleep(0.5)
        seen.settle()
        (folder / "memory" / "2026-02-06.md").write_text("- a line\n", encoding="utf-8")
        seen.until(lambda: seen.told.files)
        time.sleep(2)
        seen.settle()
        (folder / "MEMORY.md").write_text("# Still watched\n", encoding="utf-8")
        seen.until(lambda: seen.told.files)


@pytest.mark.fault("a system that has no more watches to give")
def test_without_events_the_sweep_tells_and_the_state_says_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import watchfiles

    def none_left(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device: no inotify watches left")

    monkeypatch.setattr(watchfiles, "watch", none_left)
    with watching(folder, sweep_seconds=0.2) as seen:
        assert seen.states[0].mode is WatchMode.POLLING
        assert "inotify" in seen.states[0].why
        (folder / "MEMORY.md").write_text("# Other\n", encoding="utf-8")
        seen.until(lambda: seen.told.files)


def test_every_file_that_a_profile_gives_is_swept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import watchfiles

    def none_left(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device: no inotify watches left")

    monkeypatch.setattr(watchfiles, "watch", none_left)
    (folder / "notes" / "crew").mkdir(parents=True)
    settings = '[profiles.crew]\nfiles = ["notes/*/{today}*.md", "notes/plan.md"]\nlimit = 5\n'
    (folder / "memdeck.toml").write_text(settings, encoding="utf-8")
    with watching(folder, sweep_seconds=0.2) as seen:
        for name in ("AGENTS.md", "USER.md", "notes/plan.md", "notes/crew/2026-02-06.md"):
            seen.settle()
            (folder / name).write_text("- a line\n", encoding="utf-8")
            seen.until(lambda: seen.told.files)


def test_files_of_a_profile_in_other_folders_are_told_at_once(folder: Path) -> None:
    (folder / "notes").mkdir()
    settings = '[profiles.crew]\nfiles = ["notes/plan.md"]\nlimit = 5\n'
    (folder / "memdeck.toml").write_text(settings, encoding="utf-8")
    with watching(folder) as seen:
        (folder / "notes" / "plan.md").write_text("- a line\n", encoding="utf-8")
        seen.until(lambda: seen.told.files)


def test_a_workspace_that_goes_away_and_comes_back(folder: Path, tmp_path: Path) -> None:
    with watching(folder, sweep_seconds=0.3) as seen:
        folder.rename(tmp_path / "away")
        seen.until(lambda: seen.states[-1].mode is WatchMode.POLLING)
        assert "not there" in seen.states[-1].why
        (tmp_path / "away").rename(folder)
        seen.until(lambda: seen.states[-1].mode is WatchMode.LIVE)
        seen.settle()
        (folder / "MEMORY.md").write_text("# Back\n", encoding="utf-8")
        seen.until(lambda: seen.told.files)


def test_a_linked_memory_file_is_watched_where_it_lies(tmp_path: Path) -> None:
    root = tmp_path / "linked"
    (root / "kept").mkdir(parents=True)
    (root / "kept" / "real.md").write_text("# Memory\n", encoding="utf-8")
    (root / "MEMORY.md").symlink_to("kept/real.md")
    with watching(root) as seen:
        (root / "kept" / "real.md").write_text("# Other\n", encoding="utf-8")
        seen.until(lambda: seen.told.files)


def test_stamps_change_with_size_time_and_inode(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("one", encoding="utf-8")
    first = stamps((), (tmp_path,))
    assert stamps((), (tmp_path,)) == first
    os.utime(file, ns=(1, 1))
    second = stamps((), (tmp_path,))
    assert second != first
    (tmp_path / "b.md").write_text("one", encoding="utf-8")
    os.utime(tmp_path / "b.md", ns=(1, 1))
    (tmp_path / "b.md").replace(file)
    assert stamps((), (tmp_path,)) != second
