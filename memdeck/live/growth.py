"""How large MEMORY.md was on the days before: from git's history and from the journal.

Git knows the size of every version that was committed, the journal what
memdeck's own operations added and took out. Only sizes are read, in bytes;
what they cost in tokens is judged by what the file costs today.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Final

from memdeck.bootstrap.forecast import Measured, forecast_of
from memdeck.curated.records import Record, State
from memdeck.errors import MemdeckError
from memdeck.git import Git, GitFailed
from memdeck.history.commits import Commit, commits_of, name_in
from memdeck.history.versions import digest_of, sizes_of
from memdeck.model import MemoryFile

if TYPE_CHECKING:
    from memdeck.bootstrap.forecast import Forecast
    from memdeck.curated.journal import Journal
    from memdeck.model import Budget
    from memdeck.workspace import Workspace

DAYS: Final = 60
"""How far back the history is read."""
MANY: Final = 2000
"""Versions that are looked at, and operations of the journal: one every 55 minutes are fewer."""

Sizes = list[tuple[datetime, int]]


def read_forecast(
    workspace: Workspace, memory: MemoryFile, budget: Budget, journal: Journal, now: datetime
) -> Forecast | None:
    """When the bootstrap will be full; None with too little history. Two git processes at most."""
    history = read_growth(memory, workspace.root, journal, now=now, zone=workspace.zone)
    return forecast_of(history, budget, memory.path.name, workspace.today(now))


def read_growth(
    memory: MemoryFile, root: Path, journal: Journal, *, now: datetime, zone: tzinfo
) -> tuple[Measured, ...]:
    """The last known size of each day, in bytes, oldest first, with that of this moment.

    One git process, a second one when it knows the file. Trouble with git or
    with the journal makes the history shorter and is no error: what is wrong
    with them is told elsewhere.
    """
    if not memory.exists or not memory.data:
        return ()
    since = now - timedelta(days=DAYS)
    known = _committed(root, memory.path, since)
    with suppress(MemdeckError):
        known += journaled_sizes(journal.records(limit=MANY), memory)
    return daily(known, len(memory.data), now=now, since=since, zone=zone)


def daily(
    known: Sequence[tuple[datetime, int]],
    size: int,
    *,
    now: datetime,
    since: datetime,
    zone: tzinfo,
) -> tuple[Measured, ...]:
    """The last size of each day of the zone, oldest first; today's is `size`."""
    by_day: dict[date, int] = {}
    for when, bytes_then in sorted(each for each in known if since <= each[0] <= now):
        by_day[when.astimezone(zone).date()] = bytes_then
    by_day[now.astimezone(zone).date()] = size
    return tuple(Measured(on, by_day[on]) for on in sorted(by_day))


# --- The journal -----------------------------------------------------------


def journaled_sizes(records: Sequence[Record], memory: MemoryFile) -> Sizes:
    """The sizes after the journal's operations (newest first), as far as they can be told.

    Only that of now and that of no file are known: where somebody else wrote in between, no more
    can be told.
    """
    done = [each for each in records if each.state is State.DONE and each.path == memory.path]
    sizes = sizes_of(done, {digest_of(memory.data): len(memory.data), digest_of(b""): 0})
    return [
        (record.time, sizes[record.after_hash])
        for record in reversed(done)
        if record.after_hash in sizes
    ]


# --- Git -------------------------------------------------------------------


def _committed(root: Path, path: Path, since: datetime) -> Sizes:
    """When the file was committed, and how large it was; nothing outside of a repository."""
    name = name_in(root, path)
    if name is None:
        return []
    git = Git(root)
    try:
        commits = commits_of(git, name, limit=MANY, since=since)
        return list(_sizes(git, name, commits)) if commits else []
    except GitFailed:
        return []


def _sizes(git: Git, name: str, commits: Sequence[Commit]) -> Iterator[tuple[datetime, int]]:
    asked = "".join(f"{each.id}:./{name}\n" for each in commits)
    output = git.run(
        *("cat-file", "--batch-check=%(objecttype) %(objectsize)", "--buffer"),
        stdin=asked.encode("utf-8", "surrogateescape"),
    )
    answers = output.split(b"\n")[:-1]
    for commit, answer in zip(commits, answers, strict=False):
        kind, _, size = answer.partition(b" ")
        # In a commit that took the file away it is `missing`.
        if kind == b"blob" and size.isdigit():
            yield commit.when, int(size)
