"""What an agent finds when it starts, read from disk and git."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from memdeck.curated.sections import read_memory
from memdeck.daily.days import folder_problem, read_day, read_days
from memdeck.errors import MemdeckError
from memdeck.handoff import HandOff, days_needed, hand_off
from memdeck.live.last import last_changes
from memdeck.model import Deck, Tier
from memdeck.nearest import nearest
from memdeck.pulse.beats import read_beats

if TYPE_CHECKING:
    from memdeck.curated.records import Record
    from memdeck.model import LastChange, MemoryFile, Notes
    from memdeck.workspace import Workspace

_AT_ONCE: Final = timedelta(minutes=2)
"""How far an entry's time and that of git's commit of it may lie apart."""


def read_hand_off(
    workspace: Workspace, now: datetime, *, agent: str | None, branch: str | None
) -> HandOff:
    """What `agent` finds when it starts now, from what is on disk. Nothing is raised for it."""
    from memdeck.notes.reader import read_notes

    settings, today = workspace.settings, workspace.today(now)
    deck = Deck(
        root=workspace.root,
        today=today,
        read_at=now,
        notes=read_notes(workspace.root, settings.notes_repositories, settings.notes_ref),
        memory=read_memory(workspace.memory_path),
        days=read_days(workspace.root, today=today, parse_newest=0),
        logs_problem=folder_problem(workspace.root),
    )
    deck = replace(deck, changes=last_changes(deck, _last_record(workspace, deck.memory)))
    return hand_off_of(workspace, deck, now, agent=agent, branch=branch)


def hand_off_of(
    workspace: Workspace, deck: Deck, now: datetime, *, agent: str | None, branch: str | None
) -> HandOff:
    """What `agent` finds when it starts now, from a deck; days that it only lists are read.

    Without a word of git on who wrote the last entry of the notes one process
    is started, or two.
    """
    beats = read_beats(workspace.root, now)
    zone = workspace.zone
    needed = days_needed(deck.today, beats.last_of(agent) if agent is not None else None, zone)
    days = tuple(read_day(workspace.root, day) if day.date in needed else day for day in deck.days)
    found = hand_off(replace(deck, days=days), beats, agent=agent, branch=branch, zone=zone)
    if branch is not None and (words := branch_remark(deck.notes, branch)):
        found = replace(found, remarks=(*found.remarks, words))
    last = found.last
    if last is None or last.tier is not Tier.NOTES or last.actor is not None:
        return found
    return replace(found, last=replace(last, actor=_notes_writer(workspace, deck, last)))


def branch_remark(notes: Notes, branch: str) -> str | None:
    """That neither the notes nor git know a branch, with the nearest one. One git process at most.

    None when one of them does, or when git cannot say.
    """
    from memdeck.git import Git
    from memdeck.notes.branches import known_branches

    noted = {each.branch for repository in notes.repositories for each in repository.branches}
    if branch == notes.branch or branch in noted or notes.primary is None:
        return None
    try:
        known = known_branches(Git(notes.primary.root))
    except MemdeckError:
        return None
    names = noted | known.local | known.remote
    if branch in names:
        return None
    near = nearest(branch, sorted(names))
    hint = f"; the nearest is {near}" if near else ""
    return f"Neither the notes nor git know a branch {branch}{hint}."


def _last_record(workspace: Workspace, memory: MemoryFile) -> Record | None:
    """The operation that made MEMORY.md what it is; None when another program did."""
    from memdeck.curated.journal import Journal

    try:
        records = Journal(workspace.state_folder).records(limit=1)
    except MemdeckError:
        return None
    made = hashlib.sha256(memory.data).hexdigest()
    return records[0] if records and records[0].after_hash == made else None


def _notes_writer(workspace: Workspace, deck: Deck, last: LastChange) -> str | None:
    """Who git says committed the notes, when that was when the last entry was written."""
    from memdeck.git import Git
    from memdeck.notes.history import notes_commits

    primary = deck.notes.primary
    if primary is None or primary.tip is None:
        return None
    try:
        commits = notes_commits(Git(primary.root), workspace.settings.notes_ref, limit=1)
    except MemdeckError:
        return None
    if not commits or commits[0].when is None or abs(commits[0].when - last.when) > _AT_ONCE:
        return None
    return commits[0].actor or None
