"""memdeck: the memory of autonomous agents, read and kept safely.

The names below are for programs that import memdeck; each is loaded when it is
first asked for, so that `import memdeck` costs next to nothing:

    from memdeck import find_workspace, read_deck

    workspace = find_workspace(Path.cwd(), os.environ)
    deck = read_deck(workspace, datetime.now(UTC))
    print(deck.budget.used, deck.memory.sections)

Every error that is raised on purpose is a `MemdeckError`; `str(error)` is one
sentence for a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from memdeck.bootstrap.pack import pack_article
    from memdeck.bootstrap.tokens import Counter
    from memdeck.curated.edits import Add, Move, Promote, Retire, Rewrite, Scaffold
    from memdeck.curated.journal import Journal
    from memdeck.curated.sections import parse_memory, read_memory
    from memdeck.curated.store import MemoryStore
    from memdeck.daily.append import append_log
    from memdeck.daily.days import read_days
    from memdeck.errors import MemdeckError, NothingFound, Refused, Unusable, WrongUsage
    from memdeck.live.reader import read_deck
    from memdeck.memory_cache import MemoryCache
    from memdeck.model import Budget, Day, Deck, Entry, Item, MemoryFile, Notes, Section
    from memdeck.notes.reader import latest_entries, read_notes
    from memdeck.notes.store import NotesStore, Stored
    from memdeck.pulse.record import Pulse
    from memdeck.settings import Settings, load_settings
    from memdeck.workspace import Workspace, find_workspace, open_workspace

# Where each public name lives. The imports above say the same to type
# checkers; a test holds the two and `__all__` together.
_HOMES = {
    "Add": "curated.edits",
    "Budget": "model",
    "Counter": "bootstrap.tokens",
    "Day": "model",
    "Deck": "model",
    "Entry": "model",
    "Item": "model",
    "Journal": "curated.journal",
    "MemdeckError": "errors",
    "MemoryCache": "memory_cache",
    "MemoryFile": "model",
    "MemoryStore": "curated.store",
    "Move": "curated.edits",
    "Notes": "model",
    "NotesStore": "notes.store",
    "NothingFound": "errors",
    "Promote": "curated.edits",
    "Pulse": "pulse.record",
    "Refused": "errors",
    "Retire": "curated.edits",
    "Rewrite": "curated.edits",
    "Scaffold": "curated.edits",
    "Section": "model",
    "Settings": "settings",
    "Stored": "notes.store",
    "Unusable": "errors",
    "Workspace": "workspace",
    "WrongUsage": "errors",
    "append_log": "daily.append",
    "find_workspace": "workspace",
    "latest_entries": "notes.reader",
    "load_settings": "settings",
    "open_workspace": "workspace",
    "pack_article": "bootstrap.pack",
    "parse_memory": "curated.sections",
    "read_days": "daily.days",
    "read_deck": "live.reader",
    "read_memory": "curated.sections",
    "read_notes": "notes.reader",
}

__all__ = [
    "Add",
    "Budget",
    "Counter",
    "Day",
    "Deck",
    "Entry",
    "Item",
    "Journal",
    "MemdeckError",
    "MemoryCache",
    "MemoryFile",
    "MemoryStore",
    "Move",
    "Notes",
    "NotesStore",
    "NothingFound",
    "Promote",
    "Pulse",
    "Refused",
    "Retire",
    "Rewrite",
    "Scaffold",
    "Section",
    "Settings",
    "Stored",
    "Unusable",
    "Workspace",
    "WrongUsage",
    "__version__",
    "append_log",
    "find_workspace",
    "latest_entries",
    "load_settings",
    "open_workspace",
    "pack_article",
    "parse_memory",
    "read_days",
    "read_deck",
    "read_memory",
    "read_notes",
]


if not TYPE_CHECKING:  # a type checker would take every wrong name for a right one

    def __getattr__(name: str) -> object:
        """A public name, loaded from where it lives (PEP 562)."""
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
