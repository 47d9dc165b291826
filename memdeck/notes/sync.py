"""The notes of many machines, by way of git remotes: fetch, merge by entry, push, again.

What a remote has is fetched onto a ref of memdeck's own, never onto the live
notes. The union of both is put on the live notes as a merge commit, in one
compare-and-swap, and pushed plainly: a remote that moved meanwhile refuses it,
and it is begun again. At every moment the notes are the old ones or the new
ones, here and there; the branches, index and work tree are not touched.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from memdeck.errors import Refused
from memdeck.git import Git, GitFailed, Repository, safe_ref
from memdeck.notes import refusals
from memdeck.notes.agreements import Agreements
from memdeck.notes.commit import commit_notes, identity_of, ref_tip, whole_tree
from memdeck.notes.exchange import Line, Moved
from memdeck.notes.lock import notes_lock, sync_lock
from memdeck.notes.remotes import (
    Remote,
    environment_for,
    remote_of,
    tracking_ref,
    writing_environment,
)
from memdeck.notes.tree import blob_id
from memdeck.notes.union import Difference, Union, bases, union
from memdeck.notes.wiring import read_configuration
from memdeck.secrets import find_secrets, secrets_in
from memdeck.text import show

_LONGEST_PAUSE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Found:
    """Something in what is to be sent that looks like a secret. It does not hold it."""

    kind: str
    """What it seems to be, in words: `GitHub token`."""
    where: str
    """The key and the branch of its entry."""


@dataclass(frozen=True, slots=True)
class FirstPush:
    """What a person is asked before notes are sent to a remote for the first time."""

    remote: str
    url: str
    """Where it is, without passwords; joined by commas when there are several."""
    ref: str
    entries: int
    """How many entries would be sent."""
    secrets: tuple[Found, ...] = ()
    again: bool = False
    """Whether the remote had the notes before and somebody took them away there."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did."""

    remote: str
    url: str
    received: int
    """Entries that came from the remote."""
    sent: int
    removed_here: int
    """Entries that are gone here because they were taken away there."""
    removed_there: int
    tip: str | None
    """Hex id of the notes commit that both have; None when neither has notes."""
    declined: bool = False
    """Whether the first push was not allowed: received, and nothing sent."""
    secrets: tuple[Found, ...] = ()
    """What looks like a secret in what was sent."""
    rounds: int = 1
    """How often it was begun."""


@dataclass(frozen=True, slots=True)
class SyncPatience:
    """How long a sync goes on trying, in seconds."""

    network: float = 120.0
    """One fetch or push."""
    rounds: float = 300.0
    """Beginning again because the remote moved."""
    moving: float = 20.0
    """Merging again because writers here moved the notes."""
    lock: float = 30.0
    """Waiting for another memdeck."""


def sync(
    repository: Repository,
    remote: str,
    *,
    ref: str = "refs/notes/agents",
    agreements: Agreements,
    allow: Callable[[FirstPush], bool],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Callable[[str], None] = lambda _: None,
    patience: SyncPatience = SyncPatience(),
    jitter: Callable[[], float] = random.random,
    at_step: Callable[[str], None] = lambda _: None,
) -> Synced:
    """Exchange the notes of `ref` with a remote of that name, until both have all entries.

    `allow` is asked before notes are sent to a remote for the first time, and
    the answer is kept in `agreements`. `progress` is told in words what is
    being done; `at_step` the name of each step that is done, for tests.

    Raises WrongUsage when there is no such remote; Refused when it does not
    take the notes, has an address that memdeck does not use, or kept moving;
    Unusable when it cannot be reached or git or the disk failed. Whatever is
    raised, no entry is lost here or there: sync again.
    """
    git = Git(repository.root)
    settings = read_configuration(git)
    found = remote_of(settings, remote, repository.root)
    line = Line(
        Git(repository.root, patience.network),
        found,
        environment_for(settings, found.urls),
    )
    run = _Run(repository, git, line, ref, now, progress, patience, jitter, at_step)
    with sync_lock(repository, patience.lock):
        at_step("locked")
        return run.until_done(agreements, allow)


@dataclass(frozen=True, slots=True)
class _Met:
    """Our notes after the remote's were brought in."""

    tip: str | None
    received: int
    removed: int


class _Run:
    """One sync."""

    def __init__(
        self,
        repository: Repository,
        git: Git,
        line: Line,
        ref: str,
        now: Callable[[], datetime],
        progress: Callable[[str], None],
        patience: SyncPatience,
        jitter: Callable[[], float],
        at_step: Callable[[str], None],
    ) -> None:
        self.repository = repository
        self.git = git
        self.line = line
        self.remote: Remote = line.remote
        self.ref = safe_ref(ref)
        self.tracking = tracking_ref(line.remote.name, ref)
        self.now = now
        self.progress = progress
        self.patience = patience
        self.jitter = jitter
        self.at_step = at_step
        self.identity = identity_of(git)

    def until_done(self, agreements: Agreements, allow: Callable[[FirstPush], bool]) -> Synced:
        """Rounds of fetch, merge and push. Raises Refused when the remote kept moving."""
        until = time.monotonic() + self.patience.rounds
        done = Synced(self.remote.name, self.remote.shown, 0, 0, 0, 0, None, rounds=0)
        gone = False
        while True:
            done = replace(done, rounds=done.rounds + 1)
            try:
                theirs, vanished = self._fetched()
                gone = gone or vanished
                if vanished:
                    agreements.remove(self.repository.common_dir, self.remote, self.ref)
                met = self._met(theirs)
                done = replace(
                    done,
                    tip=met.tip,
                    received=done.received + met.received,
                    removed_here=done.removed_here + met.removed,
                )
                if met.tip is None or met.tip == theirs:
                    return done
                missing = union(self.git, met.tip, theirs).sent
                secrets = found_secrets(missing)
                if not self._agreed(agreements, allow, missing, secrets, gone):
                    return replace(done, declined=True)
                self._push(met.tip, theirs)
            except Moved:
                if time.monotonic() > until:
                    raise Refused(
                        f"Others kept sending notes to {show(self.remote.name)} for "
                        f"{self.patience.rounds:g} seconds, so ours were not sent; all is kept "
                        "here: sync again when they rest."
                    ) from None
                self._pause(done.rounds)
                continue
            return replace(
                done,
                sent=len(missing.entries),
                removed_there=missing.removed,
                secrets=secrets,
            )

    def _pause(self, attempt: int) -> None:
        time.sleep(self.jitter() * min(_LONGEST_PAUSE, 0.02 * 2 ** min(attempt, 10)))

    # --- The remote ----------------------------------------------------------------

    def _fetched(self) -> tuple[str | None, bool]:
        """The tip that the remote has; and whether it had one and has none any more."""
        self.progress(f"Fetching the notes of {show(self.remote.name)}")
        before = ref_tip(self.git, self.tracking)
        there = self.line.fetch(self.ref, self.tracking)
        self.at_step("fetched")
        if there:
            return ref_tip(self.git, self.tracking), False
        if before is not None:
            self.git.run(
                *("update-ref", "-d", self.tracking, before), environment=writing_environment()
            )
        return None, before is not None

    def _agreed(
        self,
        agreements: Agreements,
        allow: Callable[[FirstPush], bool],
        missing: Difference,
        secrets: tuple[Found, ...],
        gone: bool,
    ) -> bool:
        root = self.repository.common_dir
        if agreements.has(root, self.remote, self.ref):
            return True
        count = len(missing.entries)
        asked = FirstPush(self.remote.name, self.remote.shown, self.ref, count, secrets, gone)
        if not allow(asked):
            return False
        agreements.add(root, self.remote, self.ref)
        self.at_step("agreed")
        return True

    def _push(self, tip: str, theirs: str | None) -> None:
        self.progress(f"Sending the notes to {show(self.remote.name)}")
        self.line.push(tip, self.ref)
        self.at_step("pushed")
        try:
            self._move(self.tracking, tip, theirs, "push")
        except GitFailed:
            # Another fetch has moved it, or will: it tells no more than what was seen last.
            return

    # --- Our notes -----------------------------------------------------------------

    def _met(self, theirs: str | None) -> _Met:
        """Bring what the remote has into our notes. Raises Refused when writers move them on."""
        if theirs is None:
            return _Met(ref_tip(self.git, self.ref), 0, 0)
        until = time.monotonic() + self.patience.moving
        attempt = 0
        with notes_lock(self.repository, self.patience.lock):
            while True:
                met = self._once(theirs)
                if met is not None:
                    self.at_step("merged")
                    return met
                attempt += 1
                if time.monotonic() > until:
                    lock = self.repository.common_dir / f"{self.ref}.lock"
                    raise refusals.busy(self.ref, self.patience.moving, lock)
                self._pause(attempt)

    def _once(self, theirs: str) -> _Met | None:
        """One attempt; None when it is to be tried again."""
        ours = ref_tip(self.git, self.ref)
        common = bases(self.git, ours, theirs) if ours else ()
        if theirs in common:
            return _Met(ours, 0, 0)
        self.progress("Merging the notes")
        both = union(self.git, ours, theirs)
        self.at_step("read")
        try:
            if ours is None or ours in common:
                new = self._forward(theirs, ours)
            else:
                new = self._merge(ours, theirs, both)
        except GitFailed as error:
            if "cannot lock ref" not in str(error):
                raise
            if "cannot create" in str(error) or "exists; cannot" in str(error):
                raise refusals.clash(self.ref) from error
            return None
        self.at_step("moved")
        if new is None or not self._read_back(new, both):
            return None
        return _Met(new, len(both.received.entries), both.received.removed)

    def _forward(self, theirs: str, ours: str | None) -> str | None:
        """Ours are all contained in theirs: no commit is needed."""
        try:
            self._move(self.ref, theirs, ours, f"sync with {self.remote.name}")
        except GitFailed:
            if ref_tip(self.git, self.ref) != ours:
                return None
            raise
        return theirs

    def _merge(self, ours: str, theirs: str, both: Union) -> str | None:
        return commit_notes(
            self.git,
            self.ref,
            ours,
            both.changes,
            message=f"Merge the notes of {self.remote.name}",
            now=self.now(),
            parents=(theirs,),
            identity=self.identity,
            tree=whole_tree(self.git, ours),
        )

    def _move(self, ref: str, new: str, old: str | None, why: str) -> None:
        """Put a ref on another commit, if it is where it was read. Raises GitFailed."""
        self.git.run(
            *("update-ref", "--create-reflog", "-m", f"memdeck: {why}", ref, new),
            old or "0" * len(new),
            environment=writing_environment(),
        )

    def _read_back(self, new: str, both: Union) -> bool:
        """Whether the notes say what was merged, and the ref leads to it.

        Raises GitFailed when they do not say it: then the old ones are still there.
        """
        notes = whole_tree(self.git, new).notes
        for each in both.changes:
            wanted = () if each.data is None else (blob_id(each.data, len(new)),)
            if tuple(blob for _, blob in notes.get(each.commit, ())) != wanted:
                raise GitFailed(
                    f"What was merged into the notes in {show(str(self.git.folder))} could not be "
                    "read back; the notes before it are still there: `git fsck` tells more."
                )
        tip = ref_tip(self.git, self.ref)
        # A writer that read the ref before us and moved it after us drops the
        # merge without knowing; it is then made once more.
        return tip is not None and new in bases(self.git, tip, new)


def found_secrets(missing: Difference) -> tuple[Found, ...]:
    """What looks like a secret in what is to be sent; each kind once for each key."""
    found: dict[Found, None] = {}
    for _, entry in missing.entries:
        for kind in secrets_in([entry.key, entry.value, entry.extra]):
            found[Found(kind, f"{entry.key} on {entry.branch}")] = None
    for text in missing.damaged:
        for each in find_secrets(text):
            found[Found(each.kind, "a damaged entry")] = None
    return tuple(found)
