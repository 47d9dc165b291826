"""What OpenClaw's record says of a file: read from a database that is another program's."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memdeck.bootstrap import openclaw_state
from memdeck.bootstrap.provenance import (
    Provenance,
    outside_edit_warning,
    read_provenance,
    stamp,
    untold_warning,
)
from memdeck.told import OPENCLAW_PROVENANCE, remember_told, was_told
from memdeck.workspace import open_workspace

TEXT = "# Memory\n\n- Count the terns at dawn\n"
SEEN = datetime(2026, 9, 14, 9, 48, 12, tzinfo=UTC)
SCHEMA = (
    "CREATE TABLE plugin_state_entries (plugin_id TEXT NOT NULL, namespace TEXT NOT NULL,"
    " entry_key TEXT NOT NULL, value_json TEXT NOT NULL, created_at INTEGER NOT NULL,"
    " expires_at INTEGER, PRIMARY KEY (plugin_id, namespace, entry_key))"
)
INSERT = "INSERT OR REPLACE INTO plugin_state_entries VALUES (?, ?, ?, ?, 1, NULL)"
OWNER = ("core:memory-artifact-provenance", "workspace-files")


def sha(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


@dataclass
class OpenClaw:
    """OpenClaw's state folder as a test needs it, for a workspace."""

    home: Path
    root: Path

    @property
    def database(self) -> Path:
        return self.home / ".openclaw" / "state" / "openclaw.sqlite"

    def made(self, schema: str = SCHEMA, mode: str = "DELETE") -> None:
        self.database.parent.mkdir(parents=True, exist_ok=True)
        self.run(f"PRAGMA journal_mode = {mode}", schema)

    def run(self, *statements: str) -> None:
        database = sqlite3.connect(self.database)
        for each in statements:
            database.execute(each)
        database.commit()
        database.close()

    def value(self, text: str | bytes = TEXT, path: str = "MEMORY.md", **more: Any) -> str:
        record = {
            "version": 1,
            "workspaceKey": sha(str(self.root.resolve())),
            "relativePath": path,
            "fileHash": sha(text),
            "originClass": "agent",
            "observedAt": int(SEEN.timestamp() * 1000),
            "sessionId": "session-7",
            "reservationId": "r-1",
        }
        return json.dumps({**record, **more})

    def key(self, path: str = "MEMORY.md") -> str:
        return f"{sha(str(self.root.resolve()))}:{sha(path)}"

    def record(self, value: Any, key: str | None = None) -> None:
        database = sqlite3.connect(self.database)
        database.execute(INSERT, (*OWNER, key or self.key(), value))
        database.commit()
        database.close()

    def read(self) -> Provenance:
        return read_provenance(self.root, {}, self.home)["MEMORY.md"]


@pytest.fixture
def claw(tmp_path: Path, home: Path) -> OpenClaw:
    root = tmp_path / "agent"
    root.mkdir()
    (root / "MEMORY.md").write_text(TEXT, "utf-8")
    return OpenClaw(home, root)


Inside = dict[str, tuple[int, int, int, bytes]]


def inside(folder: Path) -> Inside:
    """All that is in a folder: sizes, times of change and bytes."""
    found: Inside = {}
    for path in sorted(folder.iterdir()):
        known = path.stat()
        found[path.name] = (known.st_ino, known.st_mtime_ns, known.st_ctime_ns, path.read_bytes())
    return found


# --- What a record says -----------------------------------------------------


def test_without_a_database_nothing_is_said(claw: OpenClaw) -> None:
    assert read_provenance(claw.root, {}, claw.home) == {}
    assert outside_edit_warning({}) is None
    assert not (claw.home / ".openclaw").exists()


def test_what_the_agent_wrote_is_injected(claw: OpenClaw) -> None:
    claw.made()
    claw.record(claw.value())
    found = claw.read()
    assert found.injected is True
    assert found.since == SEEN
    assert (found.session, found.changed_outside) == ("session-7", False)
    assert found.words == "injected"


def test_what_is_untrusted_is_not_injected_since_then(claw: OpenClaw) -> None:
    claw.made()
    claw.record(claw.value(originClass="untrusted"))
    found = claw.read()
    assert found.injected is False
    assert found.words == "not injected: untrusted since 2026-09-14 09:48 UTC"


def test_a_file_without_a_record_is_not_known(claw: OpenClaw) -> None:
    claw.made()
    claw.record(claw.value())
    found = read_provenance(claw.root, {}, claw.home)
    assert found["USER.md"].injected is None
    assert found["USER.md"].words == "not known: no record"


def test_an_edit_from_outside_is_seen_and_its_consequence_said(claw: OpenClaw) -> None:
    claw.made()
    claw.record(claw.value())
    (claw.root / "MEMORY.md").write_text(TEXT + "- By hand\n", "utf-8")
    found = claw.read()
    assert (found.injected, found.changed_outside) == (True, True)
    assert found.words == (
        "injected; changed outside since it was recorded: the agent's next rewrite would "
        "take it out of later sessions"
    )


def test_bytes_that_are_no_text_are_compared_as_their_text_was_recorded(claw: OpenClaw) -> None:
    claw.made()
    (claw.root / "MEMORY.md").write_bytes(b"\xef\xbb\xbfa\xff\xc3b")
    claw.record(claw.value("\ufeffa\ufffd\ufffdb"))
    assert claw.read().changed_outside is False


@pytest.mark.parametrize("content", [None, b""])
def test_a_file_that_holds_nothing_cannot_be_rewritten_wrongly(
    claw: OpenClaw, content: bytes | None
) -> None:
    claw.made()
    claw.record(claw.value())
    (claw.root / "MEMORY.md").unlink()
    if content is not None:
        (claw.root / "MEMORY.md").write_bytes(content)
    assert claw.read().words == "injected"


def test_a_memory_file_that_is_a_fifo_is_not_waited_for(claw: OpenClaw) -> None:
    claw.made()
    claw.record(claw.value())
    (claw.root / "MEMORY.md").unlink()
    os.mkfifo(claw.root / "MEMORY.md")
    assert claw.read().injected is True


def test_the_record_of_another_workspace_does_not_count(claw: OpenClaw, tmp_path: Path) -> None:
    claw.made()
    other = OpenClaw(claw.home, tmp_path / "other")
    claw.record(other.value(), other.key())
    assert claw.read().words == "not known: no record"
    # Nor does one that stands under this workspace's key.
    claw.record(other.value())
    assert claw.read().injected is None


def test_a_workspace_is_known_by_its_real_path(claw: OpenClaw, tmp_path: Path) -> None:
    claw.made()
    claw.record(claw.value())
    link = tmp_path / "link"
    link.symlink_to(claw.root)
    assert read_provenance(link, {}, claw.home)["MEMORY.md"].injected is True


def test_the_state_folder_may_be_elsewhere(claw: OpenClaw, tmp_path: Path) -> None:
    claw.made()
    claw.record(claw.value())
    elsewhere = tmp_path / "a ?#% place"
    (claw.home / ".openclaw").rename(elsewhere)
    assert read_provenance(claw.root, {}, claw.home) == {}
    environ = {"OPENCLAW_STATE_DIR": str(elsewhere)}
    assert read_provenance(claw.root, environ, claw.home)["MEMORY.md"].injected is True
    elsewhere.rename(claw.home / "moved")
    assert read_provenance(claw.root, {"OPENCLAW_STATE_DIR": "~/moved", "HOME": str(claw.home)})
    assert read_provenance(claw.root, {"OPENCLAW_STATE_DIR": "\0"}, claw.home) == {}


SEGMENT = {
    "startOffset": 0,
    "endOffset": 5,
    "contentHash": sha("x"),
    "originClass": "agent",
    "observedAt": 5,
}


def test_a_record_with_segments_counts(claw: OpenClaw) -> None:
    claw.made()
    second = {**SEGMENT, "startOffset": 5, "endOffset": 9, "originClass": "untrusted"}
    claw.record(claw.value(segments=[SEGMENT, second], originClass="untrusted"))
    assert claw.read().injected is False


@pytest.mark.parametrize(
    "more",
    [
        {"version": 2},
        {"version": True},
        {"workspaceKey": 7},
        {"relativePath": "USER.md"},
        {"fileHash": "abc"},
        {"fileHash": sha("x").upper()},
        {"fileHash": None},
        {"originClass": "owner"},
        {"originClass": ["agent"]},
        {"observedAt": "now"},
        {"observedAt": 1.5},
        {"observedAt": float("nan")},
        {"observedAt": 2**60},
        {"reservationId": ""},
        {"segments": {}},
        {"segments": [1]},
        {"segments": [{**SEGMENT, "startOffset": 1}]},
        {"segments": [{**SEGMENT, "endOffset": 0}]},
        {"segments": [{**SEGMENT, "contentHash": "x"}]},
        {"segments": [{**SEGMENT, "originClass": None}]},
        {"segments": [SEGMENT, SEGMENT]},
    ],
)
def test_a_wrong_record_is_not_known(claw: OpenClaw, more: dict[str, Any]) -> None:
    claw.made()
    claw.record(claw.value(**more))
    found = claw.read()
    assert found.injected is None
    assert found.words == "not known: what is recorded is no record of this file"


@pytest.mark.parametrize(
    "value",
    ["", "{", "null", "[]", "7", '"x"', b"\xff\xfe", 7, 1.5, "[" * 100_000, "1" * 5000, "\0"],
)
def test_a_value_that_is_no_record_is_not_known(claw: OpenClaw, value: Any) -> None:
    claw.made()
    claw.record(value)
    assert claw.read().injected is None


def test_a_value_of_any_size_is_not_read_whole_and_hides_no_other(claw: OpenClaw) -> None:
    claw.made()
    claw.record(" " * 5_000_000 + claw.value())
    claw.record(claw.value(path="USER.md"), claw.key("USER.md"))
    found = read_provenance(claw.root, {}, claw.home)
    assert found["MEMORY.md"].injected is None
    assert found["USER.md"].injected is True


def test_a_moment_that_no_calendar_holds_is_left_out(claw: OpenClaw) -> None:
    claw.made()
    claw.record(claw.value(originClass="untrusted", observedAt=2**53 - 1, sessionId=5))
    assert claw.read() == Provenance("MEMORY.md", False)
    assert claw.read().words == "not injected: untrusted"


# --- Databases that cannot be used ------------------------------------------


def not_known(claw: OpenClaw) -> str:
    found = read_provenance(claw.root, {}, claw.home)
    assert {each.injected for each in found.values()} == {None}
    assert outside_edit_warning(found) is None
    words = found["MEMORY.md"].words
    assert words.startswith("not known: OpenClaw's state database ")
    assert "\n" not in words
    assert "\x1b" not in words
    return words


@pytest.mark.parametrize(
    "content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_file_that_is_no_database_is_not_known(claw: OpenClaw, content: bytes) -> None:
    claw.made()
    claw.database.write_bytes(content)
    assert "cannot be used" in not_known(claw)


@pytest.mark.parametrize("cut", [100, 4096, 5000])
def test_a_database_that_is_cut_off_is_not_known(claw: OpenClaw, cut: int) -> None:
    claw.made()
    claw.record(claw.value())
    claw.database.write_bytes(claw.database.read_bytes()[:cut])
    not_known(claw)


def test_an_empty_file_and_a_folder_and_a_fifo_are_not_known(claw: OpenClaw) -> None:
    claw.database.parent.mkdir(parents=True)
    claw.database.touch()
    not_known(claw)
    claw.database.unlink()
    claw.database.mkdir()
    assert "no file" in not_known(claw)
    claw.database.rmdir()
    os.mkfifo(claw.database)
    assert "no file" in not_known(claw)


ENDLESS = (
    "CREATE VIEW plugin_state_entries AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
    " SELECT i + 1 FROM n) SELECT 'a' plugin_id, 'b' namespace, i entry_key, i value_json FROM n"
)


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TABLE other (x)",
        "CREATE TABLE plugin_state_entries (entry_key TEXT PRIMARY KEY, value_json TEXT)",
        SCHEMA.replace(", PRIMARY KEY (plugin_id, namespace, entry_key)", ""),
        ENDLESS,
    ],
)
def test_a_database_of_another_shape_is_not_known(claw: OpenClaw, schema: str) -> None:
    claw.made(schema)
    not_known(claw)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_state_folder_that_cannot_be_read_is_said(claw: OpenClaw) -> None:
    claw.made()
    claw.database.parent.chmod(0)
    try:
        assert "Permission denied" in not_known(claw)
    finally:
        claw.database.parent.chmod(0o700)


def test_a_large_database_is_asked_and_one_in_use_not_copied(
    claw: OpenClaw, monkeypatch: pytest.MonkeyPatch
) -> None:
    claw.made()
    claw.record(claw.value())
    size = claw.database.stat().st_size
    with claw.database.open("r+b") as file:
        file.truncate(3_000_000_000)  # a hole: nothing on the disk
    assert claw.read().injected is True
    claw.database.with_name("openclaw.sqlite-wal").write_bytes(b"x")
    assert "too large to copy" in not_known(claw)
    monkeypatch.setattr(openclaw_state, "COPY_LIMIT", size)
    with claw.database.open("r+b") as file:
        file.truncate(size)
    assert "too large to copy" in not_known(claw)
    monkeypatch.setattr(openclaw_state, "COPY_LIMIT", size + 1)
    assert claw.read().injected is True


# --- Beside OpenClaw at work ------------------------------------------------

WRITER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.stdin:
    try:
        database.execute(line)
        print("done", flush=True)
    except sqlite3.Error as error:
        print(error, flush=True)
"""


@contextmanager
def writer(path: Path) -> Iterator[Callable[[str], None]]:
    """Another process that holds the database open and runs what it is told, a line each."""
    command = [sys.executable, "-c", WRITER, str(path)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def run(line: str) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(line + "\n")
        assert process.stdout.readline() == "done\n"

    try:
        yield run
    finally:
        process.kill()
        process.stdin.close()
        process.stdout.close()
        process.wait()


def put(claw: OpenClaw, **more: Any) -> str:
    """The statement that stores a record, on one line."""
    owner, namespace = OWNER
    return (
        "INSERT OR REPLACE INTO plugin_state_entries VALUES "
        f"('{owner}', '{namespace}', '{claw.key()}', '{claw.value(**more)}', 1, NULL)"
    )


def test_what_was_just_committed_is_seen_and_nothing_is_touched(
    claw: OpenClaw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    claw.made(mode="WAL")
    claw.record(claw.value())
    folder = claw.database.parent
    with writer(claw.database) as run:
        run("PRAGMA wal_autocheckpoint = 0")
        run(put(claw, originClass="untrusted"))
        assert claw.database.with_name("openclaw.sqlite-wal").stat().st_size > 0
        before = inside(folder)
        assert claw.read().injected is False
        assert inside(folder) == before
        # What is not committed yet is not read, and what reads holds nobody up.
        run("BEGIN EXCLUSIVE")
        run(put(claw))
        before = inside(folder)
        assert claw.read().injected is False
        assert inside(folder) == before
        run("COMMIT")
        assert claw.read().injected is True
    # It was killed: what it left beside the database counts, and stays there.
    before = inside(folder)
    assert len(before) == 3
    assert claw.read().injected is True
    assert inside(folder) == before
    assert list(temporary.iterdir()) == []


def test_a_log_alone_is_read_too_and_nothing_is_made_beside_it(claw: OpenClaw) -> None:
    claw.made(mode="WAL")
    claw.record(claw.value())
    folder = claw.database.parent
    with writer(claw.database) as run:
        run(put(claw, originClass="untrusted"))
    claw.database.with_name("openclaw.sqlite-shm").unlink()
    before = inside(folder)
    assert claw.read().injected is False
    assert inside(folder) == before


def test_a_database_at_rest_is_left_as_it_is(claw: OpenClaw) -> None:
    claw.made(mode="WAL")
    claw.record(claw.value())
    folder = claw.database.parent
    before = inside(folder)
    assert list(before) == ["openclaw.sqlite"]
    assert claw.read().injected is True
    assert inside(folder) == before


def test_a_database_that_is_locked_is_read_as_it_was_before(claw: OpenClaw) -> None:
    claw.made()
    claw.record(claw.value())
    with writer(claw.database) as run:
        run("PRAGMA cache_size = 1")
        run("BEGIN EXCLUSIVE")
        assert claw.read().injected is True
        run(put(claw, originClass="untrusted"))
        # More than it keeps in memory: the record is written, and may yet be taken back.
        run("CREATE TABLE filler (data)")
        run(
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 500) "
            "INSERT INTO filler SELECT zeroblob(9000) FROM n"
        )
        assert b'"originClass": "untrusted"' in claw.database.read_bytes()
        before = inside(claw.database.parent)
        assert len(before) == 2
        assert claw.read().injected is True
        assert inside(claw.database.parent) == before
        run("COMMIT")
        assert claw.read().injected is False


def test_a_database_that_changes_under_each_reading_is_not_known(
    claw: OpenClaw, monkeypatch: pytest.MonkeyPatch
) -> None:
    claw.made()
    claw.record(claw.value())
    asked = openclaw_state._asked
    sizes = iter(range(10))

    def disturbed(*arguments: Any) -> Any:
        found = asked(*arguments)
        claw.record("x" * 10_000 * next(sizes), "another")
        return found

    monkeypatch.setattr(openclaw_state, "_asked", disturbed)
    assert "written to each time" in not_known(claw)


def test_a_change_is_seen_by_the_stamp_alone(claw: OpenClaw) -> None:
    stamps = [stamp(claw.root, {}, claw.home)]
    claw.made(mode="WAL")
    stamps.append(stamp(claw.root, {}, claw.home))
    claw.record(claw.value())
    stamps.append(stamp(claw.root, {}, claw.home))
    with writer(claw.database) as run:
        run(put(claw, originClass="untrusted"))
        stamps.append(stamp(claw.root, {}, claw.home))
        assert stamp(claw.root, {}, claw.home) == stamps[-1]
    (claw.root / "MEMORY.md").write_text("other", "utf-8")
    stamps.append(stamp(claw.root, {}, claw.home))
    assert len(set(stamps)) == len(stamps)


# --- What is said once ------------------------------------------------------


def test_an_edit_is_warned_about_where_there_is_a_record(claw: OpenClaw) -> None:
    claw.made()
    assert outside_edit_warning(read_provenance(claw.root, {}, claw.home)) is None
    claw.record(claw.value())
    words = outside_edit_warning(read_provenance(claw.root, {}, claw.home))
    assert words is not None
    assert "untrusted" in words
    claw.record(claw.value(originClass="untrusted"))
    words = outside_edit_warning(read_provenance(claw.root, {}, claw.home))
    assert words is not None
    assert "since 2026-09-14 09:48 UTC" in words


def test_it_is_told_once_in_a_workspace(claw: OpenClaw) -> None:
    claw.made()
    claw.record(claw.value())
    workspace = open_workspace(claw.root)
    assert untold_warning(workspace, {}, claw.home)
    assert not was_told(workspace, OPENCLAW_PROVENANCE)
    assert not workspace.state_folder.exists()
    remember_told(workspace, OPENCLAW_PROVENANCE)
    assert was_told(open_workspace(claw.root), OPENCLAW_PROVENANCE)
    assert untold_warning(workspace, {}, claw.home) is None


def test_where_nothing_can_be_kept_it_is_told_again(
    claw: OpenClaw, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = claw.home / "blocked"
    blocked.touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    workspace = open_workspace(claw.root)
    remember_told(workspace, OPENCLAW_PROVENANCE)
    assert not was_told(workspace, OPENCLAW_PROVENANCE)
