"""What earlier notes of a commit held that the notes of today do not.

A note that is written by appending is, at each moment, a beginning of what it
says later. So most earlier values need not be read at all: their size is
asked for, and git's name for so many first bytes of today's note tells
whether they are it. A note with 10,000 entries is else read 10,000 times.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from memdeck.git import Git
from memdeck.model import DamagedSpan, Entry
from memdeck.notes.codec import pieces
from memdeck.notes.objects import read_objects

_BLANK_LINES: Final = re.compile(
    "[ \t\ufeff]*(?:\r\n|\n|\r)[ \t\ufeff]*(?:\r\n|\n|\r)[ \t\r\n\ufeff]*"
)
FEW: Final = 64
"""Blobs that are read at once without asking for their sizes first."""
_BYTES_AT_ONCE: Final = 64 << 20
_MISSES: Final = 16


@dataclass(frozen=True, slots=True)
class Item:
    """An entry, or a paragraph of what is damaged, as it stood in a note."""

    identity: bytes
    """Equal for what says the same, however it is spaced."""
    part: Entry | DamagedSpan
    """The entry, or the span that the paragraph is of."""
    data: bytes
    """Its bytes, without the white space around them."""


Items = Mapping[bytes, Item]


@dataclass(frozen=True, slots=True)
class LostItems:
    """By commit and blob, what is not in the commit's note any more."""

    by_blob: Mapping[tuple[str, str], Items]
    unreadable: int
    """How many blobs are gone or damaged."""

    def of(self, commit: str, blobs: Iterable[str]) -> dict[bytes, Item]:
        """Of several blobs together; nothing of those that are not known."""
        found: dict[bytes, Item] = {}
        for blob in sorted(blobs):
            found.update(self.by_blob.get((commit, blob), {}))
        return found


def items_of(note: bytes, commit: str) -> Iterator[tuple[Item, int]]:
    """The entries and the paragraphs of what is damaged, in order, each with where it ends."""
    text = note.decode("utf-8", "surrogateescape")
    before = offset = 0
    for piece, start, end in pieces(text, commit):
        whole = [(start, end)]
        for begin, stop in whole if isinstance(piece, Entry) else _paragraphs(text, start, end):
            data = _bytes(text[begin:stop])
            offset += len(_bytes(text[before:begin])) + len(data)
            before = stop
            identity = _said(piece) if isinstance(piece, Entry) else b"damaged " + data
            yield Item(identity, piece, data), offset


def _said(entry: Entry) -> bytes:
    """What an entry says: the same for two that differ only in how they are written."""
    fields = [entry.branch, entry.timestamp, entry.key, entry.value, entry.id, entry.extra]
    return b"entry " + json.dumps(fields, sort_keys=True).encode()


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each paragraph of a damaged span begins and ends: writers put a blank line between."""
    for blank in _BLANK_LINES.finditer(text, start, end):
        yield start, blank.start()
        start = blank.end()
    yield start, end


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def read_lost(
    git: Git,
    wanted: Mapping[str, Sequence[str]],
    now: Mapping[str, bytes],
    known: Mapping[str, bytes],
) -> LostItems:
    """What the wanted blobs of each commit hold beyond its note of `now`.

    The blobs come with the newest first; `known` are contents of blobs that were
    read already. Some processes, whose number grows with the logarithm of the
    number of blobs. Raises GitFailed.
    """
    search = _Search(git, now, known)
    pending = {commit: list(blobs) for commit, blobs in wanted.items()}
    count = sum(map(len, pending.values()))
    if count > FEW:
        sizes = _sizes(git, {each for blobs in pending.values() for each in blobs})
        search.sizes = sizes
        for commit, blobs in pending.items():
            note = now.get(commit)
            pending[commit] = search.uncovered(commit, note, (), blobs) if note else blobs
    share = count if count <= FEW else 1
    while pending := {commit: blobs for commit, blobs in pending.items() if blobs}:
        pending = search.read(pending, share)
        share *= 4
    return LostItems(search.found, search.unreadable)


class _Search:
    """What was found so far."""

    def __init__(self, git: Git, now: Mapping[str, bytes], known: Mapping[str, bytes]) -> None:
        self.git = git
        self.now = now
        self.known = known
        self.sizes: Mapping[str, int] = {}
        self.found: dict[tuple[str, str], Items] = {}
        self.unreadable = 0
        self._today: dict[str, _Today] = {}

    def read(self, pending: Mapping[str, list[str]], share: int) -> dict[str, list[str]]:
        """Read up to `share` blobs of each commit; those that are then still not known."""
        chosen: dict[str, list[str]] = {}
        size = 0
        for commit, blobs in pending.items():
            for blob in blobs[:share]:
                size += self.sizes.get(blob, 0)
                if chosen and size > _BYTES_AT_ONCE:
                    break
                chosen.setdefault(commit, []).append(blob)
        names = [each for some in chosen.values() for each in some if each not in self.known]
        contents = {**self.known, **read_objects(self.git, names).found}
        rest = {}
        for commit, blobs in pending.items():
            left = blobs[len(chosen.get(commit, ())) :]
            for blob in chosen.get(commit, ()):
                note = contents.get(blob)
                if note is None:
                    self.unreadable += 1
                    continue
                items = self._beyond(commit, note)
                self.found[commit, blob] = {item.identity: item for item, _ in items}
                left = self.uncovered(commit, note, items, left)
            rest[commit] = left
        return rest

    def uncovered(
        self, commit: str, note: bytes, items: Sequence[tuple[Item, int]], blobs: Sequence[str]
    ) -> list[str]:
        """Those of the blobs that are no beginning of this note; of the others is told what is."""
        left: list[str] = []
        misses = 0
        view = memoryview(note)
        for blob in blobs:
            size = self.sizes.get(blob)
            # What another writer made of an older note has few beginnings of its own.
            hopeless = bool(items) and misses > _MISSES
            if size is None or size > len(note) or hopeless:
                left.append(blob)
            elif _blob_id(view[:size], len(blob)) != blob:
                left.append(blob)
                misses += 1
            else:
                misses = 0
                self.found[commit, blob] = {
                    item.identity: item for item, end in items if end <= size
                }
        return left

    def _beyond(self, commit: str, note: bytes) -> list[tuple[Item, int]]:
        """What the note holds that today's note does not."""
        today = self._today.get(commit)
        if today is None:
            today = self._today[commit] = _Today(self.now.get(commit, b""), commit)
        start = today.common(note)
        return [
            (item, start + end)
            for item, end in items_of(note[start:], commit)
            if item.identity not in today.identities
        ]


class _Today:
    """Today's note of a commit."""

    def __init__(self, note: bytes, commit: str) -> None:
        self.note = note
        self.identities = set()
        self.ends = [0]
        for item, end in items_of(note, commit):
            self.identities.add(item.identity)
            if isinstance(item.part, Entry):
                self.ends.append(end)

    def common(self, note: bytes) -> int:
        """Up to where both notes hold the same entries, and the same bytes."""
        low, high = 0, min(len(note), len(self.note))
        if self.note[:high] != note[:high]:
            while high - low > 1:
                middle = (low + high) // 2
                if self.note[low:middle] == note[low:middle]:
                    low = middle
                else:
                    high = middle
            high = low
        return self.ends[bisect_right(self.ends, high) - 1]


def _sizes(git: Git, blobs: Iterable[str]) -> dict[str, int]:
    """The size of each blob that is there. One process."""
    asked = "".join(f"{each}\n" for each in blobs).encode()
    output = git.run("cat-file", "--batch-check", "--buffer", stdin=asked, allowed=(0, 128))
    answers = (line.split(" ") for line in output.decode("ascii", "replace").splitlines())
    return {each[0]: int(each[2]) for each in answers if len(each) == 3 and each[1] == "blob"}


def _blob_id(content: memoryview, digits: int) -> str:
    """The id that git gives to these bytes; 40 hex digits are SHA-1, 64 are SHA-256."""
    # What git names its objects by, and no matter of security here.
    digest = hashlib.new("sha1" if digits == 40 else "sha256", usedforsecurity=False)
    digest.update(b"blob %d\0" % len(content))
    digest.update(content)
    return digest.hexdigest()
