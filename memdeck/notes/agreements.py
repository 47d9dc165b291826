"""Which remotes a person agreed to send the notes to.

Kept in the workspace's state folder, for a repository, a remote's name, its
address and a notes ref: a remote that comes to lie elsewhere is asked about
again. Of the address only a digest is kept, as it may hold a password.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from memdeck.errors import Unusable
from memdeck.notes.lock import LOCK_PATIENCE, held
from memdeck.notes.remotes import Remote
from memdeck.text import show
from memdeck.workspace import Workspace

_NAME: Final = "notes-remotes.json"
_LOCK_NAME: Final = "notes-remotes.lock"
_MOST: Final = 1_000_000


class Agreements:
    """What was agreed to in one workspace."""

    def __init__(self, folder: Path, ensure: Callable[[], Path] | None = None) -> None:
        """`ensure` makes the folder when something is to be kept in it."""
        self._folder = folder
        self._ensure = ensure

    @classmethod
    def of(cls, workspace: Workspace) -> Agreements:
        """Those of a workspace."""
        return cls(workspace.state_folder, workspace.ensure_state_folder)

    def has(self, repository: Path, remote: Remote, ref: str) -> bool:
        """Whether the notes of `ref` may be sent to where the remote is now."""
        return _key(repository, remote, ref) in self._read()

    def add(self, repository: Path, remote: Remote, ref: str) -> None:
        """They may from now on. Raises Unusable when that cannot be kept."""
        key = _key(repository, remote, ref)
        self._change(lambda known: [*known, key])

    def remove(self, repository: Path, remote: Remote, ref: str) -> None:
        """It is to be asked about again. Raises Unusable when that cannot be kept."""
        key = _key(repository, remote, ref)
        if key in self._read():
            self._change(lambda known: [each for each in known if each != key])

    def _read(self) -> list[str]:
        """What is kept; nothing where it cannot be read, and is then asked about again."""
        try:
            with (self._folder / _NAME).open("rb") as file:
                known = json.loads(file.read(_MOST))
        except (OSError, ValueError, RecursionError):
            return []
        keys = known.get("agreed") if isinstance(known, dict) else None
        return [each for each in keys if isinstance(each, str)] if isinstance(keys, list) else []

    def _change(self, changed: Callable[[list[str]], list[str]]) -> None:
        try:
            folder = self._ensure() if self._ensure else self._folder
            # Read and written by one memdeck at a time: each keeps what another has added.
            with held(folder / _LOCK_NAME, LOCK_PATIENCE):
                self._write(folder, changed(self._read()))
        except OSError as error:
            raise Unusable(
                f"{show(str(self._folder / _NAME))} cannot be written ({error.strerror}), so it "
                "cannot be remembered which remotes notes may be sent to; nothing was sent."
            ) from error

    def _write(self, folder: Path, keys: list[str]) -> None:
        data = json.dumps({"agreed": list(dict.fromkeys(keys))}, indent=2).encode()
        # Always the same name: what a killed one left is written over.
        fresh = folder / f"{_NAME}.new"
        with open(fresh, "wb", opener=_private) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / _NAME)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _key(repository: Path, remote: Remote, ref: str) -> str:
    fields = [os.fsencode(repository).hex(), remote.name, ref, *remote.urls[1:]]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()
