"""Text from disk made safe to show.

Language models write the files that memdeck shows, and what they write can
hold anything: escape sequences that reach the clipboard or the title, bidi
overrides that reorder a line, invisible characters that hide one. `show` lets
only visible characters through. It is used for rows that are about to be
drawn, never on stored bytes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# How many combining marks in a row a base character keeps. Pointed Hebrew and
# Vietnamese stay under it; a "combining storm" that paints over the
# neighbouring lines does not.
COMBINING_LIMIT: Final = 4

_NEEDS_CARE: Final = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f\u00ad"  # C0, DEL, C1, soft hyphen
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061c\u064b-\u065f\u06d6-\u06ed"
    "\u0900-\u0dff\u0e31-\u0e4e\u0f18-\u0fbc\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # fillers without a glyph
    "\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb"
    "\ud800-\udfff"
    "\U000e0000-\U000e0fff\U0001bca0-\U0001bca3\U0001d165-\U0001d1ad"
    "]"
)
_INVISIBLE: Final = re.compile(
    "[\x80-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff\U0001bca0-\U0001bca3]"
)
_EMOJI_PRESENTATION: Final = "\ufe0f"
_ZERO_WIDTH_JOINER: Final = "\u200d"
_BAD_BYTE: Final = "\udc80", "\udcff"


def show(text: str, *, multiline: bool = False) -> str:
    """`text` with nothing in it but visible characters.

    C0 controls become control pictures; C1, bidi, zero-width, tag and other
    invisible characters become their code in angle quotes (`‹U+202E›`), bytes
    that are not UTF-8 (surrogate escapes) theirs (`‹xFF›`); runs of combining
    marks are capped at `COMBINING_LIMIT` and the rest counted (`‹+12›`).
    A joiner between two emoji is left out, so that each is drawn by itself and
    takes the width that it is counted with. With `multiline`, line feeds stay
    and tabs become four spaces.
    """
    if _NEEDS_CARE.search(text) is None:
        return text
    shown: list[str] = []
    combining = 0
    for index, character in enumerate(text):
        if unicodedata.category(character) in ("Mn", "Me") and not _INVISIBLE.match(character):
            combining += 1
            if combining <= COMBINING_LIMIT:
                shown.append(character)
            continue
        if combining > COMBINING_LIMIT:
            shown.append(f"‹+{combining - COMBINING_LIMIT}›")
        combining = 0
        shown.append(_shown(text, index, character, multiline))
    if combining > COMBINING_LIMIT:
        shown.append(f"‹+{combining - COMBINING_LIMIT}›")
    return "".join(shown)


def _shown(text: str, index: int, character: str, multiline: bool) -> str:
    """What stands for one character that is no combining mark."""
    if multiline and character in "\n\t":
        return "\n" if character == "\n" else "    "
    if character < " ":
        return chr(0x2400 + ord(character))
    if character == "\x7f":
        return "\u2421"
    if _INVISIBLE.match(character) is None:
        return character
    before = text[index - 1] if index else ""
    if character == _EMOJI_PRESENTATION and before and not (before.isspace() or before.isalpha()):
        return character
    if character == _ZERO_WIDTH_JOINER and _joins_emoji(text, index):
        return ""
    if _BAD_BYTE[0] <= character <= _BAD_BYTE[1]:
        return f"‹x{ord(character) - 0xDC00:02X}›"
    return f"‹U+{ord(character):04X}›"


def _joins_emoji(text: str, index: int) -> bool:
    """Whether the joiner at `index` stands between two emoji."""
    if index == 0 or index + 1 >= len(text):
        return False
    emoji = ("So", "Sk")
    before = (
        text[index - 2] if text[index - 1] == _EMOJI_PRESENTATION and index > 1 else text[index - 1]
    )
    return unicodedata.category(before) in emoji and unicodedata.category(text[index + 1]) in emoji


def show_each(text: str) -> str:
    """Like `show`, one visible character for each: for a field, where a cursor counts them.

    What has no picture of its own becomes U+FFFD, whatever it was.
    """
    if _NEEDS_CARE.search(text) is None:
        return text
    return "".join(
        each if len(each) == 1 else "\ufffd"
        for each in (
            _shown(text, index, character, multiline=False) for index, character in enumerate(text)
        )
    )


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: `1 line`, `2 lines`, `11 204 lines`."""
    return f"{thin(count)} {one if count == 1 else many or one + 's'}"


def thin(number: int) -> str:
    """A whole number with a space between thousands: `11 204`."""
    return f"{number:,}".replace(",", " ")
