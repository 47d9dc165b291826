"""The bootstrap to the byte, and where its tokens are."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import tiktoken

from memdeck.bootstrap.pack import pack_article
from memdeck.bootstrap.tokens import Counter
from memdeck.daily.days import read_days
from memdeck.model import (
    BranchNotes,
    Budget,
    Entry,
    Fit,
    KeyHistory,
    MemoryFile,
    Notes,
    RepositoryNotes,
)

TODAY = date(2026, 2, 6)
COUNTER = Counter()


def entry(key: str, value: object, branch: str = "main") -> Entry:
    return Entry(branch, "2026-02-06T09:00:00Z", key, value, "0" * 40, 0)  # type: ignore[arg-type]


def notes(*entries: Entry, problem: str | None = None) -> Notes:
    branches = tuple(
        BranchNotes(
            name, name == "main", tuple(KeyHistory(each) for each in entries if each.branch == name)
        )
        for name in dict.fromkeys(each.branch for each in entries)
    )
    return Notes((RepositoryNotes("quay", Path(), "main", None, None, branches, problem=problem),))


def pack(
    root: Path,
    memory: bytes | None = b"# Memory\n",
    remembered: Notes | None = None,
    *,
    branch: str | None = None,
    limit: int = 15_000,
    listed: bool = False,
) -> Budget:
    return pack_article(
        MemoryFile(root / "MEMORY.md", memory or b"", exists=memory is not None),
        read_days(root, today=TODAY, parse_newest=0 if listed else None),
        remembered or Notes(),
        today=TODAY,
        counter=COUNTER,
        limit=limit,
        branch=branch,
        root=root,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "memory"
    folder.mkdir()
    for name, data in {
        "2026-02-04.md": b"- too old\n",
        "2026-02-05.md": b"- yesterday, without an end",
        "2026-02-06.md": b"- today\r\n",
        "2026-02-06-1105.md": b"# Session: 2026-02-06 11:05 UTC\n\nuser: hi",
        "2026-02-06_b.md": b"caf\xe9\n",
        "2026-02-07.md": b"- tomorrow\n",
    }.items():
        (folder / name).write_bytes(data)
    return tmp_path


EXPECTED_FILES = (
    b"# Memory\n"
    b"- yesterday, without an end\n"
    b"# Session: 2026-02-06 11:05 UTC\n\nuser: hi\n"
    b"- today\r\n"
    b"caf\xe9\n"
)


@pytest.mark.parametrize("listed", [False, True])
def test_files_are_as_on_disk_and_end_with_a_line_feed(root: Path, listed: bool) -> None:
    budget = pack(root, listed=listed)
    assert budget.data == EXPECTED_FILES
    assert [(part.name, part.paths) for part in budget.parts] == [
        ("MEMORY.md", ("MEMORY.md",)),
        ("yesterday", ("memory/2026-02-05.md",)),
        (
            "today",
            ("memory/2026-02-06-1105.md", "memory/2026-02-06.md", "memory/2026-02-06_b.md"),
        ),
        ("notes", ()),
    ]
    assert (budget.profile, budget.unit, budget.limit) == ("article", "tokens", 15_000)
    assert budget.warning is None


def test_the_latest_entries_come_last_by_key_one_object_a_line(root: Path) -> None:
    remembered = notes(
        entry("task.status", {"next": "שלום"}), entry("blocked", None), entry("z", 1, "other")
    )
    data = pack(root, remembered=remembered).data
    assert data.startswith(EXPECTED_FILES)
    lines = data[len(EXPECTED_FILES) :].decode().split("\n")
    assert lines[0] == (
        '{"branch":"main","timestamp":"2026-02-06T09:00:00Z","key":"blocked","value":null}'
    )
    assert json.loads(lines[1])["value"] == {"next": "שלום"}
    assert lines[2:] == [""]
    other = pack(root, remembered=remembered, branch="other").part("notes")
    assert other is not None
    assert json.loads(other.data)["key"] == "z"


def test_used_is_what_tiktoken_counts_and_every_level_adds_up(root: Path) -> None:
    budget = pack(root, b"# M\n\n## A\n- one thing\n\n\n", notes(entry("k", "v")))
    text = budget.data.decode("utf-8", "replace")
    encoding = tiktoken.get_encoding(budget.encoding)
    assert budget.used == len(encoding.encode_ordinary(text))
    assert sum(part.tokens for part in budget.parts) == budget.used
    for part in budget.parts:
        assert budget.data[part.start : part.start + len(part.data)] == part.data
        assert part.tokens == budget.tokens_in(part.start, part.start + len(part.data))
    today = budget.part("today")
    assert today is not None
    for path, start, _ in today.spans():
        size = len((root / path).read_bytes())
        begin = today.start + start
        assert budget.data[begin : begin + size] == (root / path).read_bytes()
        assert (budget.tokens_of(path, 0, size) or 0) > 0
    assert budget.tokens_of("memory/2026-02-04.md", 0, 5) is None


def test_nothing_at_all_is_nothing(tmp_path: Path) -> None:
    budget = pack(tmp_path, None)
    assert (budget.data, budget.used, budget.fit) == (b"", 0, Fit.FITS)
    assert [part.paths for part in budget.parts] == [(), (), (), ()]


def test_the_limit_itself_is_over_it(root: Path) -> None:
    used = pack(root).used
    assert (pack(root, limit=used).fit, pack(root, limit=used).over) == (Fit.OVER, 1)
    assert (pack(root, limit=used + 1).fit, pack(root, limit=used + 1).over) == (Fit.TIGHT, 0)


def test_what_cannot_be_read_is_left_out_and_named(root: Path) -> None:
    (root / "memory" / "2026-02-05.md").unlink()
    (root / "memory" / "2026-02-05.md").mkdir()
    budget = pack(root, remembered=notes(entry("k", 1), problem="broken"))
    assert budget.warning == "Not counted, as not readable: memory/2026-02-05.md, notes of quay."
    assert b"yesterday" not in budget.data


def test_a_memory_file_with_a_problem_and_content_counts(root: Path) -> None:
    memory = MemoryFile(
        root / "MEMORY.md",
        b"- a\n",
        exists=True,
        modified=datetime(2026, 2, 6, tzinfo=UTC),
        problem="conflict markers",
    )
    budget = pack_article(memory, (), Notes(), today=TODAY, counter=COUNTER, limit=10, root=root)
    assert (budget.data, budget.warning) == (b"- a\n", None)


def test_the_counter_s_warning_is_the_budget_s(root: Path) -> None:
    counter = Counter("no-such-encoding")
    budget = pack_article(
        MemoryFile(root / "MEMORY.md"),
        (),
        Notes(),
        today=TODAY,
        counter=counter,
        limit=10,
        root=root,
    )
    assert budget.warning == counter.warning
    assert budget.encoding == counter.encoding
