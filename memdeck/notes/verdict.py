"""Whether an update took entries away on purpose, or without knowing of them. Pure.

`git notes` reads the notes, changes one and moves the ref to the result,
whatever the ref has by then. So an update is judged by the state that its
writer had read: what that state had and the update has not, the writer took
away; what came after it, the writer never saw.

Which state that was is told by what the command does: `append`, `add` and
`edit` change one note, `remove` and `prune` take notes away and do nothing
else. Going back from the value that was replaced, the first earlier value from
which the update is one such change is what was read. It cannot be newer than
the commit's parent, which git looks up after it has read the notes. Where two
states would do, it is a matter of seconds: see `SECONDS`.

Of other programs' updates, those that were built on what was there are taken
to know what they do; one that does not descend from it does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from memdeck.notes.steps import Change, Step, changes_of

SECONDS: Final = 5.0
"""How long a `git notes` without an editor may take from reading to writing. `git notes add -f`
on a note that is younger looks like `git notes add` by a writer that did not see it, and
`git notes remove A B` like one of A alone by a writer that did not see B."""
_FAR: Final = 2000
_COMMAND: Final = re.compile(r"notes: Notes (?:added|removed) by 'git (?:notes )?(.+)'")


class Cause(StrEnum):
    """How an entry went."""

    RACED = "raced"
    """By a writer that had read the notes before the entry was there."""
    OVERWRITTEN = "overwritten"
    """By an update not built on what the ref had: a forced fetch or push, a ref set back."""
    MERGED = "merged"
    """By a merge, although neither side had taken it away."""
    REMOVED = "removed"
    """By somebody who had it before them: on purpose."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What can be asked about a repository while judging. An item is told by its identity."""

    holds: Callable[[bytes, str, Change], bool]
    """Whether the lost side of a commit's change had the item."""
    descends: Callable[[Step], bool]
    """Whether the new value was built on the old one."""
    in_base: Callable[[bytes, Step, str], bool]
    """Whether the commit's note had the item in what both sides of a merge come from."""
    exists: Callable[[str], bool]
    """Whether the commit that carries a note is there."""


@dataclass(frozen=True, slots=True)
class _State:
    """An earlier value of the ref, seen from a later one."""

    id: str | None
    back: int
    """How many updates lie between it and the later one."""
    seconds: float
    """How long before the later one it was still there."""
    changes: dict[str, Change]
    """From it to the later one."""


class Judge:
    """Tells of each item that went how it went."""

    def __init__(self, steps: Sequence[Step], facts: Facts) -> None:
        self._steps = steps
        self._facts = facts
        self._read: dict[int, _State | None] = {}

    def cause(self, index: int, commit: str, identity: bytes) -> Cause:
        """How an item on the note of `commit` went that the update at `index` dropped."""
        step = self._steps[index]
        named = _COMMAND.fullmatch(step.update.words)
        if len(step.parents) > 1 or named is None:
            if not self._facts.descends(step):
                return Cause.OVERWRITTEN
            if len(step.parents) > 1 and not self._facts.in_base(identity, step, commit):
                return Cause.MERGED
            return Cause.REMOVED
        command = named[1]
        if command not in ("add", "copy", "edit", "remove", "prune"):
            # `append`, and `commit --amend` and `rebase` copying notes: they take nothing away.
            return Cause.RACED
        if index not in self._read:
            self._read[index] = _read_state(self._steps, index, command)
        read = self._read[index]
        if read is None:
            return Cause.RACED
        if command == "prune" and self._facts.exists(commit):
            return Cause.RACED
        if read.back == 0:
            return Cause.REMOVED
        change = read.changes.get(commit)
        known = change is not None and self._facts.holds(identity, commit, change)
        return Cause.REMOVED if known else Cause.RACED


def _read_state(steps: Sequence[Step], index: int, command: str) -> _State | None:
    """The value of the ref that the update's writer had read; None when none explains it."""
    parents = steps[index].parents
    reached = False
    found: _State | None = None
    for state in _states(steps, index):
        # A commit without parents was made when there was no ref.
        reached = reached or state.id in (parents or (None,))
        if found is not None and state.seconds > SECONDS:
            break
        if not reached or not _does(command, state.changes):
            continue
        if found is None:
            found = state
            if state.back or not _doubtful(command, state.changes):
                break
        elif _plainer(command, state.changes):
            return state
    return found


def _states(steps: Sequence[Step], index: int) -> Iterator[_State]:
    """The values that the ref had before the update, the newest first."""
    last = steps[index]
    paths = dict(last.paths)
    yield _State(last.update.old, 0, 0.0, changes_of(paths))
    for back in range(1, min(index, _FAR) + 1):
        step = steps[index - back]
        if not step.readable:
            return
        for path, (before, after) in step.paths.items():
            now = paths[path][1] if path in paths else after
            paths.pop(path, None)
            if before != now:
                paths[path] = (before, now)
        seconds = 0.0
        if last.update.when and step.update.when:
            seconds = (last.update.when - step.update.when).total_seconds()
        yield _State(step.update.old, back, seconds, changes_of(paths))


def _does(command: str, changes: dict[str, Change]) -> bool:
    """Whether the command makes such changes."""
    if command in ("remove", "prune"):
        return bool(changes) and not any(each.gained for each in changes.values())
    return len(changes) == 1


def _doubtful(command: str, changes: dict[str, Change]) -> bool:
    """Whether the command, built on the very value that it replaced, is rare of that kind."""
    if command == "remove":
        return len(changes) > 1
    return command in ("add", "copy") and any(each.lost for each in changes.values())


def _plainer(command: str, changes: dict[str, Change]) -> bool:
    """Whether the command is of the common kind: one note is removed; one is made."""
    return len(changes) == 1 and (
        command == "remove" or not any(each.lost for each in changes.values())
    )
