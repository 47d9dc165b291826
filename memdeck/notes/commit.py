"""The one way in which memdeck changes a notes ref: all of it at once, or nothing.

One `git fast-import` writes the notes, the tree and the commit, and moves the
ref only if what it has by then is contained in the new commit. It touches no
index, no work tree and no other ref, and needs no scratch ref; the stream must
end with `done`, so that of a writer that was killed in the middle nothing is
stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from os import environ
from typing import Final

from memdeck.errors import MemdeckError
from memdeck.git import SAFE_ENVIRONMENT, Git, GitFailed, Running, safe_ref
from memdeck.notes.catfile import ObjectReader, open_reader, ref_tip, resolve_commit
from memdeck.notes.lock import notes_lock
from memdeck.notes.tree import (
    FoundNote,
    NotesTree,
    checked_id,
    find_note,
    joined,
    read_blobs,
    read_note,
    read_tree,
    whole_tree,
)
from memdeck.text import show

__all__ = [
    "FoundNote",
    "Identity",
    "NoteChange",
    "NotesTree",
    "commit_notes",
    "find_note",
    "identity_of",
    "joined",
    "notes_lock",
    "open_reader",
    "read_blobs",
    "read_note",
    "read_tree",
    "ref_tip",
    "resolve_commit",
    "start_import",
    "whole_tree",
]

_ID: Final = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")

# What is stored is on the disk before it is said to be stored. The reflog is
# kept also where git keeps none (a bare repository): it is what brings back
# entries that another writer dropped.
#
# Hooks stay off, as in everything that memdeck asks of git, so that a hostile
# repository runs nothing. A guard on the notes ref (a `reference-transaction`
# hook) loses nothing by not seeing these updates: they never take an entry
# away that was there, and move the ref only from what they have read.
_CONFIGURATION: Final = {
    "core.fsync": "committed,reference",
    "core.fsyncMethod": "fsync",
    "core.logAllRefUpdates": "true",
    "core.filesRefLockTimeout": "2000",
    "core.packedRefsTimeout": "2000",
    # What is packed here is unpacked at once, or packed again by the next gc.
    "pack.compression": "1",
}
# Without unpacking into files of their own: another process of git less.
_HURRIED: Final = {"fastimport.unpackLimit": "1"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a commit of the notes is by."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class NoteChange:
    """What the note of a commit is to be from now on."""

    commit: str
    data: bytes | None
    """All of its bytes; None takes the note away."""


NOBODY: Final = Identity("memdeck", "memdeck@localhost")
"""Who writes where git knows nobody."""


def identity_of(git: Git) -> Identity:
    """Who git says the person is; `NOBODY` when it cannot tell. One git process, often none."""
    name, email = environ.get("GIT_COMMITTER_NAME"), environ.get("GIT_COMMITTER_EMAIL")
    if name and email:
        return Identity(name, email)
    try:
        said = git.run("var", "GIT_COMMITTER_IDENT").decode("utf-8", "surrogateescape")
    except GitFailed:
        return NOBODY
    known = re.match(r"(.+) <(.*)> \d+ [+-]\d+$", said)
    return Identity(known[1], known[2]) if known else NOBODY


@contextmanager
def start_import(git: Git, identity: Identity, *, hurried: bool = False) -> Iterator[Running]:
    """The process that `commit_notes` needs, started beforehand and ended with the block.

    What git does to start is then not done between reading the ref and moving it. `hurried` makes
    that time half as long, and leaves a pack of a few objects for `git gc`.
    """
    who = {"GIT_COMMITTER_NAME": identity.name, "GIT_COMMITTER_EMAIL": identity.email}
    who = {name: _plain(value) or "memdeck" for name, value in who.items()}
    environment = {**_settings(_HURRIED if hurried else {}), **who}
    with git.start("fast-import", "--quiet", "--done", environment=environment) as running:
        try:
            yield running
        except MemdeckError:
            _let_go(running)
            raise
        _let_go(running)


def _let_go(running: Running) -> None:
    """End a process that was not used: killed, it would leave the pack that it has begun."""
    if running.alive:
        with suppress(GitFailed):
            running.finish(b"done\n")


def commit_notes(
    git: Git,
    ref: str,
    tip: str | None,
    changes: Sequence[NoteChange],
    *,
    message: str,
    now: datetime,
    parents: Sequence[str] = (),
    identity: Identity,
    tree: NotesTree | None = None,
    started: Running | None = None,
    reader: ObjectReader | None = None,
) -> str | None:
    """Put a commit with these changes on `ref`; the new tip's hex id.

    `tip` is what the ref was read at (None: there is no such ref), and the
    first parent; `parents` are the further ones, of a merge. None when the ref
    has moved away from `tip`: nothing was written, and the caller reads again.
    All other notes stay as they are. `tree` is what is known of the notes tree
    of `tip`, brought up to date here; without it, it is read first. `started`
    and `reader` are processes that are there already.

    A ref that was taken back to an ancestor of `tip` meanwhile, or removed,
    is moved forward again: what is lost by that is a removal, not an entry.

    Raises GitFailed in words when git fails; the ref then is as it was, unless
    the time limit struck: see what it has.
    """
    if tree is None:
        few = len(changes) == 1
        tree = find_note(git, tip, changes[0].commit).tree if few else whole_tree(git, tip)
    stream = b"".join(_stream(safe_ref(ref), tip, changes, message, now, parents, identity, tree))
    try:
        if started is not None:
            output = _imported(git, started, stream)
        else:
            with start_import(git, identity) as running:
                output = _imported(git, running, stream)
    except GitFailed:
        if ref_tip(reader or git, ref) != tip:
            return None
        raise
    new = output.strip()
    if not _ID.fullmatch(new):
        raise GitFailed(
            f"git fast-import gave an answer in {show(str(git.folder))} that memdeck cannot read; "
            "whether the notes were stored is not known: see what they say now."
        )
    return new.decode()


def _imported(git: Git, running: Running, stream: bytes) -> bytes:
    """What fast-import says to the stream; the report that it leaves of a failure is removed."""
    try:
        return running.finish(stream)
    except GitFailed:
        with suppress(GitFailed, OSError):
            named = git.run("rev-parse", "--git-path", f"fast_import_crash_{running.process_id}")
            path = named.decode("utf-8", "surrogateescape").removesuffix("\n")
            (git.folder / path).unlink()
        raise


def _stream(
    ref: str,
    tip: str | None,
    changes: Sequence[NoteChange],
    message: str,
    now: datetime,
    parents: Sequence[str],
    identity: Identity,
    tree: NotesTree,
) -> Iterator[bytes]:
    """The commit in the language of git-fast-import(1)."""
    who = f"{_plain(identity.name)} <{_plain(identity.email)}> {int(now.timestamp())} +0000"
    yield _encoded(f"commit {ref}\nmark :1\ncommitter {who}\n")
    yield _data(_encoded(message.replace("\0", "\u2400")))
    if tip is not None:
        yield f"from {checked_id(tip)}\n".encode()
    for each in parents:
        yield f"merge {checked_id(each)}\n".encode()
    written = []
    for change in changes:
        removed, path = tree.put(checked_id(change.commit), change.data)
        # Removals come first: a path that is given up may be a folder's name.
        yield from (f"D {each}\n".encode() for each in removed)
        if path is not None and change.data is not None:
            written.append((path, change.data))
    for path, data in written:
        yield f"M 100644 inline {path}\n".encode()
        yield _data(data)
    yield b"\nget-mark :1\ndone\n"


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _plain(text: str) -> str:
    """A name as it may stand in a commit's header: without brackets and controls."""
    return "".join(each for each in text if each >= " " and each not in "<>\x7f").strip()


def _settings(more: Mapping[str, str]) -> Mapping[str, str]:
    """The safe environment's configuration, with that of a write behind it."""
    count = int(SAFE_ENVIRONMENT["GIT_CONFIG_COUNT"])
    configuration = {**_CONFIGURATION, **more}
    settings = {"GIT_CONFIG_COUNT": str(count + len(configuration))}
    for number, (name, value) in enumerate(configuration.items(), count):
        settings[f"GIT_CONFIG_KEY_{number}"] = name
        settings[f"GIT_CONFIG_VALUE_{number}"] = value
    return settings
