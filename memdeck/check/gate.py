"""One look at a workspace: everything that the gate looks at, read and judged. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from memdeck.check import presence, pulse, rules
from memdeck.check.findings import Finding, Kind, Report, Severity, found, in_order
from memdeck.check.rules import Remote
from memdeck.curated.journal import Journal
from memdeck.curated.records import Record
from memdeck.curated.sections import read_memory
from memdeck.daily.days import folder_problem, read_days
from memdeck.daily.misnamed import Misnamed, misnamed_logs
from memdeck.daily.truth import DayTruth, day_truth, near_dates
from memdeck.errors import MemdeckError
from memdeck.git import Git
from memdeck.live.alarms import LATELY, AlarmReader
from memdeck.live.loading import Loader
from memdeck.live.pulse import PulseReader
from memdeck.model import Alarm, Budget, Day, Deck, MemoryFile, Notes, PulseReport
from memdeck.notes.reader import read_notes
from memdeck.notes.remote_state import known_remotes, sync_state
from memdeck.workspace import Workspace

ALL_KINDS: Final = frozenset(Kind)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the gate looks at."""

    memory: MemoryFile
    days: tuple[Day, ...]
    """All that there are; those that are today's or yesterday's for anyone have been read."""
    logs_problem: str | None
    notes: Notes
    notes_ref: str
    budget: Budget
    truth: DayTruth
    remotes: tuple[Remote, ...] = ()
    notes_expected: bool = True
    """Whether there should be notes: the workspace lies in a repository, or names others."""
    alarms: tuple[Alarm, ...] = ()
    """What other programs took out of memory."""
    alarms_problem: str | None = None
    """Why that cannot be told, in words."""
    pulse: PulseReport = field(default_factory=PulseReport)
    """How the agents are."""
    required: tuple[str, ...] = ()
    """Files that the profile cannot do without."""
    loads_memory: bool = True
    """Whether the profile gives MEMORY.md to a session."""
    misnamed: tuple[Misnamed, ...] = ()
    remotes_problems: tuple[tuple[str, str], ...] = ()
    """Repositories whose remotes could not be told, by name, each with the reason in words."""

    def files(self) -> dict[str, bytes]:
        """MEMORY.md, the logs that anyone's next session loads, and the files of the profile."""
        near = {*self.truth.here.files, *self.truth.utc.files}
        named = {self.memory.path.name: self.memory.data}
        named |= {
            file.name: file.data for day in self.days for file in day.files if file.name in near
        }
        named |= {
            source.path: source.data
            for part in self.budget.parts
            for source in part.sources
            if source.path not in named
        }
        return named


def check_workspace(
    workspace: Workspace,
    *,
    now: datetime,
    loader: Loader | None = None,
    profile: str | None = None,
    kinds: Collection[Kind] = ALL_KINDS,
) -> Report:
    """Everything of these kinds that is wrong with the workspace at an aware moment.

    `profile` is the name of the rule for what a session is given, that of the
    settings unless given; `loader` is made unless there is one already.

    Costs the git processes of `read_notes`, and for unsynced notes one or two
    more a repository and a few for each remote that differs. No network.
    Raises WrongUsage for a profile that is not known. What is wrong on disk
    raises nothing; it is a finding.
    """
    loader = loader or Loader(workspace)
    rule = loader.profile(profile)
    settings = workspace.settings
    today, utc_today = workspace.today(now), now.astimezone(UTC).date()
    memory = read_memory(workspace.memory_path)
    near = {*near_dates(today), *near_dates(utc_today)}
    days = read_days(workspace.root, today=today, parse_newest=0, parse_dates=near)
    notes = read_notes(workspace.root, settings.notes_repositories, settings.notes_ref)
    remotes: list[Remote] = []
    problems: list[tuple[str, str]] = []
    if Kind.UNSYNCED in kinds:
        remotes, problems = _remotes(notes, settings.notes_ref)
    logs_problem = folder_problem(workspace.root)
    alarms: tuple[Alarm, ...] = ()
    alarms_problem = None
    deck = Deck(workspace.root, today, now, notes, memory, days, logs_problem=logs_problem)
    if Kind.LOST in kinds:
        alarms, alarms_problem = AlarmReader(workspace).read(deck, _lately(workspace), now)
    seen = Seen(
        memory=memory,
        days=days,
        logs_problem=logs_problem,
        alarms=alarms,
        alarms_problem=alarms_problem,
        pulse=PulseReader(workspace).read(deck, now) if Kind.SILENT in kinds else PulseReport(),
        notes=notes,
        notes_ref=settings.notes_ref,
        budget=loader.load(memory, days, notes, day=today, now=now, profile=rule.name),
        truth=day_truth(days, today, utc_today),
        remotes=tuple(remotes),
        notes_expected=bool(settings.notes_repositories) or _in_repository(workspace.root),
        required=rule.required,
        loads_memory=rule.loads_memory,
        misnamed=misnamed_logs(workspace.root),
        remotes_problems=tuple(problems),
    )
    return judge(seen, kinds)


def judge(seen: Seen, kinds: Collection[Kind] = ALL_KINDS) -> Report:
    """What is wrong with what was seen, as far as these kinds go. Pure."""
    rules_of: dict[Kind, Callable[[], Iterator[Finding]]] = {
        Kind.BUDGET: lambda: rules.over_budget(seen.budget),
        Kind.CUT: lambda: rules.cuts(seen.budget),
        Kind.DUPLICATE: lambda: rules.repeated(seen.memory),
        Kind.SECRET: lambda: _secrets(seen),
        Kind.CONFLICT: lambda: rules.conflicts(seen.files()),
        Kind.DAMAGED: lambda: rules.damaged(seen.notes, seen.notes_ref),
        Kind.UNSYNCED: lambda: rules.unsynced(seen.remotes, seen.notes),
        Kind.MISSING: lambda: _missing(seen),
        Kind.UNREADABLE: lambda: _unreadable(seen),
        Kind.LOST: lambda: rules.lost(seen.alarms, seen.alarms_problem),
        Kind.SILENT: lambda: pulse.silent(seen.pulse),
        Kind.DATE: lambda: _dates(seen),
    }
    return Report(
        in_order(each for kind, look in rules_of.items() if kind in kinds for each in look()),
        seen.budget,
    )


def _lately(workspace: Workspace) -> Callable[[], tuple[Record, ...]]:
    """What memdeck did of late; nothing when the journal cannot be read."""

    def records() -> tuple[Record, ...]:
        try:
            return Journal(workspace.state_folder).records(limit=LATELY)
        except MemdeckError:
            return ()

    return records


def _secrets(seen: Seen) -> Iterator[Finding]:
    yield from rules.secrets_of_files(seen.files())
    yield from rules.secrets_of_notes(seen.notes)


def _dates(seen: Seen) -> Iterator[Finding]:
    yield from rules.dates(seen.truth)
    yield from presence.misnamed(seen.misnamed)


def _missing(seen: Seen) -> Iterator[Finding]:
    name = seen.memory.path.name
    told = presence.missing(seen.memory, seen.budget, seen.required, loaded=seen.loads_memory)
    # Where it was, its loss says more.
    lost = any(alarm.file == name for alarm in seen.alarms)
    yield from (each for each in told if not (lost and each.where == name))


def _unreadable(seen: Seen) -> Iterator[Finding]:
    yield from presence.no_text(seen.files())
    sources = (source for part in seen.budget.parts for source in part.sources)
    yield from rules.unreadable(seen.memory, seen.days, seen.notes, seen.logs_problem, sources)
    if seen.notes.problem is not None and seen.notes_expected:
        yield found(Kind.UNREADABLE, Severity.ERROR, "notes", seen.notes.problem)
    for name, words in seen.remotes_problems:
        yield found(Kind.UNREADABLE, Severity.ERROR, f"remotes of {name}", words)


def _in_repository(root: Path) -> bool:
    """Whether a folder looks like part of a repository; asked without git, which may be missing."""
    return any((each / ".git").exists() for each in (root, *root.parents))


def _remotes(notes: Notes, ref: str) -> tuple[list[Remote], list[tuple[str, str]]]:
    """How the notes of each repository stand to those of its remotes, and what went wrong."""
    remotes: list[Remote] = []
    problems: list[tuple[str, str]] = []
    for repository in notes.repositories:
        if repository.problem is not None:
            continue
        git = Git(repository.root)
        try:
            names = known_remotes(git)
            states = sync_state(git, ref, names) if names else ()
        except MemdeckError as error:
            problems.append((repository.name, str(error)))
            continue
        remotes += [Remote(repository, each) for each in states]
    return remotes, problems
