"""What a log leaves to whoever comes next: what is blocked, open, decided, completed.

Stricter than the guess of `memdeck.meaning`, as a person acts on it: a word
counts where a line begins with it (`Blocked: ...`, `Shipped ...`), not
somewhere in it, and in a row of a table not at all. What stands under a title
belongs to it, unless the line itself says otherwise. What is still to be done
is known by an open checkbox, a label (`TODO: ...`) or a title (`Next steps`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Final

from memdeck.denial import denied_before, denied_behind, plain, says_nothing, words
from memdeck.meaning import emoji_lead, meaning_of_title, mentions
from memdeck.model import LogItem, LogSection, Meaning


class Left(StrEnum):
    """What of a log is handed over, in the order in which it is told."""

    BLOCKED = "blocked"
    OPEN = "open"
    """What is still to be done."""
    DECISION = "decision"
    COMPLETED = "completed"


# A `_` stands for a space. Languages as in `memdeck.meaning`.
_SURE: Final = """
    todo to_do to_dos to-do to-dos fixme wip work_in_progress in_progress next_step next_steps
    next_action next_actions next_up next_time next_session next_shift left_to_do still_to_do
    still_open still_left open_item open_items open_task open_tasks open_thread open_threads
    open_point open_points open_end open_ends open_work open_loops loose_ends handover hand_over
    hand-over handoff hand-off hand_off outstanding unfinished not_done remaining_work
    remaining_tasks handed_over follow-up follow-ups follow_up follow_ups action_items to_pick_up
    for_whoever for_the_next
    noch_offen noch_zu_tun zu_tun nachste_schritte nachster_schritt als_nachstes ubergabe
    offene_aufgaben offene_punkte in_arbeit
    a_faire reste_a_faire prochaine_etape prochaines_etapes passation en_cours
    por_hacer pendiente_de proximo_paso proximos_pasos traspaso en_curso
    a_fazer por_fazer proximo_passo proximos_passos passagem_de_turno em_andamento
    da_fare prossimo_passo prossimi_passi passaggio_di_consegne in_corso
    te_doen nog_te_doen volgende_stap volgende_stappen overdracht
    сделать осталось_сделать осталось следующие_шаги следующий_шаг передача_смены в_работе
    לעשות נשאר_לעשות הצעד_הבא הצעדים_הבאים מהמשך للقيام_به الخطوة_التالية الخطوات_التالية متبق
    待办 待辦 下一步 接下来 接下來 未完 交接 やること 次のステップ 残タスク 引き継ぎ 引継ぎ
    할_일 다음_단계 인수인계
"""
"""A title or label that begins so tells of what is still to be done."""
_ALONE: Final = """
    todos open next left remaining pending tomorrow later offen morgen rest reste demain falta
    faltan manana pendentes amanha restante aperti domani open rest morgen далее завтра
    次 残り 明日 明天 다음
"""
"""The same of these, when nothing else is said in the title or label."""


def _read(table: str) -> tuple[str, ...]:
    return tuple(plain(each.replace("_", " ")) for each in table.split())


_BEGINS: Final = re.compile(
    "(?:" + "|".join(sorted(map(re.escape, _read(_SURE)), key=len, reverse=True)) + ")"
)
_WHOLE: Final = frozenset(_read(_ALONE))
_WORD_GOES_ON: Final = re.compile(r"[\w-]")
_LABEL: Final = re.compile(r"([^:：。.!?|]{1,40})[:：]")
_LABEL_WORDS: Final = 4
_MARKS: Final = re.compile(r"^(?:[^\w]|[\d.:/]+(?!\w))+")
_WORD: Final = re.compile(r"[^\W_][\w'-]*")
# Words that stand before the one that says it: `we have now decided`, `nothing was decided`.
_FILLERS: Final = words("""
    we i it all everything both has have had is are was were be been being now finally just still
    already also currently again yet today at last
    wir ich es alles ist sind war waren wurde wurden wird werden haben hat noch schon immer jetzt
    nun heute endlich
    nous on j'ai c'est ce tout est sont ete a ont avons n'est n'a n'ont n'avons ne encore deja
    se ha han hemos fue todo ya aun todavia esta estan
    foi foram ainda ja tudo esta
    abbiamo hanno e sono stato ancora gia tutto
    wij het is zijn nog al alles
    мы я это все всё уже еще ещё было
    עדיין כבר הכל تم
    not no nothing none never nobody nicht nichts kein keine pas rien aucun aucune nada ningun
    ninguna no nao nenhum nenhuma non niente nulla nessun nessuna niet niets geen не нет ничего
    לא אין لم isn't wasn't aren't weren't hasn't haven't didn't
""")
_HINDERED: Final = re.compile(
    r"\b(?:(?:blocked|held up|stuck|paused) (?:by|on|until)|waiting (?:for|on)"
    r"|(?:blockiert|aufgehalten) (?:durch|von)|warte[nt]? (?:noch )?auf|bloquee?s? par"
    r"|en attente d|bloquead[oa]s? p[eo]|(?:en|em) espera d|bloccat[oaie] da|in attesa d"
    r"|geblokkeerd door|wacht(?:en)? op|ждем|ждет)"
)
"""Somewhere in a line it says so, too."""
_OF_MEANING: Final = {
    Meaning.BLOCKED: Left.BLOCKED,
    Meaning.DECISION: Left.DECISION,
    Meaning.COMPLETED: Left.COMPLETED,
}
_CROSSES: Final = frozenset("❌✖✗✘")


def left_of(sections: Iterable[LogSection]) -> Iterator[tuple[LogItem, Left]]:
    """What the sections of a log leave, in their order.

    Conversations and what other programs keep are passed over.
    """
    above: list[tuple[int, Left | None]] = []
    for section in sections:
        while above and above[-1][0] >= section.level:
            above.pop()
        under = _under(section.title, above[-1][1] if above else None)
        above.append((section.level, under))
        labels: list[tuple[int, Left]] = []
        for item in section.items:
            while labels and labels[-1][0] >= item.depth:
                labels.pop()
            part = left_by(item, labels[-1][1] if labels else under)
            if part is not None and item.text.rstrip().endswith((":", "：")):
                # `Next:` with a list under it.
                labels.append((item.depth, part))
            if part is not None and item.candidate:
                yield item, part


def _under(title: str, above: Left | None) -> Left | None:
    """What the items under a title are, unless they say otherwise."""
    said = plain(title)
    own = left_by_title(title)
    if own is not None or any(each in _OF_MEANING for _, each in mentions(said)):
        return own
    meaning = meaning_of_title(title)
    if meaning in (Meaning.FAILED, Meaning.PROJECT):
        return above if above in (Left.BLOCKED, Left.OPEN) else None
    return above if meaning is Meaning.PLAIN else None


def left_by_title(title: str) -> Left | None:
    """What a title says of the items under it; None when it says nothing, or denies it."""
    said = plain(title)
    if _opens(said):
        return Left.OPEN
    part = _OF_MEANING.get(meaning_of_title(title))
    found = next((at for at, each in mentions(said) if _OF_MEANING.get(each) is part), None)
    if part is None or found is None or not denied_before(said, found):
        return part
    return Left.OPEN if part is Left.COMPLETED else None


def left_by(item: LogItem, under: Left | None) -> Left | None:
    """What a line is, under a title of that kind."""
    said = plain(item.text)
    if says_nothing(said):
        return None
    if "|" in item.source and " | " in item.text:
        # Words in a table name columns and states of others.
        return under or _by_sign(item)
    own, denied, label = _lead(_MARKS.sub("", said))
    if denied:
        if own is Left.COMPLETED and under in (None, Left.COMPLETED, Left.OPEN):
            return None if denied_behind(said, 0) else Left.OPEN
        return None if under is own else under
    if own is not None and (label or own is Left.DECISION):
        return own
    by_sign = _by_sign(item)
    if under in (Left.BLOCKED, Left.OPEN):
        return Left.COMPLETED if by_sign is Left.COMPLETED else under
    if under is Left.COMPLETED:
        return by_sign or under
    if under is Left.DECISION:
        return Left.OPEN if item.checked is False else under
    if by_sign or own:
        return by_sign or own
    hindered = _HINDERED.search(said)
    return Left.BLOCKED if hindered and not denied_before(said, hindered.start()) else None


def _by_sign(item: LogItem) -> Left | None:
    """What a checkbox or the emoji at the start says."""
    if item.checked is not None:
        return Left.COMPLETED if item.checked else Left.OPEN
    lead = _MARKS_OF_LISTS.sub("", item.text[:40])[:1]
    return (
        Left.OPEN if lead in _CROSSES else _OF_MEANING.get(emoji_lead(item.text) or Meaning.PLAIN)
    )


_MARKS_OF_LISTS: Final = re.compile(r"^[\s>*_~`#\d.:/()\[\]–—-]+")


@lru_cache(maxsize=4096)
def _lead(said: str) -> tuple[Left | None, bool, bool]:
    """What a plain line begins with: its part, whether that is denied, whether it is a label."""
    label = _LABEL.match(said)
    if label and len(label.group(1).split()) <= _LABEL_WORDS:
        if _opens(label.group(1)):
            return Left.OPEN, denied_behind(said, 0), True
        for at, meaning in mentions(label.group(1)):
            if meaning in _OF_MEANING:
                denied = denied_before(said, at) or denied_behind(said, at)
                return _OF_MEANING[meaning], denied, True
    if _todo(said):
        return Left.OPEN, False, True
    first = next((each for each in _WORD.finditer(said) if each.group() not in _FILLERS), None)
    for at, meaning in mentions(said):
        # Where words are not set apart, one anywhere may be the verb.
        if meaning in _OF_MEANING and ((first and at <= first.start()) or _unspaced(said[at])):
            return _OF_MEANING[meaning], denied_before(said, at), False
    return None, False, False


def _todo(said: str) -> bool:
    """`TODO the hook`: said so, it needs no colon."""
    return said.split(" ", 1)[0] in ("todo", "fixme", "wip")


def _unspaced(character: str) -> bool:
    return "\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af"


@lru_cache(maxsize=4096)
def opens(title: str) -> bool:
    """Whether a title or a label tells of what is still to be done."""
    return _opens(plain(title))


def _opens(said: str) -> bool:
    bare = _MARKS.sub("", said).rstrip(" :：*_")
    if bare in _WHOLE:
        return True
    found = _BEGINS.match(bare)
    if found is None:
        return False
    unspaced = _unspaced(found.group()[-1])
    return unspaced or _WORD_GOES_ON.match(bare, found.end()) is None
