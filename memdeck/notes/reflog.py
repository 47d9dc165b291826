"""Every value that a notes ref had, as its reflog keeps them.

Git writes a line before it moves the ref, whichever program moves it: so a
value that another writer overwrote is known here, and its objects are kept
from `git gc` for as long as the line is (30 days, by git's defaults, once
nothing else leads to them).

The log is read as the file that it is: of git's commands only those for people
tell the messages, and they stop at the first object that is gone. A reftable
repository, which has no such file, is asked by `git log`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from memdeck.git import Git, GitFailed, Repository
from memdeck.text import in_shell, show

_LINE: Final = re.compile(
    rb"(?P<old>[0-9a-f]{40}|[0-9a-f]{64}) (?P<new>[0-9a-f]{40}|[0-9a-f]{64}) "
    rb"(?P<who>.*?) ?(?P<time>-?\d+) [+-]\d{4,}(?:\t(?P<words>.*))?"
)
_NULL: Final = re.compile("0+")
_MARK: Final = 512
"""Bytes before a position that must be the same for it to be one in the same log."""
_BEFORE: Final = 1 << 16
"""Bytes read before a position: what happened just before tells what came after."""
_FIELDS: Final = ("%H", "%gd", "%gn", "%ge", "%gs")


@dataclass(frozen=True, slots=True)
class Update:
    """One move of the ref."""

    old: str | None
    """Hex id of the commit that it had; None when there was no ref."""
    new: str | None
    who: str
    """`Name <address>` as git knew its writer; empty when no line tells of it."""
    when: datetime | None
    words: str
    """The reflog's message: `notes: Notes added by 'git notes append'`."""
    logged: bool = True
    """False when only the next line shows that it must have happened."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a reflog was read."""

    size: int
    """Bytes; of a reftable repository, lines."""
    mark: str
    """What stood just before."""


@dataclass(frozen=True, slots=True)
class Reflog:
    """What a reflog says, from a position on."""

    updates: tuple[Update, ...]
    """In the order in which they happened."""
    fresh: int
    """How many of them, from the front, lie before the position that was asked for."""
    position: Position | None
    """Where it ends now; None when there is none."""
    begins: datetime | None = None
    """When its first line was written, unless it reaches back to where the ref was made."""
    problem: str | None = None
    """Why it tells nothing, in words."""


def read_reflog(
    git: Git, repository: Repository, ref: str, tip: str | None, since: Position | None = None
) -> Reflog:
    """The reflog of `ref`, whose tip was `tip` before; `ref` is a full name that was checked.

    With `since`, where an earlier reading ended, only what came after and a
    little of what came before; all of it when it is not the same log any more.
    No git process (with reftable one). Raises GitFailed.
    """
    if (repository.common_dir / "reftable").is_dir():
        found = _asked(git, ref, since)
    else:
        found = _read(repository.common_dir / "logs" / ref, since)
    if found is None or not found.position or not found.position.size:
        where = f"{show(ref)} in {show(str(repository.root))}"
        if tip is None:
            words = f"There is no {where}, and no reflog of it: nothing was dropped from it."
        elif found is None:
            words = (
                f"git keeps no reflog of {where}, so what other writers dropped cannot be found; "
                f"`git -C {in_shell(str(repository.root))} config core.logAllRefUpdates always` "
                "keeps one from the next write on."
            )
        else:
            words = (
                f"The reflog of {where} is empty (expired, or cleared by `git reflog expire`), so "
                "what other writers dropped before now cannot be found."
            )
        return Reflog((), 0, found.position if found else None, problem=words)
    updates = list(_closed(found.updates))
    fresh = len(list(_closed(found.updates[: found.fresh])))
    if tip is not None and updates and tip not in {each.new for each in updates}:
        # Moved by a program that keeps no reflog.
        updates.append(Update(updates[-1].new, tip, "", None, "", logged=False))
    return Reflog(tuple(updates), fresh, found.position, found.begins)


def _closed(updates: Iterable[Update]) -> Iterator[Update]:
    """The updates, with one between two of which the second does not begin where the first ends."""
    updates = tuple(updates)
    yield from updates[:1]
    for before, after in pairwise(updates):
        if before.new != after.old:
            yield Update(before.new, after.old, "", after.when, "", logged=False)
        yield after


# --- As a file -----------------------------------------------------------------


def _read(path: Path, since: Position | None) -> Reflog | None:
    """What the file says; None when there is none. Raises GitFailed when it cannot be read."""
    start = known = 0
    try:
        with path.open("rb") as file:
            if since is not None and _mark_at(file.fileno(), since.size) == since.mark:
                known, start = since.size, max(0, since.size - _BEFORE)
            file.seek(start)
            content = file.read()
            # Of a line that is just being written the end is missing.
            content = content[: content.rfind(b"\n") + 1]
            position = Position(start + len(content), _mark_at(file.fileno(), start + len(content)))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    except OSError as error:
        raise GitFailed(
            f"The reflog {show(str(path))} cannot be read ({error.strerror}); nothing was changed."
        ) from error
    updates, fresh = [], 0
    at = content.find(b"\n") + 1 if start else 0
    while at < len(content):
        end = content.index(b"\n", at)
        found = _LINE.fullmatch(content[at:end])
        if found is not None:
            updates.append(_update(found))
            fresh += start + end < known
        at = end + 1
    whole = start > 0 or not updates or updates[0].old is None
    return Reflog(tuple(updates), fresh, position, None if whole else updates[0].when)


def _mark_at(descriptor: int, end: int) -> str:
    """What stands before `end`, as the mark of a position."""
    start = max(0, end - _MARK)
    content = os.pread(descriptor, end - start, start)
    return hashlib.sha256(content).hexdigest() if len(content) == end - start else ""


def _update(found: re.Match[bytes]) -> Update:
    return Update(
        old=_id(found["old"].decode()),
        new=_id(found["new"].decode()),
        who=found["who"].decode("utf-8", "surrogateescape"),
        when=_time(found["time"].decode()),
        words=(found["words"] or b"").decode("utf-8", "surrogateescape"),
    )


def _id(name: str) -> str | None:
    return None if _NULL.fullmatch(name) else name


def _time(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


# --- As git tells it -------------------------------------------------------------


def _asked(git: Git, ref: str, since: Position | None) -> Reflog | None:
    """What git says of the reflog; None when it says nothing. One process.

    Git tells the new value of each line only, so the oldest one's is where it begins.
    """
    output = git.run(
        *("log", "--walk-reflogs", "--no-patch", "--no-show-signature", "--date=raw", "-z"),
        *(f"--format={'%x00'.join(_FIELDS)}", ref, "--"),
        allowed=(0, 128),
    )
    fields = output.decode("utf-8", "surrogateescape").split("\0")[:-1]
    records = list(zip(*(iter(fields),) * len(_FIELDS), strict=False))[::-1]
    if not records:
        return None
    updates, known, old, mark = [], 0, None, ""
    for number, record in enumerate(records, 1):
        new, selector, name, address, words = record
        when = re.search(r"@\{(-?\d+) ", selector)
        updates.append(
            Update(old, new, f"{name} <{address}>", _time(when[1]) if when else None, words)
        )
        old, mark = new, hashlib.sha256(repr((mark, record)).encode()).hexdigest()
        if since is not None and (number, mark) == (since.size, since.mark):
            known = number
    return Reflog(tuple(updates), known, Position(len(updates), mark), updates[0].when)
