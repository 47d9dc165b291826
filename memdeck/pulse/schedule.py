"""When beats are due: an agent's interval and the hours in which it is awake.

Intervals are elapsed time, hours are what a clock on the wall shows. On the
day a clock is put forward there is less of both, and a time that the clock
never shows begins when the clock has jumped over it. Nothing here raises for
a moment that no calendar has: what cannot be told is told as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from memdeck.model import Hours
from memdeck.settings import Settings

_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_SEARCHED: Final = 3 * _DAY
"""How far ahead an agent's next hours are looked for: a zone may skip a whole day."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often an agent beats, and when at all."""

    interval: int
    """Seconds, 1 or more."""
    hours: Hours | None = None
    """None when it never sleeps."""

    def is_active(self, moment: datetime, zone: tzinfo) -> bool:
        """Whether the agent is awake at a moment, by a clock in `zone`."""
        if self.hours is None:
            return True
        wall = moment.astimezone(zone)
        return self.hours.contain(wall.hour * 60 + wall.minute)

    def due_after(self, moment: datetime, zone: tzinfo) -> datetime:
        """When the beat after one at `moment` is due: an interval later, or when it wakes up next.

        `moment` itself where the calendar ends.
        """
        try:
            due = moment.astimezone(UTC) + timedelta(seconds=self.interval)
            if self.is_active(due, zone):
                return due
            return next((begin for begin, _ in self._awake(due, due + _SEARCHED, zone)), due)
        except OverflowError:
            return moment

    def expected(self, since: datetime, until: datetime, zone: tzinfo) -> int:
        """How many beats are due after `since` and until `until`, the latter included.

        They are counted as if one had come at `since`, and each on time: a day
        has 26 of 55 minutes. 0 when `until` is earlier.
        """
        since, until = since.astimezone(UTC), until.astimezone(UTC)
        if until <= since:
            return 0
        interval = timedelta(seconds=self.interval)
        if self.hours is None:
            return (until - since) // interval
        count = 0
        try:
            due = since + interval
            # A second more: what is due at `until` counts.
            for begin, end in self._awake(since, until + _SECOND, zone):
                due = max(due, begin)
                if due < end and due <= until:
                    here = (min(end - timedelta.resolution, until) - due) // interval + 1
                    count += here
                    due += here * interval
        except OverflowError:
            pass  # The calendar ends: what was due before then counts.
        return count

    def _awake(
        self, since: datetime, until: datetime, zone: tzinfo
    ) -> Iterator[tuple[datetime, datetime]]:
        """The stretches from `since` to `until` in which it is awake, as begin and end, in UTC."""
        begin: datetime | None = None
        for moment in sorted({since, *self._turns(since, until, zone)}):
            if self.is_active(moment, zone):
                begin = moment if begin is None else begin
            elif begin is not None:
                yield begin, moment
                begin = None
        if begin is not None:
            yield begin, until

    def _turns(self, since: datetime, until: datetime, zone: tzinfo) -> Iterator[datetime]:
        """Every moment after `since` and before `until` at which it may wake up or go to sleep."""
        assert self.hours is not None
        day, last = _neighbour(since.astimezone(zone).date(), -1), until.astimezone(zone).date()
        while True:
            for minute in (self.hours.begin, self.hours.end):
                for moment in _moments(day, minute, zone):
                    if since < moment < until:
                        yield moment
            changed = _change(day, zone)
            if changed is not None and since < changed < until:
                yield changed
            if day >= last:
                return
            day = _neighbour(day, 1)


def schedule_of(agent: str, settings: Settings, said: int | None = None) -> Schedule:
    """The schedule of an agent: by its own settings, else by what it says, else by everyone's.

    `said` is the interval in its last beat, in seconds.
    """
    own = settings.pulse_agents.get(agent)
    hours = own.hours if own is not None else None
    if own is not None and own.interval is not None:
        return Schedule(own.interval * 60, hours)
    return Schedule(said if said else settings.pulse_interval * 60, hours)


def _moments(day: date, minute: int, zone: tzinfo) -> Iterator[datetime]:
    """When a clock in `zone` shows so many minutes after the midnight of a day: once, or twice
    when it is put back."""
    day, minute = (_neighbour(day, 1), 0) if minute == 24 * 60 else (day, minute)
    wall = datetime.combine(day, time(minute // 60, minute % 60), zone)
    for fold in (0, 1):
        try:
            yield wall.replace(fold=fold).astimezone(UTC)
        except OverflowError:
            continue


def _change(day: date, zone: tzinfo) -> datetime | None:
    """The first moment with another offset from UTC, where a day of UTC ends with another."""
    begin = datetime.combine(day, time(), UTC)
    try:
        end = begin + _DAY
    except OverflowError:
        return None
    before = _offset(begin, zone)
    if before == _offset(end, zone):
        return None
    while end - begin > _SECOND:
        middle = begin + timedelta(seconds=(end - begin) // _SECOND // 2)
        begin, end = (middle, end) if _offset(middle, zone) == before else (begin, middle)
    return end


def _offset(moment: datetime, zone: tzinfo) -> timedelta | None:
    try:
        return moment.astimezone(zone).utcoffset()
    except OverflowError:
        return None


def _neighbour(day: date, days: int) -> date:
    """The day so many days off; the calendar's own end where it ends."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))
