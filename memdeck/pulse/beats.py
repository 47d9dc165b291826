"""The record of heartbeats: `memory/heartbeats/YYYY-MM.jsonl`, one object a line.

Programs of all kinds append to it, so a line may be half written, or no beat
at all: it is counted and left out. Nothing here raises for what is on disk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from memdeck.model import Beat, BeatStatus, CacheCounts
from memdeck.pulse.tails import NewLine, Tail

FOLDER: Final = "memory/heartbeats"
"""Where the record lies, below the workspace."""
MONTHS: Final = 2
"""How many of the newest files are read: who has not been seen in them is not at work."""
AHEAD: Final = timedelta(minutes=5)
"""How far another machine's clock may be ahead. A later beat has not happened yet."""
LONGEST_INTERVAL: Final = 366 * 24 * 3600
"""Seconds. Who beats less often than once a year has no pulse."""
_LARGEST: Final = 8 * 1024 * 1024
"""Bytes at the end of a file that are read: twenty times the month of ten agents."""
_NAME: Final = re.compile(r"(\d{4})-(\d{2})\.jsonl", re.ASCII)


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


class RecordReader:
    """Reads the record of a workspace again and again; of a file that grew, what came."""

    def __init__(self, root: Path, *, months: int = MONTHS, keep: timedelta | None = None) -> None:
        """`keep`: how far back from now all beats are kept; of older ones each agent's newest."""
        self._root = root
        self._months = months
        self._keep = keep
        self._files: dict[str, _Month] = {}
        self._found = Beats()

    def read(self, now: datetime, *, ahead: bool = False) -> Beats:
        """The beats in the newest files; the same object while none of them changed.

        Without `ahead` those that have not happened yet are left out.
        """
        names, problem = self._names(now, ahead=ahead)
        changed = self._files.keys() != set(names)
        self._files = {
            name: self._files.get(name) or _Month(self._root / FOLDER / name) for name in names
        }
        for name, month in self._files.items():
            try:
                changed = month.read() or changed
            except OSError as error:
                problem = f"{FOLDER}/{name} could not be read ({_reason(error)})"
        if changed or problem != self._found.problem:
            if self._keep is not None:
                for month in self._files.values():
                    month.forget(now - self._keep)
            found = [each for month in self._files.values() for each in month.all]
            # Stable: of two in one second the later line is the later beat.
            found.sort(key=lambda each: each.moment)
            if self._keep is not None:
                found = newest_beats(found, now - self._keep)
            broken = sum(month.broken for month in self._files.values())
            self._found = Beats(tuple(found), broken, problem)
        if ahead:
            return self._found
        until = now + AHEAD
        past = tuple(each for each in self._found.beats if each.moment <= until)
        return Beats(past, self._found.broken, problem)

    def _names(self, now: datetime, *, ahead: bool) -> tuple[list[str], str | None]:
        """The files to read, oldest first, and why there are none."""
        folder = self._root / FOLDER
        try:
            if not _inside(self._root, folder):
                return [], f"{FOLDER} leads out of the workspace; it is not read"
            # Months are of UTC, as the times in them are.
            latest = (now + AHEAD).astimezone(UTC).strftime("%Y-%m")
            names = sorted(each.name for each in folder.iterdir() if _NAME.fullmatch(each.name))
        except FileNotFoundError:
            return [], None
        except (OSError, RuntimeError) as error:
            return [], f"{FOLDER} could not be read ({_reason(error)})"
        past = [name for name in names if name[:7] <= latest]
        chosen = past[-self._months :] if self._months > 0 else []
        # A clock that was wrong for a while leaves a month that has not begun.
        return chosen + (names[len(past) :][:1] if ahead else []), None


class _Month:
    """One file of the record."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tail = Tail(path, _LARGEST)
        self._beats: list[Beat] = []
        self._broken = 0
        self._rest: NewLine | None = None
        """A last line without line feed: a beat, or half of one."""

    @property
    def all(self) -> list[Beat]:
        """Its beats, in the order of the file."""
        return [*self._beats, *self._last()[0]]

    @property
    def broken(self) -> int:
        """How many of its lines are no beats."""
        return self._broken + self._last()[1]

    def read(self) -> bool:
        """Read what came; whether there was anything. Raises OSError when it cannot be read."""
        if self._path.is_symlink():
            raise OSError("a link, which is not followed")
        grown = self._tail.read()
        if grown.restarted:
            self._beats, self._broken = [], 0
        beats, broken = parse_beats(each.data for each in grown.lines)
        self._beats += beats
        self._broken += broken
        rest, self._rest = self._rest, grown.rest
        return bool(grown.lines) or grown.restarted or grown.rest != rest

    def forget(self, before: datetime) -> None:
        """Let go of the beats before a moment, but for each agent's newest of them."""
        self._beats.sort(key=lambda each: each.moment)
        self._beats = newest_beats(self._beats, before)

    def _last(self) -> tuple[list[Beat], int]:
        return parse_beats([self._rest.data] if self._rest else ())


def read_beats(root: Path, now: datetime, *, months: int = MONTHS) -> Beats:
    """The beats in the newest files of the workspace at `root`, until `now`."""
    return RecordReader(root, months=months).read(now)


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


def newest_beats(beats: list[Beat], since: datetime) -> list[Beat]:
    """The beats since a moment, and of those before each agent's newest; they are sorted."""
    last = {beat.agent: beat for beat in beats if beat.moment < since}
    kept = {id(beat) for beat in last.values()}
    return [beat for beat in beats if beat.moment >= since or id(beat) in kept]


def _inside(root: Path, folder: Path) -> bool:
    return folder.resolve().is_relative_to(root.resolve())


def _reason(error: BaseException) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
