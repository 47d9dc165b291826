"""Versions of MEMORY.md as rows, and what a version changed: by items, then line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from memdeck.difference import Change, DiffLine
from memdeck.history.changes import ItemChanges
from memdeck.history.versions import Source, Version
from memdeck.model import Item
from memdeck.secrets import without_keys
from memdeck.text import thin
from widgets.detail import Described
from widgets.glyphs import Glyphs
from widgets.row import Row, Tone
from widgets.when import ago, clock, day_long

_TONES = {Change.GONE: Tone.GONE, Change.NEW: Tone.NEW, Change.SAME: Tone.DIM}
# Unchanged lines that stay around changed ones.
_AROUND = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """A difference, worked out to be shown."""

    version: Version
    title: str
    """What is compared with what."""
    before: bytes
    after: bytes
    changes: ItemChanges
    lines: tuple[DiffLine, ...]
    whole: bool = True
    """False when only the lines that an operation changed are known."""


@dataclass(frozen=True, slots=True)
class Gone:
    """An item of an earlier version that can be put back."""

    item: Item
    version: bytes
    """The version that has it."""
    instead_of: Item | None = None
    """What became of it."""


def version_rows(
    versions: Sequence[Version],
    tokens: Mapping[str, int],
    now: datetime,
    zone: tzinfo,
    glyphs: Glyphs,
    *,
    more: bool,
) -> tuple[Row, ...]:
    """Newest first: what was done, when and by whom, and what it made of the cost."""
    rows: list[Row] = []
    for index, version in enumerate(versions):
        older = versions[index + 1] if index + 1 < len(versions) else None
        tone = Tone.PLAIN if version.stands else Tone.DIM
        glyph = glyphs.branch if version.source is Source.GIT else ""
        when = (ago(version.when, now, zone),)
        key = ("version", version.id)
        rows.append(Row(key, version.words, 0, glyph, tone, when, target=version))
        cost = _cost(version, older, tokens)
        said = f" {glyphs.dot} ".join(each for each in (version.who, *cost) if each)
        rows.append(Row((key, "by"), said, 1, tone=Tone.DIM, passive=True, target=version))
    if more:
        words = "older versions: enter reads them"
        rows.append(Row("more", words, tone=Tone.ACCENT, target="more"))
    return tuple(rows)


def _cost(version: Version, older: Version | None, tokens: Mapping[str, int]) -> tuple[str, ...]:
    """What it changed of the tokens, and what MEMORY.md cost then."""
    here = tokens.get(version.digest)
    if here is None:
        return ()
    there = tokens.get(older.digest) if older is not None else None
    whole = f"{thin(here)} tok"
    return (whole,) if there is None else (f"{here - there:+d}", whole)


def shown_rows(shown: Shown, glyphs: Glyphs) -> tuple[Row, ...]:
    """What became of the items, each to be put back, then the lines."""
    changes = shown.changes
    rows = [Row("title", shown.title, tone=Tone.HEADING, stop=True, target=shown)]
    if changes:
        rows.append(Row("changes", changes.words, tone=Tone.DIM, target=shown))
        for item in changes.removed:
            gone = Gone(item, shown.before)
            rows.append(Row(("gone", item.id), item.text, 1, "-", Tone.GONE, target=gone))
        for old, new in changes.changed:
            gone = Gone(old, shown.before, new)
            rows.append(Row(("changed", old.id), old.text, 1, "-", Tone.GONE, target=gone))
            rows.append(
                Row(("changed to", old.id), new.text, 1, "+", Tone.NEW, passive=True, target=gone)
            )
        for item in changes.added:
            rows.append(Row(("new", item.id), item.text, 1, "+", Tone.NEW, target=item))
        for old, new in changes.moved:
            words = f"{new.text}  {glyphs.arrow} {new.address}"
            rows.append(Row(("moved", old.id), words, 1, glyphs.arrow, target=new))
    rows.append(Row("lines", "line by line", tone=Tone.HEADING, stop=True, target=shown))
    rows += _line_rows(shown.lines)
    return tuple(rows)


def _line_rows(lines: Sequence[DiffLine]) -> Iterator[Row]:
    near = [False] * len(lines)
    for index, line in enumerate(lines):
        if line.change is not Change.SAME:
            for at in range(max(0, index - _AROUND), min(len(lines), index + _AROUND + 1)):
                near[at] = True
    left_out = False
    texts = without_keys([line.text for line in lines])
    for index, line in enumerate(lines):
        if not near[index]:
            left_out = True
            continue
        if left_out:
            yield Row(("left out", index), "…", 1, tone=Tone.DIM, passive=True)
            left_out = False
        spans: list[tuple[int, int]] = []
        at = 0
        for piece in line.pieces:
            if piece.changed:
                spans.append((at, at + len(piece.text)))
            at += len(piece.text)
        whole = (len(spans) == 1 and spans[0] == (0, at)) or texts[index] != line.text
        yield Row(
            ("line", index),
            texts[index],
            1,
            line.change.value.strip(),
            _TONES[line.change],
            target=line,
            spans=() if whole else tuple(spans),
        )


def described_version(version: Version, zone: tzinfo, today: datetime) -> Described:
    """A version in full."""
    here = version.when.astimezone(zone)
    when = f"{day_long(here.date(), today.astimezone(zone).date())} {clock(version.when, zone)}"
    said = [when, version.who]
    if version.commit:
        said.append(f"commit {version.commit[:10]}")
    if version.record is not None:
        said.append(f"operation {version.record.id}")
    if version.size is not None:
        said.append(f"{thin(version.size)} bytes")
    like = version.subject if version.subject and version.subject != version.words else ""
    return Described(version.words, "  ".join(said), like)
