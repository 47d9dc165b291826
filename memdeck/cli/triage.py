"""`memdeck triage`: what of the last days may be worth keeping, and what is chosen about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from memdeck.cli.call import Call, agent_option, pass_call
from memdeck.cli.group import LazyGroup
from memdeck.cli.output import document, narrate, on_terminal, told, warning_sign
from memdeck.cli.targets import parse_date
from memdeck.errors import NothingFound, WrongUsage
from memdeck.injection import suspicion_words
from memdeck.secrets import covered_value
from memdeck.text import plural, show

if TYPE_CHECKING:
    from memdeck.triage.choices import Choices
    from memdeck.triage.queue import Candidate, Queue

_DAYS: Final = 14
_MOST_DAYS: Final = 3660
_AHEAD: Final = 7
_PATIENCE: Final = 2.0
"""Seconds that a terminal may say nothing."""
_SHORTEST_ID: Final = 4
_SHOWN: Final = 20
"""Candidates on a terminal, where nobody scrolls through hundreds; a program is given all."""


class _Triage(LazyGroup):
    """The group, where `wait` is another name of `snooze`."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, "snooze" if cmd_name == "wait" else cmd_name)


def _days_option(command: Any) -> Any:
    return click.option(
        "--days",
        type=click.IntRange(1, _MOST_DAYS),
        default=_DAYS,
        show_default=True,
        metavar="N",
        help="Look at the last N days.",
    )(command)


@click.group("triage", cls=_Triage, invoke_without_command=True)
@_days_option
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N.")
@click.option("--reveal", is_flag=True, help="Print what looks like a secret, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@agent_option
@pass_call
@click.pass_context
def triage_command(
    context: click.Context,
    call: Call,
    days: int,
    limit: int | None,
    reveal: bool,
    as_json: bool,
) -> None:
    """List the lines of the logs that may be worth keeping, best first.

    Each with its id and why it stands where it does. `memdeck promote` puts
    one into MEMORY.md; `skip` and `snooze` keep it out of this list, `back`
    takes that back. Exit code 1 when there is nothing.

    A line with a warning sign reads like an instruction to a model: why is
    below it. It is listed and can be promoted like any other.

    --json: a list of {id, file, line, date, text, kind, score, reasons,
    suspicious: [why it reads like an instruction],
    places: [{file, line, date, text}], like: {id, line, likeness} or null,
    section: address or null}.
    """
    if context.invoked_subcommand is not None:
        return
    queue = _queue(call, days)
    found = queue.candidates[:limit]
    if as_json:
        rows = [candidate_document(each) for each in found]
        document(rows if reveal else covered_value(rows))
    elif found:
        shown = found[:_SHOWN] if limit is None and on_terminal() else found
        for line in candidate_lines(shown):
            told(line, reveal=reveal)
        rest = len(queue.candidates) - len(shown)
        if rest:
            narrate(f"{plural(rest, 'further line')}: `--limit N` lists more of them.")
    if not found:
        since = queue.since.isoformat()
        put_off = f" ({plural(len(queue.hidden), 'line')} skipped or waiting)" * bool(queue.hidden)
        if as_json:
            raise click.exceptions.Exit(NothingFound.exit_code)
        raise NothingFound(f"Nothing since {since} waits to be looked at{put_off}.")


@triage_command.command("skip")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@_days_option
@agent_option
@pass_call
def skip_command(call: Call, ids: tuple[str, ...], days: int) -> None:
    """Never list these again. An ID may be cut short."""
    chosen = _chosen(_queue(call, days).candidates, ids)
    _choices(call).skip([one for each in chosen for one in each.ids])
    for each in chosen:
        told(f"{each.id}  {show(each.item.text)}")
    narrate(f"Skipped {plural(len(chosen), 'line')} for good · {_back(chosen)} takes it back")


@triage_command.command("snooze")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--until", required=True, metavar="DATE", help="The day on which they come back.")
@_days_option
@agent_option
@pass_call
def snooze_command(call: Call, ids: tuple[str, ...], until: str, days: int) -> None:
    """Let these wait until a date. An ID may be cut short.

    DATE is 2026-02-20, or tomorrow. They come back then if they are of the
    days that are looked at.
    """
    workspace = call.workspace()
    today = workspace.today(call.now())
    on = _parse_until(until, today)
    chosen = _chosen(_queue(call, days).candidates, ids)
    _choices(call).wait([one for each in chosen for one in each.ids], on)
    for each in chosen:
        told(f"{each.id}  {show(each.item.text)}")
    narrate(
        f"{plural(len(chosen), 'line')} will wait until {on.isoformat()} · "
        f"{_back(chosen)} takes it back"
    )


@triage_command.command("back")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@_days_option
@agent_option
@pass_call
def back_command(call: Call, ids: tuple[str, ...], days: int) -> None:
    """List these again that were skipped or wait. An ID may be cut short."""
    hidden = [each for each, _ in _queue(call, days).hidden]
    choices = _choices(call)
    known = [each for each in hidden if any(_means(each, one) for one in ids)]
    gone = choices.take_back([one for each in known for one in each.ids])
    # What is older than the days that are looked at is known by its id alone.
    others = [one for one in ids if not any(_means(each, one) for each in known)]
    rest = [
        full
        for full in choices.all()
        if any(len(one) >= _SHORTEST_ID and full.startswith(one.lower()) for one in others)
    ]
    gone = {**gone, **choices.take_back(rest)}
    if not gone:
        raise NothingFound(
            "None of these was skipped or waits, so nothing was changed: `memdeck triage --json` "
            "prints the ids of what is listed."
        )
    for each in known:
        told(f"{each.id}  {show(each.item.text)}")
    narrate(f"Listed again: {plural(len(known) + len(rest), 'line')}.")


# --- As JSON and as text -----------------------------------------------------


def candidate_document(found: Candidate) -> dict[str, Any]:
    """A candidate as the documented JSON."""
    return {
        "id": found.id,
        "file": found.item.file,
        "line": found.item.line,
        "date": found.day.isoformat(),
        "text": found.item.text,
        "kind": found.kind.value,
        "score": found.score,
        "reasons": list(found.reasons),
        "suspicious": list(found.suspicious),
        "places": [
            {
                "file": place.item.file,
                "line": place.item.line,
                "date": place.day.isoformat(),
                "text": place.item.text,
            }
            for place in found.places
        ],
        "like": {
            "id": found.like.item.id,
            "line": found.like.item.line,
            "likeness": round(found.like.likeness, 1),
        }
        if found.like
        else None,
        "section": found.section,
    }


def candidate_lines(found: Sequence[Candidate]) -> Iterator[str]:
    """Candidates for a person: id, place and text, and below it why it stands there."""
    for each in found:
        yield f"{each.id}  {show(each.item.place)}  {show(each.item.text)}"
        to = f" → {show(each.section)}" if each.section else ""
        reasons = show(", ".join(each.reasons)) or "nothing speaks for or against it"
        yield f"              {reasons}{to}"
        if each.suspicious:
            yield f"              {warning_sign()} {show(suspicion_words(each.suspicious))}"


# --- Which, and where it is kept ---------------------------------------------


def _queue(call: Call, days: int) -> Queue:
    from memdeck.curated.comparison import at_once
    from memdeck.live.reader import Reader
    from memdeck.triage.queue import triage

    now = call.now()
    # A few days may lie in the future, by a wrong date, and are not among the last N.
    newest = days + _AHEAD
    tell: Callable[[], None] = TellOnce(days) if call.interactive else at_once
    reader = Reader(
        *(call.workspace(), lambda: now),
        parse_days=newest,
        likeness_days=newest,
        breathe=tell,
        pulse=False,
    )
    for _ in reader.stages():
        pass
    assert reader.deck is not None
    queue = triage(reader.deck, _choices(call).all(), days=days, breathe=tell)
    assert queue is not None
    return queue


class TellOnce:
    """Tells whoever waits at a terminal what takes so long. Called between two small pieces."""

    def __init__(self, days: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._days = days
        self._clock = clock
        self._begun = clock()
        self._told = False

    def __call__(self) -> None:
        """Say it, once, when it has taken longer than anyone waits without a word."""
        if not self._told and self._clock() - self._begun >= _PATIENCE:
            self._told = True
            narrate(
                f"Comparing the lines of {plural(self._days, 'day')} with MEMORY.md and with each "
                "other: this takes a while, and less with fewer --days."
            )


def _choices(call: Call) -> Choices:
    from memdeck.triage.choices import Choices

    return Choices(call.workspace().state_folder, call.actor, call.now)


def _means(candidate: Candidate, given: str) -> bool:
    wanted = given.lower()
    return len(wanted) >= _SHORTEST_ID and any(one.startswith(wanted) for one in candidate.ids)


def _chosen(found: Sequence[Candidate], ids: Sequence[str]) -> tuple[Candidate, ...]:
    """The candidates that were named; raises NothingFound and WrongUsage, and nothing is done."""
    chosen: dict[str, Candidate] = {}
    for given in ids:
        meant = [each for each in found if _means(each, given)]
        if not meant:
            raise NothingFound(
                f"No line of the list has the id {show(given)[:40]}, so nothing was changed: "
                "`memdeck triage` prints the ids."
            )
        if len(meant) > 1:
            raise WrongUsage(
                f"{show(given)[:40]} is the start of {len(meant)} ids, so nothing was changed: "
                "give more of it."
            )
        chosen[meant[0].id] = meant[0]
    return tuple(chosen.values())


def _parse_until(text: str, today: date) -> date:
    if text.strip().lower() == "tomorrow" and today < date.max:
        return today + timedelta(days=1)
    until = parse_date(text, today)
    if until <= today:
        raise WrongUsage(
            f"{until.isoformat()} is not later than today, so nothing would wait: name a later day."
        )
    return until


def _back(chosen: Sequence[Candidate]) -> str:
    return (
        f"`memdeck triage back {' '.join(each.id for each in chosen[:3])}`"
        if (len(chosen) <= 3)
        else "`memdeck triage back ID...`"
    )
