"""What MEMORY.md said in a version, and before it: from git, and from the journal's bytes.

The journal has only what each operation put in and took out. From bytes that
are known (today's, a commit's, those of no file) its operations lead to others,
forward and backward, and the hashes tell whether that is right. Where another
program wrote in between, an operation's own lines are all that is known.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from memdeck.curated.records import Place, Record, State
from memdeck.curated.sections import read_memory
from memdeck.curated.splice import Edit
from memdeck.curated.undo import exact_inverse
from memdeck.errors import Refused
from memdeck.git import Git
from memdeck.history.commits import contents_of, name_in
from memdeck.history.versions import Source, Version, Versions, digest_of


@dataclass(frozen=True, slots=True)
class Difference:
    """What a version changed."""

    before: bytes
    after: bytes
    whole: bool = True
    """False when only the lines that an operation changed are known, and not those around them."""


def contents(versions: Versions, wanted: Sequence[Version]) -> tuple[bytes | None, ...]:
    """What MEMORY.md said in each of these versions; None where that cannot be told any more.

    `versions` is the page that they are of. One git process at most. Raises GitFailed.
    """
    return _Contents(versions).of([(each.commit, each.digest) for each in wanted])


def difference(versions: Versions, version: Version) -> Difference:
    """What a version changed against the one before it.

    That is the commit before it on its own line of history, or an operation
    since that one. One git process at most. Raises GitFailed.
    """
    before, after = _Contents(versions).of([_before(versions, version), _key(version)])
    if before is not None and after is not None:
        return Difference(before, after)
    if version.record is not None:
        return _lines_of(version.record)
    return Difference(before or b"", after or b"", whole=False)


_Key = tuple[str | None, str]
"""A commit, and the hash of what is wanted: either will do."""


def _key(version: Version) -> _Key:
    return version.commit, version.digest


def _before(versions: Versions, version: Version) -> _Key:
    """Where the bytes before a version are to be had."""
    record = version.record
    if version.commit is None:
        return None, record.before_hash if record is not None else ""
    parent = version.parents[0] if version.parents else None
    listed = list(versions.versions)
    if version in listed:
        for each in listed[listed.index(version) + 1 :]:
            if each.commit is not None:
                break
            if each.source is Source.JOURNAL and each.digest and each.size is not None:
                return None, each.digest
    if parent is None and record is not None:
        # What another program wrote before the first commit is nobody's version.
        return None, record.before_hash
    return parent, "" if parent else digest_of(b"")


def _lines_of(record: Record) -> Difference:
    """The lines that an operation changed, without those around them."""
    places = record.places or (Place(),) * len(record.splices)
    spliced = list(zip(record.splices, places, strict=True))
    return Difference(
        _said([place.head + splice.old + place.tail for splice, place in spliced]),
        _said([place.head + splice.new + place.tail for splice, place in spliced]),
        whole=False,
    )


def _said(texts: Sequence[bytes]) -> bytes:
    lines = (text.strip(b"\r\n") for text in texts)
    return b"".join(line + b"\n" for line in lines if line)


class _Contents:
    """Bytes by commit and by hash, each read once."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        today = read_memory(versions.path).data
        self._known: dict[str, bytes] = {digest_of(today): today, digest_of(b""): b""}
        self._commits = {each.digest: each.commit for each in versions.versions if each.commit}
        self._ways = _ways(versions.records)

    def of(self, wanted: Sequence[_Key]) -> tuple[bytes | None, ...]:
        paths = [self._path(digest) if commit is None else None for commit, digest in wanted]
        needed = [commit for commit, _ in wanted if commit is not None]
        starts = [self._commits.get(path[0]) for path in paths if path and path[0]]
        found = self._read(dict.fromkeys([*needed, *(each for each in starts if each)]))
        return tuple(
            found.get(commit) if commit is not None else self._follow(path, found)
            for (commit, _), path in zip(wanted, paths, strict=True)
        )

    def _read(self, commits: Collection[str]) -> Mapping[str, bytes | None]:
        name = name_in(self._versions.root, self._versions.path)
        if not commits or name is None:
            return {}
        texts = contents_of(Git(self._versions.root), name, list(commits))
        return {commit: data or b"" for commit, data in zip(commits, texts, strict=True)}

    def _path(self, wanted: str) -> list[str] | None:
        """Hashes from one whose bytes are to be had to the one that is wanted."""
        if not wanted:
            return None
        came: dict[str, str] = {wanted: ""}
        queue = deque([wanted])
        while queue:
            digest = queue.popleft()
            if digest in self._known or digest in self._commits:
                path = [digest]
                while came[path[-1]]:
                    path.append(came[path[-1]])
                return path
            for other, _ in self._ways.get(digest, ()):
                if other not in came:
                    came[other] = digest
                    queue.append(other)
        return None

    def _follow(self, path: list[str] | None, found: Mapping[str, bytes | None]) -> bytes | None:
        """The bytes at the end of a path; None when an operation does not lead there."""
        if path is None:
            return None
        data = self._known.get(path[0])
        if data is None:
            data = found.get(self._commits[path[0]] or "")
        for digest in path[1:]:
            if data is None:
                return None
            data = self._step(data, path[path.index(digest) - 1], digest)
        return data

    def _step(self, data: bytes, start: str, end: str) -> bytes | None:
        for other, edit in self._ways.get(end, ()):
            if other == start:
                try:
                    result = edit.apply(data)
                except Refused:
                    continue
                if digest_of(result) == end:
                    return result
        return None


def _ways(records: Sequence[Record]) -> dict[str, list[tuple[str, Edit]]]:
    """By the hash of some bytes: the hashes of others, with the edit that leads from those here."""
    ways: dict[str, list[tuple[str, Edit]]] = {}
    for record in records:
        if record.state is not State.DONE or not record.splices:
            continue
        here = ways.setdefault(record.after_hash, [])
        here.append((record.before_hash, Edit(record.splices, "")))
        back = ways.setdefault(record.before_hash, [])
        back.append((record.after_hash, Edit(exact_inverse(record.splices), "")))
    return ways
