"""The README's pictures are what the code draws."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "screenshots"


@pytest.fixture(scope="module")
def pictures() -> dict[str, str]:
    specification = importlib.util.spec_from_file_location("take", FOLDER / "take.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["take"] = module
    specification.loader.exec_module(module)
    return module.pictures()


def words(svg: str) -> str:
    """The picture's text, a row a line: what to look at when it is stale."""
    rows: dict[float, str] = {}
    for y, text in re.findall(r'<text[^>]* y="([\d.]+)"[^>]*>([^<]*)</text>', svg):
        rows[float(y)] = rows.get(float(y), "") + text.replace("&#160;", " ")
    return "\n".join(rows[y] for y in sorted(rows))


@pytest.mark.parametrize(
    "name",
    [
        *("dashboard-120x36.svg", "dashboard-80x24.svg", "promote.svg", "bootstrap.svg"),
        *("triage.svg", "pulse.svg"),
    ],
)
def test_pictures_are_fresh(pictures: dict[str, str], name: str) -> None:
    kept = (FOLDER / name).read_text(encoding="utf-8")
    stale = "stale: run python screenshots/take.py and look at what changed"
    assert words(kept) == words(pictures[name]), stale
    assert kept == pictures[name], stale


def test_no_picture_is_left_over(pictures: dict[str, str]) -> None:
    assert {path.name for path in FOLDER.glob("*.svg")} == set(pictures)
