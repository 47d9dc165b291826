"""What one branch remembers that another does not, and branches that are gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from memdeck.git import Git
from memdeck.model import Entry, RepositoryNotes
from memdeck.notes.branches import (
    BranchState,
    KnownBranches,
    deleted_branches,
    difference,
    known_branches,
    same_value,
    state_of,
)
from memdeck.notes.order import remembered
from memdeck.notes.reader import read_notes

if TYPE_CHECKING:
    from tests.conftest import GitHelper


def notes(*entries: tuple[str, str, Any], current: str | None = "main") -> RepositoryNotes:
    """Of entries as (branch, key, value), each a second after the one before."""
    made = [
        Entry(branch, f"2031-01-01T00:00:{second:02}Z", key, value, "a" * 40, second)
        for second, (branch, key, value) in enumerate(entries)
    ]
    return RepositoryNotes("deck", Path("/deck"), current, None, None, remembered(made, current))


def test_keys_of_one_branch_of_both_and_of_the_other_are_told_apart() -> None:
    found = difference(
        notes(
            *(("main", "plan", "old"), ("side", "plan", "new"), ("main", "owner", "ada")),
            *(("side", "owner", "bob"), ("side", "owner", "ada"), ("main", "b", 1)),
            *(("main", "a", 1), ("side", "z", 1)),
        ),
        *("main", "side"),
    )
    assert [each.latest.key for each in found.only] == ["a", "b"]
    assert [each.latest.key for each in found.missing] == ["z"]
    assert [(a.latest.value, b.latest.value) for a, b in found.differing] == [("old", "new")]
    assert found.same == 1


def test_a_branch_without_entries_knows_nothing() -> None:
    store = notes(("main", "plan", 1))
    assert len(difference(store, "main", "none").only) == 1
    assert len(difference(store, "none", "main").missing) == 1
    assert difference(store, "none", "nil").same == 0
    assert difference(store, "main", "main").same == 1


def test_values_are_compared_as_json() -> None:
    assert same_value({"a": 1, "b": [2]}, {"b": [2], "a": 1})
    for one, other in ((1, True), (1, 1.0), (0, False), ("1", 1), (None, "null"), ([1], [True])):
        assert not same_value(one, other), (one, other)
    assert same_value("\udcff", "\udcff")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("main", "side")), st.sampled_from("abcd"), st.sampled_from((1, True))
        )
    )
)
def test_a_difference_is_the_other_way_round_from_the_other_side(
    entries: list[tuple[str, str, Any]],
) -> None:
    store = notes(*entries)
    one, other = difference(store, "main", "side"), difference(store, "side", "main")
    assert (one.only, one.missing, one.same) == (other.missing, other.only, other.same)
    assert one.differing == tuple((b, a) for a, b in other.differing)
    keys = {key for _, key, _ in entries}
    assert len(one.only) + len(one.missing) + len(one.differing) + one.same == len(keys)


def test_a_branch_is_current_local_remote_detached_or_deleted() -> None:
    store = notes(current="main")
    known = KnownBranches(frozenset({"main", "side"}), frozenset({"far", "side"}))
    states = {
        name: state_of(name, store, known) for name in ("main", "side", "far", "HEAD", "past")
    }
    assert list(states.values()) == list(BranchState)
    # Unborn: it is checked out, and there is no ref of it yet.
    assert state_of("new", notes(current="new"), known) is BranchState.CURRENT


def test_the_notes_of_deleted_branches_are_found(git: GitHelper, tmp_path: Path) -> None:
    far = git.repository(tmp_path / "far")
    git(far, "branch", "only/far")
    root = git.repository(tmp_path / "deck")
    git(root, "remote", "add", "team/one", str(far))
    git(root, "fetch", "-q", "team/one")
    git(root, "branch", "here")
    git(root, "branch", "past")
    for branch in ("main", "here", "only/far", "past", "HEAD"):
        text = {"branch": branch, "timestamp": "2031-01-01T00:00:00Z", "key": "k", "value": 1}
        git.note(root, json.dumps(text))
    git(root, "branch", "-D", "past")
    store = read_notes(root, (), "refs/notes/agents").primary
    assert store is not None
    known = known_branches(Git(root))
    assert known.local == {"main", "here"}
    assert [each.branch for each in deleted_branches(store, known)] == ["past"]
    assert state_of("only/far", store, known) is BranchState.REMOTE
