"""Reads the agents' notes of every repository that a workspace takes them from.

Three git processes a repository: one opens it and tells HEAD and the tip of
the notes, one lists the notes tree, one prints all notes. When neither HEAD
nor the tip moved since the last reading, the first is the only one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

from memdeck.errors import MemdeckError, WrongUsage
from memdeck.git import Git, GitFailed, GitMissing, Repository, look, safe_ref
from memdeck.model import BranchNotes, DamagedSpan, Entry, KeyHistory, Notes, RepositoryNotes
from memdeck.notes.codec import parse_note
from memdeck.text import plural

Order: TypeAlias = tuple[datetime, int, int]
"""What is later is greater: time, then place in the notes tree, then place in the note."""

_HEX: Final = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")
_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)
_RETRIES: Final = 20


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
        _same(_read(place, name, before.get(place.root)), before.get(place.root))
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
    repository: Repository | None = None
    tip: str | None = None
    problem: str | None = None

    @property
    def root(self) -> Path:
        return self.repository.root if self.repository else self.folder


def _found(workspace_root: Path, repositories: Sequence[str], ref: str) -> Iterator[_Place]:
    """The places to read, in order. Raises GitMissing."""
    seen: set[str] = set()
    for number, name in enumerate(("", *repositories)):
        # os.path.expanduser leaves a home that is not known as it is, Path's raises.
        folder = workspace_root / os.path.expanduser(name)  # noqa: PTH111
        try:
            found = look(folder, ref)
        except GitMissing:
            raise
        except GitFailed as error:
            place = _Place(folder, problem=str(error))
        else:
            if found is None and number == 0:
                continue
            words = f"{folder} is in no git repository; correct the setting notes.repositories."
            place = _Place(folder, *found) if found else _Place(folder, problem=words)
        repository = place.repository
        identity = os.path.realpath(repository.common_dir) if repository else str(folder)
        if identity not in seen:
            seen.add(identity)
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


def _read(place: _Place, name: str, previous: RepositoryNotes | None) -> RepositoryNotes:
    """What one repository remembers."""
    repository = place.repository
    if repository is None:
        return RepositoryNotes(name, place.root, None, None, None, problem=place.problem)
    notes = RepositoryNotes(name, repository.root, repository.branch, repository.head, place.tip)
    if place.tip is None:
        return notes
    # One that had a problem is read again: lost objects may be back.
    if previous is not None and previous.tip == place.tip and previous.problem is None:
        branches = previous.branches
        if previous.branch != repository.branch:
            branches = _ordered(_marked(each, repository.branch) for each in previous.branches)
        return replace(notes, branches=branches, damaged=previous.damaged)
    try:
        listed, lost = _notes(Git(place.folder), place.tip)
    except MemdeckError as error:
        return replace(notes, problem=str(error))
    entries: list[tuple[Order, Entry]] = []
    damaged: list[DamagedSpan] = []
    for number, (commit, note) in enumerate(listed):
        found, broken = parse_note(note, commit)
        damaged += broken
        entries += (((_time(each.timestamp), number, each.position), each) for each in found)
    problem = None
    if lost:
        problem = (
            f"{plural(lost, 'note')} of {name} could not be read, the others are shown; "
            f"`git fsck` in {repository.root} says which objects are lost or damaged."
        )
    return replace(
        notes,
        branches=_branches(_histories(entries), repository.branch, previous),
        damaged=tuple(damaged),
        problem=problem,
    )


def _notes(git: Git, tip: str) -> tuple[list[tuple[str, bytes]], int]:
    """Every note with its commit, in the order of the tree, and how many could not be read.

    A name's parts are put together: a large notes tree is fanned out. What is
    not a blob, or not named by an object's id, is no note to git either.
    """
    blobs: dict[bytes, list[bytes]] = {}
    for record in git.run("ls-tree", "-rz", "--full-tree", tip).split(b"\0")[:-1]:
        about, path = record.split(b"\t", 1)
        _, kind, blob = about.split(b" ")
        commit = path.replace(b"/", b"")
        if kind == b"blob" and _HEX.fullmatch(commit):
            blobs.setdefault(commit, []).append(blob)
    contents = _contents(git, list(dict.fromkeys(each for ids in blobs.values() for each in ids)))
    notes = []
    lost = 0
    for commit, ids in blobs.items():
        kept = [contents[each] for each in ids if each in contents]
        lost += len(ids) - len(kept)
        # More than one: the tree names the commit with fan-out and without;
        # git puts a blank line between the two as well.
        notes.append((commit.decode(), b"\n\n".join(kept)))
    return notes, lost


def _contents(git: Git, ids: list[bytes]) -> dict[bytes, bytes]:
    """The contents of blobs by id; without those that are missing or damaged."""
    contents: dict[bytes, bytes] = {}
    for _ in range(_RETRIES):
        if not ids:
            break
        asked = b"".join(each + b"\n" for each in ids)
        # Git ends with 128 at an object that it cannot unpack; those behind it
        # are asked for again.
        output = git.run("cat-file", "--batch", "--buffer", stdin=asked, allowed=(0, 128))
        answers = 0
        at = 0
        while (line_end := output.find(b"\n", at)) >= 0:
            header = output[at:line_end].split(b" ")
            at = line_end + 1
            if len(header) == 3:
                size = int(header[2])
                if at + size >= len(output):
                    break
                if header[1] == b"blob":
                    contents[header[0]] = output[at : at + size]
                at += size + 1
            answers += 1
        ids = ids[answers + 1 :]
    return contents


# --- Order -------------------------------------------------------------------


def _time(timestamp: str) -> datetime:
    """When an entry was made; before all others when its time cannot be read."""
    try:
        time = datetime.fromisoformat(timestamp)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return _BEFORE_ALL


def _histories(
    entries: list[tuple[Order, Entry]],
) -> Iterator[tuple[str, tuple[KeyHistory, ...]]]:
    """By branch, its keys, the most recently set first."""
    entries.sort(key=lambda each: each[0], reverse=True)
    branches: dict[str, dict[str, list[Entry]]] = {}
    for _, entry in entries:
        branches.setdefault(entry.branch, {}).setdefault(entry.key, []).append(entry)
    for branch, keys in branches.items():
        yield branch, tuple(KeyHistory(each[0], tuple(each[1:])) for each in keys.values())


def _branches(
    keys: Iterable[tuple[str, tuple[KeyHistory, ...]]],
    current: str | None,
    previous: RepositoryNotes | None,
) -> tuple[BranchNotes, ...]:
    """What each branch remembers; the object of `previous` where that did not change."""
    branches = []
    for branch, histories in keys:
        new = BranchNotes(branch, branch == current, histories)
        old = previous.of_branch(branch) if previous else None
        branches.append(old if old is not None and _equal(old, new) else new)
    return _ordered(branches)


def _marked(branch: BranchNotes, current: str | None) -> BranchNotes:
    """A branch's notes, told whether it is the current one."""
    is_current = branch.branch == current
    return branch if branch.current == is_current else replace(branch, current=is_current)


def _ordered(branches: Iterable[BranchNotes]) -> tuple[BranchNotes, ...]:
    """The current branch first, then the one with the latest entry."""
    by_name = sorted(branches, key=lambda each: each.branch)
    by_name.sort(key=lambda each: _time(each.keys[0].latest.timestamp), reverse=True)
    by_name.sort(key=lambda each: not each.current)
    return tuple(by_name)


# --- What did not change is the same object ----------------------------------


def _equal(new: BranchNotes, old: BranchNotes) -> bool:
    """Whether two are the same to the last value."""
    # To Python 1, 1.0 and True are equal; to a reader of the note they are not.
    equal = (old.current, old.keys) == (new.current, new.keys)
    return equal and repr(old.keys) == repr(new.keys)


def _same(new: RepositoryNotes, old: RepositoryNotes | None) -> RepositoryNotes:
    """The old one, if nothing in it changed."""
    if old is None:
        return new
    plain = (new.name, new.root, new.branch, new.head, new.tip, new.problem, new.damaged)
    if plain != (old.name, old.root, old.branch, old.head, old.tip, old.problem, old.damaged):
        return new
    return old if _identical(new.branches, old.branches) else new


def _kept(new: Notes, old: Notes | None) -> Notes:
    """The old ones, if nothing in them changed."""
    if old is None or new.problem != old.problem:
        return new
    return old if _identical(new.repositories, old.repositories) else new


def _identical(new: Sequence[object], old: Sequence[object]) -> bool:
    return len(new) == len(old) and all(a is b for a, b in zip(new, old, strict=True))
