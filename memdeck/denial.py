"""Whether a line takes back what a word of it says: `not done yet`, `decided: nothing`.

A small rule for many languages and no grammar: a word of denial among the
three words before, in the same clause; or nothing behind a colon but `nothing`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ACCENTS: Final = re.compile("[\u0300-\u036f]+")


def plain(text: str) -> str:
    """Lower case, without accents, in one form of every character."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart)).replace("’", "'")


def words(table: str) -> frozenset[str]:
    """The words of a table, plain."""
    return frozenset(plain(table).split())


# English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian, Ukrainian, Turkish,
# Hebrew, Arabic.
_NO: Final = words("""
    not no nothing none never nobody neither cannot
    nicht nichts kein keine keinen keiner niemand nie
    pas rien aucun aucune jamais
    nada ningun ninguna ninguno nunca
    nao nenhum nenhuma
    non niente nulla nessun nessuna nessuno mai
    niet niets geen
    nic nigdy żaden żadna
    не нет ничего ні немає нічого
    yok değil hiç
    לא אין שום כלום لم ليس ليست لن
""")
_NOTHING: Final = words("""
    nothing none nil nobody n/a nichts keine keiner rien aucun aucune nada ninguno ninguna
    nenhum nenhuma niente nulla nessuno nessuna niets geen nic brak ничего нет нічого немає yok
    כלום אין
    无 無 没有 沒有 なし 特になし 없음
""")
_FOR_NOW: Final = frozenset(("so far", "for now", "at all", "right now", "bis jetzt"))
_BEFORE: Final = 3
"""Words: `has not yet been decided` has two between."""
_UNSPACED_NO: Final = ("未", "没", "沒", "没有", "沒有", "无", "無", "不", "미")
_UNSPACED_NO_BEHIND: Final = re.compile("ていない|てない|하지 않|되지 않|ませんで")
_FAR: Final = 10
"""Characters behind the beginning of a word in which it may be taken back so."""
_CLAUSE: Final = re.compile(r"[.,;:!?|()\[\]/…–—。，、；：！？]|\s-+\s")
_WORDS: Final = re.compile(r"[\w'-]+")
_AROUND: Final = " \t:：=>*_~`–—-.!。()"


def denied_before(said: str, start: int) -> bool:
    """Whether the word at `start` of a plain text is one of what is not so."""
    before = said[:start]
    if before.endswith(_UNSPACED_NO) or _UNSPACED_NO_BEHIND.search(said[start : start + _FAR]):
        return True
    clause = _CLAUSE.split(before)[-1]
    return any(map(_denies, _WORDS.findall(clause)[-_BEFORE:]))


def denied_behind(said: str, start: int) -> bool:
    """Whether the plain text goes on behind a colon to say that there is nothing."""
    _, colon, behind = said[start:].replace("：", ":").partition(":")
    return bool(colon) and any(map(str.isalnum, behind)) and says_nothing(behind)


def says_nothing(said: str) -> bool:
    """Whether a plain text says but that there is nothing: `none`, `nothing yet`, `-`."""
    bare = said.strip(_AROUND)
    if not any(map(str.isalnum, bare)):
        return True
    first, _, rest = bare.partition(" ")
    return first in _NOTHING and (len(rest.split()) < 2 or rest in _FOR_NOW)


def _denies(word: str) -> bool:
    return word in _NO or word.endswith("n't")
