"""Notes trees and the blobs in them, read with as few git processes as can be.

What a notes ref holds is a mapping from paths to blobs; a path is a commit's
id, cut into folders when the tree is fanned out. Two such mappings tell which
notes changed, whichever way each of them was read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from memdeck.git import Git, GitFailed

# Git fans out by two hex digits a level and takes no other folder for a part
# of a name.
_NOTE_PATH: Final = re.compile(r"(?:[0-9a-f]{2}/)*(?:[0-9a-f]{2,})")
_ID_LENGTHS: Final = (40, 64)
_RETRIES: Final = 20
_NULL: Final = re.compile("0+")
_DEEPEST: Final = 32


def commit_of(path: str) -> str | None:
    """The object that a path in a notes tree belongs to; None when it is no note's path."""
    if not _NOTE_PATH.fullmatch(path):
        return None
    commit = path.replace("/", "")
    return commit if len(commit) in _ID_LENGTHS else None


# --- Trees -------------------------------------------------------------------


def listed(git: Git, tip: str) -> dict[str, str]:
    """The blob of every path of a notes tree. One process. Raises GitFailed."""
    paths: dict[str, str] = {}
    for record in git.run("ls-tree", "-rz", "--full-tree", tip).split(b"\0")[:-1]:
        about, name = record.split(b"\t", 1)
        _, kind, blob = about.split(b" ")
        path = name.decode("ascii", "replace")
        if kind == b"blob" and commit_of(path):
            paths[path] = blob.decode()
    return paths


def listed_again(git: Git, before: Mapping[str, str], old_tip: str, tip: str) -> dict[str, str]:
    """What `listed` would say of `tip`, from what it said of `old_tip`.

    One process that looks only into folders that differ; two when the old
    commit is not there any more. Raises GitFailed.
    """
    try:
        output = git.run(
            *("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff"),
            *(old_tip, tip),
        )
    except GitFailed:
        return listed(git, tip)
    paths = dict(before)
    fields = output.split(b"\0")
    for about, name in zip(fields[:-1:2], fields[1::2], strict=True):
        _, mode, _, blob, _ = about.decode().lstrip(":").split(" ")
        path = name.decode("ascii", "replace")
        paths.pop(path, None)
        # Files and links are blobs; 000000 is nothing, 160000 another repository's commit.
        if mode.startswith("1") and mode != "160000" and commit_of(path):
            paths[path] = blob
    return paths


def listed_together(git: Git, tips: Sequence[str]) -> list[dict[str, str] | None]:
    """What `listed` says of each of many tips; None for one that cannot be read.

    One process for each level of folders, however many tips there are.
    """
    paths: list[dict[str, str] | None] = [{} for _ in tips]
    wanted = [(number, "", f"{tip}^{{tree}}") for number, tip in enumerate(tips)]
    for _ in range(_DEEPEST):
        if not wanted:
            break
        trees = read_objects(git, [each for _, _, each in wanted])
        deeper = []
        for number, folder, name in wanted:
            tree = trees.found.get(name)
            known = paths[number]
            if tree is None or known is None:
                paths[number] = None
                continue
            for mode, part, item in _items(tree, len(tips[number]) // 2):
                path = folder + part
                if mode == "40000" and len(part) == 2:
                    deeper.append((number, path + "/", item))
                elif mode.startswith("1") and mode != "160000" and commit_of(path):
                    known[path] = item
        wanted = deeper
    return paths


def _items(tree: bytes, size: int) -> Iterable[tuple[str, str, str]]:
    """Mode, name and id of everything in a tree object, whose ids have `size` bytes."""
    at = 0
    while (end := tree.find(b"\0", at)) >= 0:
        mode, name = tree[at:end].split(b" ", 1)
        at = end + 1 + size
        yield mode.decode(), name.decode("ascii", "replace"), tree[end + 1 : at].hex()


def touched(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The commits whose note differs between two listings, wherever it stands in the tree."""
    moved = before.items() ^ after.items()
    commits = {path.replace("/", "") for path, _ in moved}
    old, new = blobs_of(before, commits), blobs_of(after, commits)
    return {commit for commit in commits if old.get(commit) != new.get(commit)}


def blobs_of(
    paths: Mapping[str, str], commits: Collection[str] | None = None
) -> dict[str, list[str]]:
    """The blobs of each commit's note (of those commits), in the order of the tree.

    There is more than one when the tree names the commit with fan-out and
    without.
    """
    blobs: dict[str, list[str]] = {}
    for path in sorted(paths):
        commit = path.replace("/", "")
        if commits is None or commit in commits:
            blobs.setdefault(commit, []).append(paths[path])
    return blobs


# --- Objects -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Objects:
    """What git said of the objects that it was asked for."""

    found: Mapping[str, bytes]
    """Contents by the name that was asked for."""
    missing: frozenset[str]
    """Names of objects that are not there. What is damaged is in neither."""


def read_objects(git: Git, names: Sequence[str]) -> Objects:
    """The contents of objects, in one process; one more for each that is damaged.

    Raises GitFailed.
    """
    found: dict[str, bytes] = {}
    missing: set[str] = set()
    names = list(dict.fromkeys(names))
    for _ in range(_RETRIES):
        if not names:
            break
        asked = "".join(f"{each}\n" for each in names).encode()
        # Git ends with 128 at an object that it cannot unpack; those behind it
        # are asked for again.
        output = git.run("cat-file", "--batch", "--buffer", stdin=asked, allowed=(0, 128))
        at = 0
        for number, name in enumerate(names):
            end = output.find(b"\n", at)
            kind, size = _answer(output[at : max(at, end)], name)
            if not kind and at < len(output) and number:
                # A size that was not true hid where the answer before ends.
                found.pop(names[number - 1], None)
                names = names[number:]
                break
            if not kind or (kind != "missing" and output[end + 1 + size : end + 2 + size] != b"\n"):
                names = names[number + 1 :]
                break
            at = end + 1
            if kind == "missing":
                missing.add(name)
            else:
                found[name] = output[at : at + size]
                at += size + 1
        else:
            break
    return Objects(found, frozenset(missing))


def _answer(line: bytes, name: str) -> tuple[str, int]:
    """The kind and size that a line of git tells of an object; no kind when it is not about it."""
    words = line.decode("ascii", "replace").split(" ")
    if words == [name, "missing"]:
        return "missing", 0
    # What is behind a `^` names another object than the one that is found.
    if len(words) != 3 or not words[2].isdigit() or ("^" not in name and words[0] != name):
        return "", 0
    return words[1], int(words[2])


def read_blobs(
    git: Git, blobs: Iterable[str], targets: Iterable[str]
) -> tuple[Mapping[str, bytes], frozenset[str]]:
    """The contents of blobs that could be read, and which of the targets are gone.

    Targets are what the notes are on. One process, and another one when some
    seem to be gone: a note may be on something that is no commit. None for
    nothing. Raises GitFailed.
    """
    targets = list(dict.fromkeys(targets))
    objects = read_objects(git, [*blobs, *(f"{each}^{{commit}}" for each in targets)])
    doubtful = [each for each in targets if f"{each}^{{commit}}" in objects.missing]
    return objects.found, gone(git, doubtful)


def joined(blobs: Sequence[str], contents: Mapping[str, bytes]) -> tuple[bytes, int]:
    """A commit's note from its blobs, and how many of them could not be read.

    Git, too, puts a blank line between two notes of one commit, and takes equal ones once.
    """
    once = dict.fromkeys(blobs)
    kept = [contents[each] for each in once if each in contents]
    return b"\n\n".join(kept), len(once) - len(kept)


def still(commits: frozenset[str], paths: Iterable[str]) -> frozenset[str]:
    """Those of the commits that still have a note."""
    return commits & {path.replace("/", "") for path in paths} if commits else commits


def gone(git: Git, ids: Collection[str]) -> frozenset[str]:
    """Which of these objects are not in the repository. Raises GitFailed."""
    if not ids:
        return frozenset()
    asked = "".join(f"{each}\n" for each in ids).encode()
    output = git.run("cat-file", "--batch-check", "--buffer", stdin=asked, allowed=(0, 128))
    lines = [line.split(" ") for line in output.decode().splitlines()]
    return frozenset(each[0] for each in lines if each[-1] == "missing")
