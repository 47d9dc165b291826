"""Notices that something changed on disk or in git: hints, never facts.

Events alone are not enough: one badly encoded file name ends the watcher, an
overflowing queue is silent, and a file made right after its folder may never
be reported. So the watcher is set up again after an error and when folders
come and go, and a sweep of our own compares sizes, times and inodes every few
seconds. Whoever is told reads again and compares; a false hint costs a look.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from memdeck.errors import MemdeckError
from memdeck.git import open_repository, ref_paths
from memdeck.live.stamps import Stamp, stamps
from memdeck.pulse.beats import FOLDER as HEARTBEATS
from memdeck.workspace import Workspace

# Measured: with a 100 ms window and a 10 ms step a change is reported within
# 16 ms (median); the library's defaults take 76 ms, and 1.5 s when another
# file keeps changing.
DEBOUNCE_MS: Final = 100
STEP_MS: Final = 10
SWEEP_SECONDS: Final = 3.0
# In a git directory: what holds refs, in any depth.
_REF_FOLDERS: Final = frozenset({"refs", "logs", "reftable"})
# Where one of these comes or goes, another set of folders is to be watched.
_GIT_FOLDERS: Final = _REF_FOLDERS | {".git"}
_RETRY_SECONDS: Final = 1.0
_TICK_MS: Final = 1000


class WatchMode(StrEnum):
    """How changes are noticed."""

    LIVE = "live"
    POLLING = "polling"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class WatchState:
    """How changes are noticed now, and why not better."""

    mode: WatchMode
    why: str = ""


@dataclass(frozen=True, slots=True)
class Touched:
    """What may have changed."""

    files: bool = False
    """MEMORY.md, a log, or another file that a session is given."""
    notes: bool = False
    """A ref or HEAD of a repository."""

    def __or__(self, other: Touched) -> Touched:
        return Touched(self.files or other.files, self.notes or other.notes)

    def __bool__(self) -> bool:
        return self.files or self.notes


EVERYTHING: Final = Touched(files=True, notes=True)


class Watcher:
    """Runs in a thread of its own until its stop event is set."""

    def __init__(
        self,
        workspace: Workspace,
        touched: Callable[[Touched], None],
        state: Callable[[WatchState], None],
        *,
        sweep_seconds: float = SWEEP_SECONDS,
    ) -> None:
        self._workspace = workspace
        self._touched = touched
        self._state = state
        self._sweep_seconds = sweep_seconds
        self._git_folders: tuple[Path, ...] = ()
        self._half_made = False
        self._stamps: dict[str, Stamp] | None = None
        self._swept = 0.0

    def begin(self) -> None:
        """Remember how everything is now: what changes from here on will be told.

        Who reads the workspace afterwards misses nothing."""
        self._find_repositories()
        self._sweep()

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set; never raises for what happens on disk."""
        if self._stamps is None:
            self.begin()
        while not stop.is_set():
            folders = self._folders()
            try:
                self._watch(folders, stop)
            except (OSError, RuntimeError, ValueError) as error:
                # A watcher that died, or could not start (no inotify watches
                # left): the sweep goes on, and events are tried again later.
                self._state(WatchState(WatchMode.POLLING, _words(error)))
                self._sweep_and_tell()
                stop.wait(_RETRY_SECONDS)
        self._state(WatchState(WatchMode.STOPPED))

    def _watch(self, folders: tuple[Path, ...], stop: threading.Event) -> None:
        """Report events in `folders` until they are other folders than before."""
        if not folders:
            # Which one, the screen says beside it; there is little room for words.
            self._state(WatchState(WatchMode.POLLING, "the workspace is not there"))
            self._sweep_and_tell()
            stop.wait(_RETRY_SECONDS)
            return
        from watchfiles import watch

        events = watch(
            *folders,
            watch_filter=None,
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            rust_timeout=_TICK_MS,
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=False,
            recursive=False,
        )
        self._state(WatchState(WatchMode.LIVE))
        # What changed while no watcher was set up.
        self._sweep_and_tell()
        for changes in events:
            if changes:
                self._tell(self._sort(path for _, path in changes))
            if time.monotonic() - self._swept >= self._sweep_seconds:
                self._sweep_and_tell()
                if self._folders() != folders:
                    return
            elif changes and self._folders() != folders:
                # The events that were lost between a new folder and its watch.
                return

    def _sort(self, paths: Iterable[str]) -> Touched:
        """Which tiers these paths belong to."""
        found, look_again = Touched(), False
        starts = tuple(f"{folder}{os.sep}" for folder in self._git_folders)
        for path in paths:
            if os.path.basename(path) in _GIT_FOLDERS:  # noqa: PTH119 - 10 000 of them at once
                look_again = True
                found |= EVERYTHING
            elif f"{path}{os.sep}".startswith(starts):
                found |= Touched(notes=True)
                look_again |= self._half_made
            else:
                found |= Touched(files=True)
        if look_again:
            # Once for all of them: git is asked.
            self._find_repositories()
        return found

    def _tell(self, touched: Touched) -> None:
        if touched:
            self._touched(touched)

    def _sweep_and_tell(self) -> None:
        before = self._stamps
        after = self._sweep()
        if before is None or before == after:
            return
        differing = {
            path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
        }
        self._touched(self._sort(differing))

    def _sweep(self) -> dict[str, Stamp]:
        """Size, mtime and inode of everything that matters."""
        self._swept = time.monotonic()
        from memdeck.live.activity import activity_places

        files, folders = self._profile_places()
        others = activity_places(self._workspace, os.environ)
        self._stamps = stamps(
            (self._workspace.memory_path, *files, *others), (*self._sweep_folders(), *folders)
        )
        return self._stamps

    def _sweep_folders(self) -> tuple[Path, ...]:
        git = [inner for folder in self._git_folders for inner in _with_subfolders(folder)]
        return (self._workspace.logs_folder, self._workspace.root / HEARTBEATS, *git)

    def _profile_places(self) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
        """The files that any profile gives to a session, and the folders in which one may appear.

        Also OpenClaw's record of what it gives, when its rules are the ones that apply.
        """
        from memdeck.bootstrap.files import FileReader, is_pattern
        from memdeck.bootstrap.profiles import watched

        root, settings = self._workspace.root, self._workspace.settings
        patterns = watched(settings)
        files = [root / each for each in patterns if not is_pattern(each)]
        if settings.profile == "openclaw":
            from memdeck.bootstrap.openclaw_state import database_path

            record = database_path(os.environ)
            files += [record, record.with_name(f"{record.name}-wal")]
        reader = FileReader(root)
        folders = [
            folder for each in patterns if is_pattern(each) for folder in reader.folders(each)
        ]
        return tuple(files), tuple(dict.fromkeys(folders))

    def _find_repositories(self) -> None:
        """The folders of git that tell of new notes and another branch."""
        settings = self._workspace.settings
        roots = [self._workspace.root]
        roots += [
            (self._workspace.root / Path(name).expanduser()) for name in settings.notes_repositories
        ]
        found: list[Path] = []
        self._half_made = False
        for root in roots:
            try:
                repository = open_repository(root)
            except MemdeckError:
                # The reader meets the same trouble and puts it into words. It may be
                # a repository that is just being made: whatever comes next is looked at.
                found += [folder for folder in (root / ".git",) if folder.is_dir()]
                self._half_made = True
                continue
            if repository is not None:
                found += ref_paths(repository)
        self._git_folders = tuple(dict.fromkeys(found))

    def _folders(self) -> tuple[Path, ...]:
        """Every folder to watch that exists; watching is not recursive, as a workspace may
        hold any amount of other files."""
        memory = self._workspace.memory_path
        root = self._workspace.root
        # A person looks on while agents beat.
        wanted = [root, self._workspace.logs_folder, root / HEARTBEATS]
        if memory.is_symlink():
            # Also where the link leads round in circles, which `resolve` raises for.
            wanted.append(Path(os.path.realpath(memory)).parent)
        files, more = self._profile_places()
        # A harness writes its own records all the time: the sweep looks at those.
        inside = (file.parent for file in files if file.is_relative_to(self._workspace.root))
        wanted += [*more, *inside]
        folders = [folder for folder in wanted if folder.is_dir()]
        for folder in self._git_folders:
            folders += _with_subfolders(folder)
        return tuple(dict.fromkeys(folders))


def _with_subfolders(folder: Path) -> list[Path]:
    """A folder of refs with those inside it; the git directory itself without."""
    if not folder.is_dir():
        return []
    if folder.name not in _REF_FOLDERS:
        return [folder]
    return [Path(path) for path, _, _ in os.walk(folder)]


def _words(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text[:120]
