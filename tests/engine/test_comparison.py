"""Comparing many lines with many items: the same as one by one, in breaths, and never twice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.curated.comparison import SLICE, Comparison
from memdeck.curated.likeness import alike, likeness, said, scores
from memdeck.curated.sections import parse_memory
from memdeck.curated.sieve import Sieve
from memdeck.model import Item

WORDS = st.lists(
    st.sampled_from(["tide", "tides", "gull", "the", "完成した", "a", "החלטה", "🚀", "2026-02-04"]),
    max_size=6,
).map(" ".join)


def items(lines: Sequence[str]) -> list[Item]:
    data = "## A\n" + "".join(f"- {line}\n" for line in lines)
    return [item for section in parse_memory(data.encode()) for item in section.items]


def one_by_one(
    texts: Sequence[str], known: Sequence[Item], threshold: float
) -> dict[str, tuple[tuple[Item, float], ...]]:
    return {text: alike(text, known, threshold, limit=len(known)) for text in texts}


@given(
    st.lists(
        st.tuples(st.lists(WORDS, max_size=5), st.lists(WORDS, max_size=5), st.integers(0, 9)),
        max_size=5,
    ),
    st.sampled_from([0.0, 50.0, 80.0, 100.0]),
)
def test_whatever_comes_and_goes_it_says_what_comparing_one_by_one_says(
    rounds: list[tuple[list[str], list[str], int]], threshold: float
) -> None:
    comparison = Comparison(threshold)
    for texts, lines, patience in rounds:
        known = items(lines)
        left = iter([False] * patience)
        part = comparison.compare(texts, known, stop=lambda left=left: next(left, True))  # type: ignore[misc]
        whole = one_by_one(texts, known, threshold)
        assert part.items() <= whole.items()
        if patience % 2:
            assert comparison.compare(texts, known) == whole


def test_after_an_edit_only_what_changed_is_compared() -> None:
    comparison = Comparison(80)
    lines = [f"gull {number} was seen at pier {number}" for number in range(40)]
    texts = [f"tern {number} was seen at pier {number}" for number in range(30)]
    comparison.compare(texts, items(lines))
    assert comparison.compared == 40 * 30
    comparison.compare(texts, items(lines))
    comparison.compare(texts[5:], items(lines[:7] + lines[9:]))
    assert comparison.compared == 40 * 30
    edited = [*lines[:7], "something else", *lines[8:]]
    comparison.compare(texts[5:], items(edited))
    assert comparison.compared == 40 * 30 + 25
    # What was taken out and put back by an undo has been compared before.
    comparison.compare(texts[5:], items(lines))
    assert comparison.compared == 40 * 30 + 25
    comparison.compare([*texts[5:], "a new line"], items(lines))
    assert comparison.compared == 40 * 30 + 25 + 41


def test_what_is_gone_for_good_is_forgotten() -> None:
    comparison = Comparison(80)
    texts = ["gull at the pier"]
    for turn in range(30):
        known = items([f"line {number} of turn {turn}" for number in range(50)])
        assert comparison.compare(texts, known) == one_by_one(texts, known, 80)
    assert len(comparison._others) <= 2 * 50 + SLICE


def test_it_breathes_after_every_slice_and_goes_on_where_it_was_stopped() -> None:
    known = items([f"gull {number} was seen at pier {number}" for number in range(3 * SLICE)])
    breaths: list[int] = []
    comparison = Comparison(80)
    comparison.compare(["tern 9"], known, breathe=lambda: breaths.append(comparison.compared))
    assert max(after - before for before, after in pairwise(breaths)) <= SLICE
    assert breaths[-1] == 3 * SLICE
    stopped = Comparison(80)
    assert stopped.compare(["tern 9"], known, stop=lambda: stopped.compared >= SLICE) == {}
    assert stopped.compared == SLICE
    assert stopped.compare(["tern 9"], known) == one_by_one(["tern 9"], known, 80)
    assert stopped.compared == 3 * SLICE


def test_a_line_of_a_thousand_words_is_compared_in_smaller_slices() -> None:
    known = items(["gull at the pier"] * 3 + [f"gull {number}" for number in range(SLICE)])
    seen: list[int] = [0]
    comparison = Comparison(80)
    comparison.compare(["tern " * 1000], known, breathe=lambda: seen.append(comparison.compared))
    assert max(after - before for before, after in pairwise(seen)) < SLICE / 8


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        ("החלטנו לשמור את היומנים שלושים יום", "- **החלטנו** לשמור את היומנים 30 יום", 80),
        ("קָרָאנוּ אֶת הַיּוֹמָן", "✅ קָרָאנוּ אֶת הַיּוֹמָן!", 100),
        ("קראנו את היומן", "קָרָאנוּ אֶת הַיּוֹמָן", 100),
        ("قررنا الإرسال", "قَرَّرْنَا الإِرْسَال", 100),
        ("قررنا إرسال الفواتير مرة في الشهر", "2026-02-04: قررنا إرسال الفواتير مرة في الشهر", 100),
        ("决定以后只用一个队列", "- 决定：以后只用一个队列", 70),
        ("鍵は九十日ごとに交換する", "🔑 **鍵は九十日ごとに交換する**", 100),
        ("로그는 30일 동안 보관한다", "로그는 30일 동안만 보관한다", 80),
        ("✅ Shipped 1️⃣ 🚀", "shipped 1", 100),
        ("Ｆｕｌｌ width", "full width", 100),
    ],
)
def test_lines_of_every_script_are_told_alike(one: str, other: str, least: float) -> None:
    assert likeness(one, other) >= least
    found = Comparison(least).compare([one], items([other]))
    assert found[one] == alike(one, items([other]), 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [("决定使用队列", "鍵は交換する"), ("החלטנו לשמור", "قررنا إرسال"), ("🚀🚀🚀", "✅✅✅")],
)
def test_lines_of_every_script_are_told_apart(one: str, other: str) -> None:
    assert likeness(one, other) < 60


def test_a_sign_alone_says_nothing_that_could_be_like_another() -> None:
    assert said("—") == said("— ")
    assert Comparison(0).compare([""], items(["gull"])) == {"": ()}


SAID = st.one_of(
    st.lists(
        st.sampled_from(
            ["tide", "tides", "tied", "gull", "the", "a", "完成", "成し", "ħ", "e\u0301", "x" * 40]
        ),
        max_size=8,
    ).map(" ".join),
    st.text(max_size=30).map(said),
)


@given(SAID, st.lists(SAID, max_size=6), st.sampled_from([60.0, 75.0, 80.0, 90.0, 98.0, 100.0]))
def test_the_sieve_lets_no_pair_go_that_is_alike(
    mine: str, others: list[str], threshold: float
) -> None:
    sieve = Sieve(threshold)
    near = sieve.near(sieve.sign(mine), [sieve.sign(other) for other in others])
    for place, other in enumerate(others):
        if other in scores(mine, [other], threshold):
            assert place in near


def test_the_sieve_tells_most_lines_apart() -> None:
    sieve = Sieve(80)
    lines = [
        "Counted 41 terns at the north pier before breakfast",
        "The tide service answers with last year's tables",
        "Moved the dawn count to seven because of fog",
        "Oiled the winch and the spare winch",
    ]
    signed = [sieve.sign(said(line)) for line in lines]
    assert [sieve.near(each, signed) for each in signed] == [[0], [1], [2], [3]]
    assert Sieve(20).near(signed[0], signed) == [0, 1, 2, 3]
