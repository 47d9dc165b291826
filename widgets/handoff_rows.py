"""The hand-off as rows: what was left, what is unread, what is new since the last beat."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo

from memdeck.handoff import HandedNote, HandOff, LeftOn, LineSince
from memdeck.model import LogItem
from memdeck.secrets import hidden_if_named, masked
from memdeck.text import plural
from widgets.glyphs import Glyphs
from widgets.row import Notice, Row, Tone
from widgets.when import ago, clock, day_long, day_name

_VALUE_LENGTH = 400
# What a day leaves, the most pressing first.
_PARTS: tuple[tuple[str, Callable[[LeftOn], tuple[LogItem, ...]]], ...] = (
    ("Blocked", lambda left: left.blocked),
    ("Open", lambda left: left.open),
    ("Decisions", lambda left: left.decisions),
    ("Completed", lambda left: left.completed),
)


def hand_off_rows(found: HandOff, now: datetime, zone: tzinfo, glyphs: Glyphs) -> tuple[Row, ...]:
    """Everything that the agent finds, the most pressing first; empty when there is nothing."""
    if found.nothing:
        return ()
    since = _since(found, now, zone)
    rows = [Row("since", since, tone=Tone.ACCENT, target=Notice(since))]
    rows += [
        Row(("remark", words), words, 0, glyphs.warning, Tone.WARNING, target=Notice(words))
        for words in found.remarks
    ]
    for title, part in _PARTS:
        for each in found.left:
            day = day_name(each.date, found.today) or day_long(each.date, found.today)
            rows += _items(title, f"  {day}", part(each))
    if found.logged and found.logged_on is not None:
        day = day_name(found.logged_on, found.today) or day_long(found.logged_on, found.today)
        more = f", {found.logged_before} before" if found.logged_before else ""
        rows += _items("Logged last", f"  {day}{more}", found.logged)
    rows += _notes(found, now, zone, glyphs)
    rows += _lines(found.lines_since, zone, glyphs)
    return tuple(rows)


def hand_off_empty(found: HandOff | None, glyphs: Glyphs) -> str:
    """What is said when there is nothing to list."""
    if found is None:
        return f"Looking for what was left{glyphs.ellipsis}"
    return (
        "An agent that starts now finds nothing: no log of today or yesterday, no notes of "
        f"{found.branch or 'a branch'}.\n\n"
        "Agents leave it under Completed, Decisions and Blocked of the day's log, or with\n"
        'memdeck log "what happened" --section Blocked'
    )


def _since(found: HandOff, now: datetime, zone: tzinfo) -> str:
    when = ""
    if found.since is not None:
        when = f", {ago(found.since, now, zone)} ago ({clock(found.since, zone)})"
    unread = f"; {plural(found.unread, 'unread note')}" if found.agent else "; A names one"
    return f"{found.since_words}{when}{unread}"


def _heading(title: str, said: str, count: int) -> Row:
    return Row(
        ("heading", title, said),
        f"{title}{said}",
        tone=Tone.HEADING,
        right=(str(count),),
        foldable=True,
        stop=True,
        target=title,
    )


def _items(title: str, said: str, items: Sequence[LogItem]) -> Iterator[Row]:
    if not items:
        return
    yield _heading(title, said, len(items))
    for item in items:
        yield Row((title, item.file, item.line), item.text, 1 + item.depth, target=item)


def _notes(found: HandOff, now: datetime, zone: tzinfo, glyphs: Glyphs) -> Iterator[Row]:
    if not found.notes:
        return
    yield _heading("Notes", f"  {found.branch or ''} {glyphs.branch}", len(found.notes))
    for note in found.notes:
        yield _note(note, now, zone, glyphs)
        whole = json.dumps(note.entry.value, ensure_ascii=False)[: 2 * _VALUE_LENGTH]
        # Masked before it is cut, as half a secret is not known for what it is.
        value = masked(hidden_if_named(note.entry.key, whole))[:_VALUE_LENGTH]
        key = ("note", note.entry.key, "value")
        yield Row(key, value, 2, tone=Tone.DIM, passive=True, target=note.entry)


def _note(note: HandedNote, now: datetime, zone: tzinfo, glyphs: Glyphs) -> Row:
    when = note.entry.moment
    return Row(
        ("note", note.entry.key),
        note.entry.key,
        1,
        glyph=glyphs.fresh if note.unread else "",
        tone=Tone.TITLE if note.unread else Tone.PLAIN,
        right=(
            *(("unread",) if note.unread else ()),
            ago(when, now, zone) if when else note.entry.timestamp,
        ),
        target=note.entry,
    )


def _lines(lines: Sequence[LineSince], zone: tzinfo, glyphs: Glyphs) -> Iterator[Row]:
    if not lines:
        return
    yield _heading("Logged since", "", len(lines))
    for line in lines:
        when = clock(line.when, zone) if line.when else ""
        yield Row(
            ("since", line.item.file, line.item.line),
            line.item.text,
            1,
            glyph="" if line.perhaps else glyphs.fresh,
            right=("perhaps" if line.perhaps else when,),
            target=line.item,
        )
