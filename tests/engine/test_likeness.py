"""How alike lines are, and which section is proposed for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.curated.likeness import alike, contained, like_one_before, likeness, normalised, said
from memdeck.curated.sections import parse_memory
from memdeck.curated.suggest import propose_section
from memdeck.model import Item, Meaning


def items(data: str) -> list[Item]:
    return [item for section in parse_memory(data.encode()) for item in section.items]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("- ✅ **Moved** the interval", "moved the interval"),
        ("2026-02-04: Moved the interval", "Moved the interval"),
        ("04.02.2026 Moved the interval.", "moved the interval"),
        ("14:02 Moved the interval", "~14:02 - Moved the interval"),
        ("[x] moved the `interval`", "1. [x] moved the interval <!-- importance: 7 -->"),
        ("see [the page](https://example.org)", "see the page"),
        ("⚠️ Straße", "STRASSE"),
        ("2026年2月4日：间隔改为55分钟", "间隔改为55分钟"),
        ("ｆｕｌｌ width", "full width"),
    ],
)
def test_lines_that_say_the_same_are_equal(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)
    assert likeness(one, other) == 100


@pytest.mark.parametrize(
    ("one", "other"),
    [("2026-02-04", "2026-02-05"), ("✅", "❌"), ("v1.2", "v1.3"), ("-5 degrees", "5.5 degrees")],
)
def test_lines_that_differ_in_little_are_not_the_same(one: str, other: str) -> None:
    assert likeness(one, other) < 100


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("Moved digest interval to 55min after the count",
         "2026-02-06: Digest interval to 55min after the count", 90, 99),
        ("Reading a feed without paging: timeouts on the long ones",
         "Feeds read without paging time out on the long ones", 75, 95),
        ("Use helpers", "Use helpers for research that needs more than a page of output", 20, 70),
        ("cache", "Keep answers of the search in the cache for four hours", 0, 60),
        ("Fixed the leak", "Fixed the leak in the crawler that lost feeds after midnight", 20, 75),
        ("The printer needs paper", "Never store the key in the log", 0, 50),
        ("将心跳间隔从30分钟改为55分钟", "心跳间隔改为55分钟，节省成本", 60, 95),
        ("将心跳间隔从30分钟改为55分钟", "缓存网页搜索结果四小时", 0, 45),
        ("キューは一つにする", "キューは一つだけ使う", 50, 95),
        ("Очередь одна на всех", "Одна очередь на всех агентов", 75, 99),
    ],
)  # fmt: skip
def test_likeness_is_what_a_person_would_say(one: str, other: str, low: int, high: int) -> None:
    assert low <= likeness(one, other) <= high
    assert likeness(one, other) == likeness(other, one)


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_a_percentage_of_any_two_texts(one: str, other: str) -> None:
    score = likeness(one, other)
    assert 0 <= score <= 100
    assert (score == 100) == (likeness(other, one) == 100)


@given(st.text(min_size=1, max_size=60))
def test_a_line_is_like_itself(text: str) -> None:
    assert likeness(text, text) == (100 if normalised(text) else 0)


def test_the_most_alike_come_first_and_only_from_the_threshold_on() -> None:
    known = items(
        "## A\n- interval to 55 minutes\n- the interval is 55 minutes now\n- the printer\n"
        "- interval to 55 minutes\n"
    )
    found = alike("2026-02-04: interval to 55 minutes", known, 60)
    assert [(item.line, score) for item, score in found][:2] == [(2, 100.0), (5, 100.0)]
    assert found[2][0].line == 3
    assert len(found) == 3
    assert len(alike("interval to 55 minutes", known, 60, limit=1)) == 1
    assert alike("", known, 0) == ()
    assert alike("x", [], 0) == ()


@given(st.text(max_size=20), st.lists(st.sampled_from(["a b c", "b a", "完成", "a"]), max_size=4))
def test_alike_finds_what_likeness_says(text: str, lines: list[str]) -> None:
    known = items("## A\n" + "".join(f"- {line}\n" for line in lines))
    found = {item.id: score for item, score in alike(text, known, 50, limit=99)}
    for item in known:
        score = likeness(text, item.text)
        assert (item.id in found) == (score >= 50 and bool(normalised(text)))
        assert found.get(item.id, score) == score


@given(
    st.lists(
        st.lists(
            st.sampled_from(["tide", "tides", "gull", "the", "完成", "a", ""]), max_size=9
        ).map(" ".join),
        max_size=9,
    ),
    st.sampled_from([0.0, 40.0, 75.0, 90.0, 100.0]),
    st.booleans(),
)
def test_each_text_finds_the_one_before_it_that_likeness_names(
    texts: list[str], threshold: float, odd: bool
) -> None:
    def may_stand_for(one: int, other: int) -> bool:
        return not odd or (one + other) % 2 == 1

    found = like_one_before(texts, threshold, may_stand_for)
    assert len(found) == len(texts)
    for index, like in enumerate(found):
        before = [each for each in range(index) if may_stand_for(each, index)]
        # Of several that say the same the first stands for the others.
        first = [each for each in before if (found[each] or (0, 0.0))[1] < 100]
        same = [each for each in first if likeness(texts[each], texts[index]) == 100]
        # What is itself like another is named by nobody but by what says the same.
        likes = [
            (likeness(texts[each], texts[index]), -each) for each in before if found[each] is None
        ]
        best = max((each for each in likes if each[0] >= threshold and texts[-each[1]].strip()),
                   default=None)  # fmt: skip
        if not texts[index].strip():
            assert like is None
        elif same:
            assert like == (same[0], 100.0)
        elif best is None:
            assert like is None
        else:
            assert like == (-best[1], best[0])


MEMORY = """\
# M

## Active Projects
- **Tide Mail** - sends the morning mail

## Critical Decisions
- one queue

## Patterns
- Working:
  - read the schema before writing a client
- Failed:

## Hosts and tools
- quay runs the board

## Consolidated Memory (week 5)
- blocked by the printer
"""


@pytest.mark.parametrize(
    ("text", "meaning", "address", "confident", "why"),
    [
        ("Interval is 55 minutes", Meaning.DECISION, "Critical Decisions", True,
         "it reads like a decision"),
        ("Send long questions to a helper", Meaning.LESSON, "Patterns / Working", True,
         "it reads like a lesson"),
        ("Reading without paging", Meaning.FAILED, "Patterns / Failed", True,
         "it reads like something that failed"),
        ("Shipped the second mail", Meaning.COMPLETED, "Active Projects", False,
         "it reads like something completed"),
        ("Waiting for the key", Meaning.BLOCKED, "Active Projects", False,
         "it reads like something blocked"),
        ("The hosts and tools were renamed", Meaning.PLAIN, "Hosts and tools", False,
         "the section's title is in the line"),
        ("quay runs the whole board", Meaning.PLAIN, "Hosts and tools", False,
         "line 15 is like it"),
        ("Kite", Meaning.PROJECT, "Active Projects", True, "it reads like a project"),
    ],
)  # fmt: skip
def test_a_section_is_proposed_and_why(
    text: str, meaning: Meaning, address: str, confident: bool, why: str
) -> None:
    proposal = propose_section(text, meaning, parse_memory(MEMORY.encode()))
    assert proposal is not None
    assert (proposal.address, proposal.confident, proposal.why) == (address, confident, why)


def test_without_a_hint_nothing_is_proposed() -> None:
    sections = parse_memory(MEMORY.encode())
    assert propose_section("The weather is fine", Meaning.PLAIN, sections) is None
    assert propose_section("One queue", Meaning.DECISION, ()) is None


@pytest.mark.parametrize("memory", [b"- a\n- b\n", b"# Memory\n\n## Notes\n- a\n"])
def test_the_only_section_is_proposed_without_certainty(memory: bytes) -> None:
    sections = parse_memory(memory)
    proposal = propose_section("The weather is fine", Meaning.PLAIN, sections)
    assert proposal is not None
    assert (proposal.address, proposal.confident) == (sections[-1].address, False)
    assert proposal.why == "it is the only section"


def test_two_sections_of_one_meaning_are_no_certainty() -> None:
    sections = parse_memory("## Decisions\n- a\n## 决定\n- b\n- c\n".encode())
    proposal = propose_section("One queue", Meaning.DECISION, sections)
    assert proposal is not None
    assert (proposal.address, proposal.confident) == ("决定", False)


def test_a_line_of_a_failure_goes_to_the_lessons_when_there_is_no_better_place() -> None:
    sections = parse_memory(b"## Lessons\n- a\n## Decisions\n- b\n")
    proposal = propose_section("It crashed", Meaning.FAILED, sections)
    assert proposal is not None
    assert (proposal.address, proposal.confident) == ("Lessons", False)


# --- A part of something longer ------------------------------------------------

LABELS = "One label format (PDF/A, 100 x 150 mm) for all carriers, converted at the edge"


@pytest.mark.parametrize(
    ("part", "whole", "is_part"),
    [
        (LABELS, f"2026-01-12: {LABELS}; the old printers keep theirs until they break", True),
        ("labels are stored for two years", "All labels are stored for two years, then sold", True),
        # Too short to say anything, words of others, other words, another order.
        ("at the end", "The lamp was lit at the end of the pier, and at dawn again", False),
        ("Blocked by Mira", "Blocked by Mira and by the tariffs of the islands, until May", False),
        ("the ferry leaves at four from the pier", "the ferry leaves at nine from the port", False),
        ("two years are labels stored for all", "All labels are stored for two years", False),
    ],
)
def test_a_part_of_a_longer_line_is_told_from_what_is_none(
    part: str, whole: str, is_part: bool
) -> None:
    assert (contained(said(part), said(whole)) >= 95) is is_part


@given(
    st.lists(st.sampled_from(["tide", "gull", "pier", "lamp", "winch", "the"]), max_size=6),
    st.lists(st.sampled_from(["tide", "gull", "harbour", "customs", "ferry"]), max_size=9),
    st.lists(st.sampled_from(["tide", "gull", "pier", "lamp", "winch", "the"]), max_size=6),
)
def test_whole_words_in_a_row_are_a_part_when_they_say_something(
    before: list[str], part: list[str], after: list[str]
) -> None:
    short, long = " ".join(part), " ".join((*before, *part, *after))
    says = len(part) >= 5 or len(short) >= 25
    assert contained(short, long) == contained(long, short) == (99 if says else 0)
