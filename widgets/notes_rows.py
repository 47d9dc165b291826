"""Tier one as rows: branches, their keys with the latest value, and each key's history."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime, tzinfo
from pathlib import Path

from memdeck.model import (
    BranchNotes,
    DamagedSpan,
    DialectNotes,
    Entry,
    JsonValue,
    KeyHistory,
    Notes,
    NotesSign,
    RepositoryNotes,
    SignKind,
)
from memdeck.secrets import hidden_if_named
from memdeck.text import plural
from widgets.glyphs import Glyphs
from widgets.row import Notice, Row, Tone
from widgets.when import ago


def notes_rows(
    notes: Notes,
    now: datetime,
    zone: tzinfo,
    glyphs: Glyphs,
    gone: Mapping[Path, frozenset[str]] | None = None,
    signs: Sequence[NotesSign] = (),
) -> tuple[Row, ...]:
    """Every row of the Notes pane, open or folded; `gone` are branches that are not there any
    more, by their repository's root."""
    several = len(notes.repositories) > 1
    rows: list[Row] = []
    for repository in notes.repositories:
        depth = 0
        if several:
            rows.append(_repository_row(repository))
            depth = 1
        if repository.problem:
            rows.append(
                Row(
                    ("problem", repository.root),
                    repository.problem,
                    depth,
                    glyph=glyphs.warning,
                    tone=Tone.WARNING,
                    target=Notice(repository.problem),
                )
            )
        rows += [_sign_row(sign, depth, glyphs) for sign in signs if sign.root == repository.root]
        for branch in repository.branches:
            is_gone = gone is not None and branch.branch in gone.get(repository.root, ())
            rows += _branch_rows(repository, branch, depth, now, zone, glyphs, is_gone)
        if repository.damaged:
            rows += _damaged_rows(repository, depth, glyphs)
        rows += _unreachable_rows(repository, depth, glyphs)
        for dialect in repository.dialects:
            rows += _dialect_rows(dialect, depth, now, zone, glyphs)
    return tuple(rows)


def notes_empty(notes: Notes) -> str:
    """What the pane says when there is nothing to list."""
    if notes.problem:
        return notes.problem
    return (
        "No notes yet.\n\n"
        "Agents write them to refs/notes/agents, one JSON entry a time:\n"
        "git notes --ref=agents append -m\n"
        '\'{"branch": ..., "timestamp": ..., "key": ..., "value": ...}\''
    )


def value_words(value: JsonValue) -> str:
    """A value in one line, as JSON."""
    return json.dumps(value, ensure_ascii=False)


def _repository_row(repository: RepositoryNotes) -> Row:
    return Row(
        ("repository", repository.root),
        repository.name,
        tone=Tone.TITLE,
        right=(plural(sum(len(branch.keys) for branch in repository.branches), "key"),),
        foldable=True,
        stop=True,
        target=repository,
    )


def _branch_rows(
    repository: RepositoryNotes,
    branch: BranchNotes,
    depth: int,
    now: datetime,
    zone: tzinfo,
    glyphs: Glyphs,
    gone: bool,
) -> list[Row]:
    base = (str(repository.root), branch.branch)
    name = "HEAD (detached)" if branch.branch == "HEAD" else branch.branch
    if gone:
        name = f"{name} (deleted)"
    rows = [
        Row(
            # Another row once the branch is left: the current one starts open.
            ("branch", *base, branch.current),
            f"{name} {glyphs.branch}" if branch.current else name,
            depth,
            tone=Tone.TITLE if branch.current else Tone.HEADING,
            right=(plural(len(branch.keys), "key"),),
            foldable=True,
            starts_closed=not branch.current,
            stop=True,
            target=branch,
        )
    ]
    for key in branch.keys:
        rows += _key_rows(key, base, depth + 1, now, zone)
    return rows


def _key_rows(
    key: KeyHistory, base: tuple[str, str], depth: int, now: datetime, zone: tzinfo
) -> list[Row]:
    latest = key.latest
    identity = ("key", *base, latest.key)
    rows = [
        Row(
            identity,
            latest.key,
            depth,
            # Keys stand in one line, with a fold or without.
            glyph="" if key.earlier else " ",
            right=(_when(latest, now, zone),),
            foldable=bool(key.earlier),
            starts_closed=True,
            target=latest,
        ),
        Row(
            (*identity, "value"),
            hidden_if_named(latest.key, value_words(latest.value)),
            depth + 1,
            tone=Tone.DIM,
            passive=True,
            target=latest,
        ),
    ]
    rows += [
        Row(
            ("entry", entry.commit, entry.position, entry.timestamp),
            hidden_if_named(entry.key, value_words(entry.value)),
            depth + 1,
            tone=Tone.DIM,
            right=(_when(entry, now, zone),),
            target=entry,
        )
        for entry in key.earlier
    ]
    return rows


def _damaged_rows(repository: RepositoryNotes, depth: int, glyphs: Glyphs) -> list[Row]:
    count = len(repository.damaged)
    words = "damaged entry" if count == 1 else "damaged entries"
    rows = [
        Row(
            ("damaged", str(repository.root)),
            f"{count} {words}",
            depth,
            glyph=glyphs.warning,
            tone=Tone.WARNING,
            foldable=True,
            starts_closed=True,
            stop=True,
            target=Notice(
                f"{count} {words} in the notes of {repository.name}. They are kept as they are; "
                'an entry is {"branch": ..., "timestamp": ..., "key": ..., "value": ...}, as JSON.'
            ),
        )
    ]
    rows += [
        Row(_damaged_key(span), span.text, depth + 1, tone=Tone.DIM, target=span)
        for span in repository.damaged
    ]
    return rows


def _sign_row(sign: NotesSign, depth: int, glyphs: Glyphs) -> Row:
    """Something about the notes as a whole, with the key that does something about it."""
    dropped = sign.kind is SignKind.DROPPED
    return Row(
        ("sign", sign.kind, sign.words),
        sign.words,
        depth,
        glyph=glyphs.warning if dropped else glyphs.alike,
        tone=Tone.WARNING if dropped else Tone.ACCENT,
        right=("R" if dropped else "s",),
        target=Notice(
            f"{sign.words}: R lists them, and puts them back."
            if dropped
            else f"{sign.words}: s exchanges the notes."
        ),
    )


def _unreachable_rows(repository: RepositoryNotes, depth: int, glyphs: Glyphs) -> list[Row]:
    """Entries on commits that are gone; their branches have them, too."""
    entries = repository.unreachable_entries
    if not entries:
        return []
    words = (
        f"{plural(len(entries), 'entry', 'entries')} of the notes stand on commits that are gone "
        "from the repository; they are read and kept all the same."
    )
    rows = [
        Row(
            ("unreachable", str(repository.root)),
            "unreachable",
            depth,
            glyph=glyphs.warning,
            tone=Tone.WARNING,
            right=(str(len(entries)),),
            foldable=True,
            starts_closed=True,
            stop=True,
            target=Notice(words),
        )
    ]
    for entry in entries:
        key = ("unreachable", entry.commit, entry.position)
        rows.append(Row(key, entry.key, depth + 1, right=(entry.branch,), target=entry))
        text = hidden_if_named(entry.key, value_words(entry.value))
        rows.append(
            Row((*key, "value"), text, depth + 2, tone=Tone.DIM, passive=True, target=entry)
        )
    return rows


def _dialect_rows(
    notes: DialectNotes, depth: int, now: datetime, zone: tzinfo, glyphs: Glyphs
) -> list[Row]:
    """Another program's notes: read only, under the name of their ref."""
    rows = [
        Row(
            ("dialect", notes.ref),
            f"{notes.name} (read only)",
            depth,
            tone=Tone.HEADING,
            right=(plural(len(notes.entries), "entry", "entries"),),
            foldable=True,
            starts_closed=True,
            stop=True,
            target=Notice(
                f"{notes.ref}: notes in the layout of another program. memdeck reads and shows "
                "them, and never writes them."
            ),
        )
    ]
    if notes.problem:
        rows.append(
            Row(
                ("dialect", notes.ref, "problem"),
                notes.problem,
                depth + 1,
                glyphs.warning,
                Tone.WARNING,
                target=Notice(notes.problem),
            )
        )
    for entry in notes.entries:
        key = ("dialect", notes.ref, entry.commit, entry.position, entry.key)
        rows.append(
            Row(
                key,
                f"{entry.key} (unreachable)" if entry.unreachable else entry.key,
                depth + 1,
                right=(ago(entry.when, now, zone),) if entry.when else (),
                target=entry,
            )
        )
        rows.append(_text_row((*key, "text"), entry.text, depth + 2, entry))
    rows += [
        Row(_damaged_key(span), span.text, depth + 1, glyphs.warning, Tone.DIM, target=span)
        for span in notes.damaged
    ]
    return rows


def _text_row(key: Hashable, text: str, depth: int, target: object) -> Row:
    """What the row above says, below it."""
    return Row(key, text, depth, tone=Tone.DIM, passive=True, target=target)


def _damaged_key(span: DamagedSpan) -> Hashable:
    return ("damaged", span.commit, span.position)


def _when(entry: Entry, now: datetime, zone: tzinfo) -> str:
    moment = entry.moment
    return ago(moment, now, zone) if moment else entry.timestamp[:16]
