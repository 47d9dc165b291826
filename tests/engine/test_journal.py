"""The journal: exact, durable, shared by processes, never quietly lost."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memdeck.curated.journal import Journal, Origin, Place, Record, Rescued, State
from memdeck.curated.splice import Splice
from memdeck.curated.writing import schema
from memdeck.errors import Refused, Unusable

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def make_record(record_id: str, *, actor: str = "operator", undoes: str | None = None) -> Record:
    return Record(
        id=record_id,
        time=NOON + timedelta(hours=2),
        actor=actor,
        kind="undo" if undoes else "promote",
        words="Promoted to Lessons",
        path=Path("/agent/MEMORY.md"),
        before_hash="0" * 64,
        after_hash="f" * 64,
        splices=(Splice(3, b"", b"- tides\n"),),
        places=(Place(b"", b"", (b"a", b"b"), b"\n", b"", (b"c",), "Lessons", 2),),
        origins=() if undoes else (Origin("memory/2026-03-14.md", 7, "abcdef123456", "tides"),),
        undoes=undoes,
    )


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "agent")


def keep(journal: Journal, record: Record) -> Record:
    journal.begin(record)
    return journal.finish(record, State.DONE)


def test_a_record_comes_back_exactly(journal: Journal) -> None:
    record = make_record("a1")
    journal.begin(record)
    assert journal.records() == (record,)
    assert journal.begun(record.path) == (record,)
    done = journal.finish(record, State.DONE, "one late line")
    assert done == replace(record, state=State.DONE, outcome="one late line")
    assert Journal(journal.folder).records() == (done,)
    assert journal.begun(record.path) == ()


def test_bytes_and_names_need_not_be_text(journal: Journal) -> None:
    strange = os.fsdecode(b"/agent/\xff/MEMORY.md")
    record = replace(
        make_record("a1"),
        path=Path(strange),
        words="Promoted \udcfe",
        actor="agent \udc80",
        splices=(Splice(0, b"\x00\xff\r", b""), Splice(9, b"", bytes(range(256)))),
        places=(Place(head=b"\xfe"), Place(above=(b"\x00", b"\xff\xfe"))),
        origins=(Origin("memory/\udcff.md", 1, "d", "\udcff"),),
    )
    assert keep(journal, record) == replace(record, state=State.DONE)
    assert journal.records() == (replace(record, state=State.DONE),)


def test_only_the_owner_may_read_it(journal: Journal) -> None:
    keep(journal, make_record("a1"))
    assert journal.folder.stat().st_mode & 0o777 == 0o700
    assert journal.path.stat().st_mode & 0o777 == 0o600


def test_reading_makes_nothing(journal: Journal) -> None:
    assert journal.records() == ()
    assert journal.origins() == {}
    assert journal.rescued() == ()
    assert journal.find("a1") == ()
    assert not journal.folder.exists()


def test_records_are_found_by_the_start_of_their_id(journal: Journal) -> None:
    for name in ("abc1", "abc2", "b%c3"):
        keep(journal, make_record(name))
    assert [each.id for each in journal.find("abc")] == ["abc2", "abc1"]
    assert [each.id for each in journal.find("abc1")] == ["abc1"]
    assert journal.find("%") == ()
    assert journal.find("") == ()


def test_the_newest_come_first_and_no_more_than_asked_for(journal: Journal) -> None:
    for number in range(5):
        keep(journal, make_record(f"r{number}"))
    assert [each.id for each in journal.records(2)] == ["r4", "r3"]
    assert journal.records(2)[0].origins
    assert journal.records(0) == ()


def test_a_new_plan_takes_the_place_of_the_old_one(journal: Journal) -> None:
    record = make_record("a1")
    journal.begin(record)
    again = replace(
        record,
        splices=(Splice(1, b"x", b"y"), Splice(5, b"", b"z")),
        places=(Place(), Place()),
        after_hash="1" * 64,
    )
    journal.begin(again)
    assert journal.records() == (again,)


def test_what_undoing_an_undo_does_to_the_first(journal: Journal) -> None:
    keep(journal, make_record("a1"))
    for record_id, undoes in (("u1", "a1"), ("r1", "u1"), ("u2", "r1")):
        keep(journal, make_record(record_id, undoes=undoes))
    undone = {each.id: each.undone_by for each in journal.records()}
    assert undone == {"u2": None, "r1": "u2", "u1": None, "a1": "u1"}


def test_a_failed_undo_undoes_nothing(journal: Journal) -> None:
    keep(journal, make_record("a1"))
    record = make_record("u1", undoes="a1")
    journal.begin(record)
    journal.finish(record, State.FAILED, "refused")
    assert journal.find("a1")[0].undone_by is None


def test_origins_are_those_of_promotions_that_stand(journal: Journal) -> None:
    key = ("memory/2026-03-14.md", 7, "abcdef123456")
    journal.begin(make_record("a1"))
    assert journal.origins() == {}
    journal.finish(make_record("a1"), State.DONE)
    assert journal.origins() == {key: "tides"}
    keep(journal, make_record("u1", undoes="a1"))
    assert journal.origins() == {}


def test_each_of_several_promoted_lines_has_its_own_text(journal: Journal) -> None:
    record = replace(
        make_record("a1"),
        splices=(Splice(0, b"", b"\n- *low* tide\n- high tide\n"),),
        origins=(Origin("memory/a.md", 1, "d1", "low"), Origin("memory/a.md", 2, "d2", "high")),
    )
    keep(journal, record)
    assert list(journal.origins().values()) == ["low tide", "high tide"]


def test_one_item_came_from_all_its_lines_and_several_from_those_like_them(
    journal: Journal,
) -> None:
    lines = ("low tide at noon", "tide low", "high tide")
    came_from = tuple(
        Origin("memory/a.md", number, f"d{number}", text) for number, text in enumerate(lines)
    )
    one = replace(make_record("a1"), origins=came_from, splices=(Splice(0, b"", b"low **tide**"),))
    keep(journal, one)
    assert list(journal.origins().values()) == ["low tide"] * 3
    keep(journal, replace(one, id="b2", splices=(Splice(0, b"", b"- low tide\n- high tide\n"),)))
    assert list(journal.origins().values()) == ["low tide", "low tide", "high tide"]


def test_bytes_of_others_are_kept(journal: Journal) -> None:
    rescued = Rescued(NOON, Path("/agent/MEMORY.md"), "another rewrote it", b"\xff\x00", "a1")
    journal.rescue(rescued)
    assert journal.rescued() == (rescued,)


def test_a_file_that_is_no_journal_is_named_and_left(journal: Journal) -> None:
    journal.folder.mkdir(parents=True)
    journal.path.write_bytes(b"shopping list\n" * 200)
    with pytest.raises(Unusable, match=r"journal\.sqlite is damaged \(file is not a database\)"):
        journal.records()
    with pytest.raises(Refused, match="cannot be written"):
        journal.begin(make_record("a1"))
    assert journal.path.read_bytes() == b"shopping list\n" * 200


def test_a_newer_schema_is_refused_and_left(journal: Journal) -> None:
    keep(journal, make_record("a1"))
    database = sqlite3.connect(journal.path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    before = journal.path.read_bytes()
    with pytest.raises(Unusable, match="newer memdeck"):
        journal.records()
    with pytest.raises(Refused, match="newer memdeck"):
        journal.begin(make_record("a2"))
    assert journal.path.read_bytes() == before


def test_a_copy_is_kept_before_the_schema_changes(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = keep(journal, make_record("a1"))
    added = ("ALTER TABLE records ADD COLUMN mood TEXT",)
    scripts = (*schema.MIGRATIONS, added)
    monkeypatch.setattr(schema, "MIGRATIONS", scripts)
    assert journal.records() == (record,)
    copy = journal.folder / "journal.v2.sqlite"
    assert copy.stat().st_mode & 0o777 == 0o600
    monkeypatch.undo()
    database = sqlite3.connect(copy)
    assert database.execute("SELECT id FROM records").fetchall() == [("a1",)]
    assert database.execute("PRAGMA user_version").fetchone() == (2,)
    database.close()
    assert not list(journal.folder.glob("*.part"))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file", encoding="utf-8")
    journal = Journal(tmp_path / "state" / "agent")
    assert "no undo would survive: all is shown" in (journal.obstacle or "")
    with pytest.raises(Refused, match="no undo would survive and MEMORY"):
        journal.begin(make_record("a1"))
    assert journal.records() == ()


def test_a_journal_in_good_order_has_no_problem(journal: Journal) -> None:
    assert journal.obstacle is None
    assert not journal.folder.exists()
    keep(journal, make_record("a1"))
    assert journal.obstacle is None


def _write_many(folder: Path, name: str, count: int) -> None:
    journal = Journal(folder)
    for number in range(count):
        keep(journal, make_record(f"{name}{number}"))
        journal.records(3)


@pytest.fixture
def in_processes() -> Callable[..., None]:
    def run(*calls: tuple[object, ...]) -> None:
        context = multiprocessing.get_context("spawn")
        started = [context.Process(target=call[0], args=call[1:]) for call in calls]
        for process in started:
            process.start()
        for process in started:
            process.join(60)
            assert process.exitcode == 0

    return run


def test_several_processes_write_at_once(
    journal: Journal, in_processes: Callable[..., None]
) -> None:
    in_processes(*((_write_many, journal.folder, name, 30) for name in "abc"))
    records = journal.records()
    assert sorted(each.id for each in records) == sorted(
        f"{name}{number}" for name in "abc" for number in range(30)
    )
    assert all(each.state is State.DONE and each.splices for each in records)
