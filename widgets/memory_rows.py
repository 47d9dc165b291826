"""Tier two as rows: sections with their items and what each costs."""

from __future__ import annotations

from memdeck.model import Budget, Item, MemoryFile, Section, SectionKind
from memdeck.text import thin
from widgets.glyphs import Glyphs
from widgets.row import Notice, Row, Tone

# Sections start open while they fill about a screen; the ones behind them
# start closed, so that the pane is a table of contents at first sight.
_OPEN_ROWS = 24


def memory_rows(memory: MemoryFile, budget: Budget | None, glyphs: Glyphs) -> tuple[Row, ...]:
    """Every row of the Memory pane, open or folded."""
    said = (memory.problem, *memory.marks) if memory.sections else ()
    rows = [
        Row(("notice", words), words, 0, glyphs.warning, Tone.WARNING, target=Notice(words))
        for words in said
        if words
    ]
    holders: list[Section] = []
    for section in memory.sections:
        while holders and holders[-1].level >= section.level:
            holders.pop()
        if _hidden(section, memory):
            continue
        rows += _section_rows(section, len(holders), memory, budget, opened=len(rows) < _OPEN_ROWS)
        if section.kind is not SectionKind.TOP and not _is_title(section, memory):
            holders.append(section)
    return tuple(rows)


def memory_empty(memory: MemoryFile) -> str:
    """What the pane says when there is nothing to list."""
    if memory.problem:
        return memory.problem
    if not memory.exists:
        return (
            "No MEMORY.md yet.\n\n"
            "Promote a line of the timeline (3, then p), or add one by hand (a): "
            "the first one offers to make the file."
        )
    return "MEMORY.md is empty.\n\na adds an item by hand; p promotes a line of the timeline."


def _hidden(section: Section, memory: MemoryFile) -> bool:
    """Whether a section says nothing: the file's title, or nothing before the first heading."""
    if section.items:
        return False
    if section.kind is SectionKind.TOP:
        return True
    return _is_title(section, memory) and len(memory.sections) > 1


def _is_title(section: Section, memory: MemoryFile) -> bool:
    """Whether it is the one heading of level 1: the file's title, not a holder of sections."""
    return section.level == 1 and sum(each.level == 1 for each in memory.sections) == 1


def _section_rows(
    section: Section, depth: int, memory: MemoryFile, budget: Budget | None, *, opened: bool
) -> list[Row]:
    tokens = budget.tokens_of(memory.path.name, section.start, section.end) if budget else None
    cost = f"{thin(tokens):>6}" if tokens is not None else ""
    nameless = "before the first heading" if section.kind is SectionKind.TOP else "no title"
    title = section.title or f"({nameless})"
    rows = [
        Row(
            ("section", section.address),
            f"{title} (kept by another program)" if section.foreign else title,
            depth,
            tone=Tone.DIM if section.foreign else Tone.HEADING,
            right=(f"{len(section.items):>3}", cost) if cost else (str(len(section.items)),),
            foldable=bool(section.items),
            starts_closed=not opened,
            stop=True,
            target=section,
        )
    ]
    rows += [_item_row(item, depth + 1) for item in section.items]
    return rows


def _item_row(item: Item, depth: int) -> Row:
    return Row(
        ("item", item.id),
        item.text,
        depth + item.depth,
        tone=Tone.DIM if item.foreign else Tone.PLAIN,
        target=item,
    )
