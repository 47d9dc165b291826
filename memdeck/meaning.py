"""What a title or a line seems to be about, guessed from words of many languages.

Agents write their memory in the language of their people, and 92 in 100
section titles occur in one file only. So titles are never required: a guess
from `VOCABULARY` suggests a section and marks a line, and nothing is refused
or hidden because of it. To teach it a language or a word, add to the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from memdeck.denial import plain as plain_of
from memdeck.model import Meaning

# A word stands for itself, `word*` for every word that begins so; anything with
# a leading `*`, a `_` (for a space) or a character of a script that is written
# without spaces, for a part of the text. Case and accents do not count.
# Languages: English, German, French, Spanish, Portuguese, Italian, Dutch,
# Polish, Russian, Ukrainian, Turkish, Hebrew, Arabic, Hindi; Chinese, Japanese, Korean.
VOCABULARY: Final[Mapping[Meaning, str]] = {
    Meaning.DECISION: """
        decision* decided decide adr chose chosen switched agreed resolved_to moved_from
        *entscheidung* entschied* entschieden beschluss beschlüsse beschlossen
        décision* décidé* choisi choix
        decisión* decisiones decidi* decidido acordado elegi*
        decisão decisões decidiu escolh* acordad*
        decision* decisioni deciso besluit* besloten
        decyzj* zdecydowa* postanowi* ustalono
        решени* решил* решено выбра* рішення вирішил* вирішено karar kararlar kararı kararlaştır*
        החלטה החלטות החלטנו הוחלט قرار* القرار* قررنا تقرر اخترنا
        决定 決定 决策 決策 決めた 選択した 选定 결정 결론 निर्णय फैसला फ़ैसला फैसले फ़ैसले
    """,
    Meaning.LESSON: """
        lesson* learned learnt learnings insight* gotcha* takeaway* tip tips til principle*
        rule rules guideline* always never remember caveat* retrospective best_practice works_well
        what_works what_worked that_work that_works that_worked rule_of_thumb note_to_self
        good_practice pro_tip what_i_know
        gelernt* lektion* *lektionen erkenntnis* lehre lehren merke immer nie niemals regel regeln
        erfahrung* *erfahrungen bewährt* was_funktioniert
        leçon* appris enseignement* astuce* toujours jamais règle* bonnes_pratiques qui_marche
        lección* lecciones aprendi* aprendizaje* consejo* siempre nunca regla* buenas_prácticas
        que_funcion*
        lição lições aprendizado* dica* sempre regra* boas_práticas
        lezion* imparat* regol* lessen geleerd* altijd nooit
        lekcj* wniosek wnioski nauczy* zasad* zawsze nigdy wskazówk*
        урок* вывод* научил* правил* всегда никогда совет* что_работает
        висновок висновки навчил* завжди ніколи порад*
        ders dersler dersleri öğrendi* kural kurallar asla her_zaman
        לקח לקחים למדנו כלל כללים תמיד לעולם_לא מה_עובד
        درس دروس الدروس تعلمنا قاعدة قواعد القواعد دائما أبدا
        经验 經驗 教训 教訓 心得 总结 規則 规则 原则 有效的 学到 学会 学んだ 学び 知見 コツ 注意点
        うまくいった うまくいく 배운 교훈 팁 सबक सीख सीखा नियम
    """,
    Meaning.FAILED: """
        failed fails fail failing failure* mistake* anti-pattern* antipattern* pitfall* broke broken
        regression* crashed did_not_work didn't_work does_not_work doesn't_work
        don't_work not_working what_not_to things_to_avoid what_to_avoid
        fehlschl* fehlgeschlagen gescheitert* fehler misserfolg* funktioniert_nicht
        nicht_funktioniert
        échec* échou* erreur* ne_marche_pas ne_fonctionne_pas
        fallo* fallos falló fallid* fracas* errores no_funcion*
        falha* falhou erro erros não_funcion*
        fallit* errori mislukt* fouten
        ошибк* неудач* провал* сбой сбои не_работает не_сработал
        упал упала сломал* помилк* збій збої не_працює błąd błędy błędów porażk* nie_działa
        hata hatalar hatası başarısız* çalışmıyor
        נכשל נכשלה כישלון כישלונות כשל תקלה תקלות שגיאה שגיאות טעות טעויות
        فشل فشلت الفشل خطأ أخطاء الأخطاء إخفاق*
        失败 失敗 错误 錯誤 踩坑 エラー うまくいかな 실패 오류 विफल* गलती गलतियाँ गलतियां
    """,
    Meaning.BLOCKED: """
        blocked blocker* blocking stuck waiting paused postponed on_hold open_question* open_issue*
        needs_input waiting_for waiting_on held_up
        blockiert* blockade* hindernis* wartet warten offene_frage* offene_punkte
        bloqué* blocage* bloquant* attente en_attente
        bloquead* bloqueo* pendiente* esperando en_espera
        bloqueio* pendente* aguardando
        bloccat* geblokkeerd*
        zablokowan* blokad* czeka czekamy oczekuj* wstrzyman*
        заблокирован* блокер* блокировк* ожида* ждем ждём заблокован* очіку* чекаємо
        engellendi engel engeller bekliyor bekleniyor
        חסום חסומים תקוע תקועים ממתין ממתינים מחכה מחכים محظور متوقف عالق بانتظار في_انتظار
        未完成 阻塞 受阻 卡住 等待 待解决 ブロック 待ち 保留 차단 대기 अटका अटके प्रतीक्षा
    """,
    Meaning.COMPLETED: """
        completed done finished shipped released published deployed merged fixed
        accomplished achievement* accomplishment* win wins launched delivered closed
        erledigt* abgeschlossen fertig* veröffentlicht ausgeliefert behoben erreicht
        terminé* fait faits fini livré* publié* déployé* corrigé* achevé*
        completad* hecho terminad* publicad* desplegad* entregad* logro* arreglad*
        concluíd* feito publicad* entregue* corrigid* implantad* finalizad*
        completat* fatto voltooid* afgerond* klaar
        сделан* готово завершен* завершён* выполнен* выпущен* исправлен* опубликован*
        ukończon* zakończon* gotowe zrobione wdrożon* naprawion* opublikowan*
        виправлен* опублікован* зроблен* tamamlan* bitti yayınlan* düzeltildi
        הושלם הושלמו הסתיים בוצע תוקן اكتمل مكتمل اكتملت أنجز منجز إنجاز*
        完成 已修复 已发布 上线 完了 リリース 修正した 公開した 완료 배포 पूरा पूर्ण समाप्त
    """,
    Meaning.PROJECT: """
        roadmap milestone* ongoing in_progress current_work working_on current_focus
        laufend* in_arbeit en_cours en_curso em_andamento текущ* в_работе
        进行中 進行中 取り組み 진행
    """,
}

# What says it of a section and not of a line: `Agreements`, but not `Agreement sent to Ilse`.
TITLES: Final[Mapping[Meaning, str]] = {
    Meaning.DECISION: """
        agreements choices resolutions what_we_agreed verdicts
        vereinbarung* absprachen festlegungen accords choix_faits résolutions acuerdos resoluciones
        acordos combinados resoluções accordi scelte afspraken ustalenia uzgodnienia postanowienia
        договорённости договоренности домовленості anlaşmalar הסכמות סיכומים اتفاقات الاتفاقات
        共识 约定 合意 取り決め 합의 सहमति
    """,
    Meaning.LESSON: """
        conclusions findings key_finding* realisation* realization* reminders_to_self
        things_to_remember what_i'd_do_differently what_i_would_do_differently do_differently
        what_to_remember what_to_watch_out_for watch_out* post-mortem* postmortem* root_cause*
        hindsight hard-won retro learning_log note_to_self
        schlussfolgerung* fazit merkposten rückblick ursachen zu_merken
        à_retenir conclusions bilan rétrospective causes constats conclusiones hallazgos
        retrospectiva causas a_recordar conclusões retrospetiva conclusioni da_ricordare
        retrospettiva conclusies oorzaken terugblik czego_się_nauczyl* przyczyny retrospektyw*
        итоги что_мы_узнали что_узнали чему_научил* ретроспектив* причины подсумки що_ми_дізнал*
        чого_навчил* ретроспектив* öğrendik* öğrenilen* çıkarımlar sonuçlar neler_öğrendik
        מסקנות תובנות לזכור تحقيق_الأسباب استنتاجات خلاصات العبر
        复盘 反思 结论 反省 振り返り 気づき 回顧 회고 깨달은 주의점 सीखें निष्कर्ष
    """,
    Meaning.FAILED: """
        went_wrong gone_wrong goes_wrong what_bit_us mishap* incidents outage*
        schief* schieflief was_nicht_lief a_mal_tourné mal_passé salió_mal salieron_mal deu_errado
        andato_storto mis_ging ging_mis ging_er_mis misging
        poszło_nie_tak poszło_źle пошло_не_так пішло_не_так
        ters_gitti yanlış_gitti השתבש أخطأنا ما_ساء 出了什么问题 哪里出错 うまくいかなかった 잘못된
        गलत_हुआ
    """,
}

# Words that count only when no other does: `Patterns That Failed`, `Project decisions`.
WEAK: Final[Mapping[Meaning, str]] = {
    Meaning.LESSON: """
        pattern* working works muster schema patron* padr* padrão паттерн* шаблон*
        模式 パターン 패턴 funktioniert fonctionne funciona работает
    """,
    Meaning.FAILED: """
        avoid vermeiden éviter evitar избегать 避免 避ける
    """,
    Meaning.PROJECT: """
        project* initiative* goal* client* product* active
        projekt* vorhaben ziel ziele projet* objectif* proyecto* objetivo* projeto* progett*
        проект* цел*
        פרויקט* פרויקטים מטרות مشروع مشاريع المشاريع أهداف
        项目 項目 專案 目标 プロジェクト 目標 프로젝트
    """,
}

EMOJI: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys("✅✔☑🎉🚀🏁🏆🚢🆗", Meaning.COMPLETED),
    **dict.fromkeys("❌✖✗✘👎💥🐛🔥", Meaning.FAILED),
    **dict.fromkeys("⏳⌛🚫⛔🛑⏸🔒🚧❓", Meaning.BLOCKED),
    **dict.fromkeys("💡🎓📚🧠⚠📖🔍", Meaning.LESSON),
    **dict.fromkeys("⚖🧭🔑📌🗳", Meaning.DECISION),
    **dict.fromkeys("📋📁📂🗂🔨🛠🏗🎯", Meaning.PROJECT),
}
"""What an emoji at the start means, without its variation selector."""

_ORNAMENTS: Final = frozenset("🔥🐛📚🧠📖🔍🔑📌🔒")
"""Emoji that say something of a line, not of a title: `🔑 Credentials` holds no decisions."""

_READ_AHEAD: Final = 300
"""Characters of a line that are looked at: what it is about is said at its start."""
_LABEL: Final = re.compile(r"\W*([^:：。.!?]{1,40})[:：]")
_FIRST_WORDS: Final = re.compile(r"\W*(?:(?:we|i|wir|ich|nous|on|nós|мы|я)\s+)?(?:have\s+)?(\w+)")
# With the vowel signs of Hindi, which are parts of its words.
_WORD: Final = re.compile(r"[\w'\u0900-\u0963-]+")
_NO_WORD: Final = re.compile(r"[^\w'\u0900-\u0963-]")
_MARKS: Final = re.compile(r"^[\s>*_~`#\d.:/()\[\]–—-]+")
# What stands under these titles is about them, whatever emoji it begins with.
_SETTLED: Final = (Meaning.DECISION, Meaning.LESSON, Meaning.FAILED)


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """A word table, made ready to be looked up."""

    words: Mapping[str, Meaning]
    stems: Mapping[str, tuple[tuple[str, Meaning], ...]]
    """By their first two characters."""
    phrases: tuple[tuple[str, Meaning], ...]
    """ASCII parts of a text."""
    parts: tuple[tuple[str, Meaning], ...]
    """Other parts, looked for in texts that are not ASCII."""

    def matches(self, text: str) -> Iterator[tuple[int, Meaning]]:
        """Where the plain `text` says something, and what."""
        for match in _WORD.finditer(text):
            word = match.group()
            found = self.words.get(word)
            if found is None:
                for stem, meaning in self.stems.get(word[:2], ()):
                    if word.startswith(stem):
                        found = meaning
                        break
            if found is not None:
                yield match.start(), found
        # Between spaces, so that a phrase can say where it begins and ends.
        spaced = f" {_NO_WORD.sub(' ', text)} "
        for phrase, meaning in self.phrases:
            if (offset := spaced.find(phrase)) >= 0:
                yield offset + phrase.startswith(" ") - 1, meaning
        if not text.isascii():
            for part, meaning in self.parts:
                if (offset := spaced.find(part)) >= 0:
                    yield offset + part.startswith(" ") - 1, meaning


def _lexicon(table: Mapping[Meaning, str]) -> _Lexicon:
    words: dict[str, Meaning] = {}
    stems: dict[str, list[tuple[str, Meaning]]] = {}
    phrases: list[tuple[str, Meaning]] = []
    parts: list[tuple[str, Meaning]] = []
    for meaning, written in table.items():
        for word in plain_of(written).split():
            if "_" in word or word.startswith("*") or _unspaced(word):
                before = "" if word.startswith("*") or _unspaced(word) else " "
                behind = "" if word.endswith("*") or _unspaced(word) else " "
                part = before + word.strip("*").replace("_", " ") + behind
                (phrases if part.isascii() else parts).append((part, meaning))
            elif word.endswith("*"):
                stems.setdefault(word[:2], []).append((word[:-1], meaning))
            else:
                words.setdefault(word, meaning)
    return _Lexicon(
        words,
        {key: tuple(sorted(group, key=_longest_first)) for key, group in stems.items()},
        tuple(phrases),
        tuple(parts),
    )


def _longest_first(stem: tuple[str, Meaning]) -> int:
    return -len(stem[0])


def _unspaced(word: str) -> bool:
    """Whether a word is of a script that puts no spaces between words, or hardly any."""
    return any("\u3040" <= each <= "\u9fff" or "\uac00" <= each <= "\ud7af" for each in word)


_STRONG_LEXICON: Final = _lexicon(VOCABULARY)
_TITLES_LEXICON: Final = _lexicon(TITLES)
_WEAK_LEXICON: Final = _lexicon(WEAK)


def emoji_lead(text: str, *, title: bool = False) -> Meaning | None:
    """What the emoji at the start of a line or title means; None without one that is known."""
    lead = _MARKS.sub("", text[:40])[:1]
    return None if not lead or (title and lead in _ORNAMENTS) else EMOJI.get(lead)


@lru_cache(maxsize=4096)
def meaning_of_title(title: str) -> Meaning:
    """What a section of this title seems to hold."""
    plain = plain_of(title[:_READ_AHEAD])
    for lexicon in (_STRONG_LEXICON, _TITLES_LEXICON, _WEAK_LEXICON):
        found = min(lexicon.matches(plain), default=None, key=_place)
        if found is not None:
            return found[1]
    return emoji_lead(title, title=True) or Meaning.PLAIN


def mentions(said: str) -> tuple[tuple[int, Meaning], ...]:
    """What the words of a plain text (`plain`) are about, each with where it begins, in order."""
    return tuple(sorted(_STRONG_LEXICON.matches(said), key=_place))


def _place(match: tuple[int, Meaning]) -> int:
    return match[0]


def meaning_of_line(text: str, section: Meaning = Meaning.PLAIN) -> Meaning:
    """What a line seems to be about, in a section of the given meaning.

    A label (`Decision: ...`) or a first word that says it outweighs the
    section; the section outweighs what else the line says.
    """
    if label := _LABEL.match(text):
        named = min(_STRONG_LEXICON.matches(plain_of(label.group(1))), default=None, key=_place)
        if named is not None and len(label.group(1).split()) <= 4:
            return named[1]
    plain = plain_of(text[:_READ_AHEAD])
    if section is not Meaning.DECISION and (first := _FIRST_WORDS.match(plain)):
        lead = next((each for _, each in _STRONG_LEXICON.matches(first.group(1))), None)
        if lead in (Meaning.DECISION, Meaning.LESSON):
            return lead
    if section in _SETTLED:
        return section
    if (emoji := emoji_lead(text)) is not None:
        # What hinders is often told with a cross, which is no word on how it ends.
        hinders = section is Meaning.BLOCKED and emoji is not Meaning.COMPLETED
        return section if hinders else emoji
    if section is not Meaning.PLAIN:
        return section
    found = min(_STRONG_LEXICON.matches(plain), default=None, key=_place)
    return found[1] if found is not None else Meaning.PLAIN
