"""Heartbeats that agents note in their daily logs: timed headings and lines, `HEARTBEAT_OK`.

A line counts when it says that a heartbeat took place, and when: most lines
with that word in them speak of its interval, its file or its noise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Final

from memdeck.daily.clock import moment_at
from memdeck.daily.shapes import HEADING_SAYS, time_at_start
from memdeck.daily.timed import timed_items
from memdeck.model import Beat, BeatStatus, LogFile, LogItem, LogKind, LogSection
from memdeck.pulse.beats import AHEAD

_LONGEST_NOTE: Final = 200
_DATE: Final = re.compile(r"\W*\d{4}-\d{2}-\d{2}(?:[T,]|\b)\s*", re.ASCII)
_LEAD: Final = re.compile(r"[\W_]*")
_BEAT: Final = re.compile(r"heart[- ]?beat(?![\w.]*\w)", re.IGNORECASE)
_ABOUT: Final = re.compile(
    r"[\s-]*(?:(?:interval|config|script|file|rule|setting|cron|code|bug|test|timer|system|monitor|"
    r"schedule|frequency|state|prompt|checklist|logic|every|is|are|was|were|will|should|must|now|"
    r"to|from|moved|changed|set|and|or|for|needs|has|does|can|cannot)s?)\b",
    re.IGNORECASE,
)
"""Behind the word: the line is about heartbeats, and is none."""
_ALL: Final = re.compile(
    r"[\W_]*heart[- ]?beats?(?: (?:log|checks?|history))?[\W_]*", re.IGNORECASE
)
"""A heading whose timed lines are heartbeats."""
_OK: Final = re.compile(r"(?<!\w)HEARTBEAT_OK(?!\w)")
_WRONG: Final = re.compile(r"(?<!\w)HEARTBEAT_(?:ALERT|FAIL(?:ED|URE)?|ERROR)(?!\w)")
_INSTRUCTION: Final = re.compile(
    r"\b(?:reply|respond|return|answer|say|send|if|when|unless|instead|should|must|rule|only)\b",
    re.IGNORECASE,
)
_TO_ITS_TIME: Final = re.compile(r"(?:\s*(?:check|poll|run|ok|at)\b)*[\s\W_]*", re.IGNORECASE)
_ALARM: Final = re.compile(
    r"[\s\W_]*?(?:[🚨⚠❌🔴]|\b(?:alert|alarm|fail(?:ed|ure)?|error|critical|urgent)\b)",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\A\s*#\s?\d+\b")
_SKIPPED: Final = re.compile(r"[\s\W_]*skipped\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """What a line says of a heartbeat."""

    written: str | None
    """Its time, as written; None when the line has none."""
    status: BeatStatus
    note: str | None


def beats_of(file: LogFile, on: date, zone: tzinfo) -> Iterator[Beat]:
    """The heartbeats in the log of a day, in no order, by nobody: which agent's they are is not
    said.

    Those without a time of their own or their heading's count only when no
    other in the file has one: the last of them, at the time of the file.
    """
    if not file.parsed or file.kind is not LogKind.LOG:
        return
    doubt = next((mark for mark in file.marks if mark.startswith(HEADING_SAYS)), "")
    doubt = f"the log is doubtful: {doubt}" if doubt else ""
    timed = False
    untimed: LogItem | None = None
    for line, when, told in _told(file, on, zone):
        if when is not None:
            timed = True
            late = when > file.modified + AHEAD
            why = doubt or ("its log was written before that" if late else "")
            moment = when.astimezone(UTC)
            yield Beat(moment, "", told.status, told.note, source=f"{file.name}:{line}", doubt=why)
    if timed:
        return
    for item, _ in timed_items(file, on, zone):
        if _OK.search(item.text) and not _INSTRUCTION.search(item.text):
            untimed = item
    if untimed is not None and file.modified.astimezone(zone).date() == on:
        words = "it says no time: that of its log is taken"
        moment = file.modified.replace(microsecond=0)
        yield Beat(moment, "", source=untimed.place, doubt=words)


def told_beat(text: str) -> Told | None:
    """What a line says of a heartbeat that took place; None when it says nothing of one."""
    if "heart" not in text.casefold():
        return None  # As nearly all lines: the rest takes its time.
    rest = text.strip()
    if dated := _DATE.match(rest):
        rest = rest[dated.end() :]
    written = time_at_start(rest)
    if written is not None:
        rest = rest[rest.index(written) + len(written) :]
    rest = rest[_lead(rest) :]
    if _WRONG.search(rest) or _OK.search(rest):
        return _answered(rest, written)
    word = _BEAT.match(rest)
    if word is None:
        return None
    rest = _NUMBER.sub("", rest[word.end() :], count=1)
    if _ABOUT.match(rest):
        return None
    if written is None:
        begun = _TO_ITS_TIME.match(rest)
        assert begun is not None
        written = time_at_start(rest[begun.end() :])
        if written is None:
            return None
        rest = rest[rest.index(written) + len(written) :]
    if alarm := _ALARM.match(rest):
        return Told(written, BeatStatus.ALERT, _note(rest[alarm.end() :]))
    if skipped := _SKIPPED.match(rest):
        return Told(written, BeatStatus.SKIPPED, _note(rest[skipped.end() :]))
    return Told(written, BeatStatus.OK, _note(rest))


def _answered(text: str, written: str | None) -> Told | None:
    """A line with the answer that a heartbeat is given, unless it tells when to give it."""
    if wrong := _WRONG.search(text):
        return Told(written, BeatStatus.ALERT, _note(text[wrong.end() :]))
    if _INSTRUCTION.search(text):
        return None
    return Told(written, BeatStatus.OK, None)


def _told(file: LogFile, on: date, zone: tzinfo) -> Iterator[tuple[int, datetime | None, Told]]:
    """Every line that tells of a heartbeat, with its moment where one is said."""
    for section in file.sections:
        told = told_beat(section.title) if section.title else None
        if told is not None and told.written is not None:
            yield section.line, moment_at(on, told.written, zone), told
        if _ALL.fullmatch(section.title):
            yield from _listed(section, on, zone)
    for item, when in timed_items(file, on, zone):
        told = told_beat(item.text)
        if told is not None:
            own = moment_at(on, told.written, zone) if told.written else when
            yield item.line, own, told


def _listed(
    section: LogSection, on: date, zone: tzinfo
) -> Iterator[tuple[int, datetime | None, Told]]:
    """The timed lines under a heading that says that they are heartbeats."""
    for item in section.items:
        if item.time is None or item.depth or not item.candidate or told_beat(item.text):
            continue
        told = told_beat(item.text.replace(item.time, f"{item.time} heartbeat:", 1))
        if told is not None:
            yield item.line, moment_at(on, item.time, zone), told


def _lead(text: str) -> int:
    """How much at the start of a text is no word: dashes, brackets, emoji."""
    found = _LEAD.match(text)
    return found.end() if found else 0


def _note(text: str) -> str | None:
    """What else a line says, without the marks around it."""
    said = text[_lead(text) :].strip()
    if said.endswith(")") and "(" not in said:
        said = said[:-1].rstrip()
    return said[: _LONGEST_NOTE - 1] + "…" if len(said) > _LONGEST_NOTE else said or None
