"""Appending to a daily log: the only way in which memdeck writes one.

Other programs refer to logs by line number and size, and several agents write
to the same file at once. So a log is never rewritten: whole lines are added by
one write in append mode, which the system places behind whatever others have
added meanwhile.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from memdeck.appending import append_bytes, open_to_append
from memdeck.daily.days import FOLDER
from memdeck.daily.parse import item_starts, last_heading
from memdeck.errors import Refused, Unusable, WrongUsage
from memdeck.limits import LARGEST_READ
from memdeck.markdown import BlockKind, blocks, line_end

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_MARKER: Final = re.compile(r"[-*+][ \t]+(?=\S)")
_AIRY: Final = re.compile(rb"^#{2,6} [^\r\n]*(?:\r\n\r\n|\n\n|\r\r)", re.MULTILINE)
_LINE_ENDS: Final = re.compile(rb"\r\n|\n|\r")
_PIECE: Final = 1 << 20
_LAST: Final = 256 * 1024
"""Bytes at the end of a log that is too large to be read: they say where a line goes."""
_WAIT: Final = 2.0
"""Seconds to wait for another memdeck that appends to the same log."""
_CLOSERS: Final = (b"", b"%(eol)b", b"```%(eol)b", b"~~~%(eol)b", b"````%(eol)b", b"-->%(eol)b")
"""What ends a block that would swallow the new line, tried in this order."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What is added behind the end of a log."""

    data: bytes
    bullet: int
    """Offset of the bullet in `data`."""


def append_log(
    root: Path, text: str, *, on: date, now: datetime, section: str | None, timed: bool = False
) -> tuple[Path, int]:
    """Append one bullet to the log of a day; its path and the bullet's line, from 1.

    The heading of `section` is repeated when the last heading of the file is
    another one; with None the bullet goes under whatever stands last. A new or
    empty file gets a title. With `timed` the bullet begins with the time of
    `now`. Raises WrongUsage for a text or section that is no line, Refused
    when the file may not be written, Unusable when the disk fails.
    """
    if timed:
        text = f"{now:%H:%M} {text}"
    lines = _lines(text)
    title = _title(section)
    path = _target(root, on)
    handle = open_to_append(root, path)
    try:
        _lock(handle)
        try:
            addition = plan_append(_end_of(handle), lines, on=on, section=title)
            end = append_bytes(handle, addition.data, path)
        except OSError as error:
            raise Unusable(
                f"{path.name} could not be appended to ({error.strerror}); "
                "nothing was written, and nothing that was in it is lost."
            ) from error
        return path, _line_at(handle, end - len(addition.data) + addition.bullet)
    finally:
        os.close(handle)


def append_lines(root: Path, path: Path, lines: bytes) -> int:
    """Append whole lines, to the byte, to the log at `path`; the line of the first, from 1.

    For lines that were in it before. Raises Refused when the file may not be
    written, Unusable when the disk fails.
    """
    handle = open_to_append(root, path)
    try:
        _lock(handle)
        try:
            there = _end_of(handle)
            eol = line_end(there or lines)
            if there and not there.endswith((b"\n", b"\r")):
                lines = eol + lines
            if not lines.endswith((b"\n", b"\r")):
                lines += eol
            end = append_bytes(handle, lines, path)
            return _line_at(handle, end - len(lines.lstrip(b"\r\n")))
        except OSError as error:
            raise Unusable(
                f"{path.name} could not be appended to ({error.strerror}); "
                "nothing was written, and nothing that was in it is lost."
            ) from error
    finally:
        os.close(handle)


def plan_append(data: bytes, lines: list[str], *, on: date, section: str | None) -> Addition:
    """What to add to a log that holds `data`: one bullet of these lines.

    Closes a code fence or a comment that the log leaves open, as the bullet
    would be part of it otherwise.
    """
    empty = not data.removeprefix(b"\xef\xbb\xbf").strip()
    eol = b"\n" if empty else line_end(data)
    bullet = _bullet(lines, eol)
    start = b""
    if data and not data.endswith((b"\n", b"\r")) and data != b"\xef\xbb\xbf":
        start = eol
    if empty:
        start += f"# {on.isoformat()} - Daily Log".encode() + eol + eol
    plans = []
    for closer in _CLOSERS:
        opening = start + closer.replace(b"%(eol)b", eol)
        if section is not None and not _same(last_heading(data + opening), section):
            opening = _with_heading(data, opening, section, eol)
        plan = Addition(opening + bullet, len(opening))
        if len(data) + plan.bullet in item_starts(data + plan.data):
            return plan
        plans.append(plan)
    return plans[0]


# --- The text --------------------------------------------------------------


def _lines(text: str) -> list[str]:
    if "\0" in text:
        raise WrongUsage("A log line cannot hold a NUL character; nothing was written.")
    lines = [line.rstrip() for line in _LINE_END.split(text)]
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    if not lines:
        raise WrongUsage("There is no text to log; nothing was written.")
    lines[0] = _MARKER.sub("", lines[0].strip(), count=1)
    return lines


def _title(section: str | None) -> str | None:
    if section is None:
        return None
    title = section.strip().lstrip("#").strip()
    if not title or len(_LINE_END.split(title)) > 1 or "\0" in title:
        raise WrongUsage("A section needs a title of one line; nothing was written.")
    return title


def _bullet(lines: list[str], eol: bytes) -> bytes:
    """One item: what follows the first line is indented, so that it stays part of it."""
    written = [f"- {lines[0]}", *(f"  {line}" if line else "" for line in lines[1:])]
    try:
        return b"".join(line.encode("utf-8", "surrogateescape") + eol for line in written)
    except UnicodeEncodeError as error:
        raise WrongUsage(
            "The text holds half a character (a lone surrogate); nothing was written."
        ) from error


def _same(title: str | None, section: str) -> bool:
    return title is not None and title.strip().rstrip(":").casefold() == section.casefold()


def _with_heading(data: bytes, opening: bytes, section: str, eol: bytes) -> bytes:
    """`opening` and the section's heading, in the manner of the headings that the log has."""
    before = data + opening
    level = 2
    airy = True
    headings = [block for block in blocks(data) if block.kind is BlockKind.HEADING]
    for block in headings:
        if _same(block.text, section) and block.level > 1:
            level = block.level
    if any(block.level > 1 for block in headings):
        airy = _AIRY.search(data) is not None
    if before and not before.endswith((eol + eol, b"\n\n")):
        opening += eol
    heading = "#" * level + " " + section
    return opening + heading.encode("utf-8", "surrogateescape") + eol + (eol if airy else b"")


# --- The file --------------------------------------------------------------


def _target(root: Path, on: date) -> Path:
    folder = root / FOLDER
    if folder.is_symlink() and not folder.resolve().is_relative_to(root.resolve()):
        raise Refused(f"{FOLDER} leads out of the workspace; nothing was written.")
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError:
        raise Refused(f"{folder} is not a folder; nothing was written.") from None
    except OSError as error:
        raise Unusable(
            f"{folder} could not be made ({error.strerror}); nothing was written."
        ) from error
    return folder / f"{on.isoformat()}.md"


def _lock(handle: int) -> None:
    """Keep other memdecks away from the file for a moment.

    The lock only saves a doubled heading; appends are whole without it, so
    that a lock that is not to be had stops nobody.
    """
    deadline = time.monotonic() + _WAIT
    while time.monotonic() < deadline:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.01)
        except OSError:
            return  # A file system without locks.
        else:
            return


def _end_of(handle: int) -> bytes:
    """What the file holds; of one that is too large to be read its last lines."""
    size = os.fstat(handle).st_size
    start = at = size - _LAST if size > LARGEST_READ else 0
    parts = []
    while part := os.pread(handle, _PIECE, at):
        parts.append(part)
        at += len(part)
    data = b"".join(parts)
    return data[data.find(b"\n") + 1 :] if start else data


def _line_at(handle: int, offset: int) -> int:
    """The line at an offset, from 1."""
    count, at, before = 1, 0, b""
    while at < offset and (part := os.pread(handle, min(_PIECE, offset - at), at)):
        # A line end of two bytes may lie across two pieces.
        count += len(_LINE_ENDS.findall(part)) - (before == b"\r" and part[:1] == b"\n")
        at, before = at + len(part), part[-1:]
    return count
