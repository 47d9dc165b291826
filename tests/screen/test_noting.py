"""What an operator writes into the notes: each story ends by asking git."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from memdeck.notes.reader import read_notes
from tests.screen.conftest import NARROW, WIDE, Dashboard, Opening

sizes = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x36", "80x24"])


def latest(made: Path, branch: str) -> dict[str, object]:
    notes = read_notes(made, (), "refs/notes/agents").primary
    assert notes is not None
    found = notes.of_branch(branch)
    assert found is not None
    return {key.latest.key: key.latest.value for key in found.keys}


async def said(dashboard: Dashboard, words: str) -> None:
    await dashboard.until(lambda: any(words in toast for toast in dashboard.toasts()))


@sizes
async def test_a_writes_an_entry_and_it_is_seen(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    async with opened(made, size) as dashboard:
        await dashboard.press("1", "a", *"quokka.state", "enter", *'{"hops": 3}')
        assert "stored as JSON: an object with 1 field" in dashboard.text
        await dashboard.press("ctrl+s")
        await said(dashboard, "Stored quokka.state on feature/cache")
        assert latest(made, "feature/cache")["quokka.state"] == {"hops": 3}
        await dashboard.until(lambda: "quokka.state" in dashboard.row_texts(1))


async def test_e_gives_a_key_a_new_value_and_keeps_the_old_one(opened: Opening, made: Path) -> None:
    before = latest(made, "feature/cache")["handoff"]
    async with opened(made) as dashboard:
        await dashboard.to(1, "handoff")
        await dashboard.press("e", "f7", *"done, ask mason", "enter")
        await said(dashboard, "Stored handoff")
        assert latest(made, "feature/cache")["handoff"] == "done, ask mason"
        await dashboard.until(
            lambda: any(
                key.latest.key == "handoff" and key.earlier
                for key in dashboard.screen.deck.notes.primary.of_branch("feature/cache").keys
            )
        )
        earlier = next(
            key
            for key in dashboard.screen.deck.notes.primary.of_branch("feature/cache").keys
            if key.latest.key == "handoff"
        ).earlier
        assert earlier[0].value == before


async def test_a_string_that_looks_like_json_is_filled_in_so_that_it_stays_one(
    opened: Opening, made: Path, git: object
) -> None:
    entry = {
        "branch": "feature/cache",
        "timestamp": "2026-02-06T14:31:00Z",
        "key": "emu",
        "value": "12",
    }
    git.note(made, json.dumps(entry))  # type: ignore[attr-defined]
    async with opened(made) as dashboard:
        await dashboard.to(1, "emu")
        await dashboard.press("e")
        assert "stored as a string" in dashboard.text
        await dashboard.press("ctrl+s")
        await said(dashboard, "Stored emu")
    assert latest(made, "feature/cache")["emu"] == "12"


async def test_c_carries_a_key_of_another_branch_over(opened: Opening, made: Path) -> None:
    key, value = next(
        (key, value)
        for key, value in latest(made, "main").items()
        if key not in latest(made, "feature/cache")
    )
    async with opened(made) as dashboard:
        await dashboard.to(1, key)
        await dashboard.press("c")
        await said(dashboard, f"Stored {key} on feature/cache")
        assert latest(made, "feature/cache")[key] == value
        await dashboard.to(1, "handoff")
        await dashboard.press("c")
        await said(dashboard, "it is on this one")


async def test_what_cannot_be_stored_is_said_while_it_is_typed(opened: Opening, made: Path) -> None:
    before = latest(made, "feature/cache")
    async with opened(made) as dashboard:
        await dashboard.press("1", "a", "enter", *'{"a": 1, "a": 2}')
        assert "stands twice" in " ".join(dashboard.text.split())
        await dashboard.press("ctrl+s")
        assert "needs a key" in dashboard.text
        await dashboard.press("escape")
        assert dashboard.app.screen is dashboard.screen
    assert latest(made, "feature/cache") == before


async def test_without_a_commit_or_a_repository_a_note_is_refused_in_words(
    opened: Opening, tmp_path: Path, git: object
) -> None:
    root = tmp_path / "plain"
    (root / "memory").mkdir(parents=True)
    (root / "memory" / "2026-02-06.md").write_text("- a line\n", encoding="utf-8")
    async with opened(root) as dashboard:
        await dashboard.press("1", "a")
        await said(dashboard, "no git repository")
        git(root, "init", "-q")  # type: ignore[operator]
        await dashboard.until(
            lambda: (
                dashboard.screen.deck.notes.primary
                and not dashboard.screen.deck.notes.primary.problem
            )
        )
        await dashboard.press("a")
        await said(dashboard, "needs a commit")


@sizes
async def test_b_sets_a_branch_beside_the_current_one_and_c_carries_what_is_marked(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    here, there = latest(made, "feature/cache"), latest(made, "main")
    missing = sorted(there.keys() - here.keys())
    async with opened(made, size) as dashboard:
        await dashboard.to(1, "main")
        await dashboard.press("B")
        assert "main beside feature/cache" in dashboard.text
        assert "only on main" in dashboard.text
        await dashboard.press("j", "space", "space", "c")
        await dashboard.until(
            lambda: all(key in latest(made, "feature/cache") for key in missing[:2])
        )
        assert [latest(made, "feature/cache")[key] for key in missing[:2]] == [
            there[key] for key in missing[:2]
        ]


async def test_capital_t_shows_the_notes_as_they_were(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.press("1", "a", *"wombat", "enter", *"here now", "enter")
        await said(dashboard, "Stored wombat")
        await dashboard.press("T")
        await dashboard.until(lambda: "Notes, as they changed" in dashboard.text)
        assert "Store wombat on feature/cache" in dashboard.text
        await dashboard.press("j", "enter")
        await dashboard.until(lambda: "Notes as they were" in dashboard.text)
        listed = dashboard.app.screen.active
        assert "handoff" in [row.text for row in listed._all]
        assert "wombat" not in [row.text for row in listed._all]
        await dashboard.press("j", "j", "enter")
        await dashboard.press("escape", "escape")
        assert dashboard.app.screen is dashboard.screen


async def test_a_list_can_be_filtered_and_left(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(1, "main")
        await dashboard.press("B", "slash", *"zzz", "enter")
        assert "Nothing here holds these words" in dashboard.text
        await dashboard.press("escape")
        assert "only on main" in dashboard.text
        await dashboard.press("escape")
        assert dashboard.app.screen is dashboard.screen
        await dashboard.press("3", "B", "T")
        await said(dashboard, "1 goes there")


async def test_other_layouts_gone_commits_and_deleted_branches_are_shown_as_such(
    opened: Opening, tmp_path: Path, git: object
) -> None:
    root = git.repository(tmp_path / "atlas")  # type: ignore[attr-defined]
    (root / "MEMORY.md").write_text("# Memory\n", encoding="utf-8")

    def entry(branch: str, key: str) -> str:
        return json.dumps(
            {"branch": branch, "timestamp": "2026-02-06T10:00:00Z", "key": key, "value": key}
        )

    git.note(root, entry("main", "here"))  # type: ignore[attr-defined]
    git.note(root, entry("feature/old", "left"))  # type: ignore[attr-defined]
    block = "---\ntype: decision\nsummary: keep the wombats\n---\nThey are useful.\n"
    git.note(root, block, ref="refs/notes/mem/core")  # type: ignore[attr-defined]
    # A note on a commit that this repository does not have.
    blob = git(root, "hash-object", "-w", "--stdin", stdin=entry("main", "adrift").encode())  # type: ignore[operator]
    tree = git(root, "ls-tree", "refs/notes/agents")  # type: ignore[operator]
    lost = f"100644 blob {blob}\t{'1' * 40}"
    made_tree = git(root, "mktree", stdin=f"{tree}\n{lost}\n".encode())  # type: ignore[operator]
    commit = git(root, "commit-tree", "-m", "joined", made_tree)  # type: ignore[operator]
    git(root, "update-ref", "refs/notes/agents", commit)  # type: ignore[operator]
    async with opened(root) as dashboard:
        titles = [row.text for row in dashboard.screen.pane(1)._all if row.depth == 0]
        assert "feature/old (deleted)" in titles
        assert "unreachable" in titles
        assert "mem/core (read only)" in titles
        await dashboard.to(1, "keep the wombats")
        await dashboard.press("enter")
        assert "They are useful." in dashboard.text
        await dashboard.press("escape")
        git(root, "branch", "feature/old")  # type: ignore[operator]
        await dashboard.until(
            lambda: "feature/old" in [row.text for row in dashboard.screen.pane(1)._all]
        )


@sizes
async def test_d_lists_what_is_wrong_and_mends_only_what_was_shown(
    opened: Opening, made: Path, git: object, size: tuple[int, int]
) -> None:
    async with opened(made, size) as dashboard:
        await dashboard.press("1", "D")
        await dashboard.until(lambda: "finding" in dashboard.text)
        assert "damaged" in dashboard.text
        listed = dashboard.app.screen.active
        index = next(
            index
            for index, row in enumerate(listed.list.rows)
            if row.target.kind == "no-rewrite-ref" and not row.passive
        )
        listed.list.go(index)
        await dashboard.press("enter")
        assert "notes.rewriteRef" in dashboard.text
        await dashboard.press("escape", "f")
        assert "This will be done" in dashboard.text
        settings = git(made, "config", "--local", "--list")  # type: ignore[operator]
        assert "rewriteref" not in settings
        await dashboard.press("y")
        await said(dashboard, "Mended: ")
        assert (
            git(made, "config", "--get-all", "notes.rewriteRef")  # type: ignore[operator]
            == "refs/notes/agents"
        )


async def test_notes_that_are_well_are_said_to_be(
    opened: Opening, tmp_path: Path, git: object
) -> None:
    root = git.repository(tmp_path / "atlas")  # type: ignore[attr-defined]
    (root / "MEMORY.md").write_text("# Memory\n", encoding="utf-8")
    git(root, "config", "notes.rewriteRef", "refs/notes/agents")  # type: ignore[operator]
    async with opened(root) as dashboard:
        await dashboard.press("1", "D")
        await dashboard.until(lambda: "The notes are well" in dashboard.text)
        await dashboard.press("escape", "3", "D")
        await said(dashboard, "1 goes there")


async def test_r_lists_what_a_race_dropped_and_b_puts_it_back(
    opened: Opening, made: Path, git: object
) -> None:
    before = git(made, "rev-parse", "refs/notes/agents")  # type: ignore[operator]
    entry = (
        '{"branch": "feature/cache", "timestamp": "2026-02-06T14:30:00Z", '
        '"key": "numbat", "value": "ants"}'
    )
    git.note(made, entry)  # type: ignore[attr-defined]
    # Another writer had read the notes before, and puts its own over them.
    commit = git(made, "commit-tree", "-p", before, "-m", "Notes added", f"{before}^{{tree}}")  # type: ignore[operator]
    git(made, "update-ref", "-m", "notes: Notes added", "refs/notes/agents", commit)  # type: ignore[operator]
    assert "numbat" not in latest(made, "feature/cache")
    async with opened(made) as dashboard:
        await dashboard.until(
            lambda: "1 entry dropped by a race" in [r.text for r in dashboard.screen.pane(1)._all]
        )
        await dashboard.press("1", "R")
        await dashboard.until(lambda: "numbat on feature/cache" in dashboard.text)
        await dashboard.press("b")
        await said(dashboard, "Put 1 entry back")
        assert latest(made, "feature/cache")["numbat"] == "ants"
        await dashboard.until(
            lambda: not any("dropped" in r.text for r in dashboard.screen.pane(1)._all)
        )


async def test_s_asks_before_the_first_push_and_then_exchanges(
    opened: Opening, made: Path, tmp_path: Path, git: object
) -> None:
    bare = tmp_path / "shared.git"
    git(tmp_path, "init", "-q", "--bare", str(bare))  # type: ignore[operator]
    git(made, "remote", "add", "origin", str(bare))  # type: ignore[operator]
    refs = ("for-each-ref", "--format=%(refname)", "refs/notes/")
    async with opened(made) as dashboard:
        await dashboard.press("1", "s")
        await dashboard.until(lambda: "First to origin" in dashboard.text)
        assert "shared.git" in dashboard.text
        assert git(bare, *refs) == ""  # type: ignore[operator]
        await dashboard.press("n")
        assert git(bare, *refs) == ""  # type: ignore[operator]
        await dashboard.press("s")
        await dashboard.until(lambda: "First to origin" in dashboard.text)
        await dashboard.press("y")
        await dashboard.until(
            lambda: git(bare, *refs) == "refs/notes/agents"  # type: ignore[operator]
        )
        await said(dashboard, "sent")
        await dashboard.press("a", *"emu", "enter", *"fast", "enter")
        await said(dashboard, "Stored emu")
        await dashboard.until(
            lambda: any("1 entry ahead" in r.text for r in dashboard.screen.pane(1)._all)
        )
        await dashboard.press("s")
        await said(dashboard, "1 sent")
        await dashboard.until(
            lambda: not any("ahead" in r.text for r in dashboard.screen.pane(1)._all)
        )


async def test_a_remote_that_cannot_be_reached_is_said(
    opened: Opening, made: Path, tmp_path: Path, git: object
) -> None:
    git(made, "remote", "add", "origin", str(tmp_path / "nowhere.git"))  # type: ignore[operator]
    before = git(made, "rev-parse", "refs/notes/agents")  # type: ignore[operator]
    async with opened(made) as dashboard:
        await dashboard.press("1", "s")
        await said(dashboard, "nowhere.git")
    assert git(made, "rev-parse", "refs/notes/agents") == before  # type: ignore[operator]


async def test_the_exchange_that_settings_ask_for_sends_only_where_it_was_agreed_to(
    opened: Opening, made: Path, tmp_path: Path, git: object
) -> None:
    bare = tmp_path / "shared.git"
    git(tmp_path, "init", "-q", "--bare", str(bare))  # type: ignore[operator]
    git(made, "remote", "add", "origin", str(bare))  # type: ignore[operator]
    tip = ("for-each-ref", "--format=%(objectname)", "refs/notes/agents")
    async with opened(made) as dashboard:
        dashboard.screen.sync_quietly()
        await dashboard.pilot.pause(0.5)
        assert git(bare, *tip) == ""  # type: ignore[operator]
        assert dashboard.app.screen is dashboard.screen
        await dashboard.press("1", "s")
        await dashboard.until(lambda: "First to origin" in dashboard.text)
        await dashboard.press("y")
        await said(dashboard, "sent")
        await dashboard.press("a", *"emu", "enter", *"fast", "enter")
        await said(dashboard, "Stored emu")
        before = git(bare, *tip)  # type: ignore[operator]
        dashboard.screen.sync_quietly()
        await dashboard.until(lambda: git(bare, *tip) != before)  # type: ignore[operator]


@pytest.mark.fault("an agent that stores a key while its new value is typed")
async def test_a_value_that_others_wrote_meanwhile_is_shown_before_it_is_overruled(
    opened: Opening, made: Path, git: object
) -> None:
    other = (
        '{"branch": "feature/cache", "timestamp": "2026-02-06T14:31:30Z", '
        '"key": "handoff", "value": "mine came first"}'
    )
    async with opened(made) as dashboard:
        await dashboard.to(1, "handoff")
        await dashboard.press("e", "f7", *"too late")
        git.note(made, other)  # type: ignore[attr-defined]
        await dashboard.until(
            lambda: (
                "mine came first"
                in [
                    key.latest.value
                    for key in dashboard.screen.deck.notes.primary.of_branch("feature/cache").keys
                ]
            )
        )
        await dashboard.press("ctrl+s")
        assert "mine came first" in dashboard.text
        await dashboard.press("n")
        assert "too late" in dashboard.text
        await dashboard.press("ctrl+s")
        await said(dashboard, "Stored handoff")
    assert latest(made, "feature/cache")["handoff"] == "too late"


async def test_what_could_not_be_stored_comes_back_to_be_sent_again(
    opened: Opening, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from memdeck.errors import Refused
    from memdeck.notes.store import NotesStore

    def refuse(*_: object, **__: object) -> None:
        raise Refused("Others kept writing, so nothing was stored.")

    async with opened(made) as dashboard:
        monkeypatch.setattr(NotesStore, "set", refuse)
        await dashboard.press("1", "a", *"emu", "enter", *"a long thought", "enter")
        await said(dashboard, "Others kept writing")
        await dashboard.until(lambda: "a long thought" in dashboard.text)
        monkeypatch.undo()
        await dashboard.press("ctrl+s")
        await said(dashboard, "Stored emu")
    assert latest(made, "feature/cache")["emu"] == "a long thought"


async def test_b_carries_nothing_that_it_did_not_show(
    opened: Opening, made: Path, git: object
) -> None:
    key = sorted(latest(made, "main").keys() - latest(made, "feature/cache").keys())[0]
    async with opened(made) as dashboard:
        await dashboard.to(1, "main")
        await dashboard.press("B", "j")
        entry = {
            "branch": "feature/cache",
            "timestamp": "2026-02-06T14:31:30Z",
            "key": key,
            "value": "ours",
        }
        git.note(made, json.dumps(entry))  # type: ignore[attr-defined]
        await dashboard.until(
            lambda: dashboard.screen.deck.notes.primary.of_branch("feature/cache").entry_count == 10
        )
        await dashboard.press("c")
        await said(dashboard, "Others wrote meanwhile")
    assert latest(made, "feature/cache")[key] == "ours"


@pytest.mark.fault("the notes ref deleted under the dashboard")
async def test_notes_that_are_deleted_under_the_dashboard_are_said_with_the_way_back(
    opened: Opening, made: Path, git: object
) -> None:
    tip = git(made, "rev-parse", "refs/notes/agents")  # type: ignore[operator]
    async with opened(made) as dashboard:
        git(made, "update-ref", "-d", "refs/notes/agents")  # type: ignore[operator]
        await dashboard.until(lambda: any(tip in row.text for row in dashboard.screen.pane(1)._all))
        git(made, "update-ref", "refs/notes/agents", tip)  # type: ignore[operator]
        await dashboard.until(
            lambda: not any(tip in row.text for row in dashboard.screen.pane(1)._all)
        )
        assert "handoff" in dashboard.row_texts(1)
