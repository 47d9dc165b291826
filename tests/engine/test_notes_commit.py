"""Changing a notes ref at once or not at all, in whatever tree it has."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memdeck.errors import Refused, Unusable, WrongUsage
from memdeck.git import Git, GitFailed, open_repository
from memdeck.notes.commit import (
    NOBODY,
    Identity,
    NoteChange,
    commit_notes,
    find_note,
    identity_of,
    notes_lock,
    read_blobs,
    read_note,
    read_tree,
    ref_tip,
    resolve_commit,
)
from memdeck.notes.lock import MARK_NAME
from memdeck.notes.tree import FULL, NotesTree, blob_id, joined, whole_tree

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"
NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)
ADA = Identity("Ada", "ada@example.invalid")


def made_up(count: int, kind: str = "sha1") -> list[str]:
    """Ids of commits that are not there: a note does not need its commit."""
    return [hashlib.new(kind, b"%d" % number).hexdigest() for number in range(count)]


def commit(root: Path, tip: str | None, *changes: NoteChange, parents: Sequence[str] = ()) -> str:
    new = commit_notes(
        Git(root), REF, tip, changes, message="m", now=NOON, identity=ADA, parents=parents
    )
    assert new is not None
    return new


def tree_of(git: GitHelper, root: Path, files: dict[str, bytes]) -> str:
    """A notes commit made by hand, whose tree holds these files; the ref is put on it."""
    stream = [b"commit %s\ncommitter A <a@x> 1 +0000\ndata 0\n" % REF.encode()]
    stream += [
        b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
        for path, data in files.items()
    ]
    git(root, "fast-import", "--quiet", "--force", stdin=b"".join(stream))
    return git(root, "rev-parse", REF)


def all_notes(root: Path) -> dict[str, bytes]:
    git = Git(root)
    found = read_tree(git, ref_tip(git, REF))
    blobs = read_blobs(git, [each for ids in found.values() for each in ids])
    return {commit: joined([blobs[each] for each in ids]) for commit, ids in found.items()}


# --- One commit -------------------------------------------------------------------


def test_the_first_note_makes_the_ref(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    head = git(root, "rev-parse", "HEAD")
    new = commit(root, None, NoteChange(head, b"\x00\xff{}\n"))
    assert git(root, "rev-parse", REF) == new
    assert git(root, "log", "-1", "--format=%an <%ae> %ct %P|%s", REF) == (
        f"Ada <ada@example.invalid> {int(NOON.timestamp())} |m"
    )
    assert read_note(Git(root), new, head) == b"\x00\xff{}\n"
    assert git(root, "fsck", "--strict") == ""
    assert len(git(root, "reflog", "show", REF).splitlines()) == 1


def test_other_notes_and_earlier_commits_stay(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck", commits=2)
    git.note(root, "one", on="HEAD~1")
    before = git(root, "rev-parse", REF)
    head = git(root, "rev-parse", "HEAD")
    other = git(root, "commit-tree", "-m", "other", f"{before}^{{tree}}")
    new = commit(root, before, NoteChange(head, b"two\n"), parents=(other,))
    assert git(root, "log", "-1", "--format=%P", new).split() == [before, other]
    assert git(root, "notes", f"--ref={REF}", "show", "HEAD~1") == "one"
    assert git(root, "notes", f"--ref={REF}", "show", "HEAD") == "two"


def test_a_note_is_taken_away_by_none(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck", commits=2)
    git.note(root, "one", on="HEAD~1")
    git.note(root, "two")
    head = git(root, "rev-parse", "HEAD")
    commit(root, git(root, "rev-parse", REF), NoteChange(head, None))
    assert list(all_notes(root).values()) == [b"one\n"]


def test_a_ref_that_moved_is_left_alone(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    head = git(root, "rev-parse", "HEAD")
    git.note(root, "one")
    old = git(root, "rev-parse", REF)
    git.note(root, "two")
    now = git(root, "rev-parse", REF)
    refs = git(root, "for-each-ref")
    for tip in (None, old):
        new = commit_notes(
            *(Git(root), REF, tip, [NoteChange(head, b"lost")]),
            **{"message": "m", "now": NOON, "identity": ADA},
        )
        assert new is None
    assert git(root, "rev-parse", REF) == now
    assert git(root, "for-each-ref") == refs
    assert not list((root / ".git").glob("fast_import_crash*"))


def test_a_git_that_fails_leaves_no_report_behind(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git(root, "worktree", "add", "-q", "-b", "fog", str(tmp_path / "fog"))
    for place in (root, tmp_path / "fog"):
        new = commit_notes(
            *(Git(place), REF, "1" * 40, [NoteChange("a" * 40, b"x")]),
            **{"message": "m", "now": NOON, "identity": ADA, "tree": NotesTree()},
        )
        assert new is None
    assert not list((root / ".git").rglob("fast_import_crash*"))


def test_a_locked_ref_fails_in_words(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, "one")
    lock = root / ".git" / "refs" / "notes" / "agents.lock"
    lock.touch()
    head, tip = git(root, "rev-parse", "HEAD"), git(root, "rev-parse", REF)
    with pytest.raises(GitFailed, match=r"agents\.lock': File exists"):
        commit(root, tip, NoteChange(head, b"two"))
    lock.unlink()
    assert git(root, "rev-parse", REF) == tip


def test_the_clash_with_one_ref_for_each_agent_fails_in_words(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, "one", ref=f"{REF}/scout")
    with pytest.raises(GitFailed, match="'refs/notes/agents/scout' exists"):
        commit(root, None, NoteChange(git(root, "rev-parse", "HEAD"), b"two"))


def test_a_bare_repository_gets_a_reflog(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "bare", "--bare", commits=0)
    (one,) = made_up(1)
    tip = commit(root, None, NoteChange(one, b"1"))
    commit(root, tip, NoteChange(one, b"2"))
    assert len(git(root, "reflog", "show", REF).splitlines()) == 2


def test_names_that_are_no_ids_never_reach_git(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    for name in ("HEAD", "--all", "../../x", "a" * 39, "A" * 40, "a" * 40 + "\n", ""):
        with pytest.raises(WrongUsage):
            commit(root, None, NoteChange(name, b"x"))
        with pytest.raises(WrongUsage):
            read_note(Git(root), "0" * 40, name)
        with pytest.raises(WrongUsage):
            commit(root, name, NoteChange("a" * 40, b"x"))
        with pytest.raises(WrongUsage):
            commit(root, None, NoteChange("a" * 40, b"x"), parents=(name,))
    for ref in ("agents", "--all", "refs/notes/../heads/x", "refs/notes/a b"):
        with pytest.raises(WrongUsage):
            commit_notes(Git(root), ref, None, [], message="", now=NOON, identity=ADA)
    assert git(root, "for-each-ref", "refs/notes") == ""


def test_a_message_and_a_name_cannot_end_the_header(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    head = git(root, "rev-parse", "HEAD")
    evil = Identity("Eve> 1 +0000\nfrom x <e", "e@x>\ndone")
    new = commit_notes(
        *(Git(root), REF, None, [NoteChange(head, b"x")]),
        **{"message": "a\0b\ndone\nreset refs/heads/main\n", "now": NOON, "identity": evil},
    )
    assert git(root, "log", "-1", "--format=%an|%ae", REF) == "Eve 1 +0000from x e|e@xdone"
    assert git(root, "rev-parse", "main") == head
    assert git(root, "rev-parse", REF) == new
    assert git(root, "fsck", "--strict") == ""


def test_who_writes_is_asked_of_git_and_may_be_nobody(
    git: GitHelper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = git.repository(tmp_path / "deck")
    assert identity_of(Git(root)) == Identity("Ada Example", "ada@example.invalid")
    monkeypatch.delenv("GIT_COMMITTER_NAME")
    monkeypatch.delenv("GIT_COMMITTER_EMAIL")
    git(root, "config", "user.useConfigOnly", "true")
    assert identity_of(Git(root)) == NOBODY
    commit(root, None, NoteChange("a" * 40, b"x"))
    git(root, "config", "user.name", "Grace")
    git(root, "config", "user.email", "grace@example.invalid")
    assert identity_of(Git(root)) == Identity("Grace", "grace@example.invalid")


# --- Trees of all shapes ------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_every_note_of_a_mixed_tree_is_found_and_replaced_where_it_is(
    git: GitHelper, tmp_path: Path, kind: str
) -> None:
    root = git.repository(tmp_path / "deck", f"--object-format={kind}")
    ids = made_up(40, kind)
    cuts = [0, 2, 4, 6, 8, len(ids[0]) - 2]

    def path(commit: str, cut: int) -> str:
        return "/".join([*(commit[at : at + 2] for at in range(0, cut, 2)), commit[cut:]])

    files = {path(each, cuts[number % 6]): b"%d\n" % number for number, each in enumerate(ids[:36])}
    tip = tree_of(git, root, {**files, "README": b"no note", f"a/b/{ids[39][2:]}": b"nor"})
    for number, each in enumerate(ids[:36]):
        found = find_note(Git(root), tip, each)
        assert (found.data, found.tree.place(each)) == (
            b"%d\n" % number,
            path(each, cuts[number % 6]),
        )
        assert whole_tree(Git(root), tip).place(each) == found.tree.place(each)
    for each in ids[36:]:
        assert read_note(Git(root), tip, each) is None
    for each in ids[::7]:
        tip = commit(root, tip, NoteChange(each, b"new"))
    paths = git(root, "ls-tree", "-r", "--name-only", REF).splitlines()
    assert set(paths) >= {*files, "README", f"a/b/{ids[39][2:]}"}
    expected = {each: b"%d\n" % number for number, each in enumerate(ids[:36])}
    assert all_notes(root) == {**expected, **dict.fromkeys(ids[::7], b"new")}
    shown = git(root, "notes", f"--ref={REF}", "list")
    assert {line.split()[1] for line in shown.splitlines()} == set(all_notes(root))


def test_a_commit_that_has_two_notes_gets_one_of_all_their_bytes(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    head = git(root, "rev-parse", "HEAD")
    paths = [head, f"{head[:2]}/{head[2:]}", f"{head[:2]}/{head[2:4]}/{head[4:]}"]
    tip = tree_of(git, root, {path: b"%d\n" % at for at, path in enumerate(paths)})
    found = find_note(Git(root), tip, head)
    assert found.data == b"2\n\n\n1\n\n\n0\n"
    assert found.tree.notes == whole_tree(Git(root), tip).notes
    assert len(read_tree(Git(root), tip)[head]) == 3
    tip = commit(root, tip, NoteChange(head, found.data + b"3\n"))
    assert git(root, "ls-tree", "-r", "--name-only", REF) == paths[2]
    assert read_note(Git(root), tip, head) == b"2\n\n\n1\n\n\n0\n3\n"


def test_a_file_or_a_folder_in_the_way_is_not_overwritten(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    one, two, *rest = made_up(FULL + 9)
    files = dict.fromkeys(rest, b"x")
    tip = tree_of(git, root, {**files, one[:2]: b"a file", f"{two}/inside": b"odd"})
    tip = commit(root, tip, NoteChange(one, b"1"))
    tip = commit(root, tip, NoteChange(two, b"2"))
    assert git(root, "show", f"{REF}:{one[:2]}") == "a file"
    assert git(root, "show", f"{REF}:{two}/inside") == "odd"
    assert (read_note(Git(root), tip, one), read_note(Git(root), tip, two)) == (b"1", b"2")
    assert find_note(Git(root), tip, two).tree.place(two) == f"{two[:2]}/{two[2:]}"


def test_no_folder_grows_without_end(git: GitHelper, tmp_path: Path) -> None:
    """2 000 notes side by side would be 80 kB of tree for each write."""
    root = git.repository(tmp_path / "deck")
    ids = made_up(1000)
    tip = commit(root, None, *(NoteChange(each, each.encode()) for each in ids))
    tip = commit(root, tip, NoteChange("ab" * 20, b"one more"))
    listed = git(root, "ls-tree", REF).splitlines()
    assert len([each for each in listed if " blob " in each]) == FULL
    assert all_notes(root) == {**{each: each.encode() for each in ids}, "ab" * 20: b"one more"}
    assert read_note(Git(root), tip, ids[999]) == ids[999].encode()
    assert len(git(root, "notes", f"--ref={REF}", "list").splitlines()) == 1001


def test_what_git_notes_makes_of_many_commits_is_read_and_written(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    ids = made_up(400)
    tree_of(git, root, dict.fromkeys(ids, b"0\n"))
    head = git(root, "rev-parse", "HEAD")
    git.note(root, "git's own")  # puts the whole tree into git's shape
    assert " tree " in git(root, "ls-tree", REF)
    tip = git(root, "rev-parse", REF)
    for each in ids[:3]:
        tip = commit(root, tip, NoteChange(each, b"1\n"))
    tip = commit(root, tip, *(NoteChange(each, b"2\n") for each in ids[3:30]))
    git.note(root, "again")
    expected = {**dict.fromkeys(ids[:3], b"1\n"), **dict.fromkeys(ids[3:30], b"2\n")}
    expected |= {**dict.fromkeys(ids[30:], b"0\n"), head: b"git's own\n\nagain\n"}
    assert all_notes(root) == expected


def test_the_tree_is_brought_up_to_date(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    one, two = made_up(2)
    tree = NotesTree()
    tip: str | None = None
    for data in (b"1", b"22", None, b"3"):
        changes = [NoteChange(one, data), NoteChange(two, b"two")]
        tip = commit_notes(
            *(Git(root), REF, tip, changes),
            **{"message": "m", "now": NOON, "identity": ADA, "tree": tree},
        )
        assert tree.notes == whole_tree(Git(root), tip).notes
        assert tree.folders == {"": 2 if data else 1}
    assert blob_id(b"3", 40) == git(root, "rev-parse", f"{REF}:{one}")


def test_a_lost_object_is_no_missing_note(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    (one,) = made_up(1)
    flat = {"": one}
    cut = {"": one[:2], one[:2]: f"{one[:2]}/{one[2:]}"}
    for number, paths in enumerate((flat, cut)):
        tip = tree_of(git, root, {paths[max(paths)]: b"dear%d" % number})
        for path in {*paths, *paths.values()}:
            name = git(root, "rev-parse", f"{tip}:{path}")
            place = root / ".git" / "objects" / name[:2] / name[2:]
            place.rename(tmp_path / "away")
            with pytest.raises(Unusable):
                find_note(Git(root), tip, one)
            with pytest.raises(Unusable, match="lost or damaged, so nothing was written"):
                read_blobs(Git(root), [name])
            (tmp_path / "away").rename(place)
        assert read_note(Git(root), tip, one) == b"dear%d" % number


# --- Names ----------------------------------------------------------------------------


def test_a_persons_name_for_a_commit_is_resolved_without_being_an_option(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck", commits=2)
    head = git(root, "rev-parse", "HEAD")
    git(root, "tag", "-m", "tagged", "v1")
    (root / "file").touch()
    for name in ("HEAD", "main", head, head[:9], "v1", "@"):
        assert resolve_commit(Git(root), name) == head
    assert resolve_commit(Git(root), "HEAD~1") == git(root, "rev-parse", "HEAD~1")
    for name in ("--all", "-h", "file", "../deck", "/etc/passwd", "HEAD:", "", "a b", "no\udcff"):
        assert resolve_commit(Git(root), name) is None
    for name in ("HEAD\n", "HEAD\0x", f"x\n{head}"):
        assert resolve_commit(Git(root), name) is None


# --- The lock -------------------------------------------------------------------------


def test_the_lock_keeps_another_out_and_ends_with_its_holder(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    repository = open_repository(root)
    assert repository is not None
    script = (
        "import sys, time; from pathlib import Path\n"
        "from memdeck.git import open_repository; from memdeck.notes.commit import notes_lock\n"
        "with notes_lock(open_repository(Path(sys.argv[1]))):\n"
        "    print('held', flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        begun = time.monotonic()
        with pytest.raises(Refused, match="nothing was written"), notes_lock(repository, 0.2):
            pytest.fail("two hold it")
        assert time.monotonic() - begun < 5
        holder.kill()
    with notes_lock(repository, 5):
        pass


def test_a_lock_that_cannot_be_made_is_told_in_words(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    repository = open_repository(root)
    assert repository is not None
    (root / ".git" / "memdeck.lock").mkdir()
    with pytest.raises(Unusable, match="cannot be locked"), notes_lock(repository, 0.2):
        pytest.fail("a folder was locked")


def test_what_a_killed_git_left_is_removed_and_nothing_else(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    repository = open_repository(root)
    assert repository is not None
    git.note(root, "one")
    folder = root / ".git" / "refs" / "notes"
    of_another, left = folder / "other.lock", folder / "agents.lock"
    mark = root / ".git" / MARK_NAME
    for path in (of_another, left):
        path.touch()
    with notes_lock(repository, stale=0.0):
        assert mark.exists()
    assert (left.exists(), mark.exists()) == (True, False)  # nobody was killed
    mark.touch()
    os.utime(of_another, (1, 1))
    begun = time.monotonic()
    with notes_lock(repository, stale=0.3):
        assert (of_another.exists(), left.exists()) == (True, False)
    assert time.monotonic() - begun < 2
    git.note(root, "two")


def test_a_lock_that_is_still_worked_with_is_waited_for(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    repository = open_repository(root)
    assert repository is not None
    git.note(root, "one")
    left = root / ".git" / "refs" / "notes" / "agents.lock"
    (root / ".git" / MARK_NAME).touch()
    left.touch()
    timer = threading.Timer(0.2, left.rename, [tmp_path / "gone"])
    timer.start()
    with notes_lock(repository, stale=5):
        assert not left.exists()
    timer.join()
    assert (tmp_path / "gone").exists()


def test_only_an_end_that_may_have_killed_git_leaves_the_mark(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    repository = open_repository(root)
    assert repository is not None
    for error, left in ((Refused("no"), False), (GitFailed("slow"), True), (SystemExit(), True)):
        with pytest.raises(type(error)), notes_lock(repository):
            raise error
        assert (root / ".git" / MARK_NAME).exists() == left
