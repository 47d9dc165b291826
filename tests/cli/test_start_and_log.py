"""`memdeck init`, `demo`, `log` and `config`: a workspace from nothing, and its first lines."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import TODAY, Caller

Git = Any
CallIn = Callable[[Path], Caller]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but for the insides of git."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }


# --- init ------------------------------------------------------------------


def test_init_writes_the_scaffold_and_says_so(tmp_path: Path, call_in: CallIn) -> None:
    call = call_in(tmp_path)
    said = call("init", "new/agent")
    root = tmp_path / "new" / "agent"
    assert said.code == 0, said.err
    assert said.text == f"{root}\n"
    assert set(tree(root)) == {"MEMORY.md", "memory/2026-02-06.md"}
    text = (root / "MEMORY.md").read_text("utf-8")
    titles = [line for line in text.split("\n") if line.startswith("## ")]
    assert titles[:2] == ["## Active Projects", "## Critical Decisions"]
    assert titles[2].startswith("## Patterns")
    assert "init --git" in said.err
    assert call_in(root)("status").code == 0


def test_init_again_changes_nothing(tmp_path: Path, call_in: CallIn) -> None:
    call = call_in(tmp_path)
    assert call("init").code == 0
    before = tree(tmp_path)
    said = call("init")
    assert said.code == 0
    assert tree(tmp_path) == before
    assert said.err.count("left as it is") == 2


def test_init_never_overwrites(agent: Path, call: Caller) -> None:
    before = tree(agent)
    assert call("init").code == 0
    assert tree(agent) == before


def test_the_scaffold_can_be_undone_and_filled(tmp_path: Path, call_in: CallIn) -> None:
    call = call_in(tmp_path)
    call("init")
    said = call("add", "Lantern - lighthouse scheduler", "--to", "Active Projects")
    assert said.code == 0, said.err
    text = (tmp_path / "MEMORY.md").read_text("utf-8")
    assert "- Lantern - lighthouse scheduler\n" in text


def test_a_repository_is_made_only_when_asked_for(
    tmp_path: Path, call_in: CallIn, git: Git
) -> None:
    call = call_in(tmp_path)
    call("init")
    assert not (tmp_path / ".git").exists()
    said = call("init", "--git")
    assert said.code == 0, said.err
    assert (tmp_path / ".git").is_dir()
    assert git(tmp_path, "config", "notes.rewriteRef") == "refs/notes/agents"
    assert git(tmp_path, "status", "--porcelain") != ""
    again = call("init", "--git")
    assert "already" in again.err
    assert git(tmp_path, "config", "--get-all", "notes.rewriteRef") == "refs/notes/agents"


def test_remotes_get_one_fetch_refspec_and_never_a_push(
    agent: Path, call: Caller, git: Git, tmp_path: Path
) -> None:
    git.repository(agent)
    bare = tmp_path / "origin.git"
    bare.mkdir()
    git(bare, "init", "-q", "--bare")
    git(agent, "remote", "add", "origin", bare)
    git(agent, "remote", "add", "back.up", bare)
    for _ in range(2):
        said = call("init")
        assert said.code == 0, said.err
    for name in ("origin", "back.up"):
        assert git(agent, "config", "--get-all", f"remote.{name}.fetch").split("\n") == [
            f"+refs/heads/*:refs/remotes/{name}/*",
            f"+refs/notes/agents*:refs/memdeck/remote/{name}/agents*",
        ]
        assert "push" not in git(agent, "config", "--get-regexp", f"remote\\.{name}\\.")
    assert git(agent, "config", "--get-all", "notes.rewriteRef") == "refs/notes/agents"
    # What was set up works: a note pushed by another clone arrives beside the live ref.
    git.note(agent, "{}")
    git(agent, "push", "-q", "origin", "main", "refs/notes/agents")
    git(agent, "update-ref", "-d", "refs/notes/agents")
    git(agent, "fetch", "-q", "origin")
    assert git(agent, "for-each-ref", "--format=%(refname)", "refs/memdeck", "refs/notes") == (
        "refs/memdeck/remote/origin/agents"
    )


def test_another_notes_ref_and_a_wider_setting_are_respected(
    agent: Path, call: Caller, git: Git
) -> None:
    git.repository(agent)
    git(agent, "config", "notes.rewriteRef", "refs/notes/*")
    git(agent, "remote", "add", "origin", "/nowhere")
    (agent / "memdeck.toml").write_text('[notes]\nref = "refs/notes/team/a"\n', encoding="utf-8")
    assert call("init").code == 0
    assert git(agent, "config", "--get-all", "notes.rewriteRef") == "refs/notes/*"
    assert "+refs/notes/team/a*:refs/memdeck/remote/origin/team/a*" in git(
        agent, "config", "--get-all", "remote.origin.fetch"
    )


def test_init_works_without_git(
    tmp_path: Path, call_in: CallIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    said = call_in(tmp_path)("init", "new")
    assert said.code == 0, said.err
    assert "git is not installed" in said.err
    assert (tmp_path / "new" / "MEMORY.md").exists()
    assert call_in(tmp_path)("init", "other", "--git").code == 4


@pytest.mark.fault("a link out of the workspace where `init` would make a folder")
def test_init_does_not_follow_a_link_out_of_the_workspace(tmp_path: Path, call_in: CallIn) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "memory").symlink_to("../outside")
    said = call_in(tmp_path)("init", "agent")
    assert said.code == 3
    assert not list((tmp_path / "outside").iterdir())


def test_init_where_a_file_is_in_the_way_is_said(tmp_path: Path, call_in: CallIn) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    said = call_in(tmp_path)("init", "file")
    assert said.code == 4
    assert said.err.startswith("memdeck: ")


# --- demo ------------------------------------------------------------------


def test_the_made_workspace_ends_today_and_can_be_looked_at(
    tmp_path: Path, call_in: CallIn
) -> None:
    said = call_in(tmp_path)("demo", "atlas")
    assert said.code == 0, said.err
    assert said.text == f"{tmp_path / 'atlas'}\n"
    assert (tmp_path / "atlas" / "memory" / "2026-02-06.md").exists()
    document = json.loads(call_in(tmp_path / "atlas")("status", "--json").out)
    assert document["branch"] == "feature/cache"
    assert len(document["days"]) > 20
    again = call_in(tmp_path)("demo", "atlas")
    assert (again.code, again.out) == (3, b"")


def test_a_command_on_the_made_workspace_leaves_nothing_behind(
    tmp_path: Path, call_in: CallIn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    call = call_in(tmp_path)
    said = call("--demo", "status")
    assert said.code == 0, said.err
    assert "feature/cache" in said.text
    assert call("--demo").code == 0
    assert call("--demo", "add", "A line", "--to", "Critical Decisions").code == 0
    assert call("--demo", "notes", "get", "nothing").code == 1
    assert list(tmp_path.iterdir()) == []
    assert not list(home.rglob("atlas-*"))


def test_what_was_made_for_the_dashboard_is_said_to_be_gone_when_it_ends(agent: Path) -> None:
    call = Caller(agent, terminal=True)
    said = call("--demo")
    assert said.code == 0
    ((root, _),) = call.opened
    assert not root.exists()
    assert said.err.count("\n") == 1
    assert "temporary and is gone" in said.err
    assert "`memdeck demo DIR`" in said.err
    assert call("--demo", "status").err == ""
    assert call().err == ""
    assert Caller(agent)("--demo").err == ""


# --- log -------------------------------------------------------------------


def test_a_line_is_appended_to_todays_log(agent: Path, call: Caller) -> None:
    said = call("log", "The fog lifted", "--section", "Completed")
    assert said.code == 0, said.err
    text = (agent / "memory" / "2026-02-06.md").read_text("utf-8")
    assert text.startswith(TODAY)
    place = said.text.strip()
    assert place.startswith("memory/2026-02-06.md:")
    line = text.split("\n")[int(place.rpartition(":")[2]) - 1]
    assert line == "- The fog lifted"
    assert "Completed" in text[len(TODAY) :]


def test_what_was_logged_can_be_promoted_by_the_printed_place(call: Caller, agent: Path) -> None:
    place = call("log", "Decided to count at noon from now on", "--section", "Decisions").text
    assert call("promote", place.strip(), "--to", "Critical Decisions").code == 0
    assert "- Decided to count at noon" in (agent / "MEMORY.md").read_text("utf-8")


def test_another_day_and_standard_input(agent: Path, call: Caller) -> None:
    said = call("log", "-", "--date", "2026-01-31", stdin="two\nlines\n")
    assert said.code == 0, said.err
    text = (agent / "memory" / "2026-01-31.md").read_text("utf-8")
    assert "- two\n" in text
    assert "lines\n" in text
    assert "future" in call("log", "x", "--date", "2026-03-01").err


@pytest.mark.parametrize(
    "arguments", [[""], ["x", "--date", "tomorrow"], ["x", "--section", "a\nb"], ["-"]]
)
def test_wrong_lines_are_wrong_usage(agent: Path, call: Caller, arguments: list[str]) -> None:
    before = tree(agent)
    assert call("log", *arguments).code == 2
    assert tree(agent) == before


def test_today_is_the_workspaces_today(agent: Path, call: Caller) -> None:
    (agent / "memdeck.toml").write_text('[time]\nzone = "Pacific/Auckland"\n', encoding="utf-8")
    assert call("log", "x").text.startswith("memory/2026-02-07.md:")


# --- config ----------------------------------------------------------------


def test_settings_are_shown_with_where_they_come_from(agent: Path, call: Caller) -> None:
    said = call("config", "show")
    assert said.code == 0
    assert f'time.zone = "UTC"  # {agent}/memdeck.toml' in said.text.split("\n")
    assert "budget.limit = 15000  # default" in said.text.split("\n")
    document = json.loads(call("config", "show", "--json").out)
    assert document["budget.limit"] == {"value": 15_000, "source": "default"}


def test_settings_can_be_shown_without_a_workspace(tmp_path: Path, call_in: CallIn) -> None:
    call = call_in(tmp_path)
    assert call("config", "show").code == 0
    said = call("config", "path")
    assert said.text.endswith("memdeck/memdeck.toml\n")
    assert said.text.count("\n") == 1
    assert call("-C", "/nowhere", "config", "show").code == 4


# --- Hostile names ---------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["\x1b]0;evil\x07", "a\nb", "[@click=app.quit]x[/]", "-rf", "ü\u202ex"]
)
def test_a_workspace_of_any_name_works_and_its_name_is_shown_harmless(
    tmp_path: Path, call_in: CallIn, name: str
) -> None:
    call = call_in(tmp_path)
    for arguments in (
        ["init", "--", name],
        ["-C", name, "status"],
        ["-C", name, "add", "A line", "--to", "Active Projects"],
        ["-C", name, "log", "A line", "--section", "\x1b[2J"],
        ["-C", name, "history"],
        ["-C", name, "config", "show"],
        ["-C", name, "demo", "."],
    ):
        said = call(*arguments)
        assert said.code in (0, 2, 3), said.err
        for text in (said.text, said.err):
            assert not {"\x1b", "\x07", "\u202e"} & set(text)
    root = json.loads(call("-C", name, "status", "--json").out)["workspace"]
    assert root == str(tmp_path / name)
