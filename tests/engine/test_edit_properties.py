"""Whatever MEMORY.md looks like, an edit does what was meant and leaves every other byte alone."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, assume, event, given, reject, settings
from hypothesis import strategies as st

from memdeck.curated.edits import Add, Edit, Move, Operation, Retire, Rewrite
from memdeck.curated.sections import parse_memory, targets
from memdeck.errors import Refused
from memdeck.model import Item, Section
from tests.engine.markdown_strategy import memory_files, noise, words

AWKWARD = [
    "plain new text", "# heading", "- bullet", "> said", "```", "1. one", "---", "<!-- open", "***",
    "two\nlines", "===", "| a | b |", "[ ] task", "**bold**", "*soft*", "x <!-- importance: 7 -->",
    "日本語です", "~~~", "+ plus", "    code", "<div>", "a\n\nb", "\ta\n\t- b", "5) five",
    "[r]: url",
    "nul\0", "2026-02-04: moved - here", "\u2028z\u0085", "- - -", "`", "a\n---", "a\n| - | - |",
    "\\", "&lt;", "<<<<<<< HEAD", "a\n>>>>>>> b", "title:", "bad \udcff byte", "_", "a\\\nb  \nc",
]  # fmt: skip
texts = st.one_of(st.sampled_from(AWKWARD), words, st.text(max_size=30))
files = st.one_of(memory_files(), memory_files(), noise())
several = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)


def all_items(data: bytes) -> list[Item]:
    return [item for section in parse_memory(data) for item in section.items]


def titles(data: bytes) -> list[tuple[str, int]]:
    return [(section.address, section.level) for section in parse_memory(data) if section.level]


def own_sources(data: bytes) -> Counter[tuple[str, str, str]]:
    return Counter((item.address, item.marker, item.source) for item in all_items(data))


def planned(operation: Operation, data: bytes) -> Edit:
    try:
        edit = operation.plan(data)
    except Refused as refusal:
        event(f"refused: {str(refusal)[:20]}")
        reject()
    event("planned")
    return edit


def untouched(edit: Edit, data: bytes) -> list[bytes]:
    """The bytes between the splices; asserts that the result has them, in this order."""
    kept, position = [], 0
    for splice in edit.splices:
        assert position <= splice.offset
        assert data[splice.offset : splice.end] == splice.old
        kept.append(data[position : splice.offset])
        position = splice.end
    kept.append(data[position:])
    after = edit.apply(data)
    at = 0
    for span, splice in zip(kept, (*edit.splices, None), strict=True):
        assert after[at : at + len(span)] == span
        at += len(span) + (len(splice.new) if splice else 0)
    assert at == len(after)
    return kept


@several
@given(files, texts, st.data())
def test_an_added_item_is_one_more_and_every_other_byte_stays(
    data: bytes, text: str, draw: st.DataObject
) -> None:
    able = targets(parse_memory(data))
    assume(able)
    section: Section = draw.draw(st.sampled_from(able))
    edit = planned(Add(section.address, (text,), allow_duplicate=True), data)
    untouched(edit, data)
    after = edit.apply(data)
    assert titles(after) == titles(data)
    (gained,) = (own_sources(after) - own_sources(data)).elements()
    assert not own_sources(data) - own_sources(after)
    assert gained[0] == section.address
    assert data.endswith((b"\n", b"\r")) == after.endswith((b"\n", b"\r"))


@several
@given(
    files, st.lists(words, min_size=1, max_size=3, unique=True), st.text(min_size=1, max_size=12)
)
def test_a_new_section_comes_last_with_its_items(data: bytes, lines: list[str], title: str) -> None:
    edit = planned(Add(title, tuple(lines), new_section=True, allow_duplicate=True), data)
    assert len(edit.splices) == 1
    untouched(edit, data)
    after = edit.apply(data)
    assert titles(after)[:-1] == titles(data)
    assert len(parse_memory(after)[-1].items) == len(lines)
    assert len(all_items(after)) == len(all_items(data)) + len(lines)


@several
@given(files, st.data())
def test_retiring_removes_exactly_that_item(data: bytes, draw: st.DataObject) -> None:
    items = all_items(data)
    assume(items)
    item: Item = draw.draw(st.sampled_from(items))
    edit = planned(Retire((item.id,)), data)
    untouched(edit, data)
    after = edit.apply(data)
    assert titles(after) == titles(data)
    gone = [each for each in items if item.start <= each.start and each.end <= item.end]
    lost = own_sources(data) - own_sources(after)
    assert lost == Counter((each.address, each.marker, each.source) for each in gone)
    assert not own_sources(after) - own_sources(data)
    # Nothing but the item and blank lines beside it.
    (splice,) = edit.splices
    assert splice.offset <= item.start
    assert item.end <= splice.end
    beside = data[splice.offset : item.start] + data[item.end : splice.end]
    assert not beside.strip(b" \t\r\n")


@several
@given(files, texts, st.data())
def test_a_rewrite_touches_only_the_bytes_of_the_text(
    data: bytes, text: str, draw: st.DataObject
) -> None:
    items = all_items(data)
    assume(items)
    item: Item = draw.draw(st.sampled_from(items))
    edit = planned(Rewrite(item.id, text), data)
    (splice,) = edit.splices
    assert (splice.offset, splice.end) == (item.source_start, item.source_end)
    after = edit.apply(data)
    assert titles(after) == titles(data)
    assert len(all_items(after)) == len(items)
    changed = [
        new
        for old, new in zip(items, all_items(after), strict=True)
        if (old.address, old.marker, old.source) != (new.address, new.marker, new.source)
    ]
    assert len(changed) <= 1


@several
@given(memory_files(), st.data())
def test_writing_back_what_an_item_says_changes_nothing(data: bytes, draw: st.DataObject) -> None:
    items = [item for item in all_items(data) if not item.foreign]
    assume(items)
    item: Item = draw.draw(st.sampled_from(items))
    with pytest.raises(Refused, match="already"):
        Rewrite(item.id, item.source).plan(data)


@several
@given(memory_files(), st.data())
def test_moving_keeps_everything(data: bytes, draw: st.DataObject) -> None:
    items = all_items(data)
    able = targets(parse_memory(data))
    assume(items and len(able) > 1)
    chosen = draw.draw(st.lists(st.sampled_from(items), min_size=1, max_size=2, unique=True))
    section: Section = draw.draw(st.sampled_from(able))
    edit = planned(Move(tuple(item.id for item in chosen), section.address), data)
    untouched(edit, data)
    after = edit.apply(data)
    assert titles(after) == titles(data)
    assert Counter(item.text for item in all_items(after)) == Counter(item.text for item in items)
    moved = Counter(
        each.text
        for each in items
        if any(item.start <= each.start and each.end <= item.end for item in chosen)
    )
    there = Counter(item.text for item in all_items(after) if item.address == section.address)
    assert not moved - there

    def visible(whole: bytes) -> Counter[bytes]:
        # The fences of a row are its marker, and so are those of a quotation.
        whole = whole.removeprefix(b"\xef\xbb\xbf")
        return Counter(whole.translate(bytes.maketrans(b"\r|>", b"\n\n\n"), b"\\").split())

    markers = Counter(item.marker.encode() for item in items)
    markers += Counter(item.marker.encode() for item in all_items(after))
    assert not visible(data) - visible(after) - markers
    assert not visible(after) - visible(data) - markers


@several
@given(files)
def test_the_sections_of_any_bytes_tile_the_file(data: bytes) -> None:
    sections = parse_memory(data)
    assert len({section.address for section in sections}) == len(sections)
    items = [item for section in sections for item in section.items]
    assert len({item.id for item in items}) == len(items)
    for one, following in zip(sections, (*sections[1:], None), strict=False):
        assert one.start <= one.end
        assert one.end == (following.start if following else len(data))
    for item in items:
        assert 0 <= item.start <= item.source_start <= item.source_end <= item.end <= len(data)
        assert data[: item.start].endswith((b"\n", b"\r", b"\xef\xbb\xbf")) or item.start == 0


@several
@given(memory_files(), st.data())
def test_ordinary_edits_of_ordinary_files_are_never_refused(
    data: bytes, draw: st.DataObject
) -> None:
    assume(b"# left open" not in data)
    able = targets(parse_memory(data))
    assume(able)
    section: Section = draw.draw(st.sampled_from(able))
    assert Add(section.address, ("a line that nobody has seen",)).plan(data)
    assert Add("Quite new", ("a line that nobody has seen",), new_section=True).plan(data)
    items = [item for item in all_items(data) if not item.foreign]
    assume(items)
    item: Item = draw.draw(st.sampled_from(items))
    assert Retire((item.id,)).plan(data)
    # On a rule, a short line would become a title; HTML and lists reach as far as they like.
    if not data.startswith(b"---", item.end) and item.source[0].isalpha():
        assert Rewrite(item.id, "other words").plan(data)
    quoted = data[item.start : item.source_start].lstrip(b" \t").startswith(b">")
    group = item.text.endswith(":")
    if section.address != item.address and not quoted and not group:
        assert Move((item.id,), section.address).plan(data)
