"""The difference of two texts as a person reads it: line by line, and word by word within lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

_LINES_LIMIT: Final = 1000
_LINE_LIMIT: Final = 4000
_WORD: Final = re.compile(r"\s+|\w+|[^\w\s]")


class Change(Enum):
    """What became of a line."""

    SAME = " "
    GONE = "-"
    NEW = "+"


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """Some characters of a line."""

    text: str
    changed: bool
    """Whether the other text has no such words in that place."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a difference."""

    change: Change
    pieces: tuple[DiffPiece, ...]

    @property
    def text(self) -> str:
        """The whole line, without a line feed; to be passed through `show`."""
        return "".join(each.text for each in self.pieces)


def changed(before: str, after: str) -> tuple[DiffLine, ...]:
    """The difference of two texts: the lines of both in order, a line that is gone before the
    one that stands for it, and in two such lines which words differ."""
    old, new = before.split("\n"), after.split("\n")
    lines: list[DiffLine] = []
    for same, gone, added in _stretches(old, new, _LINES_LIMIT):
        if same:
            lines += [DiffLine(Change.SAME, _whole(each, changed=False)) for each in gone]
            continue
        for number in range(max(len(gone), len(added))):
            pair = _pieces(gone[number : number + 1], added[number : number + 1])
            for change, pieces in zip((Change.GONE, Change.NEW), pair, strict=True):
                if pieces is not None:
                    lines.append(DiffLine(change, pieces))
    return tuple(lines)


def hunks(lines: Sequence[DiffLine], context: int = 2) -> tuple[tuple[DiffLine, ...], ...]:
    """The lines that differ with so many around them: what lies between is left out."""
    near = [
        any(
            each.change is not Change.SAME
            for each in lines[max(0, number - context) : number + context + 1]
        )
        for number in range(len(lines))
    ]
    found: list[list[DiffLine]] = []
    for number, line in enumerate(lines):
        if near[number]:
            if not number or not near[number - 1]:
                found.append([])
            found[-1].append(line)
    return tuple(map(tuple, found))


_Pieces = tuple[DiffPiece, ...] | None


def _pieces(old: Sequence[str], new: Sequence[str]) -> tuple[_Pieces, _Pieces]:
    """One line or none of each text, in pieces that are in both or not."""
    if not old or not new or max(len(old[0]), len(new[0])) > _LINE_LIMIT:
        sides = tuple(_whole(each[0], changed=True) if each else None for each in (old, new))
        return sides[0], sides[1]
    gone: list[DiffPiece] = []
    added: list[DiffPiece] = []
    for same, left, right in _stretches(_WORD.findall(old[0]), _WORD.findall(new[0]), _LINE_LIMIT):
        for pieces, words in ((gone, left), (added, right)):
            pieces += _whole("".join(words), changed=not same)
    return tuple(gone), tuple(added)


def _whole(text: str, *, changed: bool) -> tuple[DiffPiece, ...]:
    return (DiffPiece(text, changed),) if text else ()


def _stretches(
    old: Sequence[str], new: Sequence[str], limit: int
) -> list[tuple[bool, Sequence[str], Sequence[str]]]:
    """What is the same in both, and what stands for what between.

    What is the same at the start and at the end is found at once; of very many
    between them, all of the one stand for all of the other.
    """
    import difflib

    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    stretches = [(True, old[:head], new[:head])] if head else []
    if max(len(left), len(right)) > limit:
        stretches.append((False, left, right))
    else:
        matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
        stretches += [
            (name == "equal", left[start:end], right[first:last])
            for name, start, end, first, last in matcher.get_opcodes()
        ]
    if tail:
        stretches.append((True, old[len(old) - tail :], new[len(new) - tail :]))
    return stretches
