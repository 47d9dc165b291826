"""One look at a repository tells where every notes ref points, in one process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memdeck.errors import WrongUsage
from memdeck.git import Sight, look, sight

if TYPE_CHECKING:
    from tests.conftest import GitHelper

REF = "refs/notes/agents"


def seen(folder: Path, ref: str = REF) -> Sight:
    found = sight(folder, ref)
    assert found is not None
    return found


def test_every_notes_ref_is_told_by_one_process(
    git: GitHelper, tmp_path: Path, git_started: Callable[[], list[str]]
) -> None:
    root = git.repository(tmp_path / "deck")
    refs = ("refs/notes/agents", "refs/notes/mem-main", "refs/notes/mem/ops/night")
    for number, ref in enumerate(refs):
        git.note(root, f"{number}", ref=ref)
    git(root, "update-ref", "refs/notesbook", "HEAD")
    git(root, "update-ref", "refs/heads/notes/agents", "HEAD")
    git_started()
    found = seen(root)
    assert len(git_started()) == 1
    ids = [git(root, "rev-parse", ref) for ref in refs]
    assert found.notes == tuple(zip(refs, ids, strict=True))
    assert found.tip == ids[0]
    assert look(root, REF) == (found.repository, found.tip)


def test_without_notes_there_are_none(git: GitHelper, tmp_path: Path) -> None:
    found = seen(git.repository(tmp_path / "deck"))
    assert (found.tip, found.notes) == (None, ())
    assert seen(git.repository(tmp_path / "bare.git", "--bare", commits=0)).notes == ()
    (tmp_path / "plain").mkdir()
    assert sight(tmp_path / "plain", REF) is None


def test_on_an_unborn_branch_the_notes_are_told(
    git: GitHelper, tmp_path: Path, git_started: Callable[[], list[str]]
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, "1")
    git(root, "checkout", "-q", "--orphan", "fresh")
    git_started()
    tip = git(root, "rev-parse", REF)
    git_started()
    assert seen(root).notes == ((REF, tip),)
    assert len(git_started()) == 1
    git(root, "update-ref", "refs/notes/mem/x", tip)
    git(root, "update-ref", "-d", REF)
    found = seen(root)
    assert (found.tip, found.repository.head) == (None, None)
    assert found.notes == (("refs/notes/mem/x", tip),)


@pytest.mark.parametrize(
    "ref", ["refs/notes/agents/é", "refs/notes/team!", "refs/notes/a]", "refs/x"]
)
def test_odd_names_are_found_and_only_they(git: GitHelper, tmp_path: Path, ref: str) -> None:
    root = git.repository(tmp_path / "deck")
    head = git(root, "rev-parse", "HEAD")
    git(root, "update-ref", ref + "2", head)
    git(root, "update-ref", ref + "é/deeper", head)
    assert seen(root, ref).tip is None
    git(root, "update-ref", ref, head)
    assert seen(root, ref).tip == head


@pytest.mark.parametrize("space", ["\u2028", "\x85", "\xa0", "\u3000"])
@pytest.mark.parametrize("unborn", [False, True])
def test_a_name_with_a_character_that_python_takes_for_a_space_is_one_name(
    git: GitHelper, tmp_path: Path, space: str, unborn: bool
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, "1")
    tip = git(root, "rev-parse", REF)
    odd = f"refs/notes/night{space}shift"
    git(root, "update-ref", odd, tip)
    if unborn:
        git(root, "checkout", "-q", "--orphan", f"fresh{space}start")
    assert seen(root).notes == ((REF, tip), (odd, tip))


def test_a_ref_whose_commit_is_lost_is_told_with_its_id(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    folder = root / ".git" / "refs" / "notes"
    folder.mkdir(parents=True)
    (folder / "agents").write_text("f" * 40 + "\n", encoding="utf-8")
    assert seen(root).tip == "f" * 40
    assert seen(root).notes == ((REF, "f" * 40),)


def test_what_is_no_ref_is_refused(tmp_path: Path) -> None:
    for name in ("--all", "agents", "refs/notes/a*", "refs/notes/[a]"):
        with pytest.raises(WrongUsage):
            sight(tmp_path, name)
