"""Where an item comes from, how it was reworded, and where it is said since; where a line went."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

import pytest

from memdeck.curated.edits import Promote, Retire, Rewrite
from memdeck.curated.records import Origin
from memdeck.curated.sections import read_memory
from memdeck.daily.days import read_days
from memdeck.difference import hunks
from memdeck.history.changes import item_changes, line_changes
from memdeck.history.lineage import (
    ItemLineage,
    LineLineage,
    lineage_of_item,
    lineage_of_line,
)
from memdeck.history.past import Past, read_past
from memdeck.model import Day, Entry, Item, LogItem, Notes
from tests.history.test_versions import NOON, Agent, agent, alone

if TYPE_CHECKING:
    from tests.conftest import GitHelper

__all__ = ["agent", "alone"]

TODAY = date(2026, 2, 6)
FOG = "Moved the dawn count to seven because of fog"


def log(agent: Agent, day: str, *lines: str) -> None:
    folder = agent.root / "memory"
    folder.mkdir(exist_ok=True)
    with (folder / f"{day}.md").open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def days(agent: Agent) -> tuple[Day, ...]:
    return read_days(agent.root, today=TODAY, parse_newest=1)


def line_of(agent: Agent, text: str) -> LogItem:
    found = read_days(agent.root, today=TODAY, parse_newest=99)
    return next(item for day in found for item in day.items if item.text == text)


def promote(agent: Agent, text: str, words: str | None = None) -> str:
    line = line_of(agent, text)
    origin = Origin(line.file, line.line, line.digest, line.text)
    agent.later()
    return agent.store.apply(Promote("A", (words or line.source,)), (origin,)).record.id


def item(agent: Agent, text: str) -> Item:
    return next(each for each in read_memory(agent.path).items if each.text == text)


def past(agent: Agent) -> Past:
    found = read_past(agent.root, agent.path, agent.journal)
    assert found is not None
    return found


def lineage(agent: Agent, text: str, notes: Notes | None = None) -> ItemLineage:
    found = lineage_of_item(
        item(agent, text), past(agent), days(agent), notes, threshold=80, today=TODAY, zone=UTC
    )
    assert found is not None
    return found


def where(agent: Agent, line: LogItem) -> LineLineage:
    found = lineage_of_line(line, past(agent), threshold=80)
    assert found is not None
    return found


# --- An item -----------------------------------------------------------------


def test_what_memdeck_promoted_comes_from_that_line_for_certain(agent: Agent) -> None:
    log(agent, "2026-02-05", "# Log", "- Oiled the winch", f"- {FOG}")
    agent.commit("Start")
    promote(agent, FOG, "The dawn count starts at seven: fog")
    found = lineage(agent, "The dawn count starts at seven: fog")
    assert found.source is not None
    assert found.source.certain
    assert (found.source.place.file, found.source.place.line) == ("memory/2026-02-05.md", 3)
    assert (found.source.day, found.source.there) == (date(2026, 2, 5), True)
    assert 0 < found.source.likeness < 100
    assert found.came is not None
    assert (found.came.version.who, found.came.version.words) == ("operator", "Promoted to A")
    assert found.changed is None
    assert found.searched is None


def test_the_line_is_found_again_where_it_stands_now_and_told_when_it_is_gone(
    agent: Agent,
) -> None:
    log(agent, "2026-02-05", f"- {FOG}")
    promote(agent, FOG)
    path = agent.root / "memory" / "2026-02-05.md"
    path.write_text(f"# Put above\n\n- {FOG}\n", encoding="utf-8")
    source = lineage(agent, FOG).source
    assert source is not None
    assert (source.place.line, source.there, source.likeness) == (3, True, 100)
    path.write_text("- nothing\n", encoding="utf-8")
    source = lineage(agent, FOG).source
    assert source is not None
    assert (source.place.line, source.there, source.certain) == (1, False, True)


def test_rewordings_by_whoever_are_followed_back_to_the_promotion(agent: Agent) -> None:
    log(agent, "2026-02-05", f"- {FOG}")
    agent.commit("Start", "Ada")
    promote(agent, FOG)
    agent.commit("Keep")
    agent.later()
    words = "Moved the dawn count to seven because of the fog in February"
    agent.store.apply(Rewrite(item(agent, FOG).id, words))
    newest = words.replace("seven", "eight")
    agent.write(agent.path.read_bytes().replace(b"seven", b"eight"))
    agent.commit("Correct the hour", "Agent 7")
    found = lineage(agent, newest)
    assert [(each.version.who, each.before) for each in found.steps] == [
        ("Agent 7", words),
        ("operator", FOG),
        ("operator", None),
    ]
    assert found.changed is not None
    assert found.changed.version.words == "Correct the hour"
    assert found.source is not None
    assert found.source.certain
    assert found.source.place.text == FOG


def test_what_an_agent_wrote_comes_from_the_likest_line_of_the_weeks_before(
    agent: Agent,
) -> None:
    log(agent, "2025-12-01", f"- {FOG}, long ago")
    log(agent, "2026-02-04", "- Moved the dawn count to seven o'clock because of fog")
    log(agent, "2026-02-05", "- Painted the boat")
    agent.commit("Start")
    agent.write(f"## A\n- one\n- {FOG}\n")
    agent.commit("Remember the fog", "Agent 7")
    found = lineage(agent, FOG)
    assert found.source is not None
    assert not found.source.certain
    assert found.source.place.file == "memory/2026-02-04.md"
    assert 80 <= found.source.likeness < 100
    assert found.searched == (date(2026, 1, 6), TODAY)
    assert found.came is not None
    assert (found.came.version.who, found.came.first) == ("Agent 7", False)


def test_an_item_without_a_source_says_what_was_searched(agent: Agent) -> None:
    log(agent, "2026-02-05", "- Painted the boat")
    agent.commit("Start", "Ada")
    found = lineage(agent, "one")
    assert (found.source, found.mentions) == (None, ())
    assert found.came is not None
    assert (found.came.version.who, found.came.before) == ("Ada", None)
    assert found.searched is not None


def test_what_no_version_has_yet_has_no_beginning(agent: Agent) -> None:
    agent.commit("Start")
    agent.write("## A\n- one\n- two\n")
    found = lineage(agent, "two")
    assert (found.came, found.changed) == (None, None)


def test_what_was_lost_for_a_while_is_as_old_as_it_is(agent: Agent) -> None:
    agent.commit("Start", "Ada")
    for text, subject in (("## A\n", "Lose it"), ("## A\n- one\n", "Take it back")):
        agent.write(text)
        agent.commit(subject)
    found = lineage(agent, "one")
    assert found.came is not None
    assert found.came.version.words == "Start"


def test_without_git_the_journal_says_what_it_knows(alone: Agent) -> None:
    alone.add("two")
    found = lineage(alone, "two")
    assert found.came is not None
    assert (found.came.version.words, found.came.first) == ("Added to A: two", False)
    assert lineage(alone, "one").came is None


def test_later_mentions_are_lines_of_logs_and_entries_of_notes(
    agent: Agent, git: GitHelper
) -> None:
    log(agent, "2026-02-05", f"- {FOG}")
    promote(agent, FOG)
    log(agent, "2026-02-06", "- Again: moved the dawn count to seven because of fog", "- Lunch")
    log(agent, "2026-02-06-1200", "# Session: 2026-02-06 12:00:00 UTC", "", f"user: {FOG}")
    at = (NOON + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    entries = [
        Entry("main", at, "dawn", FOG, "c" * 40, 0),
        Entry("main", "2026-02-01T00:00:00Z", "dawn", FOG, "c" * 40, 1),
        Entry("main", at, "lunch", {"what": "fish"}, "c" * 40, 2),
    ]
    from memdeck.model import BranchNotes, KeyHistory, RepositoryNotes

    keys = tuple(KeyHistory(entry) for entry in entries)
    repository = RepositoryNotes(
        "agent", agent.root, "main", None, None, (BranchNotes("main", True, keys),)
    )
    found = lineage(agent, FOG, Notes((repository,)))
    assert [(each.place.line if each.place else each.entry) for each in found.mentions] == [
        entries[0],
        1,
    ]
    assert all(each.day == TODAY and each.likeness >= 80 for each in found.mentions)


def test_it_can_be_stopped_at_any_moment(agent: Agent) -> None:
    log(agent, "2026-02-05", f"- {FOG}")
    promote(agent, FOG)
    whole = past(agent)
    one = item(agent, FOG)
    for calls in range(6):
        left = iter([False] * calls)

        def stop(left: object = left) -> bool:
            return next(left, True)  # type: ignore[call-overload]

        found = lineage_of_item(
            one, whole, days(agent), None, threshold=80, today=TODAY, zone=UTC, stop=stop
        )
        assert found is None or found.source is not None
    assert read_past(agent.root, agent.path, agent.journal, stop=lambda: True) is None
    line = line_of(agent, FOG)
    assert lineage_of_line(line, whole, threshold=80, stop=lambda: True) is None


# --- A line ------------------------------------------------------------------


def test_a_promoted_line_went_to_its_item_for_certain_also_after_it_was_reworded(
    agent: Agent,
) -> None:
    log(agent, "2026-02-05", f"- {FOG}", "- Oiled the winch")
    promoted = promote(agent, FOG, "The dawn count starts at seven, as there is fog")
    agent.later()
    words = "The dawn count starts at eight, as there is much fog"
    before = item(agent, "The dawn count starts at seven, as there is fog")
    agent.store.apply(Rewrite(before.id, words))
    (went,) = where(agent, line_of(agent, FOG)).went
    assert went.certain
    assert went.item is not None
    assert went.item.text == words
    assert went.version is not None
    assert went.version.id == promoted
    assert where(agent, line_of(agent, "Oiled the winch")).went == ()


def test_a_promotion_that_was_taken_out_says_by_what(agent: Agent) -> None:
    log(agent, "2026-02-05", f"- {FOG}")
    promote(agent, FOG)
    agent.later()
    retired = agent.store.apply(Retire((item(agent, FOG).id,))).record.id
    (went,) = where(agent, line_of(agent, FOG)).went
    assert (went.item, went.certain) == (None, True)
    assert went.gone is not None
    assert went.gone.id == retired


def test_what_an_agent_took_over_is_told_by_likeness(agent: Agent) -> None:
    log(agent, "2026-02-05", f"- {FOG}")
    agent.write("## A\n- Moved the dawn count to seven o'clock because of fog\n- Lunch\n")
    (went,) = where(agent, line_of(agent, FOG)).went
    assert not went.certain
    assert went.item is not None
    assert went.likeness >= 80
    assert went.version is None


# --- Differences -------------------------------------------------------------


def changes(before: str, after: str) -> list[list[str]]:
    found = item_changes(before.encode(), after.encode())
    return [
        [each.text for each in found.added],
        [each.text for each in found.removed],
        [f"{old.text} > {new.text}" for old, new in found.changed],
        [f"{old.address} > {new.address}: {new.text}" for old, new in found.moved],
    ]


def test_items_are_added_removed_reworded_and_moved() -> None:
    before = "## A\n- one\n- The tide comes twice a day\n- three\n- five\n\n## B\n- six\n"
    after = (
        "## A\n- three\n- one\n- The tide comes twice every day\n- four\n\n## B\n- six\n- five\n"
    )
    assert changes(before, after) == [
        ["four"],
        [],
        ["The tide comes twice a day > The tide comes twice every day"],
        ["A > A: three", "A > B: five"],
    ]
    assert item_changes(before.encode(), after.encode()).words == "1 added, 1 reworded, 2 moved"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("## A\n- one\n", "## A\r\n- one\r\n"),
        ("## A\n- one\n", "## A\n\n- one\n\n\n"),
        ("", ""),
    ],
)
def test_line_ends_and_blank_lines_change_no_item(before: str, after: str) -> None:
    found = item_changes(before.encode(), after.encode())
    assert not found
    assert found.words == "no item changed"


def test_a_nested_item_is_an_item_of_its_own() -> None:
    before = "## A\n- one\n  - deep\n- two\n"
    assert changes(before, before.replace("deep", "quite another thing")) == [
        ["quite another thing"],
        ["deep"],
        [],
        [],
    ]


def test_lines_are_compared_without_their_ends() -> None:
    lines = line_changes(b"a\r\nb\r\n", b"a\nc\n")
    assert [each.change.value + each.text for each in lines] == [" a", "-b", "+c"]


def test_far_from_what_differs_lines_are_left_out() -> None:
    before = "".join(f"{number}\n" for number in range(30)).encode()
    lines = line_changes(before, before.replace(b"\n3\n", b"\nx\n").replace(b"25\n", b""))
    assert [[each.change.value + each.text for each in some] for some in hunks(lines, 1)] == [
        [" 2", "-3", "+x", " 4"],
        [" 24", "-25", " 26"],
    ]
    assert hunks(line_changes(before, before)) == ()
