"""Undo of the real operations, over files with every trap that real ones hold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, event, given, reject, settings
from hypothesis import strategies as st

from memdeck.curated.edits import Add, Edit, Move, Operation, Retire, Rewrite
from memdeck.curated.journal import Journal
from memdeck.curated.records import Record, State
from memdeck.curated.sections import parse_memory, targets
from memdeck.curated.store import MemoryStore
from memdeck.curated.undo import Redo, Undo, digest_of, inverse_of, places_of, trimmed
from memdeck.errors import Refused
from memdeck.model import Item, Section
from tests.engine.markdown_strategy import memory_files, words
from tests.engine.test_undo import NOON, PATH

several = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)


@st.composite
def operations(draw: st.DrawFn, data: bytes) -> Operation:
    """Something that can be done to a file."""
    sections = parse_memory(data)
    items = [item for section in sections for item in section.items]
    addresses = [section.address for section in targets(sections)]
    kinds = ["new section"]
    if addresses:
        kinds.append("add")
    if items:
        kinds += ["retire", "rewrite", *(["move"] if addresses else [])]
    kind = draw(st.sampled_from(kinds))
    if kind == "new section":
        return Add(draw(words), (draw(words),), new_section=True, allow_duplicate=True)
    if kind == "add":
        texts = tuple(draw(st.lists(words, min_size=1, max_size=2)))
        return Add(draw(st.sampled_from(addresses)), texts, allow_duplicate=True)
    item = draw(st.sampled_from(items))
    if kind == "retire":
        return Retire((item.id,))
    if kind == "rewrite":
        return Rewrite(item.id, draw(words))
    return Move((item.id,), draw(st.sampled_from(addresses)))


def record_of(
    edit: Edit, before: bytes, kind: str, id_: str = "a1", undoes: str | None = None
) -> Record:
    after = edit.apply(before)
    edit = trimmed(edit)
    return Record(
        id=id_,
        time=NOON,
        actor="operator",
        kind=kind,
        words=edit.words,
        path=PATH,
        before_hash=digest_of(before),
        after_hash=digest_of(after),
        splices=edit.splices,
        places=places_of(edit, after),
        undoes=undoes,
        state=State.DONE,
    )


def done(draw: st.DataObject) -> tuple[bytes, bytes, Record]:
    """A file, what an operation made of it, and the record."""
    data = draw.draw(memory_files())
    operation = draw.draw(operations(data))
    try:
        edit = operation.plan(data)
    except Refused:
        reject()
    event(operation.kind)
    after = edit.apply(data)
    if after == data:
        reject()
    return data, after, record_of(edit, data, operation.kind)


@several
@given(st.data())
def test_undo_restores_the_bytes_and_redo_the_others(draw: st.DataObject) -> None:
    data, after, record = done(draw)
    undo = Undo(record).plan(after)
    assert undo.apply(after) == data
    assert Redo(record_of(undo, after, "undo")).plan(data).apply(data) == after


@several
@given(st.data())
def test_undo_leaves_what_others_added_since(draw: st.DataObject) -> None:
    data, after, record = done(draw)
    gap = b"" if after.endswith((b"\n", b"\r")) else b"\n"
    others = gap + b"\n## Of another\n- one of another\n- two of another\n"
    try:
        undo = Undo(record).plan(after + others)
    except Refused as refusal:
        event(f"refused: {str(refusal)[-30:]}")
        return
    event("undone")
    result = undo.apply(after + others)
    assert result.endswith(others[len(gap) :])
    lines = Counter(line for line in (data + b"\n" + others).splitlines() if line.strip())
    assert Counter(line for line in result.splitlines() if line.strip()) == lines


# --- Out of order ------------------------------------------------------------


class Book:
    """A file, and the journal of what was done to it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.records: list[Record] = []

    def do(self, operation: Operation, undoes: str | None = None) -> Record:
        edit = operation.plan(self.data)
        record = record_of(edit, self.data, operation.kind, f"op{len(self.records)}", undoes)
        self.data = edit.apply(self.data)
        self.records.insert(0, record)
        return record

    def undo(self, record: Record) -> Record:
        whole = replace(record, among=tuple(self.records))
        return self.do(inverse_of(whole), undoes=record.id)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file; one without a last line end has line ends of one kind.

    Else its last line may come back with another kind of line end before it.
    """
    data = draw(memory_files())
    kinds = {end for end in (b"\r\n", b"\n", b"\r") if end in data.replace(b"\r\n", b"")}
    kinds |= {b"\r\n"} if b"\r\n" in data else set()
    assume(len(kinds) < 2 or data.endswith((b"\r", b"\n")))
    return data


def apart(sections: Sequence[Section]) -> list[Item]:
    """Items of which none lies in another."""
    items = [item for section in sections for item in section.items if not item.foreign]
    return [
        item
        for item in items
        if not any(
            other is not item and other.start <= item.start and item.end <= other.end
            for other in items
        )
    ]


@st.composite
def operations_on(draw: st.DrawFn, data: bytes) -> list[Operation]:
    """Several operations, no two on the same item."""
    sections = parse_memory(data)
    addresses = [section.address for section in targets(sections)]
    made: list[Operation] = []
    for number, item in enumerate(draw(st.permutations(apart(sections)))[:6]):
        kind = draw(st.sampled_from(["retire", "retire", "rewrite", "move", "add"]))
        if kind == "retire":
            made.append(Retire((item.id,)))
        elif kind == "rewrite":
            made.append(Rewrite(item.id, f"{draw(words)} {number}"))
        elif addresses and kind == "move":
            made.append(Move((item.id,), draw(st.sampled_from(addresses))))
        elif addresses:
            made.append(Add(draw(st.sampled_from(addresses)), (f"{draw(words)} new {number}",)))
    return made


@several
@given(st.data())
def test_edits_of_different_items_undone_in_any_order_end_in_the_original_bytes(
    draw: st.DataObject,
) -> None:
    data = draw.draw(files())
    book = Book(data)
    done = []
    for operation in draw.draw(operations_on(data)):
        try:
            done.append(book.do(operation))
        except Refused:
            continue
    event(f"{len(done)} operations")
    for record in draw.draw(st.permutations(done)):
        book.undo(record)
    assert book.data == data


@several
@given(st.data())
def test_undo_and_redo_in_any_order_lead_back_as_well(draw: st.DataObject) -> None:
    """Some are undone, redone, and new ones made in between, before all are undone."""
    data = draw.draw(files())
    book = Book(data)
    standing: list[Record] = []
    for operation in draw.draw(operations_on(data)):
        try:
            standing.append(book.do(operation))
        except Refused:
            continue
        if draw.draw(st.booleans()):
            record = draw.draw(st.sampled_from(standing))
            undo = book.undo(record)
            if draw.draw(st.booleans()):
                book.undo(undo)
            else:
                standing.remove(record)
    for record in draw.draw(st.permutations(standing)):
        book.undo(record)
    assert book.data == data


def test_neighbours_that_went_one_after_the_other_come_back_in_their_old_order() -> None:
    data = b"## A\n- one\n- two\n- three\n- four\n"
    for order in permutations(range(3)):
        book = Book(data)
        done = []
        for text in ("two", "three", "one"):
            item = next(each for each in parse_memory(book.data)[0].items if each.text == text)
            done.append(book.do(Retire((item.id,))))
        for number in order:
            book.undo(done[number])
        assert book.data == data


def test_what_another_operation_was_done_to_is_not_taken_from_under_it() -> None:
    book = Book(b"## A\n- one\n")
    added = book.do(Add("A", ("two",)))
    item = next(each for each in parse_memory(book.data)[0].items if each.text == "two")
    book.do(Rewrite(item.id, "deux"))
    with pytest.raises(Refused, match="as it was written"):
        book.undo(added)
    section = book.do(Add("New", ("three",), new_section=True))
    book.do(Add("New", ("four",)))
    book.undo(section)
    assert book.data == b"## A\n- one\n- deux\n\n## New\n- four\n"


@pytest.mark.parametrize("seed", range(4))
def test_the_store_undoes_in_any_order_too(tmp_path: Path, seed: int) -> None:
    """With what the journal has of the operations, and with two actors."""
    chance = random.Random(seed)
    path = tmp_path / "MEMORY.md"
    sections = [
        f"## {title}\n\n" + "".join(f"- {title} number {n}\n" for n in range(5)) for title in "ABC"
    ]
    data = ("# Memory\n\n" + "\n".join(sections)).encode()
    path.write_bytes(data)
    journal = Journal(tmp_path / "state")
    stores = [
        MemoryStore(tmp_path, path, journal, actor, lambda: NOON) for actor in ("operator", "heron")
    ]
    done = []
    for number, item in enumerate(chance.sample(apart(parse_memory(data)), 9)):
        operation: Operation = chance.choice(
            [
                Retire((item.id,)),
                Rewrite(item.id, f"Quite another text {number}"),
                Move((item.id,), "B" if item.address != "B" else "C"),
                Add(item.address, (f"New text {number}",)),
            ]
        )
        done.append(chance.choice(stores).apply(operation).record.id)
    chance.shuffle(done)
    for each in done:
        chance.choice(stores).undo(each)
    assert path.read_bytes() == data


def test_what_another_program_wrote_meanwhile_stays_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "MEMORY.md"
    path.write_bytes(b"## A\n- one\n- two\n- three\n\n## B\n- four\n")
    store = MemoryStore(tmp_path, path, Journal(tmp_path / "state"), "operator", lambda: NOON)
    done = []
    for text in ("two", "four"):
        item = next(
            each
            for section in parse_memory(path.read_bytes())
            for each in section.items
            if each.text == text
        )
        done.append(store.apply(Retire((item.id,))).record.id)
        path.write_bytes(path.read_bytes().replace(b"## A\n", b"## A\n- of another\n"))
    for each in done:
        store.undo(each)
    others = b"- of another\n- of another\n"
    assert path.read_bytes() == (b"## A\n" + others + b"- one\n- two\n- three\n\n## B\n- four\n")
