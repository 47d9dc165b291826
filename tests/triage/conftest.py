"""A workspace whose logs and MEMORY.md a test writes, and its queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memdeck.curated.journal import Journal
from memdeck.curated.store import MemoryStore
from memdeck.live.reader import read_deck
from memdeck.model import Deck
from memdeck.triage.choices import Choice, Choices
from memdeck.triage.queue import DAYS, Candidate, Queue, triage
from memdeck.workspace import Workspace, open_workspace

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
MEMORY = """\
# Memory

## Critical Decisions
- Count birds at dawn only

## Patterns That Work
- Always check the tide before sailing

## Hosts
- quay runs the board
"""


@dataclass
class House:
    """A workspace at a moment."""

    root: Path
    now: datetime = NOW

    @property
    def workspace(self) -> Workspace:
        return open_workspace(self.root)

    @property
    def choices(self) -> Choices:
        """As after a restart: nothing is remembered but what is on disk."""
        return Choices(self.workspace.state_folder, "ada", lambda: self.now)

    @property
    def store(self) -> MemoryStore:
        workspace = self.workspace
        journal = Journal(workspace.state_folder)
        return MemoryStore(workspace.root, workspace.memory_path, journal, "ada", lambda: self.now)

    @property
    def memory(self) -> str:
        return (self.root / "MEMORY.md").read_text("utf-8")

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode("utf-8"))

    def log(self, day: str, *lines: str, section: str = "Notes") -> None:
        """Append lines to the log of a day, `02-05` or `02-05-slug`, below a heading."""
        name = f"memory/2026-{day}.md"
        path = self.root / name
        before = path.read_text("utf-8") if path.exists() else ""
        items = "".join(f"- {line}\n" for line in lines)
        self.write({name: f"{before}\n## {section}\n{items}"})

    def deck(self) -> Deck:
        return read_deck(self.workspace, self.now)

    def queue(self, chosen: Mapping[str, Choice] | None = None, *, days: int = DAYS) -> Queue:
        made = self.choices.all() if chosen is None else chosen
        queue = triage(self.deck(), made, days=days)
        assert queue is not None
        return queue

    def texts(self) -> list[str]:
        return [each.item.text for each in self.queue().candidates]

    def candidate(self, words: str) -> Candidate:
        """The only candidate with these words in it."""
        (found,) = [each for each in self.queue().candidates if words in each.item.text]
        return found


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A workspace with a MEMORY.md and no logs yet."""
    found = House(tmp_path / "agent")
    found.root.mkdir()
    found.write({"MEMORY.md": MEMORY, "memory/.keep": ""})
    return found


@pytest.fixture
def new_house(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], House]:
    """Makes further ones, for properties."""

    def make() -> House:
        found = House(tmp_path_factory.mktemp("house") / "agent")
        found.root.mkdir()
        found.write({"MEMORY.md": MEMORY, "memory/.keep": ""})
        return found

    return make
