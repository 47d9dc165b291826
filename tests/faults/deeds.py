"""What memdeck does to the disk, one deed a function; `steps.py` stops each at every call.

A deed has a place that was prepared: a workspace `agent` in it, and a folder
`state`. Its time is always the same.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from memdeck.cache import Cache
from memdeck.curated.edits import Scaffold
from memdeck.curated.journal import Journal, Record, Rescued, State
from memdeck.curated.splice import Edit, Splice
from memdeck.curated.store import MemoryStore
from memdeck.curated.writing import schema
from memdeck.curated.writing.late import Patience
from memdeck.daily.append import append_log
from memdeck.git import Git, open_repository
from memdeck.live.alarm import version_of
from memdeck.live.seen import Seen, SeenLog
from memdeck.notes.agreements import Agreements
from memdeck.notes.guard import install_guard
from memdeck.notes.remotes import Remote
from memdeck.notes.store import NotesStore
from memdeck.pulse.inbox import Inbox
from memdeck.pulse.record import Pulse

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
REF = "refs/notes/agents"
OLD = b"# Memory\n\n## Lessons\n- Tides come twice a day\n- Fog hides the buoy\n"
NEW = b"# Memory\n\n## Lessons\n- Tides come twice a day\n- Ink\n- Fog hides the buoy\n"
LOG = b"# 2026-03-14 - Daily Log\n\n- the first line\n"
BEAT = b'{"ts": "2026-03-14T11:00:00Z", "agent": "atlas", "status": "ok", "interval_s": 60}\n'
REMOTES = tuple(Remote(name, name, (name,), (name, name)) for name in ("one", "two"))


def agent_of(place: Path) -> Path:
    return place / "agent"


def memory_of(place: Path) -> Path:
    return place / "agent" / "MEMORY.md"


def log_of(place: Path) -> Path:
    return place / "agent" / "memory" / "2026-03-14.md"


def beats_of(place: Path) -> Path:
    return place / "agent" / "memory" / "heartbeats" / "2026-03.jsonl"


def state_of(place: Path) -> Path:
    return place / "state"


def workspace(place: Path) -> None:
    """A workspace with a memory and a log; its state folder was never used."""
    memory_of(place).parent.mkdir()
    memory_of(place).write_bytes(OLD)
    log_of(place).parent.mkdir()
    log_of(place).write_bytes(LOG)


def empty(place: Path) -> None:
    """A folder that is to become a workspace."""
    agent_of(place).mkdir()


# --- MEMORY.md -------------------------------------------------------------------


class Ink:
    """Puts a line into MEMORY.md."""

    kind = "add"

    def plan(self, data: bytes) -> Edit:
        return Edit((Splice(data.index(b"- Fog"), b"", b"- Ink\n"),), "Added ink")


def store_of(place: Path, at_step: Callable[[str], None] | None = None) -> MemoryStore:
    return MemoryStore(
        *(agent_of(place), memory_of(place), Journal(state_of(place)), "operator", lambda: NOON),
        patience=Patience(lock=1, quiet=0.01, watch=0.3, grace=0.002),
        at_step=at_step,
    )


def add(place: Path) -> str:
    return " ".join(store_of(place).apply(Ink()).warnings)


def added(place: Path) -> None:
    workspace(place)
    add(place)


def undo(place: Path) -> str:
    return " ".join(store_of(place).undo().warnings)


def begin_memory(place: Path) -> str:
    return " ".join(store_of(place).apply(Scaffold()).warnings)


def cut_short(place: Path) -> None:
    """Killed right after the exchange, with a late line in the old file."""
    workspace(place)

    def at_step(name: str) -> None:
        if name == "exchanged":
            os.kill(os.getpid(), signal.SIGKILL)

    process = os.fork()
    if not process:
        store_of(place, at_step).apply(Ink())
    os.waitpid(process, 0)
    (old,) = agent_of(place).glob(".*.swap")
    with old.open("ab") as late:
        late.write(b"- late\n")


def recover(place: Path) -> str:
    return " ".join(store_of(place).catch_up())


# --- The journal -----------------------------------------------------------------


def _record(number: int, undoes: str | None = None) -> Record:
    return Record(
        *(f"{number:012x}", NOON, "operator", "undo" if undoes else "add", f"Step {number}"),
        *(Path("/agent/MEMORY.md"), "0" * 64, "f" * 64, (Splice(3, b"- old\n", b"- new\n"),)),
        undoes=undoes,
    )


@cache
def _journal_steps() -> tuple[Callable[[Journal], object], ...]:
    one, two, back = _record(1), _record(2), _record(3, undoes=f"{1:012x}")
    planned = replace(one, words="Step 1, planned anew", splices=(*one.splices, *two.splices))
    kept = Rescued(NOON, Path("/agent/MEMORY.md"), "rewritten", b"# Theirs\n" * 2000)
    return (
        lambda journal: journal.begin(one),
        lambda journal: journal.begin(planned),
        lambda journal: journal.finish(planned, State.DONE),
        lambda journal: journal.rescue(kept),
        lambda journal: journal.begin(two),
        lambda journal: journal.finish(two, State.FAILED, "no room"),
        lambda journal: journal.begin(back),
        lambda journal: journal.finish(back, State.DONE),
        lambda journal: journal.purge(one.id),
    )


def keep_a_journal(place: Path) -> str:
    journal = Journal(state_of(place))
    for step in _journal_steps():
        step(journal)
    return ""


def journal_states(place: Path) -> list[object]:
    """All that the journal of `keep_a_journal` may hold, as it goes on."""
    journal = Journal(place)
    states: list[object] = [contents_of(journal)]
    for step in _journal_steps():
        step(journal)
        states.append(contents_of(journal))
    return states


def contents_of(journal: Journal) -> object:
    return journal.records(), journal.rescued()


def older_journal(place: Path) -> None:
    """A journal as the first memdeck made it, with an operation."""
    Journal(state_of(place)).begin(_record(1))
    path = Journal(state_of(place)).path
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE records DROP COLUMN parts")
        database.execute("PRAGMA user_version = 1")
    assert len(schema.MIGRATIONS) == 2


def bring_up_to_date(place: Path) -> str:
    return str(len(Journal(state_of(place)).records()))


def damaged_journal(place: Path) -> None:
    """A journal with two operations, the first of its pages overwritten."""
    added(place)
    undo(place)
    path = Journal(state_of(place)).path
    data = path.read_bytes()
    path.write_bytes(bytes(4096) + data[4096:])
    shutil.copyfile(path, place / "damaged")


# --- Logs, beats, notes ------------------------------------------------------------


def append(place: Path) -> str:
    at = {"on": date(2026, 3, 14), "now": NOON}
    append_log(agent_of(place), "a second line", **at, section=None)  # type: ignore[arg-type]
    return ""


def append_first(place: Path) -> str:
    shutil.rmtree(log_of(place).parent, ignore_errors=True)
    return append(place)


def append_first_day(place: Path) -> str:
    append_log(agent_of(place), "a line", on=date(2026, 3, 15), now=NOON, section=None)
    return ""


def beating(place: Path) -> None:
    workspace(place)
    beats_of(place).parent.mkdir()
    beats_of(place).write_bytes(BEAT)


def beat(place: Path) -> str:
    Pulse(agent_of(place), "atlas", interval=60, now=lambda: NOON).beat(note="second")
    return ""


def repository(place: Path) -> None:
    workspace(place)
    root = str(agent_of(place))
    subprocess.run(["git", "-C", root, "init", "-q"], check=True)
    commit = ["git", "-C", root, "commit", "-q", "--allow-empty", "-m", "A commit"]
    subprocess.run(commit, check=True)


def note(place: Path) -> str:
    NotesStore(agent_of(place), now=lambda: NOON).set("key", "value")
    return ""


def guard(place: Path) -> str:
    opened = open_repository(agent_of(place))
    assert opened is not None
    install_guard(Git(agent_of(place)), opened, REF)
    return ""


def agreed(place: Path) -> None:
    workspace(place)
    state_of(place).mkdir()
    Agreements(state_of(place)).add(agent_of(place), REMOTES[0], REF)


def agree(place: Path) -> str:
    Agreements(state_of(place)).add(agent_of(place), REMOTES[1], REF)
    return ""


# --- What may be lost, and what was seen ---------------------------------------------


def counted(place: Path) -> None:
    workspace(place)
    Cache(state_of(place)).keep("tokens", [(b"one", 1, b"starts")])


def count(place: Path) -> str:
    Cache(state_of(place)).keep("tokens", [(b"one", 1, b"starts"), (b"two", 2, None)])
    return str(len(Cache(state_of(place)).rows("tokens")))


def acknowledge(place: Path) -> str:
    Inbox(state_of(place), "ada", lambda: NOON).acknowledge(["0" * 12])
    return ""


def looked(place: Path) -> None:
    workspace(place)
    see(place, OLD)


def look(place: Path) -> str:
    see(place, NEW)
    return ""


def see(place: Path, data: bytes) -> None:
    with Seen(state_of(place)).transaction() as ledger:
        ledger.add(version_of(data), data, NOON)
        ledger.see_logs({"memory/2026-03-14.md": SeenLog(len(data), data)})


# --- A new workspace -----------------------------------------------------------------


def begin_workspace(place: Path) -> str:
    from memdeck.cli.call import Call
    from memdeck.cli.root import memdeck

    call = Call({}, now=lambda: NOON)
    arguments = ["-C", str(agent_of(place)), "init"]
    said = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with redirect_stdout(said), redirect_stderr(said):
        memdeck.main(arguments, "memdeck", standalone_mode=False, obj=call)
    said.seek(0)
    return said.read()
