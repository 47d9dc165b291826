"""Entries that were dropped, written to the notes again: once each, as the bytes they were."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from memdeck.errors import Unusable
from memdeck.git import Git, GitFailed, Repository, look, safe_ref
from memdeck.model import Entry
from memdeck.notes import refusals
from memdeck.notes.commit import (
    NoteChange,
    NotesTree,
    commit_notes,
    identity_of,
    joined,
    notes_lock,
    read_blobs,
    ref_tip,
    whole_tree,
)
from memdeck.notes.line import appended
from memdeck.notes.lost import items_of
from memdeck.notes.order import time_of
from memdeck.notes.recover import Dropped
from memdeck.text import plural, show

PATIENCE: Final = 20.0
"""Seconds of beginning again while others move the ref."""
_LONGEST_PAUSE: Final = 0.25
_OLDEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PutBack:
    """What became of the entries that were to be put back."""

    written: tuple[Dropped, ...] = ()
    """Read back from the notes after they were written."""
    there: tuple[Dropped, ...] = ()
    """They were in the notes already."""
    hidden: tuple[Dropped, ...] = ()
    """Not written: damage in the note would hide them, or they something else."""
    tip: str | None = None
    """Hex id of the notes commit in which they were found."""


def put_back(
    git: Git,
    ref: str,
    items: Sequence[Dropped],
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    patience: float = PATIENCE,
    jitter: Callable[[], float] = random.random,
    at_step: Callable[[str], None] = lambda _: None,
) -> PutBack:
    """Put each of these entries back on the note that it was dropped from, unless it is there.

    All of them by one commit, as `git notes append` would write them; what the
    notes hold stays to the byte. When another writer drops them again
    meanwhile, they are written again. `at_step` is told each step, for tests.

    Raises Refused when the ref could not be moved, Unusable when git failed or
    notes cannot be read.
    """
    seen = look(git.folder, safe_ref(ref))
    if seen is None:
        raise Unusable(f"{show(str(git.folder))} is in no git repository, so it has no notes.")
    repository, _ = seen
    with notes_lock(repository):
        at_step("locked")
        return _Writer(git, ref, repository, now, at_step).write(items, patience, jitter)


@dataclass(frozen=True, slots=True)
class _Notes:
    """All notes at one moment."""

    tip: str | None
    tree: NotesTree
    contents: dict[str, bytes]
    """By commit."""
    identities: frozenset[bytes]
    """Of everything in them."""


class _Writer:
    def __init__(
        self,
        git: Git,
        ref: str,
        repository: Repository,
        now: Callable[[], datetime],
        at_step: Callable[[str], None],
    ) -> None:
        self.git = git
        self.ref = ref
        self.repository = repository
        self.now = now
        self.at_step = at_step

    def write(
        self, items: Sequence[Dropped], patience: float, jitter: Callable[[], float]
    ) -> PutBack:
        """Write until they are found in what the ref has. Raises Refused when patience ends."""
        until = time.monotonic() + patience
        wanted = {each.identity: each for each in items}
        hidden: dict[bytes, Dropped] = {}
        written: set[bytes] = set()
        attempt = 0
        while True:
            notes = self._read()
            self.at_step("read")
            missing = [wanted[each] for each in wanted.keys() - notes.identities - hidden.keys()]
            changes, refused = _changes(notes, sorted(missing, key=_time))
            hidden.update((each.identity, each) for each in refused)
            missing = [each for each in missing if each.identity not in hidden]
            if not missing:
                return _result(items, written, hidden, notes.tip)
            if time.monotonic() > until:
                if written:
                    raise refusals.dropped(self.ref)
                lock = self.repository.common_dir / f"{self.ref}.lock"
                raise refusals.busy(self.ref, patience, lock)
            if self._moved(notes, changes, len(missing)):
                self.at_step("written")
                written.update(each.identity for each in missing)
            else:
                attempt += 1
                time.sleep(jitter() * min(_LONGEST_PAUSE, 0.002 * 2 ** min(attempt, 10)))

    def _read(self) -> _Notes:
        """The notes as they are. Four processes at most. Raises Unusable when some are lost."""
        tip = ref_tip(self.git, self.ref)
        tree = whole_tree(self.git, tip)
        blobs = read_blobs(self.git, [blob for parts in tree.notes.values() for _, blob in parts])
        contents = {
            commit: joined([blobs[blob] for _, blob in parts])
            for commit, parts in tree.notes.items()
        }
        identities = frozenset(
            item.identity for commit, note in contents.items() for item, _ in items_of(note, commit)
        )
        return _Notes(tip, tree, contents, identities)

    def _moved(self, notes: _Notes, changes: Sequence[NoteChange], count: int) -> bool:
        """Whether the ref has the changes now; False when it is to be tried again."""
        try:
            new = commit_notes(
                self.git,
                self.ref,
                notes.tip,
                changes,
                message=f"Put back {plural(count, 'entry', 'entries')} that other writers dropped",
                now=self.now(),
                identity=identity_of(self.git),
                tree=notes.tree,
            )
        except GitFailed as error:
            words = str(error)
            if "cannot lock ref" not in words:
                raise
            if "File exists" in words:
                # Another git is writing, or was killed: until patience ends.
                return False
            raise refusals.clash(self.ref) from error
        return new is not None


def _changes(
    notes: _Notes, missing: Sequence[Dropped]
) -> tuple[list[NoteChange], tuple[Dropped, ...]]:
    """The notes with what is missing behind them, and what cannot be read there."""
    by_commit: dict[str, list[Dropped]] = {}
    for each in missing:
        by_commit.setdefault(each.commit, []).append(each)
    changes = []
    refused: list[Dropped] = []
    for commit, some in by_commit.items():
        before = notes.contents.get(commit)
        note = _longer(before, commit, some)
        if note is None:
            # One by one, so that what does no harm is written.
            note = before
            for each in some:
                longer = _longer(note, commit, [each])
                note = note if longer is None else longer
                refused += [each] if longer is None else []
        if note is not None and note != before:
            changes.append(NoteChange(commit, note))
    return changes, tuple(refused)


def _longer(note: bytes | None, commit: str, some: Sequence[Dropped]) -> bytes | None:
    """The note with these behind it; None when it would not read as what it was, and these."""
    longer = note
    for each in some:
        longer = appended(longer, each.data)
    before = [item.identity for item, _ in items_of(note or b"", commit)]
    after = [item.identity for item, _ in items_of(longer or b"", commit)]
    return longer if after == [*before, *(each.identity for each in some)] else None


def _result(
    items: Sequence[Dropped],
    written: set[bytes],
    hidden: dict[bytes, Dropped],
    tip: str | None,
) -> PutBack:
    kept = [each for each in items if each.identity not in hidden]
    return PutBack(
        written=tuple(each for each in kept if each.identity in written),
        there=tuple(each for each in kept if each.identity not in written),
        hidden=tuple(hidden.values()),
        tip=tip,
    )


def _time(item: Dropped) -> tuple[datetime, datetime, str]:
    """By when they were made, then by when they were dropped."""
    made = time_of(item.part.timestamp) if isinstance(item.part, Entry) else _OLDEST
    return made, item.when or _OLDEST, item.id
