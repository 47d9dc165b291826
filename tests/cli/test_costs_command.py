"""`memdeck costs`: the article's tables from what this workspace really loads."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from memdeck.live.costs import read_sizes
from memdeck.live.reader import read_deck
from memdeck.own_costs import ASSUMPTIONS, Assumptions
from memdeck.pulse.costs import costs_of
from memdeck.pulse.sizes import deck_sizes, workspace_assumptions
from memdeck.workspace import open_workspace

from .conftest import NOW, Caller


def document(call: Caller, *arguments: str) -> dict[str, Any]:
    said = call("costs", *arguments, "--json")
    assert said.code == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def heartbeats(found: dict[str, Any]) -> dict[str, tuple[float, float]]:
    return {each["name"]: (each["before"], each["after"]) for each in found["heartbeats"]}


def test_it_reckons_with_what_the_next_session_really_loads(agent: Path, call: Caller) -> None:
    found = document(call)
    status = json.loads(call("status", "--json").out)
    assert found["bootstrap"] == status["budget"]["tokens"] > 0
    tokens = sum(each["tokens"] for each in status["days"])
    assert found["logs"] == {"tokens": tokens, "files": 2, "uncounted": 0}
    beats = heartbeats(found)
    assert beats["beats a day"] == (48, 26)
    assert beats["calls a month"] == (1440, 780)
    assert beats["tokens loaded a month"] == (1440 * found["bootstrap"], 780 * found["bootstrap"])
    assert [each["name"] for each in found["approaches"]] == ["stateless", "naive", "three tiers"]
    assert found["approaches"][2]["tokens_a_call"] == found["bootstrap"]
    assert found["approaches"][1]["tokens_a_call"] == tokens
    assert {each["name"]: each["derived"] for each in found["article"]}["cost reduction"] is False
    assert set(found["assumptions"]) == {each.name for each in ASSUMPTIONS}
    assert found["assumptions"]["bootstrap"]["source"] == "counted"
    assert found["assumptions"]["interval"]["source"] == "pulse.interval"


def test_logs_that_nothing_loads_any_more_count_among_all_logs(agent: Path, call: Caller) -> None:
    before = document(call)
    (agent / "memory" / "2025-12-01.md").write_text("- Counted 40 more terns\n" * 50, "utf-8")
    after = document(call)
    assert after["bootstrap"] == before["bootstrap"]
    assert after["logs"]["files"] == 3
    assert after["logs"]["tokens"] > before["logs"]["tokens"] + 50 * 6


def test_every_assumption_is_a_flag_and_a_setting(agent: Path, call: Caller) -> None:
    for each in ASSUMPTIONS:
        value = 2 if each.default is None else (each.default / 2 or 1) // 1 + 1
        found = document(call, each.flag, f"{value:g}")["assumptions"][each.name]
        assert (found["value"], found["source"]) == (value, each.flag)
        path = agent / "memdeck.toml"
        path.write_text(f'[time]\nzone = "UTC"\n[costs]\n{each.name} = {value:g}\n', "utf-8")
        found = document(call)["assumptions"][each.name]
        assert (found["value"], found["source"]) == (value, str(path))
        path.write_text('[time]\nzone = "UTC"\n', "utf-8")


def test_the_article_s_inputs_give_the_article_s_figures(call: Caller) -> None:
    text = call("costs", "--bootstrap", "15000", "--logs", "302000").text
    for words in (
        "  beats a day                    48          26    46%\n",
        "  calls a month               1 440         780    46%\n",
        "  1.8× cheaper than before\n",
        "Costs of article: 15 000 (143 counted) tokens loaded, 302 000 (65 counted) in 2 logs\n",
        "  stateless          199 500    780  155 610 000  $479.70  10×\n",
        "  naive              302 000    780  235 560 000  $719.55  15×\n",
        "  three tiers         15 000    780   11 700 000   $47.97\n",
        "The logs have 302 000 tokens, and the model takes 200 000: such a call is refused.",
        "  cost reduction ~10×: 1.8×, does not follow from what it states: ",
        "  --input-price         $3  for a million tokens that are read  (default)\n",
    ):
        assert words in text


def test_the_interval_is_that_of_the_pulse_unless_another_is_asked_for(
    agent: Path, call: Caller
) -> None:
    (agent / "memdeck.toml").write_text('[time]\nzone = "UTC"\n[pulse]\ninterval = 40\n', "utf-8")
    assert heartbeats(document(call))["beats a day"] == (48, 36)
    assert heartbeats(document(call, "--interval", "120"))["beats a day"] == (48, 12)
    text = call("costs", "--interval", "15").text
    assert "A beat every 15 minutes instead of 30" in text
    assert "2× dearer than before" in text
    assert "100% more" in text


def test_another_profile_loads_something_else(call: Caller) -> None:
    ours, theirs = document(call), document(call, "--profile", "hermes")
    assert theirs["profile"] == "hermes"
    assert theirs["bootstrap"] != ours["bootstrap"]
    assert theirs["logs"] == ours["logs"]
    said = call("costs", "--profile", "hermess")
    assert said.code == 2
    assert "hermes" in said.err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--interval", "0"), "--interval must be a whole number of minutes, from 1 to 1 440"),
        (("--interval", "soon"), "and is soon"),
        (("--cached", "nan"), "--cached must be a number of percent"),
        (("--input-price", "-3"), "--input-price must be a number of dollars"),
        (("--hours", "\x1b[2J"), "--hours must be"),
    ],
)
def test_a_flag_that_makes_no_sense_is_told_what_it_must_be(
    call: Caller, flags: tuple[str, ...], words: str
) -> None:
    said = call("costs", *flags)
    assert (said.code, said.out) == (2, b"")
    assert words in said.err
    assert "\x1b" not in said.err


def test_nothing_at_all_still_has_costs(tmp_path: Path, call_in: Callable[[Path], Caller]) -> None:
    (tmp_path / "MEMORY.md").write_bytes(b"")
    found = document(call_in(tmp_path))
    assert (found["bootstrap"], found["logs"]["files"]) == (1, 0)
    assert found["factor"] == pytest.approx(48 / 26)


def test_a_log_that_cannot_be_read_is_said_and_left_out(agent: Path, call: Caller) -> None:
    (agent / "memory" / "2026-01-01.md").mkdir()
    said = call("costs", "--json")
    assert said.code == 0
    assert "Not counted: 1 of 3 logs." in said.err
    assert json.loads(said.out)["logs"]["uncounted"] == 1


def test_the_dashboard_knows_the_same_sizes(agent: Path) -> None:
    workspace = open_workspace(agent)
    deck = read_deck(workspace, NOW)
    read = read_sizes(workspace, NOW, environ={})
    assert deck_sizes(deck) == read
    assert deck_sizes(replace(deck, budget=None)) is None
    assumptions = workspace_assumptions(workspace.settings, read, {"interval": 30})
    assert assumptions == Assumptions(read.bootstrap, read.logs, interval=30)
    assert costs_of(assumptions).factor == 1
