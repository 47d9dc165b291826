"""What titles and lines seem to be about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.meaning import TITLES, VOCABULARY, emoji_lead, meaning_of_line, meaning_of_title
from memdeck.model import Meaning


@pytest.mark.parametrize(
    ("title", "meaning"),
    [
        ("Active Projects", Meaning.PROJECT),
        ("Critical Decisions", Meaning.DECISION),
        ("Patterns That Work", Meaning.LESSON),
        ("Patterns That Failed", Meaning.FAILED),
        ("Working:", Meaning.LESSON),
        ("Failed:", Meaning.FAILED),
        ("Completed", Meaning.COMPLETED),
        ("Blocked", Meaning.BLOCKED),
        ("Lessons Learned", Meaning.LESSON),
        ("Project decisions", Meaning.DECISION),
        ("Project lessons", Meaning.LESSON),
        ("Completed projects", Meaning.COMPLETED),
        ("Things to avoid", Meaning.FAILED),
        ("What doesn't work", Meaning.FAILED),
        ("What doesn’t work", Meaning.FAILED),
        ("Currently working on:", Meaning.PROJECT),
        ("🧠 Things", Meaning.PLAIN),
        ("🔑 Credentials", Meaning.PLAIN),
        ("🔒 Security", Meaning.PLAIN),
        ("📚 Docs", Meaning.PLAIN),
        ("3. 💡 Ideas", Meaning.LESSON),
        ("Entscheidungen", Meaning.DECISION),
        ("Architekturentscheidungen", Meaning.DECISION),
        ("Gelernte Lektionen", Meaning.LESSON),
        ("Was funktioniert", Meaning.LESSON),
        ("Fehlschläge", Meaning.FAILED),
        ("Projekte", Meaning.PROJECT),
        ("Les décisions", Meaning.DECISION),
        ("Les decisions", Meaning.DECISION),
        ("Leçons apprises", Meaning.LESSON),
        ("Échecs", Meaning.FAILED),
        ("Projets en cours", Meaning.PROJECT),
        ("Decisiones críticas", Meaning.DECISION),
        ("Lecciones aprendidas", Meaning.LESSON),
        ("Lo que no funciona", Meaning.FAILED),
        ("Proyectos activos", Meaning.PROJECT),
        ("Bloqueado", Meaning.BLOCKED),
        ("Decisões", Meaning.DECISION),
        ("Lições aprendidas", Meaning.LESSON),
        ("Concluído", Meaning.COMPLETED),
        ("Решения", Meaning.DECISION),
        ("Уроки", Meaning.LESSON),
        ("Ошибки", Meaning.FAILED),
        ("Заблокировано", Meaning.BLOCKED),
        ("Проекты", Meaning.PROJECT),
        ("重要决定", Meaning.DECISION),
        ("经验教训", Meaning.LESSON),
        ("失败的模式", Meaning.FAILED),
        ("进行中的项目", Meaning.PROJECT),
        ("已完成", Meaning.COMPLETED),
        ("未完成", Meaning.BLOCKED),
        ("決定事項", Meaning.DECISION),
        ("学んだこと", Meaning.LESSON),
        ("プロジェクト", Meaning.PROJECT),
        ("完了", Meaning.COMPLETED),
        ("결정", Meaning.DECISION),
        ("החלטות", Meaning.DECISION),
        ("לקחים", Meaning.LESSON),
        ("שגיאות", Meaning.FAILED),
        ("פרויקטים פעילים", Meaning.PROJECT),
        ("قرارات", Meaning.DECISION),
        ("الدروس المستفادة", Meaning.LESSON),
        ("أخطاء", Meaning.FAILED),
        ("المشاريع", Meaning.PROJECT),
        ("What we agreed", Meaning.DECISION),
        ("Absprachen", Meaning.DECISION),
        ("Договорённости", Meaning.DECISION),
        ("共识", Meaning.DECISION),
        ("Key findings", Meaning.LESSON),
        ("Post-mortem of Tuesday", Meaning.LESSON),
        ("Rückblick", Meaning.LESSON),
        ("Bilan de la semaine", Meaning.LESSON),
        ("振り返り", Meaning.LESSON),
        ("Czego się nauczyliśmy", Meaning.LESSON),
        ("Kararlar", Meaning.DECISION),
        ("Висновки", Meaning.LESSON),
        ("निर्णय", Meaning.DECISION),
        ("What went wrong", Meaning.FAILED),
        ("Was schiefging", Meaning.FAILED),
        ("Что пошло не так", Meaning.FAILED),
        ("Hosts and tools", Meaning.PLAIN),
        ("Unblocked", Meaning.PLAIN),
        ("Machine learning notes", Meaning.PLAIN),
        ("", Meaning.PLAIN),
        ("Überblick", Meaning.PLAIN),
    ],
)
def test_titles_of_many_languages(title: str, meaning: Meaning) -> None:
    assert meaning_of_title(title) is meaning


@pytest.mark.parametrize(
    ("text", "section", "meaning"),
    [
        ("✅ Sent the second batch", Meaning.PLAIN, Meaning.COMPLETED),
        ("**❌ The crawler**", Meaning.PLAIN, Meaning.FAILED),
        ("⏳ feeds, no key yet", Meaning.COMPLETED, Meaning.BLOCKED),
        ("🚫 staging", Meaning.PLAIN, Meaning.BLOCKED),
        ("💡 Read the headers first", Meaning.PLAIN, Meaning.LESSON),
        ("⚠️ Tokens expire at noon", Meaning.PLAIN, Meaning.LESSON),
        ("Interval now 55 minutes", Meaning.DECISION, Meaning.DECISION),
        ("✅ Use one queue", Meaning.DECISION, Meaning.DECISION),
        ("Decided to keep one queue", Meaning.COMPLETED, Meaning.DECISION),
        ("Decision: one queue", Meaning.COMPLETED, Meaning.DECISION),
        ("**Lesson:** read the headers", Meaning.DECISION, Meaning.LESSON),
        ("We learned that retries need jitter", Meaning.COMPLETED, Meaning.LESSON),
        ("Entscheidung: eine Warteschlange", Meaning.PLAIN, Meaning.DECISION),
        ("决定：使用一个队列", Meaning.PLAIN, Meaning.DECISION),
        ("等待审批", Meaning.PLAIN, Meaning.BLOCKED),
        ("学到：先看日志", Meaning.PLAIN, Meaning.LESSON),
        ("Сервер упал ночью", Meaning.PLAIN, Meaning.FAILED),
        ("הוחלט לעבור לתור אחד", Meaning.PLAIN, Meaning.DECISION),
        ("فشل النشر مرتين", Meaning.PLAIN, Meaning.FAILED),
        ("Deploy failed twice", Meaning.PLAIN, Meaning.FAILED),
        ("Waiting for the key", Meaning.PLAIN, Meaning.BLOCKED),
        ("Shipped the crawler", Meaning.PLAIN, Meaning.COMPLETED),
        ("Never store the key in the log", Meaning.PLAIN, Meaning.LESSON),
        ("The crawler reads 40 feeds", Meaning.PLAIN, Meaning.PLAIN),
        ("The crawler reads 40 feeds", Meaning.BLOCKED, Meaning.BLOCKED),
        # What names a section says nothing of a line.
        ("Agreements were sent to Ilse", Meaning.PLAIN, Meaning.PLAIN),
        ("Printed the findings of the council", Meaning.PLAIN, Meaning.PLAIN),
        ("", Meaning.PLAIN, Meaning.PLAIN),
    ],
)
def test_lines_with_their_section(text: str, section: Meaning, meaning: Meaning) -> None:
    assert meaning_of_line(text, section) is meaning


def test_an_emoji_counts_only_at_the_start() -> None:
    assert emoji_lead("- [ ] ✅ done") is Meaning.COMPLETED
    assert emoji_lead("done ✅") is None


def test_every_word_of_the_table_is_found_as_a_title() -> None:
    for written in (*VOCABULARY.values(), *TITLES.values()):
        for word in written.split():
            title = word.strip("*").replace("_", " ")
            assert meaning_of_title(title) is not Meaning.PLAIN, word


@given(st.text(max_size=80), st.sampled_from(Meaning))
def test_any_text_has_a_meaning(text: str, section: Meaning) -> None:
    assert isinstance(meaning_of_title(text), Meaning)
    assert isinstance(meaning_of_line(text, section), Meaning)
