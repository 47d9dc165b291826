"""Two branches beside each other, and the changes of the notes, as rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from memdeck.model import KeyHistory
from memdeck.notes.branches import BranchDifference
from memdeck.notes.history import NotesCommit
from memdeck.secrets import hidden_if_named
from memdeck.text import plural
from widgets.glyphs import Glyphs
from widgets.notes_rows import value_words
from widgets.row import Row, Tone
from widgets.when import ago


def difference_rows(found: BranchDifference, glyphs: Glyphs) -> tuple[Row, ...]:
    """Keys that only the other branch has, that differ, and that only this one has."""
    rows: list[Row] = []
    rows += _group("missing", f"only on {found.other}", found.missing, choosable=True)
    if found.differing:
        rows.append(_heading("differing", "on both, and not the same", len(found.differing)))
        for here, there in found.differing:
            rows.append(_key("differing", there, glyph=glyphs.alike, target=there.latest))
            rows += [
                _value("there", there, f"{found.other}: "),
                _value("here", here, f"{found.branch}: "),
            ]
    rows += _group("only", f"only on {found.branch}", found.only, choosable=False)
    if found.same:
        rows.append(_heading("same", "the same on both", found.same))
    return tuple(rows)


def _group(name: str, title: str, keys: Iterable[KeyHistory], *, choosable: bool) -> list[Row]:
    keys = tuple(keys)
    if not keys:
        return []
    rows = [_heading(name, title, len(keys))]
    for key in keys:
        rows.append(_key(name, key, glyph="", target=key.latest if choosable else None))
        rows.append(_value(name, key, ""))
    return rows


def _heading(name: str, title: str, count: int) -> Row:
    return Row(("group", name), title, tone=Tone.HEADING, right=(plural(count, "key"),), stop=True)


def _key(name: str, key: KeyHistory, *, glyph: str, target: object) -> Row:
    return Row((name, key.latest.key), key.latest.key, 1, glyph, target=target)


def _value(name: str, key: KeyHistory, lead: str) -> Row:
    value = hidden_if_named(key.latest.key, value_words(key.latest.value))
    text = f"{lead}{value}"
    return Row((name, key.latest.key, "value"), text, 2, tone=Tone.DIM, passive=True)


def commit_rows(commits: Iterable[NotesCommit], now: datetime, zone: tzinfo) -> tuple[Row, ...]:
    """The changes of a notes ref, newest first."""
    return tuple(
        Row(
            ("notes commit", each.id),
            each.words or "(no words)",
            right=(each.actor, ago(each.when, now, zone) if each.when else "?"),
            target=each,
        )
        for each in commits
    )
