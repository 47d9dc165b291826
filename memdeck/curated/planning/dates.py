"""Dates of items: how they begin, what they mention, whether the newest stands first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_MONTH: Final = rf"({'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_LEAD: Final = r"[^\w]{0,4}"
# Days that can be told from months only. `03/04/2026` says nothing that is sure.
_YEAR_FIRST: Final = r"(\d{4})[-/.年]\s?(\d{1,2})[-/.月]\s?(\d{1,2})(?!\d)"
_MONTH_FIRST: Final = _MONTH + r"\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})(?!\d)"
_DAY_FIRST: Final = r"(\d{1,2})(?:st|nd|rd|th|\.)?\s" + _MONTH + r",?\s(\d{4})(?!\d)"
_SHAPES: Final = (_YEAR_FIRST, _MONTH_FIRST, _DAY_FIRST)
_AT_START: Final = tuple(re.compile(_LEAD + each, re.IGNORECASE) for each in _SHAPES)
_ANYWHERE: Final = tuple(re.compile(r"(?<![A-Za-z0-9])" + each, re.IGNORECASE) for each in _SHAPES)


def date_at_start(text: str) -> date | None:
    """The date with which an item begins, behind an emoji or a bracket, too; None without one."""
    for index, shape in enumerate(_AT_START):
        if found := shape.match(text):
            return _date(index, found)
    return None


def dates_in(text: str) -> Iterator[date]:
    """Every date that a text mentions, those of a shape together."""
    for index, shape in enumerate(_ANYWHERE):
        for found in shape.finditer(text):
            if (on := _date(index, found)) is not None:
                yield on


def _date(shape: int, found: re.Match[str]) -> date | None:
    """The date of what a shape of `_SHAPES` matched; None when there is no such day."""
    first, second, third = found.groups()
    if shape == 0:
        year, month, day = int(first), int(second), int(third)
    else:
        name, number = (first, second) if shape == 1 else (second, first)
        year, month, day = int(third), _MONTHS.index(name.lower()) + 1, int(number)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def newest_first(texts: Sequence[str]) -> bool:
    """Whether those that are dated, two or more, go from the newest to the oldest.

    Those without a date say nothing: they are what a promotion puts among them.
    """
    dates = [found for text in texts if (found := date_at_start(text)) is not None]
    return (
        len(dates) > 1
        and dates[0] > dates[-1]
        and all(one >= other for one, other in pairwise(dates))
    )
