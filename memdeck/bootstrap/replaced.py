"""Bytes that are not UTF-8, read as U+FFFD, and where in the file each of these stands."""

from __future__ import annotations

import codecs
import threading
from array import array
from collections.abc import Iterable, Sequence
from typing import Final

_REPLACEMENT: Final = "\ufffd"
_REPLACEMENT_LENGTH: Final = len(_REPLACEMENT.encode())
_seen: Final = threading.local()


def _note_and_replace(error: UnicodeError) -> tuple[str, int]:
    """As `replace` does, and remember the span."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _seen.spans.append((error.start, error.end))
    return _REPLACEMENT, error.end


codecs.register_error("memdeck.note-and-replace", _note_and_replace)


def replaced(data: bytes) -> tuple[str, list[tuple[int, int]]]:
    """The text with U+FFFD for what is not UTF-8, and the spans that these stand for."""
    spans: list[tuple[int, int]] = []
    _seen.spans = spans
    return data.decode("utf-8", "memdeck.note-and-replace"), spans


def in_original(starts: Iterable[int], broken: Sequence[tuple[int, int]]) -> array[int]:
    """Ascending offsets in the text's UTF-8 as offsets in the bytes that it was made from."""
    mapped = array("Q")
    shift = 0  # What is added to an offset in the text behind the last broken span.
    index = 0
    for start in starts:
        while index < len(broken) and start >= broken[index][0] - shift + _REPLACEMENT_LENGTH:
            first, last = broken[index]
            shift += last - first - _REPLACEMENT_LENGTH
            index += 1
        offset = start + shift
        if index < len(broken) and offset > broken[index][0]:
            offset = broken[index][0]
        mapped.append(offset)
    return mapped
