"""Which lines answer and where the matches stand, held against a search that takes its time."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from memdeck.search import Mode, Query
from memdeck.search.fold import decoded, fold, with_line_feeds
from memdeck.search.matchers import matcher_of
from memdeck.search.matching import Match, Matcher, Stopped, lines_of
from memdeck.search.pattern import PatternMatcher, TakesTooLong

ALPHABET = st.sampled_from("aAbBiIİıkK\u212asSßẞſσςΣéÉяЯ東 \t\n\r\x00\u2028\u0085")
HOSTILE = st.one_of(
    st.text(ALPHABET, max_size=60).map(lambda text: text.encode("utf-8")),
    st.binary(max_size=60),
    st.lists(st.one_of(st.text(ALPHABET, max_size=9).map(str.encode), st.binary(max_size=3))).map(
        b"".join
    ),
)
TERM = st.text(ALPHABET.filter(lambda each: each not in "\r\n"), min_size=1, max_size=4)


def lines(data: bytes) -> list[bytes]:
    """As CommonMark counts them; a final line end begins no further line."""
    found = re.split(rb"\r\n|\n|\r", data)
    return found if found[-1] else found[:-1]


def found(matcher: Matcher, data: bytes) -> list[int]:
    """The numbers of the lines that answer, after making sure of their spans."""
    part = with_line_feeds(data)
    (matches,) = matcher.matches([part])
    starts = {start: number for number, (start, _, _) in enumerate(lines_of(part))}
    for each in matches:
        text = decoded(part[each.start : each.end])
        spans = matcher.spans(text) if each.spans is None else each.spans
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert list(spans) == sorted(spans)
        assert all(one[1] < other[0] for one, other in pairwise(spans))
    return [starts[each.start] for each in matches]


def same(one: str, other: str) -> bool:
    """Whether two characters are the same when case does not count."""
    pairs = {"İ": "i", "ς": "σ"}
    one, other = (pairs.get(each, each) for each in (one, other))
    return pairs.get(one.lower(), one.lower()) == pairs.get(other.lower(), other.lower())


def stands_in(term: str, line: str) -> bool:
    """Character by character."""
    return any(
        all(same(a, b) for a, b in zip(term, line[at : at + len(term)], strict=True))
        for at in range(len(line) - len(term) + 1)
    )


@given(HOSTILE, st.lists(TERM, min_size=1, max_size=3))
@example("İstanbul\nISTANBUL".encode(), ["istanbul"])
@example("5 \u212a and 5 k".encode(), ["5 k"])
@example("ΟΔΟΣ\nοδος\nοδοσ".encode(), ["οδος"])
@example("straße\nSTRASSE\nSTRAẞE".encode(), ["straße"])
@example(b"a\rb\r\nab", ["b"])
@example(b"\xff\xfea\xff", ["a"])
def test_exact_finds_what_a_character_by_character_search_finds(
    data: bytes, terms: list[str]
) -> None:
    wanted = [
        number
        for number, line in enumerate(lines(data))
        if all(stands_in(each, line.decode("utf-8", "surrogateescape")) for each in terms)
    ]
    matcher = matcher_of(Query(tuple(terms), case=False), lambda: False)
    assert found(matcher, data) == wanted


@given(HOSTILE, TERM)
def test_with_case_it_finds_what_stands_there(data: bytes, term: str) -> None:
    wanted = [
        number
        for number, line in enumerate(lines(data))
        if term in line.decode("utf-8", "surrogateescape")
    ]
    assert found(matcher_of(Query((term,), case=True), lambda: False), data) == wanted


@given(HOSTILE, TERM)
def test_the_spans_of_a_word_are_its_places(data: bytes, term: str) -> None:
    matcher = matcher_of(Query((term,), case=False), lambda: False)
    part = with_line_feeds(data)
    for match in matcher.matches([part])[0]:
        text = decoded(part[match.start : match.end])
        spans = matcher.spans(text)
        assert spans
        first = text[spans[0][0] : spans[0][0] + len(term)]
        assert all(same(a, b) for a, b in zip(term, first, strict=True))


@given(st.text())
def test_to_fold_changes_no_length(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_each_letter_folds_to_one() -> None:
    assert all(len(fold(chr(code))) == 1 for code in range(0x110000))


def test_spans_are_characters_of_the_line_behind_letters_of_more_bytes() -> None:
    line = "İİ 東京 ß: the Tide, the TIDE"
    matcher = matcher_of(Query(("tide", "the"), case=False), lambda: False)
    spans = matcher.spans(line)
    assert [line[start:end] for start, end in spans] == ["the", "Tide", "the", "TIDE"]


def test_a_term_with_a_line_end_is_in_no_line() -> None:
    assert found(matcher_of(Query(("a\nb",)), lambda: False), b"a\nb\n") == []


def test_without_words_every_line_that_says_something_answers() -> None:
    assert found(matcher_of(Query(), lambda: False), b"a\n\n \t\r\nb") == [0, 3]


# --- Patterns ----------------------------------------------------------------


def test_a_pattern_is_tried_on_each_line_alone() -> None:
    matcher = PatternMatcher(r"^b\s*$|tide.*dawn", ignore_case=True)
    data = b"a\nb\r\nTide, then dawn\ntide\ndawn\n\xff tide dawn"
    try:
        assert found(matcher, data) == [1, 2, 5]
        assert matcher.matches([b"", b"tide dawn\n"])[1] == [Match(0, 9, None, ((0, 9),))]
    finally:
        matcher.close()


@given(HOSTILE, st.sampled_from([r"\w+", "a|ß", r"[^a]", "$", r"\s", "i", r"(?<=a)b"]))
def test_patterns_find_what_re_finds_line_by_line(data: bytes, pattern: str) -> None:
    from memdeck.search import pattern_helper

    compiled = re.compile(pattern, re.IGNORECASE)
    wanted = [
        number
        for number, line in enumerate(lines(data))
        if compiled.search(line.decode("utf-8", "surrogateescape"))
    ]
    answer = pattern_helper.found(compiled, with_line_feeds(data))
    assert [number for number, _ in answer] == wanted


def test_a_pattern_that_would_take_for_ever_is_ended_in_words() -> None:
    matcher = PatternMatcher("(a+)+$", ignore_case=False, patience=0.1)
    with pytest.raises(TakesTooLong, match="takes too long"):
        matcher.matches([b"a" * 60 + b"b\n"])
    matcher.close()


def test_a_pattern_that_takes_for_ever_can_be_stopped() -> None:
    matcher = PatternMatcher("(a+)+$", ignore_case=False, stop=lambda: True)
    with pytest.raises(Stopped):
        matcher.matches([b"a" * 60 + b"b\n"])
    matcher.close()


# --- Fuzzy -------------------------------------------------------------------


@pytest.mark.parametrize("words", ["desicion", "dawn cuont", "DECISION", "posgres moved"])
def test_fuzzy_finds_words_that_are_nearly_so(words: str) -> None:
    matcher = matcher_of(Query(tuple(words.split()), Mode.FUZZY), lambda: False)
    line = "Decision: the dawn count moved to Postgres"
    assert found(matcher, b"nothing here\n" + line.encode() + b"\n\nx\n") == [1]
    assert all(line[start:end].strip() for start, end in matcher.spans(line))


def test_what_stands_there_scores_best() -> None:
    matcher = matcher_of(Query(("postgres",), Mode.FUZZY), lambda: False)
    (matches,) = matcher.matches([b"postgers\nPostgres\n"])
    scores = [each.score or 0 for each in matches]
    assert scores[1] == 100 > scores[0]


def nearest_first(word: str, *texts: str) -> list[str]:
    """The lines that are like a word, best first."""
    matcher = matcher_of(Query((word,), Mode.FUZZY), lambda: False)
    data = "\n".join(texts).encode()
    (matches,) = matcher.matches([data])
    matches.sort(key=lambda each: -(each.score or 0))
    return [data[each.start : each.end].decode() for each in matches]


def test_fewer_letters_else_come_first_and_too_many_are_another_word() -> None:
    assert nearest_first(
        "desicion",
        "- the eviction of the tenants",
        "- a decision of ours",
        "- dessicions are many",
        "- desicion as written",
        "- this desicoin has two exchanged",
    ) == [
        "- desicion as written",
        "- dessicions are many",
        "- this desicoin has two exchanged",
        "- a decision of ours",
    ]


def test_a_part_of_a_longer_word_is_near_too() -> None:
    assert nearest_first("postgers", "the postgresql of today") == ["the postgresql of today"]
    assert nearest_first("lighthuose", "lighthouse-keeper", "light of a horse") == [
        "lighthouse-keeper"
    ]


def test_a_heading_is_no_better_than_what_stands_under_it() -> None:
    assert nearest_first("decision", "## Decision", "- A decision") == [
        "- A decision",
        "## Decision",
    ]


def test_a_short_line_is_not_like_every_word_that_holds_it() -> None:
    assert found(matcher_of(Query(("decision",), Mode.FUZZY), lambda: False), b"d\nis\n\n") == []


@given(HOSTILE, TERM.filter(str.split))
def test_fuzzy_finds_at_least_what_stands_there(data: bytes, term: str) -> None:
    exact = found(matcher_of(Query(tuple(term.split()), case=False), lambda: False), data)
    fuzzy = found(matcher_of(Query(tuple(term.split()), Mode.FUZZY), lambda: False), data)
    assert set(exact) <= set(fuzzy)
