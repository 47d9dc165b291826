"""Taking an operation's bytes out of the journal for good, such as a secret's.

The journal is memory, so nothing else is ever deleted from it. What is left of
a purged operation is that there was one: when, by whom, of which kind.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from memdeck.secrets import find_secrets

PURGED: Final = "(purged)"
"""What the words of an operation are from then on."""
_TEXTS: Final = (
    ("records", "words"),
    ("records", "outcome"),
    *(("splices", each) for each in ("old", "new", "head", "tail", "above", "below", "section")),
    ("origins", "text"),
    ("rescued", "words"),
    ("rescued", "data"),
)
_SHORTEST_IN_COPY: Final = 8
"""Bytes of a line that is overwritten in a copy, where also the names of tables stand."""
_SHORTEST: Final = 4
"""Bytes of a line that is looked for elsewhere; shorter ones are in every file."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What was purged, and where else the same lines are."""

    ids: tuple[str, ...]
    """The operation, and those that took it back or did it again: they had the same bytes."""
    also_in: tuple[str, ...] = ()
    """Other operations that put in or took out one of the lines, newest first."""
    rescued: int = 0
    """Versions of other programs, kept in the journal, that have lost the lines with it."""
    copies: tuple[str, ...] = ()
    """Older copies of the journal beside it that have lost them, too, by name."""
    untouched: tuple[str, ...] = ()
    """Such copies that could not be written, and may still hold them."""
    lines: tuple[bytes, ...] = field(default=(), repr=False)
    """What was forgotten, line by line without its marker, to be forgotten elsewhere, too."""


def purge(database: sqlite3.Connection, record_id: str) -> Purged:
    """Take the bytes of an operation out, in the transaction that is open."""
    ids = _family(database, record_id)
    lines = _lines_of(database, ids)
    for each in ids:
        database.execute("DELETE FROM splices WHERE record = ?", (each,))
        database.execute("DELETE FROM origins WHERE record = ?", (each,))
        database.execute(
            "UPDATE records SET words = ?, outcome = x'', parts = 0 WHERE id = ?",
            (PURGED.encode(), each),
        )
    also: dict[str, None] = {}
    rows = database.execute(
        "SELECT s.rowid, s.record, s.old, s.new, s.head, s.tail, s.above, s.below FROM splices s "
        "JOIN records r ON r.id = s.record ORDER BY r.number DESC"
    ).fetchall()
    for row, record, old, new, head, tail, above, below in rows:
        if any(line in head + some + tail for line in lines for some in (old, new)):
            also[record] = None
        # Neighbours only help to find a place again: without one it is found by the others.
        kept = [_without(each, lines) for each in (above, below)]
        if kept != [above, below]:
            database.execute(
                "UPDATE splices SET above = ?, below = ? WHERE rowid = ?", (*kept, row)
            )
    for record, text in database.execute("SELECT record, text FROM origins").fetchall():
        if any(line in text for line in lines):
            also[record] = None
    rescued = 0
    for row, data in database.execute("SELECT rowid, data FROM rescued").fetchall():
        rest = _without(data, lines)
        if rest != data:
            database.execute("UPDATE rescued SET data = ? WHERE rowid = ?", (rest, row))
            rescued += 1
    return Purged(tuple(ids), tuple(also), rescued, lines=tuple(sorted(lines)))


def forget_in_copy(path: Path, lines: Sequence[bytes]) -> bool:
    """Take the lines out of an older copy of the journal, which may be damaged; whether it had any.

    Each is overwritten in place, so that what else the copy holds stays. Raises OSError.
    """
    needles = [line for line in lines if len(line) >= _SHORTEST_IN_COPY]
    found = _forget_rows(path, needles)
    data = path.read_bytes()
    with path.open("r+b") as file:
        for needle in needles:
            at = data.find(needle)
            while at >= 0:
                found = True
                file.seek(at)
                file.write(b" " * len(needle))
                at = data.find(needle, at + len(needle))
        file.flush()
        os.fsync(file.fileno())
    return found


def _forget_rows(path: Path, lines: Sequence[bytes]) -> bool:
    """The same row by row, as a long line lies in the file in pieces; what cannot be read stays."""
    found = False
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN IMMEDIATE")
        for table, column in _TEXTS:
            rows = database.execute(f"SELECT rowid, {column} FROM {table}").fetchall()  # noqa: S608
            for row, data in rows:
                kept = bytes(data)
                for line in lines:
                    kept = kept.replace(line, b" " * len(line))
                if kept != data:
                    found = True
                    query = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"  # noqa: S608
                    database.execute(query, (kept, row))
        database.execute("COMMIT")
        if found:
            database.execute("VACUUM")
    return found


def _family(database: sqlite3.Connection, record_id: str) -> list[str]:
    """The operation, what it took back, and what took it back."""
    ids = [record_id]
    for each in ids:
        rows = database.execute(
            "SELECT id, undoes FROM records WHERE id = ? OR undoes = ?", (each, each)
        )
        for name, undoes in rows.fetchall():
            ids += [one for one in (name, undoes) if one is not None and one not in ids]
    return ids


def _lines_of(database: sqlite3.Connection, ids: Sequence[str]) -> set[bytes]:
    lines: set[bytes] = set()
    for each in ids:
        rows = database.execute("SELECT old, new FROM splices WHERE record = ?", (each,))
        for texts in rows.fetchall():
            for text in texts:
                said = (line.strip(b" \t\r-*+#>") for line in text.split(b"\n"))
                lines |= {line for line in said if len(line) >= _SHORTEST}
                # A secret by itself, too: other lines may hold it, which are left as they are else.
                words = text.decode("latin-1")
                lines |= {
                    words[each.start : each.end].encode("latin-1") for each in find_secrets(words)
                }
    return lines


def _without(joined: bytes, lines: set[bytes]) -> bytes:
    kept = (each for each in joined.split(b"\n") if not any(line in each for line in lines))
    return b"\n".join(kept)
