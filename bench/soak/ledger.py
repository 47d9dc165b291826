"""What agents were told is stored, and whether it is there when they, or we, look.

An agent says what it is about to write, and says so again once memdeck has
told it that it is stored. Killed between the two, what it had begun may be
there or not: nobody was told. All else is a fault, in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What an agent writes, in the words of a fault."""

    NOTE = "note"
    """Its state: an entry of the notes. Tier one."""
    MEMORY = "decision"
    """A line of MEMORY.md. Tier two."""
    LOG = "log line"
    """A line of a daily log. Tier three."""
    BEAT = "beat"


@dataclass(slots=True)
class _Trail:
    """What one agent wrote of one kind, by ids, in its order."""

    begun: dict[str, int] = field(default_factory=dict)
    """With the place of each in the order."""
    told: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    """What it has resumed with, told of or not."""
    newest: str | None = None
    """That it was told of, or has resumed with."""

    def is_newest(self, found: str | None) -> bool:
        """Whether `found` may be the newest: that one, or one that was cut short after it."""
        if found == self.newest:
            return True
        return found in self.begun and self.begun[found] > self.begun.get(self.newest or "", -1)


class Ledger:
    """The books of a soak."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        """What went wrong, in words."""
        self.resumed = 0
        """How often an agent's newest of a kind was looked at."""
        self._trails: dict[tuple[str, Kind], _Trail] = {}

    def begin(self, agent: str, kind: Kind, id: str) -> None:
        """It is about to write this."""
        trail = self._trail(agent, kind)
        trail.begun[id] = len(trail.begun)

    def tell(self, agent: str, kind: Kind, id: str) -> None:
        """It was told that this is stored."""
        trail = self._trail(agent, kind)
        trail.told.add(id)
        trail.newest = id

    def resume(self, agent: str, kind: Kind, found: str | None) -> None:
        """It woke up, and this is the newest that it finds of itself; None: nothing."""
        self.resumed += 1
        trail = self._trail(agent, kind)
        if not trail.is_newest(found):
            self.faults.append(
                f"{agent} resumed with {kind} {found or 'none'}, "
                f"but was told last that {trail.newest or 'none'} is stored"
            )
        elif found is not None:
            trail.newest = found
            trail.seen.add(found)

    def told(self, kind: Kind) -> int:
        """How many were told to be stored."""
        return sum(len(trail.told) for (_, each), trail in self._trails.items() if each is kind)

    def judge(
        self, kind: Kind, found: Iterable[tuple[str, str]], agents: frozenset[str] | None = None
    ) -> Iterator[str]:
        """What is wrong with all that is found in the end, as (agent, id).

        With `agents`, what these wrote is expected, and nothing of others.
        """
        counts = Counter(found)
        for (agent, id), count in counts.items():
            if agents is not None and agent not in agents:
                yield f"{agent}: {kind} {id} is there, and does not belong there"
                continue
            if id not in self._trail(agent, kind).begun:
                yield f"{agent}: {kind} {id} is there, and nobody wrote it"
            elif count > 1:
                yield f"{agent}: {kind} {id} is there {count} times"
        for (agent, each), trail in self._trails.items():
            if each is not kind or (agents is not None and agent not in agents):
                continue
            for id in sorted(trail.told | trail.seen):
                if (agent, id) not in counts:
                    yield f"{agent}: {kind} {id} was stored and is lost"

    def _trail(self, agent: str, kind: Kind) -> _Trail:
        return self._trails.setdefault((agent, kind), _Trail())
