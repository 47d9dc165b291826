"""Own profiles: files by pattern, in order, with a limit and what becomes of more.

Files are as on disk. Where something is cut, each file in turn may have its own
limit and no more than what is left of the whole; notes come last, whole, and
their size is taken off before. Where nothing is cut, being over is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from memdeck.bootstrap.article import notes_part, unread_words
from memdeck.bootstrap.drafts import (
    Draft,
    Drafted,
    Loss,
    Stretch,
    Surroundings,
    ended,
    gaps,
    line_count,
    nothing_of,
)
from memdeck.bootstrap.profiles import Profile
from memdeck.bootstrap.tokens import Counting
from memdeck.bootstrap.utf16 import unit_text
from memdeck.model import MISSING, Source, Unit
from memdeck.own_profiles import Over, OwnProfile
from memdeck.text import thin


def own_parts(profile: Profile, here: Surroundings) -> Drafted:
    """A part for each file that a pattern matches, each file once, and the notes."""
    own = profile.own
    assert own is not None
    unread: list[str] = []
    sources = [here.read(path) for path in _paths(own.files, here)]
    unread += (each.path for each in sources if each.problem not in (None, MISSING))
    notes = _notes(own.unit, here, unread) if own.notes else None
    in_tokens = own.unit is Unit.TOKENS
    limit = _in_tokens(own.limit, profile.safety) if in_tokens else own.limit
    left = limit - (_size_of(notes, here.counter) if notes is not None else 0)
    drafts = _within(left, sources, own, profile.safety, here.counter)
    for _ in range(_ATTEMPTS if in_tokens and own.over is not Over.REFUSE else 0):
        # Where two stretches meet, the whole may have some tokens more than both.
        whole = b"".join(each.data for each in (*drafts, *((notes,) if notes else ())))
        excess = here.counter.count(whole) - limit
        if excess <= 0:
            break
        left -= excess
        drafts = _within(left, sources, own, profile.safety, here.counter)
    return Drafted((*drafts, *((notes,) if notes is not None else ())), unread_words(unread))


_ATTEMPTS = 3


def _within(
    left: int, sources: Sequence[Source], own: OwnProfile, safety: float, counter: Counting
) -> list[Draft]:
    """The parts of the files when `left` is left for all of them."""
    drafts = []
    for source in sources:
        draft = file_part(source, own, safety, left, counter)
        left -= draft.size or 0
        drafts.append(draft)
    return drafts


def dated(pattern: str, today: date) -> str:
    """A pattern with its dates filled in."""
    yesterday = today - timedelta(days=1) if today > date.min else today
    filled = pattern.replace("{today}", today.isoformat())
    return filled.replace("{yesterday}", yesterday.isoformat())


def _paths(patterns: Sequence[str], here: Surroundings) -> list[str]:
    found = (path for each in patterns for path in here.files.glob(dated(each, here.today)))
    return list(dict.fromkeys(found))


def _in_tokens(limit: int, safety: float) -> int:
    """How many tokens are within a limit that they are held against with the safety factor."""
    return int(limit / Decimal(repr(safety)))


def _notes(unit: Unit, here: Surroundings, unread: list[str]) -> Draft:
    draft = notes_part(here, unread)
    size = None if unit is Unit.TOKENS else size_in(draft.data, unit, here.counter)
    return Draft("notes", stretches=draft.stretches, size=size)


def _size_of(draft: Draft, counter: Counting) -> int:
    return counter.count(draft.data) if draft.size is None else draft.size


def size_in(data: bytes, unit: Unit, counter: Counting) -> int:
    """The size of bytes in a unit."""
    match unit:
        case Unit.TOKENS:
            return counter.count(data)
        case Unit.CHARACTERS:
            return unit_text(data).length
        case Unit.LINES:
            return line_count(data, 0, len(data))
        case Unit.BYTES:
            return len(data)


def file_part(
    source: Source, own: OwnProfile, safety: float, left: int, counter: Counting
) -> Draft:
    """The part of one file when `left` is left for it of the whole, in the unit."""
    if source.problem is not None:
        return Draft(
            source.path,
            (source,),
            losses=nothing_of(source, source.problem),
            size=0,
            limit=own.file_limit,
            words=source.problem,
        )
    data, path = source.data, source.path
    size = size_in(data, own.unit, counter)
    limit = own.file_limit
    if own.unit is Unit.TOKENS and limit is not None:
        limit = _in_tokens(limit, safety)
    if own.over is Over.REFUSE:
        over = max(0, size - limit) if limit is not None else 0
        words = f"over its limit by {thin(over)}" if over else "whole"
        given = ended([Stretch(data, path, 0, len(data))])
        return Draft(path, (source,), given, (), size, own.file_limit, over, words)
    left = max(0, left)
    cap = left if limit is None else min(limit, left)
    if size <= cap:
        given = ended([Stretch(data, path, 0, len(data))])
        words = "whole" if size else "empty"
        return Draft(path, (source,), given, (), size, own.file_limit, words=words)
    kept = tuple(kept_spans(data, own, cap, counter))
    given = ended(Stretch(data[low:high], path, low, high) for low, high in kept)
    own_cap = limit is not None and limit <= left
    why = f"over the limit of {thin(own.file_limit or 0)}" if own_cap else _none_left(own)
    words = f"cut to {thin(cap)} {own.unit}: {_STAYS[own.over]}" if kept else f"skipped: {why}"
    return Draft(
        path,
        (source,),
        given,
        tuple(Loss(path, low, high, why) for low, high in gaps(kept, 0, len(data))),
        sum(size_in(data[low:high], own.unit, counter) for low, high in kept),
        own.file_limit,
        words=words,
    )


def _none_left(own: OwnProfile) -> str:
    return f"over the {thin(own.limit)} {own.unit} of all files"


_STAYS = {
    Over.KEEP_START: "the start stays",
    Over.KEEP_END: "the end stays",
    Over.KEEP_BOTH: "the first 75% and the last 25% stay",
}


def kept_spans(
    data: bytes, own: OwnProfile, cap: int, counter: Counting
) -> Iterator[tuple[int, int]]:
    """What stays of a file that is longer than `cap` units, as spans of bytes."""
    match own.over:
        case Over.KEEP_START:
            head, tail = cap, 0
        case Over.KEEP_END:
            head, tail = 0, cap
        case _:
            head = cap * 3 // 4
            tail = cap - head
    places = _Places(data, own.unit, counter)
    if (low := places.after_first(head)) > 0:
        yield 0, low
    if (high := places.before_last(tail)) < len(data):
        yield high, len(data)


class _Places:
    """Where in a file so many units from its start, or to its end, are; no character is split."""

    def __init__(self, data: bytes, unit: Unit, counter: Counting) -> None:
        self._data = data
        self._unit = unit
        self._text = unit_text(data) if unit is Unit.CHARACTERS else None
        self._starts = counter.starts(data) if unit is Unit.TOKENS else ()

    def after_first(self, units: int) -> int:
        """Where at most the first so many units end."""
        if units <= 0:
            return 0
        if self._text is not None:
            return self._text.byte(self._text.safe(0, units)[1])
        if self._unit is Unit.LINES:
            at = 0
            for _ in range(units):
                at = self._data.index(b"\n", at) + 1
            return at
        at = self._starts[units] if self._unit is Unit.TOKENS else units
        while at > 0 and self._is_inside(at):
            at -= 1
        return at

    def before_last(self, units: int) -> int:
        """Where at most the last so many units begin."""
        size = len(self._data)
        if units <= 0:
            return size
        if self._text is not None:
            length = self._text.length
            return self._text.byte(self._text.safe(length - units, length)[0])
        if self._unit is Unit.LINES:
            at = size - 1 if self._data.endswith(b"\n") else size
            for _ in range(units):
                at = self._data.rindex(b"\n", 0, at)
            return at + 1
        at = self._starts[-units] if self._unit is Unit.TOKENS else size - units
        while at < size and self._is_inside(at):
            at += 1
        return at

    def _is_inside(self, at: int) -> bool:
        """Whether the byte there goes on with a character of UTF-8."""
        return self._data[at] & 0xC0 == 0x80
