"""MEMORY.md as a thing to search."""

from __future__ import annotations

from typing import Final

from memdeck.model import Item, MemoryFile, Section, Tier
from memdeck.search.fold import with_line_feeds
from memdeck.search.hits import Hit, ItemTarget, excerpt
from memdeck.search.matching import Match, Matcher
from memdeck.search.query import Filters


class MemoryDocument:
    """MEMORY.md as last read, in its own order."""

    newest_last: Final = False

    def __init__(self, memory: MemoryFile) -> None:
        self._memory = memory
        self._data = b""

    def load(self) -> bytes:
        """Its bytes, every line ended by LF."""
        self._data = with_line_feeds(self._memory.data)
        return self._data

    def counts(self, match: Match, filters: Filters) -> bool:
        """Whether a line that matches is one that was asked for."""
        section = self._section(match.start)
        if filters.section is not None:
            wanted = filters.section.casefold()
            if section is None or wanted not in f"{section.address}\n{section.title}".casefold():
                return False
        if not filters.kinds:
            return True
        item = _item(section, match.start)
        if section is None or item is None:
            return False
        # The list of words is only needed for this.
        from memdeck.meaning import meaning_of_line

        return meaning_of_line(item.text, section.meaning) in filters.kinds

    def hit(self, match: Match, matcher: Matcher) -> Hit:
        """The line that matches."""
        text, spans, cut = excerpt(self._data, match, matcher)
        number = self._data.count(b"\n", 0, match.start) + 1
        section = self._section(match.start)
        item = _item(section, match.start)
        address = section.address if section else ""
        return Hit(
            Tier.MEMORY,
            text,
            spans,
            ItemTarget(number, item.id if item else None, address),
            number,
            file=self._memory.path.name,
            section=address or None,
            score=match.score,
            cut=cut,
        )

    def _section(self, offset: int) -> Section | None:
        """The innermost section that holds an offset."""
        inside = [each for each in self._memory.sections if each.start <= offset < each.end]
        return inside[-1] if inside else None


def _item(section: Section | None, offset: int) -> Item | None:
    """The innermost item of a section that holds an offset."""
    items = section.items if section is not None else ()
    inside = [each for each in items if each.start <= offset < each.end]
    return inside[-1] if inside else None
