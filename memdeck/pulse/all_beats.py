"""Every beat of a workspace, whoever wrote it down: its own record, daily logs, the state file.

One beat that is told twice counts once. memdeck's own record is believed
before a log, a log before the state file. Whose beat a log or the state file
tells is rarely said: that of the only agent in the record, of the workspace
itself where there is no record, and of nobody where there are several.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path, PurePosixPath
from typing import Final

from memdeck.model import Beat, Day, LogFile
from memdeck.pulse.beats import AHEAD, Beats, RecordReader, newest_beats
from memdeck.pulse.heartbeat_state import PATH, Check, StateReader, in_one
from memdeck.pulse.logged_beats import beats_of

KEPT: Final = timedelta(days=15)
"""How far back all beats are read: a fortnight, and the day before it; of earlier ones each
agent's newest."""
TWICE: Final = AHEAD
"""Two beats of an agent that are as near to each other are one, told twice: typed times are
round."""
_ON_TIME: Final = 1.5
"""Intervals between two beats of the record within which no other beat can have come."""
_USUAL: Final = timedelta(minutes=55)
"""The interval of an agent that says none."""
_DATE_LENGTH: Final = len("2026-02-06-")
_WORD: Final = re.compile(r"\w(?:[\w.-]*\w)?")


class BeatReader:
    """Reads the beats of a workspace again and again; what did not change is not read again."""

    def __init__(self, root: Path, zone: tzinfo, *, keep: timedelta = KEPT) -> None:
        """`zone` is that of times that name none; `keep` how far back all beats are told."""
        self._root = root
        self._zone = zone
        self._keep = keep
        self._record = RecordReader(root, keep=keep)
        self._state = StateReader(root, zone)
        self._logs: dict[str, tuple[LogFile, tuple[Beat, ...]]] = {}
        self._told: tuple[Beat, ...] = ()
        """The beats in all of them."""
        self._read_from: tuple[object, ...] = ()
        self._found = Beats()

    def read(self, days: Sequence[Day], now: datetime) -> Beats:
        """Every beat, oldest first, also those ahead of `now`; the same object while nothing
        changed.

        `days` are those of the logs, as far as they have been parsed.
        """
        record = self._record.read(now, ahead=True)
        checks = self._state.read()
        logged = self._logged(days, now)
        problem = "; ".join(each for each in (record.problem, self._state.problem) if each) or None
        read_from = (record.beats, record.broken, problem, checks, logged)
        if not _same(read_from, self._read_from):
            self._read_from = read_from
            known = tuple(dict.fromkeys(each.agent for each in record.beats))
            others = [*_named(logged, known, self._root.name), *self._checked(checks, known)]
            beats = merged(record.beats, others)
            self._found = Beats(
                tuple(newest_beats(beats, now - self._keep)), record.broken, problem
            )
        return self._found

    def _logged(self, days: Sequence[Day], now: datetime) -> tuple[Beat, ...]:
        """The beats in logs, by nobody yet; the same object while no log changed."""
        first = (now - self._keep).astimezone(self._zone).date()
        fresh: dict[str, tuple[LogFile, tuple[Beat, ...]]] = {}
        for day in days:
            for file in day.files if day.date >= first else ():
                known = self._logs.get(file.name)
                if known is None or known[0] is not file:
                    known = file, tuple(beats_of(file, day.date, self._zone))
                fresh[file.name] = known
        self._logs = fresh
        told = tuple(each for _, beats in fresh.values() for each in beats)
        if told != self._told:
            self._told = told
        return self._told

    def _checked(self, checks: tuple[Check, ...], known: Sequence[str]) -> Iterator[Beat]:
        """The beats that the state file tells of."""
        agent = _only(known, self._root.name)
        for check in in_one(checks, TWICE) if agent is not None else ():
            assert agent is not None
            note = None if check.name == "heartbeat" else f"checked {check.name}"
            yield Beat(check.moment, agent, note=note, source=PATH, doubt=check.doubt)


def read_all_beats(
    root: Path, days: Sequence[Day], now: datetime, zone: tzinfo, *, keep: timedelta = KEPT
) -> Beats:
    """Every beat of the workspace at `root`, oldest first, also those ahead of `now`.

    Nothing is raised for what is on disk. A reader that is kept is cheaper
    where it is asked again.
    """
    return BeatReader(root, zone, keep=keep).read(days, now)


def merged(own: Iterable[Beat], others: Iterable[Beat]) -> list[Beat]:
    """Beats of memdeck's own record and those that others tell, in the order of their moments.

    Of the others, the earlier in their order wins. What they tell near to a
    beat, or between two own ones that follow each other on time, was told twice.
    """
    # The same line twice is one beat: a merge of two copies of the file leaves that.
    found = list(dict.fromkeys(sorted(own, key=_moment)))
    mine: dict[str, list[Beat]] = {}
    for beat in found:
        mine.setdefault(beat.agent, []).append(beat)
    kept: dict[str, list[Beat]] = {}
    for beat in others:
        theirs = kept.setdefault(beat.agent, [])
        if _is_near(beat, theirs) or _is_told(beat, mine.get(beat.agent, [])):
            continue
        insort(theirs, beat, key=_moment)
        found.append(beat)
    found.sort(key=_moment)
    return found


def _is_near(beat: Beat, beats: Sequence[Beat]) -> bool:
    """Whether one of the beats, which are sorted, is the same."""
    after = bisect_left(beats, beat.moment, key=_moment)
    return any(
        abs(each.moment - beat.moment) <= TWICE for each in beats[max(0, after - 1) : after + 1]
    )


def _is_told(beat: Beat, own: Sequence[Beat]) -> bool:
    """Whether the record has the beat, or such that it cannot have come."""
    if _is_near(beat, own):
        return True
    after = bisect_left(own, beat.moment, key=_moment)
    if not 0 < after < len(own):
        return False
    before = own[after - 1]
    interval = timedelta(seconds=before.interval) if before.interval else _USUAL
    return own[after].moment - before.moment <= interval * _ON_TIME


def _named(beats: Iterable[Beat], known: Collection[str], home: str) -> Iterator[Beat]:
    """The beats in logs with the agent whose they are; those of nobody known are left out."""
    by_name = {each.casefold(): each for each in known}
    only = _only(known, home)
    for beat in beats:
        stem = PurePosixPath(beat.source.rpartition(":")[0]).stem
        said = f"{stem[_DATE_LENGTH:]} {beat.note or ''}".casefold()
        named = {by_name[each] for each in _WORD.findall(said) if each in by_name}
        agent = named.pop() if len(named) == 1 else only
        if agent is not None:
            yield replace(beat, agent=agent)


def _only(known: Collection[str], home: str) -> str | None:
    """Whose a beat is that names nobody; None when it may be that of several."""
    if not known:
        return home or "agent"
    return next(iter(known)) if len(known) == 1 else None


def _same(new: tuple[object, ...], old: tuple[object, ...]) -> bool:
    return len(new) == len(old) and all(
        mine is theirs or (not isinstance(mine, tuple) and mine == theirs)
        for mine, theirs in zip(new, old, strict=True)
    )


def _moment(beat: Beat) -> datetime:
    return beat.moment
