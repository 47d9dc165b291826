"""The person's own editor, at a line."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Final

from textual.app import App, SuspendNotSupported

from memdeck.secrets import on_screen

# Editors that take FILE:LINE behind a flag; every other one is given +LINE.
_GOTO: Final = {"code": "--goto", "codium": "--goto", "cursor": "--goto", "zed": "", "subl": ""}
_FALLBACKS: Final = ("nano", "vi")


def editor_command(path: Path, line: int, environ: dict[str, str]) -> list[str] | None:
    """The command that opens `path` at `line`; None without an editor."""
    wanted = environ.get("VISUAL") or environ.get("EDITOR") or ""
    try:
        words = shlex.split(wanted)
    except ValueError:
        # A quote that is not closed: it is one name, and will not be found.
        words = [wanted]
    if not words:
        found = next((name for name in _FALLBACKS if shutil.which(name)), None)
        if found is None:
            return None
        words = [found]
    name = Path(words[0]).name
    if name in _GOTO:
        flag = [_GOTO[name]] if _GOTO[name] else []
        return [*words, *flag, f"{path}:{line}"]
    return [*words, f"+{line}", str(path)]


def open_editor(app: App[object], path: Path, line: int) -> str:
    """Give the terminal to the editor until it ends; what went wrong in words, or nothing."""
    command = editor_command(path, line, dict(os.environ))
    if command is None:
        return "No editor was found: set EDITOR to the one you use."
    if shutil.which(command[0]) is None:
        return f"{on_screen(command[0])} is no program here: set EDITOR to the editor you use."
    try:
        with app.suspend():
            # Nothing may be raised in here: the terminal would not be taken back.
            ended = _run(command)
    except SuspendNotSupported:
        return "An editor cannot be opened here: this terminal cannot be lent."
    return ended


def _run(command: list[str]) -> str:
    """Run the editor to its end; what went wrong in words, or nothing."""
    try:
        done = subprocess.run(command, check=False)  # noqa: S603 - the person's own choice
    except (OSError, ValueError) as error:
        return (
            f"{on_screen(command[0])} could not be started ({on_screen(str(error))}): set EDITOR."
        )
    return "" if done.returncode == 0 else f"{on_screen(command[0])} ended with {done.returncode}."
