"""Daily logs of every shape, read as a person would read them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memdeck.daily.parse import parse_log
from memdeck.daily.shapes import time_at_start
from memdeck.model import LogItem, LogKind, LogSection, Meaning

DAY = date(2026, 2, 6)
NAME = "memory/2026-02-06.md"


def sections(text: str | bytes) -> tuple[LogSection, ...]:
    data = text.encode("utf-8") if isinstance(text, str) else text
    return parse_log(data, NAME, DAY)[1]


def outline(text: str | bytes) -> list[tuple[str, list[str]]]:
    return [(each.title, [item.text for item in each.items]) for each in sections(text)]


def items(text: str | bytes) -> list[LogItem]:
    return [item for section in sections(text) for item in section.items]


def marks(text: str | bytes) -> tuple[str, ...]:
    data = text.encode("utf-8") if isinstance(text, str) else text
    return parse_log(data, NAME, DAY)[2]


PLAIN_LOG = """\
# 2026-02-06 - Daily Log

## Completed
- ✅ Moved the label queue to the second host
- ✅ Closed the 50th ticket (a door that would not open)

## Decisions
- Health checks every 55 minutes after a look at the bills
- Keep the tiles for a week

## Blocked
- Carrier limits: need exponential backoff first
"""


def test_a_plain_log_has_the_sections_and_items_that_a_reader_names() -> None:
    assert outline(PLAIN_LOG) == [
        (
            "Completed",
            [
                "✅ Moved the label queue to the second host",
                "✅ Closed the 50th ticket (a door that would not open)",
            ],
        ),
        (
            "Decisions",
            [
                "Health checks every 55 minutes after a look at the bills",
                "Keep the tiles for a week",
            ],
        ),
        ("Blocked", ["Carrier limits: need exponential backoff first"]),
    ]
    assert [each.meaning for each in sections(PLAIN_LOG)] == [
        Meaning.COMPLETED,
        Meaning.DECISION,
        Meaning.BLOCKED,
    ]
    assert marks(PLAIN_LOG) == ()


def test_items_know_their_lines_and_bytes() -> None:
    data = PLAIN_LOG.encode()
    first = items(data)[0]
    assert (first.line, first.place) == (4, "memory/2026-02-06.md:4")
    assert data[first.start : first.end].decode() == (
        "- ✅ Moved the label queue to the second host\n"
    )
    assert first.source == "✅ Moved the label queue to the second host"
    assert all(item.candidate for item in items(data))


def test_bold_lines_act_as_headings() -> None:
    log = """\
**Completed:**
- first
**Decisions**
- second
**Learned:**
- *third*

**Careful:** not a heading

__Blocked__:

a plain line
"""
    assert outline(log) == [
        ("Completed", ["first"]),
        ("Decisions", ["second"]),
        ("Learned", ["third", "Careful: not a heading"]),
        ("Blocked", ["a plain line"]),
    ]
    assert [each.meaning for each in sections(log)][1] is Meaning.DECISION


def test_a_bold_line_directly_above_its_text_is_a_heading_too() -> None:
    assert outline("**Decided:**\nthe queue stays\nas it is\n") == [
        ("Decided", ["the queue stays as it is"])
    ]


def test_a_bold_line_with_nothing_under_it_is_an_item() -> None:
    assert outline("## Notes\n\n**We moved house!**\n") == [("Notes", ["We moved house!"])]


def test_a_plain_label_names_the_list_under_it() -> None:
    assert outline("Completed:\n- one\n- two\n") == [("Completed", ["one", "two"])]
    assert outline("Three things were said in the call:\nand that was it\n") == [
        ("", ["Three things were said in the call: and that was it"])
    ]


def test_text_before_any_heading_and_repeated_headings_are_sections() -> None:
    log = "- early\n\n## Completed\n- a\n\n## Completed\n- b\n\n# Second title\n- c\n\n# Third\n"
    assert outline(log) == [
        ("", ["early"]),
        ("Completed", ["a"]),
        ("Completed", ["b"]),
        ("Second title", ["c"]),
    ]


def test_empty_sections_stay_and_bare_markers_are_no_items() -> None:
    assert outline("# Day\n\n## Blocked\n-\n\n## Done\n- x\n") == [("Blocked", []), ("Done", ["x"])]


def test_every_shape_of_an_item() -> None:
    log = """\
## All sorts
1. numbered
2) numbered otherwise
   - nested
     - deeper
* star
+ plus
- [ ] open box
- [x] ticked box

A paragraph that
flows on.

| what | value |
|---|---|
| queue | 12 |

> quoted
"""
    found = items(log)
    assert [item.text for item in found] == [
        "numbered",
        "numbered otherwise",
        "nested",
        "deeper",
        "star",
        "plus",
        "open box",
        "ticked box",
        "A paragraph that flows on.",
        "queue | 12",
        "quoted",
    ]
    assert [item.depth for item in found[:5]] == [0, 0, 1, 2, 0]
    assert found[7].meaning is Meaning.COMPLETED
    assert found[9].source == "| queue | 12 |"


def test_lines_with_a_time_an_emoji_or_a_foreign_bullet_are_items_of_their_own() -> None:
    log = "08:10 looked around\n08:40 found it\nand kept it\n✅ done\n• as well\n"
    assert [item.text for item in items(log)] == [
        "08:10 looked around",
        "08:40 found it and kept it",
        "✅ done",
        "as well",
    ]
    assert [item.line for item in items(log)] == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("14:02 went out", "14:02"),
        ("14:02 UTC went out", "14:02 UTC"),
        ("~14:02 went out", "~14:02"),
        ("2:05 PM went out", "2:05 PM"),
        ("2:05pm went out", "2:05pm"),
        ("09:05 - 09:40 in a call", "09:05 - 09:40"),
        ("09:05\u201309:40 CET in a call", "09:05\u201309:40 CET"),
        ("[14:02] bracketed", "14:02"),
        ("✅ 14:02 ticked", "14:02"),
        ("14:02:59 exact", "14:02:59"),
        ("1.42 is a version", None),
        ("27:75 is no time", None),
        ("12:345 is no time", None),
        ("at 14:02 in the middle", None),
        ("", None),
    ],
)
def test_times_at_the_start_are_found_as_written(text: str, time: str | None) -> None:
    assert time_at_start(text) == time


def test_labelled_lines_and_japanese_bullets_are_items_of_their_own() -> None:
    log = "Decision: one queue\n**Blocked:** no key\nStand: just\nso\n\n・一つ\n・二つ\n"
    assert [(item.text, item.line, item.meaning) for item in items(log)] == [
        ("Decision: one queue", 1, Meaning.DECISION),
        ("Blocked: no key Stand: just so", 2, Meaning.BLOCKED),
        ("一つ", 6, Meaning.PLAIN),
        ("二つ", 7, Meaning.PLAIN),
    ]


def test_a_session_transcript_is_shown_and_never_a_candidate() -> None:
    log = """\
# Session: 2026-02-06 11:05 UTC

- **Channel**: bench

user: we decided to move the queue
which was late
assistant: - noted

## Completed
- not ours to promote
"""
    kind, found, _ = parse_log(log.encode(), NAME, DAY)
    assert kind is LogKind.TRANSCRIPT
    texts = [item.text for section in found for item in section.items]
    assert "user: we decided to move the queue which was late" in texts
    assert not any(item.candidate for section in found for item in section.items)
    assert {item.meaning for section in found for item in section.items} == {Meaning.PLAIN}


def test_turns_without_a_title_make_a_transcript_and_one_speaker_does_not() -> None:
    assert parse_log(b"user: hi\nassistant: hello\n", NAME, DAY)[0] is LogKind.TRANSCRIPT
    assert parse_log(b"# 2026-02-06\n\nuser: hi\nassistant: hello\n", NAME, DAY)[0] is (
        LogKind.TRANSCRIPT
    )
    assert parse_log(b"# 2026-02-06\n- x\n\nuser: a\nassistant: b\n", NAME, DAY)[0] is LogKind.LOG
    assert parse_log(b"user: asked for a lamp\n", NAME, DAY)[0] is LogKind.LOG
    assert parse_log(b"# Session notes\n- we talked\n", NAME, DAY)[0] is LogKind.LOG


def test_machine_blocks_are_never_candidates() -> None:
    log = """\
## Mine
- before
<!-- openclaw:dreaming:light:start -->
## Light sleep
- dreamt
<!-- openclaw:dreaming:light:end -->
- after
"""
    assert [(item.text, item.candidate) for item in items(log)] == [
        ("before", True),
        ("dreamt", False),
        ("after", True),
    ]


def test_a_dreaming_fence_that_never_ends_reaches_to_the_next_heading_and_is_told() -> None:
    log = "- mine\n\n<!-- other:dreaming:rem:start -->\n- dreamt\n\n## Later\n- mine too\n"
    assert [item.candidate for item in items(log)] == [True, False, True]
    words = "the fence of another program at line 3 is never closed: taken to end "
    assert marks(log) == (f"{words}before line 6",)
    assert marks(log.partition("##")[0]) == (f"{words}with the file",)


def test_fences_of_any_program_count_when_they_are_closed() -> None:
    log = "<!-- bot:digest:start -->\n- kept by it\n\n<!-- bot:digest:end -->\n\n- mine\n"
    assert [item.candidate for item in items(log)] == [False, True]
    assert items("<!-- bot:digest:start -->\n\n- mine\n")[0].candidate


def test_a_fence_inside_code_fences_nothing() -> None:
    log = "```\n<!-- a:dreaming:b:start -->\n```\n- mine\n"
    assert [(item.text, item.candidate) for item in items(log)] == [("mine", True)]


def test_code_is_not_read_as_items_or_headings() -> None:
    log = "## Found\n```\n# not a heading\n- not an item\n```\n- an item\n"
    assert outline(log) == [("Found", ["an item"])]


def test_a_sentence_above_a_rule_is_no_heading() -> None:
    assert outline("## A\n- x\n\n*Updated in the evening*\n---\n- y\n") == [
        ("A", ["x", "Updated in the evening", "y"])
    ]


def test_a_sub_section_means_what_the_section_above_it_means() -> None:
    found = sections("## Decisions\n### The harbour\n- we stay\n## Other\n- x\n")
    assert [each.meaning for each in found] == [Meaning.DECISION, Meaning.DECISION, Meaning.PLAIN]
    assert found[1].items[0].meaning is Meaning.DECISION


@pytest.mark.parametrize(
    ("log", "mark"),
    [
        ("", "empty"),
        (" \n\n\t\n", "empty"),
        ("\ufeff\n", "empty"),
        ("# 2026-02-05 - Daily Log\n- x\n", "its heading says 2026-02-05"),
        ("# 2025-02-06\n- x\n", "its heading says the year 2025"),
        ("## February 5, 2026\n- x\n", "its heading says 2026-02-05"),
        ("# Friday, 5th February 2026\n- x\n", "its heading says 2026-02-05"),
        (b"- caf\xe9\n", "not all of it is UTF-8"),
        (b"- a\0b\n", "holds NUL bytes"),
    ],
)
def test_what_is_odd_is_marked_in_words(log: str | bytes, mark: str) -> None:
    assert mark in marks(log)


@pytest.mark.parametrize(
    "log",
    [
        "# 2026-02-06\n",
        "# Friday, February 6, 2026\n",
        "# 2026-02-05 to 2026-02-06\n",
        "# 2026-13-45\n",
        "## Morning\n- x\n\n## 2026-02-05 looked up\n- y\n",
        "- no heading\n",
    ],
)
def test_what_is_not_odd_is_not_marked(log: str) -> None:
    assert marks(log) == ()


def test_line_numbers_are_those_of_commonmark() -> None:
    data = "## A\r- one\r\n- two\u2028still two\u0085still\n- three\n".encode()
    assert [(item.line, item.text[:5]) for item in items(data)] == [
        (2, "one"),
        (3, "two\u2028s"),
        (4, "three"),
    ]


def test_the_digest_is_that_of_the_line_and_not_of_what_is_under_it() -> None:
    (alone,) = items("- the plan\n")
    with_child = items("- the plan\n  - a detail\n")[0]
    assert alone.digest == with_child.digest
    assert len(alone.digest) == 12
    assert with_child.end > alone.end


SHAPES = st.sampled_from(
    [
        "# 2026-02-06",
        "## Completed",
        "**Decisions:**",
        "- item",
        "  - nested",
        "- [x] box",
        "1. one",
        "| a | b |",
        "|---|---|",
        "```",
        "---",
        "",
        "user: hi",
        "assistant: ho",
        "<!-- x:dreaming:y:start -->",
        "<!-- x:dreaming:y:end -->",
        "14:02 things",
        "> quote",
        "✅ שלום 東京",
        "**bold** rest",
        "\u202eevil\u0085line",
        "    code",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(SHAPES, st.sampled_from(["\n", "\r\n", "\r", "\n\n"])), max_size=25),
    st.binary(max_size=8),
)
@example([("**a**", "\r"), ("- item", "\n")], b"\xff\x00")
def test_any_log_can_be_read_and_every_item_stands_where_it_says(
    lines: list[tuple[str, str]], tail: bytes
) -> None:
    data = "".join(line + end for line, end in lines).encode() + tail
    found = items(data)
    starts = [0]
    for index, byte in enumerate(data):
        if byte == 0x0A or (byte == 0x0D and data[index + 1 : index + 2] != b"\n"):
            starts.append(index + 1)
    for item in found:
        assert 0 <= item.start < item.end <= len(data)
        assert starts[item.line - 1] == item.start
        assert item.text
        assert item.source.split("\n")[0].split("\r")[0].encode("utf-8", "surrogateescape") in data
    assert [item.start for item in found] == sorted(item.start for item in found)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(data: bytes) -> None:
    parse_log(data, NAME, DAY)


def test_words_in_a_row_say_nothing_of_it_and_its_sign_does() -> None:
    head = "| state | what | note |\n|---|---|---|\n"
    rows = "| 429 | since midnight | see Blocked |\n| ✅ | the torch | was blocked |\n"
    assert [each.meaning for each in items(head + rows)] == [Meaning.PLAIN, Meaning.COMPLETED]
    assert {each.meaning for each in items(f"## Blocked\n\n{head}{rows}")} == {
        *(Meaning.BLOCKED, Meaning.COMPLETED),
    }


def test_a_checkbox_is_known() -> None:
    assert [each.checked for each in items("- [ ] a\n- [x] b\n- c\n")] == [False, True, None]
