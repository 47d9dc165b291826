"""Notes of several clones by way of a bare remote: all entries everywhere, nothing else touched."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memdeck.errors import Refused, Unusable, WrongUsage
from memdeck.git import Git, open_repository
from memdeck.notes.agreements import Agreements
from memdeck.notes.codec import parse_note
from memdeck.notes.commit import (
    NOBODY,
    NoteChange,
    commit_notes,
    joined,
    read_blobs,
    read_tree,
    ref_tip,
)
from memdeck.notes.lock import SYNC_MARK_NAME
from memdeck.notes.remote_state import SyncState, known_remotes, sync_state
from memdeck.notes.sync import FirstPush, Found, Synced, SyncPatience, sync

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"
SEEN = "refs/memdeck/remote/origin/agents"
NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)
COUNT = int(os.environ.get("ENTRIES_OF_EACH_WRITER", "12"))
HASTE = SyncPatience(network=20, rounds=20, moving=10, lock=5)


def line(key: str, minute: int = 0, value: Any = "ship it", **more: Any) -> str:
    stamp = f"2031-05-04T03:{minute:02d}:00Z"
    return json.dumps({"branch": "main", "timestamp": stamp, "key": key, "value": value, **more})


@dataclass
class Fleet:
    """A bare remote, and clones of it."""

    git: GitHelper
    folder: Path
    asked: list[FirstPush] = field(default_factory=list)

    @property
    def bare(self) -> Path:
        return self.folder / "bare.git"

    def clone(self, name: str) -> Path:
        self.git(self.folder, "clone", "-q", self.bare, name)
        return self.folder / name

    def agreements(self, root: Path) -> Agreements:
        folder = self.folder / "state"
        folder.mkdir(exist_ok=True)
        return Agreements(folder)

    def sync(
        self,
        root: Path,
        remote: str = "origin",
        *,
        agree: bool = True,
        at_step: Callable[[str], None] = lambda _: None,
        patience: SyncPatience = HASTE,
    ) -> Synced:
        def allow(first: FirstPush) -> bool:
            self.asked.append(first)
            return agree

        repository = open_repository(root)
        assert repository is not None
        return sync(
            *(repository, remote),
            ref=REF,
            agreements=self.agreements(root),
            allow=allow,
            now=lambda: NOON,
            patience=patience,
            jitter=lambda: 0.1,
            at_step=at_step,
        )

    def notes(self, root: Path) -> dict[str, bytes]:
        git = Git(root)
        found = read_tree(git, ref_tip(git, REF))
        blobs = read_blobs(git, [each for ids in found.values() for each in ids])
        return {commit: joined([blobs[each] for each in ids]) for commit, ids in found.items()}

    def keys(self, root: Path) -> list[str]:
        """The keys of all entries; nothing may be damaged."""
        keys = []
        for commit, note in self.notes(root).items():
            entries, damaged = parse_note(note, commit)
            assert not damaged
            keys += [each.key for each in entries]
        return sorted(keys)


@pytest.fixture
def fleet(git: GitHelper, tmp_path: Path) -> Fleet:
    """A bare remote with two commits on main, and no notes."""
    seed = git.repository(tmp_path / "seed", commits=2)
    git(tmp_path, "clone", "-q", "--bare", seed, "bare.git")
    return Fleet(git, tmp_path)


@pytest.fixture
def one(fleet: Fleet) -> Path:
    return fleet.clone("one")


@pytest.fixture
def two(fleet: Fleet) -> Path:
    return fleet.clone("two")


# --- What comes and goes ------------------------------------------------------------


def test_two_clones_come_to_know_the_same(fleet: Fleet, one: Path, two: Path) -> None:
    fleet.git.note(one, line("a", 1))
    fleet.git.note(one, line("b", 2), on="HEAD~1")
    fleet.git.note(two, line("c", 3))
    first, second, third = fleet.sync(one), fleet.sync(two), fleet.sync(one)
    assert (first.received, first.sent) == (0, 2)
    assert (second.received, second.sent) == (2, 1)
    assert (third.received, third.sent) == (1, 0)
    assert fleet.keys(one) == fleet.keys(two) == fleet.keys(fleet.bare) == ["a", "b", "c"]
    assert third.tip == second.tip == fleet.git(fleet.bare, "rev-parse", REF)
    again = fleet.sync(two)
    assert (again.received, again.sent, again.tip) == (0, 0, third.tip)
    assert fleet.git(one, "notes", f"--ref={REF}", "show").count("2031") == 2
    assert fleet.git(one, "fsck", "--strict") == ""


def test_a_merge_is_one_commit_of_both_and_what_only_moves_on_is_none(
    fleet: Fleet, one: Path, two: Path
) -> None:
    fleet.git.note(one, line("a"))
    mine = fleet.sync(one).tip
    assert fleet.sync(two).tip == mine
    fleet.git.note(one, line("b"))
    fleet.git.note(two, line("c"))
    here, there = fleet.git(two, "rev-parse", REF), fleet.sync(one).tip
    merge = fleet.sync(two).tip
    assert fleet.git(two, "log", "-1", "--format=%P %cd", "--date=unix", str(merge)).split() == [
        here,
        there,
        str(int(NOON.timestamp())),
    ]
    assert fleet.sync(one).tip == merge


def test_neither_side_has_notes(fleet: Fleet, one: Path) -> None:
    done = fleet.sync(one)
    assert (done.tip, done.received, done.sent, fleet.asked) == (None, 0, 0, [])
    assert "refs/" not in fleet.git(one, "for-each-ref", "refs/memdeck", "refs/notes")


def test_only_the_remote_has_notes(fleet: Fleet, one: Path, two: Path) -> None:
    fleet.git.note(one, line("a"))
    fleet.sync(one)
    done = fleet.sync(two)
    assert (done.received, done.sent) == (1, 0)
    assert len(fleet.asked) == 1
    assert len(fleet.git(two, "reflog", "show", REF).splitlines()) == 1


def test_what_was_removed_on_one_side_goes_on_the_other(fleet: Fleet, one: Path, two: Path) -> None:
    fleet.git.note(one, f"{line('a', 1)}\n\n{line('b', 2)}")
    fleet.git.note(one, line("c", 3), on="HEAD~1")
    fleet.sync(one)
    fleet.sync(two)
    fleet.git(one, "notes", f"--ref={REF}", "remove", "HEAD~1")
    fleet.git(one, "notes", f"--ref={REF}", "add", "-f", "-m", line("b", 2))
    fleet.git.note(two, line("d", 4))
    done = fleet.sync(one)
    assert (done.removed_there, done.sent) == (2, 0)
    done = fleet.sync(two)
    assert (done.removed_here, done.received, done.sent) == (2, 0, 1)
    fleet.sync(one)
    assert fleet.keys(one) == fleet.keys(two) == ["b", "d"]


def test_damage_travels_to_the_byte_and_does_not_grow(fleet: Fleet, one: Path, two: Path) -> None:
    torn = b'{"branch": "main", "key": "x", "value": plain \xff text}'
    fleet.git.note(one, torn)
    fleet.git.note(two, line("a"))
    for _ in range(2):
        for root in (one, two):
            fleet.sync(root)
            fleet.git.note(root, line("more"), on="HEAD~1")
    notes = fleet.notes(two)
    (note,) = [each for each in notes.values() if torn in each]
    assert note.count(b"plain") == 1
    assert [each.key for each in parse_note(note, "")[0]] == ["a"]


def test_a_sha_256_repository(git: GitHelper, tmp_path: Path) -> None:
    seed = git.repository(tmp_path / "seed", "--object-format=sha256")
    git(tmp_path, "clone", "-q", "--bare", seed, "bare.git")
    fleet = Fleet(git, tmp_path)
    one, two = fleet.clone("one"), fleet.clone("two")
    git.note(one, line("a"))
    git.note(two, line("b"))
    fleet.sync(one)
    fleet.sync(two)
    fleet.sync(one)
    assert fleet.keys(one) == fleet.keys(two) == ["a", "b"]


def test_a_linked_worktree_and_packed_refs(fleet: Fleet, one: Path) -> None:
    fleet.git(one, "worktree", "add", "-q", "../beside")
    fleet.git.note(one, line("a"))
    fleet.sync(one)
    fleet.git(one, "pack-refs", "--all")
    fleet.git.note(fleet.folder / "beside", line("b"))
    done = fleet.sync(fleet.folder / "beside")
    assert done.sent == 1
    assert fleet.keys(fleet.bare) == ["a", "b"]
    assert len(fleet.asked) == 1


def test_many_notes_in_trees_of_different_fan_out(fleet: Fleet, one: Path, two: Path) -> None:
    # A note does not need its commit.
    ids = [hashlib.sha1(b"%d" % number).hexdigest() for number in range(500)]
    changes = [NoteChange(each, line(each).encode()) for each in ids]
    for root, some in ((one, changes[:400]), (two, changes[300:])):
        commit_notes(Git(root), REF, None, some, message="m", now=NOON, identity=NOBODY)
    fleet.sync(one)
    done = fleet.sync(two)
    assert (done.received, done.sent) == (300, 100)
    fleet.sync(one)
    assert fleet.keys(one) == fleet.keys(two) == sorted(ids)


def test_remotes_that_know_each_other_crosswise(fleet: Fleet, one: Path, two: Path) -> None:
    git = fleet.git
    git(fleet.folder, "clone", "-q", "--bare", fleet.bare, "second.git")
    for root in (one, two):
        git(root, "remote", "add", "second", "../second.git")
    git.note(one, f"{line('a', 1)}\n\n{line('old', 2)}")
    fleet.sync(one)
    fleet.sync(two)
    git(one, "notes", f"--ref={REF}", "add", "-f", "-m", f"{line('a', 1)}\n\n{line('b', 3)}")
    git.note(two, line("c", 4))
    left, right = git(one, "rev-parse", REF), git(two, "rev-parse", REF)
    git(one, "push", "-q", "second", REF)
    git(two, "push", "-q", "origin", REF)
    fleet.sync(one, "origin")  # a merge of one and two here
    fleet.sync(two, "second")  # and another there
    assert fleet.keys(one) == fleet.keys(two) == ["a", "b", "c"]
    git(one, "notes", f"--ref={REF}", "add", "-f", "-m", line("only", 5))
    git.note(two, f"{line('d', 6)}\n\n{line('old', 2)}")
    git(one, "fetch", "-q", two, f"{REF}:refs/theirs")
    common = git(one, "merge-base", "--all", REF, "refs/theirs").split()
    assert sorted(common) == sorted([left, right])
    fleet.sync(one, "origin")
    fleet.sync(two, "origin")
    # What one took away is gone; what two brought back is there.
    assert fleet.keys(two) == ["d", "old", "only"]


# --- Asking first ---------------------------------------------------------------------


def test_the_first_push_asks_and_a_no_sends_nothing(fleet: Fleet, one: Path, two: Path) -> None:
    fleet.git.note(two, line("theirs"))
    fleet.sync(two)
    fleet.asked.clear()
    token = "ghp_" + "a1B2" * 9
    fleet.git.note(one, f"{line('a', value={'deep': [token]})}\n\nplain {token}")
    before = fleet.git(fleet.bare, "rev-parse", REF)
    done = fleet.sync(one, agree=False)
    assert (done.declined, done.received, done.sent) == (True, 1, 0)
    assert fleet.git(fleet.bare, "rev-parse", REF) == before
    secrets = (Found("GitHub token", "a on main"), Found("GitHub token", "a damaged entry"))
    assert fleet.asked == [FirstPush("origin", str(fleet.bare), REF, 1, secrets)]
    assert fleet.sync(one).secrets == secrets
    fleet.git.note(one, line("b"))
    fleet.sync(one)
    assert len(fleet.asked) == 2


def test_a_remote_that_comes_to_lie_elsewhere_is_asked_about_again(fleet: Fleet, one: Path) -> None:
    fleet.git(fleet.folder, "clone", "-q", "--bare", fleet.bare, "other.git")
    fleet.git.note(one, line("a"))
    fleet.sync(one)
    fleet.git(one, "remote", "set-url", "origin", "../other.git")
    assert fleet.sync(one).sent == 1
    assert [each.url for each in fleet.asked] == [str(fleet.bare), "../other.git"]


def test_a_remote_from_which_the_notes_were_taken_away_is_asked_about_again(
    fleet: Fleet, one: Path
) -> None:
    fleet.git.note(one, line("a"))
    fleet.sync(one)
    fleet.git(fleet.bare, "update-ref", "-d", REF)
    assert fleet.sync(one, agree=False).declined
    assert [each.again for each in fleet.asked] == [False, True]
    assert fleet.git(one, "for-each-ref", SEEN) == ""
    assert fleet.sync(one, agree=False).declined  # it was not forgotten that it was not agreed to


def test_what_is_remembered_holds_no_password_and_is_private(tmp_path: Path) -> None:
    from memdeck.notes.remotes import Remote

    url = "https://ada:hunter22@example.invalid/x"
    remote = Remote("origin", url, (url,), (url, url))
    agreements = Agreements(tmp_path)
    assert not agreements.has(tmp_path, remote, REF)
    agreements.add(tmp_path, remote, REF)
    assert agreements.has(tmp_path, remote, REF)
    assert not agreements.has(tmp_path, remote, "refs/notes/other")
    assert not agreements.has(tmp_path / "other", remote, REF)
    path = tmp_path / "notes-remotes.json"
    assert {each.name for each in tmp_path.iterdir()} == {path.name, "notes-remotes.lock"}
    assert b"hunter22" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    for torn in (b"{", b"[]", b'{"agreed": 3}', b'{"agreed": [3]}', b"\xff"):
        path.write_bytes(torn)
        assert not agreements.has(tmp_path, remote, REF)
    agreements.add(tmp_path, remote, REF)
    assert agreements.has(tmp_path, remote, REF)
    agreements.remove(tmp_path, remote, REF)
    assert not agreements.has(tmp_path, remote, REF)


AGREEING = """
import sys
from pathlib import Path
from memdeck.notes.agreements import Agreements
from memdeck.notes.remotes import Remote
root = Path(sys.argv[1])
for number in range(int(sys.argv[3])):
    remote = Remote("origin", "x", ("x",), ("x", "x"))
    Agreements(root).add(root, remote, f"refs/notes/{sys.argv[2]}-{number}")
"""


def test_memdecks_that_agree_at_once_keep_each_others(
    tmp_path: Path, python: Callable[..., subprocess.Popen[bytes]]
) -> None:
    from memdeck.notes.remotes import Remote

    agreeing = [python(AGREEING, tmp_path, name, 40) for name in "abc"]
    assert [each.wait() for each in agreeing] == [0, 0, 0]
    remote = Remote("origin", "x", ("x",), ("x", "x"))
    for name in "abc":
        for number in range(40):
            assert Agreements(tmp_path).has(tmp_path, remote, f"refs/notes/{name}-{number}")


# --- Others at work -------------------------------------------------------------------


def at(step: str, act: Callable[[], object], times: int = 1) -> Callable[[str], None]:
    """Act when a step is done, the first so many times."""
    left = Counter({step: times})

    def told(name: str) -> None:
        if left[name] > 0:
            left[name] -= 1
            act()

    return told


def test_a_remote_that_moves_meanwhile_is_tried_again(fleet: Fleet, one: Path, two: Path) -> None:
    fleet.git.note(one, line("a"))
    fleet.sync(one)
    fleet.sync(two)
    numbers: Iterator[int] = iter(range(9))

    def other() -> None:
        fleet.git.note(two, line(f"theirs{next(numbers)}"))
        fleet.sync(two)

    fleet.git.note(one, line("b"))
    done = fleet.sync(one, at_step=at("merged", other, 3))
    assert (done.rounds, done.received, done.sent) == (4, 3, 1)
    assert fleet.keys(fleet.bare) == ["a", "b", "theirs0", "theirs1", "theirs2"]


def test_a_remote_that_never_rests_is_given_up_in_words(fleet: Fleet, one: Path, two: Path) -> None:
    def other() -> None:
        fleet.git.note(two, line("theirs"))
        fleet.git(two, "fetch", "-q", "origin", f"{REF}:refs/seen")
        fleet.git(two, "push", "-q", "--force", "origin", REF)

    fleet.git.note(two, line("theirs"))
    fleet.git(two, "push", "-q", "origin", REF)
    fleet.git.note(one, line("a"))
    patience = SyncPatience(rounds=0.3)
    with pytest.raises(Refused, match=r"kept sending notes to origin for 0\.3 seconds"):
        fleet.sync(one, at_step=at("merged", other, 99), patience=patience)
    assert "a" in fleet.keys(one)


def test_a_writer_here_that_is_faster_is_merged_too(fleet: Fleet, one: Path, two: Path) -> None:
    fleet.git.note(two, line("theirs"))
    fleet.sync(two)
    fleet.git.note(one, line("a"))
    numbers = iter(range(9))
    write = at("read", lambda: fleet.git.note(one, line(f"late{next(numbers)}")), 2)
    fleet.sync(one, at_step=write)
    assert fleet.keys(one) == fleet.keys(fleet.bare) == ["a", "late0", "late1", "theirs"]


def test_a_writer_here_that_drops_the_merge_gets_it_again(
    fleet: Fleet, one: Path, two: Path
) -> None:
    fleet.git.note(two, line("theirs"))
    fleet.sync(two)
    fleet.git.note(one, line("a"))
    old = fleet.git(one, "rev-parse", REF)

    def drop() -> None:
        fleet.git(one, "update-ref", REF, old)
        fleet.git.note(one, line("b"))

    fleet.sync(one, at_step=at("moved", drop))
    assert fleet.keys(one) == fleet.keys(fleet.bare) == ["a", "b", "theirs"]


def test_a_configuration_that_fetches_onto_the_live_notes_harms_nothing(
    fleet: Fleet, one: Path, two: Path
) -> None:
    for root in (one, two):
        fleet.git(root, "config", "--add", "remote.origin.fetch", "+refs/notes/*:refs/notes/*")
        fleet.git(root, "config", "fetch.prune", "true")
        fleet.git(root, "config", "remote.origin.mirror", "true")
    fleet.git.note(one, line("a"))
    fleet.git.note(two, line("b"))
    fleet.sync(one)
    late = at("merged", lambda: fleet.git.note(two, line("late")))
    fleet.sync(two, at_step=late)
    assert fleet.keys(two) == ["a", "b", "late"]
    assert fleet.keys(fleet.bare) == ["a", "b"]
    assert fleet.git(fleet.bare, "for-each-ref", "refs/heads") != ""


# --- What does not answer -------------------------------------------------------------


def test_a_remote_that_is_not_there_is_told_in_words(fleet: Fleet, one: Path) -> None:
    fleet.git.note(one, line("a"))
    fleet.bare.rename(fleet.folder / "away.git")
    with pytest.raises(Unusable) as caught:
        fleet.sync(one)
    assert str(caught.value) == (
        f"origin ({fleet.bare}) could not be reached ('{fleet.bare}' does not appear to be a git "
        "repository), so nothing was sent or fetched: try again when it can be."
    )
    assert fleet.keys(one) == ["a"]


@pytest.mark.fault("a remote that goes away between fetch and push")
def test_a_remote_that_goes_away_between_fetch_and_push(fleet: Fleet, one: Path) -> None:
    fleet.git.note(one, line("a"))
    away = fleet.folder / "away.git"
    with pytest.raises(Unusable, match="nothing was sent; all is kept here"):
        fleet.sync(one, at_step=at("agreed", lambda: fleet.bare.rename(away)))
    away.rename(fleet.bare)
    assert fleet.sync(one).sent == 1


def test_a_remote_that_does_not_take_the_notes(fleet: Fleet, one: Path) -> None:
    hook = fleet.bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'no notes please' >&2\nexit 1\n")
    hook.chmod(0o755)
    fleet.git.note(one, line("a"))
    with pytest.raises(Refused, match=r"did not take the notes \(pre-receive hook declined\)"):
        fleet.sync(one)
    assert fleet.keys(one) == ["a"]


def test_a_remote_that_never_answers_is_given_up(
    fleet: Fleet, one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.git(one, "remote", "set-url", "origin", "ssh://example.invalid/x")
    monkeypatch.setenv("GIT_SSH_COMMAND", "sleep 30 #")
    with pytest.raises(Unusable, match=r"did not answer within 0.5 seconds"):
        fleet.sync(one, patience=SyncPatience(network=0.5))


def test_what_ssh_says_is_told(fleet: Fleet, one: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.git(one, "remote", "set-url", "origin", "git@example.invalid:x.git")
    say = fleet.folder / "say"
    say.write_text('#!/bin/sh\ncat "$(dirname "$0")/words" >&2\nexit 255\n')
    say.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(say))
    words = fleet.folder / "words"
    words.write_text("ssh: Could not resolve hostname example.invalid: Name not known\n")
    with pytest.raises(Unusable, match=r"could not be reached \(Could not resolve hostname"):
        fleet.sync(one)
    words.write_text("git@example.invalid: Permission denied (publickey).\n")
    with pytest.raises(Unusable, match=r"does not let git in .*publickey.*log in to it"):
        fleet.sync(one)


def test_a_name_that_is_no_remote(fleet: Fleet, one: Path) -> None:
    for name in ("nowhere", "--upload-pack=x", "", "../two", str(fleet.bare)):
        with pytest.raises(WrongUsage, match=r"There is no remote .*there are origin"):
            fleet.sync(one, name)


def test_refs_below_the_notes_ref_are_in_the_way(fleet: Fleet, one: Path, two: Path) -> None:
    fleet.git.note(one, line("a"))
    fleet.sync(one)
    fleet.git.note(two, line("b"), ref=f"{REF}/scout")
    with pytest.raises(Refused, match="one for each agent"):
        fleet.sync(two)
    assert fleet.git(two, "for-each-ref", "--format=%(refname)", "refs/notes") == f"{REF}/scout"


# --- Nothing else -----------------------------------------------------------------------


def fingerprint(root: Path) -> dict[str, bytes]:
    """Everything that is the user's: all files but objects and the notes' own refs and logs."""
    ours = ("memdeck", "objects/", "refs/notes", "refs/memdeck", "logs/refs/notes", "logs/refs/mem")
    found = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_file() and not name.removeprefix(".git/").startswith(ours):
            found[name] = path.read_bytes()
    return found


def test_the_users_own_things_are_left_alone(fleet: Fleet, one: Path, two: Path) -> None:
    (one / "half done.txt").write_text("not committed")
    fleet.git(one, "add", "half done.txt")
    (one / "half done.txt").write_text("not even staged")
    fleet.git(two, "tag", "-a", "-m", "m", "theirs")
    fleet.git(two, "push", "-q", "origin", "theirs")
    fleet.git(one, "config", "push.followTags", "true")
    fleet.git.note(one, line("a"))
    fleet.git(one, "tag", "-a", "-m", "m", "mine", REF)
    fleet.git.note(two, line("b"))
    fleet.sync(two)
    before = fingerprint(one)
    fleet.sync(one)
    assert fingerprint(one) == before
    assert fleet.git(fleet.bare, "tag") == "theirs"
    assert fleet.git(one, "for-each-ref", "--format=%(refname)", "refs/memdeck") == SEEN
    assert fleet.keys(one) == ["a", "b"]


# --- How far apart ------------------------------------------------------------------------


def test_how_the_notes_stand_to_those_of_remotes(fleet: Fleet, one: Path, two: Path) -> None:
    def told(root: Path) -> tuple[object, ...]:
        (state,) = sync_state(Git(root), REF, ["origin"])
        return state.state, state.ahead_entries, state.behind_entries, state.words

    assert told(one) == (SyncState.NEVER, 0, 0, "never synced")
    fleet.git.note(one, line("a"))
    fleet.sync(one)
    assert told(one) == (SyncState.EVEN, 0, 0, "even")
    fleet.sync(two)
    fleet.git.note(one, f"{line('b')}\n\n{line('c')}")
    assert told(one) == (SyncState.AHEAD, 2, 0, "2 entries ahead")
    fleet.git.note(two, line("d"))
    fleet.sync(two)
    fleet.git(one, "fetch", "-q", "origin", f"+{REF}:{SEEN}")
    assert told(one) == (SyncState.DIVERGED, 2, 1, "2 entries ahead, 1 behind")
    fleet.git(one, "update-ref", "-d", REF)
    assert told(one) == (SyncState.BEHIND, 0, 2, "2 entries behind")
    assert known_remotes(Git(one)) == ("origin",)


def test_a_remote_with_an_odd_name_is_left_out(fleet: Fleet, one: Path) -> None:
    fleet.git(one, "config", "remote.-x.url", "../bare.git")
    fleet.git(one, "config", "remote.a..b.url", "../bare.git")
    assert known_remotes(Git(one)) == ("origin",)
    with pytest.raises(WrongUsage, match="git remote rename"):
        fleet.sync(one, "-x")


def test_how_far_apart_is_told_without_reaching_the_remote(
    fleet: Fleet, one: Path, git_started: Callable[[], list[str]]
) -> None:
    fleet.git.note(one, line("a"))
    fleet.sync(one)
    fleet.git.note(one, line("b"))
    fleet.bare.rename(fleet.folder / "away.git")
    git_started()
    assert sync_state(Git(one), REF, ["origin"])[0].ahead_commits == 1
    assert not [each for each in git_started() if "fetch" in each or "ls-remote" in each]


# --- Many at once -------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from memdeck.notes.store import NotesStore
store = NotesStore(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    store.set(f"{sys.argv[2]}-{number}", number)
"""
SYNCER = """
import sys
from pathlib import Path
from memdeck.git import open_repository
from memdeck.notes.agreements import Agreements
from memdeck.notes.sync import sync
root = Path(sys.argv[1])
while not Path(sys.argv[2]).exists():
    sync(open_repository(root), "origin", agreements=Agreements(root.parent / "state"),
         allow=lambda _: True)
"""


def test_clones_that_write_and_sync_at_once_lose_nothing(
    fleet: Fleet, one: Path, two: Path, python: Callable[..., subprocess.Popen[bytes]]
) -> None:
    fleet.agreements(one)
    stop = fleet.folder / "stop"
    syncers = [python(SYNCER, root, stop) for root in (one, two)]
    writers = [
        python(WRITER, root, f"{root.name}{number}", COUNT)
        for root in (one, two)
        for number in range(2)
    ]
    for each in writers:
        assert each.wait() == 0
    stop.touch()
    for each in syncers:
        assert each.wait() == 0
    for root in (one, two, one):
        fleet.sync(root)
    wanted = [f"{name}{n}-{k}" for name in ("one", "two") for n in range(2) for k in range(COUNT)]
    assert fleet.keys(one) == sorted(wanted)
    assert fleet.notes(one) == fleet.notes(two) == fleet.notes(fleet.bare)


@pytest.fixture
def python() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a Python of its own with memdeck on its path; ended with the test."""
    import sys

    checkout = Path(__file__).parents[2]
    started: list[subprocess.Popen[bytes]] = []

    def start(script: str, *arguments: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", script, *map(str, arguments)]
        started.append(subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(checkout)}))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()


STEPS = ["locked", "fetched", "read", "moved", "merged", "agreed", "pushed"]
KILLED = """
import os, signal, sys
from pathlib import Path
from memdeck.git import open_repository
from memdeck.notes.agreements import Agreements
from memdeck.notes.sync import sync
root = Path(sys.argv[1])
def at_step(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
sync(open_repository(root), "origin", agreements=Agreements(root.parent / "state"),
     allow=lambda _: True, at_step=at_step)
"""


@pytest.mark.fault("kill -9 at each step of a sync of the notes: fetch, merge and push")
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_it_left_the_old_notes_or_the_new_ones(
    fleet: Fleet,
    one: Path,
    two: Path,
    step: str,
    python: Callable[..., subprocess.Popen[bytes]],
) -> None:
    fleet.git.note(two, line("theirs"))
    fleet.sync(two)
    fleet.git.note(one, line("a"))
    fleet.agreements(one)
    before = fingerprint(one)
    assert python(KILLED, one, step).wait() == -9
    assert fleet.keys(one) in (["a"], ["a", "theirs"])
    assert fleet.keys(fleet.bare) in (["theirs"], ["a", "theirs"])
    # A git that was killed in the middle of it leaves its lock.
    left = one / ".git" / f"{SEEN}.lock"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.touch()
    for path in (left, one / ".git" / SYNC_MARK_NAME):
        os.utime(path, (time.time() - 9,) * 2)
    fleet.sync(one)
    assert not left.exists()
    assert fleet.keys(one) == fleet.keys(fleet.bare) == ["a", "theirs"]
    assert fingerprint(one) == before
    fleet.sync(two)
    assert fleet.keys(two) == ["a", "theirs"]
