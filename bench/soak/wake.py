"""What an agent does when it wakes: reads its bootstrap, works, writes, beats. One process each.

It is told nothing but who it is and what time it is. How far it had come it
finds in its memory, as memdeck hands it over.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.soak.ledger import Kind
from bench.soak.plain import BRANCHES, STATE

if TYPE_CHECKING:
    from memdeck.bootstrap.tokens import Counter
    from memdeck.model import Budget, JsonValue
    from memdeck.workspace import Workspace

SECTION: Final = "Critical Decisions"
"""Of MEMORY.md, where decisions go."""
_WORK: Final = (
    "sounded the channel and marked it on the chart",
    "asked the lock keeper for the next opening",
    "counted the crates that came over at noon",
    "checked the mooring lines after the swell",
    "wrote the tide table for the coming week",
)
_NEEDED: Final = (
    "filelock",
    "git.cmd",
    "git.exc",
    "memdeck.bootstrap.article",
    "memdeck.curated.edits",
    "memdeck.curated.store",
    "memdeck.daily.append",
    "memdeck.live.loading",
    "memdeck.notes.reader",
    "memdeck.notes.store",
    "memdeck.pulse.beats",
    "memdeck.pulse.record",
)
"""What a wake imports."""
_STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"

Tell = Callable[..., None]
"""Says a word and what belongs to it to whoever keeps the books."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who wakes, where and when."""

    number: int
    """Of the wake: no other has it."""
    agent: str
    root: Path
    """The workspace."""
    moment: datetime
    """The simulated time, aware."""
    interval: int
    """Seconds between its beats."""
    decides: bool
    """Whether it writes a line into MEMORY.md."""
    alert: bool
    """Whether something is wrong that a person must hear of."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """What an agent finds of itself."""

    note: str | None
    """The wake in which it stored its state."""
    step: int
    log: str | None
    memory: str | None
    beat: str | None
    """The time of its last beat."""
    tokens: int
    """Of the whole bootstrap."""


def warm() -> Counter:
    """Import what a wake needs, and load the vocabulary; the token counter for all wakes.

    Nothing of any workspace is read: every wake does that itself.
    """
    from memdeck.bootstrap.tokens import DEFAULT_ENCODING, Counter

    for each in _NEEDED:
        import_module(each)
    counter = Counter(DEFAULT_ENCODING)
    counter.starts(b"The first text takes longer.")
    return counter


def wake(order: Order, counter: Counter, tell: Tell) -> None:
    """Live through one wake. Each thing is told before it is written, and when it is stored."""
    from memdeck.workspace import open_workspace

    begun = time.monotonic()

    def now() -> datetime:
        return order.moment + timedelta(seconds=time.monotonic() - begun)

    # Who commits its notes: known without asking git.
    os.environ["GIT_COMMITTER_NAME"] = order.agent
    os.environ["GIT_COMMITTER_EMAIL"] = f"{order.agent}@example.invalid"
    workspace = open_workspace(order.root)
    found = resume(order, workspace, counter, now())
    tell("resumed", found.note, found.step, found.log, found.memory, found.beat, found.tokens)
    step = found.step + 1
    words = f"{order.agent}, wake {order.number}: step {step}, {_WORK[step % len(_WORK)]}."
    steps: list[tuple[Kind, Callable[[], None]]] = [
        (Kind.LOG, lambda: _log(workspace, words, now())),
        (Kind.NOTE, lambda: _store(order, workspace, step, now)),
    ]
    if order.decides:
        steps.append((Kind.MEMORY, lambda: _decide(order, workspace, now)))
    for kind, write in steps:
        tell("begin", kind, str(order.number))
        write()
        tell("told", kind, str(order.number))
    moment = now()
    tell("begin", Kind.BEAT, moment.astimezone(UTC).strftime(_STAMP))
    _beat(order, moment)
    tell("told", Kind.BEAT, moment.astimezone(UTC).strftime(_STAMP))


def resume(order: Order, workspace: Workspace, counter: Counter, now: datetime) -> Resumed:
    """What the agent is given when it starts, and what it finds of itself in it."""
    from memdeck.curated.sections import read_memory
    from memdeck.daily.days import read_days
    from memdeck.live.loading import Loader
    from memdeck.notes.reader import read_notes
    from memdeck.pulse.beats import last_beat

    settings, today = workspace.settings, workspace.today(now)
    budget = Loader(workspace, counter, environ={}).load(
        read_memory(workspace.memory_path),
        read_days(workspace.root, today=today, parse_newest=0),
        read_notes(workspace.root, settings.notes_repositories, settings.notes_ref),
        day=today,
        now=now,
        branch=BRANCHES + order.agent,
    )
    beat = last_beat(workspace.root, order.agent, now)
    state = _state(budget)
    line = re.compile(rb"^- (?:\d\d:\d\d )?%b, wake (\d+): " % order.agent.encode(), re.MULTILINE)
    return Resumed(
        note=str(state["wake"]) if state else None,
        step=int(state["step"]) if state else 0,
        log=_last(line, _part(budget, "yesterday") + _part(budget, "today")),
        memory=_last(line, _part(budget, "MEMORY.md")),
        beat=beat.moment.strftime(_STAMP) if beat else None,
        tokens=budget.used,
    )


def _part(budget: Budget, name: str) -> bytes:
    return b"".join(each.data for each in budget.parts if each.name == name)


def _state(budget: Budget) -> dict[str, Any] | None:
    for line in _part(budget, "notes").split(b"\n"):
        if line and (fields := json.loads(line))["key"] == STATE:
            value: dict[str, Any] = fields["value"]
            return value
    return None


def _last(line: re.Pattern[bytes], text: bytes) -> str | None:
    found = line.findall(text)
    return found[-1].decode() if found else None


# --- What it writes ----------------------------------------------------------


def _log(workspace: Workspace, words: str, now: datetime) -> None:
    from memdeck.daily.append import append_log

    here = now.astimezone(workspace.zone)
    append_log(workspace.root, words, on=here.date(), now=here, section=None, timed=True)


def _store(order: Order, workspace: Workspace, step: int, now: Callable[[], datetime]) -> None:
    from memdeck.notes.store import NotesStore

    value: JsonValue = {"wake": order.number, "step": step, "words": _WORK[step % len(_WORK)]}
    NotesStore(workspace, now=now).set(STATE, value, branch=BRANCHES + order.agent)


def _decide(order: Order, workspace: Workspace, now: Callable[[], datetime]) -> None:
    from memdeck.curated.edits import Add
    from memdeck.curated.journal import Journal
    from memdeck.curated.store import MemoryStore

    journal = Journal(workspace.ensure_state_folder())
    store = MemoryStore(workspace.root, workspace.memory_path, journal, order.agent, now)
    words = f"{order.agent}, wake {order.number}: keep clear of the {_WORK[order.number % 5][-5:]}."
    store.apply(Add(SECTION, (words,)))


def _beat(order: Order, moment: datetime) -> None:
    from memdeck.pulse.record import Pulse

    pulse = Pulse(order.root, order.agent, interval=order.interval, now=lambda: moment)
    if order.alert:
        level = order.number % 90 + 10
        pulse.beat("alert", f"the water is {level} cm too high, in wake {order.number}")
    else:
        pulse.beat()
