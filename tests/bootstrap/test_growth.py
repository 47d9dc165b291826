"""How large MEMORY.md was: from git's sizes, and from what the journal knows."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memdeck.bootstrap.forecast import Measured, forecast_of
from memdeck.bootstrap.pack import pack_article
from memdeck.bootstrap.tokens import Counter
from memdeck.curated.edits import Add, Retire
from memdeck.curated.journal import Journal
from memdeck.curated.sections import read_memory
from memdeck.curated.store import MemoryStore
from memdeck.live.growth import DAYS, read_growth
from memdeck.model import Notes
from tests.hostile import make_hostile

if TYPE_CHECKING:
    from tests.conftest import GitHelper

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def agent(git: GitHelper, tmp_path: Path) -> Path:
    return git.repository(tmp_path / "agent", commits=0)


def commit(git: GitHelper, root: Path, text: str | bytes, when: datetime) -> None:
    data = text.encode() if isinstance(text, str) else text
    (root / "MEMORY.md").write_bytes(data)
    git(root, "add", "MEMORY.md")
    stamp = {f"GIT_{each}_DATE": when.isoformat() for each in ("AUTHOR", "COMMITTER")}
    git(root, "commit", "-q", "-m", "Curate", environment=stamp)


def growth(root: Path, journal: Journal | None = None) -> tuple[Measured, ...]:
    memory = read_memory(root / "MEMORY.md")
    return read_growth(memory, root, journal or Journal(root / "none"), now=NOW, zone=UTC)


def sizes(found: tuple[Measured, ...]) -> dict[int, float]:
    """By how many days ago."""
    return {(TODAY - each.date).days: each.size for each in found}


def test_two_weeks_of_commits_say_when_it_will_be_full(
    git: GitHelper, agent: Path, git_started: Callable[[], list[str]]
) -> None:
    chance = random.Random(7)

    def line() -> str:
        return "- " + " ".join(
            "".join(chance.choices(string.ascii_lowercase, k=5)) for _ in range(20)
        )

    lines: list[str] = []
    for ago in range(13, -1, -1):
        lines += [line() for _ in range(5)]
        # On most evenings a commit, on some another one.
        if ago % 4 != 3 or ago == 13:
            when = NOW - timedelta(days=ago, hours=chance.randint(0, 3))
            commit(git, agent, "# M\n\n## A\n" + "\n".join(lines) + "\n", when)
    memory = read_memory(agent / "MEMORY.md")
    counter = Counter()
    packed = pack_article(
        memory, (), Notes(), today=TODAY, counter=counter, limit=15_000, root=agent
    )
    git_started()
    known = growth(agent)
    assert len(git_started()) == 2
    found = forecast_of(known, packed, "MEMORY.md", TODAY)
    assert found is not None
    per_day = counter.count(memory.data) / 14
    assert found.per_day == pytest.approx(per_day, rel=0.2)
    assert found.full_in == pytest.approx((15_000 - packed.used) / per_day, rel=0.2)
    assert (found.days, found.measured) == (14, len(known))
    assert "at this growth of MEMORY.md: +" in found.words


def test_the_last_commit_of_a_day_counts_and_today_is_what_is_on_disk(
    git: GitHelper, agent: Path
) -> None:
    day = timedelta(days=1)
    commit(git, agent, "- a\n", NOW - 3 * day - timedelta(hours=5))
    commit(git, agent, "- abc\n", NOW - 3 * day)
    commit(git, agent, "- abcdef\n", NOW - timedelta(hours=1))
    (agent / "MEMORY.md").write_text("- abcdefghi\n", encoding="utf-8")
    assert sizes(growth(agent)) == {3: 6, 0: 12}


def test_what_is_older_than_two_months_or_later_than_now_is_left_out(
    git: GitHelper, agent: Path
) -> None:
    for number, days in enumerate((DAYS + 5, DAYS - 5, -3)):
        commit(git, agent, "- a" + "b" * number + "\n", NOW - timedelta(days=days))
    assert sizes(growth(agent)) == {DAYS - 5: 5, 0: 6}


def test_other_files_and_days_without_the_file_say_nothing(git: GitHelper, agent: Path) -> None:
    commit(git, agent, "- a\n", NOW - timedelta(days=9))
    git(agent, "rm", "-q", "--cached", "MEMORY.md")
    stamp = {"GIT_COMMITTER_DATE": (NOW - timedelta(days=5)).isoformat()}
    git(agent, "commit", "-q", "-m", "Gone", environment=stamp)
    (agent / "other.md").write_text("x" * 999, encoding="utf-8")
    git(agent, "add", "other.md")
    git(agent, "commit", "-q", "-m", "Other", environment=stamp)
    assert sizes(growth(agent)) == {9: 4, 0: 4}


def test_a_link_is_followed_to_the_file_that_git_knows(git: GitHelper, agent: Path) -> None:
    (agent / "kept").mkdir()
    for number, ago in enumerate((4, 2)):
        (agent / "kept" / "long:(top) term.md").write_text("- a" + "b" * number + "\n", "utf-8")
        git(agent, "add", "kept")
        stamp = {"GIT_COMMITTER_DATE": (NOW - timedelta(days=ago)).isoformat()}
        git(agent, "commit", "-q", "-m", "Curate", environment=stamp)
    (agent / "MEMORY.md").symlink_to("kept/long:(top) term.md")
    assert sizes(growth(agent)) == {4: 4, 2: 5, 0: 5}


def test_a_workspace_below_the_top_of_its_repository_has_its_own_history(
    git: GitHelper, tmp_path: Path
) -> None:
    top = git.repository(tmp_path / "top", commits=0)
    (top / "agents" / "b").mkdir(parents=True)
    for folder, text in ((top, "- the top's\n"), (top / "agents" / "b", "- mine\n")):
        (folder / "MEMORY.md").write_text(text, encoding="utf-8")
    git(top, "add", ".")
    stamp = {"GIT_COMMITTER_DATE": (NOW - timedelta(days=4)).isoformat()}
    git(top, "commit", "-q", "-m", "Both", environment=stamp)
    assert sizes(growth(top / "agents" / "b")) == {4: 7, 0: 7}


@pytest.mark.parametrize("commits", [0, 1])
def test_without_a_commit_of_it_git_is_asked_once(
    git: GitHelper, tmp_path: Path, git_started: Callable[[], list[str]], commits: int
) -> None:
    root = git.repository(tmp_path / "agent", commits=commits)
    (root / "MEMORY.md").write_text("- a\n", encoding="utf-8")
    git_started()
    assert sizes(growth(root)) == {0: 4}
    assert len(git_started()) == 1


def test_without_a_repository_or_without_git_today_is_all_that_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "MEMORY.md").write_text("- a\n", encoding="utf-8")
    assert sizes(growth(tmp_path)) == {0: 4}
    monkeypatch.setenv("PATH", "/nowhere")
    assert sizes(growth(tmp_path)) == {0: 4}
    (tmp_path / "MEMORY.md").unlink()
    assert growth(tmp_path) == ()


def test_a_hostile_repository_starts_nothing(git: GitHelper, agent: Path, tmp_path: Path) -> None:
    commit(git, agent, "- a\n", NOW - timedelta(days=3))
    marker = tmp_path / "started"
    make_hostile(git, agent, marker)
    marker.unlink(missing_ok=True)
    assert sizes(growth(agent)) == {3: 4, 0: 4}
    assert not marker.exists()


# --- The journal -------------------------------------------------------------


class Days:
    """A store whose clock is set by hand."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.path = root / "MEMORY.md"
        self.journal = Journal(folder)
        self.now = NOW
        self.store = MemoryStore(root, self.path, self.journal, "operator", lambda: self.now)

    def add(self, text: str, ago: int) -> None:
        self.now = NOW - timedelta(days=ago)
        self.store.apply(Add("A", (text,)))

    def retire_first(self, ago: int) -> None:
        self.now = NOW - timedelta(days=ago)
        item = read_memory(self.path).items[0]
        self.store.apply(Retire((item.id,)))


@pytest.fixture
def days(tmp_path: Path) -> Days:
    root = tmp_path / "agent"
    root.mkdir()
    (root / "MEMORY.md").write_text("## A\n- one\n", encoding="utf-8")
    return Days(root, tmp_path / "state")


def test_the_journal_alone_tells_the_sizes_that_memdeck_made(days: Days) -> None:
    written = {}
    for ago in (9, 6, 2):
        days.add(f"added {ago}", ago)
        written[ago] = days.path.stat().st_size
    days.retire_first(1)
    written[1] = written[0] = days.path.stat().st_size
    assert sizes(growth(days.path.parent, days.journal)) == written


def test_behind_the_change_of_another_program_the_journal_cannot_see(days: Days) -> None:
    days.add("before", 9)
    with days.path.open("a", encoding="utf-8") as file:
        file.write("- by an agent\n")
    days.add("after", 2)
    size = days.path.stat().st_size
    assert sizes(growth(days.path.parent, days.journal)) == {2: size, 0: size}


def test_a_broken_journal_is_no_reason_to_stop(days: Days) -> None:
    days.add("before", 9)
    days.journal.path.write_bytes(b"not a database, and long enough to be looked at" * 99)
    assert list(sizes(growth(days.path.parent, days.journal))) == [0]


def test_the_day_is_that_of_the_zone(git: GitHelper, agent: Path) -> None:
    from zoneinfo import ZoneInfo

    commit(git, agent, "- a\n", datetime(2026, 2, 3, 20, 0, tzinfo=UTC))
    memory = read_memory(agent / "MEMORY.md")
    zone = ZoneInfo("Asia/Tokyo")
    found = read_growth(memory, agent, Journal(agent / "none"), now=NOW, zone=zone)
    assert [each.date for each in found] == [date(2026, 2, 4), date(2026, 2, 6)]
