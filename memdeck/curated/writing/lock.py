"""Which file is written, and for whom alone."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from memdeck.curated.writing.disk import Target
from memdeck.errors import Refused
from memdeck.text import show

_PAUSE: Final = 0.002


def resolve(root: Path, path: Path) -> Path:
    """The file that `path` leads to; raises Refused unless it lies in the workspace."""
    try:
        real = Path(os.path.realpath(path))
        if path.is_symlink() and not path.exists():
            raise Refused(
                f"{show(path.name)} is a link that leads nowhere ({show(str(path.readlink()))}), "
                "so nothing was written: mend the link or remove it."
            )
        if not real.is_relative_to(os.path.realpath(root)):
            raise Refused(
                f"{show(path.name)} is a link to {show(str(real))}, outside of the workspace, "
                "so nothing was written: open the workspace that holds that file."
            )
    except (OSError, RuntimeError) as error:
        raise Refused(
            f"{show(str(path))} cannot be reached ({error}); nothing was written."
        ) from error
    return real


@contextmanager
def locked(root: Path, path: Path, spare: Path, patience: float) -> Iterator[Target]:
    """The target of `path`, for this memdeck alone; raises Refused after `patience` seconds.

    The lock is on the folder itself and so leaves no file. Where folders cannot be locked
    (some network file systems) it is on `spare`, a file of our own.
    """
    real = resolve(root, path)
    try:
        folder = os.open(real.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise Refused(
            f"The folder {show(str(real.parent))} cannot be opened ({error.strerror}); "
            "nothing was written."
        ) from error
    held = [folder]
    try:
        if not _lock(folder, patience):
            spare.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            held.append(os.open(spare, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            _lock(held[-1], patience)
        yield Target(folder, real)
    finally:
        for descriptor in reversed(held):
            os.close(descriptor)


def _lock(descriptor: int, patience: float) -> bool:
    """Lock it; False when it is of a kind that cannot be. Raises Refused when another holds it."""
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise Refused(
                    f"Another memdeck has been writing here for {patience:g} seconds, so nothing "
                    "was written: wait for it or end it, and try again."
                ) from None
            time.sleep(_PAUSE)
        except OSError:
            return False
        else:
            return True
