"""What a search answers with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final, TypeAlias

from memdeck.model import Tier
from memdeck.search.fold import Span, decoded
from memdeck.search.matching import Match, Matcher
from memdeck.secrets import find_secrets, masked

_WIDEST: Final = 2000
"""Characters of a line that a hit holds; a longer line is cut around its first match."""
_BEFORE: Final = 200
"""Characters before the first match that a cut line keeps."""
_AROUND: Final = 1000
"""Characters beyond a cut in which a secret is looked for that the cut would open."""


@dataclass(frozen=True, slots=True)
class LogTarget:
    """A line of a daily log."""

    file: str
    """Its path relative to the workspace, with `/`."""
    line: int
    date: date


@dataclass(frozen=True, slots=True)
class ItemTarget:
    """A line of MEMORY.md."""

    line: int
    item_id: str | None
    """The innermost item that holds it; None for a heading."""
    address: str
    """Of its section."""


@dataclass(frozen=True, slots=True)
class EntryTarget:
    """An entry of a note."""

    root: Path
    """Of the repository."""
    ref: str | None
    """The ref of another program's layout; None for memdeck's own."""
    branch: str | None
    key: str
    commit: str
    position: int
    latest: bool
    """Whether it is what its key says today; else a part of its history."""
    damaged: bool = False


Target: TypeAlias = LogTarget | ItemTarget | EntryTarget


@dataclass(frozen=True, slots=True)
class Hit:
    """One line that answers a query."""

    tier: Tier
    text: str
    """The line as on disk (of a note its key and value), not yet safe to show. Of a very long
    one the part around the first match."""
    spans: tuple[Span, ...]
    """Where the matches stand in `text`, in characters, in order and apart."""
    target: Target
    """Where a screen can go."""
    line: int
    """In its file; of a note in its text, whose first line begins with the key."""
    file: str | None = None
    """Path relative to the workspace, with `/`; None for a note."""
    branch: str | None = None
    key: str | None = None
    date: date | None = None
    """The day of the log, or of the entry in the workspace's zone."""
    section: str | None = None
    """The title that it stands under; of MEMORY.md the address of its section."""
    transcript: bool = False
    """Whether it is from a raw conversation: said, not noted."""
    score: float | None = None
    """How near a fuzzy query is: 100 when all is there, 50 with one letter else, 33 with two."""
    cut: int = 0
    """Characters of the line before `text`."""

    @property
    def place(self) -> str:
        """Where it stands, as a person says it: `memory/2026-02-06.md:9`, `main task.status`."""
        if self.file is not None:
            return f"{self.file}:{self.line}"
        return " ".join(filter(None, (self.branch, self.key)))


@dataclass(frozen=True, slots=True)
class Batch:
    """What has been found since the batch before."""

    hits: tuple[Hit, ...]
    """Newest first (MEMORY.md in its own order); of a fuzzy query the best first."""
    matched: int
    """Lines that match, in all batches so far; those beyond the limit are no hits."""
    looked_at: int
    """Files and branches' notes looked at, in all batches so far."""
    total: int
    """How many there are to look at."""
    done: bool = False
    remarks: tuple[str, ...] = ()
    """What could not be searched, in words."""


@dataclass(frozen=True, slots=True)
class Context:
    """The lines around a hit, as on disk."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def best(hits: list[Hit], limit: int) -> list[Hit]:
    """At most `limit` hits: the best of a fuzzy query, best first, else the first."""
    return sorted(hits, key=lambda each: -(each.score or 0.0))[:limit]


def excerpt(data: bytes, match: Match, matcher: Matcher) -> tuple[str, tuple[Span, ...], int]:
    """A line as a hit holds it: the text, its spans and how many characters are cut before it.

    A cut does not go through a secret, as the rest of one is not known for what it is.
    """
    text = decoded(data[match.start : match.end])
    spans = matcher.spans(text) if match.spans is None else match.spans
    if len(text) <= _WIDEST:
        return text, spans, 0
    start = max(0, (spans[0][0] if spans else 0) - _BEFORE)
    end = min(len(text), start + _WIDEST)
    around = max(0, start - _AROUND)
    for secret in find_secrets(text[around : end + _AROUND]):
        if secret.start + around < start < secret.end + around:
            start = secret.start + around
        if secret.start + around < end < secret.end + around:
            end = secret.end + around
    kept = tuple((max(a, start) - start, min(b, end) - start) for a, b in spans if a < end)
    return text[start:end], kept, start


def without_secrets(hit: Hit) -> Hit:
    """The hit with what looks like a secret covered; matches inside of one are no longer told."""
    secrets = find_secrets(hit.text)
    if not secrets:
        return hit
    spans: list[Span] = []
    for start, end in hit.spans:
        if any(start < each.end and each.start < end for each in secrets):
            continue
        shift = sum(
            len(masked(hit.text[each.start : each.end])) - (each.end - each.start)
            for each in secrets
            if each.end <= start
        )
        spans.append((start + shift, end + shift))
    return replace(hit, text=masked(hit.text), spans=tuple(spans))
