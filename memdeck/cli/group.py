"""A group of commands: each loaded when it is asked for, its errors told in words."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import IO, Any, Final

import click

from memdeck.cli.output import aside
from memdeck.errors import MemdeckError
from memdeck.text import show

READER_LEFT: Final = 141
"""The exit code when nobody reads on: 128 and the number of SIGPIPE, as shells have it."""


class _InWords(click.ClickException):
    """A MemdeckError on its way out through click."""

    def __init__(self, error: MemdeckError) -> None:
        super().__init__(str(error))
        self.unsaved = error.unsaved
        self.exit_code = error.exit_code  # type: ignore[misc]

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002 - as click calls it
        from memdeck.secrets import covered

        aside(f"memdeck: {covered(self.message)}")
        if self.unsaved is not None:
            aside(show(self.unsaved))


class LazyGroup(click.Group):
    """A group that loads a command's module when the command is asked for."""

    def __init__(self, *arguments: Any, modules: Mapping[str, str] | None = None, **more: Any):
        super().__init__(*arguments, **more)
        self._modules = modules or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the table."""
        return [*self._modules, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None when there is none."""
        module = self._modules.get(cmd_name)
        if module is None:
            return super().get_command(ctx, cmd_name)
        command: object = getattr(import_module(f"memdeck.cli.{module}"), f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the nearest command named when there is none of that name."""
        if args and self.get_command(ctx, args[0]) is None and not ctx.resilient_parsing:
            from memdeck.nearest import nearest

            near = nearest(args[0], self.list_commands(ctx))
            hint = f" Did you mean `{near}`?" if near else ""
            ctx.fail(f"There is no command `{show(args[0])[:60]}`.{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does it, with memdeck's errors in words and a reader that left in peace."""
        try:
            return super().invoke(ctx)
        except MemdeckError as error:
            raise _InWords(error) from error
        except BrokenPipeError:
            let_go_of_stdout()
            raise click.exceptions.Exit(READER_LEFT) from None


def let_go_of_stdout() -> None:
    """Nobody reads on: keep Python from saying so once more when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        # Not a real file (in a test): nothing to keep from anyone.
        return
    finally:
        os.close(nowhere)
