"""`memdeck pack`: exactly what the next session is given."""

from __future__ import annotations

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.loading import Bootstrap, read_bootstrap
from memdeck.cli.output import narrate, raw
from memdeck.cli.targets import parse_date
from memdeck.errors import Refused, Unusable, WrongUsage
from memdeck.model import Budget
from memdeck.text import show, thin

ARTICLE = "article"


@click.command("pack")
@click.option("--profile", metavar="P", default=ARTICLE, show_default=True, help="Whose rules.")
@click.option("--date", "on", metavar="D", help="As on this day (2026-02-06), instead of today.")
@click.option("--branch", metavar="B", help="With this branch's notes, instead of the current.")
@click.option("--force", is_flag=True, help="Print it also when it is over the limit.")
@pass_call
def pack_command(call: Call, profile: str, on: str | None, branch: str | None, force: bool) -> None:
    """Print exactly what the next session is given.

    Over the limit nothing is printed and the exit code is 3; the parts and
    their sizes are on stderr.
    """
    if profile != ARTICLE:
        raise WrongUsage(
            f"There is no profile {show(profile)[:40]}: `{ARTICLE}` is the one there is so far."
        )
    budget = _packed(call, on, branch, force)
    if budget.warning:
        narrate(budget.warning)
    if budget.over:
        for part in budget.parts:
            paths = f"  {', '.join(part.paths)}" if part.paths else ""
            narrate(f"{thin(part.tokens):>9}  {part.name}{paths}")
        if not force:
            raise Refused(
                f"The next session would be given {thin(budget.used)} {budget.unit}, and it must "
                f"be fewer than {thin(budget.limit)}, so nothing was printed: retire "
                f"{thin(budget.over)} or more, or print it with --force."
            )
    raw(budget.data)


def _packed(call: Call, on: str | None, branch: str | None, force: bool) -> Budget:
    workspace = call.workspace()
    day = parse_date(on, workspace.today(call.now())) if on is not None else None
    bootstrap = read_bootstrap(call, day)
    for words in _unread(bootstrap):
        if not force:
            raise Unusable(f"{words} Nothing was printed; --force prints the rest.")
        narrate(words)
    if bootstrap.notes.problem:
        narrate(bootstrap.notes.problem)
    return bootstrap.packed(branch=branch)


def _unread(bootstrap: Bootstrap) -> list[str]:
    """What should be part of it and could not be read, in words."""
    memory, notes = bootstrap.memory, bootstrap.notes
    problems = [memory.problem] if memory.problem and not memory.data else []
    problems += [
        file.problem for day in bootstrap.near for file in day.files if file.problem is not None
    ]
    if notes.primary is not None and notes.primary.problem:
        problems.append(notes.primary.problem)
    return [each if each.endswith(".") else f"{each}." for each in problems]
