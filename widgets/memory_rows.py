"""Tier two as rows: sections with their items and what each costs."""

from __future__ import annotations

from collections.abc import Sequence

from memdeck.model import Alarm, Budget, Item, MemoryFile, Section, SectionKind
from memdeck.text import plural, thin
from widgets.alarm_rows import alarm_rows
from widgets.glyphs import Glyphs
from widgets.row import Notice, Row, Tone

# Sections start open while they fill about a screen; the ones behind them
# start closed, so that the pane is a table of contents at first sight.
_OPEN_ROWS = 24


def memory_rows(
    memory: MemoryFile,
    budget: Budget | None,
    glyphs: Glyphs,
    alarms: Sequence[Alarm] = (),
) -> tuple[Row, ...]:
    """Every row of the Memory pane, open or folded; what was lost to another writer first."""
    said = (memory.problem, *memory.marks, _not_given(memory, budget)) if memory.sections else ()
    rows = alarm_rows(alarms, glyphs, of_logs=False)
    rows += [
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
        opened = len(rows) < _OPEN_ROWS
        rows += _section_rows(section, len(holders), memory, budget, glyphs, opened=opened)
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


def _not_given(memory: MemoryFile, budget: Budget | None) -> str | None:
    """What the next session is not given of the file, in words."""
    part = budget.part(memory.path.name) if budget else None
    if budget is None or part is None or not part.cuts:
        return None
    lines = sum(cut.lines for cut in part.cuts)
    return f"{plural(lines, 'line')} not given to the next session ({budget.profile}): {part.words}"


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
    section: Section,
    depth: int,
    memory: MemoryFile,
    budget: Budget | None,
    glyphs: Glyphs,
    *,
    opened: bool,
) -> list[Row]:
    cuts = budget is not None and any(cut.path == memory.path.name for cut in budget.cuts)
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
    name = memory.path.name
    rows += [
        _item_row(item, depth + 1, glyphs if cuts and _is_cut(budget, name, item) else None)
        for item in section.items
    ]
    return rows


def _is_cut(budget: Budget | None, name: str, item: Item) -> bool:
    return budget is not None and budget.is_cut(name, item.start, item.end)


def _item_row(item: Item, depth: int, cut: Glyphs | None) -> Row:
    return Row(
        ("item", item.id),
        item.text,
        depth + item.depth,
        glyph=cut.cut if cut else "",
        tone=Tone.DIM if item.foreign else Tone.PLAIN,
        target=item,
    )
