"""Prints each case of the fault suite, by what it provokes, as held or not held.

A case is a test marked `@pytest.mark.fault("what it provokes")`; one that runs
with several parameters holds when it holds with all of them. `make faults`
loads this; cases stand wherever their test is at home, most of them here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pytest

from tests.faults.kinds import KINDS, kind_of

_PROPERTY: Final = "fault"
_HELD: Final = "held"
_NOT_HELD: Final = "NOT HELD"
_NOT_TRIED: Final = "not tried"
"""What it needs is not to be had on this machine: the reason is printed."""


@dataclass
class Case:
    """One thing that is provoked, and what came of it."""

    area: str
    words: str
    outcomes: set[str] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """Held when something was tried and nothing failed."""
        if "failed" in self.outcomes:
            return _NOT_HELD
        return _HELD if "passed" in self.outcomes else _NOT_TRIED


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Each case's words travel with its reports, from whichever process runs it."""
    for item in items:
        for mark in item.iter_markers("fault"):
            item.user_properties.append((_PROPERTY, mark.args[0]))


def cases_of(reports: Iterable[pytest.TestReport]) -> list[Case]:
    """The cases that reports tell of, by area and in the order in which they stand there."""
    cases: dict[tuple[str, str], Case] = {}
    files: dict[tuple[str, str], str] = {}
    lines: dict[tuple[str, str], int] = {}
    for report in reports:
        words = next(
            (str(value) for name, value in report.user_properties if name == _PROPERTY), ""
        )
        if not words:
            continue
        key = (kind_of(report.nodeid), words)
        case = cases.setdefault(key, Case(*key))
        files.setdefault(key, report.location[0])
        lines.setdefault(key, report.location[1] or 0)
        if report.failed:
            case.outcomes.add("failed")
        elif report.when == "call" or report.skipped:
            case.outcomes.add(report.outcome)
        if report.skipped and isinstance(report.longrepr, tuple):
            case.reasons.append(str(report.longrepr[2]).removeprefix("Skipped: "))
    order = {kind: place for place, kind in enumerate(KINDS)}

    def place(key: tuple[str, str]) -> tuple[object, ...]:
        return order.get(key[0], len(order)), key[0], files[key], lines[key]

    return [cases[key] for key in sorted(cases, key=place)]


def rows_of(cases: Sequence[Case]) -> list[str]:
    """What is printed: each case below its area, and the total."""
    rows: list[str] = []
    area = ""
    for case in cases:
        if case.area != area:
            rows += ["", case.area]
            area = case.area
        why = f"  ({case.reasons[0]})" if case.verdict == _NOT_TRIED and case.reasons else ""
        rows.append(f"  {case.verdict:<9} {case.words}{why}")
    counts = {
        verdict: sum(case.verdict == verdict for case in cases)
        for verdict in (_HELD, _NOT_HELD, _NOT_TRIED)
    }
    total = ", ".join(f"{count} {verdict.lower()}" for verdict, count in counts.items())
    return [*rows, "", f"{len(cases)} cases: {total}"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The list behind pytest's own."""
    reports = [
        report
        for kept in terminalreporter.stats.values()
        for report in kept
        if isinstance(report, pytest.TestReport)
    ]
    for row in rows_of(cases_of(reports)):
        terminalreporter.write_line(row)
