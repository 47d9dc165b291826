"""How much alike two lines are, whatever their bullets, dates, emphasis and emoji.

A line on its way into MEMORY.md is reworded 97 times in 100, so likeness
counts words and their order loosely. Scripts that put no spaces between words
are compared by pairs of characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from memdeck.limits import LONGEST_TEXT
from memdeck.model import Item

_LEAD: Final = re.compile(r"^\s*(?:>\s*)*(?:[-*+•]\s+|\d{1,3}[.)]\s+|#{1,6}\s+)*(?:\[[ xX]\]\s+)?")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK: Final = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*\)")
_DATE: Final = re.compile(
    r"\b(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])(?:[-/.](?:0?[1-9]|[12]\d|3[01]))?\b"
    r"|(?:19|20)\d\d年\d{1,2}月(?:\d{1,2}日)?"
    r"|\b(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:(?:19|20)\d\d\b|(?=\s))"
)
_TIME: Final = re.compile(r"^\W*~?\d{1,2}:\d{2}(?::\d{2})?\s*(?:[ap]m\b|utc\b|z\b)?", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]+(?:[.'’/-][^\W_]+)*")
_UNSPACED: Final = re.compile(
    r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)
_MARKS: Final = re.compile(r"[*_`~\\]+")
_EMOJI: Final = re.compile("[\ufe0e\ufe0f\u200d\u20e3]")
_POINTS: Final = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]"
)
"""Vowel points of Hebrew and Arabic, which some write and most leave out."""
_NOT_THE_SAME: Final = 99.0
_PART_WORDS: Final = 5
_PART_LENGTH: Final = 25
"""Words or characters from which a line says something as a part of another."""


def normalised(text: str) -> str:
    """What a line says: words in lower case, without marks, dates, times, emoji and comments.

    Equal for exact duplicates. A line of nothing but dates or signs is
    compared as it stands.
    """
    return _normalised(text) if len(text) <= LONGEST_TEXT else _normalised.__wrapped__(text)


@lru_cache(maxsize=8192)
def _normalised(text: str) -> str:
    plain = unicodedata.normalize("NFKC", _LINK.sub(r"\1", _COMMENT.sub(" ", text))).casefold()
    plain = _POINTS.sub("", _LEAD.sub("", plain, count=1))
    plain = _EMOJI.sub("", _MARKS.sub("", plain))
    bare = _TIME.sub("", _DATE.sub(" ", plain))
    words = " ".join(_WORD.findall(bare))
    return words or " ".join(plain.split())


def _tokens(words: str) -> Iterator[str]:
    """The words of a normalised line; pairs of characters where a script has no spaces."""
    for word in words.split():
        at = 0
        for run in _UNSPACED.finditer(word):
            if word[at : run.start()]:
                yield word[at : run.start()]
            at = run.end()
            written = run.group()
            yield from (written[index : index + 2] for index in range(max(1, len(written) - 1)))
        if word[at:]:
            yield word[at:]


def said(text: str) -> str:
    """What a line says, as it is compared: its words, with spaces between them in any script.

    Of a line that no person wrote only the beginning: comparing takes time with the square of
    the length, and lets no other thread run meanwhile.
    """
    return _said(text[:LONGEST_TEXT])


@lru_cache(maxsize=8192)
def _said(text: str) -> str:
    return " ".join(_tokens(normalised(text)))


def likeness(one: str, other: str) -> float:
    """How much alike two lines are, 0 to 100; 100 only when they say the same."""
    first, second = said(one), said(other)
    if first == second:
        return 100.0 if first else 0.0
    return _score(first, second)


def _score(first: str, second: str) -> float:
    """Likeness of two lines that differ.

    Words in common count fully when both lines are about as long. A short line
    that is part of a long one says less, and is held back by its share.
    """
    from rapidfuzz import fuzz

    in_order = fuzz.token_sort_ratio(first, second)
    shared = fuzz.token_set_ratio(first, second)
    counts = sorted((first.count(" ") + 1, second.count(" ") + 1))
    return min(in_order + (shared - in_order) * counts[0] / counts[1], _NOT_THE_SAME)


def contained(one: str, other: str) -> float:
    """How much the shorter of two lines is a part of the longer one, 0 to 99; both as `said`
    gives them.

    0 for what is too short to say much by itself, as `at the end of the day`.
    """
    from rapidfuzz import fuzz

    short, long = sorted((one, other), key=len)
    if short.count(" ") + 1 < _PART_WORDS and len(short) < _PART_LENGTH:
        return 0.0
    # A part begins and ends with whole words.
    return min(fuzz.partial_ratio(f" {short} ", f" {long} "), _NOT_THE_SAME)


def alike(
    text: str, items: Sequence[Item], threshold: float, limit: int = 5
) -> tuple[tuple[Item, float], ...]:
    """The items that are at least `threshold` alike, best first."""
    mine = said(text)
    if not mine:
        return ()
    words = [said(item.text) for item in items]
    known = scores(mine, words, threshold)
    scored = [
        (item, known[other]) for item, other in zip(items, words, strict=True) if other in known
    ]
    return tuple(sorted(scored, key=lambda pair: (-pair[1], pair[0].line))[:limit])


def scores(mine: str, others: Sequence[str], threshold: float) -> dict[str, float]:
    """Which of `others` are at least `threshold` like `mine`, with their likeness.

    All as `said` gives them. Lets no other thread run meanwhile: some 3 µs for each other.
    """
    from rapidfuzz import fuzz, process

    # Never less than the score, and counted in C for all items at once.
    near = process.extract(
        mine,
        others,
        scorer=fuzz.token_set_ratio,
        processor=None,
        score_cutoff=threshold,
        limit=None,
    )
    found = {
        other: 100.0 if other == mine else _score(mine, other) for other, _, _ in near if other
    }
    return {other: score for other, score in found.items() if score >= threshold}


def like_one_before(
    texts: Sequence[str], threshold: float, may_stand_for: Callable[[int, int], bool]
) -> tuple[tuple[int, float] | None, ...]:
    """For each text the one before it that it is most like, as its index and their likeness.

    One that says the same comes before all that are merely like it; of several
    the first stands for the others. Of those that are merely like it only one
    is named that is like none before it, so that what stands for others is
    itself not said elsewhere. `may_stand_for` tells whether the first of two
    may be named for the second. None for a text that is like none.
    """
    from rapidfuzz import fuzz, process

    lines = [said(text) for text in texts]
    words = [each.count(" ") + 1 for each in lines]
    exact: dict[str, list[int]] = {}
    kept: list[int] = []
    found: list[tuple[int, float] | None] = []
    for index, mine in enumerate(lines):
        twin = next((each for each in exact.get(mine, ()) if may_stand_for(each, index)), None)
        if twin is not None or not mine:
            found.append(None if twin is None else (twin, 100.0))
            continue
        exact.setdefault(mine, []).append(index)
        length, count = len(mine), words[index]
        near = [
            each
            for each in kept
            if _at_most(length, len(lines[each]), count, words[each]) >= threshold
        ]
        likes = process.extract(
            mine,
            [lines[each] for each in near],
            scorer=fuzz.token_set_ratio,
            processor=None,
            score_cutoff=threshold,
            limit=None,
        )
        scored = sorted(
            (-_score(mine, other), near[place])
            for other, _, place in likes
            if other != mine and may_stand_for(near[place], index)
        )
        if scored and -scored[0][0] >= threshold:
            found.append((scored[0][1], -scored[0][0]))
            continue
        found.append(None)
        kept.append(index)
    return tuple(found)


def _at_most(length: int, other_length: int, words: int, other_words: int) -> float:
    """More than `_score` can be for two lines of such lengths: most pairs are told apart by it."""
    in_order = 200 * min(length, other_length) / (length + other_length)
    share = min(words, other_words) / max(words, other_words)
    return in_order + (100 - in_order) * share
