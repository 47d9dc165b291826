"""One item of MEMORY.md through its versions: when it came, and how it was reworded since.

A text came with the oldest version that has its lines. What stood there in the
version before, in other words, is the item's earlier text, which is followed
in the same way. So an item that was lost for a while and came back, or that a
branch did not have, is as old as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Final

from memdeck.curated.records import Place, Record
from memdeck.curated.sections import read_memory
from memdeck.curated.splice import Edit
from memdeck.curated.undo import exact_inverse
from memdeck.errors import Refused
from memdeck.history.changes import item_changes, own_lines
from memdeck.history.contents import difference
from memdeck.history.versions import ALL, Version, Versions, digest_of, never, read_versions
from memdeck.model import Item, MemoryFile

if TYPE_CHECKING:
    from memdeck.curated.journal import Journal

STEPS: Final = 30
"""Rewordings of one item that are followed."""
_SHORT: Final = 12
_NEW_LINE: Final = re.compile(rb"[\r\n]+")


@dataclass(frozen=True, slots=True)
class Past:
    """All versions that were looked at, and with which of them each line came."""

    memory: MemoryFile
    """As it is now."""
    versions: Versions
    oldest: Mapping[int, int]
    """By the hash of a line: the index of the oldest version that has it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A version in which an item came, or was changed."""

    version: Version
    text: str
    """Of the item from then on."""
    before: str | None = None
    """Its text until then; None when it came with this version."""
    first: bool = False
    """Whether nothing older is known: the item may be older still."""


def read_past(
    root: Path,
    memory_path: Path,
    journal: Journal,
    *,
    limit: int = ALL,
    stop: Callable[[], bool] = never,
) -> Past | None:
    """What is known of MEMORY.md's past; None once `stop` says yes.

    Two git processes. Raises Unusable when the journal cannot be read.
    """
    by_commit: dict[int, str] = {}
    newer: tuple[str, frozenset[bytes]] = ("", frozenset())

    def note(version: Version, data: bytes) -> None:
        nonlocal newer
        assert version.commit is not None
        lines = frozenset(data.split(b"\n" if b"\n" in data else b"\r"))
        came_with(newer[0], newer[1] - lines)
        newer = version.commit, lines

    def came_with(commit: str, lines: Iterable[bytes]) -> None:
        # Older ones come later and take the place of newer ones.
        by_commit.update((key, commit) for line in lines for key in _hashes(line))

    versions = read_versions(root, memory_path, journal, limit=limit, seen=note, stop=stop)
    if stop():
        return None
    came_with(*newer)
    rows = {each.commit: row for row, each in enumerate(versions.versions) if each.commit}
    oldest = {line: rows[commit] for line, commit in by_commit.items() if commit in rows}
    for row, version in enumerate(versions.versions):
        if version.record is not None and version.stands:
            for line in _put_in(version.record):
                oldest[line] = max(oldest.get(line, row), row)
    return Past(read_memory(memory_path), versions, oldest)


class Unknown(Enum):
    """Why no version says when an item came."""

    OLDER = auto()
    """It was there before the oldest one."""
    BETWEEN = auto()
    """It was there before one of them, and others wrote before that."""
    NEWER = auto()
    """Others have written since the newest one, which nothing has the text of."""
    NOT_COMMITTED = auto()
    """No commit has it, and no operation put it in."""
    NOTHING = auto()
    """There is no version."""


def stood_before(past: Past) -> tuple[Unknown, Version | None]:
    """Why an item has no steps, and the oldest version before which it surely was there."""
    versions = [each for each in past.versions.versions if each.stands]
    if not versions:
        return Unknown.NOTHING, None
    if any(each.commit is not None for each in versions):
        return Unknown.NOT_COMMITTED, None
    # Back over what memdeck did, for as long as nobody else wrote in between.
    data, oldest = past.memory.data, None
    for version in versions:
        record = version.record
        if record is None or digest_of(data) != record.after_hash:
            break
        try:
            data = Edit(exact_inverse(record.splices), "").apply(data)
        except Refused:
            break
        if digest_of(data) != record.before_hash:
            # The journal was told to forget what it did.
            break
        oldest = version
    if oldest is None:
        return Unknown.NEWER, None
    if oldest is versions[-1] and not past.versions.more:
        return Unknown.OLDER, oldest
    return Unknown.BETWEEN, oldest


def without_steps(past: Past, zone: tzinfo) -> str:
    """What is known of an item that has no steps, as a sentence."""
    why, version = stood_before(past)
    name = ""
    if version is not None:
        name = f"{version.id[:_SHORT]} of {version.when.astimezone(zone):%Y-%m-%d %H:%M}"
    match why:
        case Unknown.OLDER:
            return f"It was there before the first version that is known: {name}."
        case Unknown.BETWEEN:
            return (
                f"It was there before the version {name} and no older one has it: another "
                "program wrote it, or it is older than all of them."
            )
        case Unknown.NOT_COMMITTED:
            return (
                "No version has this item: another program has written it since the newest commit."
            )
        case Unknown.NEWER:
            return (
                "No version has this item: another program has written MEMORY.md since the "
                "newest one, and whether it was there before is not known."
            )
        case Unknown.NOTHING:
            return "No version is known, so nothing says since when it is there."


def steps_of(past: Past, item: Item, stop: Callable[[], bool] = never) -> tuple[Step, ...]:
    """How an item of today became what it is, newest first; the last is how it came.

    Empty when no version says when it came (`stood_before`). Two git processes
    for each step at most. Raises GitFailed.
    """
    return tuple(_steps(past, item, own_lines(past.memory.data, item), stop))


def _steps(past: Past, item: Item, lines: bytes, stop: Callable[[], bool]) -> Iterator[Step]:
    above = -1
    for _ in range(STEPS):
        row = _row_of(past, lines)
        if row is None or row <= above or stop():
            return
        above = row
        version = past.versions.versions[row]
        found = difference(past.versions, version)
        last = row + 1 == len(past.versions.versions)
        first = past.versions.more if last else False
        changes = item_changes(found.before, found.after)
        pair = next(
            (
                (old, new)
                for old, new in changes.changed
                if own_lines(found.after, new).split() == lines.split()
            ),
            None,
        )
        if pair is None:
            came = any(
                own_lines(found.after, each).split() == lines.split() for each in changes.added
            )
            # It stood there before the oldest that is known.
            yield Step(version, item.text, None, first or not came)
            return
        yield Step(version, item.text, pair[0].text)
        item, lines = pair[0], own_lines(found.before, pair[0])


def _row_of(past: Past, lines: bytes) -> int | None:
    """The oldest version that has all of these lines."""
    rows = [past.oldest.get(line) for line in _hashes(lines)]
    known = [row for row in rows if row is not None]
    return min(known) if known and len(known) == len(rows) else None


def _hashes(data: bytes) -> Iterable[int]:
    return {hash(line.strip(b" \t")) for line in _NEW_LINE.split(data) if line.strip(b" \t")}


def _put_in(record: Record) -> set[int]:
    """The lines that an operation put into the file."""
    places = record.places or (Place(),) * len(record.splices)
    new: set[int] = set()
    old: set[int] = set()
    for splice, place in zip(record.splices, places, strict=True):
        new |= set(_hashes(place.head + splice.new + place.tail))
        old |= set(_hashes(place.head + splice.old + place.tail))
    return new - old
