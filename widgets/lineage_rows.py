"""The life of an item, or of a log line, as rows; each leads to where it was said."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime, tzinfo
from textwrap import wrap
from typing import Final

from memdeck.history.lineage import ItemLineage, LineLineage, Mention, Went
from memdeck.history.past import Step
from memdeck.text import plural
from widgets.glyphs import Glyphs
from widgets.row import Notice, Row, Tone
from widgets.when import ago, day_long

_NARROW: Final = 66
"""Cells that a row has for its words on the narrowest screen."""


def item_lineage_rows(
    lineage: ItemLineage, now: datetime, zone: tzinfo, glyphs: Glyphs
) -> tuple[Row, ...]:
    """Where it comes from, how it changed, and where it is said since."""
    today = now.astimezone(zone).date()
    rows: list[Row] = [_heading("It comes from")]
    source = lineage.source
    if source is not None:
        sure = "as the journal says" if source.certain else f"{glyphs.alike} {source.likeness:.0f}%"
        gone = "" if source.there else "  (not there any more)"
        rows.append(
            Row(
                ("source", source.place.file, source.place.line),
                f"{source.place.text}{gone}",
                1,
                right=(sure, f"{source.place.file.rpartition('/')[2]}:{source.place.line}"),
                target=source.place,
            )
        )
    elif lineage.searched is not None:
        first, last = (day_long(each, today) for each in lineage.searched)
        rows.append(_said("no source", f"no log line from {first} to {last} is like it"))
    else:
        rows.append(_said("no source", "the line that the journal names is gone"))
    rows.append(_heading("In MEMORY.md"))
    if not lineage.steps:
        rows += [
            _said(("no step", index), words)
            for index, words in enumerate(wrap(lineage.unknown, _NARROW))
        ]
    for index, step in enumerate(lineage.steps):
        rows += _step_rows(index, step, now, zone, glyphs)
    rows.append(_heading("Said since"))
    if not lineage.mentions:
        rows.append(_said("no mention", "nowhere"))
    rows += [_mention_row(index, each, now, zone) for index, each in enumerate(lineage.mentions)]
    if lineage.more_mentions:
        rows.append(_said("more", f"and {plural(lineage.more_mentions, 'more time')}"))
    return tuple(rows)


def line_lineage_rows(
    lineage: LineLineage, now: datetime, zone: tzinfo, glyphs: Glyphs
) -> tuple[Row, ...]:
    """What became of a log line; empty when nothing did."""
    return tuple(
        row
        for index, went in enumerate(lineage.went)
        for row in _went_rows(index, went, now, zone, glyphs)
    )


def _heading(words: str) -> Row:
    return Row(("heading", words), words, tone=Tone.HEADING, passive=True)


def _said(key: Hashable, words: str) -> Row:
    return Row(key, words, 1, tone=Tone.DIM, target=Notice(words))


def _step_rows(
    index: int, step: Step, now: datetime, zone: tzinfo, glyphs: Glyphs
) -> tuple[Row, ...]:
    version = step.version
    when = ago(version.when, now, zone)
    if step.before is None:
        did = "was there before all that is known" if step.first else "came"
    else:
        did = "changed"
    said = f"{did}: {version.words}"
    rows = [Row(("step", index), said, 1, right=(version.who[:20], when), target=version)]
    if step.before is not None:
        words = f"{step.before} {glyphs.arrow} {step.text}"
        key = ("step", index, "words")
        rows.append(Row(key, words, 2, tone=Tone.DIM, passive=True, target=version))
    return tuple(rows)


def _mention_row(index: int, mention: Mention, now: datetime, zone: tzinfo) -> Row:
    today = now.astimezone(zone).date()
    when = day_long(mention.day, today) if mention.day else ""
    likeness = f"{mention.likeness:.0f}%"
    if mention.place is not None:
        return Row(
            ("mention", index), mention.place.text, 1, right=(likeness, when), target=mention.place
        )
    entry = mention.entry
    words = f"{entry.key} on {entry.branch}" if entry is not None else ""
    return Row(("mention", index), words, 1, right=(likeness, when), target=entry)


def _went_rows(
    index: int, went: Went, now: datetime, zone: tzinfo, glyphs: Glyphs
) -> tuple[Row, ...]:
    sure = "promoted" if went.certain else f"{glyphs.alike} {went.likeness:.0f}%"
    if went.item is not None:
        text, target = f"line {went.item.line}: {went.item.text}", went.item
    else:
        text, target = "it was in MEMORY.md and is not there any more", None
    rows = [
        Row(
            ("went", index),
            text,
            glyph=glyphs.promoted if went.certain else "",
            right=(sure,),
            target=target or Notice(text),
        )
    ]
    for word, version in (("came", went.version), ("was taken out", went.gone)):
        if version is not None:
            said = f"{word} {ago(version.when, now, zone)}, by {version.who}: {version.words}"
            key = ("went", index, word)
            rows.append(Row(key, said, 1, tone=Tone.DIM, passive=True, target=rows[0].target))
    return tuple(rows)
