"""Under OpenClaw every part says whether the harness's own record lets it in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from memdeck.demo import DEMO_NOW, make_workspace
from memdeck.live.loading import Loader
from memdeck.live.reader import read_deck
from memdeck.model import Budget
from memdeck.workspace import open_workspace
from widgets.bootstrap_rows import bootstrap_rows
from widgets.glyphs import UNICODE


@dataclass(frozen=True)
class Said:
    injected: bool | None
    words: str


def loaded(root: Path, said: Said | None, monkeypatch: pytest.MonkeyPatch, profile: str) -> Budget:
    workspace = open_workspace(root)
    deck = read_deck(workspace, DEMO_NOW)
    loader = Loader(workspace)
    monkeypatch.setattr(Loader, "provenance", lambda _: {"MEMORY.md": said} if said else {})
    return loader.load(
        deck.memory, deck.days, deck.notes, day=deck.today, now=DEMO_NOW, profile=profile
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Said(True, "injected"), "stay; injected"),
        (Said(None, "not known: no record"), "stay; not known: no record"),
        (None, "stay; injected or not: not known, no record was found"),
        (Said(False, "not injected: untrusted since 2026-02-04"), "untrusted since 2026-02-04"),
    ],
)
def test_it_says_whether_the_file_is_injected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Said | None, words: str
) -> None:
    root = make_workspace(tmp_path / "atlas")
    budget = loaded(root, said, monkeypatch, "openclaw")
    titles = [row.text for row in bootstrap_rows(budget, UNICODE) if row.depth == 0]
    title = next(each for each in titles if each.startswith("MEMORY.md"))
    assert title.endswith(words)
    user = next(each for each in titles if each.startswith("USER.md"))
    assert user == "USER.md  missing"


def test_other_harnesses_keep_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_workspace(tmp_path / "atlas")
    budget = loaded(root, Said(False, "not injected"), monkeypatch, "claude-code")
    assert all(part.trust == "" for part in budget.parts)
    assert b"Parcel Map" in budget.data
