"""The only writer of MEMORY.md.

`MemoryStore.apply` takes an operation, a pure function from bytes to an edit,
and gets it into the file beside writers that know nothing of memdeck:

1. Lock the folder (other memdecks wait), settle what a crash left.
2. Read in a moment without a writer, plan the edit, record it in the journal.
3. Write the new file beside the old one, on disk and read back.
4. Wait for a lease on the old file: from here to the end of 5, a few system calls later, nobody
   has it open for writing, and whoever would is held up by the kernel. Compare its inode and
   bytes. Another file, or other bytes: back to 2. Bytes added at its end go behind the new ones:
   planning anew for each would never end.
5. Exchange the two names: the new file is in place, and the displaced one in hand. Is that not
   the one that was compared, exchange again, and back to 2.
6. Watch the old file until nobody has it open for writing. What is added to it is appended to
   the new one, whole lines in their order, as soon as its writer has closed it. When all that is
   in it stands in the new file, its name goes, and the journal says done.

What the others may do, and what becomes of it:

- *An appender* opens, waits, writes, closes. Before 4: planned on. One that is
  held up in 4 or 5 has found the old file: its lines are late and brought over.
  So are those of one that had found the name, and whose descriptor is counted
  only after 5: the old file is looked at again for `Patience.grace`; not covered
  is one that the kernel holds up between the two for longer. After 5, it finds the new file.
- *A truncating rewriter* empties the file when it opens it and writes then. An
  emptied file is never planned on. Rewritten between 2 and 4: planned anew.
  Found the old file and rewrote it after 5: its version is taken as the older one, and
  the operation planned on it; refused there, its version goes into place and
  the operation is refused. Emptied and left so: the new file stays.
- *A renaming editor* puts a file of its own in place. Before 4: planned anew.
  Between 4 and 5: its file is displaced, and has its place again at once; it goes to the journal,
  too, as one who read the new file in that moment and renames its own over it
  later drops what was in theirs. After 5 from an older reading: the operation is missing
  from its file and is planned anew on that.
- *One who rewrites from a stale copy later on* cannot be kept from it.
- *One who never closes* the file: after `Patience.watch` the operation is refused, and nothing
  was touched. Found the old file before 5 and never closes that: it is put back.

Where names cannot be exchanged (`exchange.py`) the old file gets a second name, and the
new one takes its first: a file that is renamed into the gap between 4 and 5 is then
LOST. Where there are no leases, or they do not tell of everyone (`lease.py`),
writers are not seen: every old file is watched for the full two seconds, and what comes
later is lost.

A crash between any two steps leaves the old file or the new one, whole; `recover` says which by
their hashes. What lies beside it then, under a name that tells what it began as
(`names.py`), goes only when all that is in it stands in MEMORY.md or in the journal.
"""

from __future__ import annotations

import errno
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from memdeck.curated.journal import Journal
from memdeck.curated.records import Origin, Record, State
from memdeck.curated.sections import too_large
from memdeck.curated.splice import Edit, Operation
from memdeck.curated.undo import inverse_of, last_to_redo, last_to_undo
from memdeck.curated.writing.attempt import Writing
from memdeck.curated.writing.disk import Target
from memdeck.curated.writing.late import Patience
from memdeck.curated.writing.lock import locked
from memdeck.curated.writing.recovery import settle
from memdeck.errors import MemdeckError, NothingFound, Refused, Unusable
from memdeck.limits import LARGEST_READ
from memdeck.text import show

_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN: Final = {errno.EACCES, errno.EPERM}


@dataclass(frozen=True, slots=True)
class Applied:
    """An operation that is in the file."""

    record: Record
    edit: Edit
    path: Path
    late_bytes: int
    """How many bytes of others were brought over from the displaced file."""
    warnings: tuple[str, ...] = ()
    """What the person should know besides, each one sentence."""


def new_id() -> str:
    """An id for a record: 12 hex digits."""
    return secrets.token_hex(6)


class MemoryStore:
    """Writes one MEMORY.md, for one actor. Any thread may use it; writers wait for each other."""

    def __init__(
        self,
        workspace_root: Path,
        memory_path: Path,
        journal: Journal,
        actor: str,
        now: Callable[[], datetime],
        *,
        new_id: Callable[[], str] = new_id,
        patience: Patience | None = None,
        at_step: Callable[[str], None] | None = None,
        written: Callable[[bytes, bytes, datetime], None] | None = None,
    ) -> None:
        """`written` is told of each write what the file was before and after it, and when it
        began, while other memdecks still wait. What it raises becomes a warning, as the write is
        done by then.
        """
        self.root: Final = workspace_root
        self.path: Final = memory_path
        self.journal: Final = journal
        self.actor: Final = actor
        self._now = now
        self._new_id = new_id
        self._patience = patience or Patience()
        self._at_step = at_step or (lambda _: None)
        """Called with the name of each step that was made. Only tests give one."""
        self._written = written

    def apply(self, operation: Operation, origins: Sequence[Origin] = ()) -> Applied:
        """Get an operation into MEMORY.md.

        Raises Refused in words: then the file is as it was, or as others made it.
        """
        with self._locked() as (target, told):
            return self._write(target, operation, told, origins)

    def undo(self, record_id: str | None = None) -> Applied:
        """Take an operation back, by its id or the start of it: also one of another actor.

        Without an id, the last one of this actor that still stands. Raises NothingFound, and
        what `apply` raises.
        """
        with self._locked() as (target, told):
            if record_id is not None:
                record: Record | None = self._to_undo(record_id)
            else:
                record = last_to_undo(self.journal.records(), self.actor, self.path)
            if record is None:
                raise NothingFound(f"There is nothing of {show(self.actor)} to undo.")
            return self._write(target, inverse_of(record), told, (), record.id)

    def redo(self) -> Applied:
        """Take back the last undo of this actor, unless they have edited since.

        Raises NothingFound, and what `apply` raises.
        """
        with self._locked() as (target, told):
            record = last_to_redo(self.journal.records(), self.actor, self.path)
            if record is None:
                raise NothingFound(f"There is nothing of {show(self.actor)} to redo.")
            return self._write(target, inverse_of(record), told, (), record.id)

    def catch_up(self) -> tuple[str, ...]:
        """Settle what a crash cut short; a sentence for each thing. Raises what `apply` raises."""
        with self._locked() as (_, told):
            return tuple(told)

    def recover(self) -> tuple[str, ...]:
        """Like `catch_up`, with what is wrong as a sentence, too: nothing is raised."""
        try:
            return self.catch_up()
        except MemdeckError as error:
            return (str(error),)

    @contextmanager
    def _locked(self) -> Iterator[tuple[Target, list[str]]]:
        """The target for us alone, and what had to be settled first."""
        spare = self.journal.folder / "write.lock"
        with locked(self.root, self.path, spare, self._patience.lock) as target:
            self._at_step("locked")
            with _in_words():
                told = settle(target, self.journal, self.path, self._now, self._patience)
            yield target, told

    def _to_undo(self, record_id: str) -> Record:
        found = self.journal.find(record_id)
        if not found:
            raise NothingFound(
                f"The journal holds no operation {show(record_id)}: `memdeck history` lists them."
            )
        if len(found) > 1:
            raise Refused(
                f"{show(record_id)} is the start of {len(found)} ids, so nothing was undone: "
                "give more of it."
            )
        record = found[0]
        words = f"“{show(record.words)}”"
        if record.path != self.path:
            raise Refused(f"{words} was done to {show(str(record.path))}; nothing was undone.")
        if record.state is not State.DONE:
            raise Refused(f"{words} never reached the file, so there is nothing to undo.")
        if record.undone_by is not None:
            raise Refused(f"{words} is undone already, by {record.undone_by}.")
        return record

    def _write(
        self,
        target: Target,
        operation: Operation,
        told: Sequence[str],
        origins: Sequence[Origin],
        undoes: str | None = None,
    ) -> Applied:
        status = target.status()
        if status is not None and status.st_size > LARGEST_READ:
            raise Refused(f"Nothing was written: {too_large(self.path.name, status.st_size)}")
        record = Record(
            id=self._new_id(),
            time=self._now(),
            actor=self.actor,
            kind=operation.kind,
            words="",
            path=self.path,
            before_hash="",
            after_hash="",
            splices=(),
            origins=tuple(origins),
            undoes=undoes,
        )
        with (
            Writing(
                target, operation, record, self.journal, self._now, self._patience, self._at_step
            ) as writing,
            _in_words(),
        ):
            edit = writing.run()
        if self._written is not None and writing.after is not None:
            try:
                self._written(writing.base, writing.after, record.time)
            except MemdeckError as error:
                writing.warnings.append(str(error))
        return Applied(
            writing.record, edit, self.path, writing.late_bytes, (*told, *writing.warnings)
        )


@contextmanager
def _in_words() -> Iterator[None]:
    """Errors of the disk before anything was replaced, and of the journal, as refusals."""
    try:
        yield
    except Unusable as error:
        raise Refused(f"{error} Until then nothing is written.") from error
    except OSError as error:
        raise Refused(f"{_reason(error)}, so MEMORY.md was left as it was.") from error


def _reason(error: OSError) -> str:
    if error.errno in _ROOM:
        return "There is no room on the disk for the new MEMORY.md (make some and try again)"
    if error.errno == errno.EROFS:
        return (
            "The workspace is on a file system that is read-only (make it writable and try again)"
        )
    if error.errno in _FORBIDDEN:
        return "The workspace's folder does not let you replace MEMORY.md (see its permissions)"
    return f"MEMORY.md could not be written ({error.strerror}; see to the disk and try again)"
