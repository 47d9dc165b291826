"""One replacement of MEMORY.md, and what becomes of the file that it displaced.

This is the part of `store.py` that a stronger way of replacing would change.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from memdeck.curated.writing.disk import Leftover, Snapshot, Target, has_writer
from memdeck.errors import Refused

_PAUSE: Final = 0.001


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for others, in seconds."""

    lock: float = 10.0
    """For another memdeck."""
    quiet: float = 0.1
    """For a moment without a writer, before MEMORY.md is read."""
    watch: float = 2.0
    """For the writers of a displaced file, and for one who is rewriting the whole file."""
    grace: float = 0.02
    """How long a displaced file must be without writers: one who had found the name before it
    was taken over is counted only a moment later."""


@dataclass(frozen=True, slots=True)
class Put:
    """A replacement that was made."""

    displaced: Snapshot
    """The old file as it was read; its descriptor is open."""
    after: bytes
    kept: str | None
    """The old file's second name."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A displaced file, once its writers are gone or patience is at its end."""

    data: bytes
    held: bool
    """Whether a writer still has it open."""


class Swapper:
    """Replaces the target, for one operation."""

    def __init__(
        self, target: Target, tag: str, patience: Patience, at_step: Callable[[str], None]
    ) -> None:
        self._target = target
        self._tag = tag
        self._patience = patience
        self._at_step = at_step
        self._count = 0

    def read_when_quiet(self) -> tuple[Snapshot, bool]:
        """The file, and whether nobody was writing it: that moment is waited for. Raises Refused.

        A file that someone is rewriting is empty for a moment: nothing is planned on that. Nor
        on half a line, which is what one sees of a write that crosses a page of the cache: while
        the file grows, its last line counts only once it has ended.
        """
        started = time.monotonic()
        first: bytes | None = None
        while True:
            snapshot = self._target.read()
            if snapshot.status is None:
                return snapshot, True
            writer = has_writer(snapshot.descriptor)
            if writer is None:
                time.sleep(2 * _PAUSE)
            settled = snapshot.now() == snapshot.data
            empty = not snapshot.data.strip()
            waited = time.monotonic() - started
            if settled and (writer is False or (writer is None and not empty)):
                return snapshot, True
            if waited > self._patience.quiet and not (empty and writer):
                still = snapshot.data == first
                return snapshot if still else snapshot.whole_lines(), False
            first = snapshot.data if first is None else first
            snapshot.close()
            if waited > self._patience.watch:
                raise Refused(
                    "Another program has MEMORY.md open and has emptied it, so nothing was "
                    "written: wait until it is done, or end it, and try again."
                )
            time.sleep(_PAUSE)

    def put(self, snapshot: Snapshot, after: bytes) -> Put | None:
        """Replace what was read by `after`; None when it changed meanwhile and nothing was done.

        Lines that were added meanwhile do not count as a change: they are late lines like any
        others. Raises OSError and Refused: then nothing was done either.
        """
        self._count += 1
        tag = f"{self._tag}.{self._count}"
        staged = self._target.stage(after, snapshot.status, snapshot.descriptor, tag)
        try:
            self._at_step("staged")
            if not self._target.is_still(snapshot):
                return None
            self._at_step("compared")
            if snapshot.status is None:
                if not self._target.create(staged):
                    return None
                self._at_step("replaced")
                return Put(snapshot, after, None)
            try:
                kept = self._target.keep(snapshot, tag)
            except FileNotFoundError:
                return None
            self._at_step("kept")
            try:
                self._target.replace(staged)
            except BaseException:
                if kept is not None:
                    self._target.remove(kept)
                raise
            self._at_step("replaced")
            return Put(snapshot, after, kept)
        finally:
            # Gone already when it took the target's place.
            self._target.remove(staged)

    def watch(self, descriptor: int) -> Watched:
        """Wait until nobody writes to a displaced file any more, `patience.watch` at most."""
        until = time.monotonic() + self._patience.watch
        quiet_until: float | None = None
        held: bool | None = None
        while (now := time.monotonic()) < until:
            held = has_writer(descriptor)
            if held is not False:
                quiet_until = None
            elif quiet_until is None:
                quiet_until = now + self._patience.grace
            elif now >= quiet_until:
                break
            time.sleep(_PAUSE)
        return Watched(Snapshot(b"", descriptor).now(), bool(held))

    def roll_back(self, put: Put) -> Watched | None:
        """Put a displaced file that is still being written to back in its place.

        What had taken its place, once its own writers are gone; what was added to it meanwhile
        has been brought over. None when it is not ours to give up any more: another has
        replaced or rewritten it, or the old file has no second name. Raises OSError.
        """
        if put.kept is None:
            return None
        own = self._target.read()
        try:
            if own.status is None or not own.data.startswith(put.after):
                return None
            try:
                # All that is behind what was put there is to be brought over.
                kept = self._target.keep(replace(own, data=put.after), f"{self._tag}.back")
            except FileNotFoundError:
                return None
            self._target.replace(put.kept)
            self._at_step("rolled back")
            watched = self.watch(own.descriptor)
            if watched.data.startswith(put.after) and len(watched.data) > len(put.after):
                self._target.append(watched.data[len(put.after) :])
            if kept is not None and not watched.held:
                self._target.remove(kept)
            return watched
        finally:
            own.close()


def carry(target: Target, leftover: Leftover, patience: Patience) -> tuple[int, bytes]:
    """Bring over what was added to an old file that a cut-short write left; remove it.

    How many bytes were brought over, and the bytes of a file that was rewritten instead and
    are for the caller to keep. The file stays while someone has it open: (0, b"").
    """
    snapshot = target.open(leftover)
    try:
        status = target.status()
        assert snapshot.status is not None
        if status is not None and os.path.samestat(status, snapshot.status):
            target.remove(leftover.name)
            return 0, b""
        watched = Swapper(target, "", patience, lambda _: None).watch(snapshot.descriptor)
        if watched.held:
            return 0, b""
        late = leftover.late(watched.data)
        if late is None:
            return 0, watched.data
        brought = 0
        if late.strip():
            present = target.data()
            if present is None:
                return 0, late
            if late.strip(b"\r\n") not in present:
                brought = target.append(late)
        target.remove(leftover.name)
        return brought, b""
    finally:
        snapshot.close()
