"""`memdeck lost`: what other programs took out of memory, and putting it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from memdeck.cli.call import Call, agent_option, pass_call
from memdeck.cli.curate import dry_run_option, write
from memdeck.cli.output import data, document, narrate
from memdeck.errors import NothingFound, WrongUsage
from memdeck.markdown import decode
from memdeck.secrets import covered
from memdeck.text import show

if TYPE_CHECKING:
    from memdeck.live.seen import Seen
    from memdeck.model import Alarm

FOUND: Final = 1
"""The exit code when something is lost."""


@click.command("lost")
@click.argument("alarm_id", metavar="[ID]", required=False)
@click.option("--put-back", is_flag=True, help="Put the lines back where they were.")
@click.option("--dismiss", is_flag=True, help="It was meant: say no more of it.")
@click.option("--all", "everything", is_flag=True, help="Also what is back or was dismissed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@dry_run_option
@agent_option
@pass_call
def lost_command(
    call: Call,
    alarm_id: str | None,
    put_back: bool,
    dismiss: bool,
    everything: bool,
    as_json: bool,
    dry_run: bool,
) -> None:
    """List what other programs took out of MEMORY.md and the logs, with the lost lines.

    An agent that writes MEMORY.md back from an older copy takes out what came
    since. With ID, --put-back puts those lines back; lines of a log are
    appended to it, as logs are never rewritten. Exit code 1 when anything is
    lost and not dismissed.
    """
    from memdeck.live.seen import Seen
    from memdeck.model import AlarmState

    if (put_back or dismiss) and (alarm_id is None or (put_back and dismiss)):
        raise WrongUsage("Name the one loss that is meant, and either --put-back or --dismiss.")
    deck = call.deck(newest_days=0, pulse=False)
    if deck.alarms_problem is not None:
        narrate(deck.alarms_problem)
    seen = Seen(call.workspace().state_folder)
    alarms = seen.alarms() if everything or alarm_id is not None else deck.alarms
    if alarm_id is not None:
        alarms = (_one(alarms, alarm_id),)
    if put_back:
        _put_back(call, seen, alarms[0], dry_run)
        return
    if dismiss:
        if not dry_run:
            seen.dismiss(alarms[0].id)
        narrate("Dismissed. Its lines are kept; `memdeck lost --all` lists it.")
        return
    if as_json:
        document([_document(each) for each in alarms])
    else:
        _print(call, alarms)
    if any(each.state is AlarmState.OPEN for each in alarms):
        raise click.exceptions.Exit(FOUND)


def _one(alarms: tuple[Alarm, ...], alarm_id: str) -> Alarm:
    found = [each for each in alarms if each.id.startswith(alarm_id)]
    if not found:
        raise NothingFound(f"No loss has the id {show(alarm_id)}: `memdeck lost --all` lists them.")
    if len(found) > 1:
        raise WrongUsage(f"{show(alarm_id)} is the start of {len(found)} ids: give more of it.")
    return found[0]


def _put_back(call: Call, seen: Seen, alarm: Alarm, dry_run: bool) -> None:
    from memdeck.live.alarms import append_lost, restore_operation
    from memdeck.model import AlarmKind

    if alarm.kind is not AlarmKind.LOG:
        write(call, restore_operation(seen, alarm), dry_run)
    elif dry_run:
        narrate(f"The lost lines would be appended to {show(alarm.file)}.")
    else:
        path, line = append_lost(call.workspace().root, alarm)
        narrate(f"Appended the lost lines to {show(alarm.file)}.")
        data(f"{show(str(path.relative_to(call.workspace().root)))}:{line}")
    if not dry_run:
        # Settles the alarm now, and not at the next reading.
        call.deck(newest_days=0, pulse=False)


def _document(alarm: Alarm) -> dict[str, Any]:
    """An alarm as the documented JSON. Secrets are covered."""
    return {
        "id": alarm.id,
        "kind": alarm.kind.value,
        "state": alarm.state.value,
        "file": alarm.file,
        "when": alarm.when.isoformat(),
        "words": alarm.words,
        "count": alarm.count,
        "lost": [
            {"line": each.line, "section": each.section, "text": covered(decode(each.data))}
            for each in alarm.lost
        ],
        "before": alarm.before or None,
        "after": alarm.after or None,
    }


def _print(call: Call, alarms: tuple[Alarm, ...]) -> None:
    for each in alarms:
        when = each.when.astimezone(call.workspace().zone)
        data(f"{each.id}  {when:%Y-%m-%d %H:%M:%S}  {each.state}  {show(each.words)}")
        for lost in each.lost:
            for line in covered(decode(lost.data)).replace("\r", "\n").split("\n"):
                if line.strip():
                    data(f"  - {show(line)}")
    if not alarms:
        data("Nothing is lost.")
