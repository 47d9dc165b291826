"""Which kind of fault the cases of each test file provoke."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parents[1]

KILLED: Final = "memdeck or the machine ends in the middle"
DISK: Final = "the disk fails, or a file of memdeck's own is damaged"
WRITERS: Final = "other programs write, rename, check out and remove at the same time"
STORMS: Final = "more of something than anyone has"
TEXT: Final = "text that is meant for the terminal, or as markup"
PLACES: Final = "repositories, paths and names that want to be run or followed"
SECRETS: Final = "secrets"
INSTRUCTIONS: Final = "text that talks to a model"
TERMINALS: Final = "terminals: small, without colours, suspended, lost"
BYTES: Final = "any bytes at all"
ERRORS: Final = "errors that nobody foresaw"

KINDS: Final = {
    KILLED: ("killed", "cut_short", "cut_files", "store", "notes_store", "append", "record"),
    DISK: ("disk", "disk_full", "damaged_journal", "damaged_seen", "cache", "bad_input"),
    WRITERS: (
        *("beside_other_writers", "exchange", "notes_beside_writers", "notes_recovered"),
        *("notes_sync", "other_programs", "other_programs_git", "ten_thousand_lines", "alarm"),
        *("alarms", "watch", "curating", "noting", "dashboard", "versions", "start_and_log"),
        *("history", "heartbeat_state"),
    ),
    STORMS: ("storms", "storms_measured", "storms_on_screen"),
    TEXT: ("hostile_text", "hostile_output", "hostile_screens", "hostile_paste", "output"),
    PLACES: ("hostile_places", "git"),
    SECRETS: ("secrets_kept", "secrets_kept_on_screen"),
    INSTRUCTIONS: ("instructions",),
    TERMINALS: ("terminals", "terminals_small", "terminal", "entry_point"),
    BYTES: ("fuzz",),
    ERRORS: ("unexpected",),
}


def kind_of(path: str) -> str:
    """The kind of the cases in a test file, by its path or id; its name where nobody said."""
    name = Path(path.partition("::")[0]).stem.removeprefix("test_")
    return next((kind for kind, names in KINDS.items() if name in names), name)


def counted() -> Counter[str]:
    """How many cases of each kind the tests have, read from their sources."""
    found: Counter[str] = Counter()
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                found[kind_of(path.name)] += node.func.attr == "fault"
    return +found


def table() -> str:
    """The cases of each kind, as SECURITY.md has them."""
    cases = counted()
    rows = [f"| {kind} | {cases[kind]} |" for kind in KINDS]
    return "\n".join(("| Kind | Cases |", "|---|---:|", *rows))


if __name__ == "__main__":
    import click

    click.echo(table())
    click.echo(sum(counted().values()))
