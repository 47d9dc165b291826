"""Promoting several candidates at once, and merging one into an item that is there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.curated.journal import Journal
from memdeck.curated.likeness import said
from memdeck.errors import Refused
from memdeck.triage.merging import merge, merged_texts, promotion

from .conftest import House

ITEM = "Count birds at dawn only"


@pytest.mark.parametrize(
    ("item", "line", "merged"),
    [
        ("One queue", "- one **queue**.", "One queue"),
        (
            "Count birds at dawn only",
            "✅ 09:10 Count birds at dawn, never from a boat",
            "Count birds at dawn only; never from a boat",
        ),
        (
            "**Parcel Map** caches responses.",
            "Parcel Map caches responses. Whatever names a parcel goes around the cache.",
            "**Parcel Map** caches responses. Whatever names a parcel goes around the cache.",
        ),
        ("Keep logs in May,", "Keep logs; and the notes", "Keep logs in May; and the notes"),
        ("只用一个队列", "只用一个队列，每天检查两次", "只用一个队列；每天检查两次"),
        ("只用一个队列。", "每天检查两次", "只用一个队列。每天检查两次"),
        ("סופרים בשחר", "סופרים בשחר, לא מהסירה", "סופרים בשחר; לא מהסירה"),
        ("", "Keep logs", "Keep logs"),
        ("Keep logs", "", "Keep logs"),
        ("Keep\n  logs", "In\nMay", "Keep\n  logs; In May"),
    ],
)  # fmt: skip
def test_the_text_of_the_item_is_followed_by_what_is_new(item: str, line: str, merged: str) -> None:
    assert merged_texts(item, line) == merged


WORDS = st.lists(
    st.sampled_from(["keep", "the", "logs", "of", "May", "in", "完成", ",", ".", "!", "–", "a; b"]),
    max_size=10,
).map(" ".join)


def words(text: str) -> set[str]:
    return {word for word in said(text).split() if any(map(str.isalnum, word))}


@given(WORDS, WORDS)
def test_nothing_of_the_item_and_no_new_word_is_lost(item: str, line: str) -> None:
    merged = merged_texts(item, line)
    assert words(item) | words(line) <= words(merged)
    assert merged.startswith(item.rstrip().rstrip(",;:–—- "))
    assert merged_texts(merged, line) == merged


def test_a_line_that_was_merged_counts_as_promoted_until_the_merge_is_undone(
    house: House,
) -> None:
    house.log("02-05", "Count birds at dawn, as gulls sleep until seven")
    house.log("02-06", "Count birds at dawn, as gulls sleep until seven!")
    found = house.candidate("gulls")
    item = next(each for each in house.deck().memory.items if each.text == ITEM)
    text = merged_texts(item.source, found.item.source)
    assert text == "Count birds at dawn only; as gulls sleep until seven!"
    applied = house.store.apply(*merge(found, item, text))
    assert f"- {text}\n" in house.memory
    assert (applied.record.kind, len(applied.record.origins)) == ("edit", 2)
    deck = house.deck()
    (into,) = [each for each in deck.memory.items if each.text == text]
    known = [deck.promoted[(each.item.file, each.item.line, each.item.digest)]
             for each in found.places]  # fmt: skip
    assert [(each.item_id, each.by_journal) for each in known] == [(into.id, True)] * 2
    assert house.texts() == []
    house.store.undo()
    assert f"- {ITEM}\n" in house.memory
    assert len(house.texts()) == 1
    house.store.redo()
    assert house.texts() == []


def test_an_item_that_was_changed_meanwhile_takes_no_merge(house: House) -> None:
    house.log("02-06", "Count birds at dawn, as gulls sleep until seven")
    found = house.candidate("gulls")
    item = next(each for each in house.deck().memory.items if each.text == ITEM)
    house.write({"MEMORY.md": house.memory.replace("dawn only", "dusk only")})
    before = house.memory
    with pytest.raises(Refused, match="nothing was written"):
        house.store.apply(*merge(found, item, "anything"))
    assert house.memory == before
    assert Journal(house.workspace.state_folder).origins() == {}


def test_several_are_promoted_as_one_edit_and_undone_as_one(house: House) -> None:
    house.log("02-04", "Decision: one queue for all carriers")
    house.log("02-06", "Decision: one queue for all the carriers", "We agreed on two reviewers")
    house.log("02-06", "Lesson: ask twice", section="Lessons")
    before = house.memory
    marked = [house.candidate("one queue"), house.candidate("reviewers")]
    applied = house.store.apply(*promotion(marked, "Critical Decisions"))
    assert applied.record.words == "Promoted 2 lines to Critical Decisions"
    assert house.memory == before.replace(
        f"- {ITEM}\n",
        f"- {ITEM}\n- Decision: one queue for all the carriers\n- We agreed on two reviewers\n",
    )
    assert house.texts() == ["Lesson: ask twice"]
    ids = {each.text: each.id for each in house.deck().memory.items}
    promoted = house.deck().promoted
    for candidate, text in zip(
        marked, ("Decision: one queue for all the carriers", "We agreed on two reviewers"),
        strict=True,
    ):  # fmt: skip
        for place in candidate.places:
            known = promoted[(place.item.file, place.item.line, place.item.digest)]
            assert (known.item_id, known.by_journal) == (ids[text], True)
    house.store.undo()
    assert house.memory == before
    assert len(house.texts()) == 3


def test_what_was_promoted_and_retired_since_is_not_proposed_again(house: House) -> None:
    from memdeck.curated.edits import Retire

    house.log("02-04", "We agreed on two reviewers")
    marked = house.candidate("reviewers")
    house.store.apply(*promotion([marked], "Critical Decisions", ["Two people look at billing"]))
    item = next(each for each in house.deck().memory.items if "billing" in each.text)
    house.store.apply(Retire((item.id,)))
    house.now += timedelta(days=1)
    house.log("02-07", "We agreed on two reviewers")
    assert house.texts() == []
