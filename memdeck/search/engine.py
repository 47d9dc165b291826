"""The search: from a query to batches of hits, tier after tier, newest first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Final, NamedTuple, Protocol

from memdeck.errors import MemdeckError, Unusable
from memdeck.model import Day, Tier
from memdeck.search.fold import decoded, with_line_feeds
from memdeck.search.hits import Batch, Context, EntryTarget, Hit
from memdeck.search.logs import LogDocument
from memdeck.search.matchers import matcher_of
from memdeck.search.matching import Match, Matcher, Stopped, lines_of
from memdeck.search.memory import MemoryDocument
from memdeck.search.notes import lines_of_entry, notes_documents
from memdeck.search.query import Filters, Mode, Query, checked
from memdeck.search.sources import LogReader, Sources
from memdeck.text import plural

LIMIT: Final = 1_000
"""Hits that are kept; lines beyond are counted."""
_FIRST: Final = 16 * 1024
"""Bytes that are looked at before the first batch."""
_SLICE: Final = 256 * 1024
"""Bytes that are looked at for each further one: 1 to 20 ms, by the mode."""
_LARGEST: Final = 1024 * 1024
"""Bytes in one piece: a larger file is looked at in several."""
_ANY: Final = (None, None, None)
_REMARKS: Final = 5
"""How many of what could not be searched are named before the others are counted."""


class Document(Protocol):
    """Something with lines: a log, MEMORY.md, some entries of a branch."""

    @property
    def newest_last(self) -> bool:
        """Whether its last line is its newest."""

    def load(self) -> bytes | None:
        """Its bytes with LF at line ends; None when it is gone. Raises Unusable in words."""

    def counts(self, match: Match, filters: Filters) -> bool:
        """Whether a line that matches passes the filters that need its bytes."""

    def hit(self, match: Match, matcher: Matcher) -> Hit:
        """The line as a hit."""


def search(
    sources: Sources, query: Query, *, stop: Callable[[], bool] = lambda: False, limit: int = LIMIT
) -> Iterator[Batch]:
    """The lines that answer a query: notes, then MEMORY.md, then the logs, newest first.

    In MEMORY.md the order is its own. At most `limit` hits come, or with a
    fuzzy query more than that when better ones are found later; lines beyond
    are counted. The last batch is `done`, unless `stop()` says that nobody
    waits any more: it is asked at least once for every 256 KB. What cannot be
    read is a remark of a batch. An empty query finds nothing.

    Raises WrongUsage for a query that makes no sense.
    """
    return _Search(sources, checked(query), stop, limit).batches()


def context(sources: Sources, hit: Hit, lines: int = 2) -> Context:
    """So many lines before and after a hit, as they are now; none when it is not there any more.

    Of a note these are lines of its value.
    """
    target = hit.target
    if isinstance(target, EntryTarget):
        whole = lines_of_entry(sources.notes, target)
    else:
        try:
            data = _data_of(sources, hit) or b""
        except Unusable:
            return Context()
        whole = [decoded(line) for _, _, line in lines_of(with_line_feeds(data))]
    end = hit.cut + len(hit.text)
    same = [
        index
        for index, line in enumerate(whole)
        if line[hit.cut : end] == hit.text and (hit.cut or len(line) == end or len(line) > 2000)
    ]
    if not same:
        return Context()
    # Written to since, the nearest line that says the same is the one.
    at = min(same, key=lambda index: abs(index - (hit.line - 1)))
    return Context(tuple(whole[max(0, at - lines) : at]), tuple(whole[at + 1 : at + 1 + lines]))


def _data_of(sources: Sources, hit: Hit) -> bytes | None:
    if hit.tier is Tier.MEMORY:
        return sources.memory.data
    with LogReader(sources.root) as read:
        for day in sources.days:
            for file in day.files if day.date == hit.date else ():
                if file.name == hit.file:
                    return read(file)
    return None


class _Piece(NamedTuple):
    """Whole lines of a document."""

    document: Document
    start: int
    """Where they begin in it."""
    data: bytes


@dataclass(slots=True)
class _Search:
    """One search as it goes on."""

    sources: Sources
    query: Query
    stop: Callable[[], bool]
    limit: int
    matched: int = 0
    looked_at: int = 0
    total: int = 0
    scores: list[float] = field(default_factory=list)
    """Of the hits that count among the best, least first."""
    kept: int = 0
    remarks: list[str] = field(default_factory=list)
    unreadable: int = 0

    def batches(self) -> Iterator[Batch]:
        if self.query.empty:
            yield Batch((), 0, 0, 0, done=True)
            return
        with (
            LogReader(self.sources.root) as read,
            closing(matcher_of(self.query, self.stop)) as matcher,
        ):
            # The notes first: with them it is known how much there is.
            documents: list[Document] = list(self._noted())
            days = self._days()
            self.total = len(documents) + sum(len(day.files) for day in days)
            logs = (
                LogDocument(file, day.date, read) for day in days for file in reversed(day.files)
            )
            for some in self._slices(chain(_in_turn(documents), logs)):
                if self.stop():
                    return
                try:
                    hits = self._look(some, matcher)
                except Stopped:
                    return
                except MemdeckError as error:
                    self.remarks.append(str(error))
                    break
                yield self._batch(hits)
        if self.unreadable > _REMARKS:
            others = plural(self.unreadable - _REMARKS, "other file")
            self.remarks.append(f"{others} could not be read either.")
        yield self._batch([], done=True)

    def _batch(self, hits: list[Hit], *, done: bool = False) -> Batch:
        remarks, self.remarks = tuple(self.remarks), []
        return Batch(tuple(hits), self.matched, self.looked_at, self.total, done, remarks)

    # --- What is looked at ---------------------------------------------------

    def _noted(self) -> Iterator[Document]:
        """The notes and MEMORY.md, as far as the filters leave them."""
        sources, filters = self.sources, self.query.filters
        if Tier.NOTES in filters.tiers:
            problems = [
                sources.notes.problem,
                *(each.problem for each in sources.notes.repositories),
            ]
            self.remarks.extend(filter(None, problems))
            yield from notes_documents(sources.notes, filters, sources.zone)
        if Tier.MEMORY in filters.tiers and (filters.branch, filters.since, filters.until) == _ANY:
            if sources.memory.problem and not sources.memory.data:
                self.remarks.append(sources.memory.problem)
            elif sources.memory.data:
                yield MemoryDocument(sources.memory)

    def _days(self) -> list[Day]:
        """The days that the filters leave, newest first."""
        filters = self.query.filters
        if Tier.LOGS not in filters.tiers or filters.branch is not None:
            return []
        since, until = filters.since or date.min, filters.until or date.max
        return [day for day in self.sources.days if since <= day.date <= until]

    def _slices(self, documents: Iterable[Document]) -> Iterator[list[_Piece]]:
        """Some documents at a time, with their bytes in pieces and where each begins."""
        some: list[_Piece] = []
        size, full = 0, _FIRST
        # To tell the kind of a line its file is parsed, which takes a hundred times as long.
        then = _FIRST if self.query.filters.kinds else _SLICE
        for document in documents:
            data = self._load(document)
            self.looked_at += 1
            if not data:
                continue
            small = len(data) <= _LARGEST
            for each in (_Piece(document, 0, data),) if small else _pieces(document, data):
                some.append(each)
                size += len(each.data)
                if size >= full:
                    yield some
                    some, size, full = [], 0, then
        if some:
            yield some

    def _load(self, document: Document) -> bytes | None:
        """The bytes of a document; None when there are none, with a remark if that is odd."""
        try:
            return document.load()
        except Unusable as error:
            self.unreadable += 1
            if self.unreadable <= _REMARKS:
                self.remarks.append(str(error))
            return None

    # --- What is found -------------------------------------------------------

    def _look(self, some: list[_Piece], matcher: Matcher) -> list[Hit]:
        """The hits among some pieces, in order."""
        filters = self.query.filters
        judge = bool(filters.section is not None or filters.kinds or not filters.transcripts)
        answers = matcher.matches([each.data for each in some])
        found: list[tuple[Document, Match]] = []
        for piece, matches in zip(some, answers, strict=True):
            document, offset = piece.document, piece.start
            if not matches:
                continue
            if judge and self.stop():
                raise Stopped
            if offset:
                matches = [
                    each._replace(start=each.start + offset, end=each.end + offset)
                    for each in matches
                ]
            if judge:
                matches = [each for each in matches if document.counts(each, filters)]
            self.matched += len(matches)
            if document.newest_last:
                matches.reverse()
            if self.query.mode is not Mode.FUZZY:
                matches = matches[: max(0, self.limit - self.kept)]
                self.kept += len(matches)
            found.extend((document, each) for each in matches)
        if self.query.mode is Mode.FUZZY:
            found = self._best(found)
        return [document.hit(match, matcher) for document, match in found]

    def _best(self, found: list[tuple[Document, Match]]) -> list[tuple[Document, Match]]:
        """Those that are among the best so far, best first; the newer before an equal one."""
        kept: list[tuple[Document, Match]] = []
        for document, match in sorted(found, key=lambda each: -(each[1].score or 0.0)):
            score = match.score or 0.0
            if len(self.scores) < self.limit:
                heapq.heappush(self.scores, score)
            elif self.scores and score > self.scores[0]:
                heapq.heapreplace(self.scores, score)
            else:
                break
            kept.append((document, match))
        return kept


def _pieces(document: Document, data: bytes) -> Iterable[_Piece]:
    """All of a large document, the newest piece first where its last line is its newest."""
    starts = [0]
    while (line_feed := data.find(b"\n", starts[-1] + _LARGEST)) >= 0:
        starts.append(line_feed + 1)
    spans = list(zip(starts, [*starts[1:], len(data)], strict=True))
    if document.newest_last:
        spans.reverse()
    return [_Piece(document, start, data[start:end]) for start, end in spans]


def _in_turn(documents: list[Document]) -> Iterator[Document]:
    """Each document once; what has been looked at is not held."""
    documents.reverse()
    while documents:
        yield documents.pop()
