"""`memdeck notes recover` and `notes guard`: entries that racing writers drop."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.output import data, document, narrate
from memdeck.cli.plain import value_text
from memdeck.errors import NothingFound, Unusable
from memdeck.model import Entry
from memdeck.secrets import covered, hidden_if_named
from memdeck.text import plural, show

if TYPE_CHECKING:
    from memdeck.git import Repository
    from memdeck.notes.putback import PutBack
    from memdeck.notes.recover import Dropped, Findings

FOUND = 1


@click.command("recover")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--apply", "apply_", is_flag=True, help="Put them back without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@pass_call
def recover_command(
    call: Call, context: click.Context, ids: tuple[str, ...], apply_: bool, as_json: bool
) -> None:
    """List entries that racing writers dropped, and put them back on request.

    Writers that do not use memdeck overwrite each other's notes. What they
    dropped is found in the reflog of the notes, with when and by what; what was
    removed on purpose is listed as such and stays away, unless its ID is given.
    With IDs only those are put back.

    Exit code 1 when something was dropped that was not put back.
    """
    from memdeck.git import Git
    from memdeck.notes.putback import put_back
    from memdeck.notes.recover import look_back

    repository = _repository(call)
    ref = call.workspace().settings.notes_ref
    git = Git(repository.root)
    found = look_back(git, ref)
    chosen = _chosen(found, ids)
    if not as_json:
        _list(found, ref)
        if chosen and not apply_ and call.interactive:
            count = plural(len(chosen), "entry", "entries")
            apply_ = click.confirm(f"Put {count} back?", default=False, err=True)
    done = put_back(git, ref, chosen, now=call.now) if apply_ and chosen else None
    if as_json:
        document(_document(found, ref, done))
    elif done is not None:
        _tell(done)
    elif chosen:
        narrate("Nothing was written: `memdeck notes recover --apply` puts them back.")
    settled = {each.id for each in (*done.written, *done.there)} if done else set()
    if any(each.id not in settled for each in found.dropped):
        context.exit(FOUND)


@click.group("guard")
def guard_command() -> None:
    """A hook of git that refuses updates of the notes that lose entries.

    It takes effect on every program that uses git in this repository: one that
    would drop what another has stored fails, instead of saying that it is done.
    """


@guard_command.command("install")
@pass_call
def install_command(call: Call) -> None:
    """Put the hook there.

    Refused where `core.hooksPath` is set, or a reference-transaction hook is there.
    """
    from memdeck.git import Git
    from memdeck.notes.guard import ALLOW, guard_path, install_guard

    repository = _repository(call)
    ref = call.workspace().settings.notes_ref
    if install_guard(Git(repository.root), repository, ref):
        narrate(f"From now on git refuses an update of {show(ref)} that loses entries.")
        narrate(f"To remove some on purpose: {ALLOW} git notes --ref={show(ref)} remove ...")
    else:
        narrate("The guard is there already.")
    data(str(guard_path(repository)))


@guard_command.command("remove")
@pass_call
def remove_command(call: Call) -> None:
    """Take the hook away; another one than memdeck's is left as it is."""
    from memdeck.notes.guard import remove_guard

    repository = _repository(call)
    if remove_guard(repository, call.workspace().settings.notes_ref):
        narrate("The guard is gone: updates that lose entries are not refused any more.")
    else:
        narrate("There is no guard here, so there was nothing to remove.")


def _repository(call: Call) -> Repository:
    """Where memdeck writes notes: the workspace's repository, else the first in its settings."""
    from memdeck.git import open_repository

    workspace = call.workspace()
    others = (os.path.expanduser(each) for each in workspace.settings.notes_repositories)  # noqa: PTH111
    for folder in (workspace.root, *(workspace.root / each for each in others)):
        found = open_repository(Path(folder))
        if found is not None:
            return found
    raise Unusable(
        f"{show(str(workspace.root))} is in no git repository, so it has no notes: "
        "`memdeck init --git` makes it one."
    )


def _chosen(found: Findings, ids: Sequence[str]) -> tuple[Dropped, ...]:
    """What is to be put back. Raises NothingFound for an ID that there is not."""
    if not ids:
        return found.dropped
    known = {each.id: each for each in (*found.dropped, *found.removed)}
    for name in ids:
        if name not in known:
            raise NothingFound(
                f"Nothing that is gone has the ID {show(name)[:40]}, so nothing was put back: "
                "`memdeck notes recover` lists what has."
            )
    return tuple(known[name] for name in dict.fromkeys(ids))


# --- What is printed ------------------------------------------------------------


def _list(found: Findings, ref: str) -> None:
    if found.problem:
        narrate(found.problem)
        return
    for each in found.dropped:
        data(_row(each))
    if found.removed:
        narrate("Removed on purpose, and not put back unless their IDs are given:")
        for each in found.removed:
            narrate(f"  {_row(each)}")
    if found.dropped:
        narrate(f"{plural(len(found.dropped), 'entry', 'entries')} of {show(ref)} dropped.")
    else:
        narrate(f"Nothing was dropped from {show(ref)}, as far as its reflog tells.")
    if found.begins is not None:
        narrate(f"The reflog begins {_stamp(found.begins)}; of what was before, nothing is known.")
    if found.unreadable:
        count = plural(found.unreadable, "earlier value", "earlier values")
        narrate(f"{count} cannot be read any more (git gc), and so not what was dropped with them.")


def _row(item: Dropped) -> str:
    what = show(covered(item.data.decode("utf-8", "replace")))[:60] + " (damaged)"
    if isinstance(item.part, Entry):
        entry = item.part
        value = show(covered(hidden_if_named(entry.key, value_text(entry.value))))
        value = value if len(value) <= 60 else f"{value[:59]}…"
        what = f"{show(entry.key)} on {show(entry.branch)} = {value}"
    return f"{item.id}  {what}  {item.cause.value} {_stamp(item.when)} by {_by(item)}"


def _by(item: Dropped) -> str:
    """What dropped it, and who."""
    words = show(item.words).removeprefix("notes: ") or "a program that tells nothing of itself"
    return f"{words} ({show(item.by)})" if item.by else words


def _stamp(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else "at an unknown time"


def _tell(done: PutBack) -> None:
    if done.written:
        count = plural(len(done.written), "entry", "entries")
        narrate(f"Put {count} back, and read back from the notes.")
    if done.there:
        count = plural(len(done.there), "entry was", "entries were")
        narrate(f"{count} there again already.")
    if done.hidden:
        count = plural(len(done.hidden), "entry", "entries")
        narrate(
            f"{count} could not be put back, as damage in the note would hide it: "
            "`memdeck notes doctor` shows the damage."
        )


def _document(found: Findings, ref: str, done: PutBack | None) -> dict[str, Any]:
    return {
        "ref": ref,
        "reflog": {
            "updates": found.updates,
            "begins": _stamp(found.begins) if found.begins else None,
            "unreadable": found.unreadable,
            "problem": found.problem,
        },
        "dropped": [_item(each) for each in found.dropped],
        "removed": [_item(each) for each in found.removed],
        "put_back": [each.id for each in done.written] if done else [],
        "hidden": [each.id for each in done.hidden] if done else [],
    }


def _item(item: Dropped) -> dict[str, Any]:
    from memdeck.notes.codec import compact

    said: dict[str, Any] = {"id": item.id, "commit": item.commit, "cause": item.cause.value}
    said["when"] = _stamp(item.when) if item.when else None
    said |= {"by": item.by, "words": item.words, "notes_commit": item.old}
    if isinstance(item.part, Entry):
        said["entry"] = json.loads(compact(item.part))
    else:
        said |= {"text": item.data.decode("utf-8", "surrogateescape"), "reason": item.part.reason}
    return said
