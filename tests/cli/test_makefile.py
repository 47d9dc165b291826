"""Setting up: what is missing is named, what is installed is pinned."""

import os
import re
import shutil
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).parents[2]
MAKE = shutil.which("make")
TOOLS = ("sh", "sed", "awk", "grep", "rm", "touch", "mkdir", "cat", "ls", "env")

needs_make = pytest.mark.skipif(MAKE is None, reason="there is no make")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that `make` reads, in a folder with a space in its name."""
    folder = tmp_path / "my deck"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(CHECKOUT / name, folder)
    return folder


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with the plainest tools, and neither git nor python on it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        (folder / name).symlink_to(shutil.which(name) or "/nowhere")
    return folder


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def make(checkout: Path, programs: Path, *targets: str, code: int = 2) -> str:
    done = subprocess.run(
        [str(MAKE), *targets],
        cwd=checkout,
        env={"PATH": str(programs), "HOME": str(programs)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


@needs_make
@pytest.mark.parametrize("target", ["run", "test", "check"])
def test_missing_git_is_named(checkout: Path, programs: Path, target: str) -> None:
    assert make(checkout, programs, target).startswith("git is missing: install it")


@needs_make
def test_missing_and_old_pythons_are_named(checkout: Path, programs: Path) -> None:
    script(programs / "git", "exit 0")
    assert make(checkout, programs, "run").startswith("python3 is missing: install version 3.11")
    script(programs / "python3", 'if [ "$1" = -V ]; then echo Python 3.9.2; exit 0; fi; exit 1')
    assert make(checkout, programs, "run").startswith("python3 is 3.9.2, and memdeck needs 3.11")
    assert not (checkout / ".venv").exists()


@needs_make
def test_a_newer_python_beside_an_old_one_is_found_and_its_venv_asked_for(
    checkout: Path, programs: Path
) -> None:
    script(programs / "git", "exit 0")
    script(programs / "python3", "exit 1")
    script(programs / "python3.12", 'case "$2" in *ensurepip*) exit 1;; esac; exit 0')
    assert make(checkout, programs, "run").startswith("python3-venv is missing for python3.12")


@needs_make
def test_a_set_up_that_fails_is_said_and_done_again_the_next_time(
    checkout: Path, programs: Path
) -> None:
    script(programs / "git", "exit 0")
    script(programs / "python3", '[ "$2" = venv ] && { echo no room; exit 1; }; exit 0')
    for _ in range(2):
        said = make(checkout, programs, "test")
        assert "no room" in said
        assert ".venv could not be made" in said
    assert not (checkout / ".venv" / ".ready").exists()


@needs_make
def test_help_lists_the_targets_and_needs_no_python(checkout: Path, programs: Path) -> None:
    listed = make(checkout, programs, code=0)
    for target in ("make run", "make run WORKSPACE=~/agent", "make test", "make check"):
        assert re.search(rf"^{re.escape(target)} +\S", listed, re.MULTILINE), listed


def test_the_check_of_a_clone_can_be_started() -> None:
    path = CHECKOUT / ".ci" / "run"
    assert path.stat().st_mode & stat.S_IXUSR
    assert os.access(path, os.X_OK)
    text = path.read_text("utf-8")
    assert "make check" in text
    assert "make test" in text
    subprocess.run(["bash", "-n", str(path)], check=True)


def pins() -> dict[str, str]:
    lines = (CHECKOUT / "constraints.txt").read_text("utf-8").split("\n")
    rows = [line for line in lines if line and not line.startswith("#")]
    for row in rows:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+", row), row
    return {canonicalize_name(row.split("==")[0]): row.split("==")[1] for row in rows}


def test_every_dependency_is_pinned_exactly_and_within_its_bounds() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
    wanted = [
        *project["build-system"]["requires"],
        "editables",
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
    ]
    pinned = pins()
    for each in map(Requirement, wanted):
        name = canonicalize_name(each.name)
        assert name in pinned, f"{name} has no pin"
        assert each.specifier.contains(pinned[name]), f"{each} does not allow {pinned[name]}"
