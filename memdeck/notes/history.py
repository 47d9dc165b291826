"""What the notes of a repository looked like earlier: every notes commit is a whole store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from memdeck.errors import NothingFound, Unusable
from memdeck.git import Git, look, safe_ref
from memdeck.model import RepositoryNotes
from memdeck.notes.commit import resolve_commit
from memdeck.notes.reader import read_own
from memdeck.text import in_shell, show

MANY: Final = 500
"""How many notes commits are told unless the caller asks for another number."""

_FIELDS: Final = ("%H", "%P", "%ct", "%cn", "%s")


@dataclass(frozen=True, slots=True)
class NotesCommit:
    """One change of the notes."""

    id: str
    parents: tuple[str, ...]
    """More than one when it brought together what two had written."""
    when: datetime | None
    """As its writer's clock said, UTC; None when that is no time."""
    actor: str
    """Who git says wrote it."""
    words: str
    """The first line of its message."""


def notes_commits(git: Git, ref: str, limit: int = MANY) -> tuple[NotesCommit, ...]:
    """The changes of a notes ref, newest first, `limit` at most; none when there is no such ref.

    One git process, two when there is a ref. Raises GitFailed, and WrongUsage
    when `ref` is no full ref name.
    """
    tip = resolve_commit(git, safe_ref(ref))
    if tip is None:
        return ()
    shape = "%x00".join(_FIELDS)
    output = git.run(
        *("rev-list", "--encoding=UTF-8", f"--max-count={max(0, limit)}"),
        *(f"--format=tformat:{shape}%x00", tip),
    )
    # A message ends at its first NUL, so that none stands inside of a field.
    fields = output.decode("utf-8", "surrogateescape").split("\0")[:-1]
    records = zip(*(iter(fields),) * len(_FIELDS), strict=True)
    return tuple(_commit(*each) for each in records)


def _commit(name: str, parents: str, when: str, actor: str, words: str) -> NotesCommit:
    # `rev-list` puts a line of its own before each.
    return NotesCommit(name.rpartition("\n")[2], tuple(parents.split()), _time(when), actor, words)


def _time(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def notes_at(
    git: Git, ref: str, notes_commit: str, *, now: RepositoryNotes | None = None
) -> RepositoryNotes:
    """What the store looked like at an earlier commit of the notes.

    `notes_commit` is a hex id, or any name that git knows for it. With `now`,
    what the store says today, only the notes that differ are read, and what
    does not differ is the same object. Other programs' layouts are left out.

    Raises NothingFound when there is no such commit in the history of `ref`,
    Unusable when git is in no repository or cannot read the notes.
    """
    found = resolve_commit(git, notes_commit)
    tip = resolve_commit(git, safe_ref(ref))
    if found is None or tip is None or not _leads_to(git, tip, found):
        raise NothingFound(
            f"“{show(notes_commit)[:80]}” is no commit in the history of {show(ref)}: "
            f"`git log --oneline {in_shell(ref)}` lists them."
        )
    if now is None:
        seen = look(git.folder, ref)
        if seen is None:
            raise Unusable(f"{show(str(git.folder))} is in no git repository.")
        place, _ = seen
        now = RepositoryNotes(place.root.name, place.root, place.branch, place.head, None)
    empty = replace(
        now, tip=found, branches=(), damaged=(), problem=None, dialects=(), blobs={},
        unreachable=frozenset(),
    )  # fmt: skip
    return read_own(git, empty, now if now.tip is not None else None)


def _leads_to(git: Git, tip: str, commit: str) -> bool:
    """Whether `commit` is `tip` or one of its ancestors."""
    return tip == commit or not git.run("rev-list", "--max-count=1", commit, f"^{tip}")
