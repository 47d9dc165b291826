"""What the tests of the command line share: a way to call it, and workspaces to call it on."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)

MEMORY = """\
# MEMORY.md - Long-Term Memory

## Active Projects
- **Lantern** - lighthouse scheduler
  - waits for the tide tables
- **Kestrel** - bird counts, weekly

## Critical Decisions
- 2026-02-01: Counted birds at dawn only

## Patterns That Work
- Always check the tide before sailing
"""

TODAY = """\
# 2026-02-06 - Daily Log

## Completed
- ✅ Counted 41 terns at the north pier

## Decisions
- Moved the dawn count to seven because of fog

## Blocked
- The tide service answers with last year's tables
"""


@dataclass(frozen=True)
class Said:
    """What a call printed and how it ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8")


@dataclass
class Caller:
    """Calls memdeck in this process, with a fixed clock; `folder` is the current one."""

    folder: Path
    now: datetime = NOW
    terminal: bool = False
    opened: list[tuple[Path, str]] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str | Path, stdin: str | bytes | None = None) -> Said:
        from memdeck.cli.call import Call
        from memdeck.cli.root import memdeck
        from memdeck.workspace import Workspace

        def open_screens(workspace: Workspace, *, actor: str) -> int:
            self.opened.append((workspace.root, actor))
            return 0

        call = Call(
            self.environ,
            now=lambda: self.now,
            open_screens=open_screens,
            interactive=self.terminal,
            screen=self.terminal,
            folder=self.folder,
        )
        result = CliRunner().invoke(memdeck, [*map(str, arguments)], obj=call, input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout_bytes, result.stderr)


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """A small workspace, in no repository, with UTC as its zone."""
    root = tmp_path / "agent"
    (root / "memory").mkdir(parents=True)
    (root / "MEMORY.md").write_text(MEMORY, encoding="utf-8")
    (root / "memory" / "2026-02-06.md").write_text(TODAY, encoding="utf-8")
    (root / "memory" / "2026-02-05.md").write_text("- Oiled the winch\n", encoding="utf-8")
    (root / "memdeck.toml").write_text('[time]\nzone = "UTC"\n', encoding="utf-8")
    return root


@pytest.fixture
def call(agent: Path) -> Caller:
    """`call("status")` runs `memdeck status` in the small workspace."""
    return Caller(agent)


@pytest.fixture
def call_in() -> Callable[[Path], Caller]:
    """`call_in(folder)("status")` runs it elsewhere."""
    return Caller


@pytest.fixture
def memory(agent: Path) -> Callable[[], str]:
    """What MEMORY.md of the small workspace says now."""
    return lambda: (agent / "MEMORY.md").read_bytes().decode("utf-8", "surrogateescape")


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from memdeck.demo import make_workspace

    return make_workspace(tmp_path_factory.mktemp("made") / "atlas")


@pytest.fixture
def made(_made: Path, tmp_path: Path) -> Path:
    """A copy of the made workspace; its last day is the day of `NOW`."""
    import shutil

    root = tmp_path / "atlas"
    shutil.copytree(_made, root, symlinks=True)
    with (root / "memdeck.toml").open("a", encoding="utf-8") as file:
        file.write('[time]\nzone = "UTC"\n')
    return root


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """For real processes: this test's home, and the checkout on the path."""
    checkout = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": str(checkout), "PYTHONWARNINGS": "error"}
