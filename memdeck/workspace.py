"""A workspace: the folder of an agent whose memory memdeck shows.

It is found, not registered: a folder with a `MEMORY.md`, or with a `memory/`
that holds a dated Markdown file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from memdeck.errors import Unusable
from memdeck.reach import allow_links
from memdeck.settings import Settings, load_settings
from memdeck.settings_values import LOCAL_ZONE
from memdeck.text import in_shell, show

MEMORY_NAME: Final = "MEMORY.md"
LOGS_NAME: Final = "memory"
WORKSPACE_VARIABLE: Final = "MEMDECK_WORKSPACE"
_DATED: Final = re.compile(r"\d{4}-\d{2}-\d{2}.*\.md", re.DOTALL)
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9._-]+")
_NAME_LENGTH: Final = 40


class LocalZone(tzinfo):
    """The zone of this machine, with its rules for every date.

    `datetime.now().astimezone().tzinfo` is a fixed offset: the one of today,
    also for a day in the other half of the year.
    """

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, moment: datetime | None) -> timedelta | None:  # noqa: ARG002 - tzinfo's own
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, moment: datetime) -> datetime:
        local = moment.replace(tzinfo=UTC).astimezone()
        here = local.replace(tzinfo=self, fold=0)
        # In the hour that a clock put back shows twice, this is the second time.
        return here if here.utcoffset() == local.utcoffset() else here.replace(fold=1)

    def __repr__(self) -> str:
        return "LocalZone()"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder and the settings that apply in it. Opening one writes nothing."""

    root: Path
    """Resolved."""
    settings: Settings

    @property
    def memory_path(self) -> Path:
        """Tier two, whether it exists or not."""
        return self.root / MEMORY_NAME

    @property
    def logs_folder(self) -> Path:
        """Where tier three lives, whether it exists or not."""
        return self.root / LOGS_NAME

    @property
    def state_folder(self) -> Path:
        """Where the journal and the cache of this workspace live: outside of it, keyed by it."""
        import hashlib

        from platformdirs import user_state_path

        name = _NOT_PLAIN.sub("-", self.root.name)[:_NAME_LENGTH].strip(".-") or "workspace"
        key = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return user_state_path("memdeck") / f"{name}-{key}"

    def ensure_state_folder(self) -> Path:
        """The state folder, made for its owner alone when it is missing.

        Raises Unusable when it cannot be made.
        """
        folder = self.state_folder
        try:
            folder.parent.parent.mkdir(parents=True, exist_ok=True)
            for each in (folder.parent, folder):
                each.mkdir(mode=0o700, exist_ok=True)
                if each.stat().st_mode & 0o077:
                    each.chmod(0o700)
        except OSError as error:
            raise Unusable(
                f"The state folder {show(str(folder))} cannot be made ({error.strerror}), so "
                "nothing could be undone later; nothing was written. Make its parent writable, "
                "or set XDG_STATE_HOME to a folder that is."
            ) from error
        return folder

    @property
    def zone(self) -> tzinfo:
        """Where "today" is."""
        if self.settings.zone == LOCAL_ZONE:
            return LocalZone()
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.settings.zone)

    def today(self, now: datetime) -> date:
        """The date of an aware moment, in the workspace's zone."""
        return now.astimezone(self.zone).date()


def is_workspace(folder: Path) -> bool:
    """Whether the folder holds memory: a `MEMORY.md`, or a `memory/` with a dated file."""
    memory = folder / MEMORY_NAME
    try:
        # A link that leads nowhere still says what the folder is meant to be.
        if memory.is_symlink() or (memory.exists() and not memory.is_dir()):
            return True
        with os.scandir(folder / LOGS_NAME) as names:
            return any(_DATED.fullmatch(each.name) and not each.is_dir() for each in names)
    except OSError:
        # Not there, not a folder, or not ours to look into: nothing to show in any case.
        return False


def open_workspace(root: Path) -> Workspace:
    """The folder as a workspace, with or without memory in it yet.

    Raises Unusable when it is not a folder that can be entered, and what
    `load_settings` raises.
    """
    try:
        resolved = root.expanduser().resolve()
        is_folder = resolved.is_dir()
    except (OSError, RuntimeError) as error:
        raise Unusable(f"{show(str(root))} cannot be opened: {show(str(error))}.") from error
    if not is_folder:
        words = "is not a folder" if resolved.exists() else "does not exist"
        raise Unusable(
            f"{show(str(root))} {words}: name the folder that holds {MEMORY_NAME} or {LOGS_NAME}/."
        )
    if not os.access(resolved, os.R_OK | os.X_OK):
        raise Unusable(
            f"{show(str(root))} cannot be read by this user: change its permissions, or "
            "start memdeck as its owner."
        )
    settings = load_settings(resolved)
    allow_links(resolved, settings.read_links)
    return Workspace(resolved, settings)


def find_workspace(start: Path, environ: Mapping[str, str]) -> Workspace:
    """The workspace that `MEMDECK_WORKSPACE` names, else the nearest one upward from `start`.

    Raises Unusable when there is none, in words that say what to do.
    """
    named = environ.get(WORKSPACE_VARIABLE, "").strip()
    if named:
        workspace = open_workspace(Path(named))
        if not is_workspace(workspace.root):
            raise Unusable(
                f"{show(named)} (from {WORKSPACE_VARIABLE}) {_HOLDS_NONE}: "
                f"`memdeck init {in_shell(named)}` makes one there."
            )
        return workspace
    try:
        folder = start.expanduser().resolve()
    except (OSError, RuntimeError) as error:
        raise Unusable(f"{show(str(start))} cannot be opened: {show(str(error))}.") from error
    if not folder.is_dir():
        return open_workspace(folder)
    for each in (folder, *folder.parents):
        if is_workspace(each):
            return open_workspace(each)
    raise Unusable(
        f"{show(str(folder))} {_HOLDS_NONE}, nor does a folder above it: `memdeck init` makes "
        "one here, `memdeck -C DIR` opens another folder, `memdeck --demo` shows a made one."
    )


_HOLDS_NONE: Final = f"holds no agent memory (no {MEMORY_NAME}, no dated file in {LOGS_NAME}/)"
