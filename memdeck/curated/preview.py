"""An edit as the lines that it changes, with their neighbours: what a person sees before it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from memdeck.curated.splice import Edit, Splice
from memdeck.markdown import decode, line_starts


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One line of a preview."""

    sign: str
    """`+` added, `-` removed, a space unchanged, `…` lines left out."""
    text: str
    line: int | None = None
    """Its number, from 1, in the file before the edit; None for an added line."""


def preview(data: bytes, edit: Edit, context: int = 1) -> tuple[PreviewLine, ...]:
    """The changed lines of each splice, with `context` lines around them."""
    starts = line_starts(data)
    shown: list[PreviewLine] = []
    for splice in edit.splices:
        if shown:
            shown.append(PreviewLine("…", ""))
        shown += _splice_lines(data, starts, splice, context)
    return tuple(shown)


def _splice_lines(
    data: bytes, starts: list[int], splice: Splice, context: int
) -> list[PreviewLine]:
    first = bisect_right(starts, splice.offset) - 1
    last = max(first, bisect_right(starts, max(splice.offset, splice.end - 1)) - 1)
    begin = starts[first]
    end = starts[last + 1] if last + 1 < len(starts) else len(data)
    old = _lines(data[begin:end])
    new = _lines(data[begin : splice.offset] + splice.new + data[splice.end : end])
    same_head = 0
    while same_head < min(len(old), len(new)) and old[same_head] == new[same_head]:
        same_head += 1
    same_tail = 0
    while (
        same_tail < min(len(old), len(new)) - same_head
        and old[len(old) - 1 - same_tail] == new[len(new) - 1 - same_tail]
    ):
        same_tail += 1
    first += same_head
    after = last + 1 - same_tail
    lines = [
        PreviewLine(" ", _text(data, starts, number), number + 1)
        for number in range(max(0, first - context), first)
    ]
    lines += [
        PreviewLine("-", decode(text), first + index + 1)
        for index, text in enumerate(old[same_head : len(old) - same_tail])
    ]
    lines += [PreviewLine("+", decode(text)) for text in new[same_head : len(new) - same_tail]]
    lines += [
        PreviewLine(" ", _text(data, starts, number), number + 1)
        for number in range(after, min(after + context, len(starts)))
        if starts[number] < len(data)
    ]
    return lines


def _lines(data: bytes) -> list[bytes]:
    """The lines of `data` without their ends; none for a last line that is empty."""
    starts = line_starts(data)
    ends = [*starts[1:], len(data)]
    lines = [data[start:end].rstrip(b"\r\n") for start, end in zip(starts, ends, strict=True)]
    return lines[:-1] if lines and starts[-1] == len(data) else lines


def _text(data: bytes, starts: list[int], number: int) -> str:
    end = starts[number + 1] if number + 1 < len(starts) else len(data)
    return decode(data[starts[number] : end].rstrip(b"\r\n"))
