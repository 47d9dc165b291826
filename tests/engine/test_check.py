"""The gate's judgement from values alone: budgets, cuts, duplicates, secrets, the order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.check import rules
from memdeck.check.findings import Finding, Kind, Report, Severity, covered, found, in_order
from memdeck.curated.duplicates import duplicates
from memdeck.curated.sections import parse_memory
from memdeck.model import (
    Budget,
    Cut,
    DamagedSpan,
    Dialect,
    DialectEntry,
    DialectNotes,
    MemoryFile,
    Notes,
    Part,
    RepositoryNotes,
    Source,
    Unit,
)
from memdeck.notes.remote_state import RemoteState, SyncState

TOKEN = "gh" + "p_" + "Zq7" * 12


def part(name: str, size: int, **more: object) -> Part:
    """A part of one file."""
    return Part(name, (name,), b"", 0, size, size=size, **more)  # type: ignore[arg-type]


def budget(*parts: Part, limit: int = 100, **more: object) -> Budget:
    """A budget in characters."""
    used = sum(each.size for each in parts)
    return Budget("made", "none", limit, used, parts, unit=Unit.CHARACTERS, **more)  # type: ignore[arg-type]


# --- Budget and cuts -------------------------------------------------------------


@pytest.mark.parametrize(("used", "at_limit_fits", "over"), [
    (99, False, 0), (100, False, 1), (100, True, 0), (101, True, 1), (150, False, 51),
])  # fmt: skip
def test_the_limit_itself_fits_or_not_by_the_profile(
    used: int, at_limit_fits: bool, over: int
) -> None:
    given = budget(part("MEMORY.md", used - 9), part("notes", 9), at_limit_fits=at_limit_fits)
    said = list(rules.over_budget(given))
    assert given.over == over
    assert len(said) == bool(over)
    for each in said:
        assert (each.kind, each.severity, each.where) == (Kind.BUDGET, Severity.ERROR, "budget")
        assert f"{used} chars, {used - 9} of them MEMORY.md: " in each.words
        assert f"so {over} or more have to go" in each.words
        rule = "at most 100" if at_limit_fits else "fewer than 100"
        assert rule in each.words


def test_a_part_over_its_own_limit_is_named_alone() -> None:
    given = budget(part("MEMORY.md", 30), part("USER.md", 60, limit=50, over=10))
    (said,) = rules.over_budget(given)
    assert said.where == "USER.md"
    assert said.words.startswith("USER.md is 60 chars and 10 too many: ")


def test_what_is_cut_down_is_never_over() -> None:
    given = budget(part("MEMORY.md", 300, limit=50, over=10), cuts_down=True)
    assert list(rules.over_budget(given)) == []


def test_an_empty_budget_over_its_limit_can_be_told() -> None:
    (said,) = rules.over_budget(budget(limit=0))
    assert said.where == "budget"


def test_each_cut_is_a_warning_where_it_begins() -> None:
    data = b"one\r\ntwo\rthree\nfour\n"
    cuts = (
        Cut("MEMORY.md", data.index(b"three"), len(data), 2, 4, 11, "over the cap of 9"),
        Cut("USER.md", 0, 6, 1, 3, 6, "not injected: untrusted since 2026-02-04"),
    )
    sources = (Source("MEMORY.md", data), Source("USER.md", b"- one\n", "untrusted"))
    (first, second) = rules.cuts(budget(part("files", 9, cuts=cuts, sources=sources)))
    assert (first.kind, first.severity, first.where) == (
        Kind.CUT,
        Severity.WARNING,
        "MEMORY.md:3",
    )
    assert "is not given 2 lines, 4 tokens: over the cap of 9." in first.words
    assert second.where == "USER.md:1"
    assert second.words == (
        "The next session is given nothing of it (1 line, 3 tokens): not injected: untrusted "
        "since 2026-02-04."
    )


def test_files_that_are_missing_are_no_finding_and_those_that_cannot_be_read_are() -> None:
    sources = (Source("SOUL.md", problem="missing"), Source("USER.md", problem="may not be read"))
    memory = MemoryFile(Path("MEMORY.md"))
    (said,) = rules.unreadable(memory, (), Notes(), None, sources)
    assert (said.where, said.words) == ("USER.md", "May not be read.")


# --- Duplicates ------------------------------------------------------------------


def pairs(text: str) -> list[tuple[int, int]]:
    return [(item.line, first.line) for item, first in duplicates(parse_memory(text.encode()))]


@pytest.mark.parametrize(
    "other",
    [
        "* Check the tide",
        "1. check the TIDE.",
        "- **Check** the _tide_",
        "- ✅ check the tide",
        "- [x] Check the tide",
        "- 2026-02-03: Check the tide",
        "- 14:02 check the tide <!-- importance: 7 -->",
        "- ｃｈｅｃｋ the tide",
        "Check the tide",
    ],
)
def test_how_it_is_written_makes_no_difference(other: str) -> None:
    assert pairs(f"## A\n- Check the tide\n\n## B\n{other}\n") == [(5, 2)]


def test_each_copy_is_told_with_the_first() -> None:
    assert pairs("- Check it twice\n- other\n- Check it twice\n- check it twice\n") == [
        (3, 1),
        (4, 1),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "- Check the tide\n- Check the tides\n",
        "## A\n-\n-\n\n## B\n-\n",
        "## A\n- ✅\n- ✅\n",
        # A name and its value, of two things.
        "### Foo\n- Status: active\n\n### Bar\n- Status: active\n",
        "- Foo\n  - Owner: ada\n- Bar\n  - Owner: ada\n",
        "- Foo\n  - waits for the tide tables\n- Bar\n  - waits for the tide tables\n",
        # One name, with other details.
        "## A\n- **Lantern**\n  - a scheduler\n\n## B\n- **Lantern**\n  - decided on Rust\n",
        # Places that wait for their text.
        "## A\n- None\n\n## B\n- none\n",
        # What another program keeps, it may repeat.
        "- Check the tide\n<!-- openclaw:dreaming:x:start -->\n- Check the tide\n"
        "<!-- openclaw:dreaming:x:end -->\n",
    ],
)
def test_equal_words_need_not_say_the_same(text: str) -> None:
    assert pairs(text) == []


def test_in_one_place_even_short_lines_are_duplicates() -> None:
    assert pairs("## A\n- Status: active\n- status: Active\n") == [(3, 2)]
    assert pairs("- Foo\n  - Owner: ada\n  - owner: ada\n") == [(3, 2)]


def test_a_copy_with_all_under_it_is_one_finding() -> None:
    one = "- Lantern is a lighthouse\n  - it waits\n    - for the tide\n"
    assert pairs(one + one) == [(4, 1)]
    # A line that is there again without its details says nothing new.
    assert pairs(one + "\n## B\n- Lantern is a lighthouse\n") == [(6, 1)]


@given(st.lists(st.sampled_from(["a b c d", "e f g h", "Status: on", "-", "x"]), max_size=12))
def test_a_list_without_duplicates_is_left_of_any_list(lines: list[str]) -> None:
    """Taking out what is found leaves nothing to find."""
    text = "".join(f"- {each}\n" for each in lines)
    extra = {line for line, _ in pairs(text)}
    kept = [each for number, each in enumerate(lines, start=1) if number not in extra]
    assert pairs("".join(f"- {each}\n" for each in kept)) == []
    said = [each for each in kept if any(map(str.isalnum, each))]
    assert len(said) == len(set(said))


# --- Secrets ---------------------------------------------------------------------


def test_the_line_of_a_secret_is_found_whatever_ends_the_lines() -> None:
    data = f"one\r\ntwo\rthree\n{TOKEN}\u2028x {TOKEN}\n\n{TOKEN}".encode() + b"\xff"
    said = list(rules.secrets_of_files({"MEMORY.md": data}))
    assert [each.where for each in said] == ["MEMORY.md:4", "MEMORY.md:6"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_finding_holds_a_secret(before: str, behind: str) -> None:
    text = f"{before} {TOKEN} {behind}"
    each = found(Kind.SECRET, Severity.ERROR, text, text)
    assert TOKEN not in each.where + each.words
    assert covered(covered(text)) == covered(text)


def test_a_secret_in_the_name_of_a_file_is_covered() -> None:
    (said,) = rules.secrets_of_files({f"memory/2026-02-06-{TOKEN}.md": TOKEN.encode()})
    assert said.where == "memory/2026-02-06-(GitHub token).md:1"


# --- Notes -----------------------------------------------------------------------


def repository(name: str, **more: object) -> RepositoryNotes:
    return RepositoryNotes(name, Path(name), "main", "1" * 40, "2" * 40, **more)  # type: ignore[arg-type]


def test_other_programs_notes_are_looked_through_for_secrets_too() -> None:
    entry = DialectEntry("plan", f"use {TOKEN}", None, "3" * 40, 0)
    span = DamagedSpan("3" * 40, 1, "{", "not JSON")
    other = DialectNotes(
        Dialect.BLOCKS, "mem/x", "refs/notes/mem/x", "4" * 40, (entry,), (span,), "half is gone"
    )
    notes = Notes((repository("one", dialects=(other,)), repository("two")))
    (secret,) = rules.secrets_of_notes(notes)
    assert secret.where == "notes under refs/notes/mem/x in one, plan"
    # Its program has to mend it: that closes no gate here.
    (damage,) = rules.damaged(notes, "refs/notes/agents")
    assert damage.severity is Severity.INFO
    (problem,) = rules.unreadable(MemoryFile(Path("MEMORY.md")), (), notes, None)
    assert (problem.where, problem.words) == ("notes under refs/notes/mem/x", "Half is gone.")


def test_a_secret_in_a_damaged_entry_is_found() -> None:
    span = DamagedSpan("3" * 40, 1, f"{{ {TOKEN}", "not JSON")
    (said,) = rules.secrets_of_notes(Notes((repository("one", damaged=(span,)),)))
    assert said.where == "notes of commit 333333333333, entry 2"


@pytest.mark.parametrize(
    ("state", "severity"),
    [
        (RemoteState("origin", SyncState.EVEN), None),
        (RemoteState("origin", SyncState.NEVER), Severity.INFO),
        (RemoteState("origin", SyncState.AHEAD, 1, 0, 1, 0), Severity.INFO),
        (RemoteState("origin", SyncState.BEHIND, 0, 1, 0, 1), Severity.WARNING),
        (RemoteState("origin", SyncState.DIVERGED, 1, 1, 1, 1), Severity.WARNING),
        (RemoteState("origin", SyncState.BEHIND, 0, 1, problem="lost"), Severity.WARNING),
    ],
)
def test_only_what_others_know_and_we_do_not_is_a_warning(
    state: RemoteState, severity: Severity | None
) -> None:
    here = repository("one")
    said = list(rules.unsynced([rules.Remote(here, state)], Notes((here,))))
    assert [each.severity for each in said] == ([severity] if severity else [])
    for each in said:
        assert "`memdeck notes sync origin`" in each.words


# --- Order -----------------------------------------------------------------------

FINDINGS = st.builds(
    Finding,
    st.sampled_from(Kind),
    st.sampled_from(Severity),
    st.sampled_from(["MEMORY.md:2", "MEMORY.md:10", "MEMORY.md", "budget", "notes of a:b, key c"]),
    st.sampled_from(["a", "b"]),
)


@given(st.lists(FINDINGS, max_size=12), st.randoms())
def test_the_order_does_not_depend_on_who_found_it_first(
    findings: list[Finding], random: object
) -> None:
    mixed = list(findings)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert in_order(mixed) == in_order(findings)
    severities = [list(Severity).index(each.severity) for each in in_order(findings)]
    assert severities == sorted(severities)
    report = Report(in_order(findings), budget())
    assert report.ok == (report.count(Severity.ERROR) + report.count(Severity.WARNING) == 0)


def test_lines_are_sorted_as_numbers() -> None:
    def at(where: str) -> Finding:
        return found(Kind.SECRET, Severity.ERROR, where, "")

    places: Sequence[str] = ("MEMORY.md:10", "MEMORY.md:9", "MEMORY.md")
    assert [each.where for each in in_order(map(at, places))] == [
        "MEMORY.md",
        "MEMORY.md:9",
        "MEMORY.md:10",
    ]
