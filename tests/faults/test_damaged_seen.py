"""What was seen of memory, damaged: kept, begun anew with what can be read, and said."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from memdeck.curated.store import MemoryStore
from memdeck.demo import DEMO_NOW, make_workspace
from memdeck.live.alarms import restore_operation
from memdeck.live.reader import Reader
from memdeck.live.seen import BegunAnew, Seen
from memdeck.model import Deck
from memdeck.workspace import Workspace, open_workspace

DECISIONS = b"## Critical Decisions\n\n"
LOST = b"- Lockers open with the number of the parcel\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One of which an agent has just taken a line out, by writing an older copy back."""
    workspace = open_workspace(make_workspace(tmp_path / "atlas"))
    reader = Reader(workspace, lambda: DEMO_NOW)
    old = workspace.memory_path.read_bytes()
    for data in old, old.replace(DECISIONS, DECISIONS + LOST), old + b"- Of another\n":
        workspace.memory_path.write_bytes(data)
        deck = read(reader)
    assert len(deck.alarms) == 1
    return workspace


def read(reader: Reader) -> Deck:
    for _ in reader.stages(notes=False):
        pass
    assert reader.deck is not None
    return reader.deck


def first_page(path: Path) -> None:
    path.write_bytes(b"\xa5" * 4096 + path.read_bytes()[4096:])


def header(path: Path) -> None:
    path.write_bytes(bytes(100) + path.read_bytes()[100:])


def nonsense(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "UPDATE versions SET data = x'00' WHERE number = 1 + (SELECT min(number) FROM versions)"
        )
        database.commit()


@pytest.mark.fault("a damaged record of what was seen of memory (seen.sqlite)")
@pytest.mark.parametrize("damage", [first_page, header, nonsense])
def test_a_loss_is_still_known_and_can_be_put_back(
    workspace: Workspace, damage: Callable[[Path], None]
) -> None:
    seen = Seen(workspace.state_folder)
    (alarm,) = seen.alarms()
    damage(seen.path)
    damaged = seen.path.read_bytes()
    reader = Reader(workspace, lambda: DEMO_NOW)
    deck = read(reader)
    # With a version that cannot be read, what it said is nobody's loss until it is asked for.
    if deck.alarms_problem is None:
        with pytest.raises(BegunAnew):
            list(seen_versions(seen))
        deck = read(Reader(workspace, lambda: DEMO_NOW))
    else:
        assert "was begun anew" in deck.alarms_problem
        assert "1 loss and 3 versions of MEMORY.md" in deck.alarms_problem
    assert (seen.folder / "seen.damaged.sqlite").read_bytes() == damaged
    assert deck.alarms == (alarm,)
    assert deck.budget is not None
    store = MemoryStore(
        *(workspace.root, workspace.memory_path, reader.journal, "operator", lambda: DEMO_NOW)
    )
    store.apply(restore_operation(seen, alarm))
    assert LOST in workspace.memory_path.read_bytes()


def seen_versions(seen: Seen) -> list[bytes]:
    with seen.transaction() as ledger:
        return [version.read() for version in ledger.versions()]


@pytest.mark.fault("a record of what was seen of memory that is no database at all")
@pytest.mark.parametrize("data", [b"no database" * 500, b"x"])
def test_it_is_kept_and_begun_anew(workspace: Workspace, data: bytes) -> None:
    seen = Seen(workspace.state_folder)
    seen.path.write_bytes(data)
    reader = Reader(workspace, lambda: DEMO_NOW)
    deck = read(reader)
    assert deck.alarms_problem is not None
    assert "kept beside it as seen.damaged.sqlite" in deck.alarms_problem
    assert "The memory itself is as it was." in deck.alarms_problem
    assert (seen.folder / "seen.damaged.sqlite").read_bytes() == data
    assert deck.budget is not None
    workspace.memory_path.write_bytes(workspace.memory_path.read_bytes() + b"- more\n")
    assert read(reader).alarms_problem is None
