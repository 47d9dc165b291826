"""What a session is given under every profile, and which lines of a large workspace it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from memdeck.bootstrap.files import FileReader
from memdeck.bootstrap.forecast import Measured, forecast_of
from memdeck.bootstrap.load import load_bootstrap, with_safety
from memdeck.bootstrap.pack import pack_article
from memdeck.bootstrap.profiles import Profile, profile_named, profiles
from memdeck.bootstrap.simple import memory_start
from memdeck.bootstrap.words import over_words, told_cuts
from memdeck.curated.sections import read_memory
from memdeck.daily.days import read_days
from memdeck.errors import WrongUsage
from memdeck.model import (
    BranchNotes,
    Budget,
    Entry,
    Fit,
    KeyHistory,
    Limit,
    Notes,
    RepositoryNotes,
    Source,
    Unit,
)
from memdeck.own_profiles import Over, OwnProfile
from memdeck.settings import Settings
from memdeck.settings_values import BUILT_IN_PROFILES

from .covering import check_part, check_stretches

TODAY = date(2026, 2, 6)


class Words:
    """Counts words and line feeds, each with the spaces before it: tokens that a test can count."""

    encoding = "words"
    warning = None

    def count(self, data: bytes) -> int:
        return len(self.starts(data))

    def starts(self, data: bytes) -> Sequence[int]:
        return [
            place
            for place in range(len(data))
            if data[place] in b" \n" or place == 0 or data[place - 1] == 10
        ]


@dataclass(frozen=True)
class Trust:
    injected: bool | None
    words: str


def own(
    *files: str,
    limit: int,
    unit: Unit = Unit.CHARACTERS,
    over: Over = Over.REFUSE,
    file_limit: int | None = None,
    notes: bool = False,
) -> Settings:
    return Settings(profiles={"own": OwnProfile(files, limit, unit, file_limit, over, notes)})


def load(
    root: Path,
    profile: str = "own",
    settings: Settings | None = None,
    *,
    utc_today: date = TODAY,
    provenance: Mapping[str, Trust] | None = None,
    notes: Notes | None = None,
) -> Budget:
    budget = load_bootstrap(
        profile_named(profile, settings or Settings()),
        read_memory(root / "MEMORY.md"),
        read_days(root, today=TODAY),
        notes or Notes(),
        root=root,
        today=TODAY,
        utc_today=utc_today,
        counter=Words(),
        files=FileReader(root),
        provenance=provenance or {},
    )
    for part in budget.parts:
        check_part(part)
    assert sum(part.tokens for part in budget.parts) == budget.tokens
    return budget


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "memory").mkdir()
    return tmp_path.resolve()


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        (root / f"{name}.md").write_bytes(text.encode())


# --- Which profiles there are ------------------------------------------------


def test_built_in_profiles_come_first_then_own_ones() -> None:
    settings = own("MEMORY.md", limit=5)
    assert [each.name for each in profiles(settings)] == [*BUILT_IN_PROFILES, "own"]
    for each in profiles(settings):
        assert each.words
        assert "\n" not in each.words
        assert bool(each.mirrors) is (each.name not in ("article", "own"))


def test_a_profile_that_is_not_known_is_told_the_nearest() -> None:
    with pytest.raises(WrongUsage, match="no profile claude; the nearest is claude-code"):
        profile_named("claude", Settings())


# --- article -----------------------------------------------------------------


def test_article_is_what_pack_article_gives(root: Path) -> None:
    write(root, MEMORY="# M\n- a", **{"memory/2026-02-05": "- b\n", "memory/2026-02-06": ""})
    budget = load(root, "article")
    assert budget.data == b"# M\n- a\n- b\n\n"
    packed = pack_article(
        read_memory(root / "MEMORY.md"),
        read_days(root, today=TODAY),
        Notes(),
        today=TODAY,
        counter=Words(),
        limit=15_000,
        root=root,
    )
    assert packed.data == budget.data
    assert packed.parts[0].pieces == budget.parts[0].pieces
    assert (budget.used, budget.tokens) == (packed.used, packed.tokens)
    assert not budget.at_limit_fits


def test_the_safety_factor_is_rounded_up_and_exactly() -> None:
    assert [with_safety(100, each) for each in (1.0, 1.1, 1.2, 0.5)] == [100, 110, 120, 50]
    assert with_safety(101, 1.1) == 112
    assert with_safety(0, 3) == 0


def test_tokens_are_held_against_the_limit_with_the_factor(root: Path) -> None:
    write(root, MEMORY="a b c d\n")
    budget = load(root, "article", Settings(limit=7, safety=1.2))
    assert (budget.tokens, budget.used, budget.fit) == (5, 6, Fit.FITS)
    assert load(root, "article", Settings(limit=7, safety=1.3)).fit is Fit.OVER
    assert load(root, "article", Settings(limit=6, safety=1.2)).fit is Fit.OVER
    assert load(root, "hermes", Settings(safety=1.2)).safety == 1.0


# --- claude-code -------------------------------------------------------------


def start(text: str) -> tuple[str, list[tuple[int, int]], str]:
    draft = memory_start(Source("MEMORY.md", text.encode()))
    lost = [(each.start, each.end) for each in draft.losses]
    check_stretches("MEMORY.md", text.encode(), draft.stretches, lost)
    return draft.data.decode(), lost, draft.words


@pytest.mark.parametrize("lines", [199, 200])
def test_200_lines_are_given(lines: int) -> None:
    text = "\n".join(f"line {number}" for number in range(lines))
    assert start(f"\n\n{text}\n \n") == (f"{text}\n", [], "whole")


def test_of_201_lines_the_last_is_cut() -> None:
    text = "x\n" * 200
    assert start(f"{text}last") == (
        text,
        [(399, 404)],
        "cut to the first 200 lines: over 200 lines",
    )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a" * 25_000, 25_000),
        # No line feed to cut at.
        ("a" * 25_001, 25_000),
        # The last line feed at or before index 25 000.
        ("a" * 24_000 + "\n" + "b" * 999 + "\n" + "c", 25_000),
        ("a" * 24_000 + "\n" + "b" * 1_000 + "\n" + "c", 24_000),
        ("a" * 24_000 + "\n" + "b" * 1_001, 24_000),
        ("a" * 24_000 + "\n" + "b" * 999, 25_000),
        ("\n\n" + "a" * 25_001, 25_000),
    ],
)
def test_25_000_characters_are_given(text: str, kept: int) -> None:
    data, lost, _ = start(text)
    assert data == text.strip()[:kept] + "\n"
    assert bool(lost) is (len(text.strip()) > kept)


def test_a_pair_at_the_end_leaves_a_replacement() -> None:
    data, lost, _ = start("a" * 24_999 + "😀" + "b")
    assert data == "a" * 24_999 + "\ufffd\n"
    assert lost == [(24_999, 25_004)]


@pytest.mark.parametrize(
    ("length", "words"),
    [(22_499, "whole"), (22_500, "whole: 22 500 of 25 000 characters")],
)
def test_near_the_other_limit_of_claude_code_it_is_said(length: int, words: str) -> None:
    assert start("a" * length)[2] == words


def test_near_the_other_limit_of_claude_code_it_is_tight(root: Path) -> None:
    for length, fit in ((22_499, Fit.FITS), (22_500, Fit.TIGHT), (25_000, Fit.TIGHT)):
        write(root, MEMORY="a" * length)
        budget = load(root, "claude-code")
        assert budget.fit is fit
        assert budget.parts[0].limits == (Limit(Unit.CHARACTERS, length, 25_000),)
    write(root, MEMORY="a" * 25_001)
    assert load(root, "claude-code").fit is Fit.CUT


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("subagent", "- a lamp\n" * 1000, None),
        ("openclaw", "- a lamp\n" * 3000, "MEMORY.md is cut already, and growing: +90"),
        ("claude-code", "- a lamp\n" * 210, "MEMORY.md is cut already, and growing: +"),
        ("claude-code", f"- {'a lamp ' * 25}\n" * 125, "full in about 3 days at this growth"),
        (
            "claude-code",
            "- a lamp\n" * 150,
            "full within a day at this growth of MEMORY.md: +100 lines a day",
        ),
    ],
)
def test_the_forecast_follows_the_profile(
    root: Path, name: str, text: str, words: str | None
) -> None:
    write(root, MEMORY=text, AGENTS="be kind\n")
    growing = [Measured(TODAY - timedelta(days=ago), len(text) - 900 * ago) for ago in range(10)]
    found = forecast_of(growing, load(root, name), "MEMORY.md", TODAY)
    assert (found is None) is (words is None)
    assert found is None or found.words.startswith(words or "")


def test_both_limits_of_claude_code_may_cut() -> None:
    text = ("x" * 199 + "\n") * 300
    data, _, words = start(text)
    # 200 lines have 39 999 characters; 125 whole lines end at index 24 999.
    assert data == ("x" * 199 + "\n") * 125
    assert words == "cut to the first 125 lines: over 25 000 characters"


def test_what_is_not_there_is_said(root: Path) -> None:
    budget = load(root, "claude-code")
    assert [part.words for part in budget.parts] == ["missing"]
    assert (budget.data, budget.fit) == (b"", Fit.FITS)
    write(root, MEMORY=" \n")
    assert [part.words for part in load(root, "claude-code").parts] == ["empty"]


# --- hermes ------------------------------------------------------------------


@pytest.mark.parametrize(("length", "over"), [(2_199, 0), (2_200, 0), (2_201, 1)])
def test_hermes_refuses_what_is_over_and_counts_characters(
    root: Path, length: int, over: int
) -> None:
    write(root, MEMORY="😀" * length, USER="u" * 1_375)
    budget = load(root, "hermes")
    assert (budget.over, budget.used, budget.cuts) == (over, length + 1_375, ())
    assert budget.fit is (Fit.OVER if over else Fit.TIGHT)
    assert budget.data == ("😀" * length + "\n" + "u" * 1_375 + "\n").encode()
    if over:
        assert over_words(budget) == "MEMORY.md has 2 201 chars, and 2 200 are allowed"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", 0),
        (" \n\n", 0),
        # A line feed at the end is no part of an entry.
        ("abc\n", 3),
        ("é😀\r\nb\r\n", 4),
        # Entries and the three characters between them; empty ones and repeated ones do not count.
        ("one\n§\ntwo\n", 9),
        ("one \n§\n\n§\n two\n§\none", 9),
        ("one § two", 9),
    ],
)
def test_hermes_counts_entries(root: Path, text: str, size: int) -> None:
    write(root, MEMORY=text)
    assert load(root, "hermes").used == size


# --- openclaw and subagent ---------------------------------------------------


def test_the_files_of_openclaw_in_their_order_then_the_prelude(root: Path) -> None:
    write(root, MEMORY="m\n", USER="u", SOUL="s", AGENTS="a\n\n", **{"memory/2026-02-05": "y"})
    budget = load(root, "openclaw")
    assert [part.name for part in budget.parts] == [
        *("AGENTS.md", "SOUL.md", "IDENTITY.md", "USER.md", "MEMORY.md", "prelude")
    ]
    missing = f"[MISSING] Expected at: {root}/IDENTITY.md"
    assert budget.data.startswith(f"a\ns\n{missing}\nu\nm\n[Untrusted".encode())
    # The prelude has a total of its own.
    assert budget.used == 4 + len(missing)
    prelude = budget.part("prelude")
    assert prelude is not None
    assert (prelude.size, prelude.limit) == (96, 2_800)
    assert prelude.paths == ("memory/2026-02-05.md",)
    write(root, BOOTSTRAP="b")
    part = load(root, "openclaw").part("BOOTSTRAP.md")
    assert part is not None
    assert part.data == b"b\n"


def test_a_day_that_is_today_in_utc_only_is_told_first(root: Path) -> None:
    write(root, **{f"memory/2026-02-0{day}": f"day {day}" for day in range(4, 9)})
    prelude = load(root, "openclaw", utc_today=date(2026, 2, 7)).part("prelude")
    assert prelude is not None
    assert prelude.paths == tuple(f"memory/2026-02-0{day}.md" for day in (7, 6, 5))


def test_logs_that_openclaw_does_not_look_for_are_cut_with_a_reason(root: Path) -> None:
    write(root, **{f"memory/2026-02-06-{name}": name for name in "abcde"})
    write(root, **{"memory/2026-02-06_f": "f"})
    budget = load(root, "openclaw")
    reasons = {cut.path[-5:]: cut.why for cut in budget.cuts}
    assert len(reasons) == 2
    assert reasons["_f.md"] == "not looked for: no hyphen behind the date in its name"
    assert any("only the 4 newest" in why for why in reasons.values())


def test_what_is_not_trusted_is_not_given_and_one_cut(root: Path) -> None:
    write(root, MEMORY="- a\n- b\n", USER="u")
    words = "not injected: untrusted since 2026-02-04"
    budget = load(root, "openclaw", provenance={"MEMORY.md": Trust(False, words)})
    part = budget.part("MEMORY.md")
    assert part is not None
    assert (part.words, part.data) == (words, b"")
    assert [(cut.start, cut.end, cut.lines, cut.tokens) for cut in part.cuts] == [(0, 8, 2, 6)]
    assert list(told_cuts(budget)) == [
        f"MEMORY.md: lines 1 to 2 not given (2 lines, 6 tokens): {words}"
    ]
    assert load(root, "claude-code", provenance={"MEMORY.md": Trust(False, words)}).cuts == ()


def test_a_sub_agent_is_given_agents_md_alone(root: Path) -> None:
    write(root, AGENTS="# Rules\n", MEMORY="m")
    budget = load(root, "subagent")
    assert (budget.data, budget.used, budget.limit) == (b"# Rules\n", 7, 20_000)
    assert b"[MISSING]" not in load(root, "claude-code").data


# --- Own profiles ------------------------------------------------------------


def test_files_by_pattern_each_once_in_the_order_of_the_patterns(root: Path) -> None:
    write(root, MEMORY="m", b="b", a="a", **{"memory/2026-02-06-x": "x", "memory/2026-02-05": "y"})
    (root / ".hidden.md").write_text("h", encoding="utf-8")
    settings = own("MEMORY.md", "*.md", "memory/{yesterday}*.md", "memory/{today}*.md", limit=99)
    budget = load(root, settings=settings)
    assert [part.name for part in budget.parts] == [
        *("MEMORY.md", "a.md", "b.md", "memory/2026-02-05.md", "memory/2026-02-06-x.md")
    ]
    assert (budget.data, budget.used, budget.fit) == (b"m\na\nb\ny\nx\n", 5, Fit.FITS)


def test_a_named_file_that_is_not_there_is_a_part_that_says_so(root: Path) -> None:
    budget = load(root, settings=own("memory/{today}.md", limit=9))
    assert [(part.name, part.words) for part in budget.parts] == [
        ("memory/2026-02-06.md", "missing")
    ]


UNITS = [
    # Ten of each unit: what 8, 9 and 10 of them keep at the start, and at the end.
    (Unit.CHARACTERS, "0123456é😀", 10),
    (Unit.BYTES, "0123é😀", 10),
    (Unit.LINES, "a\n" * 9 + "b", 10),
    (Unit.TOKENS, "a b c d e f g h i j", 10),
]


@pytest.mark.parametrize(("unit", "text", "size"), UNITS)
def test_exactly_the_limit_fits_in_every_unit(root: Path, unit: Unit, text: str, size: int) -> None:
    write(root, MEMORY=text)
    # As tokens, the line feed that is added counts with the whole.
    used = size + (unit is Unit.TOKENS)
    for limit, over in ((used + 1, 0), (used, 0), (used - 1, 1)):
        budget = load(root, settings=own("MEMORY.md", limit=limit, unit=unit))
        assert (budget.used, budget.over, budget.cuts) == (used, over, ())


@pytest.mark.parametrize(
    ("unit", "text", "over", "limit", "kept"),
    [
        (Unit.CHARACTERS, "0123456é😀", Over.KEEP_START, 9, "0123456é"),
        (Unit.CHARACTERS, "0123456é😀", Over.KEEP_END, 1, ""),
        (Unit.CHARACTERS, "0123456é😀", Over.KEEP_END, 3, "é😀"),
        (Unit.CHARACTERS, "0123456789", Over.KEEP_BOTH, 9, "012345|789"),
        (Unit.CHARACTERS, "0123456789", Over.KEEP_BOTH, 1, "|9"),
        (Unit.BYTES, "0123é😀", Over.KEEP_START, 9, "0123é"),
        (Unit.BYTES, "0123é😀", Over.KEEP_START, 5, "0123"),
        (Unit.BYTES, "0123é😀", Over.KEEP_END, 5, "😀"),
        (Unit.BYTES, "0123é😀", Over.KEEP_END, 6, "é😀"),
        (Unit.LINES, "1\n2\n3\n4\n5", Over.KEEP_START, 4, "1\n2\n3\n4\n"),
        (Unit.LINES, "1\n2\n3\n4\n5", Over.KEEP_END, 2, "4\n5"),
        (Unit.LINES, "1\n2\n3\n4\n5\n", Over.KEEP_END, 2, "4\n5\n"),
        (Unit.LINES, "1\n2\n3\n4\n5\n", Over.KEEP_BOTH, 4, "1\n2\n3\n|5\n"),
        (Unit.TOKENS, "a b c d e\n", Over.KEEP_START, 3, "a b"),
        (Unit.TOKENS, "a b c d e\n", Over.KEEP_END, 3, " d e\n"),
        (Unit.TOKENS, "a b c d e f\n", Over.KEEP_BOTH, 5, "a b c| f\n"),
    ],
)
def test_what_is_kept_of_a_file_that_is_too_long(
    root: Path, unit: Unit, text: str, over: Over, limit: int, kept: str
) -> None:
    write(root, MEMORY=text)
    budget = load(root, settings=own("MEMORY.md", limit=limit, unit=unit, over=over))
    part = budget.parts[0]
    pieces = [part.data[each.at : each.at + each.length].decode() for each in part.pieces]
    given = [piece for piece, each in zip(pieces, part.pieces, strict=True) if each.path]
    assert given == [each for each in kept.split("|") if each]
    assert budget.used <= limit
    assert (budget.fit, budget.over) == (Fit.CUT, 0)


def test_a_file_has_its_own_limit_and_no_more_than_what_is_left(root: Path) -> None:
    write(root, a="a" * 10, b="b" * 10, c="c" * 10, d="d")
    settings = own(*("a.md", "b.md", "c.md", "d.md"), limit=15, file_limit=8, over=Over.KEEP_START)
    budget = load(root, settings=settings)
    assert [part.size for part in budget.parts] == [8, 7, 0, 0]
    assert [cut.why for cut in budget.cuts] == [
        "over the limit of 8",
        *["over the 15 chars of all files"] * 3,
    ]
    assert (budget.used, budget.fit) == (15, Fit.CUT)
    refused = load(root, settings=own("a.md", limit=15, file_limit=8))
    assert (refused.over, refused.parts[0].over, refused.cuts) == (2, 2, ())


def test_the_factor_makes_a_limit_in_tokens_smaller(root: Path) -> None:
    write(root, MEMORY="a " * 100)
    settings = own("MEMORY.md", limit=60, unit=Unit.TOKENS, over=Over.KEEP_START)
    budget = load(root, settings=replace(settings, safety=1.2))
    assert (budget.tokens, budget.used) == (50, 60)


def remembered(root: Path, value: str) -> Notes:
    entry = Entry("main", "2026-02-06T09:00:00Z", "k", value, "0" * 40, 0)
    branch = BranchNotes("main", True, (KeyHistory(entry),))
    return Notes((RepositoryNotes("quay", root, "main", None, None, (branch,)),))


def test_notes_are_the_last_part_whole_and_taken_off_the_limit(root: Path) -> None:
    write(root, MEMORY="m" * 100)
    notes = remembered(root, "v")
    line = '{"branch":"main","timestamp":"2026-02-06T09:00:00Z","key":"k","value":"v"}\n'
    settings = own("MEMORY.md", limit=len(line) + 9, over=Over.KEEP_END, notes=True)
    budget = load(root, settings=settings, notes=notes)
    assert budget.data.decode() == "m" * 9 + "\n" + line
    assert [part.name for part in budget.parts] == ["MEMORY.md", "notes"]
    assert budget.used == budget.limit
    # Where the notes alone are too long, no file is given.
    settings = own("MEMORY.md", limit=5, over=Over.KEEP_END, notes=True)
    budget = load(root, settings=settings, notes=notes)
    assert budget.data.decode() == line
    assert budget.parts[0].words == "skipped: over the 5 chars of all files"
    assert load(root, settings=own("MEMORY.md", limit=5), notes=notes).part("notes") is None


def test_links_out_of_the_workspace_are_not_followed(root: Path, tmp_path: Path) -> None:
    (root / "out.md").symlink_to("/etc/hostname")
    budget = load(root, settings=own("*.md", limit=99))
    assert budget.data == b""
    assert budget.warning == "Not counted, as not readable: out.md."
    assert budget.parts[0].words == "a link that leads out of the workspace"


@given(
    st.lists(st.sampled_from(["word ", "é", "😀", "\n", "\r\n", " ", "x"]), max_size=60),
    st.sampled_from(list(Unit)),
    st.sampled_from([Over.KEEP_START, Over.KEEP_END, Over.KEEP_BOTH]),
    st.integers(1, 40),
)
@hypothesis_settings(max_examples=200, deadline=None)
def test_no_unit_and_no_rule_keeps_more_than_the_limit(
    words: list[str], unit: Unit, over: Over, limit: int
) -> None:
    from memdeck.bootstrap.own import file_part

    data = "".join(words).encode()
    rule = OwnProfile(("a.md",), limit, unit, None, over)
    draft = file_part(Source("a.md", data), rule, 1.0, limit, Words())
    lost = [(each.start, each.end) for each in draft.losses]
    check_stretches("a.md", data, draft.stretches, lost)
    kept = b"".join(each.data for each in draft.stretches if each.path)
    kept.decode()
    assert draft.size is not None
    assert draft.size <= limit
    assert len(kept) + sum(end - begin for begin, end in lost) == len(data)


# --- A large workspace, line by line -----------------------------------------


def numbered(name: str, size: int) -> str:
    """So many characters in lines that are all different, some of them with two-unit characters."""
    lines = []
    length = 0
    while length < size:
        end = " 😀 é" if len(lines) % 7 == 0 else ""
        line = f"- {name} {len(lines):06} was looked at and left as it was{end}\n"
        line = line[: size - length - 2] + ".\n" if length + len(line) > size else line
        lines.append(line)
        length += len(line)
    return "".join(lines)


@pytest.fixture
def large(root: Path) -> Path:
    write(
        root,
        AGENTS=numbered("rule must", 30_000),
        MEMORY=numbered("memory", 63_000),
        USER=numbered("user", 4_500),
        **{
            "memory/2026-02-05": numbered("yesterday", 9_000),
            "memory/2026-02-06": numbered("today", 342_000),
            "memory/2026-02-06-slug": numbered("slug", 2_000),
        },
    )
    return root


LARGE = own("MEMORY.md", "memory/{today}*.md", limit=20_000, over=Over.KEEP_BOTH)


@pytest.mark.parametrize(
    ("profile", "cut"),
    [
        ("article", []),
        (
            "openclaw",
            [
                *("AGENTS.md", "USER.md", "MEMORY.md", "memory/2026-02-06.md"),
                *("memory/2026-02-06-slug.md", "memory/2026-02-05.md"),
            ],
        ),
        ("claude-code", ["MEMORY.md"]),
        ("hermes", []),
        ("subagent", ["AGENTS.md"]),
        ("own", ["MEMORY.md", "memory/2026-02-06-slug.md", "memory/2026-02-06.md"]),
    ],
)
def test_every_line_that_is_not_given_is_cut_and_no_other(
    large: Path, profile: str, cut: list[str]
) -> None:
    budget = load(large, profile, LARGE)
    given = set(budget.data.split(b"\n"))
    assert list(dict.fromkeys(each.path for each in budget.cuts)) == cut
    for part in budget.parts:
        for path in part.paths:
            if not (large / path).exists():
                continue
            content = (large / path).read_bytes()
            start = lost = 0
            for line in content.split(b"\n")[:-1]:
                end = start + len(line) + 1
                assert budget.is_cut(path, start, end - 1) is (line not in given), line
                lost += line not in given
                start = end
            assert sum(each.lines for each in part.cuts if each.path == path) == lost
    for each in budget.cuts:
        stretch = (large / each.path).read_bytes()[each.start : each.end]
        assert each.tokens == Words().count(stretch)


def test_the_figures_of_the_large_workspace(large: Path) -> None:
    openclaw = load(large, "openclaw")
    sizes = {part.name: (part.size, part.limit) for part in openclaw.parts}
    memory = sizes["MEMORY.md"][0]
    assert 19_990 <= memory <= 20_000
    # Two logs of 1 200 units with their marks and frames; the name of one is 5 longer.
    assert sizes["prelude"] == (1_313 + 1_318, 2_800)
    whys = {each.path: each.why for each in openclaw.cuts}
    assert whys["memory/2026-02-06.md"] == "over 16 384 bytes: not read at all"
    assert whys["MEMORY.md"] == "over the cap of 20 000"
    assert whys["USER.md"] == "over the cap of 4 000"
    hermes = load(large, "hermes")
    assert [part.over for part in hermes.parts] == [62_999 - 2_200, 4_499 - 1_375]
    article = load(large, "article")
    files = ("MEMORY.md", *(f"memory/2026-02-0{each}.md" for each in ("5", "6-slug", "6")))
    assert article.data == b"".join((large / each).read_bytes() for each in files)
    assert article.fit is Fit.OVER


def test_a_profile_is_a_value() -> None:
    assert profile_named("openclaw", Settings()) == profile_named("openclaw", Settings())
    assert isinstance(profiles(Settings())[0], Profile)
