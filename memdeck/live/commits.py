"""The last commits of a workspace's repositories: git is asked when a branch has moved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from memdeck.errors import MemdeckError
from memdeck.git import Git, open_repository, ref_paths
from memdeck.history.commits import moment_of
from memdeck.live.stamps import Stamp, stamps
from memdeck.model import Notes
from memdeck.pulse.activity import Commit
from memdeck.text import show

MOST: Final = 200
"""Commits of one repository."""
_FIELDS: Final = ("%H", "%ct", "%an", "%s")


class CommitReader:
    """Reads the commits of all branches, and of HEAD, again and again."""

    def __init__(self) -> None:
        self._folders: dict[Path, tuple[Path, ...]] = {}
        self._seen: dict[Path, tuple[object, ...]] = {}
        self._of: dict[Path, tuple[Commit, ...]] = {}
        self._commits: tuple[Commit, ...] = ()
        self.problems: tuple[str, ...] = ()
        """Of which repositories they could not be read, in words."""

    def read(self, notes: Notes) -> tuple[Commit, ...]:
        """The newest of each repository of the notes; the same object while nothing moved.

        One git process for a repository where something has, two at first.
        """
        before, problems = dict(self._of), []
        roots = [each.root for each in notes.repositories]
        for repository in notes.repositories:
            try:
                marks = (repository.head, self._marks(repository.root))
                if self._seen.get(repository.root) != marks:
                    self._of[repository.root] = _commits(Git(repository.root), repository.head)
                    self._seen[repository.root] = marks
            except MemdeckError as error:
                words = show(str(error))[:200]
                problems.append(f"the commits of {show(repository.name)} are not known: {words}")
        self._of = {root: self._of[root] for root in roots if root in self._of}
        self.problems = tuple(problems)
        if self._of != before:
            # Two work trees of one repository have the same commits.
            every = {each.id: each for commits in self._of.values() for each in commits}
            self._commits = tuple(every.values())
        return self._commits

    def _marks(self, root: Path) -> dict[str, Stamp]:
        """What changes when a branch moves."""
        if root not in self._folders:
            repository = open_repository(root)
            self._folders[root] = ref_paths(repository) if repository is not None else ()
        files = [each / "packed-refs" for each in self._folders[root]]
        heads = [each / "heads" for each in self._folders[root] if each.name == "refs"]
        tables = [each for each in self._folders[root] if each.name == "reftable"]
        return stamps(files, (*tables, *(inner for each in heads for inner in _inside(each))))


def _commits(git: Git, head: str | None) -> tuple[Commit, ...]:
    output = git.run(
        *("rev-list", "--encoding=UTF-8", f"--max-count={MOST}"),
        *(f"--format=tformat:{'%x00'.join(_FIELDS)}%x00", "--branches", *([head] if head else [])),
    )
    # A message ends at its first NUL, so that none stands inside of a field.
    fields = output.decode("utf-8", "surrogateescape").split("\0")[:-1]
    records = zip(*(iter(fields),) * len(_FIELDS), strict=True)
    return tuple(
        # `rev-list` puts a line of its own before each.
        Commit(name.rpartition("\n")[2], moment_of(when), author, subject)
        for name, when, author, subject in records
    )


def _inside(folder: Path) -> Iterator[Path]:
    """A folder of refs and those in it: a branch may be called `fix/a`."""
    if folder.is_dir():
        yield folder
        for each in folder.rglob("*"):
            if each.is_dir():
                yield each
