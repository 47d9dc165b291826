"""The alarm over the memory of a workspace: compares what is there with what was last seen.

Whoever reads the workspace compares, the dashboard and commands alike, also
with what was seen before a restart. A loss is remembered with its lines before
it is told.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from memdeck.curated.journal import Journal
from memdeck.curated.likeness import normalised
from memdeck.curated.planning.locate import section_at
from memdeck.curated.planning.outline import outline
from memdeck.curated.putting_back import PutBack, Span, own_items
from memdeck.curated.records import Record
from memdeck.curated.sections import read_memory
from memdeck.curated.undo import digest_of
from memdeck.errors import MemdeckError, Refused
from memdeck.live.alarm import key_of, loss, put_in, settled, steps, taken_out, version_of
from memdeck.live.log_alarm import LogLoss, log_loss, said_lines, shrunk
from memdeck.live.seen import BegunAnew, Kept, Ledger, Seen, SeenLog
from memdeck.markdown import line_starts
from memdeck.model import (
    Alarm,
    AlarmKind,
    AlarmState,
    Day,
    Deck,
    LogFile,
    LostLines,
    MemoryFile,
)
from memdeck.text import show
from memdeck.workspace import Workspace

SLACK: Final = timedelta(seconds=5)
"""An operation of memdeck may have begun shortly before the version that it was done to was seen
by another memdeck."""

LATELY: Final = 200
"""Operations of memdeck that are looked at: more are not done between two readings."""

Records = Callable[[], Sequence[Record]]


class AlarmReader:
    """Compares again when MEMORY.md, a log or what is remembered has changed."""

    def __init__(self, workspace: Workspace) -> None:
        self.seen: Final = Seen(workspace.state_folder)
        self._root = workspace.root
        self._compared: tuple[object, ...] = ()
        self._alarms: tuple[Alarm, ...] = ()
        self._problem: str | None = None
        self._logs: dict[str, SeenLog] = {}
        self._logs_from: tuple[object, ...] = ()
        self._days: dict[date, Day] = {}
        self._told: set[str] = set()

    def read(
        self, deck: Deck, records: Records, now: datetime
    ) -> tuple[tuple[Alarm, ...], str | None]:
        """The open alarms, newest first, and why there can be none, in words.

        `records` gives what memdeck did of late, newest first; it is asked when
        MEMORY.md has changed.
        """
        source = (deck.memory, deck.days, deck.today, self.seen.stamp)
        if self._compared == source:
            return self._alarms, self._problem
        nothing = not deck.memory.exists and not deck.days and source[-1] is None
        try:
            found = ((), None) if nothing else self._compared_anew(deck, records, now)
            self._alarms, self._problem = found
        except MemdeckError as error:
            self._problem = str(error)
        stamp = self.seen.stamp
        self._compared = (*source[:-1], stamp)
        self._logs_from = (stamp, deck.today)
        return self._alarms, self._problem

    def _compared_anew(
        self, deck: Deck, records: Records, now: datetime
    ) -> tuple[tuple[Alarm, ...], str | None]:
        """The alarms, and what is to be told of a file that was damaged. Raises Unusable."""
        try:
            return self._compare(deck, records, now), None
        except BegunAnew as told:
            return self._compare(deck, records, now), str(told)

    def _compare(self, deck: Deck, records: Records, now: datetime) -> tuple[Alarm, ...]:
        with self.seen.transaction() as ledger:
            _compare_memory(ledger, deck.memory, records, now)
            self._compare_logs(ledger, deck, now)
            _find_again(ledger, deck)
            return ledger.alarms(AlarmState.OPEN)

    # --- Logs --------------------------------------------------------------

    def _compare_logs(self, ledger: Ledger, deck: Deck, now: datetime) -> None:
        near = {deck.today, deck.today - timedelta(days=1)}
        state = (self.seen.stamp, deck.today)
        if self._logs_from != state:
            # Another memdeck wrote, or the day changed: everything is looked at.
            self._logs, self._days = ledger.logs(), {}
        # One that was empty for a moment may be as it was before.
        self._told = {name for _, kind, name, _ in ledger.lost_keys() if kind is AlarmKind.LOG}
        changed: dict[str, SeenLog | None] = {}
        for day in deck.days:
            if self._days.get(day.date) is not day:
                changed |= self._changed_logs(ledger, day, day.date in near, now)
        if deck.logs_problem is None:
            changed |= self._gone_logs(ledger, deck.days, near, now)
        ledger.see_logs(changed)
        for name, log in changed.items():
            if log is None:
                self._logs.pop(name, None)
            else:
                self._logs[name] = log
        self._days = {day.date: day for day in deck.days}

    def _changed_logs(
        self, ledger: Ledger, day: Day, near: bool, now: datetime
    ) -> Iterator[tuple[str, SeenLog]]:
        for file in day.files:
            if file.problem is not None:
                continue
            data = file.data if file.parsed else None
            seen = SeenLog(file.size if data is None else len(data), data if near else None)
            known = self._logs.get(file.name)
            if known == seen and file.name not in self._told:
                continue
            if known is not None and not _compare_log(ledger, day, file, known, now):
                continue
            yield file.name, seen

    def _gone_logs(
        self, ledger: Ledger, days: Sequence[Day], near: Iterable[date], now: datetime
    ) -> Iterator[tuple[str, None]]:
        there = {file.name: file.size for day in days for file in day.files}
        renamed = {size for name, size in there.items() if name not in self._logs}
        for name, known in self._logs.items():
            if name in there:
                continue
            on = next((each for each in near if each.isoformat() in name), None)
            day = next((each for each in days if each.date == on), None)
            if known.data is None or on is None or known.size in renamed:
                # Old logs are put away by people and programs all the time.
                yield name, None
            elif _compare_gone(ledger, name, known.data, day, now):
                yield name, None


# --- MEMORY.md -------------------------------------------------------------


def _compare_memory(ledger: Ledger, memory: MemoryFile, records: Records, now: datetime) -> None:
    """Raise an alarm for what MEMORY.md lost since it was last seen, and remember it as it is."""
    unread = memory.problem is not None and not memory.data
    if unread or not settled(memory.data):
        return
    last = ledger.last()
    if last is None and not memory.data:
        return
    if last is not None and last.digest == digest_of(memory.data):
        return
    if read_memory(memory.path, memory) is not memory:
        # It has changed again. Another memdeck may have seen that already, and would be told of
        # a loss by what is old; whoever changed it has woken the reader.
        return
    _judge(ledger, memory.path, memory.data, records, now)


def _judge(ledger: Ledger, path: Path, data: bytes, records: Records, now: datetime) -> bool:
    """Raise an alarm for what `data` lacks of the version seen last, and remember it.

    Whether it was remembered: a file that is empty for a moment is not, without an answer.
    """
    last = ledger.last()
    if last is None:
        ledger.add(version_of(data), data, now)
        return True
    if last.digest == digest_of(data):
        return True
    lately = [each for each in records() if each.path == path]
    since = [each for each in lately if each.time >= last.time - SLACK]
    name, before = path.name, last.data
    retired, ours = taken_out(since), put_in(lately)
    # What an operation made and was seen since is not made once more when the file is put back.
    times = ledger.times()
    unseen = [
        each for each in since if each.after_hash not in times or times[each.after_hash] < each.time
    ]
    for step in steps(before, data, unseen):
        if not step.ours:
            found = loss(before, step.data, ledger.versions(), retired, ours)
            emptied = _id(AlarmKind.EMPTIED, name, digest_of(before))
            if found is not None:
                early = found.kind is AlarmKind.EMPTIED
                after = digest_of(step.data)
                alarm_id = emptied if early else _id(found.kind, name, digest_of(before), after)
                meant = ledger.state_of(alarm_id) is AlarmState.DISMISSED
                if not meant:
                    lost = _lost(before, found.spans, sections=True)
                    ledger.raise_alarm(
                        Alarm(
                            *(alarm_id, found.kind, name, now, found.words, lost, found.count),
                            *(digest_of(before), after),
                        ),
                        Kept(before, found.spans),
                        _item_keys(before, found.spans),
                    )
                if early and not meant:
                    # A file that is empty for a moment is compared with this version again.
                    return False
            if ledger.state_of(emptied) is AlarmState.OPEN:
                ledger.settle(emptied, AlarmState.RECOVERED)
        ledger.add(version_of(step.data), step.data, now)
        before = step.data
    return True


def remember_written(
    workspace: Workspace,
    journal: Journal,
    now: Callable[[], datetime],
    before: bytes,
    after: bytes,
    began: datetime,
) -> None:
    """Count as seen what memdeck wrote, and what it was made of: for `MemoryStore`.

    So what is dropped later is missed, though no dashboard was watching. What others took out
    before is told as ever. Another memdeck that watches may have seen it first, and what became
    of it since: then that stands. Raises Unusable.
    """
    path, made = workspace.memory_path, digest_of(after)
    with Seen(workspace.state_folder).transaction() as ledger:
        last, times = ledger.last(), ledger.times()
        seen = times.get(made)
        if last is not None and (last.digest == made or (seen is not None and seen > began)):
            return
        moment = now()
        # What was seen since this began may only be what others made of it.
        later = last is not None and last.time > began and digest_of(before) in times
        if not later and (before or last is not None):
            records = partial(journal.records, LATELY)
            if not _judge(ledger, path, before, records, moment):
                return
        ledger.add(version_of(after), after, moment)


def _item_keys(data: bytes, spans: Sequence[Span]) -> list[bytes]:
    """What the items in spans of MEMORY.md say, as keys."""
    return [
        key_of(normalised(item.text))
        for item in own_items(outline(data))
        if any(start <= item.start < end for start, end in spans)
    ]


# --- A log -----------------------------------------------------------------


def _compare_log(ledger: Ledger, day: Day, file: LogFile, known: SeenLog, now: datetime) -> bool:
    """Raise an alarm for what a log lost; whether it may be remembered as it is."""
    if known.data is None or not file.parsed:
        size = known.size if known.data is None else len(known.data)
        now_size = len(file.data) if file.parsed else file.size
        found = shrunk(file.name, size, now_size)
        before, after = b"%d" % size, b"%d" % now_size if now_size else b""
    else:
        others = [each.data for each in day.files if each is not file]
        found = log_loss(file.name, known.data, file.data, others)
        before, after = known.data, file.data
    return _settle_log(ledger, file.name, before, after, found, now)


def _compare_gone(ledger: Ledger, name: str, before: bytes, day: Day | None, now: datetime) -> bool:
    """Raise an alarm for a log of today or yesterday that is gone; whether to forget it."""
    others = [each.data for each in (day.files if day else ())]
    return _settle_log(ledger, name, before, b"", log_loss(name, before, b"", others), now)


def _settle_log(
    ledger: Ledger, name: str, before: bytes, after: bytes, found: LogLoss | None, now: datetime
) -> bool:
    emptied = _id(AlarmKind.LOG, name, digest_of(before))
    early = not after and found is not None
    if found is not None:
        alarm_id = (
            emptied if early else _id(AlarmKind.LOG, name, digest_of(before), digest_of(after))
        )
        if ledger.state_of(alarm_id) is not AlarmState.DISMISSED:
            whole = before if found.spans else b""
            lost = _lost(whole, found.spans, sections=False)
            alarm = Alarm(
                *(alarm_id, AlarmKind.LOG, name, now, found.words, lost, found.count),
                *((digest_of(before), digest_of(after)) if found.spans else ("", "")),
            )
            keys = [key_of(words) for words in _said_in(whole, found.spans)]
            ledger.raise_alarm(alarm, Kept(whole, found.spans), keys)
            if early:
                # As with MEMORY.md: a log that is empty for a moment is compared again.
                return False
    if not early and ledger.state_of(emptied) is AlarmState.OPEN:
        ledger.settle(emptied, AlarmState.RECOVERED)
    return True


def _said_in(data: bytes, spans: Sequence[Span]) -> Iterator[str]:
    for (start, _), words in said_lines(data):
        if any(low <= start < high for low, high in spans):
            yield words


# --- Alarms ----------------------------------------------------------------


def _find_again(ledger: Ledger, deck: Deck) -> None:
    """Settle the alarms whose lost lines are all there again, whoever put them back."""
    there: dict[str, Counter[bytes]] = {}
    for alarm_id, kind, name, keys in ledger.lost_keys():
        if not keys:
            continue
        if kind is not AlarmKind.LOG:
            if deck.memory.data and name not in there:
                there[name] = version_of(deck.memory.data).keys
        elif name not in there:
            there[name] = _said_on_the_day_of(deck.days, name)
        if keys <= there.get(name, Counter()):
            ledger.settle(alarm_id, AlarmState.RECOVERED)


def _said_on_the_day_of(days: Sequence[Day], name: str) -> Counter[bytes]:
    """What all files of the day of a log say."""
    day = next((each for each in days if each.date.isoformat() in name), None)
    files = [file.data for file in day.files] if day else []
    return Counter(key_of(words) for data in files for _, words in said_lines(data))


def _lost(data: bytes, spans: Sequence[Span], *, sections: bool) -> tuple[LostLines, ...]:
    starts = line_starts(data)
    return tuple(
        LostLines(
            data[start:end],
            bisect_right(starts, start),
            section_at(data, start + 1) if sections else "",
        )
        for start, end in spans
    )


def _id(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:12]


def restore_operation(seen: Seen, alarm: Alarm) -> PutBack:
    """What puts the lost items of MEMORY.md back where they were: for `MemoryStore.apply`.

    Raises Refused for an alarm about a log (see `append_lost`), NothingFound for one that was
    forgotten, Unusable.
    """
    if alarm.kind is AlarmKind.LOG:
        raise Refused(
            f"{show(alarm.file)} is a log, to which lines are only added: the lost ones can be "
            "appended to it."
        )
    kept = seen.kept(alarm.id)
    return PutBack(kept.data, kept.spans)


def append_lost(root: Path, alarm: Alarm) -> tuple[Path, int]:
    """Append the lost lines of a log to it, as logs are never rewritten; its path and their line.

    Raises Refused when there are none to append or the log may not be written, Unusable.
    """
    from memdeck.daily.append import append_lines

    lines = b"".join(
        each.data if each.data.endswith((b"\n", b"\r")) else each.data + b"\n"
        for each in alarm.lost
    )
    if alarm.kind is not AlarmKind.LOG or not lines:
        raise Refused(
            f"What {show(alarm.file)} lost had not been seen, so nothing was written; "
            "look for it in git's history or in a backup."
        )
    path = root / alarm.file
    return path, append_lines(root, path, lines)
