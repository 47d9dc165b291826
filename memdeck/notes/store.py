"""The one writer of entries: what it says is stored has been read back from the notes.

A write takes memdeck's own lock, reads the note, appends one line to its bytes
and moves the ref only from what was read (`commit_notes`); when another
program was faster, it begins again. Then a second git process reads the note
back. Bytes that were there stay as they are, damaged or not.
"""

from __future__ import annotations

import itertools
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
from memdeck.notes.catfile import ObjectReader, open_reader, read_objects, ref_tip, resolve_commit
from memdeck.notes.codec import compact, parse_note
from memdeck.notes.commit import (
    Identity,
    NoteChange,
    commit_notes,
    find_note,
    identity_of,
    notes_lock,
    start_import,
)
from memdeck.notes.line import appended, checked_line, unsaved_line
from memdeck.secrets import refuse_secrets_in
from memdeck.text import in_shell, show
from memdeck.workspace import Workspace

DEFAULT_REF: Final = "refs/notes/agents"
_LONGEST_PAUSE: Final = 0.05


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
class _Place:
    """Where to write: the folder in which git is started, and what it sees there."""

    git: Git
    repository: Repository


@dataclass(frozen=True, slots=True)
class _Written:
    """A note as it was written."""

    tip: str
    """Of the notes, with it."""
    path: str
    """Of the note in the notes tree."""
    data: bytes


def new_entry_id(moment: datetime) -> str:
    """20 hex digits that no other entry has: milliseconds since 1970, then chance.

    So ids sort by time, which tells two entries of one second apart.
    """
    return f"{max(0, int(moment.timestamp() * 1000)):012x}{secrets.token_hex(4)}"


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
        new_id: Callable[[datetime], str] = new_entry_id,
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
        self._identity: Identity | None = None

    def set(
        self,
        key: str,
        value: JsonValue,
        *,
        branch: str | None = None,
        commit: str | None = None,
        extra: Mapping[str, JsonValue] | None = None,
        allow_secret: bool = False,
    ) -> Stored:
        """Store `value` under `key`, as a new entry on the note of HEAD's commit.

        `branch` is recorded instead of the one that is checked out; `commit`
        (any name that git knows for it) carries the note instead of HEAD's.

        Raises WrongUsage for what JSON cannot keep exactly and for a commit
        that is not there; HoldsSecret for what looks like a password or a key,
        unless `allow_secret` says that it is meant; Refused when there is no
        commit yet or the ref could not be moved; Unusable when git or the disk
        failed. After these two, `unsaved` of the error holds the entry.
        """
        now = self._now().astimezone(UTC)
        stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        entry = Entry(branch or "", stamp, key, value, "", 0, self._new_id(now), dict(extra or {}))
        checked_line(entry)
        if not allow_secret:
            refuse_secrets_in([{key: value}, dict(extra or {})])
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
                f"`memdeck notes log --branch {in_shell(from_branch)}` shows what there is."
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
        # The notes have it already, whatever it is.
        return self.set(
            key, entry.value, branch=branch, commit=commit, extra=extra, allow_secret=True
        )

    # --- One write ---------------------------------------------------------------

    def _store(self, entry: Entry, named: bool, commit: str | None) -> Stored:
        place = self._look()
        self._at_step("looked")
        entry = self._placed(entry, place, named, commit)
        with notes_lock(place.repository, self._patience.lock):
            self._at_step("locked")
            stored = self._tried(entry, place)
        self._at_step("released")
        return replace(stored, detached=place.repository.detached and not named)

    def _tried(self, entry: Entry, place: _Place) -> Stored:
        """Write until it is read back. Raises Refused when others kept moving the ref."""
        git = place.git
        if self._identity is None:
            self._identity = identity_of(git)
        until = time.monotonic() + self._patience.moving
        dropped = False
        with open_reader(git) as reader:
            for attempt in itertools.count():
                written = self._once(entry, git, reader, attempt)
                if written is not None:
                    if self._read_back(reader, written, entry):
                        self._at_step("read back")
                        there = _own(written.data, entry)
                        if there is None:
                            raise refusals.hidden(entry.commit)
                        return Stored(there, written.tip)
                    dropped = True
                if time.monotonic() > until:
                    break
                time.sleep(self._jitter() * min(_LONGEST_PAUSE, 0.001 * 2 ** min(attempt, 10)))
        if dropped:
            raise refusals.dropped(self.ref)
        lock = place.repository.common_dir / f"{self.ref}.lock"
        raise refusals.busy(self.ref, self._patience.moving, lock)

    def _once(self, entry: Entry, git: Git, reader: ObjectReader, attempt: int) -> _Written | None:
        """One attempt: what the note is now, None when it is to be tried again.

        Between reading the ref and moving it little is done, as others move it
        meanwhile: git is started before, and what takes time with a long note
        is done at the first attempt alone.
        """
        assert self._identity is not None
        with start_import(git, self._identity, hurried=attempt > 1) as started:
            tip = ref_tip(reader, self.ref)
            found = find_note(reader, tip, entry.commit)
            self._at_step("read")
            if attempt and tip and found.data and _own(found.data, entry):
                # By an attempt that could not tell, or brought back by somebody.
                return _Written(tip, found.tree.place(entry.commit), found.data)
            data = appended(found.data, compact(entry))
            if not attempt and _own(data, entry) is None:
                raise refusals.hidden(entry.commit)
            try:
                new = commit_notes(
                    git,
                    self.ref,
                    tip,
                    [NoteChange(entry.commit, data)],
                    message=f"Store {show(entry.key)[:60]} on {show(entry.branch)[:60]}",
                    now=self._now(),
                    identity=self._identity,
                    tree=found.tree,
                    started=started,
                    reader=reader,
                )
            except GitFailed as error:
                self._judge(error, reader, entry)
                return None
        self._at_step("written")
        return _Written(new, found.tree.place(entry.commit), data) if new else None

    def _judge(self, error: GitFailed, reader: ObjectReader, entry: Entry) -> None:
        """Nothing, when it is to be tried again; else raises the error, or one in better words."""
        words = str(error)
        if "cannot lock ref" in words:
            if "File exists" in words:
                # Another git is writing, or was killed: until patience ends.
                return
            if "cannot create" in words:
                raise refusals.clash(self.ref) from error
        # It may have been stored before git failed (the time limit): then the
        # next attempt finds it.
        tip = ref_tip(reader, self.ref)
        if tip is None or _own(find_note(reader, tip, entry.commit).data, entry) is None:
            raise error

    def _read_back(self, reader: ObjectReader, written: _Written, entry: Entry) -> bool:
        """Whether the notes say what was written. Raises GitFailed when they cannot be read.

        Git reads it from the disk, in a process that did not write it. The ref
        may have moved on since: then what it has now counts.
        """
        tip, note = read_objects(reader, [self.ref, f"{written.tip}:{written.path}"])
        if note is None or note.data != written.data:
            raise GitFailed(
                f"What was written to the notes in {show(str(reader.folder))} could not be read "
                "back; the notes before it are still there: `git fsck` tells more."
            )
        if tip is not None and tip.id == written.tip:
            return True
        # A writer that read the ref before us and moved it after us drops our
        # entry without knowing; it is then written once more.
        if tip is None:
            return False
        return _own(find_note(reader, tip.id, entry.commit).data, entry) is not None

    # --- What it needs -----------------------------------------------------------

    def _look(self) -> _Place:
        """The repository to write to. Raises Unusable."""
        for folder in self._places:
            seen = look(folder, self.ref)
            if seen is not None:
                # The next write looks here at once.
                self._places = [folder]
                return _Place(Git(folder), seen[0])
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
