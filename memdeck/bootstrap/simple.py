"""The profiles `claude-code` and `hermes`: a file or two with a limit each.

`claude-code`: white space is trimmed at both ends of MEMORY.md; of more than
200 lines the first 200 stay; of more than 25,000 UTF-16 units then (the harness
says bytes) what stands before the last line feed at or before that place. The
warning that the harness adds is its own, and is not part of this.

`hermes`: MEMORY.md and USER.md, in characters as Python counts them. Nothing is
cut; a write that would make one longer is refused. What counts are the entries,
that is what stands between lines of a section sign, each once, without white
space around them, and the signs between them. Source: NousResearch/hermes-agent,
tools/memory_tool.py at 029cfb2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from memdeck.bootstrap.drafts import (
    Draft,
    Drafted,
    Loss,
    Stretch,
    Surroundings,
    ended,
    line_count,
    nothing_of,
)
from memdeck.bootstrap.profiles import CHARACTERS, HERMES_MEMORY, HERMES_USER, LINES
from memdeck.bootstrap.utf16 import UnitText, unit_text
from memdeck.model import Limit, Source, Unit
from memdeck.text import plural, thin


def claude_code_parts(here: Surroundings) -> Drafted:
    """MEMORY.md as far as it is given."""
    return Drafted((memory_start(here.read(here.memory_name)),))


def memory_start(source: Source) -> Draft:
    """The first lines of a file, none of them cut if that can be."""
    if source.problem is not None:
        return _not_given(source, LINES)
    text = unit_text(source.data)
    start, end = text.trimmed
    kept, why = end, ""
    if (after := _after_lines(text, start, end)) < end:
        kept, why = after, f"over {thin(LINES)} lines"
    if kept - start > CHARACTERS:
        before = text.find_last("\n", start + CHARACTERS)
        kept, why = before if before > start else start + CHARACTERS, _OVER_CHARACTERS
    given = tuple(text.stretches(source.path, start, kept))
    first, last, all_of_it = text.byte(start), text.byte(kept), text.byte(end)
    lines = line_count(source.data, first, last)
    words = "whole" if given else "empty"
    if kept - start >= _NEARLY:
        # The size is in lines, and says nothing of the other limit.
        words = f"whole: {thin(kept - start)} of {thin(CHARACTERS)} characters"
    if why:
        words = f"cut to the first {plural(lines, 'line')}: {why}"
    return Draft(
        source.path,
        (source,),
        ended(given),
        (Loss(source.path, last, all_of_it, why),) if last < all_of_it else (),
        size=lines,
        limit=LINES,
        words=words,
        limits=(Limit(Unit.CHARACTERS, end - start, CHARACTERS),),
    )


_NEARLY: Final = CHARACTERS * 9 // 10
_OVER_CHARACTERS: Final = f"over {thin(CHARACTERS)} characters"


def _after_lines(text: UnitText, start: int, end: int) -> int:
    """Where the last line that may stay ends; `end` when all may."""
    data = text.data
    at, last = text.byte(start), text.byte(end)
    for _ in range(LINES):
        found = data.find(b"\n", at, last)
        if found < 0:
            return end
        at = found + 1
    return unit_text(data[: at - 1]).length


def hermes_parts(here: Surroundings) -> Drafted:
    """Both files, whole."""
    limits = ((here.memory_name, HERMES_MEMORY), ("USER.md", HERMES_USER))
    return Drafted(tuple(_whole(here.read(name), limit) for name, limit in limits))


def _whole(source: Source, limit: int) -> Draft:
    if source.problem is not None:
        return _not_given(source, limit)
    size = entries_size(source.data)
    over = max(0, size - limit)
    words = f"over by {thin(over)}: the next write is refused" if over else "whole"
    return Draft(
        source.path,
        (source,),
        ended(_all(source)),
        size=size,
        limit=limit,
        over=over,
        words=words if size else "empty",
    )


def entries_size(data: bytes) -> int:
    """How many characters the entries of a file have, as `hermes` holds them against its limit."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    entries = (entry.strip() for entry in text.split(_BETWEEN_ENTRIES))
    return len(_BETWEEN_ENTRIES.join(dict.fromkeys(entry for entry in entries if entry)))


_BETWEEN_ENTRIES: Final = "\n§\n"


def _all(source: Source) -> Iterator[Stretch]:
    yield Stretch(source.data, source.path, 0, len(source.data))


def _not_given(source: Source, limit: int) -> Draft:
    words = source.problem or ""
    return Draft(
        source.path,
        (source,),
        losses=nothing_of(source, words),
        size=0,
        limit=limit,
        words=words,
    )
