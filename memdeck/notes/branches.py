"""Branches beside each other: what one remembers that another does not, and which are gone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from memdeck.git import Git
from memdeck.model import BranchNotes, JsonValue, KeyHistory, RepositoryNotes


@dataclass(frozen=True, slots=True)
class BranchDifference:
    """What two branches' latest entries say, key by key. All in the order of their keys."""

    branch: str
    other: str
    only: tuple[KeyHistory, ...]
    """Keys that the other branch does not know."""
    differing: tuple[tuple[KeyHistory, KeyHistory], ...]
    """Keys of both whose latest values differ: this branch's, then the other's."""
    missing: tuple[KeyHistory, ...]
    """Keys that only the other branch knows."""
    same: int
    """How many keys say the same on both."""


class BranchState(StrEnum):
    """Whether a branch that entries name is there."""

    CURRENT = "current"
    LOCAL = "local"
    REMOTE = "remote"
    """Only on a remote, as far as this repository knows."""
    DETACHED = "detached"
    """No branch: stored while HEAD was detached."""
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class KnownBranches:
    """The branches that a repository has and those that it saw on remotes."""

    local: frozenset[str]
    remote: frozenset[str]
    """Without the remotes' names."""


def same_value(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values are the same JSON: fields in any order, `1` not `1.0` nor `true`."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def difference(notes: RepositoryNotes, branch: str, other: str) -> BranchDifference:
    """What `branch` remembers that `other` does not, and the other way round."""
    here, there = _keys(notes.of_branch(branch)), _keys(notes.of_branch(other))
    both = sorted(here.keys() & there.keys())
    differing = tuple(
        (here[key], there[key])
        for key in both
        if not same_value(here[key].latest.value, there[key].latest.value)
    )
    return BranchDifference(
        branch=branch,
        other=other,
        only=tuple(here[key] for key in sorted(here.keys() - there.keys())),
        differing=differing,
        missing=tuple(there[key] for key in sorted(there.keys() - here.keys())),
        same=len(both) - len(differing),
    )


def _keys(branch: BranchNotes | None) -> dict[str, KeyHistory]:
    return {each.latest.key: each for each in (branch.keys if branch else ())}


def state_of(branch: str, notes: RepositoryNotes, known: KnownBranches) -> BranchState:
    """Whether the branch of that name is there."""
    if branch == notes.branch:
        return BranchState.CURRENT
    if branch in known.local:
        return BranchState.LOCAL
    if branch == "HEAD":
        return BranchState.DETACHED
    return BranchState.REMOTE if branch in known.remote else BranchState.DELETED


def deleted_branches(notes: RepositoryNotes, known: KnownBranches) -> tuple[BranchNotes, ...]:
    """Those that entries name and that are not there any more, in the order of the notes."""
    return tuple(
        each
        for each in notes.branches
        if state_of(each.branch, notes, known) is BranchState.DELETED
    )


def known_branches(git: Git) -> KnownBranches:
    """The branches of a repository. One git process. Raises GitFailed."""
    output = git.run("for-each-ref", "--format=%(refname)", "refs/heads/", "refs/remotes/")
    names = output.decode("utf-8", "surrogateescape").split("\n")
    return KnownBranches(_below("refs/heads/", names), _of_remotes(names))


def _below(folder: str, names: Iterable[str]) -> frozenset[str]:
    return frozenset(each.removeprefix(folder) for each in names if each.startswith(folder))


def _of_remotes(names: Iterable[str]) -> frozenset[str]:
    """Each under every name that it can have: a remote's own name, too, may hold a slash."""
    found = set()
    for each in _below("refs/remotes/", names):
        while "/" in each:
            each = each.partition("/")[2]
            found.add(each)
    return frozenset(found - {"HEAD"})
