"""What `make faults` prints, and what SECURITY.md says of it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.faults.kinds import KINDS, TESTS, counted, table

PROVOKED = """
import pytest

@pytest.mark.fault("a disk that is full")
@pytest.mark.parametrize("size", [1, 2])
def test_full(size):
    assert size == 1

@pytest.mark.fault("a folder that is gone")
def test_gone():
    pass

@pytest.mark.fault("a file of another user")
def test_other():
    pytest.skip("needs two users")

def test_that_is_no_case():
    assert False
"""


def test_each_case_is_held_or_not_held_by_what_it_provokes(tmp_path: Path) -> None:
    (tmp_path / "test_disk_faults.py").write_text(PROVOKED, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  fault(words)\n", encoding="utf-8")
    checkout = Path(__file__).parents[2]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.faults.report", "-m", "fault"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-n", "1", str(tmp_path)],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    shown = done.stdout[done.stdout.index("disk_faults\n") :]
    assert [line.strip() for line in shown.splitlines() if line.startswith("  ")] == [
        "NOT HELD  a disk that is full",
        "held      a folder that is gone",
        "not tried a file of another user  (needs two users)",
    ]
    assert "3 cases: 1 held, 1 not held, 1 not tried" in shown


def test_every_case_is_of_a_kind_and_counted_in_what_is_promised() -> None:
    promised = (TESTS.parent / "SECURITY.md").read_text("utf-8")
    assert set(counted()) <= set(KINDS)
    assert table() in promised, "python -m tests.faults.kinds prints the table"
    assert f"{sum(counted().values())} cases" in promised


def test_no_two_cases_provoke_the_same() -> None:
    words = [
        ast.unparse(node.args[0])
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "fault"
    ]
    assert [each for each, count in Counter(words).items() if count > 1] == []
