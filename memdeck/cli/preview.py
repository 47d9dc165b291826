"""What an edit would do, before it is done: the unified diff and the difference in tokens."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace

from memdeck.cli.call import Call
from memdeck.cli.loading import read_bootstrap
from memdeck.cli.output import data, patch
from memdeck.curated.sections import parse_memory
from memdeck.curated.splice import Operation
from memdeck.markdown import decode
from memdeck.model import Budget, Fit
from memdeck.secrets import described, without_keys
from memdeck.text import thin


def preview(call: Call, operation: Operation) -> None:
    """Print what `operation` would do to MEMORY.md now, secrets covered.

    Raises Refused as writing it would.
    """
    bootstrap = read_bootstrap(call)
    memory = bootstrap.memory
    after = operation.plan(memory.data).apply(memory.data)
    changed = replace(memory, data=after, exists=True, sections=parse_memory(after))
    patch(covered_diff(unified_diff(memory.data, after, memory.path.name)))
    data(token_line(bootstrap.packed(), bootstrap.packed(memory=changed)))


def token_line(before: Budget, after: Budget) -> str:
    """`+19 tokens: 11 204 → 11 223 of 15 000, fits`."""
    change = after.used - before.used
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    word = after.fit.value
    if after.fit is Fit.OVER:
        word += f" by {thin(after.over)}"
    return (
        f"{sign}{thin(abs(change))} {after.unit}: "
        f"{thin(before.used)} → {thin(after.used)} of {thin(after.limit)}, {word}"
    )


def unified_diff(before: bytes, after: bytes, name: str) -> str:
    """The difference as `diff -u` writes it; empty when there is none.

    Bytes that are not UTF-8 are surrogate escapes in it. Lines end at LF
    alone, so that what it says fits the file to the byte.
    """
    old, new = _lines(before), _lines(after)
    return "".join(
        _whole(line) for line in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")
    )


def covered_diff(diff: str) -> str:
    """A diff for a person: what looks like a secret stands in it as its kind and length.

    With a secret in it, it fits the file no more.
    """
    lines = diff.split("\n")
    texts = without_keys([line[1:] for line in lines])
    return "\n".join(line[:1] + described(text) for line, text in zip(lines, texts, strict=True))


def _lines(content: bytes) -> list[str]:
    return list(_split(decode(content)))


def _split(text: str) -> Iterator[str]:
    """The lines with their line feeds; other line ends are part of a line."""
    start = 0
    while start < len(text):
        stop = text.find("\n", start) + 1 or len(text)
        yield text[start:stop]
        start = stop


def _whole(line: str) -> str:
    """A line of the diff, with diff's remark when the file's line has no end."""
    return line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
