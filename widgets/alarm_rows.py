"""What another writer dropped, as rows at the top of the pane that it is gone from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from memdeck.markdown import decode
from memdeck.model import Alarm, AlarmKind, AlarmState
from memdeck.secrets import covered
from memdeck.text import plural
from widgets.glyphs import Glyphs
from widgets.row import Row, Tone

# Lost lines that are shown of one loss; `L` puts all of them back.
_MOST_LINES = 8
_MARKER = re.compile(r"^[ \t]*[-*+][ \t]+")
_LINE_END = re.compile(r"\r\n|\n|\r")


def open_alarms(alarms: Sequence[Alarm]) -> list[Alarm]:
    """Losses that nobody has put back or dismissed, the newest first."""
    still = [alarm for alarm in alarms if alarm.state is AlarmState.OPEN]
    return sorted(still, key=lambda alarm: alarm.when, reverse=True)


def alarm_rows(alarms: Sequence[Alarm], glyphs: Glyphs, *, of_logs: bool) -> list[Row]:
    """The open losses of MEMORY.md, or those of the logs, each with its lost lines."""
    rows: list[Row] = []
    for alarm in open_alarms(alarms):
        if (alarm.kind is AlarmKind.LOG) is of_logs:
            rows += _rows(alarm, glyphs)
    return rows


def _rows(alarm: Alarm, glyphs: Glyphs) -> Iterator[Row]:
    key = ("alarm", alarm.id)
    lines = [line for line in lost_lines(alarm) if line.strip()]
    yield Row(
        *(key, alarm.words, 0, glyphs.warning, Tone.WARNING),
        foldable=bool(alarm.lost),
        # A few lines say at once what is missing; a whole day would hide the pane.
        starts_closed=len(lines) > _MOST_LINES,
        stop=True,
        target=alarm,
    )
    for index, line in enumerate(lines[:_MOST_LINES]):
        yield Row((key, index), _MARKER.sub("", line), 1, "-", Tone.GONE, target=alarm)
    if len(lines) > _MOST_LINES:
        words = f"and {plural(len(lines) - _MOST_LINES, 'more line')}"
        yield Row((key, "more"), words, 1, tone=Tone.DIM, target=alarm)


def lost_lines(alarm: Alarm) -> Iterator[str]:
    """What is gone, line by line, secrets covered."""
    for lost in alarm.lost:
        # Covered as a whole: a key may be several lines long.
        yield from _LINE_END.split(covered(decode(lost.data)))
