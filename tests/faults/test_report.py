"""What `make faults` prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = """
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
    (tmp_path / "test_disk_faults.py").write_text(TESTS, encoding="utf-8")
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
    shown = done.stdout[done.stdout.index("disk faults\n") :]
    assert [line.strip() for line in shown.splitlines() if line.startswith("  ")] == [
        "NOT HELD  a disk that is full",
        "held      a folder that is gone",
        "not tried a file of another user  (needs two users)",
    ]
    assert "3 cases: 1 held, 1 not held, 1 not tried" in shown
