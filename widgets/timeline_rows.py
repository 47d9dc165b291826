"""Tier three as rows: days, newest first, with their files, sections and lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Final

from memdeck.daily.truth import DayTruth, day_truth
from memdeck.model import Alarm, Day, LogFile, LogItem, LogKind, Meaning, Promoted
from memdeck.text import plural, thin
from widgets.alarm_rows import alarm_rows
from widgets.glyphs import Glyphs
from widgets.row import Notice, Row, Tone
from widgets.when import day_long, day_name

# From this likeness on a line counts as being in MEMORY.md already; below it,
# it is like something there.
SAME: Final = 95.0

LineKey = tuple[str, int, str]


def timeline_rows(
    days: tuple[Day, ...],
    today: date,
    promoted: Mapping[LineKey, Promoted],
    tokens: Mapping[str, int],
    glyphs: Glyphs,
    utc_today: date | None = None,
    alarms: Sequence[Alarm] = (),
) -> tuple[Row, ...]:
    """Every row of the Timeline pane, open or folded; `utc_today` is the date in UTC when it
    may be another than `today`."""
    truth = day_truth(days, today, utc_today or today)
    rows = alarm_rows(alarms, glyphs, of_logs=True)
    if truth.words:
        notice = Notice(truth.words)
        rows.append(Row("utc", truth.words, 0, glyphs.warning, Tone.WARNING, target=notice))
    for day in days:
        in_utc = truth.differs and day.date == truth.utc.day
        rows += _day_rows(day, today, promoted, tokens, glyphs, in_utc=in_utc)
    return tuple(rows + _odd_rows(truth, glyphs))


def _odd_rows(truth: DayTruth, glyphs: Glyphs) -> list[Row]:
    """The files whose dates cannot be right, or need not be, in one place behind all days."""
    if not truth.odd:
        return []
    words = f"{plural(len(truth.odd), 'log')} with a doubtful date"
    head = Row(
        *("odd", words, 0, glyphs.warning, Tone.WARNING),
        foldable=True,
        starts_closed=True,
        target=Notice(words),
    )
    said = [(each.name, f"{each.name}: {each.words}") for each in truth.odd]
    return [
        head,
        *(
            Row(("odd", name), text, 1, tone=Tone.WARNING, target=Notice(text))
            for name, text in said
        ),
    ]


def timeline_empty(today: date, problem: str | None) -> str:
    """What the pane says when there is nothing to list."""
    if problem:
        return problem
    return (
        "No daily logs yet.\n\n"
        f"Agents write them to memory/{today.isoformat()}.md, or one line at a time:\n"
        'memdeck log "what happened"'
    )


def _day_rows(
    day: Day,
    today: date,
    promoted: Mapping[LineKey, Promoted],
    tokens: Mapping[str, int],
    glyphs: Glyphs,
    *,
    in_utc: bool,
) -> list[Row]:
    counted = [tokens[file.name] for file in day.files if file.name in tokens]
    cost = f"{thin(sum(counted)):>7}" if len(counted) == len(day.files) else ""
    name = day_name(day.date, today)
    said = [name] * bool(name) + ["today in UTC"] * in_utc
    title = "  ".join((day_long(day.date, today), *said))
    files = plural(len(day.files), "file") if len(day.files) > 1 else ""
    rows = [
        Row(
            ("day", day.date),
            title,
            tone=Tone.TITLE if name == "today" else Tone.HEADING,
            right=tuple(each for each in (files, cost) if each),
            foldable=True,
            starts_closed=name not in ("today", "yesterday", "tomorrow"),
            stop=True,
            target=day,
        )
    ]
    rows += _mark_rows(("day", day.date), day.marks, 1, glyphs)
    several = len(day.files) > 1
    for file in day.files:
        if several or file.kind is LogKind.TRANSCRIPT:
            rows.append(_file_row(file, tokens))
        rows += _mark_rows(("file", file.name), file.marks, 1 + several, glyphs)
        rows += _file_rows(file, 1 + (several or file.kind is LogKind.TRANSCRIPT), promoted, glyphs)
    return rows


def _mark_rows(
    key: tuple[object, ...], marks: tuple[str, ...], depth: int, glyphs: Glyphs
) -> list[Row]:
    return [
        Row((*key, mark), mark, depth, glyphs.warning, Tone.WARNING, target=Notice(mark))
        for mark in marks
    ]


def _file_row(file: LogFile, tokens: Mapping[str, int]) -> Row:
    transcript = file.kind is LogKind.TRANSCRIPT
    cost = f"{thin(tokens[file.name]):>7}" if file.name in tokens else ""
    return Row(
        ("file", file.name),
        PurePosixPath(file.name).name,
        1,
        tone=Tone.DIM,
        right=tuple(each for each in ("transcript" if transcript else "", cost) if each),
        foldable=True,
        starts_closed=transcript,
        target=file,
    )


def _file_rows(
    file: LogFile, depth: int, promoted: Mapping[LineKey, Promoted], glyphs: Glyphs
) -> list[Row]:
    rows: list[Row] = []
    if file.problem:
        rows += _mark_rows(("file", file.name), (file.problem,), depth, glyphs)
    twins: Counter[str] = Counter()
    for section in file.sections:
        if section.title:
            key = ("heading", file.name, section.line)
            rows.append(Row(key, section.title, depth, tone=Tone.DIM, passive=True))
        for item in section.items:
            twins[item.digest] += 1
            known = promoted.get((item.file, item.line, item.digest))
            rows.append(_line_row(item, twins[item.digest], depth, known, glyphs))
    return rows


def _line_row(
    item: LogItem, ordinal: int, depth: int, known: Promoted | None, glyphs: Glyphs
) -> Row:
    done = known is not None and (known.by_journal or known.likeness >= SAME)
    right: tuple[str, ...] = ()
    if done:
        glyph = glyphs.promoted
    elif not item.candidate:
        glyph = ""
    elif item.meaning in (Meaning.DECISION, Meaning.LESSON, Meaning.FAILED):
        glyph = glyphs.decision
    else:
        glyph = glyphs.plain
    if known is not None and not done:
        right = (f"{glyphs.alike} {known.likeness:.0f}%",)
    return Row(
        # The line's own bytes, not its number: lines above it may come and go.
        ("line", item.file, item.digest, ordinal),
        item.text,
        depth + item.depth,
        glyph=glyph,
        tone=Tone.DIM if done or not item.candidate else Tone.PLAIN,
        right=right,
        target=item,
    )
