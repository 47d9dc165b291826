"""Appending whole lines to a file that others append to as well: never a rewrite."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from memdeck.errors import Refused, Unusable


def open_to_append(root: Path, path: Path) -> int:
    """A handle in append mode; makes the file when it is not there.

    Raises Refused when it is no file of the workspace at `root` that may be
    written, Unusable when the disk fails.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        while True:
            opened = path
            if path.is_symlink():
                opened = path.resolve()
                if not opened.is_relative_to(root.resolve()):
                    raise Refused(
                        f"{path.name} is a link that leads out of the workspace; "
                        "nothing was written."
                    )
            try:
                status = opened.lstat()
            except FileNotFoundError:
                try:
                    return os.open(opened, flags | os.O_CREAT | os.O_EXCL, 0o644)
                except FileExistsError:
                    continue  # Another writer was faster: append to its file.
            if not stat.S_ISREG(status.st_mode):
                raise Refused(f"{path.name} is not a regular file; nothing was written.")
            if not status.st_mode & 0o222:
                raise Refused(f"{path.name} is read-only; nothing was written.")
            try:
                return os.open(opened, flags)
            except FileNotFoundError:
                continue  # Removed since we looked.
    except PermissionError as error:
        if not _is_seen(path):
            raise Refused(
                f"{_folder(root, path)}/ does not let this user make a file in it, so nothing was "
                f"written: see the permissions of {path.parent}."
            ) from error
        raise Refused(
            f"{path.name} may not be written by this user; nothing was written."
        ) from error
    except (OSError, RuntimeError) as error:
        raise Unusable(
            f"{path.name} could not be opened ({error}); nothing was written."
        ) from error


def _is_seen(path: Path) -> bool:
    """Whether there is such a file, as far as its folder tells."""
    try:
        path.lstat()
    except OSError:
        return False
    return True


def append_bytes(handle: int, data: bytes, path: Path, *, durable: bool = True) -> int:
    """Write at the end of the file by one call; the offset behind what was written.

    With `durable` it is safe on the disk afterwards. Raises OSError when
    nothing was written, Unusable in words when only a part was, or when the
    disk does not say that it is safe.
    """
    written = os.write(handle, data)
    while written < len(data):
        # A disk that is nearly full took a part. The rest must not be lost without a word.
        try:
            written += os.write(handle, data[written:])
        except OSError as error:
            raise Unusable(
                f"The disk took only the first {written} bytes of the new line in {path.name} "
                f"({error.strerror}); what was there before is not lost. Make room, and write the "
                "line again."
            ) from error
    end = os.lseek(handle, 0, os.SEEK_CUR)
    if durable:
        try:
            os.fsync(handle)
        except OSError as error:
            raise Unusable(
                f"The new line is in {path.name}, but the disk does not say that it is safe there "
                f"({error.strerror}): see to the disk, and look into the file before you write "
                "the line again."
            ) from error
    return end


def _folder(root: Path, path: Path) -> str:
    return (path.parent.relative_to(root) if path.is_relative_to(root) else path.parent).as_posix()
