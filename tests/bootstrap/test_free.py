"""What could be retired to free tokens: ranked, never twice, and never what is not ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.bootstrap.free import OLD_DAYS, Proposal, Why, enough, proposals, running
from memdeck.curated.edits import Retire
from memdeck.curated.sections import parse_memory
from memdeck.model import Budget, Item, MemoryFile, Part, Piece, Source

TODAY = date(2026, 2, 6)
PATH = Path("/agent/MEMORY.md")


def memory_of(text: str | bytes) -> MemoryFile:
    data = text.encode() if isinstance(text, str) else text
    return MemoryFile(PATH, data, exists=True, sections=parse_memory(data))


def budget_of(memory: MemoryFile, name: str = "MEMORY.md") -> Budget:
    """As the bootstrap is counted, with a token for each word."""
    data = memory.data
    starts = tuple(found.start() for found in re.finditer(rb"\S+", data))
    part = Part(
        *(name, (name,), data, 0, len(starts)),
        pieces=(Piece(0, len(data), name, 0, len(data)),),
        sources=(Source(name, data),),
    )
    return Budget("article", "words", 15_000, len(starts), (part,), starts)


def proposed(
    text: str | bytes, *, wanted: int = 0, threshold: float = 80.0
) -> tuple[Proposal, ...]:
    memory = memory_of(text)
    return proposals(memory, budget_of(memory), today=TODAY, wanted=wanted, threshold=threshold)


def told(found: Sequence[Proposal]) -> list[tuple[int, str]]:
    return [(each.item.line, each.words) for each in found]


MEMORY = """\
# Memory

## Active Projects
- **Kestrel** - bird counts, weekly
  - waits for the tide tables
- **Lantern** - done since the spring

## Decisions
- 2025-06-01: Counted birds at dawn only
- 2026-02-05: One queue for all of the gulls, and a second one for terns and for skuas, as
  the terns come late, the skuas come when they like, and nobody who counts at dawn in the fog
  of the north pier with a torch in one hand wants to look up in which of the two lists they go
- Retry with jitter, never at once

## Lessons
- Always check the tide before sailing
- **Always** check the tide before sailing!
- Before sailing, always check the tide table
"""


def test_duplicates_come_first_then_the_longest_then_the_oldest_then_what_is_done() -> None:
    assert told(proposed(MEMORY)) == [
        (17, "says the same as line 16"),
        (10, "the longest: 60 tokens"),
        (9, "dated 2025-06-01, 250 days ago"),
        (6, "the project seems finished: “done since the spring”"),
    ]


def test_once_a_duplicate_is_gone_what_is_like_the_other_is_proposed() -> None:
    (found, *_) = proposed(MEMORY.replace("- **Always** check the tide before sailing!\n", ""))
    assert (found.item.line, found.words) == (16, "98% like line 17")


def test_what_stands_for_a_duplicate_stays() -> None:
    text = "- the tide\n- The tide.\n- " + "the tide comes in at night " * 3 + "\n"
    (found, *others) = proposed(text, wanted=99)
    assert (found.item.line, found.words, found.why) == (2, "says the same as line 1", Why.SAME)
    assert found.twin is not None
    assert found.twin.line == 1
    assert 1 not in [each.item.line for each in others]


def test_of_two_that_are_alike_the_less_complete_is_proposed_wherever_it_stands() -> None:
    short, long = "Check the tide table before sailing", "Check the tide table before sailing out"
    for text, line, other in ((f"- {short}\n- {long}\n", 1, 2), (f"- {long}\n- {short}\n", 2, 1)):
        (found,) = proposed(text)
        assert found.item.line == line
        assert found.why is Why.ALIKE
        assert re.fullmatch(rf"9\d% like line {other}", found.words)
    assert proposed(f"- {short}\n- {long}\n", threshold=100) == ()


def test_of_equal_ones_the_dated_one_says_more() -> None:
    (found,) = proposed("- moved the queue\n- 2026-02-04: Moved the queue\n")
    assert found.item.line == 1


def test_an_item_goes_with_its_nested_ones_and_they_are_not_counted_twice() -> None:
    text = "- Kestrel\n  - bird counts\n  - waits\n- Gulls\n- Kestrel\n  - bird counts\n  - waits\n"
    (found,) = proposed(text)
    assert told([found]) == [(5, "says the same as line 1, with 2 nested items")]
    assert found.tokens == len(["-", "Kestrel", "-", "bird", "counts", "-", "waits"])


def test_two_of_one_name_with_other_things_under_them_are_no_duplicates() -> None:
    assert proposed("- Kestrel\n  - counts of birds\n- Kestrel\n  - needs a new motor soon\n") == ()


def test_a_child_that_repeats_its_parent_is_not_held_against_it() -> None:
    assert proposed("- the tide\n  - the tide\n") == ()


def test_the_text_of_other_programs_is_never_proposed_and_stands_for_nothing() -> None:
    fence = "<!-- openclaw:dreaming:x:{} -->"
    kept = f"{fence.format('start')}\n- the tide\n{fence.format('end')}\n"
    text = f"## A\n- the tide\n\n{kept}\n## Consolidated Memory (week 5)\n- the tide\n"
    assert [each.item.line for each in proposed(text, wanted=999)] == [2]
    assert [each.why for each in proposed(text, wanted=999)] == [Why.LENGTH]
    holder = (
        "- top\n  <!-- openclaw:dreaming:x:start -->\n  - in\n  <!-- openclaw:dreaming:x:end -->\n"
    )
    assert proposed(holder, wanted=999) == ()


def test_a_date_to_come_or_a_recent_one_keeps_an_item() -> None:
    text = (
        "- 2025-06-01: certificate, runs until 2026-09-01\n"
        "- Jun 1, 2025: moved; looked at again on 2026-02-01\n"
        "- the gate was painted on 3 March 2025 in red\n"
        "- 2026-01-08: not old enough yet\n"
        "- 在2025年1月2日改为黄色\n"
        "- version 12025-06-01 of 1066-10-14 and 2025-13-45\n"
    )
    assert told(proposed(text)) == [
        (5, "dated 2025-01-02, 400 days ago"),
        (3, "dated 2025-03-03, 340 days ago"),
    ]
    assert OLD_DAYS == 30


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("- [x] Order the torch", "checked off"),
        ("1. [X] Order the torch", "checked off"),
        ("- ~~Kestrel, the bird counts~~", "struck through"),
        ("- ✅ Kestrel", "it is marked as completed"),
        ("- The gate is closed, its lock released after four", None),
        ("- **Kestrel** (shipped)", "the project seems finished: “shipped”"),
        ("- Kestrel: abgeschlossen im Mai", "the project seems finished: “abgeschlossen im Mai”"),
        ("- **Kestrel** - live map; the map itself is done", None),
        ("- **Kestrel** - not done", None),
        ("- [ ] Order the torch", None),
    ],
)
def test_what_seems_finished_is_proposed_with_its_reason(line: str, words: str | None) -> None:
    found = proposed(f"## Projects\n{line}\n")
    assert [each.words for each in found] == ([] if words is None else [words])


def test_what_stands_among_the_completed_is_proposed() -> None:
    assert [each.words for each in proposed("## Completed\n- Kestrel\n")] == [
        "it stands among what is completed"
    ]


def test_the_rest_follows_by_length_until_enough_is_free() -> None:
    text = "- a b c d\n- e f g\n- h i\n"
    assert proposed(text) == ()
    assert told(proposed(text, wanted=1)) == [(1, "by its length: 5 tokens")]
    assert [each.item.line for each in proposed(text, wanted=6)] == [1, 2]
    assert [each.item.line for each in proposed(text, wanted=999)] == [1, 2, 3]


def test_enough_says_how_many_from_the_top() -> None:
    found = proposed("- a b c d\n- e f g\n- h i\n", wanted=999)
    assert running(found) == (5, 9, 12)
    assert [enough(found, wanted) for wanted in (-1, 0, 1, 5, 6, 12, 13)] == [
        0,
        0,
        1,
        1,
        2,
        3,
        None,
    ]
    assert enough((), 0) == 0
    assert enough((), 1) is None


def test_without_memory_in_the_profile_nothing_is_proposed() -> None:
    memory = memory_of(MEMORY)
    budget = budget_of(memory, "AGENTS.md")
    assert proposals(memory, budget, today=TODAY, wanted=99, threshold=80) == ()
    empty = memory_of(b"")
    assert proposals(empty, budget_of(empty), today=TODAY, wanted=99, threshold=80) == ()


def test_what_the_session_is_not_given_frees_nothing_and_is_left_out() -> None:
    memory = memory_of("- the first one\n- the second one\n")
    whole = budget_of(memory)
    starts = tuple(each for each in whole.token_starts if each < 16)
    part = Part(
        *("MEMORY.md", ("MEMORY.md",), memory.data[:16], 0, len(starts)),
        pieces=(Piece(0, 16, "MEMORY.md", 0, 16),),
    )
    budget = Budget("openclaw", "words", 15_000, len(starts), (part,), starts, cuts_down=True)
    found = proposals(memory, budget, today=TODAY, wanted=99, threshold=80)
    assert [each.item.line for each in found] == [1]


@pytest.mark.parametrize(
    "data",
    [
        b"- \xff\xfe bytes\n- \xff\xfe bytes\n",
        b"\xef\xbb\xbf- a\r\n- a\r- a\n",
        b"- \x1b[2J\x00\n- \xe2\x80\xae evil\n- \x1b[2J\x00\n",
        b"| a | b |\n|---|---|\n| c | d |\n| c | d |\n",
        b"- - - nested\n- - - nested\n",
        b"<<<<<<< ours\n- a\n=======\n- a\n>>>>>>> theirs\n",
        b"- x\n" * 300,
    ],
)
def test_any_bytes_are_ranked(data: bytes) -> None:
    check(memory_of(data), 10, 80.0)


LINES = st.sampled_from(
    [
        "- the tide comes in at night",
        "- The **tide** comes in at night.",
        "- the tide comes in at night, every night",
        "  - the tide",
        "    - 2025-01-01: below",
        "- ✅ gulls counted",
        "- [x] terns",
        "- 2024-05-05: an old one " + "and long " * 12,
        "- 完成 了",
        "## Projects",
        "**Done:**",
        "- Working:",
        "",
        "a paragraph of some words",
        "<!-- openclaw:dreaming:x:start -->",
        "<!-- openclaw:dreaming:x:end -->",
        "<!-- importance: 7 -->",
        "## Consolidated Memory (week 5)",
        "| a | b |\n|---|---|\n| c | d |",
        "```",
    ]
)


@given(
    st.lists(LINES, max_size=24),
    st.integers(min_value=-5, max_value=200),
    st.sampled_from([0.0, 50.0, 80.0, 100.0]),
)
def test_a_ranking_never_touches_what_is_not_ours_and_nothing_twice(
    lines: list[str], wanted: int, threshold: float
) -> None:
    check(memory_of("\n".join(lines) + "\n"), wanted, threshold)


def check(memory: MemoryFile, wanted: int, threshold: float) -> None:
    budget = budget_of(memory)
    found = proposals(memory, budget, today=TODAY, wanted=wanted, threshold=threshold)
    again = proposals(memory, budget, today=TODAY, wanted=wanted, threshold=threshold)
    assert found == again
    assert len({each.id for each in found}) == len(found)
    assert [list(Why).index(each.why) for each in found] == sorted(
        list(Why).index(each.why) for each in found
    )
    spans = sorted((each.item.start, each.item.end) for each in found)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    foreign = [item for item in memory.items if item.foreign]
    twins = [each.twin for each in found if each.twin is not None]
    for each in found:
        assert not any(overlap(each.item, other) for other in (*foreign, *twins))
        assert each.tokens == budget.tokens_of("MEMORY.md", each.item.start, each.item.end)
        assert each.tokens > 0
        assert each.words
    total = running(found)[-1] if found else 0
    assert total <= budget.tokens
    count = enough(found, wanted)
    if count is None:
        assert total < wanted
    else:
        assert sum(each.tokens for each in found[:count]) >= wanted
        assert count == 0 or sum(each.tokens for each in found[: count - 1]) < wanted


def overlap(one: Item, other: Item) -> bool:
    return one.start < other.end and other.start < one.end


def test_what_is_proposed_can_be_retired_all_at_once() -> None:
    memory = memory_of(MEMORY)
    found = proposed(MEMORY, wanted=999)
    edit = Retire(tuple(each.id for each in found)).plan(memory.data)
    after = edit.apply(memory.data)
    left = [item.text for section in parse_memory(after) for item in section.items]
    gone = [item for item in memory.items if any(overlap(item, each.item) for each in found)]
    assert left == [item.text for item in memory.items if item not in gone]
    assert len(found) > 4
