"""What an agent finds when it starts now: what was left, what is new to it, who wrote last.

Decided from what has been read; nothing here touches disk or git. When a line
of a log was written is not always known: then it says "perhaps".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from memdeck.curated.likeness import normalised
from memdeck.daily.days import days_of
from memdeck.daily.timed import timed_items
from memdeck.left import Left, left_of
from memdeck.model import Beat, Deck, Entry, LastChange, LogFile, LogItem
from memdeck.nearest import nearest
from memdeck.notes.reader import latest_entries
from memdeck.pulse.beats import Beats
from memdeck.text import plural

MOST_DAYS: Final = 7
"""How many days, back from today, lines are looked for in that are new to an agent."""
MOST_LOGGED: Final = 12
"""How many of today's lines are told when none of them says what it is."""
_MINUTE: Final = timedelta(minutes=1)
_OLDEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HandedNote:
    """What the branch remembers under a key."""

    entry: Entry
    unread: bool | None
    """Whether it is newer than the agent's last beat; None when no agent is named."""


@dataclass(frozen=True, slots=True)
class LineSince:
    """A line of a log that is new to the agent."""

    item: LogItem
    when: datetime | None
    """By its own time, or that of its heading; None when neither says it."""
    perhaps: bool
    """Whether only the file is known to have changed since."""


@dataclass(frozen=True, slots=True)
class LeftOn:
    """What the logs of a day leave, each part in the order of the files."""

    date: date
    blocked: tuple[LogItem, ...]
    open: tuple[LogItem, ...]
    """What is still to be done."""
    decisions: tuple[LogItem, ...]
    completed: tuple[LogItem, ...]


@dataclass(frozen=True, slots=True, eq=False)
class HandOff:
    """What an agent finds when it starts."""

    agent: str | None
    """None when nobody is named."""
    branch: str | None
    """None when there is no repository."""
    today: date
    since: datetime | None
    """The agent's last beat; None without one."""
    agents: tuple[str, ...]
    """All that have a beat, the most recently seen one first."""
    left_on: date | None
    """The newest day that leaves something: today, else yesterday; None when neither does."""
    completed: tuple[LogItem, ...]
    """Of `left_on`, as `decisions`, `blocked` and `open`; `left` has both days."""
    decisions: tuple[LogItem, ...]
    blocked: tuple[LogItem, ...]
    notes: tuple[HandedNote, ...]
    """The latest entry of each key, newest first."""
    lines_since: tuple[LineSince, ...]
    """Oldest day first; none when no agent is named."""
    last: LastChange | None
    """What was written last of all, and by whom where that is known."""
    remarks: tuple[str, ...] = ()
    """What could not be read, and names that nobody knows, in words."""
    open: tuple[LogItem, ...] = ()
    """What is still to be done."""
    left: tuple[LeftOn, ...] = ()
    """What today and yesterday leave, today first; a day that leaves nothing is not in it."""
    logged: tuple[LogItem, ...] = ()
    """The last lines of `logged_on`, newest last."""
    logged_before: int = 0
    """How many more lines of that day there are before `logged`."""
    logged_on: date | None = None
    """Today, or yesterday while today has no line: where no line of it says what it is; else None.
    """

    @property
    def unread(self) -> int:
        """How many notes are new to the agent."""
        return sum(1 for note in self.notes if note.unread)

    @property
    def since_words(self) -> str:
        """What everything is held against, in words, without its time."""
        if self.agent is None:
            return "no agent is named, so nothing is marked as new"
        if self.since is None:
            return f"no beat of {self.agent} yet: everything is new to it"
        return f"since the last beat of {self.agent}"

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to hand over at all."""
        return not (self.left or self.logged or self.notes or self.lines_since)


def hand_off(
    deck: Deck,
    beats: Beats,
    *,
    agent: str | None,
    branch: str | None,
    zone: tzinfo,
) -> HandOff:
    """What `agent` finds when it starts now on `branch`, the one that is checked out unless given.

    `zone` is that of the times in logs. Days are taken as far as they have
    been read; `days_needed` says which.
    """
    seen = beats.last_by_agent()
    beat = seen.get(agent) if agent is not None else None
    since = beat.moment if beat else None
    left = tuple(_left(deck))
    newest = left[0] if left else None
    logged_on, logged = _logged(deck, left, zone)
    where = branch if branch is not None else deck.notes.branch
    return HandOff(
        agent=agent,
        branch=where,
        today=deck.today,
        since=since,
        agents=tuple(seen),
        left_on=newest.date if newest else None,
        completed=newest.completed if newest else (),
        decisions=newest.decisions if newest else (),
        blocked=newest.blocked if newest else (),
        notes=tuple(_notes(deck, where, agent, since)),
        lines_since=tuple(_lines_since(deck, agent, since, zone)),
        last=max(deck.changes, key=lambda change: change.when, default=None),
        remarks=tuple(_remarks(deck, beats, agent, since, zone)),
        open=newest.open if newest else (),
        left=left,
        logged=logged[-MOST_LOGGED:],
        logged_before=max(0, len(logged) - MOST_LOGGED),
        logged_on=logged_on,
    )


def days_needed(today: date, beat: Beat | None, zone: tzinfo) -> frozenset[date]:
    """The days that must have been read: today and yesterday, and those since the beat."""
    begin = _first_day(today, beat.moment if beat else None, zone)
    return frozenset(today - timedelta(days=each) for each in range((today - begin).days + 1))


# --- What was left -----------------------------------------------------------


def _left(deck: Deck) -> Iterator[LeftOn]:
    """What today and yesterday leave, today first.

    What was blocked or open yesterday and is completed today, in the same
    words, is not told again.
    """
    done: set[str] = set()
    for on in _two_days(deck.today):
        day = days_of(deck.days, on)
        if day is None:
            continue
        found = [each for file in day.files for each in left_of(file.sections)]
        parts = {part: tuple(item for item, of in found if of is part) for part in Left}
        for part in (Left.BLOCKED, Left.OPEN):
            parts[part] = tuple(each for each in parts[part] if normalised(each.text) not in done)
        done |= {normalised(each.text) for each in parts[Left.COMPLETED]}
        if any(parts.values()):
            yield LeftOn(on, *(parts[part] for part in Left))


def _logged(
    deck: Deck, left: Sequence[LeftOn], zone: tzinfo
) -> tuple[date | None, tuple[LogItem, ...]]:
    """The newer of both days that has lines, with these, if it leaves nothing.

    In the order of their times, if all have one.
    """
    for on in _two_days(deck.today):
        day = days_of(deck.days, on)
        files = sorted(day.files, key=lambda file: (file.modified, file.name)) if day else []
        timed = [each for file in files for each in timed_items(file, on, zone)]
        if not timed:
            continue
        if any(each.date == on for each in left):
            break
        if all(when is not None for _, when in timed):
            timed.sort(key=lambda each: each[1] or _OLDEST)
        return on, tuple(item for item, _ in timed)
    return None, ()


def _two_days(today: date) -> tuple[date, ...]:
    return (today, today - timedelta(days=1)) if today > date.min else (today,)


# --- What is new -------------------------------------------------------------


def _notes(
    deck: Deck, branch: str | None, agent: str | None, since: datetime | None
) -> Iterator[HandedNote]:
    entries = latest_entries(deck.notes, branch)
    for entry in sorted(entries, key=lambda each: each.moment or _OLDEST, reverse=True):
        moment = entry.moment
        # One whose time cannot be read may be new.
        new = since is None or moment is None or moment > since
        yield HandedNote(entry, None if agent is None else new)


def _lines_since(
    deck: Deck, agent: str | None, since: datetime | None, zone: tzinfo
) -> Iterator[LineSince]:
    if agent is None:
        return
    begin = _first_day(deck.today, since, zone)
    same_day = since.astimezone(zone).date() if since is not None else None
    for day in reversed(deck.days):
        if not begin <= day.date <= deck.today:
            continue
        for file in day.files:
            for item, when in timed_items(file, day.date, zone):
                if since is None or day.date != same_day:
                    yield LineSince(item, when, perhaps=False)
                elif (perhaps := _perhaps(when, since, file.modified)) is not None:
                    yield LineSince(item, when, perhaps)


def _first_day(today: date, since: datetime | None, zone: tzinfo) -> date:
    """Where to begin to look: at yesterday without a beat, and never too far back."""
    earliest = date.fromordinal(max(1, today.toordinal() - MOST_DAYS + 1))
    if since is None:
        return _two_days(today)[-1]
    return min(max(since.astimezone(zone).date(), earliest), today)


def _perhaps(when: datetime | None, since: datetime, modified: datetime) -> bool | None:
    """Whether a line is but perhaps later than a moment of its day; None when it is earlier."""
    if modified <= since:
        return None
    if when is None:
        return True
    if when > since:
        return False
    # Times in logs are of the minute.
    return True if when + _MINUTE > since else None


# --- What to say of it -------------------------------------------------------


def _remarks(
    deck: Deck, beats: Beats, agent: str | None, since: datetime | None, zone: tzinfo
) -> Iterator[str]:
    if agent is not None and since is None and (near := nearest(agent, beats.last_by_agent())):
        yield f"There is no beat of {agent}; the nearest name is {near}."
    yield from (each for each in (deck.notes.problem, beats.problem, deck.logs_problem) if each)
    if deck.notes.primary is not None and deck.notes.primary.problem:
        yield deck.notes.primary.problem
    begin = _first_day(deck.today, since, zone)
    if since is not None and since.astimezone(zone).date() < begin:
        yield f"Lines of logs are looked for in the last {plural(MOST_DAYS, 'day')} only."
    for day in deck.days:
        if begin <= day.date <= deck.today:
            yield from (_problem(file, file.problem) for file in day.files if file.problem)


def _problem(file: LogFile, words: str) -> str:
    return words if file.name in words else f"{file.name}: {words}"
