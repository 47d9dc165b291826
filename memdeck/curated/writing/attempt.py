"""One operation on its way into MEMORY.md: planned, put, looked after, recorded.

`store.py` says what this protects against.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from types import TracebackType
from typing import Final, Self

from memdeck.curated.journal import Journal
from memdeck.curated.records import Record, Rescued, State
from memdeck.curated.sections import conflict_markers
from memdeck.curated.splice import Edit, Operation
from memdeck.curated.undo import digest_of, places_of, trimmed
from memdeck.curated.writing.disk import Snapshot, Target
from memdeck.curated.writing.late import Patience, let_go, watch
from memdeck.curated.writing.recovery import judge
from memdeck.curated.writing.swap import HELD_OPEN, Put, Swapper, without
from memdeck.errors import Refused
from memdeck.text import plural

# How often the file may change under a plan, and how often others may undo what was put.
_ATTEMPTS: Final = 12
_ROUNDS: Final = 6
# How often a refusal is doubted when the file was read in the middle of someone's writing.
_DOUBTS: Final = 3

_KEEPS_CHANGING: Final = (
    "Another program keeps rewriting MEMORY.md, so nothing was written: wait until it is done "
    "and try again."
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What shall stand in the file."""

    edit: Edit
    base: bytes
    """What the edit was planned on."""
    after: bytes
    refusal: Refused | None = None
    """Why the operation is not part of `after`."""


Planner = Callable[[bytes], _Plan | None]
"""From the file as it is to what shall stand in it; None when there is nothing to put."""


class Writing:
    """Writes one operation; close it by `with`, as it holds displaced files open."""

    def __init__(
        self,
        target: Target,
        operation: Operation,
        record: Record,
        journal: Journal,
        now: Callable[[], datetime],
        patience: Patience,
        at_step: Callable[[str], None],
    ) -> None:
        self.record = record
        self.base = b""
        """What it was planned on."""
        self.after: bytes | None = None
        """What stands in the file once it is done; None when that is not known to the byte."""
        self.late_bytes = 0
        self.warnings: list[str] = []
        self._target = target
        self._operation = operation
        self._journal = journal
        self._now = now
        self._at_step = at_step
        self._patience = patience
        self._swapper = Swapper(target, record.id, patience, at_step, self._keep_safe)
        self._begun = False
        self._brought: list[bytes] = []
        self._warned_of_links = False
        self._open: list[Snapshot] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for snapshot in self._open:
            snapshot.close()
        if self._begun and isinstance(error, (Refused, OSError)):
            # When the journal cannot be written either, recovery finds out by the hashes.
            with suppress(Refused):
                self._journal.finish(self.record, State.FAILED, str(error))

    def run(self) -> Edit:
        """The edit as it stands in the file. Raises Refused, and OSError: then it does not."""
        try:
            plan = self._rounds()
        except (Refused, OSError) as error:
            # Something may have gone wrong after it was put already.
            if not self._swapper.replaced or not self._stands():
                raise
            self.warnings.append(str(error))
            edit = Edit(self.record.splices, self.record.words)
            plan = _Plan(edit, b"", self._target.data() or b"")
        if plan.refusal is not None:
            raise plan.refusal
        self._finish(plan)
        return plan.edit

    def _rounds(self) -> _Plan:
        """Put the plan, and again on what others made of the file at the same moment."""
        planner: Planner = self._plan
        plan: _Plan | None = None
        spent: tuple[Put, bytes] | None = None
        for rounds in range(1, _ROUNDS + 1):
            try:
                made = self._put(planner)
            except (Refused, OSError):
                if spent is not None:
                    self._swapper.roll_back(spent[0], self._brought)
                raise
            if spent is not None:
                self._spend(*spent)
                spent = None
            if made is not None:
                plan, put = made
                theirs = self._look_after(put)
                if theirs is not None and rounds == _ROUNDS:
                    self._swapper.roll_back(put, self._brought)
                    break
                if theirs is not None:
                    planner, spent = self._over(put, theirs), (put, theirs)
                    continue
            assert plan is not None
            if plan.refusal is not None or not self._overwritten(plan):
                return plan
            self.warnings.append(
                "Another program wrote its own MEMORY.md over this at the same moment, so it was "
                "done again on that."
            )
            planner = self._plan
        raise Refused(_KEEPS_CHANGING)

    def _spend(self, put: Put, theirs: bytes) -> None:
        """Remove a rewritten file, which is part of what was put since, or in the journal.

        One that was written to once more is left for the next time.
        """
        if put.kept is not None:
            let_go(self._target, put.displaced.descriptor, put.kept, theirs)

    def _stands(self) -> bool:
        """Whether the operation is in the file, as recovery would find it."""
        try:
            data = self._target.data() or b""
        except (Refused, OSError):
            return False
        return judge(self.record, data)[0] is State.DONE

    # --- Planning ----------------------------------------------------------

    def _plan(self, data: bytes) -> _Plan:
        """The operation on the file as it is. Raises Refused."""
        line = conflict_markers(data)
        if line is not None:
            raise Refused(
                f"MEMORY.md holds merge conflict markers (line {line}), so nothing was written: "
                "resolve the conflict first."
            )
        edit = self._operation.plan(data)
        after = edit.apply(data)
        if after == data:
            raise Refused("This changes nothing in MEMORY.md, so nothing was written.")
        _check(edit, data, after)
        return _Plan(edit, data, after)

    def _over(self, put: Put, theirs: bytes) -> Planner:
        """The operation on what a rewriter left in the displaced file, over what was put."""

        def plan(data: bytes) -> _Plan | None:
            if not data.startswith(put.after):
                # Yet another version stands there by now: that one is the newest.
                self._rescue(theirs, "It was rewritten twice while an operation was written.")
                return None
            # Of what was brought over from the displaced file the rewriter knew.
            late = without(data[len(put.after) :], self._brought)
            try:
                planned = self._plan(theirs)
            except Refused as error:
                refusal = Refused(
                    "Another program rewrote MEMORY.md at the same moment; its version was kept "
                    f"and this was not written: {error}"
                )
                return _Plan(Edit((), ""), theirs, _joined(theirs, late), refusal)
            return replace(planned, after=_joined(planned.after, late))

        return plan

    # --- Putting -----------------------------------------------------------

    def _put(self, planner: Planner) -> tuple[_Plan, Put] | None:
        for attempt in range(_ATTEMPTS):
            snapshot, quiet = self._swapper.read_when_quiet()
            self._open.append(snapshot)
            self._at_step("read")
            try:
                plan = planner(snapshot.data)
            except Refused:
                if quiet or attempt >= _DOUBTS:
                    raise
                self._forget(snapshot)
                continue
            if plan is None:
                return None
            self._begin(plan)
            put = self._swapper.put(snapshot, plan.after)
            if put is not None:
                self._open[-1] = put.displaced
                return plan, put
            self._forget(snapshot)
        raise Refused(_KEEPS_CHANGING)

    def _forget(self, snapshot: Snapshot) -> None:
        self._open.remove(snapshot)
        snapshot.close()

    def _begin(self, plan: _Plan) -> None:
        """Record the plan: nothing is written before the journal has it. Raises Refused."""
        if plan.refusal is not None:
            return
        edit = trimmed(plan.edit)
        self.record = replace(
            self.record,
            words=edit.words,
            before_hash=digest_of(plan.base),
            after_hash=digest_of(plan.after),
            splices=edit.splices,
            places=places_of(edit, plan.after),
        )
        self._journal.begin(self.record)
        self._begun = True
        self._at_step("begun")

    # --- Looking after -----------------------------------------------------

    def _look_after(self, put: Put) -> bytes | None:
        """Bring over what came late to the displaced file; its bytes when it was rewritten.

        From here on the operation is in the file, so trouble is a warning. Raises Refused when
        a writer that never closes made it necessary to put the old file back.
        """
        status = put.displaced.status
        if put.late:
            self.late_bytes += put.late_bytes
            self._brought.append(put.late)
        try:
            self._target.sync(data=bool(put.late))
            if status is None:
                return None
            if status.st_nlink > 1 and not self._warned_of_links:
                self._warned_of_links = True
                self.warnings.append(
                    f"MEMORY.md had {plural(status.st_nlink, 'name')} (hard links); the others "
                    "keep the old text."
                )
            return self._watch(put)
        except OSError as error:
            self.warnings.append(
                f"It was written, but not everything after it could be done ({error.strerror}); "
                "what is left is done the next time that memdeck writes here."
            )
            return None

    def _watch(self, put: Put) -> bytes | None:
        known = put.known
        while True:
            watched = watch(
                self._target, put.displaced.descriptor, known, self._patience, self._bring_over
            )
            self._at_step("watched")
            data, known = watched.data, watched.data
            if watched.held:
                self._give_way(put)
                return None
            if not data.startswith(watched.known):
                if data.strip():
                    return data
                self.warnings.append(
                    "Another program emptied the old MEMORY.md while this was written; the new "
                    "one was kept."
                )
            elif len(data) > len(watched.known):
                self._bring_over(data[len(watched.known) :])
            if put.kept is None or let_go(self._target, put.displaced.descriptor, put.kept, data):
                self._at_step("released")
                return None

    def _bring_over(self, late: bytes) -> None:
        self.late_bytes += self._target.append(late)
        self._brought.append(late)
        self._at_step("carried")

    def _give_way(self, put: Put) -> None:
        """A writer does not close the displaced file: put it back. Raises Refused, OSError."""
        if self._swapper.roll_back(put, self._brought) is None:
            self.warnings.append(
                "Another program still has the old MEMORY.md open; what it writes is brought "
                "over the next time that memdeck writes here."
            )
            return
        raise Refused(HELD_OPEN)

    def _overwritten(self, plan: _Plan) -> bool:
        """Whether somebody's own version took the new file's place and lacks the operation."""
        try:
            data = self._target.data()
        except (Refused, OSError):
            return False
        if data is None or data.startswith(plan.after):
            return False
        for splice in plan.edit.splices:
            gone = any(line not in data for line in _said(splice.new))
            back = any(data.count(line) > plan.after.count(line) for line in _said(splice.old))
            if gone or back:
                return True
        return False

    def _rescue(self, data: bytes, words: str) -> None:
        """Keep the bytes of another program in the journal. Raises Refused."""
        self._journal.rescue(Rescued(self._now(), self.record.path, words, data, self.record.id))
        self.warnings.append(
            "Another program rewrote MEMORY.md several times at the same moment; the version "
            "that found no place is kept in the journal."
        )

    def _keep_safe(self, data: bytes) -> None:
        """The same for bytes that have their place again, as far as one can know."""
        words = "It was put in place of MEMORY.md at the very moment of a write."
        self._journal.rescue(Rescued(self._now(), self.record.path, words, data, self.record.id))

    def _finish(self, plan: _Plan) -> None:
        """Say in the journal that it is done, with the hash of what stands in the file."""
        self.base = plan.base
        with suppress(Refused, OSError):
            data = self._target.data()
            length = len(plan.after) + self.late_bytes
            if data is not None and len(data) == length and data.startswith(plan.after):
                # Late lines stand behind it all, so offsets are as they were.
                self.record = replace(self.record, after_hash=digest_of(data))
                self.after = data
        try:
            self.record = self._journal.finish(self.record, State.DONE)
        except Refused as error:
            self.warnings.append(
                f"It was written and stands. {error} The next memdeck that writes here does it."
            )
        self._at_step("finished")


def _check(edit: Edit, before: bytes, after: bytes) -> None:
    """That every byte outside of the edit is as it was."""
    first, last = edit.splices[0], edit.splices[-1]
    kept = len(before) - last.end
    ordered = all(one.end <= other.offset for one, other in pairwise(edit.splices))
    if (
        not ordered
        or before[: first.offset] != after[: first.offset]
        or before[last.end :] != after[len(after) - kept :]
    ):
        raise Refused("The edit would have changed more than it should; nothing was written.")


def _said(lines: bytes) -> list[bytes]:
    """What lines say, without the marks and white space that a formatter changes."""
    said = (line.strip(b" \t-*+#") for line in lines.replace(b"\r", b"\n").split(b"\n"))
    return [line for line in said if line]


def _joined(text: bytes, late: bytes) -> bytes:
    """Late lines behind a text, whole."""
    if late and text and not text.endswith((b"\n", b"\r")) and not late.startswith((b"\n", b"\r")):
        return text + b"\n" + late
    return text + late
