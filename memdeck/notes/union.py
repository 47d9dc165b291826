"""Two commits of a notes ref brought together: what each side has to change to know all.

Notes that only one side changed since their common past are taken as they
are; of those that both changed, the entries are merged. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from memdeck.git import Git
from memdeck.model import Entry
from memdeck.notes.commit import NoteChange, joined, read_blobs, read_tree
from memdeck.notes.merge import Unmergeable, merge_notes, missing_from
from memdeck.notes.tree import blob_id

_DEEPEST: Final = 8

Blobs: TypeAlias = tuple[str, ...]
"""Of one note; empty when there is none, more than one in a tree of mixed fan-out."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What one side has to be told."""

    entries: tuple[tuple[str, Entry], ...] = ()
    """Those that it has not, each behind its commit."""
    damaged: tuple[str, ...] = ()
    """Damaged text that it has not."""
    removed: int = 0
    """How many of its entries the other side took away."""


@dataclass(frozen=True, slots=True)
class Union:
    """What two commits of the notes make together."""

    changes: tuple[NoteChange, ...]
    """What turns our notes into the union."""
    received: Difference
    """What we have not yet."""
    sent: Difference
    """What they have not yet."""


def bases(git: Git, one: str, *others: str) -> tuple[str, ...]:
    """The last commits that `one` and a merge of all the others come from; none at all is possible.

    One git process. Raises GitFailed.
    """
    output = git.run("merge-base", "--all", one, *others, allowed=(0, 1))
    return tuple(output.decode().split())


def union(git: Git, ours: str | None, theirs: str | None) -> Union:
    """What two tips of the notes make together; None stands for a ref that is not there.

    Raises Unmergeable, naming the commit, when two copies of a note are
    damaged so that no note can hold both; Unusable when an object is lost.
    """
    contents = _Contents(git, len(ours or theirs or ""))
    here, there = dict(read_tree(git, ours)), dict(read_tree(git, theirs))
    base = _base(contents, ours, (theirs,)) if ours and theirs else {}
    differing = _differing(here, there)
    contents.load(
        each for commit in differing for tree in (here, there) for each in tree.get(commit, ())
    )
    changes, received, sent = [], _Told(), _Told()
    for commit in differing:
        own, other = contents.note(here.get(commit, ())), contents.note(there.get(commit, ()))
        merged = contents.note(_merged(contents, commit, base, here, there))
        if merged != own:
            changes.append(NoteChange(commit, merged or None))
        received.add(commit, own, merged)
        sent.add(commit, other, merged)
    return Union(tuple(changes), received.difference(), sent.difference())


class _Told:
    """A difference in the making."""

    def __init__(self) -> None:
        self._entries: list[tuple[str, Entry]] = []
        self._damaged: list[str] = []
        self._removed = 0

    def add(self, commit: str, before: bytes, after: bytes) -> None:
        for piece in missing_from(after, before):
            if piece.entry is None:
                self._damaged.append(piece.says)
            else:
                self._entries.append((commit, piece.entry))
        self._removed += sum(piece.entry is not None for piece in missing_from(before, after))

    def difference(self) -> Difference:
        return Difference(tuple(self._entries), tuple(self._damaged), self._removed)


class _Contents:
    """Bytes of notes by their blobs, of git and of ours."""

    def __init__(self, git: Git, digits: int) -> None:
        self.git = git
        self._digits = digits
        self._known: dict[str, bytes] = {}

    def load(self, blobs: Iterable[str]) -> None:
        """Read all of these at once."""
        wanted = [each for each in blobs if each not in self._known]
        self._known.update(read_blobs(self.git, wanted))

    def note(self, blobs: Blobs) -> bytes:
        self.load(blobs)
        return joined([self._known[each] for each in blobs])

    def keep(self, note: bytes) -> Blobs:
        """The blob that a note would have; none for no note."""
        if not note:
            return ()
        name = blob_id(note, self._digits)
        self._known[name] = note
        return (name,)


_Tree: TypeAlias = Mapping[str, Blobs]


def _differing(ours: _Tree, theirs: _Tree) -> list[str]:
    """The commits whose notes differ, in an order that both sides have."""
    return sorted(
        each for each in ours.keys() | theirs.keys() if ours.get(each) != theirs.get(each)
    )


def _merged(contents: _Contents, commit: str, base: _Tree, ours: _Tree, theirs: _Tree) -> Blobs:
    once, here, there = (each.get(commit, ()) for each in (base, ours, theirs))
    if here == once:
        return there
    if there == once or here == there:
        return here
    try:
        return contents.keep(merge_notes(*(contents.note(each) for each in (once, here, there))))
    except Unmergeable as error:
        raise Unmergeable(f"The note of commit {commit[:12]} cannot be merged: {error}.") from None


def _base(contents: _Contents, one: str, others: tuple[str, ...], depth: int = 0) -> _Tree:
    """What two sides had in common.

    Sides that merged each other's notes crosswise have more than one last
    common commit; what these make together is the base then, as it was for
    each of the sides when it merged them.
    """
    last = bases(contents.git, one, *others)
    if not last:
        return {}
    tree: dict[str, Blobs] = dict(read_tree(contents.git, last[0]))
    for number, each in enumerate(last[1:], 1):
        more = read_tree(contents.git, each)
        before = _base(contents, each, last[:number], depth + 1) if depth < _DEEPEST else {}
        differing = _differing(tree, more)
        contents.load(
            name
            for commit in differing
            for known in (before, tree, more)
            for name in known.get(commit, ())
        )
        tree.update({commit: _merged(contents, commit, before, tree, more) for commit in differing})
    return tree
