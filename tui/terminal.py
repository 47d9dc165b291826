"""What the dashboard writes to the terminal with: whole, in characters that the terminal has."""

from __future__ import annotations

import os
import re
import select
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final, TextIO

from rich.cells import cell_len
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App

# Of Textual's own frames, bars and arrows; and what people type for want of the ASCII sign.
_SIGNS: Final = {
    **dict.fromkeys("│┃║▏▎▍▌▐▕╎┆┊", "|"),
    **dict.fromkeys("─━═╌┄┈‐‑‒–—―", "-"),
    **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼╔╗╚╝", "+"),
    **dict.fromkeys("▁▂▃▄▅▆▇_", "_"),
    **dict.fromkeys("█▓▒░▀▔■▊▋▉", "#"),
    **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("‘’‚′", "'"),
    **dict.fromkeys("•·●○◆◇", "*"),
    **dict.fromkeys("→▶▸⏵", ">"),
    **dict.fromkeys("←◀◂⏴", "<"),
    **{"↑": "^", "↓": "v", "▾": "v", "▲": "^", "▼": "v", "…": "~", "×": "x"},
}
_AS_EMOJI: Final = re.compile(".\ufe0f")


class Whole:
    """A stream that Textual writes to, for a terminal of an encoding.

    Textual's own stream gives up what a terminal does not take at once (it is
    unbuffered with PYTHONUNBUFFERED, and a short write is no error then) and
    fails for good when another program left the terminal non-blocking. A
    terminal that is gone gets nothing more.
    """

    def __init__(self, stream: TextIO | None, encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding
        self._gone = False

    def write(self, text: str) -> int:
        """Write all of it, however long that takes."""
        if self._stream is None:
            return len(text)
        data = memoryview(fitted(text, self._encoding))
        while data and not self._gone:
            try:
                data = data[os.write(self.fileno(), data) :]
            except BlockingIOError:
                select.select([], [self.fileno()], [])
            except OSError:
                self._gone = True
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""

    def fileno(self) -> int:
        """The descriptor that is written to."""
        return self._stream.fileno() if self._stream else -1


class TerminalDriver(LinuxDriver):
    """Textual's driver for terminals, writing through `Whole`."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        stream = self._file
        self._file = Whole(stream, encoding_of(stream))  # type: ignore[assignment]


def encoding_of(stream: TextIO | None) -> str:
    """What the terminal behind a stream takes; ASCII where nobody knows it."""
    name = getattr(stream, "encoding", None) or "ascii"
    try:
        "".encode(name)
    except LookupError:
        return "ascii"
    return name


def fitted(text: str, encoding: str) -> bytes:
    """`text` in an encoding: of the same width, with signs that are like those that it lacks."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        pass
    text = _AS_EMOJI.sub(lambda found: "?" * cell_len(found.group()), text)
    return "".join(_like(each, encoding) for each in text).encode(encoding, "replace")


@cache
def _like(character: str, encoding: str) -> str:
    """What stands for a character: itself, a sign that looks like it, or question marks."""
    base = unicodedata.normalize("NFKD", character)[:1]
    for each in (character, _SIGNS.get(character, ""), base):
        if each and cell_len(each) == cell_len(character) and _is_in(each, encoding):
            return each
    return "?" * cell_len(character)


def _is_in(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
