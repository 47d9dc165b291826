"""The `article` profile: MEMORY.md, yesterday's files, today's files, the branch's notes.

Each file is as on disk with a line feed added when it ends without one; the
notes are the latest entry of each key of the branch, one compact JSON object a
line, by key. No headers. It fits when it has fewer tokens than the limit;
nothing is ever cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from memdeck.bootstrap.drafts import Draft, Drafted, Stretch, Surroundings
from memdeck.daily.days import days_of, read_day
from memdeck.model import Source
from memdeck.notes.codec import compact
from memdeck.notes.reader import latest_entries


def article_parts(here: Surroundings) -> Drafted:
    """The parts; what cannot be read is left out and named in a warning."""
    unread: list[str] = []
    yesterday = here.today - timedelta(days=1) if here.today > date.min else None
    drafts = (
        _files("MEMORY.md", _memory_file(here, unread)),
        _files("yesterday", _day_files(here, yesterday, unread)),
        _files("today", _day_files(here, here.today, unread)),
        notes_part(here, unread),
    )
    return Drafted(drafts, unread_words(unread))


def notes_part(here: Surroundings, unread: list[str]) -> Draft:
    """The latest entry of each key of the branch; a problem with them is noted in `unread`."""
    primary = here.notes.primary
    if primary is not None and primary.problem is not None:
        unread.append(f"notes of {primary.name}")
    lines = (compact(entry) + b"\n" for entry in latest_entries(here.notes, here.branch))
    data = b"".join(lines)
    return Draft("notes", stretches=(Stretch(data),) if data else ())


def unread_words(unread: list[str]) -> tuple[str, ...]:
    """What could not be read, as a warning."""
    return (f"Not counted, as not readable: {', '.join(unread)}.",) if unread else ()


def _files(name: str, files: Iterable[Source]) -> Draft:
    sources = tuple(files)
    return Draft(name, sources, tuple(each for source in sources for each in _whole(source)))


def _whole(source: Source) -> Iterator[Stretch]:
    size = len(source.data)
    yield Stretch(source.data, source.path, 0, size)
    if not source.data.endswith(b"\n"):
        yield Stretch(b"\n")


def _memory_file(here: Surroundings, unread: list[str]) -> Iterator[Source]:
    if not here.memory.exists:
        return
    source = here.read(here.memory_name)
    if source.problem is not None:
        unread.append(source.path)
    else:
        yield source


def _day_files(here: Surroundings, on: date | None, unread: list[str]) -> Iterator[Source]:
    day = days_of(here.days, on) if on is not None else None
    if day is None:
        return
    for file in read_day(here.root, day).files:
        if file.problem is not None:
            unread.append(file.name)
        else:
            yield Source(file.name, file.data)
