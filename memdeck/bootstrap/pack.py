"""What the next session is given, to the byte, and what it costs in tokens.

The `article` profile: MEMORY.md, yesterday's files, today's files, each file
as on disk with a line feed added when it ends without one; then the latest
entry of each key of the branch, one compact JSON object a line, by key. No
headers. It fits when it has fewer tokens than the limit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from memdeck.bootstrap.tokens import Counting
from memdeck.daily.days import days_of, read_day
from memdeck.model import Budget, Day, MemoryFile, Notes, Part, Piece, Source
from memdeck.notes.codec import compact
from memdeck.notes.reader import latest_entries


def pack_article(
    memory: MemoryFile,
    days: Sequence[Day],
    notes: Notes,
    *,
    today: date,
    counter: Counting,
    limit: int,
    branch: str | None = None,
    root: Path,
) -> Budget:
    """The bootstrap of the `article` profile, counted.

    `branch` is that of the notes, the one that is checked out unless given.
    Days that are only listed are read from `root`. What cannot be read is left
    out and named in the warning, next to the counter's own.
    """
    unread: list[str] = []
    drafts = (
        _Draft("MEMORY.md", tuple(_memory_file(memory, root, unread))),
        _Draft("yesterday", tuple(_day_files(days, today - timedelta(days=1), root, unread))),
        _Draft("today", tuple(_day_files(days, today, root, unread))),
        _Draft("notes", ((None, _notes(notes, branch, unread)),)),
    )
    whole = b"".join(draft.data for draft in drafts)
    starts = counter.starts(whole)
    warnings = [counter.warning] if counter.warning else []
    if unread:
        warnings.append(f"Not counted, as not readable: {', '.join(unread)}.")
    return Budget(
        profile="article",
        encoding=counter.encoding,
        limit=limit,
        used=len(starts),
        parts=tuple(_parts(drafts, starts)),
        token_starts=starts,
        warning=" ".join(warnings) or None,
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A part before it is counted: its files, or bytes that are no file's."""

    name: str
    files: tuple[tuple[str | None, bytes], ...]

    @property
    def data(self) -> bytes:
        return b"".join(_ended(data) if path else data for path, data in self.files)


def _parts(drafts: Sequence[_Draft], starts: Sequence[int]) -> Iterator[Part]:
    start = 0
    for draft in drafts:
        data = draft.data
        end = start + len(data)
        pieces: list[Piece] = []
        offset = 0
        for path, piece in draft.files:
            pieces.append(Piece(offset, len(piece), path, 0, len(piece)))
            offset += len(piece)
            if path and len(_ended(piece)) > len(piece):
                pieces.append(Piece(offset, 1))
                offset += 1
        tokens = bisect_left(starts, end) - bisect_left(starts, start)
        yield Part(
            draft.name,
            tuple(path for path, _ in draft.files if path is not None),
            data,
            start,
            tokens,
            pieces=tuple(pieces),
            sources=tuple(Source(path, piece) for path, piece in draft.files if path is not None),
            size=tokens,
        )
        start = end


def _ended(data: bytes) -> bytes:
    return data if data.endswith(b"\n") else data + b"\n"


def _memory_file(memory: MemoryFile, root: Path, unread: list[str]) -> Iterator[tuple[str, bytes]]:
    name = memory.path.name
    if memory.path.is_relative_to(root):
        name = memory.path.relative_to(root).as_posix()
    if not memory.exists:
        return
    if memory.problem is not None and not memory.data:
        unread.append(name)
        return
    yield name, memory.data


def _day_files(
    days: Sequence[Day], on: date, root: Path, unread: list[str]
) -> Iterator[tuple[str, bytes]]:
    day = days_of(days, on)
    if day is None:
        return
    for file in read_day(root, day).files:
        if file.problem is not None:
            unread.append(file.name)
        else:
            yield file.name, file.data


def _notes(notes: Notes, branch: str | None, unread: list[str]) -> bytes:
    if notes.primary is not None and notes.primary.problem is not None:
        unread.append(f"notes of {notes.primary.name}")
    return b"".join(compact(entry) + b"\n" for entry in latest_entries(notes, branch))
