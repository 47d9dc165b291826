"""git at work on the workspace that the dashboard shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import GitHelper
from tests.screen.conftest import Dashboard, Opening

TODAY = "memory/2026-02-06.md"
LINE = "chose the long way"
SOME = "# Memory\n\n## Critical Decisions\n- kept one\n- kept two\n"


@pytest.fixture
def folder(tmp_path: Path, git: GitHelper) -> Path:
    """A small workspace, committed on main; another branch has another memory."""
    root = git.repository(tmp_path / "atlas")
    (root / "memory").mkdir()
    (root / "MEMORY.md").write_text(SOME, "utf-8")
    (root / TODAY).write_text(f"## Decisions\n- {LINE}\n", "utf-8")
    commit(git, root, "Ours")
    git(root, "checkout", "-q", "-b", "other")
    (root / "MEMORY.md").write_text(SOME.replace("kept two", "kept otherwise"), "utf-8")
    (root / "memory" / "2026-02-05.md").write_text("- only on the other branch\n", "utf-8")
    commit(git, root, "Theirs")
    git(root, "checkout", "-q", "main")
    store(git, root, "main", "task", "on main")
    return root


def commit(git: GitHelper, root: Path, message: str) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)


def store(git: GitHelper, root: Path, branch: str, key: str, value: str) -> None:
    """An entry, as an agent writes it."""
    entry = {"branch": branch, "timestamp": "2026-02-06T10:00:00Z", "key": key, "value": value}
    git.note(root, json.dumps(entry))


async def said(dashboard: Dashboard, words: str) -> None:
    await dashboard.until(lambda: any(words in toast for toast in dashboard.toasts()))


async def shows(dashboard: Dashboard, number: int, text: str) -> None:
    """Wait until a pane has a row that holds `text`."""
    await dashboard.until(lambda: any(text in row for row in dashboard.row_texts(number)))


@pytest.mark.fault("git checkout of another branch and back under the dashboard")
async def test_another_branch_is_shown_and_what_it_lacks_is_told_until_it_is_back(
    opened: Opening, folder: Path, git: GitHelper
) -> None:
    async with opened(folder) as dashboard:
        await shows(dashboard, 2, "kept two")
        git(folder, "checkout", "-q", "other")
        await shows(dashboard, 2, "kept otherwise")
        await shows(dashboard, 3, "only on the other branch")
        await dashboard.until(lambda: "other ⎇" in dashboard.text)
        git(folder, "checkout", "-q", "main")
        await shows(dashboard, 2, "kept two")
        await dashboard.until(lambda: "main ⎇" in dashboard.text)
        await said(dashboard, "2026-02-05.md is gone: 1 line of it was lost")
        git(folder, "checkout", "-q", "other")
        await dashboard.until(lambda: not dashboard.screen.deck.alarms)
    assert git(folder, "status", "--porcelain") == ""


@pytest.mark.fault("git checkout of another branch while an entry is typed")
async def test_an_entry_goes_to_the_branch_that_its_dialog_named(
    opened: Opening, folder: Path, git: GitHelper
) -> None:
    async with opened(folder) as dashboard:
        await dashboard.press("1", "a")
        await dashboard.until(lambda: "on main" in dashboard.text)
        await dashboard.press(*"emu", "enter", *"seen")
        git(folder, "checkout", "-q", "other")
        await dashboard.until(lambda: dashboard.screen.deck.notes.branch == "other")
        await dashboard.press("enter")
        await said(dashboard, "Stored emu on main.")
    notes = git(folder, "notes", "--ref=agents", "list").splitlines()
    lines = [git(folder, "cat-file", "blob", note.split()[0]).splitlines() for note in notes]
    entries = [json.loads(line) for each in lines for line in each if line]
    assert {each["key"]: each["branch"] for each in entries} == {"task": "main", "emu": "main"}


@pytest.mark.fault("git checkout of another branch while a promotion is being written")
async def test_a_promotion_is_planned_on_the_memory_of_the_branch_that_is_there(
    opened: Opening, folder: Path, git: GitHelper
) -> None:
    async with opened(folder) as dashboard:
        await dashboard.to(3, LINE)
        await dashboard.press("p")
        await dashboard.until(lambda: f"+ - {LINE}" in dashboard.text)
        git(folder, "checkout", "-q", "other")
        await dashboard.until(lambda: b"kept otherwise" in dashboard.screen.deck.memory.data)
        await dashboard.press("ctrl+s")
        await said(dashboard, "u undoes")
        added = [line for line in git(folder, "diff", "-U0").splitlines() if line[:2] == "+-"]
        assert added == [f"+- {LINE}"]
        await dashboard.press("u")
        await said(dashboard, "Undid")
    assert git(folder, "status", "--porcelain") == ""


@pytest.mark.fault("git rebase that stops at a conflict in MEMORY.md under the dashboard")
async def test_a_rebase_is_said_refused_and_followed_to_its_end(
    opened: Opening, folder: Path, git: GitHelper
) -> None:
    memory = folder / "MEMORY.md"
    memory.write_text(SOME.replace("kept two", "kept by us"), "utf-8")
    commit(git, folder, "Ours again")
    async with opened(folder) as dashboard:
        with pytest.raises(AssertionError, match="could not apply"):
            git(folder, "rebase", "-q", "other")
        stopped = memory.read_bytes()
        await dashboard.until(lambda: "conflict" in (dashboard.screen.deck.memory.problem or ""))
        await dashboard.until(lambda: dashboard.screen.deck.notes.branch == "HEAD")
        await dashboard.to(3, LINE)
        await dashboard.press("P")
        await dashboard.until(lambda: "conflict" in dashboard.text)
        await dashboard.press("ctrl+s", "escape")
        assert memory.read_bytes() == stopped
        memory.write_text(SOME.replace("kept two", "kept by both"), "utf-8")
        git(folder, "add", "-A")
        git(folder, "-c", "core.editor=true", "rebase", "--continue")
        await shows(dashboard, 2, "kept by both")
        await dashboard.until(lambda: "main ⎇" in dashboard.text)
        assert dashboard.screen.deck.memory.problem is None
        # The notes stay where they were stored.
        await shows(dashboard, 1, "task")
    assert git(folder, "status", "--porcelain") == ""


@pytest.mark.fault("git stash and stash pop under the dashboard")
async def test_what_is_stashed_is_told_and_no_loss_once_it_is_back(
    opened: Opening, folder: Path, git: GitHelper
) -> None:
    memory = folder / "MEMORY.md"
    with memory.open("a", encoding="utf-8") as file:
        file.write("- kept three\n")
    with (folder / TODAY).open("a", encoding="utf-8") as file:
        file.write("- took it\n")
    whole = memory.read_bytes(), (folder / TODAY).read_bytes()
    async with opened(folder) as dashboard:
        await shows(dashboard, 2, "kept three")
        git(folder, "stash", "-q")
        await dashboard.until(lambda: b"kept three" not in dashboard.screen.deck.memory.data)
        await dashboard.until(lambda: b"took it" not in dashboard.screen.deck.days[0].files[0].data)
        git(folder, "stash", "pop", "-q")
        await shows(dashboard, 2, "kept three")
        await shows(dashboard, 3, "took it")
        await dashboard.until(lambda: not dashboard.screen.deck.alarms)
    assert (memory.read_bytes(), (folder / TODAY).read_bytes()) == whole


@pytest.mark.fault("git gc and a repack of all refs while notes are written under the dashboard")
async def test_packed_refs_and_objects_hide_no_note(
    opened: Opening, folder: Path, git: GitHelper
) -> None:
    async with opened(folder) as dashboard:
        for number in range(4):
            store(git, folder, "main", f"before-{number}", "x")
            git(folder, "gc", "-q", "--prune=now")
            git(folder, "pack-refs", "--all", "--prune")
            await shows(dashboard, 1, f"before-{number}")
        await dashboard.press("1", "a", *"own", "enter", *"mine", "enter")
        await said(dashboard, "Stored own on main.")
        git(folder, "reflog", "expire", "--expire=now", "--all")
        git(folder, "gc", "-q", "--prune=now")
        await shows(dashboard, 1, "own")
        assert dashboard.screen.deck.notes.primary.problem is None
        assert dashboard.screen.deck.memory.problem is None


@pytest.mark.fault("a branch that is deleted, and a commit that is gone, under their notes")
async def test_notes_outlive_their_branch_and_commit(
    opened: Opening, folder: Path, git: GitHelper
) -> None:
    git(folder, "checkout", "-q", "other")
    store(git, folder, "other", "theirs", "x")
    git(folder, "checkout", "-q", "main")
    async with opened(folder) as dashboard:
        git(folder, "branch", "-q", "-D", "other")
        git(folder, "reflog", "expire", "--expire=now", "--all")
        git(folder, "gc", "-q", "--prune=now")
        await dashboard.until(
            lambda: (
                "other"
                in {
                    name for names in dashboard.screen.deck.gone_branches.values() for name in names
                }
            )
        )
        rows = [row.text for row in dashboard.screen.pane(1)._all]
        assert "theirs" in rows
        assert "task" in rows


@pytest.mark.fault("the .git folder removed, and brought back, under the dashboard")
async def test_a_repository_that_goes_is_said_and_the_files_are_shown(
    opened: Opening, folder: Path, git: GitHelper
) -> None:
    async with opened(folder) as dashboard:
        await shows(dashboard, 1, "task")
        (folder / ".git").rename(folder.parent / "aside")
        await dashboard.until(lambda: "git init" in str(dashboard.screen.pane(1)._empty.visual))
        await shows(dashboard, 2, "kept two")
        await dashboard.to(3, LINE)
        await dashboard.press("p", "ctrl+s")
        await said(dashboard, "u undoes")
        (folder.parent / "aside").rename(folder / ".git")
        await shows(dashboard, 1, "task")
