"""The journal: every operation of memdeck on a workspace, with its exact bytes.

It is memory, not a cache: what was retired lives only here. One SQLite file,
`journal.sqlite`, in the workspace's state folder (0700, file 0600), with
`synchronous=FULL`. A dashboard and commands use it at the same time, so every
transaction is short and every call opens the file for itself: no handle is
kept across threads or forks.

An operation is recorded before it is written (`begun`) and after (`done` or
`failed`). A file that is damaged is begun anew with what can be read of it
(`writing/mending.py`). What comes from a file (words, bytes, paths) is stored as bytes, as
it need not be UTF-8.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from memdeck.curated.likeness import likeness
from memdeck.curated.planning.replay import MANY
from memdeck.curated.purging import Purged, forget_in_copy, purge
from memdeck.curated.records import Origin, Place, Record, Rescued, State
from memdeck.curated.writing.mending import forget_notices, mend, notices_in
from memdeck.curated.writing.rows import blob, select_records, select_rescued, splice_row, text_of
from memdeck.curated.writing.schema import connect, upgrade
from memdeck.errors import Refused, Unusable
from memdeck.markdown import BlockKind, blocks
from memdeck.obstacles import obstacle
from memdeck.salvage import is_damage, reason_of
from memdeck.text import show

__all__ = ["Journal", "Origin", "Place", "Record", "Rescued", "State"]

FILE_NAME: Final = "journal.sqlite"
_NO_UNDO: Final = "no undo would survive and MEMORY.md was left as it is"


class Journal:
    """The journal of one workspace. Making one touches nothing; any thread may use it."""

    def __init__(self, state_folder: Path) -> None:
        self.folder: Final = state_folder
        self.path: Final = state_folder / FILE_NAME
        self._looked_at = False

    # --- Reading -----------------------------------------------------------

    @property
    def obstacle(self) -> str | None:
        """Why nothing can be recorded, in words, as far as can be told without writing."""
        reason = obstacle(self.path)
        return reason and (
            f"The journal cannot be written ({show(reason)}), so no undo would survive: all is "
            "shown, and MEMORY.md is not written. Make that place writable, or set XDG_STATE_HOME "
            "to a folder that is."
        )

    def records(self, limit: int | None = None) -> tuple[Record, ...]:
        """The operations, newest first; none when there is no journal yet.

        Raises Unusable when there is one that cannot be read.
        """
        with self._reading() as database:
            if database is None:
                return ()
            return select_records(
                database, "ORDER BY number DESC LIMIT ?", (-1 if limit is None else limit,)
            )

    def find(self, record_id: str) -> tuple[Record, ...]:
        """The operations whose id is, or starts with, `record_id`. Raises Unusable.

        One that is the only one knows those it is among, so that it can be taken back.
        """
        with self._reading() as database:
            if database is None or not record_id.isalnum():
                return ()
            condition = "WHERE substr(id, 1, ?) = ? ORDER BY number DESC LIMIT -1"
            found = select_records(database, condition, (len(record_id), record_id))
            if len(found) != 1:
                return found
            among = select_records(database, "ORDER BY number DESC LIMIT ?", (MANY,))
            return (replace(found[0], among=among),)

    def begun(self, path: Path) -> tuple[Record, ...]:
        """The operations on `path` that were cut short, oldest first. Raises Unusable."""
        with self._reading() as database:
            if database is None:
                return ()
            condition = "WHERE state = 'begun' AND path = ? ORDER BY number LIMIT -1"
            return select_records(database, condition, (os.fsencode(path),))

    def origins(self) -> Mapping[tuple[str, int, str], str]:
        """What the promotions that stand put into MEMORY.md; raises Unusable.

        By file, line and digest of the log line: the text of its item, in one line. So does an
        edit that merged a line into an item.
        """
        with self._reading() as database:
            if database is None:
                return {}
            condition = (
                "WHERE state = 'done' AND undone_by IS NULL "
                "AND id IN (SELECT record FROM origins) ORDER BY number LIMIT -1"
            )
            return {
                (origin.file, origin.line, origin.digest): text
                for record in select_records(database, condition, ())
                for origin, text in zip(record.origins, _put_in(record), strict=True)
            }

    def rescued(self) -> tuple[Rescued, ...]:
        """The bytes of others that were kept, newest first. Raises Unusable."""
        with self._reading() as database:
            if database is None:
                return ()
            return select_rescued(database)

    def mend(self) -> None:
        """Begin the journal anew if it is damaged, with all of it that can still be read.

        It is looked at once, and `notices` says what was done. Only for whoever writes the file
        that it is about. Raises Refused when it cannot be done: then it is as it was.
        """
        if self._looked_at or not self.path.exists():
            return
        try:
            mend(self.path)
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            raise Refused(
                f"The journal {show(str(self.path))} can neither be used nor begun anew "
                f"({reason_of(error)}), so it was left as it is, and MEMORY.md too: make room, or "
                "put its permissions right, and try again."
            ) from error
        self._looked_at = True

    def notices(self) -> tuple[str, ...]:
        """What the person is to be told of the journal itself, once. Raises Unusable, Refused."""
        with self._reading() as database:
            waiting = notices_in(database, self.path) if database is not None else {}
        if waiting:
            with self._writing() as database:
                forget_notices(database, waiting)
        return tuple(waiting.values())

    # --- Writing -----------------------------------------------------------

    def begin(self, record: Record) -> None:
        """Record an operation that is about to be written, or its new plan under the same id.

        Raises Refused when it cannot be recorded: then nothing may be written.
        """
        with self._writing() as database:
            database.execute(
                """INSERT INTO records (id, time, actor, kind, words, path, before_hash,
                    after_hash, undoes, state, parts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET words = excluded.words, parts = excluded.parts,
                    before_hash = excluded.before_hash, after_hash = excluded.after_hash""",
                (
                    record.id,
                    record.time.isoformat(),
                    blob(record.actor),
                    record.kind,
                    blob(record.words),
                    os.fsencode(record.path),
                    record.before_hash,
                    record.after_hash,
                    record.undoes,
                    State.BEGUN,
                    len(record.splices),
                ),
            )
            database.execute("DELETE FROM splices WHERE record = ?", (record.id,))
            places = record.places or (Place(),) * len(record.splices)
            database.executemany(
                "INSERT INTO splices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (record.id, position, *splice_row(splice, place))
                    for position, (splice, place) in enumerate(
                        zip(record.splices, places, strict=True)
                    )
                ],
            )
            database.executemany(
                "INSERT OR REPLACE INTO origins VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (
                        record.id,
                        position,
                        blob(each.file),
                        each.line,
                        each.digest,
                        blob(each.text),
                    )
                    for position, each in enumerate(record.origins)
                ],
            )

    def finish(self, record: Record, state: State, outcome: str = "") -> Record:
        """Record how it ended, and with an undo whose undoing it is; the record as it now stands.

        The `after_hash` of `record` is stored too. Raises Refused when that cannot be recorded.
        """
        with self._writing("how it went is not noted yet") as database:
            database.execute(
                "UPDATE records SET state = ?, outcome = ?, after_hash = ? WHERE id = ?",
                (state, blob(outcome), record.after_hash, record.id),
            )
            if state is State.DONE:
                _settle_undone(database, record)
        return replace(record, state=state, outcome=outcome)

    def rescue(self, rescued: Rescued) -> None:
        """Keep bytes of another program. Raises Refused when they cannot be kept."""
        with self._writing("what another program wrote cannot be kept in it") as database:
            database.execute(
                "INSERT INTO rescued (record, time, path, words, data) VALUES (?, ?, ?, ?, ?)",
                (
                    rescued.record,
                    rescued.time.isoformat(),
                    os.fsencode(rescued.path),
                    blob(rescued.words),
                    rescued.data,
                ),
            )

    def purge(self, record_id: str) -> Purged:
        """Take an operation's bytes out for good, also from the free pages of the file.

        Raises Refused when that cannot be done: then all is as it was.
        """
        with self._writing("nothing was forgotten") as database:
            database.execute("PRAGMA secure_delete = ON")
            purged = purge(database, record_id)
        with self._reading() as database:
            if database is not None:
                database.execute("COMMIT")
                database.execute("VACUUM")
        copies: dict[str, bool] = {}
        for path in sorted(self.folder.glob("journal.[dv]*.sqlite")):
            try:
                if forget_in_copy(path, purged.lines):
                    copies[path.name] = True
            except OSError:
                copies[path.name] = False
        return replace(
            purged,
            copies=tuple(name for name, written in copies.items() if written),
            untouched=tuple(name for name, written in copies.items() if not written),
        )

    # --- The file ----------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """The file in one consistent reading; None when there is none. Raises Unusable."""
        try:
            if not self.path.exists():
                yield None
                return
            database = self._open()
            try:
                upgrade(database, self._back_up)
                database.execute("BEGIN")
                yield database
            finally:
                database.close()
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            name, reason = show(str(self.path)), reason_of(error)
            if is_damage(error):
                raise Unusable(
                    f"The journal {name} is damaged ({reason}); nothing was changed. The "
                    "dashboard when it starts, and the next command that writes MEMORY.md, keep "
                    "this file and begin a new one with all that can still be read of it."
                ) from error
            raise Unusable(
                f"The journal {name} cannot be read ({reason}); it was left as it is."
            ) from error

    @contextmanager
    def _writing(self, so: str = _NO_UNDO) -> Iterator[sqlite3.Connection]:
        """One transaction that is on disk when this ends. Raises Refused, with what comes of it."""
        try:
            self._make()
            database = self._begun_to_write()
            try:
                yield database
                database.execute("COMMIT")
            finally:
                database.close()
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            name, reason = show(str(self.path)), reason_of(error)
            raise Refused(
                f"The journal {name} cannot be written ({reason}), so {so}: make "
                "room, or put its permissions right, and try again."
            ) from error

    def _begun_to_write(self) -> sqlite3.Connection:
        """The file in a transaction of ours."""
        while True:
            before = self.path.stat()
            database = self._open()
            try:
                upgrade(database, self._back_up)
                database.execute("BEGIN IMMEDIATE")
                if os.path.samestat(before, self.path.stat()):
                    return database
                # While this waited for its turn another memdeck has begun it anew.
            except BaseException:
                database.close()
                raise
            database.close()

    def _make(self) -> None:
        """The folder and the file, for their owner alone."""
        if self.path.exists():
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(0o600)
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.folder.stat().st_mode & 0o077:
            self.folder.chmod(0o700)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def _open(self) -> sqlite3.Connection:
        database = connect(self.path)
        try:
            # Not WAL: it needs shared memory between the processes, and closing
            # the last connection costs what it saves. TRUNCATE is half the time of DELETE.
            database.execute("PRAGMA journal_mode = TRUNCATE")
            database.execute("PRAGMA synchronous = FULL")
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _back_up(self, version: int) -> None:
        """A copy as `journal.v1.sqlite`; one that is there already stays."""
        path = self.path.with_name(f"journal.v{version}.sqlite")
        # Whoever makes one holds the journal, so what is there was left by one that was killed.
        part = path.with_suffix(".part")
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
        try:
            # Of a connection that is about to write, SQLite makes no copy.
            with closing(connect(self.path)) as source, closing(sqlite3.connect(part)) as copy:
                source.backup(copy)
            if not path.exists():
                part.rename(path)
        finally:
            part.unlink(missing_ok=True)


def _put_in(record: Record) -> tuple[str, ...]:
    """What an operation put into the file, one text for each of its origins.

    One item came from all of them; of several, each from the origin in its place, or, where
    there are more or fewer origins, from that which is most like it.
    """
    put = b"".join(splice.new for splice in record.splices)
    items = tuple(
        block.text
        for block in blocks(put)
        if block.kind is not BlockKind.HEADING and block.level == 0
    )
    if len(items) == len(record.origins):
        return items
    if not items:
        return (text_of(put).strip(),) * len(record.origins)
    return tuple(
        max(items, key=lambda item: likeness(item, origin.text)) if len(items) > 1 else items[0]
        for origin in record.origins
    )


def _settle_undone(database: sqlite3.Connection, record: Record) -> None:
    """Mark what a done operation takes back; what that one had taken back stands again."""
    by, of = record.id, record.undoes
    in_effect = True
    while of is not None:
        database.execute(
            "UPDATE records SET undone_by = ? WHERE id = ?", (by if in_effect else None, of)
        )
        row = database.execute("SELECT undoes FROM records WHERE id = ?", (of,)).fetchone()
        by, of = of, row[0] if row else None
        in_effect = not in_effect
