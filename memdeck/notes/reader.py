"""Reads the agents' notes of every repository that a workspace takes them from.

Three git processes a repository: one opens it and tells HEAD and where every
notes ref points, one lists the notes tree, one prints all notes. When neither
HEAD nor a tip moved since the last reading, the first is the only one; when
the tip moved, only the notes that changed are printed. What other programs
keep under their own notes refs costs two more at least, and no more for many
refs than for one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from memdeck.errors import MemdeckError, WrongUsage
from memdeck.git import Git, GitFailed, GitMissing, Sight, safe_ref, sight
from memdeck.model import DamagedSpan, Entry, Notes, RepositoryNotes
from memdeck.notes.codec import parse_note
from memdeck.notes.dialects import dialect_of
from memdeck.notes.foreign import read_dialects
from memdeck.notes.objects import (
    blobs_of,
    joined,
    listed,
    listed_again,
    read_blobs,
    still,
    touched,
)
from memdeck.notes.order import marked, ordered, remembered
from memdeck.text import plural


def read_notes(
    workspace_root: Path, repositories: Sequence[str], ref: str, previous: Notes | None = None
) -> Notes:
    """The notes under `ref` of the workspace's own repository, then of `repositories`.

    These are paths, relative to the workspace, `~` meaning home; one that was
    there already (the workspace's own, a second worktree) is not read twice.
    A repository that cannot be read is there with its problem in words;
    `problem` of the whole is set when there is none at all. Never raises for
    what is on disk. What did not change since `previous` is the same object.
    """
    try:
        found = list(_found(workspace_root, repositories, safe_ref(ref)))
    except (GitMissing, WrongUsage) as error:
        return _kept(Notes(problem=str(error)), previous)
    if not found:
        words = (
            f"{workspace_root} is in no git repository, so there are no notes; "
            "`git init` makes it one, or the setting notes.repositories names others."
        )
        return _kept(Notes(problem=words), previous)
    before = {each.root: each for each in previous.repositories} if previous else {}
    names = _names([each.root for each in found])
    read = tuple(
        _same(_read(place, name, ref, before.get(place.root)), before.get(place.root))
        for place, name in zip(found, names, strict=True)
    )
    return _kept(Notes(read), previous)


def latest_entries(notes: Notes, branch: str | None = None) -> tuple[Entry, ...]:
    """The latest entry of each key of a branch of the primary repository, by key.

    The branch is the one that is checked out, unless it is given.
    """
    wanted = branch if branch is not None else notes.branch
    if notes.primary is None or wanted is None:
        return ()
    remembered = notes.primary.of_branch(wanted)
    keys = remembered.keys if remembered else ()
    return tuple(sorted((key.latest for key in keys), key=lambda entry: entry.key))


# --- Which repositories ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """A repository to read, or why it cannot be."""

    folder: Path
    seen: Sight | None = None
    problem: str | None = None

    @property
    def root(self) -> Path:
        return self.seen.repository.root if self.seen else self.folder


def _found(workspace_root: Path, repositories: Sequence[str], ref: str) -> Iterator[_Place]:
    """The places to read, in order. Raises GitMissing."""
    known: set[str] = set()
    for number, name in enumerate(("", *repositories)):
        # os.path.expanduser leaves a home that is not known as it is, Path's raises.
        folder = workspace_root / os.path.expanduser(name)  # noqa: PTH111
        try:
            seen = sight(folder, ref)
        except GitMissing:
            raise
        except GitFailed as error:
            place = _Place(folder, problem=str(error))
        else:
            if seen is None and number == 0:
                continue
            words = f"{folder} is in no git repository; correct the setting notes.repositories."
            place = _Place(folder, seen, problem=None if seen else words)
        there = place.seen.repository.common_dir if place.seen else folder
        identity = os.path.realpath(there) if place.seen else str(there)
        if identity not in known:
            known.add(identity)
            yield place


def _names(roots: Sequence[Path]) -> list[str]:
    """Each folder's name, with as many folders above it as tell it from the others."""
    length = [1] * len(roots)
    while True:
        names = ["/".join(root.parts[-many:]) for root, many in zip(roots, length, strict=True)]
        longer = [
            many + 1 if names.count(name) > 1 and many < len(root.parts) else many
            for root, name, many in zip(roots, names, length, strict=True)
        ]
        if longer == length:
            return names
        length = longer


# --- One repository ----------------------------------------------------------


def _read(place: _Place, name: str, ref: str, previous: RepositoryNotes | None) -> RepositoryNotes:
    """What one repository remembers."""
    if place.seen is None:
        return RepositoryNotes(name, place.root, None, None, None, problem=place.problem)
    git = Git(place.folder)
    repository = place.seen.repository
    notes = RepositoryNotes(
        name, repository.root, repository.branch, repository.head, place.seen.tip
    )
    notes = read_own(git, notes, previous)
    refs = [
        (dialect, each, tip)
        for each, tip in place.seen.notes
        if (dialect := dialect_of(each, ref)) is not None
    ]
    return replace(notes, dialects=read_dialects(git, refs, previous.dialects if previous else ()))


def read_own(git: Git, notes: RepositoryNotes, previous: RepositoryNotes | None) -> RepositoryNotes:
    """With what stands under memdeck's own ref, read as far as it changed."""
    if notes.tip is None:
        return notes
    # One that had a problem is read again: lost objects may be back.
    known = previous if previous is not None and previous.problem is None else None
    if known is not None and known.tip == notes.tip:
        branches = known.branches
        if known.branch != notes.branch:
            branches = ordered(marked(each, notes.branch) for each in known.branches)
        return replace(
            notes,
            branches=branches,
            damaged=known.damaged,
            unreachable=known.unreachable,
            blobs=known.blobs,
        )
    try:
        if known is not None and known.tip is not None:
            blobs = listed_again(git, known.blobs, known.tip, notes.tip)
            changed = touched(known.blobs, blobs)
        else:
            blobs, changed = listed(git, notes.tip), None
        wanted = blobs_of(blobs, changed)
        targets = (*wanted, *(known.unreachable if known is not None else ()))
        contents, gone = read_blobs(git, (id for ids in wanted.values() for id in ids), targets)
    except MemdeckError as error:
        return replace(notes, problem=str(error))
    lost = 0
    entries: list[Entry] = []
    damaged: list[DamagedSpan] = []
    if known is not None and changed is not None:
        damaged += (each for each in known.damaged if each.commit not in changed)
    for commit, ids in wanted.items():
        note, missing = joined(ids, contents)
        lost += missing
        found, broken = parse_note(note, commit)
        entries += found
        damaged += broken
    problem = None
    if lost:
        problem = (
            f"{plural(lost, 'note')} of {notes.name} could not be read, the others are shown; "
            f"`git fsck` in {notes.root} says which objects are lost or damaged."
        )
    before = previous.branches if previous else ()
    return replace(
        notes,
        branches=remembered(entries, notes.branch, before, changed),
        damaged=tuple(sorted(damaged, key=lambda each: (each.commit, each.position))),
        problem=problem,
        unreachable=still(gone, blobs),
        blobs=blobs,
    )


# --- What did not change is the same object ----------------------------------


def _same(new: RepositoryNotes, old: RepositoryNotes | None) -> RepositoryNotes:
    """The old one, if nothing in it changed."""
    if old is None:
        return new
    if _plain(new) != _plain(old) or not _identical(new.dialects, old.dialects):
        return new
    return old if _identical(new.branches, old.branches) else new


def _plain(notes: RepositoryNotes) -> tuple[object, ...]:
    place = (notes.name, notes.root, notes.branch, notes.head, notes.tip)
    return (*place, notes.problem, notes.damaged, notes.unreachable)


def _kept(new: Notes, old: Notes | None) -> Notes:
    """The old ones, if nothing in them changed."""
    if old is None or new.problem != old.problem:
        return new
    return old if _identical(new.repositories, old.repositories) else new


def _identical(new: Sequence[object], old: Sequence[object]) -> bool:
    return len(new) == len(old) and all(a is b for a, b in zip(new, old, strict=True))
