"""Two copies of a note made one: every entry of both, once. Pure.

The union is by entry, not by line: what both sides have is taken once,
whatever white space it is written with; what one side took away and the other
left as it was stays away. What is damaged is kept byte for byte, paragraph by
paragraph, behind what it stood behind: two damaged spans that come to stand
side by side are one span to a reader, and must still be known again.

Each side's order is kept, and between the two it goes by time. The result is
the same to the byte whichever side is called ours, so that two machines that
merge at the same time agree.
"""

from __future__ import annotations

import heapq
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from memdeck.errors import Unusable
from memdeck.model import Entry
from memdeck.notes.codec import pieces
from memdeck.notes.order import time_of

# Two ends of lines, with white space around them.
_PARAGRAPH: Final = re.compile(
    "[ \t\ufeff]*(?:\r\n|\n|\r)[ \t\ufeff]*(?:\r\n|\n|\r)[ \t\r\n\ufeff]*"
)
_AT_ONCE: Final = datetime.min.replace(tzinfo=UTC)
_BLANK_LINE: Final = b"\n\n"


class Unmergeable(Unusable):
    """Two copies of a note are damaged so that no note can hold both."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An entry of a note, or a paragraph of what is damaged in it."""

    says: str
    """What makes two pieces the same: what an entry says, or the damaged bytes."""
    raw: bytes
    """As it is written."""
    entry: Entry | None
    """None when it is damaged."""


class _Node(NamedTuple):
    """A piece among all; the same piece may occur more than once in a note."""

    says: str
    number: int


_Pair: TypeAlias = tuple[_Node, _Node]


@dataclass(frozen=True, slots=True)
class _Side:
    """A note, taken apart."""

    order: list[_Node]
    written: dict[_Node, Piece]
    gaps: dict[_Pair, bytes]
    """The white space between two pieces, one behind the other."""
    spans: set[_Pair]
    """Paragraphs of one damaged span, one behind the other."""


@dataclass(slots=True)
class _Web:
    """What must stand behind what."""

    before: Counter[_Node] = field(default_factory=Counter)
    """How many pieces must stand before each."""
    after: dict[_Node, list[_Node]] = field(default_factory=dict)


def merge_notes(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """The note that both copies make; empty stands for no note.

    `base` is what both come from: what it has and one side has not was taken
    away there. Raises Unmergeable when damage would hide entries whichever
    way the pieces are put together.
    """
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    sides = _taken_apart(ours), _taken_apart(theirs)
    kept = _counts(
        *(Counter(each.says for each in pieces_of(note)) for note in (base, ours, theirs))
    )
    order = _ordered(sides, kept)
    if not order:
        # Together they took all of it away.
        return b""
    # Where nothing is added to a copy, it stays as it is, white space and all.
    same = [
        note
        for note, side in zip((ours, theirs), sides, strict=True)
        if side.order == order
        and all(side.written[each].raw == _raw(sides, each) for each in order)
    ]
    if same:
        return min(same, key=_size)
    for layout, plain in _layouts(order, sides):
        note = _put_together(layout, sides, plain)
        if [each.says for each in pieces_of(note)] == [each.says for each in layout]:
            return note
    raise Unmergeable(
        "it is damaged so that entries would be hidden in it: `memdeck notes doctor` shows where"
    )


def pieces_of(note: bytes) -> list[Piece]:
    """The entries of a note and the paragraphs of what is damaged in it, in its order."""
    side = _taken_apart(note)
    return [side.written[each] for each in side.order]


def missing_from(note: bytes, other: bytes) -> list[Piece]:
    """The pieces of `note` that `other` has not, or not as often."""
    if not note or note == other:
        return []
    there = Counter(each.says for each in pieces_of(other))
    missing = []
    for each in pieces_of(note):
        there[each.says] -= 1
        if there[each.says] < 0:
            missing.append(each)
    return missing


def _taken_apart(note: bytes) -> _Side:
    text = note.decode("utf-8", "surrogateescape")
    side = _Side([], {}, {}, set())
    seen: Counter[str] = Counter()
    last: tuple[_Node, int, int] | None = None
    for number, (piece, start, end) in enumerate(pieces(text, "")):
        entry = piece if isinstance(piece, Entry) else None
        for begin, stop in [(start, end)] if entry else _paragraphs(text, start, end):
            raw = text[begin:stop]
            says = _said(entry) if entry else raw
            node = _Node(says, seen[says])
            seen[says] += 1
            side.order.append(node)
            side.written[node] = Piece(says, _bytes(raw), entry)
            if last is not None:
                before, span, at = last
                side.gaps[before, node] = _bytes(text[at:begin])
                if span == number:
                    side.spans.add((before, node))
            last = node, number, stop
    return side


def _paragraphs(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Where each paragraph of a damaged span begins and ends."""
    for blank in _PARAGRAPH.finditer(text, start, end):
        yield start, blank.start()
        start = blank.end()
    yield start, end


def _said(entry: Entry) -> str:
    """What an entry says: the same for two that differ only in how they are written."""
    # A list, so that nothing damaged begins like it and is taken for it: damage
    # that is a list of six is told apart by the line feed.
    fields = [entry.branch, entry.timestamp, entry.key, entry.value, entry.id, entry.extra]
    return json.dumps(fields, sort_keys=True) + "\n"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _counts(base: Counter[str], ours: Counter[str], theirs: Counter[str]) -> dict[str, int]:
    """How often each piece is to be there."""
    counts = {}
    for says in ours.keys() | theirs.keys():
        here, there, once = ours[says], theirs[says], base[says]
        counts[says] = there if here == once else here if there == once else max(here, there)
    return counts


# --- Order --------------------------------------------------------------------


def _ordered(sides: Sequence[_Side], kept: dict[str, int]) -> list[_Node]:
    """All pieces that are kept: in the order of both sides, by time where that leaves a choice.

    Where the two sides contradict each other, by time as well.
    """
    web = _Web()
    nodes: dict[_Node, Piece] = {}
    for side in sides:
        order = [each for each in side.order if each.number < kept[each.says]]
        nodes.update((each, side.written[each]) for each in order)
        for pair in pairwise(order):
            web.after.setdefault(pair[0], []).append(pair[1])
            web.before[pair[1]] += 1
    ranks = {each: (_time(piece.entry), each) for each, piece in nodes.items()}
    spans = {pair for side in sides for pair in side.spans}
    waiting = sorted(ranks.values())
    free = [rank for rank in waiting if not web.before[rank[1]]]
    done: dict[_Node, None] = {}
    forced = 0
    while len(done) < len(nodes):
        while free and free[0][1] in done:
            heapq.heappop(free)
        if not free:
            # The sides contradict each other: the earliest of what is left.
            while waiting[forced][1] in done:
                forced += 1
            heapq.heappush(free, waiting[forced])
        node: _Node | None = heapq.heappop(free)[1]
        while node is not None:
            done[node] = None
            continued = None
            for each in web.after.get(node, ()):
                web.before[each] -= 1
                if not web.before[each] and each not in done:
                    heapq.heappush(free, ranks[each])
                    # A damaged span stays in one piece where it can.
                    if (node, each) in spans and (continued is None or each < continued):
                        continued = each
            node = continued
    return list(done)


def _time(entry: Entry | None) -> datetime:
    """When an entry was made; what tells no time comes directly behind what it stood behind."""
    return time_of(entry.timestamp) if entry else _AT_ONCE


# --- Writing ------------------------------------------------------------------


def _layouts(order: list[_Node], sides: Sequence[_Side]) -> Iterable[tuple[list[_Node], bool]]:
    """The orders to try, the wanted one first, and whether blank lines are put everywhere.

    Pieces of damage that were never side by side can make up an object that
    swallows what is between them: text before the entries and broken objects
    behind them cannot.
    """
    yield order, False
    yield order, True
    entries = [each for each in order if _written(sides, each).entry]
    damaged = [each for each in order if not _written(sides, each).entry]
    broken = [each for each in damaged if each.says.startswith("{")]
    text = [each for each in damaged if not each.says.startswith("{")]
    yield [*text, *entries, *broken], True
    yield [*text, *entries, *reversed(broken)], True


def _put_together(order: list[_Node], sides: Sequence[_Side], plain: bool) -> bytes:
    parts = []
    for node, behind in zip(order, [*order[1:], None], strict=True):
        parts.append(_raw(sides, node))
        if behind is not None:
            known = [side.gaps[node, behind] for side in sides if (node, behind) in side.gaps]
            parts.append(_BLANK_LINE if plain or not known else min(known, key=_size))
    return b"".join(parts) + b"\n"


def _written(sides: Sequence[_Side], node: _Node) -> Piece:
    return next(side.written[node] for side in sides if node in side.written)


def _raw(sides: Sequence[_Side], node: _Node) -> bytes:
    return min((side.written[node].raw for side in sides if node in side.written), key=_size)


def _size(data: bytes) -> tuple[int, bytes]:
    return len(data), data
