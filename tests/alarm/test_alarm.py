"""When another writer takes out of MEMORY.md what nobody meant to take out, and when not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from memdeck.curated.edits import Add, Operation, Retire
from memdeck.curated.planning.outline import outline
from memdeck.curated.putting_back import PutBack, keys_of, own_items
from memdeck.curated.records import Record, State
from memdeck.curated.undo import digest_of
from memdeck.demo import make_workspace
from memdeck.errors import Refused
from memdeck.live.alarm import Loss, loss, steps, taken_out, version_of
from memdeck.model import AlarmKind

from . import rewriters

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
FIRST = b"""# Memory

## Decisions

- Postgres stays the only database
- Health checks run every 55 minutes

## Lessons

- Read the whole error before you search
- The lamp of the barcode bench must be on
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The MEMORY.md of the made workspace."""
    return (make_workspace(tmp_path_factory.mktemp("made") / "atlas") / "MEMORY.md").read_bytes()


def lost_in(versions: Sequence[bytes], after: bytes) -> Loss | None:
    """What is lost after these versions, oldest first."""
    return loss(versions[-1], after, [version_of(each) for each in reversed(versions)])


def with_line(data: bytes, behind: bytes, line: bytes) -> bytes:
    """`data` with a line behind another one."""
    assert data.count(behind) == 1
    return data.replace(behind, behind + b"\n" + line)


def said(data: bytes) -> list[str]:
    return sorted(keys_of(own_items(outline(data))).elements())


SECOND = with_line(FIRST, b"every 55 minutes", b"- Labels are PDF/A, 100 x 150 mm")
STALE = with_line(FIRST, b"must be on", b"- Tiles of level 19 do not exist")


# --- At random -----------------------------------------------------------------


@pytest.mark.parametrize("seed", range(50))
def test_an_honest_edit_raises_no_alarm(made: bytes, seed: int) -> None:
    random = Random(seed)
    versions = rewriters.history(made, random, random.randrange(1, 9))

    for edit in rewriters.LAST:
        after = rewriters.edited(versions[-1], edit, random)
        assert lost_in(versions, after) is None, edit.__name__


@pytest.mark.parametrize("seed", range(50))
def test_a_rewrite_from_a_stale_copy_is_noticed_and_one_edit_puts_the_lost_lines_back(
    made: bytes, seed: int
) -> None:
    random = Random(1000 + seed)
    versions = rewriters.history(made, random, random.randrange(1, 9))
    versions.append(rewriters.edited(versions[-1], random.choice(rewriters.ADDING), random))
    after, old = rewriters.stale_rewrite(versions, random)

    found = lost_in(versions, after)

    assert found is not None
    assert found.kind is AlarmKind.STALE
    lost = [versions[-1][start:end] for start, end in found.spans]
    added = keys_of(own_items(outline(versions[-1]))) - keys_of(own_items(outline(old)))
    assert 1 <= found.count <= added.total()
    edit = PutBack(versions[-1], found.spans).plan(after)
    whole = edit.apply(after)
    assert all(each.strip() in whole for each in lost)
    assert all(splice.old == b"" for splice in edit.splices)
    assert lost_in([*versions, after], whole) is None


# --- What tells the two apart --------------------------------------------------


def test_what_came_since_the_copy_was_read_is_lost_and_goes_back_where_it_was() -> None:
    found = lost_in([FIRST, SECOND], STALE)

    assert found is not None
    assert (found.kind, found.count) == (AlarmKind.STALE, 1)
    assert found.words == (
        "MEMORY.md was written back from an older copy, so 1 item that came since is gone."
    )
    edit = PutBack(SECOND, found.spans).plan(STALE)
    assert edit.words == "Put back: Labels are PDF/A, 100 x 150 mm"
    whole = with_line(SECOND, b"must be on", b"- Tiles of level 19 do not exist")
    assert edit.apply(STALE) == whole


def test_a_section_that_came_since_goes_back_with_its_title() -> None:
    second = FIRST.replace(b"## Lessons", b"## Hosts\n\n- quay-1 is the gate\n\n## Lessons")

    found = lost_in([FIRST, second], STALE)

    assert found is not None
    whole = PutBack(second, found.spans).plan(STALE).apply(STALE)
    assert whole == STALE.replace(b"## Lessons", b"## Hosts\n\n- quay-1 is the gate\n\n## Lessons")


def test_a_section_at_the_end_goes_back_below_a_blank_line() -> None:
    second = FIRST + b"\n## Hosts\n\n- quay-1 is the gate\n"

    found = lost_in([FIRST, second], STALE)

    assert found is not None
    whole = PutBack(second, found.spans).plan(STALE).apply(STALE)
    assert whole == STALE + b"\n## Hosts\n\n- quay-1 is the gate\n"


def test_taking_the_last_line_out_again_is_honest() -> None:
    assert lost_in([FIRST, SECOND], FIRST) is None


def test_wording_the_last_line_otherwise_is_honest() -> None:
    third = SECOND.replace(
        b"Labels are PDF/A, 100 x 150 mm", b"Labels are always PDF/A, now 105 x 150 mm"
    )
    assert lost_in([FIRST, SECOND], third) is None


def test_a_status_that_changes_is_honest() -> None:
    active = with_line(FIRST, b"every 55 minutes", b"- Ledgerline: active")
    paused = with_line(FIRST, b"every 55 minutes", b"- Ledgerline: paused until the tariffs come")
    assert lost_in([FIRST, active], paused) is None


def test_making_one_of_two_lines_is_honest() -> None:
    third = SECOND.replace(
        b"55 minutes\n- Labels are PDF/A", b"55 minutes; labels are always PDF/A"
    )
    assert lost_in([FIRST, SECOND], third) is None


def test_a_new_line_in_the_place_of_older_ones_is_honest() -> None:
    third = SECOND.replace(b"- Postgres stays the only database\n", b"- Queues moved to a broker\n")
    assert lost_in([FIRST, SECOND], third) is None


def test_going_back_to_an_older_version_is_noticed_when_much_came_since() -> None:
    second = FIRST.replace(
        b"## Lessons",
        b"- One queue a carrier\n- Mail leaves at six\n- Tiles are ours\n\n## Lessons",
    )

    found = lost_in([FIRST, second], FIRST)

    assert found is not None
    assert (found.kind, found.count) == (AlarmKind.ROLLED_BACK, 3)


def test_items_that_hang_on_a_lost_one_are_counted_with_it_and_go_back_with_it() -> None:
    second = with_line(FIRST, b"every 55 minutes", b"- Labels\n  - PDF/A\n  - 100 x 150 mm")

    found = lost_in([FIRST, second], STALE)

    assert found is not None
    assert found.count == 1
    assert b"- Labels\n  - PDF/A\n  - 100 x 150 mm\n" in PutBack(second, found.spans).plan(
        STALE
    ).apply(STALE)


def test_an_emptied_file_is_noticed() -> None:
    found = lost_in([FIRST], b"")
    assert found is not None
    assert (found.kind, found.count) == (AlarmKind.EMPTIED, 4)
    assert PutBack(FIRST, found.spans).plan(b"").apply(b"").endswith(b"bench must be on\n")


def test_a_file_that_ends_early_is_noticed() -> None:
    many = FIRST + b"".join(b"- Fact %d of the harbour\n" % number for number in range(5))
    found = lost_in([many], FIRST)
    assert found is not None
    assert (found.kind, found.count) == (AlarmKind.EMPTIED, 5)


def test_what_another_program_keeps_is_its_own_to_take_out() -> None:
    fenced = b"<!-- openclaw:dreaming:light:start -->\n- %s\n<!-- openclaw:dreaming:light:end -->\n"
    before = FIRST + fenced % b"\n- ".join([b"One", b"Two", b"Three", b"Four"])
    assert lost_in([FIRST, before], FIRST + fenced % b"Five") is None


def test_the_order_of_what_is_lost_and_everything_else_is_kept_when_it_goes_back() -> None:
    before = FIRST.replace(
        b"## Lessons", b"- First of three\n- Second of three\n- Third of three\n\n## Lessons"
    )
    found = lost_in([FIRST, before], STALE)
    assert found is not None
    once = PutBack(before, found.spans)
    whole = once.plan(STALE).apply(STALE)
    assert b"- First of three\n- Second of three\n- Third of three\n" in whole
    with pytest.raises(Refused, match="has these lines already"):
        once.plan(whole)


def test_lines_that_somebody_put_back_meanwhile_are_not_doubled() -> None:
    before = FIRST.replace(b"## Lessons", b"- First of two\n- Second of two\n\n## Lessons")
    found = lost_in([FIRST, before], STALE)
    assert found is not None
    today = with_line(STALE, b"every 55 minutes", b"- Second of two")
    whole = PutBack(before, found.spans).plan(today).apply(today)
    assert said(whole) == sorted([*said(today), "first of two"])


def test_lines_without_a_place_go_to_the_end_of_their_section_and_it_is_said() -> None:
    before = FIRST.replace(b"## Lessons", b"- First of two\n- Second of two\n\n## Lessons")
    spans = ((before.index(b"- First"), before.index(b"\n## Lessons")),)
    today = b"# Memory\n\n## Decisions\n\n- All is new\n\nMore words\n\n## Lessons\n\n- Here too\n"
    edit = PutBack(before, spans).plan(today)
    assert said(edit.apply(today)) == sorted([*said(today), "first of two", "second of two"])


# --- Beside memdeck ------------------------------------------------------------


def recorded(data: bytes, operation: Operation, number: int) -> tuple[Record, bytes]:
    edit = operation.plan(data)
    after = edit.apply(data)
    record = Record(
        *(f"{number:012x}", NOW, "operator", operation.kind, edit.words, Path("MEMORY.md")),
        *(digest_of(data), digest_of(after), edit.splices),
        state=State.DONE,
    )
    return record, after


def test_what_memdeck_did_is_told_from_what_others_did() -> None:
    first, one = recorded(FIRST, Add("Lessons", ("Maps are made weekly",)), 1)
    foreign = with_line(one, b"Postgres stays the only database", b"- Queues as well")
    second, two = recorded(foreign, Add("Lessons", ("Backups run at two",)), 2)

    found = steps(FIRST, two, (second, first))

    assert [(each.data, each.ours) for each in found] == [
        (one, True),
        (foreign, False),
        (two, True),
    ]


def test_what_was_promoted_unseen_and_taken_out_by_a_stale_copy_is_noticed() -> None:
    record, one = recorded(FIRST, Add("Lessons", ("Maps are made weekly",)), 1)
    versions = [FIRST]
    for step in steps(FIRST, STALE, (record,)):
        if not step.ours:
            found = lost_in(versions, step.data)
        versions.append(step.data)

    assert versions == [FIRST, one, STALE]
    assert found is not None
    assert found.count == 1


def test_what_memdeck_took_out_is_not_missed() -> None:
    ids = [item.id for item in own_items(outline(FIRST))]
    record, after = recorded(FIRST, Retire(tuple(ids[:3])), 1)
    late = after + b"- A late line of another\n"

    retired = taken_out((record,))

    assert [retired(item) for item in own_items(outline(FIRST))] == [True, True, True, False]
    assert loss(FIRST, late, [version_of(after), version_of(FIRST)], retired) is None


def test_what_memdeck_could_not_let_stay_is_not_missed() -> None:
    record, one = recorded(FIRST, Add("Lessons", ("Maps are made weekly",)), 1)
    failed = replace(record, state=State.FAILED)
    late = FIRST + b"- A late line of another\n"
    versions = [version_of(one), version_of(FIRST)]

    assert loss(one, late, versions) is not None
    assert loss(one, late, versions, taken_out((failed,))) is None
