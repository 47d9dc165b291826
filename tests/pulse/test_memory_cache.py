"""The cache that an agent keeps of its memory while it is awake."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import memdeck
from memdeck.bootstrap.files import read_source
from memdeck.errors import NothingFound, Unusable, WrongUsage
from memdeck.memory_cache import MemoryCache
from memdeck.model import CacheCounts, Part, Source
from memdeck.pulse.beats import read_beats

INTERVAL = 55 * 60


@dataclass
class Clock:
    """A timer that goes when it is told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def later() -> int:
    """A time of day at which every file has been at rest for a minute."""
    return time.time_ns() + 60_000_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "agent"
    (folder / "memory").mkdir(parents=True)
    (folder / "MEMORY.md").write_bytes(b"# Memory\n")
    (folder / "memory" / "2026-02-06.md").write_bytes(b"- today\n")
    (folder / "memory" / "2026-02-05.md").write_bytes(b"- yesterday\n")
    return folder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(root: Path, clock: Clock) -> MemoryCache:
    return MemoryCache(root, interval=INTERVAL, timer=clock, clock=later)


def part(*paths: str) -> Part:
    return Part(name="part", paths=paths, data=b"", start=0, tokens=0)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were opened, in order."""
    opened: list[str] = []

    def read(root: Path, path: str) -> Source:
        opened.append(path)
        return read_source(root, path)

    monkeypatch.setattr("memdeck.memory_cache.read_source", read)
    return opened


def test_a_file_is_read_once_and_then_held(cache: MemoryCache, reads: list[str]) -> None:
    assert [cache.get("MEMORY.md") for _ in range(3)] == [b"# Memory\n"] * 3
    assert reads == ["MEMORY.md"]
    assert cache.counts == CacheCounts(hits=2, misses=1, expired=0)


def test_it_lives_as_long_as_the_interval_and_not_a_moment_longer(
    cache: MemoryCache, clock: Clock, reads: list[str]
) -> None:
    cache.get("MEMORY.md")
    clock.now += INTERVAL - 1
    cache.get("MEMORY.md")
    assert cache.counts == CacheCounts(1, 1, 0)
    clock.now += 1
    assert cache.get("MEMORY.md") == b"# Memory\n"
    assert cache.counts == CacheCounts(1, 1, 1)
    assert reads == ["MEMORY.md"] * 2
    # Being asked for does not make it live longer: it counts from when it was read.
    clock.now += INTERVAL / 2
    cache.get("MEMORY.md")
    clock.now += INTERVAL / 2
    cache.get("MEMORY.md")
    assert cache.counts == CacheCounts(2, 1, 2)


def test_what_ran_out_counts_as_that_also_when_others_were_read_meanwhile(
    cache: MemoryCache, clock: Clock
) -> None:
    cache.get("MEMORY.md")
    clock.now += INTERVAL
    cache.get("memory/2026-02-06.md")
    cache.get("MEMORY.md")
    assert cache.counts == CacheCounts(hits=0, misses=2, expired=1)


@pytest.mark.parametrize("how", ["appended", "replaced", "same size", "same time", "through link"])
def test_a_changed_file_is_never_given_as_it_was(root: Path, cache: MemoryCache, how: str) -> None:
    path, name = root / "MEMORY.md", "MEMORY.md"
    if how == "through link":
        (root / "LINK.md").symlink_to("MEMORY.md")
        name = "LINK.md"
    before = path.stat()
    cache.get(name)
    if how == "appended":
        with path.open("ab") as file:
            file.write(b"- more\n")
    elif how == "replaced":
        (root / "new").write_bytes(b"# Other!\n")
        os.utime(root / "new", ns=(before.st_atime_ns, before.st_mtime_ns))
        (root / "new").replace(path)
    else:
        path.write_bytes(b"# Other!\n")
        if how == "same time":
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert cache.get(name) == path.read_bytes() != b"# Memory\n"
    assert cache.counts == CacheCounts(0, 2, 0)
    assert cache.get(name) == path.read_bytes()
    assert cache.counts == CacheCounts(1, 2, 0)


def test_a_file_just_written_may_change_within_the_same_tick_and_is_looked_at_again(
    root: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that ticks coarsely gives two writes one time: size and inode are the same, too."""
    path = root / "MEMORY.md"
    written = path.stat().st_ctime_ns
    now = [written + 1_000_000]
    cache = MemoryCache(root, interval=INTERVAL, timer=clock, clock=lambda: now[0])
    real = MemoryCache._look
    first = real(cache, "MEMORY.md")
    cache.get("MEMORY.md")
    path.write_bytes(b"# Other!\n")
    # What the file system would have said, had both been written in one tick.
    monkeypatch.setattr(MemoryCache, "_look", lambda _cache, _name: first)
    assert cache.get("MEMORY.md") == b"# Other!\n"
    assert cache.counts == CacheCounts(0, 2, 0)
    assert cache.get("MEMORY.md") == b"# Other!\n"
    assert cache.counts == CacheCounts(1, 2, 0)


def test_a_file_at_rest_is_not_opened_again(root: Path, clock: Clock, reads: list[str]) -> None:
    now = [(root / "MEMORY.md").stat().st_ctime_ns]
    cache = MemoryCache(root, interval=INTERVAL, timer=clock, clock=lambda: now[0])
    cache.get("MEMORY.md")
    cache.get("MEMORY.md")
    assert reads == ["MEMORY.md"] * 2
    now[0] += 3_000_000_000
    cache.get("MEMORY.md")
    assert reads == ["MEMORY.md"] * 3
    cache.get("MEMORY.md")
    cache.get("MEMORY.md")
    assert reads == ["MEMORY.md"] * 3
    assert cache.counts == CacheCounts(4, 1, 0)


def test_the_one_that_was_not_asked_for_longest_goes_first(root: Path, clock: Clock) -> None:
    cache = MemoryCache(root, interval=INTERVAL, size=2, timer=clock, clock=later)
    cache.get("MEMORY.md")
    cache.get("memory/2026-02-05.md")
    cache.get("MEMORY.md")
    cache.get("memory/2026-02-06.md")
    assert len(cache) == 2
    cache.get("MEMORY.md")
    assert cache.counts == CacheCounts(hits=2, misses=3, expired=0)
    cache.get("memory/2026-02-05.md")
    assert cache.counts == CacheCounts(hits=2, misses=4, expired=0)


def test_a_clock_that_jumps_back_makes_it_forget(cache: MemoryCache, clock: Clock) -> None:
    """How old what it holds is cannot be told any more."""
    cache.get("MEMORY.md")
    clock.now -= 500
    cache.get("MEMORY.md")
    cache.get("MEMORY.md")
    assert cache.counts == CacheCounts(hits=1, misses=1, expired=1)


def test_counts_are_those_since_the_beat_before(cache: MemoryCache) -> None:
    for _ in range(4):
        cache.get("MEMORY.md")
    assert cache.take_counts() == CacheCounts(3, 1, 0)
    assert cache.counts == CacheCounts(0, 0, 0)
    cache.get("MEMORY.md")
    assert cache.take_counts() == CacheCounts(1, 0, 0)


# --- Warming -----------------------------------------------------------------


def test_what_the_next_session_loads_is_read_ahead_and_counts_as_nothing(
    cache: MemoryCache, reads: list[str]
) -> None:
    parts = [part("MEMORY.md"), part("memory/2026-02-05.md"), part("memory/2026-02-06.md"), part()]
    warmed = cache.warm([*parts, "MEMORY.md"])
    assert warmed.paths == ("MEMORY.md", "memory/2026-02-05.md", "memory/2026-02-06.md")
    assert warmed.size == len(b"# Memory\n- yesterday\n- today\n")
    assert (warmed.problems, cache.counts) == ((), CacheCounts(0, 0, 0))
    for each in warmed.paths:
        cache.get(each)
    assert cache.counts == CacheCounts(3, 0, 0)
    assert len(reads) == 3


def test_warming_in_time_makes_it_live_on_without_reading(
    cache: MemoryCache, clock: Clock, reads: list[str]
) -> None:
    cache.warm(["MEMORY.md"])
    clock.now += INTERVAL - 1
    cache.warm(["MEMORY.md"])
    clock.now += INTERVAL - 1
    cache.get("MEMORY.md")
    assert (len(reads), cache.counts) == (1, CacheCounts(1, 0, 0))
    # Whoever comes too late starts cold.
    clock.now += INTERVAL
    cache.warm(["MEMORY.md"])
    cache.get("MEMORY.md")
    assert (len(reads), cache.counts) == (2, CacheCounts(2, 0, 0))


def test_warming_takes_what_was_written_meanwhile(root: Path, cache: MemoryCache) -> None:
    cache.warm(["MEMORY.md"])
    (root / "MEMORY.md").write_bytes(b"# Other\n")
    cache.warm(["MEMORY.md"])
    assert cache.get("MEMORY.md") == b"# Other\n"
    assert cache.counts == CacheCounts(1, 0, 0)


def test_what_ran_out_and_was_warmed_again_has_not_run_out(
    root: Path, cache: MemoryCache, clock: Clock
) -> None:
    cache.get("MEMORY.md")
    clock.now += INTERVAL
    cache.warm(["MEMORY.md"])
    (root / "MEMORY.md").write_bytes(b"# Other\n")
    cache.get("MEMORY.md")
    assert cache.counts == CacheCounts(hits=0, misses=2, expired=0)


def test_warming_says_what_could_not_be_read_and_goes_on(cache: MemoryCache) -> None:
    warmed = cache.warm(["gone.md", "MEMORY.md", "memory"])
    assert warmed.paths == ("MEMORY.md",)
    assert warmed.problems == ("gone.md: missing", "memory: not a regular file")
    assert cache.get("MEMORY.md")
    assert cache.counts == CacheCounts(1, 0, 0)


def test_no_more_is_warmed_than_there_is_room_for(root: Path, clock: Clock) -> None:
    cache = MemoryCache(root, interval=INTERVAL, size=2, timer=clock, clock=later)
    warmed = cache.warm([part("MEMORY.md", "memory/2026-02-05.md", "memory/2026-02-06.md")])
    assert warmed.paths == ("MEMORY.md", "memory/2026-02-05.md")
    assert warmed.problems == ("memory/2026-02-06.md: there is room for 2 files",)


def test_the_bootstrap_of_a_workspace_is_warmed_by_its_parts(root: Path, clock: Clock) -> None:
    now = datetime(2026, 2, 6, 12, tzinfo=UTC)
    deck = memdeck.read_deck(memdeck.open_workspace(root), now)
    assert deck.budget is not None
    cache = memdeck.MemoryCache(root, interval=INTERVAL, timer=clock, clock=later)
    warmed = cache.warm(deck.budget.parts)
    assert warmed.paths == ("MEMORY.md", "memory/2026-02-05.md", "memory/2026-02-06.md")


def test_an_agent_beats_with_how_its_cache_did(root: Path, clock: Clock) -> None:
    now = datetime(2026, 2, 6, 12, tzinfo=UTC)
    pulse = memdeck.Pulse(root, "atlas", interval=INTERVAL, now=lambda: now)
    cache = memdeck.MemoryCache(root, interval=pulse.interval, timer=clock, clock=later)
    cache.warm(["MEMORY.md"])
    for name in ("MEMORY.md", "MEMORY.md", "memory/2026-02-06.md"):
        cache.get(name)
    pulse.beat(cache=cache.take_counts())
    clock.now += INTERVAL
    cache.get("MEMORY.md")
    pulse.beat(cache=cache.take_counts())
    beats = read_beats(root, now).beats
    assert [each.cache for each in beats] == [CacheCounts(2, 1, 0), CacheCounts(0, 0, 1)]


def test_an_agent_that_caches_and_beats_loads_nothing_heavy() -> None:
    script = (
        "import sys, memdeck\n"
        "memdeck.MemoryCache, memdeck.Pulse\n"
        "heavy = {'git', 'tiktoken', 'rich', 'textual', 'click', 'sqlite3', 'pyromark'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    checkout = Path(memdeck.__file__).parents[1]
    subprocess.run([sys.executable, "-c", script], check=True, cwd=checkout)


# --- What is no file of the workspace ----------------------------------------


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "out.md", "a/../../secret"])
def test_nothing_outside_of_the_workspace_is_read(
    root: Path, cache: MemoryCache, name: str
) -> None:
    (root.parent / "secret").write_bytes(b"secret")
    (root / "out.md").symlink_to(root.parent / "secret")
    with pytest.raises((Unusable, NothingFound), match=r"workspace|missing"):
        cache.get(name)
    assert len(cache) == 0


def test_a_path_may_be_whole_or_roundabout(root: Path, cache: MemoryCache) -> None:
    assert cache.get(root / "MEMORY.md") == cache.get("./memory/../MEMORY.md") == b"# Memory\n"
    assert cache.get(Path("memory") / "2026-02-06.md") == b"- today\n"
    assert cache.counts == CacheCounts(1, 2, 0)


def test_what_is_not_there_yet_is_seen_when_it_comes(root: Path, cache: MemoryCache) -> None:
    with pytest.raises(NothingFound, match=r"memory/2026-02-07\.md .*missing"):
        cache.get("memory/2026-02-07.md")
    (root / "memory" / "2026-02-07.md").write_bytes(b"- tomorrow\n")
    assert cache.get("memory/2026-02-07.md") == b"- tomorrow\n"
    (root / "memory" / "2026-02-07.md").unlink()
    with pytest.raises(NothingFound):
        cache.get("memory/2026-02-07.md")
    assert (len(cache), cache.counts) == (0, CacheCounts(0, 3, 0))


def test_a_fifo_is_not_waited_for(root: Path, cache: MemoryCache) -> None:
    os.mkfifo(root / "pipe.md")
    with pytest.raises(Unusable, match=r"pipe\.md .*not a regular file"):
        cache.get("pipe.md")


def test_a_link_that_is_led_elsewhere_is_followed_only_inside(
    root: Path, cache: MemoryCache
) -> None:
    link = root / "now.md"
    link.symlink_to("memory/2026-02-05.md")
    assert cache.get("now.md") == b"- yesterday\n"
    link.unlink()
    link.symlink_to("memory/2026-02-06.md")
    assert cache.get("now.md") == b"- today\n"
    link.unlink()
    link.symlink_to("/etc/passwd")
    with pytest.raises(Unusable, match="leads out"):
        cache.get("now.md")


@pytest.mark.parametrize(
    ("interval", "size"), [(0, 5), (-1, 5), (float("nan"), 5), (float("inf"), 5), (60, 0)]
)
def test_an_interval_or_size_that_makes_no_sense_is_refused(
    root: Path, interval: float, size: int
) -> None:
    with pytest.raises(WrongUsage):
        MemoryCache(root, interval=interval, size=size)


def test_by_itself_it_goes_by_the_clock_of_the_machine(root: Path) -> None:
    cache = MemoryCache(root)
    assert cache.get("MEMORY.md") == cache.get("MEMORY.md")
    assert cache.counts == CacheCounts(1, 1, 0)


# --- Anything in any order ---------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("get"), st.integers(0, 4)),
        st.tuples(st.just("warm"), st.integers(0, 4)),
        st.tuples(st.just("write"), st.integers(0, 4)),
        st.tuples(st.just("wait"), st.integers(-40, 90)),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_it_always_gives_what_is_on_disk_and_counts_every_question_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    root = tmp_path_factory.mktemp("agent")
    files = [root / f"{number}.md" for number in range(5)]
    for each in files:
        each.write_bytes(b"0")
    clock = Clock()
    cache = MemoryCache(root, interval=60, size=3, timer=clock)
    asked = 0
    for number, (what, which) in enumerate(steps):
        if what == "get":
            assert cache.get(files[which].name) == files[which].read_bytes()
            asked += 1
        elif what == "warm":
            cache.warm(each.name for each in files[: which + 1])
        elif what == "write":
            files[which].write_bytes(b"%d" % (number % 10))
        else:
            clock.now += which
        assert len(cache) <= 3
    counts = cache.counts
    assert counts.hits + counts.misses + counts.expired == asked
