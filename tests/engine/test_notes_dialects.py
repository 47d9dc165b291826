"""What other programs keep in git notes: read in their layouts, never written."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.model import Dialect, DialectNotes, Notes, RepositoryNotes
from memdeck.notes.dialects import dialect_of, moment, parse_dialect
from memdeck.notes.reader import read_notes

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"
COMMIT = "c" * 40


def read(root: Path, previous: RepositoryNotes | None = None, ref: str = REF) -> RepositoryNotes:
    notes = read_notes(root, (), ref, Notes((previous,)) if previous else None).primary
    assert notes is not None
    return notes


def named(notes: RepositoryNotes, name: str) -> DialectNotes:
    return next(each for each in notes.dialects if each.name == name)


BLOCKS = """\
---
type: decisions
timestamp: 2031-03-01T08:30:00+02:00
summary: Count the gulls on Tuesdays
tags:
  - birds
  - schedule
---
## Context
The ferry is empty then.

---

Not a block: the rule above has no fields.

---
Fog: heavy
---

```yaml
---
type: example
---
```

---
type: blockers
timestamp: 2031-03-02T09:00:00Z
summary: "The pier is: closed"
tags: [pier, 'storm']
spec: null
---

Wait for the harbour master.
"""

MEMORIES = {
    "a1b2c3d4": {
        "d": "The lamp needs oil",
        "t": "task",
        "g": ["lamp", "oil"],
        "i": "h",
        "b": "feature/lamp",
        "c": "2031-01-01T10:00:00.123456",
        "u": "2031-01-02T10:00:00",
    },
    "0f0f0f0f": {"d": {"topic": "paint", "colour": "white"}, "c": "2031-01-03T00:00:00"},
    "ffffffff": "only words",
}


def test_the_layout_is_told_by_the_name_of_the_ref() -> None:
    assert dialect_of("refs/notes/agents/scout", REF) is Dialect.AGENT
    assert dialect_of("refs/notes/mem/decisions", REF) is Dialect.BLOCKS
    assert dialect_of("refs/notes/mem-feature-x", REF) is Dialect.KEYED
    assert dialect_of("refs/notes/ent-main", REF) is Dialect.KEYED
    assert dialect_of("refs/notes/idx-main", REF) is Dialect.KEYED
    others = ("commits", "agents", "mem", "memo", "mem-meta/x", "mem-", "tidx-main", "agent/x")
    for name in others:
        assert dialect_of(f"refs/notes/{name}", REF) is None, name
    assert dialect_of("refs/notes/agents/scout", "refs/notes/agents/scout") is None
    assert dialect_of("refs/heads/mem-main", REF) is None


def test_blocks_are_told_apart_from_rules_and_examples_in_them() -> None:
    entries, damaged = parse_dialect(Dialect.BLOCKS, BLOCKS.encode(), COMMIT)
    assert damaged == ()
    assert [each.key for each in entries] == ["Count the gulls on Tuesdays", "The pier is: closed"]
    first, second = entries
    assert first.when == datetime(2031, 3, 1, 6, 30, tzinfo=UTC)
    assert first.details == (("type", "decisions"), ("tags", "birds, schedule"))
    assert first.text.startswith("## Context\nThe ferry is empty then.")
    assert "Fog: heavy" in first.text
    assert "type: example" in first.text
    assert second.details == (("type", "blockers"), ("tags", "pier, storm"), ("spec", ""))
    assert second.text == "Wait for the harbour master."
    assert (second.commit, second.position) == (COMMIT, 1)


def test_a_fence_that_is_never_closed_hides_no_block() -> None:
    text = "---\ntype: a\nsummary: one\n---\n```\nopen\n\n---\ntype: b\nsummary: two\n---\nend\n"
    entries, _ = parse_dialect(Dialect.BLOCKS, text.encode(), COMMIT)
    assert [each.key for each in entries] == ["one", "two"]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_blocks_with_any_line_ends_and_a_byte_order_mark(ends: str) -> None:
    note = ("\ufeff" + BLOCKS.replace("\n", ends)).encode()
    entries, damaged = parse_dialect(Dialect.BLOCKS, note, COMMIT)
    assert [each.when for each in entries] == [
        datetime(2031, 3, 1, 6, 30, tzinfo=UTC),
        datetime(2031, 3, 2, 9, tzinfo=UTC),
    ]
    assert damaged == ()


def test_what_stands_before_the_first_block_is_kept() -> None:
    entries, damaged = parse_dialect(Dialect.BLOCKS, b"loose words\n\n" + BLOCKS.encode(), COMMIT)
    assert [each.position for each in entries] == [1, 2]
    assert [each.text for each in damaged] == ["loose words"]
    assert damaged[0].reason == "text without front matter"


def test_a_block_without_a_summary_or_a_time_is_known_by_its_first_line() -> None:
    text = "---\ntype: progress\ntimestamp: yesterday\n---\n\n# Half way\nmore\n"
    (entry,), _ = parse_dialect(Dialect.BLOCKS, text.encode(), COMMIT)
    assert (entry.key, entry.when) == ("Half way", None)
    assert entry.details == (("type", "progress"), ("timestamp", "yesterday"))


def test_one_object_by_ids_is_read_with_what_it_tells() -> None:
    note = json.dumps(MEMORIES, separators=(",", ":")).encode()
    entries, damaged = parse_dialect(Dialect.KEYED, note, COMMIT)
    assert damaged == ()
    assert [(each.key, each.text) for each in entries] == [
        ("a1b2c3d4", "The lamp needs oil"),
        ("0f0f0f0f", '{"topic": "paint", "colour": "white"}'),
        ("ffffffff", "only words"),
    ]
    assert entries[0].when == datetime(2031, 1, 2, 10, tzinfo=UTC)
    assert entries[0].details == (
        *(("type", "task"), ("tags", "lamp, oil"), ("branch", "feature/lamp"), ("importance", "h")),
    )


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (b"{", "not JSON: "),
        (b"[1]", "JSON that is no object"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a whole number of more than 4300 digits"),
    ],
)
def test_what_is_no_such_object_is_kept_as_damaged(note: bytes, reason: str) -> None:
    entries, (span,) = parse_dialect(Dialect.KEYED, note, COMMIT)
    assert entries == ()
    assert span.text == note.decode()
    assert span.reason.startswith(reason)


@given(st.sampled_from(Dialect), st.binary())
def test_any_bytes_are_read_without_an_error(dialect: Dialect, note: bytes) -> None:
    parse_dialect(dialect, note, COMMIT)


@given(st.lists(st.sampled_from(["---", "type: x", "", "```", "~~~ y", "- a", " b", "words"])))
def test_no_line_of_blocks_is_lost(lines: list[str]) -> None:
    """Every line stands in an entry, its details, or a damaged span."""
    text = "\n".join([*lines, "", "MARKER"])
    entries, damaged = parse_dialect(Dialect.BLOCKS, text.encode(), COMMIT)
    held = [each.text for each in entries] + [each.text for each in damaged]
    assert sum("MARKER" in each for each in held) == 1


def test_a_block_of_300_kb_is_read(git: GitHelper) -> None:
    note = BLOCKS.encode() + b"- line of the log\n\n---\n" * 15_000
    entries, _ = parse_dialect(Dialect.BLOCKS, note, COMMIT)
    assert len(entries) == 2
    assert len(entries[1].text) > 300_000


def test_times_without_a_zone_are_utc() -> None:
    assert moment("2031-01-01T10:00:00") == datetime(2031, 1, 1, 10, tzinfo=UTC)
    zone = timezone(timedelta(hours=-5))
    assert moment("2031-01-01T10:00:00-05:00") == datetime(2031, 1, 1, 10, tzinfo=zone)
    for nothing in ("", "soon", 17, None, "0001-01-01T00:00:00+14:00"):
        assert moment(nothing) is None


# --- In a repository ---------------------------------------------------------


def test_the_other_layouts_are_read_beside_memdecks_own(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck", commits=2)
    first, head = git(root, "rev-list", "--reverse", "HEAD").splitlines()
    git.note(root, '{"branch":"main","timestamp":"2031-01-01T00:00:00Z","key":"own","value":1}')
    git.note(root, BLOCKS, ref="refs/notes/mem/decisions")
    git.note(root, json.dumps(MEMORIES), ref="refs/notes/mem-main", on=first)
    git.note(root, '{"e": {"lamp": {"n": 1}}}', ref="refs/notes/ent-main", on=first)
    git.note(root, "a note of a person", ref="refs/notes/commits")
    notes = read(root)
    assert [each.key for each in notes.entries] == ["own"]
    assert [(each.name, each.dialect) for each in notes.dialects] == [
        *(("ent-main", Dialect.KEYED), ("mem-main", Dialect.KEYED)),
        ("mem/decisions", Dialect.BLOCKS),
    ]
    decisions = named(notes, "mem/decisions")
    assert [each.key for each in decisions.entries] == [
        *("The pier is: closed", "Count the gulls on Tuesdays")
    ]
    assert {each.commit for each in decisions.entries} == {head}
    assert named(notes, "mem-main").entries[0].commit == first
    assert [each.text for each in named(notes, "ent-main").entries] == ['{"lamp": {"n": 1}}']


def test_one_ref_for_each_agent_is_read_as_such(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    text = '{"branch":"side","timestamp":"2031-01-01T00:00:00Z","key":"k","value":{"a":1}}{"oops"}'
    git.note(root, text, ref="refs/notes/agents/night/scout")
    git.note(root, text.replace("side", "main"), ref="refs/notes/agents/ada")
    notes = read(root)
    assert (notes.tip, notes.branches) == (None, ())
    assert [each.name for each in notes.dialects] == ["agents/ada", "agents/night/scout"]
    (entry,) = notes.dialects[1].entries
    assert (entry.key, entry.text, entry.details) == ("k", '{"a": 1}', (("branch", "side"),))
    assert len(notes.dialects[1].damaged) == 1
    own = read(root, ref="refs/notes/agents/ada")
    assert [each.key for each in own.entries] == ["k"]
    assert [each.name for each in own.dialects] == ["agents/night/scout"]


def test_what_stands_on_commits_that_are_gone_is_told(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    head = git(root, "rev-parse", "HEAD")
    gone = "ab" * 20
    ref = "refs/notes/mem/ops"
    git.notes_at_once(root, [(head, BLOCKS.encode())], ref=ref)
    stream = f"commit {ref}\ncommitter A <a@example.invalid> 1 +0000\ndata 1\nn\nfrom {ref}^0\n"
    note = BLOCKS.encode()
    stream += f"M 100644 inline ab/{gone[2:]}\ndata {len(note)}\n"
    git(root, "fast-import", "--quiet", stdin=stream.encode() + note + b"\n")
    operations = named(read(root), "mem/ops")
    assert len(operations.entries) == 4
    assert {each.commit for each in operations.unreachable} == {gone}
    assert [each.key for each in operations.unreachable] == [
        *("The pier is: closed", "Count the gulls on Tuesdays")
    ]


def test_processes_do_not_grow_with_refs_and_nothing_is_read_twice(
    git: GitHelper, tmp_path: Path, git_started: Callable[[], list[str]]
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, "{}")
    for number in range(12):
        git.note(root, json.dumps(MEMORIES), ref=f"refs/notes/mem-branch-{number}")
        git.note(root, BLOCKS, ref=f"refs/notes/mem/space/{number}")
    git_started()
    before = read(root)
    assert len(before.dialects) == 24
    assert [line.split()[2] for line in git_started()] == [
        *("rev-parse", "ls-tree", "cat-file", "cat-file", "cat-file")
    ]
    assert read(root, before) is before
    assert [line.split()[2] for line in git_started()] == ["rev-parse"]
    git.note(root, BLOCKS, ref="refs/notes/mem/space/3")
    git_started()
    after = read(root, before)
    assert [line.split()[2] for line in git_started()] == ["rev-parse", "cat-file", "cat-file"]
    assert [a.name for a, b in zip(after.dialects, before.dialects, strict=True) if a is not b] == [
        "mem/space/3"
    ]
    assert len(named(after, "mem/space/3").entries) == 4
    assert after.branches is before.branches or list(after.branches) == list(before.branches)
    git(root, "update-ref", "-d", "refs/notes/mem/space/3")
    git_started()
    assert len(read(root, after).dialects) == 23
    assert [line.split()[2] for line in git_started()] == ["rev-parse"]


def test_only_the_notes_that_changed_are_read_again(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck", commits=3)
    commits = git(root, "rev-list", "HEAD").splitlines()
    ref = "refs/notes/mem/ops"
    for commit in commits:
        git.note(root, BLOCKS + commit, ref=ref, on=commit)
    before = read(root)
    git.note(root, BLOCKS, ref=ref, on=commits[0])
    after = read(root, before)
    known = {id(each) for each in named(before, "mem/ops").entries}
    fresh = [each for each in named(after, "mem/ops").entries if id(each) not in known]
    assert {each.commit for each in fresh} == {commits[0]}
    assert named(after, "mem/ops").entries == named(read(root), "mem/ops").entries


def test_a_ref_that_cannot_be_read_is_told_and_hides_no_other(
    git: GitHelper, tmp_path: Path
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, json.dumps(MEMORIES), ref="refs/notes/mem-main")
    git.note(root, "{}", ref="refs/notes/mem-side")
    (root / ".git" / "refs" / "notes" / "mem-lost").write_text("f" * 40 + "\n", encoding="utf-8")
    lost = git(root, "ls-tree", "refs/notes/mem-side").split()[2]
    (root / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    notes = read(root)
    assert len(named(notes, "mem-main").entries) == 3
    assert "cannot be read" in (named(notes, "mem-lost").problem or "")
    assert "1 note of mem-side could not be read" in (named(notes, "mem-side").problem or "")
    assert notes.problem is None
    git(root, "hash-object", "-w", "--stdin", stdin=b"{}\n")
    again = read(root, notes)
    assert named(again, "mem-side").problem is None
    assert named(again, "mem-main") is named(notes, "mem-main")


def test_a_sha256_repository_is_read_in_every_layout(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck", "--object-format=sha256")
    git.note(root, '{"branch":"main","timestamp":"2031-01-01T00:00:00Z","key":"own","value":1}')
    git.note(root, BLOCKS, ref="refs/notes/mem/ops")
    notes = read(root)
    assert len(named(notes, "mem/ops").entries) == 2
    git.note(root, '{"branch":"main","timestamp":"2031-01-02T00:00:00Z","key":"own","value":2}')
    assert [each.value for each in read(root, notes).entries] == [2, 1]
