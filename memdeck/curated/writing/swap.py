"""One replacement of MEMORY.md, and taking it back.

The strong way is used wherever it can be had, each half for itself: under a
lease (`lease.py`), so that nobody has the file open, and by exchanging the two
names (`exchange.py`), so that the displaced file stays in hand whatever it is.
Else the old file gets a second name and its first one is replaced.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final

from memdeck.curated.writing import lease
from memdeck.curated.writing.disk import Snapshot, Target
from memdeck.curated.writing.late import PAUSE, Patience, Watched, carry, let_go, watch
from memdeck.curated.writing.names import leftover_of
from memdeck.errors import Refused

HELD_OPEN: Final = (
    "Another program has had MEMORY.md open for writing all the time, so nothing was "
    "written: close the file there, or end the program, and try again."
)
# Between two looks for a moment without writers, in seconds: such moments may be short.
_POLL: Final = 0.0002
# How often in a row others may put a file of their own in place while one is put back.
_RENAMES: Final = 100


@dataclass(frozen=True, slots=True)
class Put:
    """A replacement that was made."""

    displaced: Snapshot
    """The old file as it was read; its descriptor is open."""
    after: bytes
    kept: str | None
    """The name under which the old file lies now."""
    placed: os.stat_result | None = None
    """The new file."""
    exchanged: bool = False
    late: bytes = b""
    """What was added to the old file until it was displaced, and is in the new one already."""
    late_bytes: int = 0
    """How many bytes that made there."""

    @property
    def known(self) -> bytes:
        """All that was in the old file when it was displaced."""
        return self.displaced.data + self.late


class Swapper:
    """Replaces the target, for one operation."""

    def __init__(
        self,
        target: Target,
        tag: str,
        patience: Patience,
        at_step: Callable[[str], None],
        rescue: Callable[[bytes], None],
    ) -> None:
        self._target = target
        self._tag = tag
        self._patience = patience
        self._at_step = at_step
        self._rescue = rescue
        self._count = 0
        self.replaced = False
        """Whether a new file has stood in the target's place, if only for a moment."""

    # --- Reading -----------------------------------------------------------

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
            with self._target.leased(snapshot.descriptor) as taken:
                writer = None if taken is None else not taken
            if writer is None:
                time.sleep(2 * PAUSE)
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
            time.sleep(_POLL)

    # --- Replacing ---------------------------------------------------------

    def put(self, snapshot: Snapshot, after: bytes) -> Put | None:
        """Replace what was read by `after`; None when it changed meanwhile and nothing was done.

        Lines that were added meanwhile do not count as a change: planning anew for each would
        never end. Raises OSError, and Refused when somebody has the file open all the time: then
        nothing was done either.
        """
        self._count += 1
        tag = f"{self._tag}.{self._count}"
        staged = self._target.stage(after, snapshot.status, snapshot.descriptor, tag)
        if snapshot.status is None:
            return self._create(snapshot, after, staged)
        try:
            side = self._target.ready(staged, tag, snapshot.data, after)
        except OSError:
            self._target.remove(staged)
            raise
        put = self._place(Put(snapshot, after, side), tag)
        if put is None:
            return None
        if put.exchanged and not self._target.is_called(side, snapshot.status):
            self._put_back(put)
            return None
        self._at_step("replaced")
        return self._opened(put) if put.exchanged else put

    def _create(self, snapshot: Snapshot, after: bytes, staged: str) -> Put | None:
        try:
            self._at_step("staged")
            if self._target.status() is not None:
                return None
            self._at_step("compared")
            if not self._target.create(staged):
                return None
            self.replaced = True
            self._at_step("replaced")
            return Put(snapshot, after, None)
        finally:
            self._target.remove(staged)

    def _place(self, put: Put, tag: str) -> Put | None:
        """Put the staged file in place, while nobody has the old one open if that can be had."""
        side, displaced = put.kept, put.displaced
        assert side is not None
        # From the exchange on, others' bytes may lie under that name.
        ours_alone = True
        try:
            self._at_step("staged")
            put = replace(put, placed=self._target.status_of(side))
            with (
                closing(self._target.read()) as now,
                self._without_writers(displaced) as leased,
            ):
                late = self._target.added_since(displaced, now) if leased is not False else None
                if late is None:
                    return None
                if late and leased:
                    # Without a lease it may be half a line, and waits until the old file is.
                    count = self._target.append(late, to=side)
                    put = replace(put, late=late, late_bytes=count)
                self._at_step("compared")
                try:
                    ours_alone = False
                    exchanged = self._target.exchange(side)
                except FileNotFoundError:
                    ours_alone = True
                    return None
                except OSError:
                    ours_alone = True
                    raise
                if exchanged:
                    self.replaced = True
                    self._at_step("exchanged")
                    return replace(put, exchanged=True)
                ours_alone = True
                return self._rename(put, side, tag)
        finally:
            if ours_alone:
                # Gone already when it was renamed into the target's place.
                self._target.remove(side)

    def _rename(self, put: Put, staged: str, tag: str) -> Put | None:
        """Where names cannot be exchanged."""
        try:
            kept = self._target.keep(put.displaced, tag)
        except FileNotFoundError:
            return None
        self._at_step("kept")
        try:
            self._target.replace(staged)
        except OSError:
            if kept is not None:
                self._target.remove(kept)
            raise
        self.replaced = True
        return replace(put, kept=kept)

    @contextmanager
    def _without_writers(self, snapshot: Snapshot) -> Iterator[bool | None]:
        """Wait for a lease, and hold it: True; False when another file took the name.

        None where there are no leases. Raises Refused when somebody has it open all the time.
        """
        assert snapshot.status is not None
        taken: bool | None = None
        if self._target.sees_writers:
            until = time.monotonic() + self._patience.watch
            while (taken := lease.take(snapshot.descriptor)) is False:
                if not self._target.is_called(self._target.path.name, snapshot.status):
                    break
                if time.monotonic() > until:
                    raise Refused(HELD_OPEN)
                time.sleep(_POLL)
        try:
            yield taken
        finally:
            if taken:
                lease.give_back(snapshot.descriptor)

    def _opened(self, put: Put) -> Put:
        """With a descriptor of its own: see `Target.added_since`."""
        assert put.kept is not None
        with suppress(OSError, Refused):
            displaced = self._target.open(put.kept)
            put.displaced.close()
            return replace(put, displaced=replace(displaced, data=put.displaced.data))
        return put

    # --- Taking back -------------------------------------------------------

    def _put_back(self, put: Put) -> None:
        """Another program renamed its own file into the gap: give it its place again.

        One who read ours in that moment and renames a file of its own later drops what was in
        theirs, so that is kept in the journal, too. Raises OSError and Refused.
        """
        side = put.kept
        assert side is not None
        assert put.placed is not None
        theirs: bytes | None = None
        with ExitStack() as stack:
            # It may be no file that can be read. What it holds is read when it is in its place.
            snapshot: Snapshot | None = None
            with suppress(OSError, Refused):
                snapshot = stack.enter_context(closing(self._target.open(side)))
            with suppress(FileNotFoundError):
                # Nothing stands there any more: yet another program has removed what did.
                swap_back(self._target, side, put.placed)
            if snapshot is not None:
                theirs = snapshot.now()
        self._at_step("put back")
        self._target.sync()
        if theirs is not None:
            self._rescue(theirs)
        leftover = leftover_of(side, self._target.path.name)
        assert leftover is not None
        carried = carry(self._target, leftover, self._patience)
        if carried.rewritten.strip() and carried.rewritten != theirs:
            self._rescue(carried.rewritten)
        if carried.rewritten:
            self._target.remove(side)

    def roll_back(self, put: Put, brought: Sequence[bytes]) -> Watched | None:
        """Put a displaced file that is still being written to back in its place.

        What had taken its place, once its own writers are gone; what was added to it meanwhile
        has been brought over, but for `brought`, which came from the displaced file. None when
        it is not ours to give up any more: another has replaced or rewritten it, or the old
        file has no second name. Raises OSError and Refused.
        """
        if put.kept is None or put.placed is None:
            return None
        with closing(self._target.read()) as own:
            if (
                own.status is None
                or not os.path.samestat(own.status, put.placed)
                or not own.data.startswith(put.after)
            ):
                return None
            side: str | None = put.kept
            if put.exchanged:
                swap_back(self._target, put.kept, put.placed)
                if not self._target.is_called(put.kept, put.placed):
                    return None
            else:
                try:
                    # All that is behind what was put there is to be brought over.
                    ours = replace(own, data=put.after)
                    side = self._target.keep(ours, f"{self._tag}.back")
                except FileNotFoundError:
                    return None
                self._target.replace(put.kept)
            self._at_step("rolled back")
            watched = watch(self._target, own.descriptor, put.after, self._patience, lambda _: None)
            if not watched.data.startswith(put.after):
                self._rescue(watched.data)
            elif late := without(watched.data[len(put.after) :], brought):
                self._target.append(late)
            if side is not None and not watched.held:
                let_go(self._target, own.descriptor, side, watched.data)
            return watched


def swap_back(target: Target, side: str, expected: os.stat_result) -> None:
    """Exchange the target with what lies under `side`; `expected` is what should come out.

    When another file comes out, that one is newer than what was put there and is put back in
    turn: then `side` holds the older one again. Raises OSError.
    """
    for _ in range(_RENAMES):
        inside = target.status_of(side)
        if not target.exchange(side):
            raise OSError(errno.EIO, "what was displaced cannot be put back")
        if target.is_called(side, expected):
            return
        expected = inside


def without(late: bytes, brought: Sequence[bytes]) -> bytes:
    """Late bytes but for the pieces that were brought there from elsewhere."""
    for piece in brought:
        late = late.replace(piece, b"", 1)
    return late
