"""`memdeck notes doctor`: what endangers the notes, and what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.notes import json_option, read
from memdeck.cli.output import data, document, narrate
from memdeck.errors import NothingFound, Refused, Unusable, WrongUsage
from memdeck.text import plural, show

if TYPE_CHECKING:
    from memdeck.model import RepositoryNotes
    from memdeck.notes.findings import Finding, Fix

Findings = list[tuple["RepositoryNotes", "Finding"]]


@click.command("doctor")
@click.option("--fix", "fixing", is_flag=True, help="Mend what can be mended; asks for each.")
@click.option("--yes", is_flag=True, help="With --fix: do not ask, mend all of it.")
@json_option
@pass_call
def doctor_command(call: Call, fixing: bool, yes: bool, as_json: bool) -> None:
    """Look for what endangers the notes: damage, orphans, settings that harm, secrets.

    Nothing is taken out of a note: a repaired or copied entry is a new one
    behind what is there. Exit code 1 when something is wrong.
    """
    if yes and not fixing:
        raise WrongUsage("--yes answers what --fix asks: give both.")
    found = _examined(call)
    mended: list[Fix] = []
    if fixing:
        if not as_json:
            _list(found)
        mended = _mend(call, found, yes)
        if mended:
            found = _examined(call)
    if as_json:
        several = len({each.root for each, _ in found}) > 1
        document(
            {
                "ok": not _wrong(found),
                "findings": [_document(*each, several=several) for each in found],
                "mended": [each.words for each in mended],
            }
        )
    elif not fixing or mended:
        _list(found)
    wrong = _wrong(found)
    if wrong:
        can = sum(each.fix is not None for _, each in found)
        hint = ": `memdeck notes doctor --fix` mends what can be mended" if can else ""
        raise NothingFound(f"{plural(wrong, 'finding')} in the notes{hint}.")
    if not as_json:
        narrate("The notes are well.")


def _examined(call: Call) -> Findings:
    """What is found in every repository. Raises Unusable when there is none."""
    from memdeck.git import Git
    from memdeck.notes.doctor import examine

    notes = read(call)
    if not notes.repositories:
        raise Unusable(notes.problem or "This workspace is in no git repository: it has no notes.")
    ref = call.workspace().settings.notes_ref
    return [
        (each, finding)
        for each in notes.repositories
        for finding in examine(Git(each.root), ref, each)
    ]


def _wrong(found: Findings) -> int:
    """How many findings need care; the others are good to know."""
    from memdeck.notes.findings import Severity

    return sum(each.severity is not Severity.NOTE for _, each in found)


def _list(found: Findings) -> None:
    several = len({each.root for each, _ in found}) > 1
    for repository, each in found:
        name = f"{show(repository.name)}  " if several else ""
        data(f"{name}{each.severity:<4}  {each.kind}  {show(each.where)}")
        data(f"      {show(each.words)}")
        if each.fix is not None:
            data(f"      --fix: {show(each.fix.words)}")


def _document(repository: RepositoryNotes, finding: Finding, *, several: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "where": finding.where,
        "words": finding.words,
        "fix": finding.fix.words if finding.fix else None,
    }
    return {"repository": repository.name, **fields} if several else fields


def _mend(call: Call, found: Findings, yes: bool) -> list[Fix]:
    """Mend what was agreed to; raises Refused when nobody can be asked."""
    from memdeck.git import Git
    from memdeck.notes.doctor import mend

    offered = [(each, finding.fix) for each, finding in found if finding.fix is not None]
    if not offered:
        narrate("There is nothing that memdeck can mend by itself.")
        return []
    if not yes and not call.interactive:
        raise Refused(
            f"{plural(len(offered), 'change')} would be made and nobody can be asked, so nothing "
            "was mended: `--fix --yes` makes them."
        )
    agreed = [
        (repository, fix)
        for repository, fix in offered
        if yes or click.confirm(f"{_sentence(fix.words)}?", default=False, err=True)
    ]
    ref = call.workspace().settings.notes_ref
    for repository in dict.fromkeys(each for each, _ in agreed):
        fixes = [fix for each, fix in agreed if each is repository]
        for words in mend(Git(repository.root), ref, fixes, now=call.now):
            narrate(f"Done: {words}.")
    return [fix for _, fix in agreed]


def _sentence(words: str) -> str:
    words = show(words)
    return words[:1].upper() + words[1:]
