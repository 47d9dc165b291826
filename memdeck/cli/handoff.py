"""`memdeck handoff`: what an agent finds when it starts now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

import click

from memdeck.agents import agent_name
from memdeck.cli.call import OPERATOR, Call, pass_call
from memdeck.cli.output import document, narrate, told
from memdeck.cli.plain import value_text
from memdeck.handoff import HandedNote, HandOff, LeftOn, LineSince
from memdeck.model import LogItem
from memdeck.secrets import covered_value, hidden_if_named
from memdeck.text import plural, show, thin

_UNREAD: Final = "*"


@click.command("handoff")
@click.option("--agent", metavar="B", help="The agent that starts; marks what is new to it.")
@click.option("--branch", metavar="X", help="The branch it starts on, instead of the current.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_call
def handoff_command(call: Call, agent: str | None, branch: str | None, as_json: bool) -> None:
    """Show what agent B finds when it starts now.

    What today and yesterday leave: blocked, open, decided, completed; the
    branch's notes; what is new since the last beat of B. Exit code 0 also when
    there is nothing: who starts first has done nothing wrong.
    """
    from memdeck.live.handing import read_hand_off

    workspace = call.workspace()
    named = agent_name(agent) if agent is not None else call.actor
    who = None if agent is None and named == OPERATOR else named
    found = read_hand_off(workspace, call.now(), agent=who, branch=branch)
    for words in found.remarks:
        narrate(words)
    if as_json:
        document(covered_value(hand_off_document(found)))
        return
    for line in hand_off_lines(found, call.now(), workspace.zone):
        told(line)


# --- As JSON -----------------------------------------------------------------


def hand_off_document(found: HandOff) -> dict[str, Any]:
    """The hand-off as the documented JSON; times are ISO 8601 in UTC."""
    return {
        "agent": found.agent,
        "branch": found.branch,
        "date": found.today.isoformat(),
        "since": _stamp(found.since),
        "left_on": found.left_on.isoformat() if found.left_on else None,
        "completed": [_left(each, day) for day in found.left for each in day.completed],
        "decisions": [_left(each, day) for day in found.left for each in day.decisions],
        "blocked": [_left(each, day) for day in found.left for each in day.blocked],
        "open": [_left(each, day) for day in found.left for each in day.open],
        "logged": [_item(each) for each in found.logged],
        "notes": [
            {
                "key": note.entry.key,
                "value": note.entry.value,
                "timestamp": note.entry.timestamp,
                "unread": note.unread,
            }
            for note in found.notes
        ],
        "lines_since": [
            {**_item(each.item), "when": _stamp(each.when), "perhaps": each.perhaps}
            for each in found.lines_since
        ],
        "last": {
            "tier": found.last.tier,
            "when": _stamp(found.last.when),
            "words": found.last.words,
            "actor": found.last.actor,
        }
        if found.last
        else None,
        "agents": list(found.agents),
    }


def _item(item: LogItem) -> dict[str, Any]:
    return {"file": item.file, "line": item.line, "text": item.text}


def _left(item: LogItem, day: LeftOn) -> dict[str, Any]:
    return {**_item(item), "date": day.date.isoformat()}


def _stamp(moment: datetime | None) -> str | None:
    """As notes and heartbeats write a moment."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


# --- As text -----------------------------------------------------------------


def hand_off_lines(found: HandOff, now: datetime, zone: tzinfo) -> Iterator[str]:
    """The hand-off for a person, line by line; times are of `zone`."""
    to = f"to {show(found.agent)}" if found.agent else "to whoever starts"
    branch = f" on {show(found.branch)}" if found.branch else ""
    yield f"Hand-off {to}{branch} · {found.today.isoformat()}"
    since = show(found.since_words)
    if found.since is not None:
        since += f", {_time(found.since, zone)} ({_ago(now - found.since)})"
    elif found.agent and found.agents:
        since += f" (there are beats of {', '.join(show(each) for each in found.agents)})"
    yield f"{since[0].upper()}{since[1:]}."
    if found.last is not None:
        by = f", by {show(found.last.actor)}" if found.last.actor else ""
        words = show(found.last.words)
        what = words if words == found.last.tier else f"{found.last.tier}, {words}"
        yield f"Last written: {what}{by}, {_time(found.last.when, zone)}."
    if found.nothing:
        yield ""
        yield "Nothing was left for it: the logs of today and yesterday and the notes say nothing."
        return
    yield from _part("Blocked", [(day.date, day.blocked) for day in found.left], found.today)
    yield from _part("Open", [(day.date, day.open) for day in found.left], found.today)
    yield from _part("Decisions", [(day.date, day.decisions) for day in found.left], found.today)
    yield from _part("Completed", [(day.date, day.completed) for day in found.left], found.today)
    yield from _logged(found)
    yield from _notes(found)
    if found.agent is not None:
        yield from _lines(found.lines_since, zone)


def _part(title: str, days: Sequence[tuple[date, Sequence[LogItem]]], today: date) -> Iterator[str]:
    """A part of what both days leave, today first."""
    said = [(on, items) for on, items in days if items]
    if not said:
        yield ""
        yield f"{title}: nothing"
    for on, items in said:
        yield ""
        yield f"{title} today" if on == today else f"{title} on {on.isoformat()}"
        yield from _items(items)


def _logged(found: HandOff) -> Iterator[str]:
    """The last lines of a day, where none of them says that something is blocked, open, ..."""
    if found.logged_on is None:
        return
    day = "today" if found.logged_on == found.today else f"on {found.logged_on.isoformat()}"
    before = f", the last {thin(len(found.logged))} of {{}}" if found.logged_before else ""
    lines = plural(len(found.logged) + found.logged_before, "line")
    yield ""
    yield f"Logged {day}, none of it marked as any of these{before.format(lines)}"
    yield from _items(found.logged)


def _items(items: Sequence[LogItem]) -> Iterator[str]:
    for item in items:
        yield f"  {'  ' * min(item.depth, 4)}- {show(item.text)}  {show(item.place)}"


def _notes(found: HandOff) -> Iterator[str]:
    yield ""
    unread = f", {thin(found.unread)} unread ({_UNREAD})" if found.unread else ""
    count = plural(len(found.notes), "note")
    yield f"Notes: {count}{unread}" if found.notes else "Notes: nothing"
    yield from (_note(each) for each in found.notes)


def _note(note: HandedNote) -> str:
    mark = _UNREAD if note.unread else " "
    entry = note.entry
    value = hidden_if_named(entry.key, value_text(entry.value))
    return f"{mark} {show(entry.key)}  {show(entry.timestamp)}  {show(value)}"


def _lines(lines: Sequence[LineSince], zone: tzinfo) -> Iterator[str]:
    sure = [each for each in lines if not each.perhaps]
    perhaps = [each for each in lines if each.perhaps]
    yield ""
    yield f"New lines of the logs: {thin(len(sure)) if sure else 'nothing'}"
    yield from (_line(each, zone) for each in sure)
    if perhaps:
        yield ""
        yield f"Perhaps new, as their file was written since: {thin(len(perhaps))}"
        yield from (_line(each, zone) for each in perhaps)


def _line(line: LineSince, zone: tzinfo) -> str:
    # One that begins with its time says it already.
    said = line.when is None or line.item.time is not None
    when = "" if said or line.when is None else f"{_time(line.when, zone)}  "
    return f"  - {when}{show(line.item.text)}  {show(line.item.place)}"


def _time(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _ago(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{plural(minutes, 'minute')} ago"
    if minutes < 48 * 60:
        return f"{plural(minutes // 60, 'hour')} ago"
    return f"{plural(minutes // (24 * 60), 'day')} ago"
