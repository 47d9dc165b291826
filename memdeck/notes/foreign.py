"""Reads the notes refs of other programs: what moved since the last time, all refs together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from memdeck.errors import MemdeckError
from memdeck.git import Git
from memdeck.model import DamagedSpan, Dialect, DialectEntry, DialectNotes
from memdeck.notes.dialects import newest_first, parse_dialect
from memdeck.notes.objects import blobs_of, joined, listed_together, read_blobs, touched
from memdeck.text import plural

_NOTES = "refs/notes/"


def read_dialects(
    git: Git,
    refs: Sequence[tuple[Dialect, str, str]],
    previous: Sequence[DialectNotes] = (),
) -> tuple[DialectNotes, ...]:
    """What these refs hold, each given as layout, ref and tip, by name of the ref.

    No process when no tip moved since `previous`; of those that moved, only
    the notes that changed are read. What cannot be read is told in the ref's
    own `problem`.
    """
    before = {each.ref: each for each in previous}
    read: dict[str, DialectNotes] = {}
    moved: list[DialectNotes] = []
    for dialect, ref, tip in refs:
        old = before.get(ref)
        if old is not None and (old.tip, old.problem) == (tip, None):
            read[ref] = old
        else:
            moved.append(DialectNotes(dialect, ref.removeprefix(_NOTES), ref, tip))
    if moved:
        try:
            trees = listed_together(git, [each.tip for each in moved])
        except MemdeckError as error:
            trees = []
            read |= {each.ref: replace(each, problem=str(error)) for each in moved}
        for notes, blobs in zip(moved, trees, strict=False):
            read[notes.ref] = _listed(notes, blobs)
        _read_moved(git, [read[each.ref] for each in moved], before, read)
    same = [read[ref] for _, ref, _ in refs]
    if len(same) == len(previous) and all(a is b for a, b in zip(same, previous, strict=True)):
        return tuple(previous)
    return tuple(same)


def _listed(notes: DialectNotes, blobs: dict[str, str] | None) -> DialectNotes:
    if blobs is None:
        return replace(notes, problem=f"{notes.ref} leads to a notes tree that cannot be read.")
    return replace(notes, blobs=blobs)


def _read_moved(
    git: Git,
    moved: Sequence[DialectNotes],
    before: Mapping[str, DialectNotes],
    read: dict[str, DialectNotes],
) -> None:
    """Puts into `read` what the moved refs say. One process for all of them, or two."""
    moved = [each for each in moved if each.problem is None]
    wanted: dict[str, dict[str, list[str]]] = {}
    targets: set[str] = set()
    for notes in moved:
        old = _known(before, notes.ref)
        changed = touched(old.blobs, notes.blobs) if old else None
        wanted[notes.ref] = blobs_of(notes.blobs, changed)
        targets |= wanted[notes.ref].keys()
        if old is not None:
            targets |= {each.commit for each in old.unreachable}
    blobs = [id for notes_of in wanted.values() for ids in notes_of.values() for id in ids]
    try:
        contents, gone = read_blobs(git, blobs, sorted(targets))
    except MemdeckError as error:
        read |= {each.ref: replace(each, problem=str(error)) for each in moved}
        return
    for notes in moved:
        old = _known(before, notes.ref)
        read[notes.ref] = _parsed(notes, old, wanted[notes.ref], contents, gone)


def _known(before: Mapping[str, DialectNotes], ref: str) -> DialectNotes | None:
    """What was read before of a ref; one that had a problem is read as if for the first time."""
    old = before.get(ref)
    return old if old is not None and old.problem is None else None


def _parsed(
    notes: DialectNotes,
    old: DialectNotes | None,
    wanted: Mapping[str, list[str]],
    contents: Mapping[str, bytes],
    gone: frozenset[str],
) -> DialectNotes:
    entries: list[DialectEntry] = []
    damaged: list[DamagedSpan] = []
    if old is not None:
        changed = touched(old.blobs, notes.blobs)
        lost = {each.commit for each in old.unreachable}
        for entry in old.entries:
            if entry.commit not in changed:
                is_gone = entry.commit in gone if entry.commit in lost else False
                same = entry.unreachable == is_gone
                entries.append(entry if same else replace(entry, unreachable=is_gone))
        damaged += (each for each in old.damaged if each.commit not in changed)
    missing = 0
    for commit, ids in wanted.items():
        note, unread = joined(ids, contents)
        missing += unread
        found, broken = parse_dialect(notes.dialect, note, commit)
        entries += (replace(each, unreachable=True) if commit in gone else each for each in found)
        damaged += broken
    problem = notes.problem
    if missing:
        problem = (
            f"{plural(missing, 'note')} of {notes.name} could not be read, the others are shown; "
            "`git fsck` says which objects are lost or damaged."
        )
    return replace(
        notes,
        entries=newest_first(entries),
        damaged=tuple(sorted(damaged, key=lambda each: (each.commit, each.position))),
        problem=problem,
    )
