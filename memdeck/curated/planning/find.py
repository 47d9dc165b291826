"""Finds what an operation names: sections by address or title, items by id."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Final

from memdeck.curated.planning.outline import Outline, Part, outline
from memdeck.curated.planning.source import is_visible
from memdeck.curated.sections import conflict_markers
from memdeck.errors import Refused
from memdeck.machine import machine_title
from memdeck.model import Item, Section
from memdeck.secrets import covered
from memdeck.text import show

_SPACES: Final = re.compile(r"\s+")
_EXCERPT: Final = 50
"""Characters of an item that are enough to know it again."""
_HASHES: Final = re.compile(r"(?<=[ \t])#+$")


def whole_file(data: bytes) -> Outline:
    """The outline of a file that may be edited; raises Refused for merge conflicts."""
    line = conflict_markers(data)
    if line is not None:
        raise Refused(
            f"MEMORY.md has merge conflict markers at line {line}, so nothing was written; "
            "resolve them first."
        )
    return outline(data)


def label(section: Section) -> str:
    """What a person calls a section."""
    return show(section.title.strip() or section.address) or "the top of MEMORY.md"


def about(item: Item) -> str:
    """A colon and the beginning of what an item says, up to a word's end: ends a sentence."""
    # Covered before it is cut, as half a secret is not known for what it is.
    text = show(covered(item.text))
    if len(text) <= _EXCERPT:
        return f": {text}" if text else ""
    words = text[:_EXCERPT].rpartition(" ")[0].rstrip()
    # A word that fills the line, or a script without spaces, is cut where it stands.
    return f": {words if len(words) > _EXCERPT // 2 else text[: _EXCERPT - 1]}…"


def find_section(whole: Outline, wanted: str) -> Part:
    """The section at an address, or the only one of a title; raises Refused otherwise."""
    part = _match(whole.parts, wanted)
    if part is None:
        if not whole.parts:
            raise Refused(
                "MEMORY.md has no sections yet, so nothing was written; make a new section or "
                "start from the scaffold."
            )
        raise Refused(
            f"MEMORY.md has no section “{show(wanted)}”, so nothing was written; "
            f"{_nearest(whole.parts, wanted)}"
        )
    if part.section.foreign:
        raise Refused(
            f"“{label(part.section)}” belongs to another program that may delete it, so nothing "
            "was written; choose another section."
        )
    return part


def _match(parts: Sequence[Part], wanted: str) -> Part | None:
    for key in (str, _folded):
        for part in parts:
            if key(part.section.address) == key(wanted):
                return part
    titled = [part for part in parts if _folded(part.section.title) == _folded(wanted)]
    if len(titled) == 1:
        return titled[0]
    # With the file's own title ahead, which addresses leave out.
    head, slash, rest = wanted.partition(" / ")
    if slash and parts and _folded(parts[0].section.title) == _folded(head):
        return _match(parts, rest)
    return None


def _folded(text: str) -> str:
    return _SPACES.sub(" ", text).strip(" :：").casefold()


def _nearest(parts: Sequence[Part], wanted: str) -> str:
    names = {_folded(part.section.address): part for part in parts if not part.section.foreign}
    names |= {_folded(part.section.title): part for part in parts if not part.section.foreign}
    near = difflib.get_close_matches(_folded(wanted), [name for name in names if name], 1, 0.5)
    if near:
        return f"the nearest is “{show(names[near[0]].section.address)}”."
    return "ask for a new section of that name if you want one."


def name_of_new(whole: Outline, title: str) -> str:
    """The title for a section to be made, in one line; raises Refused for one that cannot be."""
    name = _SPACES.sub(" ", title.replace("\0", "\ufffd")).strip().lstrip("#").strip()
    name = _HASHES.sub(lambda match: "\\" + match.group(), name)
    if not is_visible(name):
        raise Refused("A new section needs a title, so nothing was written.")
    if machine_title(name):
        raise Refused(
            f"A section “{show(name)}” would belong to another program that may delete it, so "
            "nothing was written; choose another title."
        )
    if any(_folded(part.section.title) == _folded(name) for part in whole.parts):
        raise Refused(
            f"MEMORY.md has a section “{show(name)}” already, so nothing was written; "
            "add to that one."
        )
    return name


def find_items(
    whole: Outline, ids: Sequence[str], expect: str | None, done: str
) -> tuple[Item, ...]:
    """The items of these ids, the first saying what is expected; raises Refused otherwise."""
    known = {item.id: item for part in whole.parts for item in part.items}
    missing = [each for each in ids if each not in known]
    if missing or not ids:
        raise Refused(
            f"The item to be {done} is not in MEMORY.md as it was: it was changed or taken out "
            "meanwhile, so nothing was written; look at it again."
        )
    items = tuple(known[each] for each in dict.fromkeys(ids))
    if expect is not None and _plain(expect) not in (
        _plain(items[0].text),
        _plain(items[0].source),
    ):
        raise Refused(
            f"Line {items[0].line} of MEMORY.md says “{show(covered(items[0].text)[:60])}” and not "
            "what was expected, so nothing was written; look at it again."
        )
    for item in items:
        if item.foreign:
            raise Refused(
                f"Line {item.line} of MEMORY.md is kept by another program, which would write it "
                f"again, so it was not {done}."
            )
    return items


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
