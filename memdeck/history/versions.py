"""The versions of MEMORY.md: git's commits and the journal's operations, as one list.

Both know only a part. Git has what was committed, by whomever; the journal has
every operation of memdeck, committed or not. What a commit took over from an
operation is shown once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from memdeck.curated.records import Record, State
from memdeck.curated.sections import read_memory
from memdeck.errors import NothingFound, Refused
from memdeck.git import Git, GitFailed
from memdeck.git_words import GitMissing, NoRepository
from memdeck.history.commits import Commit, commits_of, contents_of, name_in
from memdeck.notes.catfile import resolve_commit
from memdeck.text import show

if TYPE_CHECKING:
    from memdeck.curated.journal import Journal

MANY: Final = 200
"""Versions of a page unless the caller asks for another number."""
ALL: Final = 2000
"""Versions that a search through all of them looks at."""
_SECOND: Final = timedelta(seconds=1)


class Source(StrEnum):
    """Who knows of a version."""

    GIT = "git"
    JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Version:
    """What MEMORY.md was after a commit or an operation."""

    source: Source
    id: str
    """The commit's hex id, or the operation's id."""
    when: datetime
    """UTC."""
    who: str
    """The commit's author, or the operation's actor."""
    words: str
    """The commit's subject, or what the operation did."""
    size: int | None = None
    """In bytes; 0 where it was not there, None when it cannot be told."""
    digest: str = ""
    """SHA-256 of its bytes, in hex; empty of an operation that is not in the file."""
    commit: str | None = None
    """The commit that has it; also of an operation whose result was committed."""
    subject: str = ""
    """Of that commit."""
    parents: tuple[str, ...] = ()
    """The commits that had the versions before it."""
    record: Record | None = None
    """The operation; None of a commit."""

    @property
    def stands(self) -> bool:
        """Whether MEMORY.md really was so: an operation that failed changed nothing."""
        return self.record is None or self.record.state is State.DONE


@dataclass(frozen=True, slots=True)
class Versions:
    """A page of versions, newest first."""

    root: Path
    path: Path
    versions: tuple[Version, ...] = ()
    without_git: str | None = None
    """Why only the journal is in it, as a sentence; None when git was asked, too."""
    more: bool = False
    """Whether there are older ones: `read_versions(..., before=this)` has them."""
    records: tuple[Record, ...] = ()
    """All operations that were read for this page and the ones before it, newest first."""
    commits_told: int = 0
    records_told: int = 0

    def find(self, reference: str) -> Version | None:
        """The one version of this page whose id, or whose commit, starts so."""
        found = [
            each
            for each in self.versions
            if each.id.startswith(reference) or (each.commit or "").startswith(reference)
        ]
        return found[0] if len(found) == 1 else None


def never() -> bool:
    """Nobody wants to stop."""
    return False


def read_versions(
    root: Path,
    memory_path: Path,
    journal: Journal,
    *,
    limit: int = MANY,
    before: Versions | None = None,
    seen: Callable[[Version, bytes], None] | None = None,
    stop: Callable[[], bool] = never,
) -> Versions:
    """The newest `limit` versions, or those behind the page `before`.

    Two git processes at most. `seen` is given the bytes of each version that
    git has, as they pass by. Once `stop` says yes, sizes are left out.
    Trouble with git makes the list shorter and is told in `without_git`;
    Unusable is raised when the journal cannot be read.
    """
    commits_told = before.commits_told if before else 0
    records_told = before.records_told if before else 0
    told = {each.commit for each in before.versions} if before else set()
    records = tuple(
        each for each in journal.records(records_told + limit + 1) if each.path == memory_path
    )
    data = read_memory(memory_path).data
    # git may have kept LF where the work tree, and so the journal, has CR LF.
    turned: dict[str, str] = {}

    def pass_by(version: Version, content: bytes) -> None:
        if b"\r\n" in data and b"\r" not in content:
            turned[digest_of(content.replace(b"\n", b"\r\n"))] = version.digest
        if seen is not None:
            seen(version, content)

    git, without_git = _in_git(
        root, memory_path, limit=limit + 1, skip=commits_told, seen=pass_by, stop=stop
    )
    ours = [_of_record(each) for each in records[records_told:]]
    theirs = [each for each in git if each.commit not in told]
    versions = _merged(*_joined(theirs, ours, turned))
    sizes = {digest_of(data): len(data), digest_of(b""): 0}
    sizes |= {each.digest: each.size for each in theirs if each.size is not None}
    sizes = sizes_of(records, sizes)
    page = tuple(
        replace(each, size=sizes.get(each.digest)) if each.size is None else each
        for each in versions[:limit]
    )
    return Versions(
        root,
        memory_path,
        page,
        without_git,
        len(versions) > limit,
        records,
        commits_told + sum(each.commit is not None for each in page),
        records_told + sum(each.record is not None for each in page),
    )


def find_version(versions: Versions, journal: Journal, reference: str) -> Version:
    """The version that a person names: an operation's id, a commit, the start of either, or any
    other name that git knows for a commit (`HEAD~3`).

    For a commit that did not change MEMORY.md, the version that stood then.
    Raises NothingFound, and Refused when several are meant.
    """
    operations = [each for each in journal.find(reference) if each.path == versions.path]
    known = {each.record.id: each for each in versions.versions if each.record is not None}
    exact = [each for each in operations if each.id == reference]
    operations = exact or operations
    commit = None if exact else _committed(versions, reference)
    if len(operations) + (commit is not None) > 1:
        raise Refused(
            f"{show(reference)[:80]} is the start of several ids, so nothing was done: give more "
            "of it."
        )
    if commit is not None:
        return commit
    if not operations:
        raise NothingFound(
            f"MEMORY.md has no version {show(reference)[:80]}: `memdeck history` lists them."
        )
    return known.get(operations[0].id) or _of_record(operations[0])


def digest_of(data: bytes) -> str:
    """The hash by which versions are known again: as the journal has it."""
    return hashlib.sha256(data).hexdigest()


def sizes_of(records: Sequence[Record], known: Mapping[str, int]) -> dict[str, int]:
    """How large the file was before and after operations (newest first), by its hash.

    An operation says what it added, and the hashes of the file before and
    after. From a size that is known it goes on to the next for as long as
    nobody else wrote in between.
    """
    sizes = dict(known)
    done = [each for each in records if each.state is State.DONE]
    for record in done:
        if (after := sizes.get(record.after_hash)) is not None:
            sizes.setdefault(record.before_hash, after - _added(record))
    for record in reversed(done):
        if (before := sizes.get(record.before_hash)) is not None:
            sizes.setdefault(record.after_hash, before + _added(record))
    return sizes


def _added(record: Record) -> int:
    return sum(len(splice.new) - len(splice.old) for splice in record.splices)


def _of_record(record: Record) -> Version:
    digest = record.after_hash if record.state is State.DONE else ""
    return Version(
        Source.JOURNAL,
        record.id,
        record.time,
        record.actor,
        record.words,
        digest=digest,
        record=record,
    )


# --- Git -------------------------------------------------------------------


def _of_commit(commit: Commit, data: bytes | None) -> Version:
    data = data or b""
    return Version(
        Source.GIT,
        commit.id,
        commit.when,
        commit.author,
        commit.subject,
        len(data),
        digest_of(data),
        commit.id,
        commit.subject,
        commit.parents,
    )


def _in_git(
    root: Path,
    path: Path,
    *,
    limit: int,
    skip: int,
    seen: Callable[[Version, bytes], None],
    stop: Callable[[], bool],
) -> tuple[list[Version], str | None]:
    name = name_in(root, path)
    if name is None:
        return [], f"{path.name} lies outside of the workspace: the journal alone tells of it."
    try:
        git = Git(root)
        commits = commits_of(git, name, limit=limit, skip=skip)
        found = []
        texts = contents_of(git, name, [each.id for each in commits], stop)
        for commit, data in zip(commits, texts, strict=False):
            found.append(_of_commit(commit, data))
            if data is not None:
                seen(found[-1], data)
    except NoRepository:
        return [], "This workspace is in no git repository: the journal alone tells its history."
    except GitMissing:
        return [], "There is no git here: the journal alone tells the history."
    except GitFailed as error:
        if "bad revision 'HEAD'" in str(error):
            return [], "The repository has no commit yet: the journal alone tells the history."
        return [], f"{error} The journal alone tells the history."
    if not commits and not skip:
        return [], f"No commit has {path.name}: the journal alone tells its history."
    return found, None


def _committed(versions: Versions, reference: str) -> Version | None:
    """The version that stood in the commit that a person names; None when there is none."""
    listed = versions.find(reference) if len(reference) >= 7 else None
    if listed is not None and (listed.commit or "").startswith(reference):
        return listed
    name = name_in(versions.root, versions.path)
    if name is None:
        return None
    try:
        git = Git(versions.root)
        found = resolve_commit(git, reference)
        commits = commits_of(git, name, limit=1, start=found) if found else ()
        if not commits:
            return None
        known = versions.find(commits[0].id)
        if known is not None:
            return known
        return _of_commit(commits[0], next(contents_of(git, name, [commits[0].id])))
    except GitFailed:
        return None


# --- Both as one -----------------------------------------------------------


def _joined(
    theirs: Sequence[Version], ours: Sequence[Version], turned: Mapping[str, str]
) -> tuple[list[Version], list[Version]]:
    """Each commit that has just what an operation made, as part of that operation.

    Of several that made the same it is the last before the commit, and after
    the commit before that. `turned` names what git has in another form.
    """
    left = list(theirs)
    joined = list(ours)
    free = {number for number, each in enumerate(ours) if each.digest}
    for place in range(len(left) - 1, -1, -1):
        commit = left[place]
        earliest = left[place + 1].when if place + 1 < len(left) else None
        for number in sorted(free):
            mine = ours[number]
            if mine.when >= commit.when + _SECOND:
                continue
            if earliest is not None and mine.when + _SECOND <= earliest:
                break
            if commit.digest in (mine.digest, turned.get(mine.digest)):
                joined[number] = replace(
                    mine,
                    commit=commit.commit,
                    subject=commit.subject,
                    parents=commit.parents,
                )
                free.discard(number)
                break
    taken = {each.commit for each in joined if each.commit}
    return [each for each in left if each.commit not in taken], joined


def _merged(theirs: Sequence[Version], ours: Sequence[Version]) -> list[Version]:
    """Both lists as one, newest first, each in its own order."""
    merged: list[Version] = []
    left, right = list(reversed(theirs)), list(reversed(ours))
    while left and right:
        # A commit's time has no fraction: it may have been made up to a second later.
        newer = left[-1].when + _SECOND > right[-1].when
        merged.append((left if newer else right).pop())
    return [*merged, *reversed(left), *reversed(right)]
