"""The one module that starts git.

Git is started through GitPython's command runner with argument lists (never a
shell), data on its standard input, a time limit, and an environment in which
the configuration of a hostile repository runs nothing: no hook, no file system
monitor, no pager, no external diff, no remote helper. What the person's own
environment says of *which* repository to use (`GIT_DIR` and its like) is left
out: memdeck reads the folder that it was given.

Nothing is read through GitPython's own reference and object code, which knows
neither reftable nor SHA-256 repositories.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from memdeck.errors import WrongUsage
from memdeck.git_environment import KEPT, SAFE_ENVIRONMENT
from memdeck.git_running import Running
from memdeck.git_words import (
    GitFailed,
    GitMissing,
    NoRepository,
    missing,
)

if TYPE_CHECKING:
    from git.cmd import Git as Starter

__all__ = [
    "SAFE_ENVIRONMENT",
    "TIME_LIMIT",
    "Git",
    "GitFailed",
    "GitMissing",
    "Repository",
    "Running",
    "Sight",
    "look",
    "open_repository",
    "ref_paths",
    "safe_ref",
    "sight",
]

TIME_LIMIT: Final = 30.0
"""Seconds that one git command may take."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as git sees it from one folder. Paths are absolute."""

    root: Path
    """Top of the work tree; the git folder itself when there is none (a bare repository)."""
    git_dir: Path
    common_dir: Path
    """Where refs and notes live; differs from `git_dir` in a linked worktree."""
    branch: str | None
    """Checked out, without `refs/heads/`; `HEAD` when detached; None when it cannot be told."""
    head: str | None
    """Hex id of the commit at HEAD; None while the branch is unborn."""
    detached: bool
    object_format: str
    """`sha1` or `sha256`."""


class Git:
    """Git in one folder."""

    def __init__(self, folder: Path, timeout: float = TIME_LIMIT) -> None:
        """`timeout` is the time limit of each command, in seconds. Raises GitFailed."""
        # Links are followed, as git counts its way up from where they lead;
        # os.path.realpath does not raise where Path.resolve does (links in a ring).
        try:
            self.folder = Path(os.path.realpath(folder))
        except ValueError:  # a zero byte
            raise GitFailed(f"{str(folder)!r} cannot be the path of a folder.") from None
        self.timeout = timeout

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        allowed: Collection[int] = (0,),
        environment: Mapping[str, str] | None = None,
    ) -> bytes:
        """Standard output of `git arguments...`, started in the folder.

        `allowed` are the exit codes that are no failure; `environment` adds to
        the safe environment, for a caller that knows why. Raises GitFailed in
        words when git is missing, finds no repository, refuses one that
        belongs to another user, fails, or takes longer than the time limit
        (it and what it started are then killed).
        """
        with_input = stdin is not None
        return self.start(*arguments, environment=environment, with_input=with_input).finish(
            stdin, allowed
        )

    def start(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        with_input: bool = True,
    ) -> Running:
        """`git arguments...` started in the folder, as `run` does it; it is the caller's to end.

        Raises GitFailed in words when it cannot be started.
        """
        settings = {**SAFE_ENVIRONMENT, **(environment or {})}
        removed = sorted(
            name
            for name in os.environ
            if name.startswith("GIT_") and name not in settings and not KEPT.fullmatch(name)
        )
        # GitPython adds to the environment and cannot take from it; env(1) can.
        prefix = ["env", *(f"--unset={name}" for name in removed)] if removed else []
        # `-C`, as GitPython falls back to the current folder, and so perhaps to
        # another repository, when it may not enter the one it was given.
        command = [*prefix, "git", "-C", str(self.folder), *arguments]
        process = self._start(command, settings, with_input)
        return Running(process, self.folder, arguments, self.timeout, through_env=bool(prefix))

    def _start(
        self, command: list[str], settings: Mapping[str, str], with_input: bool
    ) -> subprocess.Popen[bytes]:
        starter = _starter()()
        from git.exc import GitCommandNotFound

        try:
            running = starter.execute(
                command,
                istream=subprocess.PIPE if with_input else None,
                as_process=True,
                env=settings,
                # Its own session: a key pressed for memdeck (ctrl+c) is not
                # meant for git, git cannot ask on memdeck's terminal, and a
                # time limit ends the whole group.
                start_new_session=True,
            )
        except (GitCommandNotFound, PermissionError):
            raise missing() from None
        except (OSError, ValueError) as error:
            raise GitFailed(f"git could not be started: {error}; nothing was changed.") from error
        process = running.proc
        assert process is not None
        # From here on it is ours to end: GitPython's wrapper would end it when
        # it is collected.
        running.proc = None
        return process


_FIRST_IMPORT: Final = threading.Lock()


def _starter() -> type[Starter]:
    """GitPython's command runner, imported when first needed (30 ms)."""
    if "git.cmd" not in sys.modules:
        with _FIRST_IMPORT, _quiet_import():
            from git.remote import FetchInfo

            # What its check would have found for git 2.10 (of 2016) and later:
            # another part of this program may fetch through GitPython.
            FetchInfo._flag_map.setdefault("t", FetchInfo.TAG_UPDATE)
    from git.cmd import Git as Starter

    return Starter


@contextlib.contextmanager
def _quiet_import() -> Iterator[None]:
    """GitPython's import starts git twice to ask for its version, and fails without git.

    For the time of the import it is told of a program that cannot be started,
    and to be quiet about it; it then uses `git` from the path, as it would.
    """
    wanted = {"GIT_PYTHON_REFRESH": "quiet", "GIT_PYTHON_GIT_EXECUTABLE": os.devnull}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


# --- Opening ---------------------------------------------------------------

# The marks between the answers are unknown options, which `rev-parse` prints
# back: a path may hold line feeds. Where there is no work tree, nothing at all
# is printed for the way up to its top.
_MARK: Final = "--memdeck"
_ANSWER: Final = re.compile(
    # Before git 2.31 the option is printed back and paths are relative.
    r"(?:--path-format=absolute\n)?(\w+)\n--memdeck-git\n(.*)\n--memdeck-common\n(.*)\n"
    r"--memdeck-top\n(?:(.*)\n)??--memdeck-tip\n(.*)--memdeck-notes\n(.*)--memdeck-refs\n(.*)",
    re.DOTALL,
)
_ALL_NOTES: Final = "--glob=refs/notes/*"


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at a repository tells."""

    repository: Repository
    tip: str | None
    """Hex id that the ref which was asked for has; None when there is no such ref."""
    notes: tuple[tuple[str, str], ...]
    """Every ref under `refs/notes/` with its hex id, by name."""


def sight(folder: Path, ref: str, timeout: float = TIME_LIMIT) -> Sight | None:
    """The repository that `folder` lies in, and where `ref` and the notes refs point.

    One git process (a second one while the branch is unborn and there are
    notes). None when the folder lies in no repository. Raises GitFailed for
    all other trouble, and WrongUsage when `ref` is no full ref name.
    """
    git = Git(folder, timeout)
    # A pattern that only the ref itself matches (without a `[` git would add
    # `/*`): a ref that is missing prints nothing, one whose commit is lost its id.
    above, _, name = safe_ref(ref).rpartition("/")
    tip = f"--glob=refs/[{name[0]}]{name[1:]}" if above == "refs" else f"--glob={above}[/]{name}"
    try:
        output = git.run(
            "rev-parse",
            *("--path-format=absolute", "--show-object-format", f"{_MARK}-git", "--git-dir"),
            *(f"{_MARK}-common", "--git-common-dir", f"{_MARK}-top", "--show-cdup"),
            *(f"{_MARK}-tip", tip, f"{_MARK}-notes", _ALL_NOTES),
            # HEAD may be missing: `rev-parse --revs-only` says nothing of it and
            # stops there. From `--symbolic` on names are printed, not ids.
            *(f"{_MARK}-refs", "--revs-only", "HEAD", "--symbolic", _ALL_NOTES),
        )
    except NoRepository:
        return None
    answer = _ANSWER.fullmatch(output.decode(errors="surrogateescape"))
    if answer is None:
        raise GitFailed(f"git rev-parse gave an answer for {git.folder} that memdeck cannot read.")
    object_format, git_path, common_path, up, tip_id, note_ids, last = answer.groups()
    git_dir = git.folder / git_path
    # Never `split()` alone: a name may hold what Python takes for a space, such as U+2028.
    head, *names = last.removesuffix("\n").split("\n") if last else (None,)
    branch = _branch(git, git_dir)
    repository = Repository(
        root=_root(git.folder, git_dir, up),
        git_dir=git_dir,
        common_dir=git.folder / common_path,
        branch=branch,
        head=head,
        detached=branch == "HEAD",
        object_format=object_format,
    )
    ids = note_ids.split()
    if head is None and ids == tip_id.split() and (not ids or ref.startswith("refs/notes/")):
        names = [ref] * len(ids)
    elif len(ids) != len(names):
        # The branch is unborn, or a ref came or went between the two lists.
        listed = git.run("for-each-ref", "--format=%(refname) %(objectname)", "refs/notes/")
        lines = listed.decode(errors="surrogateescape").split("\n")[:-1]
        pairs = [each.partition(" ") for each in lines]
        names, ids = [pair[0] for pair in pairs], [pair[2] for pair in pairs]
    notes = tuple(zip(names, ids, strict=True))
    return Sight(repository, next(iter(tip_id.split()), None), notes)


def look(
    folder: Path, ref: str | None = None, timeout: float = TIME_LIMIT
) -> tuple[Repository, str | None] | None:
    """The repository that `folder` lies in, and the hex id that `ref` has in it.

    As `sight`, for those who need no more.
    """
    seen = sight(folder, ref or "refs/notes/-", timeout)
    return (seen.repository, seen.tip if ref else None) if seen else None


def open_repository(folder: Path) -> Repository | None:
    """The repository that `folder` lies in; None when it lies in none.

    Raises GitFailed, in words, when there is one that cannot be used.
    """
    found = look(folder)
    return found[0] if found else None


def _root(folder: Path, git_dir: Path, up: str | None) -> Path:
    """Top of the work tree, from the way up to it (empty: this is it; None: there is none).

    A configuration may put it where the folder is not in; it is left there.
    """
    if up is None or up.startswith("/"):
        return git_dir.parent if git_dir.name == ".git" else git_dir
    return Path(os.path.normpath(folder / up))


def _branch(git: Git, git_dir: Path) -> str | None:
    """The branch that HEAD names, `HEAD` when it names a commit, None when it cannot be told.

    Read from the file, as no git command tells it together with the rest; a
    reftable repository keeps it elsewhere and is asked.
    """
    path = git_dir / "HEAD"
    try:
        if path.is_symlink():
            text = f"ref: {os.readlink(path)}"  # noqa: PTH115 (the text of the link is wanted)
        else:
            with path.open("rb") as file:
                text = file.read(4096).decode(errors="surrogateescape").strip()
    except OSError:
        text = ""
    if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text):
        return "HEAD"
    if text.startswith("ref:"):
        name = text.removeprefix("ref:").strip()
        if name.startswith("refs/") and name != "refs/heads/.invalid":
            return name.removeprefix("refs/heads/")
    try:
        output = git.run("symbolic-ref", "--quiet", "HEAD", allowed=(0, 1))
    except GitFailed:
        return None
    name = output.decode(errors="surrogateescape").strip()
    return name.removeprefix("refs/heads/") if name else "HEAD"


# --- Names and places of refs ----------------------------------------------

# The rules of git-check-ref-format(1), for full names.
_REF: Final = re.compile(
    r"refs(?:/(?!\.)(?:(?!\.\.|@\{)[^\x00-\x20\x7f~^:?*\[\\/\ud800-\udfff])+(?<!\.lock))+(?<!\.)"
)


def safe_ref(name: str) -> str:
    """`name`, which must be a full ref name that git accepts. Raises WrongUsage otherwise."""
    if "/" not in name or not _REF.fullmatch(name):
        raise WrongUsage(
            f"{name!r} is no full ref name; write it as in refs/notes/agents, without spaces."
        )
    return name


def ref_paths(repository: Repository) -> tuple[Path, ...]:
    """The folders in which a change of a ref, of HEAD or of the notes is seen.

    First the git folders themselves, to be watched without what is below them
    (`HEAD`, `packed-refs`), then `refs`, `logs` and `reftable` in them, to be
    watched with all that is below. Only folders that exist: those that are
    made later appear in the first ones.
    """
    tops = tuple(dict.fromkeys((repository.common_dir, repository.git_dir)))
    below = (top / name for top in tops for name in ("refs", "logs", "reftable"))
    return tuple(each for each in (*tops, *below) if os.path.isdir(each))  # noqa: PTH112 (says no)
