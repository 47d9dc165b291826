"""What a command was pointed at: an item by its line or id, a section by its title, a date."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Final

from memdeck.errors import NothingFound, Refused, WrongUsage
from memdeck.markdown import line_starts
from memdeck.model import Item, LogFile, LogItem, MemoryFile, Section
from memdeck.text import show

_SHOWN: Final = 8
_ID: Final = re.compile(r"[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def is_line(reference: str) -> bool:
    """Whether an item was named by its line (`12` or `MEMORY.md:12`) rather than by its id.

    Ids have 12 digits, and no file has that many lines.
    """
    number = reference.removeprefix("MEMORY.md:")
    return number.isascii() and number.isdecimal() and len(number) < 10


def find_item(memory: MemoryFile, reference: str) -> Item:
    """The item of that id, or the innermost one on that line.

    Raises NothingFound for a line without an item, Refused for an id that no
    item has (then the item was changed since the id was printed), and
    WrongUsage for what is neither.
    """
    if not is_line(reference):
        if _ID.fullmatch(reference) is None:
            raise WrongUsage(
                f"“{show(reference)[:40]}” is neither a line nor an id of an item of MEMORY.md, so "
                "nothing was written: `memdeck status` prints the lines, `memdeck status --json` "
                "the ids."
            )
        for item in memory.items:
            if item.id == reference.lower():
                return item
        raise Refused(
            f"No item of MEMORY.md has the id {show(reference)[:40]}: it was changed, moved or "
            "retired since, so nothing was written. `memdeck status --json` prints the ids."
        )
    line = int(reference.removeprefix("MEMORY.md:"))
    starts = line_starts(memory.data)
    inside = [
        item
        for item in memory.items
        if item.line <= line <= bisect_right(starts, max(item.start, item.end - 1))
    ]
    if not inside:
        raise NothingFound(
            f"Line {line} of MEMORY.md holds no item; `memdeck status` prints the lines."
        )
    # Nested items come after the item that holds them.
    return inside[-1]


def find_log_item(file: LogFile, line: int) -> LogItem:
    """The innermost item of a log on that line; raises NothingFound."""
    starts = line_starts(file.data)
    inside = [
        item
        for item in file.items
        if item.line <= line <= bisect_right(starts, max(item.start, item.end - 1))
    ]
    if not inside:
        raise NothingFound(
            f"{show(file.name)}:{line} holds no line that could be promoted: "
            "name the line of a bullet or paragraph."
        )
    return inside[-1]


def find_section(sections: Sequence[Section], words: str) -> str:
    """The address of the section that these words name, whole or in part.

    Raises WrongUsage when there is none, naming the nearest, or several.
    """
    from memdeck.curated.sections import targets

    wanted = words.strip().casefold()
    for each in sections:
        if each.address == words:
            # Also one that takes no item: the refusal then says why.
            return each.address
    sections = targets(sections)
    ways = (
        [each for each in sections if each.address.casefold() == wanted],
        [each for each in sections if each.title.casefold() == wanted],
        [each for each in sections if wanted and each.title.casefold().startswith(wanted)],
        [each for each in sections if wanted and wanted in each.address.casefold()],
    )
    for found in ways:
        if len(found) == 1:
            return found[0].address
        if found:
            raise WrongUsage(
                f"{len(found)} sections match {show(words)[:80]}, so nothing was written: "
                f"name one of {_listed([each.address for each in found])}."
            )
    known = _listed([each.address for each in sections if each.title]) or "none yet"
    if not wanted:
        raise WrongUsage(
            "MEMORY.md has no item before its first heading, which is what --to '' names, so "
            f"nothing was written: name one of its sections ({known})."
        )
    titles = {each.title.casefold(): each.address for each in sections if each.title}
    near = difflib.get_close_matches(wanted, titles, n=1, cutoff=0.6)
    nearest = f" The nearest is {show(titles[near[0]])}." if near else ""
    raise WrongUsage(
        f"MEMORY.md has no section {show(words)[:80]}, so nothing was written.{nearest} "
        f"It has {known}; --new-section makes a new one."
    )


def parse_date(text: str, today: date) -> date:
    """`2026-02-06`, `today` or `yesterday`; raises WrongUsage."""
    named = {"today": today, "yesterday": today - timedelta(days=1)}.get(text.strip().lower())
    if named is not None:
        return named
    # `fromisoformat` also reads weeks and dates without hyphens; file names have neither.
    if _DATE.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise WrongUsage(
        f"{show(text)[:40]} is no date: write it as 2026-02-06, or today, or yesterday."
    )


def _listed(addresses: Sequence[str]) -> str:
    shown = ", ".join(f"“{show(each)}”" for each in addresses[:_SHOWN])
    rest = len(addresses) - _SHOWN
    return shown + (f" and {rest} more" if rest > 0 else "")
