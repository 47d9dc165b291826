"""Where a notes tree keeps the note of a commit, and where a new one goes.

The name of a note in the tree is the hex id of its commit, whole or cut into
folders of two digits (`ab/cd/ef...`), and a tree may hold both kinds, even
for one commit: then its note is all of them together. So the place of a note
is looked up in the tree as it is, never worked out.

A new note goes where the tree has folders for it, and begins a folder where
too many notes lie side by side: git reads any such tree, no other note is
moved, and one write rewrites a few small trees and not one of 2 000 names.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from memdeck.errors import Unusable, WrongUsage
from memdeck.git import Git
from memdeck.notes.catfile import Source, read_objects
from memdeck.text import show

FULL: Final = 256
"""Notes that lie side by side before new ones begin a folder."""

_HEX: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NOTE_PATH: Final = re.compile(r"(?:[0-9a-f]{2}/)*[0-9a-f]{2,}")
_LEVELS_AT_ONCE: Final = 3


@dataclass(slots=True)
class NotesTree:
    """What is known of a notes tree: all of it, or what lies on the way to one commit's note."""

    notes: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Of a commit, the path and the blob of its note: of all of them, in the tree's order."""
    folders: dict[str, int] = field(default_factory=dict)
    """How many notes lie in each folder itself. A folder ends with `/`, the top is empty."""
    files: set[str] = field(default_factory=set)
    """What is no folder, although it has the name of one."""

    def place(self, commit: str) -> str:
        """The path at which the commit's whole note is to be kept."""
        found = self.notes.get(commit)
        if found:
            return found[0][0]
        level = 0
        while level < len(commit) // 2 - 1:
            below = _folder(commit, level + 1)
            crowded = self.folders.get(_folder(commit, level), 0) >= FULL
            taken = f"{_path(commit, level)}/" in self.folders
            if below[:-1] in self.files or not (below in self.folders or crowded or taken):
                break
            level += 1
        return _path(commit, level)

    def put(self, commit: str, data: bytes | None) -> tuple[tuple[str, ...], str | None]:
        """Take note of a change: the paths that are to be removed, and the one to be written."""
        before = [path for path, _ in self.notes.pop(commit, ())]
        for path in before:
            self.folders[path[: path.rfind("/") + 1]] -= 1
        if data is None:
            return tuple(before), None
        path = before[0] if before else self.place(commit)
        above = path[: path.rfind("/") + 1]
        self.folders[above] = self.folders.get(above, 0) + 1
        self.notes[commit] = ((path, blob_id(data, len(commit))),)
        return tuple(before[1:]), path


@dataclass(frozen=True, slots=True)
class FoundNote:
    """The note of a commit, in the tree in which it was found."""

    commit: str
    data: bytes | None
    """None when the commit has none."""
    tree: NotesTree


def checked_id(name: str) -> str:
    """`name`, which must be a whole hex id. Raises WrongUsage otherwise."""
    if not _HEX.fullmatch(name):
        raise WrongUsage(f"“{show(name)[:80]}” is no full hex id of an object.")
    return name


def blob_id(data: bytes, digits: int) -> str:
    """The id that git gives to these bytes; 40 hex digits are SHA-1, 64 are SHA-256."""
    header = b"blob %d\0" % len(data)
    # What git names its objects by, and no matter of security here.
    method = "sha1" if digits == 40 else "sha256"
    return hashlib.new(method, header + data, usedforsecurity=False).hexdigest()


def joined(parts: Sequence[bytes]) -> bytes:
    """The one note that the notes of one commit make, as git puts them together."""
    return b"\n\n".join(dict.fromkeys(parts))


def find_note(source: Source, tip: str | None, commit: str) -> FoundNote:
    """The note of `commit` in the notes tree of commit `tip`; one git process, rarely two.

    Raises Unusable when an object on the way to it is lost: what cannot be
    read is not taken for a note that is not there.
    """
    checked_id(commit)
    tree = NotesTree()
    if tip is None:
        return FoundNote(commit, None, tree)
    found: list[tuple[str, str, bytes]] = []
    last = len(commit) // 2
    level, deeper, name = 0, True, f"{checked_id(tip)}^{{tree}}"
    while deeper and level < last:
        levels = range(level, min(level + _LEVELS_AT_ONCE, last))
        asked = []
        for each in levels:
            folder = _folder(commit, each)[:-1]
            asked += [f"{tip}:{folder}" if folder else name, f"{tip}:{_path(commit, each)}"]
        answers = list(read_objects(source, asked))
        for number, each in enumerate(levels):
            if not deeper:
                break
            above, note = answers[2 * number], answers[2 * number + 1]
            if above is None or above[1] != "tree":
                raise _lost(source, asked[2 * number])
            blob, deeper = _seen(tree, commit, each, above[2])
            if blob is not None:
                if note is None or note[0] != blob:
                    raise _lost(source, blob)
                found.insert(0, (_path(commit, each), blob, note[2]))
        level = levels.stop
    if not found:
        return FoundNote(commit, None, tree)
    tree.notes[commit] = tuple((path, blob) for path, blob, _ in found)
    return FoundNote(commit, joined([data for *_, data in found]), tree)


def _seen(tree: NotesTree, commit: str, level: int, data: bytes) -> tuple[str | None, bool]:
    """Write down one folder's contents: the blob of the note in it, and whether it goes deeper."""
    folder = _folder(commit, level)
    own, below = _path(commit, level)[len(folder) :], commit[2 * level : 2 * level + 2]
    count, blob, deeper = 0, None, False
    for mode, name, object_id in _tree_entries(data, len(commit) // 2):
        is_folder = mode in ("40000", "040000")
        if len(name) == len(own) and not is_folder and mode != "160000":
            count += 1
            if name == own:
                blob = object_id
        elif name == own:
            tree.folders[f"{folder}{name}/"] = 0
        if name == below:
            if is_folder:
                deeper = len(own) > 2
            else:
                tree.files.add(f"{folder}{name}")
    tree.folders[folder] = count
    return blob, deeper


def whole_tree(git: Git, tip: str | None) -> NotesTree:
    """All of the notes tree of commit `tip`; one git process."""
    tree = NotesTree(folders={"": 0})
    if tip is None:
        return tree
    listed = git.run("ls-tree", "-rtz", "--full-tree", checked_id(tip))
    notes: dict[str, list[tuple[str, str]]] = {}
    for record in listed.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        about, path = record.split("\t", 1)
        _, kind, object_id = about.split(" ")
        if kind == "tree":
            tree.folders.setdefault(f"{path}/", 0)
            continue
        tree.files.add(path)
        commit = path.replace("/", "")
        if kind != "blob" or len(commit) != len(tip) or not _NOTE_PATH.fullmatch(path):
            continue
        above = path[: path.rfind("/") + 1]
        tree.folders[above] = tree.folders.get(above, 0) + 1
        notes.setdefault(commit, []).append((path, object_id))
    tree.notes = {commit: tuple(found) for commit, found in notes.items()}
    return tree


def read_note(source: Source, tip: str | None, commit: str) -> bytes | None:
    """The bytes of the note of `commit` in commit `tip`; None when it has none."""
    return find_note(source, tip, commit).data


def read_tree(git: Git, tip: str | None) -> Mapping[str, tuple[str, ...]]:
    """By commit, the blobs of its note in commit `tip`: more than one in a mixed tree.

    `joined` makes one note of their bytes.
    """
    found = whole_tree(git, tip).notes
    return {commit: tuple(blob for _, blob in parts) for commit, parts in found.items()}


def read_blobs(git: Git, ids: Iterable[str]) -> Mapping[str, bytes]:
    """The bytes of each of these blobs; one git process. Raises Unusable when one is lost."""
    asked = list(dict.fromkeys(checked_id(each) for each in ids))
    if not asked:
        return {}
    contents = {}
    for object_id, answer in zip(asked, read_objects(git, asked), strict=True):
        if answer is None or answer[1] != "blob":
            raise _lost(git, object_id)
        contents[object_id] = answer[2]
    return contents


def _tree_entries(data: bytes, id_length: int) -> Iterator[tuple[str, str, str]]:
    """Mode, name and hex id of each entry of a tree object."""
    at = 0
    while at < len(data):
        space = data.index(b" ", at)
        zero = data.index(b"\0", space)
        end = zero + 1 + id_length
        name = data[space + 1 : zero].decode("utf-8", "surrogateescape")
        yield data[at:space].decode(), name, data[zero + 1 : end].hex()
        at = end


def _folder(commit: str, level: int) -> str:
    return "".join(f"{commit[each : each + 2]}/" for each in range(0, 2 * level, 2))


def _path(commit: str, level: int) -> str:
    return _folder(commit, level) + commit[2 * level :]


def _lost(source: Source, name: str) -> Unusable:
    return Unusable(
        f"An object of the notes ({name}) is lost or damaged, so nothing was written: "
        f"`git fsck` in {show(str(source.folder))} tells more; another clone may still have it."
    )
