"""Taking an operation's bytes out of the journal for good, such as a secret's.

The journal is memory, so nothing else is ever deleted from it. What is left of
a purged operation is that there was one: when, by whom, of which kind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

PURGED: Final = "(purged)"
"""What the words of an operation are from then on."""
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
    """Versions of other programs, kept in the journal, that hold one of the lines."""
    copies: tuple[str, ...] = ()
    """Older copies of the journal that lie beside it, by name."""
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
    rescued = [data for (data,) in database.execute("SELECT data FROM rescued")]
    return Purged(
        tuple(ids),
        tuple(also),
        sum(any(line in data for line in lines) for data in rescued),
        lines=tuple(sorted(lines)),
    )


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
    return lines


def _without(joined: bytes, lines: set[bytes]) -> bytes:
    kept = (each for each in joined.split(b"\n") if not any(line in each for line in lines))
    return b"\n".join(kept)
