"""What programs leave behind in MEMORY.md, and nobody needs. Pure.

Only what no person writes on purpose counts. A placeholder bullet that is all
its section has waits for its text, as in the scaffold, and is left alone.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from memdeck.curated.edits import Retire
from memdeck.curated.likeness import normalised
from memdeck.curated.planning.outline import Part, is_empty, outline
from memdeck.curated.splice import Operation
from memdeck.curated.tidying import TakeOut
from memdeck.daily.shapes import TURN
from memdeck.hygiene.suggestion import Kind, Suggestion
from memdeck.machine import machine_fences, stray_ends, within
from memdeck.markdown import Block, BlockKind, decode, line_starts
from memdeck.model import Item, MemoryFile, SectionKind
from memdeck.secrets import covered, find_secrets

UNBROKEN: Final = 160
"""Characters without a space from which a run is no word of anyone's: base64, a dump."""
_MOST_OF_IT: Final = 0.6
"""The share of an item that such a run must be for the item to be nothing else."""
_RUN: Final = re.compile(rf"(?<![\w/:.?=&%-])[A-Za-z0-9+/=_-]{{{UNBROKEN},}}")
_CALL: Final = re.compile(
    r'"(?:tool_calls?|tool_use_id|tool_call_id|function_call|tool_name)"\s*:'
    r'|"type"\s*:\s*"(?:tool_use|tool_result|function_call)"'
    r"|</?(?:function_calls|tool_calls?|tool_result|tool_use|invoke)\b"
)
_COMMENT: Final = re.compile(rb"\s*<!--[\s.\xe2\x80\xa6-]*-->\s*")
_HEARTBEAT: Final = "heartbeatok"
"""What `normalised` makes of HEARTBEAT_OK, with or without a bullet, a date and a time."""
_USER: Final = {b"user", b"human"}


def debris(memory: MemoryFile) -> Iterator[Suggestion]:
    """Everything of that kind."""
    whole = outline(memory.data)
    finder = _Finder(memory)
    for part in whole.parts:
        if not part.section.foreign:
            yield from finder.in_items([item for item in part.items if not item.foreign])
            yield from finder.empty_bullets(part)
    yield from finder.empty_sections(whole.parts)
    yield from finder.comments(whole.blocks, whole.machine)
    yield from finder.fences(whole.blocks)


class _Finder:
    def __init__(self, memory: MemoryFile) -> None:
        self._memory = memory
        self._data = memory.data
        self._starts = line_starts(memory.data)

    def in_items(self, items: Sequence[Item]) -> Iterator[Suggestion]:
        """Items that are no memory: a heartbeat, a call of a tool, a turn of a conversation."""
        turns = _turns(items, self._data)
        for item in items:
            if normalised(item.text) == _HEARTBEAT:
                words = "It is the answer to a heartbeat, which says nothing to the next session."
            elif _is_call(item.source):
                words = "It is a call of a tool or what came back, not what was learned from it."
            elif item.id in turns:
                words = "It is a turn of a conversation, word for word, and not curated."
            elif share := _unbroken(item.source):
                words = f"It holds a run of {UNBROKEN} characters or more without a space."
                if share < _MOST_OF_IT:
                    todo = "Take the run out of the line, or put it into a file of its own."
                    yield self._suggestion(item, words, todo, None)
                    continue
            else:
                continue
            yield self._suggestion(item, words, "Retire it.", Retire((item.id,)))

    def _suggestion(self, item: Item, words: str, todo: str, fix: Operation | None) -> Suggestion:
        name = self._memory.path.name
        return Suggestion(
            Kind.DEBRIS, name, item.line, item.id, words, todo, covered(item.text), fix
        )

    def _lines(self, start: int, end: int, words: str) -> Suggestion:
        """About whole lines that are no item."""
        lines, line = self._data[start:end], bisect_right(self._starts, start)
        text = covered(" ".join(decode(lines).split()))
        fix = TakeOut(lines, line)
        return Suggestion(
            *(Kind.DEBRIS, self._memory.path.name, line, None, words, "Take it out.", text, fix)
        )

    def empty_bullets(self, part: Part) -> Iterator[Suggestion]:
        """Bullets without text beside others that have some."""
        if not part.items:
            return
        for block in part.contents:
            if block.kind is BlockKind.ITEM and not block.setext and is_empty(self._data, block):
                yield self._lines(block.start, block.end, "It is a bullet without text.")

    def empty_sections(self, parts: Sequence[Part]) -> Iterator[Suggestion]:
        """Headings with nothing under them."""
        for index, part in enumerate(parts):
            section = part.section
            behind = parts[index + 1].section if index + 1 < len(parts) else None
            if (
                section.kind is SectionKind.HEADING
                and part.holder is not None
                and not section.foreign
                and not self._data[part.holder.end : section.end].strip()
                and (behind is None or behind.level <= section.level)
                and len(parts) > 1
            ):
                words = "It is a section with nothing in it."
                yield self._lines(part.holder.start, part.holder.end, words)

    def comments(
        self, blocks: Sequence[Block], machine: Sequence[tuple[int, int]]
    ) -> Iterator[Suggestion]:
        """Comments that say nothing."""
        for block in blocks:
            lines = self._data[block.start : block.end]
            if (
                block.kind is BlockKind.COMMENT
                and _COMMENT.fullmatch(lines)
                and not within(machine, block.start)
            ):
                yield self._lines(block.start, block.end, "It is a comment without text.")

    def fences(self, blocks: Sequence[Block]) -> Iterator[Suggestion]:
        """What is left of the fences of another program."""
        for mark in stray_ends(self._data, blocks):
            words = "It ends a fence of another program that nothing begins."
            yield self._lines(mark.start, mark.end, words)
        for span in machine_fences(self._data, blocks):
            if span.closed:
                continue
            line = bisect_right(self._starts, span.start)
            end = bisect_right(self._starts, max(span.start, span.end - 1))
            words = (
                f"It begins a fence of another program that nothing ends, so lines {line} to {end} "
                "are taken for that program's, which may rewrite them."
            )
            todo = "Put its end where it belongs, or take the mark out, in an editor."
            text = decode(self._data[span.start : self._data.find(b"-->", span.start) + 3]).strip()
            yield Suggestion(
                *(Kind.DEBRIS, self._memory.path.name, line, None, words, todo, covered(text))
            )


def _turns(items: Sequence[Item], data: bytes) -> frozenset[str]:
    """The items that are turns of a conversation: only where both sides of it speak."""
    speaks: dict[str, set[bytes]] = {}
    for item in items:
        own = data[item.source_start : item.source_end]
        roles = {match[1].lower() for match in TURN.finditer(own)}
        if roles and TURN.match(own):
            speaks[item.id] = roles
    roles = {role for each in speaks.values() for role in each}
    if roles & _USER and b"assistant" in roles:
        return frozenset(speaks)
    return frozenset()


def _is_call(source: str) -> bool:
    text = source.strip().strip("`").strip()
    if _CALL.search(text) is not None:
        return text.startswith(("{", "[", "<"))
    if not text.startswith("{"):
        return False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and {"name", "arguments"} <= value.keys()


def _unbroken(source: str) -> float:
    """The share of a text that is runs without a space; a secret is told as such, not here."""
    secrets = [(each.start, each.end) for each in find_secrets(source)]
    length = sum(
        len(run.group())
        for run in _RUN.finditer(source)
        if not any(start < run.end() and run.start() < end for start, end in secrets)
    )
    return length / len(source) if source else 0.0
