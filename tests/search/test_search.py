"""A search goes through notes, MEMORY.md and logs, newest first, and can be stopped at any time."""

from __future__ import annotations

import os
import random
import subprocess
from dataclasses import replace
from datetime import date, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memdeck.curated.sections import parse_memory
from memdeck.daily.days import read_days
from memdeck.daily.parse import parse_log
from memdeck.errors import WrongUsage
from memdeck.model import (
    BranchNotes,
    DamagedSpan,
    Dialect,
    DialectEntry,
    DialectNotes,
    Entry,
    JsonValue,
    KeyHistory,
    MemoryFile,
    Notes,
    RepositoryNotes,
    Tier,
)
from memdeck.search import (
    Batch,
    EntryTarget,
    Filters,
    Hit,
    ItemTarget,
    LogTarget,
    Mode,
    Query,
    Sources,
    best,
    context,
    parse_query,
    search,
    without_secrets,
)
from memdeck.search.logs import titles

TODAY = date(2026, 2, 6)
# Put together here, so that no file of the project holds anything of this shape.
TOKEN = "gh" + "p_" + "Zq7" * 12

MEMORY = b"""\
# MEMORY.md

## Critical Decisions
- Count the tide at dawn
  - nested: the pier only

## Patterns That Work
- Check the tide table
"""


def entry(key: str, value: JsonValue, when: str, branch: str = "main", position: int = 0) -> Entry:
    return Entry(branch, when, key, value, "c" * 40, position)


def notes(root: Path) -> Notes:
    status = KeyHistory(
        entry("task.status", "tide counted\nnext: the pier", "2026-02-06T10:00:00Z"),
        (entry("task.status", "tide not counted", "2026-02-01T10:00:00Z", position=1),),
    )
    choice = KeyHistory(entry("db", {"choice": "Postgres", "tide": None}, "2026-02-03T10:00:00Z"))
    other = KeyHistory(entry("plan", "tide map", "2026-02-05T10:00:00Z", "feature/x"))
    foreign = DialectNotes(
        Dialect.BLOCKS,
        "mem/main",
        "refs/notes/mem/main",
        "t" * 40,
        (DialectEntry("summary", "tide of others", None, "d" * 40, 0, (("branch", "main"),)),),
    )
    return Notes(
        (
            RepositoryNotes(
                "agent", root, "main", None, "t" * 40,
                branches=(
                    BranchNotes("main", True, (status, choice)),
                    BranchNotes("feature/x", False, (other,)),
                ),
                damaged=(DamagedSpan("e" * 40, 3, '{"tide', "no JSON"),),
                dialects=(foreign,),
            ),
        )
    )  # fmt: skip


LOGS = {
    "2026-02-06.md": "# 2026-02-06\n\n## Completed\n- tide one\n- tide two\n",
    "2026-02-06-1105.md": "# Session: 2026-02-06 11:05 UTC\n\nuser: tide?\nassistant: tide!\n",
    "2026-02-05.md": "# 2026-02-05\n\n## Decisions ✅\n- moved the tide count\n\n## Notes\ntide\n",
    "2026-01-01.md": "- winch\r- the Tide\r\n",
}


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    (tmp_path / "memory").mkdir()
    for name, text in LOGS.items():
        (tmp_path / "memory" / name).write_bytes(text.encode())
    memory = MemoryFile(tmp_path / "MEMORY.md", MEMORY, True, parse_memory(MEMORY))
    days = read_days(tmp_path, today=TODAY, parse_newest=0)
    return Sources(tmp_path, notes(tmp_path), memory, days)


def hits(sources: Sources, text: str) -> list[Hit]:
    return [hit for batch in search(sources, parse_query(text, today=TODAY)) for hit in batch.hits]


def places(sources: Sources, text: str) -> list[str]:
    return [each.place for each in hits(sources, text)]


def remarks(batches: list[Batch]) -> list[str]:
    return [remark for batch in batches for remark in batch.remarks]


def test_all_tiers_answer_each_newest_first(sources: Sources) -> None:
    assert places(sources, "tide") == [
        "main task.status",
        "main db",
        "main task.status",
        "feature/x plan",
        "",
        "main summary",
        "MEMORY.md:4",
        "MEMORY.md:8",
        "memory/2026-02-06.md:5",
        "memory/2026-02-06.md:4",
        "memory/2026-02-06-1105.md:4",
        "memory/2026-02-06-1105.md:3",
        "memory/2026-02-05.md:7",
        "memory/2026-02-05.md:4",
        "memory/2026-01-01.md:2",
    ]


def test_a_hit_says_what_it_is_and_where_to_go(sources: Sources) -> None:
    note, *_ = hits(sources, "counted tier:notes")
    assert (note.text, note.spans) == ("task.status: tide counted", ((18, 25),))
    assert (note.date, note.branch, note.key) == (TODAY, "main", "task.status")
    assert note.target == EntryTarget(
        sources.root, None, "main", "task.status", "c" * 40, 0, latest=True
    )
    item, *_ = hits(sources, "pier tier:memory")
    sections = {each.address: each for each in sources.memory.sections}
    nested = sections["Critical Decisions"].items[1]
    assert (item.text, item.section) == ("  - nested: the pier only", "Critical Decisions")
    assert item.target == ItemTarget(5, nested.id, "Critical Decisions")
    line, *_ = hits(sources, "moved")
    assert (line.tier, line.text, line.section) == (
        Tier.LOGS,
        "- moved the tide count",
        "Decisions ✅",
    )
    assert line.target == LogTarget("memory/2026-02-05.md", 4, date(2026, 2, 5))
    assert [line.text[start:end] for start, end in line.spans] == ["moved"]


def test_the_history_of_a_key_is_told_from_its_latest(sources: Sources) -> None:
    found = [each.target for each in hits(sources, "tide tier:notes")]
    latest = [each.latest for each in found if isinstance(each, EntryTarget)]
    assert latest == [True, True, False, True, False, True]


def test_transcripts_are_marked_and_can_be_left_out(sources: Sources) -> None:
    assert [each.transcript for each in hits(sources, "tide on:today tier:logs")] == [
        False, False, True, True,
    ]  # fmt: skip
    assert places(sources, "tide on:today tier:logs transcripts:no") == [
        "memory/2026-02-06.md:5",
        "memory/2026-02-06.md:4",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tide section:decisions", ["MEMORY.md:4", "memory/2026-02-05.md:4"]),
        ("tide branch:feature/*", ["feature/x plan"]),
        ("tide tier:memory since:2026-01-01", []),
        ("tide until:2026-01-31", ["memory/2026-01-01.md:2"]),
        ("tide on:2026-02-01", ["main task.status"]),
        ("tide kind:decision tier:logs", ["memory/2026-02-05.md:4"]),
        ("tide kind:completed tier:logs", ["memory/2026-02-06.md:5", "memory/2026-02-06.md:4"]),
        ("kind:decision tier:memory", ["MEMORY.md:4", "MEMORY.md:5"]),
        ("case:exact Tide", ["memory/2026-01-01.md:2"]),
        ("/^- tide (one|two)$/ tier:logs", ["memory/2026-02-06.md:5", "memory/2026-02-06.md:4"]),
        ("next pier tier:notes", ["main task.status"]),
        ("tide pier tier:notes", []),
    ],
)
def test_filters_leave_what_was_asked_for(sources: Sources, text: str, found: list[str]) -> None:
    assert places(sources, text) == found


def test_the_date_of_an_entry_is_that_of_the_workspace(sources: Sources) -> None:
    late = replace(sources, zone=timezone(timedelta(hours=14)))
    assert places(late, "counted on:2026-02-07 tier:notes") == ["main task.status"]


def test_fuzzy_hits_come_best_first_and_keep_the_best(sources: Sources) -> None:
    folder = sources.root / "memory"
    for number in range(1, 29):
        (folder / f"2025-01-{number:02}.md").write_text("- postgers\n" * 2000)
    (folder / "2024-01-01.md").write_text("- postgres\n" * 3)
    days = read_days(sources.root, today=TODAY, parse_newest=0)
    query = Query(("postgres",), Mode.FUZZY, Filters(tiers=frozenset({Tier.LOGS})))
    batches = list(search(replace(sources, days=days), query, limit=10))
    found = [hit for batch in batches for hit in batch.hits]
    assert batches[-1].matched == 28 * 2000 + 3
    kept = best(found, 10)
    assert [each.text for each in kept] == ["- postgres"] * 3 + ["- postgers"] * 7


def test_more_than_the_limit_are_counted_and_not_kept(sources: Sources) -> None:
    (sources.root / "memory" / "2026-01-02.md").write_text("- tide\n" * 5000)
    days = read_days(sources.root, today=TODAY, parse_newest=0)
    query = parse_query("tide tier:logs", today=TODAY)
    batches = list(search(replace(sources, days=days), query, limit=100))
    assert sum(len(each.hits) for each in batches) == 100
    assert batches[-1].matched == 5000 + 7
    assert batches[-1].done
    assert (batches[-1].looked_at, batches[-1].total) == (5, 5)


def test_a_stop_is_heeded_between_two_batches(sources: Sources) -> None:
    for number in range(1, 29):
        (sources.root / "memory" / f"2025-01-{number:02}.md").write_text("- tide\n" * 9000)
    days = read_days(sources.root, today=TODAY, parse_newest=0)
    seen: list[Batch] = []
    query = parse_query("tide tier:logs", today=TODAY)
    for batch in search(replace(sources, days=days), query, stop=lambda: bool(seen)):
        seen.append(batch)
    assert len(seen) == 1
    assert not seen[0].done
    assert seen[0].looked_at < 10


@pytest.mark.parametrize("text", ["/tide/", "~tide", "tide kind:decision", "kind:decision"])
def test_nothing_comes_of_a_search_that_nobody_waits_for(sources: Sources, text: str) -> None:
    assert list(search(sources, parse_query(text, today=TODAY), stop=lambda: True)) == []


def test_a_pattern_that_takes_for_ever_ends_in_words(
    sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    from memdeck.search import pattern

    matcher = pattern.PatternMatcher
    monkeypatch.setattr(
        pattern, "PatternMatcher", lambda *each, **more: matcher(*each, **more, patience=0.1)
    )
    (sources.root / "memory" / "2026-02-04.md").write_text("a" * 60 + "b\n")
    days = read_days(sources.root, today=TODAY, parse_newest=0)
    query = parse_query("/(a+)+$/ tier:logs", today=TODAY)
    batches = list(search(replace(sources, days=days), query))
    assert batches[-1].done
    assert ["takes too long" in each for each in remarks(batches)] == [True]


def test_a_bad_pattern_is_refused_before_anything_is_read(sources: Sources) -> None:
    with pytest.raises(WrongUsage, match="at character 1"):
        search(sources, Query(("(a",), Mode.REGEX))


def test_an_empty_query_finds_nothing(sources: Sources) -> None:
    assert list(search(sources, Query())) == [Batch((), 0, 0, 0, done=True)]


# --- What the disk does ------------------------------------------------------


def test_a_log_that_has_grown_is_read_to_its_end_and_one_that_went_is_left_out(
    sources: Sources,
) -> None:
    with (sources.root / "memory" / "2026-02-05.md").open("a") as file:
        file.write("- a late tide\n")
    (sources.root / "memory" / "2026-02-06.md").unlink()
    assert places(sources, "tide since:2026-02-05 tier:logs transcripts:no") == [
        "memory/2026-02-05.md:8",
        "memory/2026-02-05.md:7",
        "memory/2026-02-05.md:4",
    ]


def test_what_cannot_be_read_is_a_remark_and_a_pipe_is_not_waited_for(sources: Sources) -> None:
    folder = sources.root / "memory"
    outside = sources.root.parent / "outside.md"
    outside.write_text("- tide outside\n")
    (folder / "2026-02-06.md").unlink()
    (folder / "2026-02-06.md").symlink_to(outside)
    (folder / "2026-02-05.md").unlink()
    os.mkfifo(folder / "2026-02-05.md")
    (folder / "2026-01-01.md").unlink()
    (folder / "2026-01-01.md").mkdir()
    batches = list(search(sources, parse_query("tide tier:logs transcripts:no", today=TODAY)))
    assert [hit for batch in batches for hit in batch.hits] == []
    said = remarks(batches)
    assert len(said) == 3
    assert "memory/2026-02-06.md: a link that leads out of the workspace" in said[0]
    assert "memory/2026-02-05.md: not a regular file" in said[1]
    assert "memory/2026-01-01.md: a folder" in said[2]


def test_a_link_inside_the_workspace_is_followed(sources: Sources) -> None:
    (sources.root / "kept.md").write_text("- tide kept\n")
    (sources.root / "memory" / "2026-02-04.md").symlink_to("../kept.md")
    days = read_days(sources.root, today=TODAY, parse_newest=0)
    assert places(replace(sources, days=days), "kept") == ["memory/2026-02-04.md:1"]


def test_many_unreadable_files_are_named_and_counted(sources: Sources) -> None:
    for number in range(1, 9):
        (sources.root / "memory" / f"2025-01-0{number}.md").mkdir()
    days = read_days(sources.root, today=TODAY, parse_newest=0)
    batches = list(search(replace(sources, days=days), Query(("tide",))))
    said = remarks(batches)
    assert len(said) == 6
    assert said[-1] == "3 other files could not be read either."


def test_notes_that_cannot_be_read_are_a_remark(sources: Sources) -> None:
    without = replace(sources, notes=Notes(problem="No git here."))
    batches = list(search(without, Query(("tide",))))
    assert remarks(batches) == ["No git here."]
    assert sum(len(each.hits) for each in batches) == 9


def test_a_log_of_many_pieces_is_searched_from_its_end(sources: Sources) -> None:
    line = "- " + "x" * 97 + "\n"
    text = "".join(f"- tide {number}\n" + line * 6000 for number in range(4))
    (sources.root / "memory" / "2026-02-04.md").write_text(text)
    days = read_days(sources.root, today=TODAY, parse_newest=0)
    found = hits(replace(sources, days=days), "tide on:2026-02-04 tier:logs")
    assert [each.text for each in found] == [f"- tide {number}" for number in (3, 2, 1, 0)]
    assert [each.line for each in found] == [18004, 12003, 6002, 1]


@pytest.mark.slow
def test_ten_years_answer_as_grep_does(sources: Sources) -> None:
    chosen = random.Random(5)
    words = ["tide", "Tide", "TIDES", "dawn", "pier", "größe", "winch", "fog"]
    folder = sources.root / "memory"
    for number in range(3650):
        day = date(2026, 1, 30) - timedelta(days=number)
        lines = (" ".join(chosen.choices(words[3:] * 9 + words, k=9)) for _ in range(40))
        text = f"# {day}\n\n## Notes\n" + "".join(f"- {line}\n" for line in lines)
        (folder / f"{day}.md").write_text(text, encoding="utf-8")
    days = read_days(sources.root, today=TODAY, parse_newest=0)
    now = replace(sources, days=days)
    for text in ("tide", "/tide/", "größe"):
        *_, last = search(now, parse_query(f"{text} tier:logs", today=TODAY))
        counted = subprocess.run(
            ["grep", "-rhci", text.strip("/"), str(folder)],
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            check=True,
        )
        assert last.matched == sum(map(int, counted.stdout.split()))
        assert last.looked_at == last.total == sum(len(day.files) for day in days)
    found = hits(now, "tide tier:logs")
    assert len(found) == 1000
    newest_first = [(each.date, each.file, each.line) for each in found]
    assert newest_first == sorted(newest_first, key=_newest_first, reverse=True)


def _newest_first(place: tuple[date | None, str | None, int]) -> tuple[date, str, int]:
    on, file, line = place
    return on or date.min, file or "", line


# --- Around a hit ------------------------------------------------------------


def test_the_lines_around_a_hit(sources: Sources) -> None:
    log, *_ = hits(sources, "moved")
    assert context(sources, log).before == ("", "## Decisions ✅")
    assert context(sources, log).after == ("", "## Notes")
    item, *_ = hits(sources, "pier tier:memory")
    assert context(sources, item, 1).before == ("- Count the tide at dawn",)
    note, *_ = hits(sources, "counted tier:notes")
    assert context(sources, note).after == ("next: the pier",)
    value, *_ = hits(sources, "next tier:notes")
    assert (value.line, context(sources, value).before) == (2, ("task.status: tide counted",))


def test_a_hit_is_found_again_where_it_moved_to(sources: Sources) -> None:
    log, *_ = hits(sources, "moved")
    path = sources.root / "memory" / "2026-02-05.md"
    path.write_text("- new first line\n" + path.read_text())
    assert context(sources, log, 1).before == ("## Decisions ✅",)
    path.unlink()
    assert context(sources, log).before == ()


def test_of_lines_that_say_the_same_the_nearest_is_the_one(sources: Sources) -> None:
    path = sources.root / "memory" / "2026-02-04.md"
    path.write_text("- a\n- tide\n- b\n- tide\n- c\n- tide\n")
    now = replace(sources, days=read_days(sources.root, today=TODAY, parse_newest=0))
    found = hits(now, "tide on:2026-02-04 tier:logs")
    assert [context(now, each, 1).before for each in found] == [("- c",), ("- b",), ("- a",)]


# --- Long lines and secrets --------------------------------------------------


def test_a_very_long_line_is_cut_around_its_match(sources: Sources) -> None:
    words = "sand " * 2000 + "tide " + "sand " * 2000
    (sources.root / "memory" / "2026-02-04.md").write_text(f"- {words}\n- behind\n")
    days = read_days(sources.root, today=TODAY, parse_newest=0)
    now = replace(sources, days=days)
    (hit,) = hits(now, "tide on:2026-02-04 tier:logs")
    assert len(hit.text) == 2000
    assert [hit.text[start:end] for start, end in hit.spans] == ["tide"]
    assert hit.text == f"- {words}"[hit.cut : hit.cut + 2000]
    assert context(now, hit).after == ("- behind",)


def test_a_cut_does_not_open_a_secret(sources: Sources) -> None:
    # Cut by length alone, it would begin and end inside of one.
    before = "x" * 900 + f" {TOKEN}" + " " * 180
    text = f"{before}tide "
    text = text.ljust(len(before) - 200 + 2000 - 20, "-") + f" {TOKEN} " + "z" * 999
    (sources.root / "memory" / "2026-02-04.md").write_text(text)
    days = read_days(sources.root, today=TODAY, parse_newest=0)
    (hit,) = hits(replace(sources, days=days), "tide on:2026-02-04 tier:logs")
    covered = without_secrets(hit)
    assert "Zq7" not in covered.text
    assert covered.text.count("(GitHub token)") == 2
    assert [covered.text[start:end] for start, end in covered.spans] == ["tide"]


def test_secrets_are_covered_and_the_spans_still_fit(sources: Sources) -> None:
    text = f"- tide {TOKEN} tide"
    (sources.root / "memory" / "2026-02-04.md").write_text(text)
    days = read_days(sources.root, today=TODAY, parse_newest=0)
    (hit,) = hits(replace(sources, days=days), "tide Zq7 on:2026-02-04 tier:logs")
    covered = without_secrets(hit)
    assert TOKEN not in covered.text
    assert [covered.text[start:end] for start, end in covered.spans] == ["tide", "tide"]


# --- Titles ------------------------------------------------------------------

LINE = st.sampled_from(
    [
        *("## Done", "### Deep ###", "**Bold**", "**Bold:** more", "# Day", "- item", "text"),
        *("```", "~~~", "##none", "## ", "", "## *Why* now:", "    ## code", "__Under__:"),
    ]
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINE, max_size=12))
def test_titles_are_found_for_any_lines(written: list[str]) -> None:
    found = titles("\n".join(written).encode())
    assert [offset for offset, _ in found] == sorted({offset for offset, _ in found})


def test_a_title_in_code_is_none_and_code_in_a_line_opens_nothing() -> None:
    text = b"# Day\n```x``` is code\n## One ##\n```sh\n# no title\n````\n**Two:**\n"
    assert [title for _, title in titles(text)] == ["", "One", "Two"]


def test_titles_are_those_of_the_parser_in_the_made_workspace(tmp_path: Path) -> None:
    from memdeck.demo import make_workspace

    root = make_workspace(tmp_path / "atlas")
    for day in read_days(root, today=TODAY):
        for file in day.files:
            _, sections, _ = parse_log(file.data, file.name, day.date)
            starts = {each.line for each in sections if each.title and each.level != 1}
            lines = {file.data.count(b"\n", 0, at) + 1 for at, title in titles(file.data) if title}
            assert starts <= lines, file.name


def test_moments_that_the_calendar_does_not_know_are_no_dates(sources: Sources) -> None:
    odd = KeyHistory(entry("odd", "tide", "0001-01-01T00:00:00+14:00"))
    repository = sources.notes.repositories[0]
    branches = (BranchNotes("main", True, (odd,)),)
    changed = replace(sources, notes=Notes((replace(repository, branches=branches),)))
    assert [each.date for each in hits(changed, "odd tier:notes")] == [None]
