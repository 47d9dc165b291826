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


@pytest.mark.fault("an agent that rewrites MEMORY.md from a stale copy")
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


def test_a_section_goes_back_between_others_with_a_blank_line_on_both_sides() -> None:
    second = FIRST + b"\n## Hosts\n\n- quay-1 is the gate\n"
    today = STALE + b"\n## Open\n\n- Ask the pilot\n"

    found = lost_in([FIRST, second], today)

    assert found is not None
    whole = PutBack(second, found.spans).plan(today).apply(today)
    section = b"\n## Hosts\n\n- quay-1 is the gate\n"
    assert whole == STALE + section + b"\n## Open\n\n- Ask the pilot\n"


def test_a_section_goes_back_close_to_the_next_where_all_are_close() -> None:
    first = FIRST.replace(b"\n\n", b"\n")
    second = first + b"## Hosts\n- quay-1 is the gate\n"
    today = STALE.replace(b"\n\n", b"\n") + b"## Open\n- Ask the pilot\n"

    found = lost_in([first, second], today)

    assert found is not None
    whole = PutBack(second, found.spans).plan(today).apply(today)
    assert b"- quay-1 is the gate\n## Open\n" in whole


PROMOTED = b"""
## Promoted From Short-Term Memory (2026-02-02)

<!-- openclaw-memory-promotion:tide -->
- The tide table changes in spring [score=0.83 recalls=4]

---

*Last looked through: 2026-02-05*
"""


@pytest.mark.parametrize(
    ("date", "footer"),
    [
        (b"2026-02-06", b"2026-02-05"),
        (b"2026-02-02", b"2026-02-06"),
        (b"2026-02-06", b"2026-02-06"),
    ],
)
@pytest.mark.parametrize("end", [b"", b"\n- Feed the gulls at eight"])
def test_a_line_at_the_very_end_goes_back_though_another_program_dates_its_section_anew(
    date: bytes, footer: bytes, end: bytes
) -> None:
    """Nothing but the line is lost: what stands under the other's heading is the other's."""
    first = FIRST + PROMOTED
    line = b"- Feed the gulls at noon" + end + b"\n"
    second = first + line
    today = STALE + PROMOTED.replace(b"(2026-02-02)", b"(2026-02-" + date + b")")
    today = today.replace(b"through: 2026-02-05", b"through: 2026-02-" + footer)

    found = lost_in([first, second], today)

    assert found is not None
    assert b"".join(second[start:stop] for start, stop in found.spans) == line
    assert PutBack(second, found.spans).plan(today).apply(today) == today + line


def test_a_line_that_would_become_another_programs_goes_to_the_agents_own_section() -> None:
    second = FIRST + PROMOTED + b"- Feed the gulls at noon\n"
    today = STALE + PROMOTED.partition(b"\n---")[0].replace(b"02-02", b"02-06")

    found = lost_in([FIRST + PROMOTED, second], today)

    assert found is not None
    edit = PutBack(second, found.spans).plan(today)
    assert edit.words == "Put back: Feed the gulls at noon (at the end of Lessons)"
    assert said(edit.apply(today)) == sorted([*said(today), "feed the gulls at noon"])


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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"- Postgres stays the only database", b"- **Postgres** stays the only database"),
        (b"## Lessons", b"## Lessons and habits"),
        (b"# Memory\n", b"---\nowner: atlas\n---\n\n# Memory\n"),
        (b"- [ ] Count the keys", b"- [x] Count the keys"),
        (b"looked through: 2026-02-05", b"looked through: 2026-02-06"),
        (
            b"- Postgres stays the only database\n- Health checks run every 55 minutes",
            b"- Health checks run every 55 minutes\n- Postgres stays the only database",
        ),
    ],
)
@pytest.mark.parametrize("lines", [b"- Labels are PDF/A", b"- Labels are PDF/A\n- Mail is UTF-8"])
def test_an_older_copy_is_told_by_a_change_that_says_nothing_new(
    old: bytes, new: bytes, lines: bytes
) -> None:
    first = FIRST + b"- [ ] Count the keys\n\nLast looked through: 2026-02-05\n"
    second = with_line(first, b"must be on", lines)
    assert first.count(old) == 1

    found = lost_in([first, second], first.replace(old, new))

    assert found is not None
    assert (found.kind, found.count) == (AlarmKind.STALE, lines.count(b"\n") + 1)


def test_an_older_copy_with_many_lines_reworded_is_noticed() -> None:
    facts = [b"- Fact number %d of the harbour wall and its lamps" % each for each in range(24)]
    first = FIRST + b"\n".join(facts) + b"\n"
    second = with_line(first, b"55 minutes", b"- Labels are PDF/A, 100 x 150 mm")
    stale = first
    for each in facts[:5]:
        stale = stale.replace(each, each.replace(b"harbour", b"harobur"))

    found = lost_in([first, second], stale)

    assert found is not None
    assert (found.kind, found.count) == (AlarmKind.STALE, 1)


def test_taking_out_the_last_line_and_another_is_honest_however_lists_are_numbered() -> None:
    numbered = FIRST + b"\n## Steps\n\n1. Count\n2. Weigh\n3. Sign\n"
    second = numbered.replace(b"2. Weigh\n3. Sign", b"2. Ask the gate\n3. Weigh\n4. Sign")
    assert lost_in([numbered, second], numbered) is None
    assert lost_in([numbered, second], numbered.replace(b"1. Count\n2. W", b"1. W")) is None


def test_another_line_exactly_where_the_last_one_stood_is_honest_between_others() -> None:
    second = with_line(FIRST, b"the only database", b"- Labels are PDF/A, 100 x 150 mm")
    third = with_line(FIRST, b"the only database", b"- Ferries leave at nine")
    assert lost_in([FIRST, second], third) is None
    # Whoever wrote from an older copy would not have put it just there, and would lack the rest.
    fourth = with_line(second, b"before you search", b"- Mail leaves at six")
    assert lost_in([FIRST, second, fourth], third) is not None


def test_another_line_at_the_end_of_a_list_where_the_last_one_stood_is_told() -> None:
    # Everybody adds at the end: this is what a rewrite from an older copy looks like.
    second = with_line(FIRST, b"must be on", b"- Labels are PDF/A, 100 x 150 mm")
    found = lost_in([FIRST, second], STALE)
    assert found is not None
    assert found.kind is AlarmKind.STALE


def test_shortening_the_last_line_while_another_is_added_is_honest() -> None:
    long = b"- Labels are always printed as PDF/A because the relay of the harbour needs that form"
    second = with_line(FIRST, b"must be on", long)
    third = with_line(STALE, b"must be on", b"- Labels are always printed as PDF/A")
    assert lost_in([FIRST, second], third) is None


@pytest.mark.parametrize(
    "reworded",
    [
        b"- Health checks run every 40 minutes by now",
        b"- Whoever is on watch looks after the pumps",
    ],
    ids=["likewise", "altogether"],
)
def test_taking_out_a_line_that_was_reworded_last_is_honest(reworded: bytes) -> None:
    first = with_line(FIRST, b"every 55 minutes", b"- Mail leaves at six")
    old = b"- Health checks run every 55 minutes"
    second = first.replace(old, reworded)
    third = with_line(
        first.replace(old + b"\n", b""), b"must be on", b"- Tiles of level 19 do not exist"
    )
    assert lost_in([first, second], third) is None
    # And when the rewording was taken back.
    assert lost_in([first, second, first], third) is None
    # What came besides is lost all the same.
    more = with_line(second, b"before you search", b"- Labels are PDF/A, 100 x 150 mm")
    found = lost_in([first, second, more], third)
    assert found is not None
    assert found.count == 1


def test_making_one_short_line_of_the_last_two_is_honest() -> None:
    two = (
        b"- Labels are always printed as PDF/A because the relay needs that form\n"
        b"- Couriers scan every parcel twice on arrival, by contract with the harbour"
    )
    one = b"- Labels are always printed and couriers scan every parcel"
    second = with_line(FIRST, b"must be on", two)
    assert lost_in([FIRST, second], with_line(FIRST, b"must be on", one)) is None


@pytest.mark.fault("MEMORY.md put back to an older version")
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


@pytest.mark.fault("MEMORY.md emptied")
def test_an_emptied_file_is_noticed() -> None:
    found = lost_in([FIRST], b"")
    assert found is not None
    assert (found.kind, found.count) == (AlarmKind.EMPTIED, 4)
    assert PutBack(FIRST, found.spans).plan(b"").apply(b"").endswith(b"bench must be on\n")


@pytest.mark.fault("a MEMORY.md of which the end is missing")
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


def test_what_memdeck_is_just_writing_counts_as_its_own() -> None:
    record, one = recorded(FIRST, Add("Lessons", ("Maps are made weekly",)), 1)
    begun = replace(record, state=State.BEGUN)
    ids = [item.id for item in own_items(outline(one)) if item.text == "Maps are made weekly"]
    other, _ = recorded(one, Retire(tuple(ids)), 2)
    retiring = replace(other, state=State.BEGUN)

    assert [each.ours for each in steps(FIRST, one, (begun,))] == [True]
    # What is not in the file may never get there.
    assert [each.ours for each in steps(FIRST, STALE, (begun,))] == [False]
    # Another program's line came to what is retired before that was noted as done.
    late = FIRST + b"- A late line of another\n"
    versions = [version_of(one), version_of(FIRST)]
    assert loss(one, late, versions) is not None
    assert loss(one, late, versions, taken_out((retiring,))) is None
