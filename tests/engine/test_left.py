"""What a log leaves to whoever comes next, line by line and in many languages."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.daily.parse import parse_log
from memdeck.left import Left, left_by_title, left_of, opens

BLOCKED, OPEN, DECISION, COMPLETED = Left


def left(text: str) -> list[tuple[str, Left]]:
    data = text.encode("utf-8", "surrogateescape")
    _, sections, _ = parse_log(data, "memory/2026-02-06.md", date(2026, 2, 6))
    return [(item.text, part) for item, part in left_of(sections)]


def line(text: str) -> Left | None:
    return next((part for _, part in left(f"# 2026-02-06\n\n## Notes\n\n{text}\n")), None)


@pytest.mark.parametrize(
    "sign", ["❌", "💥", "🔥", "⏳", "🚫", "💡", "📌", "🐛", "Error:", "Lesson:"]
)
def test_what_stands_under_blocked_is_blocked_whatever_its_sign(sign: str) -> None:
    text = f"{sign} the feed answers 429"
    assert left(f"## Blocked\n- {text}\n") == [(text, BLOCKED)]


def test_what_is_done_is_not_blocked_or_open_any_more() -> None:
    assert left("## Blocked\n- ✅ The torch\n- [x] A key\n") == [
        *(("✅ The torch", COMPLETED), ("A key", COMPLETED)),
    ]
    assert left("## Next steps\n- [x] Oil\n- [ ] Paint\n- Rest\n") == [
        *(("Oil", COMPLETED), ("Paint", OPEN), ("Rest", OPEN)),
    ]


def test_what_is_crossed_out_of_the_completed_is_open() -> None:
    assert left("## Completed\n- Count\n- ❌ Report\n- ⏳ Feed\n- [ ] Paint\n") == [
        *(("Count", COMPLETED), ("❌ Report", OPEN), ("⏳ Feed", BLOCKED), ("Paint", OPEN)),
    ]


def test_words_in_a_table_say_nothing_and_its_title_does() -> None:
    table = "| error | today | after | note |\n|---|---|---|---|\n"
    row = "| 429 since midnight | 118 | 0 after nine | see Blocked |\n"
    assert left(f"## Figures\n\n{table}{row}") == []
    assert [part for _, part in left(f"## Blocked\n\n{table}{row}")][-1] is BLOCKED


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("- Blocked: no key", BLOCKED),
        ("- 14:02 Blocked: no key", BLOCKED),
        ("- The deploy is blocked by the audit", BLOCKED),
        ("- The report is waiting for Nadia", BLOCKED),
        ("- Wir warten auf den Schlüssel", BLOCKED),
        ("- La livraison est bloquée par la douane", BLOCKED),
        ("- 等待审批", BLOCKED),
        ("- For details see what is blocked above", None),
        ("- The merged cells of the report look odd", None),
        ("- A note on how decisions are made", None),
        ("- Shipped the crawler", COMPLETED),
        ("- We have now decided to keep one queue", DECISION),
        ("- Wir haben beschlossen zu warten", DECISION),
        ("- 决定：使用一个队列", DECISION),
        ("- デプロイ完了", COMPLETED),
        ("- ✅ Sent", COMPLETED),
        ("- [x] Sent", COMPLETED),
        ("- [ ] Send it", OPEN),
        ("- TODO: rotate the logs", OPEN),
        ("- TODO rotate the logs", OPEN),
        ("- **Next:** rotate the logs", OPEN),
        ("- WIP: the importer", OPEN),
        ("- Next week is a holiday", None),
        ("- Next.js was considered", None),
        ("- Todos los faros están encendidos", None),
        ("- Nächste Schritte: Logs drehen", OPEN),
        ("- À faire : la recette", OPEN),
        ("- Próximos pasos: el informe", OPEN),
        ("- Сделать: отчёт", OPEN),
        ("- 待办：报告", OPEN),
    ],
)
def test_a_word_counts_where_a_line_begins_with_it(text: str, part: Left | None) -> None:
    assert line(text) is part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("- not done yet: the tests", OPEN),
        ("- Not yet finished: the tests", OPEN),
        ("- The tests are not done", None),
        ("- nothing was decided", None),
        ("- decided: nothing", None),
        ("- Decision: none so far", None),
        ("- Decyzja: brak", None),
        ("- Рішення: немає", None),
        ("- Karar: yok", None),
        ("- Decided: not to ship on Fridays", DECISION),
        ("- Decision: no second queue", DECISION),
        ("- Completed: nothing", None),
        ("- Blocked: nothing", None),
        ("- Not blocked any more: the feed", None),
        ("- TODO: none", None),
        ("- No errors. Shipped the crawler", None),
        ("- Nicht fertig: die Tests", OPEN),
        ("- Entschieden: nichts", None),
        ("- Es wurde nichts entschieden", None),
        ("- pas encore terminé : les tests", OPEN),
        ("- Décidé : rien", None),
        ("- No terminado: las pruebas", OPEN),
        ("- Não concluído: os testes", OPEN),
        ("- не готово: тесты", OPEN),
        ("- Решено: ничего", None),
        ("- 没有决定", None),
        ("- まだ公開していない", None),
    ],
)
def test_what_a_line_takes_back_it_does_not_say(text: str, part: Left | None) -> None:
    assert line(text) is part


@pytest.mark.parametrize("text", ["none", "Nothing", "nothing yet", "-", "n/a", "no blockers",
                                  "nichts", "rien", "なし"])  # fmt: skip
def test_that_there_is_nothing_is_no_entry(text: str) -> None:
    assert left(f"## Blocked\n\n- {text}\n") == []


@pytest.mark.parametrize(
    "title",
    ["Open", "Next steps", "Next steps for mason", "To do", "TODO", "Handover", "Handed over",
     "17:40 Hand-off", "For whoever takes over", "🔜 Next", "WIP", "In progress", "Loose ends",
     "Not done",
     "Offen", "Nächste Schritte", "Übergabe", "À faire", "Prochaines étapes", "Por hacer",
     "Próximos passos", "Da fare", "Te doen", "Следующие шаги", "待办事项", "下一步", "やること",
     "引き継ぎ", "할 일"],
)  # fmt: skip
def test_titles_that_open_something(title: str) -> None:
    assert left_by_title(title) is OPEN
    assert left(f"## {title}\n- Paint the hull\n") == [("Paint the hull", OPEN)]
    assert left(f"## Completed\n### {title}\n- Paint\n")[-1] == ("Paint", OPEN)


@pytest.mark.parametrize(
    "title",
    [
        *("Opening hours", "Next.js", "Open source", "Handovers of 2024", "Todos los faros"),
        *("Nothing decided", "Progress", ""),
    ],
)
def test_titles_that_open_nothing(title: str) -> None:
    assert left_by_title(title) is None
    assert not opens(title)


def test_below_a_title_its_parts_belong_to_it() -> None:
    text = "## Handover\n\n### Boats\n- Paint\n\n### Lessons learned\n- Dry it first\n\n"
    assert left(f"{text}## Sea\n- Calm\n") == [("Paint", OPEN)]
    text = "- Next:\n  - Paint\n  - ✅ Oil\n- Calm\n"
    assert left(f"## Sea\n{text}") == [("Next:", OPEN), ("Paint", OPEN), ("✅ Oil", COMPLETED)]


def test_lines_with_labels_are_lines_of_their_own() -> None:
    assert left("## 14:00\n\nTODO: paint\nTODO: oil\nDecision: red\n") == [
        *(("TODO: paint", OPEN), ("TODO: oil", OPEN), ("Decision: red", DECISION)),
    ]


@given(st.text(max_size=200))
def test_any_log_leaves_something_or_nothing(text: str) -> None:
    assert all(isinstance(part, Left) for _, part in left(text))
