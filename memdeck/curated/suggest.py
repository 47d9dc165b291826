"""Which section of MEMORY.md a line belongs to: a proposal, never a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from memdeck.curated.likeness import alike, normalised
from memdeck.curated.sections import targets
from memdeck.model import Item, Meaning, Section

# Where a line goes when no section has its own meaning, best first. What was
# completed or is blocked says something about a project; what failed teaches.
_NEAR: Final[Mapping[Meaning, tuple[Meaning, ...]]] = {
    Meaning.LESSON: (Meaning.FAILED,),
    Meaning.FAILED: (Meaning.LESSON,),
    Meaning.BLOCKED: (Meaning.PROJECT,),
    Meaning.COMPLETED: (Meaning.PROJECT,),
}
_READS_LIKE: Final[Mapping[Meaning, str]] = {
    Meaning.DECISION: "a decision",
    Meaning.LESSON: "a lesson",
    Meaning.FAILED: "something that failed",
    Meaning.BLOCKED: "something blocked",
    Meaning.COMPLETED: "something completed",
    Meaning.PROJECT: "a project",
}
_ALIKE: Final = 75.0
"""From this likeness on, the section of the nearest item says more than a word of the line."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A section for a line."""

    address: str
    why: str
    """In words that stand behind a colon: `it reads like a decision`, `line 9 is like it`."""
    confident: bool
    """Whether one key may write it there without asking."""


def propose_section(
    text: str,
    meaning: Meaning,
    sections: Sequence[Section],
    likes: Sequence[tuple[Item, float]] | None = None,
) -> Proposal | None:
    """The section for a line of the given meaning; None when none suggests itself.

    A section of the same meaning comes first; then one that is named in the
    line; then the one with an item much like it. It is confident when exactly
    one section has the line's own meaning. `likes` are the items that are known
    to be like the line, with their likeness; None: they are looked for.
    """
    able = targets(sections)
    same = [
        section for section in able if meaning is not Meaning.PLAIN and section.meaning is meaning
    ]
    if same:
        best = _fullest(same)
        inner = _inside(best, same)
        sure = len(inner) + 1 == len(same)
        if inner and not best.items:
            # `Patterns` with nothing but `- Working:` and `- Failed:` under it.
            best = _fullest(inner)
        return Proposal(best.address, _reads_like(meaning), sure)
    if (named := _named(text, able)) is not None:
        return Proposal(named.address, "the section's title is in the line", False)
    if (near := _nearest(text, able, likes)) is not None:
        return near
    for other in _NEAR.get(meaning, ()):
        kin = [section for section in able if section.meaning is other]
        if kin:
            return Proposal(_fullest(kin).address, _reads_like(meaning), False)
    if len(able) == 1:
        return Proposal(able[0].address, "it is the only section", False)
    return None


def _reads_like(meaning: Meaning) -> str:
    return f"it reads like {_READS_LIKE[meaning]}"


def _fullest(sections: Sequence[Section]) -> Section:
    """The outermost of them; of these the one with the most items, then the first."""
    return min(sections, key=lambda section: (section.level, -len(section.items), section.line))


def _inside(outer: Section, sections: Sequence[Section]) -> list[Section]:
    """Those that are parts of another one."""
    return [each for each in sections if each.address.startswith(outer.address + " / ")]


def _named(text: str, sections: Sequence[Section]) -> Section | None:
    """The section whose title, of four characters or more, stands in the line as words."""
    said = f" {normalised(text)} "
    named = [
        (len(title), section)
        for section in sections
        if len(title := normalised(section.title)) >= 4 and f" {title} " in said
    ]
    return max(named, key=lambda pair: pair[0])[1] if named else None


def _nearest(
    text: str, sections: Sequence[Section], likes: Sequence[tuple[Item, float]] | None
) -> Proposal | None:
    """The section of the item that is most like the line, when it is much like it."""
    if likes is not None and not likes:
        return None
    items = [item for section in sections for item in section.items]
    if likes is None:
        likes = alike(text, items, _ALIKE, limit=1)
    addresses = {item.id: item.address for item in items}
    for item, likeness in sorted(likes, key=lambda like: (-like[1], like[0].line)):
        if likeness >= _ALIKE and item.id in addresses:
            return Proposal(item.address, f"line {item.line} is like it", False)
    return None
