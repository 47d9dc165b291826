"""Times of day in logs as moments, where they say enough to be one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final

_CLOCK: Final = re.compile(
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\b\.?)?"
)
_ZONE: Final = re.compile(r"\s?(?P<name>[A-Za-z]{1,4})(?P<hours>[+-]\d{1,2})?\Z", re.ASCII)
_UNIVERSAL: Final = ("UTC", "GMT", "Z")


def moment_at(on: date, written: str, zone: tzinfo) -> datetime | None:
    """The moment that a time of day in the log of a day means; of a range its end.

    `written` is as `time_at_start` finds it. It is of `zone` unless it says
    UTC; None when it names another zone (`IST` is three of them) or no time.
    """
    clocks = list(_CLOCK.finditer(written))
    if not clocks:
        return None
    zone_name = _ZONE.match(written, clocks[-1].end())
    if zone_name is not None:
        if zone_name["name"].upper() not in _UNIVERSAL:
            return None
        hours = int(zone_name["hours"] or 0)
        if abs(hours) > 14:
            return None
        zone = timezone(timedelta(hours=hours)) if hours else UTC
    begin, end = _since_midnight(clocks[0]), _since_midnight(clocks[-1])
    if begin is None or end is None:
        return None
    # `9:00 - 1:30 PM` begins in the morning, and `23:10 - 00:20` ends on the next day.
    days = 1 if end < begin else 0
    midnight = datetime.combine(on, time(), zone)
    try:
        return (midnight.replace(tzinfo=None) + timedelta(days=days) + end).replace(tzinfo=zone)
    except OverflowError:
        return None


def _since_midnight(clock: re.Match[str]) -> timedelta | None:
    hour, minute, second = int(clock["hour"]), int(clock["minute"]), int(clock["second"] or 0)
    if hour > 24 or minute > 59 or second > 59:
        return None
    if clock["half"] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if clock["half"] in "pP" else 0)
    return timedelta(hours=hour, minutes=minute, seconds=second)
