"""When the bootstrap will be full, at the growth that MEMORY.md had so far.

Of the whole bootstrap the daily logs make the most, and they come and go; only
MEMORY.md stays and adds up. So the forecast is of MEMORY.md alone, on top of
what everything else takes now, and says so in its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from math import ceil, inf
from statistics import median
from typing import Final

from memdeck.model import Budget, Unit
from memdeck.text import plural, thin

LEAST_DAYS: Final = 7
"""With a shorter history nothing is said."""
LEAST_MEASURED: Final = 3
"""Days of which the size must be known: through two of them there is always a line."""
WINDOW_DAYS: Final = 30
"""How far back the growth is looked at."""
FARTHEST_DAYS: Final = 365
"""What is further away than this is not told by the day."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How large MEMORY.md was at the end of a day."""

    date: date
    size: float
    """In bytes, or in the unit of a budget."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When it will be full, with the numbers that say so."""

    used: int
    limit: int
    unit: Unit
    per_day: float
    """Growth of MEMORY.md, in `unit`; negative when it shrinks."""
    days: int
    """From the first of the measured days to the last, both counted."""
    measured: int
    """Days of which the size was known."""
    full_in: float | None
    """Days until the limit is reached: 0 when it is; None when MEMORY.md does not grow."""
    full_on: date | None
    """None when it does not grow, or when that is further away than a year."""
    words: str

    @property
    def grows(self) -> bool:
        """Whether MEMORY.md grows at all: less than one in all that time is no growth."""
        return self.per_day * self.days >= 1


def forecast(
    history: Sequence[Measured], used: int, limit: int, today: date, unit: Unit = Unit.TOKENS
) -> Forecast | None:
    """When `used` will reach `limit`, all in `unit`; None with too little history to say.

    The last of several sizes of one day counts, later days than today do not.
    The growth is the median of the slopes between every two days (Theil and
    Sen), so that a day on which much was pasted, or taken out, does not
    decide it.
    """
    by_day = {each.date: each.size for each in history if each.date <= today}
    days = sorted(on for on in by_day if (today - on).days < WINDOW_DAYS)
    if len(days) < LEAST_MEASURED or _length(days) < LEAST_DAYS:
        # Seldom measured: all that is known is better than nothing.
        days = sorted(by_day)
    if len(days) < LEAST_MEASURED or _length(days) < LEAST_DAYS:
        return None
    per_day = median(
        (by_day[later] - by_day[earlier]) / (later - earlier).days
        for earlier, later in combinations(days, 2)
    )
    length = _length(days)
    numbers = (
        f"{_signed(per_day)} {unit} a day over {plural(length, 'day')} "
        f"({plural(len(days), 'measurement')})"
    )
    room = limit - used
    # Less than one in all that time is no growth.
    grows = per_day * length >= 1
    full_in = 0.0 if room <= 0 else room / per_day if grows else None
    near = full_in is not None and full_in <= FARTHEST_DAYS
    return Forecast(
        used=used,
        limit=limit,
        unit=unit,
        per_day=per_day,
        days=length,
        measured=len(days),
        full_in=full_in,
        full_on=today + timedelta(days=ceil(full_in)) if near and full_in is not None else None,
        words=f"{_when(full_in, grows=grows)}: {numbers}",
    )


def forecast_of(
    history: Sequence[Measured], budget: Budget, name: str, today: date
) -> Forecast | None:
    """The forecast for a budget, from sizes of the file `name` (MEMORY.md) in bytes.

    Bytes become the unit of a limit by what the file costs now for each of its
    bytes. Of the limits that it counts against, its own ones and that of the
    whole, the one that is reached first is taken. Of a file of which a harness
    cuts something already that is said, with its growth. None when the file
    is not loaded.
    """
    part = next((each for each in budget.parts if name in each.paths), None)
    source = next((each for each in part.sources if each.path == name), None) if part else None
    if part is None or source is None or not source.data:
        return None
    # A part may be made of several files; what is cut of it would count, too.
    cost = _cost(budget, name) or part.size
    cost += sum(cut.size for cut in part.cuts if cut.path == name)
    ratio = cost / len(source.data)
    bound = [_Bound(budget.used, budget.limit, budget.unit, ratio)]
    if part.limit is not None:
        bound.append(_Bound(part.size, part.limit, budget.unit, ratio))
    bound += [
        _Bound(each.size, each.limit, each.unit, each.size / len(source.data))
        for each in part.limits
    ]
    found = [each for each in (_until(limit, history, today) for limit in bound) if each]
    if not found:
        return None
    first = min(found, key=_how_soon)
    if any(cut.path == name for cut in part.cuts):
        how = "growing" if first.grows else "not growing"
        numbers = first.words.rpartition(": ")[2]
        words = f"MEMORY.md is cut already, and {how}: {numbers}"
        return replace(first, full_in=0.0, full_on=today, words=words)
    return first


@dataclass(frozen=True, slots=True)
class _Bound:
    """A limit that a file counts against."""

    used: int
    limit: int
    unit: Unit
    ratio: float
    """Of the unit, for each byte of the file."""


def _until(bound: _Bound, history: Sequence[Measured], today: date) -> Forecast | None:
    sizes = [Measured(each.date, each.size * bound.ratio) for each in history]
    return forecast(sizes, bound.used, bound.limit, today, bound.unit)


def _how_soon(found: Forecast) -> tuple[float, float]:
    """The earliest first; of those that are never reached the one with the least room."""
    return inf if found.full_in is None else found.full_in, -found.used / max(1, found.limit)


def _cost(budget: Budget, name: str) -> float | None:
    """What is given of a file, in tokens with the safety factor; None in other units."""
    if budget.unit is not Unit.TOKENS:
        return None
    whole = next(
        len(source.data) for part in budget.parts for source in part.sources if source.path == name
    )
    tokens = budget.tokens_of(name, 0, whole)
    return None if tokens is None else tokens * budget.safety


def _length(days: Sequence[date]) -> int:
    """From the first to the last, both counted."""
    return (days[-1] - days[0]).days + 1 if days else 0


def _when(full_in: float | None, *, grows: bool) -> str:
    if full_in == 0:
        return f"full already, and MEMORY.md is {'growing' if grows else 'not growing'}"
    if full_in is None:
        return "MEMORY.md is not growing"
    if full_in > FARTHEST_DAYS:
        return "not full within a year at this growth of MEMORY.md"
    if full_in < 1:
        return "full within a day at this growth of MEMORY.md"
    return f"full in about {plural(round(full_in), 'day')} at this growth of MEMORY.md"


def _signed(per_day: float) -> str:
    whole = round(per_day)
    return f"{'-' if whole < 0 else '+'}{thin(abs(whole))}"
