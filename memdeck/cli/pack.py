"""`memdeck pack`: exactly what the next session is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.loading import Bootstrap, read_bootstrap
from memdeck.cli.output import data, given, narrate
from memdeck.cli.targets import parse_date
from memdeck.errors import Refused, Unusable
from memdeck.model import MISSING, Budget
from memdeck.text import show, thin
from memdeck.workspace import MEMORY_NAME

if TYPE_CHECKING:
    from memdeck.bootstrap.profiles import Profile

ARTICLE = "article"


@click.command("pack")
@click.option("--profile", metavar="P", help="Whose rules; those of the settings, else article.")
@click.option("--date", "on", metavar="D", help="As on this day: 2026-02-06, today, yesterday.")
@click.option("--branch", metavar="B", help="With this branch's notes, instead of the current.")
@click.option("--force", is_flag=True, help="Print it also when it is over the limit.")
@click.option("--list", "as_list", is_flag=True, help="Print the profiles instead.")
@pass_call
def pack_command(
    call: Call,
    profile: str | None,
    on: str | None,
    branch: str | None,
    force: bool,
    as_list: bool,
) -> None:
    """Print exactly what the next session is given.

    On a terminal what looks like a secret is covered: a program is given it all.
    What a harness cuts is told on stderr, one line a cut. Over a limit that is
    not cut down to nothing is printed and the exit code is 3; the parts and
    their sizes are on stderr.
    """
    if as_list:
        _print_profiles(call)
        return
    from memdeck.bootstrap.words import over_words, told_cuts, way_words

    budget = _packed(call, profile, on, branch, force)
    if budget.warning:
        narrate(budget.warning)
    for words in told_cuts(budget):
        narrate(words)
    for part in budget.parts:
        if part.trust:
            narrate(f"{part.name}: {part.trust}")
    if budget.over:
        for part in budget.parts:
            paths = f"  {', '.join(part.paths)}" if part.paths else ""
            narrate(f"{thin(part.size):>9}  {part.name}{paths}")
        if not force:
            raise Refused(
                f"{over_words(budget)}, so nothing was printed: {way_words(budget, MEMORY_NAME)}. "
                "--force prints it all the same."
            )
    given(budget.data, reveal=False)


def _print_profiles(call: Call) -> None:
    """One line a profile: its name and what it is."""
    from memdeck.bootstrap.profiles import profiles

    known = profiles(call.workspace().settings)
    width = max(len(each.name) for each in known)
    for each in known:
        data(f"{each.name:<{width}}  {each.words}")


def _packed(
    call: Call, profile: str | None, on: str | None, branch: str | None, force: bool
) -> Budget:
    workspace = call.workspace()
    day = parse_date(on, workspace.today(call.now())) if on is not None else None
    bootstrap = read_bootstrap(call, day)
    rule = bootstrap.loader.profile(profile)
    budget = bootstrap.packed(branch=branch, profile=rule.name)
    for words in _not_there(bootstrap, rule, on=on, branch=branch):
        narrate(words)
    for words in _unread(bootstrap) if rule.name == ARTICLE else _unread_files(budget):
        if not force:
            raise Unusable(f"{words} Nothing was printed; --force prints the rest.")
        narrate(words)
    if rule.uses_notes and bootstrap.notes.problem:
        narrate(bootstrap.notes.problem)
    return budget


def _not_there(
    bootstrap: Bootstrap, rule: Profile, *, on: str | None, branch: str | None
) -> Iterator[str]:
    """That the day that was named has no log, or that nobody knows the branch."""
    if on is not None and rule.uses_logs and all(d.date != bootstrap.day for d in bootstrap.days):
        before = " or of the day before" if not bootstrap.near else ""
        yield f"There is no log of {bootstrap.day.isoformat()}{before}."
    if branch is not None and rule.uses_notes:
        from memdeck.live.handing import branch_remark

        if words := branch_remark(bootstrap.notes, branch):
            yield words


def _unread_files(budget: Budget) -> list[str]:
    """Files that are part of it and are there, but could not be read, in words.

    A harness that takes such a file for a missing one has said so in the part's words.
    """

    if budget.cuts_down and budget.mirrors:
        return []
    return [
        f"{show(source.path)} could not be read: {source.problem}."
        for part in budget.parts
        for source in part.sources
        if source.problem not in (None, MISSING)
    ]


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
