"""A daily log as a thing to search."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from datetime import date
from typing import Final

from memdeck.daily.parse import parse_log
from memdeck.daily.shapes import is_transcript
from memdeck.model import LogFile, LogItem, Meaning, Tier
from memdeck.search.fold import decoded, with_line_feeds
from memdeck.search.hits import Hit, LogTarget, excerpt
from memdeck.search.matching import Match, Matcher
from memdeck.search.query import Filters

_TITLE: Final = re.compile(
    rb"^(?:[ ]{0,3}(?P<marks>\#{1,6})[ \t]+(?P<heading>[^\n]*)"
    rb"|(?P<bold>\*\*|__)(?P<line>(?![\s*_])(?:(?!(?P=bold))[^\n]){1,320}?)(?P=bold)"
    rb"[ \t]*:?[ \t]*\r?$"
    rb"|[ ]{0,3}(?P<fence>```+|~~~+)(?P<info>[^\n]*))",
    re.MULTILINE | re.VERBOSE,
)
_CLOSING: Final = re.compile(r"\s+#+\s*$")
_MARKS: Final = "*_`~ \t:"


class LogDocument:
    """One log file. Its bytes are held only while it is looked at."""

    __slots__ = ("_data", "_items", "_on", "_read", "_titles", "_transcript", "file")
    newest_last: Final = True

    def __init__(self, file: LogFile, on: date, read: Callable[[LogFile], bytes | None]) -> None:
        self.file = file
        self._on = on
        self._read = read
        self._data = b""
        self._titles: list[tuple[int, str]] | None = None
        self._transcript: bool | None = None
        self._items: tuple[LogItem, ...] | None = None

    def load(self) -> bytes | None:
        """Its bytes, every line ended by LF; None when it is gone. Raises Unusable."""
        data = self._read(self.file)
        if not data:
            return data
        self._data = with_line_feeds(data)
        return self._data

    def counts(self, match: Match, filters: Filters) -> bool:
        """Whether a line that matches is one that was asked for."""
        if not filters.transcripts and self._is_transcript():
            return False
        if filters.section is not None:
            title = self._title(match.start)
            if title is None or filters.section.casefold() not in title.casefold():
                return False
        return not filters.kinds or self._meaning(match.start) in filters.kinds

    def hit(self, match: Match, matcher: Matcher) -> Hit:
        """The line that matches."""
        text, spans, cut = excerpt(self._data, match, matcher)
        number = self._data.count(b"\n", 0, match.start) + 1
        return Hit(
            Tier.LOGS,
            text,
            spans,
            LogTarget(self.file.name, number, self._on),
            number,
            file=self.file.name,
            date=self._on,
            section=self._title(match.start),
            transcript=self._is_transcript(),
            score=match.score,
            cut=cut,
        )

    def _is_transcript(self) -> bool:
        if self._transcript is None:
            self._transcript = is_transcript(self._data)
        return self._transcript

    def _title(self, offset: int) -> str | None:
        """The title that the line at an offset stands under; None without one."""
        if self._titles is None:
            self._titles = titles(self._data)
        index = bisect_right(self._titles, offset, key=lambda each: each[0]) - 1
        return self._titles[index][1] or None if index >= 0 else None

    def _meaning(self, offset: int) -> Meaning | None:
        """What the item at an offset is about; None where there is no item."""
        if self._items is None:
            _, sections, _ = parse_log(self._data, self.file.name, self._on)
            self._items = tuple(item for section in sections for item in section.items)
        inside = [each for each in self._items if each.start <= offset < each.end]
        # Nested items come after the item that holds them.
        return inside[-1].meaning if inside else None


def titles(data: bytes) -> list[tuple[int, str]]:
    """Offset and text of each heading and bold line of a log, without those in code.

    A scan of bytes, as a parser would take longer than the search. The title of
    the day is there as an empty text: what stands under it alone has no section.
    """
    found: list[tuple[int, str]] = []
    fence = b""
    for each in _TITLE.finditer(data):
        if each["fence"]:
            if not fence:
                # Code in a line of text may begin so, too.
                fence = b"" if b"`" in each["info"] else each["fence"]
            elif each["fence"].startswith(fence) and not each["info"].strip():
                fence = b""
        elif not fence:
            written = each["heading"] if each["marks"] else each["line"]
            title = _CLOSING.sub("", decoded(written)).strip(_MARKS)
            names_day = each["marks"] == b"#" and not found
            found.append((each.start(), "" if names_day else title))
    return found
