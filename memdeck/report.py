"""A report of an error that nobody foresaw, without a word of anyone's memory in it.

Such a report is meant to be sent to strangers. So it holds where in the
program the error arose and of what kind it is, and neither its message nor a
variable: either may quote a memory file. A path is left out, too, but for the
program's own modules.
"""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

KEPT_REPORTS: Final = 20


def report_text(error: BaseException, now: datetime, version: str, doing: str) -> str:
    """What is known of the error; `doing` is the command's or screen's name."""
    lines = [
        f"memdeck {version} at {now.isoformat(timespec='seconds')}",
        f"Python {platform.python_version()} on {platform.system()} {platform.release()}",
        f"While: {doing}",
        "",
    ]
    for each in _chain(error):
        lines.append(f"{type(each).__module__}.{type(each).__qualname__}")
        lines.extend(
            f"  {_module(frame.filename)}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(each.__traceback__)
        )
        lines.append("")
    return "\n".join(lines)


def write_report(
    error: BaseException, *, now: datetime, version: str, doing: str, folder: Path | None = None
) -> Path | None:
    """Write the report, readable by its owner alone; None when there is no place for one.

    The newest `KEPT_REPORTS` are kept.
    """
    import os

    text = report_text(error, now, version, doing)
    name = f"report-{now:%Y%m%dT%H%M%S%f}-{os.getpid()}.txt"
    for place in (folder or _reports_folder(), Path(tempfile.gettempdir())):
        path = place / name
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(text)
        except OSError:
            continue
        if place.name == "reports":
            _forget_old(place)
        return path
    return None


def _reports_folder() -> Path:
    try:
        from platformdirs import user_state_path
    except ImportError:
        # A broken installation may be what the report is about.
        return Path(tempfile.gettempdir())
    return user_state_path("memdeck") / "reports"


def _forget_old(folder: Path) -> None:
    """Remove all but the newest reports; one that cannot be removed stays."""
    for path in sorted(folder.glob("report-*T*-*.txt"))[:-KEPT_REPORTS]:
        try:
            path.unlink()
        except OSError:
            return


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it arose from, in that order."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _module(filename: str) -> str:
    """A source file by its path below the program's or a library's folder."""
    path = Path(filename)
    for folder in sorted((Path(each) for each in sys.path if each), key=lambda p: -len(str(p))):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name
