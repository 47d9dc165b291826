"""How far the links of a workspace may lead: into it, and where its user says otherwise.

A link that leads elsewhere is never followed for writing. For reading it is
when it leads into a folder that the user's own settings name (`read.links`):
whoever made the workspace cannot have files of the machine shown by it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_FOLDERS: Final[dict[str, tuple[str, ...]]] = {}
"""By the real path of each workspace that was opened, where else its links may lead."""


def allow_links(root: Path, folders: Sequence[str]) -> None:
    """Say of a workspace that is opened into which folders its links may lead, to be read.

    A folder is whole, below `~`, or relative to the workspace.
    """
    # Path.expanduser raises where a home folder is not known; this leaves the name as it is.
    real = os.path.realpath(root)
    _FOLDERS[real] = tuple(
        os.path.realpath(os.path.join(real, os.path.expanduser(each)))  # noqa: PTH111, PTH118
        for each in folders
    )


def may_be_read(root: Path, target: Path) -> bool:
    """Whether a file of the workspace at `root` may be read where it really lies; `target` has no
    links left in it."""
    real = os.path.realpath(root)
    return any(target.is_relative_to(each) for each in (real, *_FOLDERS.get(real, ())))
