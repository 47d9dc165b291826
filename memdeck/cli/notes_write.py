"""`memdeck notes set` and `notes carry`: entries written to git notes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.output import data, narrate
from memdeck.errors import WrongUsage
from memdeck.text import show

if TYPE_CHECKING:
    from memdeck.notes.store import NotesStore, Stored

commit_option = click.option(
    "--commit", metavar="C", help="On the note of this commit, instead of HEAD's."
)


# `notes set count -1`: what looks like an option that there is not is a value.
@click.command("set", context_settings={"ignore_unknown_options": True})
@click.argument("key")
@click.argument("text", metavar="VALUE")
@click.option(
    "--branch", metavar="B", help="Recorded under this branch, instead of the checked-out one."
)
@commit_option
@click.option("--allow-secret", is_flag=True, help="Also what looks like a password or a key.")
@pass_call
def set_command(
    call: Call,
    key: str,
    text: str,
    branch: str | None,
    commit: str | None,
    allow_secret: bool,
) -> None:
    """Store VALUE under KEY, as a new entry; earlier ones are kept as its history.

    VALUE is JSON if it parses as JSON, else a string; - reads it from standard
    input. Prints `Memory stored: KEY on BRANCH` once it has been read back from
    the notes, and nothing otherwise.
    """
    from memdeck.notes.line import value_of

    if not key.strip():
        raise WrongUsage("The key is empty, so nothing was stored: give one.")
    if text == "-":
        content = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
        text = content.removesuffix("\n")
    value = value_of(text)
    stored = _store(call).set(key, value, branch=branch, commit=commit, allow_secret=allow_secret)
    _tell(stored)


@click.command("carry")
@click.argument("key")
@click.option("--from", "from_branch", metavar="B", required=True, help="The branch that has it.")
@click.option(
    "--branch", metavar="B", help="Onto this branch, instead of the one that is checked out."
)
@commit_option
@pass_call
def carry_command(
    call: Call, key: str, from_branch: str, branch: str | None, commit: str | None
) -> None:
    """Store the latest entry of KEY on another branch as a new one on this branch.

    Exit code 1 when there is none, 3 when this branch says the same already.
    """
    _tell(_store(call).carry(key, from_branch, branch=branch, commit=commit))


def _store(call: Call) -> NotesStore:
    from memdeck.notes.store import NotesStore

    return NotesStore(call.workspace(), now=call.now)


def _tell(stored: Stored) -> None:
    entry = stored.entry
    data(f"Memory stored: {show(entry.key)} on {show(entry.branch)}")
    where = f"On the note of commit {entry.commit[:12]}"
    narrate(f"{where}; HEAD is detached, on no branch." if stored.detached else f"{where}.")
