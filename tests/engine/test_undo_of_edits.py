"""Undo of the real operations, over files with every trap that real ones hold."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, event, given, reject, settings
from hypothesis import strategies as st

from memdeck.curated.edits import Add, Edit, Move, Operation, Retire, Rewrite
from memdeck.curated.records import Record, State
from memdeck.curated.sections import parse_memory, targets
from memdeck.curated.undo import Redo, Undo, digest_of, places_of, trimmed
from memdeck.errors import Refused
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


def record_of(edit: Edit, before: bytes, kind: str) -> Record:
    after = edit.apply(before)
    edit = trimmed(edit)
    return Record(
        id="a1",
        time=NOON,
        actor="operator",
        kind=kind,
        words=edit.words,
        path=PATH,
        before_hash=digest_of(before),
        after_hash=digest_of(after),
        splices=edit.splices,
        places=places_of(edit, after),
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
