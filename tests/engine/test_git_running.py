"""Git asked while it runs, and what happens when it does not answer."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memdeck.git import Git, GitFailed, GitMissing
from memdeck.notes.catfile import open_reader, read_objects, ref_tip, resolve_commit

if TYPE_CHECKING:
    from tests.conftest import GitHelper


@pytest.fixture
def deck(git: GitHelper, tmp_path: Path) -> Path:
    return git.repository(tmp_path / "deck")


def fake_git(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_one_process_answers_again_and_again_from_the_disk_as_it_is(
    git: GitHelper, deck: Path
) -> None:
    with open_reader(Git(deck)) as reader:
        for number in range(2):
            # A git that runs on knows packed-refs again by its size and its second; two
            # of one second can be taken for each other. A write then begins again.
            time.sleep(1.1)
            head = git.commit(deck, f"Number {number}")
            assert ref_tip(reader, "refs/heads/main") == resolve_commit(reader, "HEAD") == head
            git(deck, "gc", "-q")
            git(deck, "pack-refs", "--all")
            assert ref_tip(reader, "refs/heads/main") == head


def test_many_names_are_asked_for_without_a_standstill(git: GitHelper, deck: Path) -> None:
    blob = git(deck, "hash-object", "-w", "--stdin", stdin=b"x\n" * 100_000)
    names = [blob, "no such", "refs/heads/main"] * 100
    with open_reader(Git(deck)) as reader:
        found = list(reader.read(names))
    assert found == list(read_objects(Git(deck), names))
    assert [each and len(each.data) for each in found[:2]] == [200_000, None]


def test_a_damaged_object_ends_it_in_words(git: GitHelper, deck: Path) -> None:
    blob = git(deck, "hash-object", "-w", "--stdin", stdin=b"x\n" * 1000)
    path = deck / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:15])
    with open_reader(Git(deck)) as reader, pytest.raises(GitFailed, match="cat-file failed"):
        list(reader.read(["HEAD", blob]))
    with pytest.raises(GitFailed):
        list(read_objects(Git(deck), [blob]))


def test_one_that_never_answers_is_ended(
    deck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_git(tmp_path / "bin", monkeypatch, "sleep 60")
    begun = time.monotonic()
    with open_reader(Git(deck, timeout=0.3)) as reader:
        with pytest.raises(GitFailed, match="took longer than"):
            list(reader.read(["HEAD"]))
        with pytest.raises(GitFailed):
            list(reader.read(["HEAD"]))
    assert time.monotonic() - begun < 10


def test_one_that_takes_its_time_between_questions_is_not(git: GitHelper, deck: Path) -> None:
    with open_reader(Git(deck, timeout=0.5)) as reader:
        for _ in range(2):
            assert resolve_commit(reader, "HEAD")
            time.sleep(0.7)


def test_one_that_is_gone_is_told_in_words(
    deck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_git(tmp_path / "bin", monkeypatch, "echo 'fatal: no luck' >&2; exit 128")
    with open_reader(Git(deck)) as reader, pytest.raises(GitFailed, match="no luck"):
        list(reader.read(["HEAD"]))
    monkeypatch.setenv("PATH", str(tmp_path / "gone"))
    with pytest.raises(GitMissing), open_reader(Git(deck)) as reader:
        list(reader.read(["HEAD"]))


def test_one_that_is_not_finished_leaves_no_process(git: GitHelper, deck: Path) -> None:
    with Git(deck).start("cat-file", "--batch") as running:
        assert running.alive
    assert not running.alive
