"""`memory/heartbeat-state.json`: when an agent looked at what last, as it says itself.

A convention that language models follow by typing: the times are epoch
seconds, milliseconds or text, the shape differs, a year is often wrong, and
the example of a template is copied as it is. Nothing in it is trusted: a time
that does not fit to when the file was written is marked as doubtful.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from memdeck.openclaw import open_file
from memdeck.pulse.beats import AHEAD
from memdeck.text import plural

PATH: Final = "memory/heartbeat-state.json"
"""Where it lies, below the workspace."""
_LARGEST: Final = 1_000_000
"""Bytes. What is larger is no such file."""
_DEEPEST: Final = 5
_MOST: Final = 200
"""Times that are read: a file with more is a history of something else."""
_OLDEST: Final = datetime(2001, 9, 9, 2, tzinfo=UTC)
"""Of seconds since 1970 with ten digits, as all of today have."""
_NEWEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_YEAR: Final = timedelta(days=365)
_YEAR_EARLY: Final = timedelta(days=300)
_LONG_BEFORE: Final = timedelta(days=1)
"""A check writes the file: when the newest is as long ago, its time is not that of the check."""
_NO_CHECK: Final = re.compile(
    r"next|until|due|expir|remind|schedul|deadline|birth|creat|install|since|start|event|target",
    re.IGNORECASE,
)
_WORDS_OF_TIME: Final = re.compile(
    r"(?:last|checked|checks?|ran|run|time|timestamp|at|ts|when|date|seen)(?![a-z])", re.IGNORECASE
)
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W_a-zA-Z]+")
_ZONE: Final = re.compile(r"\s*(?:UTC|GMT)\Z")


@dataclass(frozen=True, slots=True)
class Check:
    """That an agent looked at something."""

    moment: datetime
    name: str
    """What it looked at, as the file calls it; `heartbeat` when it does not say."""
    doubt: str = ""
    """Why its time may be wrong, in words."""


class StateReader:
    """Reads the file of a workspace again and again."""

    def __init__(self, root: Path, zone: tzinfo) -> None:
        """`zone` is that of times that name none."""
        self.problem: str | None = None
        """Why it could not be read, in words; None when it could, or is not there."""
        self._path = root / PATH
        self._zone = zone
        self._stamp: tuple[int, int, int] | None = None
        self._checks: tuple[Check, ...] = ()

    def read(self) -> tuple[Check, ...]:
        """What it says, oldest first; the same object while the file is the same."""
        try:
            status = self._path.lstat()
            stamp = status.st_size, status.st_mtime_ns, status.st_ino
            if stamp == self._stamp:
                return self._checks
            self._stamp, self.problem = stamp, None
            data = _data(self._path, status.st_size)
            written = datetime.fromtimestamp(status.st_mtime, UTC)
        except FileNotFoundError:
            self._stamp, self._checks, self.problem = None, (), None
        except (OSError, ValueError, OverflowError) as error:
            words = error.strerror if isinstance(error, OSError) and error.strerror else error
            # Looked at again: a file whose mode is mended keeps its stamp.
            self._stamp, self._checks = None, ()
            self.problem = f"{PATH} could not be read ({words})"
        else:
            if _is_json(data):
                self._checks = tuple(checks_in(data, written, self._zone))
            elif data.strip():
                # Somebody may be writing it right now: what it said before still counts.
                self.problem = f"{PATH} is no JSON, or only half of it"
        return self._checks


def checks_in(data: bytes, written: datetime, zone: tzinfo) -> Iterator[Check]:
    """The checks that a file says, oldest first; `written` is when it was."""
    found = sorted(
        (moment, name) for name, moment in _times(_json(data), "", zone, 0) if moment is not None
    )[-_MOST:]
    fitting = [moment for moment, _ in found if moment <= written + AHEAD]
    behind = written - max(fitting) if fitting else timedelta()
    for moment, name in found:
        yield Check(moment, name, _doubt(moment, written, behind))


def in_one(checks: tuple[Check, ...], within: timedelta) -> Iterator[Check]:
    """Checks that follow each other so closely were one heartbeat: told as one, by the last.

    Doubtful times do not count towards those that are not.
    """
    held: Check | None = None
    for check in checks:
        if held and check.moment - held.moment <= within and check.doubt == held.doubt:
            names = dict.fromkeys([*held.name.split(", "), check.name])
            held = replace(check, name=", ".join(names))
            continue
        if held:
            yield held
        held = check
    if held:
        yield held


def _doubt(moment: datetime, written: datetime, behind: timedelta) -> str:
    """`behind`: how long before the file was written its newest time is."""
    if moment > written + AHEAD:
        return "it is later than the file was written"
    early = written - moment
    if early >= _YEAR_EARLY:
        years = max(1, round(early / _YEAR))
        count = "a year" if years == 1 else f"{years} years"
        return f"it is {count} before the file was written"
    if behind > _LONG_BEFORE:
        return f"the file was written {plural(early.days, 'day')} later"
    return ""


def _data(path: Path, size: int) -> bytes:
    if path.is_symlink():
        raise OSError("a link, which is not followed")
    if size > _LARGEST:
        raise OSError("too large to be such a file")
    with open_file(path) as file:
        return file.read(_LARGEST)


def _is_json(data: bytes) -> bool:
    return data.strip() == b"null" or _json(data) is not None


def _json(data: bytes) -> object:
    """What the bytes say; None when they are no JSON."""
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _times(
    value: object, name: str, zone: tzinfo, depth: int
) -> Iterator[tuple[str, datetime | None]]:
    """Every time in the file, each with what it is the time of."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if not _NO_CHECK.search(key):
                yield from _times(inner, _named(key, name), zone, depth + 1)
    elif isinstance(value, list):
        for inner in value[-_MOST:]:
            yield from _times(inner, name, zone, depth + 1)
    elif name:
        yield name, _moment(value, zone)


def _named(key: str, above: str) -> str:
    """What a key is about: `lastHeartbeat` heartbeat, `lastCheck` of `email` email."""
    words = [each for each in _WORD.findall(key) if not _WORDS_OF_TIME.fullmatch(each)]
    return " ".join(words).casefold()[:80] or above or "heartbeat"


def _moment(value: object, zone: tzinfo) -> datetime | None:
    if isinstance(value, str) and re.fullmatch(r"\d{10}(?:\d{3})?", value.strip(), re.ASCII):
        value = int(value)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if value > 1e11 else value
            moment = datetime.fromtimestamp(math.floor(seconds), UTC)
        elif isinstance(value, str) and ":" in value:
            text = _ZONE.sub("+00:00", value.strip())
            told = datetime.fromisoformat(text)
            moment = (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(microsecond=0) if _OLDEST <= moment < _NEWEST else None
