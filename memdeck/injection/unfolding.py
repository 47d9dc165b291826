"""A text as a model makes it out: folded to plain letters, and with what it hides decoded."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

# Letters that look like Latin ones, where they stand among Latin ones.
_LOOK_ALIKES: Final = str.maketrans(
    "авсԁеһіјӏмпорԛгѕтхуԝԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοερνικτυχωѡıɡɩʟꜱ",
    "abcdehijlmnopqrstxywwabezhikmnoptyxaoepviktuxwwigils",
)
_LATIN: Final = re.compile(r"[a-z]")
_NOT_SEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0100-\U000e01ef]"
)
_TAGS: Final = re.compile("[\U000e0020-\U000e007e]+")
_SPACES: Final = re.compile(r"[\s\u2800_*~]+")
_LEET: Final = str.maketrans("013457@$!|", "oieastasil")
_LEETED: Final = re.compile(r"[a-z][013457@$!|][a-z013457@$!|]")
_LEET_WORD: Final = re.compile(r"(?=\S*[a-z])(?=\S*[013457@$!|])[a-z013457@$!|]{3,}")
_NO_LETTER: Final = re.compile(r"[^a-z]+")
_JOINED: Final = re.compile(
    r"(?:ignore|disregard|forget|override|bypass)(?:all|any|the|your|of|these|those)*"
    r"(?:previous|prior|above|earlier|preceding|system|your|all)+(?:the|system|given)*"
    r"(?:instructions?|prompts?|directives?|systemprompt)"
)
_BASE64: Final = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,}={0,2}")
_HEX: Final = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[ :]?){16,}")
_CODES: Final = re.compile(r"(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}){6,}")
_MOST_TOKENS: Final = 20
_READABLE: Final = 0.85
"""The part of decoded text that must be letters, spaces and marks to be taken for text."""
_BACKWARDS: Final = re.compile(r"snoitcurtsni|tpmorp metsys", re.IGNORECASE)
_ROT13: Final = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM",
)
_ROT13_OF: Final = re.compile(r"vafgehpgvba|flfgrz cebzcg", re.IGNORECASE)


def folded(text: str) -> str:
    """The text in small plain letters, with one space between words and nothing invisible in it."""
    if text.isascii():
        return _SPACES.sub(" ", text.lower())
    text = _NOT_SEEN.sub("", text)
    text = _TAGS.sub(_untagged, text)
    # Decomposed and without marks, then put together again: Korean syllables are one character.
    parts = unicodedata.normalize("NFKD", text)
    bare = "".join(each for each in parts if unicodedata.category(each) != "Mn")
    text = unicodedata.normalize("NFC", bare).casefold()
    words = (_latin(word) for word in _SPACES.split(text))
    return " ".join(words)


def _untagged(found: re.Match[str]) -> str:
    return "".join(chr(ord(each) - 0xE0000) for each in found[0])


def _latin(word: str) -> str:
    """A word with the letters that pretend to be Latin as Latin ones; others are left alone."""
    if word.isascii() or not _LATIN.search(word):
        return word
    return word.translate(_LOOK_ALIKES)


def joined(text: str) -> bool:
    """Whether folded text overrides instructions once everything between its letters is gone, or
    digits and signs are the letters that they look like."""
    if _JOINED.search(_NO_LETTER.sub("", text)):
        return True
    if not _LEETED.search(text):
        return False
    plain = _LEET_WORD.sub(lambda found: found[0].translate(_LEET), text)
    return _JOINED.search(_NO_LETTER.sub("", plain)) is not None


def decoded(text: str) -> Iterator[str]:
    """What a text holds in an encoding that models read."""
    for number, found in enumerate(_BASE64.finditer(text)):
        if number >= _MOST_TOKENS:
            break
        yield from _unbased(found[0])
    for found in _HEX.finditer(text):
        digits = re.sub("[ :]", "", found[0])
        yield from _text_of(bytes.fromhex(digits[: len(digits) // 2 * 2]))
    if "%" in text and (plain := unquote(text)) != text:
        yield plain
    if "&" in text and (plain := html.unescape(text)) != text:
        yield plain
    for found in _CODES.finditer(text):
        yield re.sub(r"\\[ux]([0-9a-fA-F]{2,4})", lambda code: chr(int(code[1], 16)), found[0])
    if _BACKWARDS.search(text):
        yield text[::-1]
    if _ROT13_OF.search(text):
        yield text.translate(_ROT13)


def _unbased(token: str) -> Iterator[str]:
    plain = token.rstrip("=").replace("-", "+").replace("_", "/")
    if len(plain) % 4 == 1:
        return
    try:
        data = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return
    yield from _text_of(data)


def _text_of(data: bytes) -> Iterator[str]:
    """Bytes as text, when they are some."""
    for encoding in ("utf-8", "utf-16-le") if b"\0" in data else ("utf-8",):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        readable = sum(each.isalpha() or each.isspace() or each in ".,:;!?'\"-_/" for each in text)
        if readable >= _READABLE * len(text):
            yield text
