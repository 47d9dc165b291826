"""What other programs keep for themselves."""

from __future__ import annotations

from datetime import date

import pytest

from memdeck.curated.sections import parse_memory
from memdeck.daily.parse import parse_log
from memdeck.machine import machine_fences, machine_spans, machine_title


def test_machine_fences_span_their_lines() -> None:
    data = (
        b"# T\n<!-- openclaw:dreaming:light:start -->\n- a\n"
        b"<!-- openclaw:dreaming:light:end -->\n- b\n"
        b"```\n<!-- openclaw:dreaming:deep:start -->\n```\n"
        b"<!-- openclaw:dreaming:rem:start -->\n- c\n# Next\n- d\n"
    )
    spans = [data[start:end] for start, end in machine_spans(data)]
    assert len(spans) == 2
    assert spans[0].startswith(b"<!-- openclaw:dreaming:light:start")
    assert spans[0].endswith(b"light:end -->\n")
    assert spans[1] == b"<!-- openclaw:dreaming:rem:start -->\n- c\n"


def test_titles_of_sections_that_another_program_may_delete() -> None:
    assert machine_title("Promoted From Short-Term Memory (2026-02-04)")
    assert machine_title(" consolidated memory (week 5) ")
    assert not machine_title("Consolidated Memory of the team")
    assert not machine_title("Lessons")


START = "<!-- openclaw:dreaming:light:start -->\n"
END = "<!-- openclaw:dreaming:light:end -->\n"


@pytest.mark.parametrize(
    ("text", "mine"),
    [
        # Under a heading: to the next of its level or a higher one.
        (f"## A\n- a\n{START}- x\n### B\n- y\n## C\n- c\n", ["a", "c"]),
        (f"# T\n## Z\n- z\n### A\n- a\n{START}- x\n#### B\n- y\n## C\n- c\n", ["z", "a", "c"]),
        # A heading of its own, directly behind the fence.
        (f"# T\n## A\n- a\n{START}\n### B\n- x\n#### C\n- y\n### D\n- d\n", ["a", "d"]),
        (f"- a\n\n{START}# B\n- x\n## C\n- y\n# D\n- d\n", ["a", "d"]),
        # Under the title of the file, or no heading at all: to the next one.
        (f"# T\n- a\n\n{START}- x\n\n### B\n- b\n", ["a", "b"]),
        (f"- a\n\n{START}- x\n\n###### B\n- b\n", ["a", "b"]),
        # Nothing ends it.
        (f"## A\n- a\n{START}- x\n### B\n- y\n", ["a"]),
        # Opened again before it was closed.
        (f"## A\n{START}- x\n## B\n- b\n{START}- y\n{END}- c\n", ["b", "c"]),
        # Closed: to the end of it, wherever headings stand.
        (f"## A\n- a\n{START}## B\n- x\n{END}- b\n### C\n- c\n", ["a", "b", "c"]),
        (f"## A\r- a\r{START}- x\r{END}- b\r".replace("\n", "\r"), ["a", "b"]),
    ],
)  # fmt: skip
def test_what_a_fence_holds_is_the_same_in_memory_and_in_logs(text: str, mine: list[str]) -> None:
    data = text.encode()
    curated = [item for section in parse_memory(data) for item in section.items]
    assert [item.text for item in curated if not item.foreign] == mine
    logged = [
        item
        for section in parse_log(data, "memory/2026-02-06.md", date(2026, 2, 6))[1]
        for item in section.items
    ]
    assert [item.text for item in logged if item.candidate] == mine
    assert [item.text for item in curated] == [item.text for item in logged]


def test_a_fence_that_is_never_closed_is_told_apart() -> None:
    data = f"## A\n{START}- x\n{END}{START}- y\n## B\n".encode()
    assert [(span.start, span.closed) for span in machine_fences(data)] == [(5, True), (85, False)]
