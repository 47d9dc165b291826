"""What tells without reading that a file is another one, or was written to."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

Stamp = tuple[int, int, int]
"""Size in bytes, mtime in nanoseconds, inode."""


def stamps(files: Iterable[Path], folders: Iterable[Path]) -> dict[str, Stamp]:
    """The stamps of files, and of all files directly in folders; none of what is not there."""
    found: dict[str, Stamp] = {}
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        found[str(file)] = (status.st_size, status.st_mtime_ns, status.st_ino)
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        continue
                    status = entry.stat()
                    found[entry.path] = (status.st_size, status.st_mtime_ns, status.st_ino)
        except OSError:
            continue
    return found
