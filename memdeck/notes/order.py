"""From entries to what each branch remembers. Pure; what did not change stays the same object."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeAlias

from memdeck.model import BranchNotes, Entry, KeyHistory

Order: TypeAlias = tuple[datetime, str, int]
"""What is later is greater: time, then the commit's id, then the place in the note."""

_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)


def time_of(timestamp: str) -> datetime:
    """When an entry was made; before all others when its time cannot be read."""
    try:
        time = datetime.fromisoformat(timestamp)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return _BEFORE_ALL


def order_of(entry: Entry) -> Order:
    """Where an entry stands among all others."""
    return time_of(entry.timestamp), entry.commit, entry.position


def remembered(
    entries: Iterable[Entry],
    current: str | None,
    previous: Sequence[BranchNotes] = (),
    touched: Collection[str] | None = None,
) -> tuple[BranchNotes, ...]:
    """What each branch remembers: the current branch first, then the one with the latest entry.

    `entries` are those of the notes on the commits `touched`; what `previous`
    has of these commits is replaced, the rest stays. None means all of it.
    """
    added: dict[str, dict[str, list[Entry]]] = {}
    for entry in entries:
        added.setdefault(entry.branch, {}).setdefault(entry.key, []).append(entry)
    branches = []
    for before in previous:
        after = _branch(before, added.pop(before.branch, {}), touched, current)
        if after is not None:
            branches.append(after)
    for name, keys in added.items():
        fresh = _branch(BranchNotes(name, name == current, ()), keys, touched, current)
        if fresh is not None:
            branches.append(fresh)
    return ordered(branches)


def marked(branch: BranchNotes, current: str | None) -> BranchNotes:
    """A branch's notes, told whether it is the current one."""
    is_current = branch.branch == current
    return branch if branch.current == is_current else replace(branch, current=is_current)


def ordered(branches: Iterable[BranchNotes]) -> tuple[BranchNotes, ...]:
    """The current branch first, then the one with the latest entry."""
    by_name = sorted(branches, key=lambda each: each.branch)
    by_name.sort(key=lambda each: time_of(each.keys[0].latest.timestamp), reverse=True)
    by_name.sort(key=lambda each: not each.current)
    return tuple(by_name)


def _branch(
    before: BranchNotes,
    added: dict[str, list[Entry]],
    touched: Collection[str] | None,
    current: str | None,
) -> BranchNotes | None:
    """A branch after its entries of some commits were replaced; None when none is left."""
    keys = []
    for history in before.keys:
        key = history.latest.key
        after = _history(history, added.pop(key, []), touched)
        if after is not None:
            keys.append(after)
    keys += [_sorted(entries) for entries in added.values()]
    if not keys:
        return None
    old = before.keys
    if len(keys) != len(old) or any(a is not b for a, b in zip(keys, old, strict=True)):
        keys.sort(key=lambda each: order_of(each.latest), reverse=True)
    if len(keys) == len(old) and all(a is b for a, b in zip(keys, old, strict=True)):
        return marked(before, current)
    return BranchNotes(before.branch, before.branch == current, tuple(keys))


def _history(
    before: KeyHistory, added: list[Entry], touched: Collection[str] | None
) -> KeyHistory | None:
    entries = (before.latest, *before.earlier)
    kept = [each for each in entries if touched is not None and each.commit not in touched]
    if len(kept) == len(entries) and not added:
        return before
    if not kept and not added:
        return None
    after = _sorted([*kept, *added])
    # To Python 1, 1.0 and True are equal; to a reader of the note they are not.
    return before if after == before and repr(after) == repr(before) else after


def _sorted(entries: list[Entry]) -> KeyHistory:
    latest, *earlier = sorted(entries, key=order_of, reverse=True)
    return KeyHistory(latest, tuple(earlier))
