"""In what two lines that are much alike still say different things. Pure.

`Retry after 30 s` and `Retry after 90 s` are 90 % alike, and neither stands for
the other. What tells lines apart like that are numbers, dates, negations, names
and what stands between backquotes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from memdeck.curated.likeness import said
from memdeck.curated.planning.dates import dates_in

_WORDS: Final = 5
_LENGTH: Final = 25
"""Words and characters from which two lines that are nearly the same may say the same."""
_DATE: Final = re.compile(r"\d{4}[-/.年]\s?\d{1,2}(?:[-/.月]\s?\d{1,2})?日?")
_NUMBER: Final = re.compile(r"\d+(?:[.,:]\d+)*")
_TICKED: Final = re.compile(r"`+([^`]+)`+")
_CAPITAL: Final = re.compile(r"(?<![\w'’-])[^\W\d_a-z][\w'’-]*")
_STARTS: Final = re.compile(r"(?:^|[.!?:]\s)[\W\d_]*\Z")
"""What stands before a word that has a capital letter for its place alone."""
_LETTERS: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_DENIALS: Final = """
    no not never none nothing nobody without cannot neither nor except unless stop avoid refuse
    nicht kein keine keinen keiner keines nie niemals ohne nichts
    pas jamais sans aucun aucune rien non sin nunca ningún ninguna nada ni jamás
    não nem sem nenhum nenhuma mai senza nessuno nessuna geen niet nooit zonder
    bez nigdy brak не нет без никогда нельзя ні немає ніколи değil yok asla hiç
    לא אין אל בלי אסור לעולם لا ليس لن لم بدون غير नहीं बिना मत कभी
"""
_NOT: Final = frozenset(_DENIALS.split())
_NOT_UNSPACED: Final = re.compile(r"[不没沒无無别勿非]|ない|なし|ません|않|없|아니|안 ")


def says_enough(text: str) -> bool:
    """Whether a line is long enough for one that is nearly the same to say the same.

    `nested one` and `nested two` are 80 % alike.
    """
    words = said(text)
    return words.count(" ") + 1 >= _WORDS and len(words) >= _LENGTH


def difference(one: str, other: str) -> str | None:
    """In what two lines differ that may not be mistaken, in words: `a number`; None if in nothing.

    Both as Markdown, as they are written.
    """
    for name, found in _KINDS:
        if found(one) != found(other):
            return name
    return None


def _dates(text: str) -> frozenset[str]:
    return frozenset(each.isoformat() for each in dates_in(text))


def _numbers(text: str) -> frozenset[str]:
    return frozenset(_NUMBER.findall(_DATE.sub(" ", unicodedata.normalize("NFKC", text))))


def _ticked(text: str) -> frozenset[str]:
    return frozenset(" ".join(each.split()) for each in _TICKED.findall(text))


def _denials(text: str) -> frozenset[str]:
    """How often it says no, whatever the words."""
    words = (each.casefold().replace("’", "'") for each in _LETTERS.findall(text))
    count = sum(each in _NOT or each.endswith("n't") for each in words)
    return frozenset((str(count + len(_NOT_UNSPACED.findall(text))),))


def _names(text: str) -> frozenset[str]:
    """Words with a capital letter that is not for their place in the sentence alone."""
    plain = re.sub(r"[*_~]+", "", _TICKED.sub(" ", text))
    return frozenset(
        found.group()
        for found in _CAPITAL.finditer(plain)
        if found.group()[:1].isupper()
        and (found.group()[1:2].isupper() or not _STARTS.search(plain[: found.start()]))
    )


_KINDS: Final[tuple[tuple[str, Callable[[str], frozenset[str]]], ...]] = (
    ("a word between backquotes", _ticked),
    ("a number", _numbers),
    ("a date", _dates),
    ("a no or not", _denials),
    ("a name", _names),
)
