"""Spans and moments in few words, as they stand in a row, a message or an answer."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Final

from memdeck.text import plural

_MINUTES_ALONE: Final = 60
_HOURS_ALONE: Final = 48 * 60


def span(length: timedelta) -> str:
    """How long it is: `21 min`, `3 h`, `3 h 20 min`, from two days on `5 days`; never negative."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < _MINUTES_ALONE:
        return f"{minutes} min"
    if minutes < _HOURS_ALONE:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return plural(minutes // (24 * 60), "day")


def clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """When it was or will be, in the zone: `13:58` today, else `2026-02-05 13:58`."""
    here = moment.astimezone(zone)
    same_day = here.date() == now.astimezone(zone).date()
    return f"{here:%H:%M}" if same_day else f"{here:%Y-%m-%d %H:%M}"
