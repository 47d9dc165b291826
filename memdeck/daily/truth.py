"""Which day it is: which logs count as today's and yesterday's, here and for agents that go by UTC.

Near midnight the date in the workspace's zone and the date in UTC are not the
same for hours. Both kinds of agents are at work then, and each loads what it
takes for today.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from memdeck.daily.days import IN_FUTURE, days_of
from memdeck.daily.shapes import HEADING_SAYS
from memdeck.model import Day
from memdeck.text import plural

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_NAMED: Final = 3
"""How many files are named before the others are counted."""


@dataclass(frozen=True, slots=True)
class Near:
    """The logs that an agent loads which goes by one clock; names relative to the workspace."""

    day: date
    today: tuple[str, ...]
    yesterday: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Both days' files, yesterday's first."""
        return (*self.yesterday, *self.today)


@dataclass(frozen=True, slots=True)
class OddDate:
    """A log whose date cannot be right, or need not be."""

    name: str
    """Its path relative to the workspace, with `/`."""
    words: str
    """All that is odd, in words: `in the future`, `its heading says 2026-02-04`."""
    likely: bool = False
    """Whether it may well be right: tomorrow has begun somewhere, or will in a few hours."""


@dataclass(frozen=True, slots=True)
class DayTruth:
    """What today is."""

    here: Near
    """By the workspace's zone."""
    utc: Near
    odd: tuple[OddDate, ...] = ()
    """Newest first, then by name."""

    @property
    def differs(self) -> bool:
        """Whether it is another date in UTC than in the workspace's zone."""
        return self.here.day != self.utc.day

    @property
    def words(self) -> str | None:
        """Which files count for whom, in one sentence; None while there is one date."""
        if not self.differs:
            return None
        years = self.here.day.year != self.utc.day.year
        here, there = (_named(each.day, with_year=years) for each in (self.here, self.utc))
        return f"It is {here} here and {there} in UTC: {self._loaded()}."

    def _loaded(self) -> str:
        """What agents that go by UTC load instead."""
        if self.utc.today:
            words = f"agents that go by UTC load {_listed(self.utc.today)} as today"
        elif self.utc.yesterday:
            words = (
                "agents that go by UTC find no log of today, and load "
                f"{_listed(self.utc.yesterday)} as yesterday"
            )
        else:
            words = "agents that go by UTC find no log of today or yesterday"
        missed = [each for each in self.here.today if each not in self.utc.files]
        return f"{words}, and not {_listed(missed)}" if missed else words


def day_truth(days: Sequence[Day], today: date, utc_today: date) -> DayTruth:
    """Which files count as today's and yesterday's, by the workspace's date and by UTC's.

    `days` are those of `read_days`; what a heading says is known of those that
    have been read. A date that is today in either place is not in the future,
    and the day after may have begun somewhere else.
    """
    return DayTruth(_near(days, today), _near(days, utc_today), tuple(_odd(days, today, utc_today)))


def near_dates(today: date) -> tuple[date, ...]:
    """Yesterday and today, as far as the calendar goes."""
    return (today - timedelta(days=1), today) if today > date.min else (today,)


def _near(days: Sequence[Day], today: date) -> Near:
    yesterday = near_dates(today)[0]
    before = _files(days, yesterday) if yesterday != today else ()
    return Near(today, _files(days, today), before)


def _files(days: Sequence[Day], on: date) -> tuple[str, ...]:
    day = days_of(days, on)
    return tuple(file.name for file in day.files) if day else ()


def _odd(days: Sequence[Day], today: date, utc_today: date) -> Iterator[OddDate]:
    latest = max(today, utc_today)
    for day in days:
        ahead = (day.date - latest).days
        doubts = [each for each in day.marks if each != IN_FUTURE]
        if ahead == 1:
            doubts.insert(0, "of tomorrow")
        elif ahead > 1:
            doubts.insert(0, IN_FUTURE)
        for file in day.files:
            found = [*doubts, *(each for each in file.marks if each.startswith(HEADING_SAYS))]
            if found:
                # Doubtful for another reason as well, it is not likely to be tomorrow's.
                yield OddDate(file.name, ", ".join(found), ahead == 1 and len(found) == 1)


def _named(day: date, *, with_year: bool) -> str:
    year = f" {day.year}" if with_year else ""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def _listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c and 2 others`."""
    shown = list(names) if len(names) <= _NAMED + 1 else list(names[:_NAMED])
    if len(names) > len(shown):
        shown.append(plural(len(names) - len(shown), "other"))
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
