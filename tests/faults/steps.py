"""Stops a deed at each call by which it changes the disk: killed there, or told that it failed.

`stopped` runs a deed again and again in a process of its own, each time in a
new place and a fork of it: the first time it is stopped at the first such call,
the second time at the second, until it gets through. What it is stopped at are
the calls themselves (opening to write, writing, syncing, renaming, linking,
removing, making folders, statements of SQLite), so nothing in memdeck knows of
it and no step can be forgotten.

A deed is a function of a module, called with its place; another prepares that.
"""

from __future__ import annotations

import builtins
import errno
import importlib
import io
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pytest

CHECKOUT: Final = Path(__file__).parents[2]
KILL: Final = "kill"
_MOST: Final = 400
_SQL: Final = {"BEGIN", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "COMMIT", "VACUUM"}
_SQL_ERRORS: Final = {
    errno.ENOSPC: ("database or disk is full", sqlite3.SQLITE_FULL),
    errno.EDQUOT: ("database or disk is full", sqlite3.SQLITE_FULL),
    errno.EROFS: ("attempt to write a readonly database", sqlite3.SQLITE_READONLY),
}
_TAKES_NO_ROOM: Final = {"os.remove", "os.rmdir", "os.rename", "exchange", "os.chmod", "os.utime"}
"""What a full disk still does."""


@dataclass(frozen=True)
class Stopped:
    """One run, and where it was stopped."""

    place: Path
    by: str
    step: str
    """The call, in words; empty in the last run, which got through."""
    said: str
    """What the deed returned, or the words of its error; empty when it was killed."""
    failed: bool
    """Whether it raised, in words of memdeck's."""


def stopped(
    prepare: Callable[[Path], None], deed: Callable[[Path], Any], by: Sequence[str], root: Path
) -> list[Stopped]:
    """Every run of a deed, stopped by a kill, or by an error: its name in `errno`.

    With a `+` behind the name everything fails from there on. The last run got
    through. Fails when the deed raises what is no error in words.
    """
    assert prepare.__module__ == deed.__module__
    arguments = (prepare.__module__, prepare.__name__, deed.__name__, str(root), *by)
    done = subprocess.run(
        [sys.executable, "-c", f"from {__name__} import main; main()", *arguments],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    runs = [Stopped(Path(row.pop("place")), **row) for row in json.loads(done.stdout)]
    assert len(runs) > len(by), "it was never stopped"
    assert runs[-1].step == ""
    assert not runs[-1].failed, runs[-1].said
    return runs


def be_hasty(patch: pytest.MonkeyPatch) -> None:
    """Wait for no disk while a test looks at what was left."""
    connect = sqlite3.connect
    patch.setattr(os, "fsync", lambda _: None)
    patch.setattr(sqlite3, "connect", partial(connect, factory=HastyConnection))


# --- In the other process ------------------------------------------------------


class HastyConnection(sqlite3.Connection):
    """One that does not wait for the disk, as only a machine without power needs it."""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return super().execute(sql.replace("synchronous = FULL", "synchronous = OFF"), *values)


class _Stopper:
    """Counts the calls, and stops one."""

    def __init__(self, number: int, by: str, note: Callable[[str], None]) -> None:
        self._left = number
        self._by = by.rstrip("+")
        self._stays = by.endswith("+")
        self._note = note
        self._struck = False
        self._writes = True
        self.on = False

    @property
    def kills(self) -> bool:
        return self._by == KILL

    def due(self, step: str) -> bool:
        """Whether this is the call to be stopped at."""
        if not self.on:
            return False
        if self._by in ("ENOSPC", "EDQUOT") and step.split(" ", 1)[0] in _TAKES_NO_ROOM:
            return False
        if self._struck:
            return self._stays
        self._left -= 1
        if self._left:
            return False
        self._struck = True
        self.on = False
        self._note(step)
        if self.kills:
            os.kill(os.getpid(), signal.SIGKILL)
        self.on = True
        return True

    def at(self, step: str) -> None:
        if self.due(step):
            number = getattr(errno, self._by)
            raise OSError(number, os.strerror(number))

    def at_statement(self, sql: str) -> None:
        """Only transactions that write reach the disk."""
        words = sql.upper().split(None, 1)
        self._writes = words != ["BEGIN"] if words[0] == "BEGIN" else self._writes
        if words[0] in _SQL and self._writes and self.due(f"sql {words[0]}"):
            text, code = _SQL_ERRORS.get(
                getattr(errno, self._by), ("disk I/O error", sqlite3.SQLITE_IOERR)
            )
            error = sqlite3.OperationalError(text)
            error.sqlite_errorcode = code
            raise error

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        """What Python tells of itself: every way to open a file, among others."""
        if not self.on:
            return
        if event == "open":
            path, _, flags = arguments
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if writes and not str(path).startswith("/dev/"):
                self.at(f"open {_name(path)}")
        elif event in ("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"):
            self.at(f"{event} {_name(arguments[0])}")
        elif event == "subprocess.Popen" and self.kills:
            # A git that could not be started is no fault of the disk.
            self.at(f"start {_name(arguments[0])}")

    def patch(self) -> None:
        """Put it before the calls that Python does not tell of."""
        write = os.write

        def stopping_write(handle: int, data: bytes) -> int:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return write(handle, data)
            self.at("write")
            if self.on and self._left == 1 and not self._struck:
                # Half of it is there, and then it stops.
                data = data[: len(data) // 2]
                write(handle, data)
                self.due("half of a write")
                return len(data)
            self.due("half of a write")
            return write(handle, data)

        def stopping_fsync(handle: int) -> None:
            # It is not waited for: who is killed leaves to the system what it wrote.
            self.at("fsync")

        open_ = io.open

        def stopping_open(path: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            file = open_(path, mode, *arguments, **options)
            if mode[:1] in "wax" and self.on:
                # It is there and empty, and what is to be in it is on its way.
                try:
                    self.at(f"opened {_name(path)}")
                except OSError:
                    file.close()
                    raise
            return file

        io.open = builtins.open = stopping_open
        os.write, os.fsync = stopping_write, stopping_fsync  # type: ignore[assignment]
        from memdeck.curated.writing import exchange

        renameat2 = exchange.renameat2

        def stopping_exchange(*arguments: Any) -> int:
            if self.due("exchange"):
                return int(getattr(errno, self._by))
            return renameat2(*arguments)

        exchange.renameat2 = stopping_exchange
        stopper = self

        class StoppingConnection(HastyConnection):
            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                stopper.at_statement(sql)
                return super().execute(sql, *values)

            def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
                stopper.at_statement(sql)
                return super().executemany(sql, *values)

            def backup(self, *values: Any, **options: Any) -> None:
                stopper.at_statement("VACUUM")
                super().backup(*values, **options)

        connect = sqlite3.connect

        def stopping_connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
            if arguments[0] == ":memory:":
                return connect(*arguments, **options)
            return connect(*arguments, factory=StoppingConnection, **options)

        sqlite3.connect = stopping_connect  # type: ignore[assignment]


def _name(path: Any) -> str:
    return os.fsdecode(path).rsplit("/", 1)[-1] if isinstance(path, (str, bytes)) else str(path)


def main() -> None:
    """Run the deed that the arguments name, and print what came of each run."""
    sys.dont_write_bytecode = True
    module, prepare, deed, root, *causes = sys.argv[1:]
    functions = importlib.import_module(module)
    runs: list[dict[str, Any]] = []
    for by in causes:
        # The last run of all is the one that got through.
        runs = [each for each in runs if each["step"]]
        for number in range(1, _MOST):
            place = Path(root) / by / f"{number}"
            place.mkdir(parents=True)
            runs.append(
                _one(getattr(functions, prepare), getattr(functions, deed), number, by, place)
            )
            if not runs[-1]["step"]:
                break
        else:
            sys.exit("it did not get through")
    sys.stdout.write(json.dumps(runs))


def _one(
    prepare: Callable[[Path], None], deed: Callable[[Path], Any], number: int, by: str, place: Path
) -> dict[str, Any]:
    process = os.fork()
    if not process:
        _run(prepare, deed, number, by, place)
    _, status = os.waitpid(process, 0)
    report = place / "report"
    lines = report.read_text("utf-8").split("\n", 2) if report.exists() else []
    step = lines[0] if lines else ""
    row = {"place": str(place), "by": by, "step": step, "said": "", "failed": False}
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and step:
        return row
    if status or len(lines) < 3:
        sys.exit(f"{by} at {step or 'no step'}: {lines}")
    return {**row, "said": lines[2], "failed": lines[1] == "failed"}


def _run(
    prepare: Callable[[Path], None], deed: Callable[[Path], Any], number: int, by: str, place: Path
) -> None:
    """In a fork of its own, which ends here."""
    os.environ["XDG_STATE_HOME"] = str(place / "state")
    report = io.StringIO()

    def tell(words: str) -> None:
        report.write(words)
        (place / "report").write_text(report.getvalue(), "utf-8")

    try:
        prepare(place)
        stopper = _Stopper(number, by, lambda step: tell(f"{step}\n"))
        stopper.patch()
        sys.addaudithook(stopper.heard)
        from memdeck.errors import MemdeckError

        stopper.on = True
        try:
            said, failed = deed(place), False
        except MemdeckError as error:
            said, failed = f"{type(error).__name__}: {error}", True
        stopper.on = False
        tell(("" if report.getvalue() else "\n") + ("failed\n" if failed else "done\n") + str(said))
    except BaseException:  # noqa: BLE001 - the fork must not go on as the process that it is a copy of
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
