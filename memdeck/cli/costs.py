"""`memdeck costs`: what waking the agents of this workspace costs, and with which inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.output import data, document, narrate
from memdeck.errors import WrongUsage
from memdeck.own_costs import ASSUMPTIONS, Assumption, number_words
from memdeck.text import plural, show, thin

if TYPE_CHECKING:
    from memdeck.pulse.costs import Costs
    from memdeck.pulse.sizes import Sizes
    from memdeck.settings import Settings

_METAVARS: Final = {"minutes": "M", "$": "USD", "percent": "P"}


def _flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """A flag for each assumption, in the order of their table."""
    for each in reversed(ASSUMPTIONS):
        default = number_words(each.default) if each.default is not None else each.taken
        unit = "dollars" if each.unit == "$" else each.unit
        command = click.option(
            each.flag,
            each.name,
            metavar=_METAVARS.get(each.unit, "N"),
            help=f"{unit} {each.words} [{default}]".strip().capitalize(),
        )(command)
    return command


@click.command("costs")
@click.option("--profile", metavar="P", help="What a session loads; by the settings, else article.")
@_flags
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_call
def costs_command(call: Call, /, profile: str | None, as_json: bool, **flags: str | None) -> None:
    """Show what waking agents costs, from what a session of this workspace really loads.

    Before and after the interval was changed; without memory, with all logs and
    with three tiers; how each figure was derived, and which inputs would make
    it ten times cheaper. Each assumption is a flag here and a key of [costs] in
    memdeck.toml.
    """
    given = {each.name: _number(each, text) for each in ASSUMPTIONS if (text := flags[each.name])}
    from memdeck.live.costs import read_sizes
    from memdeck.pulse.costs import costs_of
    from memdeck.pulse.sizes import workspace_assumptions

    workspace = call.workspace()
    sizes = read_sizes(workspace, call.now(), profile=profile, environ=call.environ)
    for words in sizes.remarks:
        narrate(words)
    costs = costs_of(workspace_assumptions(workspace.settings, sizes, given))
    sources = _sources(workspace.settings, given)
    if as_json:
        document(costs_document(costs, sizes, sources))
        return
    for line in costs_lines(costs, sizes, sources):
        data(line)


def _number(assumption: Assumption, text: str) -> float:
    try:
        try:
            return assumption.read(int(text))
        except ValueError:
            return assumption.read(float(text))
    except ValueError:
        raise WrongUsage(
            f"{assumption.flag} must be {assumption.expected}, and is {show(text)[:40]}."
        ) from None


def _sources(settings: Settings, given: Mapping[str, float]) -> dict[str, str]:
    """Where each assumption is from, by name: its flag, a file, `default`, or what it is of."""
    from memdeck.settings import DEFAULT

    return {
        each.name: each.flag
        if each.name in given
        else settings.sources.get(f"costs.{each.name}", each.taken or DEFAULT)
        for each in ASSUMPTIONS
    }


# --- As JSON -----------------------------------------------------------------


def costs_document(costs: Costs, sizes: Sizes, sources: Mapping[str, str]) -> dict[str, Any]:
    """The costs as the documented JSON: money in dollars a month, shares from 0 to 1."""
    from memdeck.pulse.claims import claims

    return {
        "profile": sizes.profile,
        "encoding": sizes.encoding,
        "bootstrap": sizes.bootstrap,
        "logs": {"tokens": sizes.logs, "files": sizes.files, "uncounted": sizes.uncounted},
        "heartbeats": [
            {
                "name": each.name,
                "before": each.before,
                "after": each.after,
                "saved": each.saved,
                "how": each.how,
            }
            for each in costs.rows
        ],
        "factor": costs.factor,
        "approaches": [
            {
                "name": each.name,
                "tokens_a_call": each.tokens,
                "calls": each.calls,
                "tokens": each.tokens_a_month,
                "money": each.money,
                "times": each.times,
                "over_window": each.over,
                "how": each.how,
            }
            for each in costs.approaches
        ],
        "ways": [
            {"name": each.name, "value": each.value, "words": each.words} for each in costs.ways
        ],
        "remarks": list(costs.remarks),
        "assumptions": {
            each.name: {
                "value": getattr(costs.assumptions, each.name),
                "unit": each.unit,
                "words": each.words,
                "source": sources[each.name],
            }
            for each in ASSUMPTIONS
        },
        "article": [
            {
                "name": each.name,
                "stated": each.stated,
                "found": each.found,
                "derived": each.derived,
                "words": each.words,
            }
            for each in claims()
        ],
    }


# --- As text -----------------------------------------------------------------


def costs_lines(costs: Costs, sizes: Sizes, sources: Mapping[str, str]) -> Iterator[str]:
    """The costs for a person, line by line."""
    given = costs.assumptions
    yield (
        f"Costs of {show(sizes.profile)}: {_size(given.bootstrap, sizes.bootstrap)} tokens loaded, "
        f"{_size(given.logs, sizes.logs)} in {plural(sizes.files, 'log')}"
    )
    yield from _title(f"A beat every {thin(given.interval)} minutes instead of {given.before}")
    yield from _heartbeats(costs)
    yield from _title(f"What a month costs, with a beat every {thin(given.interval)} minutes")
    yield from _approaches(costs)
    yield from (f"  {each}" for each in costs.remarks)
    yield from _ways(costs)
    yield from _title("How each figure was derived")
    for row in costs.rows:
        yield f"  {row.name}: {row.how}"
    for approach in costs.approaches:
        yield f"  {approach.name}: {approach.how}"
    yield from _article()
    yield from _assumptions(costs, sources)


def _size(used: int, counted: int) -> str:
    """What is reckoned with; also what was counted, where it is something else."""
    return thin(used) if used == counted else f"{thin(used)} ({thin(counted)} counted)"


def _title(words: str) -> Iterator[str]:
    yield ""
    yield words


def _heartbeats(costs: Costs) -> Iterator[str]:
    from memdeck.pulse.reckoning import money_words, times_words

    rows = [("", "before", "after", "saved")]
    for each in costs.rows:
        words = money_words if each.money else _count
        rows.append((each.name, words(each.before), words(each.after), _share(each.saved)))
    yield from _table(rows)
    if costs.factor is not None:
        cheaper = costs.factor >= 1
        times = times_words(costs.factor if cheaper else 1 / costs.factor)
        yield f"  {times} {'cheaper' if cheaper else 'dearer'} than before"


def _approaches(costs: Costs) -> Iterator[str]:
    from memdeck.pulse.reckoning import money_words, times_words

    rows = [("", "tokens a call", "calls", "tokens", "money", "")]
    rows += [
        (
            each.name,
            thin(each.tokens),
            _count(each.calls),
            _count(each.tokens_a_month),
            money_words(each.money),
            "" if each.name == "three tiers" else times_words(each.times),
        )
        for each in costs.approaches
    ]
    yield from _table(rows)


def _ways(costs: Costs) -> Iterator[str]:
    from memdeck.pulse.reckoning import times_words

    wanted = times_words(costs.assumptions.factor)
    if costs.ways:
        yield from _title(f"What would make it {wanted} cheaper, each by itself")
        yield from (f"  {each.words}" for each in costs.ways)


def _article() -> Iterator[str]:
    from memdeck.pulse.claims import claims

    yield from _title("The article's figures, for a bootstrap of 15 000 tokens")
    for each in claims():
        how = "follows" if each.derived else "does not follow from what it states"
        yield f"  {each.name} {each.stated}: {each.found}, {how}: {each.words}"


def _assumptions(costs: Costs, sources: Mapping[str, str]) -> Iterator[str]:
    yield from _title("Assumptions: flags of this command, keys of [costs] in memdeck.toml")
    rows = []
    for each in ASSUMPTIONS:
        value = number_words(getattr(costs.assumptions, each.name))
        shown = f"${value}" if each.unit == "$" else value
        unit = "" if each.unit == "$" else each.unit
        rows.append((each.flag, shown, f"{unit} {each.words}".strip(), show(sources[each.name])))
    width = max(len(row[0]) for row in rows)
    right = max(len(row[1]) for row in rows)
    for flag, shown, words, source in rows:
        yield f"  {flag:<{width}}  {shown:>{right}}  {words}  ({source})"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of equal length with the first column to the left and all others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        yield f"  {row[0]:<{widths[0]}}  {'  '.join(cells)}".rstrip()


def _count(number: float) -> str:
    return thin(round(number)) if number >= 10 else number_words(round(number, 1))


def _share(saved: float | None) -> str:
    if saved is None:
        return "-"
    return f"{round(saved * 100)}%" if saved >= 0 else f"{thin(round(-saved * 100))}% more"
