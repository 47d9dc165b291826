"""`.pre-commit-hooks.yaml`: it is read by another program, so what it says is checked here."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

from memdeck.cli.root import memdeck

CHECKOUT = Path(__file__).parents[2]
HOOKS = CHECKOUT / ".pre-commit-hooks.yaml"
# The keys of https://pre-commit.com/#new-hooks that a definition may have.
KEYS = {
    *("id", "name", "entry", "language", "files", "exclude", "types", "types_or", "exclude_types"),
    *("always_run", "fail_fast", "verbose", "pass_filenames", "require_serial", "description"),
    *("language_version", "minimum_pre_commit_version", "args", "stages", "log_file", "alias"),
    "additional_dependencies",
}
# A value that every reader of YAML takes for the same text or truth value.
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ,._/-]*[A-Za-z0-9]")


def hooks() -> list[dict[str, str]]:
    """The definitions. Only the plainest YAML is understood: a list of maps of plain values."""
    found: list[dict[str, str]] = []
    for line in HOOKS.read_text(encoding="ascii").split("\n"):
        if not line or line.lstrip(" ").startswith("#"):
            continue
        entry = re.fullmatch(r"(- |  )([a-z_]+): (\S.*)", line)
        assert entry is not None, line
        start, key, value = entry.groups()
        if start == "- ":
            found.append({})
        assert PLAIN.fullmatch(value), line
        assert key not in found[-1], line
        found[-1][key] = value
    return found


def test_the_hook_is_one_that_pre_commit_can_read() -> None:
    (hook,) = hooks()
    assert hook["id"] == "memdeck-check"
    assert {"id", "name", "entry", "language"} <= set(hook) <= KEYS
    assert hook["language"] == "python"
    assert (hook["pass_filenames"], hook["always_run"]) == ("false", "true")


def test_what_it_starts_is_installed_and_there() -> None:
    (hook,) = hooks()
    script, command = shlex.split(hook["entry"])
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert script in project["scripts"]
    module, _, function = project["scripts"][script].partition(":")
    assert callable(getattr(__import__(module, fromlist=[function]), function))
    assert memdeck.get_command(memdeck.make_context("memdeck", [command]), command) is not None
