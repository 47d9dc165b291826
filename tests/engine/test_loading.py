"""The one road to a bootstrap: what did not change is the same object, what did is not."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from memdeck.curated.sections import read_memory
from memdeck.daily.days import read_days
from memdeck.errors import WrongUsage
from memdeck.live.loading import Loader
from memdeck.live.reader import Reader
from memdeck.model import Budget, Fit, Notes
from memdeck.workspace import Workspace, open_workspace

NOW = datetime(2026, 2, 6, 23, 30, tzinfo=UTC)
TODAY = date(2026, 2, 6)


class Bytes:
    """Counts a byte as a token, and how often it is asked for the whole."""

    encoding = "bytes"
    warning = None

    def __init__(self) -> None:
        self.asked = 0

    def count(self, data: bytes) -> int:
        return len(data)

    def starts(self, data: bytes) -> Sequence[int]:
        self.asked += 1
        return range(len(data))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "memory").mkdir()
    (tmp_path / "MEMORY.md").write_text("- a\n", encoding="utf-8")
    (tmp_path / "AGENTS.md").write_text("# Rules\n", encoding="utf-8")
    (tmp_path / "memdeck.toml").write_text('[time]\nzone = "UTC"\n', encoding="utf-8")
    for day in ("04", "05", "06", "07"):
        (tmp_path / "memory" / f"2026-02-{day}.md").write_text(f"- {day}\n", encoding="utf-8")
    return tmp_path.resolve()


class Loading:
    """A loader with what was read once."""

    def __init__(self, root: Path, environ: dict[str, str]) -> None:
        self.counter = Bytes()
        self.loader = Loader(open_workspace(root), self.counter, environ=environ)
        self.memory = read_memory(root / "MEMORY.md")
        self.days = read_days(root, today=TODAY)
        self.notes = Notes()

    def __call__(self, profile: str | None = None, day: date = TODAY) -> Budget:
        return self.loader.load(
            self.memory, self.days, self.notes, day=day, now=NOW, profile=profile
        )


@pytest.fixture
def load(root: Path, home: Path) -> Loading:
    return Loading(root, {"HOME": str(home)})


def test_what_did_not_change_is_the_same_object_for_every_profile_and_day(load: Loading) -> None:
    names = ("article", "openclaw", "claude-code", "hermes", "subagent")
    first = [load(name) for name in names] + [load(day=date(2026, 2, 5))]
    asked = load.counter.asked
    assert [load(name) for name in names] + [load(day=date(2026, 2, 5))] == first
    assert load.counter.asked == asked
    assert len({id(each) for each in first}) == 6


@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("AGENTS.md", {"openclaw", "subagent"}),
        ("SOUL.md", {"openclaw"}),
        ("USER.md", {"openclaw", "hermes"}),
        ("memory/2026-02-06-x.md", {"openclaw"}),
        ("memory/2026-02-03.md", set()),
        ("other.md", set()),
    ],
)
def test_a_file_that_changes_makes_the_profiles_that_give_it_others(
    root: Path, load: Loading, path: str, changed: set[str]
) -> None:
    names = ("article", "openclaw", "claude-code", "hermes", "subagent")
    before = {name: load(name) for name in names}
    (root / path).write_text("something else\n", encoding="utf-8")
    assert {name for name in names if load(name) is not before[name]} == changed


def test_a_file_that_got_another_time_is_another_file_in_the_prelude_only(
    root: Path, load: Loading
) -> None:
    before = load("openclaw")
    os.utime(root / "memory" / "2026-02-06.md", (1, 1))
    assert load("openclaw").data == before.data


def test_another_memory_counts_whatever_is_on_disk(root: Path, load: Loading) -> None:
    before = load("openclaw")
    (root / "MEMORY.md").write_text("- written meanwhile\n", encoding="utf-8")
    assert load("openclaw") is before
    load.memory = read_memory(root / "MEMORY.md")
    assert b"- written meanwhile\n" in load("openclaw").data


def test_today_in_utc_is_that_of_the_time_of_day(root: Path, home: Path) -> None:
    (root / "memdeck.toml").write_text('[time]\nzone = "America/New_York"\n', encoding="utf-8")
    load = Loading(root, {"HOME": str(home)})
    late = datetime(2026, 2, 7, 3, 0, tzinfo=UTC)
    assert load.loader.utc_day(TODAY, late) == date(2026, 2, 7)
    assert load.loader.utc_day(date(2025, 12, 31), late) == date(2026, 1, 1)
    assert load.loader.utc_day(TODAY, datetime(2026, 2, 6, 15, 0, tzinfo=UTC)) == TODAY
    budget = load.loader.load(
        load.memory, load.days, load.notes, day=TODAY, now=late, profile="openclaw"
    )
    prelude = budget.part("prelude")
    assert prelude is not None
    assert prelude.paths == tuple(f"memory/2026-02-{day}.md" for day in ("07", "06", "05"))


def test_a_profile_that_is_not_known_is_wrong_usage(load: Loading) -> None:
    with pytest.raises(WrongUsage, match="the nearest is hermes"):
        load("hermess")


def test_the_settings_say_which_profile_it_is(root: Path, home: Path) -> None:
    (root / "memdeck.toml").write_text('[budget]\nprofile = "subagent"\n', encoding="utf-8")
    assert Loading(root, {"HOME": str(home)})().profile == "subagent"


# --- OpenClaw's record -------------------------------------------------------


def record(root: Path, home: Path, origin: str) -> None:
    """What OpenClaw would keep of MEMORY.md."""
    path = home / ".openclaw" / "state" / "openclaw.sqlite"
    path.parent.mkdir(parents=True, exist_ok=True)
    workspace = hashlib.sha256(str(root).encode()).hexdigest()
    value = {
        "version": 1,
        "workspaceKey": workspace,
        "relativePath": "MEMORY.md",
        "fileHash": hashlib.sha256((root / "MEMORY.md").read_bytes()).hexdigest(),
        "originClass": origin,
        "observedAt": 1_770_163_200_000,
        "reservationId": "r",
    }
    key = f"{workspace}:{hashlib.sha256(b'MEMORY.md').hexdigest()}"
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS plugin_state_entries (plugin_id TEXT NOT NULL, "
            "namespace TEXT NOT NULL, entry_key TEXT NOT NULL, value_json TEXT NOT NULL, "
            "created_at INTEGER NOT NULL, expires_at INTEGER, "
            "PRIMARY KEY (plugin_id, namespace, entry_key))"
        )
        connection.execute(
            "INSERT OR REPLACE INTO plugin_state_entries VALUES (?, ?, ?, ?, ?, NULL)",
            ("core:memory-artifact-provenance", "workspace-files", key, json.dumps(value), 1),
        )
    connection.close()


def test_a_record_that_changes_takes_memory_out(root: Path, home: Path, load: Loading) -> None:
    before = load("openclaw")
    assert b"- a\n" in before.data
    record(root, home, "agent")
    trusted = load("openclaw")
    assert trusted.data == before.data
    assert load("openclaw") is trusted
    record(root, home, "untrusted")
    after = load("openclaw")
    part = after.part("MEMORY.md")
    assert part is not None
    assert part.words.startswith("not injected: untrusted since 2026-02-04")
    assert part.data == b""
    assert after.fit is Fit.CUT
    assert load("openclaw") is after
    assert b"- a\n" in load("claude-code").data


# --- The dashboard's reader --------------------------------------------------


def test_the_reader_has_the_budget_of_the_settings_and_sees_its_files_change(root: Path) -> None:
    (root / "memdeck.toml").write_text('[budget]\nprofile = "openclaw"\n', encoding="utf-8")
    workspace: Workspace = open_workspace(root)
    reader = Reader(workspace, lambda: NOW)

    def budget() -> Budget:
        for _ in reader.stages(notes=False):
            pass
        assert reader.deck is not None
        assert reader.deck.budget is not None
        return reader.deck.budget

    first = budget()
    assert first.profile == "openclaw"
    assert b"# Rules" in first.data
    assert budget() is first
    (root / "AGENTS.md").write_text("# Other rules\n", encoding="utf-8")
    second = budget()
    assert b"# Other rules" in second.data
    # The same bytes at another time: what is shown stays the same object.
    os.utime(root / "AGENTS.md", (1, 1))
    assert budget() is second
