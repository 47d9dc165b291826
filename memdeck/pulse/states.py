"""How each agent is at one moment, from its beats. Pure: time, zone and schedules are given.

An agent is late once a beat is overdue, and silent once half an interval more has passed
without one. Both are counted within its hours: a night off makes nobody silent.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from memdeck.model import Advice, AgentPulse, AgentState, Beat, BeatStatus, CacheCounts, Slot
from memdeck.pulse.beats import AHEAD
from memdeck.pulse.fields import one_line
from memdeck.pulse.words import clock, span

if TYPE_CHECKING:
    from memdeck.pulse.schedule import Schedule

Scheduled: TypeAlias = "Callable[[int | None], Schedule]"
"""An agent's schedule when its beat says so many seconds, or none; the last beat's word counts."""

DAY: Final = 24 * 3600
"""Seconds that the stretches of a day go back."""
MOST_SLOTS: Final = 96
"""Stretches of a day. Of a shorter interval than a quarter of an hour several make one."""

_PRESSING: Final = (
    AgentState.SILENT,
    AgentState.ALERT,
    AgentState.LATE,
    AgentState.UNKNOWN,
    AgentState.OK,
    AgentState.SKIPPED,
)
"""The most pressing first."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What is known of agents next to their beats."""

    branches: Mapping[str, str] = field(default_factory=dict)
    """The branch that each wrote notes for last."""
    written: Mapping[str | None, datetime] = field(default_factory=dict)
    """When each wrote last, in any tier; under None what nobody is known to have written."""

    def last_written(self, agent: str) -> datetime | None:
        """When something was written last that may be the agent's; None when nothing ever was."""
        found = [self.written[each] for each in (agent, None) if each in self.written]
        return max(found, default=None)


def by_agent(beats: Iterable[Beat]) -> dict[str, tuple[Beat, ...]]:
    """The beats of each agent, oldest first."""
    found: dict[str, list[Beat]] = {}
    for beat in beats:
        found.setdefault(beat.agent, []).append(beat)
    return {agent: tuple(sorted(own, key=_moment)) for agent, own in found.items()}


def is_trusted(beat: Beat, now: datetime) -> bool:
    """Whether the time of a beat can be what it says: nothing speaks against it, and it is not
    ahead of `now`, but for what another machine's clock may be."""
    return not beat.doubt and beat.moment <= now + AHEAD


def trusted_beats(beats: Sequence[Beat], now: datetime) -> list[Beat]:
    """Those of an agent's beats, oldest first, whose time can be what it says."""
    return [
        beat for beat in beats[: bisect_right(beats, now + AHEAD, key=_moment)] if not beat.doubt
    ]


def agent_pulses(
    beats: Mapping[str, Sequence[Beat]],
    *,
    schedule_of: Callable[[str, int | None], Schedule],
    now: datetime,
    zone: tzinfo,
    traces: Traces | None = None,
    advice: Mapping[str, Advice] | None = None,
) -> tuple[AgentPulse, ...]:
    """Every agent that has a beat, the most pressing first, then by name."""
    known = traces or Traces()
    found = [
        agent_pulse(
            own,
            scheduled=partial(schedule_of, agent),
            now=now,
            zone=zone,
            branch=known.branches.get(agent),
            written=known.last_written(agent),
            advice=advice.get(agent) if advice else None,
        )
        for agent, own in beats.items()
        if own
    ]
    return tuple(sorted(found, key=lambda each: (_PRESSING.index(each.state), each.agent)))


def agent_pulse(
    beats: Sequence[Beat],
    *,
    scheduled: Scheduled,
    now: datetime,
    zone: tzinfo,
    branch: str | None = None,
    written: datetime | None = None,
    advice: Advice | None = None,
) -> AgentPulse:
    """One agent, from its own beats (at least one), oldest first.

    `written` is when something was written last that may be its own.
    """
    agent = beats[-1].agent
    trusted = trusted_beats(beats, now)
    if not trusted:
        return AgentPulse(
            agent=agent,
            state=AgentState.UNKNOWN,
            words=f"a clock is wrong: {doubt_of(beats[-1], now)}",
            last=beats[-1],
            interval=scheduled(beats[-1].interval).interval,
            due=None,
            branch=branch,
            cache=_cache(beats),
            advice=advice,
        )
    last = trusted[-1]
    own = scheduled(last.interval)
    due = own.due_after(last.moment, zone)
    state, words = _state(last, own, due, now, zone)
    if state in (AgentState.LATE, AgentState.SILENT) and beats[-1].moment > last.moment:
        words = f"{words}; {doubt_of(beats[-1], now)}"
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    return AgentPulse(
        agent=agent,
        state=state,
        words=words,
        last=last,
        interval=own.interval,
        due=due,
        day=_day(trusted, scheduled, now, zone),
        came=len(trusted) - bisect_left(trusted, midnight, key=_moment),
        expected=_expected(trusted, own, midnight, now, zone),
        branch=branch,
        unchanged=_unchanged(trusted, written),
        cache=_cache(trusted),
        advice=advice,
    )


def silent_after(beat: Beat, schedule: Schedule, zone: tzinfo) -> datetime:
    """When the agent of a beat is silent unless it beats again: half an interval past due."""
    half = timedelta(seconds=max(1, schedule.interval // 2))
    grace = replace(schedule, interval=max(1, schedule.interval // 2))
    due = schedule.due_after(beat.moment, zone)
    silent = grace.due_after(due, zone)
    # Its hours ended meanwhile: when they begin again, it has that half once more.
    return silent if silent == due + half else grace.due_after(silent, zone)


def said_by(beat: Beat) -> str:
    """Its note as one line, shortened, with secrets covered; empty when it has none."""
    return one_line(beat.note) if beat.note else ""


def doubt_of(beat: Beat, now: datetime) -> str:
    """Why the time of a beat is not trusted, in words."""
    if beat.moment > now + AHEAD:
        return f"its last beat is {span(beat.moment - now)} ahead"
    return beat.doubt


# --- The state ---------------------------------------------------------------


def _state(
    last: Beat, schedule: Schedule, due: datetime, now: datetime, zone: tzinfo
) -> tuple[AgentState, str]:
    said = said_by(last)
    over = f"{span(now - due)} over"
    if now >= silent_after(last, schedule, zone):
        alert = f"; its last beat was an alert: {said}" if _is_alert(last) and said else ""
        return AgentState.SILENT, over + alert
    late = now > due
    if _is_alert(last):
        return AgentState.ALERT, "; ".join(filter(None, (said or "alert", over if late else "")))
    if not schedule.is_active(now, zone):
        then = clock(due, now, zone) if due > now else clock(_next(schedule, now, zone), now, zone)
        return AgentState.SKIPPED, f"not its hours, next at {then}"
    if late:
        return AgentState.LATE, over
    following = f"next in {span(due - now)}"
    if last.status is BeatStatus.SKIPPED:
        return AgentState.SKIPPED, f"{said or 'left out'}; {following}"
    return AgentState.OK, following


def _next(schedule: Schedule, now: datetime, zone: tzinfo) -> datetime:
    """When its hours begin again."""
    return replace(schedule, interval=1).due_after(now, zone)


def _is_alert(beat: Beat) -> bool:
    return beat.status is BeatStatus.ALERT


def _unchanged(trusted: Sequence[Beat], written: datetime | None) -> int:
    """How many beats in a row, back from the last, say ok while nothing was written."""
    return len(tuple(unchanged_beats(trusted, written)))


def unchanged_beats(trusted: Sequence[Beat], written: datetime | None) -> Iterator[Beat]:
    """Those beats, newest first; one that was left out on purpose neither counts nor ends them."""
    for beat in reversed(trusted):
        if _is_alert(beat) or (written is not None and beat.moment <= written):
            return
        if beat.status is BeatStatus.OK:
            yield beat


def _cache(beats: Sequence[Beat]) -> CacheCounts | None:
    return next((beat.cache for beat in reversed(beats) if beat.cache is not None), None)


def _moment(beat: Beat) -> datetime:
    return beat.moment


def _expected(
    trusted: Sequence[Beat], schedule: Schedule, midnight: datetime, now: datetime, zone: tzinfo
) -> int:
    """How many beats were due by now since the day began, counted on from the last before; on
    its first day since its first beat, that one included."""
    before = bisect_left(trusted, midnight, key=_moment)
    if not before:
        return 1 + schedule.expected(trusted[0].moment, now, zone)
    last = trusted[before - 1].moment
    return schedule.expected(last, now, zone) - schedule.expected(last, midnight, zone)


# --- The day -----------------------------------------------------------------


def slot_width(interval: int) -> int:
    """Seconds of one stretch: the interval, or as many of it as keep a day readable."""
    return interval * max(1, math.ceil(DAY / interval / MOST_SLOTS))


def _day(
    trusted: Sequence[Beat], scheduled: Scheduled, now: datetime, zone: tzinfo
) -> tuple[Slot, ...]:
    """The last 24 hours. The stretches lie on a grid of their own, so that they stay in place
    from one look to the next; one that a beat merely slipped over is not missed."""
    width = slot_width(scheduled(trusted[-1].interval).interval)
    current = int(now.timestamp() // width)
    count = max(1, round(DAY / width))
    first = current - count + 1
    begin = bisect_left(trusted, datetime.fromtimestamp(first * width, UTC), key=_moment)
    came: dict[int, set[BeatStatus]] = {}
    for beat in trusted[begin:]:
        # Of a clock that is a little ahead: it belongs to what is now.
        index = min(current, int(beat.moment.timestamp() // width))
        came.setdefault(index, set()).add(beat.status)
    return tuple(
        _of(came[index])
        if index in came
        else _empty(index * width, width, trusted, scheduled, now, zone)
        for index in range(first, current + 1)
    )


def _of(statuses: set[BeatStatus]) -> Slot:
    if BeatStatus.ALERT in statuses:
        return Slot.ALERT
    return Slot.OK if BeatStatus.OK in statuses else Slot.SKIPPED


def _empty(
    begin: int,
    width: int,
    trusted: Sequence[Beat],
    scheduled: Scheduled,
    now: datetime,
    zone: tzinfo,
) -> Slot:
    """What a stretch is in which no beat came."""
    since = datetime.fromtimestamp(begin, UTC)
    until = since + timedelta(seconds=width)
    after = bisect_right(trusted, since, key=_moment)
    if not after:
        return Slot.NONE
    before = trusted[after - 1]
    schedule = scheduled(before.interval)
    moments = (since, since + timedelta(seconds=width // 2), until - timedelta(seconds=1))
    if not any(schedule.is_active(moment, zone) for moment in moments):
        return Slot.NONE
    if until > now:
        return Slot.DUE
    if schedule.due_after(before.moment, zone) >= until:
        return Slot.NONE
    silent = silent_after(before, schedule, zone)
    if after < len(trusted):
        return Slot.OK if trusted[after].moment <= silent else Slot.MISSED
    return Slot.DUE if now < silent else Slot.MISSED
