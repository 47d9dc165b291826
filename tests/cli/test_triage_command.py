"""`memdeck triage`: the list for a person and for an agent, and what is chosen about its lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Caller


def listed(call: Caller, *arguments: str) -> list[dict[str, Any]]:
    said = call("triage", *arguments, "--json")
    found: list[dict[str, Any]] = json.loads(said.out)
    assert said.code == (0 if found else 1), said.err
    return found


def test_an_agent_is_given_all_that_is_known_of_each_line(
    made: Path, call_in: Callable[[Path], Caller]
) -> None:
    found = listed(call_in(made))
    assert len(found) > 150
    for each in found:
        assert list(each) == [
            *("id", "file", "line", "date", "text", "kind", "score", "reasons"),
            *("suspicious", "places", "like", "section"),
        ]
        assert each["places"][0] == {name: each[name] for name in ("file", "line", "date", "text")}
    assert found[0]["kind"] == "decision"
    assert found[0]["section"] == "Critical Decisions"
    assert found[0]["reasons"][0] == "reads like a decision"
    assert [each["score"] for each in found] == sorted(
        (each["score"] for each in found), reverse=True
    )
    like = next(each["like"] for each in found if each["like"])
    assert list(like) == ["id", "line", "likeness"]
    assert 80 <= like["likeness"] < 98
    assert listed(call_in(made), "--limit", "3") == found[:3]
    assert len(listed(call_in(made), "--days", "31")) > len(found)


def test_a_person_reads_id_place_text_and_reasons(
    made: Path, call_in: Callable[[Path], Caller]
) -> None:
    call = call_in(made)
    first = listed(call, "--limit", "1")[0]
    said = call("triage", "--limit", "1")
    lines = said.text.split("\n")
    assert lines[0] == f"{first['id']}  {first['file']}:{first['line']}  {first['text']}"
    assert lines[1].strip() == f"{', '.join(first['reasons'])} → Critical Decisions"
    assert "further lines" in said.err


def test_what_is_skipped_is_not_listed_until_it_is_taken_back(
    made: Path, call_in: Callable[[Path], Caller]
) -> None:
    call = call_in(made)
    before = listed(call)
    ids = [each["id"] for each in before]
    said = call("triage", "skip", ids[0][:7], ids[4], "--agent", "scout")
    assert said.code == 0
    assert said.text.startswith(f"{ids[0]}  ")
    assert f"Skipped 2 lines for good · `memdeck triage back {ids[0]} {ids[4]}`" in said.err
    assert listed(call) == [each for each in before if each["id"] not in (ids[0], ids[4])]
    assert call("triage", "skip", ids[0]).code == 1
    back = call("triage", "back", ids[0], ids[4])
    assert (back.code, "2 lines" in back.err) == (0, True)
    assert listed(call) == before
    assert call("triage", "back", ids[0]).code == 1


@pytest.mark.parametrize("name", ["snooze", "wait"])
def test_what_waits_comes_back_on_its_day(
    made: Path, call_in: Callable[[Path], Caller], name: str
) -> None:
    call = call_in(made)
    before = [each["id"] for each in listed(call)]
    said = call("triage", name, before[0], "--until", "2026-02-08")
    assert said.code == 0
    assert "1 line will wait until 2026-02-08" in said.err
    assert [each["id"] for each in listed(call)] == before[1:]
    call.now = call.now.replace(day=8)
    assert before[0] in [each["id"] for each in listed(call)]
    assert call("triage", name, before[0], "--until", "tomorrow").code == 0


def test_what_was_skipped_long_ago_is_taken_back_by_its_id(
    made: Path, call_in: Callable[[Path], Caller]
) -> None:
    call = call_in(made)
    one = listed(call)[0]["id"]
    call("triage", "skip", one)
    call.now = call.now.replace(month=6)
    assert call("triage", "back", one).code == 0
    assert call("triage", "back", one).code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("skip", "ffffffffffff"), 1, "No line of the list has the id ffffffffffff"),
        (("skip", "zz\x1b[31m"), 1, "nothing was changed"),
        (("skip",), 2, "ID"),
        (("snooze", "ffffffffffff"), 2, "--until"),
        (("snooze", "ffffffffffff", "--until", "soon"), 2, "soon is no date"),
        (("snooze", "ffffffffffff", "--until", "2026-02-06"), 2, "not later than today"),
        (("back", "ffffffffffff"), 1, "None of these was skipped"),
        (("--days", "0"), 2, "--days"),
        (("keep",), 2, "no command `keep`"),
    ],
)
def test_what_makes_no_sense_is_said_in_words(
    made: Path, call_in: Callable[[Path], Caller], arguments: tuple[str, ...], code: int, words: str
) -> None:
    said = call_in(made)("triage", *arguments)
    assert (said.code, said.out) == (code, b"")
    assert words in said.err
    assert "\x1b" not in said.err


def test_without_anything_to_look_at_it_ends_with_1(
    tmp_path: Path, call_in: Callable[[Path], Caller]
) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "MEMORY.md").write_text("# M\n")
    call = call_in(tmp_path)
    said = call("triage")
    assert (said.code, said.out) == (1, b"")
    assert "Nothing since 2026-01-24 waits to be looked at." in said.err
    assert listed(call) == []
    (tmp_path / "memory" / "2026-02-06.md").write_text("- Decision: one queue\n")
    call("triage", "skip", listed(call)[0]["id"])
    assert "(1 line skipped or waiting)" in call("triage").err


def test_what_takes_long_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    from memdeck.cli.triage import TellOnce

    moments = iter([0.0, 0.5, 1.9, 2.1, 9.0])
    tell = TellOnce(365, lambda: next(moments))
    for _ in range(3):
        tell()
    tell()
    assert capsys.readouterr().err == (
        "Comparing the lines of 365 days with MEMORY.md and with each other: this takes a while, "
        "and less with fewer --days.\n"
    )
