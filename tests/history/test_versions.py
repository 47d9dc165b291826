"""The versions of MEMORY.md: git and the journal as one list, and what each of them said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memdeck.curated.edits import Add, Retire, Scaffold
from memdeck.curated.journal import Journal
from memdeck.curated.sections import read_memory
from memdeck.curated.store import Applied, MemoryStore
from memdeck.errors import NothingFound, Refused
from memdeck.history.contents import contents, difference
from memdeck.history.versions import Source, Version, Versions, find_version, read_versions
from tests.hostile import make_hostile

if TYPE_CHECKING:
    from tests.conftest import GitHelper

NOON = datetime(2026, 2, 6, 12, tzinfo=UTC)


class Agent:
    """A workspace whose clock is set by hand."""

    def __init__(self, git: GitHelper, root: Path, state: Path) -> None:
        self.git = git
        self.root = root
        self.path = root / "MEMORY.md"
        self.journal = Journal(state)
        self.now = NOON
        self.store = MemoryStore(root, self.path, self.journal, "operator", lambda: self.now)

    def later(self, minutes: float = 10) -> None:
        self.now += timedelta(minutes=minutes)

    def write(self, text: str | bytes) -> None:
        self.path.write_bytes(text.encode() if isinstance(text, str) else text)

    def add(self, text: str) -> Applied:
        self.later()
        return self.store.apply(Add("A", (text,)))

    def commit(self, subject: str, who: str = "Bo", *paths: str) -> str:
        self.later()
        self.git(self.root, "add", "--", *(paths or ("MEMORY.md",)))
        stamp = {f"GIT_{each}_DATE": self.now.isoformat() for each in ("AUTHOR", "COMMITTER")}
        self.git(
            self.root, "commit", "-q", "-m", subject, environment={**stamp, "GIT_AUTHOR_NAME": who}
        )
        return self.git(self.root, "rev-parse", "HEAD")

    def versions(self, limit: int = 50, before: Versions | None = None) -> Versions:
        return read_versions(self.root, self.path, self.journal, limit=limit, before=before)


def told(versions: Versions) -> list[tuple[str, str, str]]:
    return [(each.source.value, each.who, each.words) for each in versions.versions]


@pytest.fixture
def alone(git: GitHelper, tmp_path: Path) -> Agent:
    """A workspace in no repository."""
    root = tmp_path / "agent"
    root.mkdir()
    agent = Agent(git, root, tmp_path / "state")
    agent.write("## A\n- one\n")
    return agent


@pytest.fixture
def agent(git: GitHelper, alone: Agent) -> Agent:
    git.repository(alone.root, commits=0)
    return alone


# --- The list --------------------------------------------------------------


def test_git_and_journal_make_one_list_newest_first(
    agent: Agent, git_started: Callable[[], list[str]]
) -> None:
    first = agent.commit("Start", "Ada")
    agent.add("two")
    agent.write("## A\n- one\n- two\n- of an agent\n")
    second = agent.commit("Note what the agent saw", "Agent 7")
    agent.add("three")
    git_started()
    versions = agent.versions()
    assert len(git_started()) == 2
    assert told(versions) == [
        ("journal", "operator", "Added to A: three"),
        ("git", "Agent 7", "Note what the agent saw"),
        ("journal", "operator", "Added to A: two"),
        ("git", "Ada", "Start"),
    ]
    assert [each.id for each in versions.versions if each.source is Source.GIT] == [second, first]
    assert [each.size for each in versions.versions] == [39, 31, 17, 11]
    assert versions.without_git is None
    assert not versions.more
    assert versions.versions[1].when == agent.now - timedelta(minutes=10)


def test_an_operation_that_was_committed_is_shown_once(agent: Agent) -> None:
    agent.commit("Start")
    agent.add("two")
    agent.add("three")
    committed = agent.commit("Keep three")
    versions = agent.versions()
    assert [each.words for each in versions.versions] == [
        "Added to A: three",
        "Added to A: two",
        "Start",
    ]
    newest = versions.versions[0]
    assert (newest.source, newest.commit, newest.subject) == (
        Source.JOURNAL,
        committed,
        "Keep three",
    )
    assert newest.record is not None


def test_a_commit_that_goes_back_to_an_old_text_is_a_version_of_its_own(agent: Agent) -> None:
    agent.commit("Start")
    agent.add("two")
    agent.commit("Keep two")
    agent.write("## A\n- one\n")
    agent.commit("Drop two")
    agent.write("## A\n- one\n- two\n")
    agent.commit("Take two again")
    assert [each.words for each in agent.versions().versions] == [
        "Take two again",
        "Drop two",
        "Added to A: two",
        "Start",
    ]


def test_within_the_same_second_a_commit_is_made_after_the_operation(agent: Agent) -> None:
    agent.commit("Start")
    agent.now = NOON + timedelta(minutes=30, seconds=0.7)
    agent.store.apply(Add("A", ("two",)))
    agent.write("## A\n- one\n- two\n- more\n")
    agent.now = NOON + timedelta(minutes=20)
    agent.commit("Keep")
    assert [each.words for each in agent.versions().versions] == [
        "Keep",
        "Added to A: two",
        "Start",
    ]


def test_pages_follow_one_another_without_gap_or_repetition(agent: Agent) -> None:
    for number in range(7):
        agent.write(f"## A\n- {number}\n")
        agent.commit(f"Commit {number}")
        agent.add(f"operation {number}")
    agent.commit("Keep all")
    whole = agent.versions(99)
    assert len(whole.versions) == 14
    pages, page = [], agent.versions(3)
    while page.versions:
        pages += page.versions
        assert page.more == (len(pages) < 14)
        page = agent.versions(3, before=page)
    assert [each.id for each in pages] == [each.id for each in whole.versions]


def test_what_failed_is_told_and_is_no_version(agent: Agent) -> None:
    from memdeck.curated.records import State

    done = agent.add("two").record
    agent.journal.finish(done, State.FAILED, "no room")
    (version, *_) = agent.versions().versions
    assert not version.stands
    assert (version.digest, version.size) == ("", None)


# --- Places and shapes of repositories ---------------------------------------


def test_without_a_repository_the_journal_alone_tells_and_says_so(alone: Agent) -> None:
    alone.add("two")
    alone.add("three")
    versions = alone.versions()
    assert [each.words for each in versions.versions] == ["Added to A: three", "Added to A: two"]
    assert versions.without_git == (
        "This workspace is in no git repository: the journal alone tells its history."
    )
    assert [each.size for each in versions.versions] == [25, 17]
    assert contents(versions, versions.versions) == (
        b"## A\n- one\n- two\n- three\n",
        b"## A\n- one\n- two\n",
    )


def test_without_git_at_all(alone: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    alone.add("two")
    monkeypatch.setenv("PATH", "/nowhere")
    versions = alone.versions()
    assert len(versions.versions) == 1
    assert versions.without_git == "There is no git here: the journal alone tells the history."


@pytest.mark.parametrize("commits", [0, 1])
def test_a_file_that_git_never_saw(git: GitHelper, alone: Agent, commits: int) -> None:
    git.repository(alone.root, commits=commits)
    alone.add("two")
    versions = alone.versions()
    assert [each.source for each in versions.versions] == [Source.JOURNAL]
    assert "the journal alone tells" in (versions.without_git or "")
    assert "commit" in (versions.without_git or "")


def test_nothing_at_all_has_no_versions(alone: Agent) -> None:
    alone.path.unlink()
    assert alone.versions().versions == ()
    alone.store.apply(Scaffold())
    (version,) = alone.versions().versions
    found = difference(alone.versions(), version)
    assert (found.before, found.whole) == (b"", True)


def test_a_workspace_in_a_sub_folder_has_its_own_file(git: GitHelper, tmp_path: Path) -> None:
    top = git.repository(tmp_path / "top", commits=0)
    (top / "MEMORY.md").write_text("- the top's\n", encoding="utf-8")
    root = top / "agents" / "b"
    root.mkdir(parents=True)
    agent = Agent(git, root, tmp_path / "state")
    agent.write("## A\n- mine\n")
    agent.git(top, "add", ".")
    agent.commit("Both")
    agent.git(top, "commit", "-q", "--allow-empty", "-m", "Other")
    versions = agent.versions()
    assert [each.words for each in versions.versions] == ["Both"]
    assert contents(versions, versions.versions) == (b"## A\n- mine\n",)


def test_a_link_is_followed_to_the_file_that_git_knows(agent: Agent) -> None:
    kept = agent.root / "kept"
    kept.mkdir()
    target = kept / "long:(top) term.md"
    agent.path.rename(target)
    agent.path.symlink_to("kept/long:(top) term.md")
    agent.commit("Start", "Ada", ".")
    target.write_text("## A\n- one\n- two\n", encoding="utf-8")
    agent.commit("More", "Ada", ".")
    versions = agent.versions()
    assert [each.words for each in versions.versions] == ["More", "Start"]
    assert contents(versions, versions.versions) == (b"## A\n- one\n- two\n", b"## A\n- one\n")


@pytest.mark.fault("a link out of the workspace, while the past of MEMORY.md is read from git")
def test_a_link_that_leads_out_of_the_workspace_is_not_followed(
    agent: Agent, tmp_path: Path
) -> None:
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    agent.path.unlink()
    agent.path.symlink_to(tmp_path / "secret.md")
    assert "lies outside of the workspace" in (agent.versions().without_git or "")


def test_a_branch_that_was_renamed_is_the_same_history(agent: Agent) -> None:
    agent.commit("Start")
    agent.git(agent.root, "branch", "-m", "main", "trunk/new")
    agent.write("## A\n- two\n")
    agent.commit("More")
    assert [each.words for each in agent.versions().versions] == ["More", "Start"]


def test_both_sides_of_a_merge_are_in_it_each_against_its_own_parent(agent: Agent) -> None:
    agent.write("## A\n- one\n\n## B\n- b\n")
    agent.commit("Start")
    agent.git(agent.root, "checkout", "-q", "-b", "side")
    agent.write("## A\n- one\n\n## B\n- b\n- side\n")
    agent.commit("Side")
    agent.git(agent.root, "checkout", "-q", "main")
    agent.write("## A\n- one\n- main\n\n## B\n- b\n")
    agent.commit("Main")
    agent.later()
    stamp = {f"GIT_{each}_DATE": agent.now.isoformat() for each in ("AUTHOR", "COMMITTER")}
    agent.git(agent.root, "merge", "-q", "-m", "Both", "side", environment=stamp)
    versions = agent.versions()
    assert [each.words for each in versions.versions] == ["Both", "Main", "Side", "Start"]
    main = difference(versions, versions.versions[1])
    assert main.before == b"## A\n- one\n\n## B\n- b\n"
    assert main.after == b"## A\n- one\n- main\n\n## B\n- b\n"


def test_a_commit_that_took_the_file_away_is_a_version_without_text(agent: Agent) -> None:
    agent.commit("Start")
    agent.git(agent.root, "rm", "-q", "--cached", "MEMORY.md")
    agent.later()
    agent.git(agent.root, "commit", "-q", "-m", "Gone")
    agent.commit("Back")
    sizes = {each.words: each.size for each in agent.versions().versions}
    assert sizes == {"Back": 11, "Gone": 0, "Start": 11}


def test_line_ends_that_git_keeps_otherwise_do_not_hide_what_was_committed(
    agent: Agent,
) -> None:
    agent.git(agent.root, "config", "core.autocrlf", "true")
    agent.write("## A\r\n- one\r\n")
    agent.commit("Start")
    agent.add("two")
    agent.commit("Keep")
    versions = agent.versions()
    assert [each.words for each in versions.versions] == ["Added to A: two", "Start"]
    assert versions.versions[0].subject == "Keep"


def test_hostile_names_and_settings_start_nothing(agent: Agent, tmp_path: Path) -> None:
    agent.write("## A\n- one\n")
    agent.commit("\x1b[31mred [@click=app.quit]x[/]", "\x1b]0;Ev\u202eil\x07")
    marker = tmp_path / "started"
    make_hostile(agent.git, agent.root, marker)
    marker.unlink(missing_ok=True)
    versions = agent.versions()
    assert contents(versions, versions.versions[-1:]) == (b"## A\n- one\n",)
    assert not marker.exists()


# --- What a version said -----------------------------------------------------


def test_what_an_operation_did_is_told_to_the_byte_from_a_known_version(agent: Agent) -> None:
    agent.commit("Start")
    done = [agent.add("two").record, agent.add("three").record]
    # Another program writes over it, and commits: the operations hang on the first commit.
    agent.write("## A\n- quite another\n")
    agent.commit("Rewrite")
    versions = agent.versions()
    found = {each.id: difference(versions, each) for each in versions.versions}
    assert found[done[1].id].before == b"## A\n- one\n- two\n"
    assert found[done[1].id].after == b"## A\n- one\n- two\n- three\n"
    rewrite = difference(versions, versions.versions[0])
    assert rewrite.before == b"## A\n- one\n- two\n- three\n"
    assert rewrite.after == b"## A\n- quite another\n"


def test_where_another_program_wrote_in_between_its_own_lines_are_known(alone: Agent) -> None:
    done = alone.add("two").record
    alone.write("## A\n- quite another\n")
    versions = alone.versions()
    version = versions.versions[0]
    assert version.id == done.id
    assert contents(versions, [version]) == (None,)
    found = difference(versions, version)
    assert (found.before, found.after, found.whole) == (b"", b"- two\n", False)


def test_the_bytes_of_several_versions_take_one_process(
    agent: Agent, git_started: Callable[[], list[str]]
) -> None:
    for number in range(3):
        agent.write(f"## A\n- {number}\n")
        agent.commit(f"Commit {number}")
    versions = agent.versions()
    git_started()
    assert contents(versions, versions.versions)[2] == b"## A\n- 0\n"
    assert len(git_started()) == 1


# --- One that is named -------------------------------------------------------


def find(agent: Agent, reference: str) -> Version:
    return find_version(agent.versions(2), agent.journal, reference)


def test_a_version_is_found_by_operation_commit_or_any_name_of_git(agent: Agent) -> None:
    first = agent.commit("Start")
    done = agent.add("two").record
    agent.write("## A\n- two\n- of an agent\n")
    second = agent.commit("More")
    agent.git(agent.root, "commit", "-q", "--allow-empty", "-m", "Other")
    for number in range(3):
        agent.add(f"more {number}")
    assert find(agent, done.id).words == "Added to A: two"
    assert find(agent, done.id[:9]).words == "Added to A: two"
    assert find(agent, first).words == "Start"
    assert find(agent, second[:10]).words == "More"
    assert find(agent, "HEAD").words == "More"
    assert find(agent, "HEAD~2").id == first
    for wrong in ("nothing", "--all", "", "HEAD:MEMORY.md", "a\nb", "0" * 40):
        with pytest.raises(NothingFound, match="has no version"):
            find(agent, wrong)


def test_the_start_of_several_ids_is_refused(agent: Agent) -> None:
    ids = iter(["abc000000001", "abc000000002"])
    agent.store = MemoryStore(
        agent.root,
        agent.path,
        agent.journal,
        "operator",
        lambda: agent.now,
        new_id=lambda: next(ids),
    )
    agent.add("two")
    item = read_memory(agent.path).items[0]
    agent.store.apply(Retire((item.id,)))
    with pytest.raises(Refused, match="start of several ids"):
        find(agent, "abc")
