"""What the command line prints of a workspace that is hostile from its name to its last note."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from tests.conftest import GitHelper
from tests.hostile_text import BRANCH, EVIL, SHORT, make_evil, unseen

ROOT = Path(__file__).parents[2]
# Calls one after the other in one process, each between two lines of its own.
DRIVER = """
import json, os, sys
from memdeck.cli.root import run
for number, arguments in enumerate(json.loads(sys.argv[1])):
    for stream in (sys.stdout, sys.stderr):
        print(f"--- {number}", file=stream, flush=True)
    try:
        code = run(arguments, lambda *_, **__: 0)
    except SystemExit as error:
        code = error.code
    print(f"--- {number} ended with {code}", file=sys.stderr, flush=True)
"""
TODAY = datetime.now(UTC).date().isoformat()
LOG = f"memory/{TODAY}.md"
BRANCH_NAME = BRANCH.decode("utf-8", "surrogateescape")
READING = [
    ["status"],
    ["lineage", "MEMORY.md:4"],
    ["lineage", f"{LOG}:3"],
    ["triage", "--days", "9"],
    ["search", "decided"],
    ["search", "--fuzzy", "exampel", "--tier", "notes"],
    ["search", "--regex", "o.n"],
    ["hygiene"],
    ["check"],
    ["lost", "--all"],
    ["handoff"],
    ["handoff", "--branch", BRANCH_NAME],
    ["handoff", "--agent", "main"],
    ["costs"],
    ["pulse"],
    ["history"],
    ["notes", "list"],
    ["notes", "doctor"],
    ["notes", "recover"],
    ["notes", "get", f"{SHORT}.key", "--branch", "main"],
    ["notes", "log", f"{SHORT}.key", "--branch", "main"],
    ["config", "show"],
]
PRINTING = [
    ["pack", "--force"],
    ["pack", "--profile", "crew", "--branch", EVIL.replace("\r", "")],
    ["pack", "--list"],
    ["config", "path"],
    ["notes", "get", f"{SHORT}.key", "--branch", BRANCH.decode("utf-8", "replace")],
]
WRITING = [
    ["add", f"An item {SHORT}", "--to", "Critical Decisions"],
    ["add", f"Another {EVIL}", "--to", SHORT, "--new-section", "--dry-run"],
    ["promote", f"{LOG}:4", "--to", "Critical Decisions"],
    ["promote", f"{LOG}:5", "--to", "Critical Decisions", "--dry-run"],
    ["edit", "4", "--text", f"anew {SHORT}", "--yes"],
    ["move", "5", "--to", "Critical Decisions", "--dry-run"],
    ["retire", "5", "--yes"],
    ["undo"],
    ["redo"],
    ["history"],
    ["log", f"Said {EVIL}", "--section", SHORT],
    ["beat", "--agent", "main", "--note", EVIL, "--status", "alert"],
    ["notes", "set", f"{SHORT}.new", EVIL],
    ["notes", "carry", f"{SHORT}.key", "--from", BRANCH.decode("utf-8", "replace")],
    ["notes", "sync", "--yes"],
    ["notes", "recover", "--apply"],
    ["notes", "doctor", "--fix", "--yes"],
    ["notes", "guard", "install"],
    ["notes", "guard", "remove"],
    ["init"],
]
REFUSED = [
    [SHORT],
    ["status", f"--{SHORT}"],
    ["add", EVIL, "--to", EVIL],
    ["promote", f"{EVIL}:3"],
    ["promote", f"{LOG}:{EVIL}"],
    ["edit", EVIL, "--text", EVIL],
    ["retire", EVIL],
    ["move", EVIL, "--to", EVIL],
    ["undo", EVIL],
    ["redo", "--agent", EVIL],
    ["history", "show", EVIL],
    ["history", "purge", EVIL],
    ["restore", EVIL],
    ["lineage", EVIL],
    ["triage", "back", EVIL],
    ["triage", "skip", EVIL],
    ["triage", "snooze", EVIL, "--until", EVIL],
    ["search", "--regex", f"({EVIL}"],
    ["search", EVIL, "--since", EVIL],
    ["search", "x", "--tier", EVIL],
    ["pack", "--profile", EVIL],
    ["pack", "--date", EVIL],
    ["check", "--only", EVIL],
    ["hygiene", "--kind", EVIL],
    ["lost", EVIL],
    ["lost", EVIL, "--put-back"],
    ["handoff", "--agent", EVIL],
    ["costs", "--interval", EVIL],
    ["notes", "get", EVIL],
    ["notes", "log", EVIL],
    ["notes", "set", "", EVIL],
    ["notes", "set", "key", "{" + EVIL],
    ["notes", "set", "key", "value", "--commit", EVIL],
    ["notes", "carry", EVIL, "--from", EVIL],
    ["notes", "sync", EVIL],
    ["notes", "recover", EVIL, "--apply"],
    ["beat", "--agent", EVIL],
    ["beat", "--status", EVIL],
    ["pulse", "ack", EVIL],
    ["pulse", "back", EVIL],
    ["pulse", "snooze", EVIL, "--until", EVIL],
    ["demo", f"MEMORY.md/{SHORT}"],
    ["-C", EVIL, "status"],
    ["--agent", EVIL, "undo"],
]
WITH_JSON = [
    *(["status"], ["lineage", "MEMORY.md:4"], ["triage"], ["search", "decided"], ["hygiene"]),
    *(["check"], ["lost", "--all"], ["handoff"], ["costs"], ["pulse"], ["history"]),
    *(["notes", "list"], ["notes", "doctor"], ["notes", "recover"], ["config", "show"]),
    ["notes", "get", f"{SHORT}.key", "--branch", "main"],
    ["notes", "log", f"{SHORT}.key", "--branch", "main"],
]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "LANG": "C.UTF-8"}


def memdeck(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "memdeck", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, check=False)


@pytest.fixture
def evil(git: GitHelper, tmp_path: Path) -> Path:
    return make_evil(git, tmp_path, lambda root: memdeck(root, "status"))


class Said:
    """What calls printed on a terminal."""

    def __init__(self, calls: list[list[str]], cwd: Path) -> None:
        self.calls = calls
        leader, follower = pty.openpty()
        arguments = json.dumps([["-C", ".", *each] for each in calls])
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, arguments],
            cwd=cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=follower,
            stderr=follower,
        )
        os.close(follower)
        self.sent = b""
        while True:
            try:
                got = os.read(leader, 65536)
            except OSError:
                break
            if not got:
                break
            self.sent += got
        os.close(leader)
        self.code = process.wait()

    def each(self) -> Iterator[tuple[str, bytes]]:
        """Each call with what it printed."""
        parts = re.split(rb"(?:--- \d+\r\n){2}", self.sent)[1:]
        assert len(parts) == len(self.calls), self.sent[-2000:].decode("utf-8", "replace")
        for call, part in zip(self.calls, parts, strict=True):
            yield ascii(" ".join(call)), part


Say = Callable[[list[list[str]]], Said]


@pytest.fixture
def say(evil: Path) -> Say:
    return lambda calls: Said(calls, evil)


def assert_only_words(said: Said, codes: set[int]) -> None:
    wrong = {call: found[:3] for call, part in said.each() if (found := unseen(part, plain=True))}
    assert wrong == {}
    for call, part in said.each():
        ended = int(part.rsplit(b"ended with ", 1)[1])
        assert ended in codes, f"{call} said {part!a}"
        assert b"Traceback" not in part, part.decode("utf-8", "replace")
    assert said.code == 0


@pytest.mark.slow
@pytest.mark.fault("escape sequences in all that the commands list, with stdout a terminal")
def test_commands_that_list_send_words_alone_to_a_terminal(say: Say) -> None:
    said = say([*READING, *PRINTING])
    assert_only_words(said, {0, 1, 3})
    for call, part in said.each():
        # What is hostile was there to be shown.
        if "costs" not in call and "config" not in call and "--list" not in call:
            assert re.search("[␀-␡‹]", part.decode()), call


@pytest.mark.slow
@pytest.mark.fault("escape sequences in what the commands write and tell of, on a terminal")
def test_commands_that_write_send_words_alone_to_a_terminal(say: Say, evil: Path) -> None:
    lost = [each["id"] for each in json.loads(memdeck(evil, "lost", "--json").stdout)]
    assert len(lost) == 2
    losses = [[*("lost", each, way)] for each in lost for way in ("--put-back", "--dismiss")]
    assert_only_words(say([*WRITING, *losses]), {0, 1, 3, 4})


@pytest.mark.slow
@pytest.mark.fault("escape sequences in arguments that the commands refuse, with stderr a terminal")
def test_refusals_quote_nothing_that_a_terminal_would_obey(say: Say) -> None:
    assert_only_words(say(REFUSED), {0, 1, 2, 3, 4})


@pytest.mark.slow
@pytest.mark.fault("escape sequences, bidi controls and bad bytes in --json, on a terminal and not")
def test_json_stays_valid_and_holds_nothing_that_a_terminal_would_obey(
    say: Say, evil: Path
) -> None:
    calls = [[*each, "--json"] for each in WITH_JSON]
    said = say(calls)
    assert_only_words(said, {0, 1})
    for call in calls[:1]:
        done = memdeck(evil, *call)
        assert json.loads(done.stdout)
        assert unseen(done.stdout, plain=True) == []
        assert "\u202e" in json.dumps(json.loads(done.stdout), ensure_ascii=False)


WRONG_SETTINGS = [
    f"[budget]\n{json.dumps(SHORT)} = 1\n",
    f"{json.dumps(SHORT)} = 1\n",
    f"[budget]\nprofile = {json.dumps(SHORT)}\n",
    f"[budget]\nencoding = {json.dumps(SHORT)}\n",
    f"[notes]\nref = {json.dumps(SHORT)}\n",
    f"[notes]\nrepositories = [{json.dumps(SHORT)}]\n",
    f"[time]\nzone = {json.dumps(SHORT)}\n",
    f"[profiles.{json.dumps(SHORT)}]\nfiles = ['x']\nlimit = 1\n",
    f"[profiles.crew]\nfiles = [{json.dumps('../' + SHORT)}]\nlimit = 1\n",
    f"[pulse.agents.{json.dumps(SHORT)}]\nhours = {json.dumps(SHORT)}\n",
    f"[costs]\n{json.dumps(SHORT)} = 1\n",
    "# \x9b\u202e\n[budget\n",
    "\x1b]0;o\x07 = 1\n",
]


@pytest.mark.fault("settings files that are wrong in hostile words")
def test_what_is_wrong_with_settings_is_told_in_visible_words(tmp_path: Path) -> None:
    for number, wrong in enumerate(WRONG_SETTINGS):
        root = tmp_path / str(number)
        root.mkdir()
        (root / "MEMORY.md").write_text("# Memory\n", encoding="utf-8")
        (root / "memdeck.toml").write_text(wrong, encoding="utf-8")
    commands = (["status"], ["config", "show"])
    calls = [
        ["-C", str(number), *each] for number in range(len(WRONG_SETTINGS)) for each in commands
    ]
    assert_only_words(Said(calls, tmp_path), {0, 2, 4})


@pytest.mark.fault("a command of which nobody has tried what it shows of hostile text")
def test_every_command_is_among_those_that_are_tried() -> None:
    from memdeck.cli.root import memdeck as whole

    def leaves(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                yield from leaves(inner, (*path, name))
            return
        yield path

    tried = {" ".join(each) for each in (*READING, *PRINTING, *WRITING, *REFUSED)}
    missing = [
        each
        for path in leaves(whole, ())
        if not any(one.startswith(each := " ".join(path)) for one in tried)
    ]
    assert missing == []
