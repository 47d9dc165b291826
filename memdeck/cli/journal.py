"""`memdeck undo` and `redo`, and an operation of the journal as the commands print it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from memdeck.cli.call import Call, agent_option, pass_call
from memdeck.cli.curate import tell
from memdeck.cli.output import data
from memdeck.text import show

if TYPE_CHECKING:
    from memdeck.curated.records import Record


@click.command("undo")
@click.argument("record_id", metavar="[ID]", required=False)
@agent_option
@pass_call
def undo_command(call: Call, record_id: str | None) -> None:
    """Take back an operation on MEMORY.md.

    Without ID, the last one of the same actor: an agent never takes back what
    the operator did. Nothing of what others wrote since is lost.
    """
    applied = call.store().undo(record_id)
    tell(applied)
    data(applied.record.id)


@click.command("redo")
@agent_option
@pass_call
def redo_command(call: Call) -> None:
    """Do again what the same actor took back last."""
    applied = call.store().redo()
    tell(applied)
    data(applied.record.id)


def record_document(record: Record) -> dict[str, Any]:
    """An operation as JSON; `splices` is what a program needs to see what changed."""
    return {
        "id": record.id,
        "time": record.time.isoformat(),
        "actor": record.actor,
        "kind": record.kind,
        "words": record.words,
        "path": str(record.path),
        "state": record.state.value,
        "outcome": record.outcome,
        "undoes": record.undoes,
        "undone_by": record.undone_by,
        "origins": [
            {"file": each.file, "line": each.line, "digest": each.digest, "text": each.text}
            for each in record.origins
        ],
        "splices": [
            {
                "offset": each.offset,
                "old": each.old.decode("utf-8", "surrogateescape"),
                "new": each.new.decode("utf-8", "surrogateescape"),
            }
            for each in record.splices
        ],
    }


def state_words(record: Record) -> str:
    """What it did, how it ended, and whether it was taken back. Safe to show."""
    words = [show(record.words)]
    if record.state.value != "done":
        words.append(
            f"({record.state.value}{': ' + show(record.outcome) if record.outcome else ''})"
        )
    if record.undone_by:
        words.append(f"(undone by {record.undone_by})")
    return " ".join(words)
