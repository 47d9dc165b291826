"""Reading a note: every byte accounted for, no entry lost behind damage."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memdeck.model import DamagedSpan, Entry
from memdeck.notes.codec import MAX_DEPTH, compact, parse_note

COMMIT = "c0ffee"


def entry_text(key: str = "plan", value: Any = "ship it", **more: Any) -> str:
    fields = {"branch": "main", "timestamp": "2031-05-04T03:02:01Z", "key": key, "value": value}
    return json.dumps({**fields, **more})


def keys(note: str | bytes) -> list[str]:
    data = note.encode("utf-8", "surrogateescape") if isinstance(note, str) else note
    return [entry.key for entry in parse_note(data, COMMIT)[0]]


def only_damage(note: str | bytes) -> DamagedSpan:
    data = note.encode("utf-8", "surrogateescape") if isinstance(note, str) else note
    entries, damaged = parse_note(data, COMMIT)
    assert entries == ()
    (span,) = damaged
    return span


# --- The stream --------------------------------------------------------------


def test_an_entry_is_read_with_all_its_fields() -> None:
    text = entry_text(value={"a": [1, None]}, id="7f", agent="scout")
    assert parse_note(text.encode(), COMMIT) == (
        (
            Entry(
                branch="main",
                timestamp="2031-05-04T03:02:01Z",
                key="plan",
                value={"a": [1, None]},
                commit=COMMIT,
                position=0,
                id="7f",
                extra={"agent": "scout"},
            ),
        ),
        (),
    )


@pytest.mark.parametrize("between", ["\n", "\n\n", "\r\n\r\n", "", " ", "\n \t\n", "\ufeff", "\r"])
@pytest.mark.parametrize("indent", [None, 2])
def test_entries_are_read_whatever_white_space_is_between_them(
    between: str, indent: int | None
) -> None:
    objects = [json.loads(entry_text(key)) for key in "abc"]
    note = between.join(json.dumps(each, indent=indent) for each in objects)
    assert keys(note) == ["a", "b", "c"]
    assert keys(f"\ufeff\n{note}\n\n".replace("\n", "\r\n")) == ["a", "b", "c"]


def test_an_empty_note_holds_nothing() -> None:
    for note in (b"", b"\n \t\r\n", b"\xef\xbb\xbf"):
        assert parse_note(note, COMMIT) == ((), ())


def test_positions_count_damage_too() -> None:
    note = f"{entry_text('a')}\noops\n{entry_text('b')}"
    entries, damaged = parse_note(note.encode(), COMMIT)
    assert [entry.position for entry in entries] == [0, 2]
    assert [(span.position, span.text) for span in damaged] == [(1, "oops")]


# --- Damage ------------------------------------------------------------------


def test_an_unquoted_value_costs_one_entry_and_no_later_one() -> None:
    """What the article's shell function leaves when it is given plain text."""
    broken = '{\n  "branch": "main",\n  "key": "b",\n  "value": all tests pass\n}'
    note = f"{entry_text('a')}\n\n{broken}\n\n{entry_text('c')}\n"
    entries, damaged = parse_note(note.encode(), COMMIT)
    assert [entry.key for entry in entries] == ["a", "c"]
    assert [span.text for span in damaged] == [broken]
    assert damaged[0].reason == "not JSON: expecting value (line 6 of the note)"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (entry_text(value=float("nan")), "not JSON: NaN"),
        (entry_text(value=float("-inf")), "not JSON: -Infinity"),
        (entry_text(value=1).replace("1}", "1e999}"), "a number too large to keep: 1e999"),
        (entry_text(value=1).replace("1}", "7" * 5000 + "}"), "a whole number of more than 4300"),
        (entry_text().replace('"key"', '"branch": "x", "key"'), "'branch' stands twice"),
        (entry_text(value={"a": 1}).replace("1}", '1, "a": 2}'), "'a' stands twice"),
        (entry_text(value="?").replace("?", "two\nlines"), "not JSON: invalid control character"),
        (entry_text(value="?").replace("?", "\\x41"), "not JSON: invalid \\escape"),
        (entry_text().removesuffix("}"), "not JSON: expecting ',' delimiter"),
        (entry_text(value="?").removesuffix('?"}'), "not JSON: unterminated string"),
        (entry_text(value={}).replace("}}", ",}}"), "not JSON: "),
        ("{", "not JSON: "),
        ("{}", "an object, but its branch is missing"),
        ('{"branch": 7, "key": "k"}', "an object, but its branch is no text"),
        ('{"branch": "b"}', "an object, but its key is missing"),
        ('{"branch": "b", "key": null}', "an object, but its key is no text"),
        ("[1, 2]", "text that is no JSON object"),
        ('"a string"', "text that is no JSON object"),
        ("null", "text that is no JSON object"),
        ("\x00\x1b[31m", "text that is no JSON object"),
        ("\udcff\udcfe", "text that is no JSON object"),
    ],
)
def test_what_is_no_entry_is_kept_with_the_reason(text: str, reason: str) -> None:
    span = only_damage(text)
    assert span.text == text
    assert reason in span.reason


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 3_000, 200_000])
def test_deep_nesting_is_damage_and_no_crash(depth: int) -> None:
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        text = entry_text(value=0).replace("0}", f"{opened * depth}0{closed * depth}}}")
        assert "deep" in only_damage(text).reason
        assert keys(f"{opened * depth}\n{entry_text('after')}") == ["after"]


def test_nesting_up_to_the_limit_is_read_also_from_deep_inside_a_program() -> None:
    depth = MAX_DEPTH - 1
    text = entry_text(value=0).replace(" 0}", f"{'[' * depth}0{']' * depth}}}")

    def deep(levels: int) -> list[str]:
        return deep(levels - 1) if levels else keys(text)

    assert deep(sys.getrecursionlimit() // 3) == ["plan"]
    (entry,), _ = parse_note(text.encode(), COMMIT)
    assert parse_note(compact(entry), COMMIT)[0] == (entry,)


def test_many_small_values_are_not_deep() -> None:
    assert keys(entry_text("wide", [[{}] for _ in range(MAX_DEPTH)])) == ["wide"]


def test_an_entry_without_a_time_is_still_an_entry() -> None:
    text = '{"branch": "b", "key": "k", "value": 1, "timestamp": 1738850000}'
    ((entry,), damaged) = parse_note(text.encode(), COMMIT)
    assert (entry.timestamp, entry.extra, damaged) == ("", {"timestamp": 1738850000}, ())
    assert compact(entry) == b'{"branch":"b","timestamp":1738850000,"key":"k","value":1}'
    ((entry,), damaged) = parse_note(b'{"branch": "b", "key": "k"}', COMMIT)
    assert (entry.timestamp, entry.value, damaged) == ("", None, ())


def test_an_id_that_is_no_text_is_kept() -> None:
    ((entry,), _) = parse_note(entry_text(id=5).encode(), COMMIT)
    assert (entry.id, entry.extra) == (None, {"id": 5})
    assert json.loads(compact(entry)) == json.loads(entry_text(id=5))


def test_bytes_that_are_not_utf8_do_not_cost_the_entry() -> None:
    """A value cut in the middle of a character by a shell."""
    note = (
        entry_text(value="caf?").encode().replace(b"?", b"\xc3") + b"\n" + entry_text("b").encode()
    )
    entries, damaged = parse_note(note, COMMIT)
    assert (entries[0].value, damaged) == ("caf\udcc3", ())
    assert parse_note(compact(entries[0]), COMMIT)[0] == (entries[0],)
    assert compact(entries[0]).decode("utf-8")


def test_lone_surrogates_survive_writing() -> None:
    for value in (r"\ud800", r"\udcff", r"\ud83d\ude00", r"\ude00\ud83d", r"\ud83dx"):
        text = entry_text(value="?").replace("?", value)
        ((entry,), _) = parse_note(text.encode(), COMMIT)
        assert parse_note(compact(entry), COMMIT)[0] == (entry,)
    note = entry_text(value="?").encode().replace(b"?", rb"\ud83d" + b"\x80")
    ((entry,), _) = parse_note(note, COMMIT)
    assert parse_note(compact(entry), COMMIT)[0] == (entry,)


def test_what_other_characters_end_a_line_elsewhere_do_not_here() -> None:
    value = "one\u2028two\x85three"
    assert keys(f"x\u2028{entry_text('not')}\n{entry_text('yes', value)}") == ["yes"]


def test_indented_entries_are_found_after_damage_but_not_inside_of_it() -> None:
    """A here-document in an indented function; a list of objects in a broken entry."""
    note = f"{{\n  broken\n}}\n    {entry_text('indented')}\n"
    assert keys(note) == ["indented"]
    broken = '{\n  "value": oops,\n  "list": [\n    {\n      "name": "x"\n    }\n  ]\n}'
    entries, damaged = parse_note(f"{broken}\n{entry_text('b')}".encode(), COMMIT)
    assert [entry.key for entry in entries] == ["b"]
    assert [span.text for span in damaged] == [broken]


def test_two_damaged_entries_are_two_spans() -> None:
    broken = ['{\n"key": "a",\n"value": one\n}', '{\n"key": "b",\n"value": two\n}']
    entries, damaged = parse_note("\n\n".join(broken).encode(), COMMIT)
    assert ([span.text for span in damaged], entries) == (broken, ())


def test_an_array_of_entries_is_not_the_format_but_its_entries_are_found() -> None:
    objects = ",\n".join(entry_text(key) for key in "abc")
    entries, damaged = parse_note(f"[\n{objects}\n]".encode(), COMMIT)
    assert [entry.key for entry in entries] == ["a", "b", "c"]
    assert [span.text for span in damaged] == ["[", ",", ",", "]"]


@pytest.mark.parametrize(
    "text",
    [
        '{"a":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1\n' * 20_000,
        ' {"a":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1\n' * 20_000,
        '{"a":{"b":[' * 100_000,
        '{"a":\n' * 200_000,
        " {\n" * 300_000,
        '{"a":"\n' * 150_000,
        ('{"a":' + "[" * 2000 + "\n") * 500,
    ],
)
def test_a_note_made_to_waste_time_does_not(text: str) -> None:
    """Without a limit some of these take minutes."""
    done: list[Any] = []
    thread = threading.Thread(
        target=lambda: done.append(parse_note(text.encode(), COMMIT)), daemon=True
    )
    thread.start()
    thread.join(30)
    assert done
    entries, damaged = done[0]
    assert entries == ()
    assert "".join("".join(span.text.split()) for span in damaged) == "".join(text.split())


# --- Whatever the bytes ------------------------------------------------------

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.fixed_dictionaries(
    {"branch": st.text(), "key": st.text(), "timestamp": st.text(), "value": JSON_VALUES},
    optional={"id": st.text(min_size=1), "agent": JSON_VALUES},
)


@st.composite
def written_objects(draw: st.DrawFn) -> tuple[dict[str, Any], bytes]:
    """An object, and bytes that a careful writer makes of it."""
    fields = draw(OBJECTS)
    indent = draw(st.sampled_from([None, 1, 2]))
    ascii_only = draw(st.booleans())
    text = json.dumps(fields, indent=indent, ensure_ascii=ascii_only)
    return fields, "".join(
        f"\\u{ord(each):04x}" if "\ud800" <= each <= "\udfff" else each for each in text
    ).encode()


# No line of it starts with an object, nor does it make the next line do so.
DAMAGE = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b'"', b"[", b"]", b"}", b"},", b'"value": ', b"\xef\xbb\xbf", b"\\", b"null"]),
    written_objects().map(lambda written: written[1][1:]),
).filter(lambda data: not any(line.lstrip().startswith(b"{") for line in lines_of(data)))


def lines_of(data: bytes) -> list[bytes]:
    return data.replace(b"\xef\xbb\xbf", b"").replace(b"\r", b"\n").split(b"\n")


def accounted(note: bytes) -> None:
    """Assert that entries and damaged spans, in order, make up the note but for white space."""
    entries, damaged = parse_note(note, COMMIT)
    parts: tuple[Entry | DamagedSpan, ...] = (*entries, *damaged)
    by_position = {part.position: part for part in parts}
    assert sorted(by_position) == list(range(len(entries) + len(damaged)))
    rest = note.decode("utf-8", "surrogateescape")
    decoder = json.JSONDecoder()
    for position in range(len(by_position)):
        rest = rest.lstrip(" \t\r\n\ufeff")
        part = by_position[position]
        if isinstance(part, DamagedSpan):
            assert part.text
            assert rest.startswith(part.text)
            rest = rest[len(part.text) :]
        else:
            fields, end = decoder.raw_decode(rest)
            assert (fields["branch"], fields["key"]) == (part.branch, part.key)
            rest = rest[end:]
    assert rest.strip(" \t\r\n\ufeff") == ""


FRAGMENTS = st.sampled_from(
    [
        *(
            b"{",
            b"}",
            b"[",
            b"]",
            b'"',
            b":",
            b",",
            b"\n",
            b"\r",
            b" ",
            b"\\",
            b"\xff",
            b"\xef\xbb\xbf",
        ),
        *(b'"branch":', b'"key":', b'"value":', b'"x"', b"1", b"\\ud800", b"\x80", b"NaN", b"\n{"),
        b'{"branch": "b", "key": "k", "value": ',
        b'{"branch": "b", "key": "k"}',
        b'\n  {"branch": "b", "key": "k"}',
    ]
)


@given(st.one_of(st.binary(max_size=200), st.lists(FRAGMENTS, max_size=30).map(b"".join)))
@example(b'{"branch":"","key":""')
@settings(max_examples=200, deadline=None)
def test_every_byte_of_anything_is_accounted_for(note: bytes) -> None:
    accounted(note)


@given(
    st.lists(st.one_of(written_objects(), DAMAGE), max_size=6), st.sampled_from([b"\n", b"\r\n"])
)
@settings(max_examples=150, deadline=None)
def test_every_entry_is_found_in_any_mix_of_entries_and_damage(
    parts: list[tuple[dict[str, Any], bytes] | bytes], newline: bytes
) -> None:
    note = newline.join(part if isinstance(part, bytes) else part[1] for part in parts)
    accounted(note)
    found = [
        (entry.branch, entry.key, entry.timestamp, entry.value)
        for entry in parse_note(note, "c")[0]
    ]
    for fields in (part[0] for part in parts if not isinstance(part, bytes)):
        wanted = (fields["branch"], fields["key"], fields["timestamp"], fields["value"])
        assert wanted in found


@given(written_objects(), st.data())
@settings(max_examples=100, deadline=None)
def test_an_entry_that_was_cut_off_anywhere_costs_no_other(
    written: tuple[dict[str, Any], bytes], data: st.DataObject
) -> None:
    cut = written[1][: data.draw(st.integers(0, len(written[1]) - 1))]
    whole = entry_text("whole").encode()
    note = b"\n\n".join((whole, cut, whole, whole))
    accounted(note)
    assert keys(note).count("whole") >= 3


@given(
    st.one_of(
        written_objects().map(lambda written: written[1]),
        st.lists(FRAGMENTS, max_size=30).map(b"".join),
    )
)
@settings(max_examples=200, deadline=None)
def test_an_entry_survives_being_written_and_read_again(note: bytes) -> None:
    for entry in parse_note(note, COMMIT)[0]:
        line = compact(entry)
        assert b"\n" not in line
        assert line.decode("utf-8", "surrogateescape").startswith('{"branch":')
        ((again,), damaged) = parse_note(line, COMMIT)
        assert damaged == ()
        assert compact(again) == line
        assert (again.branch, again.key, again.timestamp, again.value, again.id, again.extra) == (
            *(entry.branch, entry.key, entry.timestamp, entry.value, entry.id),
            entry.extra,
        )


def test_compact_puts_the_formats_fields_first() -> None:
    text = '{"z": 1, "id": "9", "value": "é", "key": "k", "branch": "b", "timestamp": "t"}'
    ((entry,), _) = parse_note(text.encode(), COMMIT)
    expected = '{"branch":"b","timestamp":"t","key":"k","value":"é","id":"9","z":1}'
    assert compact(entry) == expected.encode()
