"""Why a write of notes did not happen, in words."""

from __future__ import annotations

from pathlib import Path

from memdeck.errors import Refused
from memdeck.model import Entry
from memdeck.notes.line import unsaved_line
from memdeck.text import show


def unborn(entry: Entry) -> Refused:
    """There is no commit that could carry the note."""
    error = Refused(
        f"The branch {show(entry.branch)} has no commit yet that could carry a note, so nothing "
        "was stored: make a first commit and store it again, or name one with --commit."
    )
    error.unsaved = unsaved_line(entry)
    return error


def no_branch() -> Refused:
    """HEAD cannot be read."""
    return Refused(
        "It cannot be told which branch is checked out, so nothing was stored: "
        "name one with --branch."
    )


def hidden(commit: str) -> Refused:
    """Damage before the entry would swallow it."""
    return Refused(
        f"The note of commit {commit[:12]} is damaged in a way that hides what is written behind "
        "it, so nothing was stored: name another commit with --commit."
    )


def clash(ref: str) -> Refused:
    """A ref cannot be a folder of refs as well."""
    return Refused(
        f"There are refs below {show(ref)}, one for each agent, and git keeps no ref of that name "
        "beside them, so nothing was stored: choose another one with the setting notes.ref."
    )


def dropped(ref: str) -> Refused:
    """Written, and each time dropped by a writer that had read the ref before."""
    return Refused(
        f"Other writers took the entry out of {show(ref)} again each time it was written, so it is "
        "not stored: store it again when they rest, or see `git reflog show` of that ref."
    )


def busy(ref: str, seconds: float, lock: Path) -> Refused:
    """The ref moved, or was locked, at each attempt."""
    held = ""
    if lock.exists():
        held = f" If no git is at work, remove {show(str(lock))}, which a killed one left."
    return Refused(
        f"Other writers kept {show(ref)} busy for {seconds:g} seconds, so nothing was stored: "
        f"try again when they rest.{held}"
    )


def replaced(root: Path) -> Refused:
    """It is not the repository that was locked."""
    return Refused(
        f"The repository at {show(str(root))} was replaced by another one meanwhile, so nothing "
        "was stored: try again."
    )
