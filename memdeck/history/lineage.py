"""Where an item of MEMORY.md comes from and where it is said again; where a line of a log went.

The journal knows for certain what memdeck promoted. All else is likeness, with
its measure beside it, as nine of ten lines are reworded on their way and half of
all items have no single source.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, TypeVar

from memdeck.curated.likeness import likeness, said, scores
from memdeck.curated.records import Origin, Record
from memdeck.curated.sections import parse_memory
from memdeck.daily.days import read_day
from memdeck.history.changes import REWORDED
from memdeck.history.past import Past, Step, steps_of, without_steps
from memdeck.history.versions import Version, never
from memdeck.model import Day, Entry, Item, LogItem, Notes

WINDOW: Final = 31
"""Days of logs that are searched before an item came, and from the newest back."""
MENTIONS: Final = 20
_WENT: Final = 3
_NEAR: Final = 5
_SLICE: Final = 400
"""Lines that are compared before it is asked whether to stop: a millisecond or two."""


_Line = TypeVar("_Line", Item, LogItem)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, to go to."""

    file: str
    """Relative to the workspace, with `/`."""
    line: int
    """As it stands today, from 1."""
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """The line of a log that an item comes from."""

    place: Place
    day: date | None
    likeness: float
    """Of the two texts, 0 to 100."""
    certain: bool
    """Whether the journal says so; else it is the likest line of its time."""
    there: bool = True
    """Whether the line is still in the log."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that says nearly the same, later."""

    likeness: float
    day: date | None
    place: Place | None = None
    """Of a line of a log."""
    entry: Entry | None = None
    """Of the notes."""


@dataclass(frozen=True, slots=True)
class ItemLineage:
    """All that is known of an item's life."""

    item: Item
    source: Source | None = None
    steps: tuple[Step, ...] = ()
    """How it was reworded, newest first; the last is how it came. Empty when no version has it."""
    mentions: tuple[Mention, ...] = ()
    """Later than it came, newest first."""
    more_mentions: int = 0
    """How many are left out."""
    searched: tuple[date, date] | None = None
    """The days in which the source was looked for; None when the journal knew it."""
    unknown: str = ""
    """Why it has no steps, as a sentence; empty when it has."""

    @property
    def came(self) -> Step | None:
        """With which version it came into MEMORY.md; None when no version has it."""
        return self.steps[-1] if self.steps else None

    @property
    def changed(self) -> Step | None:
        """The newest version that changed its words; None when it is as it came."""
        return self.steps[0] if self.steps and self.steps[0].before is not None else None


@dataclass(frozen=True, slots=True)
class Went:
    """What became of a line in MEMORY.md."""

    likeness: float
    certain: bool
    """Whether the journal says so."""
    item: Item | None = None
    """As it is today; None when it is not there any more."""
    version: Version | None = None
    """With which it came, as far as the journal knows."""
    gone: Version | None = None
    """With which it was taken out again."""


@dataclass(frozen=True, slots=True)
class LineLineage:
    """Where a line of a log went."""

    line: LogItem
    went: tuple[Went, ...] = ()
    """What is certain first, then by likeness."""


def lineage_of_item(
    item: Item,
    past: Past,
    days: Sequence[Day],
    notes: Notes | None,
    *,
    threshold: float,
    today: date,
    zone: tzinfo,
    stop: Callable[[], bool] = never,
) -> ItemLineage | None:
    """Where an item of `past.memory` comes from, and where it is said since; None when stopped.

    Of `days`, those near its beginning and the newest are read if they have
    not been. `threshold` is the likeness from which a line counts, 0 to 100.
    Raises GitFailed.
    """
    steps = steps_of(past, item, stop)
    came = steps[-1] if steps else None
    on = came.version.when.astimezone(zone).date() if came else today
    known = _origin_of(came) if came else None
    near = _read(past, days, _span(on - timedelta(days=WINDOW), on), stop)
    searched = None
    if known is not None and came is not None:
        source: Source | None = _recorded(known, item, past, days)
    else:
        texts = {each.before if each.before is not None else each.text for each in steps}
        source = _likest({item.text, *texts}, near, threshold, stop)
        searched = (on - timedelta(days=WINDOW), on)
    later = _read(past, days, _span(max(on, today - timedelta(days=WINDOW)), date.max), stop)
    mentions = list(_said_in_logs(item.text, later, on, source, threshold, stop))
    if notes is not None and not stop():
        since = came.version.when if came else datetime.max.replace(tzinfo=UTC)
        mentions += _said_in_notes(item.text, notes, since, threshold, zone)
    if stop():
        return None
    mentions.sort(key=lambda each: (each.day or date.min, each.likeness), reverse=True)
    return ItemLineage(
        item,
        source,
        steps,
        tuple(mentions[:MENTIONS]),
        max(0, len(mentions) - MENTIONS),
        searched,
        "" if steps else without_steps(past, zone),
    )


def lineage_of_line(
    line: LogItem, past: Past, *, threshold: float, stop: Callable[[], bool] = never
) -> LineLineage | None:
    """Where a line of a log went in MEMORY.md; None when stopped. Raises GitFailed."""
    went: list[Went] = []
    for version in past.versions.versions:
        record = version.record
        if record is None or not version.stands or not _comes_from(record, line):
            continue
        went.append(_became(line, version, record, past, stop))
        if stop():
            return None
    known = {each.item.id for each in went if each.item is not None}
    for item, score in _like(line.text, past.memory.items, threshold)[:_WENT]:
        if item.id not in known:
            went.append(Went(score, certain=False, item=item))
    return LineLineage(line, tuple(went))


# --- An item ---------------------------------------------------------------


def _origin_of(step: Step) -> Origin | None:
    """The line of a log that the journal has for a promotion."""
    record = step.version.record
    if record is None or not record.origins:
        return None
    put = _texts_put_in(record)
    if len(put) == len(record.origins):
        # One item for each line, in their order.
        best = max(range(len(put)), key=lambda index: likeness(put[index], step.text))
        return record.origins[best]
    return max(record.origins, key=lambda each: likeness(each.text, step.text))


def _texts_put_in(record: Record) -> list[str]:
    put = b"\n".join(splice.new for splice in record.splices)
    sections = parse_memory(put)
    return [item.text for section in sections for item in section.items if not item.depth]


def _recorded(origin: Origin, item: Item, past: Past, days: Sequence[Day]) -> Source:
    """The line that the journal names, as it stands today."""
    score = likeness(origin.text, item.text)
    day = next((each for each in days if origin.file in {file.name for file in each.files}), None)
    if day is not None:
        lines = [
            each for each in read_day(past.versions.root, day).items if each.file == origin.file
        ]
        same = [each for each in lines if each.digest == origin.digest]
        # Of several that say the same the nearest: lines may have been put above it since.
        found = min(same, key=lambda each: abs(each.line - origin.line), default=None)
        if found is not None:
            return Source(_place(found), day.date, score, certain=True)
    place = Place(origin.file, origin.line, origin.text)
    return Source(place, day.date if day else None, score, certain=True, there=False)


def _likest(
    texts: Collection[str], days: Sequence[Day], threshold: float, stop: Callable[[], bool]
) -> Source | None:
    """The line of these days that is most like one of the texts; of equal ones the first."""
    best: Source | None = None
    for day in sorted(days, key=lambda each: each.date):
        for text in sorted(texts):
            for line, score in _alike_lines(text, day, threshold, stop):
                if best is None or score > best.likeness:
                    best = Source(_place(line), day.date, score, certain=False)
    return best


def _said_in_logs(
    text: str,
    days: Sequence[Day],
    since: date,
    source: Source | None,
    threshold: float,
    stop: Callable[[], bool],
) -> Iterator[Mention]:
    for day in days:
        if day.date < since:
            continue
        for line, score in _alike_lines(text, day, threshold, stop):
            if source is None or (line.file, line.line) != (source.place.file, source.place.line):
                yield Mention(score, day.date, _place(line))


def _alike_lines(
    text: str, day: Day, threshold: float, stop: Callable[[], bool]
) -> Iterator[tuple[LogItem, float]]:
    """The lines of a day that may be promoted and are alike: never a transcript's, a machine's."""
    lines = [each for each in day.items if each.candidate]
    for start in range(0, len(lines), _SLICE):
        if stop():
            return
        yield from _like(text, lines[start : start + _SLICE], threshold)


def _like(text: str, lines: Sequence[_Line], threshold: float) -> list[tuple[_Line, float]]:
    """The lines that are alike, best first."""
    mine = said(text)
    if not mine:
        return []
    words = [said(each.text) for each in lines]
    likes = scores(mine, words, threshold)
    found = [(each, likes[one]) for each, one in zip(lines, words, strict=True) if one in likes]
    return sorted(found, key=lambda pair: -pair[1])


def _said_in_notes(
    text: str, notes: Notes, since: datetime, threshold: float, zone: tzinfo
) -> Iterator[Mention]:
    mine = said(text)
    for repository in notes.repositories:
        for entry in repository.entries:
            moment = entry.moment
            if not mine or moment is None or moment < since:
                continue
            value = entry.value
            words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            # The key may be the line's subject: it counts where that makes it liker.
            likes = scores(mine, [said(words), said(f"{entry.key} {words}")], threshold)
            if likes:
                yield Mention(max(likes.values()), moment.astimezone(zone).date(), entry=entry)


def _span(first: date, last: date) -> Callable[[date], bool]:
    return lambda day: first <= day <= last


def _read(
    past: Past, days: Sequence[Day], wanted: Callable[[date], bool], stop: Callable[[], bool]
) -> list[Day]:
    """The days that are wanted, read where they have not been."""
    found = []
    for day in days:
        if stop():
            break
        if wanted(day.date):
            found.append(read_day(past.versions.root, day))
    return found


def _place(line: LogItem) -> Place:
    return Place(line.file, line.line, line.text)


# --- A line ----------------------------------------------------------------


def _comes_from(record: Record, line: LogItem) -> bool:
    return any(
        (each.file, each.digest) == (line.file, line.digest)
        or (each.file, each.line, each.text) == (line.file, line.line, line.text)
        for each in record.origins
    )


def _became(
    line: LogItem, version: Version, record: Record, past: Past, stop: Callable[[], bool]
) -> Went:
    """What is there today of what a promotion put in."""
    put = _texts_put_in(record)
    places = [index for index, each in enumerate(record.origins) if each.digest == line.digest]
    if len(put) == len(record.origins) and places:
        put = [put[index] for index in places]
    near = [pair for text in put for pair in _like(text, past.memory.items, REWORDED)]
    near.sort(key=lambda pair: -pair[1])
    for item, _ in near[:_NEAR]:
        if stop():
            break
        exact = any(said(item.text) == said(text) for text in put)
        if exact or any(each.version.id == version.id for each in steps_of(past, item, stop)):
            return Went(likeness(line.text, item.text), True, item, version)
    return Went(0.0, True, None, version, _taken_out(record, past))


def _taken_out(record: Record, past: Past) -> Version | None:
    """The newest operation that took out what this one had put in."""
    put = {each.strip() for splice in record.splices for each in splice.new.split(b"\n")} - {b""}
    for version in past.versions.versions:
        later = version.record
        if later is None or later.id == record.id:
            if later is not None:
                break
            continue
        if version.stands and any(
            line.strip() in put for splice in later.splices for line in splice.old.split(b"\n")
        ):
            return version
    return None
