"""What the next session is given under a profile, to the byte, with what is cut, counted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from memdeck.bootstrap.article import article_parts
from memdeck.bootstrap.drafts import Draft, Drafted, Surroundings, Trust, line_count
from memdeck.bootstrap.openclaw import openclaw_parts, subagent_parts
from memdeck.bootstrap.own import own_parts, size_in
from memdeck.bootstrap.profiles import Profile
from memdeck.bootstrap.simple import claude_code_parts, hermes_parts
from memdeck.model import Budget, Cut, Day, MemoryFile, Notes, Part, Piece, Unit

if TYPE_CHECKING:
    from memdeck.bootstrap.files import FileReader
    from memdeck.bootstrap.tokens import Counting

_NONE: Final[Mapping[str, Trust]] = MappingProxyType({})


def load_bootstrap(
    profile: Profile,
    memory: MemoryFile,
    days: Sequence[Day],
    notes: Notes,
    *,
    root: Path,
    today: date,
    utc_today: date,
    counter: Counting,
    branch: str | None = None,
    files: FileReader,
    provenance: Mapping[str, Trust] = _NONE,
) -> Budget:
    """The bootstrap of a session that starts on `today`, counted.

    `today` is in the workspace's zone; days that are only listed are read from
    `root`, other files by `files`, and MEMORY.md is `memory`, whatever is on
    disk. `branch` is that of the notes, the one that is checked out unless
    given. What cannot be read is left out and named in the warning, next to
    the counter's own.
    """
    counter = _CountingOnce(counter)
    here = Surroundings(
        memory, days, notes, root, today, utc_today, counter, files, branch, provenance
    )
    drafted = _drafted(profile, here)
    whole = b"".join(draft.data for draft in drafted.drafts)
    starts = counter.starts(whole)
    parts = tuple(_parts(drafted.drafts, starts, profile.unit, counter))
    sizes = (draft.size or 0 for draft in drafted.drafts if draft.counts)
    in_tokens = profile.unit is Unit.TOKENS
    warnings = ((counter.warning,) if counter.warning else ()) + drafted.warnings
    return Budget(
        profile=profile.name,
        encoding=counter.encoding,
        limit=profile.limit,
        used=with_safety(len(starts), profile.safety) if in_tokens else sum(sizes),
        parts=parts,
        token_starts=starts,
        unit=profile.unit,
        warning=" ".join(warnings) or None,
        cuts_down=profile.cuts_down,
        at_limit_fits=profile.at_limit_fits,
        safety=profile.safety,
        mirrors=profile.mirrors,
    )


class _CountingOnce:
    """Counts the same bytes once: a file is often given, or cut, as a whole."""

    def __init__(self, counter: Counting) -> None:
        self._counter = counter
        self._starts: dict[bytes, Sequence[int]] = {}
        self._counts: dict[bytes, int] = {}

    @property
    def encoding(self) -> str:
        return self._counter.encoding

    @property
    def warning(self) -> str | None:
        return self._counter.warning

    def count(self, data: bytes) -> int:
        if data not in self._counts:
            known = self._starts.get(data)
            self._counts[data] = self._counter.count(data) if known is None else len(known)
        return self._counts[data]

    def starts(self, data: bytes) -> Sequence[int]:
        if data not in self._starts:
            self._starts[data] = self._counter.starts(data)
        return self._starts[data]


def with_safety(tokens: int, safety: float) -> int:
    """Tokens times the factor, rounded up; 100 times 1.1 is 110."""
    return int((tokens * Decimal(repr(safety))).to_integral_value(ROUND_CEILING))


def _drafted(profile: Profile, here: Surroundings) -> Drafted:
    return own_parts(profile, here) if profile.own else _RULES[profile.name](here)


_RULES: Final[Mapping[str, Callable[[Surroundings], Drafted]]] = {
    "article": article_parts,
    "openclaw": openclaw_parts,
    "claude-code": claude_code_parts,
    "hermes": hermes_parts,
    "subagent": subagent_parts,
}


def _parts(
    drafts: Sequence[Draft], starts: Sequence[int], unit: Unit, counter: Counting
) -> Iterator[Part]:
    start = 0
    for draft in drafts:
        data = draft.data
        tokens = bisect_left(starts, start + len(data)) - bisect_left(starts, start)
        yield Part(
            draft.name,
            tuple(source.path for source in draft.sources),
            data,
            start,
            tokens,
            pieces=tuple(_pieces(draft)),
            cuts=tuple(_cuts(draft, unit, counter)),
            sources=draft.sources,
            size=tokens if draft.size is None else draft.size,
            limit=draft.limit,
            over=draft.over,
            words=draft.words,
            trust=draft.trust,
            limits=draft.limits,
        )
        start += len(data)


def _pieces(draft: Draft) -> Iterator[Piece]:
    at = 0
    for each in draft.stretches:
        yield Piece(at, len(each.data), each.path, each.start, each.end)
        at += len(each.data)


def _cuts(draft: Draft, unit: Unit, counter: Counting) -> Iterator[Cut]:
    contents = {source.path: source.data for source in draft.sources}
    for loss in draft.losses:
        content = contents[loss.path]
        start = _behind_line_end(content, loss.start)
        if start >= loss.end:
            continue
        stretch = content[start : loss.end]
        lines = line_count(content, start, loss.end)
        tokens = counter.count(stretch)
        size = size_in(stretch, unit, counter)
        yield Cut(loss.path, start, loss.end, lines, tokens, size, loss.why)


def _behind_line_end(content: bytes, start: int) -> int:
    """Where a cut begins: of a line that is given but for its end, nothing is missed."""
    if start == 0 or content[start - 1 : start] == b"\n":
        return start
    for end in (b"\r\n", b"\n"):
        if content.startswith(end, start):
            return start + len(end)
    return start
