"""`memdeck pack`: exactly what the next session is given."""

from __future__ import annotations

from datetime import timedelta

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.output import narrate, raw
from memdeck.cli.targets import parse_date
from memdeck.errors import Refused, Unusable, WrongUsage
from memdeck.model import Budget, Day, MemoryFile, Notes
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
    from memdeck.bootstrap.pack import pack_article
    from memdeck.bootstrap.tokens import Counter
    from memdeck.curated.sections import read_memory
    from memdeck.daily.days import read_days
    from memdeck.notes.reader import read_notes

    workspace = call.workspace()
    settings = workspace.settings
    today = workspace.today(call.now())
    day = parse_date(on, today) if on is not None else today
    memory = read_memory(workspace.memory_path)
    near = {day, day - timedelta(days=1)}
    days = read_days(workspace.root, today=today, parse_newest=0, parse_dates=near)
    notes = read_notes(workspace.root, settings.notes_repositories, settings.notes_ref)
    for words in _unread(memory, [each for each in days if each.date in near], notes):
        if not force:
            raise Unusable(f"{words} Nothing was printed; --force prints the rest.")
        narrate(words)
    if notes.problem:
        narrate(notes.problem)
    return pack_article(
        memory,
        days,
        notes,
        today=day,
        counter=Counter(settings.encoding),
        limit=settings.limit,
        branch=branch,
        root=workspace.root,
    )


def _unread(memory: MemoryFile, days: list[Day], notes: Notes) -> list[str]:
    """What should be part of it and could not be read, in words."""
    problems = [memory.problem] if memory.problem and not memory.data else []
    problems += [file.problem for day in days for file in day.files if file.problem]
    if notes.primary is not None and notes.primary.problem:
        problems.append(notes.primary.problem)
    return [each if each.endswith(".") else f"{each}." for each in problems]
