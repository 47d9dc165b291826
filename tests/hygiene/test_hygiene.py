"""What hygiene suggests about MEMORY.md, what it leaves alone, and what its fixes do."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdeck.bootstrap.free import Why, proposals
from memdeck.curated.sections import conflict_markers, parse_memory, without_conflicts
from memdeck.demo import make_workspace
from memdeck.errors import Refused
from memdeck.hygiene.look import Files, suggest
from memdeck.hygiene.references import file_references
from memdeck.hygiene.rules import LONG
from memdeck.hygiene.suggestion import Kind, Suggestion
from memdeck.model import MemoryFile

from ..bootstrap.test_free import TODAY, budget_of
from ..engine.markdown_strategy import memory_files, noise

# Put together here, so that no file of the project holds anything of this shape.
TOKEN = "gh" + "p_" + "a1B2" * 10


def memory_of(text: str | bytes) -> MemoryFile:
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return MemoryFile(Path("MEMORY.md"), data, exists=True, sections=parse_memory(data))


def suggested(
    text: str | bytes,
    kind: Kind | None = None,
    *,
    root: Path = Path("/nowhere"),
    branches: Collection[str] = (),
) -> tuple[Suggestion, ...]:
    kinds = frozenset(Kind) if kind is None else frozenset({kind})
    return suggest(memory_of(text), 80, branches, files=Files((root,)), kinds=kinds)


def only(text: str, kind: Kind, **more: object) -> Suggestion:
    (found,) = suggested(text, kind, **more)  # type: ignore[arg-type]
    return found


def mended(text: str, suggestion: Suggestion) -> str:
    assert suggestion.fix is not None
    data = text.encode()
    return suggestion.fix.plan(data).apply(data).decode()


# --- Twins ---------------------------------------------------------------------

TWINS = """# Memory

## Decisions

- **Postgres** stays the only database
- Health checks run every 55 minutes

## Lessons

- 2026-02-04: Postgres stays the only database
"""


def test_of_two_that_say_the_same_the_one_without_a_date_may_go_and_both_are_shown() -> None:
    found = only(TWINS, Kind.DUPLICATE)

    assert (found.where, found.other_line) == ("MEMORY.md:5", 10)
    assert found.words == "It says the same as line 10."
    assert found.text == "Postgres stays the only database"
    assert found.other_text == "2026-02-04: Postgres stays the only database"
    assert mended(TWINS, found) == TWINS.replace("- **Postgres** stays the only database\n", "")


def test_of_equal_ones_the_first_stays_and_what_could_go_keeps_the_same() -> None:
    line = "- Postgres stays the only database\n"
    ways = {
        line * 3: 1,
        f"{line}- 2026-02-04: Postgres stays the only database\n{line}": 2,
        f"{line}{line}- Postgres stays the only database <!-- since: 2026 -->\n": 3,
        f"{line}{line}{line}  - as nobody wants to run two\n": 3,
    }
    for text, kept in ways.items():
        twins = suggested(text, Kind.DUPLICATE)
        assert {each.other_line for each in twins} == {kept}
        memory = memory_of(text)
        free = proposals(memory, budget_of(memory), today=TODAY, wanted=0, threshold=80)
        same = [each for each in free if each.why is Why.SAME]
        assert {each.twin.line for each in same if each.twin} <= {kept}
        assert {each.item.line for each in same} <= {each.line for each in twins}
        assert len(same) == len(twins) == 2


def test_what_has_lines_under_it_is_the_one_that_stays() -> None:
    text = "- Postgres is all we have\n\n## B\n\n- Postgres is all we have\n  - why\n"
    assert only(text, Kind.DUPLICATE).line == 1


def test_of_two_that_have_lines_under_them_a_person_decides() -> None:
    text = (
        "## A\n\n- Postgres stays the only database\n  - why it does\n"
        "\n## B\n\n- Postgres stays the only database\n  - why it does\n"
    )
    found = only(text, Kind.DUPLICATE)
    assert found.fix is None
    assert found.preview(text.encode()) == ()
    assert found.todo == "Both have lines under them: bring these together by hand, at line 3."


ALIKE = """# Memory

- Health checks run every 55 minutes, as the cache lives that long
- Something else entirely about the ferries and their times
- Health checks run every 55 minutes, as the cache lives that long, for atlas
"""


def test_of_two_that_say_nearly_the_same_the_less_complete_may_go() -> None:
    found = only(ALIKE, Kind.ALIKE)
    assert (found.line, found.other_line) == (3, 5)
    assert "% like line 5, and the less complete of the two" in found.words
    assert found.fix is not None
    assert found.fix.kind == "retire"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nested one", "nested two"),
        ("one thing chosen", "another thing chosen"),
        ("Queue: the first", "Queue: the second one"),
    ],
)
def test_short_items_are_twins_only_when_they_say_the_same(one: str, other: str) -> None:
    assert suggested(f"# M\n\n- {one}\n- {other}\n", Kind.ALIKE) == ()
    assert only(f"# M\n\n- {one} x\n- **{one}** x!\n", Kind.DUPLICATE).fix is not None


@pytest.mark.parametrize(
    ("line", "one", "other", "differ"),
    [
        ("Retry after {} seconds, as the broker says so", "30", "90", "a number"),
        ("{}: The tariffs of the islands changed", "2026-01-04", "2026-02-04", "a date"),
        ("We {} restart the broker in a batch, says Ada", "always", "never", "a no or not"),
        ("Labels {} kept for two years and a day", "are", "aren't", "a no or not"),
        ("The islands are served by {} in winter", "Brightvan", "Brightsea", "a name"),
        ("The queue of all labels runs on {} in winter", "AWS", "GCP", "a name"),
        ("The lock of the quay is `{}.lock`", "quay", "quai", "a word between backquotes"),
    ],
)
def test_what_differs_in_something_that_counts_is_told_and_a_person_decides(
    line: str, one: str, other: str, differ: str
) -> None:
    text = f"# M\n\n- {line.format(one)}\n- {line.format(other)} too\n"
    found = only(text, Kind.ALIKE)
    assert found.fix is None
    assert found.words.endswith(f"but the two differ in {differ}.")
    memory = memory_of(text)
    free = proposals(memory, budget_of(memory), today=TODAY, wanted=0, threshold=80)
    assert not [each for each in free if each.why is Why.ALIKE]


def test_the_comparing_stops_when_nobody_waits_for_it_any_more() -> None:
    memory = memory_of(ALIKE + TWINS)
    found = suggest(memory, 80, files=Files(()), stop=lambda: True)
    assert [each.kind for each in found] == [Kind.DUPLICATE]


def test_a_value_under_two_names_is_no_twin() -> None:
    text = "## A\n\n- Status: active now\n\n## B\n\n- Status: active\n"
    assert suggested(text, Kind.ALIKE) == ()


# --- References ----------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("src/app.py", "memory/2026-02-05.md", "HEARTBEAT.md", "docs/notes.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "line",
    [
        "The rules are in `src/old.py`.",
        "See `src/old.py:12`",
        "See ./src/old.py, line 12",
        "Look at src/deep/old.py first",
        "[how](docs/gone.md#why)",
        "[how](other/gone.md)",
        "Written up in `2026-02-04.md`",
        "Written up in memory/2026-02-04.md",
        "The round is in `ROUND.md`",
    ],
)
def test_a_file_that_is_not_there_is_told(root: Path, line: str) -> None:
    found = only(f"# M\n\n- {line} and more words besides\n", Kind.FILE, root=root)
    assert found.line == 3
    assert found.words.startswith("It names a file that is not there any more: ")
    assert found.fix is None


@pytest.mark.parametrize(
    "line",
    [
        "See `src/app.py`, `src/app.py:3` and src/app.py",
        "See `HEARTBEAT.md`, `2026-02-05.md` and memory/2026-02-05.md",
        "[how](docs/notes.md#why) and [here](#top) and [there](https://example.com/src/a.py)",
        "https://example.com/src/old.py and `https://example.com/src/old.py`",
        "`src/*.py`, `src/{a,b}.py`, `src/<name>.py`, `src/$NAME.py`, `~/src/old.py`",
        "`/etc/old.conf`, `/srv/replay/<date>` and ../src/old.py and `../src/old.py`",
        "`path/to/file.py`, `src/your-file.py`, `src/example.py`, `memory/YYYY-MM-DD.md`",
        "`labels/test_size.go` is in a repository that is not here",
        "`main.py`, `config.yaml` and e.g. this.that",
        "`feature/cache`, `make storm SHOPS=50`, `git log src/old.py`",
        "and/or, 2.5/3.0, v1.2/v1.3, either/or.",
        "host.example.com/src/old.py and alice@src/old.py",
    ],
)
def test_a_doubt_is_decided_for_the_reference(root: Path, line: str) -> None:
    assert suggested(f"# M\n\n- {line}\n", Kind.FILE, root=root) == ()


def test_a_line_that_is_nothing_but_its_reference_may_go(root: Path) -> None:
    text = "# M\n\n- See `src/old.py`\n- Kept\n"
    assert mended(text, only(text, Kind.FILE, root=root)) == "# M\n\n- Kept\n"


def test_a_file_of_another_repository_of_the_notes_counts(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "src").mkdir(parents=True)
    (other / "src/old.py").write_text("x", encoding="utf-8")
    memory = memory_of("# M\n\n- See `src/old.py`\n")
    assert suggest(memory, 80, files=Files((root, other)), kinds={Kind.FILE}) == ()


def test_each_reference_is_told_once() -> None:
    assert list(file_references("`a/b.py` [x](a/b.py) a/b.py")) == [("a/b.py", True)]


def test_a_branch_that_the_notes_know_and_no_repository_has_is_told() -> None:
    text = "# M\n\n- The cache is built on `feature/cache` by atlas\n- Not feature/cache\n"
    found = only(text, Kind.BRANCH, branches={"feature/cache", "main"})
    assert found.line == 3
    assert found.words == "It names a branch that is not there any more: feature/cache."
    assert suggested(text, Kind.BRANCH, branches={"feature/other"}) == ()


# --- Debris --------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "- HEARTBEAT_OK",
        "- 2026-02-04 14:02 HEARTBEAT_OK",
        "- **HEARTBEAT_OK**",
        '- {"name": "read", "arguments": {"path": "x"}}',
        '- `{"type": "tool_use", "id": 1}`',
        '- {"tool_calls": [{"broken',
        "- " + "QUJD" * 60,
    ],
)
def test_what_a_program_left_behind_may_go(line: str) -> None:
    text = f"# M\n\n- One\n{line}\n- Two\n"
    assert mended(text, only(text, Kind.DEBRIS)) == "# M\n\n- One\n- Two\n"


@pytest.mark.parametrize(
    "line",
    [
        "- Answer HEARTBEAT_OK when nothing is wrong",
        '- The API wants {"name": "x"} and nothing else',
        "- User: prefers short answers",
        "- See https://example.com/" + "a" * 300,
        "- " + "word " * 100,
        "- 日本語" * 100,
        "<!-- remark: look here -->\n- One more",
    ],
)
def test_what_a_person_may_have_written_stays(line: str) -> None:
    assert suggested(f"# M\n\n- One\n{line}\n- Two\n", Kind.DEBRIS) == ()


def test_a_long_run_in_a_line_that_says_more_is_for_a_person() -> None:
    text = "# M\n\n- " + "words that say something " * 10 + "QUJD" * 45 + "\n"
    assert only(text, Kind.DEBRIS).fix is None


def test_a_conversation_is_debris_where_both_sides_speak() -> None:
    text = "# M\n\n- user: why is it slow\n- assistant: the cache is cold\n- One\n"
    found = suggested(text, Kind.DEBRIS)
    assert [each.line for each in found] == [3, 4]


def test_an_empty_bullet_is_debris_beside_others_and_a_place_that_waits_alone() -> None:
    text = "# M\n\n## A\n\n- One\n-\n- Two\n\n## B\n-\n"
    found = only(text, Kind.DEBRIS)
    assert found.line == 6
    assert mended(text, found) == "# M\n\n## A\n\n- One\n- Two\n\n## B\n-\n"


def test_an_empty_section_may_go_with_a_blank_line() -> None:
    text = "# M\n\n## A\n\n- One\n\n## B\n\n## C\n\n- Two\n\n## D\n\n### E\n\n- Three\n"
    found = only(text, Kind.DEBRIS)
    assert (found.line, found.text) == (7, "## B")
    assert mended(text, found) == text.replace("## B\n\n", "")


def test_a_comment_without_text_may_go() -> None:
    text = "# M\n\n<!-- ... -->\n\n- One\n<!-- -->\n"
    found = suggested(text, Kind.DEBRIS)
    assert [each.line for each in found] == [3, 6]
    assert "<!--" not in mended(mended(text, found[1]), found[0])


def test_the_end_of_a_fence_that_nothing_begins_may_go() -> None:
    text = "# M\n\n- One\n\n<!-- openclaw:dreaming:light:end -->\n\n- Two\n"
    assert "dreaming" not in mended(text, only(text, Kind.DEBRIS))


def test_a_fence_that_nothing_ends_is_for_a_person() -> None:
    text = "# M\n\n## A\n\n<!-- openclaw:dreaming:light:start -->\n- One\n\n## B\n\n- Two\n"
    found = only(text, Kind.DEBRIS)
    assert found.fix is None
    assert "lines 5 to 7 are taken for that program's" in found.words


def test_lines_that_changed_meanwhile_are_not_taken_out() -> None:
    text = "# M\n\n- One\n-\n- Two\n"
    found = only(text, Kind.DEBRIS)
    assert found.fix is not None
    with pytest.raises(Refused, match="changed or taken out meanwhile"):
        found.fix.plan(b"# M\n\n- One\n- Filled\n- Two\n")


# --- Long items, secrets, merges -------------------------------------------------


def test_an_item_that_is_too_long_is_for_a_person() -> None:
    found = only("# M\n\n- " + "word " * (LONG // 4) + "\n", Kind.LONG)
    assert found.fix is None
    assert "1 249 characters" in found.words


def test_a_secret_is_covered_by_its_fix_and_never_shown() -> None:
    text = f"# M\n\n- Push with {TOKEN} from the host\n"
    found = only(text, Kind.SECRET)

    assert mended(text, found) == "# M\n\n- Push with (GitHub token) from the host\n"
    assert "revoked" in found.todo
    assert "memdeck history purge" in found.todo
    assert TOKEN not in repr(found)
    assert TOKEN not in repr(found.preview(text.encode()))


def test_a_secret_in_code_is_told_with_its_line_and_is_for_a_person() -> None:
    found = only(f"# M\n\n```\n{TOKEN}\n```\n", Kind.SECRET)
    assert (found.line, found.fix) == (4, None)


def test_no_suggestion_of_any_kind_shows_a_secret() -> None:
    text = f"# M\n\n- Push with {TOKEN} today\n- Push with {TOKEN} today\n- `src/{TOKEN}.py`\n"
    assert TOKEN not in repr(suggested(text, root=Path("/")))


def test_nothing_but_the_merge_is_told_while_it_is_open() -> None:
    text = "- One thing\n<<<<<<< ours\n- One thing\n-\n=======\n- Two\n>>>>>>> theirs\n"
    found = only(text, Kind.CONFLICT)
    assert (found.line, found.fix) == (2, None)
    assert [each.kind for each in suggested(text)] == [Kind.CONFLICT]


# --- Altogether ----------------------------------------------------------------


def test_the_scaffold_is_clean() -> None:
    from memdeck.curated.edits import SCAFFOLD

    assert suggested(SCAFFOLD) == ()


def test_the_made_workspace_is_nearly_clean(tmp_path: Path) -> None:
    root = make_workspace(tmp_path / "atlas")
    found = suggested((root / "MEMORY.md").read_bytes(), root=root)
    assert [(each.kind, each.text[:18]) for each in found] == [(Kind.FILE, "The office printer")]


@settings(max_examples=150, deadline=None)
@given(st.one_of(memory_files(), noise()))
def test_whatever_the_file_each_fix_is_refused_or_takes_out_what_it_is_about(data: bytes) -> None:
    found = suggested(data)
    assert found == suggested(data)
    for each in found:
        if each.fix is None:
            continue
        try:
            after = each.fix.plan(data).apply(data)
        except Refused:
            continue
        assert len(after) < len(data)
        assert each.preview(data)


# --- An open merge ---------------------------------------------------------------

MERGE = """<<<<<<< HEAD
- Labels are kept for two years, as the customs ask
=======
- Labels are kept for nine years, as the customs ask
- Postgres stays the only database
>>>>>>> theirs
"""


@pytest.mark.parametrize(
    ("merge", "left"),
    [
        (MERGE, "Lines 5 to 10 were"),
        (MERGE.replace(">>>>>>> theirs\n", ""), "Lines 5 to 7 were"),
        ("<<<<<<< HEAD\n", "This line was"),
        (">>>>>>>\n", "This line was"),
        ("<<<<<<<\n=======\n>>>>>>>\n", "Lines 5 to 7 were"),
    ],
)
def test_what_stands_outside_an_open_merge_is_looked_at_all_the_same(merge: str, left: str) -> None:
    text = TWINS.replace("- **Postgres**", f"{merge}- **Postgres**") + "\n## Empty\n"
    conflict = only(text, Kind.CONFLICT)
    assert conflict.line == 5
    assert f"{left} looked at for secrets alone." in conflict.words
    lines = text.split("\n")
    twins = {lines[each.line - 1]: each for each in suggested(text, Kind.DUPLICATE)}
    twin = twins["- **Postgres** stays the only database"]
    assert [lines[each.line - 1] for each in suggested(text, Kind.DEBRIS)] == ["## Empty"]
    with pytest.raises(Refused, match="merge conflict"):
        twin.preview(text.encode())


def test_a_section_that_holds_an_open_merge_alone_is_not_empty() -> None:
    text = f"# M\n\n## A\n\n- One fact of the quay\n\n## B\n\n{MERGE}"
    assert [each.kind for each in suggested(text)] == [Kind.CONFLICT]


def test_a_secret_in_an_open_merge_is_told() -> None:
    text = "# M\n\n" + MERGE.replace("two years", TOKEN)
    assert only(text, Kind.SECRET).line == 4


@given(memory_files())
@settings(deadline=None)
def test_what_is_outside_an_open_merge_stands_where_it_stood(data: bytes) -> None:
    merged = data + b"\n" + MERGE.encode() + data
    outside = without_conflicts(memory_of(merged))
    assert len(outside.data) == len(merged)
    assert conflict_markers(outside.data) is None or conflict_markers(data) is not None
    if conflict_markers(data) is None:
        assert outside.data.startswith(data + b"\n")
        assert outside.data.endswith(data)
        assert without_conflicts(memory_of(data)).data == data
