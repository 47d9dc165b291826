"""What the dashboard says of an error that nobody foresaw."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Final

from memdeck import __version__
from memdeck.report import write_report
from memdeck.text import show

UNEXPECTED: Final = 70
"""The exit code, as the commands have it: sysexits.h's internal software error."""


def survived_words(error: Exception, doing: str, now: datetime) -> str:
    """A sentence for an error that the dashboard outlives; its report is on disk."""
    kind = type(error).__name__
    return (
        f"An unexpected error ({kind}) in {doing}; the rest goes on, and what was stored is still "
        f"there.{_place(error, doing, now)}"
    )


def ended_words(error: BaseException | None, now: datetime) -> str:
    """A sentence for the error that ended the dashboard; its report is on disk."""
    kind = type(error).__name__ if error is not None else "of no kind that is known"
    place = _place(error, "the dashboard", now) if error is not None else ""
    return (
        f"memdeck: An unexpected error ({kind}) ended the dashboard. What was stored before is "
        f"still there.{place} MEMDECK_DEBUG=1 shows the details."
    )


def wants_details() -> bool:
    """Whether the person asked for tracebacks, which may hold memory text."""
    return os.environ.get("MEMDECK_DEBUG", "") not in ("", "0")


def _place(error: BaseException, doing: str, now: datetime) -> str:
    path = write_report(error, now=now, version=__version__, doing=doing)
    return f" A report without any memory text is in {show(str(path))}." if path else ""
