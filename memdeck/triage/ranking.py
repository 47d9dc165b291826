"""How much a line of a log is worth a look: points, each with a reason.

What a person keeps is decided by the person. The order only has to put what
most of them would keep among the first, and to say why it stands where it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from memdeck.curated.likeness import said
from memdeck.meaning import emoji_lead
from memdeck.model import LogItem, Meaning
from memdeck.triage.cues import cues


@dataclass(frozen=True, slots=True)
class Weight:
    """Points for or against a line."""

    points: float
    why: str
    """Why they are as many."""


WEIGHTS: Final = {
    # What it is about.
    "decision": Weight(30, "a decision holds until another one; without it work is done twice"),
    "lesson": Weight(30, "a lesson is of use to whoever comes next"),
    "failed": Weight(22, "what failed teaches, but is often mended the same day"),
    "blocked": Weight(10, "what is blocked is open work: the day and the notes carry it"),
    "project": Weight(6, "projects have a place in MEMORY.md, and change often"),
    "completed": Weight(-6, "what is done is seldom asked for again"),
    # How sure that is.
    "label": Weight(22, "its writer named it: nothing is surer"),
    "opening": Weight(20, "it does what it says: `we agreed to`, `from now on`"),
    "section": Weight(16, "it stands where its writer puts such lines"),
    "emoji": Weight(10, "a sign of its writer, though signs mean many things"),
    "within": Weight(-4, "words of deciding or learning further on: it may as well tell a story"),
    "word": Weight(-18, "a single word alone: a line about a decision need not be one"),
    "pending": Weight(-30, "nothing has been decided yet"),
    "about": Weight(-16, "it tells of a decision or a lesson of somebody else"),
    # What else speaks for it.
    "again": Weight(5, "for each further day: what is said again matters, or is not known"),
    "noted": Weight(6, "the branch's notes speak of it, so that work depends on it"),
    "new": Weight(3, "of today or yesterday: nobody has looked at it yet"),
    # What speaks against it.
    "like": Weight(-14, "MEMORY.md says nearly that: a merge rather than a new item"),
    "routine": Weight(-16, "said on most days it is a habit, not a finding"),
    "question": Weight(-16, "a question has no answer in it"),
    "row": Weight(-14, "a row of a table says little without its table"),
    "nested": Weight(-8, "it belongs to the line above it"),
    "timed": Weight(-4, "it begins with a time: what happened, rather than what holds"),
    "short": Weight(-14, "too short to be understood in a month"),
}
"""Every weight there is, by name."""

_READS_LIKE: Final = {
    Meaning.DECISION: "a decision",
    Meaning.LESSON: "a lesson",
    Meaning.FAILED: "something that failed",
    Meaning.PROJECT: "a project",
    Meaning.COMPLETED: "something completed",
}
_MOST_AGAIN: Final = 3
"""Further days that count."""
_ROUTINE: Final = 0.5
"""Share of the days that have a log from which on a line is routine, of four days at least."""
_ROUTINE_DAYS: Final = 4
_LITTLE: Final = 14
"""Bytes of what it says, without spaces: CJK takes three for a character."""
_ROW: Final = re.compile(r"\s\|\s")
_QUESTION: Final = ("?", "？", "؟")
_CLOSING: Final = " \"'”’»)」』*_"
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a candidate: all that its rank is made of."""

    item: LogItem
    section: Meaning
    """Of the section that it stands in."""
    days: tuple[date, ...]
    """On which it was said, oldest first."""
    logged_days: int
    """How many days of those that were looked at have a log."""
    today: date
    notes: tuple[tuple[str, str], ...] = ()
    """Branches and keys of the notes that speak of it."""
    like: tuple[int, float] | None = None
    """Line and likeness of the item of MEMORY.md that is most like it."""


@dataclass(frozen=True, slots=True)
class Rank:
    """What came out."""

    score: float
    kind: Meaning
    reasons: tuple[str, ...]
    """In words, those that count most first; what speaks against it last."""


@dataclass(frozen=True, slots=True)
class _Reason:
    points: float
    words: str


def rank(evidence: Evidence) -> Rank:
    """How high a candidate stands, and why."""
    kind, reasons = _about(evidence)
    reasons += [*_besides(evidence, kind), *_against(evidence)]
    score = sum(each.points for each in reasons)
    told = sorted((each for each in reasons if each.words), key=lambda each: -each.points)
    return Rank(score, kind, tuple(each.words for each in told))


def _about(evidence: Evidence) -> tuple[Meaning, list[_Reason]]:
    """What it is about, and how sure that is."""
    item = evidence.item
    found = cues(item.text)
    kind = found.label or found.opening or item.meaning
    signs = {
        "label": found.label,
        "opening": found.opening,
        "section": evidence.section,
        "emoji": emoji_lead(item.text),
        "within": found.within,
    }
    sure = [
        name for name, meaning in signs.items() if meaning is kind and kind is not Meaning.PLAIN
    ]
    if found.within and not sure and not found.pending:
        # Words that say it say more than a word that it may be about.
        kind, sure = found.within, ["within"]
    if kind is Meaning.PLAIN:
        return kind, []
    points = WEIGHTS[kind.value].points
    if kind in (Meaning.DECISION, Meaning.LESSON, Meaning.FAILED):
        # The surest sign counts; each further one makes little difference.
        weights = sorted((WEIGHTS[name].points for name in sure or ("word",)), reverse=True)
        points += weights[0] + 2 * (len(weights) - 1)
    if kind is Meaning.BLOCKED:
        words = "blocked"
    elif sure or kind not in (Meaning.DECISION, Meaning.LESSON):
        words = f"reads like {_READS_LIKE[kind]}"
    else:
        words = f"has a word of {_READS_LIKE[kind]}"
    reasons = [_Reason(points, words)]
    if found.pending:
        reasons.append(_Reason(WEIGHTS["pending"].points, "still to be decided"))
    elif found.about and "section" not in sure:
        reasons.append(_Reason(WEIGHTS["about"].points, "tells of a decision or lesson"))
    return kind, reasons


def _besides(evidence: Evidence, kind: Meaning) -> Iterator[_Reason]:
    """What else speaks for it."""
    days = evidence.days
    if len(days) > 1:
        words = f"said on {len(days)} days: {_listed(days)}"
        if len(days) >= max(_ROUTINE_DAYS, evidence.logged_days * _ROUTINE):
            yield _Reason(WEIGHTS["routine"].points, f"{words}, as routine is")
        else:
            # What was completed again, or is nothing in particular, is counted once.
            most = 1 if kind in (Meaning.PLAIN, Meaning.COMPLETED) else _MOST_AGAIN
            yield _Reason(WEIGHTS["again"].points * min(len(days) - 1, most), words)
    if evidence.notes:
        branch, key = evidence.notes[0]
        words = f"mentioned in the notes of {branch} ({key})"
        yield _Reason(WEIGHTS["noted"].points, words)
    age = (evidence.today - days[-1]).days
    if age <= 1:
        yield _Reason(WEIGHTS["new"].points, "of yesterday" if age == 1 else "of today")


def _against(evidence: Evidence) -> Iterator[_Reason]:
    """What speaks against it."""
    item = evidence.item
    if evidence.like is not None:
        line, likeness = evidence.like
        yield _Reason(WEIGHTS["like"].points, f"like MEMORY.md:{line} ({int(likeness)}%)")
    if item.text.rstrip(_CLOSING).endswith(_QUESTION):
        yield _Reason(WEIGHTS["question"].points, "a question")
    if _ROW.search(item.text):
        yield _Reason(WEIGHTS["row"].points, "a row of a table")
    if item.depth:
        yield _Reason(WEIGHTS["nested"].points, "part of the line above it")
    if item.time is not None:
        yield _Reason(WEIGHTS["timed"].points, "")
    words = said(item.text).replace(" ", "")
    if len(words.encode("utf-8", "surrogateescape")) < _LITTLE:
        yield _Reason(WEIGHTS["short"].points, "only a word or two")


def _listed(days: tuple[date, ...]) -> str:
    """`Tue 3, Thu 5, Fri 6 Feb`: the month where it changes; of many days the last."""
    shown = days[-4:]
    words = []
    for index, day in enumerate(shown):
        last = index + 1 == len(shown)
        month = "" if not last and shown[index + 1].month == day.month else _month(day)
        words.append(f"{_WEEKDAYS[day.weekday()]} {day.day}{month}")
    return ("… " if len(days) > len(shown) else "") + ", ".join(words)


def _month(day: date) -> str:
    return f" {_MONTHS[day.month - 1]}"
