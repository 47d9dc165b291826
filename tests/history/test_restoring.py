"""Bringing back an item where it was, or the whole file, each as one edit that can be undone."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, event, given, reject, settings
from hypothesis import strategies as st

from memdeck.curated.edits import Add, Move, Operation, Retire, Rewrite
from memdeck.curated.restoring import RestoreFile, RestoreItem
from memdeck.curated.sections import parse_memory
from memdeck.curated.undo import Redo, Undo
from memdeck.errors import Refused
from memdeck.model import Item
from tests.engine.markdown_strategy import memory_files
from tests.engine.test_undo_of_edits import apart, operations, record_of

several = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)

THEN = b"""# Memory

## Decisions
- Charts are kept in ink
- Soundings are taken twice
  - at slack water

## Lessons
- Tides come twice a day
- Fog hides the buoy
- The log is written at noon

## Open

- Ask the pilot
"""


def item_of(data: bytes, text: str) -> Item:
    return next(
        item for section in parse_memory(data) for item in section.items if item.text == text
    )


def done(data: bytes, operation: Operation) -> bytes:
    return operation.plan(data).apply(data)


def retired(data: bytes, *texts: str) -> bytes:
    for text in texts:
        data = done(data, Retire((item_of(data, text).id,)))
    return data


def restored(data: bytes, text: str, version: bytes = THEN) -> tuple[bytes, str]:
    edit = RestoreItem(version, item_of(version, text).id).plan(data)
    return edit.apply(data), edit.words


# --- One item --------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["Charts are kept in ink", "Soundings are taken twice", "Fog hides the buoy", "Ask the pilot"],
)
def test_an_item_that_was_retired_comes_back_to_the_byte(text: str) -> None:
    data, words = restored(retired(THEN, text), text)
    assert data == THEN
    section = item_of(THEN, text).address
    assert words == f"Restored to {section}: {text}"


@several
@given(st.data())
def test_any_item_that_was_retired_comes_back_to_the_byte(draw: st.DataObject) -> None:
    data = draw.draw(memory_files())
    items = apart(parse_memory(data))
    if not items:
        reject()
    item = draw.draw(st.sampled_from(items))
    try:
        edit = Retire((item.id,)).plan(data)
    except Refused:
        reject()
    after = edit.apply(data)
    restoration = RestoreItem(data, item.id, allow_duplicate=True).plan(after)
    assert restoration.apply(after) == data
    record = record_of(restoration, after, "restore")
    undo = Undo(record).plan(data)
    assert undo.apply(data) == after
    assert Redo(record_of(undo, data, "undo")).plan(after).apply(after) == data


@several
@given(st.data())
def test_beside_any_other_change_a_restored_item_is_one_item_that_says_the_same(
    draw: st.DataObject,
) -> None:
    data = draw.draw(memory_files())
    items = apart(parse_memory(data))
    if not items:
        reject()
    item = draw.draw(st.sampled_from(items))
    try:
        after = done(data, Retire((item.id,)))
        changed = done(after, draw.draw(operations(after)))
        edit = RestoreItem(data, item.id, allow_duplicate=True).plan(changed)
    except Refused:
        reject()
    event("elsewhere" if " — put back " in edit.words else "where it was")
    result = edit.apply(changed)
    before = [each.text for section in parse_memory(changed) for each in section.items]
    texts = [each.text for section in parse_memory(result) for each in section.items]
    assert item.text in texts
    assert len(texts) > len(before)
    assert Undo(record_of(edit, changed, "restore")).plan(result).apply(result) == changed


def test_what_was_changed_elsewhere_meanwhile_stays() -> None:
    text = "Tides come twice a day"
    today = retired(THEN, text)
    today = done(today, Rewrite(item_of(today, "Charts are kept in ink").id, "Charts in pencil"))
    today = done(today, Add("Open", ("Ask the cook",)))
    data, words = restored(today, text)
    assert b"## Lessons\n- Tides come twice a day\n- Fog hides" in data
    assert b"- Charts in pencil\n" in data
    assert b"- Ask the cook\n" in data
    assert words == "Restored to Lessons: Tides come twice a day"


def test_nested_items_come_back_with_the_item_that_holds_them() -> None:
    data, _ = restored(b"# Memory\n\n## Decisions\n- New\n", "Soundings are taken twice")
    assert data == (
        b"# Memory\n\n## Decisions\n- New\n- Soundings are taken twice\n  - at slack water\n"
    )


def test_without_its_neighbours_it_goes_beside_the_nearest_that_is_left() -> None:
    text = "The log is written at noon"
    today = retired(THEN, text)
    fog = item_of(today, "Fog hides the buoy").id
    today = done(today, Rewrite(fog, "In fog the buoy is not seen"))
    today = done(today, Add("Lessons", ("Gulls mean land",)))
    today = today.replace(b"## Open", b"## Still open")
    data, words = restored(today, text)
    assert b"- Tides come twice a day\n- The log is written at noon\n" in data
    assert words.endswith("noon — put back behind “- Tides come twice a day”")


@pytest.mark.parametrize(
    ("today", "item", "note"),
    [
        # Its neighbours are there, with something new between them.
        (b"- a\n- new\n- b\n- c\n", "x", "behind “- a”"),
        # One of them is there, the other was reworded or is gone.
        (b"- a\n- another\n", "x", "behind “- a”"),
        (b"- another\n- b\n- c\n", "x", "before “- b”"),
        # Neither is, but what stood further away.
        (b"- another\n- c\n", "x", "before “- c”"),
        (b"- a\n- another\n", "y", "behind “- a”"),
        # Nothing of the section but its title.
        (b"1. one\n2. two\n", "x", "at the end of “A”"),
        (b"", "x", "at the end of “A”"),
    ],
)
def test_the_words_say_where_it_went_when_that_is_not_where_it_was(
    today: bytes, item: str, note: str
) -> None:
    head, tail = b"# Memory\n\n## A\n", b"\n## Z\n- z\n"
    then = head + b"- a\n- x\n- b\n- y\n- c\n" + tail
    data, words = restored(head + today + tail, item, then)
    assert words == f"Restored to A: {item} — put back {note}"
    side, _, neighbour = note.partition(" “- ")
    lines = [line for line in data.decode().split("\n") if line.strip()]
    at = next(n for n, line in enumerate(lines) if line.endswith(f" {item}"))
    if side in ("behind", "before"):
        beside = lines[at - 1 if side == "behind" else at + 1]
        assert beside == f"- {neighbour.rstrip('”')}"
    else:
        assert lines[at + 1] == "## Z"


@pytest.mark.parametrize(
    ("today", "then"),
    [
        (b"## A\n- a\n- b\n", b"## A\n- a\n- x\n- b\n"),
        (b"## A\n- a\n\n- b\n", b"## A\n- a\n- x\n- b\n"),
        (b"## A\n- b\n", b"## A\n- x\n- b\n"),
        (b"## A\n- a\n", b"## A\n- a\n- x\n"),
        (b"## A\n- a\n\n## Z\n- z\n", b"## A\n- a\n- x\n\n## Z\n- z\n"),
    ],
)
def test_the_words_say_nothing_more_when_it_is_where_it_was(today: bytes, then: bytes) -> None:
    data, words = restored(today, "x", then)
    assert words == "Restored to A: x"
    assert [line for line in data.split(b"\n") if line] == [
        line for line in then.split(b"\n") if line
    ]


def test_without_anything_it_knows_it_goes_where_its_section_takes_new_items() -> None:
    today = b"## Lessons\n1. one\n2. two\n\n## Open\n"
    data, words = restored(today, "Fog hides the buoy")
    assert data == b"## Lessons\n1. one\n2. two\n3. Fog hides the buoy\n\n## Open\n"
    assert words == ("Restored to Lessons: Fog hides the buoy — put back at the end of “Lessons”")


def test_without_its_section_it_gets_one_of_the_same_title_and_the_words_say_so() -> None:
    today = b"# Memory\n\n## Open\n\n- Ask the pilot\n"
    data, words = restored(today, "Fog hides the buoy")
    assert data == today + b"\n## Lessons\n\n- Fog hides the buoy\n"
    assert words == (
        "Restored to Lessons: Fog hides the buoy — put back in a new section at the end, as its "
        "own is gone"
    )


def test_an_item_of_a_group_that_is_gone_goes_to_the_section_that_held_it() -> None:
    then = b"## Lessons\n- one\n- Working:\n  - two\n  - three\n"
    data, words = restored(b"## Lessons\n- one\n", "two", then)
    assert data == b"## Lessons\n- one\n- two\n"
    assert words.endswith("at the end of “Lessons”, as its own section is gone")


def test_the_only_item_above_all_headings_comes_back_there() -> None:
    then = b"- one\n\n# Title\n- two\n"
    assert restored(retired(then, "one"), "one", then)[0] == then
    data, words = restored(b"# Other\n- two\n", "one", then)
    assert data == b"# Other\n- two\n\n## Restored\n- one\n"
    assert "new section at the end" in words


def test_into_an_empty_file_too() -> None:
    data, _ = restored(b"", "Fog hides the buoy")
    assert data == b"## Lessons\n- Fog hides the buoy\n"


def test_what_stands_there_is_not_said_twice_unless_that_is_meant() -> None:
    fog = item_of(THEN, "Fog hides the buoy").id
    with pytest.raises(Refused, match=r"says that already at line 10"):
        RestoreItem(THEN, fog).plan(THEN)
    data = RestoreItem(THEN, fog, allow_duplicate=True).plan(THEN).apply(THEN)
    assert data.count(b"- Fog hides the buoy\n") == 2


def test_a_reworded_item_gets_its_earlier_words_back() -> None:
    fog = item_of(THEN, "Fog hides the buoy").id
    today = done(THEN, Rewrite(fog, "In *fog* the buoy is not seen"))
    now = item_of(today, "In fog the buoy is not seen").id
    edit = RestoreItem(THEN, fog, instead_of=now).plan(today)
    assert edit.apply(today) == THEN
    assert edit.words == "Restored the words in Lessons: Fog hides the buoy"


def test_an_item_that_was_moved_is_not_moved_back_but_refused_as_a_duplicate() -> None:
    fog = item_of(THEN, "Fog hides the buoy").id
    today = done(THEN, Move((fog,), "Open"))
    with pytest.raises(Refused, match=r"says that already"):
        RestoreItem(THEN, fog).plan(today)


def test_items_of_another_program_and_files_in_conflict_are_left_alone() -> None:
    then = b"## Promoted From Short-Term Memory (2026-02-04)\n- one\n"
    with pytest.raises(Refused, match=r"Another program keeps"):
        restored(b"## A\n", "one", then)
    with pytest.raises(Refused, match=r"no such item"):
        RestoreItem(THEN, "0" * 12).plan(b"")
    with pytest.raises(Refused, match=r"conflict markers at line 1"):
        restored(b"<<<<<<< a\n=======\n>>>>>>> b\n", "Ask the pilot")


def test_the_line_ends_are_those_of_todays_file() -> None:
    today = retired(THEN, "Soundings are taken twice").replace(b"\n", b"\r\n")
    data, _ = restored(today, "Soundings are taken twice")
    assert data == THEN.replace(b"\n", b"\r\n")


# --- The whole file --------------------------------------------------------


@several
@given(memory_files(), memory_files())
def test_the_whole_file_comes_back_to_the_byte_and_goes_again(then: bytes, today: bytes) -> None:
    if then == today or not then.strip(b"\xef\xbb\xbf \t\r\n"):
        reject()
    edit = RestoreFile(then).plan(today)
    assert edit.apply(today) == then
    undo = Undo(record_of(edit, today, "restore")).plan(then)
    assert undo.apply(then) == today
    assert Redo(record_of(undo, then, "undo")).plan(today).apply(today) == then


def test_a_restored_file_can_be_undone_beside_what_others_have_written_since() -> None:
    today = done(THEN, Add("Open", ("Ask the cook",)))
    today = retired(today, "Fog hides the buoy")
    edit = RestoreFile(THEN, "the version of noon").plan(today)
    assert edit.words == "Restored the version of noon"
    record = record_of(edit, today, "restore")
    others = THEN.replace(b"## Lessons", b"- Of another\n\n## Lessons")
    undone = Undo(record).plan(others).apply(others)
    assert undone == today.replace(b"## Lessons", b"- Of another\n\n## Lessons")


def test_what_is_no_text_or_the_same_or_in_conflict_is_refused() -> None:
    for version, words in (
        (b" \n", "no text in MEMORY.md"),
        (THEN, "is what it was in"),
        (b"<<<<<<< a\n", "conflict markers at line 1"),
    ):
        with pytest.raises(Refused, match=words):
            RestoreFile(version).plan(THEN)
