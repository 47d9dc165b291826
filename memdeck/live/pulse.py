"""Who is alive, read again and again: the beats that came, and what follows from them now.

Only what grew is read and only what changed is worked out anew; what depends on the time alone
(who is late by now) takes a look at a folder and no reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from memdeck.live.writers import WriterReader, Wrote
from memdeck.model import (
    ActivityKind,
    Advice,
    Beat,
    Deck,
    PulseReport,
    Tier,
)
from memdeck.pulse.advice import interval_advice
from memdeck.pulse.all_beats import BeatReader
from memdeck.pulse.beats import AHEAD
from memdeck.pulse.exceptions import agent_exceptions
from memdeck.pulse.inbox import answers_in, in_order
from memdeck.pulse.schedule import Schedule, schedule_of
from memdeck.pulse.states import Traces, agent_pulses, by_agent
from memdeck.workspace import Workspace

_LOGS_LOOKED_AT: Final = 3
"""Of the newest days. What was logged before was not logged lately."""
_DATE_LENGTH: Final = len("2026-02-06-")


class PulseReader:
    """Makes the report of a workspace, each time from what changed."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._reader = BeatReader(workspace.root, workspace.zone)
        self._told: object = None
        self._beats: dict[str, tuple[Beat, ...]] = {}
        self._advice: dict[str, tuple[Sequence[Beat], date, Advice]] = {}
        self._writers = WriterReader(workspace.settings.notes_ref)

    def read(self, deck: Deck, now: datetime) -> PulseReport:
        """How the agents are at an aware moment; the deck's own report while nothing differs.

        What cannot be read raises nothing; the report says it.
        """
        zone, settings = self._workspace.zone, self._workspace.settings
        found = self._reader.read(deck.days, now)
        if found is not self._told:
            self._told = found
            grouped = by_agent(found.beats)
            # The same object for who has no new beat: what follows from it still holds.
            self._beats = {
                agent: self._beats[agent] if self._beats.get(agent) == own else own
                for agent, own in grouped.items()
            }
        traces = self._traces(deck, now)
        pulses = agent_pulses(
            self._beats,
            schedule_of=self._schedule_of,
            now=now,
            zone=zone,
            traces=traces,
            advice=self._advised(now),
        )
        told = agent_exceptions(
            pulses,
            self._beats,
            now=now,
            zone=zone,
            unchanged=settings.pulse_unchanged,
            traces=traces,
        )
        inbox = in_order(told, answers_in(self._workspace.state_folder), now)
        problems = (found.problem,) if found.problem is not None else ()
        report = PulseReport(pulses, inbox, problems, found.broken)
        return deck.pulse if report == deck.pulse else report

    def _schedule_of(self, agent: str, said: int | None) -> Schedule:
        return schedule_of(agent, self._workspace.settings, said)

    def _advised(self, now: datetime) -> Mapping[str, Advice]:
        """The advice for each agent; that of before while it has no new beat, for a day."""
        today = self._workspace.today(now)
        fresh: dict[str, tuple[Sequence[Beat], date, Advice]] = {}
        for agent, own in self._beats.items():
            known = self._advice.get(agent)
            if known is None or known[0] is not own or known[1] != today:
                advice = interval_advice(
                    own,
                    scheduled=partial(self._schedule_of, agent),
                    now=now,
                    delay=self._workspace.settings.pulse_delay * 60,
                )
                known = own, today, advice
            fresh[agent] = known
        self._advice = fresh
        return {agent: advice for agent, (_, _, advice) in fresh.items()}

    def _traces(self, deck: Deck, now: datetime) -> Traces:
        """What agents wrote last, and on which branch."""
        written: dict[str | None, datetime] = {}
        branches: dict[str, tuple[datetime, str]] = {}
        noted = self._writers.read(deck.notes, self._beats.keys())
        for who, when, branch in (*noted, *_wrote(deck, self._beats)):
            if when > now + AHEAD:
                # Nobody writes tomorrow: its time says nothing.
                continue
            if who not in written or when > written[who]:
                written[who] = when
            if who is not None and branch is not None:
                branches[who] = max(branches.get(who, (when, branch)), (when, branch))
        return Traces({who: branch for who, (_, branch) in branches.items()}, written)


def _wrote(deck: Deck, beats: Mapping[str, object]) -> Iterator[Wrote]:
    """What was written lately in files, and what else the deck knows to have been done."""
    names = {agent.casefold(): agent for agent in beats}
    for change in deck.changes:
        if change.tier is Tier.MEMORY:
            yield names.get((change.actor or "").casefold(), change.actor), change.when, None
    for day in deck.days[:_LOGS_LOOKED_AT]:
        for file in day.files:
            slug = PurePosixPath(file.name).stem[_DATE_LENGTH:]
            yield names.get(slug.casefold()), file.modified, None
    for done in deck.activity:
        if done.kind in (ActivityKind.COMMIT, ActivityKind.RECORD) and not done.about:
            yield names.get((done.agent or "").casefold(), done.agent), done.when, None
