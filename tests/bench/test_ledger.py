"""The ledger of a soak: what it takes for a loss, and what a kill may leave open."""

from __future__ import annotations

from bench.soak.ledger import Kind, Ledger


def begun_and_told(ledger: Ledger, *ids: str, kind: Kind = Kind.NOTE) -> None:
    for each in ids:
        ledger.begin("ada", kind, each)
        ledger.tell("ada", kind, each)


def test_an_agent_resumes_with_what_it_was_last_told_is_stored() -> None:
    ledger = Ledger()
    ledger.resume("ada", Kind.NOTE, None)
    begun_and_told(ledger, "1", "2")
    ledger.resume("ada", Kind.NOTE, "2")
    assert ledger.faults == []


def test_an_older_state_is_a_fault() -> None:
    ledger = Ledger()
    begun_and_told(ledger, "1", "2")
    ledger.resume("ada", Kind.NOTE, "1")
    ledger.resume("ada", Kind.NOTE, None)
    assert ledger.faults == [
        "ada resumed with note 1, but was told last that 2 is stored",
        "ada resumed with note none, but was told last that 2 is stored",
    ]


def test_what_nobody_wrote_is_a_fault() -> None:
    ledger = Ledger()
    ledger.resume("ada", Kind.LOG, "7")
    assert ledger.faults == ["ada resumed with log line 7, but was told last that none is stored"]


def test_what_was_cut_short_may_be_there_or_not() -> None:
    ledger = Ledger()
    begun_and_told(ledger, "1")
    ledger.begin("ada", Kind.NOTE, "2")
    ledger.resume("ada", Kind.NOTE, "1")
    ledger.resume("ada", Kind.NOTE, "2")
    assert ledger.faults == []


def test_once_seen_it_must_not_go_again() -> None:
    """What an agent has resumed with is its state, told or not."""
    ledger = Ledger()
    begun_and_told(ledger, "1")
    ledger.begin("ada", Kind.NOTE, "2")
    ledger.resume("ada", Kind.NOTE, "2")
    ledger.resume("ada", Kind.NOTE, "1")
    assert ledger.faults == ["ada resumed with note 1, but was told last that 2 is stored"]
    assert list(ledger.judge(Kind.NOTE, [("ada", "1")])) == ["ada: note 2 was stored and is lost"]


def test_a_late_one_of_a_killed_wake_is_no_newer_than_what_was_told_since() -> None:
    ledger = Ledger()
    ledger.begin("ada", Kind.NOTE, "1")
    begun_and_told(ledger, "2")
    ledger.resume("ada", Kind.NOTE, "1")
    assert ledger.faults == ["ada resumed with note 1, but was told last that 2 is stored"]


def test_each_workspace_holds_what_its_own_agents_wrote() -> None:
    ledger = Ledger()
    begun_and_told(ledger, "1")
    here, there = frozenset({"ada"}), frozenset({"bob"})
    assert list(ledger.judge(Kind.NOTE, [("ada", "1")], here)) == []
    assert list(ledger.judge(Kind.NOTE, [], there)) == []
    assert list(ledger.judge(Kind.NOTE, [("ada", "1")], there)) == [
        "ada: note 1 is there, and does not belong there"
    ]


def test_agents_and_kinds_are_told_apart() -> None:
    ledger = Ledger()
    begun_and_told(ledger, "1")
    begun_and_told(ledger, "1", "2", kind=Kind.BEAT)
    ledger.begin("bob", Kind.NOTE, "3")
    ledger.tell("bob", Kind.NOTE, "3")
    ledger.resume("ada", Kind.NOTE, "1")
    ledger.resume("ada", Kind.BEAT, "2")
    ledger.resume("bob", Kind.NOTE, "3")
    assert ledger.faults == []
    assert ledger.told(Kind.NOTE) == 2
    assert ledger.told(Kind.BEAT) == 2


def test_in_the_end_all_that_was_told_is_there_once() -> None:
    ledger = Ledger()
    begun_and_told(ledger, "1", "2", "3")
    ledger.begin("ada", Kind.NOTE, "4")
    found = [("ada", "1"), ("ada", "2"), ("ada", "2"), ("ada", "9")]
    assert list(ledger.judge(Kind.NOTE, found)) == [
        "ada: note 2 is there 2 times",
        "ada: note 9 is there, and nobody wrote it",
        "ada: note 3 was stored and is lost",
    ]


def test_what_a_killed_wake_had_begun_is_there_once_or_not_at_all() -> None:
    ledger = Ledger()
    ledger.begin("ada", Kind.NOTE, "4")
    assert list(ledger.judge(Kind.NOTE, [])) == []
    assert list(ledger.judge(Kind.NOTE, [("ada", "4")])) == []
    assert list(ledger.judge(Kind.NOTE, [("ada", "4"), ("ada", "4")])) == [
        "ada: note 4 is there 2 times"
    ]
