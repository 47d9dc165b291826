"""A whole soak, from empty workspaces to the last look at every line."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from subprocess import CalledProcessError
from typing import TYPE_CHECKING, Final

from bench.soak.crew import Awake, Crew, End, Ended, Kill, Said
from bench.soak.ledger import Kind, Ledger
from bench.soak.place import Place
from bench.soak.plain import Found, read_plainly
from bench.soak.plan import Plan, Turn, Turns
from bench.soak.wake import Order, wake, warm

if TYPE_CHECKING:
    from bench.soak.dashboard import Dashboard, Watched

COMMIT_EVERY: Final = timedelta(hours=6)
"""Of simulated time between two commits in a workspace: HEAD moves, as it does where one works."""
PROGRESS_EVERY: Final = 10.0
"""Seconds between two lines on how far it is."""
_DECIDES: Final = 0.04
_ALERTS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop before the simulated time is over."""

    wakes: int | None = None
    seconds: float | None = None


@dataclass(slots=True)
class Report:
    """How a soak went."""

    plan: Plan
    workers: int
    seconds: float = 0.0
    cpu: float = 0.0
    """Seconds of processor time: of the wakes and of all that they started."""
    until: datetime | None = None
    """The simulated time that was reached."""
    wakes: int = 0
    ends: Counter[End] = field(default_factory=Counter)
    kills: Counter[Kill] = field(default_factory=Counter)
    struck_while: Counter[str] = field(default_factory=Counter)
    """What the killed were doing."""
    missed: int = 0
    """Wakes that were over when they should have been killed."""
    longest: float = 0.0
    """Seconds of the longest wake that ended by itself."""
    largest: int = 0
    """Tokens of the largest bootstrap."""
    told: dict[Kind, int] = field(default_factory=dict)
    found: dict[Kind, int] = field(default_factory=dict)
    commits: int = 0
    resumed: int = 0
    """How often something that an agent found of itself was compared."""
    tasks: int = 0
    """Agents whose last step is found in the end."""
    steps: int = 0
    faults: list[str] = field(default_factory=list)
    told_by_engine: list[str] = field(default_factory=list)
    """What was settled in the end of what kills had left, in words."""
    watched: Watched | None = None

    @property
    def good(self) -> bool:
        """Whether nothing was lost."""
        return not self.faults


class Soak:
    """One soak, in a folder that is not there yet."""

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        *,
        workers: int,
        limits: Limits,
        say: Callable[[str], None],
        dashboard: bool,
    ) -> None:
        """`workers` is how many agents are awake at once; `say` is given lines on how far it is."""
        self.plan = plan
        self.place = Place(folder)
        self.ledger = Ledger()
        self.report = Report(plan, workers)
        self._limits = limits
        self._say = say
        self._with_dashboard = dashboard
        self._turns = Turns(plan)
        self._random = Random(f"{plan.seed}/kills")
        self._steps: dict[tuple[str, str], int] = {}
        """What step each agent was at in each wake."""
        self._committed = [plan.begin] * plan.teams
        self._begun = 0.0
        self._said = 0.0

    def run(self) -> Report:
        """All of it; what went wrong is in the report."""
        with self.place.at_home():
            self.place.make(self.plan)
            counter = warm()
            crew = Crew(lambda order, tell: wake(order, counter, tell), self._random)
            dashboard = self._open_dashboard(crew)
            try:
                self._live(crew, dashboard)
                self._settle()
                found = [read_plainly(self.place.team(each)) for each in range(self.plan.teams)]
                self._judge(found)
                if dashboard is not None:
                    self.report.watched = dashboard.finish(found[0])
                    self.report.faults += self.report.watched.judged()
            finally:
                crew.end()
                if dashboard is not None:
                    dashboard.close()
        return self.report

    def _open_dashboard(self, crew: Crew) -> Dashboard | None:
        if not self._with_dashboard:
            return None
        from bench.soak.dashboard import Dashboard

        dashboard = Dashboard(self.place.team(0))
        crew.listen(dashboard.handle, dashboard.drain)
        return dashboard

    # --- While it runs -----------------------------------------------------------

    def _live(self, crew: Crew, dashboard: Dashboard | None) -> None:
        self._begun = self._said = time.monotonic()
        spent = _children_cpu()
        while True:
            while len(crew) < self.report.workers and not self._over():
                turn = self._turns.next()
                if turn is None:
                    break
                self._start(crew, turn)
            if not len(crew):
                break
            for event in crew.wait(1.0):
                if isinstance(event, Said):
                    self._hear(event)
                else:
                    self._ended(event)
            if dashboard is not None:
                dashboard.sample(time.monotonic() - self._begun)
            if time.monotonic() - self._said > PROGRESS_EVERY:
                self._progress()
        self.report.seconds = time.monotonic() - self._begun
        self.report.cpu = _children_cpu() - spent

    def _over(self) -> bool:
        wakes, seconds = self._limits.wakes, self._limits.seconds
        return (wakes is not None and self.report.wakes >= wakes) or (
            seconds is not None and time.monotonic() - self._begun >= seconds
        )

    @property
    def _expected(self) -> int:
        """How many wakes there will be, about."""
        return min(self.plan.wakes, self._limits.wakes or self.plan.wakes)

    def _start(self, crew: Crew, turn: Turn) -> None:
        report, team = self.report, self.plan.team_of(turn.agent)
        report.wakes += 1
        report.until = turn.moment
        if turn.moment - self._committed[team] >= COMMIT_EVERY:
            self._committed[team] = turn.moment
            try:
                self.place.commit(team, turn.moment)
                report.commits += 1
            except CalledProcessError as error:
                self.ledger.faults.append(f"team {team + 1}: {error}")
        wanted = self.plan.kills - sum(report.kills.values())
        left = max(1, self._expected - report.wakes)
        kill = None
        # Some are over before they are killed, so that a few more are meant to be.
        if self._random.random() < min(0.5, 1.3 * wanted / left):
            kill = self._random.choice((Kill.ALONE, Kill.ALL))
        order = Order(
            number=report.wakes,
            agent=turn.agent,
            root=self.place.team(team),
            moment=turn.moment,
            interval=self.plan.interval * 60,
            decides=self._random.random() < _DECIDES,
            alert=self._random.random() < _ALERTS,
        )
        crew.start(turn, order, kill)

    def _hear(self, said: Said) -> None:
        agent, wake_id, ledger = said.awake.turn.agent, said.awake.order.number, self.ledger
        if said.word == "resumed":
            note, step, log, memory, beat, tokens = said.more
            kinds = (Kind.NOTE, Kind.LOG, Kind.MEMORY, Kind.BEAT)
            for kind, found in zip(kinds, (note, log, memory, beat), strict=True):
                ledger.resume(agent, kind, found)
            if note is not None and self._steps.get((agent, note)) != step:
                ledger.faults.append(f"{agent} resumed at step {step}, which is not that of {note}")
            self._steps[agent, str(wake_id)] = step + 1
            self.report.largest = max(self.report.largest, tokens)
        elif said.word == "begin":
            ledger.begin(agent, Kind(said.more[0]), said.more[1])
        elif said.word == "told":
            ledger.tell(agent, Kind(said.more[0]), said.more[1])
        else:
            ledger.faults.append(f"{agent} failed in wake {wake_id}: {said.more[0]}")

    def _ended(self, ended: Ended) -> None:
        report, awake = self.report, ended.awake
        report.ends[ended.end] += 1
        if ended.end is End.KILLED:
            assert awake.kill is not None
            report.kills[awake.kill] += 1
            report.struck_while[awake.doing] += 1
        elif ended.end is End.DONE:
            report.missed += awake.kill is not None
            report.longest = max(report.longest, ended.seconds)
        elif ended.end is End.HUNG:
            self.ledger.faults.append(f"{_name(awake)} took longer than it may, {awake.doing}")
        self._turns.done(awake.turn, killed=ended.end is End.KILLED)

    def _progress(self) -> None:
        self._said = time.monotonic()
        report, seconds = self.report, self._said - self._begun
        assert report.until is not None
        rate = report.wakes / seconds
        left = max(0, self._expected + self.plan.kills - report.wakes) / rate
        self._say(
            f"day {(report.until - self.plan.begin).days + 1} of {self.plan.days}   "
            f"{report.wakes:,} wakes   {sum(report.kills.values())} kills   "
            f"{len(self.ledger.faults)} faults   {rate:.1f} wakes/s   "
            f"about {left / 60:.0f} min left"
        )

    # --- In the end --------------------------------------------------------------

    def _settle(self) -> None:
        """What the next writer of MEMORY.md would do first: settle what a kill cut short."""
        from memdeck.curated.journal import Journal
        from memdeck.curated.store import MemoryStore
        from memdeck.workspace import open_workspace

        for team in range(self.plan.teams):
            workspace = open_workspace(self.place.team(team))
            journal = Journal(workspace.ensure_state_folder())
            store = MemoryStore(
                workspace.root, workspace.memory_path, journal, "harbour", lambda: self.plan.end
            )
            self.report.told_by_engine += store.catch_up()

    def _judge(self, found: list[Found]) -> None:
        report, ledger = self.report, self.ledger
        report.resumed = ledger.resumed
        faults = list(ledger.faults)
        for team, there in enumerate(found):
            members = frozenset(self.plan.members(team))
            faults += (f"team {team + 1}: {each}" for each in there.faults)
            for kind in Kind:
                faults += ledger.judge(kind, there.ids[kind], members)
            for agent in sorted(members):
                note, step = there.states.get(agent, (None, 0))
                known = len(ledger.faults)
                ledger.resume(agent, Kind.NOTE, note)
                faults += ledger.faults[known:]
                if len(ledger.faults) == known and self._steps.get((agent, note or ""), 0) == step:
                    report.tasks += 1
                    report.steps += step
        report.told = {kind: ledger.told(kind) for kind in Kind}
        report.found = {kind: sum(len(each.ids[kind]) for each in found) for kind in Kind}
        if report.tasks < self.plan.count:
            faults.append(f"{self.plan.count - report.tasks} do not end with their last state")
        report.faults = faults


def _name(awake: Awake) -> str:
    return f"{awake.turn.agent} in wake {awake.order.number}"


def _children_cpu() -> float:
    """Seconds that the processes have taken that were started here and have ended."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
