"""A journal that is damaged: kept beside a new one, which has every row that can still be read."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memdeck.curated.journal import Journal, Place, Record, Rescued, State
from memdeck.curated.splice import Edit, Splice
from memdeck.curated.store import MemoryStore
from memdeck.curated.writing.late import Patience
from memdeck.errors import NothingFound, Refused, Unusable
from memdeck.salvage import keep_beside, rows_in

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
SOME = b"# Memory\n\n## Lessons\n- Tides come twice a day\n"
COUNT = 40


class Add:
    kind = "add"

    def __init__(self, number: int) -> None:
        self.number = number

    def plan(self, data: bytes) -> Edit:
        # Each in two places, of which to take back one alone would be wrong.
        line = b"- Ink %d " % self.number + b"long " * (9 * self.number) + b"\n"
        first = data.index(b"## Lessons\n") + len(b"## Lessons\n")
        words = f"Added ink {self.number}"
        return Edit((Splice(first, b"", line), Splice(len(data), b"", b"- End\n")), words)


class Desk:
    """A workspace with a journal of many operations."""

    def __init__(self, root: Path) -> None:
        self.memory = root / "agent" / "MEMORY.md"
        self.memory.parent.mkdir()
        self.memory.write_bytes(SOME)
        self.state = root / "state"
        self.aside = self.state / "journal.damaged.sqlite"
        self._ids = iter(range(COUNT, 1000))

    def with_journal(self, filled: Path) -> Desk:
        """With that journal as its own."""
        self.state.mkdir(mode=0o700)
        shutil.copyfile(filled, self.journal.path)
        self.journal.path.chmod(0o600)
        with closing(sqlite3.connect(self.journal.path)) as database:
            database.execute("PRAGMA synchronous = OFF")
            for table in ("records", "rescued"):
                database.execute(f"UPDATE {table} SET path = ?", (os.fsencode(self.memory),))
            database.commit()
        return self

    @property
    def journal(self) -> Journal:
        return Journal(self.state)

    def store(self) -> MemoryStore:
        return MemoryStore(
            self.memory.parent,
            self.memory,
            self.journal,
            "operator",
            lambda: NOON,
            new_id=lambda: f"{next(self._ids):012x}",
            patience=Patience(quiet=0.01, watch=0.3, grace=0.002),
        )

    def damage(self, change: Callable[[bytearray], bytes | bytearray | None]) -> bytes:
        """Change the file's bytes; what it holds then."""
        data = bytearray(self.journal.path.read_bytes())
        changed = change(data)
        self.journal.path.write_bytes(data if changed is None else changed)
        return self.journal.path.read_bytes()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of many operations, as the store records them."""
    journal = Journal(tmp_path_factory.mktemp("filled"))
    for number in range(COUNT):
        long = b"- Ink %d " % number + b"long " * (9 * number) + b"\n"
        record = Record(
            id=f"{number:012x}",
            time=NOON + timedelta(minutes=number),
            actor="operator",
            kind="add",
            words=f"Added ink {number}",
            path=Path("/agent/MEMORY.md"),
            before_hash="0" * 64,
            after_hash="f" * 64,
            splices=(Splice(20, b"", long), Splice(40, b"- Gone %d\n" % number, b"")),
            places=(Place(), Place(section="Lessons")),
        )
        journal.begin(record)
        journal.finish(record, State.DONE)
    theirs = b"# All theirs\n" * 900
    journal.rescue(Rescued(NOON, Path("/agent/MEMORY.md"), "It was rewritten.", theirs))
    return journal.path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def full(desk: Desk, filled: Path) -> Desk:
    """A workspace with that journal."""
    return desk.with_journal(filled)


def texts(journal: Journal) -> bytes:
    """All bytes that a journal keeps."""
    spliced = (splice for record in journal.records() for splice in record.splices)
    kept = [each.data for each in journal.rescued()]
    return b"".join([*(part for splice in spliced for part in (splice.old, splice.new)), *kept])


def header(data: bytearray) -> None:
    data[:100] = bytes(100)


def schema(data: bytearray) -> None:
    data[:4096] = b"\xa5" * 4096


@pytest.mark.fault("a journal whose header or whole first page was overwritten")
@pytest.mark.parametrize("change", [header, schema])
def test_nothing_is_lost_with_the_first_page(
    full: Desk, change: Callable[[bytearray], None]
) -> None:
    records = full.journal.records()
    rescued = full.journal.rescued()
    damaged = full.damage(change)
    with pytest.raises(Unusable, match=r"is damaged .*; nothing was changed"):
        full.journal.records()
    assert full.journal.path.read_bytes() == damaged
    (told,) = full.store().recover()
    assert f"{COUNT} operations" in told
    assert "kept beside it as journal.damaged.sqlite. MEMORY.md is as it was." in told
    assert full.aside.read_bytes() == damaged
    assert full.aside.stat().st_mode & 0o777 == full.journal.path.stat().st_mode & 0o777 == 0o600
    assert full.journal.records() == records
    assert full.journal.rescued() == rescued
    assert full.store().recover() == ()


def middle(data: bytearray) -> None:
    """Every third page but the first."""
    for start in range(3 * 4096, len(data), 3 * 4096):
        data[start : start + 4096] = bytes(4096)


@pytest.mark.fault("a journal of which every third page was lost")
def test_what_is_left_is_saved_and_no_half_of_an_operation_can_be_undone(full: Desk) -> None:
    records = {each.id: each for each in full.journal.records()}
    full.damage(middle)
    (told,) = full.store().recover()
    assert "operations could not be read" in told or "cannot be undone any more" in told
    saved = full.journal.records()
    assert saved
    for each in saved:
        before = records[each.id]
        if each.splices:
            assert each == before
        else:
            assert each == replace(before, splices=(), places=(), outcome=each.outcome)
            assert "was damaged" in each.outcome
            with pytest.raises(Refused, match="was damaged"):
                full.store().undo(each.id)
    # What was found of the others is not thrown away.
    found = [row for _, row in rows_in(full.aside.read_bytes()) if len(row) == 13]
    kept = texts(full.journal)
    for row in found:
        assert (row[3] or row[4]) in kept
    assert full.store().recover() == ()


@pytest.mark.fault("a journal that was cut short in the middle, or after its first page")
@pytest.mark.parametrize("parts", [2, 1000])
def test_a_truncated_journal(full: Desk, parts: int) -> None:
    damaged = full.damage(lambda data: data[: max(4096, len(data) // parts // 4096 * 4096 + 100)])
    told = full.store().recover()
    assert "was damaged" in told[0]
    assert full.aside.read_bytes() == damaged
    full.store().apply(Add(1))
    assert full.store().undo().record.kind == "undo"
    assert full.memory.read_bytes() == SOME


@pytest.mark.fault("a journal that is no database at all")
def test_what_is_no_journal_is_kept_and_the_next_one_counts_on(desk: Desk) -> None:
    for number, data in enumerate((b"shopping list\n" * 200, b"x", b"SQLite format 3\0" * 99)):
        desk.state.mkdir(exist_ok=True)
        desk.journal.path.write_bytes(data)
        again = f"-{number + 1}" if number else ""
        (told,) = desk.store().recover()
        assert f"0 operations; the damaged file is kept beside it as journal.damaged{again}" in told
        assert (desk.state / f"journal.damaged{again}.sqlite").read_bytes() == data
        with pytest.raises(NothingFound):
            desk.store().undo()


@pytest.mark.fault("a journal with rows of nonsense in a sound file")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records SET time = 'soon' WHERE number = 7",
        "UPDATE records SET state = 'perhaps' WHERE number = 7",
        "UPDATE records SET actor = 5 WHERE number = 7",
        "UPDATE records SET kind = CAST(x'ff' AS TEXT) WHERE number = 7",
    ],
)
def test_rows_of_nonsense_are_left_out_and_the_others_saved(full: Desk, statement: str) -> None:
    records = full.journal.records()
    database = sqlite3.connect(full.journal.path)
    database.execute(statement)
    database.commit()
    database.close()
    with pytest.raises(Unusable, match="is damaged"):
        full.journal.records()
    (told,) = full.store().recover()
    assert "1 operation could not be read" in told
    assert full.journal.records() == tuple(each for each in records if each.id != f"{6:012x}")
    assert b"- Ink 6 " in texts(full.journal) or b"- Gone 6\n" in texts(full.journal)


@pytest.mark.fault("a damaged journal of which the older memdeck is still writing the file")
def test_one_that_waited_for_the_damaged_file_writes_into_the_new_one(
    full: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    full.damage(middle)
    late = full.journal
    open_ = Journal._open

    def opened(self: Journal) -> sqlite3.Connection:
        database = open_(self)
        if self is late and not full.aside.exists():
            full.store().recover()
        return database

    monkeypatch.setattr(Journal, "_open", opened)
    late.rescue(Rescued(NOON, full.memory, "late", b"- late\n"))
    assert b"- late\n" in [each.data for each in full.journal.rescued()]


@pytest.mark.fault("a damaged journal with a rollback journal of SQLite beside it")
def test_the_rollback_journal_goes_with_the_damaged_file(full: Desk) -> None:
    records = full.journal.records()
    full.damage(header)
    left = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(600)
    beside = Path(f"{full.journal.path}-journal")
    beside.write_bytes(left)
    assert "was damaged" in full.store().recover()[0]
    assert full.journal.records() == records
    # Where SQLite had left it, it would be written into the new file by the next one who opens it.
    beside.write_bytes(left)
    again = keep_beside(full.journal.path)
    assert Path(f"{again}-journal").read_bytes() == left
    assert not beside.exists() or not beside.stat().st_size


@pytest.mark.fault("any bytes of a journal changed, by chance")
@settings(deadline=None, max_examples=20)
@given(
    places=st.lists(st.integers(0, 1 << 20), max_size=12),
    byte=st.integers(0, 255),
    cut=st.integers(0, 1 << 18),
)
@example(places=[2440], byte=128, cut=0)
def test_whatever_is_changed_the_next_memdeck_writes_and_undoes(
    tmp_path_factory: pytest.TempPathFactory, filled: Path, places: list[int], byte: int, cut: int
) -> None:
    full = Desk(tmp_path_factory.mktemp("desk")).with_journal(filled)

    def change(data: bytearray) -> bytearray:
        for each in places:
            start = each % len(data)
            data[start : start + 7] = bytes([byte]) * len(data[start : start + 7])
        return data[: len(data) - cut % len(data)]

    full.damage(change)
    told = full.store().recover()
    assert all(isinstance(each, str) for each in told)
    full.journal.records()
    full.journal.rescued()
    full.store().apply(Add(1))
    full.store().undo()
    assert full.memory.read_bytes() == SOME
