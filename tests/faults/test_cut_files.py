"""Files that are written by hand or by others, cut short at every byte: words, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from memdeck.cache import Cache
from memdeck.errors import WrongUsage
from memdeck.live.seen import BegunAnew, Seen
from memdeck.pulse.inbox import Inbox
from memdeck.settings import load_settings
from tests.faults import deeds

SETTINGS = b"""\
# What this workspace wants
[budget]
limit = 12_000
profile = "article"

[pulse.agents.atlas]
interval = 30
hours = "08:00-20:00"
"""


@pytest.mark.fault("memdeck.toml cut short at every byte")
def test_settings_that_are_cut_short_are_named_with_their_file(tmp_path: Path) -> None:
    path = tmp_path / "memdeck.toml"
    refused = 0
    for length in range(len(SETTINGS) + 1):
        path.write_bytes(SETTINGS[:length])
        said = ""
        try:
            load_settings(tmp_path)
        except WrongUsage as error:
            said = str(error)
        assert not said or "memdeck.toml" in said, length
        refused += bool(said)
    assert 0 < refused < len(SETTINGS)
    assert load_settings(tmp_path).limit == 12_000


@pytest.mark.fault("cache.sqlite with what was acknowledged cut short at its pages and within them")
def test_an_inbox_that_is_cut_short_is_begun_anew(tmp_path: Path) -> None:
    deeds.workspace(tmp_path)
    deeds.acknowledge(tmp_path)
    path = Cache(deeds.state_of(tmp_path)).path
    whole = path.read_bytes()
    for length in range(0, len(whole), 1024):
        path.write_bytes(whole[: length + 7])
        inbox = Inbox(deeds.state_of(tmp_path), "ada", lambda: deeds.NOON)
        assert set(inbox.answers()) <= {"0" * 12}, length
        deeds.acknowledge(tmp_path)
        assert set(inbox.answers()) == {"0" * 12}, length


@pytest.mark.fault("seen.sqlite cut short at its pages and within them")
def test_what_was_seen_that_is_cut_short_is_begun_anew(tmp_path: Path) -> None:
    deeds.looked(tmp_path)
    path = Seen(deeds.state_of(tmp_path)).path
    whole = path.read_bytes()
    for length in range(1024, len(whole) - 4096, 3072):
        path.write_bytes(whole[:length])
        with pytest.raises(BegunAnew, match="was damaged"):
            deeds.look(tmp_path)
        deeds.look(tmp_path)
        with Seen(deeds.state_of(tmp_path)).transaction() as ledger:
            last = ledger.last()
        assert last is not None
        assert last.data == deeds.NEW
