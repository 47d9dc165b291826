"""Undo on today's bytes: exactly what was done is taken back, whatever others wrote since."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from memdeck.curated.records import Record, State
from memdeck.curated.splice import Edit, Splice
from memdeck.curated.undo import (
    Redo,
    Undo,
    digest_of,
    inverse_of,
    last_to_redo,
    last_to_undo,
    places_of,
    trimmed,
)
from memdeck.errors import Refused

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
PATH = Path("/agent/MEMORY.md")
SOME = b"""# Memory

## Decisions
- Charts are kept in ink
- Soundings are taken twice

## Lessons
- Tides come twice a day
- Fog hides the buoy
- The log is written at noon

## Open
"""


def record_of(edit: Edit, before: bytes, kind: str = "promote") -> Record:
    """The record of an edit that was made."""
    after = edit.apply(before)
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


def replacing(data: bytes, *pairs: tuple[bytes, bytes], words: str = "Done") -> Edit:
    """An edit that replaces the first occurrence of each of these bytes."""
    splices = [Splice(data.index(old), old, new) for old, new in pairs]
    return Edit(tuple(sorted(splices, key=lambda each: each.offset)), words)


def inserting(data: bytes, before: bytes, line: bytes, words: str = "Promoted") -> Edit:
    return Edit((Splice(data.index(before), b"", line),), words)


def undone(record: Record, today: bytes) -> bytes:
    return Undo(record).plan(today).apply(today)


# --- The file is what the operation left -----------------------------------


@st.composite
def edits(draw: st.DrawFn) -> tuple[bytes, Edit]:
    """Any bytes, and any edit of them."""
    data = draw(st.binary(max_size=200) | st.just(SOME))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), min_size=2, max_size=8)))
    splices = [
        Splice(start, data[start:end], draw(st.binary(max_size=20)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    return data, Edit(tuple(splices), "Done")


@given(edits())
def test_undo_restores_the_bytes(made: tuple[bytes, Edit]) -> None:
    data, edit = made
    after = edit.apply(data)
    assert undone(record_of(edit, data), after) == data


@given(edits())
def test_lines_that_an_edit_leaves_alone_are_not_its_own(made: tuple[bytes, Edit]) -> None:
    data, edit = made
    less = trimmed(edit)
    assert less.apply(data) == edit.apply(data)
    edit = Edit((Splice(4, b"one\ntwo\nsix", b"one\nnew\ntwo\nsix"),), "Done")
    assert trimmed(edit).splices == (Splice(8, b"", b"new\n"),)


@given(edits())
def test_redo_restores_them_again(made: tuple[bytes, Edit]) -> None:
    data, edit = made
    after = edit.apply(data)
    undo = Undo(record_of(edit, data)).plan(after)
    record = record_of(undo, after, "undo")
    assert Redo(record).plan(data).apply(data) == after


# --- Others have written since ---------------------------------------------

lines = st.lists(
    st.sampled_from([f"- {word}" for word in "abcdefgh"] + ["## A", "## B", ""]), max_size=12
)


@st.composite
def changed_since(draw: st.DrawFn) -> tuple[bytes, Edit, bytes]:
    """A file, an edit of whole lines, and the edited file with lines of others put in anywhere."""
    before = draw(lines)
    start = draw(st.integers(0, len(before)))
    end = draw(st.integers(start, min(len(before), start + 3)))
    new = draw(st.lists(st.sampled_from(["- new one", "- new two", "- a"]), max_size=2))
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line) + 1)
    data = "".join(f"{line}\n" for line in before).encode()
    splice = Splice(
        starts[start],
        data[starts[start] : starts[end]],
        "".join(f"{line}\n" for line in new).encode(),
    )
    after = [*before[:start], *new, *before[end:]]
    for number in range(draw(st.integers(0, 4))):
        after.insert(draw(st.integers(0, len(after))), f"- of another {number}")
    return data, Edit((splice,), "Done"), "".join(f"{line}\n" for line in after).encode()


def without_others(data: bytes) -> list[bytes]:
    return [line for line in data.splitlines() if b"of another" not in line]


@given(changed_since())
def test_undo_takes_back_its_own_lines_and_no_others(made: tuple[bytes, Edit, bytes]) -> None:
    data, edit, today = made
    assume(edit.splices[0].old.strip() or edit.splices[0].new.strip())
    try:
        result = undone(record_of(edit, data), today)
    except Refused:
        return  # Nothing was changed, and words say so.
    kept = [line for line in today.splitlines() if b"of another" in line]
    assert [line for line in result.splitlines() if b"of another" in line] == kept
    said = [line for line in without_others(result) if line]
    assert sorted(said) == sorted(line for line in without_others(data) if line)


@given(st.data())
def test_unlike_lines_come_back_in_their_old_order(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 8))
    before = [f"- line {number}" for number in range(count)]
    start = data.draw(st.integers(0, count - 1))
    end = data.draw(st.integers(start + 1, count if start else count - 1))
    today = before[:start] + before[end:]
    for number in range(data.draw(st.integers(0, 4))):
        today.insert(data.draw(st.integers(0, len(today))), f"- of another {number}")
    whole = "".join(f"{line}\n" for line in before).encode()
    gone = "".join(f"{line}\n" for line in before[start:end]).encode()
    record = record_of(replacing(whole, (gone, b"")), whole)
    result = undone(record, "".join(f"{line}\n" for line in today).encode())
    assert without_others(result) == whole.splitlines()


def test_a_promoted_line_is_found_where_others_moved_it() -> None:
    edit = inserting(SOME, b"- Fog", b"- Ink runs in rain\n")
    record = record_of(edit, SOME)
    today = SOME.replace(b"## Open\n", b"## Open\n- Ink runs in rain\n- A new one\n")
    assert undone(record, today) == SOME.replace(b"## Open\n", b"## Open\n- A new one\n")


def test_a_line_that_was_reworded_is_refused_by_name() -> None:
    record = record_of(inserting(SOME, b"- Fog", b"- Ink runs in rain\n"), SOME)
    today = SOME + b"- Ink runs, in rain\n"
    with pytest.raises(Refused, match="“- Ink runs in rain” is not in MEMORY"):
        Undo(record).plan(today)


def test_the_right_one_of_two_twins_goes() -> None:
    twin = b"- Tides come twice a day\n"
    edit = inserting(SOME, b"- Soundings", twin)
    today = edit.apply(SOME) + b"- of another\n"
    assert undone(record_of(edit, SOME), today) == SOME + b"- of another\n"


def test_a_twin_elsewhere_is_not_taken_for_ours() -> None:
    twin = b"- Tides come twice a day\n"
    record = record_of(inserting(SOME, b"- Soundings", twin), SOME)
    with pytest.raises(Refused, match="elsewhere than it was put"):
        Undo(record).plan(SOME + b"- of another\n")


def test_twins_that_nothing_tells_apart_are_refused() -> None:
    record = record_of(inserting(SOME, b"- Fog", b"- Ink\n"), SOME)
    with pytest.raises(Refused, match="2 times and nothing says which"):
        Undo(record).plan(b"- x\n- Ink\n- y\n- Ink\n- z\n")


def test_a_reworded_text_goes_back_within_its_line() -> None:
    record = record_of(replacing(SOME, (b"hides", b"swallows")), SOME)
    today = SOME.replace(b"hides", b"swallows").replace(b"# Memory", b"# Memory of a pilot")
    assert undone(record, today) == SOME.replace(b"# Memory", b"# Memory of a pilot")


def test_a_retired_line_comes_back_behind_its_old_neighbour() -> None:
    record = record_of(replacing(SOME, (b"- Fog hides the buoy\n", b"")), SOME)
    today = SOME.replace(b"- Fog hides the buoy\n", b"- Of another\n  - and under it\n")
    today = today.replace(b"- Tides come twice a day\n", b"- Tides turn\n  - twice\n")
    plan = Undo(record).plan(today)
    assert plan.words.endswith("put back before “- The log is written at noon”")
    assert plan.apply(today) == today.replace(
        b"- The log is written", b"- Fog hides the buoy\n- The log is written"
    )


def test_it_does_not_come_between_a_line_and_what_others_put_under_it() -> None:
    record = record_of(replacing(SOME, (b"- Fog hides the buoy\n", b"")), SOME)
    today = SOME.replace(b"- Fog hides the buoy\n", b"  - not at neap\n")
    plan = Undo(record).plan(today)
    assert plan.words.endswith("put back behind “- Tides come twice a day”")
    assert plan.apply(today) == SOME.replace(b"- Fog", b"  - not at neap\n- Fog")


def test_without_neighbours_it_comes_back_at_the_end_of_its_section() -> None:
    record = record_of(replacing(SOME, (b"- Fog hides the buoy\n", b"")), SOME)
    today = b"# Memory\n\n## Lessons\n- All new\n\n## Open\n"
    plan = Undo(record).plan(today)
    assert plan.words.endswith("put back at the end of “Lessons”")
    assert plan.apply(today) == today.replace(b"- All new\n", b"- All new\n- Fog hides the buoy\n")


def test_without_a_section_it_is_refused_and_the_journal_named() -> None:
    record = record_of(replacing(SOME, (b"- Fog hides the buoy\n", b"")), SOME)
    with pytest.raises(Refused, match=r"cannot be put back.*memdeck history"):
        Undo(record).plan(b"# Another file\n")


def test_a_line_comes_back_whole_at_the_end_of_a_file_without_line_end() -> None:
    before = b"- one\n- two"
    record = record_of(replacing(before, (b"\n- two", b"")), before)
    assert undone(record, b"- zero\n- one") == b"- zero\n- one\n- two"
    assert undone(record, b"- zero\n- one\n- more\n") == b"- zero\n- one\n- two\n- more\n"


def test_a_line_that_was_added_without_line_end_goes_as_a_line() -> None:
    edit = Edit((Splice(5, b"", b"\n- two"),), "Added")
    record = record_of(edit, b"- one")
    assert undone(record, b"- one\n- two\n- three\n") == b"- one\n- three\n"
    assert undone(record, b"- reworded\n- two\n- three\n") == b"- reworded\n- three\n"


def test_a_moved_line_goes_home() -> None:
    line = b"- Fog hides the buoy\n"
    edit = replacing(SOME, (line, b""), (b"## Lessons\n", line + b"## Lessons\n"))
    edit = Edit((Splice(edit.splices[0].offset, b"", line), edit.splices[1]), "Moved")
    today = edit.apply(SOME).replace(b"# Memory\n", b"# Memory\nby another\n")
    assert undone(record_of(edit, SOME), today) == SOME.replace(
        b"# Memory\n", b"# Memory\nby another\n"
    )


def test_a_new_section_stays_when_others_wrote_under_it() -> None:
    edit = Edit((Splice(len(SOME), b"", b"\n## Weather\n\n- Glass falls\n"),), "Promoted")
    record = record_of(edit, SOME)
    today = edit.apply(SOME) + b"- Wind backs\n"
    plan = Undo(record).plan(today)
    assert plan.apply(today) == SOME + b"\n## Weather\n\n- Wind backs\n".replace(b"\n\n-", b"\n-")
    assert "its heading stays" in plan.words
    today = edit.apply(SOME) + b"\n## Later\n- Of another\n"
    assert undone(record, today) == SOME + b"\n## Later\n- Of another\n"


def test_words_say_what_was_undone_and_redone() -> None:
    edit = inserting(SOME, b"- Fog", b"- Ink\n", "Promoted to Lessons")
    undo = Undo(record_of(edit, SOME)).plan(edit.apply(SOME))
    assert undo.words == "Undid: Promoted to Lessons"
    redo = Redo(record_of(undo, edit.apply(SOME), "undo")).plan(SOME)
    assert redo.words == "Redid: Promoted to Lessons"
    again = Undo(record_of(redo, SOME, "redo")).plan(edit.apply(SOME))
    assert again.words == "Undid: Promoted to Lessons"


def test_words_that_quote_a_dash_are_said_whole_when_undone() -> None:
    edit = inserting(SOME, b"- Fog", b"- Ink\n", "Added to Lessons: Ink — never blue")
    record = record_of(edit, SOME)
    undo = Undo(record).plan(edit.apply(SOME))
    assert undo.words == "Undid: Added to Lessons: Ink — never blue"
    noted = replace(record_of(undo, edit.apply(SOME), "undo"), words=f"{undo.words} — put back x")
    assert Redo(noted).plan(SOME).words == "Redid: Added to Lessons: Ink — never blue"


# --- Which operation -------------------------------------------------------


def history(*steps: tuple[str, str, str | None]) -> tuple[Record, ...]:
    """Records from `(actor, kind, undone_by)`, oldest first; ids are 0, 1, ..."""
    base = record_of(inserting(SOME, b"- Fog", b"- Ink\n"), SOME)
    made = [
        replace(base, id=str(number), actor=actor, kind=kind, undone_by=undone_by)
        for number, (actor, kind, undone_by) in enumerate(steps)
    ]
    return tuple(
        replace(record, time=NOON + timedelta(minutes=number)) for number, record in enumerate(made)
    )[::-1]


def ids(record: Record | None) -> str | None:
    return None if record is None else record.id


def test_a_plain_undo_takes_the_last_of_the_same_actor_that_stands() -> None:
    records = history(
        ("operator", "promote", None), ("operator", "add", "3"), ("agent", "add", None)
    )
    assert ids(last_to_undo(records, "operator", PATH)) == "0"
    assert ids(last_to_undo(records, "agent", PATH)) == "2"
    assert last_to_undo(records, "nobody", PATH) is None
    assert last_to_undo(records, "operator", Path("/other/MEMORY.md")) is None
    assert last_to_undo([replace(records[0], state=State.FAILED)], "agent", PATH) is None


def test_an_undo_is_not_undone_by_a_plain_undo_but_a_redo_is() -> None:
    records = history(("operator", "add", "1"), ("operator", "undo", None))
    assert last_to_undo(records, "operator", PATH) is None
    records = history(
        ("operator", "add", None), ("operator", "undo", "2"), ("operator", "redo", None)
    )
    assert ids(last_to_undo(records, "operator", PATH)) == "2"


def test_redo_takes_the_last_undo_until_the_actor_edits_again() -> None:
    undone_twice = history(
        ("operator", "add", "3"),
        ("operator", "add", "2"),
        ("operator", "undo", None),
        ("operator", "undo", None),
        ("agent", "add", None),
    )
    assert ids(last_to_redo(undone_twice, "operator", PATH)) == "3"
    redone = history(
        ("operator", "add", None),
        ("operator", "add", "2"),
        ("operator", "undo", None),
        ("operator", "undo", "4"),
        ("operator", "redo", None),
    )
    assert ids(last_to_redo(redone, "operator", PATH)) == "2"
    edited = (*history(("operator", "edit", None)), *undone_twice)
    assert last_to_redo(edited, "operator", PATH) is None


def test_taking_an_undo_back_is_a_redo() -> None:
    record = record_of(inserting(SOME, b"- Fog", b"- Ink\n"), SOME)
    assert isinstance(inverse_of(record), Undo)
    assert isinstance(inverse_of(replace(record, kind="undo")), Redo)
    assert isinstance(inverse_of(replace(record, kind="redo")), Undo)
