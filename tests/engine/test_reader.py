"""The road from disk to the deck: staged, and each time only what changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from memdeck.cli.plain import DAYS_SHOWN, render
from memdeck.curated.edits import Promote
from memdeck.curated.journal import Journal
from memdeck.curated.records import Origin
from memdeck.curated.store import MemoryStore
from memdeck.demo import DEMO_NOW, make_workspace
from memdeck.live.last import last_changes
from memdeck.live.reader import Reader, read_deck
from memdeck.model import Deck, Tier
from memdeck.workspace import Workspace, open_workspace

TODAY = "memory/2026-02-06.md"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(make_workspace(tmp_path / "atlas"))


@pytest.fixture
def reader(workspace: Workspace) -> Reader:
    return Reader(workspace, lambda: DEMO_NOW)


def read(reader: Reader, **options: bool) -> Deck:
    for _ in reader.stages(**options):
        pass
    assert reader.deck is not None
    return reader.deck


def append(workspace: Workspace, name: str, text: str) -> None:
    with (workspace.root / name).open("a", encoding="utf-8") as file:
        file.write(text)


def test_each_stage_is_more_exact_and_what_it_had_is_the_same_object(reader: Reader) -> None:
    stages = list(reader.stages())
    assert stages[0].budget is None
    assert stages[0].memory.items
    assert stages[0].days
    assert stages[-1].budget
    assert stages[-1].promoted
    for before, after in pairwise(stages):
        assert after.memory is before.memory
        assert after.days is before.days


def test_nothing_changed_is_no_stage_and_three_processes(
    reader: Reader, git_started: Callable[[], list[str]]
) -> None:
    read(reader)
    git_started()
    assert list(reader.stages()) == []
    # The notes' tip and HEAD, the branches that are there, and what remotes had last.
    assert len(git_started()) <= 3
    assert list(reader.stages(notes=False)) == []
    assert git_started() == []


def test_a_line_more_in_a_log_leaves_everything_else_the_same_object(
    reader: Reader, workspace: Workspace
) -> None:
    before = read(reader)
    append(workspace, TODAY, "- one more line\n")
    after = read(reader, notes=False)
    assert after.memory is before.memory
    assert after.notes is before.notes
    assert [new is old for new, old in zip(after.days, before.days, strict=True)] == [
        False,
        *[True] * (len(before.days) - 1),
    ]
    changed = [file for file in after.days[0].files if file not in before.days[0].files]
    assert [file.name for file in changed] == [TODAY]
    assert after.budget.used > before.budget.used


def test_an_item_more_in_memory_leaves_logs_and_notes_the_same_objects(
    reader: Reader, workspace: Workspace
) -> None:
    before = read(reader)
    append(workspace, "MEMORY.md", "\n- one more item\n")
    after = read(reader, notes=False)
    assert after.memory is not before.memory
    assert after.days is before.days
    assert after.notes is before.notes


def test_a_file_that_only_got_another_time_changes_nothing_that_is_shown(
    reader: Reader, workspace: Workspace
) -> None:
    before = read(reader)
    (workspace.root / "MEMORY.md").touch()
    after = read(reader, notes=False)
    assert after.memory.sections is before.memory.sections
    assert after.budget is before.budget


def test_only_the_newest_days_are_parsed_and_one_more_when_it_is_opened(
    workspace: Workspace,
) -> None:
    reader = Reader(workspace, lambda: DEMO_NOW, parse_days=2)
    deck = read(reader)
    parsed = [day.date for day in deck.days if all(file.parsed for file in day.files)]
    assert parsed == [date(2026, 2, 6), date(2026, 2, 5)]
    older = date(2026, 1, 20)
    reader.open_days(frozenset({older}))
    deck = read(reader)
    parsed = [day.date for day in deck.days if all(file.parsed for file in day.files)]
    assert parsed == [date(2026, 2, 6), date(2026, 2, 5), older]


def test_midnight_makes_another_today(workspace: Workspace) -> None:
    now = DEMO_NOW
    reader = Reader(workspace, lambda: now)
    before = read(reader)
    now = DEMO_NOW + timedelta(days=1)
    after = read(reader, notes=False)
    assert after.today == before.today + timedelta(days=1)
    today, yesterday = after.budget.part("today"), after.budget.part("yesterday")
    assert today.data == b""
    assert yesterday.data == before.budget.part("today").data


def test_a_promoted_line_is_known_by_the_journal_until_it_is_undone(
    reader: Reader, workspace: Workspace
) -> None:
    deck = read(reader)
    line = next(
        item
        for item in deck.days[0].items
        if item.candidate and (item.file, item.line, item.digest) not in deck.promoted
    )
    key = (line.file, line.line, line.digest)
    journal = Journal(workspace.ensure_state_folder())
    store = MemoryStore(
        workspace.root, workspace.memory_path, journal, "operator", lambda: DEMO_NOW
    )
    store.apply(
        Promote("Critical Decisions", ("Quite other words",)),
        [Origin(line.file, line.line, line.digest, line.text)],
    )
    known = read(reader, notes=False).promoted[key]
    assert known.by_journal
    change = next(each for each in reader.deck.changes if each.tier is Tier.MEMORY)
    assert (change.words, change.actor) == ("Promoted to Critical Decisions", "operator")
    item = next(each for each in reader.deck.memory.items if each.id == known.item_id)
    assert item.text == "Quite other words"
    store.undo()
    assert key not in read(reader, notes=False).promoted


def test_a_new_item_alone_is_compared_and_the_outcome_is_that_of_a_first_reading(
    workspace: Workspace, reader: Reader
) -> None:
    read(reader)
    before = reader._comparison.compared
    append(workspace, "MEMORY.md", "- A lamp that nobody had lit before\n")
    append(workspace, TODAY, "- A lamp that nobody has lit before\n")
    deck = read(reader, notes=False)
    lines = {item.text for day in deck.days for file in day.files for item in file.items}
    items = len(deck.memory.items)
    assert reader._comparison.compared - before <= len(lines) + items
    assert deck.promoted == read_deck(workspace, DEMO_NOW).promoted
    assert {*deck.promoted} - {*read(Reader(workspace, lambda: DEMO_NOW, likeness_days=0)).promoted}


def test_without_likeness_the_dashboard_as_text_is_the_same(workspace: Workspace) -> None:
    short = Reader(workspace, lambda: DEMO_NOW, parse_days=DAYS_SHOWN, likeness_days=0)
    full = Reader(workspace, lambda: DEMO_NOW, parse_days=DAYS_SHOWN)
    assert render(read(short), 100) == render(read(full), 100)


def test_the_last_change_of_each_tier_is_known(workspace: Workspace) -> None:
    changes = last_changes(read_deck(workspace, DEMO_NOW), None)
    assert {change.tier for change in changes} == set(Tier)
    assert [change.when for change in changes] == sorted(
        (change.when for change in changes), reverse=True
    )
