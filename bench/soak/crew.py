"""Wakes as processes: started from one that has imported everything, listened to, killed.

A wake is a fork, so that it does not import memdeck anew: a process of its
own all the same, with nothing of an earlier wake in it. It says what it does
by lines in a pipe. What it has said before it is killed is not lost with it.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import IO, Any, Final

from bench.soak.plan import Turn
from bench.soak.wake import Order

LONGEST: Final = 120.0
"""Seconds that a wake may take; one that takes longer hangs."""
_DOING: Final = {"begin": "writing a", "told": "behind a"}


class Kill(StrEnum):
    """How a wake is killed, by SIGKILL in both ways."""

    ALONE = "alone"
    """The process. What it had started, such as git, goes on."""
    ALL = "with what it started"
    """And all processes below it, as when a container or a machine ends."""


class End(StrEnum):
    """How a wake ended."""

    DONE = "done"
    KILLED = "killed"
    FAILED = "failed"
    HUNG = "hung"


@dataclass(slots=True, eq=False)
class Awake:
    """A wake that has not ended yet."""

    turn: Turn
    order: Order
    process: int
    pipe: IO[bytes]
    begun: float
    kill: Kill | None
    writing: bool
    """Whether it is killed only once it has read, and is about to write."""
    kill_at: float
    """On the monotonic clock."""
    read: float = 0.0
    """When it had read."""
    struck: bool = False
    hung: bool = False
    doing: str = "waking"
    """What it was at when it spoke last, in words."""
    rest: bytes = b""


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a wake."""

    awake: Awake
    word: str
    more: list[Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """A wake is over."""

    awake: Awake
    end: End
    seconds: float


@dataclass(slots=True)
class Crew:
    """Whoever is awake."""

    live: Callable[[Order, Callable[..., None]], None]
    """What a wake does, in its process."""
    random: Random
    """Says when, in its life, a wake is killed."""
    typical: float = 0.1
    """Seconds that a wake takes, of late."""
    typical_writing: float = 0.05
    """And what it takes from when it has read its memory."""
    others: dict[int, Callable[[], object]] = field(default_factory=dict)
    """Further file descriptors to listen to, and what is to be done when one has something."""
    _awake: dict[int, Awake] = field(default_factory=dict)
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def __len__(self) -> int:
        return len(self._awake)

    def listen(self, handle: int, act: Callable[[], object]) -> None:
        """Call `act` whenever the descriptor can be read."""
        self.others[handle] = act
        self._selector.register(handle, selectors.EVENT_READ)

    def start(self, turn: Turn, order: Order, kill: Kill | None) -> None:
        """Wake an agent, perhaps to kill it.

        Half of those die at some moment of what a wake takes, the others at some
        moment of its second part, in which it writes.
        """
        reading, writing = os.pipe()
        begun = time.monotonic()
        process = os.fork()
        if process == 0:
            os.close(reading)
            _child(self.live, order, writing)
        os.close(writing)
        pipe = os.fdopen(reading, "rb", buffering=0)
        awake = Awake(turn, order, process, pipe, begun, kill, False, begun + LONGEST)
        if kill is not None:
            awake.writing = self.random.random() < 0.5
            if not awake.writing:
                awake.kill_at = begun + self._moment(self.typical)
        self._awake[reading] = awake
        self._selector.register(reading, selectors.EVENT_READ)

    def wait(self, seconds: float) -> Iterator[Said | Ended]:
        """What happens next, within so many seconds; kills who is to be killed."""
        now = time.monotonic()
        next_kill = min((each.kill_at for each in self._awake.values()), default=now + seconds)
        ready = self._selector.select(max(0.0, min(seconds, next_kill - now)))
        now = time.monotonic()
        for each in self._awake.values():
            if each.kill_at <= now:
                self._strike(each)
        for key, _ in ready:
            if key.fd in self.others:
                self.others[key.fd]()
            else:
                yield from self._read(self._awake[key.fd])

    def end(self) -> None:
        """Kill whoever is awake."""
        for each in list(self._awake.values()):
            kill_with_all(each.process)
            os.waitpid(each.process, 0)
            each.pipe.close()
        self._awake.clear()

    def _moment(self, typical: float) -> float:
        """Seconds from now: at random, a little beyond what it takes."""
        return self.random.random() * 1.2 * typical

    def _strike(self, awake: Awake) -> None:
        awake.kill_at = float("inf")
        awake.struck = True
        awake.hung = awake.kill is None
        if awake.kill is Kill.ALONE:
            # Not waited for yet, so that the id is still its own.
            os.kill(awake.process, signal.SIGKILL)
        else:
            kill_with_all(awake.process)

    def _read(self, awake: Awake) -> Iterator[Said | Ended]:
        data = awake.pipe.read(65536)
        lines = (awake.rest + (data or b"")).split(b"\n")
        awake.rest = lines.pop()
        for line in lines:
            word, *more = json.loads(line)
            if word in _DOING:
                awake.doing = " ".join((_DOING[word], *map(str, more[:1])))
            if word == "resumed":
                awake.doing = "at work"
                awake.read = time.monotonic()
                if awake.writing:
                    awake.kill_at = awake.read + self._moment(self.typical_writing)
            yield Said(awake, word, more)
        if not data:
            yield self._over(awake)

    def _over(self, awake: Awake) -> Ended:
        handle = awake.pipe.fileno()
        self._selector.unregister(handle)
        del self._awake[handle]
        awake.pipe.close()
        _, status = os.waitpid(awake.process, 0)
        seconds = time.monotonic() - awake.begun
        if awake.hung:
            return Ended(awake, End.HUNG, seconds)
        if os.WIFSIGNALED(status) and awake.struck:
            return Ended(awake, End.KILLED, seconds)
        if status:
            return Ended(awake, End.FAILED, seconds)
        # One that was to be killed and was quicker counts as all others.
        self.typical += (seconds - self.typical) * 0.05
        writing = awake.begun + seconds - awake.read
        self.typical_writing += (writing - self.typical_writing) * 0.05
        return Ended(awake, End.DONE, seconds)


def _child(live: Callable[[Order, Callable[..., None]], None], order: Order, pipe: int) -> None:
    """The process of a wake, from its first moment to its last."""

    def tell(word: str, *more: object) -> None:
        # One write of a few bytes: it is in the pipe as a whole, or not at all.
        os.write(pipe, json.dumps([word, *more]).encode() + b"\n")

    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        live(order, tell)
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, it is told, and the process ends
        words = traceback.format_exc()
        tell("failed", words[-3000:])
    finally:
        sys.stderr.flush()
        os._exit(code)


def kill_with_all(process: int) -> None:
    """Kill a process that is ours, and all that it has started."""
    with suppress(ProcessLookupError):
        # Stopped first, it starts nothing more.
        os.kill(process, signal.SIGSTOP)
    for each in (*_below(process), process):
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


def _below(process: int) -> Iterator[int]:
    """The processes below one, as Linux lists them."""
    for each in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in each.read_text().split():
                yield int(child)
                yield from _below(int(child))
