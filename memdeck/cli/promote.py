"""`memdeck promote`: a line of a daily log becomes an item of MEMORY.md."""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click

from memdeck.cli.call import Call, agent_option, pass_call
from memdeck.cli.curate import (
    TOP,
    allow_secret_option,
    announce_section,
    dry_run_option,
    given_text,
    memory_to_write,
    name_a_section,
    quoted,
    tell_alike,
    tell_suspicious,
    to_options,
    write,
)
from memdeck.cli.targets import find_log_item, find_section
from memdeck.errors import NothingFound, Refused, Unusable, WrongUsage
from memdeck.model import LogFile, LogItem, LogKind, MemoryFile
from memdeck.text import show
from memdeck.workspace import LOGS_NAME


@click.command("promote")
@click.argument("place", metavar="FILE:LINE")
@to_options(required=False)
@click.option("--text", metavar="TEXT", help="What the item is to say, instead of the line.")
@click.option("--allow-duplicate", is_flag=True, help="Also when MEMORY.md says so already.")
@allow_secret_option
@dry_run_option
@agent_option
@pass_call
def promote_command(
    call: Call,
    place: str,
    to: str | None,
    new_section: bool,
    text: str | None,
    allow_duplicate: bool,
    allow_secret: bool,
    dry_run: bool,
) -> None:
    """Promote a line of a daily log into MEMORY.md.

    Without --to it goes to the section that its words suggest, if one does.
    """
    from memdeck.curated.edits import Promote
    from memdeck.curated.records import Origin

    line = _line(call, place)
    words = given_text(text) if text is not None else line.source
    memory = memory_to_write(call, dry_run)
    if not allow_duplicate:
        _refuse_again(call, line, memory)
    address = _address(call, line, words, to, new_section, memory)
    write(
        call,
        Promote(address, (words,), new_section, allow_duplicate, allow_secret),
        dry_run,
        (Origin(line.file, line.line, line.digest, line.text),),
    )
    tell_alike(call, words, memory)
    tell_suspicious(words, line.source)


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    line: int


def parse_place(place: str) -> _Place:
    """`FILE:LINE` as its two parts; raises WrongUsage."""
    name, colon, number = place.rpartition(":")
    if not colon or not name or not (number.isascii() and number.isdecimal()) or len(number) > 9:
        raise WrongUsage(
            f"{show(place)[:80]} is no FILE:LINE: name a line of a daily log, "
            "such as memory/2026-02-06.md:9."
        )
    return _Place(name, int(number))


def _line(call: Call, place: str) -> LogItem:
    """The log line that was named; raises NothingFound, or Refused when it is no candidate."""
    wanted = parse_place(place)
    file = log_file(call, wanted.name)
    if file.problem:
        raise Unusable(file.problem)
    item = find_log_item(file, wanted.line)
    if not item.candidate:
        kind = "a session transcript" if file.kind is LogKind.TRANSCRIPT else "another program"
        raise Refused(
            f"{show(item.place)} comes from {kind} and is never promoted, so nothing was "
            "written: `memdeck add` puts your own words into MEMORY.md."
        )
    return item


def log_file(call: Call, name: str) -> LogFile:
    """The log of that name: relative to the workspace, to the current folder, or to `memory/`."""
    from memdeck.daily.days import days_of, log_date, read_days

    workspace = call.workspace()
    on = log_date(Path(name).name)
    today = workspace.today(call.now())
    names = _names(call, name)
    if on is not None:
        days = read_days(workspace.root, today=today, parse_newest=0, parse_dates={on})
        day = days_of(days, on)
        for file in day.files if day else ():
            if file.name in names:
                return file
        missing = min(
            (each for each in names if Path(each).parent == Path(LOGS_NAME)), default=None
        )
        if missing is not None:
            there = f"the newest is {show(days[0].files[0].name)}" if days else "there is none yet"
            raise NothingFound(f"There is no daily log {show(missing)[:120]}: {there}.")
    raise NothingFound(
        f"{show(name)[:120]} is no daily log of this workspace: logs are named like "
        f"memory/{today.isoformat()}.md."
    )


def _names(call: Call, name: str) -> set[str]:
    """The names, relative to the workspace, that may be meant."""
    root = call.workspace().root
    names = {Path(name).as_posix(), f"memory/{name}"}
    # What is not below the workspace from here is named from there, or wrong.
    with suppress(ValueError, OSError, RuntimeError):
        folder = call.path(name).parent.resolve().relative_to(root)
        names.add((folder / Path(name).name).as_posix())
    return names


def _refuse_again(call: Call, line: LogItem, memory: MemoryFile) -> None:
    """Refuse a line whose promotion still stands in MEMORY.md, also in other words."""
    from memdeck.curated.journal import Journal

    put = Journal(call.workspace().state_folder).origins().get((line.file, line.line, line.digest))
    if put is None:
        return
    said = put.encode("utf-8", "surrogateescape").strip()
    if said and said in memory.data:
        raise Refused(
            f"{show(line.place)} has been promoted already, so nothing was written: "
            "--allow-duplicate promotes it again."
        )


def _address(
    call: Call, line: LogItem, words: str, to: str | None, new_section: bool, memory: MemoryFile
) -> str:
    if to is not None:
        return to if new_section else find_section(memory.sections, to)
    if new_section:
        raise WrongUsage("--new-section needs the new section's title: give it with --to TITLE.")
    from memdeck.curated.sections import targets
    from memdeck.curated.suggest import propose_section

    proposal = propose_section(words, line.meaning, memory.sections)
    addresses = [each.address for each in targets(memory.sections)]
    if proposal is None:
        raise Refused(
            "No section suggests itself for this line, so nothing was written: "
            f"{name_a_section(addresses)}"
        )
    if proposal.confident:
        announce_section(memory.section(proposal.address), proposal.address, proposal.why)
        return proposal.address
    why = proposal.why[:1].upper() + proposal.why[1:]
    if call.interactive:
        refusal = f"Nothing was written: {name_a_section(addresses)}"
    else:
        refusal = (
            f"{why}, so it would go to {quoted(proposal.address)}; that is not sure, so nothing "
            f"was written: --to {shlex.quote(proposal.address)} settles it, or any other section."
        )
    call.agree(f"{why}. Promote to {proposal.address or TOP}?", refusal)
    return proposal.address
