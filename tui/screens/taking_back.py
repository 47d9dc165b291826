"""The last change of MEMORY.md taken back, and done again."""

from __future__ import annotations

from memdeck.curated.store import Applied, MemoryStore
from memdeck.errors import NothingFound


def undo_last(store: MemoryStore) -> Applied:
    """Take back what this actor did last; raises what `undo` raises, in the dashboard's words."""
    try:
        return store.undo()
    except NothingFound as error:
        raise NothingFound("Nothing that you did in memdeck is left to undo.") from error


def redo_last(store: MemoryStore) -> Applied:
    """Do again what this actor took back last; raises as `undo_last`."""
    try:
        return store.redo()
    except NothingFound as error:
        raise NothingFound("There is nothing to redo.") from error
