"""How the values of settings are read: each from what TOML made of it.

Every reader returns the value as it is kept, and raises ValueError when it is
not what is expected.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

BUILT_IN_PROFILES: Final = ("article", "openclaw", "claude-code", "hermes", "subagent")
"""Whose rules for a session are known, by name; the default first."""
LOCAL_ZONE: Final = "local"
SHORTEST_SYNC: Final = 10
"""Seconds below which notes are not exchanged again and again: each time is a log-in somewhere."""
LONGEST_DISTIL: Final = 3600
"""Seconds after which nobody waits for a shorter text any more."""
LONGEST_PULSE: Final = 7 * 24 * 60
"""Minutes. Who beats less often than once a week has no pulse."""
INTERVAL_WORDS: Final = f"a whole number of minutes, 1 to {LONGEST_PULSE}"
_REF: Final = re.compile(r"refs/notes/[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


def read_text(value: Any) -> str:
    """Text with something in it."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def read_ref(value: Any) -> str:
    """The full name of a notes ref."""
    name = read_text(value)
    if _REF.fullmatch(name) is None or ".." in name or name.endswith((".", ".lock")):
        raise ValueError
    return name


def read_texts(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list):
        raise ValueError  # noqa: TRY004 - one kind of error for "not what is expected"
    return tuple(read_text(each) for each in value)


def read_whole(value: Any) -> int:
    """A whole number, 1 or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError
    return value


def read_yes_or_no(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError  # noqa: TRY004 - one kind of error for "not what is expected"
    return value


def read_interval(value: Any) -> int:
    """Minutes between two beats."""
    minutes = read_whole(value)
    if minutes > LONGEST_PULSE:
        raise ValueError
    return minutes


def read_delay(value: Any) -> int:
    """Minutes, 0 too."""
    return 0 if value == 0 and not isinstance(value, bool | float) else read_interval(value)


def read_beats(value: Any) -> int:
    """How many beats; 0 for `off`."""
    return 0 if value == "off" else read_whole(value)


def read_sync(value: Any) -> int:
    """Seconds between two exchanges of notes; 0 for `off`."""
    if value == "off":
        return 0
    seconds = read_whole(value) if value != 0 or isinstance(value, bool) else 0
    if 0 < seconds < SHORTEST_SYNC:
        raise ValueError
    return seconds


def read_number(value: Any) -> float:
    """Any number that is one."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError
    return float(value)


def read_percentage(value: Any) -> float:
    """A number from 0 to 100."""
    number = read_number(value)
    if not 0 <= number <= 100:
        raise ValueError
    return number


def read_command(value: Any) -> tuple[str, ...]:
    """A program and its arguments: a list, or one line that is split as a shell would.

    A path must be absolute: another would name a program of whatever folder one is in.
    """
    if isinstance(value, str):
        import shlex

        value = shlex.split(value)
    if not isinstance(value, list) or not value:
        raise ValueError
    if not all(isinstance(each, str) and "\0" not in each for each in value):
        raise ValueError
    if "/" in read_text(value[0]) and not value[0].startswith(("/", "~/")):
        raise ValueError
    return tuple(value)


def read_seconds(value: Any) -> float:
    """Seconds that a program may take."""
    number = read_number(value)
    if not 0 < number <= LONGEST_DISTIL:
        raise ValueError
    return number


def read_safety(value: Any) -> float:
    """What tokens are multiplied by."""
    number = read_number(value)
    if not 0.5 <= number <= 3:
        raise ValueError
    return number


def read_zone(value: Any) -> str:
    """The name of a zone that is known here, or `local`."""
    name = read_text(value)
    if name == LOCAL_ZONE:
        return name
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError from error
    return name
