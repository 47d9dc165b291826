"""What can go wrong, each in words for the person: what happened, what was not lost, what to do.

Every error that memdeck raises on purpose is a `MemdeckError`; the command
line prints its words and ends with `exit_code`, the dashboard shows them in a
toast. Anything else that escapes is a bug.
"""

from __future__ import annotations

from typing import ClassVar


class MemdeckError(Exception):
    """An expected failure. `str(error)` is one sentence for the person."""

    exit_code: ClassVar[int] = 4
    unsaved: str | None = None
    """What was to be stored and was not, as a line of JSON: for stderr, so that it is kept."""


class NothingFound(MemdeckError):
    """A query matched nothing, or a check found something (exit code 1)."""

    exit_code = 1


class WrongUsage(MemdeckError):
    """The call makes no sense as given: an unknown setting, a bad date (exit code 2)."""

    exit_code = 2


class Refused(MemdeckError):
    """A write was refused and nothing was written (exit code 3)."""

    exit_code = 3


class Unusable(MemdeckError):
    """The workspace or its repository cannot be used (exit code 4)."""

    exit_code = 4
