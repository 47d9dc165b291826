"""The proof that an edit did what was meant and nothing else."""

from __future__ import annotations

import pytest

from memdeck.curated.planning.outline import Outline, outline
from memdeck.curated.planning.proof import items_at, same_but_for, same_sections
from memdeck.model import Item

BEFORE = b"## A\n- one\n- two\n  - deep\n## B\n- three\n"


def items(whole: Outline) -> list[Item]:
    return [item for part in whole.parts for item in part.items]


@pytest.mark.parametrize(
    "after",
    [
        b"## A\n- one\n- new\n- TWO\n  - deep\n## B\n- three\n",
        b"## A\n- one\n- new\n* two\n  - deep\n## B\n- three\n",
        b"## A\n- one\n- new\n- two\n- deep\n## B\n- three\n",
        b"## A\n- two\n  - deep\n- new\n- one\n## B\n- three\n",
        b"## A\n- one\n- new\n- two\n  - deep\n- three\n## B\n",
        b"## A\n- one\n- new\n## B\n- three\n",
        b"## A\n- one\n- new\n<!-- id:1 -->\n- two\n  - deep\n## B\n- three\n",
        b"## A\n- one\n- new\n- two\n  - deep\n## B\n- three\n- fourth\n",
    ],
    ids=["text", "marker", "depth", "order", "section", "lost", "comment", "gained"],
)
def test_any_other_change_is_noticed(after: bytes) -> None:
    whole, changed = outline(BEFORE), outline(after)
    new = [item for item in items(changed) if item.text == "new"]
    assert not same_but_for(whole, changed, new=new)


def test_what_was_meant_to_change_is_left_out_of_the_comparison() -> None:
    whole = outline(BEFORE)
    added = outline(BEFORE.replace(b"## B", b"- new\n\n## B"))
    new = [item for item in items(added) if item.text == "new"]
    assert same_but_for(whole, added, new=new)
    assert not same_but_for(whole, added)
    gone = [item for item in items(whole) if item.text in ("two", "deep")]
    assert same_but_for(whole, outline(b"## A\n- one\n\n## B\n- three\n"), gone=gone)
    assert not same_but_for(whole, outline(b"## A\n- one\n\n## B\n- three\n"), gone=gone[:1])


def test_a_fence_that_opened_is_noticed() -> None:
    after = outline(b"<!-- openclaw:dreaming:x:start -->\n" + BEFORE)
    assert not same_but_for(outline(BEFORE), after)


def test_titles_must_be_the_same_and_a_new_one_last() -> None:
    whole = outline(BEFORE)
    assert same_sections(whole, outline(BEFORE + b"- more\n"))
    assert not same_sections(whole, outline(BEFORE + b"### C\n"))
    assert same_sections(whole, outline(BEFORE + b"## C\n"), new=True)
    assert not same_sections(whole, outline(b"## C\n" + BEFORE), new=True)
    assert not same_sections(whole, outline(BEFORE.replace(b"## B", b"### B")))
    assert not same_sections(whole, whole, new=True)


def test_an_item_is_found_at_its_start_in_its_section_only() -> None:
    whole = outline(BEFORE)
    start = BEFORE.index(b"- two")
    found = items_at(whole, "A", (5, start))
    assert found is not None
    assert [item.text for item in found] == ["one", "two"]
    assert items_at(whole, "B", (start,)) is None
    assert items_at(whole, "A", (start, start)) is None
    assert items_at(whole, None, (0,)) is None
