"""`memdeck status`: the three tiers and the count, as text or as one JSON document."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import click

from memdeck.cli.call import Call, pass_call, terminal_width, utf_8
from memdeck.cli.output import data, document, narrate
from memdeck.cli.pulse import status_rows
from memdeck.model import BranchNotes, Budget, Day, Deck, Item, LogFile, MemoryFile, Part, Section
from memdeck.model.logs import FileCount
from memdeck.secrets import covered_value


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_call
def status_command(call: Call, as_json: bool) -> None:
    """Show the three tiers and what the next session loads."""
    if not as_json:
        print_dashboard(call)
        return
    from memdeck.live.day_counts import read_counted

    deck, counts = read_counted(call.workspace(), call.now())
    for words in problems(deck, counts):
        narrate(words)
    document(covered_value(status_document(deck, counts)))


def print_dashboard(call: Call) -> None:
    """The dashboard once, as text."""
    from memdeck.cli.plain import DAYS_SHOWN, render

    deck = call.deck(newest_days=DAYS_SHOWN)
    data(render(deck, terminal_width(), ascii_only=not utf_8()))
    if deck.journal_problem is not None:
        narrate(deck.journal_problem)


def status_document(deck: Deck, counts: Mapping[str, FileCount] | None = None) -> dict[str, Any]:
    """The deck as the documented JSON: sizes in the budget's unit, times as ISO 8601.

    `counts` are the numbers of logs, also of those that the deck only lists;
    without, they are those of the deck. `tokens` is None where they have not
    been counted.
    """
    return {
        "workspace": str(deck.root),
        "branch": deck.notes.branch,
        "date": deck.today.isoformat(),
        "budget": _budget(deck.budget) if deck.budget else None,
        "notes": _notes(deck),
        "memory": _memory(deck.memory, deck.budget),
        "days": [_day(day, deck, counts) for day in deck.days],
        "pulse": status_rows(deck.pulse),
    }


def problems(deck: Deck, counts: Mapping[str, FileCount] | None = None) -> list[str]:
    """What the document leaves out because it could not be read or counted, in words."""
    found = [
        *deck.pulse.problems,
        deck.notes.problem,
        *(repository.problem for repository in deck.notes.repositories),
        deck.memory.problem,
        deck.journal_problem,
        *(_of(file, deck, counts).problem for day in deck.days for file in day.files),
        deck.budget.warning if deck.budget else None,
    ]
    return [each for each in found if each]


def section_id(address: str) -> str:
    """12 hex digits that stay the same while the section's address does."""
    digest = hashlib.sha256(address.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:12]


def _budget(budget: Budget) -> dict[str, Any]:
    return {
        "profile": budget.profile,
        "encoding": budget.encoding,
        "limit": budget.limit,
        "unit": budget.unit,
        "used": budget.used,
        "tokens": budget.tokens,
        "over": budget.over,
        "parts": [file for part in budget.parts for file in _part(part, budget)],
    }


def _part(part: Part, budget: Budget) -> list[dict[str, Any]]:
    """One row for each file of a part; one for a part without files."""
    if not part.paths:
        return [_row(part.name, None, part.data, part.tokens, 0)]
    spans = {path: (start, end) for path, start, end in part.spans()}
    rows = []
    for path in part.paths:
        start, end = spans.get(path, (0, 0))
        tokens = budget.tokens_in(part.start + start, part.start + end)
        cut = sum(each.lines for each in part.cuts if each.path == path)
        rows.append(_row(part.name, path, part.data[start:end], tokens, cut))
    return rows


def _row(name: str, path: str | None, content: bytes, tokens: int, cut: int) -> dict[str, Any]:
    """A row; `cut` is how many lines of the file are not given, or not whole."""
    characters = len(content.decode("utf-8", "replace"))
    return {"name": name, "path": path, "tokens": tokens, "chars": characters, "cut": cut}


def _notes(deck: Deck) -> list[dict[str, Any]]:
    several = len(deck.notes.repositories) > 1
    rows = []
    for repository in deck.notes.repositories:
        for branch in repository.branches:
            row = _branch(branch)
            if several:
                row["repository"] = repository.name
            rows.append(row)
    return rows


def _branch(branch: BranchNotes) -> dict[str, Any]:
    latest = max((each.latest.timestamp for each in branch.keys), default=None)
    return {
        "branch": branch.branch,
        "keys": len(branch.keys),
        "entries": branch.entry_count,
        "latest": latest,
    }


def _memory(memory: MemoryFile, budget: Budget | None) -> dict[str, Any]:
    part = budget.part("MEMORY.md") if budget else None
    return {
        "path": memory.path.name,
        "tokens": part.tokens if part else None,
        "sections": [_section(section, memory, budget) for section in memory.sections],
    }


def _section(section: Section, memory: MemoryFile, budget: Budget | None) -> dict[str, Any]:
    return {
        "id": section_id(section.address),
        "address": section.address,
        "title": section.title,
        "line": section.line,
        "tokens": _tokens(memory, budget, section.start, section.end),
        "items": [_item(item, memory, budget) for item in section.items],
    }


def _item(item: Item, memory: MemoryFile, budget: Budget | None) -> dict[str, Any]:
    return {
        "id": item.id,
        "line": item.line,
        "text": item.text,
        "tokens": _tokens(memory, budget, item.start, item.end),
    }


def _tokens(memory: MemoryFile, budget: Budget | None, start: int, end: int) -> int | None:
    return budget.tokens_of(memory.path.name, start, end) if budget else None


def _day(day: Day, deck: Deck, counts: Mapping[str, FileCount] | None) -> dict[str, Any]:
    found = [_of(file, deck, counts) for file in day.files]
    known = [each.tokens for each in found if each.tokens is not None]
    return {
        "date": day.date.isoformat(),
        "files": [file.name for file in day.files],
        "items": sum(each.items for each in found),
        "tokens": sum(known) if len(known) == len(found) else None,
    }


def _of(file: LogFile, deck: Deck, counts: Mapping[str, FileCount] | None) -> FileCount:
    """The numbers of a log; those of the deck for one that has gone since it was listed."""
    if counts is not None and file.name in counts:
        return counts[file.name]
    return FileCount(len(file.items), deck.day_tokens.get(file.name), file.problem)
