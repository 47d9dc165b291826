"""What a person was told once in a workspace and is not told again, also after a restart."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from memdeck.errors import Unusable
from memdeck.workspace import Workspace

OPENCLAW_PROVENANCE: Final = "openclaw-provenance"
"""What an edit of MEMORY.md from outside can cause under OpenClaw."""


def was_told(workspace: Workspace, what: str) -> bool:
    """Whether `remember_told` has been called for it. Nothing is written."""
    try:
        return _marker(workspace.state_folder, what).exists()
    except OSError:
        return False


def remember_told(workspace: Workspace, what: str) -> None:
    """Keep in the state folder that it was told. Where that cannot be kept, it is told again."""
    with contextlib.suppress(OSError, Unusable):
        _marker(workspace.ensure_state_folder(), what).touch(mode=0o600)


def _marker(folder: Path, what: str) -> Path:
    return folder / f"told-{what}"
