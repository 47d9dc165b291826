"""What was done of late over all tiers: pure, from what has been read.

Each function makes the activities of one source; `feed` puts them into one
list. Who did something is told where the source knows it: a log by its name or
the start of a line, a note by its `agent` field, an operation by its actor, a
commit by its author, a beat by its agent.
"""

from __future__ import annotations

import heapq
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from operator import attrgetter
from typing import Final, NamedTuple

from memdeck.curated.records import Record, State
from memdeck.daily.days import log_date
from memdeck.daily.timed import timed_items
from memdeck.markdown import decode
from memdeck.model import (
    Activity,
    ActivityKind,
    AgentException,
    Beat,
    BeatStatus,
    Dialect,
    Entry,
    ExceptionKind,
    JsonValue,
    LogFile,
    LogItem,
    MemoryFile,
    RepositoryNotes,
)
from memdeck.pulse.beats import parse_beat
from memdeck.pulse.fields import one_line

MOST: Final = 500
"""Activities in all."""
SHARE: Final = 60
"""The newest of each kind that are told in any case: a busy kind must not hide the others."""
AHEAD: Final = timedelta(minutes=5)
"""How far another machine's clock may be ahead."""
ALERT_MARK: Final = b"alert"
"""Stands in the line of every beat that is an exception."""
_MINUTE: Final = timedelta(minutes=1)
_OLDEST: Final = datetime.min.replace(tzinfo=UTC)
_WRITTEN_AS_ASKED: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_LEAD: Final = re.compile(
    r"[\[(@*_`]{0,3}(?P<name>[\w.-]{1,40})[\])*_`]{0,3}\s?(?:[:：]|[-—–]\s|(?<=\]))"
)
_MARKER: Final = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_SEPARATORS: Final = " \t-—–:·|,"

Tokens = Callable[[str, int, int], int | None]
"""What a span of a file costs; None when that is not known."""


class Commit(NamedTuple):
    """A commit of a repository."""

    id: str
    when: datetime
    author: str
    subject: str


# --- Logs ----------------------------------------------------------------------


def log_activities(
    file: LogFile,
    zone: tzinfo,
    *,
    agents: Collection[str] = (),
    tokens: Tokens | None = None,
    seen: Mapping[str, datetime] | None = None,
) -> tuple[Activity, ...]:
    """The newest lines of a log, in its order, each with its time.

    A line without one was noted before the next line that has one, or at the
    latest when the file was last changed; `seen` says, by digest, when lines
    were first seen that were not there before. `agents` are known by name.
    """
    on = log_date(file.name.rpartition("/")[2])
    if on is None:
        return ()
    noted = [
        (item, None if when is None else when.astimezone(UTC))
        for item, when in timed_items(file, on, zone)
    ][-MOST:]
    author = agent_in_name(file.name, agents)
    ends = _end_of(on, zone, file.modified)
    bounds = _latest([when for _, when in noted], ends)
    found = []
    for (item, when), bound in zip(noted, bounds, strict=True):
        first = (seen or {}).get(item.digest)
        # A line is not written after the last change of its file: its time is of something else.
        if when is not None and when <= file.modified + _MINUTE:
            moment, about = when, False
        elif first is not None:
            moment, about = first, False
        else:
            moment, about = bound, True
        words = _without_time(item)
        agent = author or agent_at_start(words, agents)
        cost = tokens(item.file, item.start, item.end) if tokens is not None else None
        found.append(
            Activity(
                *(moment, ActivityKind.LOG, one_line(words), agent, cost, item.place), about=about
            )
        )
    return tuple(found)


def agent_in_name(name: str, agents: Collection[str]) -> str | None:
    """The agent that a log is named for: `memory/2026-02-06-atlas.md`, `..._atlas-1105.md`."""
    slug = name.rpartition("/")[2][10:].removesuffix(".md").lstrip("-_").casefold()
    for agent in sorted(agents, key=len, reverse=True):
        folded = agent.casefold()
        if slug == folded or slug.startswith((f"{folded}-", f"{folded}_")):
            return agent
    return None


def agent_at_start(words: str, agents: Collection[str]) -> str | None:
    """The agent that a line begins with: `atlas: done`, `[atlas] done`, `**atlas** - done`."""
    found = _LEAD.match(words) if agents else None
    name = found["name"].casefold() if found is not None else None
    return next((each for each in agents if each.casefold() == name), None)


def _without_time(item: LogItem) -> str:
    if item.time is None or not item.text.startswith(item.time):
        return item.text
    return item.text[len(item.time) :].lstrip(_SEPARATORS) or item.text


def _end_of(on: date, zone: tzinfo, modified: datetime) -> datetime:
    """When the file of a day was last written to, as far as that is of the day: a file may be
    checked out, or copied, much later."""
    try:
        midnight = datetime.combine(on + timedelta(days=1), time(), zone).astimezone(UTC)
    except OverflowError:
        return modified
    return min(modified, midnight - _MINUTE)


def _latest(times: Sequence[datetime | None], end: datetime) -> list[datetime]:
    """For each line the moment at which it was there at the latest."""
    known = [when for when in times if when is not None]
    falling = len(known) > 1 and known[0] > known[-1]
    before: list[datetime | None] = []
    last: datetime | None = None
    for when in times:
        before.append(last)
        last = when or last
    found = []
    following: datetime | None = None
    for when, previous in zip(reversed(times), reversed(before), strict=True):
        # The newest line of a log stands at its end, or at its beginning.
        near = [each for each in (previous, following) if each is not None]
        at_edge = following is None if not falling else previous is None
        found.append(end if at_edge or not near else min(end, max(near)))
        following = when or following
    return found[::-1]


# --- Notes ---------------------------------------------------------------------


def note_activities(repository: RepositoryNotes) -> tuple[Activity, ...]:
    """The newest entries of a repository's notes, other programs' layouts included."""
    found = [
        Activity(moment, ActivityKind.NOTES, _entry_words(entry), _entry_agent(entry),
                 place=one_line(f"{entry.branch} {entry.key}", 120))
        for entry in _newest(repository.entries)
        if (moment := _moment(entry)) is not None
    ]  # fmt: skip
    for dialect in repository.dialects:
        agent = dialect.name.rpartition("/")[2] if dialect.dialect is Dialect.AGENT else None
        timed = (each for each in dialect.entries if each.when is not None)
        for entry in islice(timed, MOST):
            assert entry.when is not None
            words = one_line(f"{entry.key}: {entry.text}" if entry.text else entry.key)
            place = one_line(f"{dialect.name} {entry.key}", 120)
            found.append(Activity(entry.when, ActivityKind.NOTES, words, agent, place=place))
    return tuple(found)


def agents_in(repository: RepositoryNotes) -> frozenset[str]:
    """The agents that a repository's notes name."""
    fields = (entry.extra.get("agent") for entry in repository.entries)
    said = {each for each in fields if isinstance(each, str)}
    named = {agent for each in said if (agent := _agent_named(each)) is not None}
    refs = (each for each in repository.dialects if each.dialect is Dialect.AGENT)
    return frozenset(named | {each.name.rpartition("/")[2] for each in refs})


def _newest(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The newest of many: times that are written as asked for need not be parsed to compare."""
    plain: list[Entry] = []
    for entry in entries:
        if _WRITTEN_AS_ASKED.fullmatch(entry.timestamp):
            plain.append(entry)
        else:
            yield entry
    yield from heapq.nlargest(MOST, plain, key=attrgetter("timestamp"))


def _moment(entry: Entry) -> datetime | None:
    try:
        return entry.moment.astimezone(UTC) if entry.moment is not None else None
    except OverflowError:
        return None


def _entry_words(entry: Entry) -> str:
    value = entry.value
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return one_line(f"{entry.key}: {said[:2000]}")


def _entry_agent(entry: Entry) -> str | None:
    return _agent_named(entry.extra.get("agent"))


def _agent_named(agent: JsonValue) -> str | None:
    return one_line(agent, 80) if isinstance(agent, str) and agent.strip() else None


# --- MEMORY.md -----------------------------------------------------------------


def operation_activities(
    records: Iterable[Record],
    *,
    memory: MemoryFile | None = None,
    digest: str = "",
    costs: Mapping[str, int] | None = None,
) -> tuple[Activity, ...]:
    """What memdeck did to MEMORY.md, by its journal.

    The line is told of the operation that made the file as it is: `digest` is
    the SHA-256 of `memory`. `costs` are tokens by the id of an operation.
    """
    found = []
    for record in records:
        if record.state is not State.DONE:
            continue
        place = record.path.name
        if memory is not None and digest and record.after_hash == digest and record.splices:
            # Nothing before the first one has moved.
            start = min(each.offset for each in record.splices)
            above = memory.data.count(b"\n", 0, start)
            place = f"{place}:{above + 1}"
        words, tokens = one_line(_done(record)), (costs or {}).get(record.id)
        found.append(
            Activity(record.time, ActivityKind.MEMORY, words, record.actor or None, tokens, place)
        )
    return tuple(found)


def _done(record: Record) -> str:
    """What was done; of what was put in, with its first line."""
    if record.kind not in ("add", "promote") or not record.splices:
        return record.words
    first = _MARKER.sub("", decode(record.splices[0].new).strip().partition("\n")[0])
    return f"{record.words}: {first}" if first else record.words


def operation_tokens(record: Record, after: Tokens, before: Tokens | None) -> int | None:
    """What an operation added to MEMORY.md, less what it took from it; None when not known.

    `after` counts in the file as the operation made it, `before` in the one that it found.
    """
    change = shift = 0
    for splice in sorted(record.splices, key=attrgetter("offset")):
        start = splice.offset + shift
        shift += len(splice.new) - len(splice.old)
        name = record.path.name
        added = after(name, start, start + len(splice.new)) if splice.new else 0
        took: int | None = 0
        if splice.old:
            took = before(name, splice.offset, splice.end) if before is not None else None
        if added is None or took is None:
            return None
        change += added - took
    return change


def memory_changes(
    before: MemoryFile, after: MemoryFile, tokens: Tokens | None = None
) -> tuple[Activity, ...]:
    """What another program did to MEMORY.md between two readings."""
    if after.modified is None or not (before.exists and after.exists):
        return ()
    there = Counter(each.text for each in before.items)
    now = Counter(each.text for each in after.items)
    found = []
    for item in after.items:
        if now[item.text] > there[item.text]:
            now[item.text] -= 1
            cost = tokens("MEMORY.md", item.start, item.end) if tokens is not None else None
            found.append(_memory(after.modified, f"added {item.text}", item.line, cost))
    now = Counter(each.text for each in after.items)
    for item in before.items:
        if there[item.text] > now[item.text]:
            there[item.text] -= 1
            found.append(_memory(after.modified, f"removed {item.text}", None, None))
    return tuple(found) or (_memory(after.modified, "changed", None, None),)


def memory_as_found(
    memory: MemoryFile, records: Sequence[Record], digest: str
) -> tuple[Activity, ...]:
    """That MEMORY.md was changed by another program before it was first read."""
    if memory.modified is None or not memory.data:
        return ()
    if any(each.after_hash == digest for each in records):
        return ()
    return (replace(_memory(memory.modified, "changed", None, None), about=True),)


def _memory(when: datetime, words: str, line: int | None, tokens: int | None) -> Activity:
    place = "MEMORY.md" if line is None else f"MEMORY.md:{line}"
    return Activity(when, ActivityKind.MEMORY, one_line(words), None, tokens, place)


# --- Commits and beats -----------------------------------------------------------


def commit_activities(
    commits: Iterable[Commit], agents: Collection[str] = ()
) -> tuple[Activity, ...]:
    """Commits, by their author; one that is known as an agent is called as that."""
    called = {each.casefold(): each for each in agents}
    found = []
    for commit in commits:
        author = one_line(commit.author, 80)
        agent = called.get(author.casefold(), author) or None
        words = one_line(commit.subject)
        found.append(Activity(commit.when, ActivityKind.COMMIT, words, agent, place=commit.id[:10]))
    return tuple(found)


def parse_alert(line: bytes) -> Activity | None:
    """A line of the record of heartbeats that is an exception."""
    beat = parse_beat(line)
    if beat is None or beat.status is not BeatStatus.ALERT:
        return None
    return beat_activity(beat)


def beat_activity(beat: Beat) -> Activity:
    """A beat with an alert."""
    words = one_line(f"alert: {beat.note}" if beat.note else "alert")
    return Activity(beat.moment, ActivityKind.BEAT, words, one_line(beat.agent, 80))


def exception_activities(inbox: Iterable[AgentException]) -> tuple[Activity, ...]:
    """What is to be told of agents beside their own alerts."""
    return tuple(
        Activity(each.since, ActivityKind.BEAT, one_line(each.words), each.agent)
        for each in inbox
        if each.kind is not ExceptionKind.ALERT
    )


# --- All of them -----------------------------------------------------------------


def feed(parts: Iterable[Sequence[Activity]]) -> tuple[Activity, ...]:
    """The newest of all sources, newest first, `MOST` at most.

    Of each kind the `SHARE` newest are among them. Of two at one moment the
    later one in its source comes first.
    """
    newest = sorted((each for part in parts for each in part), key=attrgetter("when"))[::-1]
    if len(newest) <= MOST:
        return tuple(newest)
    left = dict.fromkeys(ActivityKind, SHARE)
    kept: set[int] = set()
    for index, activity in enumerate(newest):
        if left[activity.kind] > 0:
            left[activity.kind] -= 1
            kept.add(index)
    others = (index for index in range(len(newest)) if index not in kept)
    kept.update(islice(others, MOST - len(kept)))
    return tuple(newest[index] for index in sorted(kept))
