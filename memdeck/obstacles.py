"""Why a file could not be written, found out without writing anything."""

from __future__ import annotations

import os
from pathlib import Path


def obstacle(path: Path) -> str | None:
    """What keeps this user from making or writing a file, in words; None when nothing seems to.

    A disk without room is not seen.
    """
    if os.path.lexists(path):
        return None if os.access(path, os.W_OK) else f"{path} may not be written"
    for folder in path.parents:
        if folder.is_dir():
            return None if os.access(folder, os.W_OK | os.X_OK) else f"{folder} may not be written"
        if os.path.lexists(folder):
            return f"{folder} is no folder"
    return None
