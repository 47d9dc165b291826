"""`memdeck notes`: what agents stored in git notes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.group import LazyGroup
from memdeck.cli.output import data, document, narrate, told, value
from memdeck.cli.plain import value_text
from memdeck.errors import NothingFound, Unusable
from memdeck.model import Entry, Notes, RepositoryNotes
from memdeck.secrets import hidden_if_named
from memdeck.text import plural, show

# Where an entry without a readable timestamp is sorted.
_OLDEST: Final = datetime.min.replace(tzinfo=UTC)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
branch_option = click.option(
    "--branch", metavar="B", help="Of this branch, instead of the one that is checked out."
)


# Commands that write live in modules of their own, loaded when they are asked for.
_MODULES: Final = {
    "set": "notes_write",
    "carry": "notes_write",
    "sync": "notes_sync",
    "doctor": "notes_doctor",
    "recover": "notes_recover",
    "guard": "notes_recover",
}


@click.group("notes", cls=LazyGroup, modules=_MODULES)
def notes_command() -> None:
    """What agents stored in git notes, by branch and key."""


@notes_command.command("get")
@click.argument("key", required=False)
@branch_option
@json_option
@pass_call
def get_command(call: Call, key: str | None, branch: str | None, as_json: bool) -> None:
    """Print the latest entry of KEY on the branch; without KEY the latest of all.

    To the byte for a program; on a terminal what looks like a secret is covered.
    Exit code 1 when there is none.
    """
    notes = read(call)
    repository = primary(notes)
    where = branch or repository.branch
    entries = [each for each in _entries(repository, where) if key in (None, each.key)]
    if not entries:
        wanted = f"key {show(key)[:80]}" if key is not None else "entry"
        raise NothingFound(
            f"There is no {wanted} on {show(where or 'this branch')}: "
            "`memdeck notes list` names the branches that have some."
        )
    latest = entries[0]
    if as_json:
        document(entry_document(latest))
        return
    narrate(f"{latest.key} on {latest.branch}, {latest.timestamp}")
    text = value_text(latest.value)
    value(text, shown=hidden_if_named(latest.key, text))


@notes_command.command("list")
@json_option
@pass_call
def list_command(call: Call, as_json: bool) -> None:
    """Count the entries of every branch."""
    notes = read(call)
    rows = list(_rows(notes))
    if as_json:
        document(rows)
        return
    if not rows:
        narrate("No agent has stored anything in this repository yet.")
    for row in rows:
        repository = f"{row['repository']}  " if "repository" in row else ""
        data(f"{repository}{row['branch']}  {row['count']}")


@notes_command.command("log")
@click.argument("key", required=False)
@branch_option
@json_option
@pass_call
def log_command(call: Call, key: str | None, branch: str | None, as_json: bool) -> None:
    """Print the entries of the branch, or of KEY on it, newest first."""
    repository = primary(read(call))
    where = branch or repository.branch
    entries = [each for each in _entries(repository, where) if key in (None, each.key)]
    if as_json:
        document([entry_document(each) for each in entries])
    else:
        for each in entries:
            text = hidden_if_named(each.key, value_text(each.value))
            told(f"{show(each.timestamp)}  {show(each.key)}  {show(text)}")
    if not entries:
        wanted = f"key {show(key)[:80]}" if key is not None else "entry"
        raise NothingFound(f"There is no {wanted} on {show(where or 'this branch')}.")


def read(call: Call) -> Notes:
    """Tier one; raises Unusable when there is no repository to read."""
    from memdeck.notes.reader import read_notes

    workspace = call.workspace()
    settings = workspace.settings
    notes = read_notes(workspace.root, settings.notes_repositories, settings.notes_ref)
    for repository in notes.repositories:
        if repository.damaged:
            count = plural(len(repository.damaged), "damaged entry", "damaged entries")
            narrate(f"{count} in {show(repository.name)}, kept and left out here.")
    return notes


def primary(notes: Notes) -> RepositoryNotes:
    """The repository whose branch counts; raises Unusable when it cannot be read."""
    repository = notes.primary
    if repository is None:
        raise Unusable(notes.problem or "This workspace is in no git repository: it has no notes.")
    if repository.problem:
        raise Unusable(repository.problem)
    return repository


def entry_document(entry: Entry) -> dict[str, Any]:
    """An entry as it is stored."""
    from memdeck.notes.codec import compact

    document: dict[str, Any] = json.loads(compact(entry))
    return document


def _entries(repository: RepositoryNotes, branch: str | None) -> list[Entry]:
    """The branch's entries, newest first."""
    here = repository.of_branch(branch) if branch is not None else None
    if here is None:
        return []
    entries = [entry for key in here.keys for entry in (key.latest, *key.earlier)]
    # Within a key the reader's order holds, which also knows ties; sorting is stable.
    return sorted(entries, key=lambda each: each.moment or _OLDEST, reverse=True)


def _rows(notes: Notes) -> Iterable[dict[str, Any]]:
    several = len(notes.repositories) > 1
    for repository in notes.repositories or (primary(notes),):
        if repository.problem and not several:
            raise Unusable(repository.problem)
        for branch in repository.branches:
            row: dict[str, Any] = {"branch": branch.branch, "count": branch.entry_count}
            if several:
                row["repository"] = repository.name
            yield row
