"""What every test shares: a home of its own, and a helper that runs git."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada Example",
    "GIT_AUTHOR_EMAIL": "ada@example.invalid",
    "GIT_COMMITTER_NAME": "Ada Example",
    "GIT_COMMITTER_EMAIL": "ada@example.invalid",
}


def unexpected_reports(home: Path) -> list[Path]:
    """The reports of errors that nobody foresaw, oldest first."""
    return sorted((home / "state" / "memdeck" / "reports").glob("report-*.txt"))


@pytest.fixture(autouse=True)
def home(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Path]:
    """A home folder of the test's own, so that no test reads or writes the person's.

    A test fails when memdeck met an error that nobody foresaw, also where it outlived it, unless
    it is marked `unexpected`.

    HOME, the XDG folders and git's configuration point into it; `MEMDECK_*`, `OPENCLAW_*`,
    `NO_COLOR` and the `GIT_*` variables of whoever started the tests are gone.
    """
    folder = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("GIT_", "MEMDECK_", "OPENCLAW_")) or name in (
            "NO_COLOR",
            "FORCE_COLOR",
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    for kind in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(folder / kind.lower()))
    configuration = folder / ".gitconfig"
    configuration.write_text("[init]\n\tdefaultBranch = main\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    yield folder
    if not request.node.get_closest_marker("unexpected"):
        for report in unexpected_reports(folder):
            pytest.fail(f"an error that nobody foresaw:\n{report.read_text('utf-8')}")


@dataclass(frozen=True)
class GitHelper:
    """Runs git for a test, as an agent or another program would, without memdeck's precautions."""

    def __call__(
        self,
        folder: Path,
        *arguments: str | Path,
        stdin: bytes | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Standard output of `git -C folder arguments...`, stripped of final line feeds.

        Raises AssertionError, with what git said, when it fails.
        """
        command = ["git", "-C", str(folder), *map(str, arguments)]
        done = subprocess.run(
            command,
            input=stdin if stdin is not None else b"",
            capture_output=True,
            check=False,
            env={**os.environ, **(environment or {})},
        )
        said = done.stderr.decode("utf-8", "replace")
        assert done.returncode == 0, f"{' '.join(command)}: {said}"
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def repository(self, folder: Path, *options: str, commits: int = 1) -> Path:
        """A new repository at `folder`, on branch main, with so many empty commits."""
        folder.mkdir(parents=True, exist_ok=True)
        self(folder, "init", "-q", *options)
        for number in range(commits):
            self.commit(folder, f"Commit {number + 1}")
        return folder

    def commit(self, folder: Path, message: str = "A commit") -> str:
        """Hex id of a new empty commit on the current branch."""
        self(folder, "commit", "-q", "--allow-empty", "-m", message)
        return self(folder, "rev-parse", "HEAD")

    def note(
        self,
        folder: Path,
        text: str | bytes,
        *,
        on: str = "HEAD",
        ref: str = "refs/notes/agents",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Append `text` to the note of a commit, as `git notes append` does."""
        data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        command = ("notes", f"--ref={ref}", "append", "-F", "-", on)
        self(folder, *command, stdin=data, environment=environment)

    def notes_at_once(
        self, folder: Path, notes: Sequence[tuple[str, bytes]], *, ref: str = "refs/notes/agents"
    ) -> None:
        """Store many notes, each a commit's hex id and its bytes as they are, in one process."""
        stream = [b"commit %s\n" % ref.encode(), b"committer A <a@example.invalid> 1 +0000\n"]
        stream.append(b"data 5\nnotes\n")
        for commit, data in notes:
            stream.append(b"N inline %s\ndata %d\n%s\n" % (commit.encode(), len(data), data))
        self(folder, "fast-import", "--quiet", "--force", stdin=b"".join(stream))


@pytest.fixture
def git() -> GitHelper:
    """`git(folder, "log")` runs git; `git.repository(folder)` makes a repository."""
    return GitHelper()


@pytest.fixture
def git_started(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[str]]:
    """The git processes started since the last call, each as its argument line.

    A script of that name, first on the PATH, writes them down and becomes git.
    """
    real = shutil.which("git")
    folder = tmp_path_factory.mktemp("bin")
    record = folder / "started"
    record.touch()
    script = folder / "git"
    script.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$*" >>"{record}"\nexec "{real}" "$@"\n', encoding="utf-8"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def started() -> list[str]:
        lines = record.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        record.write_text("", encoding="utf-8")
        return lines

    return started
