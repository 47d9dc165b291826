"""How people say that they decided or learned something, and how they do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.meaning import meaning_of_line
from memdeck.model import LogItem, Meaning
from memdeck.triage.cues import cues
from memdeck.triage.languages.language import Language
from memdeck.triage.phrases import LANGUAGES, STATED
from memdeck.triage.ranking import WEIGHTS, Evidence, rank
from memdeck.triage.wording import Phrases, plain, spelled_out

from .conftest import House
from .month import make_month
from .phrasings import HELD_OUT, ORDINARY, TRIED

NOTICED = WEIGHTS["decision"].points + WEIGHTS["within"].points
"""Points of a line in which something is decided, though further on."""


def points(text: str) -> float:
    """Of a line that nothing is known of but its words."""
    item = LogItem(
        *("memory/2026-02-01.md", 3, 0, 1, text, text, "0" * 12),
        meaning=meaning_of_line(text, Meaning.PLAIN),
    )
    said = date(2026, 2, 1)
    return rank(Evidence(item, Meaning.PLAIN, (said,), 14, date(2026, 2, 6))).score


def lines(said: Mapping[str, str]) -> list[str]:
    return [line.strip() for text in said.values() for line in text.strip().splitlines()]


@pytest.mark.parametrize("language", TRIED)
def test_decisions_and_lessons_are_known_in_many_wordings(language: str) -> None:
    said = lines({language: TRIED[language]})
    assert [each for each in said if points(each) < NOTICED] == []


def test_nine_of_ten_of_what_was_written_after_the_phrases_are_known() -> None:
    said = lines(HELD_OUT)
    assert len(said) == 80
    assert sum(points(each) >= NOTICED for each in said) >= 0.9 * len(said)


@pytest.mark.parametrize("kind", ORDINARY)
def test_what_happened_is_asked_or_open_is_not_taken_for_a_decision(kind: str) -> None:
    said = lines({kind: ORDINARY[kind]})
    assert [each for each in said if points(each) >= NOTICED] == []


def test_every_language_is_tried_and_has_all_that_finds_most() -> None:
    names = [each.name for each in LANGUAGES]
    assert len(names) == len(set(names)) == 17
    assert set(names) == set(TRIED) == set(HELD_OUT) == set(ORDINARY) - {"with tempting words"}
    assert all(points(each) >= NOTICED for each in lines(TRIED))


@pytest.mark.parametrize("seed", range(4))
def test_what_says_it_in_any_wording_stands_before_what_only_sounds_so(
    house: House, seed: int
) -> None:
    said = lines(TRIED)[seed::24][:14]
    month = make_month(seed, planted=0)
    house.write(month.files)
    for number, each in enumerate(said):
        house.log(f"02-0{1 + number % 6}", each, section="Work")
    first = {each.item.text for each in house.queue().candidates[:20]}
    assert set(said) <= first


@pytest.mark.parametrize(
    ("text", "label", "opening", "within"),
    [
        ("Agreement: ship at night", Meaning.DECISION, None, None),
        ("Root cause: a full disk", Meaning.LESSON, None, None),
        ("Yael and I agreed that support closes at six", None, Meaning.DECISION, Meaning.DECISION),
        ("Note: never restart at noon", None, Meaning.LESSON, None),
        ("IMPORTANT: never restart at noon", None, Meaning.LESSON, None),
        ("Slow again; from now on we ship at night", None, None, Meaning.DECISION),
        ("TIL the relay counts by sender", None, Meaning.LESSON, None),
        ("Picked the small crane over the large one", None, Meaning.DECISION, None),
        ("Picked up the parcel", None, None, None),
        ("Using Brightvan because Tindra is closed", None, Meaning.DECISION, None),
        ("Instead of mail we use the pager", None, Meaning.DECISION, None),
        # A label of what is open opens nothing.
        ("Idea: we will use one queue", None, None, None),
        ("TODO: never mind", None, None, None),
    ],
)
def test_where_in_a_line_it_is_said(
    text: str, label: Meaning | None, opening: Meaning | None, within: Meaning | None
) -> None:
    found = cues(text)
    assert (found.label, found.opening) == (label, opening)
    assert within is None or found.within is within


@pytest.mark.parametrize(
    ("text", "pending"),
    [
        ("Always ask whether the gate is open", False),
        ("Lesson: check whether the disk is full first", False),
        ("Asked whether we use one queue", True),
        ("Decision: none yet", True),
        ("Decision: one queue?", True),
        ("No decision on the second crane", True),
        ("Proposal: one queue", True),
    ],
)
def test_a_lesson_may_say_whether_and_a_decision_may_not(text: str, pending: bool) -> None:
    assert cues(text).pending is pending


@pytest.mark.parametrize(
    "text",
    [
        "Removed the old tyres from the car",  # `Car` is `because` in French,
        "The end of the pier is for rent, we decided nothing",  # `of` is `whether` in Dutch,
        "Mai Abrechnung geprüft",  # `mai` is `never` in Italian,
        "Nie działa skaner przy bramie",  # `nie` is `never` in German,
        "Les tests : tous verts",  # and `les` a lesson in Dutch.
    ],
)
def test_a_word_of_one_language_does_not_count_in_another(text: str) -> None:
    assert points(text) < NOTICED


def test_a_doubt_of_another_language_does_not_take_a_decision_back() -> None:
    assert cues("The front of the API stays for good").within is Meaning.DECISION


def test_how_a_table_is_written() -> None:
    assert list(spelled_out("{we_,}{use,keep}_it")) == [
        *("we_use_it", "we_keep_it", "use_it", "keep_it"),
    ]
    table = Phrases("we_{,all_}agreed standardi* made_*_default *iamo 従_*_起 決めた")
    for said in ("we agreed", "we all agreed", "standardised", "made one the default", "usiamo"):
        assert table.begins(plain(said)), said
        assert table.find(plain(f"So {said}!")) == 3, said
    assert table.find(plain("Today we agree, made default by none")) == 15
    assert table.find(plain("一つに決めた")) == 3
    assert table.begins(plain("従明日起"))
    assert not table.begins(plain("従明日" + "あ" * 40 + "起"))
    assert table.find(plain("wean, we do, iamos, demade one default")) is None
    assert table.find(plain("")) is None
    assert not Phrases("").begins(plain("anything"))


def test_every_phrase_that_a_sentence_begins_with_is_found_where_it_is() -> None:
    for language in LANGUAGES:
        for meaning, table in (
            (Meaning.DECISION, language.decided),
            (Meaning.LESSON, language.learned),
        ):
            for written in (each for token in table.split() for each in spelled_out(token)):
                said = plain(written.replace("_*", "_so").replace("*", "x").replace("_", " "))
                assert STATED[meaning].begins(said), (language.name, written)


def test_no_table_has_marks_that_mean_nothing() -> None:
    for language in LANGUAGES:
        for field in fields(Language):
            table = getattr(language, field.name)
            if field.name == "name":
                continue
            assert table.count("{") == table.count("}"), (language.name, field.name)
            for token in table.split():
                for phrase in spelled_out(token):
                    words = phrase.split("_")
                    # A `*` within a phrase stands by itself.
                    assert not any("*" in each[1:] for each in words[:-1]), phrase
                    assert "" not in words, phrase


@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from([*lines(TRIED), *lines(ORDINARY), "", " ", "和", "ואני", ":", "—"])
        ).map(" ".join),
    ),
    st.integers(0, 400),
)
def test_any_text_has_cues_wherever_it_is_cut(text: str, at: int) -> None:
    assert cues(text[:at]) == cues(text[:at])
    assert cues(text[at:]) == cues(text[at:])


def test_a_line_is_held_against_few_phrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are thousands: those that cannot begin anywhere in it are not looked at."""
    looked = 0
    begins = Phrases._begins

    def counted(self: Phrases, said: str, at: int, key: str) -> bool:
        nonlocal looked
        looked += 1
        return begins(self, said, at, key)

    monkeypatch.setattr(Phrases, "_begins", counted)
    said = lines(ORDINARY)
    for each in said:
        cues.__wrapped__(each)
    assert looked < 24 * len(said)
