"""What costs are reckoned with: each number can be seen and set, in a file or by a flag."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from memdeck.errors import WrongUsage
from memdeck.own_costs import ASSUMPTIONS, Assumptions, assumptions_of
from memdeck.settings import described, load_settings, user_settings_path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "agent"
    folder.mkdir()
    return folder


def test_every_number_has_a_row_and_every_row_a_number() -> None:
    assert {each.name for each in ASSUMPTIONS} == {each.name for each in fields(Assumptions)}
    default = Assumptions(bootstrap=0, logs=0)
    for each in ASSUMPTIONS:
        if each.default is not None:
            assert each.read(each.default) == each.default == getattr(default, each.name)
        else:
            assert each.taken
        assert each.words
        assert each.expected


def test_what_is_set_wins_over_what_is_taken_from_the_workspace(root: Path) -> None:
    user = user_settings_path()
    user.parent.mkdir(parents=True, exist_ok=True)
    user.write_text("[costs]\ninput_price = 5\noutput_price = 25\n", "utf-8")
    (root / "memdeck.toml").write_text("[costs]\ninput_price = 1.25\ninterval = 40\n", "utf-8")
    settings = load_settings(root)
    assert settings.costs == {"input_price": 1.25, "output_price": 25, "interval": 40}
    rows = described(settings)
    assert ("costs.input_price", 1.25, str(root / "memdeck.toml")) in rows
    assert ("costs.output_price", 25, str(user)) in rows
    assert ("costs.before", 30, "default") in rows
    assert "costs.bootstrap" not in {name for name, _, _ in rows}
    found = assumptions_of(settings.costs, interval=55, bootstrap=900, logs=7000)
    assert (found.interval, found.input_price, found.bootstrap) == (40, 1.25, 900)
    assert assumptions_of({}, interval=55, bootstrap=1, logs=2) == Assumptions(1, 2)


def test_an_interval_of_days_is_held_at_one(root: Path) -> None:
    assert assumptions_of({}, interval=5000, bootstrap=1, logs=2).interval == 1440


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("costs = 5", r"a table \[costs\]"),
        ("[costs]\nprice = 5", "there is no key costs.price"),
        ("[costs]\ninput_prize = 5", "the nearest is costs.input_price"),
        ("[cost]\nbefore = 5", "the nearest is costs"),
        ("[costs]\nbefore = 0", "costs.before must be a whole number of minutes, from 1 to 1 440"),
        ("[costs]\nbefore = 2.5", "a whole number of minutes"),
        ("[costs]\nbefore = true", "a whole number of minutes"),
        ("[costs]\nbefore = '30'", "a whole number of minutes"),
        ("[costs]\ninput_price = -1", "a number of dollars, from 0 to 100 000"),
        ("[costs]\ninput_price = nan", "a number of dollars"),
        ("[costs]\ninput_price = inf", "a number of dollars"),
        ("[costs]\ncached = 101", "a number of percent, from 0 to 100"),
        ("[costs]\nhours = 0", "a number of hours, above 0 to 24"),
        ("[costs]\nfactor = 1", "a number, above 1 to 10 000"),
        ("[costs]\ncalls = 1e-9", "a number of calls, above 0"),
        ("[costs]\nwindow = 9" + "9" * 400, "a whole number of tokens"),
        ("[costs]\nwindow = []", "a whole number of tokens"),
    ],
)
def test_what_is_wrong_is_told_what_it_must_be(root: Path, text: str, words: str) -> None:
    (root / "memdeck.toml").write_text(text + "\n", "utf-8")
    with pytest.raises(WrongUsage, match=words):
        load_settings(root)


def test_a_whole_number_may_be_written_with_a_point(root: Path) -> None:
    (root / "memdeck.toml").write_text("[costs]\nbefore = 20.0\n", "utf-8")
    assert load_settings(root).costs == {"before": 20}
