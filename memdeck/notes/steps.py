"""What each move of a notes ref changed, note by note: the ground on which drops are found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from memdeck.git import Git, GitFailed
from memdeck.notes.objects import commit_of, read_objects
from memdeck.notes.reflog import Update

_AT_ONCE: Final = 5000
_RETRIES: Final = 40
_DIFF_TREE: Final = (
    "diff-tree",
    "--stdin",
    "-r",
    "--raw",
    "--no-abbrev",
    "--no-renames",
    "--no-ext-diff",
)

# The tree without anything in it, which git knows without having it.
_NO_FILES: Final = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}

Paths: TypeAlias = Mapping[str, tuple[str | None, str | None]]
"""The blob before and after, by path; None for nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one move did to the note of one commit, as blobs that went and came."""

    lost: frozenset[str]
    gained: frozenset[str]


@dataclass(frozen=True, slots=True)
class Step:
    """One move of the ref, with what it changed."""

    update: Update
    parents: tuple[str, ...] = ()
    """Of the new value."""
    paths: Paths = field(default_factory=dict)
    """Only those that differ."""
    readable: bool = True
    """False when objects of it are gone: what it changed is then not known."""

    def changes(self) -> dict[str, Change]:
        """The notes that differ, by commit, wherever they lie in the tree."""
        return changes_of(self.paths)


def changes_of(paths: Paths) -> dict[str, Change]:
    """Differences by path as differences by commit: a note that only moved is none."""
    lost: dict[str, set[str]] = {}
    gained: dict[str, set[str]] = {}
    for path, (before, after) in paths.items():
        commit = path.replace("/", "")
        for blob, into in ((before, lost), (after, gained)):
            into.setdefault(commit, set()).update([blob] if blob else [])
    return {
        commit: Change(frozenset(before - gained[commit]), frozenset(gained[commit] - before))
        for commit, before in lost.items()
        if before != gained[commit]
    }


def read_steps(git: Git, updates: Sequence[Update]) -> list[Step]:
    """What each update changed, in the same order. Two processes. Raises GitFailed."""
    ids = dict.fromkeys(each for update in updates for each in (update.old, update.new) if each)
    objects = read_objects(git, list(ids))
    known = {name: _commit(data) for name, data in objects.found.items()}
    pairs: dict[tuple[str, str], None] = {}
    for update in updates:
        before, after = _trees(known, update)
        if before and after and before != after:
            pairs[before, after] = None
    differences = _differences(git, list(pairs))
    return [_step(update, known, differences) for update in updates]


def _step(
    update: Update,
    known: Mapping[str, tuple[str, tuple[str, ...]] | None],
    differences: Mapping[tuple[str, str], Paths],
) -> Step:
    parents = (known.get(update.new or "") or ("", ()))[1]
    before, after = _trees(known, update)
    if before and before == after:
        return Step(update, parents)
    paths = differences.get((before or "", after or ""))
    return Step(update, parents, paths or {}, readable=paths is not None)


def _trees(
    known: Mapping[str, tuple[str, tuple[str, ...]] | None], update: Update
) -> tuple[str | None, str | None]:
    """Those of the old value and of the new one; None for one that is not known."""
    before, after = known.get(update.old or ""), known.get(update.new or "")
    # Where the ref was made or removed, the other side has no files.
    empty = _NO_FILES[len(update.old or update.new or "")] if update.old or update.new else None
    return (
        (before and before[0]) if update.old else empty,
        (after and after[0]) if update.new else empty,
    )


def _commit(data: bytes) -> tuple[str, tuple[str, ...]] | None:
    """Tree and parents that a commit object names; None when it is none."""
    header = data.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n")
    if not header[0].startswith("tree "):
        return None
    parents = [each[7:] for each in header if each.startswith("parent ")]
    return header[0][5:], tuple(parents)


def _differences(git: Git, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Paths]:
    """The notes' paths that differ between two trees; nothing for those that cannot be read.

    One process for some thousands of pairs. Git leaves a tree out that is
    gone, and ends where a folder of it is gone: then it is asked by halves.
    """
    found: dict[tuple[str, str], Paths] = {}
    rest = [pairs[at : at + _AT_ONCE] for at in range(0, len(pairs), _AT_ONCE)]
    for _ in range(len(rest) + _RETRIES):
        if not rest:
            break
        asked = rest.pop()
        lines = "".join(f"{before} {after}\n" for before, after in asked).encode()
        try:
            output = git.run(*_DIFF_TREE, stdin=lines)
        except GitFailed:
            half = len(asked) // 2
            rest += [each for each in (asked[:half], asked[half:]) if len(asked) > 1]
            continue
        found.update(_read(output.decode("utf-8", "surrogateescape")))
    return found


def _read(output: str) -> Iterator[tuple[tuple[str, str], Paths]]:
    """What git says of each pair: a line that names it, and one for each path that differs."""
    pair: tuple[str, str] | None = None
    paths: dict[str, tuple[str | None, str | None]] = {}
    for line in output.split("\n"):
        if not line.startswith(":"):
            if pair:
                yield pair, paths
            before, _, after = line.partition(" ")
            pair, paths = ((before, after) if after else None), {}
            continue
        about, path = line[1:].split("\t", 1)
        old_mode, new_mode, old, new, _ = about.split(" ")
        if commit_of(path):
            paths[path] = (_blob(old_mode, old), _blob(new_mode, new))


def _blob(mode: str, object_id: str) -> str | None:
    # Files and links are blobs; 000000 is nothing, 160000 another repository's commit.
    return object_id if mode.startswith("1") and mode != "160000" else None
