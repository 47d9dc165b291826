"""Agents with a pulse of their own, as settings tell them: `[pulse.agents.NAME]`.

[pulse.agents.atlas]
interval = 30
hours = "08:00-20:00"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from memdeck.errors import WrongUsage
from memdeck.model import Hours
from memdeck.nearest import nearest
from memdeck.settings_values import INTERVAL_WORDS, read_interval
from memdeck.text import show

_HOURS: Final = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})", re.ASCII)
_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class OwnPulse:
    """What is set for one agent."""

    interval: int | None = None
    """Minutes; None when everyone's applies."""
    hours: Hours | None = None
    """By a clock in the workspace's zone; None when it never sleeps."""


def read_agents(table: Any, path: Path) -> dict[str, OwnPulse]:
    """The agents of a settings file; raises WrongUsage for what is wrong in it."""
    if not isinstance(table, Mapping):
        raise _wrong(path, "pulse.agents", "one table for each agent, such as [pulse.agents.atlas]")
    return {name.strip(): _agent(name, value, path) for name, value in table.items()}


def agent_rows(name: str, own: OwnPulse) -> Iterator[tuple[str, object]]:
    """The keys of an agent with their values, as the file has them."""
    if own.interval is not None:
        yield f"pulse.agents.{name}.interval", own.interval
    if own.hours is not None:
        yield f"pulse.agents.{name}.hours", str(own.hours)


def read_hours(value: Any) -> Hours | None:
    """`08:00-20:00`; None for `00:00-24:00`. Raises ValueError when it is not that."""
    found = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError
    begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
    begin, end = begin_hour * 60 + begin_minute, end_hour * 60 + end_minute
    if max(begin_minute, end_minute) > 59 or begin >= _DAY or end > _DAY or begin == end:
        raise ValueError
    if end == 0:
        end = _DAY
    return None if (begin, end) == (0, _DAY) else Hours(begin, end)


_KEYS: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "interval": (INTERVAL_WORDS, read_interval),
    "hours": ('two times of day such as "08:00-20:00" or "22:00-06:00"', read_hours),
}


def _agent(name: str, table: Any, path: Path) -> OwnPulse:
    where = f"pulse.agents.{show(name)[:80]}"
    if not isinstance(table, Mapping) or not name.strip():
        raise _wrong(path, where, "a table with the name of an agent, such as [pulse.agents.atlas]")
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            hint = f"the nearest is {where}.{near}" if near else f"there are {', '.join(_KEYS)}"
            raise WrongUsage(
                f"{show(str(path))}: there is no key {where}.{show(key)[:80]}; {hint}. "
                "Correct or remove it."
            )
        expected, read = _KEYS[key]
        try:
            values[key] = read(value)
        except ValueError:
            raise _wrong(path, f"{where}.{key}", expected) from None
    return OwnPulse(**values)


def _wrong(path: Path, where: str, expected: str) -> WrongUsage:
    return WrongUsage(
        f"{show(str(path))}: {where} must be {expected}; nothing was read or written."
    )
