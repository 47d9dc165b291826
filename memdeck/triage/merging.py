"""A candidate merged into an item that MEMORY.md has already: what to suggest, what to apply.

Also the promotion of several candidates in one edit. Both say where they came
from with all places of a candidate, so that none of these lines comes back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from memdeck.curated.edits import Promote, Rewrite
from memdeck.curated.likeness import said
from memdeck.curated.records import Origin
from memdeck.model import Item
from memdeck.triage.queue import Candidate

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_CLAUSE: Final = re.compile(r"(?<=[;；、，])\s*|(?<=,)\s+|\s+[–—]\s+")
_TIME: Final = re.compile(r"~?\d{1,2}:\d{2}(?:\s?[ap]m\b)?\s*[-–—:]?\s+", re.IGNORECASE)
_STOPS: Final = ".!?…。！？"
_JOINTS: Final = ",;:–—-、，；："


def merged_texts(item_text: str, line_text: str) -> str:
    """What an item may say once a line is merged into it: its own text, then what is new.

    A clause of the line is new when it has a word that the item has not. With nothing new, the
    item's text as it is. Both as Markdown, as they are written (`Item.source`, `LogItem.source`).
    """
    known = _words(item_text)
    new = _new(_without_lead(line_text), known)
    old = item_text.rstrip()
    if not new:
        return item_text
    if not old:
        return new
    if old[-1] in _STOPS:
        return f"{old}{'' if _unspaced(old[-1]) else ' '}{new}"
    bare = old.rstrip(_JOINTS + " ")
    return f"{bare}；{new}" if _unspaced(bare[-1:]) else f"{bare}; {new}"


def merge(
    candidate: Candidate, item: Item, text: str, *, allow_secret: bool = False
) -> tuple[Rewrite, tuple[Origin, ...]]:
    """What `MemoryStore.apply` needs to give `item` a text into which `candidate` was merged."""
    return Rewrite(item.id, text, item.text, allow_secret), origins(candidate)


def promotion(
    candidates: Sequence[Candidate],
    address: str,
    texts: Sequence[str] | None = None,
    *,
    new_section: bool = False,
    allow_duplicate: bool = False,
    allow_secret: bool = False,
) -> tuple[Promote, tuple[Origin, ...]]:
    """What `MemoryStore.apply` needs to promote candidates to one section in one edit.

    `texts` are what the items are to say, one for each; None: what the lines say.
    """
    written = tuple(texts) if texts is not None else tuple(each.item.source for each in candidates)
    found = tuple(origin for each in candidates for origin in origins(each))
    operation = Promote(address, written, new_section, allow_duplicate, allow_secret)
    return operation, found


def origins(candidate: Candidate) -> tuple[Origin, ...]:
    """Every line that a candidate stands for."""
    return tuple(
        Origin(place.item.file, place.item.line, place.item.digest, place.item.text)
        for place in candidate.places
    )


def _new(text: str, known: set[str]) -> str:
    """The sentences and clauses that have a word of their own, in their order."""
    sentences: list[str] = []
    for sentence in filter(None, map(str.strip, _SENTENCE.split(text))):
        clauses = [each for each in _clauses(sentence) if not _words(each) <= known]
        if clauses:
            end = sentence[-1] if sentence[-1] in _STOPS else ""
            joined = " ".join(clauses).rstrip(_JOINTS + _STOPS + " ")
            sentences.append(joined + end)
    return " ".join(sentences)


def _words(text: str) -> set[str]:
    """Signs alone say nothing."""
    return {word for word in said(text).split() if any(map(str.isalnum, word))}


def _clauses(sentence: str) -> Iterator[str]:
    return filter(None, map(str.strip, _CLAUSE.split(sentence)))


def _without_lead(text: str) -> str:
    """A line without the time and the emoji at its start."""
    text = " ".join(text.split())
    while text and (unicodedata.category(text[0]) == "So" or text[0] in "\ufe0f\u200d"):
        text = text[1:].lstrip()
    return _TIME.sub("", text, count=1) if _TIME.match(text) else text


def _unspaced(character: str) -> bool:
    return "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"
