"""`memdeck search`: lines of all tiers on stdout, what is to be said about them on stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memdeck.cli import output

from .conftest import Caller

if TYPE_CHECKING:
    from tests.conftest import GitHelper

TOKEN = "gh" + "p_" + "Zq7" * 12
ENTRY = '{"branch": "main", "timestamp": "2026-02-05T10:00:00Z", "key": "%s", "value": "%s"}'


@pytest.fixture
def root(agent: Path, git: GitHelper) -> Path:
    """The small workspace in a repository, with a note."""
    git.repository(agent)
    git.note(agent, ENTRY % ("plan", "ask for the tide tables"))
    return agent


def test_lines_of_all_tiers_are_printed_with_their_places(root: Path, call: Caller) -> None:
    said = call("search", "tide")
    assert said.code == 0
    assert said.text.removesuffix("\n").split("\n") == [
        "main  plan: ask for the tide tables",
        "MEMORY.md:5    - waits for the tide tables",
        "MEMORY.md:12  - Always check the tide before sailing",
        "memory/2026-02-06.md:10  - The tide service answers with last year's tables",
    ]
    assert said.err == ""


def test_json_says_all_of_a_hit(root: Path, call: Caller) -> None:
    said = call("search", "tide", "tables", "tier:notes,logs", "--json")
    documents: list[dict[str, Any]] = json.loads(said.text)
    assert documents == [
        {
            "tier": "notes",
            "place": "main plan",
            "file": None,
            "line": None,
            "branch": "main",
            "key": "plan",
            "date": "2026-02-05",
            "section": None,
            "text": "plan: ask for the tide tables",
            "spans": [[18, 22], [23, 29]],
            "transcript": False,
        },
        {
            "tier": "logs",
            "place": "memory/2026-02-06.md:10",
            "file": "memory/2026-02-06.md",
            "line": 10,
            "branch": None,
            "key": None,
            "date": "2026-02-06",
            "section": "Blocked",
            "text": "- The tide service answers with last year's tables",
            "spans": [[6, 10], [44, 50]],
            "transcript": False,
        },
    ]


def test_options_narrow_it_down_as_the_words_do(root: Path, call: Caller) -> None:
    one = call("search", "tide", "--tier", "logs", "--section", "blocked", "--since", "today")
    other = call("search", "tide tier:logs section:blocked since:today")
    assert one.out == other.out
    assert one.text.startswith("memory/2026-02-06.md:10  ")
    assert call("search", "--kind", "decision", "--tier", "logs").text == (
        "memory/2026-02-06.md:7  - Moved the dawn count to seven because of fog\n"
    )


def test_a_pattern_and_nearly_the_words(root: Path, call: Caller) -> None:
    assert call("search", "--regex", "^- .*(fog|winch)$").text == (
        "memory/2026-02-06.md:7  - Moved the dawn count to seven because of fog\n"
        "memory/2026-02-05.md:1  - Oiled the winch\n"
    )
    assert "Lantern" in call("search", "--fuzzy", "lighthuose").text
    assert "Lantern" in call("search", "~lighthuose").text


def test_nothing_found_is_exit_code_1(root: Path, call: Caller) -> None:
    said = call("search", "kraken")
    assert (said.code, said.out) == (1, b"")
    assert said.err == "memdeck: No line matches kraken.\n"
    as_json = call("search", "kraken", "--json")
    assert (as_json.code, json.loads(as_json.text)) == (1, [])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["/(a/"], "missing ), unterminated subpattern at character 1."),
        (["--regex", "a{2,1}"], "min repeat greater than max repeat at character 3."),
        (["--regex", "--fuzzy", "a"], "not both"),
        ([], "nothing to search for"),
        (["--tier", "log", "a"], "did you mean logs?"),
        (["--since", "soon", "a"], "since:soon is no date"),
    ],
)
def test_what_makes_no_sense_is_exit_code_2(
    root: Path, call: Caller, arguments: list[str], words: str
) -> None:
    said = call("search", *arguments)
    assert (said.code, said.out) == (2, b"")
    assert words in said.err


def test_what_is_beyond_the_limit_is_counted(root: Path, call: Caller) -> None:
    said = call("search", "tide", "--limit", "2")
    assert len(said.text.removesuffix("\n").split("\n")) == 2
    assert said.err == "4 lines match; the first 2 are above (--limit N prints more).\n"


def test_secrets_are_covered_unless_they_are_asked_for(root: Path, call: Caller) -> None:
    with (root / "memory" / "2026-02-06.md").open("a") as file:
        file.write(f"- key {TOKEN} is new\n")
    assert TOKEN not in call("search", "key", "new").text
    document = json.loads(call("search", "key", "new", "--json").text)[0]
    assert TOKEN not in document["text"]
    covered = [document["text"][start:end] for start, end in document["spans"]]
    assert covered == ["key", "new"]
    assert TOKEN in call("search", "key", "new", "--reveal").text


def test_what_is_printed_is_safe_and_bold_on_a_terminal_only(
    root: Path,
    call: Caller,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (root / "memory" / "2026-02-04.md").write_text("- \x1b]52;c;x\x07 walrus\n")
    plain = call("search", "walrus").out
    assert b"\x1b" not in plain
    monkeypatch.setattr(output, "on_terminal", lambda: True)
    output.emphasised([("a \x1b", False), ("walrus", True)])
    assert capsys.readouterr().out == "a \u241b\x1b[1mwalrus\x1b[0m\n"
    monkeypatch.setenv("NO_COLOR", "1")
    output.emphasised([("walrus", True)])
    assert capsys.readouterr().out == "walrus\n"


def test_without_a_repository_the_rest_is_searched_and_it_is_said(call: Caller) -> None:
    said = call("search", "tide")
    assert said.code == 0
    assert "no git repository" in said.err
    assert len(said.text.removesuffix("\n").split("\n")) == 3


def test_a_real_process_tries_a_pattern(root: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "memdeck", "search", "/ti.e tab/"],
        cwd=root,
        env={**environment, **{"COLUMNS": os.environ.get("COLUMNS", "80")}},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"\n") == 2


def test_the_nearest_come_first_whatever_their_tier(root: Path, call: Caller) -> None:
    (root / "MEMORY.md").write_text("# M\n\n- A lighthose keeps watch\n", encoding="utf-8")
    with (root / "memory" / "2026-02-06.md").open("a", encoding="utf-8") as file:
        file.write("- The lighthouse is lit\n")
    found = call("search", "~lighthouse").text.split("\n")
    assert [line.split(":")[0] for line in found if line] == ["memory/2026-02-06.md", "MEMORY.md"]


def test_a_mistyped_filter_is_told(root: Path, call: Caller) -> None:
    said = call("search", "sectoin:x", "lamp")
    assert said.code == 1
    assert "did you mean section: (as in section:" in said.err
