"""Times and dates in a person's words: relative up to a day, then dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import Final

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def ago(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """How long ago: `now`, `12 min`, `2 h`, then `5 Feb`, then `5 Feb 2025`."""
    passed = now - moment
    day, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    if timedelta(minutes=-1) < passed < timedelta(minutes=1):
        return "now"
    if passed < timedelta(0):
        return (
            f"in future, {day_short(moment.astimezone(zone).date(), now.astimezone(zone).date())}"
        )
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} min"
    if passed < timedelta(days=1):
        return f"{passed // timedelta(hours=1)} h"
    return day_short(day, today)


def clock(moment: datetime, zone: tzinfo) -> str:
    """A time of day: `14:32`."""
    return moment.astimezone(zone).strftime("%H:%M")


def day_long(day: date, today: date) -> str:
    """A date with its weekday: `Fri 6 Feb`, with the year when it is not today's."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def day_short(day: date, today: date) -> str:
    """A date: `6 Feb`, with the year when it is not today's."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]}{year}"


def day_name(day: date, today: date) -> str:
    """`today`, `yesterday`, `tomorrow` or nothing."""
    return {0: "today", -1: "yesterday", 1: "tomorrow"}.get((day - today).days, "")
