"""What a profile's rule makes of files: parts before their tokens are counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from memdeck.model import MISSING, Day, Limit, MemoryFile, Notes, Source

if TYPE_CHECKING:
    from memdeck.bootstrap.files import FileReader
    from memdeck.bootstrap.tokens import Counting


class Trust(Protocol):
    """Whether a harness gives a file to its sessions, as far as its own record says."""

    @property
    def injected(self) -> bool | None:
        """None when it is not known."""

    @property
    def words(self) -> str:
        """The same in words: `not injected: untrusted since 2026-02-04`."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes that are given in one go: of a file, or the harness's own."""

    data: bytes
    path: str | None = None
    start: int = 0
    end: int = 0
    """The span of the file that they stand for, in bytes."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A span of a file, in bytes, that is not given."""

    path: str
    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A part before its tokens are counted; see `Part` for what the names mean."""

    name: str
    sources: tuple[Source, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    losses: tuple[Loss, ...] = ()
    size: int | None = None
    """None: its tokens."""
    limit: int | None = None
    over: int = 0
    words: str = "whole"
    trust: str = ""
    """Whether the harness gives the file at all, by its own record, in words; empty where it keeps
    none."""
    limits: tuple[Limit, ...] = ()
    counts: bool = True
    """Whether its size counts against the limit of the whole."""

    @property
    def data(self) -> bytes:
        """What is given."""
        return b"".join(each.data for each in self.stretches)


@dataclass(frozen=True, slots=True)
class Drafted:
    """All parts of a bootstrap, and what could not be made of it, in words."""

    drafts: tuple[Draft, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a session would start with: everything that a rule may look at."""

    memory: MemoryFile
    """Taken as it is here, also when the file on disk is another."""
    days: Sequence[Day]
    notes: Notes
    root: Path
    today: date
    """In the workspace's zone."""
    utc_today: date
    counter: Counting
    files: FileReader
    branch: str | None = None
    """That of the notes; None: the one that is checked out."""
    provenance: Mapping[str, Trust] = field(default_factory=dict)

    @property
    def memory_name(self) -> str:
        """The path of MEMORY.md, relative to the workspace."""
        path = self.memory.path
        return (
            path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name
        )

    def read(self, path: str) -> Source:
        """Any file of the workspace; MEMORY.md is the one that is given here."""
        if path != self.memory_name:
            return self.files.read(path)
        if not self.memory.exists:
            return Source(path, problem=MISSING)
        if self.memory.problem is not None and not self.memory.data:
            return Source(path, problem=self.memory.problem)
        return Source(path, self.memory.data)


def ended(given: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """With a line feed of the harness's behind what is given and has none at its end."""
    kept = tuple(each for each in given if each.data)
    if not kept or kept[-1].data.endswith(b"\n"):
        return kept
    return (*kept, Stretch(b"\n"))


def nothing_of(source: Source, why: str) -> tuple[Loss, ...]:
    """A file that is not given at all."""
    return (Loss(source.path, 0, len(source.data), why),) if source.data else ()


def gaps(covered: Iterable[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """What of `start`..`end` no span covers."""
    for low, high in sorted(covered):
        if low > start:
            yield start, min(low, end)
        start = max(start, high)
        if start >= end:
            return
    if start < end:
        yield start, end


def spans(given: Iterable[Stretch]) -> list[tuple[int, int]]:
    """The spans of the file that stretches of one file stand for."""
    return [(each.start, each.end) for each in given if each.path is not None]


def line_count(data: bytes, start: int, end: int) -> int:
    """Lines of `data` of which something lies in `start`..`end`."""
    if start >= end:
        return 0
    return data.count(b"\n", start, end) + (data[end - 1 : end] != b"\n")
