"""What the gate can find: values only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from memdeck.model import Budget
from memdeck.secrets import covered

_LONGEST_PLACE: Final = 320
"""Characters. A path and a line fit in; the name of a key may be of any length."""
_LINE: Final = re.compile(r"(?P<path>.*):(?P<line>\d{1,9})", re.DOTALL)


class Kind(StrEnum):
    """What a finding is about."""

    BUDGET = "budget"
    """The next session is given more than it may."""
    CUT = "cut"
    """The harness does not give all of a file to the session."""
    DUPLICATE = "duplicate"
    """Two items of MEMORY.md say the same."""
    SECRET = "secret"  # noqa: S105 - the name of a finding
    CONFLICT = "conflict"
    """A merge that nobody finished."""
    DAMAGED = "damaged"
    """An entry of the notes that no agent can read."""
    UNSYNCED = "unsynced"
    """The notes here and those of a remote, as last seen, are not the same."""
    MISSING = "missing"
    """MEMORY.md, or a file that the profile requires, is not there."""
    UNREADABLE = "unreadable"
    """It could not be read, or holds bytes that are no text."""
    LOST = "lost"
    """Another program took out of MEMORY.md, or of a log, what nobody meant to take out."""
    SILENT = "silent"
    """An agent gives no sign of life any more, or says that something is wrong."""
    DATE = "date"
    """A log whose date is odd, or a day that is another one in UTC."""


class Severity(StrEnum):
    """How bad it is, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    """Good to know; it never closes the gate."""


_SEVERITIES: Final = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. Made by `found`, it never holds a secret."""

    kind: Kind
    severity: Severity
    where: str
    """`MEMORY.md:14`, `notes of main, key task.status`, `budget`: what a person would look for."""
    words: str
    """What it is and what to do, in one or two sentences."""

    @property
    def order(self) -> tuple[int, str, int, str, str]:
        """The worst first, then by place; lines of a file in their order."""
        place = _LINE.fullmatch(self.where)
        path, line = (place["path"], int(place["line"])) if place else (self.where, 0)
        return _SEVERITIES.index(self.severity), path, line, self.kind, self.words


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, in the order of `Finding.order`."""

    findings: tuple[Finding, ...]
    budget: Budget
    """What the next session is given."""

    @property
    def ok(self) -> bool:
        """Whether the gate is open: nothing that was found needs care."""
        return all(each.severity is Severity.INFO for each in self.findings)

    def count(self, severity: Severity) -> int:
        """How many findings are this bad."""
        return sum(each.severity is severity for each in self.findings)


def found(kind: Kind, severity: Severity, where: str, words: str) -> Finding:
    """A finding, with secrets covered that stand in its place (a key, a branch, a file's name)."""
    place = covered(where)
    if len(place) > _LONGEST_PLACE:
        place = f"{place[: _LONGEST_PLACE - 1]}…"
    return Finding(kind, severity, place, covered(words))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, the worst first, then by place."""
    return tuple(sorted(set(findings), key=lambda each: each.order))
