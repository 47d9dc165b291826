"""Far more than any agent writes: bounded memory, and words where something was left out."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from memdeck.curated.comparison import Comparison
from memdeck.curated.edits import Promote
from memdeck.curated.journal import Journal
from memdeck.curated.likeness import likeness, normalised, said
from memdeck.curated.sections import read_memory
from memdeck.curated.store import MemoryStore
from memdeck.daily.append import append_log
from memdeck.daily.days import read_days
from memdeck.errors import Refused
from memdeck.limits import LARGEST_READ, LONGEST_TEXT
from memdeck.live.watch import Touched, Watcher
from memdeck.workspace import open_workspace
from tests.conftest import GitHelper

NOON = datetime(2026, 2, 6, 12, tzinfo=UTC)
TODAY = date(2026, 2, 6)
LINE = b"- a line that an agent wrote again and again in its sleep\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small workspace."""
    root = tmp_path / "atlas"
    (root / "memory").mkdir(parents=True)
    (root / "MEMORY.md").write_text("# Memory\n\n## Lessons\n- kept\n", "utf-8")
    return root


def fill(path: Path, megabytes: int) -> None:
    """Lines, to at least so many megabytes."""
    with path.open("wb") as file:
        for _ in range(megabytes):
            file.write(LINE * (1024 * 1024 // len(LINE) + 1))


@contextmanager
def at_most(bound: int) -> Iterator[None]:
    """No more bytes are taken at any moment than so many."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < bound
    finally:
        tracemalloc.stop()


@pytest.mark.fault("a MEMORY.md of 100 MB")
def test_a_memory_file_that_is_too_large_is_neither_read_nor_written(folder: Path) -> None:
    path = folder / "MEMORY.md"
    fill(path, 100)
    size = path.stat().st_size
    store = MemoryStore(folder, path, Journal(folder.parent / "state"), "operator", lambda: NOON)
    with at_most(LARGEST_READ):
        memory = read_memory(path)
        assert (memory.exists, memory.data) == (True, b"")
        assert "too large to be curated memory (100 megabytes)" in (memory.problem or "")
        with pytest.raises(Refused, match=r"Nothing was written: MEMORY.md is too large"):
            store.apply(Promote("Memory / Lessons", ("one more",)))
    assert path.stat().st_size == size


@pytest.mark.fault("a line appended to a log of 100 MB")
def test_a_log_that_is_too_large_to_be_read_still_takes_a_line(folder: Path) -> None:
    path = folder / "memory" / "2026-02-06.md"
    fill(path, 100)
    lines = path.read_bytes().count(b"\n")
    end = b"\n## Decisions\n- chose the long way\n"
    with path.open("ab") as file:
        file.write(end)
    # A quarter of a megabyte is parsed for where the line goes: some sixty bytes for each byte.
    with at_most(64 * 256 * 1024):
        where = append_log(folder, "and took it", on=TODAY, now=NOON, section="Decisions")
    assert where == (path, lines + 4)
    with path.open("rb") as file:
        file.seek(-len(end) - 14, 2)
        assert file.read() == end + b"- and took it\n"


@pytest.mark.fault("a log that is a byte larger than what is read")
def test_beside_a_log_that_is_too_large_the_others_are_read(folder: Path) -> None:
    (folder / "memory" / "2026-02-05.md").write_bytes(LINE)
    path = folder / "memory" / "2026-02-06.md"
    path.write_bytes(b"- begun\n")
    before = read_days(folder, today=TODAY)
    path.write_bytes(b"x" * (LARGEST_READ + 1))
    today, yesterday = read_days(folder, before, today=TODAY)
    assert today.files[0].problem == "too large to be a log (4 megabytes); it is not read"
    assert yesterday is before[1]
    path.write_bytes(b"- begun\n" + b"x" * (LARGEST_READ - 8))
    assert read_days(folder, before, today=TODAY)[0].files[0].problem is None


@pytest.mark.fault("two lines of 4 MB that are compared with each other")
def test_lines_that_nobody_wrote_are_compared_by_their_beginning() -> None:
    """Otherwise it would take days, and no key would be answered meanwhile."""
    one, other = "one word and " * 300_000, "word one and " * 300_000
    assert 90 < likeness(one, other) <= 99
    assert likeness(one, one) == 100
    assert likeness(one, "something else") < 50
    # What says the same is still told by all of it.
    assert normalised(f"{one}a") != normalised(f"{one}b")


@pytest.mark.fault("a line of 1 MB that is written anew again and again")
def test_what_a_long_line_said_before_is_not_remembered() -> None:
    with at_most(12 * 1024 * 1024):
        for number in range(12):
            text = f"{number} " + "x" * 1_000_000
            normalised(text)
            assert len(said(text)) <= LONGEST_TEXT
            Comparison(80).compare([text], [])


@pytest.mark.fault("10 000 events in a repository that is half made")
def test_of_many_events_git_is_asked_once(
    folder: Path, git: GitHelper, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(folder, "init", "-q")
    (folder / ".git" / "HEAD").unlink()
    watcher = Watcher(open_workspace(folder), lambda _: None, lambda _: None)
    watcher._find_repositories()
    looks: list[None] = []
    monkeypatch.setattr(watcher, "_find_repositories", lambda: looks.append(None))
    paths = [str(folder / ".git" / "refs"), str(folder / ".git" / "objects" / "ab"), str(folder)]
    assert watcher._sort(paths * 3334) == Touched(files=True, notes=True)
    assert len(looks) == 1
