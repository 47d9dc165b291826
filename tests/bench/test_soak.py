"""A short soak: agents as processes, killed at random, and none of them loses a thing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.soak.crew import Kill

ROOT = Path(__file__).parents[2]


def soak(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", "soak", "--folder", tmp_path, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "TZ": "Europe/Berlin"},
    )


def number(words: str, report: str) -> int:
    found = re.search(rf"{re.escape(words)} +([\d,]+)", report)
    assert found is not None, report
    return int(found[1].replace(",", ""))


@pytest.mark.slow
def test_agents_killed_at_random_resume_with_their_last_state(tmp_path: Path) -> None:
    """Over a night in which clocks are put forward."""
    few = ("--agents", "6", "--teams", "2", "--days", "4", "--begin", "2026-03-28T12:00+00:00")
    done = soak(tmp_path, *few, "--wakes", "120", "--kills", "14", "--workers", "3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing is lost" in done.stdout
    assert number("wakes", done.stdout) == 120
    assert number("killed (kill -9)", done.stdout) >= 6
    assert number("tasks", done.stdout) == 6
    assert number("beats", done.stdout) >= 90
    assert list(tmp_path.iterdir()) == []


LOSSY = """
import subprocess, sys
from datetime import UTC, datetime
from pathlib import Path
from bench.soak.plan import Plan
from bench.soak.run import Limits, Soak

class Lossy(Soak):
    \"\"\"One whose workspace loses the last line of each kind when all is done.\"\"\"

    def _settle(self):
        super()._settle()
        root = self.place.team(0)
        for path in (max(root.glob("memory/*.md")), *root.glob("memory/heartbeats/*")):
            lines = path.read_text().split("\\n")
            path.write_text("\\n".join((*lines[:-2], "")))
        notes = "refs/notes/agents"
        subprocess.run(["git", "-C", root, "update-ref", notes, notes + "~1"], check=True)

plan = Plan(datetime(2026, 3, 14, tzinfo=UTC), count=2, teams=1, days=1, kills=0)
soak = Lossy(
    plan, Path(sys.argv[1]), workers=2, limits=Limits(wakes=12), say=print, dashboard=False
)
print(*soak.run().faults, sep="\\n")
"""


@pytest.mark.slow
def test_what_is_lost_is_noticed(tmp_path: Path) -> None:
    faults = in_a_process(LOSSY, str(tmp_path / "soak"))
    assert re.search(r"^agent-0\d: log line \d+ was stored and is lost$", faults, re.MULTILINE)
    assert re.search(r"^agent-0\d: beat \S+ was stored and is lost$", faults, re.MULTILINE)
    assert re.search(r"^agent-0\d: note \d+ was stored and is lost$", faults, re.MULTILINE)
    assert "1 do not end with their last state" in faults
    assert len(faults.strip().split("\n")) >= 5


# --- The crew ----------------------------------------------------------------


PREPARED = """
import os, signal, subprocess, time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from bench.soak.crew import Crew, End, Kill, Said
from bench.soak.plan import Turn
from bench.soak.wake import Order

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
TURN = Turn(NOON, "ada")
ORDER = Order(1, "ada", Path("/"), NOON, 3300, decides=False, alert=False)

def crew_of(live):
    return Crew(live, Random(1))

def lived(crew):
    events = []
    while len(crew):
        events += crew.wait(0.1)
    return events
"""


def in_a_process(script: str, *arguments: str) -> str:
    """What a crew gives, made in a process without the threads of the runner of tests."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


SLEEPER = """
def live(order, tell):
    tell("begin", "note", "1")
    child = subprocess.Popen(["sleep", "9"], stdout=subprocess.DEVNULL, start_new_session=True)
    tell("child", child.pid)
    tell("resumed")
    time.sleep(60)
crew = crew_of(live)
crew.start(TURN, ORDER, Kill.{kill})
crew.typical = crew.typical_writing = 0.2
events = lived(crew)
child = next(each.more[0] for each in events if isinstance(each, Said) and each.word == "child")
assert events[0].word == "begin"
assert events[-1].end is End.KILLED, events[-1]
def goes_on():
    try:
        return open(f"/proc/{{child}}/stat").read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False

end = time.monotonic() + 5
while goes_on() and Kill.{kill} is Kill.ALL and time.monotonic() < end:
    time.sleep(0.01)  # A killed process takes a moment to be gone.
print("goes on" if goes_on() else "ended")
if goes_on():
    os.kill(child, signal.SIGKILL)
"""


@pytest.mark.parametrize(("kill", "child"), [(Kill.ALONE, "goes on"), (Kill.ALL, "ended")])
def test_what_was_said_before_a_kill_is_heard(kill: Kill, child: str) -> None:
    assert in_a_process(PREPARED + SLEEPER.format(kill=kill.name)) == f"{child}\n"


def test_a_wake_that_fails_says_why() -> None:
    script = """
def live(order, tell):
    raise ValueError("no water")
crew = crew_of(live)
crew.start(TURN, ORDER, None)
said, ended = lived(crew)
assert ended.end is End.FAILED
print(said.word, "no water" in said.more[0])
"""
    assert in_a_process(PREPARED + script) == "failed True\n"


def test_a_wake_that_is_quicker_than_its_kill_is_done() -> None:
    script = """
crew = crew_of(lambda order, tell: None)
crew.typical = 1000
crew.random = Random(2)
crew.start(TURN, ORDER, Kill.ALONE)
(ended,) = lived(crew)
print(ended.end)
"""
    assert in_a_process(PREPARED + script) == "done\n"
