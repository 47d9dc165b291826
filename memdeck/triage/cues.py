"""Turns of phrase by which a line shows that something was decided or learned in it.

The word lists of `memdeck.meaning` find what a line is about; a line about a
decision (`Decision meeting moved to three`) need not be one. Here are the ways
in which people say the thing itself, and those that say that it is still open.
All of it is only counted for or against a line: nothing is hidden because of a cue.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from memdeck.meaning import meaning_of_title
from memdeck.model import Meaning

# A `_` stands for a space. Those that begin a line say most.
# Languages: English, German, French, Spanish, Portuguese, Italian, Dutch,
# Russian, Hebrew, Arabic; Chinese, Japanese, Korean.
OPENINGS: Final[Mapping[Meaning, str]] = {
    Meaning.DECISION: """
        decided_to decided_on decided_against decided_that we_decided we_have_decided i_decided
        chose we_chose resolved_to we_agreed agreed_with agreed agreed_upon settled_on going_with
        we're_going_with
        we_go_with we_will_use we_will_keep switched_to switched_from we_switched moved_from
        we_moved we_keep we_no_longer no_longer keeping from_now_on starting_today as_of_today
        going_forward sticking_with we_are_dropping
        wir_haben_beschlossen wir_haben_entschieden wir_haben_uns_entschieden entschieden
        beschlossen haben_beschlossen ab_sofort ab_jetzt ab_heute künftig in_zukunft
        wir_bleiben_bei wir_nehmen
        on_a_décidé nous_avons_décidé décidé on_a_choisi nous_avons_choisi désormais
        à_partir_de_maintenant dorénavant
        decidimos hemos_decidido se_decidió acordamos elegimos a_partir_de_ahora desde_ahora
        de_ahora_en_adelante nos_quedamos_con ya_no
        decidido decidiu-se foi_decidido escolhemos a_partir_de_agora de_agora_em_diante
        abbiamo_deciso deciso si_è_deciso abbiamo_scelto d'ora_in_poi
        besloten we_hebben_besloten wij_hebben_besloten we_kiezen_voor vanaf_nu voortaan
        решили мы_решили решено договорились выбрали отныне теперь_всегда с_этого_дня
        החלטנו הוחלט סיכמנו בחרנו מעכשיו מהיום_והלאה
        قررنا تقرر اتفقنا اخترنا من_الآن_فصاعدا ابتداء_من_اليوم
        决定 我们决定 决定了 從現在起 从现在起 从今天起 今后 以后 今後は これからは 方針として 結論
        앞으로는 이제부터 방침
    """,
    Meaning.LESSON: """
        learned_that we_learned i_learned lesson_learned turns_out it_turns_out turned_out
        it_turned_out next_time always never do_not don't must_not root_cause mistake
        remember_to remember_that note_to_self
        it_pays_to better_to rule_of_thumb keep_in_mind beware_of
        gelernt wir_haben_gelernt merke es_zeigt_sich es_stellte_sich_heraus nächstes_mal
        beim_nächsten_mal immer_erst niemals nie_wieder nie
        on_a_appris nous_avons_appris il_s'avère la_prochaine_fois toujours ne_jamais
        aprendimos resulta_que la_próxima_vez siempre nunca hay_que
        aprendemos acontece_que na_próxima_vez da_próxima_vez sempre
        abbiamo_imparato si_è_visto_che la_prossima_volta mai
        we_hebben_geleerd het_blijkt volgende_keer altijd nooit
        мы_поняли оказалось в_следующий_раз всегда никогда нельзя
        למדנו הלקח לקח מסתבר בפעם_הבאה תמיד לעולם_לא אסור
        تعلمنا اتضح_أن في_المرة_القادمة دائما لا_تفعل_أبدا
        学到 原来 下次 永远不要 分かったこと 次回は 必ず 배운_점 다음에는 항상
    """,
}
WITHIN: Final[Mapping[Meaning, str]] = {
    Meaning.DECISION: """
        from_now_on going_forward we_decided we_agreed was_decided decided_to
        ab_sofort ab_jetzt künftig beschlossen entschieden désormais dorénavant on_a_décidé
        a_partir_de_ahora decidimos a_partir_de_agora d'ora_in_poi abbiamo_deciso
        vanaf_nu voortaan besloten отныне решили мы_решили
        מעכשיו הוחלט החלטנו من_الآن_فصاعدا قررنا
        从现在起 今后 决定 今後 ことにした 決めた 앞으로 결정
    """,
    Meaning.LESSON: """
        turns_out turned_out next_time must_not must_never make_sure
        nächstes_mal nie_wieder stellte_sich_heraus la_prochaine_fois plus_jamais
        la_próxima_vez nunca_más na_próxima_vez la_prossima_volta volgende_keer
        в_следующий_раз בפעם_הבאה في_المرة_القادمة
        下次 次回 必ず 다음에는
    """,
}
PENDING: Final = """
    no_decision decision_pending decision_needed decision_is_needed to_be_decided not_decided
    undecided decide_later postponed whether never_mind
    keine_entscheidung noch_nicht_entschieden entscheidung_offen entscheidung_steht_aus vertagt
    ob_wir pas_de_décision à_décider décision_en_attente reporté
    sin_decisión por_decidir pendiente_de_decidir sem_decisão a_decidir
    nessuna_decisione da_decidere geen_besluit nog_te_beslissen
    не_решили не_решено решение_отложено решить_позже
    עדיין_לא טרם_הוחלט لم_نقرر لم_يتقرر
    尚未决定 还没决定 未决定 未決定 まだ決ま 미정
"""
"""What says that nothing is decided yet."""
ABOUT: Final = """
    decision_on decision_about decision_of decision_meeting decision_paper lesson_plan
    entscheidung_über entscheidung_zu décision_du décision_sur decisión_sobre decisión_del
    решение_о решение_суда ההחלטה_על القرار_بشأن 的决定
"""
"""What tells of a decision or a lesson of somebody, somewhere."""

_READ_AHEAD: Final = 300
_LEAD: Final = re.compile(r"^(?:\W|\d)+")
_LABEL: Final = re.compile(r"([^:：。.!?？]{1,30}?)(?:[:：]|\s[-–—])\s*\S")
_LABEL_WORDS: Final = 3
_NO_WORD: Final = re.compile(r"[^\w'-]+")
_ACCENTS: Final = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u0652\u0670]+")
"""With the vowel points of Hebrew and Arabic, which are seldom written."""


@dataclass(frozen=True, slots=True)
class Cues:
    """What the words of a line say of it."""

    label: Meaning | None = None
    """What a label at its start names: `Decision: ...`."""
    opening: Meaning | None = None
    """What its first words do: `We agreed to ...`."""
    within: Meaning | None = None
    """What words further on do: `..., from now on`."""
    pending: bool = False
    """Whether something is still to be decided."""
    about: bool = False
    """Whether it tells of a decision, rather than deciding."""


def _plain(text: str) -> str:
    """Lower case, without accents and signs, words between single spaces."""
    apart = unicodedata.normalize("NFKD", text.casefold()).replace("’", "'")
    joined = unicodedata.normalize("NFC", _ACCENTS.sub("", apart))
    return f" {_NO_WORD.sub(' ', joined).strip()} "


def _unspaced(phrase: str) -> bool:
    return any("\u3040" <= each <= "\u9fff" or "\uac00" <= each <= "\ud7af" for each in phrase)


def _phrases(written: str) -> tuple[str, ...]:
    """As they are looked for in a plain text: between spaces, if the script has any."""
    plain = (_plain(each.replace("_", " ")).strip() for each in written.split())
    return tuple(each if _unspaced(each) else f" {each} " for each in plain)


_OPENINGS: Final = {meaning: _phrases(written) for meaning, written in OPENINGS.items()}
_WITHIN: Final = {meaning: _phrases(written) for meaning, written in WITHIN.items()}
_PENDING: Final = _phrases(PENDING)
_ABOUT: Final = _phrases(ABOUT)


@lru_cache(maxsize=8192)
def cues(text: str) -> Cues:
    """The cues of a line; what counts is its first 300 characters."""
    bare = _LEAD.sub("", text[:_READ_AHEAD])
    plain = _plain(bare)
    pending = _has(plain, _PENDING)
    label = None if pending else _label(bare)
    return Cues(
        label=label,
        opening=next((each for each, said in _OPENINGS.items() if _begins(plain, said)), None),
        within=next((each for each, said in _WITHIN.items() if _has(plain, said)), None),
        pending=pending,
        about=label is None and _has(plain, _ABOUT),
    )


def _label(bare: str) -> Meaning | None:
    found = _LABEL.match(bare)
    if found is None or len(found.group(1).split()) > _LABEL_WORDS:
        return None
    meaning = meaning_of_title(found.group(1))
    return None if meaning is Meaning.PLAIN else meaning


def _has(plain: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in plain for phrase in phrases)


def _begins(plain: str, phrases: tuple[str, ...]) -> bool:
    return plain.startswith(phrases) or plain[1:].startswith(phrases)
