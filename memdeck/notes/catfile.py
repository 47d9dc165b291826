"""Objects and refs asked of git by name, each answered from the disk as it is then.

Names go in by standard input, where nothing is an option or a path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Final, NamedTuple, TypeAlias

from memdeck.git import Git, GitFailed, Running, safe_ref

_COMMAND: Final = ("cat-file", "--batch")
_HEADER: Final = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) (\w+) (\d+)\n")
_AT_ONCE: Final = 16


class Object(NamedTuple):
    """An object of the repository."""

    id: str
    kind: str
    data: bytes


class ObjectReader:
    """One git process that answers again and again; to be had from `open_reader`."""

    def __init__(self, running: Running, folder: Path) -> None:
        self.folder = folder
        self._running = running

    def read(self, names: Sequence[str]) -> Iterator[Object | None]:
        """As `read_objects`, without another process."""
        # No more at once than the pipe holds, or git and memdeck wait for each other.
        for start in range(0, len(names), _AT_ONCE):
            some = names[start : start + _AT_ONCE]
            stream = self._running.ask(_lines(some))
            answers = [_answer(stream) for _ in some]
            if any(each is _BROKEN for each in answers):
                raise self._running.broken()
            self._running.answered()
            yield from answers


Source: TypeAlias = Git | ObjectReader


@contextmanager
def open_reader(git: Git) -> Iterator[ObjectReader]:
    """A process that answers until the block ends."""
    with git.start(*_COMMAND) as running:
        yield ObjectReader(running, git.folder)


def read_objects(source: Source, names: Sequence[str]) -> Iterator[Object | None]:
    """Each object that is named; None for one that is not there.

    One git process, none with a reader. No name may hold a line feed. Raises
    GitFailed when one cannot be unpacked.
    """
    if isinstance(source, ObjectReader):
        yield from source.read(names)
        return
    stream = BytesIO(source.run(*_COMMAND, "--buffer", stdin=_lines(names)))
    for _ in names:
        answer = _answer(stream)
        if answer is _BROKEN:
            raise GitFailed(f"git cat-file gave half an answer in {source.folder}.")
        yield answer


def resolve_commit(source: Source, name: str) -> str | None:
    """Hex id of the commit that a person's `name` means; None when it means none."""
    if not name or any(each < " " or each == "\x7f" for each in name):
        return None
    (answer,) = read_objects(source, [f"{name}^{{commit}}"])
    return answer.id if answer else None


def ref_tip(source: Source, ref: str) -> str | None:
    """Hex id of the commit that the ref has now; None when there is no such ref."""
    return resolve_commit(source, safe_ref(ref))


_BROKEN: Final = Object("", "", b"")


def _lines(names: Sequence[str]) -> bytes:
    return "".join(f"{each}\n" for each in names).encode("utf-8", "surrogateescape")


def _answer(stream: IO[bytes]) -> Object | None:
    """The next answer; None when there is no such object, `_BROKEN` at the end of the stream."""
    header = stream.readline()
    if not header.endswith(b"\n"):
        return _BROKEN
    known = _HEADER.fullmatch(header)
    if known is None:
        return None
    size = int(known[3])
    data = stream.read(size + 1)
    if len(data) != size + 1:
        return _BROKEN
    return Object(known[1].decode(), known[2].decode(), data[:-1])
