"""Notes as things to search: each entry is its key and its value, in as many lines as that has."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, TypeAlias

from memdeck.model import (
    BranchNotes,
    DamagedSpan,
    DialectEntry,
    Entry,
    Notes,
    RepositoryNotes,
    Tier,
)
from memdeck.search.fold import decoded, with_line_feeds
from memdeck.search.hits import EntryTarget, Hit, excerpt
from memdeck.search.matching import Match, Matcher
from memdeck.search.query import Filters

Said: TypeAlias = Entry | DialectEntry | DamagedSpan

_AT_ONCE: Final = 1_000
"""Entries in one document: how many are looked at before a search can be stopped."""
_OLDEST: Final = datetime.min.replace(tzinfo=UTC)
_PLAIN_TIME: Final = len("2026-02-06T14:32:00Z")
_LINE_END: Final = re.compile("\r\n|\n|\r")
_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """What one branch says, or one ref of another layout, or what is damaged: newest first."""

    root: Path
    ref: str | None
    entries: Sequence[Said]
    latest: dict[str, Entry] = field(default_factory=dict)
    """By key: of memdeck's own layout, where all others are history."""

    def target(self, entry: Said) -> EntryTarget:
        """Where a screen finds an entry."""
        damaged = isinstance(entry, DamagedSpan)
        return EntryTarget(
            self.root,
            self.ref,
            branch_of(entry),
            key_of(entry),
            entry.commit,
            entry.position,
            not damaged and (self.ref is not None or self.latest.get(key_of(entry)) is entry),
            damaged,
        )


def text_of(entry: Said) -> str:
    """Its key and its value: a string as it is, anything else as compact JSON."""
    if isinstance(entry, Entry):
        value = entry.value
        return f"{entry.key}: {value if isinstance(value, str) else _json(value)}"
    if isinstance(entry, DialectEntry):
        return f"{entry.key}: {entry.text}" if entry.key else entry.text
    return entry.text


def key_of(entry: Said) -> str:
    """Its key; empty for what is damaged."""
    return "" if isinstance(entry, DamagedSpan) else entry.key


def branch_of(entry: Said) -> str | None:
    """The branch that it names; None when it names none."""
    if isinstance(entry, Entry):
        return entry.branch
    return dict(entry.details).get("branch") if isinstance(entry, DialectEntry) else None


def moment_of(entry: Said) -> datetime | None:
    """When it was stored, as far as it says so."""
    if isinstance(entry, Entry):
        return entry.moment
    return entry.when if isinstance(entry, DialectEntry) else None


class NotesDocument:
    """Some entries of a group, newest first."""

    newest_last: Final = False

    def __init__(self, group: Group, zone: tzinfo) -> None:
        self._group = group
        self._zone = zone
        self._data = b""
        self._starts: list[int] = []

    def load(self) -> bytes:
        """The texts of all entries, every line ended by LF."""
        pieces: list[bytes] = []
        at = 0
        for each in self._group.entries:
            piece = with_line_feeds(_encoded(text_of(each)))
            self._starts.append(at)
            pieces.append(piece)
            at += len(piece) + 1
        self._data = b"\n".join(pieces)
        return self._data

    def counts(self, match: Match, filters: Filters) -> bool:
        """Whether a line that matches is one that was asked for. Notes have no sections."""
        if filters.section is not None:
            return False
        if not filters.kinds:
            return True
        # The list of words is only needed for this.
        from memdeck.meaning import meaning_of_line

        return meaning_of_line(decoded(self._data[match.start : match.end])) in filters.kinds

    def hit(self, match: Match, matcher: Matcher) -> Hit:
        """The line that matches."""
        index = bisect_right(self._starts, match.start) - 1
        entry = self._group.entries[index]
        target = self._group.target(entry)
        text, spans, cut = excerpt(self._data, match, matcher)
        return Hit(
            Tier.NOTES,
            text,
            spans,
            target,
            self._data.count(b"\n", self._starts[index], match.start) + 1,
            branch=target.branch,
            key=target.key or None,
            date=_day_of(moment_of(entry), self._zone),
            score=match.score,
            cut=cut,
        )


def notes_documents(notes: Notes, filters: Filters, zone: tzinfo) -> Iterator[NotesDocument]:
    """The entries that were asked for: those of the current branch first, each newest first."""
    if filters.section is not None:
        return
    for group in _groups(notes):
        kept = group.entries
        if (filters.branch, filters.since, filters.until) != (None, None, None):
            kept = [each for each in kept if _asked_for(each, filters, zone)]
        for start in range(0, len(kept), _AT_ONCE):
            yield NotesDocument(replace(group, entries=kept[start : start + _AT_ONCE]), zone)


def _groups(notes: Notes) -> Iterator[Group]:
    for repository in notes.repositories:
        root = repository.root
        for branch in repository.branches:
            latest = {key.latest.key: key.latest for key in branch.keys}
            yield Group(root, None, _newest_first(branch), latest)
        yield Group(root, None, repository.damaged)
        yield from _dialects(repository)


def _dialects(repository: RepositoryNotes) -> Iterator[Group]:
    for dialect in repository.dialects:
        yield Group(repository.root, dialect.ref, dialect.entries)
        yield Group(repository.root, dialect.ref, dialect.damaged)


def _newest_first(branch: BranchNotes) -> list[Entry]:
    entries = [entry for key in branch.keys for entry in (key.latest, *key.earlier)]
    stamps = [each.timestamp for each in entries]
    if all(len(each) == _PLAIN_TIME and each[-1] == "Z" for each in stamps):
        # As all of memdeck's are: their text sorts as their moment does, ten times as fast.
        entries.sort(key=lambda each: each.timestamp, reverse=True)
    else:
        entries.sort(key=lambda each: each.moment or _OLDEST, reverse=True)
    return entries


def lines_of_entry(notes: Notes, target: EntryTarget) -> list[str]:
    """The text of an entry that a hit was about, in lines; none when it is not there any more."""
    found: Iterable[str] = (
        text_of(each)
        for group in _groups(notes)
        if (group.root, group.ref) == (target.root, target.ref)
        for each in group.entries
        if (each.commit, each.position) == (target.commit, target.position)
    )
    text = next(iter(found), None)
    return [] if text is None else _LINE_END.split(text)


def _day_of(when: datetime | None, zone: tzinfo) -> date | None:
    """The date of a moment in a zone; None where there is none that the calendar knows."""
    try:
        return when.astimezone(zone).date() if when is not None else None
    except (OverflowError, ValueError):
        return None


def _asked_for(entry: Said, filters: Filters, zone: tzinfo) -> bool:
    if filters.branch is not None:
        branch = branch_of(entry)
        if branch is None or not fnmatchcase(branch, filters.branch):
            return False
    if filters.since is None and filters.until is None:
        return True
    day = _day_of(moment_of(entry), zone)
    since, until = filters.since or date.min, filters.until or date.max
    return day is not None and since <= day <= until


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Half a character, which JSON can hold and UTF-8 cannot.
        return text.encode("utf-8", "surrogatepass")
