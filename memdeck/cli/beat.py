"""`memdeck beat`: an agent says that it lives."""

from __future__ import annotations

import click

from memdeck.cli.call import OPERATOR, Call, agent_option, pass_call
from memdeck.cli.output import data, narrate
from memdeck.errors import WrongUsage


@click.command("beat")
@agent_option
@click.option(
    "--status",
    type=click.Choice(["ok", "alert"]),
    default="ok",
    show_default=True,
    help="Whether something is wrong.",
)
@click.option("--note", metavar="T", help="What there is to say, in a line.")
@click.option(
    "--interval",
    metavar="M",
    type=click.IntRange(1, 7 * 24 * 60),
    help="Minutes until the next beat is due; else as the settings have it.",
)
@pass_call
def beat_command(call: Call, status: str, note: str | None, interval: int | None) -> None:
    """Record one heartbeat of an agent, and print when the next one is due."""
    if call.actor == OPERATOR:
        raise WrongUsage(
            "A beat is that of an agent, and none is named: --agent NAME or MEMDECK_AGENT does it; "
            "nothing was recorded."
        )
    from memdeck.pulse.record import Pulse
    from memdeck.pulse.schedule import Schedule, schedule_of

    workspace = call.workspace()
    schedule = schedule_of(call.actor, workspace.settings)
    if interval is not None:
        schedule = Schedule(interval * 60, schedule.hours)
    pulse = Pulse(workspace.root, call.actor, interval=schedule.interval, now=call.now)
    beat = pulse.beat(status, note)
    due = schedule.due_after(beat.moment, workspace.zone)
    data(due.strftime("%Y-%m-%dT%H:%M:%SZ"))
    local = due.astimezone(workspace.zone)
    near = local.date() == workspace.today(beat.moment)
    words = f"{local:%H:%M}" if near else f"{local:%Y-%m-%d %H:%M}"
    narrate(f"beat of {beat.agent} recorded: {beat.status} · next due {words}")
