"""How a soak went, in lines for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.soak.crew import Kill
from bench.soak.ledger import Kind
from bench.soak.run import Report
from memdeck.text import plural

_FAULTS_SHOWN: Final = 40
_NAMES: Final = {
    Kind.NOTE: "entries of the notes",
    Kind.LOG: "lines of daily logs",
    Kind.MEMORY: "lines of MEMORY.md",
    Kind.BEAT: "beats",
}


def lines(report: Report) -> Iterator[str]:
    """The report."""
    plan = report.plan
    assert report.until is not None
    days = (report.until - plan.begin).total_seconds() / 86_400
    yield (
        f"{plan.count} agents in {plural(plan.teams, 'workspace')}, {days:.1f} days, a beat every "
        f"{plan.interval} minutes, seed {plan.seed}"
    )
    yield ""
    kills = sum(report.kills.values())
    struck = ", ".join(f"{count} {each}" for each, count in report.struck_while.most_common())
    yield f"  wakes            {report.wakes:>8,}"
    yield f"  killed (kill -9) {kills:>8,}   " + _ways(report)
    if struck:
        yield f"                             {struck}"
    yield f"  resumed          {report.resumed:>8,}   looks at what an agent last wrote"
    yield (
        f"  tasks            {report.tasks:>8,}   of {plan.count} end at their last step, "
        f"{report.steps:,} steps in all"
    )
    yield f"  commits          {report.commits:>8,}"
    yield ""
    yield "                             told stored   found in the end"
    for kind in Kind:
        yield f"  {_NAMES[kind]:<24} {report.told[kind]:>13,} {report.found[kind]:>18,}"
    yield ""
    yield (
        f"  {report.seconds / 60:.1f} min, {report.workers} awake at once: "
        f"{report.wakes / report.seconds:.1f} wakes a second, "
        f"{report.cpu / report.wakes * 1000:.0f} ms of processor each, "
        f"the longest {report.longest:.2f} s; largest bootstrap {report.largest:,} tokens"
    )
    if report.told_by_engine:
        yield f"  {len(report.told_by_engine)} settled in the end: {report.told_by_engine[0]}"
    if report.watched is not None:
        yield ""
        yield from report.watched.lines()
    yield ""
    if report.good:
        yield "Nothing is lost, nothing is doubled: every agent resumed with its last state."
        return
    yield f"{len(report.faults)} faults:"
    yield from (f"  {each}" for each in report.faults[:_FAULTS_SHOWN])
    if len(report.faults) > _FAULTS_SHOWN:
        yield f"  and {len(report.faults) - _FAULTS_SHOWN} more"


def _ways(report: Report) -> str:
    ways = ", ".join(f"{report.kills[each]} {each}" for each in Kill)
    return f"{ways}; {report.missed} more were quicker"
