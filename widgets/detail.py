"""The selected row in full: what it says, where it stands, what it costs, what it is like."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive

from memdeck.limits import LONGEST_TEXT
from memdeck.model import (
    Alarm,
    AlarmKind,
    BranchNotes,
    DamagedSpan,
    Day,
    Deck,
    DialectEntry,
    Entry,
    Item,
    LogFile,
    LogItem,
    RepositoryNotes,
    Section,
)
from memdeck.secrets import named_secret, on_screen
from memdeck.text import plural, thin
from widgets.alarm_rows import lost_lines
from widgets.glyphs import UNICODE, Glyphs
from widgets.guarded import Guarded
from widgets.looks import ACCENT, MUTED
from widgets.row import Notice
from widgets.timeline_rows import SAME
from widgets.when import ago, clock, day_long

_ENTRY_FORM: Final = (
    'an entry is {"branch": ..., "timestamp": ..., "key": ..., "value": ...}, as JSON'
)


SEEN: Final = LONGEST_TEXT + 5_000
"""Characters that are looked at for what a screen shows: some behind the last one that is shown,
as what looks like a secret must be seen whole to be masked."""


@dataclass(frozen=True, slots=True)
class Described:
    """A selected value in words. All of it is text as on disk, not yet safe to show."""

    text: str
    """The whole of it, with its own line ends."""
    source: str = ""
    """Where it stands, when it was written, what it costs."""
    like: str = ""
    """What it is like in MEMORY.md, or what became of it."""


def in_full(text: str, drawn: Callable[..., str]) -> str:
    """A text as it is read, with its line ends; of one that is too long the beginning, and how
    much more there is. `drawn` makes it safe to show."""
    shown = drawn(text[:SEEN], multiline=True)
    if len(text) <= LONGEST_TEXT:
        return shown
    more = thin(len(text) - LONGEST_TEXT)
    return f"{shown[:LONGEST_TEXT]}…\n\n{more} more characters are not shown here."


def describe(target: object, deck: Deck, now: datetime, zone: tzinfo, glyphs: Glyphs) -> Described:
    """Any value that a row stands for."""
    dot = f" {glyphs.dot} "
    match target:
        case Entry():
            when = target.moment
            source = [
                f"{target.key} on {target.branch}",
                f"{ago(when, now, zone)} ({target.timestamp})" if when else target.timestamp,
                f"commit {target.commit[:10]}",
            ]
            value = target.value
            if isinstance(value, str) and named_secret(target.key, value):
                # With its name, as only that tells that it is to be masked.
                value = {target.key: value}
            return Described(json.dumps(value, ensure_ascii=False, indent=2), dot.join(source))
        case DialectEntry():
            said = [f"{name} {value}" for name, value in target.details]
            time = f"{ago(target.when, now, zone)} ({target.when})" if target.when else ""
            reach = "its commit is gone" if target.unreachable else ""
            source = [target.key, time, *said, f"commit {target.commit[:10]}", reach]
            return Described(target.text, dot.join(each for each in source if each))
        case DamagedSpan():
            source = [f"damaged: {target.reason}", f"commit {target.commit[:10]}", "kept as it is"]
            return Described(target.text, dot.join(source), _ENTRY_FORM)
        case BranchNotes():
            entries = plural(target.entry_count, "entry", "entries")
            return Described(target.branch, f"{plural(len(target.keys), 'key')}{dot}{entries}")
        case RepositoryNotes():
            return Described(target.problem or target.name, str(target.root))
        case Section():
            tokens = _tokens(deck, deck.memory.path.name, target.start, target.end)
            source = [
                f"{deck.memory.path.name}:{target.line}",
                plural(len(target.items), "item"),
                tokens,
            ]
            return Described(target.address, dot.join(each for each in source if each))
        case Item():
            tokens = _tokens(deck, deck.memory.path.name, target.start, target.end)
            source = [f"{deck.memory.path.name}:{target.line}", tokens, target.address]
            return Described(
                target.source or target.text, dot.join(each for each in source if each)
            )
        case LogItem():
            return _described_line(target, deck, zone, glyphs)
        case LogFile():
            words = [target.name, target.kind.value, f"written {clock(target.modified, zone)}"]
            return Described(target.name, dot.join(words))
        case Alarm():
            log = target.kind is AlarmKind.LOG
            back = "L appends them to the log" if log else "L puts them back"
            keys = [target.file, *([back] if target.lost else []), "x: it was meant"]
            return Described("\n".join((target.words, "", *lost_lines(target))), dot.join(keys))
        case Notice():
            return Described(target.words)
        case Day():
            files = ", ".join(file.name for file in target.files)
            return Described(day_long(target.date, deck.today), files)
        case _:
            return Described("")


def _described_line(item: LogItem, deck: Deck, zone: tzinfo, glyphs: Glyphs) -> Described:
    dot = f" {glyphs.dot} "
    tokens = _tokens(deck, item.file, item.start, item.end)
    file = next((file for day in deck.days for file in day.files if file.name == item.file), None)
    written = f"written {clock(file.modified, zone)}" if file else ""
    source = dot.join(each for each in (item.place, tokens, written) if each)
    known = deck.promoted.get((item.file, item.line, item.digest))
    like = ""
    if known is not None:
        same = next((each for each in deck.memory.items if each.id == known.item_id), None)
        place = f"  {deck.memory.path.name}:{same.line}" if same else ""
        text = same.text if same else "an item that is not there any more"
        if known.by_journal or known.likeness >= SAME:
            like = f"{glyphs.promoted} promoted {glyphs.arrow} {text}{place}"
        else:
            like = f"{glyphs.alike} {known.likeness:.0f}% like  {text}{place}"
    elif not item.candidate:
        like = "raw conversation or another program's text: shown, never proposed for promotion"
    return Described(item.source or item.text, source, like)


def _tokens(deck: Deck, path: str, start: int, end: int) -> str:
    tokens = deck.budget.tokens_of(path, start, end) if deck.budget else None
    return f"{thin(tokens)} tok" if tokens is not None else ""


class Detail(Guarded):
    """Three lines under the panes, and the rule above them."""

    DEFAULT_CSS = "Detail { height: 4; padding: 0 1; }"

    described: reactive[Described] = reactive(Described(""))

    def __init__(self, *, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self._glyphs = glyphs

    def render(self) -> RenderResult:
        described = self.described
        width = max(1, self.content_size.width)
        # Nothing longer than can be seen is wrapped, though it may be 10 MB.
        seen = " ".join(described.text[:SEEN].split())
        text = Content(on_screen(seen)).wrap(width)
        lines = text[:1] if described.like else text[:2]
        if len(text) > len(lines):
            lines[-1] = Content(f"{lines[-1].plain.rstrip()[: width - 1]}{self._glyphs.ellipsis}")
        lines = [line.stylize("bold") for line in lines]
        if described.source:
            source = Content.styled(on_screen(described.source[:SEEN]), MUTED)
            lines.append(source.truncate(width, ellipsis=True))
        if described.like:
            like = Content.styled(on_screen(described.like[:SEEN]), ACCENT)
            lines.append(like.truncate(width, ellipsis=True))
        return Content("\n").join(lines)
