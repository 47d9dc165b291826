"""The notes exchanged with every remote that they were sent to before, or the one that is meant."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from memdeck.errors import MemdeckError, Unusable, WrongUsage
from memdeck.git import Git, Repository, open_repository
from memdeck.notes.agreements import Agreements
from memdeck.notes.remotes import remote_names, remote_of
from memdeck.notes.sync import FirstPush, Synced, sync
from memdeck.notes.wiring import read_configuration
from memdeck.text import plural, show


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What became of an exchange with each remote."""

    words: tuple[str, ...] = ()
    """A sentence for each remote."""
    asked: tuple[FirstPush, ...] = ()
    """Remotes to which nothing was sent, as nobody has agreed to it yet."""
    failed: bool = False


def sync_all(
    root: Path,
    ref: str,
    agreements: Agreements,
    agreed: Collection[str],
    now: Callable[[], datetime],
) -> Exchanged:
    """Exchange the notes of the repository at `root` with its remotes, one after the other.

    Notes are sent for the first time only to remotes that are named in
    `agreed`; the others are answered with what to ask. Raises Unusable when
    there is no repository or no remote, WrongUsage when it cannot be told which is meant.
    """
    repository = open_repository(root)
    if repository is None:
        raise Unusable(f"{show(str(root))} is in no git repository: there is nothing to exchange.")
    names = remotes_to_sync(repository, ref, agreements)
    words: list[str] = []
    asked: list[FirstPush] = []
    failed = False
    for name in names:

        def allow(first: FirstPush, name: str = name) -> bool:
            if name in agreed:
                return True
            asked.append(first)
            return False

        try:
            done = sync(repository, name, ref=ref, agreements=agreements, allow=allow, now=now)
        except MemdeckError as error:
            failed = True
            words.append(str(error))
        else:
            words.append(told(done))
    return Exchanged(tuple(words), tuple(asked), failed)


def remotes_to_sync(repository: Repository, ref: str, agreements: Agreements) -> tuple[str, ...]:
    """The remotes that notes were sent to before; else origin, or the only one.

    Raises Unusable when there is none, WrongUsage when it cannot be told which is meant.
    """
    settings = read_configuration(Git(repository.root))
    names = remote_names(settings)
    agreed = []
    for name in names:
        try:
            remote = remote_of(settings, name, repository.root)
        except MemdeckError:
            # An address that memdeck does not use: nothing was ever agreed to.
            continue
        if agreements.has(repository.common_dir, remote, ref):
            agreed.append(name)
    if agreed:
        return tuple(agreed)
    if not names:
        raise Unusable(
            "This repository has no remote to exchange notes with: "
            "`git remote add origin URL` makes one."
        )
    if "origin" not in names and len(names) > 1:
        raise WrongUsage(
            f"There are several remotes, name one: {show(', '.join(names))[:300]} "
            "(`memdeck notes sync NAME`)."
        )
    return ("origin" if "origin" in names else names[0],)


def told(done: Synced) -> str:
    """What an exchange did, in a sentence."""
    parts = []
    if done.received:
        parts.append(f"{plural(done.received, 'entry', 'entries')} received")
    if done.sent:
        parts.append(f"{done.sent} sent")
    if done.removed_here or done.removed_there:
        parts.append(f"{done.removed_here + done.removed_there} removed as on the other side")
    if done.declined:
        parts.append("nothing sent")
    return f"{done.remote}: {', '.join(parts) or 'both have the same notes'}."
