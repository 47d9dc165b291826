"""Tables of phrases, made ready to be found in a line. Pure.

How they are written is told in `memdeck.triage.languages.language`. There are thousands of
phrases and thousands of lines, so that a phrase is looked up by its first word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_ACCENTS: Final = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u0652\u0670]+")
"""With the vowel points of Hebrew and Arabic, which are seldom written."""
_NO_WORD: Final = re.compile(r"[^\w'\u0900-\u0963-]+")
"""The vowel signs of Hindi are parts of its words."""
_CHOICE: Final = re.compile(r"\{([^{}]*)\}")
_ANY: Final = "*"
_FAR: Final = 120
"""Characters within which a phrase with a gap goes on."""
_UNSPACED: Final = "\u3040"
"""The first character of the scripts without spaces, nearly the last of Unicode's scripts."""
_NEAR: Final = 24
"""The same in a script without spaces, where a word has one or two characters."""


def plain(text: str) -> str:
    """Lower case, without accents and signs, words between single spaces."""
    return f" {_NO_WORD.sub(' ', _folded(text)).strip()} "


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold()).replace("’", "'")
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))


def unspaced(phrase: str) -> bool:
    """Whether a phrase is of a script that puts no spaces between words, or hardly any."""
    return any("\u3040" <= each <= "\u9fff" or "\uac00" <= each <= "\ud7af" for each in phrase)


def spelled_out(written: str) -> Iterator[str]:
    """What a phrase of a table stands for: `{we_,}{use,keep}_*` is four."""
    found = _CHOICE.search(written)
    if found is None:
        yield written
        return
    for each in found.group(1).split(","):
        yield from spelled_out(written[: found.start()] + each + written[found.end() :])


class Phrases:
    """A table of phrases."""

    def __init__(self, written: str) -> None:
        starts: dict[str, set[str]] = {}
        ends: dict[str, set[str]] = {}
        gaps: dict[str, set[tuple[str, str]]] = {}
        parts: set[str] = set()
        part_gaps: set[tuple[str, str]] = set()
        for token in _folded(written).split():
            for phrase in spelled_out(token):
                words = phrase.replace("_", " ").removesuffix(" *").strip()
                head, gap, tail = words.partition(" * ")
                said = f" {head.strip(_ANY)}"
                first, _, more = said[1:].partition(" ")
                if unspaced(words):
                    if gap:
                        part_gaps.add((said[1:], tail))
                    else:
                        parts.add(said[1:])
                elif gap:
                    gaps.setdefault(first, set()).add((f"{said} ", f" {tail} "))
                elif head.startswith(_ANY):
                    ends.setdefault(_end(first), set()).add(first)
                elif head.endswith(_ANY):
                    starts.setdefault(first if more else _stem(first), set()).add(said)
                else:
                    starts.setdefault(first, set()).add(f"{said} ")
        # By the first word, or what is known of it.
        self._starts = {key: tuple(sorted(each)) for key, each in starts.items()}
        self._ends = {key: tuple(sorted(each)) for key, each in ends.items()}
        self._gaps = {key: tuple(sorted(each)) for key, each in gaps.items()}
        self._keys = frozenset((*starts, *ends, *gaps))
        self._parts = tuple(sorted(parts))
        self._part_gaps = tuple(sorted(part_gaps))

    def begins(self, said: str, at: int = 0) -> bool:
        """Whether one of them begins in a plain text behind `at`, a space before a word."""
        if said[at + 1 : at + 2] >= _UNSPACED:
            return said.startswith(self._parts, at + 1) or any(
                said.startswith(head, at + 1) and _goes_on(said, at + 1 + len(head), tail)
                for head, tail in self._part_gaps
            )
        first = said[at + 1 : said.find(" ", at + 1)]
        keys = _keys(first)
        return not self._keys.isdisjoint(keys) and any(self._begins(said, at, key) for key in keys)

    def find(self, said: str) -> int | None:
        """Behind which place of a plain text one of them stands first; None for nowhere."""
        places = _places(said)
        found = [
            at
            for key in self._keys.intersection(places)
            for at in places[key]
            if self._begins(said, at, key)
        ]
        if _UNSPACED in places:
            found += [at - 1 for part in self._parts if (at := said.find(part)) > 0]
            found += [
                at - 1
                for head, tail in self._part_gaps
                if (at := said.find(head)) > 0 and _goes_on(said, at + len(head), tail)
            ]
        return min(found, default=None)

    def _begins(self, said: str, at: int, key: str) -> bool:
        """Whether one of those that are kept by that key begins there."""
        if said.startswith(self._starts.get(key, ()), at):
            return True
        if key in self._ends and said[at : said.find(" ", at + 1)].endswith(self._ends[key]):
            return True
        return any(
            said.startswith(head, at) and said.find(tail, at + len(head) - 1, at + _FAR) > 0
            for head, tail in self._gaps.get(key, ())
        )


@lru_cache(maxsize=8192)
def _keys(word: str) -> tuple[str, str, str]:
    """What a phrase that begins with that word may be kept by. No plain word has a `*`."""
    return (word, _stem(word), _end(word))


def _stem(word: str) -> str:
    return f"{word[:3]}*"


def _end(word: str) -> str:
    return f"*{word[-2:]}"


@lru_cache(maxsize=16)
def _places(said: str) -> dict[str, list[int]]:
    """Where in a plain text there is what by what key. Many tables are asked for the same text."""
    places: dict[str, list[int]] = {}
    for at in words_of(said):
        for key in _keys(said[at + 1 : said.index(" ", at + 1)]):
            places.setdefault(key, []).append(at)
    if not said.isascii() and unspaced(said):
        places[_UNSPACED] = []
    return places


def words_of(said: str) -> Iterator[int]:
    """Where the words of a plain text begin: the spaces before them."""
    at = 0
    while 0 <= at < len(said) - 1:
        yield at
        at = said.find(" ", at + 1)


def _goes_on(said: str, at: int, tail: str) -> bool:
    return said.find(tail, at, at + _NEAR) >= 0
