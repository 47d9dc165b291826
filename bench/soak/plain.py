"""A workspace as git and a text editor show it: nothing of memdeck reads it here."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.soak.ledger import Kind

STATE: Final = "task.state"
"""The key under which an agent keeps how far it is."""
BRANCHES: Final = "work/"
"""What an agent's own branch begins with."""
_NOTES: Final = "--ref=refs/notes/agents"
_LOG_LINE: Final = re.compile(r"- \d\d:\d\d (\S+), wake (\d+): .*\.")
_LOG_TITLE: Final = re.compile(r"# \d{4}-\d\d-\d\d - Daily Log")
_DECISION: Final = re.compile(r"- (\S+), wake (\d+): .*\.")
_FILES: Final = re.compile(r"memory|MEMORY\.md|memdeck\.toml|\.git")
_MEMORY_FILES: Final = re.compile(r"heartbeats|\d{4}-\d\d-\d\d\.md")


@dataclass(slots=True)
class Found:
    """What is in a workspace."""

    ids: dict[Kind, list[tuple[str, str]]] = field(
        default_factory=lambda: {each: [] for each in Kind}
    )
    """By kind: agent and id of each that is there, as often as it is there."""
    states: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By agent: the wake of its latest state, and the step that it says."""
    faults: list[str] = field(default_factory=list)


def read_plainly(root: Path) -> Found:
    """Everything that agents wrote in the workspace at `root`."""
    found = Found()
    _read_notes(root, found)
    _read_memory(root, found)
    _read_logs(root, found)
    _read_beats(root, found)
    for folder, names in ((root, _FILES), (root / "memory", _MEMORY_FILES)):
        for path in sorted(folder.iterdir()):
            if not names.fullmatch(path.name):
                found.faults.append(f"{path.relative_to(root)} was left behind")
    checked = subprocess.run(
        ["git", "-C", root, "fsck", "--full", "--no-dangling", "--no-progress"],
        capture_output=True,
        text=True,
        check=False,
    )
    if checked.returncode:
        found.faults += (f"git fsck: {line}" for line in checked.stderr.split("\n")[:5] if line)
    return found


def _git(root: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(
        ["git", "-C", root, *arguments], input=stdin, capture_output=True, check=True
    ).stdout


def _read_notes(root: Path, found: Found) -> None:
    listed = [line.split() for line in _git(root, "notes", _NOTES, "list").decode().split("\n")]
    latest: dict[str, tuple[str, int, str, int]] = {}
    for note, commit in filter(None, listed):
        for place, fields in enumerate(_entries(_git(root, "cat-file", "blob", note))):
            try:
                agent = str(fields["branch"]).removeprefix(BRANCHES)
                value = fields["value"]
                said = (str(fields["timestamp"]), place, str(value["wake"]), int(value["step"]))
            except (KeyError, TypeError, ValueError):
                found.faults.append(f"the note of {commit} holds what no agent wrote")
                continue
            found.ids[Kind.NOTE].append((agent, said[2]))
            if fields["key"] == STATE:
                latest[agent] = max(said, latest.get(agent, said))
    found.states = {agent: said[2:] for agent, said in latest.items()}


def _entries(note: bytes) -> Iterator[dict[str, Any]]:
    """The objects of a note, whatever stands between them; an empty one for damage."""
    text = note.decode()
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        try:
            fields, at = decoder.raw_decode(text, at)
        except ValueError:
            yield {}
            return
        yield fields


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if line:
            yield number, line


def _read_memory(root: Path, found: Found) -> None:
    for _, line in _lines(root / "MEMORY.md"):
        known = _DECISION.fullmatch(line)
        if known is not None:
            found.ids[Kind.MEMORY].append((known[1], known[2]))


def _read_logs(root: Path, found: Found) -> None:
    for path in sorted((root / "memory").glob("*.md")):
        for number, line in _lines(path):
            known = _LOG_LINE.fullmatch(line)
            if known is not None:
                found.ids[Kind.LOG].append((known[1], known[2]))
            elif not _LOG_TITLE.fullmatch(line):
                place = f"{path.relative_to(root)}:{number}"
                found.faults.append(f"{place} is no line that an agent wrote: {line[:80]!r}")


def _read_beats(root: Path, found: Found) -> None:
    for path in sorted((root / "memory" / "heartbeats").glob("*")):
        for number, line in _lines(path):
            try:
                fields = json.loads(line)
                found.ids[Kind.BEAT].append((str(fields["agent"]), str(fields["ts"])))
            except (ValueError, KeyError, TypeError):
                place = f"{path.relative_to(root)}:{number}"
                found.faults.append(f"{place} is no beat: {line[:80]!r}")
