"""`memdeck lineage`: where an item of MEMORY.md comes from, or where a line of a log went."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.curate import read_memory_file
from memdeck.cli.history import item_document, version_document
from memdeck.cli.output import document, told
from memdeck.cli.promote import log_file, parse_place
from memdeck.cli.targets import find_item, find_log_item, is_line
from memdeck.errors import Unusable
from memdeck.secrets import covered_value
from memdeck.text import show

if TYPE_CHECKING:
    from memdeck.history.lineage import ItemLineage, LineLineage
    from memdeck.history.past import Past
    from memdeck.history.versions import Version

_ID: Final = re.compile(r"[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


@click.command("lineage")
@click.argument("reference", metavar="LINE|ID|FILE:LINE")
@click.option("--reveal", is_flag=True, help="Print what looks like a secret, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_call
def lineage_command(call: Call, reference: str, reveal: bool, as_json: bool) -> None:
    """Tell where an item of MEMORY.md comes from, or where a line of a daily log went.

    What the journal knows is certain. Else the likest line is named, with how
    like it is.
    """
    from memdeck.curated.journal import Journal
    from memdeck.history.lineage import lineage_of_item, lineage_of_line
    from memdeck.history.past import read_past

    workspace = call.workspace()
    threshold = workspace.settings.likeness
    memory = read_memory_file(call)
    of_memory = is_line(reference) or _ID.fullmatch(reference) is not None
    item = find_item(memory, reference) if of_memory else None
    if item is None:
        place = parse_place(reference)
        file = log_file(call, place.name)
        if file.problem:
            raise Unusable(file.problem)
        line = find_log_item(file, place.line)
    past = read_past(workspace.root, workspace.memory_path, Journal(workspace.state_folder))
    assert past is not None
    if item is None:
        went = lineage_of_line(line, past, threshold=threshold)
        assert went is not None
        _print_line(call, went, _Printer(reveal, as_json))
        return
    from memdeck.daily.days import read_days
    from memdeck.notes.reader import read_notes

    settings = workspace.settings
    today = workspace.today(call.now())
    found = lineage_of_item(
        item,
        past,
        read_days(workspace.root, today=today, parse_newest=0),
        read_notes(workspace.root, settings.notes_repositories, settings.notes_ref),
        threshold=threshold,
        today=today,
        zone=workspace.zone,
    )
    assert found is not None
    _print_item(call, found, past, _Printer(reveal, as_json))


@dataclass(frozen=True, slots=True)
class _Printer:
    """How it is printed."""

    reveal: bool
    as_json: bool

    def line(self, text: str) -> None:
        """Print one line, secrets covered unless they are to be revealed."""
        told(text, reveal=self.reveal)

    def document(self, value: Any) -> None:
        """Print it as JSON, likewise."""
        document(value if self.reveal else covered_value(value))


# --- An item ---------------------------------------------------------------


def _print_item(call: Call, found: ItemLineage, past: Past, printer: _Printer) -> None:
    if printer.as_json:
        printer.document(_item_document(found))
        return
    data = printer.line
    item, source = found.item, found.source
    data(f"MEMORY.md:{item.line}  {show(item.text)}")
    if source is not None:
        how = "promoted from" if source.certain else f"≈ {source.likeness:.0f} %"
        gone = "" if source.there else " (not there any more)"
        data(f"  {how}  {show(source.place.file)}:{source.place.line}{gone}")
        data(f"    {show(source.place.text)}")
    elif found.searched is not None:
        data(f"  no line like it in the logs from {found.searched[0]} to {found.searched[1]}")
    if not found.steps:
        data(f"  {found.unknown}")
    for step in found.steps:
        word = "reworded" if step.before is not None else "first known" if step.first else "came"
        data(f"  {word}  {_version(call, step.version)}")
        if step.before is not None:
            data(f"    before: {show(step.before)}")
    for mention in found.mentions:
        if mention.place is not None:
            where = f"{show(mention.place.file)}:{mention.place.line}"
        else:
            assert mention.entry is not None
            where = f"notes of {show(mention.entry.branch)}, key {show(mention.entry.key)}"
        data(f"  said again  {mention.day}  ≈ {mention.likeness:.0f} %  {where}")
    if found.more_mentions:
        data(f"  and {found.more_mentions} times more")
    if past.versions.without_git:
        data(f"  {past.versions.without_git}")


def _item_document(found: ItemLineage) -> dict[str, Any]:
    source = found.source
    return {
        "item": item_document(found.item),
        "source": None
        if source is None
        else {
            "file": source.place.file,
            "line": source.place.line,
            "text": source.place.text,
            "likeness": round(source.likeness, 1),
            "certain": source.certain,
            "there": source.there,
        },
        "searched": None
        if found.searched is None
        else [each.isoformat() for each in found.searched],
        "steps": [
            {
                "version": version_document(each.version),
                "text": each.text,
                "before": each.before,
                "first_known": each.first,
            }
            for each in found.steps
        ],
        "mentions": [
            {
                "date": each.day.isoformat() if each.day else None,
                "likeness": round(each.likeness, 1),
                "file": each.place.file if each.place else None,
                "line": each.place.line if each.place else None,
                "branch": each.entry.branch if each.entry else None,
                "key": each.entry.key if each.entry else None,
            }
            for each in found.mentions
        ],
        "more_mentions": found.more_mentions,
    }


# --- A line ----------------------------------------------------------------


def _print_line(call: Call, found: LineLineage, printer: _Printer) -> None:
    if printer.as_json:
        printer.document(_line_document(found))
        return
    data = printer.line
    data(f"{show(found.line.place)}  {show(found.line.text)}")
    if not found.went:
        data("  is not in MEMORY.md, nor anything like it")
    for each in found.went:
        how = "promoted to" if each.certain else f"≈ {each.likeness:.0f} %"
        if each.item is not None:
            data(f"  {how}  MEMORY.md:{each.item.line}  {show(each.item.text)}")
        else:
            data("  was promoted, and is not in MEMORY.md any more")
        for word, version in (("by", each.version), ("taken out by", each.gone)):
            if version is not None:
                data(f"    {word}  {_version(call, version)}")


def _line_document(found: LineLineage) -> dict[str, Any]:
    return {
        "file": found.line.file,
        "line": found.line.line,
        "text": found.line.text,
        "went": [
            {
                "item": item_document(each.item) if each.item else None,
                "likeness": round(each.likeness, 1),
                "certain": each.certain,
                "version": version_document(each.version) if each.version else None,
                "gone": version_document(each.gone) if each.gone else None,
            }
            for each in found.went
        ],
    }


def _version(call: Call, version: Version) -> str:
    when = version.when.astimezone(call.workspace().zone)
    return f"{version.id[:12]}  {when:%Y-%m-%d %H:%M}  {show(version.who)}  {show(version.words)}"
