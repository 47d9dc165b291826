"""What was found by `make fuzz`, and a little of it on every run."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.cases import CORPUS, cases, kept
from tests.fuzz.targets import TARGETS

FOUND = [(name, file) for name in TARGETS for file in kept(name)]


@pytest.mark.fault("bytes on which some reader once failed")
@pytest.mark.parametrize(("name", "file"), FOUND)
def test_what_was_found_before_holds(name: str, file: str) -> None:
    TARGETS[name].check(kept(name)[file])


@pytest.mark.fault("any bytes where another program writes, for every reader")
@pytest.mark.parametrize("name", list(TARGETS))
def test_any_bytes_are_read_or_refused_in_words(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases(name, target.kind))
    def run(data: bytes) -> None:
        target.check(data)

    run()


def test_every_case_that_is_kept_belongs_to_a_check() -> None:
    assert {each.name for each in CORPUS.iterdir() if each.is_dir()} <= set(TARGETS)


def test_a_kept_case_is_begun_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.cases.kept", lambda _: {"a.bin": b"[[found before]]"})
    assert isinstance(cases("notes", "json"), st.SearchStrategy)
    seen: list[bytes] = []

    @settings(max_examples=100, deadline=None, database=None)
    @given(cases("notes", "json"))
    def run(data: bytes) -> None:
        seen.append(data)

    run()
    assert any(b"found" in each for each in seen)
