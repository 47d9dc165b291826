"""Where a soak takes place: a folder of its own, with a home and the workspaces of the teams."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bench.soak.plain import BRANCHES
from bench.soak.plan import Plan
from bench.soak.wake import SECTION

_MEMORY: Final = f"""# Memory

## Active Projects

- The crossing: a line of buoys from the harbour to the far island

## {SECTION}

- The tide table decides, not the calendar

## Patterns That Work

- Sound the channel twice before anyone passes it

## Patterns That Failed

- Anchoring over the cable
"""
_CONFIGURATION: Final = """[init]
\tdefaultBranch = main
[user]
\tname = harbour
\temail = harbour@example.invalid
[gc]
\tauto = 2000
\tautoDetach = false
"""


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of a soak."""

    folder: Path

    def team(self, number: int) -> Path:
        """A team's workspace."""
        return self.folder / f"team-{number + 1}"

    def make(self, plan: Plan) -> None:
        """The home, and for each team a workspace with one commit and a branch for each agent."""
        (self.folder / "home").mkdir(parents=True)
        (self.folder / "home" / ".gitconfig").write_text(_CONFIGURATION, encoding="utf-8")
        for number in range(plan.teams):
            root = self.team(number)
            root.mkdir()
            (root / "MEMORY.md").write_text(_MEMORY, encoding="utf-8")
            git(root, "init", "--quiet")
            self.commit(number, plan.begin)
            for agent in plan.members(number):
                git(root, "branch", BRANCHES + agent)

    def commit(self, team: int, moment: datetime) -> None:
        """Commit what is in the workspace, as people and other programs do meanwhile.

        git may then find it time to pack what agents have written.
        """
        root = self.team(team)
        # Not all that is there: while MEMORY.md is replaced, another file lies beside it.
        git(root, "add", *(each for each in ("MEMORY.md", "memory") if (root / each).exists()))
        stamp = f"{int(moment.timestamp())} +0000"
        times = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
        words = f"As of {moment:%d %B %H:%M}"
        git(root, "commit", "--quiet", "--allow-empty", "--message", words, environment=times)

    @contextmanager
    def at_home(self) -> Iterator[None]:
        """With the folder's home as that of this process, and of all that it starts."""
        home = self.folder / "home"
        kinds = ("CONFIG", "STATE", "CACHE", "DATA")
        made = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in kinds}
        made |= {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
        before = dict(os.environ)
        for name in before:
            if name.startswith(("GIT_", "MEMDECK_")):
                del os.environ[name]
        os.environ.update(made)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def git(root: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
    """Run git in a workspace; raises CalledProcessError."""
    subprocess.run(
        ["git", "-C", root, *arguments],
        check=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    )
