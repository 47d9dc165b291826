"""The helper process of `memdeck.search.pattern`: tries a pattern on every line it is given.

It is run as a file and imports nothing of memdeck, so that it starts quickly.
What it reads and writes are frames: a size, then so many bytes of `marshal`.
First comes the pattern, then lists of bytes; the answer to each list is, for
each of its elements, the numbers of the lines that match and where.
"""

from __future__ import annotations

import marshal
import re
import struct
import sys
from typing import Any, BinaryIO

SIZE = struct.Struct("<Q")
SECONDS = 60
"""Of processor time. Whoever started it ends it long before, if it still can."""
LONGEST = 20_000
"""Characters of a line that are looked at."""
MOST = 200
"""Places that are told of one line."""


def main(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer until nothing more is asked."""
    pattern, ignore_case = hear(source)
    compiled = re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    while True:
        parts = hear(source)
        if parts is None:
            return
        answer = marshal.dumps([found(compiled, part) for part in parts])
        sink.write(SIZE.pack(len(answer)) + answer)
        sink.flush()


def found(pattern: re.Pattern[str], part: bytes) -> list[tuple[int, list[tuple[int, int]]]]:
    """The lines in which the pattern is found, from 0, and the places in each."""
    lines = part.decode("utf-8", "surrogateescape").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    search = pattern.search
    return [
        (number, places(pattern, line))
        for number, line in enumerate(lines)
        if search(line if len(line) <= LONGEST and line[-1:] != "\r" else cut(line))
    ]


def cut(line: str) -> str:
    """The line as far as it is looked at, without the CR of its end."""
    return line.removesuffix("\r")[:LONGEST]


def places(pattern: re.Pattern[str], line: str) -> list[tuple[int, int]]:
    """Where the pattern is found, as far as that is told."""
    spans = []
    for match in pattern.finditer(cut(line)):
        spans.append(match.span())
        if len(spans) == MOST:
            break
    return spans


def hear(source: BinaryIO) -> Any:
    """What the next frame holds; None when there is none."""
    head = source.read(SIZE.size)
    if len(head) < SIZE.size:
        return None
    data = source.read(SIZE.unpack(head)[0])
    return marshal.loads(data)  # noqa: S302 - from memdeck, which started this


if __name__ == "__main__":
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    main(sys.stdin.buffer, sys.stdout.buffer)
