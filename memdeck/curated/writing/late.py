"""What others add to a file that was displaced under their hands, and how it is brought over."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from memdeck.curated.writing.disk import Target, read_all
from memdeck.curated.writing.names import Leftover

PAUSE: Final = 0.001
"""Between two looks, in seconds."""
_LINE: Final = re.compile(rb"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for others, in seconds."""

    lock: float = 10.0
    """For another memdeck."""
    quiet: float = 0.1
    """For a moment without a writer, before MEMORY.md is read."""
    watch: float = 2.0
    """For the writers of MEMORY.md, of a displaced file, and for one who is rewriting it all."""
    grace: float = 0.02
    """How long a displaced file must be without writers: one who had found the name before it
    was taken over is counted only a moment later."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A displaced file, once its writers are gone or patience is at its end."""

    data: bytes
    held: bool
    """Whether a writer still has it open."""
    known: bytes
    """What it held when the last of it was brought over."""


def watch(
    target: Target,
    descriptor: int,
    known: bytes,
    patience: Patience,
    bring: Callable[[bytes], None],
) -> Watched:
    """Wait until nobody writes to a displaced file any more, `patience.watch` at most.

    What is added to it meanwhile goes to `bring` as soon as its writer has closed the file, so
    that it is missing from the new one for no longer. It is read under the lease: without one
    it may be half a line, and waits for the end. What `bring` raises comes through.
    """
    until = time.monotonic() + patience.watch
    quiet_until: float | None = None
    held: bool | None = None
    while (now := time.monotonic()) < until:
        late = b""
        with target.leased(descriptor) as taken:
            held = None if taken is None else not taken
            if taken and os.fstat(descriptor).st_size > len(known):
                data = read_all(descriptor)
                if data.startswith(known):
                    known, late = data, data[len(known) :]
        if late:
            bring(late)
            quiet_until = None
            continue
        if held is not False:
            quiet_until = None
        elif quiet_until is None:
            quiet_until = now + patience.grace
        elif now >= quiet_until:
            break
        time.sleep(PAUSE)
    return Watched(read_all(descriptor), bool(held), known)


def let_go(target: Target, descriptor: int, name: str, known: bytes) -> bool:
    """Remove a displaced file; False when by now there is more in it than `known`."""
    with target.leased(descriptor) as taken:
        if taken is False or read_all(descriptor) != known:
            return False
        target.remove(name)
        return True


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a file that a write left beside MEMORY.md."""

    brought: int = 0
    """How many bytes of it were added to MEMORY.md."""
    rewritten: bytes = b""
    """Its bytes when they have no place in MEMORY.md: to be kept, then the file removed."""
    held: bool = False
    """Whether somebody has it open: then it stays."""


def carry(target: Target, leftover: Leftover, patience: Patience) -> Carried:
    """Bring over what was added to a file that a write left, and remove it.

    Raises OSError, and Refused when MEMORY.md is none that can be written to.
    """
    with closing(target.open(leftover.name)) as left:
        assert left.status is not None
        status = target.status()
        if status is not None and os.path.samestat(status, left.status):
            target.remove(leftover.name)
            return Carried()
        brought = 0
        while True:
            watched = watch(target, left.descriptor, left.data, patience, lambda _: None)
            if watched.held:
                return Carried(brought, held=True)
            data = watched.data
            mark = leftover.began_as(data)
            base = b"" if mark is None else data[: mark.size]
            late = data[len(base) :]
            if late:
                late = missing(late, target.data() or b"", base)
            if late and (status is None or mark is None):
                return Carried(brought, data)
            if late:
                brought += target.append(late)
            if let_go(target, left.descriptor, leftover.name, data):
                return Carried(brought)


def missing(late: bytes, present: bytes, base: bytes) -> bytes:
    """The lines of `late`, which came behind `base`, that do not stand in `present`.

    Some may have been brought over already. A line that `base` has as often as `present` is
    that line of `base`, and not the late one.
    """
    there = Counter(map(_text, _LINE.findall(present)))
    there.subtract(map(_text, _LINE.findall(base)))
    rest: list[bytes] = []
    for line in _LINE.findall(late):
        text = _text(line)
        if there[text] > 0:
            there[text] -= 1
        else:
            rest.append(line)
    lines = b"".join(rest)
    return lines if lines.strip() else b""


def _text(line: bytes) -> bytes:
    return line.rstrip(b"\r\n")
