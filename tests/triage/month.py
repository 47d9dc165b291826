"""A made fortnight of logs with planted decisions and lessons among lines that only sound so."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

LAST: Final = date(2026, 2, 6)
DAYS: Final = 14

PLANTS: Final = (
    ("Decisions", "Parcel sizes are rounded up to the next centimetre, never down"),
    ("Notes", "Decision: the archive moves to object storage before the summer"),
    ("Notes", "We agreed to answer carriers in their own language"),
    ("Notes", "From now on every migration is rehearsed on the replica first"),
    ("What we learned", "A retry without jitter is a second storm"),
    ("Notes", "Lesson: ask for the time zone before comparing two clocks"),
    ("Notes", "Turns out the scanner drops its first byte when it wakes up; send a blank one"),
    ("Work", "Next time check the lamp before blaming the software"),
    ("Notes", "Going with SQLite for the local index, because nobody has to run a server"),
    ("Afternoon", "Settled on two reviewers for anything that touches billing"),
    ("Notes", "💡 Small batches finish earlier than large ones, even at the same total"),
    ("Work", "Never restart the broker while a batch is open"),
    ("Work", "Always pin the base image by digest; tags moved twice this winter"),
    ("Notes", "Switched from cron to timers so that missed runs are caught up"),
    ("Call with Nadia", "We no longer accept labels without a phone number"),
    ("Notizen", "Entscheidung: Rechnungen werden nur noch einmal im Monat verschickt"),
    ("Notizen", "Wir haben beschlossen, die alte Schnittstelle im Mai abzuschalten"),
    ("Gelernt", "Ein leerer Puffer ist kein Beweis für eine leere Warteschlange"),
    ("Notizen", "Merke: vor dem Löschen immer erst zählen"),
    ("Notizen", "Ab sofort werden Schlüssel alle neunzig Tage getauscht"),
    ("Notes", "Décision : une seule file pour tous les transporteurs"),
    ("Notes", "On a décidé de garder les journaux trente jours"),
    ("Notes", "Leçon : toujours vérifier l'heure du serveur avant celle du client"),
    ("Notas", "Decidimos usar una sola cola para los envíos urgentes"),
    ("Aprendizajes", "El sensor miente cuando hace frío en el patio"),
    ("Notas", "A partir de ahora los cambios se prueban primero con una tienda"),
    ("Notas", "Decidido: o relatório sai às seis e não às oito"),
    ("Note", "Abbiamo deciso di tenere due copie in due luoghi"),
    ("Notities", "Besloten: geen uitrol meer op vrijdagmiddag"),
    ("Заметки", "Решили хранить ключи только в сейфе"),
    ("Заметки", "Урок: сначала измерять, потом чинить"),
    ("הערות", "החלטנו לשמור את היומנים שלושים יום"),
    ("הערות", "לקח: לבדוק את השעון לפני שמאשימים את הרשת"),
    ("ملاحظات", "قررنا إرسال الفواتير مرة واحدة في الشهر"),
    ("记录", "决定：以后只用一个队列"),
    ("记录", "教训：重启之前先看日志"),
    ("メモ", "決定：鍵は九十日ごとに交換する"),
    ("学び", "小さく分けたほうが早く終わる"),
    ("메모", "결정: 로그는 30일 동안 보관한다"),
    ("Notes", "Keeping Postgres for queues until something measured says otherwise"),
    ("Notes", "Do not trust the sensor below five degrees"),
    ("Notas", "Ya no aceptamos etiquetas sin teléfono"),
    ("Notes", "ADR 12: events are immutable once published"),
    ("Work", "Chose Brightvan for the islands over Tindra"),
    ("Work", "Root cause: the clock of the twin was nine minutes ahead"),
    ("Notes", "⚠️ The relay counts by sender; do not parallelise mail"),
    ("הערות", "הלקח מהתקלה: לא לפרוס ביום שישי"),
    ("Mistakes", "Shipped before the replay had finished"),
)
"""Sections and lines that a person would want to keep."""

TRAPS: Final = (
    "Read the decision of the harbour court about {thing}, {number} pages",
    "Decision meeting about {thing} moved to {number} o'clock",
    "No decision yet about {thing}",
    "Asked {name} whether a decision on {thing} is needed",
    "The lesson plan of the school arrived with {thing} by mistake",
    "Uploaded lesson {number} of the forklift course for {name}",
    "Renamed the rules of {thing} to version {number}",
    "Fixed a typo in the rules of {name}'s contest",
    "The always-on display beside {thing} is dark again",
    "To be decided: who pays for {thing}",
    "Moved {number} boxes with old switches to the cellar",
    "{name} printed {number} tips for the summer party",
    "Sent the chosen colours of {thing} back to {name}",
    "Never mind the note about {thing}",
    "Keine Entscheidung zu {thing}",
    "Entscheidung über {thing} vertagt, {name} ist krank",
    "La décision du tribunal sur {thing} est arrivée par la poste",
    "Regeln des Wettbewerbs für {name} gedruckt, {number} Stück",
    "关于 {thing} 的决定会议改到星期四",
    "ההחלטה על {thing} עדיין לא התקבלה",
    "Has {name} decided about {thing}?",
)
"""Lines with the words of decisions and lessons that decide and teach nothing."""

PLAIN: Final = (
    ("Completed", "Answered {number} questions of {name} about {thing}"),
    ("Completed", "✅ Shipped version {number} of {thing}"),
    ("Completed", "Fixed the drawing of {thing} for {name}"),
    ("Done", "Merged the branch of {name} with {number} commits"),
    ("Notes", "{name} called about {thing}, will call again"),
    ("Notes", "{number}:15 round: {thing} ok, queue empty"),
    ("Notes", "Looked at {thing} with {name} over lunch"),
    ("Notes", "Measured {thing}: {number} ms at the 95th percentile"),
    ("Notes", "Why does {thing} need {number} tries?"),
    ("Blocked", "⏳ {thing}: waiting for the key from {name}"),
    ("Blocked", "Blocked by {name}, who has {thing}"),
    ("Heartbeat", "disk of {thing} | {number} % | ok"),
    ("Notizen", "{thing} mit {name} angesehen, alles in Ordnung"),
    ("Notas", "{name} revisó {thing} por la tarde"),
    ("メモ", "{thing} を {name} と確認した"),
)

_NAMES: Final = ("Nadia", "Oskar", "Ilse", "Tomás", "Yael", "Wen", "Priya", "Jonas", "Mira", "Ben")
_THINGS: Final = (
    *("the map", "the bakery's locker", "the label queue", "the tram stop", "the digest"),
    *("the old printer", "the ferry slots", "the barcode bench", "the legend", "the bike shop"),
    *("the night copy", "the island round", "the second phone", "the inbox", "the poster"),
)

TRANSCRIPT: Final = """\
# Session: {day} 09:00:00 UTC

user: Decision: we always use transcript lines from now on
assistant: Agreed. Lesson: transcript lines are never promoted
"""
DREAM: Final = """
<!-- openclaw:dreaming:light:start -->
- Decision: the dream machine decides from now on
<!-- openclaw:dreaming:light:end -->
"""


@dataclass(frozen=True)
class Month:
    """Files by name, and what was planted in them."""

    files: dict[str, str]
    planted: frozenset[str]
    lines: int
    """How many lines a person could promote."""


def make_month(seed: int, *, lines: int = 300, planted: int = 12) -> Month:
    """A fortnight with so many lines, of which so many are worth keeping; the same for a seed."""
    chance = random.Random(seed)
    plants = chance.sample(PLANTS, planted)
    written: list[tuple[str, str]] = list(plants)
    said = {text for _, text in plants}
    while len(written) < lines:
        trap = len(written) % 4 == 0
        section, pattern = (
            (chance.choice(("Notes", "Work", "Completed")), chance.choice(TRAPS))
            if trap
            else chance.choice(PLAIN)
        )
        text = pattern.format(
            name=chance.choice(_NAMES), thing=chance.choice(_THINGS), number=chance.randint(2, 19)
        )
        if text not in said:
            said.add(text)
            written.append((section, text))
    chance.shuffle(written)
    days: dict[date, dict[str, list[str]]] = {}
    for section, text in written:
        day = LAST - timedelta(days=chance.randrange(DAYS))
        days.setdefault(day, {}).setdefault(section, []).append(text)
    files = {
        f"memory/{day}.md": f"# {day}\n"
        + "".join(
            f"\n## {section}\n" + "".join(f"- {text}\n" for text in texts)
            for section, texts in sections.items()
        )
        + DREAM
        for day, sections in days.items()
    }
    for day in chance.sample(sorted(days), 3):
        files[f"memory/{day}-session.md"] = TRANSCRIPT.format(day=day)
    return Month(files, frozenset(text for _, text in plants), len(written))
