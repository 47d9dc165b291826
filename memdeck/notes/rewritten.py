"""Notes on commits that were amended or rebased, and the commits that took their place.

Git tells neither: a commit that no ref leads to may belong to a deleted
branch as well. The reflogs know which commits were checked out or made here;
one of them that a branch still leads to, with the same author, the same time
of authorship and the same first line, is the same work: amending and rebasing
keep the first two. An amend that changed the words is known by the reflog's
own line for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from memdeck.git import Git
from memdeck.notes.objects import read_objects

_MANY: Final = 20_000
"""How many reflog lines are looked at, newest first."""
_AMENDED: Final = "commit (amend)"
_AUTHOR: Final = re.compile(rb"^author (.*)$", re.MULTILINE)
_PARENT: Final = re.compile(rb"^parent (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Successor:
    """The commit that took the place of another one."""

    old: str
    new: str
    how: str
    """How that is known, in words."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A line of a reflog: where it led, and what the line before it had."""

    old: str | None
    new: str
    words: str


def orphaned(git: Git, commits: Collection[str]) -> frozenset[str]:
    """Those of the commits that no ref and no work tree's HEAD leads to.

    They must be in the repository; what is no commit is left out. Two
    processes. Raises GitFailed.
    """
    there = _commits_only(git, commits)
    if not there:
        return frozenset()
    asked = "".join(f"{each}\n" for each in there).encode()
    output = git.run("rev-list", "--stdin", "--not", "--all", stdin=asked)
    return frozenset(output.decode().split()) & there


def _commits_only(git: Git, names: Collection[str]) -> frozenset[str]:
    asked = "".join(f"{each}\n" for each in names).encode()
    output = git.run("cat-file", "--batch-check", "--buffer", stdin=asked)
    lines = [line.split(" ") for line in output.decode().splitlines()]
    return frozenset(each[0] for each in lines if each[1:2] == ["commit"])


def successors(git: Git, commits: Collection[str]) -> dict[str, Successor]:
    """The commit that took the place of each of these, by their ids, as far as it is known.

    Only what a branch leads to now counts, and only where there is no doubt.
    Raises GitFailed.
    """
    if not commits:
        return {}
    steps = _reflog(git)
    seen = {each.new for each in steps} | {each.old for each in steps if each.old}
    known = _commits_only(git, seen | set(commits))
    living = known - orphaned(git, known) - set(commits)
    contents = read_objects(git, sorted(known)).found
    amended = {
        each.old: each.new
        for each in reversed(steps)
        if each.old and each.words.startswith(_AMENDED) and _same_parents(each, contents)
    }
    by_work: dict[tuple[bytes, bytes], list[str]] = {}
    for each in sorted(living & contents.keys()):
        by_work.setdefault(_work(contents[each]), []).append(each)
    found: dict[str, Successor] = {}
    for old in commits:
        # What was amended may have been rebased afterwards.
        last = _followed(old, amended)
        if last in living:
            found[old] = Successor(old, last, "it was amended")
        elif last in contents and len(fitting := by_work.get(_work(contents[last]), [])) == 1:
            found[old] = Successor(old, fitting[0], "same author, time and first line")
    return found


def _followed(old: str, amended: Mapping[str, str]) -> str:
    """Where a chain of amends ends."""
    passed = {old}
    at = old
    while (following := amended.get(at)) is not None and following not in passed:
        passed.add(following)
        at = following
    return at


def _same_parents(step: _Step, contents: Mapping[str, bytes]) -> bool:
    """Whether both commits of a step have the same parents, as they do when one is amended."""
    old, new = contents.get(step.old or ""), contents.get(step.new)
    if old is None or new is None:
        return False
    return _PARENT.findall(old.partition(b"\n\n")[0]) == _PARENT.findall(new.partition(b"\n\n")[0])


def _work(commit: bytes) -> tuple[bytes, bytes]:
    """Who wrote what when: author line with its time, and first line."""
    head, _, message = commit.partition(b"\n\n")
    author = _AUTHOR.search(head)
    return (author[1] if author else b"", message.lstrip(b"\n").partition(b"\n")[0].rstrip())


def _reflog(git: Git) -> list[_Step]:
    """What the reflogs of HEAD and of the branches say; of each one, the newest first."""
    output = git.run(
        *("log", "--walk-reflogs", "--no-patch", "--no-notes", "--no-show-signature"),
        *("--no-color", "--encoding=UTF-8", f"--max-count={_MANY}"),
        *("--format=tformat:%H%x00%gD%x00%gs%x00", "--branches", "HEAD", "--"),
        # A branch may be unborn, a reflog may name commits that are gone.
        allowed=(0, 128),
    )
    fields = output.decode("utf-8", "surrogateescape").split("\0")[:-1]
    records = [
        (name.strip(), where.partition("@{")[0], words)
        for name, where, words in zip(fields[::3], fields[1::3], fields[2::3], strict=False)
    ]
    steps = []
    # Git puts the lines of several reflogs into one order, by their times.
    following: dict[str, tuple[str, str]] = {}
    for name, where, words in records:
        if where in following:
            steps.append(_Step(name, *following[where]))
        following[where] = (name, words)
    steps += [_Step(None, *each) for each in following.values()]
    return steps
