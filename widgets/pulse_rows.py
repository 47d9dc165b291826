"""Agents, the inbox and the feed as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from rich.cells import cell_len

from memdeck.model import (
    Activity,
    ActivityKind,
    AgentException,
    AgentPulse,
    AgentState,
    CacheCounts,
    ExceptionState,
    PulseReport,
    Slot,
)
from memdeck.secrets import on_screen
from memdeck.text import thin
from widgets.detail import Described
from widgets.glyphs import Glyphs
from widgets.row import Notice, Row, Tone, fit
from widgets.when import ago, clock, day_long

STRETCHES: Final = 26
"""Cells of a day: as many as a day has beats when one comes every 55 minutes."""
_LONGEST_NAME: Final = 16
_PRESSING: Final = (AgentState.SILENT, AgentState.ALERT, AgentState.LATE)
# Of the slots that one cell stands for, the first of these says how it is drawn.
_WORST: Final = (Slot.ALERT, Slot.MISSED, Slot.OK, Slot.SKIPPED, Slot.DUE, Slot.NONE)
_TIERS: Final = (ActivityKind.LOG, ActivityKind.MEMORY, ActivityKind.NOTES)
_TIER_NAMES: Final = {
    ActivityKind.LOG: "log",
    ActivityKind.MEMORY: "MEMORY.md",
    ActivityKind.NOTES: "notes",
    ActivityKind.COMMIT: "commit",
    ActivityKind.BEAT: "beat",
    ActivityKind.RECORD: "record",
}


def pulse_rows(
    report: PulseReport,
    activity: Sequence[Activity],
    now: datetime,
    zone: tzinfo,
    glyphs: Glyphs,
    problems: Sequence[str] = (),
) -> tuple[Row, ...]:
    """What a person must hear of, then every agent with its day; `problems` are those of the
    activity."""
    rows = list(_inbox_rows(report, now, zone, glyphs))
    for problem in (*report.problems, *problems):
        notice = Notice(problem)
        rows.append(
            Row(("problem", problem), problem, 0, glyphs.warning, Tone.WARNING, target=notice)
        )
    if not report.agents:
        return tuple(rows)
    wrote = _last_writes(activity)
    room = max(cell_len(on_screen(each.agent)) for each in report.agents)
    room = min(room, _LONGEST_NAME)
    rows.append(
        Row(
            "agents",
            "Agents  24 hours, oldest first",
            tone=Tone.HEADING,
            right=("last", "next beat"),
            stop=True,
            foldable=True,
            target="agents",
        )
    )
    for each in report.agents:
        rows += _agent_rows(each, room, wrote.get(each.agent, {}), now, zone, glyphs)
    return tuple(rows)


def pulse_empty() -> str:
    """What is said when no agent is known."""
    return (
        "No agent has been seen yet.\n\n"
        "An agent says that it is alive with\n"
        "memdeck beat --agent NAME\n\n"
        "every 55 minutes, and memdeck beat --agent NAME --status alert --note WHY when it needs "
        "you."
    )


def tally(report: PulseReport) -> str:
    """How many agents are in which state, the most pressing first: `1 late · 3 ok`."""
    counts: dict[AgentState, int] = {}
    for each in report.agents:
        counts[each.state] = counts.get(each.state, 0) + 1
    order = (*_PRESSING, AgentState.OK, AgentState.SKIPPED, AgentState.UNKNOWN)
    return " · ".join(f"{counts[state]} {state.value}" for state in order if state in counts)


def is_pressing(report: PulseReport) -> bool:
    """Whether an agent is not as it should be."""
    return any(each.state in _PRESSING for each in report.agents)


def state_glyph(state: AgentState, glyphs: Glyphs) -> str:
    """One sign a state; the word stands beside it."""
    return {
        AgentState.OK: glyphs.live,
        AgentState.LATE: glyphs.half,
        AgentState.SILENT: glyphs.stopped,
        AgentState.ALERT: glyphs.alert,
        AgentState.SKIPPED: glyphs.rule,
        AgentState.UNKNOWN: "?",
    }[state]


def strip(day: Sequence[Slot], glyphs: Glyphs, cells: int = STRETCHES) -> str:
    """A day in so many cells, oldest first; each shows the worst of what it stands for."""
    if not day:
        return ""
    count = min(cells, len(day))
    drawn = []
    for index in range(count):
        start, end = index * len(day) // count, (index + 1) * len(day) // count
        part = day[start : max(end, start + 1)]
        drawn.append(_signs(glyphs)[next(each for each in _WORST if each in part)])
    return "".join(drawn)


def _signs(glyphs: Glyphs) -> Mapping[Slot, str]:
    return {
        Slot.OK: glyphs.beat,
        Slot.ALERT: glyphs.beat_alert,
        Slot.MISSED: glyphs.beat_missed,
        Slot.SKIPPED: glyphs.rule,
        Slot.NONE: " ",
        Slot.DUE: glyphs.beat_due,
    }


def _agent_rows(
    agent: AgentPulse,
    room: int,
    wrote: Mapping[ActivityKind, datetime],
    now: datetime,
    zone: tzinfo,
    glyphs: Glyphs,
) -> Iterator[Row]:
    name = fit(on_screen(agent.agent), room)
    tone = Tone.WARNING if agent.state in _PRESSING else Tone.PLAIN
    yield Row(
        ("agent", agent.agent),
        f"{name}  {agent.state.value:<7}  {strip(agent.day, glyphs)}",
        1,
        state_glyph(agent.state, glyphs),
        tone,
        right=(
            f"{ago(agent.last.moment, now, zone):>6}" if agent.last else "",
            f"{due_words(agent, now):>9}",
        ),
        target=agent,
    )
    said = [agent.branch or "", _wrote_words(wrote, now, zone), _cache_words(agent.cache)]
    if agent.state not in (AgentState.OK, AgentState.LATE):
        said.insert(0, agent.words)
    elif agent.last and agent.last.note:
        said.insert(0, agent.last.note)
    words = f" {glyphs.dot} ".join(each for each in said if each)
    if words:
        yield Row(
            ("agent", agent.agent, "said"), words, 3, tone=Tone.DIM, passive=True, target=agent
        )


def due_words(agent: AgentPulse, now: datetime) -> str:
    """When its next beat is due: `21 min`, `17 min over`."""
    if agent.due is None:
        return ""
    left = agent.due - now
    return f"{span(left)} over" if left < timedelta(0) else span(left)


def span(length: timedelta) -> str:
    """A length of time in its largest unit: `21 min`, `3 h`, `2 d`."""
    minutes = abs(length) // timedelta(minutes=1)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def _last_writes(activity: Sequence[Activity]) -> dict[str, dict[ActivityKind, datetime]]:
    """When each agent wrote each tier last; `activity` is newest first."""
    found: dict[str, dict[ActivityKind, datetime]] = {}
    for each in activity:
        if each.agent is not None and each.kind in _TIERS:
            found.setdefault(each.agent, {}).setdefault(each.kind, each.when)
    return found


def _wrote_words(wrote: Mapping[ActivityKind, datetime], now: datetime, zone: tzinfo) -> str:
    said = [
        f"{_TIER_NAMES[kind]} {ago(wrote[kind], now, zone)}" for kind in _TIERS if kind in wrote
    ]
    return f"wrote {', '.join(said)}" if said else ""


def _cache_words(cache: CacheCounts | None) -> str:
    asked = cache.hits + cache.misses + cache.expired if cache else 0
    if cache is None or not asked:
        return ""
    return f"cache {cache.hits}/{asked} hit"


def _inbox_rows(report: PulseReport, now: datetime, zone: tzinfo, glyphs: Glyphs) -> Iterator[Row]:
    if not report.inbox:
        return
    away = len(report.inbox) - len(report.open)
    words = f"Inbox  {len(report.open)} open" + (f", {away} put aside" if away else "")
    yield Row("inbox", words, tone=Tone.HEADING, foldable=True, stop=True, target="inbox")
    for each in report.inbox:
        is_open = each.state is ExceptionState.OPEN
        state = each.state.value
        if each.until is not None:
            state = f"until {_moment(each.until, now, zone)}"
        yield Row(
            ("exception", each.id),
            f"{each.agent}: {each.words}",
            1,
            glyphs.alert if is_open else glyphs.dot,
            Tone.WARNING if is_open else Tone.DIM,
            right=(f"{ago(each.since, now, zone)}" if is_open else state,),
            target=each,
        )


def _moment(moment: datetime, now: datetime, zone: tzinfo) -> str:
    here, today = moment.astimezone(zone), now.astimezone(zone).date()
    day = "" if here.date() == today else f"{day_long(here.date(), today)} "
    return f"{day}{clock(moment, zone)}"


def feed_rows(
    activity: Sequence[Activity], now: datetime, zone: tzinfo, glyphs: Glyphs
) -> tuple[Row, ...]:
    """What was done of late, newest first."""
    rows = []
    seen: dict[tuple[object, ...], int] = {}
    for each in activity:
        same = (each.when, each.kind, each.agent, each.place, each.words)
        seen[same] = twin = seen.get(same, -1) + 1
        tokens = f"{each.tokens:+d}" if each.tokens else ""
        who = f"{on_screen(each.agent)}  " if each.agent else ""
        rows.append(
            Row(
                ("activity", *same, twin),
                f"{who}{each.words}",
                glyph=glyphs.alert if each.kind is ActivityKind.BEAT else "",
                tone=Tone.WARNING if each.kind is ActivityKind.BEAT else Tone.PLAIN,
                right=(
                    each.source or _TIER_NAMES[each.kind],
                    f"{tokens:>6}",
                    f"{_by(each, now, zone):>8}",
                ),
                target=each,
            )
        )
    return tuple(rows)


def _when(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """The time of today; the date of another day."""
    today = now.astimezone(zone).date()
    here = moment.astimezone(zone).date()
    return clock(moment, zone) if here == today else ago(moment, now, zone)


def _by(activity: Activity, now: datetime, zone: tzinfo) -> str:
    when = _when(activity.when, now, zone)
    return f"by {when}" if activity.about else when


def described_pulse(
    target: object, now: datetime, zone: tzinfo, glyphs: Glyphs
) -> Described | None:
    """An agent, an exception or an activity in full; None for anything else."""
    dot = f" {glyphs.dot} "
    match target:
        case AgentPulse():
            last = f"last beat {_moment(target.last.moment, now, zone)}" if target.last else ""
            doubt = target.last.doubt if target.last else ""
            source = target.last.source if target.last else ""
            every = f"every {target.interval // 60} min"
            today = f"{target.came} of {target.expected} beats today"
            unchanged = f"{target.unchanged} in a row with nothing written"
            said = [
                *(target.state.value, every, last, source and f"from {source}", doubt, today),
                unchanged if target.unchanged > 1 else "",
            ]
            words = target.last.note if target.last and target.last.note else target.words
            return Described(
                f"{target.agent}: {words}",
                dot.join(each for each in said if each),
                target.advice.words if target.advice else "",
            )
        case AgentException():
            since = f"since {_moment(target.since, now, zone)}"
            keys = "x: seen, say no more of it" + dot + "w: until later"
            return Described(
                f"{target.agent}: {target.words}", dot.join((target.kind.value, since, keys))
            )
        case Activity():
            tokens = f"{thin(target.tokens)} tok" if target.tokens is not None else ""
            when = f"{'at the latest ' if target.about else ''}{_moment(target.when, now, zone)}"
            said = [target.agent or "by whom is not known", when]
            said += [target.place, tokens, target.source]
            return Described(target.words, dot.join(each for each in said if each))
        case _:
            return None
