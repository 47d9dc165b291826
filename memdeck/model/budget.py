"""What the next session loads, counted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Fit(StrEnum):
    """How a budget stands."""

    FITS = "fits"
    TIGHT = "tight"
    """At or over nine tenths of the limit, and still under it."""
    OVER = "over"

    @classmethod
    def of(cls, used: int, limit: int) -> Fit:
        """The word for a count against its limit; it fits while it is below."""
        if used >= limit:
            return cls.OVER
        return cls.TIGHT if used * 10 >= limit * 9 else cls.FITS


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of the bootstrap: the bytes that the next session is given of it."""

    name: str
    """`MEMORY.md`, `yesterday`, `today`, `notes`."""
    paths: tuple[str, ...]
    """The files it is made of, relative to the workspace; empty for notes."""
    data: bytes
    start: int
    """Where it begins in the whole."""
    tokens: int
    file_starts: tuple[int, ...] = ()
    """Where each of `paths` begins, relative to `start`."""


@dataclass(frozen=True, slots=True, eq=False)
class Budget:
    """The bootstrap of a profile, counted.

    The whole is encoded once and each token belongs to the part, section and
    item in which its first byte stands, so that every level adds up.
    """

    profile: str
    encoding: str
    limit: int
    used: int
    parts: tuple[Part, ...]
    token_starts: Sequence[int] = field(repr=False, default=())
    """Byte offsets, in the whole, at which tokens begin; ascending."""
    unit: str = "tokens"
    warning: str | None = None
    """What the operator should know of the count (a vocabulary that could not be had, ...)."""

    @property
    def over(self) -> int:
        """By how many tokens the limit is missed; 0 when it fits (used < limit)."""
        return max(0, self.used - self.limit + 1)

    @property
    def fit(self) -> Fit:
        """The one word for it."""
        return Fit.of(self.used, self.limit)

    @property
    def data(self) -> bytes:
        """Exactly what the next session is given."""
        return b"".join(part.data for part in self.parts)

    def part(self, name: str) -> Part | None:
        """The named part."""
        return next((each for each in self.parts if each.name == name), None)

    def tokens_in(self, start: int, end: int) -> int:
        """How many tokens begin in `start`..`end` of the whole."""
        return bisect_left(self.token_starts, end) - bisect_left(self.token_starts, start)

    def tokens_of(self, path: str, start: int, end: int) -> int | None:
        """The tokens of a span of a file that is part of the bootstrap; None when it is not."""
        for part in self.parts:
            if path in part.paths:
                base = part.start + part.file_starts[part.paths.index(path)]
                return self.tokens_in(base + start, base + end)
        return None
