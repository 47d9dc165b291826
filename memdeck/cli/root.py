"""The command that everything hangs on: `memdeck`, its options and its table of commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import click

from memdeck import __version__
from memdeck.agents import agent_name
from memdeck.cli.call import AGENT_VARIABLE, OPERATOR, Call, OpenScreens, pass_call
from memdeck.cli.group import READER_LEFT, LazyGroup, let_go_of_stdout
from memdeck.cli.output import DUMB, narrate

INTERRUPTED: Final = 130

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

        if call.unable:
            narrate(call.unable)
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
    on_terminal = reading and sys.stdout is not None and sys.stdout.isatty()
    unable = _unable() if on_terminal else ""
    call = Call(
        os.environ,
        open_screens=open_screens,
        interactive=reading and sys.stderr is not None and sys.stderr.isatty(),
        screen=on_terminal and not unable,
        unable=unable,
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
        let_go_of_stdout()
        return READER_LEFT
    return code if isinstance(code, int) else 0


def _unable() -> str:
    """Why a dashboard cannot be drawn on the terminal that stdout is, in words; empty when it
    can."""
    if os.environ.get("TERM") == DUMB:
        return "This terminal cannot draw a dashboard (TERM=dumb): here it is once, as text."
    if sys.stderr is None or not sys.stderr.isatty():
        return (
            "The dashboard is drawn by way of stderr, and stderr is no terminal: here it is once."
        )
    return ""


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


__all__ = ["Call", "doing", "memdeck", "pass_call", "report", "run"]
