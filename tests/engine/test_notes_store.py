"""Storing an entry: what comes back, what stays as it is, and what is never said to be stored."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from memdeck.errors import NothingFound, Refused, Unusable, WrongUsage
from memdeck.git import GitFailed
from memdeck.model import Entry
from memdeck.notes.codec import MAX_DEPTH
from memdeck.notes.line import appended, unsaved_line, value_of
from memdeck.notes.reader import latest_entries, read_notes
from memdeck.notes.store import NotesStore, Patience, new_entry_id
from memdeck.workspace import open_workspace
from tests.hostile import make_hostile

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"
NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)
QUICK = Patience(lock=0.2, moving=0.2)


def store_of(root: Path, **more: Any) -> NotesStore:
    numbers = itertools.count(1)
    more.setdefault("new_id", lambda _: f"id-{next(numbers)}")
    return NotesStore(root, **{"now": lambda: NOON, **more})


def entries(root: Path) -> list[Entry]:
    """Every entry, in the order of its note."""
    notes = read_notes(root, (), REF).primary
    assert notes is not None
    assert notes.problem is None
    found = [
        entry
        for branch in notes.branches
        for key in branch.keys
        for entry in (key.latest, *key.earlier)
    ]
    return sorted(found, key=lambda entry: (entry.commit, entry.position))


def state(root: Path) -> dict[str, str]:
    """A hash of everything in a work tree and its git folder that is the person's."""
    ours = ("objects/", "refs/notes/", "logs/refs/notes/", "memdeck.lock")
    hashes = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not name.removeprefix(".git/").startswith(ours):
            hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return hashes


@pytest.fixture
def deck(git: GitHelper, tmp_path: Path) -> Path:
    return git.repository(tmp_path / "deck")


# --- What is written ----------------------------------------------------------------


def test_an_entry_is_stored_and_read_back(git: GitHelper, deck: Path) -> None:
    stored = store_of(deck).set("plan", {"state": "ready"})
    head = git(deck, "rev-parse", "HEAD")
    assert stored.entry == Entry(
        "main", "2031-05-04T12:00:00Z", "plan", {"state": "ready"}, head, 0, "id-1"
    )
    assert entries(deck) == [stored.entry]
    assert stored.tip == git(deck, "rev-parse", REF)
    assert git(deck, "notes", f"--ref={REF}", "show") == (
        '{"branch":"main","timestamp":"2031-05-04T12:00:00Z","key":"plan",'
        '"value":{"state":"ready"},"id":"id-1"}'
    )


def test_ids_sort_by_time_and_are_nobody_elses() -> None:
    ids = [new_entry_id(NOON + timedelta(milliseconds=each)) for each in range(50)]
    assert sorted(ids) == ids
    assert len({*ids, new_entry_id(NOON), new_entry_id(NOON)}) == 52
    assert {len(each) for each in (*ids, new_entry_id(datetime(1, 1, 1, tzinfo=UTC)))} == {20}


def test_times_are_written_in_utc(deck: Path) -> None:
    tokyo = datetime(2031, 5, 4, 5, 6, 7, 999, tzinfo=timezone(timedelta(hours=9)))
    stored = store_of(deck, now=lambda: tokyo).set("a", 1)
    assert stored.entry.timestamp == "2031-05-03T20:06:07Z"


@pytest.mark.parametrize(
    "before", [b"", b"x", b"x\n", b"\n", b'{"branch": "b", "key": "k"', b"\xff\x00\r\n", b'{"a":"']
)
def test_what_is_there_stays_to_the_byte(git: GitHelper, deck: Path, before: bytes) -> None:
    head = git(deck, "rev-parse", "HEAD")
    git.notes_at_once(deck, [(head, before)])
    store = store_of(deck)
    store.set("a", 1)
    store.set("b", 2)
    command = ["git", "-C", str(deck), "cat-file", "blob", f"{REF}:{head}"]
    note = subprocess.run(command, capture_output=True, check=True).stdout
    assert note.startswith(before)
    assert [entry.key for entry in entries(deck)][-2:] == ["a", "b"]


def test_a_line_is_put_behind_a_note_as_git_does_it(git: GitHelper, deck: Path) -> None:
    git.note(deck, "first")
    git.note(deck, "second")
    assert (
        git(deck, "notes", f"--ref={REF}", "show") == appended(b"first\n", b"second").decode()[:-1]
    )
    assert appended(b"cut", b"{}") == b"cut\n\n{}\n"
    assert appended(b"", b"{}") == appended(None, b"{}") == b"{}\n"


def test_another_branch_and_another_commit_may_be_named(git: GitHelper, deck: Path) -> None:
    first = git(deck, "rev-parse", "HEAD")
    git.commit(deck)
    store = store_of(deck)
    assert store.set("a", 1, branch="fog/bank").entry.branch == "fog/bank"
    for name in (first, first[:8], "HEAD~1", "main^"):
        assert store.set("a", 1, commit=name).entry.commit == first
    assert len(entries(deck)) == 5


def test_a_detached_head_is_recorded_as_head(git: GitHelper, deck: Path) -> None:
    git(deck, "checkout", "-q", "--detach")
    stored = store_of(deck).set("a", 1)
    assert (stored.entry.branch, stored.detached) == ("HEAD", True)
    stored = store_of(deck).set("a", 1, branch="main")
    assert (stored.entry.branch, stored.detached) == ("main", False)


def test_other_fields_are_kept_behind_the_formats_own(deck: Path) -> None:
    assert store_of(deck).set("a", 1, extra={"agent": "scout"}).entry.extra == {"agent": "scout"}


def test_a_store_that_is_kept_sees_what_others_did(git: GitHelper, deck: Path) -> None:
    store = store_of(deck)
    store.set("a", 1)
    git.note(deck, '{"branch": "main", "key": "theirs"}')
    store.set("b", 2)
    git.commit(deck)
    store.set("c", 3)
    git(deck, "checkout", "-q", "-b", "fog")
    store.set("d", 4)
    git(deck, "update-ref", "-d", REF)
    store.set("e", 5)
    assert [(entry.branch, entry.key) for entry in entries(deck)] == [("fog", "e")]
    log = git(deck, "log", "--format=%H", "-g", REF)
    assert len(log.splitlines()) == 1  # git drops a removed ref's log
    git(deck, "fsck", "--strict")


def test_a_warm_write_starts_three_processes(
    git: GitHelper, deck: Path, git_started: Callable[[], list[str]]
) -> None:
    store = store_of(deck)
    store.set("a", 1)
    cold = git_started()
    assert len(cold) == 3
    store.set("b", 2)
    assert [each.split()[2] for each in git_started()] == ["rev-parse", "cat-file", "fast-import"]
    git.note(deck, "from another")
    git_started()
    store.set("c", 3)
    assert len(git_started()) == 3


# --- Any key, any branch, any value -----------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8")) | st.text("\0\n\r\"'\\{}$`\u2028😀é-/ ", max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)


@given(TEXT, TEXT, VALUES)
@example("--all", "-rf", ["--upload-pack=x"])
@example("../../etc/passwd", "refs/heads/main", "/etc/passwd")
@example("HEAD", "main\nreset refs/heads/main", "\n\ndone\n")
@example("k\udcff", "b\udc80", "v\udcfe")
@example("", "", "")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_key_branch_and_value_comes_back_equal(
    deck: Path, key: str, branch: str, value: Any
) -> None:
    before = state(deck)
    # What is made up may look like a secret.
    stored = NotesStore(deck).set(key, value, branch=branch, allow_secret=True)
    notes = read_notes(deck, (), REF)
    (latest,) = (each for each in entries(deck) if each.id == stored.entry.id)
    assert (latest.key, latest.branch) == (key, branch)
    assert repr(latest.value) == repr(value)
    assert latest == stored.entry
    assert latest.key in {each.key for each in latest_entries(notes, branch)}
    assert state(deck) == before


def test_a_megabyte_comes_back_equal(deck: Path) -> None:
    value = 'é\n\0😀"\\' * 130_000
    assert len(value.encode()) > 1_000_000
    store = store_of(deck)
    store.set("large", value)
    store.set("small", "behind it")
    assert [entry.value for entry in entries(deck)] == [value, "behind it"]


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        [float("inf")],
        {1: "a number as a key"},
        {"a": (1, 2)},
        b"bytes",
        {1, 2},
        Path("x"),
        "\ud83d\ude00",
        10**5000,
        json.loads("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_json_cannot_keep_is_refused(git: GitHelper, deck: Path, value: Any) -> None:
    with pytest.raises(WrongUsage, match="cannot be stored as JSON"):
        store_of(deck).set("a", value)
    assert git(deck, "for-each-ref", "refs/notes") == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-0.5", -0.5),
        ('"5"', "5"),
        ("null", None),
        ('{"a": [true]}', {"a": [True]}),
        ("plain words", "plain words"),
        ("", ""),
        (" ", " "),
        ("NaN", "NaN"),
        ("[Infinity]", "[Infinity]"),
        ("{'a': 1}", "{'a': 1}"),
        ("01", "01"),
        ("[1,]", "[1,]"),
        ("caf\udcc3", "caf\udcc3"),
    ],
)
def test_a_value_is_json_if_it_parses_as_json(text: str, value: Any) -> None:
    assert repr(value_of(text)) == repr(value)


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 2}', "1e999", "7" * 5000, "[" * 100_000 + "]" * 100_000]
)
def test_json_of_which_something_would_be_lost_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="nothing was stored"):
        value_of(text)


@pytest.mark.parametrize(
    "name",
    ["--all", "-h", "--git-dir=/", "../x", "/etc/passwd", "file", "HEAD:file", "", "a\nHEAD"],
)
def test_a_commit_that_is_an_option_or_a_path_is_no_commit(
    git: GitHelper, deck: Path, git_started: Callable[[], list[str]], name: str
) -> None:
    (deck / "file").touch()
    with pytest.raises(WrongUsage, match="There is no commit"):
        store_of(deck).set("a", 1, commit=name)
    assert not [line for line in git_started() if name and line.endswith(f" {name}")]
    assert git(deck, "for-each-ref", "refs/notes") == ""


@pytest.mark.parametrize("ref", ["agents", "refs/heads/main", "refs/notes/../heads/x", "--all"])
def test_only_a_notes_ref_is_written_to(deck: Path, ref: str) -> None:
    with pytest.raises(WrongUsage):
        NotesStore(deck, ref)


# --- What is never said to be stored -------------------------------------------------------


def test_without_a_commit_nothing_is_stored_and_the_entry_is_given_back(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "new", commits=0)
    for write in (
        lambda store: store.set("plan", {"é": 1}),
        lambda store: store.set("plan", {"é": 1}, branch="main"),
    ):
        with pytest.raises(Refused, match="branch main has no commit yet") as caught:
            write(store_of(root))
        assert json.loads(caught.value.unsaved or "") == {
            **{"branch": "main", "timestamp": "2031-05-04T12:00:00Z", "key": "plan"},
            **{"value": {"é": 1}, "id": "id-1"},
        }
    assert git(root, "for-each-ref") == ""


def test_outside_of_a_repository_the_entry_is_given_back(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="in no git repository") as caught:
        store_of(tmp_path).set("plan", 1)
    assert '"key": "plan"' in (caught.value.unsaved or "")


def test_a_ref_that_stays_locked_is_refused_in_words(git: GitHelper, deck: Path) -> None:
    store_of(deck).set("a", 1)
    lock = deck / ".git" / REF
    lock.with_name("agents.lock").touch()
    with pytest.raises(Refused, match=r"remove .*agents\.lock, which a killed one left") as caught:
        store_of(deck, patience=QUICK).set("b", 2)
    assert '"key": "b"' in (caught.value.unsaved or "")
    lock.with_name("agents.lock").unlink()
    assert [entry.key for entry in entries(deck)] == ["a"]


def test_refs_of_each_agent_below_it_are_a_refusal(git: GitHelper, deck: Path) -> None:
    git.note(deck, "x", ref=f"{REF}/scout")
    with pytest.raises(Refused, match="the setting notes"):
        store_of(deck).set("a", 1)


def test_damage_that_would_hide_the_entry_is_a_refusal(git: GitHelper, deck: Path) -> None:
    head = git(deck, "rev-parse", "HEAD")
    git.notes_at_once(deck, [(head, b' {"a":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1\n' * 20_000)])
    tip = git(deck, "rev-parse", REF)
    with pytest.raises(Refused, match="damaged in a way that hides"):
        store_of(deck).set("a", 1)
    assert git(deck, "rev-parse", REF) == tip
    assert list((deck / ".git" / "objects" / "pack").iterdir()) == []


def test_a_lost_note_is_not_written_over(git: GitHelper, deck: Path) -> None:
    git.note(deck, "dear")
    tip = git(deck, "rev-parse", REF)
    blob = git(deck, "rev-parse", f"{REF}:{git(deck, 'rev-parse', 'HEAD')}")
    (deck / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(Unusable, match="lost or damaged"):
        store_of(deck).set("a", 1)
    assert git(deck, "rev-parse", REF) == tip


def test_an_entry_that_another_writer_drops_is_written_again(git: GitHelper, deck: Path) -> None:
    """As a slower `git notes append` does it, which read the ref before us."""
    git.note(deck, '{"branch": "main", "key": "theirs"}')
    before = git(deck, "rev-parse", REF)
    drops = itertools.count()

    def drop(step: str) -> None:
        if step == "written" and next(drops) < 2:
            git(deck, "update-ref", REF, before)

    store = store_of(deck, at_step=drop)
    store.set("a", 1)
    assert [entry.key for entry in entries(deck)] == ["theirs", "a"]


def test_an_entry_that_is_dropped_each_time_is_not_stored(git: GitHelper, deck: Path) -> None:
    git.note(deck, "theirs")
    before = git(deck, "rev-parse", REF)

    def drop(step: str) -> None:
        if step == "written":
            git(deck, "update-ref", REF, before)

    with pytest.raises(Refused, match="each time it was written"):
        store_of(deck, at_step=drop, patience=QUICK).set("a", 1)
    assert git(deck, "rev-parse", REF) == before


def test_a_ref_that_moves_meanwhile_is_read_again(git: GitHelper, deck: Path) -> None:
    moves = itertools.count()

    def move(step: str) -> None:
        if step == "read" and next(moves) < 3:
            git.note(deck, f'{{"branch": "main", "key": "theirs {next(moves)}"}}')

    stored = store_of(deck, at_step=move).set("a", 1)
    keys = [entry.key for entry in entries(deck)]
    assert (keys[-1], len(keys)) == ("a", 3)
    assert stored.entry.position == 2


def test_what_cannot_be_read_back_is_not_stored(
    git: GitHelper, deck: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of(deck)
    store.set("a", 1)
    lying = deck.parent / "bin"
    lying.mkdir()
    real = shutil.which("git")
    script = (
        f'#!/bin/sh\ncase "$*" in *fast-import*) cat >/dev/null; echo {"0" * 40}; exit 0;; esac\n'
        f'exec "{real}" "$@"\n'
    )
    (lying / "git").write_text(script, encoding="utf-8")
    (lying / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{lying}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(GitFailed, match="could not be read back") as caught:
        store.set("b", 2)
    assert '"key": "b"' in (caught.value.unsaved or "")


def test_a_git_that_fails_after_it_has_stored_stores_once(
    git: GitHelper, deck: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that the time limit ends between moving the ref and its own end."""
    failing = deck.parent / "bin"
    failing.mkdir()
    real = shutil.which("git")
    script = f'#!/bin/sh\n"{real}" "$@" || exit\ncase "$*" in *fast-import*) exit 9;; esac\n'
    (failing / "git").write_text(script, encoding="utf-8")
    (failing / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{failing}{os.pathsep}{os.environ['PATH']}")
    store = store_of(deck)
    store.set("a", 1)
    store.set("b", 2)
    assert [entry.key for entry in entries(deck)] == ["a", "b"]


@pytest.mark.fault("no room for the notes (file size limit)")
def test_a_full_disk_leaves_the_old_notes(git: GitHelper, deck: Path) -> None:
    store_of(deck).set("a", 1)
    tip = git(deck, "rev-parse", REF)
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from memdeck.errors import MemdeckError; from memdeck.notes.store import NotesStore\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "import random\n"
        "value = random.Random(1).randbytes(100_000).hex()\n"
        "try:\n    NotesStore(Path(sys.argv[1])).set('b', value)\n"
        "except MemdeckError as error:\n    print(type(error).__name__, len(error.unsaved))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(deck)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("GitFailed 200")
    assert git(deck, "rev-parse", REF) == tip
    assert not list((deck / ".git").glob("fast_import_crash*"))
    store_of(deck).set("c", 3)
    assert [entry.key for entry in entries(deck)] == ["a", "c"]


# --- Carrying over ----------------------------------------------------------------------------


def test_an_entry_is_carried_from_another_branch(git: GitHelper, deck: Path) -> None:
    store = store_of(deck)
    store.set("plan", "old", branch="fog", extra={"agent": "scout"})
    theirs = {"branch": "fog", "key": "plan", "value": {"n": 1}, "agent": "owl", "id": 5}
    git(deck, "notes", f"--ref={REF}", "remove", "HEAD")
    git.note(deck, json.dumps({**theirs, "timestamp": 7}))
    later = store_of(deck, now=lambda: NOON + timedelta(hours=1), new_id=lambda _: "carried")
    stored = later.carry("plan", "fog")
    assert stored.entry == replace(
        entries(deck)[-1],
        **{"branch": "main", "timestamp": "2031-05-04T13:00:00Z", "value": {"n": 1}},
        **{"id": "carried", "extra": {"agent": "owl"}},
    )
    assert len(entries(deck)) == 2
    with pytest.raises(Refused, match="plan on main says the same already"):
        later.carry("plan", "fog")
    store_of(deck, now=lambda: NOON + timedelta(hours=2)).set("plan", {"n": True})
    store_of(deck, now=lambda: NOON + timedelta(hours=3)).carry("plan", "fog")
    assert repr(latest_entries(read_notes(deck, (), REF))[0].value) == "{'n': 1}"


def test_what_is_not_there_is_not_carried(deck: Path) -> None:
    store = store_of(deck)
    store.set("plan", 1, branch="fog")
    for key, branch in (("plan", "gone"), ("other", "fog"), ("--all", "-x")):
        with pytest.raises(NothingFound, match="nothing was carried"):
            store.carry(key, branch)
    with pytest.raises(WrongUsage, match="to itself"):
        store.carry("plan", "main")
    assert len(entries(deck)) == 1


# --- Repositories of all kinds -------------------------------------------------------------


def test_nothing_of_the_persons_is_touched(git: GitHelper, deck: Path) -> None:
    (deck / "kept.txt").write_text("work\n", encoding="utf-8")
    (deck / "staged.txt").write_text("work\n", encoding="utf-8")
    git(deck, "add", "staged.txt")
    git(deck, "branch", "other")
    before = state(deck)
    store = store_of(deck)
    for number in range(3):
        store.set("a", number)
    with pytest.raises(WrongUsage):
        store.set("a", 1, commit="gone")
    assert state(deck) == before


def test_a_hostile_repository_runs_nothing(git: GitHelper, deck: Path, tmp_path: Path) -> None:
    marker = tmp_path / "started"
    make_hostile(git, deck, marker)
    marker.unlink(missing_ok=True)
    store_of(deck).set("a", 1)
    store_of(deck).carry("a", "main", branch="fog")
    assert not marker.exists()
    assert len(entries(deck)) == 2


def test_a_worktree_writes_to_the_repository_it_belongs_to(git: GitHelper, deck: Path) -> None:
    other = deck.parent / "other"
    git(deck, "worktree", "add", "-q", "-b", "fog", str(other))
    assert store_of(other).set("a", 1).entry.branch == "fog"
    assert store_of(deck).set("b", 2).entry.branch == "main"
    assert {(each.branch, each.key) for each in entries(other)} == {("fog", "a"), ("main", "b")}
    assert (deck / ".git" / "memdeck.lock").exists()


def test_a_submodule_has_notes_of_its_own(git: GitHelper, deck: Path, tmp_path: Path) -> None:
    outer = git.repository(tmp_path / "outer")
    allow = ("-c", "protocol.file.allow=always")
    git(outer, *allow, "submodule", "add", "-q", str(deck), "inner")
    store_of(outer / "inner").set("a", 1)
    assert [each.key for each in entries(outer / "inner")] == ["a"]
    assert git(outer, "for-each-ref", "refs/notes") == git(deck, "for-each-ref", "refs/notes") == ""


def test_packed_refs_and_packed_objects_are_no_matter(git: GitHelper, deck: Path) -> None:
    store = store_of(deck)
    store.set("a", 1)
    git(deck, "pack-refs", "--all")
    git(deck, "gc", "-q", "--prune=now")
    store.set("b", 2)
    git(deck, "pack-refs", "--all")
    store_of(deck).set("c", 3)
    assert [each.key for each in entries(deck)] == ["a", "b", "c"]


def test_a_bare_repository_can_be_written_to(git: GitHelper, deck: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(deck), "bare")
    store_of(tmp_path / "bare").set("a", 1)
    assert [each.key for each in entries(tmp_path / "bare")] == ["a"]


def test_a_sha256_repository_can_be_written_to(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck", "--object-format=sha256")
    store = store_of(root)
    store.set("a", 1)
    store.set("b", 2)
    assert [(each.key, len(each.commit)) for each in entries(root)] == [("a", 64), ("b", 64)]
    git(root, "fsck", "--strict")


def test_a_reftable_repository_can_be_written_to(git: GitHelper, tmp_path: Path) -> None:
    try:
        root = git.repository(tmp_path / "deck", "--ref-format=reftable")
    except AssertionError:
        pytest.skip("the installed git makes no reftable repositories (2.45 and later do)")
    store = store_of(root)
    store.set("a", 1)
    git.note(root, '{"branch": "main", "key": "theirs"}')
    store.set("b", 2)
    assert [each.key for each in entries(root)] == ["a", "theirs", "b"]


def test_a_tree_that_git_notes_fanned_out_is_written_into(git: GitHelper, deck: Path) -> None:
    """More than 256 commits, with git and memdeck taking turns."""
    stream = b"".join(
        b"commit refs/heads/many\ncommitter A <a@x> %d +0000\ndata 0\n\n" % number
        for number in range(300)
    )
    git(deck, "fast-import", "--quiet", stdin=stream)
    ids = git(deck, "rev-list", "many").split()
    blank = git(deck, "hash-object", "-w", "--stdin", stdin=b'{"branch":"b","key":"git"}\n')
    copies = "".join(
        f"{blank_commit} {each}\n" for blank_commit, each in ((ids[0], i) for i in ids[1:])
    )
    git(deck, "notes", f"--ref={REF}", "add", "-C", blank, ids[0])
    git(deck, "notes", f"--ref={REF}", "copy", "--stdin", stdin=copies.encode())
    assert " tree " in git(deck, "ls-tree", REF)
    store = store_of(deck)
    for each in (*ids[:3], ids[0]):
        store.set("ours", each, commit=each)
    git.note(deck, '{"branch":"b","key":"git"}', on="main")
    store.set("ours", "main", commit="main")
    found = entries(deck)
    assert len(found) == 301 + 5
    assert len([each for each in found if each.key == "ours"]) == 5
    assert len(git(deck, "notes", f"--ref={REF}", "list").splitlines()) == 301


def test_the_first_repository_of_the_settings_is_written_to(
    git: GitHelper, deck: Path, tmp_path: Path
) -> None:
    root = tmp_path / "agent"
    (root / "memory").mkdir(parents=True)
    settings_text = '[notes]\nrepositories = ["../gone", "../deck"]\nref = "refs/notes/mine"\n'
    (root / "memdeck.toml").write_text(settings_text, encoding="utf-8")
    with pytest.raises(Unusable):
        store_of(tmp_path / "gone").set("a", 1)
    (tmp_path / "gone").mkdir()
    stored = store_of(open_workspace(root)).set("a", 1)  # type: ignore[arg-type]
    assert stored.tip == git(deck, "rev-parse", "refs/notes/mine")


# --- Others read it --------------------------------------------------------------------------

ODD = {"text": 'quote " back \\ \n 😀 \0', "list": [1, 2.5, None, True], "": {}}


def test_the_articles_pipeline_reads_what_is_written(git: GitHelper, deck: Path) -> None:
    """Its `get` and `list`, with their fault mended: `git notes list` prints two columns."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    git.note(
        deck,
        json.dumps(
            {"branch": "main", "timestamp": "2030-01-01T00:00:00Z", "key": "k", "value": 0},
            indent=2,
        ),
    )
    store = store_of(deck)
    store.set("plan", ODD)
    git.commit(deck)
    store.set("other", "x", branch="fog")
    list_notes = f"git notes --ref={REF} list | while read -r note on; do"
    show_note = f"git notes --ref={REF} show $on"

    def shell(script: str) -> Any:
        done = subprocess.run(
            ["sh", "-c", script], cwd=deck, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    on_main = "jq -r 'select(.branch == \"main\") | .'"
    latest = shell(
        f"{list_notes} {show_note} | {on_main}; done | jq -s 'sort_by(.timestamp) | last'"
    )
    assert (latest["key"], latest["value"]) == ("plan", ODD)
    count = "group_by(.branch) | map({branch: .[0].branch, count: length})"
    counted = shell(f"{list_notes} {show_note}; done | jq -s '{count}'")
    assert counted == [{"branch": "fog", "count": 1}, {"branch": "main", "count": 2}]


def test_git_notes_show_prints_lines_that_any_json_reader_takes(git: GitHelper, deck: Path) -> None:
    store = store_of(deck)
    store.set("plan", ODD)
    store.set("plan", "again")
    shown = git(deck, "notes", f"--ref={REF}", "show")
    lines = shown.split("\n")
    assert [bool(line) for line in lines] == [True, False, True]
    assert [list(json.loads(line)) for line in lines if line] == [
        ["branch", "timestamp", "key", "value", "id"]
    ] * 2
    assert json.loads(lines[0])["value"] == ODD


def test_an_unsaved_entry_is_one_line_of_ascii() -> None:
    line = unsaved_line(Entry("b\n", "t", "é\udcff", "\x1b[2J", "", 0, "7", {"agent": "x"}))
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["key"] == "é\udcff"
