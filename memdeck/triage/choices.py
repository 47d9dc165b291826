"""What a person chose about candidates: skipped for good, or left waiting until a date.

Choices lie in the cache of the workspace: they outlive restarts and are never
trimmed, but nobody's memory is lost with them. Without them the candidates
simply come back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from memdeck.cache import Cache, Row
from memdeck.errors import Refused

_TABLE: Final = "choices"


class ChoiceKind(StrEnum):
    """What was chosen."""

    SKIP = "skip"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for one id, by whom and when."""

    kind: ChoiceKind
    actor: str
    time: datetime
    until: date | None = None
    """The day on which it comes back; None when it was skipped for good."""

    def hides(self, today: date) -> bool:
        """Whether it still keeps its candidate away."""
        return self.until is None or self.until > today

    @property
    def words(self) -> str:
        """`skipped`, or `waits until 2026-02-20`."""
        return "skipped" if self.until is None else f"waits until {self.until.isoformat()}"


class Choices:
    """The choices in one workspace, made as one actor. Any thread may use it."""

    def __init__(self, state_folder: Path, actor: str, now: Callable[[], datetime]) -> None:
        """`now` gives an aware datetime. Making one touches nothing."""
        self._folder = state_folder
        self._actor = actor
        self._now = now

    def all(self) -> Mapping[str, Choice]:
        """What was chosen, by id, whether it still hides or not."""
        found: dict[str, Choice] = {}
        for key, row in Cache(self._folder).rows(_TABLE).items():
            if (choice := _choice(row)) is not None:
                found[key.decode("ascii", "replace")] = choice
        return found

    def skip(self, ids: Collection[str]) -> None:
        """Never show the candidates with these ids (`Candidate.ids`) again. Raises Refused."""
        self._keep(ids, Choice(ChoiceKind.SKIP, self._actor, self._now()))

    def wait(self, ids: Collection[str], until: date) -> None:
        """Show them again on that day, not earlier. Raises Refused."""
        self._keep(ids, Choice(ChoiceKind.WAIT, self._actor, self._now(), until))

    def take_back(self, ids: Collection[str]) -> Mapping[str, Choice]:
        """Choose nothing about them any more; what had been chosen. Raises Refused."""
        known = self.all()
        gone = {each: known[each] for each in ids if each in known}
        Cache(self._folder).forget(_TABLE, [each.encode() for each in gone])
        if gone.keys() & self.all().keys():
            raise Refused(_NOT_KEPT)
        return gone

    def _keep(self, ids: Collection[str], choice: Choice) -> None:
        until = choice.until.isoformat().encode() if choice.until is not None else None
        row = (
            choice.kind.value.encode(),
            until,
            choice.actor.encode("utf-8", "surrogateescape"),
            choice.time.isoformat().encode(),
        )
        Cache(self._folder).keep(_TABLE, [(each.encode(), *row) for each in ids])
        known = self.all()
        if any(known.get(each) != choice for each in ids):
            raise Refused(_NOT_KEPT)


_NOT_KEPT: Final = (
    "The choice could not be kept (another program holds memdeck's cache, or its folder cannot be "
    "written), so nothing was changed: try again."
)


def _choice(row: Row) -> Choice | None:
    """A row as it was kept; None for one that makes no sense."""
    kind, until, actor, time = row
    if not isinstance(kind, bytes) or not isinstance(actor, bytes) or not isinstance(time, bytes):
        return None
    with suppress(ValueError):
        return Choice(
            ChoiceKind(kind.decode()),
            actor.decode("utf-8", "surrogateescape"),
            datetime.fromisoformat(time.decode()),
            date.fromisoformat(until.decode()) if isinstance(until, bytes) else None,
        )
    return None
