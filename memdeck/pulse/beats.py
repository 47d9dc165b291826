"""The record of heartbeats: `memory/heartbeats/YYYY-MM.jsonl`, one object a line.

Programs of all kinds append to it, so a line may be half written, or no beat
at all: it is counted and left out. Nothing here raises for what is on disk.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from memdeck.model import Beat, BeatStatus, CacheCounts

FOLDER: Final = "memory/heartbeats"
"""Where the record lies, below the workspace."""
MONTHS: Final = 2
"""How many of the newest files are read: who has not been seen in them is not at work."""
AHEAD: Final = timedelta(minutes=5)
"""How far another machine's clock may be ahead. A later beat has not happened yet."""
_LARGEST: Final = 8 * 1024 * 1024
"""Bytes at the end of a file that are read: twenty times the month of ten agents."""
_NAME: Final = re.compile(r"(\d{4})-(\d{2})\.jsonl", re.ASCII)
LONGEST_INTERVAL: Final = 366 * 24 * 3600
"""Seconds. Who beats less often than once a year has no pulse."""


@dataclass(frozen=True, slots=True)
class Beats:
    """What the record says."""

    beats: tuple[Beat, ...] = ()
    """Oldest first."""
    broken: int = 0
    """Lines that are no beats."""
    problem: str | None = None
    """Why it could not be read, or not all of it, in words."""

    def last_of(self, agent: str) -> Beat | None:
        """The agent's newest; None when it has none."""
        return next((each for each in reversed(self.beats) if each.agent == agent), None)

    def last_by_agent(self) -> Mapping[str, Beat]:
        """Each agent's newest, the most recently seen agent first."""
        found: dict[str, Beat] = {}
        for beat in reversed(self.beats):
            found.setdefault(beat.agent, beat)
        return found


def read_beats(root: Path, now: datetime, *, months: int = MONTHS) -> Beats:
    """The beats in the newest files of the workspace at `root`, until `now`."""
    until = now + AHEAD
    found: list[Beat] = []
    broken = 0
    problem: str | None = None
    folder = root / FOLDER
    try:
        if not _inside(root, folder):
            return Beats(problem=f"{FOLDER} leads out of the workspace; it is not read")
        # Months are of UTC, as the times in them are.
        latest = until.astimezone(UTC).strftime("%Y-%m")
        names = sorted(each.name for each in folder.iterdir() if _NAME.fullmatch(each.name))
        names = [name for name in names if name[:7] <= latest]
    except FileNotFoundError:
        return Beats()
    except (OSError, RuntimeError) as error:
        return Beats(problem=f"{FOLDER} could not be read ({_reason(error)})")
    for name in names[-months:] if months > 0 else ():
        try:
            lines = _lines(folder / name)
        except OSError as error:
            problem = f"{FOLDER}/{name} could not be read ({_reason(error)})"
            continue
        beats, bad = parse_beats(lines)
        found += (each for each in beats if each.moment <= until)
        broken += bad
    # Stable: of two in one second the later line is the later beat.
    return Beats(tuple(sorted(found, key=lambda each: each.moment)), broken, problem)


def last_beat(root: Path, agent: str, now: datetime) -> Beat | None:
    """The newest beat of an agent; None when there is none in the newest files."""
    return read_beats(root, now).last_of(agent)


def parse_beats(lines: Iterable[bytes]) -> tuple[list[Beat], int]:
    """The beats in lines of a record, in their order, and how many lines are none."""
    beats: list[Beat] = []
    broken = 0
    for line in lines:
        if not line.strip():
            continue
        beat = parse_beat(line)
        if beat is None:
            broken += 1
        else:
            beats.append(beat)
    return beats, broken


def parse_beat(line: bytes) -> Beat | None:
    """One line of the record; None when it is no beat."""
    try:
        fields: object = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    moment, agent = _moment(fields.get("ts")), fields.get("agent")
    if moment is None or not isinstance(agent, str) or not agent.strip():
        return None
    note = fields.get("note")
    return Beat(
        moment=moment,
        agent=agent.strip(),
        status=BeatStatus.ALERT if fields.get("status") == "alert" else BeatStatus.OK,
        note=note if isinstance(note, str) and note.strip() else None,
        interval=_number(fields.get("interval_s"), least=1),
        cache=_cache(fields.get("cache")),
    )


def _moment(written: object) -> datetime | None:
    """UTC where it names no zone."""
    if not isinstance(written, str):
        return None
    try:
        moment = datetime.fromisoformat(written.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _number(value: Any, least: int = 0) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if least <= value <= LONGEST_INTERVAL else None


def _cache(value: object) -> CacheCounts | None:
    if not isinstance(value, dict):
        return None
    hits, misses, expired = (_number(value.get(each)) for each in ("hits", "misses", "expired"))
    if hits is None or misses is None:
        return None
    return CacheCounts(hits, misses, expired or 0)


# --- The disk ----------------------------------------------------------------


def _lines(path: Path) -> list[bytes]:
    """The lines of a file, of a large one those at its end. Never waits for a writer."""
    # O_NONBLOCK: a fifo must not hold us; O_NOFOLLOW: a link may lead anywhere.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("not a regular file")
        skipped = max(0, status.st_size - _LARGEST)
        file.seek(skipped)
        lines = file.read(_LARGEST).split(b"\n")
    return lines[1:] if skipped else lines


def _inside(root: Path, folder: Path) -> bool:
    return folder.resolve().is_relative_to(root.resolve())


def _reason(error: BaseException) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
