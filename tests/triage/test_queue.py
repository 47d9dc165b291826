"""What of the logs is proposed for MEMORY.md, in which order, and what never is."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from random import Random
from string import ascii_lowercase
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from memdeck.curated.likeness import contained, said, scores
from memdeck.curated.sections import parse_memory
from memdeck.demo import DEMO_NOW, make_workspace
from memdeck.live.reader import Reader, read_deck
from memdeck.model import Meaning
from memdeck.triage.containing import Containing
from memdeck.triage.queue import candidates, triage
from memdeck.triage.ranking import WEIGHTS
from memdeck.triage.repeats import _differ_in_form as differ_in_form
from memdeck.triage.repeats import line_id
from memdeck.workspace import open_workspace

from .conftest import MEMORY, NOW, House
from .month import DREAM, TRANSCRIPT, make_month

WORDS = ("tide", "gull", "pier", "lamp", "winch", "ferry", "customs", "harbour", "ledger", "fog")


@pytest.mark.parametrize("seed", range(8))
def test_twelve_planted_decisions_and_lessons_are_among_the_first_twenty_of_300(
    house: House, seed: int
) -> None:
    month = make_month(seed)
    house.write(month.files)
    queue = house.queue().candidates
    assert len(queue) > 280
    assert sum(len(each.places) for each in queue) == month.lines == 300
    first = {each.item.text.replace("️", "") for each in queue[:20]}
    assert {text.replace("️", "") for text in month.planted} <= first
    said = " ".join(place.item.text for each in queue for place in each.places)
    assert "transcript" not in said
    assert "dream machine" not in said


def test_on_the_made_month_decisions_and_lessons_come_first(tmp_path: Path) -> None:
    workspace = open_workspace(make_workspace(tmp_path / "made"))
    deck = read_deck(workspace, DEMO_NOW)
    queue = candidates(deck, {}, days=31)
    assert len(queue) > 200
    assert {each.kind for each in queue[:20]} <= {Meaning.DECISION, Meaning.LESSON}
    transcripts = {
        file.name for day in deck.days for file in day.files if "session" in file.kind.value
    }
    assert transcripts
    assert not transcripts & {place.item.file for each in queue for place in each.places}
    # Nearly word for word in MEMORY.md it is there already; a little less, and it may be merged.
    texts = [each.item.text for each in queue]
    assert not any(text.startswith("A question written down before looking") for text in texts)
    (cached,) = [each for each in queue if each.item.text.startswith("Cache entries live as long")]
    assert cached.like is not None
    assert f"like MEMORY.md:{cached.like.item.line} (88%)" in cached.reasons
    assert cached.section == "Critical Decisions"
    (keyed,) = [each for each in queue if "keys on path and sorted parameters" in each.item.text]
    assert "mentioned in the notes of feature/cache (cache.key)" in keyed.reasons


def test_the_reasons_are_in_words_and_the_best_come_first(house: House) -> None:
    house.log("02-03", "The relay is slow when the tide is in")
    house.log("02-05", "The relay is slow when the tide is in", section="Blocked")
    house.log("02-06", "**The relay** is slow, when the tide is in!", section="Lessons")
    (found,) = house.queue().candidates
    assert found.kind is Meaning.LESSON
    assert found.reasons == (
        "reads like a lesson",
        "said on 3 days: Tue 3, Thu 5, Fri 6 Feb",
        "of today",
    )
    assert found.day == date(2026, 2, 6)
    assert [place.item.place for place in found.places] == [
        *("memory/2026-02-06.md:3", "memory/2026-02-05.md:3", "memory/2026-02-03.md:3"),
    ]
    assert (found.section, found.section_why) == ("Patterns That Work", "it reads like a lesson")


def test_months_are_named_where_they_change(house: House) -> None:
    for day in ("01-30", "02-02", "02-05"):
        house.log(day, "The relay is slow when the tide is in")
    house.log("01-28", "Something else")
    house.log("02-04", "Another thing")
    house.log("01-25", "A third thing")
    assert "said on 3 days: Fri 30 Jan, Mon 2, Thu 5 Feb" in house.candidate("relay").reasons


def test_what_is_said_in_nearly_the_same_words_on_another_day_is_one_candidate(
    house: House,
) -> None:
    house.log("02-03", "Brightvan answers with 429 in the morning rush hours")
    house.log("02-04", "Brightvan still answers with 429 in the morning rush hours")
    house.log("02-05", "Brightvan answered with 429 in the morning rush hours")
    house.log("02-05", "Brightvan answers with 503 in the morning rush hours")
    house.log("02-06", "Tindra answers with 429 in the morning rush hours")
    groups = {tuple(place.item.text.split()[0] for place in each.places) for each in
              house.queue().candidates}  # fmt: skip
    assert groups == {("Brightvan",) * 3, ("Brightvan",), ("Tindra",)}


def test_what_is_said_on_most_days_is_routine(house: House) -> None:
    for day in range(1, 7):
        house.log(f"02-0{day}", "Always water the plants of the hall")
    house.log("02-04", "Always close the valve behind the pump")
    first, second = house.queue().candidates
    assert "valve" in first.item.text
    assert second.reasons[-1].endswith("as routine is")


def test_what_only_sounds_so_stands_behind_what_is_so(house: House) -> None:
    house.log(
        "02-06",
        "Decision: labels stay at 203 dpi",
        "No decision yet about the colour",
        "Decision meeting moved to three o'clock",
        "Decided? Nobody knows?",
        "Looked at the poster",
    )
    found = house.queue().candidates
    assert found[0].item.text.startswith("Decision: labels")
    assert all(each.score < found[0].score / 2 for each in found[1:])
    (open_one,) = [each for each in found if each.item.text.startswith("No decision")]
    assert "still to be decided" in open_one.reasons


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("הֶחְלַטְנוּ לשמור את היומנים", Meaning.DECISION),
        ("قَرَّرْنَا إرسال الفواتير", Meaning.DECISION),
        ("**Décision** – une seule file", Meaning.DECISION),
        ("DECIDED TO keep one queue", Meaning.DECISION),
        ("👉 from now on: one queue", Meaning.DECISION),
        ("教训：重启之前先看日志", Meaning.LESSON),
        ("We don’t trust it. Don’t restart twice", Meaning.PLAIN),
        ("Don’t restart the broker twice", Meaning.LESSON),
        ("下次先看日志", Meaning.LESSON),
    ],
)
def test_what_a_line_does_is_told_in_every_script(house: House, line: str, kind: Meaning) -> None:
    house.log("02-06", line)
    (found,) = house.queue().candidates
    assert found.kind is kind
    assert (found.score > 40) == (kind is not Meaning.PLAIN)


def test_every_weight_has_its_reason() -> None:
    for name, weight in WEIGHTS.items():
        assert weight.why
        assert weight.points, name


# --- What is never in it -------------------------------------------------------


def test_conversations_and_what_machines_write_are_never_in_it(house: House) -> None:
    house.write(
        {
            "memory/2026-02-05-session.md": TRANSCRIPT.format(day="2026-02-05"),
            "memory/2026-02-06.md": DREAM + "\n- HEARTBEAT_OK\n- NO_REPLY.\n- Decision: a queue\n",
            "memory/dreaming/2026-02-06.md": "- Decision: never\n",
        }
    )
    assert house.texts() == ["Decision: a queue"]


def test_what_is_in_memory_already_is_not_in_it_and_what_is_like_it_says_so(house: House) -> None:
    house.log(
        "02-06",
        "✅ **Always check** the tide, before sailing.",
        "Always check the tide and the fog before sailing",
    )
    (found,) = house.queue().candidates
    assert found.like is not None
    assert found.like.item.text == "Always check the tide before sailing"
    words = f"like MEMORY.md:{found.like.item.line} ({int(found.like.likeness)}%)"
    assert found.reasons[-1] == words
    assert 80 <= found.like.likeness < 98


def test_only_the_last_days_are_looked_at_and_tomorrow_somewhere(house: House) -> None:
    for day in ("01-23", "01-24", "02-06", "02-07", "02-08"):
        house.log(day, f"Decision: keep what was logged on {day}")
    found = {each.item.text[-5:] for each in house.queue().candidates}
    assert found == {"01-24", "02-06", "02-07"}
    assert house.queue(days=1).since == date(2026, 2, 6)
    assert {each.day.day for each in house.queue(days=1).candidates} == {6, 7}
    assert len(house.queue(days=10**9).candidates) == 4
    house.now = NOW.replace(year=9999, month=12, day=31)
    assert house.texts() == []


def test_nothing_makes_no_candidates(house: House) -> None:
    assert house.queue().candidates == ()
    shutil.rmtree(house.root / "memory")
    assert house.queue().candidates == ()
    (house.root / "MEMORY.md").unlink()
    house.log("02-06", "Decision: a queue")
    (found,) = house.queue().candidates
    assert (found.section, found.like) == (None, None)


# --- The same again ------------------------------------------------------------

LINES = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from(["", "-a", "-session"]),
        st.sampled_from(["Decisions", "Notes", "Lessons", "完成"]),
        st.sampled_from(
            [
                "Decision: one queue for all carriers",
                "Decision: one queue for all the carriers",
                "Always check the tide before sailing",
                "Never restart the broker while a batch is open",
                "Never restarts the broker while a batch is open",
                "⏳ waiting for the key",
                "決定：鍵は九十日ごとに交換する",
                "user: Decision: a transcript line",
                "14:02 round ok",
                "\u200f\u202e",
                "- nested",
                "| a | b |",
            ]
        ),
    ),
    max_size=14,
)


def write_lines(house: House, lines: list[tuple[int, str, str, str]]) -> None:
    for day, slug, section, text in lines:
        name = f"02-0{day}{slug}"
        path = house.root / f"memory/2026-{name}.md"
        if slug == "-session" and not path.exists():
            house.write({f"memory/2026-{name}.md": TRANSCRIPT.format(day=f"2026-02-0{day}")})
        house.log(name, text, section=section)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LINES)
def test_the_queue_is_the_same_each_time_and_holds_no_line_of_a_transcript(
    new_house: Callable[[], House], lines: list[tuple[int, str, str, str]]
) -> None:
    house = new_house()
    write_lines(house, lines)
    queue = house.queue({})
    assert queue == house.queue({})
    found = queue.candidates
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    places = [place.item for each in found for place in each.places]
    assert len(places) == len({(item.file, item.line, item.digest) for item in places})
    assert not any("session" in item.file for item in places)
    ids = [one for each in found for one in each.ids]
    assert len(ids) == len(set(ids))
    assert {line_id(item.text) for item in places} == set(ids)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LINES, LINES.map(lambda lines: [(6, *line[1:]) for line in lines]))
@example(
    [(6, "-a", "Notes", "Decision: one queue for all carriers")],
    [(6, "", "Notes", "Decision: one queue for all the carriers")],
)
def test_what_is_logged_now_moves_no_id(
    new_house: Callable[[], House],
    lines: list[tuple[int, str, str, str]],
    later: list[tuple[int, str, str, str]],
) -> None:
    house = new_house()
    write_lines(house, lines)
    before = {place.item.text: each.id for each in house.queue({}).candidates
              for place in each.places}  # fmt: skip
    write_lines(house, later)
    after = {place.item.text: each.id for each in house.queue({}).candidates
             for place in each.places}  # fmt: skip
    gone = before.keys() - after.keys()
    # A file that was a log becomes a transcript when turns are written into it.
    assert all("session" in slug for _, slug, _, text in lines if text in gone)
    assert {text: before[text] for text in before.keys() & after.keys()} == {
        text: after[text] for text in before.keys() & after.keys()
    }


def test_it_can_be_stopped_between_breaths(house: House) -> None:
    house.write(make_month(1).files)
    deck = house.deck()
    breaths: list[int] = []
    whole = triage(deck, {}, breathe=lambda: breaths.append(1))
    assert whole is not None
    assert len(breaths) > 250
    for patience in (0, 3, 60, 280):
        left = iter([False] * patience)
        assert triage(deck, {}, stop=lambda left=left: next(left, True)) is None  # type: ignore[misc]
    assert candidates(deck, {}, stop=lambda: True) == ()
    assert candidates(deck, {}) == whole.candidates


def test_after_an_edit_of_memory_the_reader_compares_only_what_is_new(house: House) -> None:
    house.log("02-06", *(f"Gull {number} sat on pier {number}" for number in range(40)))
    reader: Any = Reader(house.workspace, lambda: NOW)
    list(reader.stages())
    compared = reader._comparison.compared
    assert compared == 40 * 3
    house.write({"MEMORY.md": house.memory + "- Gull 7 sat on pier 7\n"})
    list(reader.stages())
    assert reader._comparison.compared == compared + 40
    assert max(known.likeness for known in reader.deck.promoted.values()) == 100


def test_of_many_lines_with_a_word_in_common_few_are_compared(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = 0

    def counted(mine: str, others: Sequence[str], threshold: float) -> dict[str, float]:
        nonlocal compared
        compared += len(others)
        return scores(mine, others, threshold)

    def one_more(one: str, other: str) -> bool:
        nonlocal compared
        compared += 1
        return differ_in_form(one, other)

    monkeypatch.setattr("memdeck.triage.repeats.scores", counted)
    monkeypatch.setattr("memdeck.triage.repeats._differ_in_form", one_more)
    random = Random(4)
    for day in range(1, 7):
        lines = [
            "Infrastructure of "
            + " ".join("".join(random.choices(ascii_lowercase, k=7)) for _ in "abcde")
            for _ in range(60)
        ]
        house.log(f"02-0{day}", *lines, f"{lines[0]}s" if day > 1 else "", f"Day {day}")
    assert len(house.queue().candidates) > 360
    assert compared < 6 * 60


def test_what_a_longer_item_says_already_is_like_it(house: House) -> None:
    labels = "One label format (PDF/A, 100 x 150 mm) for all carriers, converted at the edge"
    longer = (
        f"- 2026-01-12: {labels}; the printers of the islands keep their own until they break, "
        "and nobody asks them to change before the winter\n"
    )
    house.write({"MEMORY.md": MEMORY.replace("## Hosts", f"{longer}\n## Hosts")})
    house.log("02-05", labels, "Read the label at the edge", "Always check the tide")
    like = {each.item.text: each.like for each in house.queue().candidates}
    found = like[labels]
    assert found is not None
    assert (found.item.line, found.likeness) == (9, 99.0)
    assert "like MEMORY.md:9 (99%)" in house.candidate("PDF/A").reasons
    assert like["Read the label at the edge"] is None


@given(st.lists(st.sampled_from(WORDS), min_size=5, max_size=9), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_every_item_that_holds_a_line_is_found(words: list[str], random: Any) -> None:
    lines = [" ".join(random.choices(WORDS, k=12)) for _ in range(30)]
    lines.insert(random.randrange(30), f"{lines[0]} {' '.join(words)} {lines[1]}")
    memory = parse_memory(("## A\n" + "".join(f"- {line}\n" for line in lines)).encode())
    items = [item for section in memory for item in section.items]
    found = Containing(items).best(" ".join(words))
    whole = [(contained(said(" ".join(words)), said(item.text)), -item.line) for item in items]
    best, line = max(whole)
    assert found is not None
    assert (found[1], -found[0].line) == (best, line)
