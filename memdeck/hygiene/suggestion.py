"""What hygiene suggests: values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from memdeck.curated.preview import PreviewLine, preview
from memdeck.curated.splice import Operation
from memdeck.secrets import described


class Kind(StrEnum):
    """What a suggestion is about."""

    SECRET = "secret"  # noqa: S105 - the name of a kind
    CONFLICT = "conflict"
    """A merge that nobody finished."""
    DUPLICATE = "duplicate"
    """Two items say the same."""
    ALIKE = "alike"
    """Two items say nearly the same."""
    FILE = "file"
    """An item names a file that is not there."""
    BRANCH = "branch"
    """An item names a branch that is not there any more."""
    DEBRIS = "debris"
    """Something that a program left behind and nobody needs."""
    LONG = "long"
    """An item that is too long to be one fact."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that could be mended. Nothing in it shows a secret."""

    kind: Kind
    file: str
    line: int
    """From 1."""
    item_id: str | None
    """Of the item that it is about; None for lines that are no item."""
    words: str
    """What it is and why that matters, in a sentence."""
    todo: str
    """What the fix does, or what a person has to do when there is none, in a sentence."""
    text: str
    """What stands there, in one line."""
    fix: Operation | None = None
    """None where a person must decide."""
    other_line: int | None = None
    """The line that it is compared with."""
    other_text: str | None = None
    """What that one says."""

    @property
    def where(self) -> str:
        """`MEMORY.md:14`."""
        return f"{self.file}:{self.line}"

    def preview(self, data: bytes) -> tuple[PreviewLine, ...]:
        """What the fix would change in today's bytes; nothing without a fix.

        A secret stands in it as `[AWS access key, 20 characters]`, and what the fix writes for it
        as it is written: `(AWS access key)`.

        Raises Refused when it cannot be done.
        """
        if self.fix is None:
            return ()
        return tuple(
            PreviewLine(each.sign, described(each.text), each.line)
            for each in preview(data, self.fix.plan(data))
        )


_KINDS = tuple(Kind)


def in_order(suggestions: list[Suggestion]) -> tuple[Suggestion, ...]:
    """By kind, the gravest first, then by place."""
    return tuple(
        sorted(suggestions, key=lambda each: (_KINDS.index(each.kind), each.line, each.words))
    )
