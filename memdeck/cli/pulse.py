"""`memdeck pulse`: who is alive, late or silent, and what a person must hear of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final

import click

from memdeck.cli.call import Call, agent_option, pass_call
from memdeck.cli.group import LazyGroup
from memdeck.cli.output import data, document, narrate
from memdeck.errors import NothingFound, WrongUsage
from memdeck.text import plural, show, thin

if TYPE_CHECKING:
    from memdeck.model import AgentException, AgentPulse, PulseReport
    from memdeck.pulse.inbox import Inbox

_SHORTEST_ID: Final = 4
_LONGEST_NAME: Final = 40
_DAYS_READ: Final = 2
"""Of the logs, in which heartbeats may stand: today and yesterday."""
_LENGTH: Final = re.compile(r"(\d{1,5})\s*(m|min|h|d|w)", re.ASCII)
_MINUTES: Final = {"m": 1, "min": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)


@click.group("pulse", cls=LazyGroup, invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@agent_option
@pass_call
@click.pass_context
def pulse_command(context: click.Context, call: Call, as_json: bool) -> None:
    """Show each agent's state, its beats of today against those that were due, and the inbox.

    An agent is late past its interval, silent past one and a half. The inbox
    holds alerts, silence, and agents that say ok while nothing is written;
    `ack` and `snooze` put one aside. Exit code 1 when no agent is known.

    --json: {agents: [{agent, state, words, last, note, interval_s, next_due, came, expected,
    day, branch, unchanged, cache, source, doubt, advice}], inbox: [{id, agent, kind, since,
    words, state, until, ended}], problems, broken}.
    """
    if context.invoked_subcommand is not None:
        return
    report = _report(call)
    for words in report.problems:
        narrate(words)
    if report.broken:
        narrate(f"{plural(report.broken, 'line')} of the record of heartbeats: no beat, left out")
    if as_json:
        document(pulse_document(report))
    else:
        for line in pulse_lines(report, call.now(), call.workspace().zone):
            data(line)
    if not report.agents:
        if as_json:
            raise click.exceptions.Exit(NothingFound.exit_code)
        raise NothingFound(
            "No agent has left a heartbeat here: `memdeck beat --agent NAME` records one."
        )


@pulse_command.command("ack")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@agent_option
@pass_call
def ack_command(call: Call, ids: tuple[str, ...]) -> None:
    """Tell no more of these; the next of their kind is told. An ID may be cut short."""
    chosen = _chosen(_report(call).inbox, ids)
    _inbox(call).acknowledge([each.id for each in chosen])
    _print(chosen)
    narrate(f"Acknowledged {plural(len(chosen), 'exception')} · {_back(chosen)} takes it back")


@pulse_command.command("snooze")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--for", "length", metavar="LENGTH", help="How long: 30m, 2h, 1d, 1w.")
@click.option("--until", metavar="TIME", help="When: 18:30, tomorrow, 2026-02-20, with a time too.")
@agent_option
@pass_call
def snooze_command(call: Call, ids: tuple[str, ...], length: str | None, until: str | None) -> None:
    """Tell of these again later. An ID may be cut short.

    TIME is by a clock in the workspace's zone; 18:30 is the next one.
    """
    if (length is None) == (until is None):
        raise WrongUsage("Say either --for how long or --until when; nothing was changed.")
    now, zone = call.now(), call.workspace().zone
    moment = _after(length, now) if length is not None else _parse_until(until or "", now, zone)
    chosen = _chosen(_report(call).inbox, ids)
    _inbox(call).snooze([each.id for each in chosen], moment)
    _print(chosen)
    narrate(
        f"{plural(len(chosen), 'exception')} will come back at "
        f"{moment.astimezone(zone):%Y-%m-%d %H:%M} · {_back(chosen)} takes it back"
    )


@pulse_command.command("back")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@agent_option
@pass_call
def back_command(call: Call, ids: tuple[str, ...]) -> None:
    """Tell of these again that were acknowledged or snoozed. An ID may be cut short."""
    inbox = _inbox(call)
    known = [
        full
        for full in inbox.answers()
        if any(len(one) >= _SHORTEST_ID and full.startswith(one.lower()) for one in ids)
    ]
    gone = inbox.take_back(known)
    if not gone:
        raise NothingFound(
            "None of these was acknowledged or snoozed, so nothing was changed: "
            "`memdeck pulse` prints the ids."
        )
    narrate(f"Told again: {plural(len(gone), 'exception')}.")


# --- As JSON and as text -----------------------------------------------------


def pulse_document(report: PulseReport) -> dict[str, Any]:
    """The report as the documented JSON: times in UTC, lengths in seconds, secrets covered."""
    return {
        "agents": [_agent(each) for each in report.agents],
        "inbox": [_exception(each) for each in report.inbox],
        "problems": list(report.problems),
        "broken": report.broken,
    }


def status_rows(report: PulseReport) -> list[dict[str, Any]]:
    """What `status` says of the agents; `alerts` counts those that nobody has put aside."""
    from memdeck.model import ExceptionKind

    alerts = [each.agent for each in report.open if each.kind is ExceptionKind.ALERT]
    return [
        {
            "agent": each.agent,
            "state": each.state.value,
            "last": _stamp(each.last.moment if each.last else None),
            "next_due": _stamp(each.due),
            "alerts": alerts.count(each.agent),
        }
        for each in report.agents
    ]


def pulse_lines(report: PulseReport, now: datetime, zone: tzinfo) -> Iterator[str]:
    """A line for each agent, then one for each exception that nobody has put aside."""
    from memdeck.pulse.words import clock
    from memdeck.secrets import covered

    rows = [
        (
            show(_short(each.agent)),
            each.state.value,
            clock(each.last.moment, now, zone) if each.last else "",
            f"{each.came} of {each.expected} today",
            show(_short(each.branch or "")),
            show(covered(each.words)),
        )
        for each in report.agents
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True) if width)
        yield "  ".join(cells).rstrip()
    aside = len(report.inbox) - len(report.open)
    if report.inbox:
        rest = f", {thin(aside)} put aside" if aside else ""
        yield f"Inbox: {plural(len(report.open), 'exception')}{rest}"
    for each in report.open:
        since = clock(each.since, now, zone)
        yield f"{each.id}  {since}  {_told(each)}"


def _short(name: str) -> str:
    """A name that leaves room for others in its column."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _told(exception: AgentException) -> str:
    from memdeck.secrets import covered

    name, words = _short(exception.agent), covered(exception.words)
    return f"{show(name)} {exception.kind}: {show(words)}"


def _agent(pulse: AgentPulse) -> dict[str, Any]:
    from memdeck.secrets import covered

    last, advice, cache = pulse.last, pulse.advice, pulse.cache
    return {
        "agent": pulse.agent,
        "state": pulse.state.value,
        "words": covered(pulse.words),
        "last": _stamp(last.moment if last else None),
        "note": covered(last.note) if last and last.note else None,
        "interval_s": pulse.interval,
        "next_due": _stamp(pulse.due),
        "came": pulse.came,
        "expected": pulse.expected,
        "day": [slot.value for slot in pulse.day],
        "branch": pulse.branch,
        "unchanged": pulse.unchanged,
        "cache": {"hits": cache.hits, "misses": cache.misses, "expired": cache.expired}
        if cache
        else None,
        "source": last.source if last else "",
        "doubt": last.doubt if last else "",
        "advice": {
            "days": advice.days,
            "beats": advice.beats,
            "interruptions": advice.interruptions,
            "interval_s": advice.interval,
            "longest_s": advice.longest,
            "delay_s": advice.delay,
            "words": advice.words,
        }
        if advice
        else None,
    }


def _exception(exception: AgentException) -> dict[str, Any]:
    from memdeck.secrets import covered

    return {
        "id": exception.id,
        "agent": exception.agent,
        "kind": exception.kind.value,
        "since": _stamp(exception.since),
        "words": covered(exception.words),
        "state": exception.state.value,
        "until": _stamp(exception.until),
        "ended": _stamp(exception.ended),
    }


def _stamp(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment is not None else None


def _print(chosen: Iterable[AgentException]) -> None:
    for each in chosen:
        data(f"{each.id}  {_told(each)}")


# --- Which, and until when ---------------------------------------------------


def _report(call: Call) -> PulseReport:
    return call.deck(newest_days=_DAYS_READ).pulse


def _inbox(call: Call) -> Inbox:
    from memdeck.pulse.inbox import Inbox

    return Inbox(call.workspace().state_folder, call.actor, call.now)


def _chosen(inbox: Sequence[AgentException], ids: Sequence[str]) -> tuple[AgentException, ...]:
    """The exceptions that were named; raises NothingFound and WrongUsage, and nothing is done."""
    chosen: dict[str, AgentException] = {}
    for given in ids:
        wanted = given.lower()
        meant = [
            each for each in inbox if len(wanted) >= _SHORTEST_ID and each.id.startswith(wanted)
        ]
        if not meant:
            raise NothingFound(
                f"Nothing in the inbox has the id {show(given)[:40]}, so nothing was changed: "
                "`memdeck pulse` prints the ids."
            )
        if len(meant) > 1:
            raise WrongUsage(
                f"{show(given)[:40]} is the start of {len(meant)} ids, so nothing was changed: "
                "give more of it."
            )
        chosen[meant[0].id] = meant[0]
    return tuple(chosen.values())


def _after(length: str, now: datetime) -> datetime:
    found = _LENGTH.fullmatch(length.strip().lower())
    minutes = int(found[1]) * _MINUTES[found[2]] if found else 0
    if not minutes:
        raise WrongUsage(
            f"{show(length)[:40]} is no length of time, so nothing was changed: "
            "say 30m, 2h, 1d or 1w."
        )
    try:
        return now + timedelta(minutes=minutes)
    except OverflowError:
        raise WrongUsage("Nobody waits for so long; nothing was changed.") from None


def _parse_until(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The moment that is meant, later than now; raises WrongUsage."""
    said, today = text.strip().lower(), now.astimezone(zone).date()
    clock = _CLOCK.fullmatch(said)
    try:
        if clock is not None:
            at = time(int(clock[1]), int(clock[2]))
            moment = datetime.combine(today, at, zone)
            if moment.astimezone(UTC) <= now:
                moment = datetime.combine(today + timedelta(days=1), at, zone)
        elif said == "tomorrow":
            moment = datetime.combine(today + timedelta(days=1), time(), zone)
        else:
            moment = datetime.fromisoformat(text.strip())
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongUsage(
            f"{show(text)[:40]} is no time, so nothing was changed: "
            "say 18:30, tomorrow, 2026-02-20 or 2026-02-20T18:30."
        ) from None
    if moment <= now:
        raise WrongUsage(
            f"{show(text)[:40]} is not later than now, so nothing was changed: name a later time."
        )
    return moment


def _back(chosen: Sequence[AgentException]) -> str:
    ids = " ".join(each.id for each in chosen[:3]) if len(chosen) <= 3 else "ID..."
    return f"`memdeck pulse back {ids}`"
