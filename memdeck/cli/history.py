"""`memdeck history`: what MEMORY.md was, from the journal and git, and what changed it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.curate import read_memory_file
from memdeck.cli.journal import record_document, state_words
from memdeck.cli.output import data, document, narrate, patch, told
from memdeck.cli.preview import covered_diff, unified_diff
from memdeck.cli.targets import find_item
from memdeck.errors import NothingFound, Refused
from memdeck.secrets import covered_value
from memdeck.text import plural, show, thin

if TYPE_CHECKING:
    from memdeck.history.changes import ItemChanges
    from memdeck.history.versions import Version, Versions
    from memdeck.model import Item

_SHORT = 12
"""Digits of a commit that are printed, as many as an operation's id has."""
_HELD = "the same lines"


@click.group("history", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "-n", "--limit", type=click.IntRange(1, 100_000), metavar="N", help="Only the newest N."
)
@click.option("--item", "reference", metavar="LINE|ID", help="Only what changed this item.")
@click.pass_context
def history_command(
    context: click.Context, as_json: bool, limit: int | None, reference: str | None
) -> None:
    """List what changed MEMORY.md, newest first: memdeck's operations and git's commits.

    An operation whose result was committed is listed once. With --item, the
    versions in which the item came and was reworded.
    """
    call = context.find_object(Call)
    assert call is not None
    if context.invoked_subcommand is None:
        if reference is not None:
            _print_item(call, reference, limit, as_json)
        else:
            _print_versions(call, limit, as_json)


@history_command.command("show")
@click.argument("reference", metavar="ID")
@click.option("--today", is_flag=True, help="Compare with MEMORY.md as it is now instead.")
@click.option("--reveal", is_flag=True, help="Print what looks like a secret, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_call
def show_command(call: Call, reference: str, today: bool, reveal: bool, as_json: bool) -> None:
    """Print what a version changed, as a unified diff; secrets in it are covered.

    ID is an operation's or a commit's, the start of it, or any name that git
    knows for a commit.
    """
    from memdeck.history.changes import item_changes
    from memdeck.history.contents import Difference, difference

    versions = read(call)
    version = find(call, versions, reference)
    found = difference(versions, version)
    if today:
        found = Difference(version_data(call, versions, reference), read_memory_file(call).data)
    changes = item_changes(found.before, found.after)
    name = call.workspace().memory_path.name
    diff = unified_diff(found.before, found.after, name)
    if not reveal:
        diff = covered_diff(diff)
    if as_json:
        whole = {
            **version_document(version),
            "whole": found.whole,
            "diff": diff,
            "items": _changes_document(changes),
        }
        document(whole if reveal else covered_value(whole))
        return
    narrate(f"{_row(call, version)}\n{changes.words}")
    if not found.whole:
        narrate(
            "Another program has written MEMORY.md since, so only the changed lines are known, "
            "and not where they stood."
        )
    if not diff:
        narrate("No byte of MEMORY.md differs.")
    patch(diff)


@history_command.command("purge")
@click.argument("reference", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_call
def purge_command(call: Call, reference: str, yes: bool) -> None:
    """Take what an operation wrote out of the journal for good, such as a secret.

    MEMORY.md stays as it is. The operation cannot be undone then, nor can what
    undid it, and that it was there is all that the journal still says.
    """
    from memdeck.curated.records import State
    from memdeck.live.seen import Seen

    journal = call.store().journal
    found = journal.find(reference)
    if not found:
        raise NothingFound(
            f"The journal holds no operation {show(reference)[:80]}: `memdeck history` lists them; "
            "what git has, git keeps."
        )
    if len(found) > 1:
        raise Refused(
            f"{show(reference)[:80]} is the start of {len(found)} ids, so nothing was purged: "
            "give more of it."
        )
    (record,) = found
    if record.state is State.BEGUN:
        raise Refused(f"{record.id} has not come to an end yet, so it was not purged: try again.")
    if not yes:
        narrate(f"{record.id}  {state_words(record)}")
        call.agree(
            "Forget for good what it wrote? It cannot be undone then.",
            f"Nothing was purged: `memdeck history purge {record.id} --yes` does it.",
        )
    purged = journal.purge(record.id)
    narrate(
        f"The journal has forgotten what {' and '.join(purged.ids)} wrote; it cannot be undone."
    )
    # What memdeck saw of the file, to tell what others drop from it, holds the same lines.
    seen = Seen(journal.folder)
    versions = sum(seen.purge(line) for line in purged.lines)
    if versions:
        narrate(f"Forgotten, too: {plural(versions, 'version')} of MEMORY.md seen with {_HELD}.")
    if purged.also_in:
        ids = " ".join(purged.also_in)
        narrate(f"Other operations still hold {_HELD}, each to be purged by itself: {ids}")
    if purged.rescued:
        kept = plural(purged.rescued, "version")
        narrate(f"Forgotten, too, in {kept} of other programs that the journal keeps.")
    if purged.copies:
        narrate(f"Forgotten, too, in older copies of the journal: {', '.join(purged.copies)}.")
    for copy in purged.untouched:
        place = show(str(journal.folder / copy))
        narrate(f"An older copy of the journal cannot be written and may hold them, too: {place}")
    narrate("MEMORY.md, git and the logs were not touched.")
    for each in purged.ids:
        data(each)


# --- What the other commands share -----------------------------------------


def read(call: Call, limit: int | None = None) -> Versions:
    """The versions of MEMORY.md, newest first."""
    from memdeck.curated.journal import Journal
    from memdeck.history.versions import ALL, read_versions

    workspace = call.workspace()
    journal = Journal(workspace.state_folder)
    return read_versions(workspace.root, workspace.memory_path, journal, limit=limit or ALL)


def find(call: Call, versions: Versions, reference: str) -> Version:
    """The version that was named; raises NothingFound, or Refused when several are meant."""
    from memdeck.curated.journal import Journal
    from memdeck.history.versions import find_version

    return find_version(versions, Journal(call.workspace().state_folder), reference)


def version_data(call: Call, versions: Versions, reference: str) -> bytes:
    """All of MEMORY.md in a version; with `^` behind an operation's id, before it. Raises Refused
    when it cannot be told any more."""
    from memdeck.history.contents import contents, difference

    try:
        version = find(call, versions, reference)
        (found,) = contents(versions, [version])
    except NothingFound:
        if not reference.endswith("^"):
            raise
        before = difference(versions, find(call, versions, reference[:-1]))
        found = before.before if before.whole else None
    if found is None:
        raise Refused(
            f"What MEMORY.md said with {show(reference)[:80]} cannot be told any more, as another "
            f"program has written it since; `memdeck history show {show(reference)[:80]}` has the "
            "lines that were changed."
        )
    return found


def version_document(version: Version) -> dict[str, Any]:
    """A version as JSON: an operation's fields, the same of a commit, and what git adds."""
    if version.record is not None:
        fields = record_document(version.record)
    else:
        fields = {
            "id": version.id,
            "time": version.when.isoformat(),
            "actor": version.who,
            "kind": "commit",
            "words": version.words,
            "path": None,
            "state": "done",
            "outcome": "",
            "undoes": None,
            "undone_by": None,
            "origins": [],
            "splices": [],
        }
    return {
        **fields,
        "source": version.source.value,
        "size": version.size,
        "commit": version.commit,
        "subject": version.subject or None,
    }


def item_document(item: Item) -> dict[str, Any]:
    """An item as JSON."""
    return {"id": item.id, "line": item.line, "address": item.address, "text": item.text}


# --- Printing --------------------------------------------------------------


def _print_versions(call: Call, limit: int | None, as_json: bool) -> None:
    versions = read(call, limit)
    if as_json:
        document(covered_value([version_document(each) for each in versions.versions]))
        return
    if versions.without_git:
        narrate(versions.without_git)
    if not versions.versions:
        narrate("memdeck has not changed anything here yet.")
    for each in _rows(call, versions.versions):
        told(each)
    if versions.more and limit is None:
        narrate(f"There are older ones: --limit lists more than {len(versions.versions)}.")


def _print_item(call: Call, reference: str, limit: int | None, as_json: bool) -> None:
    from memdeck.curated.journal import Journal
    from memdeck.history.past import read_past, steps_of, without_steps

    workspace = call.workspace()
    item = find_item(read_memory_file(call), reference)
    past = read_past(workspace.root, workspace.memory_path, Journal(workspace.state_folder))
    assert past is not None
    steps = steps_of(past, item)[:limit]
    if as_json:
        document(
            covered_value(
                [
                    {
                        **version_document(each.version),
                        "text": each.text,
                        "before": each.before,
                        "first_known": each.first,
                    }
                    for each in steps
                ]
            )
        )
        return
    if past.versions.without_git:
        narrate(past.versions.without_git)
    if not steps:
        narrate(without_steps(past, workspace.zone))
    for step in steps:
        told(_row(call, step.version))
        told(f"  {show(step.text)}")


def _rows(call: Call, versions: Sequence[Version]) -> list[str]:
    rows = []
    for number, each in enumerate(versions):
        older = next((one for one in versions[number + 1 :] if one.stands), None)
        change = ""
        if each.size is not None and older is not None and older.size is not None:
            difference = each.size - older.size
            sign = "+" if difference > 0 else "−" if difference < 0 else "±"
            change = f"{sign}{thin(abs(difference))} B"
        rows.append(_row(call, each, change))
    return rows


def _row(call: Call, version: Version, change: str = "") -> str:
    when = version.when.astimezone(call.workspace().zone)
    words = state_words(version.record) if version.record is not None else show(version.words)
    row = f"{version.id[:_SHORT]}  {when:%Y-%m-%d %H:%M:%S}  {show(version.who)}  {words}"
    if version.record is not None and version.commit is not None:
        row += f" (commit {version.commit[:_SHORT]}: {show(version.subject)})"
    return f"{row}  {change}" if change else row


def _changes_document(changes: ItemChanges) -> dict[str, Any]:
    def pairs(found: Sequence[tuple[Item, Item]]) -> list[dict[str, Any]]:
        return [{"before": item_document(old), "after": item_document(new)} for old, new in found]

    return {
        "added": [item_document(each) for each in changes.added],
        "removed": [item_document(each) for each in changes.removed],
        "changed": pairs(changes.changed),
        "moved": pairs(changes.moved),
    }
