"""What a person types is read as words, a pattern or filters; what makes no sense is said so."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.errors import WrongUsage
from memdeck.model import Meaning, Tier
from memdeck.search import Filters, Mode, Query, parse_query

TODAY = date(2026, 2, 6)


def parsed(text: str) -> Query:
    return parse_query(text, today=TODAY)


def refusal(text: str, mode: Mode | None = None) -> str:
    with pytest.raises(WrongUsage) as raised:
        parse_query(text, today=TODAY, mode=mode)
    return str(raised.value)


def test_words_are_looked_for_each_and_quotes_hold_some_together() -> None:
    assert parsed('tide "dawn count"  pier').terms == ("tide", "dawn count", "pier")
    assert parsed("tide").mode is Mode.EXACT
    assert parsed('an open "quote is').terms == ("an", "open", "quote is")


def test_a_pattern_stands_between_slashes_and_may_hold_spaces_and_slashes() -> None:
    query = parsed("/a b|c/d/ tier:logs")
    assert (query.mode, query.terms) == (Mode.REGEX, ("a b|c/d",))
    assert query.filters.tiers == {Tier.LOGS}


def test_a_path_is_a_word() -> None:
    assert parsed("/usr/bin see").terms == ("/usr/bin", "see")


def test_a_tilde_before_the_first_word_makes_all_of_them_fuzzy() -> None:
    query = parsed("~desicion postgers")
    assert (query.mode, query.terms) == (Mode.FUZZY, ("desicion", "postgers"))
    assert parsed("took ~5 minutes").mode is Mode.EXACT


def test_filters_narrow_it_down() -> None:
    query = parsed(
        'tide tier:logs,Memory section:"Critical Decisions" branch:feature/x '
        "kind:decision,lesson transcripts:no case:exact"
    )
    assert query.terms == ("tide",)
    assert query.filters == Filters(
        tiers=frozenset({Tier.LOGS, Tier.MEMORY}),
        section="Critical Decisions",
        branch="feature/x",
        kinds=frozenset({Meaning.DECISION, Meaning.LESSON}),
        transcripts=False,
    )
    assert not query.ignores_case


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("since:2026-01-03", date(2026, 1, 3), None),
        ("until:yesterday", None, date(2026, 2, 5)),
        ("on:today", TODAY, TODAY),
        ("on:2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("on:2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("on:9999-12", date(9999, 12, 1), date(9999, 12, 31)),
        ("until:2025-11", None, date(2025, 11, 30)),
    ],
)
def test_days_months_and_years_are_dates(text: str, since: date | None, until: date | None) -> None:
    filters = parsed(text).filters
    assert (filters.since, filters.until) == (since, until)


def test_a_name_that_is_no_filter_is_a_word_and_so_is_one_in_quotes() -> None:
    assert parsed('TODO: http://x "tier:logs"').terms == ("TODO:", "http://x", "tier:logs")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tier:log", "did you mean logs?"),
        ("kind:decisions", "did you mean decision?"),
        ("since:soon", "since:soon is no date"),
        ("on:2026-02-30", "is no date"),
        ("since:", "since: needs a value, such as since:2026-01-01"),
        ("since:2026-02-02 until:2026-02-01", "exchange the two"),
        ("/a/ b", "stands alone"),
        ("/(a/", "missing ), unterminated subpattern at character 1"),
        ("/ab[/", "unterminated character set at character 3"),
        ("/a{99999999999}/", "more than a pattern can be"),
        ("x" * 1001, "at most 1000 characters"),
        ("\ud800", "half a character"),
    ],
)
def test_what_makes_no_sense_is_said_in_words(text: str, words: str) -> None:
    assert words in refusal(text)


def test_a_pattern_given_as_such_is_taken_to_its_last_character() -> None:
    query = parse_query('tier:logs "a', today=TODAY, mode=Mode.REGEX)
    assert query.terms == ('tier:logs "a',)


def test_case_counts_when_a_word_has_a_capital_letter() -> None:
    assert parsed("tide").ignores_case
    assert not parsed("Tide").ignores_case
    assert parsed("Tide case:any").ignores_case
    assert parsed(r"/\Stide\W/").ignores_case
    assert not parsed("/Tide/").ignores_case
    assert parsed("~Tide").ignores_case


@given(st.text(max_size=60))
def test_anything_typed_is_a_query_or_a_sentence(text: str) -> None:
    try:
        terms = parsed(text).terms
    except WrongUsage as error:
        sentence = str(error)
    else:
        sentence = "Fine."
        assert all(each.strip() for each in terms)
    assert sentence.endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("sectoin:x lamp", "section"),
        ("lamp Brnach:main", "branch"),
        ('secton:"two words"', "section"),
        ("~lamp transcript:no", "transcripts"),
    ],
)
def test_a_filter_that_is_mistyped_is_a_word_and_the_nearest_one_is_named(
    text: str, near: str
) -> None:
    query = parsed(text)
    assert query.filters == Filters()
    (remark,) = query.remarks
    assert "is no filter" in remark
    assert f"did you mean {near}:" in remark


@pytest.mark.parametrize(
    "text", ["https://example.com", "12:30", "tier:logs lamp", "TODO: lamp", '"sectoin:x"', "a::b"]
)
def test_other_words_with_a_colon_are_words(text: str) -> None:
    assert parsed(text).remarks == ()
