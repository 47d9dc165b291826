"""Rows of a list: what a pane shows, as values, and which of them are seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rich.cells import cell_len, chop_cells, set_cell_size


class Tone(StrEnum):
    """How a row is drawn; each is a component class `rows--NAME` of the list."""

    PLAIN = "plain"
    TITLE = "title"
    HEADING = "heading"
    DIM = "dim"
    WARNING = "warning"
    ACCENT = "accent"
    CUT = "cut"
    """What the next session is not given."""
    CUT_TITLE = "cut-title"
    GONE = "gone"
    """What a change took out."""
    NEW = "new"
    """What a change brought."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a row stands for that only says something."""

    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    key: Hashable
    """What the cursor, the folds and the marks hold on to: it stays while the thing does."""
    text: str
    """As on disk; it is made safe when it is drawn."""
    depth: int = 0
    glyph: str = ""
    tone: Tone = Tone.PLAIN
    right: tuple[str, ...] = ()
    """Columns at the right edge; in a narrow list only the last of them, or none."""
    right_tone: Tone = Tone.DIM
    foldable: bool = False
    starts_closed: bool = False
    passive: bool = False
    """Belongs to the row above and cannot be selected: a value under its key, a heading."""
    stop: bool = False
    """Where `[` and `]` halt."""
    target: object = None
    """The value that the row stands for."""
    spans: tuple[tuple[int, int], ...] = ()
    """What of the text was looked for, in characters, in order and apart."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The rows that are seen, and which of them a filter found."""

    rows: tuple[Row, ...]
    matches: frozenset[Hashable] = frozenset()
    words: tuple[str, ...] = ()
    """What the filter looks for, each in lower case."""


def seen(rows: Sequence[Row], folds: Mapping[Hashable, bool], query: str = "") -> Seen:
    """What is seen of a tree of rows (in order, by depth).

    `folds` says of a row's key whether it is closed, where that is not how it
    starts. With a query, the rows that hold all of its words are seen, with
    the rows above them, folded or not.
    """
    words = query.casefold().split()
    if words:
        return _found(rows, words)
    shown: list[Row] = []
    closed_at: int | None = None
    for row in rows:
        if closed_at is not None:
            if row.depth > closed_at and not (row.passive and _owned(shown, row)):
                continue
            if row.depth <= closed_at:
                closed_at = None
        shown.append(row)
        if closed_at is None and row.foldable and folds.get(row.key, row.starts_closed):
            closed_at = row.depth
    return Seen(tuple(shown))


def _owned(shown: Sequence[Row], row: Row) -> bool:
    """Whether a passive row says more of the closed row right above it."""
    return row.target is not None and bool(shown) and shown[-1].target is row.target


def _found(rows: Sequence[Row], words: Collection[str]) -> Seen:
    above: list[Row] = []
    shown: dict[Hashable, Row] = {}
    matches: set[Hashable] = set()
    owner_matched: Row | None = None
    for row in rows:
        while above and above[-1].depth >= row.depth:
            above.pop()
        text = row.text.casefold()
        if all(word in text for word in words):
            for each in above:
                shown.setdefault(each.key, each)
            shown[row.key] = row
            holder = above[-1] if row.passive and above else row
            matches.add(holder.key)
            owner_matched = row
        elif row.passive and owner_matched is not None and row.target is owner_matched.target:
            shown[row.key] = row
        above.append(row)
    order = {row.key: row for row in rows if row.key in shown}
    return Seen(tuple(order.values()), frozenset(matches), tuple(words))


def parted(text: str, words: Collection[str]) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is one of the words, ignoring case."""
    # One character each way: what is marked must be what is there.
    lowered = "".join(each.lower() if len(each.lower()) == 1 else each for each in text)
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
    pieces: list[tuple[str, bool]] = []
    position = 0
    for found in pattern.finditer(lowered):
        if found.end() > found.start():
            pieces.append((text[position : found.start()], False))
            pieces.append((text[found.start() : found.end()], True))
            position = found.end()
    return [piece for piece in (*pieces, (text[position:], False)) if piece[0]]


# Characters that stay before the first thing that was found, when it would not be seen.
_LEAD_IN: Final = 16


def emphasised(
    text: str, spans: Sequence[tuple[int, int]], width: int, show: Callable[[str], str]
) -> list[tuple[str, bool]]:
    """`text` in pieces that are safe to show, each with whether it was looked for.

    `width` is how many characters there is room for: what was found first is among them.
    """
    start = 0
    if spans and spans[0][1] > width:
        start = max(0, spans[0][0] - _LEAD_IN)
    pieces: list[tuple[str, bool]] = [("…", False)] if start else []
    for first, last in spans:
        if first >= start:
            pieces += [(show(text[start:first]), False), (show(text[first:last]), True)]
            start = last
    pieces.append((show(text[start:]), False))
    return [piece for piece in pieces if piece[0]]


def cut_pieces(pieces: Sequence[tuple[str, bool]], width: int) -> list[tuple[str, bool]]:
    """The pieces in exactly `width` cells, padded, or cut with an ellipsis."""
    kept: list[tuple[str, bool]] = []
    left = width
    for text, found in pieces:
        length = cell_len(text)
        if length > left:
            kept.append((fit(text, left), found))
            return kept
        kept.append((text, found))
        left -= length
    return [*kept, (" " * left, False)]


# Cells that a cut may give up for the sake of a whole word.
_WORD_NEAR: Final = 6
_WORD_END: Final = re.compile(r"\s+\S*$")


def fit(text: str, width: int, ellipsis: str = "…") -> str:
    """`text` in exactly `width` cells: padded, or cut with an ellipsis, at a word's end if one
    is near."""
    if width <= 0:
        return ""
    length = cell_len(text)
    if length <= width:
        return text + " " * (width - length)
    room = width - cell_len(ellipsis)
    if room <= 0:
        return set_cell_size(text, width)
    kept = chop_cells(text, room)[0] if room > 1 else text[:1]
    at_word = _WORD_END.sub("", kept) or kept
    if not text[len(kept) : len(kept) + 1].isspace() and len(kept) - len(at_word) <= _WORD_NEAR:
        kept = at_word
    return set_cell_size(kept.rstrip() + ellipsis, width)
