"""One call of the command line: what all of its commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import click

from memdeck.agents import agent_name
from memdeck.cli.output import narrate
from memdeck.errors import Refused
from memdeck.text import show
from memdeck.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from memdeck.curated.store import MemoryStore
    from memdeck.model import Deck

OPERATOR: Final = "operator"
"""Who acts when nobody is named: the person at the terminal, in the dashboard or outside of it."""
AGENT_VARIABLE: Final = "MEMDECK_AGENT"


class OpenScreens(Protocol):
    """Opens the dashboard and returns its exit code. The command line knows no more of it."""

    def __call__(self, workspace: Workspace, *, actor: str) -> int: ...


def _no_screens(workspace: Workspace, *, actor: str) -> int:
    raise NotImplementedError


@dataclass(slots=True)
class Call:
    """Where the call acts, as whom, and when."""

    environ: Mapping[str, str]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    open_screens: OpenScreens = _no_screens
    interactive: bool = False
    """Whether a person can be asked: stdin and stderr are terminals."""
    screen: bool = False
    """Whether stdin and stdout are terminals, so that a dashboard can be opened."""
    unable: str = ""
    """Why it cannot be drawn on them all the same, in words."""
    actor: str = OPERATOR
    folder: Path = field(default_factory=Path)
    """Where the search for the workspace begins."""
    chosen: bool = False
    """Whether `-C` named the folder; then `MEMDECK_WORKSPACE` does not count."""
    shown: bool = False
    """Whether the dashboard was opened on the screen."""
    _workspace: Workspace | None = None

    def workspace(self) -> Workspace:
        """The workspace that this call is about; raises Unusable in words without one."""
        if self._workspace is None:
            self._workspace = find_workspace(self.folder, {} if self.chosen else self.environ)
        return self._workspace

    def open(self, workspace: Workspace) -> Workspace:
        """Make `workspace` the one that this call is about."""
        self._workspace = workspace
        return workspace

    def path(self, name: str) -> Path:
        """A path from the command line, relative to `-C`."""
        return self.folder / Path(name).expanduser()

    def deck(self, newest_days: int | None = None, *, pulse: bool = True) -> Deck:
        """The workspace as it is now; of older days than the newest so many only the names.

        Which lines were promoted is known from the journal alone: to compare all of
        them with MEMORY.md takes seconds, and what is printed as text does not say it.
        Without `pulse` who is alive and what was done are not read.
        """
        from memdeck.live.reader import Reader

        now = self.now()
        reader = Reader(
            *(self.workspace(), lambda: now),
            parse_days=newest_days,
            likeness_days=0,
            pulse=pulse,
        )
        for _ in reader.stages():
            pass
        assert reader.deck is not None
        return reader.deck

    @contextmanager
    def demo_workspace(self) -> Iterator[None]:
        """A made workspace in a temporary folder, whose last day is today; gone afterwards."""
        import shutil
        import tempfile

        from memdeck.demo import make_workspace
        from memdeck.settings import load_settings

        parent = Path(tempfile.mkdtemp(prefix="memdeck-demo-"))
        made: Workspace | None = None
        try:
            today = Workspace(parent, load_settings(None)).today(self.now())
            root = make_workspace(parent / "atlas", last_day=today, now=self.now())
            made = self.open(find_workspace(root, {}))
            yield
        finally:
            if made is not None:
                shutil.rmtree(made.state_folder, ignore_errors=True)
            shutil.rmtree(parent, ignore_errors=True)
            if self.shown:
                narrate(
                    "The made workspace was temporary and is gone, with all that was changed in "
                    "it; `memdeck demo DIR` makes one that stays."
                )

    def store(self) -> MemoryStore:
        """The writer of MEMORY.md, with what a crash cut short settled and told first.

        Raises Refused when nothing can be written, so that it is said once.
        """
        from memdeck.curated.journal import Journal
        from memdeck.curated.store import MemoryStore

        workspace = self.workspace()
        journal = Journal(workspace.state_folder)

        def remember(before: bytes, after: bytes, began: datetime) -> None:
            from memdeck.live.alarms import remember_written

            remember_written(workspace, journal, self.now, before, after, began)

        store = MemoryStore(
            *(workspace.root, workspace.memory_path, journal, self.actor, self.now),
            written=remember,
        )
        for words in store.catch_up():
            narrate(words)
        return store

    def agree(self, question: str, refusal: str) -> None:
        """Ask; raises Refused when the answer is no, or when there is nobody to ask."""
        if not self.interactive or not click.confirm(show(question), default=False, err=True):
            raise Refused(refusal)


def _use_agent(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(Call).actor = agent_name(value)


def agent_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--agent NAME` behind the command's name too, as agents tend to write it."""
    return click.option(
        "--agent",
        metavar="NAME",
        expose_value=False,
        callback=_use_agent,
        help="Act as this agent.",
    )(command)


pass_call: Final = click.make_pass_decorator(Call)


def terminal_width() -> int:
    """Columns to print in: of the terminal, else `COLUMNS`, else 100."""
    import shutil

    return max(40, shutil.get_terminal_size((100, 24)).columns)


def utf_8() -> bool:
    """Whether stdout can show every character."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "") == "utf8"
