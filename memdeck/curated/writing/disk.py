"""MEMORY.md on disk: one locked folder, and the few steps of which a safe write is made.

Everything goes through a descriptor of the folder, so that a folder that is
renamed meanwhile stays the same one. What the steps are for, and in which
order they are safe, is said in `store.py`.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from memdeck.curated.writing.exchange import exchange
from memdeck.curated.writing.lease import leased, tells_all
from memdeck.curated.writing.names import (
    Leftover,
    is_unfinished,
    leftover_of,
    name_of_new,
    name_of_old,
    name_of_swap,
)
from memdeck.errors import Refused
from memdeck.text import show

_READ: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY
_NO_LINKS: Final = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The file as it was read; its descriptor stays open until `close`."""

    data: bytes
    descriptor: int = -1
    status: os.stat_result | None = None
    """None when there is no file."""

    def now(self) -> bytes:
        """What the very same file holds now, whatever its name became."""
        return read_all(self.descriptor)

    def whole_lines(self) -> Snapshot:
        """The same without a last line that has not ended, unless there is no other."""
        end = max(self.data.rfind(b"\n"), self.data.rfind(b"\r")) + 1
        return replace(self, data=self.data[:end] or self.data)

    def close(self) -> None:
        """Give the descriptor back; harmless the second time a snapshot of no file is closed."""
        if self.descriptor >= 0:
            os.close(self.descriptor)


def read_all(descriptor: int) -> bytes:
    """Everything a descriptor's file holds, from its start."""
    parts: list[bytes] = []
    position = 0
    while part := os.pread(descriptor, 1 << 20, position):
        parts.append(part)
        position += len(part)
    return b"".join(parts)


class Target:
    """The one file that is written, in its locked folder."""

    def __init__(self, folder: int, path: Path) -> None:
        self._folder = folder
        self.path: Final = path
        self._name: Final = path.name

    @cached_property
    def sees_writers(self) -> bool:
        """Whether a lease tells of every writer there can be."""
        return tells_all(self._folder)

    def leased(self, descriptor: int) -> AbstractContextManager[bool | None]:
        """A lease as long as this lasts: True; False while there is a writer; None without any."""
        return leased(descriptor) if self.sees_writers else nullcontext()

    # --- Reading -----------------------------------------------------------

    def status(self) -> os.stat_result | None:
        """What stands under the name, links not followed; None when nothing does."""
        try:
            return self.status_of(self._name)
        except FileNotFoundError:
            return None

    def read(self) -> Snapshot:
        """The file; raises Refused when it is none, or one that may not be written."""
        status = self.status()
        if status is None:
            return Snapshot(b"")
        _refuse_unless_regular(status)
        name = show(self._name)
        if not status.st_mode & 0o222 or not os.access(
            self._name, os.W_OK, dir_fd=self._folder, effective_ids=True
        ):
            raise Refused(
                f"{name} is read-only for you, so nothing was written: `chmod u+w {name}` "
                "allows it."
            )
        try:
            descriptor = os.open(self._name, _READ, dir_fd=self._folder)
        except FileNotFoundError:
            return Snapshot(b"")
        return _snapshot(descriptor)

    def data(self) -> bytes | None:
        """What the file holds; None when there is none. Raises Refused."""
        snapshot = self.read()
        snapshot.close()
        return None if snapshot.status is None else snapshot.data

    def added_since(self, snapshot: Snapshot, now: Snapshot) -> bytes | None:
        """What was added to the very file that was read; None when it is not as it was read.

        `now` is the same file, opened again a moment ago: on some file systems a descriptor from
        before the first write goes on showing what was there then. Two calls, as others wait
        while this is asked.
        """
        status = self.status()
        if status is None or snapshot.status is None or now.status is None:
            return None
        if not os.path.samestat(status, snapshot.status):
            return None
        data = os.pread(now.descriptor, status.st_size + 1, 0)
        if len(data) != status.st_size or not os.path.samestat(status, now.status):
            return None
        return data[len(snapshot.data) :] if data.startswith(snapshot.data) else None

    def status_of(self, name: str) -> os.stat_result:
        """What stands under another name of the folder. Raises FileNotFoundError."""
        return os.stat(name, dir_fd=self._folder, follow_symlinks=False)

    def is_regular(self, name: str) -> bool:
        """Whether an ordinary file stands under that name. Raises FileNotFoundError."""
        return stat.S_ISREG(self.status_of(name).st_mode)

    def is_called(self, name: str, status: os.stat_result) -> bool:
        """Whether the file of this status stands under that name."""
        with suppress(FileNotFoundError):
            return os.path.samestat(self.status_of(name), status)
        return False

    def open(self, name: str) -> Snapshot:
        """A file beside the target, or the target. Raises OSError, and Refused when it is none."""
        return _snapshot(os.open(name, _READ, dir_fd=self._folder))

    # --- Writing -----------------------------------------------------------

    def stage(self, data: bytes, like: os.stat_result | None, source: int, tag: str) -> str:
        """A new file beside the target, on disk and read back; its name.

        With the mode, owner and extended attributes of `source`, whose status is `like`.
        Raises OSError, and Refused when it cannot be made like the old file.
        """
        staged = name_of_new(self._name, tag)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        mode = 0o666 if like is None else 0o600
        descriptor = os.open(staged, flags, mode, dir_fd=self._folder)
        try:
            written = 0
            while written < len(data):
                written += os.write(descriptor, data[written:])
            if like is not None:
                _make_like(descriptor, source, like)
            os.fsync(descriptor)
            _read_back(descriptor, data)
        except BaseException:
            self.remove(staged)
            raise
        finally:
            os.close(descriptor)
        return staged

    def ready(self, staged: str, tag: str, old: bytes, new: bytes) -> str:
        """Give a staged file the name under which it may displace another; that name."""
        ready = name_of_swap(self._name, tag, old, new)
        os.rename(staged, ready, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        return ready

    def exchange(self, name: str) -> bool:
        """Exchange the target's name with that of the file called `name`.

        False where that cannot be had. Raises FileNotFoundError when there is no target.
        """
        return exchange(self._folder, name, self._name)

    def keep(self, snapshot: Snapshot, tag: str) -> str | None:
        """Give the file that was read a second name, under which it outlives its replacement.

        None where there are no hard links. Raises FileNotFoundError when another file has
        taken its name.
        """
        assert snapshot.status is not None
        kept = name_of_old(self._name, tag, snapshot.data)
        try:
            os.link(
                self._name,
                kept,
                src_dir_fd=self._folder,
                dst_dir_fd=self._folder,
                follow_symlinks=False,
            )
        except OSError as error:
            if error.errno in _NO_LINKS:
                return None
            raise
        if not self.is_called(kept, snapshot.status):
            self.remove(kept)
            raise FileNotFoundError(errno.ENOENT, "another file took its name")
        return kept

    def replace(self, name: str) -> None:
        """Put the file called `name` in the target's place, whatever is there."""
        os.replace(name, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)

    def create(self, name: str) -> bool:
        """Put the file called `name` where nothing is; False when something is by now.

        Where there are no hard links, an empty file is made instead: False, too.
        """
        try:
            os.link(name, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with suppress(FileExistsError):
                os.close(os.open(self._name, flags, 0o666, dir_fd=self._folder))
            return False
        return True

    def append(self, late: bytes, to: str | None = None) -> int:
        """Add whole lines at the end, in one write as any appender does; how many bytes.

        On disk when this ends; not so in a file of our own, called `to`, that takes the target's
        place next. Raises OSError; FileNotFoundError when there is no file.
        """
        flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        descriptor = os.open(self._name if to is None else to, flags, dir_fd=self._folder)
        try:
            if late[:1] not in b"\r\n" and not _ends_line(descriptor, 3 if to is None else 1):
                late = b"\n" + late
            if late[-1:] not in b"\r\n":
                late += b"\n"
            written = os.write(descriptor, late)
            if written < len(late):
                written += os.write(descriptor, late[written:])
            if to is None:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return written

    def sync(self, *, data: bool = False) -> None:
        """Make the folder's names durable; with `data`, what the target holds before them."""
        if data:
            with suppress(FileNotFoundError), closing(self.open(self._name)) as now:
                os.fsync(now.descriptor)
        os.fsync(self._folder)

    def remove(self, name: str) -> None:
        """Remove a file of ours; nothing happens when it is gone."""
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._folder)

    # --- What a crash left -------------------------------------------------

    def sweep(self) -> tuple[Leftover, ...]:
        """Remove new files that were not finished; what else is left beside the target.

        Whoever holds the lock knows that no memdeck is using them.
        """
        leftovers: list[Leftover] = []
        for name in sorted(os.listdir(self._folder)):  # noqa: PTH208 - a descriptor, not a path
            if is_unfinished(name, self._name):
                self.remove(name)
            elif (leftover := leftover_of(name, self._name)) is not None:
                leftovers.append(leftover)
        return tuple(leftovers)


def _ends_line(descriptor: int, looks: int) -> bool:
    """Whether the last line has ended, or the file is empty."""
    for look in range(looks):
        if look:
            # It may be half of a line that someone is writing at this very moment.
            time.sleep(0.001)
        size = os.fstat(descriptor).st_size
        if not size or os.pread(descriptor, 1, size - 1) in b"\r\n":
            return True
    return False


def _snapshot(descriptor: int) -> Snapshot:
    try:
        status = os.fstat(descriptor)
        _refuse_unless_regular(status)
        return Snapshot(read_all(descriptor), descriptor, status)
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_unless_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Refused(
            "MEMORY.md is no ordinary file, so nothing was written: put a file in its place."
        )


def _read_back(descriptor: int, data: bytes) -> None:
    if read_all(descriptor) != data:
        raise OSError(errno.EIO, "what was written reads back as something else")


def _make_like(descriptor: int, source: int, like: os.stat_result) -> None:
    """Give a new file the owner, extended attributes and mode of the old one."""
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid) != (like.st_uid, like.st_gid):
        with suppress(PermissionError):
            os.fchown(descriptor, like.st_uid, like.st_gid)
    if sys.platform == "linux":
        _copy_attributes(source, descriptor)
    # Last, as a change of owner takes the set-id bits away.
    os.fchmod(descriptor, stat.S_IMODE(like.st_mode))
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid, now.st_mode) != (like.st_uid, like.st_gid, like.st_mode):
        raise Refused(
            "MEMORY.md belongs to another user or group, and a new one of yours would take its "
            "place, so nothing was written: let its owner write it, or change its owner."
        )


def _copy_attributes(source: int, descriptor: int) -> None:
    """Extended attributes, access lists among them; those of the system's own are left to it."""
    try:
        old, new = os.listxattr(source), os.listxattr(descriptor)
    except OSError:
        return  # a file system without them
    for name in new:
        if name not in old and name == "system.posix_acl_access":
            os.removexattr(descriptor, name)
    for name in old:
        if not name.startswith("security."):
            os.setxattr(descriptor, name, os.getxattr(source, name))
