"""`memdeck restore`: what MEMORY.md said earlier, as a new edit that can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from memdeck.cli.call import Call, agent_option, pass_call
from memdeck.cli.curate import dry_run_option, read_memory_file, write
from memdeck.cli.history import find, read, version_data
from memdeck.cli.targets import find_item, is_line
from memdeck.errors import NothingFound, Refused
from memdeck.model import Item, MemoryFile
from memdeck.text import show

if TYPE_CHECKING:
    from memdeck.history.versions import Versions


@click.command("restore")
@click.argument("version", metavar="VERSION")
@click.option(
    "--item", "reference", metavar="LINE|ID", help="Only this item, as it stands in that version."
)
@click.option("--allow-duplicate", is_flag=True, help="Also when MEMORY.md says so already.")
@dry_run_option
@agent_option
@pass_call
def restore_command(
    call: Call, version: str, reference: str | None, allow_duplicate: bool, dry_run: bool
) -> None:
    """Make MEMORY.md what it was in VERSION, or put one item of it back where it was.

    VERSION is an id that `memdeck history` prints, the start of one, or any
    name that git knows for a commit; ID^ is the version before an operation.
    LINE is that of the version. An item that was reworded since gets its
    earlier words.
    """
    from memdeck.curated.restoring import RestoreFile, RestoreItem
    from memdeck.history.changes import item_changes

    versions = read(call)
    then = version_data(call, versions, version)
    memory = read_memory_file(call)
    if reference is None:
        write(call, RestoreFile(then, _name(call, versions, version)), dry_run)
        return
    item = _item(memory, then, version, reference)
    pairs = item_changes(then, memory.data).changed
    now = next((new.id for old, new in pairs if old.id == item.id), None)
    write(call, RestoreItem(then, item.id, now, allow_duplicate), dry_run)


def _item(memory: MemoryFile, then: bytes, version: str, reference: str) -> Item:
    from memdeck.curated.sections import parse_memory

    earlier = replace(memory, data=then, sections=parse_memory(then))
    try:
        return find_item(earlier, reference)
    except (NothingFound, Refused) as error:
        kind = "item on line" if is_line(reference) else "item"
        raise NothingFound(
            f"MEMORY.md had no {kind} {show(reference)[:40]} in {show(version)[:80]}, so nothing "
            f"was written: if that version took it out, `{show(version)[:80]}^` is the one before."
        ) from error


def _name(call: Call, versions: Versions, reference: str) -> str:
    try:
        found, words = find(call, versions, reference), "the version"
    except NothingFound:
        found, words = find(call, versions, reference[:-1]), "the version before that"
    when = found.when.astimezone(call.workspace().zone)
    return f"{words} of {when:%Y-%m-%d %H:%M} by {show(found.who)}"
