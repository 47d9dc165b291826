"""The bootstrap of the `article` profile, for programs that know no other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from memdeck.bootstrap.files import FileReader
from memdeck.bootstrap.load import load_bootstrap
from memdeck.bootstrap.profiles import profile_named
from memdeck.model import Budget, Day, MemoryFile, Notes
from memdeck.settings import Settings

if TYPE_CHECKING:
    from memdeck.bootstrap.tokens import Counting


def pack_article(
    memory: MemoryFile,
    days: Sequence[Day],
    notes: Notes,
    *,
    today: date,
    counter: Counting,
    limit: int,
    branch: str | None = None,
    root: Path,
) -> Budget:
    """The bootstrap of the `article` profile, counted.

    `branch` is that of the notes, the one that is checked out unless given.
    Days that are only listed are read from `root`. What cannot be read is left
    out and named in the warning, next to the counter's own.
    """
    return load_bootstrap(
        profile_named("article", Settings(limit=limit)),
        memory,
        days,
        notes,
        root=root,
        today=today,
        utc_today=today,
        counter=counter,
        branch=branch,
        files=FileReader(root),
    )
