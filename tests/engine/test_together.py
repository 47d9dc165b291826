"""Several operations as one edit."""

from __future__ import annotations

import pytest

from memdeck.curated.edits import Retire, Rewrite
from memdeck.curated.sections import parse_memory
from memdeck.curated.tidying import TakeOut
from memdeck.curated.together import Together
from memdeck.errors import Refused

DATA = b"# M\n\n## Birds\n- terns\n- gulls\n- gulls\n- gulls\n-\n\n## Tides\n- low at dawn\n"


def ids(data: bytes) -> list[str]:
    return [item.id for section in parse_memory(data) for item in section.items]


def test_twins_go_and_another_gets_new_words_in_one_edit() -> None:
    terns, _first, second, third, low = ids(DATA)
    together = Together(
        (Retire((second,)), Rewrite(low, "low at dusk"), Retire((third,)), TakeOut(b"-\n", 8))
    )
    edit = together.plan(DATA)
    after = edit.apply(DATA)
    assert after == b"# M\n\n## Birds\n- terns\n- gulls\n\n## Tides\n- low at dusk\n"
    assert edit.words.startswith("4 changes of MEMORY.md: Retired 2 items; ")
    assert terns in ids(after)


def test_what_goes_needs_no_other_words() -> None:
    low = ids(DATA)[-1]
    after = Together((Rewrite(low, "low at dusk"), Retire((low,)))).plan(DATA).apply(DATA)
    assert b"low at" not in after


def test_all_or_nothing() -> None:
    with pytest.raises(Refused):
        Together((Retire((ids(DATA)[0],)), Rewrite("0" * 12, "x"))).plan(DATA)
    with pytest.raises(Refused):
        Together(()).plan(DATA)
