"""What a person made of exceptions: acknowledged for good, or snoozed until a moment.

Kept as choices in the cache of the workspace: they outlive restarts and are never trimmed, and
without them the exceptions simply come back. The id of an exception is its own alone, so that an
acknowledged one stays away and the next of its kind does not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from memdeck.cache import Cache, Row
from memdeck.errors import Refused
from memdeck.model import AgentException, ExceptionState

_TABLE: Final = "choices"
_PREFIX: Final = "pulse "
"""Before the ids in the table, which other choices share."""
_NOT_KEPT: Final = (
    "That could not be kept (another program holds memdeck's cache, or its folder cannot be "
    "written), so nothing was changed: try again."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was made of one exception, by whom and when."""

    actor: str
    time: datetime
    until: datetime | None = None
    """When it comes back; None when it was acknowledged."""

    def state(self, now: datetime) -> ExceptionState:
        """What that means for the exception now."""
        if self.until is None:
            return ExceptionState.ACKNOWLEDGED
        return ExceptionState.SNOOZED if now < self.until else ExceptionState.OPEN


def answers_in(state_folder: Path) -> Mapping[str, Answer]:
    """What was made of exceptions, by id, whether it still holds or not."""
    found: dict[str, Answer] = {}
    for key, row in Cache(state_folder).rows(_TABLE).items():
        name = key.decode("ascii", "replace")
        if name.startswith(_PREFIX) and (answer := _answer(row)) is not None:
            found[name.removeprefix(_PREFIX)] = answer
    return found


class Inbox:
    """The answers in one workspace, given as one actor. Any thread may use it."""

    def __init__(self, state_folder: Path, actor: str, now: Callable[[], datetime]) -> None:
        """`now` gives an aware datetime. Making one touches nothing."""
        self._folder = state_folder
        self._actor = actor
        self._now = now

    def answers(self) -> Mapping[str, Answer]:
        """What was made of exceptions, by id, whether it still holds or not."""
        return answers_in(self._folder)

    def acknowledge(self, ids: Collection[str]) -> None:
        """Tell no more of the exceptions with these ids. Raises Refused."""
        self._keep(ids, Answer(self._actor, self._now()))

    def snooze(self, ids: Collection[str], until: datetime) -> None:
        """Tell of them again from an aware moment on, not earlier. Raises Refused."""
        self._keep(ids, Answer(self._actor, self._now(), until))

    def take_back(self, ids: Collection[str]) -> Mapping[str, Answer]:
        """Make nothing of them any more; what had been made of them. Raises Refused."""
        known = self.answers()
        gone = {each: known[each] for each in ids if each in known}
        Cache(self._folder).forget(_TABLE, [_key(each) for each in gone])
        if gone.keys() & self.answers().keys():
            raise Refused(_NOT_KEPT)
        return gone

    def _keep(self, ids: Collection[str], answer: Answer) -> None:
        kind = ExceptionState.ACKNOWLEDGED if answer.until is None else ExceptionState.SNOOZED
        row = (
            kind.value.encode(),
            answer.until.isoformat().encode() if answer.until is not None else None,
            answer.actor.encode("utf-8", "surrogateescape"),
            answer.time.isoformat().encode(),
        )
        Cache(self._folder).keep(_TABLE, [(_key(each), *row) for each in ids])
        known = self.answers()
        if any(known.get(each) != answer for each in ids):
            raise Refused(_NOT_KEPT)


def in_order(
    found: Iterable[AgentException], answers: Mapping[str, Answer], now: datetime
) -> tuple[AgentException, ...]:
    """Exceptions with what was made of each: open ones first, then those that are put aside; each
    as they came. Pure."""
    told = [
        _answered(each, answers[each.id], now) if each.id in answers else each for each in found
    ]
    # Stable: the newest stays first in both.
    return tuple(sorted(told, key=lambda each: each.state is not ExceptionState.OPEN))


def _answered(exception: AgentException, answer: Answer, now: datetime) -> AgentException:
    state = answer.state(now)
    until = answer.until if state is ExceptionState.SNOOZED else None
    return replace(exception, state=state, until=until)


def _key(exception_id: str) -> bytes:
    return f"{_PREFIX}{exception_id}".encode()


def _answer(row: Row) -> Answer | None:
    """A row as it was kept; None for one that makes no sense."""
    _, until, actor, time = row
    if not isinstance(actor, bytes) or not isinstance(time, bytes):
        return None
    with suppress(ValueError):
        return Answer(
            actor.decode("utf-8", "surrogateescape"),
            datetime.fromisoformat(time.decode()),
            datetime.fromisoformat(until.decode()) if isinstance(until, bytes) else None,
        )
    return None
