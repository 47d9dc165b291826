"""`memdeck log`: a line for the day's log."""

from __future__ import annotations

import click

from memdeck.cli.call import Call, agent_option, pass_call
from memdeck.cli.curate import given_text
from memdeck.cli.output import data, narrate
from memdeck.cli.targets import parse_date


@click.command("log")
@click.argument("text")
@click.option("--section", metavar="S", help="Under this heading; repeated when the last differs.")
@click.option("--date", "on", metavar="D", help="In the log of this day (2026-02-06).")
@agent_option
@pass_call
def log_command(call: Call, text: str, section: str | None, on: str | None) -> None:
    """Append a line to the day's log. TEXT may be - for standard input."""
    from memdeck.daily.append import append_log

    text = given_text(text)
    workspace = call.workspace()
    now = call.now()
    today = workspace.today(now)
    day = parse_date(on, today) if on is not None else today
    path, line = append_log(
        workspace.root, text, on=day, now=now.astimezone(workspace.zone), section=section
    )
    if day > today:
        narrate(f"{day.isoformat()} is in the future; it was written there all the same.")
    data(f"{path.relative_to(workspace.root).as_posix()}:{line}")
