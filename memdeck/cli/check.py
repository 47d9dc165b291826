"""`memdeck check`: the gate before a commit, a session, a merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.output import data, document, narrate
from memdeck.errors import WrongUsage
from memdeck.text import plural, show, thin

if TYPE_CHECKING:
    from memdeck.check.findings import Finding, Kind, Report

FOUND: Final = 1
"""The exit code when something needs care."""


@click.command("check")
@click.option("--profile", metavar="P", help="Whose rules of what a session is given.")
@click.option("--only", metavar="KINDS", help="Look for these kinds alone: secret,conflict.")
@click.option("--skip", metavar="KINDS", help="Look for all but these kinds.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_call
def check_command(
    call: Call, profile: str | None, only: str | None, skip: str | None, as_json: bool
) -> None:
    """Look for what stands in the way of the next session; for hooks and CI.

    The kinds: budget, cut, duplicate, secret, conflict, damaged, unsynced,
    missing, unreadable, lost, silent, date. Nothing is written to the workspace. Exit code 1 when
    an error or a warning is found; what is good to know (info) does not count.
    """
    from memdeck.check.gate import check_workspace
    from memdeck.live.loading import Loader

    kinds = _kinds(only, skip)
    workspace = call.workspace()
    loader = Loader(workspace, environ=call.environ)
    report = check_workspace(workspace, now=call.now(), loader=loader, profile=profile, kinds=kinds)
    if report.budget.warning:
        narrate(report.budget.warning)
    if as_json:
        document(check_document(report))
    else:
        _print(report)
    if not report.ok:
        raise click.exceptions.Exit(FOUND)


def check_document(report: Report) -> dict[str, Any]:
    """The report as the documented JSON."""
    budget = report.budget
    return {
        "ok": report.ok,
        "profile": budget.profile,
        "budget": {
            "used": budget.used,
            "limit": budget.limit,
            "unit": str(budget.unit),
            "over": budget.over,
        },
        "findings": [_finding(each) for each in report.findings],
    }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "where": finding.where,
        "words": finding.words,
    }


def _print(report: Report) -> None:
    """A line for each finding, then the sum of them."""
    severities = max((len(each.severity) for each in report.findings), default=0)
    kinds = max((len(each.kind) for each in report.findings), default=0)
    for each in report.findings:
        what = f"{each.severity:<{severities}}  {each.kind:<{kinds}}"
        data(f"{what}  {show(each.where)}  {show(each.words)}")
    data(_sum(report))


def _sum(report: Report) -> str:
    from memdeck.bootstrap.words import given_words
    from memdeck.check.findings import Severity

    errors, warnings, others = map(report.count, Severity)
    counts = [
        plural(errors, "error") if errors else "",
        plural(warnings, "warning") if warnings else "",
        f"{thin(others)} good to know" if others else "",
    ]
    budget = report.budget
    size = given_words(budget) or f"{thin(budget.used)} of {thin(budget.limit)} {budget.unit}"
    said = ", ".join(filter(None, counts)) or "Nothing found"
    return f"{said}; {size} ({show(budget.profile)})."


def _kinds(only: str | None, skip: str | None) -> frozenset[Kind]:
    """The kinds to look for. Raises WrongUsage for a name that is none, and when none is left."""
    from memdeck.check.findings import Kind

    wanted = _named(only) if only is not None else frozenset(Kind)
    kinds = wanted - (_named(skip) if skip is not None else frozenset())
    if not kinds:
        raise WrongUsage("No kind is left to look for: name others with --only or --skip.")
    return kinds


def _named(text: str) -> frozenset[Kind]:
    from memdeck.check.findings import Kind

    kinds = set()
    for name in text.split(","):
        try:
            kinds.add(Kind(name.strip().lower()))
        except ValueError as error:
            raise WrongUsage(_no_kind(name.strip())) from error
    return frozenset(kinds)


def _no_kind(name: str) -> str:
    from memdeck.check.findings import Kind
    from memdeck.nearest import nearest

    known = [each.value for each in Kind]
    near = nearest(name, known)
    hint = f"did you mean {near}? " if near else ""
    return f"{show(name)[:40] or 'An empty name'} is no kind of finding: {hint}{', '.join(known)}."
