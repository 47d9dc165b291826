"""Two copies of a note made one: nothing lost, nothing doubled, whatever is in them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdeck.notes.codec import parse_note
from memdeck.notes.merge import Unmergeable, merge_notes, missing_from, pieces_of


def entry(key: str, minute: int = 0, value: Any = "ship it", **more: Any) -> dict[str, Any]:
    stamp = f"2031-05-04T03:{minute:02d}:00Z"
    return {"branch": "main", "timestamp": stamp, "key": key, "value": value, **more}


def note(*entries: dict[str, Any] | str, indent: int | None = None) -> bytes:
    parts = [each if isinstance(each, str) else json.dumps(each, indent=indent) for each in entries]
    return ("\n\n".join(parts) + "\n").encode("utf-8", "surrogateescape") if parts else b""


def keys(data: bytes) -> list[str]:
    return [each.key for each in parse_note(data, "c")[0]]


def damage(data: bytes) -> list[str]:
    return [each.text for each in parse_note(data, "c")[1]]


def said(data: bytes) -> Counter[str]:
    return Counter(each.says for each in pieces_of(data))


# --- Told as examples ---------------------------------------------------------------


def test_what_both_sides_wrote_is_there_once_in_the_order_of_time() -> None:
    base = note(entry("plan", 1))
    ours = note(entry("plan", 1), entry("tide", 4), entry("fog", 9))
    theirs = note(entry("plan", 1), entry("winch", 3), entry("tern", 7))
    merged = merge_notes(base, ours, theirs)
    assert keys(merged) == ["plan", "winch", "tide", "tern", "fog"]
    assert merged == merge_notes(base, theirs, ours)


def test_each_entry_keeps_the_bytes_it_was_written_with() -> None:
    ours, theirs = note(entry("a", 1), indent=2), note(entry("b", 2), indent=4)
    assert merge_notes(b"", ours, theirs) == ours + b"\n" + theirs


def test_an_entry_that_is_written_differently_is_the_same_entry() -> None:
    ours, theirs = note(entry("a", 1), indent=2), note(entry("a", 1))
    assert keys(merge_notes(b"", ours, theirs)) == ["a"]
    more = note(entry("a", 1), entry("b", 2), indent=2)
    assert keys(merge_notes(b"", more, theirs)) == ["a", "b"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (entry("a", value=1), entry("a", value=True)),
        (entry("a", value=1), entry("a", value=1.0)),
        (entry("a", id="7f"), entry("a", id="80")),
        (entry("a", agent="scout"), entry("a")),
        (entry("a", value=None), {**entry("a"), "value": "null"}),
    ],
)
def test_what_says_something_else_is_another_entry(one: Any, other: Any) -> None:
    assert len(parse_note(merge_notes(b"", note(one), note(other)), "c")[0]) == 2


def test_what_one_side_took_away_stays_away() -> None:
    base = note(entry("a", 1), entry("b", 2), entry("c", 3))
    ours = note(entry("a", 1), entry("c", 3))
    theirs = note(entry("a", 1), entry("b", 2), entry("c", 3), entry("d", 4))
    assert keys(merge_notes(base, ours, theirs)) == ["a", "c", "d"]
    assert keys(merge_notes(base, theirs, ours)) == ["a", "c", "d"]
    assert merge_notes(base, b"", base) == b""
    assert keys(merge_notes(base, b"", theirs)) == ["d"]


def test_together_they_may_take_all_of_it_away() -> None:
    base = note(entry("a", 1), entry("b", 2))
    assert merge_notes(base, note(entry("a", 1)), note(entry("b", 2))) == b""


def test_an_entry_that_one_side_changed_is_the_changed_one() -> None:
    base = note(entry("a", 1, "one"), entry("b", 2))
    ours = note(entry("a", 1, "two"), entry("b", 2))
    theirs = note(entry("a", 1, "one"), entry("b", 2), entry("c", 3))
    assert keys(merge_notes(base, ours, theirs)) == ["a", "b", "c"]
    assert b"two" in merge_notes(base, ours, theirs)


def test_without_a_common_past_nothing_is_taken_away() -> None:
    ours, theirs = note(entry("a", 1)), note(entry("b", 2))
    assert keys(merge_notes(b"", ours, theirs)) == ["a", "b"]
    assert merge_notes(b"", ours, b"") == ours


def test_damage_is_kept_to_the_byte_and_once_behind_what_it_stood_behind() -> None:
    torn = '{"branch": "main", "key": "x", "value": plain \udcff text\n}'
    ours = note(entry("a", 1), torn, entry("d", 8))
    theirs = note(entry("a", 1), torn, entry("c", 5))
    merged = merge_notes(note(entry("a", 1)), ours, theirs)
    assert keys(merged) == ["a", "c", "d"]
    assert damage(merged) == [torn]
    assert merged.index(b"plain \xff text") < merged.index(b'"c"')


def test_damage_that_comes_to_lie_side_by_side_is_known_again() -> None:
    ours, theirs = b"ours is torn\n", b"theirs\nis torn as well\n"
    merged = merge_notes(b"", ours, theirs)
    assert len(damage(merged)) == 1
    assert said(merged) == Counter(["ours is torn", "theirs\nis torn as well"])
    assert merge_notes(ours, merged, ours) == merged
    later = merge_notes(theirs, merged, theirs + note(entry("a")))
    assert said(later) == said(merged) + said(note(entry("a")))


def test_a_damaged_span_of_several_paragraphs_stays_in_one_piece() -> None:
    span = "b first\n \n\n\tz second"
    ours, theirs = note("a", span), note("c other")
    merged = merge_notes(b"", ours, theirs)
    assert span.encode() in merged
    assert said(merged) == said(ours) + said(theirs)


def test_damage_that_would_swallow_an_entry_is_kept_apart_from_it() -> None:
    begun = '{"branch":"x","key":"k","value":'
    ours = note(entry("a", 1), begun)
    theirs = note(entry("a", 1), entry("b", 2)) + b"\n}\n"
    merged = merge_notes(note(entry("a", 1)), ours, theirs)
    assert keys(merged) == ["a", "b"]
    assert said(merged) == said(ours) | said(theirs)


def test_the_order_of_one_note_is_kept_where_its_times_are_not_in_order() -> None:
    ours = note(entry("late", 50), entry("early", 1))
    theirs = note(entry("middle", 30))
    assert keys(merge_notes(b"", ours, theirs)) == ["middle", "late", "early"]


def test_entries_without_a_time_stay_behind_what_they_stood_behind() -> None:
    odd = {**entry("odd"), "timestamp": "noon"}
    ours, theirs = note(entry("a", 1), odd, entry("d", 9)), note(entry("a", 1), entry("c", 5))
    assert keys(merge_notes(b"", ours, theirs)) == ["a", "odd", "c", "d"]


def test_sides_that_contradict_each_other_are_ordered_by_time() -> None:
    one, two, three = entry("a", 1), entry("b", 2), entry("c", 3)
    merged = merge_notes(b"", note(one, two), note(two, one, three))
    assert sorted(keys(merged)) == ["a", "b", "c"]
    assert merged == merge_notes(b"", note(two, one, three), note(one, two))


def test_a_note_that_only_the_other_changed_is_taken_as_it_is() -> None:
    ours, theirs = note(entry("a")), b"\xef\xbb\xbf" + note(entry("a"), "torn", indent=1)
    assert merge_notes(ours, ours, theirs) == theirs
    assert merge_notes(ours, theirs, ours) == theirs


def test_only_white_space_apart_they_agree_on_one() -> None:
    ours, theirs = note(entry("a")), note(entry("a")) + b"\n\n"
    assert merge_notes(b"", ours, theirs) == merge_notes(b"", theirs, ours) == ours


def test_what_is_missing_is_counted_as_often_as_it_is_missing() -> None:
    twice = note(entry("a"), entry("a"), "torn")
    assert [each.entry is not None for each in missing_from(twice, note(entry("a")))] == [
        True,
        False,
    ]
    assert missing_from(b"", twice) == []


def test_a_large_note_is_merged_in_a_moment() -> None:
    base = [entry(f"key{number}", number % 60) for number in range(2000)]
    ours, theirs = note(*base, entry("ours", 59)), note(*base, entry("theirs", 59))
    assert len(keys(merge_notes(note(*base), ours, theirs))) == 2002


# --- Whatever is in them --------------------------------------------------------------

few = st.builds(
    entry,
    st.sampled_from(["a", "b", 'q"uote', "\udcff"]),
    st.integers(0, 3),
    st.sampled_from(["x", 1, True, None, {"deep": ["}"]}, "line\nfeed"]),
)
written = st.builds(
    lambda fields, indent: json.dumps(fields, indent=indent), few, st.sampled_from([None, 2])
)
torn = st.sampled_from(
    [
        "torn",
        "}",
        "5}",
        "]",
        ", {",
        '{"branch":"x","key":"k","value":',
        '{"branch": "x", "key": plain}',
        "two\n\nparagraphs",
        '  {"a": 1}',
        "[1,",
        '"',
        "\udcff\udcfe",
        "{",
        "{}",
        "\ufeff\u2028",
    ]
)
between = st.sampled_from(["\n\n", "\n", "", " ", "\n \n\t", "\r\n\r\n", "\ufeff\n"])
notes = st.lists(st.tuples(st.one_of(written, torn), between), max_size=5).map(
    lambda parts: "".join(text + gap for text, gap in parts).encode("utf-8", "surrogateescape")
)
clean = st.lists(st.tuples(written, between), max_size=5).map(
    lambda parts: "".join(text + gap for text, gap in parts).encode("utf-8", "surrogateescape")
)
anything = st.one_of(notes, notes, st.binary(max_size=40))


def merged_or_refused(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    try:
        return merge_notes(base, ours, theirs)
    except Unmergeable:
        return None


@settings(max_examples=400, deadline=None)
@given(anything, anything)
def test_nothing_is_lost_and_nothing_doubled(ours: bytes, theirs: bytes) -> None:
    merged = merged_or_refused(b"", ours, theirs)
    if merged is None:
        return
    if b"" in (ours, theirs):
        assert merged == ours + theirs
    assert said(merged) == said(ours) | said(theirs)


@settings(max_examples=400, deadline=None)
@given(clean, clean, clean)
def test_what_is_kept_follows_from_the_three_copies(
    base: bytes, ours: bytes, theirs: bytes
) -> None:
    merged = said(merge_notes(base, ours, theirs))
    before, here, there = said(base), said(ours), said(theirs)
    for each in before | here | there:
        counts = {here[each], there[each]}
        if before[each] in counts and len(counts) == 2:
            counts.remove(before[each])
        assert merged[each] == max(counts)


@settings(max_examples=400, deadline=None)
@given(anything, anything, anything)
def test_both_machines_make_the_same_of_it(base: bytes, ours: bytes, theirs: bytes) -> None:
    merged = merged_or_refused(base, ours, theirs)
    assert merged == merged_or_refused(base, theirs, ours)
    if merged is not None:
        assert merged_or_refused(merged, merged, merged) == merged
        for side in (ours, theirs):
            again = merged_or_refused(side, merged, side)
            assert again == merged


@settings(max_examples=300, deadline=None)
@given(notes, notes, notes)
def test_in_whatever_order_machines_meet_they_know_the_same(
    one: bytes, two: bytes, three: bytes
) -> None:
    left = merged_or_refused(b"", one, two)
    right = merged_or_refused(b"", two, three)
    left = merged_or_refused(b"", left, three) if left is not None else None
    right = merged_or_refused(b"", one, right) if right is not None else None
    if left is not None and right is not None:
        assert said(left) == said(right) == said(one) | said(two) | said(three)


@settings(max_examples=200, deadline=None)
@given(clean, clean)
def test_the_order_of_each_side_is_kept(ours: bytes, theirs: bytes) -> None:
    order = [each.says for each in pieces_of(merge_notes(ours, ours, theirs))]
    assert order == [each.says for each in pieces_of(theirs)]
    if said(ours) & said(theirs) or not (ours and theirs):
        return
    union = iter([each.says for each in pieces_of(merge_notes(b"", ours, theirs))])
    assert all(each.says in union for each in pieces_of(ours))


@settings(max_examples=200, deadline=None)
@given(notes, notes)
def test_damage_hardly_ever_stands_in_the_way(ours: bytes, theirs: bytes) -> None:
    """Without bytes that were made for it there is always a way to keep both."""
    assert merged_or_refused(b"", ours, theirs) is not None
