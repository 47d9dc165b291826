"""What the commands print: data to stdout, narration to stderr, nothing else to either."""

from __future__ import annotations

import errno
import math
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

import click

from memdeck.errors import Unusable
from memdeck.text import escaped, show

DUMB: Final = "dumb"
"""What `TERM` says of a terminal that can do nothing but print."""

_SIGNS: Final = {
    **{"→": "->", "…": "...", "·": "-", "×": "x", "−": "-", "—": "-", "–": "-"},
    **{"⚠": "!", "✓": "v", "≈": "~", "▲": "!", "●": "o", "○": "_"},
}


def data(text: str) -> None:
    """Print one piece of data, made safe to show, with a line feed behind it."""
    _line(show(text, multiline=True))


def told(text: str, *, reveal: bool = False) -> None:
    """Print a line about memory for a person: what looks like a secret is covered."""
    from memdeck.secrets import covered

    data(text if reveal else covered(text))


def emphasised(pieces: Iterable[tuple[str, bool]]) -> None:
    """Print one line of pieces, each made safe to show; those that count are bold on a terminal."""
    dull = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == DUMB
    plain = dull or not on_terminal()
    text = "".join(
        show(piece) if plain or not counts else click.style(show(piece), bold=True)
        for piece, counts in pieces
    )
    _line(text)


def on_terminal() -> bool:
    """Whether stdout is a terminal, which obeys what is printed to it."""
    return sys.stdout is not None and sys.stdout.isatty()


def value(text: str, *, shown: str | None = None) -> None:
    """Print one piece of text from disk: as it is to a program; on a terminal safe to show, with
    what looks like a secret covered, and `shown` in its place if given."""
    if on_terminal():
        told(text if shown is None else shown)
    else:
        raw((text + "\n").encode("utf-8", "surrogateescape"))


def patch(text: str) -> None:
    """Print a diff, which ends with a line feed: to the byte for a program that applies it."""
    if text:
        given(text.encode("utf-8", "surrogateescape"))


def given(content: bytes, *, reveal: bool = True) -> None:
    """Print what a program is given: to the byte, but safe to show on a terminal, and there without
    `reveal` with what looks like a secret covered."""
    if on_terminal():
        told(content.decode("utf-8", "surrogateescape").removesuffix("\n"), reveal=reveal)
    else:
        raw(content)


def raw(content: bytes) -> None:
    """Print exactly these bytes."""
    if sys.stdout is None:
        # Closed by whoever started us (`>&-`): nobody wants it.
        return
    with _said_when_full():
        sys.stdout.flush()
        left = memoryview(content)
        while left:
            # With PYTHONUNBUFFERED this is the file itself, which may take a part and be content.
            left = left[sys.stdout.buffer.write(left) or 0 :]
        sys.stdout.buffer.flush()


def _line(text: str) -> None:
    """Print text that is safe to show, with a line feed behind it."""
    encoding = _encoding_of(sys.stdout)
    raw((_held(text, encoding) + "\n").encode(encoding, "backslashreplace"))


def _held(text: str, encoding: str) -> str:
    """`text` with other signs for those of memdeck that an output of this encoding cannot hold."""
    lacking = {ord(sign): other for sign, other in _SIGNS.items() if not _can_hold(encoding, sign)}
    return text.translate(lacking) if lacking else text


def _can_hold(encoding: str, sign: str) -> bool:
    try:
        sign.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _encoding_of(stream: TextIO | None) -> str:
    return getattr(stream, "encoding", None) or "utf-8"


def document(value: Any) -> None:
    """Print one JSON document."""
    _line(json_text(value, _encoding_of(sys.stdout)))


def narrate(words: str) -> None:
    """Tell the person something, on stderr. What looks like a secret is covered."""
    from memdeck.secrets import covered

    aside(covered(words))


def aside(words: str) -> None:
    """Say something on stderr, made safe to show."""
    if sys.stderr is None:
        return
    # Not by click, which writes UTF-8 to what asks for ASCII.
    text = _held(show(words, multiline=True), _encoding_of(sys.stderr))
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def warning_sign(*, err: bool = False) -> str:
    """What stands before a warning: a sign, or one that an output without it can hold."""
    encoding = _encoding_of(sys.stderr if err else sys.stdout)
    return "⚠" if _can_hold(encoding, "⚠") else _SIGNS["⚠"]


def json_text(value: Any, encoding: str = "utf-8", indent: int | None = 2) -> str:
    """`value` as JSON: text as it is where the output can hold it, else escaped.

    Bytes that are not UTF-8 (lone surrogates here) and characters that are not
    seen (escape sequences, bidi controls) are always escaped, so that the
    document is valid, obeyed by no terminal, and nothing in it is lost. JSON has
    no number that is not finite; such a one becomes a string.
    """
    import json

    utf_8 = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    try:
        text = json.dumps(value, ensure_ascii=not utf_8, indent=indent, allow_nan=False)
    except ValueError:
        finite = _finite(value)
        text = json.dumps(finite, ensure_ascii=not utf_8, indent=indent, allow_nan=False)
    return escaped(text)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value


@contextmanager
def _said_when_full() -> Iterator[None]:
    """Put into words that the output cannot be written; a reader that left is no error here."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        raise Unusable(
            f"The output could not be written ({error.strerror}): "
            "send it somewhere that has room for it."
        ) from error
