"""What git says when it fails, as errors for the person."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path

from memdeck.errors import Unusable
from memdeck.text import in_shell


class GitFailed(Unusable):
    """Git could not do what it was asked, in words."""

    said: str = ""
    """All that git said, where it failed for a reason of its own."""


class GitMissing(GitFailed):
    """There is no git program to start."""


class NoRepository(GitFailed):
    """The folder lies in no repository."""


def command_name(arguments: Collection[str]) -> str:
    """Which git command it is: `rev-parse`."""
    return next((each for each in arguments if not each.startswith("-")), "")


def missing() -> GitMissing:
    """That there is no git."""
    return GitMissing(
        "git is not installed, or not on the PATH; nothing was changed: "
        "install git to read the agents' notes."
    )


def failure(
    folder: Path, arguments: Collection[str], code: int, words: str
) -> GitFailed | NoRepository:
    """What git said, as an error for the person."""
    lines = [line for line in words.splitlines() if line.startswith(("fatal: ", "error: "))]
    fatal = next((line for line in lines if line.startswith("fatal: ")), "").removeprefix("fatal: ")
    said = fatal or (lines[0].removeprefix("error: ") if lines else words.strip()[:500])
    if "dubious ownership" in words or "unsafe repository" in words:
        owned = re.search(r"repository at '(.*?)'(?:\n|\Z)", words, re.DOTALL)
        place = owned[1] if owned else str(folder)
        return GitFailed(
            f"The repository at {place} belongs to another user, so git does not read it; "
            "nothing was changed. If you trust it: "
            f"git config --global --add safe.directory {in_shell(place)}"
        )
    if said.startswith("not a git repository (or any"):
        # os.path.exists says no where Path.exists raises (a folder that may not be read).
        above = next(
            (each for each in (folder, *folder.parents) if os.path.exists(each / ".git")),  # noqa: PTH110
            None,
        )
        if above is None:
            return NoRepository(f"{folder} is not in a git repository.")
        return GitFailed(
            f"{above / '.git'} is there, but git does not take it for a repository; "
            "nothing was changed: look at its HEAD file and its objects and refs folders."
        )
    if said.startswith("not a git repository: "):
        missing = said.removeprefix("not a git repository: ")
        return GitFailed(
            f"{folder} names the repository {missing}, which is not there or not whole; "
            "nothing was changed: `git worktree repair` or a new clone mends it."
        )
    if said.startswith("cannot change to"):
        return GitFailed(f"The folder {folder} is not there, or may not be entered.")
    if "repo version" in said or "unknown repository extension" in said:
        return GitFailed(
            f"This git is too old for the repository at {folder} ({said}); "
            "nothing was changed: install a newer git."
        )
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    error = GitFailed(
        f"git {command_name(arguments)} failed in {folder} ({how}): {said or 'no reason given'}"
    )
    error.said = words
    return error
