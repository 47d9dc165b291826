"""The one writer of entries: what it says is stored has been read back from the notes.

A write takes memdeck's own lock, reads the note, appends one line to its bytes
and moves the ref only from what was read (`commit_notes`); when another
program was faster, it begins again. Then a second git process reads the note
back. Bytes that were there stay as they are, damaged or not.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from memdeck.errors import NothingFound, Refused, Unusable, WrongUsage
from memdeck.git import Git, GitFailed, Repository, look, safe_ref
from memdeck.model import Entry, JsonValue
from memdeck.notes import refusals
from memdeck.notes.codec import compact, parse_note
from memdeck.notes.commit import (
    FoundNote,
    Identity,
    NoteChange,
    commit_notes,
    find_note,
    identity_of,
    notes_lock,
    ref_tip,
    resolve_commit,
)
from memdeck.notes.line import appended, checked_line, unsaved_line
from memdeck.notes.tree import read_objects
from memdeck.text import show
from memdeck.workspace import Workspace

DEFAULT_REF: Final = "refs/notes/agents"
_LONGEST_PAUSE: Final = 0.25
_AT_ONCE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a write goes on trying, in seconds."""

    lock: float = 30.0
    """Waiting for another memdeck."""
    moving: float = 20.0
    """Beginning again because others moved the ref."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry that was read back from the notes after it was written."""

    entry: Entry
    tip: str
    """Hex id of the notes commit in which it was found."""
    detached: bool = False
    """Whether HEAD names no branch and none was given: it is then recorded under `HEAD`."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A note as this store left it: of a commit of the notes, which never changes."""

    tip: str
    found: FoundNote


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to write: the folder in which git is started, and what it sees there."""

    git: Git
    repository: Repository
    tip: str | None


class NotesStore:
    """Writes entries to the notes of one repository.

    Made of a workspace, it writes to the repository that the workspace lies
    in, else to the first of those that its settings name, on the ref of its
    settings. One that is kept and used again starts fewer git processes. It
    may be used from several threads.
    """

    def __init__(
        self,
        place: Workspace | Path,
        ref: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
        jitter: Callable[[], float] = random.random,
        patience: Patience = Patience(),
        at_step: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`at_step` is told the name of each step that is done, for tests. Raises WrongUsage."""
        if isinstance(place, Workspace):
            others = place.settings.notes_repositories
            # Joined to the root as the reader does; `~` is a home that is known.
            self._places = [place.root, *(_path(place.root, each) for each in others)]
            ref = ref or place.settings.notes_ref
        else:
            self._places = [place]
        self.ref = safe_ref(ref or DEFAULT_REF)
        if not self.ref.startswith("refs/notes/"):
            raise WrongUsage(
                f"{show(self.ref)} is not under refs/notes/, so memdeck writes nothing to it: "
                "correct the setting notes.ref."
            )
        self._now = now
        self._new_id = new_id
        self._jitter = jitter
        self._patience = patience
        self._at_step = at_step
        self._place: _Place | None = None
        self._identity: Identity | None = None
        self._known: _Known | None = None

    def set(
        self,
        key: str,
        value: JsonValue,
        *,
        branch: str | None = None,
        commit: str | None = None,
        extra: Mapping[str, JsonValue] | None = None,
    ) -> Stored:
        """Store `value` under `key`, as a new entry on the note of HEAD's commit.

        `branch` is recorded instead of the one that is checked out; `commit`
        (any name that git knows for it) carries the note instead of HEAD's.

        Raises WrongUsage for what JSON cannot keep exactly and for a commit
        that is not there; Refused when there is no commit yet or the ref could
        not be moved; Unusable when git or the disk failed. After Refused and
        Unusable, `unsaved` of the error holds the entry.
        """
        moment = self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        entry = Entry(branch or "", moment, key, value, "", 0, self._new_id(), dict(extra or {}))
        checked_line(entry)
        try:
            return self._store(entry, branch is not None, commit)
        except (Refused, Unusable) as error:
            if error.unsaved is None:
                error.unsaved = unsaved_line(entry)
            raise

    def carry(
        self,
        key: str,
        from_branch: str,
        *,
        branch: str | None = None,
        commit: str | None = None,
    ) -> Stored:
        """Store the latest entry of `key` on `from_branch` as a new one on this branch.

        Raises NothingFound when there is none, Refused when this branch says
        the same already; else as `set`.
        """
        from memdeck.notes.reader import read_notes

        place = self._look()
        repository = place.repository
        notes = read_notes(place.git.folder, (), self.ref).primary
        if notes is None or notes.problem:
            raise Unusable((notes and notes.problem) or f"{repository.root} cannot be read.")
        target = branch if branch is not None else repository.branch
        if target == from_branch:
            raise WrongUsage(
                f"{show(key)} would be carried from {show(from_branch)} to itself: "
                "name the branch that it comes from."
            )
        latest = {
            (each.branch, history.latest.key): history.latest
            for each in notes.branches
            for history in each.keys
        }
        entry = latest.get((from_branch, key))
        if entry is None:
            raise NothingFound(
                f"There is no key {show(key)[:80]} on {show(from_branch)}, so nothing was carried: "
                f"`memdeck notes log --branch {show(from_branch)}` shows what there is."
            )
        same = latest.get((target or "", key))
        # To Python 1, 1.0 and True are equal; to a reader of the note they are not.
        if same is not None and repr(same.value) == repr(entry.value):
            raise Refused(
                f"{show(key)[:80]} on {show(target or '')} says the same already, "
                "so nothing was written."
            )
        # A time or an id that is no text is kept there; this entry has its own.
        extra = {name: entry.extra[name] for name in entry.extra if name not in ("timestamp", "id")}
        return self.set(key, entry.value, branch=branch, commit=commit, extra=extra)

    # --- One write ---------------------------------------------------------------

    def _store(self, entry: Entry, named: bool, commit: str | None) -> Stored:
        seen = None if self._place else self._look()
        assert self._place is not None
        locked = self._place.repository
        begun = time.monotonic()
        with notes_lock(locked, self._patience.lock):
            self._at_step("locked")
            if time.monotonic() - begun > _AT_ONCE:
                # What was seen before the wait is most likely not so any more.
                seen = None
            stored = self._tried(entry, named, commit, locked, seen)
        self._at_step("released")
        return stored

    def _tried(
        self, entry: Entry, named: bool, commit: str | None, locked: Repository, seen: _Place | None
    ) -> Stored:
        """Write until it is read back. Raises Refused when others kept moving the ref."""
        until = time.monotonic() + self._patience.moving
        written = attempt = 0
        while True:
            place = seen or self._look()
            seen = None
            self._at_step("looked")
            if place.repository.common_dir != locked.common_dir:
                raise refusals.replaced(place.repository.root)
            entry = self._placed(entry, place, named, commit)
            stored, again = self._once(entry, place, first=attempt == 0)
            if stored is not None:
                return replace(stored, detached=place.repository.detached and not named)
            written += again
            attempt += 1
            if time.monotonic() > until:
                if written:
                    raise refusals.dropped(self.ref)
                lock = locked.common_dir / f"{self.ref}.lock"
                raise refusals.busy(self.ref, self._patience.moving, lock)
            time.sleep(self._jitter() * min(_LONGEST_PAUSE, 0.002 * 2 ** min(attempt, 10)))

    def _once(self, entry: Entry, place: _Place, *, first: bool) -> tuple[Stored | None, int]:
        """One attempt: what was stored, if it was, and how often it was written."""
        git, tip = place.git, place.tip
        found = self._found(git, tip, entry.commit)
        there = _own(found.data, entry)
        if there is not None and tip is not None and not first:
            # Written by an attempt that could not tell, or brought back by somebody.
            return Stored(there, tip), 0
        data = appended(found.data, compact(entry))
        there = _own(data, entry)
        if there is None:
            raise refusals.hidden(entry.commit)
        self._at_step("read")
        self._known = None
        new = self._moved(git, tip, entry, data, found)
        self._at_step("written")
        if new is None:
            return None, 0
        if not self._read_back(git, new, entry, data, found):
            return None, 1
        self._known = _Known(new, replace(found, data=data))
        self._at_step("read back")
        return Stored(there, new), 1

    def _moved(
        self, git: Git, tip: str | None, entry: Entry, data: bytes, found: FoundNote
    ) -> str | None:
        """The new tip; None when it is to be tried again."""
        if self._identity is None:
            self._identity = identity_of(git)
        try:
            return commit_notes(
                git,
                self.ref,
                tip,
                [NoteChange(entry.commit, data)],
                message=f"Store {show(entry.key)[:60]} on {show(entry.branch)[:60]}",
                now=self._now(),
                identity=self._identity,
                tree=found.tree,
            )
        except GitFailed as error:
            words = str(error)
            if "cannot lock ref" in words:
                if "File exists" in words:
                    # Another git is writing, or was killed: until patience ends.
                    return None
                if "cannot create" in words:
                    raise refusals.clash(self.ref) from error
            # It may have been stored before git failed (the time limit): the
            # next attempt finds it.
            if self._is_there(git, entry):
                return None
            raise

    def _read_back(self, git: Git, new: str, entry: Entry, data: bytes, found: FoundNote) -> bool:
        """Whether the notes say what was written. Raises GitFailed when they cannot be read.

        The ref may have moved on since: then what it has now counts.
        """
        tip, note = read_objects(git, [self.ref, f"{new}:{found.tree.place(entry.commit)}"])
        if note is None or note[2] != data:
            raise GitFailed(
                f"What was written to the notes in {show(str(git.folder))} could not be read back; "
                "the notes before it are still there: `git fsck` tells more."
            )
        if tip is not None and tip[0] == new:
            return True
        # A writer that read the ref before us and moved it after us drops our
        # entry without knowing; it is then written once more.
        return self._is_there(git, entry)

    def _is_there(self, git: Git, entry: Entry) -> bool:
        tip = ref_tip(git, self.ref)
        return tip is not None and _own(find_note(git, tip, entry.commit).data, entry) is not None

    # --- What it needs -----------------------------------------------------------

    def _look(self) -> _Place:
        """The repository to write to, and the tip of its notes. Raises Unusable."""
        for folder in [self._place.git.folder] if self._place else self._places:
            seen = look(folder, self.ref)
            if seen is not None:
                self._place = _Place(Git(folder), *seen)
                return self._place
        raise Unusable(
            f"{show(str(self._places[0]))} is in no git repository, so there is nowhere to store "
            "it: `git init` makes it one, or the setting notes.repositories names another."
        )

    def _placed(self, entry: Entry, place: _Place, named: bool, commit: str | None) -> Entry:
        """The entry with its branch and its commit. Raises Refused when there is none."""
        branch = entry.branch if named else place.repository.branch
        if branch is None:
            raise refusals.no_branch()
        target = place.repository.head
        if commit is not None:
            target = resolve_commit(place.git, commit)
            if target is None:
                raise WrongUsage(
                    f"There is no commit “{show(commit)[:80]}” in "
                    f"{show(str(place.repository.root))}, so nothing was stored."
                )
        placed = replace(entry, branch=branch, commit=target or "")
        if target is None:
            raise refusals.unborn(placed)
        return placed

    def _found(self, git: Git, tip: str | None, commit: str) -> FoundNote:
        known = self._known
        if known is not None and known.tip == tip and known.found.commit == commit:
            return known.found
        return find_note(git, tip, commit)


def _own(note: bytes | None, entry: Entry) -> Entry | None:
    """The entry as it stands in the note; None when it does not."""
    if note is None or not entry.id or entry.id.encode() not in note:
        return None
    for each in reversed(parse_note(note, entry.commit)[0]):
        if (each.id, each.key, each.branch) == (entry.id, entry.key, entry.branch):
            return each
    return None


def _path(root: Path, name: str) -> Path:
    # os.path.expanduser leaves a home that is not known as it is, Path's raises.
    from os.path import expanduser

    return root / expanduser(name)  # noqa: PTH111
