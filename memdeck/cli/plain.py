"""The dashboard once, as text: what is printed where no screen can be opened.

A pure function from the deck to lines, meant to be read from top to bottom:
the gauge, then the tiers, most of what matters now and counts of the rest.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from memdeck.model import (
    BranchNotes,
    Budget,
    Day,
    Deck,
    Entry,
    JsonValue,
    LogItem,
    LogKind,
    MemoryFile,
    Notes,
    RepositoryNotes,
    Section,
)
from memdeck.secrets import covered, hidden_if_named
from memdeck.text import plural, show, thin

BAR_WIDTH: Final = 30
KEYS_SHOWN: Final = 12
ITEMS_SHOWN: Final = 6
LINES_SHOWN: Final = 12
DAYS_SHOWN: Final = 7
_SHADES: Final = "█▓▒░"
_ASCII_SHADES: Final = "#=-+"
_TO_ASCII: Final = {
    "…": "...",
    "·": "-",
    "—": "-",
    "─": "-",
    "⚠": "!",
    "✓": "v",
}


def render(deck: Deck, width: int, *, ascii_only: bool = False) -> str:
    """The deck as lines of at most `width` cells, without a last line feed; secrets covered."""
    lines: list[str] = []
    for block in (_head(deck), _gauge(deck.budget, ascii_only), *_tiers(deck)):
        lines.extend(block)
    clipped = [_clipped(covered(line.rstrip()), width) for line in lines]
    text = "\n".join(clipped)
    return "".join(_TO_ASCII.get(each, each) for each in text) if ascii_only else text


def _head(deck: Deck) -> Iterator[str]:
    branch = deck.notes.branch
    where = [show(str(deck.root))]
    if branch is not None:
        where.append("detached HEAD" if branch == "HEAD" else f"branch {show(branch)}")
    where.append(_date(deck.today))
    yield "memdeck  " + " · ".join(where)


def _gauge(budget: Budget | None, ascii_only: bool) -> Iterator[str]:
    if budget is None:
        yield "The tokens have not been counted."
        return
    shades = _ASCII_SHADES if ascii_only else _SHADES
    bar = _bar(budget, shades, "." if ascii_only else "·")
    word = budget.fit.value
    if budget.over:
        word += f" by {thin(budget.over)}"
    yield f"{thin(budget.used)} / {thin(budget.limit)} {budget.unit}  {bar}  {word}"
    yield "  " + " · ".join(
        f"{shades[index % len(shades)]} {show(part.name)} {thin(part.tokens)}"
        for index, part in enumerate(budget.parts)
    )
    if budget.warning:
        yield f"  ⚠ {show(budget.warning)}"


def _bar(budget: Budget, shades: str, rest: str) -> str:
    """A bar of `BAR_WIDTH` cells, a shade for each part; a part with tokens has a cell."""
    whole = max(budget.limit, budget.used, 1)
    bar = ""
    for index, part in enumerate(budget.parts):
        if part.tokens:
            cells = max(1, round(part.tokens * BAR_WIDTH / whole))
            bar += shades[index % len(shades)] * cells
    return bar[:BAR_WIDTH] + rest * (BAR_WIDTH - len(bar))


def _tiers(deck: Deck) -> Iterator[list[str]]:
    yield ["", *_notes(deck.notes)]
    yield ["", *_memory(deck.memory, deck.budget)]
    yield ["", *_days(deck)]


# --- Notes -----------------------------------------------------------------


def _notes(notes: Notes) -> Iterator[str]:
    yield "1 Notes"
    if notes.problem:
        yield f"  {show(notes.problem)}"
    for repository in notes.repositories:
        if len(notes.repositories) > 1:
            yield f"  repository {show(repository.name)}"
        yield from _repository(repository)


def _repository(repository: RepositoryNotes) -> Iterator[str]:
    if repository.problem:
        yield f"  ⚠ {show(repository.problem)}"
    elif not repository.branches and not repository.damaged:
        yield "  No agent has stored anything yet."
    for branch in repository.branches:
        here = " (current)" if branch.current else ""
        yield f"  {show(branch.branch)}{here}: {_counts(branch)}"
        if branch.current:
            yield from _keys(branch)
    if repository.damaged:
        yield f"  ⚠ {plural(len(repository.damaged), 'damaged entry', 'damaged entries')}, kept"


def _counts(branch: BranchNotes) -> str:
    entries = plural(branch.entry_count, "entry", "entries")
    return f"{plural(len(branch.keys), 'key')}, {entries}"


def _keys(branch: BranchNotes) -> Iterator[str]:
    for key in branch.keys[:KEYS_SHOWN]:
        yield f"    {_entry(key.latest)}"
    yield from _rest(len(branch.keys) - KEYS_SHOWN, "    ", "key")


def _entry(entry: Entry) -> str:
    value = hidden_if_named(entry.key, value_text(entry.value))
    return f"{show(entry.key)}  {show(entry.timestamp)}  {show(value)}"


def value_text(value: JsonValue) -> str:
    """A note's value in one piece: a string as it is, anything else as compact JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# --- MEMORY.md -------------------------------------------------------------


def _memory(memory: MemoryFile, budget: Budget | None) -> Iterator[str]:
    part = budget.part("MEMORY.md") if budget else None
    size = f", {plural(part.tokens, 'token')}" if part else ""
    yield f"2 MEMORY.md: {plural(len(memory.items), 'item')}{size}"
    if memory.problem:
        yield f"  ⚠ {show(memory.problem)}"
    for mark in memory.marks:
        yield f"  ⚠ {show(mark)}"
    if not memory.exists:
        yield "  There is none yet: `memdeck init` writes a first one."
    for section in memory.sections:
        if section.items or section.title:
            yield from _section(section, memory, budget)


def _section(section: Section, memory: MemoryFile, budget: Budget | None) -> Iterator[str]:
    tokens = budget.tokens_of(memory.path.name, section.start, section.end) if budget else None
    size = "" if tokens is None else f", {plural(tokens, 'token')}"
    indent = "  " * max(1, min(section.level, 4) if section.level else 1)
    title = show(section.title) or "(before the first heading)"
    foreign = ", kept by another program" if section.foreign else ""
    yield f"{indent}{title}: {plural(len(section.items), 'item')}{size}{foreign}"
    # With the line that `edit`, `retire` and `move` take, in one column for the whole file.
    width = len(str(max((item.line for item in memory.items), default=0)))
    for item in section.items[:ITEMS_SHOWN]:
        yield f"{indent}  {item.line:>{width}} {'  ' * min(item.depth, 4)}- {show(item.text)}"
    yield from _rest(len(section.items) - ITEMS_SHOWN, f"{indent}  {'':{width}} ", "item")


# --- Days ------------------------------------------------------------------


def _days(deck: Deck) -> Iterator[str]:
    yield f"3 Timeline: {plural(len(deck.days), 'day')}"
    if not deck.days:
        yield "  No daily log yet: `memdeck log TEXT` writes the first line of today's."
    yesterday = deck.today - timedelta(days=1)
    for day in deck.days[:DAYS_SHOWN]:
        near = {deck.today: " (today)", yesterday: " (yesterday)"}.get(day.date, "")
        yield f"  {_date(day.date)}{near}: {_size(day, deck)}"
        for mark in (*day.marks, *(mark for file in day.files for mark in file.marks)):
            yield f"    ⚠ {show(mark)}"
        for file in day.files:
            if file.problem:
                yield f"    ⚠ {show(file.problem)}"
        if near:
            yield from _lines(day, deck)
    yield from _rest(len(deck.days) - DAYS_SHOWN, "  ", "day")


def _size(day: Day, deck: Deck) -> str:
    counts = [deck.day_tokens.get(file.name) for file in day.files]
    words = [plural(len(day.files), "file"), plural(len(day.items), "line")]
    if all(count is not None for count in counts):
        words.append(plural(sum(count or 0 for count in counts), "token"))
    return ", ".join(words)


def _lines(day: Day, deck: Deck) -> Iterator[str]:
    """The lines of a day under their headings; of a transcript only that there is one."""
    shown, lines = 0, 0
    for file in day.files:
        if file.kind is LogKind.TRANSCRIPT:
            yield f"    {show(file.name)}: {file.kind.value}, {plural(len(file.items), 'line')}"
            continue
        for section in file.sections:
            lines += len(section.items)
            room = section.items[: max(0, LINES_SHOWN - shown)]
            if room and section.title:
                yield f"    {show(section.title)}"
            for item in room:
                yield f"      - {_line(item, deck)}"
            shown += len(room)
    yield from _rest(lines - shown, "      ", "line")


def _line(item: LogItem, deck: Deck) -> str:
    known = deck.promoted.get((item.file, item.line, item.digest))
    mark = "✓ " if known is not None and known.by_journal else ""
    return mark + show(item.text)


# --- Words and widths ------------------------------------------------------


def _rest(count: int, indent: str, noun: str) -> Iterator[str]:
    if count > 0:
        yield f"{indent}… and {plural(count, noun)} more"


_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def _date(day: date) -> str:
    """`Fri 6 Feb 2026`, the same in every locale."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _clipped(line: str, width: int) -> str:
    """The line, cut to so many terminal cells with an ellipsis."""
    if len(line) * 2 <= width:
        return line
    used, fits = 0, 0
    for index, character in enumerate(line):
        used += _cells(character)
        if used <= width - 1:
            fits = index + 1
        if used > width:
            return line[:fits] + "…"
    return line


def _cells(character: str) -> int:
    """How many cells a visible character takes."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
