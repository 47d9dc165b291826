"""What other programs keep for themselves."""

from __future__ import annotations

from memdeck.machine import machine_spans, machine_title


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
