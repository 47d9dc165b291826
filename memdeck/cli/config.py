"""`memdeck config`: which settings apply, and from where."""

from __future__ import annotations

from pathlib import Path

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.group import LazyGroup
from memdeck.cli.output import data, document, json_text, narrate
from memdeck.errors import Unusable
from memdeck.settings import SETTINGS_NAME, described, load_settings, user_settings_path
from memdeck.text import show


@click.group("config", cls=LazyGroup)
def config_command() -> None:
    """Which settings apply, and from where."""


@config_command.command("path")
@pass_call
def path_command(call: Call) -> None:
    """Print where settings are read from; the first wins."""
    paths = [user_settings_path()]
    if (root := _root(call)) is not None:
        paths.insert(0, root / SETTINGS_NAME)
    for path in paths:
        data(str(path))
        if not path.is_file():
            narrate(f"{path} is not there: defaults apply.")


@config_command.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_call
def show_command(call: Call, as_json: bool) -> None:
    """Print every setting with its value and where that comes from."""
    rows = described(load_settings(_root(call)))
    if as_json:
        document({name: {"value": value, "source": source} for name, value, source in rows})
        return
    for name, value, source in rows:
        data(f"{name} = {json_text(value, indent=None)}  # {show(source)}")


def _root(call: Call) -> Path | None:
    """The workspace's folder; None without one, unless one was named."""
    try:
        return call.workspace().root
    except Unusable:
        if call.chosen or call.environ.get("MEMDECK_WORKSPACE"):
            raise
        return None
