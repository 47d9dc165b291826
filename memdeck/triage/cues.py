"""Turns of phrase by which a line shows that something was decided or learned in it.

The word lists of `memdeck.meaning` find what a line is about; a line about a
decision (`Decision meeting moved to three`) need not be one. Here is told how
people say the thing itself, and that it is still open, by the tables of
`memdeck.triage.phrases`. All of it is only counted for or against a line:
nothing is hidden because of a cue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from memdeck.denial import denied_before, says_nothing
from memdeck.meaning import meaning_of_title
from memdeck.model import Meaning
from memdeck.triage.phrases import (
    ABOUT,
    AND_I,
    ANY_REASON,
    DOUBT,
    LABELS,
    LEADS,
    OPEN_LABELS,
    ORDERS,
    PENDING,
    REASONS,
    STATED,
    STATED_LAST,
    STATED_LAST_IN,
    STORIES,
    TAKEN,
    US,
    WITHIN,
    WITHIN_IN,
)
from memdeck.triage.wording import Phrases, plain, words_of

_READ_AHEAD: Final = 300
_LEAD: Final = re.compile(r"^(?:\W|\d)+")
# The vowel signs of Hindi, which may end a word, are no letters to `re`.
_LABEL: Final = re.compile(r"([^:：。.!?？]{1,48}?)[^\w\u0900-\u0963]*(?:[:：]|\s[-–—]+)\s*(?=\S)")
_NAMED_WORDS: Final = 3
_LABEL_WORDS: Final = 5
_MOST_LEADS: Final = 4
_MOST_NAMES: Final = 2
_LEARNED: Final = (Meaning.LESSON, Meaning.FAILED)
_CLAUSE: Final = re.compile(r"[.;:!。；：！]\s*|,\s+|，\s*|\s[-–—]+\s+")
_TIL: Final = re.compile(r"TIL\b")
_QUESTION: Final = re.compile(r"[?？؟]\W*$")
_SHORT: Final = 3
"""A label of so few letters is too often another word: it counts at the end of one."""


@dataclass(frozen=True, slots=True)
class Cues:
    """What the words of a line say of it."""

    label: Meaning | None = None
    """What a label at its start names: `Decision: ...`."""
    opening: Meaning | None = None
    """What its first words do: `We agreed to ...`, also behind a label: `Note: never ...`."""
    within: Meaning | None = None
    """What words further on do: `..., from now on`."""
    pending: bool = False
    """Whether something is still to be decided."""
    about: bool = False
    """Whether it tells of a decision, rather than deciding."""


@lru_cache(maxsize=8192)
def cues(text: str) -> Cues:
    """The cues of a line; what counts is its first 300 characters."""
    bare = _LEAD.sub("", text[:_READ_AHEAD])
    said = plain(bare)
    found = _LABEL.match(bare)
    written = found.group(1) if found is not None else ""
    rest = bare[found.end() :] if found is not None else ""
    name = plain(written)
    is_open = bool(rest) and OPEN_LABELS.begins(name)
    label = _label(written, name) if rest else None
    opening = Meaning.LESSON if _TIL.match(bare) else _opening(said)
    if opening is None and rest and not is_open:
        opening = _opening(plain(rest))
    # `Always ask whether ...` has learned something, and is not undecided.
    learned = label in _LEARNED or opening in _LEARNED
    pending = (
        is_open
        or _QUESTION.search(text) is not None
        or (bool(rest) and says_nothing(rest.casefold()))
        or (not learned and PENDING.find(said) is not None)
    )
    label = None if pending else label
    return Cues(
        label=label,
        opening=opening,
        within=_within(said, bare),
        pending=pending,
        about=label is None and ABOUT.find(said) is not None,
    )


def _label(written: str, name: str) -> Meaning | None:
    """What the words before a colon name, if anything."""
    words = len(name.split())
    if words <= _NAMED_WORDS:
        meaning = meaning_of_title(written)
        if meaning is not Meaning.PLAIN:
            return meaning
    if words > _LABEL_WORDS:
        return None
    for at in words_of(name):
        end = name.index(" ", at + 1)
        # `Les:` is Dutch for a lesson, `Les tests:` is not.
        part = name[: end + 1] if end - at - 1 <= _SHORT else ""
        for meaning, phrases in LABELS.items():
            if phrases.begins(name, at) and (part in ("", name) or not phrases.begins(part, at)):
                return meaning
    return None


def _opening(said: str) -> Meaning | None:
    """What the first words of a plain text do, behind those that say who and when."""
    starts = (0, *_behind_leads(said))
    if any(STORIES.begins(said, start) for start in starts):
        return None
    if (meaning := _stated(said, starts)) is not None:
        return meaning
    if ORDERS.begins(said):
        return Meaning.LESSON
    if _chosen(said, starts):
        return Meaning.DECISION
    for meaning, phrases in STATED_LAST.items():
        at = phrases.find(said)
        if at is not None and _surely(said, at, STATED_LAST_IN[meaning]):
            return meaning
    return None


def _stated(said: str, starts: tuple[int, ...]) -> Meaning | None:
    for start in starts:
        for meaning, phrases in STATED.items():
            if phrases.begins(said, start):
                return meaning
    return None


def _chosen(said: str, starts: tuple[int, ...]) -> bool:
    """Whether something was taken, with what it was taken for or instead of."""
    if ANY_REASON.find(said) is None:
        return False
    for name, reasons in REASONS.items():
        if any(TAKEN[name].begins(said, start) for start in starts):
            if reasons.find(said) is not None:
                return True
        elif reasons.begins(said) and US[name].find(said) is not None:
            return True
    return False


def _surely(said: str, at: int, languages: Mapping[str, Phrases]) -> bool:
    """Whether in a language that has a phrase there no word before it speaks of a doubt."""
    before = f"{said[: at + 1].rstrip()} "
    return any(
        phrases.begins(said, at) and DOUBT[name].find(before) is None
        for name, phrases in languages.items()
    )


def _behind_leads(said: str) -> tuple[int, ...]:
    """Where a plain text goes on behind the words that say who decided, and when."""
    starts = []
    at = _behind_names(said)
    if at:
        starts.append(at)
    for _ in range(_MOST_LEADS):
        if not LEADS.begins(said, at):
            break
        at = said.index(" ", at + 1)
        starts.append(at)
    return tuple(starts)


def _behind_names(said: str) -> int:
    """Where it goes on behind `Yael and`, if that is `I`; or at its beginning."""
    for at in islice(words_of(said), 1, 1 + _MOST_NAMES):
        if AND_I.begins(said, at):
            return said.index(" ", at + 1)
    return 0


def _within(said: str, bare: str) -> Meaning | None:
    for meaning, phrases in WITHIN.items():
        at = phrases.find(said)
        if at is None or STORIES.begins(said, at) or not _surely(said, at, WITHIN_IN[meaning]):
            continue
        # `Never` stands with a `not` in many languages.
        if meaning is Meaning.LESSON or not denied_before(said, at + 1):
            return meaning
    for clause in _CLAUSE.split(bare)[1:]:
        inner = plain(clause)
        starts = (0, *_behind_leads(inner))
        if any(STORIES.begins(inner, start) for start in starts):
            continue
        if (meaning_of := _stated(inner, starts)) is not None:
            return meaning_of
    return None
