"""The notes of a repository for one memdeck at a time, and what a killed one left behind."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from memdeck.errors import MemdeckError, Refused, Unusable
from memdeck.git import GitFailed, Repository
from memdeck.text import show

LOCK_NAME: Final = "memdeck.lock"
MARK_NAME: Final = "memdeck.writing"
"""There while a memdeck writes; found by the next one, the former was killed in the middle."""
SYNC_LOCK_NAME: Final = "memdeck-sync.lock"
SYNC_MARK_NAME: Final = "memdeck.syncing"
LOCK_PATIENCE: Final = 30.0
"""Seconds that one memdeck waits for another."""
STALE: Final = 3.0
"""Seconds after which a ref's lock is taken for one that a killed git left: git holds it for
some thousandths of a second."""

_OURS: Final = ("refs/notes", "refs/memdeck")
_POLL: Final = 0.005


@contextmanager
def notes_lock(
    repository: Repository, patience: float = LOCK_PATIENCE, stale: float = STALE
) -> Iterator[None]:
    """The notes of the repository, for this memdeck alone.

    It spares memdecks from each other's retries; that nothing is lost does not
    hang on it. The lock is the kernel's, on a file that stays: it ends with
    the process, however that ends. A git that was killed together with the
    memdeck that had started it may leave a ref's lock, which would block every
    later write: it is removed, `stale` seconds old, and only after such an end.

    Raises Refused after `patience` seconds, Unusable where no lock can be had.
    """
    folder = repository.common_dir
    with held(folder / LOCK_NAME, patience), _marked(folder / MARK_NAME, _OURS, stale):
        yield


@contextmanager
def sync_lock(
    repository: Repository, patience: float = LOCK_PATIENCE, stale: float = STALE
) -> Iterator[None]:
    """The exchange with remotes, for this memdeck alone; others may write notes meanwhile.

    As `notes_lock`, and what a killed one left is looked for below
    `refs/memdeck` only.
    """
    folder = repository.common_dir
    with (
        held(folder / SYNC_LOCK_NAME, patience),
        _marked(folder / SYNC_MARK_NAME, _OURS[1:], stale),
    ):
        yield


@contextmanager
def held(path: Path, patience: float) -> Iterator[None]:
    """The lock on the file `path`, which stays; Refused after `patience` seconds."""
    # Imported when first needed: it loads asyncio.
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=patience, mode=0o664, poll_interval=_POLL)
    try:
        lock.acquire()
    except Timeout:
        raise Refused(
            f"Another memdeck has held {show(str(path))} for {patience:g} seconds, so nothing was "
            "written: wait for it or end it, and try again."
        ) from None
    except (OSError, NotImplementedError) as error:
        raise Unusable(
            f"{show(str(path))} cannot be locked ({error}), so nothing was written: "
            "see whether its folder may be written to."
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _marked(mark: Path, folders: Sequence[str], stale: float) -> Iterator[None]:
    """With a mark that stays where the block is cut short; what that left is removed first."""
    _settle(mark, folders, stale)
    with suppress(OSError):
        mark.touch()
    try:
        yield
    except BaseException as error:
        # With the time limit and with ctrl+c git is killed as well.
        if isinstance(error, MemdeckError) and not isinstance(error, GitFailed):
            _forget(mark)
        raise
    _forget(mark)


def _forget(mark: Path) -> None:
    with suppress(OSError):
        mark.unlink()


def _settle(mark: Path, folders: Sequence[str], stale: float) -> None:
    """Remove what a git left that was killed with its memdeck; nothing without the mark."""
    try:
        begun = mark.stat().st_mtime
    except OSError:
        return
    for path in [path for folder in folders for path in _locks(mark.parent / folder)]:
        until = time.monotonic() + stale + 1
        before = _age(path)
        # Made before that write began: not its git's.
        if before is None or before[1] < begun - 1:
            continue
        while time.monotonic() < until and _age(path) == before:
            if time.time() - before[1] > stale:
                with suppress(FileNotFoundError):
                    path.unlink()
            time.sleep(_POLL)


def _locks(folder: Path) -> Iterator[Path]:
    for above, _, names in os.walk(folder):
        yield from (Path(above, name) for name in names if name.endswith(".lock"))


def _age(path: Path) -> tuple[int, float] | None:
    """Which file it is, and when it was written; None when it is gone."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime
