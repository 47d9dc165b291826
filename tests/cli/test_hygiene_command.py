"""`memdeck hygiene`: suggestions in lines and as JSON, and nothing written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from .conftest import Caller

# Put together here, so that no file of the project holds anything of this shape.
TOKEN = "gh" + "p_" + "Zq7" * 12

CLEAN = "# Memory\n\n## Decisions\n\n- Postgres stays the only database\n"
TWINS = CLEAN + "- Ferries leave at four\n- Postgres stays the only database\n"


def test_a_clean_file_opens_the_way(agent: Path, call: Caller) -> None:
    (agent / "MEMORY.md").write_text(CLEAN, encoding="utf-8")
    said = call("hygiene")
    assert (said.code, said.text) == (0, "Nothing to suggest.\n")
    assert json.loads(call("hygiene", "--json").text) == []


def test_twins_are_shown_with_both_texts_and_the_command_that_takes_one_out(
    agent: Path, call: Caller
) -> None:
    (agent / "MEMORY.md").write_text(TWINS, encoding="utf-8")

    said = call("hygiene")

    assert said.code == 1
    first, text, other, todo, last = said.text.removesuffix("\n").split("\n")
    assert first == "duplicate  MEMORY.md:7  It says the same as line 5."
    assert text.strip() == "Postgres stays the only database"
    assert other.strip() == "line 5: Postgres stays the only database"
    assert last == "1 suggestion."
    command = todo.strip().removeprefix("Retire this one. (`memdeck ").removesuffix("`)").split()
    assert (agent / "MEMORY.md").read_text(encoding="utf-8") == TWINS

    assert call(*command).code == 0
    assert call("hygiene").code == 0


def test_the_document_holds_the_preview_of_each_fix(agent: Path, call: Caller) -> None:
    (agent / "MEMORY.md").write_text(TWINS, encoding="utf-8")
    (found,) = json.loads(call("hygiene", "--json", "--kind", "duplicate").text)
    assert (found["kind"], found["line"], found["fix"]) == ("duplicate", 7, "retire")
    assert found["other"] == {"line": 5, "text": "Postgres stays the only database"}
    assert [each["sign"] for each in found["preview"]] == [" ", "-"]
    assert call("hygiene", "--kind", "debris").code == 0


def test_a_secret_is_shown_nowhere(agent: Path, call: Caller) -> None:
    (agent / "MEMORY.md").write_text(CLEAN + f"- Push with {TOKEN}\n", encoding="utf-8")
    for options in ((), ("--json",)):
        said = call("hygiene", *options)
        assert said.code == 1
        assert "GitHub token" in said.text
        assert TOKEN not in said.text


def test_the_mend_of_a_secret_tells_what_is_covered_from_what_is_written(
    agent: Path, call: Caller
) -> None:
    (agent / "MEMORY.md").write_text(CLEAN + f"- Push with {TOKEN} at night\n", encoding="utf-8")
    (found,) = json.loads(call("hygiene", "--json").text)
    sides = {line["sign"]: line["text"] for line in found["preview"]}
    assert sides["-"] == "- Push with [GitHub token, 40 characters] at night"
    assert sides["+"] == "- Push with (GitHub token) at night"


def test_an_unknown_kind_names_the_nearest(agent: Path, call: Caller) -> None:
    said = call("hygiene", "--kind", "duplicates")
    assert said.code == 2
    assert "did you mean duplicate?" in said.err


def test_as_a_process_of_its_own(made: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "memdeck", "-C", str(made), "hygiene", "--json"]
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (1, b"")
    assert [each["kind"] for each in json.loads(done.stdout)] == ["file"]
