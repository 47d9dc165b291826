"""`memdeck add`, `edit`, `retire` and `move`: the safe writer on items of MEMORY.md."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from memdeck.cli.call import Call, agent_option, pass_call
from memdeck.cli.output import data, narrate, warning_sign
from memdeck.cli.preview import preview
from memdeck.cli.targets import find_item, find_section, is_line
from memdeck.errors import Refused, Unusable, WrongUsage
from memdeck.model import Item, MemoryFile, Section
from memdeck.text import plural, show

if TYPE_CHECKING:
    from memdeck.curated.records import Origin
    from memdeck.curated.splice import Operation
    from memdeck.curated.store import Applied

Command = Callable[..., Any]


def dry_run_option(command: Command) -> Command:
    """`--dry-run`, the same on every command that writes MEMORY.md."""
    return click.option(
        "--dry-run",
        is_flag=True,
        help="Write nothing: print the unified diff and the difference in tokens.",
    )(command)


def allow_secret_option(command: Command) -> Command:
    """`--allow-secret`, the same on every command that puts text into MEMORY.md."""
    return click.option(
        "--allow-secret", is_flag=True, help="Also what looks like a password or a key."
    )(command)


def to_options(required: bool) -> Callable[[Command], Command]:
    """`--to SECTION` and `--new-section`."""

    def decorate(command: Command) -> Command:
        command = click.option(
            "--new-section", is_flag=True, help="SECTION is the title of a new one, at the end."
        )(command)
        return click.option(
            "--to",
            metavar="SECTION",
            required=required,
            help="Title or address of the section; a part of it will do.",
        )(command)

    return decorate


def item_options(command: Command) -> Command:
    """Which item, and how sure one is of it: `LINE|ID`, `--expect`, `--yes`."""
    command = click.option(
        "--yes", is_flag=True, help="Do not ask, where a line was named on a terminal."
    )(command)
    command = click.option(
        "--expect", metavar="TEXT", help="Refuse when the item says anything else."
    )(command)
    return click.argument("reference", metavar="LINE|ID")(command)


@click.command("add")
@click.argument("text")
@to_options(required=True)
@click.option("--allow-duplicate", is_flag=True, help="Also when MEMORY.md says so already.")
@allow_secret_option
@dry_run_option
@agent_option
@pass_call
def add_command(
    call: Call,
    text: str,
    to: str,
    new_section: bool,
    allow_duplicate: bool,
    allow_secret: bool,
    dry_run: bool,
) -> None:
    """Add an item to MEMORY.md. TEXT may be - for standard input."""
    from memdeck.curated.edits import Add

    text = given_text(text)
    memory = memory_to_write(call, dry_run)
    address = to if new_section else find_section(memory.sections, to)
    write(call, Add(address, (text,), new_section, allow_duplicate, allow_secret), dry_run)
    tell_alike(call, text, memory)
    tell_suspicious(text)


@click.command("edit")
@item_options
@click.option("--text", required=True, metavar="TEXT", help="What the item is to say.")
@allow_secret_option
@dry_run_option
@agent_option
@pass_call
def edit_command(
    call: Call,
    reference: str,
    text: str,
    expect: str | None,
    yes: bool,
    allow_secret: bool,
    dry_run: bool,
) -> None:
    """Give an item another text; its nested items stay."""
    from memdeck.curated.edits import Rewrite

    text = given_text(text)
    item = chosen_item(call, reference, "Edit", expect=expect, sure=yes or dry_run)
    write(call, Rewrite(item.id, text, expect, allow_secret), dry_run)
    tell_suspicious(text)


@click.command("retire")
@item_options
@dry_run_option
@agent_option
@pass_call
def retire_command(
    call: Call, reference: str, expect: str | None, yes: bool, dry_run: bool
) -> None:
    """Take an item out of MEMORY.md; the journal keeps it.

    Its nested items go with it.
    """
    from memdeck.curated.edits import Retire

    item = chosen_item(call, reference, "Retire", expect=expect, sure=yes or dry_run)
    write(call, Retire((item.id,), expect), dry_run)


@click.command("move")
@item_options
@to_options(required=True)
@dry_run_option
@agent_option
@pass_call
def move_command(
    call: Call,
    reference: str,
    to: str,
    new_section: bool,
    expect: str | None,
    yes: bool,
    dry_run: bool,
) -> None:
    """Put an item into another section, with its nested items."""
    from memdeck.curated.edits import Move

    memory = memory_to_write(call, dry_run)
    address = to if new_section else find_section(memory.sections, to)
    item = chosen_item(call, reference, "Move", expect=expect, sure=yes or dry_run)
    write(call, Move((item.id,), address, new_section, expect), dry_run)


# --- What the writing commands share ---------------------------------------


def given_text(text: str) -> str:
    """A text from the command line, or from standard input for `-`; raises WrongUsage."""
    if text == "-":
        content = sys.stdin.buffer.read()
        text = content.decode("utf-8", "surrogateescape")
    text = text.strip("\r\n").rstrip()
    if not text.strip():
        raise WrongUsage("There is no text, so nothing was written: give some.")
    return text


def read_memory_file(call: Call) -> MemoryFile:
    """MEMORY.md as it is now; raises Unusable when it is there and cannot be read."""
    from memdeck.curated.sections import read_memory

    workspace = call.workspace()
    memory = read_memory(workspace.memory_path)
    if memory.problem and not memory.data:
        raise Unusable(memory.problem)
    return memory


def memory_to_write(call: Call, dry_run: bool) -> MemoryFile:
    """MEMORY.md, with the scaffold written first when there is none and the person agrees."""
    memory = read_memory_file(call)
    if memory.exists:
        return memory
    from memdeck.curated.edits import Scaffold

    refusal = (
        "There is no MEMORY.md yet, so nothing was written: `memdeck init` writes a first one."
    )
    if dry_run:
        raise Refused(refusal)
    call.agree("There is no MEMORY.md yet. Write the scaffold first?", refusal)
    tell(call.store().apply(Scaffold()))
    return read_memory_file(call)


def chosen_item(call: Call, reference: str, verb: str, *, expect: str | None, sure: bool) -> Item:
    """The item that was named. A bare line on a terminal is shown first, and asked about."""
    memory = read_memory_file(call)
    item = find_item(memory, reference)
    if is_line(reference) and expect is None and not sure and call.interactive:
        narrate(f"MEMORY.md:{item.line} in {item.address}\n  {item.text}")
        call.agree(f"{verb} it?", "Nothing was written.")
    return item


def tell_suspicious(*texts: str) -> None:
    """Say that a text reads like an instruction to a model. It is the person's to judge."""
    from memdeck.injection import warning_of

    if words := warning_of(texts):
        narrate(f"{warning_sign(err=True)} {words}. Whether it stays is yours to decide.")


def tell_alike(call: Call, text: str, memory: MemoryFile) -> None:
    """Name the items that say nearly the same. It is the person's to judge."""
    from memdeck.curated.likeness import alike

    threshold = call.workspace().settings.likeness
    for item, likeness in alike(text, memory.items, threshold, limit=3):
        narrate(f"≈ {likeness:.0f} %  MEMORY.md:{item.line}  {item.text}")


def write(call: Call, operation: Operation, dry_run: bool, origins: Sequence[Origin] = ()) -> None:
    """Make the edit, or show what it would do; then say what was done, and where."""
    if dry_run:
        preview(call, operation)
        return
    applied = call.store().apply(operation, origins)
    tell(applied)
    tell_outside_edit(call)
    for item in written_items(call, applied):
        data(f"MEMORY.md:{item.line}  {item.id}")


def tell(applied: Applied) -> None:
    """Say on stderr what was done and how it is taken back."""
    narrate(f"{applied.record.words} · `memdeck undo {applied.record.id}` takes it back")
    for words in applied.warnings:
        narrate(words)
    if applied.late_bytes:
        narrate(
            f"{plural(applied.late_bytes, 'byte')} that another program wrote meanwhile "
            "were brought over."
        )


def tell_outside_edit(call: Call) -> None:
    """Say once in a workspace of OpenClaw what an edit that it did not make can cause."""
    from memdeck.bootstrap.provenance import untold_warning
    from memdeck.told import OPENCLAW_PROVENANCE, remember_told

    words = untold_warning(call.workspace(), call.environ)
    if words is not None:
        narrate(words)
        remember_told(call.workspace(), OPENCLAW_PROVENANCE)


def written_items(call: Call, applied: Applied) -> tuple[Item, ...]:
    """The items that the edit put into MEMORY.md, as they stand there now."""
    spans: list[tuple[int, int]] = []
    shift = 0
    for splice in applied.edit.splices:
        start = splice.offset + shift
        spans.append((start, start + len(splice.new)))
        shift += len(splice.new) - len(splice.old)
    memory = read_memory_file(call)
    return tuple(
        item
        for item in memory.items
        if any(
            start < stop and start < item.source_end and item.source_start < stop
            for start, stop in spans
        )
    )


TOP: Final = "what stands before the first heading"
"""In words: it has no title, and `--to ''` names it."""


def announce_section(section: Section | None, address: str, why: str) -> None:
    """Say which section was chosen, and why."""
    narrate(f"To {show(section.title if section else address) or TOP}: {why}")


def quoted(address: str) -> str:
    """A section in a sentence."""
    return f"“{show(address)}”" if address else TOP


def name_a_section(addresses: Sequence[str]) -> str:
    """What to do when no section could be proposed: the end of a refusal."""
    names = ", ".join(f"“{show(each)}”" if each else f"'' for {TOP}" for each in addresses[:8])
    return (
        f"name one with --to ({names or 'none yet'}), or a new one with --to TITLE --new-section."
    )
