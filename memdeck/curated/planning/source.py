"""Any text made into the Markdown of one item, and of one item only.

A line of a log or a wish typed in a hurry can hold anything. What would start
a heading, a list, a quotation, code, a rule, a table or a comment of its own
is escaped with a backslash; inline marks stay, as they are part of how agents
write.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from memdeck.errors import Refused

_NEW_LINE: Final = re.compile(r"\r\n|\n|\r")
_BULLET: Final = re.compile(r"\A[-*+][ \t]+(?=\S)")
_RULE: Final = re.compile(r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
_NUMBER: Final = re.compile(r"(\d{1,9})([.)])(?=[ \t]|\Z)")
_INLINE_TAGS: Final = "a|abbr|b|br|code|del|em|i|img|ins|kbd|mark|q|s|small|span|strong|sub|sup|u"
_STARTS_A_BLOCK: Final = re.compile(
    r"#{1,6}(?:[ \t]|\Z)"  # heading
    r"|>"  # quotation
    r"|```|~~~"  # code
    r"|[-+*](?:[ \t]|\Z)"  # list
    r"|[|:\-][|:\-\s]*\Z|=+[ \t]*\Z"  # delimiter of a table, underline of a heading
    r"|\[[^\]\[]*\]:"  # definition of a link
    r"|<(?!https?:|mailto:|/?(?:" + _INLINE_TAGS + r")\b[^>]*>[ \t]*\S)"  # HTML, a conflict marker
)
_OPEN_COMMENT: Final = re.compile(r"(?<!\\)<!--(?!(?:(?!<!--).)*?-->)", re.DOTALL)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)


def source_lines(text: str) -> tuple[bytes, ...]:
    """The lines of one item that says `text`, without marker, indent and line ends.

    A leading bullet is taken for the item's own marker and left out; blank
    lines are left out, as they would end a paragraph; NUL becomes U+FFFD, as
    CommonMark reads it. Raises Refused when nothing visible is left, and for
    the fence comments of another program.
    """
    lines = [line.lstrip(" \t") for line in _NEW_LINE.split(text.replace("\0", "\ufffd"))]
    # Two spaces at the end of a line that another follows are a line break.
    lines = [line for line in lines if line]
    if lines:
        lines[-1] = lines[-1].rstrip(" \t")
    if not is_visible(_COMMENT.sub("", " ".join(lines))):
        raise Refused("There is no text to write, so nothing was written; type what to remember.")
    if "openclaw:dreaming:" in text and "<!--" in text:
        raise Refused(
            "The text holds a fence comment of a dreaming program, which would hand the lines "
            "around it to that program, so nothing was written; take the comment out."
        )
    if not _RULE.fullmatch(lines[0]):
        lines[0] = _BULLET.sub("", lines[0], count=1)
    whole = "\n".join(escaped(line) for line in lines)
    whole = _OPEN_COMMENT.sub(lambda match: "\\" + match.group(), whole)
    try:
        return tuple(whole.encode("utf-8", "surrogateescape").split(b"\n"))
    except UnicodeEncodeError as error:
        raise Refused(
            "The text holds half of a character (a lone surrogate), so nothing was written; "
            "type it again."
        ) from error


def one_line(lines: tuple[bytes, ...]) -> bytes:
    """The lines as one, for places that hold one line only, such as a table."""
    return b" ".join(line.strip(b" \t") for line in lines)


def is_visible(text: str) -> bool:
    """Whether a text holds anything that a reader would see."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in text) or any(
        "\udc80" <= character <= "\udcff" for character in text
    )


def escaped(line: str) -> str:
    """A line that starts no block."""
    if number := _NUMBER.match(line):
        return f"{number.group(1)}\\{line[number.end(1) :]}"
    if _STARTS_A_BLOCK.match(line) or _RULE.fullmatch(line):
        return "\\" + line
    return line


def cells(line: bytes) -> list[bytes]:
    """The cells of a table row, as written."""
    inner = line.strip(b" \t\r\n")
    inner = inner[1:] if inner.startswith(b"|") else inner
    if inner.endswith(b"|") and not inner.endswith(b"\\|"):
        inner = inner[:-1]
    return [cell.strip(b" \t") for cell in re.split(rb"(?<!\\)\|", inner)]
