"""What is recognised in the text of a log: its kind, other programs' blocks, times, oddities."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from memdeck.machine import Mark, Span, fenced, open_fence_words, within

_SESSION: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*#{1,2}[ \t]+session\b[ \t:\-]*\d{4}-\d\d-\d\d", re.IGNORECASE
)
TURN: Final = re.compile(
    rb"^[ \t]*(?:\*\*|__)?(user|human|assistant|system|tool)(?:\*\*|__)?[ \t]*:", re.I | re.M
)
_TITLE_LINES: Final = re.compile(rb"\A(?:#{1,6}[ \t][^\r\n]*[\r\n]+)+\s*")
_FENCE: Final = re.compile(
    rb"(?:^|(?<=[\r\n]))[ \t]*<!--[ \t]*(?P<name>[\w.:/-]{1,200}):(?P<edge>start|end)\b"
    rb"[^>\r\n]{0,400}-->"
)

_CLOCK: Final = r"~?\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\b\.?)?"
_ZONE: Final = r"(?:\s?(?:UTC|GMT|Z|[CEMPW][DES]?T|CES?T|BST|IST|JST)(?:[+-]\d{1,2})?\b)?"
_TIME: Final = re.compile(
    rf"(?:[^\w\s~]+\s*)?(?P<time>{_CLOCK}(?:\s*(?:-|\u2013|\u2014|to|until)\s*{_CLOCK})?{_ZONE})(?!\d)"
)
_PLAUSIBLE: Final = re.compile(r"~?(\d{1,2})[:.](\d{2})")

HEADING_SAYS: Final = "its heading says"
"""How the mark of a log begins whose heading names another date than its file."""
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_ISO_DATE: Final = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_WRITTEN_DATE: Final = re.compile(
    rf"\b(?:({'|'.join(_MONTHS)})\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})"
    rf"|(\d{{1,2}})(?:st|nd|rd|th)?\s+({'|'.join(_MONTHS)}),?\s+(\d{{4}}))\b",
    re.IGNORECASE,
)


def time_at_start(text: str) -> str | None:
    """The time of day with which a line begins, as written; None without one.

    Found behind an emoji or a bracket, too: `14:02 UTC`, `~9:30`, `2:05 PM`,
    `09:05 - 09:40`.
    """
    found = _TIME.match(text.lstrip())
    if found is None:
        return None
    time = found.group("time")
    plausible = _PLAUSIBLE.match(time)
    if plausible is None or int(plausible.group(1)) > 24 or int(plausible.group(2)) > 59:
        return None
    if "." in plausible.group() and time == plausible.group():
        return None  # `1.42` alone is a number, `1.42 PM` is a time.
    return time.strip()


def is_transcript(data: bytes) -> bool:
    """Whether the file is a raw conversation: named so in its title, or made of turns."""
    if _SESSION.match(data):
        return True
    body = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    opening = TURN.match(body) or TURN.match(_TITLE_LINES.sub(b"", body, count=1))
    if opening is None and not re.match(rb"#{1,2}[ \t]+session\b", body, re.IGNORECASE):
        return False
    speakers = {turn.group(1).lower() for turn in TURN.finditer(body)}
    return len(speakers) > 1


def marks(data: bytes, title: str | None, on: date, foreign: Sequence[Span] = ()) -> Iterator[str]:
    """What is odd about a log whose first heading says `title`, each in words."""
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        yield "empty"
        return
    named = _dates_in(title or "")
    if named and on not in named:
        other = named[0]
        if (other.month, other.day) == (on.month, on.day):
            yield f"{HEADING_SAYS} the year {other.year}"
        else:
            yield f"{HEADING_SAYS} {other.isoformat()}"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        yield "not all of it is UTF-8"
    if b"\0" in data:
        yield "holds NUL bytes"
    for span in foreign:
        if not span.closed:
            yield open_fence_words(data, span)


def _dates_in(title: str) -> list[date]:
    found: list[date] = []
    for year, month, day in _ISO_DATE.findall(title):
        found.extend(_date(int(year), int(month), int(day)))
    for match in _WRITTEN_DATE.finditer(title):
        month, day, year = match.group(1), match.group(2), match.group(3)
        if month is None:
            day, month, year = match.group(4), match.group(5), match.group(6)
        found.extend(_date(int(year), _MONTHS.index(month.lower()) + 1, int(day)))
    return found


def _date(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def fences(
    data: bytes, code: Sequence[tuple[int, int]], headings: Sequence[tuple[int, int]]
) -> tuple[Span, ...]:
    """What lies between the fences of other programs; `headings` are start and level.

    A fence that is never closed counts when it is a dreaming fence; otherwise
    it is taken for a plain comment.
    """
    marks = [
        Mark(fence.group("name"), fence.group("edge") == b"start", fence.start(), fence.end())
        for fence in _FENCE.finditer(data)
        if not within(code, fence.start())
    ]
    return tuple(
        span
        for span in fenced(data, marks, headings)
        if span.closed or b"dreaming" in span.name.lower()
    )
