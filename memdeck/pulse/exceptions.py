"""What a person must hear of agents: alerts, silence, and much that is ok while nothing happens.

An `ok` beat makes nothing here: it changes a number. An alert lasts until its agent says ok, and
is told for a day more, as whoever slept should hear of it; the same alert, beat after beat, is one.
Pure: beats, states and the moment are given.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from typing import Final

from memdeck.model import (
    AgentException,
    AgentPulse,
    AgentState,
    Beat,
    BeatStatus,
    ExceptionKind,
)
from memdeck.pulse.states import (
    Traces,
    doubt_of,
    is_trusted,
    said_by,
    trusted_beats,
    unchanged_beats,
)
from memdeck.pulse.words import clock, span
from memdeck.text import plural

TOLD_AFTER: Final = timedelta(hours=24)
"""How long an alert is told of after it has passed."""
_TOLD_APART: Final = 1000
"""Characters of a note that tell an alert from others."""
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class AlertRun:
    """One alert: beats that say the same, until one says ok."""

    first: Beat
    last: Beat
    ended: Beat | None
    """The beat that says ok again; None while it lasts."""


def alert_runs(beats: Sequence[Beat]) -> tuple[AlertRun, ...]:
    """The alerts of one agent, by when they began; `beats` are its own, oldest first.

    Two say the same when their notes do but for the numbers in them: a queue grows from beat
    to beat.
    """
    found: list[AlertRun] = []
    lasting: dict[str, tuple[Beat, Beat]] = {}
    for beat in beats:
        if beat.status is BeatStatus.ALERT:
            about = _about(beat)
            lasting[about] = lasting.get(about, (beat, beat))[0], beat
        elif beat.status is BeatStatus.OK:
            found += (AlertRun(first, last, beat) for first, last in lasting.values())
            lasting = {}
    found += (AlertRun(first, last, None) for first, last in lasting.values())
    return tuple(sorted(found, key=lambda run: run.first.moment))


def agent_exceptions(
    pulses: Iterable[AgentPulse],
    beats: Mapping[str, Sequence[Beat]],
    *,
    now: datetime,
    zone: tzinfo,
    unchanged: int,
    traces: Traces | None = None,
) -> tuple[AgentException, ...]:
    """What there is to tell of the agents, newest first; nobody has chosen anything about it yet.

    `beats` are those of each agent, oldest first; `unchanged` is after how many beats that say
    ok while nothing is written that is told, 0 never.
    """
    known = traces or Traces()
    found: list[AgentException] = []
    for pulse in pulses:
        own = beats.get(pulse.agent, ())
        found += _alerts(pulse.agent, own, now, zone)
        if pulse.state is AgentState.SILENT and pulse.last is not None:
            found.append(_silence(pulse, pulse.last, now, zone))
        elif pulse.state is AgentState.OK and 0 < unchanged <= pulse.unchanged:
            written = known.last_written(pulse.agent)
            found.append(_nothing_new(pulse, own, written, now, zone))
    return tuple(sorted(found, key=lambda each: (each.since, each.agent, each.id), reverse=True))


def exception_id(agent: str, kind: ExceptionKind, begun: datetime | None, about: str = "") -> str:
    """12 hex digits: the same for everyone who sees it, another for the next of its kind."""
    moment = begun.astimezone(UTC).isoformat() if begun is not None else ""
    told = "\0".join((agent, kind.value, moment, about))
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def _about(alert: Beat) -> str:
    """What tells an alert from others: its note, but for the numbers in it."""
    return _NUMBER.sub("#", (alert.note or "")[:_TOLD_APART]).strip().casefold()


def _alerts(
    agent: str, beats: Sequence[Beat], now: datetime, zone: tzinfo
) -> Iterator[AgentException]:
    begin = _told_of(beats, now - TOLD_AFTER)
    for run in alert_runs(trusted_beats(beats[begin:], now)):
        if run.ended is not None and now - run.ended.moment >= TOLD_AFTER:
            continue
        words = said_by(run.last) or "an alert without a note"
        if run.ended is not None:
            words = f"{words}; ok again since {clock(run.ended.moment, now, zone)}"
        begun = run.first.moment
        yield AgentException(
            id=exception_id(agent, ExceptionKind.ALERT, begun, _about(run.first)),
            agent=agent,
            kind=ExceptionKind.ALERT,
            since=begun,
            words=words,
            ended=run.ended.moment if run.ended is not None else None,
        )
    for beat in beats[begin:]:
        # Its time is wrong, and it may be the only one that says so.
        if beat.status is BeatStatus.ALERT and not is_trusted(beat, now):
            if now - beat.moment >= TOLD_AFTER:
                continue
            words = said_by(beat) or "an alert without a note"
            yield AgentException(
                id=exception_id(agent, ExceptionKind.ALERT, beat.moment, _about(beat)),
                agent=agent,
                kind=ExceptionKind.ALERT,
                since=min(beat.moment, now),
                words=f"{words}; {doubt_of(beat, now)}",
            )


def _told_of(beats: Sequence[Beat], since: datetime) -> int:
    """Where the beats begin that may be told of: whatever came before has passed by then."""
    begin = bisect_right(beats, since, key=lambda beat: beat.moment)
    while begin > 0 and (beats[begin - 1].status is not BeatStatus.OK or beats[begin - 1].doubt):
        begin -= 1
    return max(0, begin - 1)


def _silence(pulse: AgentPulse, last: Beat, now: datetime, zone: tzinfo) -> AgentException:
    words = (
        f"silent since {clock(last.moment, now, zone)}, "
        f"one beat every {span(timedelta(seconds=pulse.interval))}"
    )
    if last.status is BeatStatus.ALERT and (said := said_by(last)):
        words += f"; its last was an alert: {said}"
    return AgentException(
        id=exception_id(pulse.agent, ExceptionKind.SILENT, last.moment),
        agent=pulse.agent,
        kind=ExceptionKind.SILENT,
        since=pulse.due or last.moment,
        words=words,
    )


def _nothing_new(
    pulse: AgentPulse,
    beats: Sequence[Beat],
    written: datetime | None,
    now: datetime,
    zone: tzinfo,
) -> AgentException:
    trusted = trusted_beats(beats, now)
    *_, first = islice(unchanged_beats(trusted, written), pulse.unchanged)
    since = f"since {clock(written, now, zone)}" if written is not None else "at all"
    # What ended the row before this one. Not its first beat: old ones are forgotten some day.
    ends = [beat.moment for beat in trusted if beat.status is BeatStatus.ALERT]
    ends += [written] if written is not None else []
    return AgentException(
        id=exception_id(pulse.agent, ExceptionKind.UNCHANGED, max(ends, default=None)),
        agent=pulse.agent,
        kind=ExceptionKind.UNCHANGED,
        since=first.moment,
        words=f"said ok {plural(pulse.unchanged, 'time')}, and nothing was written {since}",
    )
