"""The last change of each tier, in words, and who made it where that is known. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from memdeck.model import Day, Deck, LastChange, LogFile, MemoryFile, Notes, Tier

if TYPE_CHECKING:
    from memdeck.curated.records import Record


def last_changes(deck: Deck, record: Record | None) -> tuple[LastChange, ...]:
    """The last change of each tier, newest first, in words; `record` made MEMORY.md so."""
    found = [
        change
        for change in (
            _last_note(deck.notes),
            _last_memory(deck.memory, record),
            _last_log(deck.days),
        )
        if change is not None
    ]
    return tuple(sorted(found, key=lambda change: change.when, reverse=True))


def _last_note(notes: Notes) -> LastChange | None:
    newest: LastChange | None = None
    for repository in notes.repositories:
        for branch in repository.branches:
            for key in branch.keys[:1]:
                when = key.latest.moment
                if when is not None and (newest is None or when > newest.when):
                    newest = LastChange(Tier.NOTES, when, f"{key.latest.key} on {branch.branch}")
    return newest


def _last_memory(memory: MemoryFile, record: Record | None) -> LastChange | None:
    if record is not None:
        return LastChange(Tier.MEMORY, record.time, record.words, record.actor)
    if memory.modified is None:
        return None
    return LastChange(Tier.MEMORY, memory.modified, "MEMORY.md")


def _last_log(days: tuple[Day, ...]) -> LastChange | None:
    newest: LogFile | None = None
    for day in days[:7]:
        for file in day.files:
            if newest is None or file.modified > newest.modified:
                newest = file
    if newest is None:
        return None
    return LastChange(Tier.LOGS, newest.modified, Path(newest.name).name)
