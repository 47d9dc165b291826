"""Undo of the real operations, over files with every trap that real ones hold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, reject, settings
from hypothesis import strategies as st

from memdeck.curated.edits import Add, Edit, Move, Operation, Promote, Retire, Rewrite
from memdeck.curated.journal import Journal
from memdeck.curated.records import Record, State
from memdeck.curated.restoring import RestoreItem
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
    if after.endswith(b"\r"):
        # Else the first one would make that line end another.
        others = others.replace(b"\n", b"\r")
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
    """Several operations, no two on the same item; some share a section that one of them makes."""
    sections = parse_memory(data)
    addresses = [section.address for section in targets(sections)]
    made: list[Operation] = []
    titles: list[str] = []

    def place() -> tuple[str, bool]:
        new = not addresses or not draw(st.integers(0, 3))
        if not new:
            return draw(st.sampled_from([*addresses, *titles, *titles])), False
        titles.append(f"Made {len(titles)}")
        return titles[-1], True

    for number, item in enumerate(draw(st.permutations(apart(sections)))[:6]):
        kind = draw(st.sampled_from(["retire", "retire", "rewrite", "move", "move", "add", "add"]))
        if kind == "retire":
            made.append(Retire((item.id,)))
        elif kind == "rewrite":
            made.append(Rewrite(item.id, f"{draw(words)} {number}"))
        elif kind == "move":
            made.append(Move((item.id,), *place()))
        else:
            address, new = place()
            texts = [f"{draw(words)} new {number}{each}" for each in "ab"]
            made.append(Add(address, tuple(texts[: draw(st.integers(1, 2))]), new))
    return made


@several
@given(st.data())
def test_edits_of_different_items_undone_in_any_order_end_in_the_original_bytes(
    draw: st.DataObject,
) -> None:
    data = draw.draw(memory_files())
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
    data = draw.draw(memory_files())
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


def item_of(data: bytes, text: str) -> Item:
    sections = parse_memory(data)
    return next(item for each in sections for item in each.items if item.text == text)


def ends_as_it_was(data: bytes, *texts: str) -> None:
    """Do what `texts` say, each to another item, and undo it in every order."""
    for order in permutations(range(len(texts))):
        book = Book(data)
        done = []
        for text in texts:
            kind, _, rest = text.partition(" ")
            said, _, where = rest.partition(" > ")
            new = where.startswith("new ")
            where = where.removeprefix("new ")
            if kind == "add":
                done.append(book.do(Add(where, tuple(said.split("+")), new_section=new)))
            elif kind == "move":
                item = item_of(book.data, said)
                done.append(book.do(Move((item.id,), where, new_section=new)))
            else:
                done.append(book.do(Retire((item_of(book.data, said).id,))))
        for number in order:
            book.undo(done[number])
        assert book.data == data, f"undone in the order {order}"


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_a_new_section_and_a_line_above_it_are_undone_in_any_order(
    line_end: bytes, end: bytes
) -> None:
    def file(data: bytes) -> bytes:
        return (data + end).replace(b"\n", line_end)

    ends_as_it_was(file(b"## A\n- one"), "add y > new N", "add x > A")
    ends_as_it_was(file(b"## A\n- one"), "add y > new N", "add x+z > A", "add w > A")
    ends_as_it_was(file(b"+ a\n+ b\n## shelf"), "move b > new New", "move a > shelf")
    ends_as_it_was(
        file(b"## A\n- a\n- b\n- c\n## Z\n- z"),
        "retire a",
        "move b > new New",
        "move c > Z",
        "add x > Z",
    )


def test_the_last_line_end_may_be_of_another_kind_than_the_others() -> None:
    data = b"## A\r\n- one\n\n## B\r\n- two\n- three"
    ends_as_it_was(data, "retire three", "add x > B", "add y > new N")
    ends_as_it_was(data, "retire two", "retire three", "add y > new N", "add x > A")


def test_a_section_that_an_operation_made_goes_with_its_last_line() -> None:
    data = b"## A\n- one\n- two\n"
    ends_as_it_was(data, "add x > new N", "add y > N")
    ends_as_it_was(data, "add x > new N", "add y > N", "move one > N", "add z > new M")
    ends_as_it_was(data, "move one > new N", "add x > new M", "move two > N", "add y > M")
    book = Book(data)
    first, second = book.do(Add("N", ("x",), new_section=True)), book.do(Add("N", ("y",)))
    undone = book.undo(first)
    assert undone.words == "Undid: Added to N: x — its heading stays, as others wrote under it"
    assert book.data == data + b"\n## N\n- y\n"
    last = book.undo(second)
    assert book.data == data
    book.undo(last)
    assert book.data == data + b"\n## N\n- y\n"
    book.undo(undone)
    assert book.data == data + b"\n## N\n- x\n- y\n"


def test_what_is_added_above_a_section_that_is_gone_stays_above_it() -> None:
    book = Book(b"## A\n- one\n")
    undone = book.undo(book.do(Add("N", ("x",), new_section=True)))
    book.do(Add("A", ("two",)))
    book.undo(undone)
    assert book.data == b"## A\n- one\n- two\n\n## N\n- x\n"


def test_a_move_there_and_back_is_undone_from_its_end() -> None:
    book = Book(b"## L\n- a\n- b\n- c\n\n## D\n- d\n- e\n")
    before = book.data
    there = book.do(Move((item_of(book.data, "b").id,), "D"))
    back = book.do(Move((item_of(book.data, "b").id,), "L"))
    with pytest.raises(Refused, match="“Moved to L: b” has been done to it since") as refusal:
        book.undo(there)
    assert "Undo that first" in str(refusal.value)
    book.undo(back)
    book.undo(there)
    assert book.data == before


def test_a_promotion_is_not_taken_from_where_it_was_moved_to() -> None:
    book = Book(b"## L\n- a\n\n## D\n- d\n")
    before = book.data
    promoted = book.do(Promote("L", ("fresh",)))
    moved = book.do(Move((item_of(book.data, "fresh").id,), "D"))
    with pytest.raises(Refused, match="“Moved to D: fresh” has been done to it since"):
        book.undo(promoted)
    book.undo(moved)
    book.undo(promoted)
    assert book.data == before


class Beside:
    """A store, and another program that writes the file, too."""

    def __init__(self, folder: Path, data: bytes) -> None:
        self.path = folder / "MEMORY.md"
        self.path.write_bytes(data)
        self.store = MemoryStore(
            folder, self.path, Journal(folder / "state"), "operator", lambda: NOON
        )

    @property
    def data(self) -> bytes:
        return self.path.read_bytes()

    def do(self, operation: Operation) -> str:
        return self.store.apply(operation).record.id

    def others_write(self, old: bytes, new: bytes) -> None:
        assert old in self.data
        self.path.write_bytes(self.data.replace(old, new))


def test_a_later_move_is_known_beside_other_writers_too(tmp_path: Path) -> None:
    beside = Beside(tmp_path, b"## L\n- a\n\n## D\n- d\n")
    promoted = beside.do(Promote("L", ("fresh",)))
    beside.others_write(b"- a\n", b"- a\n- of another\n")
    moved = beside.do(Move((item_of(beside.data, "fresh").id,), "D"))
    beside.others_write(b"- d\n", b"- d\n- of another, too\n")
    with pytest.raises(Refused, match="“Moved to D: fresh” has been done to it since"):
        beside.store.undo(promoted)
    beside.store.undo(moved)
    beside.store.undo(promoted)
    assert beside.data == b"## L\n- a\n- of another\n\n## D\n- d\n- of another, too\n"


def test_a_heading_that_stayed_goes_with_the_last_line_beside_other_writers(
    tmp_path: Path,
) -> None:
    beside = Beside(tmp_path, b"## A\n- one\n")
    first = beside.do(Add("N", ("x",), new_section=True))
    beside.others_write(b"- one\n", b"- one\n- of another\n")
    second = beside.do(Add("N", ("y",)))
    beside.others_write(b"- one\n", b"- one\n- of another, too\n")
    undone = beside.store.undo(first).record
    assert undone.words.endswith("its heading stays, as others wrote under it")
    beside.others_write(b"- one\n", b"- one\n- and a third\n")
    beside.store.undo(second)
    third = b"- one\n- and a third\n- of another, too\n- of another\n"
    assert beside.data == b"## A\n" + third


def test_a_heading_that_has_lines_of_others_stays(tmp_path: Path) -> None:
    beside = Beside(tmp_path, b"## A\n- one\n")
    first = beside.do(Add("N", ("x",), new_section=True))
    second = beside.do(Add("N", ("y",)))
    beside.others_write(b"- y\n", b"- y\n- of another\n")
    beside.store.undo(first)
    beside.store.undo(second)
    assert beside.data == b"## A\n- one\n\n## N\n- of another\n"


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


def test_a_line_does_not_come_between_the_halves_of_another_that_were_replaced() -> None:
    """An empty bullet is filled, a line is put above it, and the bullet is emptied again."""
    data = b"## A\n- one\n-\n\n## B\n- two\n"
    for order in permutations(range(2)):
        book = Book(data)
        filled = book.do(Add("A", ("three",)))
        assert book.data == b"## A\n- one\n- three\n\n## B\n- two\n"
        above = book.do(RestoreItem(b"## A\n- one\n- older\n- three\n", older_id()))
        assert book.data == b"## A\n- one\n- older\n- three\n\n## B\n- two\n"
        for number in order:
            book.undo((filled, above)[number])
        assert book.data == data


def older_id() -> str:
    return item_of(b"## A\n- one\n- older\n- three\n", "older").id
