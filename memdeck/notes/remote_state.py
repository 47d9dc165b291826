"""How far the notes here and those of the remotes, as last seen, are apart. No network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from memdeck.errors import MemdeckError
from memdeck.git import Git, safe_ref
from memdeck.notes.remotes import remote_names, tracking_ref
from memdeck.notes.union import union
from memdeck.notes.wiring import read_configuration
from memdeck.text import plural


class SyncState(StrEnum):
    """How our notes stand to those of a remote, as last seen."""

    NEVER = "never synced"
    """Nothing is known of the remote's notes."""
    EVEN = "even"
    AHEAD = "ahead"
    BEHIND = "behind"
    DIVERGED = "diverged"


@dataclass(frozen=True, slots=True)
class RemoteState:
    """One remote. Ahead is what it has not, behind what we have not."""

    remote: str
    state: SyncState
    ahead_commits: int = 0
    behind_commits: int = 0
    ahead_entries: int = 0
    behind_entries: int = 0
    problem: str | None = None
    """Why the entries could not be counted, in words."""

    @property
    def words(self) -> str:
        """It in words: `2 entries ahead, 1 behind`."""
        if self.state in (SyncState.NEVER, SyncState.EVEN):
            return str(self.state)
        ahead, behind = (self.ahead_entries, "ahead"), (self.behind_entries, "behind")
        if self.state is SyncState.DIVERGED:
            return f"{plural(ahead[0], 'entry', 'entries')} ahead, {behind[0]} behind"
        count, where = ahead if self.state is SyncState.AHEAD else behind
        return f"{plural(count, 'entry', 'entries')} {where}"


def known_remotes(git: Git) -> tuple[str, ...]:
    """The remotes of a repository that notes can be exchanged with. One git process."""
    names = []
    for each in remote_names(read_configuration(git)):
        try:
            tracking_ref(each, "refs/notes/agents")
        except MemdeckError:
            # A name that no ref can have: `notes sync` says so when it is asked for.
            continue
        names.append(each)
    return tuple(names)


def sync_state(git: Git, ref: str, remotes: Sequence[str]) -> tuple[RemoteState, ...]:
    """How the notes of `ref` stand to each of the remotes, in their order.

    Told from what was last fetched and pushed. One git process for all, and a
    few for each remote that differs. Raises GitFailed, and WrongUsage for a
    name that no remote can have.
    """
    tracking = [tracking_ref(each, ref) for each in remotes]
    shape = "--format=%(refname) %(objectname)"
    output = git.run("for-each-ref", shape, safe_ref(ref), *tracking).decode()
    tips = dict(line.split(" ") for line in output.split("\n") if line)
    ours = tips.get(ref)
    return tuple(
        _state(git, name, ours, tips.get(seen))
        for name, seen in zip(remotes, tracking, strict=True)
    )


def _state(git: Git, remote: str, ours: str | None, theirs: str | None) -> RemoteState:
    if theirs is None:
        return RemoteState(remote, SyncState.NEVER)
    if ours == theirs:
        return RemoteState(remote, SyncState.EVEN)
    if ours is None:
        ahead, behind = 0, int(git.run("rev-list", "--count", theirs))
    else:
        counted = git.run("rev-list", "--left-right", "--count", f"{ours}...{theirs}").split()
        ahead, behind = int(counted[0]), int(counted[1])
    state = SyncState.AHEAD if not behind else SyncState.BEHIND if not ahead else SyncState.DIVERGED
    try:
        both = union(git, ours, theirs)
    except MemdeckError as error:
        return RemoteState(remote, state, ahead, behind, problem=str(error))
    sent, received = len(both.sent.entries), len(both.received.entries)
    return RemoteState(remote, state, ahead, behind, sent, received)
