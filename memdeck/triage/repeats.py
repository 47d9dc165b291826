"""The same thing said on several days, in the same or in nearly the same words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import combinations
from typing import Final

from memdeck.curated.comparison import at_once, never
from memdeck.curated.likeness import normalised, said, scores
from memdeck.model import LogItem, Meaning

AGAIN: Final = 90.0
"""From this likeness on, lines of two days say the same: what a person would call a repetition."""
_KEYS: Final = 5
"""Only lines that share two of so many longest words are compared: lines that are 90 % alike do. Of
16,000 lines hundreds share a word, and comparing all of these takes minutes."""
_FEW: Final = 3
"""Words of a line for which one shared word will do: two may be other forms."""
_FORMS: Final = 70.0
"""From this ratio on, the words in which two lines differ are forms of the same words."""
_BREATH: Final = 8
"""Lines between two breaths."""
_NUMBER: Final = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log with what stands around it."""

    item: LogItem
    day: date
    section: Meaning
    """Of the section that it stands in."""


@dataclass(slots=True)
class Repeated:
    """What was said once or several times."""

    ids: list[str]
    """Of each way in which it was said, the first one first."""
    lines: list[Line] = field(default_factory=list)
    """Oldest first."""


def line_id(text: str) -> str:
    """12 hex digits for what a line says: wherever it stands, today and after a restart."""
    return sha256(normalised(text).encode("utf-8", "surrogateescape")).hexdigest()[:12]


def repeated(
    lines: Sequence[Line],
    *,
    stop: Callable[[], bool] = never,
    breathe: Callable[[], None] = at_once,
) -> tuple[Repeated, ...] | None:
    """The lines, oldest first, gathered by what they say; in the order of the first of each.

    Lines of one day are put together only when they say exactly the same, so that what a line
    is put to depends on earlier days alone: what is logged now moves nothing. Lines with other
    numbers in them say other things. None when it was stopped.
    """
    by_id: dict[str, Repeated] = {}
    found: list[Repeated] = []
    near = _Near()
    for index, line in enumerate(lines):
        if index % _BREATH == 0:
            breathe()
            if stop():
                return None
        text = line.item.text
        identity = line_id(text)
        group = by_id.get(identity)
        if group is None:
            group = near.find(text, line.day)
            if group is None:
                group = Repeated([identity])
                found.append(group)
                near.add(text, line.day, group)
            else:
                group.ids.append(identity)
            by_id[identity] = group
        group.lines.append(line)
    return tuple(found)


class _Near:
    """What was said first, by the longest words of each."""

    def __init__(self) -> None:
        self._groups: dict[tuple[object, ...], dict[str, tuple[date, Repeated]]] = {}

    def add(self, text: str, day: date, group: Repeated) -> None:
        words = said(text)
        for key in _keys(text, words):
            self._groups.setdefault(key, {}).setdefault(words, (day, group))

    def find(self, text: str, day: date) -> Repeated | None:
        """What was said on an earlier day and is most like it; of equal ones the first."""
        words = said(text)
        others: dict[str, Repeated] = {}
        for key in _keys(text, words):
            for other, (on, group) in self._groups.get(key, {}).items():
                if on < day:
                    others.setdefault(other, group)
        if not others:
            return None
        near = scores(words, list(others), AGAIN)
        likes = {each: like for each, like in near.items() if _differ_in_form(words, each)}
        best = max(likes, key=lambda other: (likes[other], other), default=None)
        return None if best is None else others[best]


def _keys(text: str, words: str) -> list[tuple[object, ...]]:
    """Where a line is looked for: its numbers, with each two of its longest words."""
    numbers = tuple(sorted(_NUMBER.findall(normalised(text))))
    longest = sorted(set(words.split()), key=lambda word: (-len(word), word))[:_KEYS]
    keys: list[tuple[object, ...]] = [(numbers, *each) for each in combinations(sorted(longest), 2)]
    if len(longest) <= _FEW:
        keys += [(numbers, word) for word in longest]
    return keys


def _differ_in_form(one: str, other: str) -> bool:
    """Whether two lines differ in nothing but forms of words, or one says more than the other.

    `Blocked by Ilse` and `Blocked by Mira` do not: another name is another thing.
    """
    from rapidfuzz import fuzz

    mine, theirs = set(one.split()), set(other.split())
    more, less = sorted(mine - theirs), sorted(theirs - mine)
    return not more or not less or fuzz.ratio(" ".join(more), " ".join(less)) >= _FORMS
