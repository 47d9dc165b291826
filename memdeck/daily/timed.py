"""When the lines of a log were noted, as far as it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from memdeck.daily.clock import moment_at
from memdeck.daily.shapes import time_at_start
from memdeck.model import LogFile, LogItem


def timed_items(file: LogFile, on: date, zone: tzinfo) -> Iterator[tuple[LogItem, datetime | None]]:
    """The lines that agents noted, each with its time, that of the line it is nested in, or that
    of its heading."""
    headings: list[tuple[int, datetime | None]] = []
    for section in file.sections:
        while headings and headings[-1][0] >= section.level:
            headings.pop()
        above = headings[-1][1] if headings else None
        written = time_at_start(section.title)
        here = moment_at(on, written, zone) if written else above
        headings.append((section.level, here))
        holder: tuple[int, datetime | None] | None = None
        for item in section.items:
            if item.time is not None:
                holder = item.depth, moment_at(on, item.time, zone)
            elif holder is not None and item.depth <= holder[0]:
                holder = None
            if item.candidate:
                yield item, holder[1] if holder is not None else here
