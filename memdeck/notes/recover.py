"""Entries that racing writers dropped: found in the reflog of the notes, and put back.

Writers that do not use memdeck read the notes and move the ref without looking
whether it has moved meanwhile, and say that they stored what is gone a moment
later. The reflog has every value that the ref had: what an earlier value holds
and today's notes do not was dropped, by the update that it went with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from memdeck.errors import Unusable
from memdeck.git import Git, GitFailed, look, safe_ref
from memdeck.model import DamagedSpan, Entry
from memdeck.notes.catfile import ref_tip
from memdeck.notes.lost import FEW, Item, LostItems, items_of, read_lost
from memdeck.notes.objects import blobs_of, gone, joined, listed, read_objects
from memdeck.notes.reflog import Position, Reflog, Update, read_reflog
from memdeck.notes.steps import Change, Step, read_steps
from memdeck.notes.tree import read_note
from memdeck.notes.verdict import Cause, Facts, Judge
from memdeck.text import in_shell, show

__all__ = ["Cause", "Dropped", "Findings", "Position", "dropped", "look_back"]

_ID_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class Dropped:
    """An entry, or damaged text, that the notes had and have not any more."""

    id: str
    """Short hex name, the same each time: of its commit and of what it says."""
    commit: str
    """Hex id of the commit whose note it was in."""
    data: bytes
    """As it stood there, without the white space around it."""
    part: Entry | DamagedSpan
    cause: Cause
    when: datetime | None
    """When the update was made that dropped it, UTC; None when nothing tells."""
    by: str
    """Who made that update, as git knew them: `Name <address>`; empty when nothing tells."""
    words: str
    """That update's message in the reflog: `notes: Notes added by 'git notes append'`."""
    old: str
    """Hex id of the last notes commit that has it."""
    new: str | None
    """Hex id of the notes commit that has it not; None when the ref was removed."""
    identity: bytes
    """Equal for what says the same, however it is spaced."""

    @property
    def deliberate(self) -> bool:
        """Whether it was taken away on purpose."""
        return self.cause is Cause.REMOVED


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look at the reflog showed."""

    dropped: tuple[Dropped, ...] = ()
    """In the order in which they were dropped; deliberate removals are not among them."""
    removed: tuple[Dropped, ...] = ()
    """Deliberate removals."""
    updates: int = 0
    """How many updates were looked at."""
    unreadable: int = 0
    """How many of them, or of their notes, are gone (`git gc`) or damaged, and so not known."""
    begins: datetime | None = None
    """How far back the reflog goes, unless it is to where the notes began."""
    position: Position | None = None
    """Where the reflog ended: from there the next look can go on."""
    problem: str | None = None
    """Why nothing can be told, in words."""


def dropped(git: Git, ref: str, since: Position | None = None) -> tuple[Dropped, ...]:
    """The entries that others' updates of `ref` dropped, and that are not there again.

    With `since`, the `position` of an earlier look, only by updates after it.
    Deliberate removals are left out. Raises as `look_back`.
    """
    return look_back(git, ref, since).dropped


def look_back(git: Git, ref: str, since: Position | None = None) -> Findings:
    """What was dropped from `ref`, and what was removed on purpose, since the reflog begins.

    Three git processes while nothing goes but what is there, some more when
    notes changed. Raises WrongUsage when `ref` is no full ref name, Unusable
    when git is in no repository, GitFailed.
    """
    seen = look(git.folder, safe_ref(ref))
    if seen is None:
        raise Unusable(f"{show(str(git.folder))} is in no git repository, so it has no notes.")
    log = read_reflog(git, seen[0], ref, seen[1], since)
    if log.problem or log.fresh == len(log.updates):
        return Findings(position=log.position, begins=log.begins, problem=log.problem)
    look_at = _Look(git, ref, read_steps(git, log.updates), log.fresh)
    found = look_at.findings()
    fresh = look_at.steps[log.fresh :]
    doubtful = bool(found) or not all(step.readable for step in fresh)
    if doubtful and not _is_tree(git, ref):
        return Findings(problem=_broken(git, ref, log))
    return Findings(
        dropped=tuple(each for each in found if not each.deliberate),
        removed=tuple(each for each in found if each.deliberate),
        updates=sum(each.update.logged for each in fresh),
        unreadable=sum(not each.readable for each in fresh) + look_at.lost.unreadable,
        begins=log.begins,
        position=log.position,
    )


def _is_tree(git: Git, name: str) -> bool:
    """Whether a name leads to notes that can be read."""
    shape = f"{name}^{{tree}}"
    return bool(git.run("rev-parse", "--verify", "--quiet", shape, allowed=(0, 1, 128)))


def _broken(git: Git, ref: str, log: Reflog) -> str:
    """What to do about a ref that leads to nothing: nobody has removed what it held."""
    values = (update.new for update in reversed(log.updates))
    good = next((each for each in values if each and _is_tree(git, each)), None)
    words = f"{show(ref)} is broken and leads to no notes; what it held is not removed by that"
    if good is None:
        return f"{words}, but its reflog names no value that can be read: `git fsck` tells more."
    return f"{words}: `git update-ref {in_shell(ref)} {good}` puts its last good value back."


class _Look:
    """One look at a reflog."""

    def __init__(self, git: Git, ref: str, steps: Sequence[Step], fresh: int) -> None:
        self.git = git
        self.ref = ref
        self.steps = steps
        self.fresh = fresh
        self.lost = LostItems({}, 0)

    def findings(self) -> list[Dropped]:
        """Everything that went and is not there now, in the order in which it went."""
        changes = [each.changes() for each in self.steps]
        if not any(each.lost for step in changes[self.fresh :] for each in step.values()):
            return []
        now = _Now(self.git, self.ref)
        wanted = _wanted(changes, now)
        few = [blob for blobs in wanted.values() for blob in blobs]
        contents = now.read(wanted, few if len(few) <= FEW else ())
        self.lost = read_lost(self.git, wanted, now.contents, contents)
        last: dict[bytes, tuple[int, str, Item]] = {}
        for index in range(self.fresh, len(self.steps)):
            for commit, change in changes[index].items():
                kept = self.lost.of(commit, change.gained)
                for identity, item in self.lost.of(commit, change.lost).items():
                    if identity not in kept:
                        last.pop(identity, None)
                        last[identity] = (index, commit, item)
        now.forget(last)
        facts = _Facts(self.git, self.lost)
        judge = Judge(self.steps, Facts(facts.holds, facts.descends, facts.in_base, facts.exists))
        return [
            _told(self.steps[index].update, commit, item, judge.cause(index, commit, identity))
            for identity, (index, commit, item) in last.items()
        ]


def _told(update: Update, commit: str, item: Item, cause: Cause) -> Dropped:
    name = hashlib.sha256(commit.encode() + b" " + item.identity).hexdigest()
    return Dropped(
        id=name[:_ID_LENGTH],
        commit=commit,
        data=item.data,
        part=item.part,
        cause=cause,
        when=update.when,
        by=update.who,
        words=update.words,
        old=update.old or "",
        new=update.new,
        identity=item.identity,
    )


def _wanted(changes: Sequence[Mapping[str, Change]], now: _Now) -> dict[str, list[str]]:
    """The blobs of each commit's note that were replaced and are not there now, newest first."""
    wanted: dict[str, dict[str, None]] = {}
    for step in reversed(changes):
        for commit, change in step.items():
            there = now.blobs.get(commit, ())
            for blob in sorted(change.lost):
                if blob not in there:
                    wanted.setdefault(commit, {})[blob] = None
    return {commit: list(blobs) for commit, blobs in wanted.items()}


class _Now:
    """What the notes say now."""

    def __init__(self, git: Git, ref: str) -> None:
        self.git = git
        self.blobs: Mapping[str, list[str]] = {}
        self.contents: dict[str, bytes] = {}
        """The notes that were read, by commit."""
        try:
            # By its name: what it has now is no older than the reflog that was read.
            self.blobs = blobs_of(listed(git, ref))
        except GitFailed:
            if ref_tip(git, ref) is not None:
                raise

    def read(self, commits: Iterable[str], also: Iterable[str] = ()) -> Mapping[str, bytes]:
        """Read the notes of these commits, where they have some; the blobs in `also` are returned.

        One process.
        """
        wanted = {each: self.blobs[each] for each in commits if each in self.blobs}
        names = [blob for blobs in wanted.values() for blob in blobs]
        read = read_objects(self.git, [*names, *also]).found
        for commit, blobs in wanted.items():
            self.contents[commit], _ = joined(blobs, read)
        return read

    def forget(self, last: dict[bytes, tuple[int, str, Item]]) -> None:
        """Leave out what is there, on whichever commit: a note may have been copied or moved."""
        if not last:
            return
        self.read(each for each in self.blobs if each not in self.contents)
        for commit, note in self.contents.items():
            for item, _ in items_of(note, commit):
                last.pop(item.identity, None)
        for identity, (_, commit, item) in list(last.items()):
            # What is damaged may read as part of something else by now.
            damaged = not isinstance(item.part, Entry)
            if damaged and item.data in self.contents.get(commit, b""):
                del last[identity]


class _Facts:
    """What the judge asks, each answered once."""

    def __init__(self, git: Git, lost: LostItems) -> None:
        self._git = git
        self._lost = lost
        self._descends: dict[tuple[str, str], bool] = {}
        self._bases: dict[tuple[str, str], frozenset[bytes]] = {}
        self._exists: dict[str, bool] = {}

    def holds(self, identity: bytes, commit: str, change: Change) -> bool:
        """Whether what the change took from the commit's note had the item."""
        return identity in self._lost.of(commit, change.lost)

    def descends(self, step: Step) -> bool:
        """Whether the new value was built on the old one; one process, often none."""
        old, new = step.update.old, step.update.new
        if old is None or new is None or old in step.parents:
            return old is not None and new is not None
        if (old, new) not in self._descends:
            try:
                output = self._git.run("rev-list", "--max-count=1", old, f"^{new}")
            except GitFailed:
                # Something on the way is gone: nothing shows that it was built on it.
                output = b"?"
            self._descends[old, new] = not output
        return self._descends[old, new]

    def in_base(self, identity: bytes, step: Step, commit: str) -> bool:
        """Whether the note had the item in what the sides of a merge come from; two processes."""
        new = step.update.new or ""
        if (new, commit) not in self._bases:
            output = self._git.run("merge-base", "--octopus", *step.parents, allowed=(0, 1))
            base = output.decode().strip() or None
            note = read_note(self._git, base, commit) or b""
            self._bases[new, commit] = frozenset(
                item.identity for item, _ in items_of(note, commit)
            )
        return identity in self._bases[new, commit]

    def exists(self, commit: str) -> bool:
        """Whether the commit is there; one process."""
        if commit not in self._exists:
            self._exists[commit] = not gone(self._git, [commit])
        return self._exists[commit]
