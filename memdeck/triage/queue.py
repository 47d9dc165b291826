"""The queue: every line of the last days that may be worth keeping, best first.

A line that is in MEMORY.md already is not in it, nor one that was skipped or
that waits, nor what comes from a conversation or from another program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from memdeck.curated.comparison import at_once, never
from memdeck.curated.suggest import propose_section
from memdeck.injection import suspicions
from memdeck.model import Deck, Item, LogItem, LogKind, Meaning, Promoted
from memdeck.triage.choices import Choice
from memdeck.triage.containing import Containing
from memdeck.triage.mentions import Mentions
from memdeck.triage.ranking import Evidence, rank
from memdeck.triage.repeats import Line, Repeated, repeated

DAYS: Final = 14
"""How many days are looked at: promotion lags one day in the median, and a fortnight covers a
holiday."""
SAME: Final = 98.0
"""From this likeness to an item of MEMORY.md on, a line is in it already. Three new words in a line
of ten are 96: that line has something to add."""
_MACHINE: Final = re.compile(r"\W*(?:HEARTBEAT_OK|NO_REPLY)\W*")
"""What agents answer when there is nothing to say, and some of them log."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where, when and how something was said."""

    item: LogItem
    day: date


@dataclass(frozen=True, slots=True)
class Like:
    """The item of MEMORY.md that says nearly the same."""

    item: Item
    likeness: float
    """0 to 100."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that was logged and may be worth keeping."""

    id: str
    """12 hex digits: of what it says, as it was said first. Appended lines do not change it."""
    ids: tuple[str, ...]
    """Of every way in which it was said, `id` first: what a choice is kept by."""
    item: LogItem
    """As it was said last."""
    day: date
    repeated: tuple[Place, ...]
    """Where else it was said, newest first."""
    kind: Meaning
    score: float
    reasons: tuple[str, ...]
    """Why it stands where it does, in words: what speaks for it, then what speaks against it."""
    like: Like | None
    section: str | None
    """Address of the section that is proposed; None when none suggests itself."""
    section_why: str = ""
    suspicious: tuple[str, ...] = ()
    """Why it reads like an instruction to a model, in words; it stands where it would all the
    same, and a person decides."""

    @property
    def places(self) -> tuple[Place, ...]:
        """Wherever it was said, newest first."""
        return (Place(self.item, self.day), *self.repeated)


@dataclass(frozen=True, slots=True)
class Queue:
    """What there is to look at."""

    candidates: tuple[Candidate, ...]
    """Best first."""
    hidden: tuple[tuple[Candidate, Choice], ...]
    """What was skipped or waits, with what was chosen; best first."""
    since: date
    """The first day that was looked at."""


def candidates(
    deck: Deck,
    choices: Mapping[str, Choice],
    *,
    days: int = DAYS,
    stop: Callable[[], bool] = never,
    breathe: Callable[[], None] = at_once,
) -> tuple[Candidate, ...]:
    """The queue alone; empty when it was stopped. See `triage`."""
    queue = triage(deck, choices, days=days, stop=stop, breathe=breathe)
    return queue.candidates if queue is not None else ()


def triage(
    deck: Deck,
    choices: Mapping[str, Choice],
    *,
    days: int = DAYS,
    stop: Callable[[], bool] = never,
    breathe: Callable[[], None] = at_once,
) -> Queue | None:
    """The candidates of the last `days` days, today the last of them, ranked.

    `deck` has these days parsed and its promotions worked out; `choices` are those of
    `Choices.all`. For the same deck and choices the same queue. None when `stop` said so, which
    is asked between breaths.
    """
    since = _before(deck.today, days - 1)
    lines = [line for line in _lines(deck, since) if _may_be_kept(line.item)]
    groups = repeated(lines, stop=stop, breathe=breathe)
    if groups is None:
        return None
    context = _Context(deck, since)
    found: list[Candidate] = []
    for group in groups:
        if context.kept(group):
            continue
        found.append(context.candidate(group))
        breathe()
        if stop():
            return None
    found.sort(key=_order)
    shown: list[Candidate] = []
    hidden: list[tuple[Candidate, Choice]] = []
    for each in found:
        made = [choices[one] for one in each.ids if one in choices]
        choice = next((choice for choice in made if choice.hides(deck.today)), None)
        if choice is None:
            shown.append(each)
        else:
            hidden.append((each, choice))
    return Queue(tuple(shown), tuple(hidden), since)


def _order(candidate: Candidate) -> tuple[float, int, str, int]:
    item = candidate.item
    return (-candidate.score, -candidate.day.toordinal(), item.file, item.line)


def _before(day: date, days: int) -> date:
    """So many days earlier, as far as the calendar goes."""
    return day - timedelta(days=min(max(days, 0), (day - date.min).days))


def _lines(deck: Deck, since: date) -> Iterator[Line]:
    """Lines of the logs since then, oldest first. Somewhere it is tomorrow already."""
    latest = deck.today + timedelta(days=1) if deck.today < date.max else deck.today
    for day in reversed(deck.days):
        if not since <= day.date <= latest:
            continue
        for file in day.files:
            if file.kind is LogKind.TRANSCRIPT:
                continue
            for section in file.sections:
                for item in section.items:
                    yield Line(item, day.date, section.meaning)


def _may_be_kept(item: LogItem) -> bool:
    return item.candidate and _MACHINE.fullmatch(item.text) is None


def _suspicious(group: Repeated) -> tuple[str, ...]:
    """What is suspicious about any way in which it was said; also about what a line hides."""
    texts = dict.fromkeys(
        text for line in group.lines for text in (line.item.text, line.item.source)
    )
    return tuple(dict.fromkeys(str(each) for text in texts for each in suspicions(text)))


class _Context:
    """What the candidates of one deck are judged by."""

    def __init__(self, deck: Deck, since: date) -> None:
        self._deck = deck
        self._items = {item.id: item for item in deck.memory.items}
        self._containing = Containing(deck.memory.items)
        self._mentions = Mentions(deck.notes)
        self._logged_days = sum(since <= day.date <= deck.today for day in deck.days)
        self._journaled = {
            digest for (_, _, digest), known in deck.promoted.items() if known.by_journal
        }

    def kept(self, group: Repeated) -> bool:
        """Whether it is in MEMORY.md, as far as the journal or its likeness tells."""
        return any(
            line.item.digest in self._journaled
            or ((known := self._known(line.item)) is not None and known.likeness >= SAME)
            for line in group.lines
        )

    def candidate(self, group: Repeated) -> Candidate:
        last = group.lines[-1]
        like = self._like(group)
        found = rank(
            Evidence(
                item=last.item,
                section=last.section,
                days=tuple(sorted({line.day for line in group.lines})),
                logged_days=self._logged_days,
                today=self._deck.today,
                notes=self._mentions.of(last.item.text),
                like=(like.item.line, like.likeness) if like else None,
            )
        )
        likes = [(like.item, like.likeness)] if like else []
        proposal = propose_section(last.item.text, found.kind, self._deck.memory.sections, likes)
        return Candidate(
            id=group.ids[0],
            ids=tuple(group.ids),
            item=last.item,
            day=last.day,
            repeated=tuple(Place(each.item, each.day) for each in reversed(group.lines[:-1])),
            kind=found.kind,
            score=found.score,
            reasons=found.reasons,
            like=like,
            section=proposal.address if proposal else None,
            section_why=proposal.why if proposal else "",
            suspicious=_suspicious(group),
        )

    def _like(self, group: Repeated) -> Like | None:
        """The item that is most like any way in which it was said; of equal ones the upper.

        Where none is, one that holds it as a part: MEMORY.md says that already.
        """
        likes = [
            Like(item, known.likeness)
            for line in group.lines
            if (known := self._known(line.item)) is not None
            and (item := self._items.get(known.item_id or "")) is not None
        ]
        texts = () if likes else dict.fromkeys(line.item.text for line in group.lines)
        for text in texts:
            if (whole := self._containing.best(text)) is not None:
                likes.append(Like(*whole))
        return max(likes, key=lambda like: (like.likeness, -like.item.line), default=None)

    def _known(self, item: LogItem) -> Promoted | None:
        return self._deck.promoted.get((item.file, item.line, item.digest))
