"""Everything that hygiene has to suggest about a workspace."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from memdeck.curated.comparison import Comparison, at_once, never
from memdeck.curated.sections import conflict_lines, without_conflicts
from memdeck.hygiene import references, rules, twins
from memdeck.hygiene.debris import debris
from memdeck.hygiene.suggestion import Kind, Suggestion, in_order
from memdeck.model import Deck, MemoryFile

ALL_KINDS: Final = frozenset(Kind)


def look(
    deck: Deck,
    threshold: float,
    kinds: Collection[Kind] = ALL_KINDS,
    *,
    comparison: Comparison | None = None,
    stop: Callable[[], bool] = never,
    breathe: Callable[[], None] = at_once,
) -> tuple[Suggestion, ...]:
    """What hygiene suggests for the MEMORY.md of a deck, in the order of `in_order`.

    `threshold` is the likeness, 0 to 100, from which two items count as alike; `comparison`
    remembers from one call to the next what was compared. Asks the disk whether the named files
    are there, nothing else. Once `stop` says yes, what was not compared yet is left out.
    """
    roots = (deck.root, *(each.root for each in deck.notes.repositories))
    return suggest(
        deck.memory,
        threshold,
        gone_branches(deck),
        files=Files(roots),
        kinds=kinds,
        comparison=comparison,
        stop=stop,
        breathe=breathe,
    )


def suggest(
    memory: MemoryFile,
    threshold: float,
    branches: Collection[str] = (),
    *,
    files: Files,
    kinds: Collection[Kind] = ALL_KINDS,
    comparison: Comparison | None = None,
    stop: Callable[[], bool] = never,
    breathe: Callable[[], None] = at_once,
) -> tuple[Suggestion, ...]:
    """The same of values alone; `branches` are those that are not there any more."""
    # An open merge holds every line twice: what stands in it is looked at for secrets alone.
    outside = without_conflicts(memory)
    rules_of: dict[Kind, Callable[[], Iterator[Suggestion]]] = {
        Kind.SECRET: lambda: rules.secrets(memory),
        Kind.CONFLICT: lambda: rules.conflict(memory),
        Kind.DUPLICATE: lambda: twins.same(outside),
        Kind.FILE: lambda: references.missing_files(outside, files.exist, files.is_folder),
        Kind.BRANCH: lambda: references.gone_branches(outside, branches),
        Kind.DEBRIS: lambda: _outside(memory, debris(outside)),
        Kind.LONG: lambda: rules.long(outside),
        Kind.ALIKE: lambda: twins.alike(outside, threshold, comparison, stop=stop, breathe=breathe),
    }
    found = [each for kind, rule in rules_of.items() if kind in kinds for each in rule()]
    return in_order(found)


def _outside(memory: MemoryFile, found: Iterable[Suggestion]) -> Iterator[Suggestion]:
    """Those that are not about what stands for an open merge."""
    spans = conflict_lines(memory.data)
    for each in found:
        if not any(first <= each.line <= last for first, last in spans):
            yield each


def gone_branches(deck: Deck) -> frozenset[str]:
    """Branches that entries name and that none of the repositories has any more."""
    gone = {name for names in deck.gone_branches.values() for name in names}
    there = {
        branch.branch
        for repository in deck.notes.repositories
        for branch in repository.branches
        if branch.branch not in deck.gone_branches.get(repository.root, frozenset())
    }
    return frozenset(gone - there)


class Files:
    """Tells whether relative paths are there, below any of a few folders; each asked once."""

    def __init__(self, roots: Iterable[Path]) -> None:
        self._roots = tuple(dict.fromkeys(roots))
        self.exist = cache(lambda path: any(self._status(root / path) for root in self._roots))
        self.is_folder = cache(lambda path: any((root / path).is_dir() for root in self._roots))

    @staticmethod
    def _status(path: Path) -> bool:
        try:
            os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except (OSError, ValueError):
            # What cannot be looked at is not said to be gone.
            return True
        return True
