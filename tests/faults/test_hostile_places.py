"""Repositories, links and names that are out to do something to whoever opens the workspace."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from memdeck.errors import WrongUsage
from memdeck.git import Git, GitFailed, open_repository
from memdeck.git_words import failure
from memdeck.settings import load_settings, user_settings_path
from memdeck.text import in_shell
from tests.cli.conftest import Caller
from tests.conftest import GitHelper
from tests.hostile import make_hostile
from tests.screen.conftest import Opening

ENTRY = '{"branch": "main", "timestamp": "2026-02-06T10:00:00Z", "key": "plan", "value": 1}'
MEMORY = "# Memory\n\n## Critical Decisions\n\n- Chose the long way\n"
LOG = "## Decisions\n\n- Decided to count the terns at dawn\n"
DAY = "memory/2026-02-06.md"


@pytest.fixture
def root(git: GitHelper, tmp_path: Path) -> Path:
    """A small workspace in a repository, with a past and a note."""
    folder = git.repository(tmp_path / "agent")
    (folder / "memory").mkdir()
    (folder / "MEMORY.md").write_text("# Memory\n", encoding="utf-8")
    (folder / DAY).write_text(LOG, encoding="utf-8")
    (folder / "memdeck.toml").write_text('[time]\nzone = "UTC"\n', encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "begun")
    (folder / "MEMORY.md").write_text(MEMORY, encoding="utf-8")
    git(folder, "commit", "-qam", "decided")
    git.note(folder, ENTRY)
    return folder


@pytest.fixture
def call(root: Path) -> Caller:
    return Caller(root)


# --- What a repository's configuration would start ----------------------------------


@pytest.mark.slow
@pytest.mark.fault("a repository whose configuration starts a program, opened in the dashboard")
async def test_the_dashboard_starts_nothing(
    opened: Opening, git: GitHelper, root: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    make_hostile(git, root, marker)
    async with opened(root) as dashboard:
        assert "plan" in dashboard.text
        for keys in ("T", "tab", "escape", "1", "T", "escape", "D", "escape", "R", "escape", "s"):
            await dashboard.press(keys)
            await dashboard.pilot.pause()
        await dashboard.until(lambda: any("remote" in each for each in dashboard.toasts()))
        await dashboard.press("escape", "b", "escape", "4", "escape", "t", "escape", "3", "j", "j")
        await dashboard.press("p", "ctrl+s")
        await dashboard.until(lambda: "terns" in (root / "MEMORY.md").read_text("utf-8"))
        await dashboard.press("u")
        await dashboard.until(lambda: "terns" not in (root / "MEMORY.md").read_text("utf-8"))
        assert not marker.exists(), marker.read_text(encoding="utf-8")


COMMANDS = (
    *(("status",), ("status", "--json"), ("handoff",), ("pack",), ("check",), ("hygiene",)),
    *(("history",), ("history", "show", "HEAD"), ("history", "--item", "5"), ("lineage", "5")),
    *(("triage",), ("search", "terns"), ("pulse",), ("costs",), ("lost",), ("config", "show")),
    *(("notes", "get"), ("notes", "list"), ("notes", "log"), ("notes", "doctor")),
    *(("notes", "recover"), ("notes", "set", "tide", "low"), ("notes", "sync", "origin", "--yes")),
    *(
        ("notes", "sync", "other", "--yes"),
        ("notes", "sync", "--yes"),
        ("notes", "doctor", "--fix"),
    ),
    *(("log", "Counted"), ("beat", "--agent", "scout"), ("add", "Two", "--to", "Critical")),
    *(("promote", f"{DAY}:3", "--to", "Critical"), ("edit", "5", "--text", "Other", "--yes")),
    *(("retire", "5", "--yes"), ("undo",), ("redo",), ("restore", "HEAD"), ("restore", "HEAD~1")),
    *(("init",), ("notes", "guard", "status")),
)


@pytest.mark.fault("a repository whose configuration starts a program, under every command")
def test_no_command_starts_anything(
    call: Caller, git: GitHelper, root: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    make_hostile(git, root, marker)
    ended = {}
    for arguments in COMMANDS:
        said = call(*arguments)
        ended[arguments] = said.code
        assert not marker.exists(), f"{arguments}: {marker.read_text(encoding='utf-8')}"
    # They did what they are for, or said why not.
    assert ended["notes", "sync", "origin", "--yes"] == 3
    assert ended["notes", "set", "tide", "low"] == 0
    assert ended["history", "show", "HEAD"] == 0
    assert set(ended.values()) <= {0, 1, 2, 3, 4}


@pytest.mark.fault("a repository's configuration that includes a pipe that nobody writes to")
def test_a_git_that_waits_forever_is_ended_and_said(root: Path, git: GitHelper) -> None:
    os.mkfifo(root / "pipe")
    git(root, "config", "include.path", str(root / "pipe"))
    with pytest.raises(GitFailed, match="took longer than"):
        Git(root, timeout=0.5).run("rev-parse", "HEAD")


# --- Somebody else's repository --------------------------------------------------------


def owned_by_another(root: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder to another user")
    for each in (root, *root.rglob("*")):
        os.chown(each, 12345, 12345, follow_symlinks=False)


@pytest.mark.fault("a repository that belongs to another user")
async def test_another_users_repository_is_said_and_the_rest_is_shown(
    opened: Opening, call: Caller, root: Path, tmp_path: Path
) -> None:
    odd = root.rename(tmp_path / "it's; touch marker")
    owned_by_another(odd)
    call.folder = odd
    said = call("notes", "get")
    assert said.code == 4
    assert "belongs to another user" in said.err
    assert f"safe.directory {shlex.quote(str(odd))}" in said.err
    said = call("notes", "set", "tide", "low")
    assert (said.code, "belongs to another user" in said.err) == (4, True)
    assert '"tide"' in said.err  # what was to be stored is given back
    assert "Chose the long way" in call("status").text
    async with opened(odd) as dashboard:
        words = " ".join(str(dashboard.screen.pane(1)._empty.visual).split())
        assert "belongs to another user" in words + " ".join(dashboard.row_texts(1))
        assert "Chose the long way" in dashboard.text


@pytest.mark.fault("a name that a shell would run, in a command that the person is told to type")
@pytest.mark.parametrize(
    "name", ["it's; touch marker", "$(touch marker)", "a`touch marker`", "a b", "-x", "ü"]
)
def test_a_command_to_type_holds_a_name_as_one_word(name: str) -> None:
    assert shlex.split(in_shell(name)) == [name]
    folder = Path("/srv") / name
    said = str(failure(folder, ["log"], 128, f"fatal: detected dubious ownership in '{folder}'"))
    assert shlex.split(said.partition("If you trust it: ")[2])[-1] == str(folder)


@pytest.mark.fault("a remote whose name is an option of git or a command of a shell")
@pytest.mark.parametrize("name", ["--upload-pack=touch marker", "a;touch marker", "../../evil"])
def test_a_remote_of_an_odd_name_is_not_used(
    call: Caller, git: GitHelper, root: Path, tmp_path: Path, name: str
) -> None:
    other = git.repository(tmp_path / "other", "--bare", commits=0)
    with (root / ".git" / "config").open("a", encoding="utf-8") as file:
        file.write(f'[remote "{name}"]\n\turl = {other}\n')
    said = call("notes", "sync", "--yes", "--", name)
    assert said.code in (2, 3)
    assert "git remote rename" in said.err
    for arguments in (("notes", "doctor"), ("init",), ("check",)):
        said = call(*arguments)
        assert f"git fetch {name}" not in said.text + said.err
    assert git(other, "for-each-ref") == ""
    assert not (root / "marker").exists()


# --- Names that lead elsewhere, or look like options -------------------------------------

ODD = ("--upload-pack=touch marker", "-x", "--output=marker", "../../../etc/passwd", "..")


@pytest.mark.fault("names of branches, keys, sections, files and versions that look like options")
@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_names_and_nothing_else(call: Caller, root: Path, name: str) -> None:
    before = {path: path.read_bytes() for path in root.glob("[!.]*.*")}
    for arguments in (
        ("notes", "get", "plan", "--branch", name),
        ("notes", "log", f"--branch={name}"),
        ("notes", "set", "plan", "1", "--commit", name),
        ("notes", "carry", "plan", f"--from={name}"),
        ("add", "Words", f"--to={name}"),
        ("promote", f"--to={name}", f"{DAY}:3"),
        ("promote", "--", f"{name}:1"),
        ("move", "5", f"--to={name}"),
        ("history", "show", "--", name),
        ("history", "purge", "--yes", "--", name),
        ("restore", "--", name),
        ("lineage", "--", name),
        ("lineage", "--", f"{name}:3"),
        ("undo", "--", name),
        ("triage", "skip", "--", name),
        ("lost", "--", name),
        ("pack", f"--branch={name}", f"--profile={name}"),
        ("handoff", f"--agent={name}"),
        ("beat", f"--agent={name}"),
    ):
        said = call(*arguments)
        wanted = (0, 1, 2, 3, 4) if arguments[0] in ("beat", "handoff") else (1, 2, 3, 4)
        assert said.code in wanted, arguments
        assert said.code == 0 or said.err, arguments
    assert {path: path.read_bytes() for path in root.glob("[!.]*.*")} == before
    assert not list(root.parent.rglob("marker"))
    assert not [path for path in root.parent.iterdir() if path != root]
    # As a key and as a branch they are stored and found again, to the letter.
    assert call("notes", "set", f"--branch={name}", "--", name, "low").code == 0
    assert call("notes", "get", f"--branch={name}", "--", name).text == "low\n"


@pytest.mark.fault("a branch that is checked out and named like an option of git")
@pytest.mark.parametrize("name", ["-x", "--upload-pack=touch marker", "@", "$(touch marker)"])
async def test_a_branch_named_like_an_option_is_shown(
    opened: Opening, call: Caller, git: GitHelper, root: Path, name: str
) -> None:
    place = root / ".git" / "refs" / "heads" / name
    place.write_text(git(root, "rev-parse", "HEAD") + "\n", encoding="utf-8")
    (root / ".git" / "HEAD").write_text(f"ref: refs/heads/{name}\n", encoding="utf-8")
    repository = open_repository(root)
    assert repository is not None
    assert repository.branch == name
    assert call("status").code == 0
    async with opened(root) as dashboard:
        assert "Chose the long way" in dashboard.text
        await dashboard.press("1", "j", "2", "j")
    assert not list(root.rglob("marker"))


@pytest.mark.fault("a ref for the notes that is an option, or leads out of refs/notes")
@pytest.mark.parametrize(
    "ref", ["--exec=touch marker", "refs/notes/../heads/main", "refs/heads/main", "-x", "notes"]
)
def test_a_workspace_cannot_point_the_notes_elsewhere(
    call: Caller, git: GitHelper, root: Path, ref: str
) -> None:
    (root / "memdeck.toml").write_text(f'[notes]\nref = "{ref}"\n', encoding="utf-8")
    tip = git(root, "rev-parse", "refs/heads/main")
    said = call("notes", "set", "tide", "low")
    assert said.code == 2
    assert "ref" in said.err
    assert git(root, "rev-parse", "refs/heads/main") == tip


# --- Links out of the workspace ------------------------------------------------------------


def to_outside(root: Path, name: str) -> Path:
    """Replace a file or folder of the workspace by a link to a copy outside; where that is."""
    outside = root.parent / "outside"
    outside.mkdir(exist_ok=True)
    target = outside / Path(name).name
    (root / name).rename(target)
    (root / name).symlink_to(target)
    return target


WRITES = {
    "MEMORY.md": (
        ("add", "Two", "--to", "Critical"),
        ("edit", "5", "--text", "Two", "--yes"),
        ("retire", "5", "--yes"),
    ),
    DAY: (("log", "Counted"),),
    "memory": (("log", "Counted"), ("beat", "--agent", "scout")),
}


@pytest.mark.fault("a link out of the workspace in the place of MEMORY.md, a log and its folder")
@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("allowed", [False, True], ids=["as it is", "allowed for reading"])
def test_a_link_out_is_never_written_through(
    call: Caller, root: Path, name: str, allowed: bool
) -> None:
    target = to_outside(root, name)
    if allowed:
        user_settings_path().parent.mkdir(parents=True, exist_ok=True)
        user_settings_path().write_text(f'[read]\nlinks = ["{target.parent}"]\n', encoding="utf-8")
    before = {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()}
    for arguments in WRITES[name]:
        said = call(*arguments)
        assert said.code in (3, 4), (arguments, said.err)
        assert "link" in said.err or "leads out" in said.err or "outside" in said.err, said.err
    after = {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()}
    assert after == before
    shown = call("status")
    words = "Chose the long way" if name == "MEMORY.md" else "terns at dawn"
    assert (words in shown.text) is allowed, shown.text


@pytest.mark.fault("a workspace that allows itself to show files from elsewhere")
def test_a_workspace_cannot_allow_its_own_links(call: Caller, root: Path) -> None:
    to_outside(root, "MEMORY.md")
    (root / "memdeck.toml").write_text('[read]\nlinks = ["/"]\n', encoding="utf-8")
    with pytest.raises(WrongUsage, match=r"read\.links is not read from a workspace"):
        load_settings(root)
    said = call("status")
    assert said.code == 2
    assert "Chose the long way" not in said.text


@pytest.mark.fault("a link out of the workspace that the dashboard shows, edited with keys")
async def test_the_dashboard_shows_what_is_allowed_and_writes_none_of_it(
    opened: Opening, root: Path
) -> None:
    target = to_outside(root, "MEMORY.md")
    async with opened(root) as dashboard:
        assert dashboard.screen.deck is not None
        assert "leads out of the workspace" in str(dashboard.screen.deck.memory.problem)
        assert "MEMORY.md is a link" in dashboard.text
    user_settings_path().parent.mkdir(parents=True, exist_ok=True)
    user_settings_path().write_text(f'[read]\nlinks = ["{target.parent}"]\n', encoding="utf-8")
    async with opened(root) as dashboard:
        await dashboard.to(2, "Chose the long way")
        await dashboard.press("x")
        await dashboard.until(lambda: any("outside" in each for each in dashboard.toasts()))
        assert "Chose the long way" in dashboard.text
    assert target.read_text(encoding="utf-8") == MEMORY
