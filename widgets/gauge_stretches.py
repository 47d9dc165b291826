"""Where in the gauge a section, an item, a day or a note stands."""

from __future__ import annotations

from memdeck.model import (
    Budget,
    Day,
    Deck,
    Entry,
    Item,
    LogFile,
    LogItem,
    MemoryFile,
    Part,
    Section,
)
from memdeck.notes.codec import compact
from widgets.gauge import Stretch

_END = 1 << 62
"""Behind the last byte of any file."""


def section_stretches(memory: MemoryFile, budget: Budget | None) -> tuple[Stretch, ...]:
    """The sections of MEMORY.md, as shares of its part."""
    part = _part_of(budget, memory.path.name)
    if budget is None or part is None or not part.tokens:
        return ()
    stretches: list[Stretch] = []
    done = 0
    for section in memory.sections:
        tokens = budget.tokens_of(memory.path.name, section.start, section.end) or 0
        if tokens:
            share = done / part.tokens
            done += tokens
            stretches.append(Stretch(part.name, share, done / part.tokens))
    return tuple(stretches)


def stretch_of(target: object, deck: Deck) -> Stretch | None:
    """Where what a row stands for is in the gauge; None when it is not loaded."""
    match target:
        case Section() | Item():
            return _span(deck.budget, deck.memory.path.name, target.start, target.end)
        case LogItem():
            return _span(deck.budget, target.file, target.start, target.end)
        case LogFile():
            return _span(deck.budget, target.name, 0, target.size)
        case Day():
            return _day(deck.budget, target)
        case Entry():
            return _entry(deck.budget, target)
        case _:
            return None


def _part_of(budget: Budget | None, path: str) -> Part | None:
    if budget is None:
        return None
    return next((part for part in budget.parts if path in part.paths), None)


def _span(budget: Budget | None, path: str, start: int, end: int) -> Stretch | None:
    part = _part_of(budget, path)
    if budget is None or part is None or not part.tokens:
        return None
    # Everything of the part that comes before it, also of other files.
    before = 0
    for each in part.paths[: part.paths.index(path)]:
        before += budget.tokens_of(each, 0, _END) or 0
    before += budget.tokens_of(path, 0, start) or 0
    own = budget.tokens_of(path, start, end) or 0
    if not own:
        return None
    return Stretch(part.name, before / part.tokens, min(1.0, (before + own) / part.tokens))


def _day(budget: Budget | None, day: Day) -> Stretch | None:
    spans = [_span(budget, file.name, 0, _END) for file in day.files]
    there = [span for span in spans if span is not None]
    return Stretch(there[0].part, there[0].start, there[-1].end) if there else None


def _entry(budget: Budget | None, entry: Entry) -> Stretch | None:
    """The notes have no files: the line of the entry's key in what is given."""
    part = budget.part("notes") if budget else None
    if budget is None or part is None or not part.tokens:
        return None
    at = part.data.find(compact(entry) + b"\n")
    if at < 0:
        return None
    before = budget.tokens_in(part.start, part.start + at)
    own = budget.tokens_in(part.start + at, part.start + at + len(compact(entry)))
    return Stretch(part.name, before / part.tokens, (before + own) / part.tokens)
