"""Telling a person who is not looking: what to say, and the program of their choosing that says it.

The program is run without a shell; the words are its last argument, and in `MEMDECK_WORDS`.
Which one it is stands in the user's own settings alone (`pulse.notify`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from memdeck.distil import program_path
from memdeck.model import AgentException, ExceptionKind, PulseReport
from memdeck.secrets import covered
from memdeck.settings import Settings
from memdeck.text import plural, show

VARIABLE: Final = "MEMDECK_WORDS"
TIMEOUT: Final = 10.0
"""Seconds that the program may take."""
LONGEST: Final = 300
"""Characters of one message."""
TOLD_SINGLY: Final = 3
"""Messages at once; what is more is told as a number."""
_COMPLAINT: Final = 1024
"""Bytes that are read of what it complains about."""


def new_exceptions(before: PulseReport | None, after: PulseReport) -> tuple[AgentException, ...]:
    """What is open and was not: new exceptions, and snoozed ones that came back, oldest first.

    Nothing without a report before: what was there when one began to look is on the screen.
    What has passed by itself in the meantime is not worth an interruption.
    """
    if before is None:
        return ()
    known = {each.id for each in before.open}
    new = [each for each in after.open if each.id not in known and each.ended is None]
    return tuple(reversed(new))


def fallen_silent(before: PulseReport | None, after: PulseReport) -> tuple[str, ...]:
    """The agents that are silent and were not: what rings the bell and changes the title."""
    new = new_exceptions(before, after)
    return tuple(each.agent for each in new if each.kind is ExceptionKind.SILENT)


def messages(before: PulseReport | None, after: PulseReport) -> tuple[str, ...]:
    """What to tell of the change from one report to the next, one message each; pure.

    Each can be shown and handed to a program as it is: visible characters alone, secrets
    covered, and no dash at its start.
    """
    new = new_exceptions(before, after)
    told = [_message(each) for each in new[:TOLD_SINGLY]]
    if len(new) > TOLD_SINGLY:
        rest = new[TOLD_SINGLY:]
        told.append(f"memdeck: {plural(len(rest), 'further exception')} of agents")
    return tuple(told)


@dataclass(frozen=True, slots=True)
class Notifier:
    """A program that tells a person something."""

    command: tuple[str, ...]
    """Its name or its path, and its arguments."""
    folder: Path
    """Where it is started. Not the workspace: such programs take orders from files they find."""
    timeout: float = TIMEOUT

    def tell(self, words: str) -> str | None:
        """Have it say something, and wait for it; why it could not, in words, None when it did.

        Takes as long as the program, at most `timeout` seconds: not for a thread that draws.
        """
        name = show(self.command[0])[:80]
        program = program_path(self.command[0])
        if program is None:
            return self._failed(name, "was not found")
        with tempfile.TemporaryFile() as complaint:
            try:
                process = subprocess.Popen(  # noqa: S603 - the user's own, without a shell
                    [program, *self.command[1:], words],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    # A file: nobody who keeps it open can make us wait, as with a pipe.
                    stderr=complaint,
                    cwd=self.folder,
                    env={**os.environ, VARIABLE: words},
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                return self._failed(name, f"could not be started ({show(reason)})")
            try:
                code = process.wait(self.timeout)
            except subprocess.TimeoutExpired:
                return self._failed(name, f"took longer than {self.timeout:g} s and was stopped")
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            if code == 0:
                return None
            complaint.seek(0)
            said = complaint.read(_COMPLAINT).decode("utf-8", "replace").strip()
        first = said.partition("\n")[0].strip()
        how = f"ended by signal {-code}" if code < 0 else f"exit code {code}"
        return self._failed(name, f"failed ({how})" + (f": {show(first)[:200]}" if first else ""))

    @staticmethod
    def _failed(name: str, what: str) -> str:
        return (
            f"Nobody was told: {name} {what}. The inbox still has it; pulse.notify in your "
            "settings names the program."
        )


def notifier(settings: Settings) -> Notifier | None:
    """The program that the user has set, started in the home folder; None when there is none."""
    if not settings.pulse_notify:
        return None
    return Notifier(settings.pulse_notify, Path(os.environ.get("HOME") or "/"))


def _message(exception: AgentException) -> str:
    said = covered(f"{exception.agent} {exception.kind.value}: {exception.words}")
    words = f"memdeck: {show(said)}"
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
