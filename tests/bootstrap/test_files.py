"""Files of the workspace, read safely and only when they changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memdeck.bootstrap.files import LARGEST, FileReader


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = (tmp_path / "agent").resolve()
    folder.mkdir()
    return folder


def test_an_unchanged_file_is_the_same_object(root: Path) -> None:
    (root / "a.md").write_text("one", encoding="utf-8")
    reader = FileReader(root)
    first = reader.read("a.md")
    assert first.data == b"one"
    assert reader.read("a.md") is first
    (root / "a.md").write_text("three", encoding="utf-8")
    assert reader.read("a.md").data == b"three"


def test_what_was_looked_at_is_known_to_be_the_same_or_not(root: Path) -> None:
    (root / "memory").mkdir()
    (root / "a.md").write_text("one", encoding="utf-8")
    reader = FileReader(root)

    def look() -> bool:
        reader.begin()
        reader.read("a.md")
        reader.read("gone.md")
        reader.starting("memory", "2026-02-06")
        reader.glob("*.txt")
        return reader.same(reader.seen)

    assert look()
    seen = reader.seen
    for path in ("a.md", "gone.md", "memory/2026-02-06-x.md", "b.txt"):
        (root / path).write_text("other", encoding="utf-8")
        assert not reader.same(seen)
        assert look()
        seen = reader.seen
    (root / "memory" / "2026-02-05.md").write_text("not looked for", encoding="utf-8")
    (root / "other.md").write_text("nor this", encoding="utf-8")
    assert reader.same(seen)


def test_only_regular_files_inside_the_workspace_are_opened(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (root / "out.md").symlink_to(tmp_path / "secret.md")
    (root / "folder").symlink_to(tmp_path)
    (root / "in.md").symlink_to("real.md")
    (root / "real.md").write_text("real", encoding="utf-8")
    (root / "nowhere.md").symlink_to("gone.md")
    (root / "round.md").symlink_to("round.md")
    os.mkfifo(root / "fifo.md")
    (root / "dir.md").mkdir()
    reader = FileReader(root)
    assert reader.read("in.md").data == b"real"
    problems = {
        name: reader.read(name).problem
        for name in ("out.md", "folder/secret.md", "nowhere.md", "fifo.md", "dir.md", "gone.md")
    }
    assert problems == {
        "out.md": "a link that leads out of the workspace",
        "folder/secret.md": "a link that leads out of the workspace",
        "nowhere.md": "missing",
        "fifo.md": "not a regular file",
        "dir.md": "not a regular file",
        "gone.md": "missing",
    }
    assert reader.read("round.md").problem is not None
    assert reader.read("a\0b").problem is not None


def test_a_problem_that_is_mended_is_seen(root: Path) -> None:
    reader = FileReader(root)
    assert reader.read("a.md").problem == "missing"
    assert reader.read("a.md") is reader.read("a.md")
    (root / "a.md").write_text("here", encoding="utf-8")
    assert reader.read("a.md").data == b"here"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(root: Path) -> None:
    (root / "a.md").write_text("one", encoding="utf-8")
    (root / "a.md").chmod(0)
    assert FileReader(root).read("a.md").problem == "it may not be read by this user"


def test_a_file_that_is_too_large_is_not_read(root: Path) -> None:
    with (root / "a.md").open("wb") as file:
        file.truncate(LARGEST + 1)
    source = FileReader(root).read("a.md")
    assert (source.data, source.problem) == (b"", "too large to be read (4 megabytes)")


def test_patterns_match_within_one_folder_and_nothing_hidden(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.md").write_text("x", encoding="utf-8")
    (root / "linked").symlink_to(tmp_path / "other")
    for name in ("b.md", "a.md", ".c.md", "a.txt", "n/d.md", "n/.e/f.md", "o/g.md", ".h/i.md"):
        (root / name).parent.mkdir(exist_ok=True, parents=True)
        (root / name).write_text("x", encoding="utf-8")
    reader = FileReader(root)
    assert reader.glob("*.md") == ("a.md", "b.md")
    assert reader.glob("[!a].md") == ("b.md",)
    assert reader.glob("?/*.md") == ("n/d.md", "o/g.md")
    assert reader.glob("*/x.md") == ("linked/x.md",)
    assert reader.read("linked/x.md").problem == "a link that leads out of the workspace"
    assert reader.glob("linked/*.md") == ()
    assert reader.glob("not/there.md") == ("not/there.md",)
    assert reader.glob("not/*.md") == ()
    assert reader.folders("?/*.md") == (root / "n", root / "o")
    assert reader.folders("*.md") == (root,)
