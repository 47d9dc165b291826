"""Reading notes again after the tip moved: only what changed, and nothing else is new."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memdeck.git import Git
from memdeck.model import Notes, RepositoryNotes
from memdeck.notes.objects import commit_of, listed, listed_again, listed_together, read_objects
from memdeck.notes.reader import read_notes

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"


def entry(key: str, value: Any = "x", branch: str = "main", second: int = 0) -> bytes:
    timestamp = f"2031-05-04T03:{second // 60:02}:{second % 60:02}Z"
    fields = {"branch": branch, "timestamp": timestamp, "key": key, "value": value}
    return json.dumps(fields).encode() + b"\n"


def read(root: Path, previous: RepositoryNotes | None = None) -> RepositoryNotes:
    notes = read_notes(root, (), REF, Notes((previous,)) if previous else None).primary
    assert notes is not None
    return notes


def many_commits(git: GitHelper, root: Path, count: int) -> list[str]:
    stream = b"".join(
        b"commit refs/heads/main\ncommitter A <a@example.invalid> %d +0000\ndata 1\nx\n" % number
        for number in range(count)
    )
    git(root, "fast-import", "--quiet", stdin=stream)
    return git(root, "rev-list", "main").splitlines()


def store(git: GitHelper, root: Path, files: dict[str, bytes | None], ref: str = REF) -> None:
    """Put bytes at paths of the notes tree as they are, in one commit; None removes."""
    before = git(root, "for-each-ref", "--format=%(objectname)", ref)
    stream = [b"commit %s\ncommitter A <a@example.invalid> 1 +0000\ndata 1\nn\n" % ref.encode()]
    if before:
        stream.append(b"from %s\n" % before.encode())
    for path, data in files.items():
        if data is None:
            stream.append(b"D %s\n" % path.encode())
        else:
            stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
    git(root, "fast-import", "--quiet", "--force", stdin=b"".join(stream))


def fanned(commit: str, levels: int) -> str:
    parts = [commit[2 * each : 2 * each + 2] for each in range(levels)]
    return "/".join((*parts, commit[2 * levels :]))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What `git cat-file` was asked to print, from here on."""
    names: list[str] = []
    run = Git.run

    def recorded(self: Git, *arguments: str, **more: Any) -> bytes:
        if "--batch" in arguments:
            names.extend(more["stdin"].decode().splitlines())
        return run(self, *arguments, **more)

    monkeypatch.setattr(Git, "run", recorded)
    return names


def blobs(asked: list[str]) -> list[str]:
    return [each for each in asked if "^" not in each]


@pytest.mark.parametrize("levels", [(0,), (1,), (0, 1, 2)], ids=["flat", "fan-out", "mixed"])
def test_ten_thousand_entries_are_read_once_and_then_only_what_changed(
    git: GitHelper,
    tmp_path: Path,
    git_started: Callable[[], list[str]],
    asked: list[str],
    levels: tuple[int, ...],
) -> None:
    root = git.repository(tmp_path / "deck", commits=0)
    commits = many_commits(git, root, 2000)
    paths = {
        commit: fanned(commit, levels[number % len(levels)])
        for number, commit in enumerate(commits)
    }
    notes = {
        commit: b"\n".join(
            entry(f"key {number % 7}.{each}", number, f"branch {number % 12}", number % 3600)
            for each in range(5)
        )
        for number, commit in enumerate(commits)
    }
    store(git, root, {paths[commit]: note for commit, note in notes.items()})
    git_started()
    before = read(root)
    assert len(before.entries) == 10_000
    assert [line.split()[2] for line in git_started()] == ["rev-parse", "ls-tree", "cat-file"]
    assert len(blobs(asked)) == 2000

    asked.clear()
    chosen = commits[24]  # branch 0
    store(git, root, {paths[chosen]: notes[chosen] + entry("fresh", 1, "branch 0", 3599)})
    git_started()
    after = read(root, before)
    assert [line.split()[2] for line in git_started()] == ["rev-parse", "diff-tree", "cat-file"]
    assert len(blobs(asked)) == 1
    assert len(after.entries) == 10_001
    old = {each.branch: each for each in before.branches}
    assert [each.branch for each in after.branches if old[each.branch] is not each] == ["branch 0"]
    changed = after.of_branch("branch 0")
    assert changed is not None
    known = {id(each) for each in old["branch 0"].keys}
    assert [each.latest.key for each in changed.keys if id(each) not in known] == ["fresh"]


def test_a_tree_that_is_only_fanned_out_anew_prints_no_note(
    git: GitHelper, tmp_path: Path, asked: list[str]
) -> None:
    root = git.repository(tmp_path / "deck", commits=0)
    commits = many_commits(git, root, 20)
    store(git, root, {each: entry(each[:6]) for each in commits})
    before = read(root)
    asked.clear()
    store(git, root, dict.fromkeys(commits))
    store(git, root, {fanned(each, 1): entry(each[:6]) for each in commits})
    after = read(root, before)
    assert asked == []
    assert after is not before
    assert all(a is b for a, b in zip(after.branches, before.branches, strict=True))
    assert set(after.blobs) == {fanned(each, 1) for each in commits}


def everything(notes: RepositoryNotes) -> list[Any]:
    branches = [(each.branch, each.current, each.keys) for each in notes.branches]
    plain = (notes.tip, notes.damaged, notes.problem, sorted(notes.unreachable))
    return [*plain, sorted(notes.blobs.items()), repr(branches)]


@pytest.mark.parametrize("seed", range(3))
def test_reading_again_says_what_a_first_reading_says(
    git: GitHelper, tmp_path: Path, seed: int
) -> None:
    """Notes that grow, shrink, go, break, move to another folder or stand in two of them."""
    chance = random.Random(seed)
    root = git.repository(tmp_path / "deck", commits=0)
    commits = many_commits(git, root, 12)
    paths = [fanned(commit, levels) for commit in commits for levels in range(3)]
    contents: dict[str, bytes] = {}
    notes: RepositoryNotes | None = None
    for step in range(25):
        changes: dict[str, bytes | None] = {}
        for path in chance.sample(paths, chance.randint(1, 4)):
            what = chance.choice(("more", "more", "more", "less", "broken", "kind", "none"))
            key, branch = f"k{chance.randint(0, 4)}", chance.choice(("main", "side", "past"))
            old = contents.get(path, b"")
            new = entry(key, chance.choice((1, True, 1.0, "x")), branch, chance.randint(0, 99))
            if what == "more":
                changes[path] = contents[path] = old + b"\n" + new
            elif what == "kind":
                changes[path] = contents[path] = old.replace(b": 1}", b": true}") or new
            elif what == "broken":
                changes[path] = contents[path] = old + b'\n{"key": ' + new
            elif path in contents:
                del contents[path]
                changes[path] = None
        if not changes:
            continue
        store(git, root, changes)
        if step % 5 == 4:
            branch = chance.choice(("main", "side"))
            git(root, "symbolic-ref", "HEAD", f"refs/heads/{branch}")
        again, fresh = read(root, notes), read(root)
        assert everything(again) == everything(fresh)
        assert read(root, again) is again
        notes = again


def test_an_old_tip_that_was_collected_costs_a_listing_and_no_more(
    git: GitHelper, tmp_path: Path, git_started: Callable[[], list[str]], asked: list[str]
) -> None:
    root = git.repository(tmp_path / "deck", commits=3)
    commits = git(root, "rev-list", "HEAD").splitlines()
    store(git, root, {each: entry(each[:6]) for each in commits})
    before = read(root)
    tree = git(root, "rev-parse", REF + "^{tree}")
    git(root, "update-ref", REF, git(root, "commit-tree", tree, "-m", "squashed"))
    store(git, root, {commits[0]: entry("new")})
    git(root, "reflog", "expire", "--expire=all", "--all")
    git(root, "prune", "--expire=now")
    asked.clear()
    git_started()
    after = read(root, before)
    assert [line.split()[2] for line in git_started()] == [
        *("rev-parse", "diff-tree", "ls-tree", "cat-file")
    ]
    assert len(blobs(asked)) == 1
    assert everything(after) == everything(read(root))


def test_a_note_becomes_readable_when_its_lost_object_is_back(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck", commits=3)
    for number, commit in enumerate(git(root, "rev-list", "-2", "HEAD").splitlines()):
        git.note(root, entry(f"k{number}"), on=commit)
    lost = git(root, "ls-tree", REF).splitlines()[0].split()[2]
    path = root / ".git" / "objects" / lost[:2] / lost[2:]
    data = path.read_bytes()
    path.unlink()
    before = read(root)
    assert "1 note of deck could not be read" in (before.problem or "")
    git.note(root, entry("more"), on="HEAD~2")
    path.write_bytes(data)
    after = read(root, before)
    assert (len(after.entries), after.problem) == (3, None)


# --- Commits that are gone ---------------------------------------------------


def test_what_stands_on_a_commit_that_is_gone_is_listed_and_still_remembered(
    git: GitHelper, tmp_path: Path, git_started: Callable[[], list[str]]
) -> None:
    root = git.repository(tmp_path / "deck")
    lost = "ab" * 20
    head = git(root, "rev-parse", "HEAD")
    store(git, root, {lost: entry("far", "said") + b'{"key": oops}', head: entry("near")})
    git_started()
    notes = read(root)
    assert notes.unreachable == {lost}
    assert [(each.key, each.value) for each in notes.unreachable_entries] == [("far", "said")]
    assert {each.key for each in notes.entries} == {"far", "near"}
    # One process more, to be sure: nothing else may have that id either.
    assert [line.split()[2] for line in git_started()] == [
        *("rev-parse", "ls-tree", "cat-file", "cat-file")
    ]
    assert read(root, notes) is notes
    store(git, root, {lost: None})
    assert read(root, notes).unreachable == frozenset()


def test_a_commit_that_came_back_is_not_gone_after_the_next_change(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    there = git.repository(tmp_path / "there", commits=3)
    commit = git(there, "rev-parse", "HEAD")
    store(git, root, {commit: entry("far")})
    before = read(root)
    assert before.unreachable == {commit}
    git(root, "fetch", "-q", str(there), "main:theirs")
    git.note(root, entry("near"))
    assert read(root, before).unreachable == frozenset()


def test_a_note_on_a_file_or_a_tag_is_not_taken_for_gone(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git(root, "tag", "-a", "v1", "-m", "one")
    blob = git(root, "hash-object", "-w", "--stdin", stdin=b"file")
    targets = (blob, git(root, "rev-parse", "v1"))
    store(git, root, {each: entry("k") for each in targets})
    assert read(root).unreachable == frozenset()


# --- Trees and objects -------------------------------------------------------


def test_many_trees_are_listed_together_as_one_by_one(
    git: GitHelper, tmp_path: Path, git_started: Callable[[], list[str]]
) -> None:
    root = git.repository(tmp_path / "deck", commits=0)
    commits = many_commits(git, root, 300)
    refs = [f"refs/notes/mem/{number}" for number in range(5)]
    for number, ref in enumerate(refs):
        files = {fanned(each, number % 3): entry("k") for each in commits[number:]}
        store(git, root, files | {"README": b"no note", "ab/README": b"none"}, ref)
    tips = [git(root, "rev-parse", ref) for ref in refs]
    git_started()
    together = listed_together(Git(root), tips)
    assert len(git_started()) == 3
    assert together == [listed(Git(root), tip) for tip in tips]
    assert listed_together(Git(root), ["f" * 40, tips[0]]) == [None, together[0]]
    first, second = together[1], together[2]
    assert first is not None
    assert listed_again(Git(root), first, tips[1], tips[2]) == second


@pytest.mark.parametrize(
    ("path", "commit"),
    [
        ("a" * 40, "a" * 40),
        ("aa/" + "b" * 38, "aa" + "b" * 38),
        ("aa/bb/" + "c" * 60, "aabb" + "c" * 60),
        ("a/" + "b" * 39, None),
        ("aaa/" + "b" * 37, None),
        ("A" * 40, None),
        ("a" * 39, None),
        ("aa/" * 20, None),
        ("a" * 40 + "\n", None),
    ],
)
def test_the_paths_of_notes_are_those_that_git_takes(path: str, commit: str | None) -> None:
    assert commit_of(path) == commit


def test_an_object_whose_size_is_not_true_hides_no_other(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck", commits=0)
    names = [
        git(root, "hash-object", "-w", "--stdin", stdin=b"contents %d\n" % number * 90)
        for number in range(9)
    ]
    for name, claimed in ((names[1], 400), (names[4], 3), (names[5], 9000), (names[8], 500)):
        path = root / ".git" / "objects" / name[:2] / name[2:]
        path.chmod(0o644)
        path.write_bytes(zlib.compress(b"blob %d\0short" % claimed))
    objects = read_objects(Git(root), [*names, "f" * 40])
    good = {names[each] for each in (0, 2, 3, 6, 7)}
    assert set(objects.found) & set(names) >= good
    assert all(
        objects.found[names[each]] == b"contents %d\n" % each * 90 for each in (0, 2, 3, 6, 7)
    )
    assert names[1] not in objects.found
    assert names[5] not in objects.found
    assert objects.missing == {"f" * 40}
