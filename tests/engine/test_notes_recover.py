"""What racing writers dropped is found in the reflog, told from removals, and put back once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memdeck.errors import Refused, Unusable, WrongUsage
from memdeck.git import Git
from memdeck.model import Entry
from memdeck.notes.putback import put_back
from memdeck.notes.recover import Cause, Dropped, Findings, dropped, look_back
from memdeck.notes.store import NotesStore

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"
NOON = 1_930_000_000


def entry(key: str, value: object = 1) -> str:
    """As the article's writer makes it: over several lines."""
    fields = {"branch": "main", "timestamp": "2031-02-27T16:53:20Z", "key": key, "value": value}
    return json.dumps(fields, indent=0)


class Desk:
    """A repository in which writers race when they are told to, at times that they are told."""

    def __init__(self, git: GitHelper, root: Path) -> None:
        self.git = git
        self.root = root
        self.clock = NOON

    def at(self) -> dict[str, str]:
        return {"GIT_COMMITTER_DATE": f"@{self.clock} +0000"}

    def notes(self, *arguments: str, ref: str = REF, stdin: bytes = b"", wait: int = 60) -> None:
        """`git notes`, so many seconds after what was before."""
        self.clock += wait
        self.git(self.root, "notes", f"--ref={ref}", *arguments, stdin=stdin, environment=self.at())

    def store(self, key: str, *, on: str = "HEAD", wait: int = 60) -> str:
        """Append an entry as other writers do; the tip from then on."""
        self.notes("append", "-F", "-", on, stdin=entry(key).encode(), wait=wait)
        return self.tip()

    def tip(self) -> str:
        return self.git(self.root, "rev-parse", REF)

    def late(
        self, read: str, *arguments: str, stdin: bytes = b"", parent: str = "", wait: int = 1
    ) -> str:
        """`git notes` by a writer that read the notes at `read` and moves the ref only now.

        Its commit's parent is looked up in between: `parent`, or what the ref has.
        """
        self.git(self.root, "update-ref", "refs/notes/stale", read)
        self.notes(*arguments, ref="refs/notes/stale", stdin=stdin, wait=wait)
        made = self.git(self.root, "rev-parse", "refs/notes/stale^{tree}")
        words = self.git(self.root, "log", "-1", "--format=%s", "refs/notes/stale")
        new = self.git(self.root, "commit-tree", "-m", words, "-p", parent or self.tip(), made)
        self.git(self.root, "update-ref", "-m", f"notes: {words}", REF, new, environment=self.at())
        return new

    def look(self) -> Findings:
        return look_back(Git(self.root), REF)

    def there(self) -> Counter[str]:
        """The keys in the notes, with how often they stand there."""
        listed = self.git(self.root, "notes", f"--ref={REF}", "list").splitlines()
        text = "".join(self.git(self.root, "cat-file", "blob", line.split()[0]) for line in listed)
        return Counter(line.split('"')[3] for line in text.splitlines() if '"key"' in line)


@pytest.fixture
def desk(git: GitHelper, tmp_path: Path) -> Desk:
    return Desk(git, git.repository(tmp_path / "deck", commits=3))


def keys(items: Sequence[Dropped]) -> list[str]:
    return [each.part.key if isinstance(each.part, Entry) else each.part.text for each in items]


# --- Races -----------------------------------------------------------------------


@pytest.mark.parametrize("on", ["HEAD", "HEAD~1"])
@pytest.mark.parametrize("parent", ["read", "now"])
def test_what_an_append_drops_that_had_read_before_is_found(
    desk: Desk, on: str, parent: str
) -> None:
    first = desk.store("first")
    desk.store("lost", on=on)
    last = desk.tip()
    stdin = entry("late").encode()
    new = desk.late(
        first, "append", "-F", "-", stdin=stdin, parent=first if parent == "read" else ""
    )
    assert desk.there() == {"first": 1, "late": 1}
    found = desk.look()
    (item,) = found.dropped
    assert found.removed == ()
    assert (item.commit, item.data) == (
        desk.git(desk.root, "rev-parse", on),
        entry("lost").encode(),
    )
    assert (item.cause, item.old, item.new) == (Cause.RACED, last, new)
    assert item.words == "notes: Notes added by 'git notes append'"
    assert item.by == "Ada Example <ada@example.invalid>"
    assert item.when == datetime.fromtimestamp(desk.clock, UTC)
    assert dropped(Git(desk.root), REF) == found.dropped


def test_an_add_that_did_not_see_the_note_is_a_race_and_a_forced_one_later_is_not(
    desk: Desk,
) -> None:
    first = desk.store("first", on="HEAD~1")
    desk.store("lost")
    desk.late(first, "add", "-F", "-", stdin=entry("late").encode())
    assert keys(desk.look().dropped) == ["lost"]
    desk.notes("add", "-f", "-F", "-", stdin=entry("instead").encode())
    found = desk.look()
    assert (keys(found.dropped), keys(found.removed)) == (["lost"], ["late"])


@pytest.mark.parametrize("parent", [True, False])
def test_two_that_both_add_the_very_first_note_race(desk: Desk, parent: bool) -> None:
    """Neither saw a ref, whatever the second one's commit has for a parent."""
    desk.notes("add", "-m", entry("lost"))
    desk.notes("add", "-m", entry("late"), ref="refs/notes/stale", wait=1)
    made = desk.git(desk.root, "rev-parse", "refs/notes/stale^{tree}")
    parents = ["-p", desk.tip()] if parent else []
    new = desk.git(desk.root, "commit-tree", "-m", "m", *parents, made)
    words = "notes: Notes added by 'git notes add'"
    desk.git(desk.root, "update-ref", "-m", words, REF, new, environment=desk.at())
    found = desk.look()
    assert (keys(found.dropped), found.removed) == (["lost"], ())


def test_an_add_on_one_commit_that_drops_another_commits_note_is_a_race(desk: Desk) -> None:
    first = desk.store("first")
    desk.store("lost", on="HEAD~1")
    desk.late(first, "add", "-F", "-", "HEAD~2", stdin=entry("late").encode(), wait=600)
    assert keys(desk.look().dropped) == ["lost"]


def test_a_removal_is_deliberate_for_its_note_and_a_race_for_the_others(desk: Desk) -> None:
    desk.store("first")
    desk.store("named", on="HEAD~1")
    read = desk.tip()
    desk.store("lost")
    desk.store("lost too", on="HEAD~2")
    desk.late(read, "remove", "HEAD~1")
    found = desk.look()
    assert keys(found.removed) == ["named"]
    assert sorted(keys(found.dropped)) == ["lost", "lost too"]


def test_a_removed_note_takes_what_is_on_it_along_and_no_other_that_is_seconds_old(
    desk: Desk,
) -> None:
    """Two notes are gone by one `remove`: the newer one cannot have been named, or hardly."""
    desk.store("first", on="HEAD~1")
    desk.store("seen")
    read = desk.store("seen too", wait=600)
    desk.store("lost", on="HEAD~2", wait=3)
    desk.late(read, "remove", "HEAD")
    found = desk.look()
    assert keys(found.removed) == ["seen", "seen too"]
    assert keys(found.dropped) == ["lost"]


def test_an_edit_that_took_its_time_is_deliberate_for_its_note_only(desk: Desk) -> None:
    desk.store("kept")
    read = desk.store("edited away", on="HEAD~1")
    for number in range(5):
        desk.store(f"lost {number}")
    desk.late(read, "edit", "-m", entry("new text"), "HEAD~1", wait=3600)
    found = desk.look()
    assert keys(found.removed) == ["edited away"]
    assert keys(found.dropped) == [f"lost {number}" for number in range(5)]


def test_a_ref_that_is_set_back_is_overwritten(desk: Desk) -> None:
    first = desk.store("first")
    desk.store("lost")
    desk.git(desk.root, "update-ref", REF, first)
    (item,) = desk.look().dropped
    assert (keys([item]), item.cause) == (["lost"], Cause.OVERWRITTEN)


def test_a_forced_fetch_is_overwriting(desk: Desk, git: GitHelper, tmp_path: Path) -> None:
    desk.store("first")
    git(tmp_path, "clone", "-q", "--bare", desk.root, tmp_path / "far")
    git(tmp_path / "far", "fetch", "-q", str(desk.root), f"{REF}:{REF}")
    desk.store("lost")
    desk.git(desk.root, "fetch", "-q", str(tmp_path / "far"), "+refs/notes/*:refs/notes/*")
    (item,) = desk.look().dropped
    assert (keys([item]), item.cause) == (["lost"], Cause.OVERWRITTEN)


def test_what_is_there_again_is_not_counted(desk: Desk) -> None:
    first = desk.store("first")
    desk.store("a")
    desk.late(first, "append", "-m", entry("b"))
    assert keys(desk.look().dropped) == ["a"]
    # Written again by its writer, in other white space, on another commit.
    desk.notes("append", "-m", json.dumps(json.loads(entry("a"))), "HEAD~1")
    assert desk.look().dropped == ()


def test_the_last_time_counts_that_it_went(desk: Desk) -> None:
    first = desk.store("first")
    desk.store("a")
    desk.late(first, "append", "-m", entry("b"))
    put_back(Git(desk.root), REF, desk.look().dropped)
    desk.notes("remove", "HEAD")
    found = desk.look()
    assert found.dropped == ()
    assert sorted(keys(found.removed)) == ["a", "b", "first"]


def test_damage_that_was_dropped_is_found_by_paragraph(desk: Desk) -> None:
    desk.notes("append", "-m", "plain words")
    first = desk.tip()
    desk.notes("append", "-m", '{\n"key": not json\n}')
    desk.notes("append", "-m", "more words")
    desk.late(first, "append", "-m", "last words")
    found = desk.look().dropped
    assert sorted(each.data for each in found) == [b"more words", b'{\n"key": not json\n}']
    put_back(Git(desk.root), REF, found)
    note = desk.git(desk.root, "notes", f"--ref={REF}", "show")
    for words in ("plain words", "not json", "more words", "last words"):
        assert note.count(words) == 1
    assert desk.look().dropped == ()


# --- On purpose --------------------------------------------------------------------


def test_deliberate_removals_are_listed_as_such(desk: Desk) -> None:
    for number in range(3):
        desk.store(f"of {number}", on=f"HEAD~{number}")
    desk.notes("remove", "HEAD", wait=0)
    desk.notes("add", "-f", "-m", entry("instead"), "HEAD~1")
    desk.notes("edit", "-m", entry("edited"), "HEAD~2")
    found = desk.look()
    assert found.dropped == ()
    assert keys(found.removed) == ["of 0", "of 1", "of 2"]
    assert {each.cause for each in found.removed} == {Cause.REMOVED}


def test_removing_several_notes_at_once_is_deliberate(desk: Desk) -> None:
    desk.store("a")
    desk.store("b", on="HEAD~1")
    desk.notes("remove", "HEAD", "HEAD~1")
    assert (desk.look().dropped, sorted(keys(desk.look().removed))) == ((), ["a", "b"])


def test_prune_is_deliberate_for_commits_that_are_gone_and_a_race_for_others(desk: Desk) -> None:
    desk.store("kept", on="HEAD~1")
    gone = desk.git(desk.root, "rev-parse", "HEAD")
    read = desk.store("of a gone commit")
    desk.store("lost", on="HEAD~1")
    desk.git(desk.root, "reset", "-q", "--hard", "HEAD~1")
    desk.git(desk.root, "reflog", "expire", "--expire=now", "HEAD", "refs/heads/main")
    (desk.root / ".git" / "ORIG_HEAD").unlink()
    desk.git(desk.root, "prune", "--expire=now")
    desk.late(read, "prune")
    found = desk.look()
    assert [(each.commit, *keys([each])) for each in found.removed] == [(gone, "of a gone commit")]
    assert keys(found.dropped) == ["lost"]


def test_a_program_that_built_on_what_was_there_meant_it(desk: Desk) -> None:
    from memdeck.notes.commit import Identity, NoteChange, commit_notes

    desk.store("a")
    tip = desk.store("b", on="HEAD~1")
    head = desk.git(desk.root, "rev-parse", "HEAD")
    commit_notes(
        *(Git(desk.root), REF, tip, [NoteChange(head, None)]),
        **{
            "message": "m",
            "now": datetime(2031, 5, 4, tzinfo=UTC),
            "identity": Identity("A", "a@x"),
        },
    )
    assert (desk.look().dropped, keys(desk.look().removed)) == ((), ["a"])


@pytest.mark.parametrize(("strategy", "lost"), [("theirs", ["ours"]), ("ours", [])])
def test_a_merge_that_drops_what_nobody_took_away_is_told(
    desk: Desk, strategy: str, lost: list[str]
) -> None:
    base = desk.store("base")
    desk.store("gone there", on="HEAD~1")
    desk.git(desk.root, "update-ref", "refs/notes/other", desk.tip())
    desk.store("ours")
    desk.notes("append", "-m", entry("theirs"), ref="refs/notes/other")
    desk.notes("remove", "HEAD~1", ref="refs/notes/other")
    desk.notes("merge", "-q", "-s", strategy, "refs/notes/other")
    found = desk.look()
    assert base
    assert keys(found.removed) == ["gone there"]
    assert [(*keys([each]), each.cause) for each in found.dropped] == [
        (key, Cause.MERGED) for key in lost
    ]


def test_amending_copies_notes_and_drops_nothing(desk: Desk) -> None:
    desk.git(desk.root, "config", "notes.rewriteRef", REF)
    desk.store("a")
    desk.git(desk.root, "commit", "-q", "--amend", "--allow-empty", "-m", "better words")
    assert desk.look() == Findings(updates=2, position=desk.look().position)


# --- Where the reflog is, and where it is not ------------------------------------------


def race(desk: Desk) -> None:
    first = desk.store("first")
    desk.store("lost")
    desk.late(first, "append", "-m", entry("late"))


def recovered(desk: Desk) -> None:
    """Assert that the one lost entry is found and put back once, however often it is asked."""
    items = desk.look().dropped
    assert keys(items) == ["lost"]
    assert put_back(Git(desk.root), REF, items).written == items
    assert desk.there() == {"first": 1, "late": 1, "lost": 1}
    tip = desk.tip()
    assert desk.look().dropped == ()
    assert put_back(Git(desk.root), REF, items).there == items
    assert desk.tip() == tip


def test_sha256(git: GitHelper, tmp_path: Path) -> None:
    desk = Desk(git, git.repository(tmp_path / "deck", "--object-format=sha256", commits=2))
    race(desk)
    recovered(desk)


def test_a_worktree_and_packed_refs(desk: Desk, git: GitHelper, tmp_path: Path) -> None:
    git(desk.root, "worktree", "add", "-q", tmp_path / "beside", "HEAD")
    race(desk)
    git(desk.root, "pack-refs", "--all", "--prune")
    git(desk.root, "repack", "-q", "-a", "-d")
    desk.root = tmp_path / "beside"
    recovered(desk)


def test_a_bare_repository_is_looked_at_from_memdecks_first_write_on(
    git: GitHelper, tmp_path: Path
) -> None:
    git.repository(tmp_path / "deck", commits=2)
    git(tmp_path, "clone", "-q", "--bare", tmp_path / "deck", tmp_path / "bare")
    desk = Desk(git, tmp_path / "bare")
    desk.store("first")
    found = desk.look()
    assert found.problem
    assert "keeps no reflog of refs/notes/agents" in found.problem
    assert "core.logAllRefUpdates always" in found.problem
    store = NotesStore(desk.root)
    store.set("second", 2)
    read = desk.tip()
    store.set("lost", 3)
    desk.late(read, "append", "-m", entry("late"))
    assert keys(desk.look().dropped) == ["lost"]


def test_no_notes_and_no_repository_are_told(desk: Desk, tmp_path: Path) -> None:
    assert "There is no refs/notes/agents" in (desk.look().problem or "")
    with pytest.raises(Unusable, match="in no git repository"):
        look_back(Git(tmp_path), REF)
    with pytest.raises(WrongUsage):
        look_back(Git(desk.root), "--all")


def test_an_expired_reflog_is_told(desk: Desk) -> None:
    race(desk)
    desk.git(desk.root, "reflog", "expire", "--expire=now", "--all")
    found = desk.look()
    assert "is empty (expired" in (found.problem or "")
    desk.store("new")
    found = desk.look()
    assert (found.problem, found.dropped) == (None, ())
    assert found.begins == datetime.fromtimestamp(desk.clock, UTC)


def test_what_gc_took_is_counted_and_the_rest_found(desk: Desk) -> None:
    race(desk)
    lost = desk.look().dropped[0]
    tip = desk.store("second")
    desk.store("also lost")
    desk.late(tip, "append", "-m", entry("later"))
    blob = desk.git(desk.root, "rev-parse", f"{lost.old}:{lost.commit}")
    (desk.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    found = desk.look()
    assert (keys(found.dropped), found.unreadable) == (["also lost"], 1)
    # The log of a repository that was cleared away from below.
    old = desk.git(desk.root, "rev-parse", f"{lost.new}^")
    for name in {old, lost.old}:
        (desk.root / ".git" / "objects" / name[:2] / name[2:]).unlink()
    found = desk.look()
    assert (keys(found.dropped), found.unreadable) == (["also lost"], 2)


def test_a_log_that_git_alone_can_read_is_asked_of_git(desk: Desk) -> None:
    race(desk)
    whole = desk.look()
    (desk.root / ".git" / "reftable").mkdir()
    found = desk.look()
    assert found.dropped == whole.dropped
    assert found.begins is not None
    assert look_back(Git(desk.root), REF, found.position).updates == 0
    tip = desk.store("more")
    desk.store("lost again")
    desk.late(tip, "append", "-m", entry("late again"))
    assert keys(dropped(Git(desk.root), REF, found.position)) == ["lost again"]


def test_lines_that_are_no_reflog_are_passed_over(desk: Desk) -> None:
    race(desk)
    log = desk.root / ".git" / "logs" / REF
    log.write_bytes(b"\x00\xff nonsense\n" + log.read_bytes() + b"0" * 40 + b" cut off")
    recovered_keys = keys(desk.look().dropped)
    assert recovered_keys == ["lost"]


# --- Again and again ---------------------------------------------------------------------


def test_only_what_came_since_is_looked_at(
    desk: Desk, git_started: Callable[[], list[str]]
) -> None:
    race(desk)
    before = desk.look()
    git_started()
    assert look_back(Git(desk.root), REF, before.position) == Findings(position=before.position)
    assert len(git_started()) == 1
    tip = desk.store("more")
    git_started()
    found = look_back(Git(desk.root), REF, before.position)
    assert (found.dropped, found.updates, len(git_started())) == ((), 1, 5)
    desk.store("lost again")
    desk.late(tip, "append", "-m", entry("late again"))
    assert keys(dropped(Git(desk.root), REF, found.position)) == ["lost again"]
    assert keys(desk.look().dropped) == ["lost", "lost again"]


def test_a_log_that_is_not_the_same_any_more_is_looked_at_whole(desk: Desk) -> None:
    desk.store("first")
    position = desk.look().position
    log = desk.root / ".git" / "logs" / REF
    log.write_bytes(log.read_bytes().replace(b"Ada", b"Eva"))
    race(desk)
    assert look_back(Git(desk.root), REF, position).updates == 4


def test_a_race_just_before_the_position_tells_what_came_after(desk: Desk) -> None:
    """A doubtful update is judged by what was before, also where that was looked at already."""
    first = desk.store("first", on="HEAD~1")
    desk.store("lost")
    position = desk.look().position
    desk.late(first, "add", "-F", "-", stdin=entry("late").encode())
    assert keys(dropped(Git(desk.root), REF, position)) == ["lost"]


@pytest.mark.parametrize("count", [300])
def test_many_updates_of_one_note_are_not_all_read(
    desk: Desk, git_started: Callable[[], list[str]], count: int
) -> None:
    ids = long_history(desk, count, notes=1)
    desk.git(desk.root, "update-ref", REF, ids[-20])
    git_started()
    found = desk.look()
    assert len(found.dropped) == 19
    assert len(git_started()) < 12


@pytest.mark.slow
@pytest.mark.parametrize(("count", "notes"), [(10_000, 2_000), (2_000, 1)])
def test_ten_thousand_updates_stay_usable(
    desk: Desk, git_started: Callable[[], list[str]], count: int, notes: int
) -> None:
    import time

    ids = long_history(desk, count, notes=notes)
    desk.git(desk.root, "update-ref", REF, ids[-20])
    git_started()
    begun = time.monotonic()
    assert len(desk.look().dropped) == 19
    assert time.monotonic() - begun < 20
    assert len(git_started()) < 15


def long_history(desk: Desk, count: int, *, notes: int) -> list[str]:
    """So many updates, each of which appends an entry to one of the notes; their commits."""
    commits = [f"{number:040x}" for number in range(1, notes + 1)]
    texts = dict.fromkeys(commits, b"")
    stream = []
    for number in range(count):
        commit = commits[number % notes]
        texts[commit] += b"\n" * bool(texts[commit]) + entry(f"k{number}").encode() + b"\n"
        stream.append(b"commit %s\ncommitter A <a@x> %d +0000\ndata 0\n" % (REF.encode(), number))
        stream.append(b"M 100644 inline %s\ndata %d\n" % (commit.encode(), len(texts[commit])))
        stream.append(texts[commit] + b"\n")
    desk.git(desk.root, "fast-import", "--quiet", stdin=b"".join(stream))
    ids = desk.git(desk.root, "rev-list", "--reverse", REF).splitlines()
    words = "A <a@x> 1930000000 +0000\tnotes: Notes added by 'git notes append'\n"
    pairs = zip(["0" * 40, *ids], ids, strict=False)
    log = desk.root / ".git" / "logs" / REF
    log.write_text("".join(f"{old} {new} {words}" for old, new in pairs), "utf-8")
    return ids


# --- Putting back ---------------------------------------------------------------------------


def test_what_is_put_back_is_its_bytes_in_the_order_of_time(desk: Desk) -> None:
    first = desk.store("first")
    for stamp in ("2031-03-02T00:00:00Z", "2031-03-01T00:00:00Z"):
        text = json.dumps({"key": stamp, "branch": "é", "value": [1.50, "ü"], "timestamp": stamp})
        desk.notes("append", "-m", f"  {text}\t")
    raw = desk.git(desk.root, "notes", f"--ref={REF}", "show").splitlines()
    desk.late(first, "append", "-m", entry("late"))
    note = desk.git(desk.root, "notes", f"--ref={REF}", "show")
    put_back(Git(desk.root), REF, desk.look().dropped)
    parts = [line.strip() for line in raw if "2031-03" in line]
    after = desk.git(desk.root, "notes", f"--ref={REF}", "show")
    assert after == "\n\n".join([note, *reversed(parts)])


def test_an_entry_that_damage_would_hide_is_not_written_and_the_others_are(desk: Desk) -> None:
    first = desk.store("first")
    desk.store("a")
    desk.store("b", on="HEAD~1")
    desk.late(first, "append", "-m", entry("late"))
    items = desk.look().dropped
    assert len(items) == 2
    desk.notes("add", "-f", "-F", "-", stdin=b'{"a":"\n' * 150_000)
    done = put_back(Git(desk.root), REF, items)
    assert (keys(done.hidden), keys(done.written)) == (["a"], ["b"])


def test_they_are_written_again_when_they_are_dropped_again(desk: Desk) -> None:
    race(desk)
    items = desk.look().dropped
    read = desk.tip()
    late = iter([True])

    def at_step(step: str) -> None:
        if step == "written" and next(late, False):
            desk.late(read, "append", "-m", entry("hot"))

    done = put_back(Git(desk.root), REF, items, at_step=at_step)
    assert done.written == items
    assert desk.there() == {"first": 1, "late": 1, "hot": 1, "lost": 1}


def test_a_ref_that_does_not_rest_is_refused_in_words(desk: Desk) -> None:
    race(desk)
    items = desk.look().dropped

    def at_step(step: str) -> None:
        if step == "read":
            desk.store(f"hot {desk.clock}")

    with pytest.raises(Refused, match="nothing was stored"):
        put_back(Git(desk.root), REF, items, patience=0.3, at_step=at_step)


_KILLED = """
import os, signal, sys
from pathlib import Path
from memdeck.git import Git
from memdeck.notes.putback import put_back
from memdeck.notes.recover import look_back
git = Git(Path(sys.argv[1]))
def at_step(step):
    if step == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
put_back(git, "refs/notes/agents", look_back(git, "refs/notes/agents").dropped, at_step=at_step)
"""


@pytest.mark.parametrize("step", ["locked", "read", "written"])
def test_killed_in_the_middle_it_is_done_or_not_and_the_next_call_ends_it(
    desk: Desk, step: str
) -> None:
    race(desk)
    command = [sys.executable, "-c", _KILLED, str(desk.root), step]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    assert subprocess.run(command, env=environment, check=False).returncode == -9
    assert desk.there()["lost"] == (step == "written")
    put_back(Git(desk.root), REF, desk.look().dropped)
    assert desk.there() == {"first": 1, "late": 1, "lost": 1}
    assert desk.git(desk.root, "fsck", "--strict", "--connectivity-only") == ""


def test_a_broken_ref_is_no_removal_and_its_last_good_value_is_named(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    entry = {"branch": "main", "timestamp": "2026-02-06T10:00:00Z", "key": "a", "value": 1}
    git.note(root, json.dumps(entry))
    good = git(root, "rev-parse", "refs/notes/agents")
    for content in ("", "garbage\n", "1" * 40 + "\n"):
        (root / ".git" / "refs" / "notes" / "agents").write_text(content, encoding="utf-8")
        found = look_back(Git(root), "refs/notes/agents")
        assert (found.dropped, found.removed) == ((), ())
        assert found.problem is not None
        assert f"git update-ref refs/notes/agents {good}" in found.problem
    (root / ".git" / "refs" / "notes" / "agents").write_text(f"{good}\n", encoding="utf-8")
    assert look_back(Git(root), "refs/notes/agents").problem is None
