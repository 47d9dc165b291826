"""`memdeck init` and `memdeck demo`: a workspace of one's own, and a made one to look at."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from memdeck.cli.call import Call, agent_option, pass_call
from memdeck.cli.output import data, narrate
from memdeck.errors import Refused, Unusable
from memdeck.text import in_shell, show
from memdeck.workspace import LOGS_NAME, MEMORY_NAME, Workspace, open_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from memdeck.git import Repository


@click.command("init")
@click.argument("folder", metavar="[DIR]", required=False, default=".")
@click.option("--git", "with_git", is_flag=True, help="Make a git repository, too.")
@agent_option
@pass_call
def init_command(call: Call, folder: str, with_git: bool) -> None:
    """Make DIR, or the current folder, a workspace.

    Writes MEMORY.md and today's log. In a git repository, notes of its remotes
    are fetched from then on to a ref of their own, and notes follow commits
    that are amended or rebased. What is there already is left as it is, so
    that this can be called again.
    """
    target = call.path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(
            f"{show(str(target))} cannot be made ({error.strerror}): name another folder."
        ) from error
    workspace = call.open(open_workspace(target))
    if with_git:
        _make_repository(workspace)
    _write_memory(call, workspace)
    _write_log(workspace, workspace.today(call.now()))
    _set_up_notes(workspace, asked=with_git)
    data(str(workspace.root))


@click.command("demo")
@click.argument("folder", metavar="DIR")
@pass_call
def demo_command(call: Call, folder: str) -> None:
    """Write a made workspace to DIR.

    A month of three agents at work, up to today.
    """
    from memdeck.demo import make_workspace
    from memdeck.settings import load_settings

    target = call.path(folder)
    now = call.now()
    today = Workspace(target, load_settings(None)).today(now)
    try:
        root = make_workspace(target, last_day=today, now=now)
    except OSError as error:
        raise Unusable(
            f"{show(str(target))} cannot be made ({error.strerror}): name another folder."
        ) from error
    narrate(f"A made workspace: `memdeck -C {in_shell(str(root))}` opens it.")
    data(str(root))


def _make_repository(workspace: Workspace) -> None:
    from memdeck.git import Git, open_repository

    found = open_repository(workspace.root)
    if found is not None:
        narrate(f"{found.root} is a git repository already: left as it is.")
        return
    Git(workspace.root).run("init", "--quiet")
    narrate("Made a git repository.")


def _write_memory(call: Call, workspace: Workspace) -> None:
    from memdeck.curated.edits import Scaffold

    if os.path.lexists(workspace.memory_path):
        narrate(f"{MEMORY_NAME} is there already: left as it is.")
        if workspace.state_folder.is_dir():
            # What an earlier call could not finish is settled and told by the store.
            try:
                call.store()
            except Refused as error:
                narrate(str(error))
        return
    applied = call.store().apply(Scaffold())
    narrate(f"{applied.record.words} ({MEMORY_NAME}).")


def _write_log(workspace: Workspace, today: date) -> None:
    """The day's log, empty, when there is none of that name yet; `memdeck log` gives it a title."""
    name = f"{LOGS_NAME}/{today.isoformat()}.md"
    folder = workspace.logs_folder
    try:
        folder.mkdir(exist_ok=True)
        if not folder.resolve().is_relative_to(workspace.root):
            raise Refused(
                f"{LOGS_NAME} is a link that leads out of the workspace, so no log was written "
                "there: replace it by a folder."
            )
        path = folder / f"{today.isoformat()}.md"
        path.open("xb").close()
    except FileExistsError:
        narrate(f"{name} is there already: left as it is.")
    except OSError as error:
        raise Unusable(
            f"{name} cannot be written ({error.strerror}): "
            f"see to it that {LOGS_NAME} is a folder that may be written to."
        ) from error
    else:
        narrate(f"Wrote {name}.")


def _set_up_notes(workspace: Workspace, *, asked: bool) -> None:
    """See to it that notes survive amending and rebasing, and come along when one fetches."""
    from memdeck.git import open_repository
    from memdeck.git_words import GitFailed

    try:
        repository = open_repository(workspace.root)
        if repository is None:
            narrate("No git repository here, so no notes yet: `memdeck init --git` makes one.")
            return
        _configure(workspace, repository)
    except GitFailed as error:
        if asked:
            raise
        narrate(f"The git notes were not set up: {error}")


def _configure(workspace: Workspace, repository: Repository) -> None:
    import re
    from fnmatch import fnmatchcase

    from memdeck.git import Git
    from memdeck.notes.findings import Severity
    from memdeck.notes.wiring import examine_configuration, read_configuration, tracking_refspec

    git = Git(repository.root)
    ref = workspace.settings.notes_ref
    settings = read_configuration(git)

    def values(name: str) -> list[str]:
        return [each.value for each in settings if each.name == name]

    if any(fnmatchcase(ref, each) for each in values("notes.rewriteref")):
        narrate("notes.rewriteRef covers the notes already: left as it is.")
    else:
        git.run("config", "--local", "--add", "notes.rewriteRef", ref)
        narrate(f"Set notes.rewriteRef to {ref}: notes follow amended and rebased commits.")
    remotes = git.run("remote").decode("utf-8", "surrogateescape").split("\n")
    for remote in filter(None, remotes):
        if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_./-]*", remote) is None:
            narrate(f"The remote {show(remote)} has an odd name and was left alone.")
            continue
        # Never onto refs/notes itself: a fetch would overwrite what was not pushed yet.
        wanted = tracking_refspec(ref, remote)
        name = f"remote.{remote}.fetch"
        tracking = f"refs/memdeck/remote/{remote}/{ref.removeprefix('refs/notes/')}"
        if wanted in values(name):
            narrate(f"`git fetch {remote}` brings its notes to {tracking} already: left as it is.")
            continue
        # Without its stars, git fails as long as the remote has no notes.
        rigid = wanted.replace("*", "")
        if rigid in values(name):
            git.run("config", "--local", "--fixed-value", "--replace-all", name, wanted, rigid)
        else:
            git.run("config", "--local", "--add", name, wanted)
        narrate(f"Set {name} to {wanted}: `git fetch {remote}` brings its notes to {tracking}.")
    for finding in examine_configuration(settings, ref):
        if finding.severity is Severity.HARM:
            narrate(f"{finding.where}: {finding.words}")
    _say_without_reflog(repository, values("core.logallrefupdates"))


def _say_without_reflog(repository: Repository, settings: Sequence[str]) -> None:
    """Tell that git keeps no reflog of the notes here, in which dropped entries are found."""
    said = settings[-1].lower() if settings else ""
    bare = repository.root == repository.git_dir
    off = said in ("false", "no", "off", "0") or (not said and bare)
    if off:
        narrate(
            "git keeps no reflog of the notes here, so `memdeck notes recover` finds nothing that "
            "others dropped: `git config core.logAllRefUpdates true` keeps one."
        )
