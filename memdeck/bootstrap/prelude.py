"""What OpenClaw tells a new session of the daily logs, when it starts up (`/new`, `/reset`).

Lengths are in UTF-16 code units. The harness's introduction, some fixed lines,
is neither counted by it nor part of this, nor are the line feeds between
blocks. Source of the rule: openclaw/openclaw, src/auto-reply/reply/startup-context.ts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from memdeck.bootstrap.drafts import (
    Draft,
    Loss,
    Stretch,
    Surroundings,
    ended,
    nothing_of,
)
from memdeck.bootstrap.files import Listed
from memdeck.bootstrap.utf16 import UnitText, unit_text, units_in, units_of
from memdeck.daily.days import FOLDER, log_date
from memdeck.model import MISSING, Source
from memdeck.text import thin

LARGEST: Final = 16_384
"""Bytes of a file; a longer one is not read at all."""
FILE_CAP: Final = 1_200
TOTAL_CAP: Final = 2_800
SLUGGED: Final = 4
"""Files of a day that have more than the date in their names."""
CUT: Final = "\n...[truncated]..."
MORE: Final = "...[additional startup memory truncated]..."
_TICKS: Final = b"```"
_ESCAPED_TICKS: Final = b"\\`\\`\\`"


def prelude_dates(today: date, utc_today: date) -> tuple[date, ...]:
    """The days whose logs are told: today and yesterday, and today in UTC where that is another.

    A UTC day that is ahead comes first, one that is behind last.
    """
    days = [today, today - timedelta(days=1)] if today > date.min else [today]
    if utc_today not in days:
        days.insert(0 if utc_today > today else len(days), utc_today)
    return tuple(days)


def chosen_names(stamp: str, listed: Sequence[Listed]) -> list[str]:
    """The names of a day's logs in the order in which they are told.

    The plain one first, whether it is there or not; then the newest others, by
    name backwards where two were written at once.
    """
    plain = f"{stamp}.md"
    others = [each for each in listed if each.regular and _slugged(each.name, stamp)]
    others.sort(key=lambda each: (each.modified, each.name), reverse=True)
    return [plain, *(each.name for each in others[:SLUGGED])]


def _slugged(name: str, stamp: str) -> bool:
    return name.startswith(f"{stamp}-") and name.endswith(".md")


def prelude_part(here: Surroundings) -> Draft:
    """The part: the logs of its days as far as they are told, and what of them is not."""
    told: list[Source] = []
    others: list[tuple[Source, str]] = []
    for day in prelude_dates(here.today, here.utc_today):
        stamp = day.isoformat()
        listed = here.files.starting(FOLDER, stamp)
        names = chosen_names(stamp, listed)
        told += (here.read(f"{FOLDER}/{name}") for name in names)
        for each in listed:
            if each.name not in names and log_date(each.name) == day:
                others.append((here.read(f"{FOLDER}/{each.name}"), _passed_over(each, stamp)))
    return told_part([each for each in told if each.problem != MISSING], others)


def _passed_over(listed: Listed, stamp: str) -> str:
    if not _slugged(listed.name, stamp):
        return "not looked for: no hyphen behind the date in its name"
    if not listed.regular:
        return "not looked at: no regular file"
    return f"not looked at: only the {SLUGGED} newest of a day with more in their names are"


def told_part(told: Sequence[Source], others: Sequence[tuple[Source, str]] = ()) -> Draft:
    """The part of logs in their order; `others` are known not to be told, and why."""
    given: list[Stretch] = []
    losses: list[Loss] = []
    used = 0
    full = False
    for source in told:
        content = _content(source)
        if isinstance(content, str):
            losses += nothing_of(source, content)
            continue
        if content is None:
            continue
        units = None if full else content.fitting(TOTAL_CAP - used)
        if units is None:
            if given and not full:
                given += [Stretch(b"\n"), Stretch(MORE.encode())]
            full = True
            losses += nothing_of(source, f"nothing left of the {thin(TOTAL_CAP)} of all days")
            continue
        block = list(content.block(units))
        used += units_of(block)
        given += [Stretch(b"\n"), *block] if given else block
        losses += content.loss(units)
    losses += (loss for source, why in others for loss in nothing_of(source, why))
    sources = (*told, *(source for source, _ in others))
    return Draft(
        "prelude",
        sources,
        ended(given),
        tuple(losses),
        size=used,
        limit=TOTAL_CAP,
        words=_words(sources, losses),
        counts=False,
    )


def _words(sources: Sequence[Source], losses: Sequence[Loss]) -> str:
    if not sources:
        return "no daily log"
    if not losses:
        return "whole"
    return f"cut to {thin(TOTAL_CAP)}: the first {thin(FILE_CAP)} of each file stay"


def _content(source: Source) -> _Content | str | None:
    """What may be told of a file; why nothing may be, in words; None for an empty one."""
    if source.problem is not None:
        return source.problem
    if len(source.data) > LARGEST:
        return f"over {thin(LARGEST)} bytes: not read at all"
    text = unit_text(source.data)
    start, end = text.trimmed
    return _Content(source.path, text, start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class _Content:
    """What may be told of a file: its first units, and the harness's word when that is not all."""

    path: str
    text: UnitText
    start: int
    end: int
    """Without white space at either end."""

    @property
    def size(self) -> int:
        """Units of the file that are told when there is room for them."""
        return min(self.end - self.start, FILE_CAP)

    @property
    def tail(self) -> str:
        """The harness's word behind them."""
        return CUT if self.end - self.start > FILE_CAP else ""

    def shortened(self, units: int) -> tuple[int, str]:
        """Units of the file and words behind them, when the content is cut to `units`.

        The content is what `size` and `tail` say, so the cut may go through the
        harness's own word.
        """
        if units >= self.size + len(self.tail):
            return self.size, self.tail
        return min(units, self.size), self.tail[: max(0, units - self.size)] + CUT

    def fitting(self, room: int) -> int | None:
        """How many units of the content a block of at most `room` units has; None for no block."""
        whole = self.size + len(self.tail)
        if self.length(whole) <= room:
            return whole
        low, high, best = 0, whole, None
        while low <= high:
            middle = (low + high) // 2
            if self.length(middle) <= room:
                best, low = middle, middle + 1
            else:
                high = middle - 1
        return best

    def length(self, units: int) -> int:
        """Units of the block for so many units of the content."""
        size, tail = self.shortened(units)
        ticks = self._words(size).count("```")
        return units_in(self._head) + size + 3 * ticks + len(tail) + len(_FOOT)

    def block(self, units: int) -> Iterator[Stretch]:
        """The same to the byte."""
        size, tail = self.shortened(units)
        yield Stretch(self._head.encode())
        for each in self.text.stretches(self.path, self.start, self.start + size):
            yield from _escaped(each)
        yield Stretch(f"{tail}{_FOOT}".encode())

    def loss(self, units: int) -> tuple[Loss, ...]:
        """What of the file is not in the block."""
        size, _ = self.shortened(units)
        low, high = self.text.byte(self.start + size), self.text.byte(self.end)
        if low >= high:
            return ()
        short = size < self.size
        why = f"over the {thin(TOTAL_CAP)} of all days" if short else f"over {thin(FILE_CAP)}"
        return (Loss(self.path, low, high, why),)

    @property
    def _head(self) -> str:
        return f"[Untrusted daily memory: {label(self.path)}]\nBEGIN_QUOTED_NOTES\n```text\n"

    def _words(self, size: int) -> str:
        text = self.text
        return text.text[text.index(self.start) : text.index(self.start + size)]


_FOOT: Final = "\n```\nEND_QUOTED_NOTES"


def label(path: str) -> str:
    """The path as the harness writes it over the block."""
    words = re.sub("[\r\n\t]+", " ", path)
    words = re.sub(r"[\[\]]", "_", words)
    return re.sub(r"[^A-Za-z0-9._/\- ]+", "_", words).strip()


def _escaped(stretch: Stretch) -> Iterator[Stretch]:
    """A stretch without fences in it: none may end the block."""
    at = 0
    while stretch.path is not None and (found := stretch.data.find(_TICKS, at)) >= 0:
        if found > at:
            yield _slice(stretch, at, found)
        at = found + len(_TICKS)
        yield Stretch(_ESCAPED_TICKS, stretch.path, stretch.start + found, stretch.start + at)
    if at < len(stretch.data):
        yield _slice(stretch, at, len(stretch.data))


def _slice(stretch: Stretch, start: int, end: int) -> Stretch:
    if start == 0 and end == len(stretch.data):
        return stretch
    return Stretch(
        stretch.data[start:end], stretch.path, stretch.start + start, stretch.start + end
    )
