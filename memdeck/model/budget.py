"""What the next session loads: its parts, what of their files is given, and what is cut."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    """What a harness measures its limits in."""

    TOKENS = "tokens"
    CHARACTERS = "chars"
    """UTF-16 code units, as JavaScript counts the length of a text."""
    LINES = "lines"
    BYTES = "bytes"


class Fit(StrEnum):
    """How a budget stands."""

    FITS = "fits"
    TIGHT = "tight"
    """At or over nine tenths of the limit, and still within it."""
    CUT = "cut"
    """Something of the files is not given, as the harness cuts what is too long."""
    OVER = "over"
    """Over a limit that is not cut down to: the session cannot be started with it."""

    @classmethod
    def of(cls, used: int, limit: int) -> Fit:
        """The word for a count against its limit; it fits while it is below."""
        if used >= limit:
            return cls.OVER
        return cls.TIGHT if used * 10 >= limit * 9 else cls.FITS


MISSING: Final = "missing"
"""Why a file that is not there is not given."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A file that a part is made of, as it is on disk."""

    path: str
    """Relative to the workspace, with `/`."""
    data: bytes = b""
    problem: str | None = None
    """Why it is not given at all, in words: it is missing, cannot be read, is not trusted, ..."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of what is given: from a file, or the harness's own words."""

    at: int
    """Where it begins in the part's data, and how long it is there, in bytes."""
    length: int
    path: str | None = None
    """The file it stands for; None for the harness's own words, and for notes."""
    start: int = 0
    end: int = 0
    """The span of the file's bytes that it stands for.

    As long as the piece when it is given as it is, or byte for byte as something else; of another
    length when the harness changed it on the way.
    """


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of a file that the session is not given."""

    path: str
    start: int
    end: int
    """In the file, in bytes."""
    lines: int
    """Lines of the file of which something is missing."""
    tokens: int
    """Of the stretch, encoded by itself."""
    size: int
    """In the profile's unit."""
    why: str
    """In words: `over the cap of 20 000`."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A further limit of a part, in a unit of its own."""

    unit: Unit
    size: int
    """What the files have in that unit, whether given or cut."""
    limit: int


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of the bootstrap: the bytes that the next session is given of it."""

    name: str
    """`MEMORY.md`, `yesterday`, `today`, `notes`, ..."""
    paths: tuple[str, ...]
    """The files it is made of, relative to the workspace; empty for notes."""
    data: bytes
    start: int
    """Where it begins in the whole."""
    tokens: int
    pieces: tuple[Piece, ...] = ()
    """What `data` is made of, in order and without gaps."""
    cuts: tuple[Cut, ...] = ()
    """In the order of the files, and of their bytes."""
    sources: tuple[Source, ...] = ()
    """The files, one for each of `paths`."""
    size: int = 0
    """In the profile's unit: what counts against the limits."""
    limit: int | None = None
    """Its own, in the profile's unit; None when only the whole has one."""
    over: int = 0
    """By how much its own limit is missed, where that is an error and nothing is cut."""
    words: str = "whole"
    """What became of it, in words."""
    trust: str = ""
    """Whether the harness's own record of which files it trusts lets it in, in words; empty where
    the harness keeps none."""
    limits: tuple[Limit, ...] = ()
    """Further limits that bind it, next to its own: whichever is reached first counts."""

    @property
    def near(self) -> bool:
        """Whether nine tenths of a limit of its own are reached."""
        own = self.limit is not None and self.size * 10 >= self.limit * 9
        return own or any(each.size * 10 >= each.limit * 9 for each in self.limits)

    def spans(self) -> Iterator[tuple[str, int, int]]:
        """Each file's stretch of `data` (path, start, end), with the harness's words in it."""
        begun: tuple[str, int] | None = None
        for piece in self.pieces:
            if piece.path is None or (begun is not None and piece.path == begun[0]):
                continue
            if begun is not None:
                yield (*begun, piece.at)
            begun = (piece.path, piece.at if begun is not None else 0)
        if begun is not None:
            yield (*begun, len(self.data))


@dataclass(frozen=True, slots=True, eq=False)
class Budget:
    """The bootstrap of a profile, counted.

    The whole is encoded once and each token belongs to the part, section and
    item in which its first byte stands, so that every level adds up.
    """

    profile: str
    encoding: str
    limit: int
    """In `unit`."""
    used: int
    """In `unit`; tokens with the safety factor applied, rounded up."""
    parts: tuple[Part, ...]
    token_starts: Sequence[int] = field(repr=False, default=())
    """Byte offsets, in the whole, at which tokens begin; ascending."""
    unit: Unit = Unit.TOKENS
    warning: str | None = None
    """What the operator should know of the count (a vocabulary that could not be had, ...)."""
    cuts_down: bool = False
    """Whether the harness cuts what is too long; else being over a limit is an error."""
    at_limit_fits: bool = False
    """Whether exactly the limit is within it."""
    safety: float = 1.0
    """What tokens are multiplied by before they are held against the limit."""
    mirrors: str = ""
    """Which version of which harness the rule was read from; empty when it is memdeck's own."""

    @property
    def tokens(self) -> int:
        """Of the whole, as the encoding counts them."""
        return len(self.token_starts)

    @property
    def over(self) -> int:
        """By how much a hard limit is missed, in `unit`; 0 when it fits, or is cut to fit."""
        if self.cuts_down:
            return 0
        whole = self.used - self.limit + (0 if self.at_limit_fits else 1)
        return max(0, whole, sum(part.over for part in self.parts))

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """Everything that is not given, in the order of the parts."""
        return tuple(cut for part in self.parts for cut in part.cuts)

    @property
    def fit(self) -> Fit:
        """The one word for it."""
        if self.over:
            return Fit.OVER
        if self.cuts:
            return Fit.CUT
        near = self.used * 10 >= self.limit * 9 or any(part.near for part in self.parts)
        return Fit.TIGHT if near else Fit.FITS

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
        """The tokens that a span of a file costs; None when the file is not part of it."""
        found: int | None = None
        for part in self.parts:
            if path not in part.paths:
                continue
            found = found or 0
            for piece in part.pieces:
                if piece.path == path and piece.start < end and start < piece.end:
                    found += self._tokens_of_piece(part, piece, start, end)
        return found

    def _tokens_of_piece(self, part: Part, piece: Piece, start: int, end: int) -> int:
        base = part.start + piece.at
        if piece.length != piece.end - piece.start:
            # Changed on its way: it counts where it begins.
            whole = start <= piece.start < end
            return self.tokens_in(base, base + piece.length) if whole else 0
        first = max(start, piece.start) - piece.start
        last = min(end, piece.end) - piece.start
        return self.tokens_in(base + first, base + last)

    def is_cut(self, path: str, start: int, end: int) -> bool:
        """Whether something of a span of a file is not given."""
        return any(
            cut.path == path and cut.start < end and start < cut.end
            for part in self.parts
            for cut in part.cuts
        )
