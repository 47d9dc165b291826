"""Files that somebody meant as a log of a day, and that no agent loads as one for their names."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from memdeck.daily.days import FOLDER, log_date

_LIKE_A_DATE: Final = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?P<mark>[-_. ]?)(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
    r"(?P<rest>(?:[-_. ].*)?)\.(?:md|markdown|mdown|txt)",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_DAY_FIRST: Final = re.compile(
    r"\d{1,2}[-_.]\d{1,2}[-_.](?:19|20)\d\d(?:[-_. ].*)?\.(?:md|markdown|txt)", re.I | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Misnamed:
    """A file of `memory/` whose name looks like a date, and is none that is taken."""

    name: str
    """Relative to the workspace, with `/`."""
    proper: str | None
    """What its name should be, without the folder; None when that cannot be told."""


def misnamed_logs(root: Path) -> tuple[Misnamed, ...]:
    """Such files of the workspace at `root`, by name; none where the folder cannot be listed."""
    try:
        with os.scandir(root / FOLDER) as entries:
            names = [entry.name for entry in entries if not entry.is_dir()]
    except OSError:
        return ()
    return tuple(_misnamed(sorted(names)))


def _misnamed(names: Collection[str]) -> Iterator[Misnamed]:
    taken = set(names)
    for name in names:
        if log_date(name) is not None:
            continue
        found = _LIKE_A_DATE.fullmatch(name)
        if found is not None and (found["mark"] or len(found["month"] + found["day"]) == 4):
            yield Misnamed(f"{FOLDER}/{name}", _proper(found, taken))
        elif _DAY_FIRST.fullmatch(name):
            yield Misnamed(f"{FOLDER}/{name}", None)


def _proper(found: re.Match[str], taken: Collection[str]) -> str | None:
    """The name that it should have; another one of that day where that is taken."""
    try:
        on = date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()
    except ValueError:
        return None
    slug = found["rest"].strip("-_. ")
    stem = f"{on}-{slug}" if slug else on
    free = (stem, *(f"{stem}-{count}" for count in range(2, len(taken) + 3)))
    return next(f"{each}.md" for each in free if f"{each}.md" not in taken)
