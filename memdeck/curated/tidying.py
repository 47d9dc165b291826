"""Taking lines out of MEMORY.md that are no items: leftovers that say nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from memdeck.curated.planning.find import whole_file
from memdeck.curated.planning.locate import find_lines, name_of, starts_line
from memdeck.curated.planning.outline import Outline, outline
from memdeck.curated.planning.proof import same_but_for
from memdeck.curated.splice import Edit, Splice
from memdeck.errors import Refused
from memdeck.markdown import line_starts
from memdeck.model import SectionKind

_BLANK = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class TakeOut:
    """Takes whole lines out that hold no item: an empty bullet, comment or section."""

    lines: bytes
    """To the byte, with their line ends."""
    line: int
    """Where they stand, from 1: of several that are the same, the nearest is meant."""

    kind: ClassVar[str] = "tidy"

    def plan(self, data: bytes) -> Edit:
        """The edit that takes them out of `data`; raises Refused in words."""
        whole = whole_file(data)
        starts = line_starts(data)
        places = find_lines(data, self.lines) if self.lines.strip(_BLANK) else []
        if not places:
            raise Refused(
                f"{name_of(self.lines)} is not in MEMORY.md as it was: it was changed or taken "
                "out meanwhile, so nothing was written; look at it again."
            )
        wanted = starts[min(self.line, len(starts)) - 1]
        at = min(places, key=lambda each: (abs(each - wanted), each))
        for end in _ends(data, at, at + len(self.lines)):
            splice = Splice(at, data[at:end], b"")
            after = outline(Edit((splice,), "").apply(data))
            if _only_less(whole, after) and same_but_for(whole, after):
                return Edit((splice,), f"Took out {name_of(self.lines)}")
        raise Refused(
            "Without these lines MEMORY.md would read differently elsewhere, so they were left; "
            "open it in an editor at that line."
        )


def _ends(data: bytes, start: int, end: int) -> Iterable[int]:
    """Where to stop: behind the blank lines that would stand beside others, else behind it."""
    behind = len(data) - len(data[end:].lstrip(_BLANK))
    while behind > end and not starts_line(data, behind):
        behind -= 1
    above = data[:start].rstrip(b" \t")
    if behind > end and (not above or above.endswith((b"\n\n", b"\r\n\r\n", b"\r\r"))):
        yield behind
    yield end


def _only_less(before: Outline, after: Outline) -> bool:
    """Whether no section is new or has another title, and only empty headings are gone."""
    left = [section.address for section in after.sections if section.level]
    gone = [section for section in before.sections if section.level]
    kept = [section.address for section in gone if section.address in set(left)]
    empty = [section for section in gone if section.address not in set(left)]
    return kept == left and all(
        section.kind is SectionKind.HEADING and not section.items for section in empty
    )
