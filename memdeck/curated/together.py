"""Several operations on MEMORY.md as one edit, written, and undone, as one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from memdeck.curated.edits import Retire, Rewrite
from memdeck.curated.splice import Edit, Operation, line_splices
from memdeck.errors import Refused
from memdeck.text import plural


@dataclass(frozen=True, slots=True)
class Together:
    """Does all of them, or nothing."""

    operations: tuple[Operation, ...]

    kind: ClassVar[str] = "tidy"

    def plan(self, data: bytes) -> Edit:
        """The edit that does them all to `data`; raises Refused in words, of the first that
        cannot be done."""
        after = data
        words: list[str] = []
        for operation in in_order(self.operations):
            edit = operation.plan(after)
            after = edit.apply(after)
            words.append(edit.words)
        if after == data:
            raise Refused("Nothing was to be changed, so nothing was written.")
        if len(words) == 1:
            return Edit(tuple(line_splices(data, after)), words[0])
        said = f"{plural(len(self.operations), 'change')} of MEMORY.md: {'; '.join(words)}"
        return Edit(tuple(line_splices(data, after)), said)


def in_order(operations: Sequence[Operation]) -> list[Operation]:
    """What is taken out goes first and at once: of items that say the same, the others are named
    by their number, which changes when one of them goes. A text that goes needs no other words."""
    gone = dict.fromkeys(
        each for one in operations if isinstance(one, Retire) for each in one.item_ids
    )
    rest = [
        one
        for one in operations
        if not isinstance(one, Retire) and not (isinstance(one, Rewrite) and one.item_id in gone)
    ]
    return [Retire(tuple(gone)), *rest] if gone else rest
