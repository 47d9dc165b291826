"""What is not there, or not as agents take it: files, their bytes, their names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from memdeck.check.findings import Finding, Kind, Severity, found
from memdeck.daily.misnamed import Misnamed
from memdeck.model import MISSING, Budget, MemoryFile
from memdeck.text import plural

_NEW_LINE = re.compile(rb"\r\n|\n|\r")


def missing(
    memory: MemoryFile, budget: Budget, required: Iterable[str], *, loaded: bool
) -> Iterator[Finding]:
    """MEMORY.md and files that the profile requires; `loaded` says whether it gives MEMORY.md."""
    name = memory.path.name
    if not memory.exists and memory.problem is None:
        severity = Severity.WARNING if loaded else Severity.INFO
        words = (
            "It is not there, so no session is given what was learned: `memdeck init` writes a "
            "first one."
            if loaded
            else f"It is not there; {budget.profile} does not give it to a session."
        )
        yield found(Kind.MISSING, severity, name, words)
    there = {
        source.path for part in budget.parts for source in part.sources if source.problem != MISSING
    }
    for path in required:
        if path not in there and path != name:
            words = f"It is not there, and {budget.profile} gives it to every session: write it."
            yield found(Kind.MISSING, Severity.WARNING, path, words)


def no_text(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Files, by path, that hold bytes which are no UTF-8 text; one finding a file."""
    for path, data in files.items():
        at = _damage(data)
        if at is None:
            continue
        line = len(_NEW_LINE.findall(data, 0, at)) + 1
        lines = sum(_damage(each) is not None for each in data.split(b"\n"))
        words = (
            f"It holds bytes that are no UTF-8 text ({plural(lines, 'line')}, this one first): "
            "agents read signs for them that nobody wrote, or stop. Write these lines again, or "
            "save the file as UTF-8."
        )
        yield found(Kind.UNREADABLE, Severity.WARNING, f"{path}:{line}", words)


def _damage(data: bytes) -> int | None:
    """Where the first byte stands that is no text; None when all is."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    at = data.find(b"\0")
    return at if at >= 0 else None


def misnamed(names: Iterable[Misnamed]) -> Iterator[Finding]:
    """Files that look like logs of a day and that no agent loads."""
    for each in names:
        todo = (
            f"rename it to {each.proper}"
            if each.proper
            else "rename it to the day that it is of, in the form 2026-02-06.md"
        )
        words = f"Its name looks like a date and is none that agents load as a log: {todo}."
        yield found(Kind.DATE, Severity.WARNING, each.name, words)
