"""Secrets, open merges and items that are too long. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from memdeck.curated.edits import Rewrite
from memdeck.curated.sections import conflict_lines
from memdeck.hygiene.suggestion import Kind, Suggestion
from memdeck.markdown import decode, line_starts
from memdeck.model import MemoryFile
from memdeck.secrets import covered, find_secrets, secret_lines
from memdeck.text import thin

LONG: Final = 1_000
"""Characters of one item. The longest of people's own lines are half of that; what is longer was
pasted, is several facts, or is a document. (One of 5,000 was seen in the wild.)"""

_REVOKE: Final = (
    "have it revoked where it was issued first. The fix covers it here; git's history, the logs "
    "and the journal may still hold it (`memdeck history purge`)."
)


def secrets(memory: MemoryFile) -> Iterator[Suggestion]:
    """What looks like a secret; the fix leaves its kind in its place."""
    lines = list(secret_lines(decode(memory.data)))
    if not lines:
        return
    starts = line_starts(memory.data)
    told: set[int] = set()
    for item in memory.items:
        found = find_secrets(item.source)
        if not found:
            continue
        first = bisect_right(starts, item.source_start)
        last = bisect_right(starts, max(item.source_start, item.source_end - 1))
        told.update(range(first, last + 1))
        kinds = tuple(dict.fromkeys(each.kind for each in found))
        fix = None if item.foreign else Rewrite(item.id, covered(item.source))
        yield _secret(memory, item.line, item.id, kinds, covered(item.text), fix)
    for line, kinds in lines:
        if line not in told:
            yield _secret(memory, line, None, kinds, "", None)


def _secret(
    memory: MemoryFile,
    line: int,
    item_id: str | None,
    kinds: tuple[str, ...],
    text: str,
    fix: Rewrite | None,
) -> Suggestion:
    words = (
        f"It holds what looks like a secret ({', '.join(kinds)}), and every session is given it."
    )
    todo = _REVOKE[0].upper() + _REVOKE[1:]
    if fix is None:
        todo = todo.replace("The fix covers it here;", "Take it out in an editor;")
    return Suggestion(Kind.SECRET, memory.path.name, line, item_id, words, todo, text, fix)


def conflict(memory: MemoryFile) -> Iterator[Suggestion]:
    """A merge that nobody finished: nothing can be written until then."""
    for line, last in conflict_lines(memory.data):
        upto = f"Lines {line} to {last} were" if last > line else "This line was"
        yield Suggestion(
            *(Kind.CONFLICT, memory.path.name, line, None),
            "It is a conflict marker of a merge that nobody finished, so nothing can be written. "
            f"{upto} looked at for secrets alone.",
            "Keep what is right of both sides and take the markers out, in an editor.",
            "",
        )


def long(memory: MemoryFile) -> Iterator[Suggestion]:
    """Items that are longer than a fact."""
    for item in memory.items:
        size = len(item.source)
        if size > LONG and not item.foreign:
            yield Suggestion(
                *(Kind.LONG, memory.path.name, item.line, item.id),
                f"It is {thin(size)} characters in one item, where {thin(LONG)} are many.",
                "Split it up, or edit it and have it made shorter (distill.command).",
                covered(item.text),
            )
