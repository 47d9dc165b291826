"""Dates at the start of items: whether a section has its newest item first."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
_YEAR_FIRST: Final = re.compile(_LEAD + r"(\d{4})[-/.年]\s?(\d{1,2})[-/.月]\s?(\d{1,2})(?!\d)")
_MONTH_FIRST: Final = re.compile(
    _LEAD + _MONTH + r"\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})(?!\d)", re.IGNORECASE
)
_DAY_FIRST: Final = re.compile(
    _LEAD + r"(\d{1,2})(?:st|nd|rd|th|\.)?\s" + _MONTH + r",?\s(\d{4})(?!\d)", re.IGNORECASE
)


def date_at_start(text: str) -> date | None:
    """The date with which an item begins, behind an emoji or a bracket, too; None without one."""
    if found := _YEAR_FIRST.match(text):
        year, month, day = (int(each) for each in found.groups())
    elif found := _MONTH_FIRST.match(text):
        name, day, year = found.group(1), int(found.group(2)), int(found.group(3))
        month = _MONTHS.index(name.lower()) + 1
    elif found := _DAY_FIRST.match(text):
        day, name, year = int(found.group(1)), found.group(2), int(found.group(3))
        month = _MONTHS.index(name.lower()) + 1
    else:
        return None
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
