"""Whatever MEMORY.md looks like, lost lines go back whole and everything else stays."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from memdeck.curated.edits import Retire
from memdeck.curated.journal import Journal
from memdeck.curated.planning.outline import outline
from memdeck.curated.putting_back import PutBack, keys_of, lost_spans, own_items
from memdeck.curated.store import MemoryStore
from memdeck.demo import make_workspace
from memdeck.errors import Refused
from memdeck.live.alarms import restore_operation
from memdeck.live.reader import Reader
from memdeck.live.seen import Seen
from memdeck.workspace import open_workspace
from tests.engine.markdown_strategy import memory_files, noise

from . import rewriters


def keys(data: bytes) -> Counter[str]:
    return keys_of(own_items(outline(data)))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.one_of(memory_files(), memory_files(), noise()), st.data())
def test_what_was_taken_out_goes_back_and_nothing_else_changes(
    data: bytes, draw: st.DataObject
) -> None:
    items = own_items(outline(data))
    assume(items)
    lost = draw.draw(st.lists(st.sampled_from(items), min_size=1, max_size=3, unique=True))
    try:
        after = Retire(tuple(item.id for item in lost)).plan(data).apply(data)
    except Refused:
        return
    spans = lost_spans(data, after, lost)
    try:
        edit = PutBack(data, spans).plan(after)
    except Refused:
        return
    whole = edit.apply(after)
    assert keys(whole) <= keys(data)
    assert keys(after) < keys(whole)
    assert all(splice.old == b"" for splice in edit.splices)
    # Everything that is put in was in the version before, but for line ends.
    for splice in edit.splices:
        for line in re.split(rb"[\r\n]+", splice.new):
            assert line.strip(b" \t") in data


@pytest.mark.parametrize("seed", range(4))
def test_a_long_life_raises_an_alarm_for_each_stale_rewrite_and_for_nothing_else(
    tmp_path: Path, seed: int
) -> None:
    """Honest agents, one with stale copies, and a person who puts back what is lost."""
    random = Random(seed)
    workspace = open_workspace(make_workspace(tmp_path / "atlas"))
    begin, minutes = datetime(2026, 2, 6, 14, 32, tzinfo=UTC), count()
    reader = Reader(workspace, lambda: begin + timedelta(minutes=next(minutes)))
    journal = Journal(workspace.state_folder)
    store = MemoryStore(workspace.root, workspace.memory_path, journal, "operator", lambda: begin)
    seen = Seen(workspace.state_folder)
    path = workspace.memory_path
    versions = [path.read_bytes()]

    def write(data: bytes) -> int:
        """How many alarms are open then."""
        path.write_bytes(data)
        versions.append(data)
        deck = reader.read_files()
        return len(reader._with_alarms(deck).alarms)

    write(versions[0])
    clobbers = 0
    for _ in range(25):
        if random.random() < 0.7:
            edit = random.choice(rewriters.HONEST)
            assert write(rewriters.edited(path.read_bytes(), edit, random)) == 0, edit.__name__
            continue
        added = rewriters.edited(path.read_bytes(), random.choice(rewriters.ADDING), random)
        assert write(added) == 0
        stale, _ = rewriters.stale_rewrite(versions[-5:], random)
        assert write(stale) == 1
        clobbers += 1
        (alarm,) = seen.alarms()[:1]
        store.apply(restore_operation(seen, alarm))
        restored = path.read_bytes()
        assert all(each.data.strip() in restored for each in alarm.lost)
        assert write(restored) == 0
    assert clobbers
    assert len(seen.alarms()) == clobbers
