"""What became of items that are gone: reworded, shortened, made one of, replaced. Pure.

Whoever words a line otherwise, or puts another where it stood, has seen it and
meant it. What tells that from a loss is words that only the lost line had, and
its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from memdeck.curated.likeness import likeness, normalised, said
from memdeck.curated.planning.outline import Outline, outline
from memdeck.model import Item

_ALIKE: Final = 75.0
"""Of 100: from here on a new item is a lost one in other words."""
_HELD: Final = 2 / 3
"""The share of a lost item's words that a new item holds which was made of it, or the other way
round."""
_SHARED: Final = 3
"""Words that a shortened item has at least of the longer one."""
_TELLING: Final = 2
"""Of these, how many tell something: a `the` is in most lines."""
_SHORT_WORD: Final = 3
"""Letters of a word that tells nothing by itself."""
_MOST_MADE_ONE: Final = 3
"""Lost neighbours of which one shorter item was made."""
_FEWER: Final = 2
"""In place of so many lost items one new one may stand."""
_NAME: Final = re.compile(r"\s*([^\W\d_][^:：]{0,40}?)(?:\s*[:：]|\s+[-–—→=]+)\s")
"""What a line is about: `Status: active`, `Carrier Bridge - ...`."""
_MARKER: Final = re.compile(rb"^(?:[-*+]|\d{1,3}[.)])\s+")
_SPACES: Final = re.compile(rb"\s+|(?<=-)-+")
_LINE_END: Final = re.compile(rb"\r\n|\n|\r")


def remade(lost: Sequence[Item], new: Sequence[str]) -> set[str]:
    """The ids of lost items that became one of the new texts: reworded, part of another, shorter.

    Several became the same one only when it holds the words of them all, or hardly others.
    """
    words_of = {text: set(normalised(text).split()) for text in new}
    taken: dict[str, set[str]] = {}
    found = set()
    for item in lost:
        words = set(normalised(item.text).split())
        for text, there in words_of.items():
            with_others = words | taken.get(text, set())
            held = all(len(each & there) >= _HELD * len(each) for each in (words, with_others))
            if held or (text not in taken and _same_thing(item.text, text)):
                taken[text] = with_others
                found.add(item.id)
                break
    for text in new:
        found.update(_shortened(lost, text))
    return found


def _same_thing(one: str, other: str) -> bool:
    """Whether two texts are one fact in two wordings: much alike, or under the same name."""
    first, second = _NAME.match(one), _NAME.match(other)
    if first and second and normalised(first[1]) == normalised(second[1]):
        return True
    return likeness(one, other) >= _ALIKE


def _shortened(lost: Sequence[Item], text: str) -> Iterator[str]:
    """The ids of lost neighbours of which a new text was made: nearly all its words are theirs."""
    words = set(said(text).split())
    shares = [words & set(said(item.text).split()) for item in lost]
    told = [_tells(each) for each in shares]
    for first in range(len(lost)):
        for last in range(first + 1, min(first + _MOST_MADE_ONE, len(lost)) + 1):
            if not all(told[first:last]):
                break
            if len(set().union(*shares[first:last])) >= _HELD * len(words):
                yield from (item.id for item in lost[first:last])


def _tells(shared: set[str]) -> bool:
    """Whether so many words of two lines are the same that it is no chance."""
    telling = [each for each in shared if len(each) > _SHORT_WORD or not each.isascii()]
    return len(shared) >= _SHARED and len(telling) >= _TELLING


def replaced(before: bytes, after: bytes) -> set[str]:
    """The ids of items of `before` with others exactly where they stood, between items that stayed.

    At the start and at the end of a list that tells nothing: there everybody adds.
    """
    import difflib

    old, new = outline(before), outline(after)
    had, has = list(_entries(old)), list(_entries(new))
    matcher = difflib.SequenceMatcher(
        None, [key for key, _ in had], [key for key, _ in has], autojunk=False
    )
    found: set[str] = set()
    for name, start, end, first, last in matcher.get_opcodes():
        if name != "replace" or not start or end >= len(had):
            continue
        around = [each for _, each in had[start - 1 : end + 1]]
        came = [each for _, each in has[first:last]]
        if None in around or None in came or end - start > _FEWER * (last - first):
            continue
        items = [each for each in around if each is not None]
        if len({each.address for each in items}) == 1:
            found.update(each.id for each in items[1:-1])
    return found


def gone_in_any_wording(
    old: bytes, before: bytes, lost: Sequence[Item], gone: Sequence[Item]
) -> set[str]:
    """The ids of lost items of `before` that are gone in their older wording, too.

    `gone` are the items of `old`, the earlier version, that are gone. Who has seen
    neither wording took the item out; who has an older copy has the older one.
    """
    stood = _in_place(old, before)
    left = {item.id: item for item in gone}
    found = set()
    for item in lost:
        older = stood.get(item.id)
        if older not in left:
            alike = (each.id for each in left.values() if _same_thing(item.text, each.text))
            older = next(alike, None)
        if older is not None:
            del left[older]
            found.add(item.id)
    return found


def _in_place(old: bytes, new: bytes) -> dict[str, str]:
    """Of items of `new` the id of the one that stood just there in `old`, in other words."""
    import difflib

    had, has = list(_entries(outline(old))), list(_entries(outline(new)))
    matcher = difflib.SequenceMatcher(
        None, [key for key, _ in had], [key for key, _ in has], autojunk=False
    )
    return {
        came.id: went.id
        for name, start, end, first, last in matcher.get_opcodes()
        if name == "replace" and end - start == last - first
        for (_, went), (_, came) in zip(had[start:end], has[first:last], strict=True)
        if went is not None and came is not None
    }


def _entries(whole: Outline) -> Iterator[tuple[str, Item | None]]:
    """The items and titles of a file in their order, each by what it says."""
    parts: list[tuple[int, str, Item | None]] = [
        (section.start, f"# {section.title}", None) for section in whole.sections
    ]
    parts += [
        (item.start, normalised(item.text), item) for part in whole.parts for item in part.items
    ]
    yield from ((key, item) for _, key, item in sorted(parts, key=lambda each: each[0]))


def written_lines(data: bytes) -> list[bytes]:
    """The lines of a file as they are written, but for bullets, numbers of lists and blanks."""
    lines = (_MARKER.sub(b"", each.strip()) for each in _LINE_END.split(data))
    return [_SPACES.sub(b" ", each) for each in lines if each]


def only_shorter(lines: Sequence[bytes], than: Sequence[bytes]) -> bool:
    """Whether `lines` are others with nothing but lines taken out: the same in the same order."""
    rest = iter(than)
    return all(line in rest for line in lines)
