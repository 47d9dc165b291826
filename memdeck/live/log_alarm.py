"""Whether a log lost lines. Pure.

Lines are only ever added to logs, by everyone's custom. So any line that is
gone is worth a word, unless it stands in another file of the same day, or was
merely reworded (a box ticked, a typo mended).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from memdeck.curated.likeness import likeness, normalised
from memdeck.curated.planning.locate import Lines
from memdeck.curated.putting_back import Span
from memdeck.markdown import decode
from memdeck.text import plural, thin

_ALIKE: Final = 60.0
"""Of 100: from here on a new line is the lost one in other words."""
_MOST_COMPARED: Final = 200
"""New lines; with more of them the log was written anew, and none is looked at for likeness."""


@dataclass(frozen=True, slots=True)
class LogLoss:
    """What a log has no more."""

    spans: tuple[Span, ...]
    """In the log as it was, whole lines; none when its lines had not been seen."""
    count: int
    words: str


def said_lines(data: bytes) -> Iterator[tuple[Span, str]]:
    """The lines of a log that say something, with what they say."""
    lines = Lines.of(data)
    for number in range(len(lines)):
        words = normalised(decode(lines.text(number)))
        if words and any(map(str.isalnum, words)):
            yield (lines.starts[number], lines.end(number)), words


def log_loss(
    name: str, before: bytes, after: bytes, others: Iterable[bytes] = ()
) -> LogLoss | None:
    """What a log lost, `others` being the other files of its day; None when nothing."""
    if after.startswith(before):
        return None
    left = Counter(words for _, words in said_lines(after))
    had = Counter(words for _, words in said_lines(before))
    new = [words for words in left if words not in had]
    for other in others:
        left.update(words for _, words in said_lines(other))
    lost: list[Span] = []
    for span, words in said_lines(before):
        if left[words] > 0:
            left[words] -= 1
        elif len(new) > _MOST_COMPARED or not any(likeness(words, each) >= _ALIKE for each in new):
            lost.append(span)
    if not lost:
        return None
    gone = "is gone" if not after else "has fewer lines than before"
    were = "was" if len(lost) == 1 else "were"
    words = f"{name} {gone}: {plural(len(lost), 'line')} of it {were} lost."
    return LogLoss(_joined(before, lost), len(lost), words)


def shrunk(name: str, size: int, now: int) -> LogLoss | None:
    """What can be said of a log of which only the sizes are known, in bytes."""
    if now >= size:
        return None
    if not now:
        # Perhaps for a moment only: an editor empties a file before it writes it.
        return LogLoss(
            (), 0, f"{name} is empty; the {plural(size, 'byte')} in it had not been seen."
        )
    words = (
        f"{name} shrank from {thin(size)} to {plural(now, 'byte')}; what it lost had not been seen."
    )
    return LogLoss((), 0, words)


def _joined(data: bytes, spans: list[Span]) -> tuple[Span, ...]:
    """Spans with nothing but blank lines between them as one."""
    whole: list[Span] = []
    for start, end in spans:
        if whole and not data[whole[-1][1] : start].strip():
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return tuple(whole)
