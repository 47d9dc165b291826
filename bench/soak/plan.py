"""When who wakes: pure, and the same again for the same seed."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

JITTER: Final = 60
"""Seconds by which a wake is earlier or later than its interval says."""
RESTART: Final = 300
"""Seconds within which a killed agent is started again; after half a minute at the soonest."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be simulated."""

    begin: datetime
    """Aware: when the simulated time begins."""
    count: int = 50
    """Of agents."""
    teams: int = 10
    """Workspaces that they share, each in its own repository."""
    days: int = 14
    interval: int = 55
    """Minutes between two heartbeats."""
    kills: int = 600
    """How many wakes are to be killed, about."""
    seed: int = 1

    @property
    def agents(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(f"agent-{number:02}" for number in range(1, self.count + 1))

    @property
    def end(self) -> datetime:
        """Nobody wakes from then on."""
        return self.begin + timedelta(days=self.days)

    @property
    def wakes(self) -> int:
        """How many there will be without restarts, about."""
        return int(self.count * self.days * 24 * 60 / self.interval)

    def team_of(self, agent: str) -> int:
        """Which workspace it works in."""
        return self.agents.index(agent) % self.teams

    def members(self, team: int) -> tuple[str, ...]:
        """Who works in a workspace."""
        return self.agents[team :: self.teams]


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """One wake, as it is due."""

    moment: datetime
    agent: str
    restart: bool = False
    """Whether the agent was killed in the wake before."""


class Turns:
    """Who is next; nobody who is still awake."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._random = {each: Random(f"{plan.seed}/{each}") for each in plan.agents}
        self._first = {
            each: plan.begin + timedelta(seconds=self._random[each].randrange(plan.interval * 60))
            for each in plan.agents
        }
        self._waked = dict.fromkeys(plan.agents, 0)
        self._due: list[Turn] = []
        for each in plan.agents:
            self._put(Turn(self._first[each], each))

    def next(self) -> Turn | None:
        """The one that is due first; None when all others are awake, or done."""
        return heapq.heappop(self._due) if self._due else None

    def done(self, turn: Turn, *, killed: bool) -> None:
        """It sleeps again, or is started again after it was killed."""
        agent = turn.agent
        if killed:
            # A chance of its own, so that a kill does not move the hours of all later wakes.
            after = Random(f"{self._plan.seed}/{agent}/{turn.moment}").randint(30, RESTART)
            self._put(Turn(turn.moment + timedelta(seconds=after), agent, restart=True))
            return
        self._waked[agent] += 1
        due = self._first[agent] + timedelta(minutes=self._plan.interval) * self._waked[agent]
        due += timedelta(seconds=self._random[agent].randint(-JITTER, JITTER))
        self._put(Turn(max(due, turn.moment + timedelta(seconds=1)), agent))

    def _put(self, turn: Turn) -> None:
        if turn.moment < self._plan.end:
            heapq.heappush(self._due, turn)
