"""What the gate says of the agents: who is silent, and what they call wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from memdeck.check.findings import Finding, Kind, Severity, found
from memdeck.model import AgentState, ExceptionKind, PulseReport


def silent(report: PulseReport) -> Iterator[Finding]:
    """Agents that are silent and alerts that last, unless a person has put them aside.

    An alert that has passed is good to know, and so is who is late, or has a wrong clock. That
    nothing changes closes no gate.
    """
    for words in report.problems:
        yield found(
            Kind.SILENT, Severity.WARNING, "heartbeats", f"Who is silent is not known: {words}."
        )
    for each in report.open:
        where = f"agent {each.agent}"
        aside = f"`memdeck pulse ack {each.id}` puts it aside"
        if each.kind is ExceptionKind.SILENT:
            told = f"It is {each.words}: see whether it still runs, or {aside}."
            yield found(Kind.SILENT, Severity.WARNING, where, told)
        elif each.kind is ExceptionKind.ALERT:
            severity = Severity.WARNING if each.ended is None else Severity.INFO
            yield found(Kind.SILENT, severity, where, f"Its alert: {each.words}; {aside}.")
    for agent in report.agents:
        where = f"agent {agent.agent}"
        if agent.state is AgentState.LATE:
            words = f"Its next heartbeat is late: {agent.words}."
            yield found(Kind.SILENT, Severity.INFO, where, words)
        elif agent.state is AgentState.UNKNOWN:
            words = f"How it is cannot be told: {agent.words}."
            yield found(Kind.SILENT, Severity.INFO, where, words)
