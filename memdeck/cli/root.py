"""The command that everything hangs on: `memdeck`, its options and its table of commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import IO, Any, Final

import click

from memdeck import __version__
from memdeck.agents import agent_name
from memdeck.cli.call import AGENT_VARIABLE, OPERATOR, Call, OpenScreens, pass_call
from memdeck.cli.output import narrate
from memdeck.errors import MemdeckError
from memdeck.text import show

INTERRUPTED: Final = 130
READER_LEFT: Final = 141

# The module of each command, loaded when the command is asked for.
_COMMANDS: Final = {
    "init": "start",
    "demo": "start",
    "status": "status",
    "log": "log",
    "add": "curate",
    "promote": "promote",
    "edit": "curate",
    "retire": "curate",
    "move": "curate",
    "undo": "journal",
    "redo": "journal",
    "history": "history",
    "restore": "restore",
    "lineage": "lineage",
    "triage": "triage",
    "search": "search",
    "pack": "pack",
    "check": "check",
    "hygiene": "hygiene",
    "lost": "lost",
    "handoff": "handoff",
    "costs": "costs",
    "notes": "notes",
    "beat": "beat",
    "pulse": "pulse",
    "config": "config",
}


class _InWords(click.ClickException):
    """A MemdeckError on its way out through click."""

    def __init__(self, error: MemdeckError) -> None:
        super().__init__(str(error))
        self.unsaved = error.unsaved
        self.exit_code = error.exit_code  # type: ignore[misc]

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"memdeck: {show(self.message, multiline=True)}", file=file, err=file is None)
        if self.unsaved is not None:
            click.echo(show(self.unsaved), file=file, err=file is None)


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
            _let_go_of_stdout()
            raise click.exceptions.Exit(READER_LEFT) from None


@click.group(
    cls=LazyGroup,
    modules=_COMMANDS,
    invoke_without_command=True,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "--version", message="memdeck %(version)s")
@click.option(
    "-C",
    "folders",
    metavar="DIR",
    multiple=True,
    help="Work as if started in DIR, instead of MEMDECK_WORKSPACE or the current folder.",
)
@click.option("--demo", is_flag=True, help="Work on a made workspace in a temporary folder.")
@click.option(
    "--agent",
    metavar="NAME",
    help="Act as this agent: undo takes back what the same agent did. Else MEMDECK_AGENT.",
)
@click.pass_context
def memdeck(
    context: click.Context, folders: Sequence[str], demo: bool, agent: str | None
) -> int | None:
    """The memory of autonomous agents: git notes, MEMORY.md and daily logs.

    Without a command, opens the dashboard; when stdout is no terminal, prints it
    once as text. stdout is data, stderr is narration.

    Exit codes: 0 done, 1 nothing matched or a check found something, 2 wrong
    usage, 3 refused and nothing written, 4 the workspace or its repository
    cannot be used.
    """
    call = context.ensure_object(Call)
    for folder in folders:
        call.folder, call.chosen = call.path(folder), True
    named = agent if agent is not None else call.environ.get(AGENT_VARIABLE)
    call.actor = agent_name(named) if named else OPERATOR
    if demo:
        context.with_resource(call.demo_workspace())
    if context.invoked_subcommand is not None:
        return None
    return _dashboard(call)


def _dashboard(call: Call) -> int:
    """The dashboard: on the screen, or printed once where there is none."""
    if not call.screen:
        from memdeck.cli.status import print_dashboard

        print_dashboard(call)
        return 0
    workspace = call.workspace()
    call.shown = True
    return call.open_screens(workspace, actor=call.actor)


def run(arguments: Sequence[str], open_screens: OpenScreens) -> int:
    """Run one call of the command line and return its exit code.

    Expected errors are printed in words. What is not foreseen is raised.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            # A character that the output cannot hold is no reason to stop half way.
            stream.reconfigure(errors="backslashreplace")
    reading = sys.stdin is not None and sys.stdin.isatty()
    call = Call(
        os.environ,
        open_screens=open_screens,
        interactive=reading and sys.stderr is not None and sys.stderr.isatty(),
        screen=reading and sys.stdout is not None and sys.stdout.isatty(),
    )
    try:
        code = memdeck.main(list(arguments), "memdeck", standalone_mode=False, obj=call)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.Abort:
        # The terminal has shown `^C` behind the question.
        narrate("")
        return INTERRUPTED
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "memdeck"
        words = error.format_message()
        stop = "" if words.endswith((".", "?")) else "."
        narrate(f"memdeck: {words}{stop} `{where} --help` shows how it is called.")
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        _let_go_of_stdout()
        return READER_LEFT
    return code if isinstance(code, int) else 0


def report(error: BaseException, doing: str) -> str:
    """One sentence about an error that nobody foresaw, with a report of it on disk."""
    from memdeck.report import write_report

    path = write_report(error, now=datetime.now(UTC), version=__version__, doing=doing)
    kind = type(error).__name__
    where = f"; a report without any memory text is in {path}" if path else ""
    return (
        f"memdeck: An unexpected error ({kind}) stopped {doing}{where}. What was stored before is "
        "still there. MEMDECK_DEBUG=1 shows the details."
    )


def doing(arguments: Sequence[str]) -> str:
    """What a call was about, without a word of what it was given."""
    known = [each for each in arguments if each in _COMMANDS]
    return f"`memdeck {known[0]}`" if known else "memdeck"


def _let_go_of_stdout() -> None:
    """Nobody reads on: keep Python from saying so once more when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        # Not a real file (in a test): nothing to keep from anyone.
        return
    finally:
        os.close(nowhere)


__all__ = ["Call", "doing", "memdeck", "pass_call", "report", "run"]
