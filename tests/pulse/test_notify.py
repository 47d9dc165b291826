"""Telling a person who does not look: what is said, and the program that says it."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memdeck.model import AgentException, ExceptionKind, ExceptionState, PulseReport
from memdeck.pulse.notify import (
    LONGEST,
    Notifier,
    fallen_silent,
    messages,
    new_exceptions,
    notifier,
)
from memdeck.settings import Settings

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
OPEN, ACKNOWLEDGED, SNOOZED = ExceptionState
# Put together here, so that no file of the project holds anything of this shape.
TOKEN = "gh" + "p_" + "Zq7" * 12

Script = Callable[[str], str]


def exception(
    turn: int,
    words: str = "disk full",
    *,
    kind: ExceptionKind = ExceptionKind.ALERT,
    state: ExceptionState = OPEN,
    ended: datetime | None = None,
) -> AgentException:
    since = NOW - timedelta(minutes=turn)
    return AgentException(f"{turn:012x}", "mason", kind, since, words, state=state, ended=ended)


def report(*inbox: AgentException) -> PulseReport:
    return PulseReport(inbox=inbox)


# --- What to tell ------------------------------------------------------------


def test_what_is_new_is_told_and_nothing_twice() -> None:
    silent = exception(1, "silent since 11:12", kind=ExceptionKind.SILENT)
    before, after = report(exception(9)), report(silent, exception(9))
    assert messages(before, after) == ("memdeck: mason silent: silent since 11:12",)
    assert fallen_silent(before, after) == ("mason",)
    assert messages(after, after) == ()
    assert messages(after, before) == ()
    assert fallen_silent(before, report(exception(1), exception(9))) == ()


def test_what_was_there_at_first_is_on_the_screen_already() -> None:
    assert messages(None, report(exception(1))) == ()
    assert messages(report(), report(exception(1))) != ()


def test_a_snoozed_one_that_comes_back_is_told_and_one_that_is_put_aside_is_not() -> None:
    asleep = report(exception(1, state=SNOOZED))
    assert messages(asleep, report(exception(1))) == ("memdeck: mason alert: disk full",)
    assert messages(report(), asleep) == ()
    assert messages(report(), report(exception(1, state=ACKNOWLEDGED))) == ()


def test_what_has_passed_meanwhile_is_not_told() -> None:
    assert messages(report(), report(exception(1, ended=NOW))) == ()


def test_many_at_once_are_a_few_messages_oldest_first() -> None:
    found = messages(report(), report(*(exception(turn, f"of {turn}") for turn in range(200))))
    assert found == (
        "memdeck: mason alert: of 199",
        "memdeck: mason alert: of 198",
        "memdeck: mason alert: of 197",
        "memdeck: 197 further exceptions of agents",
    )
    assert len(new_exceptions(report(), report(*map(exception, range(200))))) == 200


def test_a_message_is_safe_to_show_and_short() -> None:
    (found,) = messages(report(), report(exception(1, f"\x1b]0;x\x07 {TOKEN}\x00\n" + "x" * 999)))
    assert found.startswith("memdeck: mason alert: ␛]0;x␇ ")
    assert TOKEN not in found
    assert "\0" not in found
    assert len(found) == LONGEST


# --- The program that tells it -----------------------------------------------


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Makes a program of some lines of shell, and says where it is."""

    def made(lines: str) -> str:
        path = tmp_path / "tell"
        path.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return made


def test_the_words_are_the_last_argument_and_in_the_environment(
    tmp_path: Path, script: Script
) -> None:
    out = tmp_path / "out"
    program = script(f'printf "%s\\n" "$#" "$1" "$2" "$MEMDECK_WORDS" "$PWD" > "{out}"')
    words = "memdeck: mason alert: $(touch /tmp/never) `id`; \"quoted\" 'so' & gone"
    assert Notifier((program, "--urgent"), tmp_path).tell(words) is None
    assert out.read_text(encoding="utf-8").split("\n")[:-1] == [
        "2",
        "--urgent",
        words,
        words,
        str(tmp_path),
    ]


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("echo 'no \033[31mroom' >&2; echo 2 >&2; exit 3", "failed (exit code 3): no ␛[31mroom."),
        ("exit 1", "failed (exit code 1)."),
        ("kill -9 $$", "failed (ended by signal 9)."),
        ("sleep 60", "took longer than 0.3 s and was stopped."),
        ("sleep 60 & sleep 60", "took longer than 0.3 s and was stopped."),
    ],
)  # fmt: skip
def test_a_program_that_fails_is_a_message(
    tmp_path: Path, script: Script, lines: str, what: str
) -> None:
    said = Notifier((script(lines),), tmp_path, timeout=0.3 if "sleep" in lines else 10).tell("x")
    assert said is not None
    assert what in said
    assert said.startswith("Nobody was told: ")


def test_what_it_leaves_behind_is_not_waited_for(tmp_path: Path, script: Script) -> None:
    assert Notifier((script("sleep 5 &"),), tmp_path, timeout=4).tell("x") is None


def test_a_program_that_is_not_there_or_not_one_is_a_message(tmp_path: Path) -> None:
    for name, what in (
        ("no-such-program-anywhere", "was not found"),
        ("bin/tell", "was not found"),
        (str(tmp_path), "could not be started"),
    ):
        said = Notifier((name,), tmp_path).tell("x")
        assert said is not None
        assert what in said


def test_it_is_the_one_of_the_settings(home: Path) -> None:
    assert notifier(Settings()) is None
    found = notifier(Settings(pulse_notify=("notify-send", "-a", "memdeck")))
    assert found == Notifier(("notify-send", "-a", "memdeck"), home)
