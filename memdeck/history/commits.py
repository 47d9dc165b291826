"""The commits that changed a file, and what it was in each: asked of git in two processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from memdeck.git import Git
from memdeck.notes.catfile import open_reader

_FIELDS: Final = ("%H", "%P", "%ct", "%an", "%s")
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that changed the file."""

    id: str
    parents: tuple[str, ...]
    """The commits that changed it before: more than one where it was brought together."""
    when: datetime
    """When it was committed, UTC; 1970 when that is no time."""
    author: str
    subject: str


def name_in(root: Path, path: Path) -> str | None:
    """What the file is called from `root`; None when it lies elsewhere, or git cannot be asked.

    A link is a file of a few bytes to git: where it leads is the file.
    """
    name = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
    return None if name == ".." or name.startswith("../") or "\n" in name else name


def commits_of(
    git: Git,
    name: str,
    *,
    limit: int,
    skip: int = 0,
    since: datetime | None = None,
    start: str = "HEAD",
) -> tuple[Commit, ...]:
    """The commits before `start` that changed the file of that name, newest first.

    One git process. Raises GitFailed, also while there is no commit at all.
    """
    ages = () if since is None else (f"--max-age={int(since.timestamp())}",)
    output = git.run(
        # The name is a name: not a pattern, and not `:(top)`.
        *("--literal-pathspecs", "rev-list", "--parents", "--encoding=UTF-8"),
        *(f"--max-count={limit}", f"--skip={skip}", *ages),
        *(f"--format=tformat:{'%x00'.join(_FIELDS)}%x00", start, "--", name),
    )
    # A message ends at its first NUL, so that none stands inside of a field.
    fields = output.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return tuple(_commit(*each) for each in zip(*(iter(fields),) * len(_FIELDS), strict=True))


def _commit(name: str, parents: str, when: str, author: str, subject: str) -> Commit:
    # `rev-list` puts a line of its own before each.
    return Commit(
        name.rpartition("\n")[2], tuple(parents.split()), moment_of(when), author, subject
    )


def moment_of(seconds: str) -> datetime:
    """A time as git gives it; 1970 when it is none."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return _EPOCH


def contents_of(
    git: Git,
    name: str,
    commits: Sequence[str],
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[bytes | None]:
    """What the file was in each of these commits, one after the other; None where it was not.

    One git process, none without commits. Ends early once `stop` says yes.
    Raises GitFailed.
    """
    if not commits:
        return
    with open_reader(git) as reader:
        for found in reader.read([f"{commit}:./{name}" for commit in commits]):
            yield found.data if found is not None and found.kind == "blob" else None
            if stop():
                return
