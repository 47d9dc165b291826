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
from collections.abc import Iterator
from typing import Final

# How many combining marks in a row a base character keeps. Pointed Hebrew and
# Vietnamese stay under it; a "combining storm" that paints over the
# neighbouring lines does not.
COMBINING_LIMIT: Final = 4

# Where characters stand that are drawn onto the one before, or not at all: roughly, as what is
# found here is only looked at more closely. The others are known by `str.isprintable`.
_NEEDS_CARE: Final = re.compile(
    "["
    "\u0300-\u036f\u0483-\u0489\u0590-\u05cf\u0610-\u0620\u064b-\u0670\u06d6-\u06ed\u0700-\u08ff"
    "\u0900-\u0dff\u0e31-\u0e4e\u0eb1-\u0ece\u0f18-\u0fcf\u1020-\u109f\u1100-\u11ff\u135d-\u135f"
    "\u1712-\u18af\u1920-\u1cff\u1dc0-\u1dff\u20d0-\u20ff\u2cef-\u2cf1\u2d7f-\u2dff\u302a-\u302f"
    "\u3099\u309a\u3164\ua66f-\ua6f1\ua802-\uabff\ud7b0-\ud7ff\ufb1e\ufe00-\ufe2f\uffa0"
    "\U000101fd-\U0001efff\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff"
    "]"
)
# Letters and marks without a glyph, and what chooses between the glyphs of another one.
_INVISIBLE: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
) | frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_EMOJI_PRESENTATION: Final = "\ufe0f"
# What it follows beside symbols: keycaps, and punctuation that has an emoji.
_EMOJI_TOO: Final = frozenset("0123456789#*‼⁉ℹ〰〽")
_ZERO_WIDTH_JOINER: Final = "\u200d"
_BAD_BYTE: Final = "\udc80", "\udcff"
# Syllables of Korean are built from these, and hands and faces coloured by those.
_BUILT_ON: Final = ("\u1160", "\u11ff"), ("\ud7b0", "\ud7ff"), ("\U0001f3fb", "\U0001f3ff")
# Emoji come faster than new versions of Python, which take them for no characters.
_NEW_EMOJI: Final = "\U0001f000", "\U0001faff"


def show(text: str, *, multiline: bool = False) -> str:
    """`text` with nothing in it but visible characters.

    C0 controls become control pictures; C1, bidi, zero-width, tag and other
    invisible characters become their code in angle quotes (`‹U+202E›`), as does
    what nobody has a glyph for, bytes that are not UTF-8 (surrogate escapes)
    theirs (`‹xFF›`); runs of combining marks, and of whatever else is drawn onto
    the character before, are capped at `COMBINING_LIMIT` and the rest counted
    (`‹+12›`).
    A joiner between two emoji is left out, so that each is drawn by itself and
    takes the width that it is counted with. With `multiline`, line feeds stay
    and tabs become four spaces.
    """
    if _is_plain(text):
        return text
    shown: list[str] = []
    attached = 0
    for index, character in enumerate(text):
        if _is_attached(character):
            attached += 1
            if attached <= COMBINING_LIMIT:
                shown.append(character)
            continue
        if attached > COMBINING_LIMIT:
            shown.append(f"‹+{attached - COMBINING_LIMIT}›")
        attached = 0
        shown.append(_shown(text, index, character, multiline))
    if attached > COMBINING_LIMIT:
        shown.append(f"‹+{attached - COMBINING_LIMIT}›")
    return "".join(shown)


def _is_plain(text: str) -> bool:
    """Whether each character takes the room of one, and none needs a closer look."""
    return text.isprintable() and _NEEDS_CARE.search(text) is None


def _is_attached(character: str) -> bool:
    """Whether it is drawn onto the one before: a mark, or a part of a syllable or an emoji."""
    if character in _INVISIBLE or not character.isprintable():
        return False
    return unicodedata.category(character) in ("Mn", "Mc", "Me") or any(
        first <= character <= last for first, last in _BUILT_ON
    )


def _shown(text: str, index: int, character: str, multiline: bool) -> str:
    """What stands for one character that is attached to no other."""
    if multiline and character in "\n\t":
        return "\n" if character == "\n" else "    "
    if character < " ":
        return chr(0x2400 + ord(character))
    if character == "\x7f":
        return "\u2421"
    if _is_seen(character):
        return character
    if character == _EMOJI_PRESENTATION and index and _has_emoji(text[index - 1]):
        return character
    if character == _ZERO_WIDTH_JOINER and _joins_emoji(text, index):
        return ""
    if _BAD_BYTE[0] <= character <= _BAD_BYTE[1]:
        return f"‹x{ord(character) - 0xDC00:02X}›"
    return f"‹U+{ord(character):04X}›"


def _is_seen(character: str) -> bool:
    """Whether a person sees it, or the room that it takes."""
    if character.isprintable():
        return character not in _INVISIBLE
    if _NEW_EMOJI[0] <= character <= _NEW_EMOJI[1]:
        return True
    return unicodedata.category(character) == "Zs"


def _has_emoji(character: str) -> bool:
    """Whether the emoji presentation means something behind it."""
    return character in _EMOJI_TOO or unicodedata.category(character) in ("So", "Sm", "Sk")


def _joins_emoji(text: str, index: int) -> bool:
    """Whether the joiner at `index` stands between two emoji."""
    if index == 0 or index + 1 >= len(text):
        return False
    emoji = ("So", "Sk")
    before = (
        text[index - 2] if text[index - 1] == _EMOJI_PRESENTATION and index > 1 else text[index - 1]
    )
    return unicodedata.category(before) in emoji and unicodedata.category(text[index + 1]) in emoji


def escaped(json_text: str) -> str:
    """A JSON document that says the same with nothing in it but visible characters: whatever
    `show` would not let through is written as its escape."""
    return "\n".join(
        line if _is_plain(line) else "".join(_escapes(line)) for line in json_text.split("\n")
    )


def _escapes(line: str) -> Iterator[str]:
    attached = 0
    for character in line:
        attached = attached + 1 if _is_attached(character) else 0
        if attached <= COMBINING_LIMIT and (attached or _is_seen(character)):
            yield character
        else:
            units = character.encode("utf-16-be", "surrogatepass")
            yield "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def show_each(text: str) -> str:
    """Like `show`, one visible character for each: for a field, where a cursor counts them.

    What has no picture of its own becomes U+FFFD, whatever it was.
    """
    if _is_plain(text):
        return text
    shown: list[str] = []
    attached = 0
    for index, character in enumerate(text):
        if _is_attached(character):
            attached += 1
            each = character if attached <= COMBINING_LIMIT else ""
        else:
            attached = 0
            each = _shown(text, index, character, multiline=False)
        shown.append(each if len(each) == 1 else "\ufffd")
    return "".join(shown)


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: `1 line`, `2 lines`, `11 204 lines`."""
    return f"{thin(count)} {one if count == 1 else many or one + 's'}"


def thin(number: int) -> str:
    """A whole number with a space between thousands: `11 204`."""
    return f"{number:,}".replace(",", " ")


def in_shell(name: str) -> str:
    """A name in a command that the person may type or copy: one word for a shell, whatever it is.

    Agents, repositories and their remotes choose names, and a shell runs what `;` and `$` begin.
    """
    import shlex

    return shlex.quote(show(name))
