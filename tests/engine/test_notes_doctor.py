"""What endangers the notes is found, and mended without taking anything away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.errors import Refused
from memdeck.git import Git
from memdeck.model import DamagedSpan, RepositoryNotes
from memdeck.notes.codec import compact, parse_note
from memdeck.notes.doctor import examine, mend
from memdeck.notes.findings import ConfigFix, Finding, Kind, NoteFix, Severity
from memdeck.notes.reader import latest_entries, read_notes
from memdeck.notes.repair import repaired
from memdeck.notes.wiring import Setting, examine_configuration

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"
NOW = datetime(2031, 6, 1, 12, tzinfo=UTC)


def entry(key: str = "plan", value: Any = "x", branch: str = "main", second: int = 0) -> str:
    timestamp = f"2031-05-04T03:02:{second:02}Z"
    return json.dumps({"branch": branch, "timestamp": timestamp, "key": key, "value": value})


def template(key: str, value: str, second: int = 0) -> str:
    """As a shell script pastes it."""
    return (
        f'{{\n  "branch": "main",\n  "timestamp": "2031-05-04T03:02:{second:02}Z",\n'
        f'  "key": "{key}",\n  "value": {value}\n}}'
    )


def read(root: Path) -> RepositoryNotes:
    notes = read_notes(root, (), REF).primary
    assert notes is not None
    return notes


def found(root: Path, *kinds: Kind) -> list[Finding]:
    findings = examine(Git(root), REF, read(root))
    return [each for each in findings if not kinds or each.kind in kinds]


def mended(root: Path, findings: Sequence[Finding]) -> tuple[str, ...]:
    fixes = [each.fix for each in findings if each.fix is not None]
    return mend(Git(root), REF, fixes, now=lambda: NOW)


def wired(git: GitHelper, root: Path) -> Path:
    git(root, "config", "notes.rewriteRef", REF)
    return root


def values(root: Path) -> dict[str, Any]:
    return {each.key: each.value for each in latest_entries(read_notes(root, (), REF))}


# --- Damaged entries ---------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "meant"),
    [
        ("words", "forgot the quotes", ("words", "forgot the quotes")),
        ('a "quoted" key', '"lost"', ('a "quoted" key', "lost")),
        ("lines", '"one\ntwo"', ("lines", "one\ntwo")),
        ("inner", '"he said "no" twice"', ("inner", 'he said "no" twice')),
        ("path", r"C:\deck\notes", ("path", r"C:\deck\notes")),
        ("nan", "NaN", ("nan", "NaN")),
        ("twice", '{"a": 1, "a": 2}', ("twice", '{"a": 1, "a": 2}')),
        ("huge", "1e999", ("huge", "1e999")),
        ("list", "[1, 2,]", ("list", "[1, 2,]")),
        ("ok but for the key \\x", "3", ("ok but for the key \\x", 3)),
        ("umlaut", "grün\ttab", ("umlaut", "grün\ttab")),
    ],
)
def test_what_a_pasting_writer_meant_is_told(key: str, value: str, meant: tuple[str, Any]) -> None:
    entries, (span,) = parse_note(template(key, value).encode(), "c" * 40)
    assert entries == ()
    copy = repaired(span)
    assert copy is not None
    assert (copy.key, copy.value) == meant
    assert type(copy.value) is type(meant[1])
    assert (copy.branch, copy.timestamp) == ("main", "2031-05-04T03:02:00Z")
    again, damaged = parse_note(compact(copy), "c" * 40)
    assert (again[0].id, damaged) == (copy.id, ())


@pytest.mark.parametrize(
    "text",
    [
        "words",
        '{"branch": "main"}',
        template("k", "cut off")[:-2],
        template("k", "") + "",
        template("k", "one") + "\n" + template("l", "two"),
        template("", "no key"),
        '{"key": "k", "value": 1, "branch": "main", oops}',
        template("k", '{"key": "inner", broken}'),
    ],
)
def test_what_cannot_be_told_for_sure_is_not_guessed(text: str) -> None:
    assert repaired(DamagedSpan("c" * 40, 0, text, "not JSON")) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_repaired_copy_always_reads_as_itself(key: str, value: str) -> None:
    for span in parse_note(template(key, value).encode("utf-8", "surrogatepass"), "c" * 40)[1]:
        copy = repaired(span)
        if copy is not None:
            entries, damaged = parse_note(compact(copy), "c" * 40)
            assert damaged == ()
            assert [(each.key, each.value, each.id) for each in entries] == [
                (copy.key, copy.value, copy.id)
            ]


def test_a_repaired_copy_is_a_new_entry_behind_the_damage(git: GitHelper, tmp_path: Path) -> None:
    root = wired(git, git.repository(tmp_path / "deck"))
    damage = template("plan", "forgot the quotes", second=5)
    git.note(root, damage)
    git.note(root, entry("plan", "newer", second=9))
    git.note(root, entry("owner", "ada"))
    note = git(root, "notes", f"--ref={REF}", "show")
    (finding,) = found(root)
    assert (finding.kind, finding.severity) == (Kind.DAMAGED, Severity.HARM)
    assert isinstance(finding.fix, NoteFix)
    assert "plan on main of 2031-05-04T03:02:05Z = " in finding.fix.words
    assert git(root, "notes", f"--ref={REF}", "show") == note

    assert len(mended(root, [finding])) == 1
    assert found(root) == []
    after = git(root, "notes", f"--ref={REF}", "show")
    assert after.startswith(note)
    # It takes its place in the history; what was stored later stays the latest.
    assert values(root) == {"plan": "newer", "owner": "ada"}
    plan = next(each for each in read(root).branches[0].keys if each.latest.key == "plan")
    assert [each.value for each in plan.earlier] == ["forgot the quotes"]
    assert len(read(root).damaged) == 1

    tip = git(root, "rev-parse", REF)
    mended(root, [finding])
    assert git(root, "rev-parse", REF) == tip


def test_damage_that_cannot_be_read_is_told_and_left(git: GitHelper, tmp_path: Path) -> None:
    root = wired(git, git.repository(tmp_path / "deck"))
    git.note(root, "not even an object")
    (finding,) = found(root)
    assert (finding.kind, finding.severity, finding.fix) == (Kind.DAMAGED, Severity.RISK, None)


def test_nothing_is_put_behind_damage_that_would_swallow_it(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    head = git(root, "rev-parse", "HEAD")
    fix = NoteFix(head, (b'{"branch":"main"}',), "store what is no entry")
    with pytest.raises(Refused, match="hides what is written behind it"):
        mend(Git(root), REF, [fix], now=lambda: NOW)
    assert read(root).tip is None


# --- Rewritten commits -------------------------------------------------------


def test_notes_of_amended_commits_are_found_and_copied(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck", commits=2)
    git.note(root, entry("plan", "a") + "\n" + entry("owner", "ada"))
    old = git(root, "rev-parse", "HEAD")
    git(root, "commit", "-q", "--allow-empty", "--amend", "-m", "Another word for it")
    git(root, "commit", "-q", "--allow-empty", "--amend", "-m", "And another")
    new = git(root, "rev-parse", "HEAD")
    git.note(root, entry("owner", "ada"))
    git.commit(root, "Later")
    wired(git, root)
    (finding,) = found(root)
    assert (finding.kind, finding.where) == (Kind.REWRITTEN, old[:12])
    assert f"its place was taken by {new[:12]} (it was amended)" in finding.words
    assert "copy 1 entry" in (finding.fix.words if finding.fix else "")
    mended(root, [finding])
    assert found(root) == []
    assert {each.key for each in read(root).entries if each.commit == new} == {"plan", "owner"}
    assert len([each for each in read(root).entries if each.commit == old]) == 2


def test_notes_of_rebased_commits_are_found_by_author_and_time(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    git(root, "checkout", "-q", "-b", "work")
    dates = ("2031-01-01T00:00:01Z", "2031-01-01T00:00:02Z")
    olds = []
    for number, date in enumerate(dates):
        (root / f"file {number}").write_text("x", encoding="utf-8")
        git(root, "add", ".")
        git(root, "commit", "-q", "-m", f"Step {number}", environment={"GIT_AUTHOR_DATE": date})
        git.note(root, entry(f"k{number}", branch="work"))
        olds.append(git(root, "rev-parse", "HEAD"))
    git(root, "checkout", "-q", "main")
    git.commit(root, "Meanwhile")
    git(root, "checkout", "-q", "work")
    git(root, "rebase", "-q", "main")
    wired(git, root)
    news = git(root, "rev-list", "--reverse", "main..work").splitlines()
    findings = found(root, Kind.REWRITTEN)
    assert {each.where for each in findings} == {each[:12] for each in olds}
    mended(root, findings)
    keys = {each.commit: each.key for each in read(root).entries if each.commit in news}
    assert [keys[each] for each in news] == ["k0", "k1"]
    assert found(root) == []


def test_what_git_itself_carried_along_is_no_finding(git: GitHelper, tmp_path: Path) -> None:
    """Also when the lines of several reflogs are told in turn, as they are by their times."""
    root = wired(git, git.repository(tmp_path / "deck"))
    git.note(root, entry())
    for number in range(3):
        later = {"GIT_COMMITTER_DATE": f"2031-01-01T00:00:0{number}Z"}
        words = ("commit", "-q", "--allow-empty", "--amend", "-m", f"Word {number}")
        git(root, *words, environment=later)
    assert found(root) == []


def test_without_a_doubt_or_not_at_all(git: GitHelper, tmp_path: Path) -> None:
    """Two commits that fit as well, and a branch that was deleted, are left alone."""
    root = wired(git, git.repository(tmp_path / "deck"))
    date = {"GIT_AUTHOR_DATE": "2031-01-01T00:00:00Z"}
    git(root, "checkout", "-q", "-b", "past")
    git(root, "commit", "-q", "--allow-empty", "-m", "Same", environment=date)
    git.note(root, entry(branch="past"))
    for branch in ("one", "two"):
        git(root, "checkout", "-q", "-b", branch, "main")
        git.commit(root, branch)
        git(root, "commit", "-q", "--allow-empty", "-m", "Same", environment=date)
    git(root, "branch", "-D", "past")
    (finding,) = found(root)
    assert (finding.kind, finding.severity, finding.fix) == (Kind.ORPHANED, Severity.NOTE, None)


def test_another_work_tree_keeps_its_commits(git: GitHelper, tmp_path: Path) -> None:
    root = wired(git, git.repository(tmp_path / "deck"))
    git(root, "worktree", "add", "-q", "--detach", tmp_path / "other")
    git.commit(tmp_path / "other", "Only there")
    git.note(tmp_path / "other", entry())
    assert found(root) == []


def test_commits_that_are_gone_are_told(git: GitHelper, tmp_path: Path) -> None:
    root = wired(git, git.repository(tmp_path / "deck"))
    git.notes_at_once(root, [(git(root, "rev-parse", "HEAD"), entry().encode())])
    tree = git(root, "rev-parse", REF + "^{tree}")
    blob = git(root, "ls-tree", tree).split()[2]
    lost = f"100644 blob {blob}\t{'ab' * 20}\n"
    tree = git(root, "mktree", stdin=lost.encode())
    git(root, "update-ref", REF, git(root, "commit-tree", tree, "-m", "n"))
    (finding,) = found(root)
    assert (finding.kind, finding.severity, finding.where) == (
        *(Kind.GONE, Severity.NOTE, "ab" * 6),
    )


# --- Settings ----------------------------------------------------------------


def settings(*pairs: tuple[str, str], scope: str = "local") -> list[Setting]:
    right = [
        ("notes.rewriteref", "refs/notes/*"),
        ("remote.origin.url", "/far"),
        ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"),
        ("remote.origin.fetch", f"+{REF}:refs/memdeck/remote/origin/agents"),
    ]
    return [Setting(scope, *each) for each in (*right, *pairs)]


def test_a_repository_that_is_set_up_has_no_finding() -> None:
    assert list(examine_configuration(settings(), REF)) == []


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("remote.origin.fetch", "+refs/notes/*:refs/notes/*", Kind.FETCH_ONTO_NOTES),
        ("remote.origin.fetch", f"{REF}:{REF}", Kind.FETCH_ONTO_NOTES),
        ("remote.origin.fetch", "+refs/*:refs/*", Kind.FETCH_ONTO_NOTES),
        ("remote.origin.fetch", f"+refs/notes/x:{REF}", Kind.FETCH_ONTO_NOTES),
        ("remote.origin.push", "refs/notes/*", Kind.PUSH_REFSPEC),
        ("remote.origin.push", f"+{REF}:{REF}", Kind.PUSH_REFSPEC),
        ("remote.origin.push", "refs/notes/*:refs/notes/*", Kind.PUSH_REFSPEC),
        ("notes.mergestrategy", "cat_sort_uniq", Kind.MERGE_STRATEGY),
        ("notes.agents.mergestrategy", "union", Kind.MERGE_STRATEGY),
        ("notes.mergestrategy", "ours", Kind.MERGE_STRATEGY),
    ],
)
def test_settings_that_harm_are_found(name: str, value: str, kind: Kind) -> None:
    (finding,) = examine_configuration(settings((name, value)), REF)
    assert (finding.kind, finding.severity) == (kind, Severity.HARM)
    wide = value == "+refs/*:refs/*"
    assert finding.fix == (None if wide else ConfigFix("remove", name, value))
    (elsewhere,) = examine_configuration([*settings(), Setting("global", name, value)], REF)
    assert elsewhere.fix is None
    assert "global configuration" in elsewhere.words


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("remote.origin.fetch", "+refs/notes/*:refs/notes/origin/*"),
        ("remote.origin.fetch", "^refs/notes/agents"),
        ("remote.origin.push", "refs/heads/*:refs/heads/*"),
        ("remote.origin.push", "refs/notes/commits"),
        ("notes.mergestrategy", "manual"),
        ("notes.other.mergestrategy", "union"),
        ("branch.main.merge", REF),
    ],
)
def test_other_settings_are_left_alone(name: str, value: str) -> None:
    assert list(examine_configuration(settings((name, value)), REF)) == []


def test_what_is_missing_is_set_and_what_harms_is_taken_out(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    far = git.repository(tmp_path / "far.git", "--bare", commits=0)
    for remote in ("origin", "team/one", "-odd"):
        git(root, "config", f"remote.{remote}.url", str(far))
    harmful = (
        ("remote.origin.fetch", "+refs/notes/*:refs/notes/*"),
        ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"),
        ("remote.origin.push", "refs/notes/agents"),
        ("remote.origin.push", "refs/heads/main"),
        ("notes.mergeStrategy", "union"),
    )
    for name, value in harmful:
        git(root, "config", "--add", name, value)
    findings = found(root)
    assert [each.kind for each in findings] == [
        *(Kind.NO_FETCH, Kind.NO_FETCH, Kind.NO_FETCH, Kind.NO_REWRITE_REF, Kind.PUSH_REFSPEC),
        *(Kind.FETCH_ONTO_NOTES, Kind.MERGE_STRATEGY),
    ]
    assert len(mended(root, findings)) == 6
    (left,) = found(root)
    assert (left.where, left.fix) == ("remote.-odd.fetch", None)
    assert git(root, "config", "--get-all", "remote.origin.fetch").splitlines() == [
        "+refs/heads/*:refs/remotes/origin/*",
        "+refs/notes/agents*:refs/memdeck/remote/origin/agents*",
    ]
    assert git(root, "config", "--get-all", "remote.origin.push") == "refs/heads/main"
    assert git(root, "config", "--get", "notes.rewriteRef") == REF
    # Also while the remote has no notes; and when it has some, they come.
    git(root, "fetch", "-q", "origin")
    git.note(root, entry())
    git(root, "push", "-q", str(far), REF)
    git(root, "fetch", "-q", "origin")
    assert git(root, "rev-parse", "refs/memdeck/remote/origin/agents", REF).split()[0] == git(
        root, "rev-parse", REF
    )


# --- Names, secrets, remotes -------------------------------------------------


def test_refs_that_cannot_stand_beside_each_other_are_told(git: GitHelper, tmp_path: Path) -> None:
    root = wired(git, git.repository(tmp_path / "deck"))
    git.note(root, entry(), ref=f"{REF}/scout")
    (finding,) = found(root)
    assert (finding.kind, finding.where) == (Kind.NAME_CLASH, f"{REF}/scout")
    other = wired(git, git.repository(tmp_path / "other"))
    git(other, "config", "notes.rewriteRef", "refs/notes/*")
    git.note(other, entry())
    ref = f"{REF}/scout"
    notes = read_notes(other, (), ref).primary
    assert notes is not None
    (finding,) = examine(Git(other), ref, notes)
    assert (finding.kind, finding.where) == (Kind.NAME_CLASH, REF)


def test_secrets_are_found_everywhere_and_never_repeated(git: GitHelper, tmp_path: Path) -> None:
    root = wired(git, git.repository(tmp_path / "deck"))
    token = "np" + "m_" + "aB3" * 12
    git.note(root, entry("login", {"deep": [f"use {token}"]}, second=3))
    git.note(root, entry("plain", "words"))
    git.note(root, entry(f"key {token}", 1))
    git.note(root, template("pasted", f"{token} unquoted"))
    git.note(root, f"---\ntype: x\nsummary: y\n---\n{token}\n", ref="refs/notes/mem/ops")
    findings = found(root)
    assert [each.kind for each in findings] == [Kind.DAMAGED, *[Kind.SECRET] * 4]
    assert not any(token in text for each in findings for text in (each.where, each.words))
    assert token not in (findings[0].fix.words if findings[0].fix else "")
    assert "login on main" in " ".join(each.where for each in findings)
    assert all("npm token" in each.words for each in findings[1:])


def test_notes_that_were_fetched_and_not_brought_together_are_told(
    git: GitHelper, tmp_path: Path
) -> None:
    root = wired(git, git.repository(tmp_path / "deck"))
    git.note(root, entry("ours"))
    far = tmp_path / "far"
    git(tmp_path, "clone", "-q", str(root), str(far))
    git(far, "fetch", "-q", str(root), f"{REF}:{REF}")
    git.note(far, entry("theirs"))
    git(root, "fetch", "-q", str(far), f"+{REF}:refs/memdeck/remote/team/one/agents")
    (finding,) = found(root)
    assert (finding.kind, finding.where) == (Kind.BEHIND, "team/one")
    assert "1 change of the notes of team/one" in finding.words
    git(root, "update-ref", REF, "refs/memdeck/remote/team/one/agents")
    git.note(root, entry("further"))
    assert found(root) == []


def test_a_repository_that_cannot_be_read_is_told(git: GitHelper, tmp_path: Path) -> None:
    notes = RepositoryNotes("deck", tmp_path, None, None, None, problem="It is not there.")
    (finding,) = examine(Git(tmp_path), REF, notes)
    assert (finding.kind, finding.words) == (Kind.UNREADABLE, "It is not there.")


def test_looking_writes_nothing(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, template("plan", "damaged"))
    git(root, "commit", "-q", "--allow-empty", "--amend", "-m", "Other")
    before = {each: each.read_bytes() for each in (root / ".git").rglob("*") if each.is_file()}
    assert found(root)
    after = {each: each.read_bytes() for each in (root / ".git").rglob("*") if each.is_file()}
    assert before == after
