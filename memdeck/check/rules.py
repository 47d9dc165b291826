"""From what was read to what is wrong with it: one function for each kind of finding. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from memdeck.check.findings import Finding, Kind, Severity, found
from memdeck.curated.duplicates import redundant
from memdeck.curated.sections import conflict_markers, without_conflicts
from memdeck.daily.truth import DayTruth
from memdeck.markdown import decode
from memdeck.model import (
    MISSING,
    Alarm,
    Budget,
    Cut,
    Day,
    MemoryFile,
    Notes,
    Part,
    RepositoryNotes,
    Source,
)
from memdeck.notes.remote_state import RemoteState, SyncState
from memdeck.notes.repair import repair_id, repaired
from memdeck.secrets import secret_lines, secrets_in
from memdeck.text import in_shell, plural, thin
from memdeck.workspace import MEMORY_NAME

_BYTES_NEW_LINE: Final = re.compile(rb"\r\n|\n|\r")
_SHORT: Final = 12


@dataclass(frozen=True, slots=True)
class Remote:
    """How a repository's notes stand to those of one of its remotes, as last seen."""

    repository: RepositoryNotes
    state: RemoteState


# --- What the next session is given --------------------------------------------


def over_budget(budget: Budget) -> Iterator[Finding]:
    """A limit that is missed: of a part, of the whole."""
    unit = str(budget.unit)
    for part in budget.parts:
        if part.over and not budget.cuts_down:
            words = (
                f"{part.name} is {thin(part.size)} {unit} and {thin(part.over)} too many: retire "
                "or shorten what is no longer needed."
            )
            yield found(Kind.BUDGET, Severity.ERROR, _place(part), words)
    whole = budget.used - budget.limit + (0 if budget.at_limit_fits else 1)
    if budget.cuts_down or whole <= 0:
        return
    largest = max(budget.parts, key=lambda each: each.size, default=None)
    most = f", {thin(largest.size)} of them {largest.name}" if largest else ""
    rule = "at most" if budget.at_limit_fits else "fewer than"
    words = (
        f"The next session would be given {thin(budget.used)} {unit}{most}: it must be {rule} "
        f"{thin(budget.limit)}, so {thin(whole)} or more have to go{_little(budget, whole)}."
    )
    yield found(Kind.BUDGET, Severity.ERROR, "budget", words)


def _little(budget: Budget, whole: int) -> str:
    """That MEMORY.md holds less than has to go, if so."""
    memory = next((part for part in budget.parts if MEMORY_NAME in part.paths), None)
    if memory is not None and memory.size >= whole:
        return ""
    held = thin(memory.size) if memory is not None else "none"
    return f", and {MEMORY_NAME} holds no more than {held} that could be retired"


def _place(part: Part) -> str:
    return part.paths[0] if len(part.paths) == 1 else part.name


def cuts(budget: Budget) -> Iterator[Finding]:
    """What a harness does not give of a file, or a file that it does not give at all."""
    for part in budget.parts:
        data = {each.path: each.data for each in part.sources}
        for cut in part.cuts:
            size = f"{plural(cut.lines, 'line')}, {plural(cut.tokens, 'token')}"
            if (cut.start, cut.end) == (0, len(data.get(cut.path, b""))):
                words = f"The next session is given nothing of it ({size}): {cut.why}."
            else:
                words = (
                    f"From here on the next session is not given {size}: {cut.why}. Shorten the "
                    "file, or move what matters to where it is given."
                )
            yield found(Kind.CUT, Severity.WARNING, _cut_place(cut, data), words)


def _cut_place(cut: Cut, data: Mapping[str, bytes]) -> str:
    line = len(_BYTES_NEW_LINE.findall(data.get(cut.path, b""), 0, cut.start)) + 1
    return f"{cut.path}:{line}"


# --- Files ---------------------------------------------------------------------


def repeated(memory: MemoryFile) -> Iterator[Finding]:
    """Items of MEMORY.md that say the same; not those of an open merge, which doubles lines."""
    name = memory.path.name
    for item, first in redundant(without_conflicts(memory).sections):
        words = (
            f"It says the same as line {first.line}: keep one of them "
            f"(`memdeck retire {item.line}` takes this one out)."
        )
        yield found(Kind.DUPLICATE, Severity.ERROR, f"{name}:{item.line}", words)


def secrets_of_files(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """What looks like a secret in files, by path; one finding a line."""
    for path, data in files.items():
        for line, kinds in secret_lines(decode(data)):
            words = (
                f"It holds what looks like a secret ({', '.join(kinds)}): have it revoked where it "
                "was issued, then take it out here and from git's history if it is there."
            )
            yield found(Kind.SECRET, Severity.ERROR, f"{path}:{line}", words)


def conflicts(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Files, by path, in which a merge was not finished."""
    for path, data in files.items():
        line = conflict_markers(data)
        if line is not None:
            words = (
                "It holds merge conflict markers, which the next session would take for memory: "
                "keep what is right of both sides and take the markers out."
            )
            yield found(Kind.CONFLICT, Severity.ERROR, f"{path}:{line}", words)


def unreadable(
    memory: MemoryFile,
    days: Sequence[Day],
    notes: Notes,
    logs_problem: str | None,
    sources: Iterable[Source] = (),
) -> Iterator[Finding]:
    """What is there and could not be read; `sources` are the files of the bootstrap."""
    problems = [("memory", logs_problem)]
    if not memory.data:
        problems.append((memory.path.name, memory.problem))
    problems += [(file.name, file.problem) for day in days for file in day.files]
    known = {where for where, _ in problems}
    problems += [
        (each.path, each.problem)
        for each in sources
        if not each.data and each.problem != MISSING and each.path not in known
    ]
    problems += [(f"notes in {each.name}", each.problem) for each in notes.repositories]
    problems += [
        (f"notes under {each.ref}", each.problem)
        for repository in notes.repositories
        for each in repository.dialects
    ]
    for where, problem in problems:
        if problem is not None:
            yield found(Kind.UNREADABLE, Severity.ERROR, where, _sentence(problem))


def _sentence(words: str) -> str:
    words = f"{words[:1].upper()}{words[1:]}" if not words.startswith("memory/") else words
    return words if words.endswith((".", "!", "?")) else f"{words}."


def lost(alarms: Iterable[Alarm], problem: str | None) -> Iterator[Finding]:
    """What other programs took out of memory and is neither back nor dismissed."""
    if problem is not None:
        yield found(Kind.LOST, Severity.WARNING, "memory", problem)
    for alarm in alarms:
        where = f"{alarm.file}:{alarm.lost[0].line}" if alarm.lost else alarm.file
        todo = (
            f"`memdeck lost {alarm.id}` shows what; with --put-back it comes back, and --dismiss "
            "says that it was meant."
            if alarm.lost
            else f"`memdeck lost {alarm.id} --dismiss` says that it was meant."
        )
        yield found(Kind.LOST, Severity.WARNING, where, f"{alarm.words} {todo}")


# --- Notes ---------------------------------------------------------------------


def secrets_of_notes(notes: Notes) -> Iterator[Finding]:
    """What looks like a secret in any entry, its history and damaged ones included."""
    for repository in notes.repositories:
        of = _of(repository, notes)
        for branch in repository.branches:
            for key in branch.keys:
                holding = {
                    entry.commit: kinds
                    for entry in (key.latest, *key.earlier)
                    if (kinds := secrets_in([entry.branch, entry.key, entry.value, entry.extra]))
                }
                if holding:
                    kinds = tuple(dict.fromkeys(each for all in holding.values() for each in all))
                    where = f"notes of {branch.branch}{of}, key {key.latest.key}"
                    yield _secret_note(where, kinds, tuple(holding))
        for span in repository.damaged:
            kinds = secrets_in(span.text)
            if kinds:
                where = f"notes of commit {_short(span.commit)}{of}, entry {span.position + 1}"
                yield _secret_note(where, kinds, (span.commit,))
        for other in repository.dialects:
            for foreign in other.entries:
                kinds = secrets_in([foreign.key, foreign.text, *map(" ".join, foreign.details)])
                if kinds:
                    where = f"notes under {other.ref}{of}, {foreign.key}"
                    yield _secret_note(where, kinds, (foreign.commit,))


def _secret_note(where: str, kinds: Sequence[str], commits: Sequence[str]) -> Finding:
    on = f"{_short(commits[0])}" + (", …" if len(commits) > 1 else "")
    words = (
        f"It holds what looks like a secret ({', '.join(kinds)}), in the note of {on}. Notes are "
        "sent with every sync and their history keeps it: have it revoked where it was issued."
    )
    return found(Kind.SECRET, Severity.ERROR, where, words)


def damaged(notes: Notes, ref: str) -> Iterator[Finding]:
    """Damaged entries that have no repaired copy yet; `ref` is that of memdeck's own notes."""
    for repository in notes.repositories:
        of = _of(repository, notes)
        known = {each.id for each in repository.entries if each.id is not None}
        for span in repository.damaged:
            if repair_id(span) in known:
                continue
            if repaired(span) is not None:
                todo = "`memdeck notes doctor --fix` stores a repaired copy"
            else:
                by_hand = f"git notes --ref={ref.removeprefix('refs/notes/')} edit"
                todo = (
                    "store it again with `memdeck notes set`, then take the damaged bytes out with "
                    f"`{by_hand} {_short(span.commit)}`"
                )
            where = f"notes of commit {_short(span.commit)}{of}, entry {span.position + 1}"
            words = f"It is damaged ({span.reason}), so no agent reads it: {todo}."
            yield found(Kind.DAMAGED, Severity.ERROR, where, words)
        for other in repository.dialects:
            for span in other.damaged:
                where = f"notes under {other.ref}{of}, entry {span.position + 1}"
                words = (
                    f"It is damaged ({span.reason}) in the note of {_short(span.commit)}; the "
                    "program that keeps these notes has to mend it."
                )
                yield found(Kind.DAMAGED, Severity.INFO, where, words)


def unsynced(remotes: Sequence[Remote], notes: Notes) -> Iterator[Finding]:
    """Notes that are apart from those of a remote, as last fetched and pushed.

    That a remote has what is missing here is a warning, as agents work without
    it. The other way round is how notes are between two exchanges.
    """
    for each in remotes:
        state, name = each.state, each.state.remote
        where = f"notes{_of(each.repository, notes)}, remote {name}"
        mend = f"`memdeck notes sync {in_shell(name)}`"
        if state.state in (SyncState.BEHIND, SyncState.DIVERGED):
            severity = Severity.WARNING
            words = f"Entries of {name}, as last fetched, are not in the notes here"
            words += f" ({_counted(state)}): {mend} brings the two together."
        elif state.state is SyncState.AHEAD:
            severity = Severity.INFO
            words = f"{name}, as last seen, lacks entries that are here ({_counted(state)}): "
            words += f"{mend} sends them."
        elif state.state is SyncState.NEVER and each.repository.tip is not None:
            severity = Severity.INFO
            words = f"The notes here have never been exchanged with {name}: {mend} does."
        else:
            continue
        yield found(Kind.UNSYNCED, severity, where, words)


def _counted(state: RemoteState) -> str:
    return "they could not be counted" if state.problem else state.words


def _of(repository: RepositoryNotes, notes: Notes) -> str:
    """Which repository is meant, where there are several."""
    return f" in {repository.name}" if len(notes.repositories) > 1 else ""


def _short(commit: str) -> str:
    return commit[:_SHORT]


# --- Dates ---------------------------------------------------------------------


def dates(truth: DayTruth) -> Iterator[Finding]:
    """What day it is for whom, and logs whose date cannot be right."""
    if truth.words is not None:
        yield found(Kind.DATE, Severity.INFO, "memory", truth.words)
    for each in truth.odd:
        if each.likely:
            words = f"Its date is {each.words}: agents load it as today's when that day comes."
            yield found(Kind.DATE, Severity.INFO, each.name, words)
        else:
            words = (
                f"Its date is doubtful ({each.words}), and a log is loaded by the date in its "
                "name: rename it, or correct its heading."
            )
            yield found(Kind.DATE, Severity.WARNING, each.name, words)
