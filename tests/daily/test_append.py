"""Appending to a day's log: whole lines, under the right heading, never over anything."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdeck.daily.append import append_log, plan_append
from memdeck.daily.parse import parse_log
from memdeck.errors import Refused, Unusable, WrongUsage
from memdeck.markdown import line_starts

DAY = date(2026, 2, 6)
NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)


def log(root: Path, text: str, section: str | None = None, *, timed: bool = False) -> int:
    path, line = append_log(root, text, on=DAY, now=NOW, section=section, timed=timed)
    assert path == root / "memory" / "2026-02-06.md"
    return line


def content(root: Path) -> bytes:
    return (root / "memory" / "2026-02-06.md").read_bytes()


def begin(root: Path, data: bytes) -> Path:
    path = root / "memory" / "2026-02-06.md"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_new_file_gets_a_title_and_the_heading_is_repeated_when_another_one_is_last(
    tmp_path: Path,
) -> None:
    assert log(tmp_path, "Looked around") == 3
    assert log(tmp_path, "Mended the lamp", "Completed") == 7
    assert log(tmp_path, "Mended the other lamp", "completed") == 8
    assert log(tmp_path, "Keep both lamps", "Decisions") == 12
    assert log(tmp_path, "Mended a third one", "Completed") == 16
    assert content(tmp_path).decode() == (
        "# 2026-02-06 - Daily Log\n\n- Looked around\n\n"
        "## Completed\n\n- Mended the lamp\n- Mended the other lamp\n\n"
        "## Decisions\n\n- Keep both lamps\n\n"
        "## Completed\n\n- Mended a third one\n"
    )


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf"])
def test_a_file_that_was_only_touched_gets_a_title_too(tmp_path: Path, data: bytes) -> None:
    begin(tmp_path, data)
    log(tmp_path, "x")
    assert content(tmp_path) == data + b"# 2026-02-06 - Daily Log\n\n- x\n"


def test_a_file_without_a_final_line_end_gets_one_first(tmp_path: Path) -> None:
    begin(tmp_path, b"## Notes\n- cut off")
    assert log(tmp_path, "next", "Notes") == 3
    assert content(tmp_path) == b"## Notes\n- cut off\n- next\n"


def test_a_file_with_carriage_returns_gets_them(tmp_path: Path) -> None:
    begin(tmp_path, b"## Notes\r\n\r\n- one\r\n")
    log(tmp_path, "two\nlines", "Notes")
    log(tmp_path, "three", "Done")
    assert content(tmp_path) == (
        b"## Notes\r\n\r\n- one\r\n- two\r\n  lines\r\n\r\n## Done\r\n\r\n- three\r\n"
    )


def test_headings_are_written_as_the_log_writes_them(tmp_path: Path) -> None:
    begin(tmp_path, b"### Done\n- a\n### Later\n- b\n")
    log(tmp_path, "c", "Done")
    assert content(tmp_path).endswith(b"- b\n\n### Done\n- c\n")


def test_a_bold_line_counts_as_the_last_heading(tmp_path: Path) -> None:
    begin(tmp_path, b"## Done\n- a\n**Blocked:**\n- b\n")
    log(tmp_path, "c", "Blocked")
    assert content(tmp_path).endswith(b"- b\n- c\n")


def test_a_text_of_several_lines_becomes_one_bullet(tmp_path: Path) -> None:
    log(tmp_path, "\n- first\r\n## no heading\n\n- below\n\n")
    (section,) = parse_log(content(tmp_path), "x", DAY)[1]
    assert [(item.text, item.depth) for item in section.items] == [("first", 0), ("below", 1)]


def test_the_time_can_be_put_first(tmp_path: Path) -> None:
    log(tmp_path, "went out", timed=True)
    assert content(tmp_path).endswith(b"- 14:32 went out\n")


@pytest.mark.parametrize("opened", [b"```\ncode\n", b"~~~\ncode\n", b"<!-- note\n", b"<details>\n"])
def test_what_the_log_left_open_does_not_swallow_the_line(tmp_path: Path, opened: bytes) -> None:
    begin(tmp_path, b"## Notes\n\n- one\n\n" + opened)
    line = log(tmp_path, "two", "Notes")
    _, sections, _ = parse_log(content(tmp_path), "x", DAY)
    assert [(item.text, item.line) for item in sections[-1].items][-1] == ("two", line)
    assert content(tmp_path).startswith(b"## Notes\n\n- one\n\n" + opened)


@pytest.mark.parametrize("text", ["", "  \n ", "a\0b", "half \ud83d"])
def test_what_is_no_line_is_wrong_usage(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongUsage, match="nothing was written"):
        log(tmp_path, text)
    assert not (tmp_path / "memory" / "2026-02-06.md").exists() or content(tmp_path) == b""


@pytest.mark.parametrize("section", ["", "##", "two\nlines", "a\0"])
def test_what_is_no_title_is_wrong_usage(tmp_path: Path, section: str) -> None:
    with pytest.raises(WrongUsage, match="title of one line"):
        log(tmp_path, "x", section)


def test_bytes_that_are_not_utf8_are_kept(tmp_path: Path) -> None:
    log(tmp_path, os.fsdecode(b"caf\xe9"))
    assert content(tmp_path).endswith(b"- caf\xe9\n")


def test_a_link_inside_the_workspace_is_followed_and_kept(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "real.md").write_text("- a\n")
    (tmp_path / "memory" / "2026-02-06.md").symlink_to("../real.md")
    log(tmp_path, "b")
    assert (tmp_path / "real.md").read_text() == "- a\n- b\n"
    assert (tmp_path / "memory" / "2026-02-06.md").is_symlink()


@pytest.mark.fault("a link out of the workspace in the place of a log that is appended to")
@pytest.mark.parametrize("there", [True, False])
def test_a_link_out_of_the_workspace_is_refused(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, there: bool
) -> None:
    target = tmp_path_factory.mktemp("outside") / "file"
    if there:
        target.write_text("untouched")
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "2026-02-06.md").symlink_to(target)
    with pytest.raises(Refused, match="out of the workspace"):
        log(tmp_path, "x")
    assert target.exists() == there
    assert not there or target.read_text() == "untouched"


def test_a_memory_folder_out_of_the_workspace_is_refused(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (tmp_path / "memory").symlink_to(tmp_path_factory.mktemp("outside"))
    with pytest.raises(Refused, match="out of the workspace"):
        log(tmp_path, "x")


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    os.mkfifo(tmp_path / "memory" / "2026-02-06.md")
    with pytest.raises(Refused, match="not a regular file"):
        log(tmp_path, "x")


def test_a_read_only_log_is_refused(tmp_path: Path) -> None:
    begin(tmp_path, b"- a\n").chmod(0o444)
    with pytest.raises(Refused, match="read-only"):
        log(tmp_path, "x")
    assert content(tmp_path) == b"- a\n"


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (PermissionError(13, "Permission denied"), Refused, "may not be written by this user"),
        (OSError(5, "Input/output error"), Unusable, "Input/output error"),
    ],
)
def test_a_log_that_cannot_be_opened_says_why(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
    kind: type[Exception],
    words: str,
) -> None:
    begin(tmp_path, b"- a\n")

    def fail(*arguments: object) -> int:
        raise error

    monkeypatch.setattr("memdeck.daily.append.os.open", fail)
    with pytest.raises(kind, match=words):
        log(tmp_path, "x")


@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_a_folder_that_takes_no_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    folder = tmp_path / "memory"
    folder.mkdir(mode)
    if os.geteuid() == 0:
        # Root may write anywhere: what the system says to others.
        def forbid(*arguments: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("memdeck.daily.append.os.open", forbid)
    with pytest.raises(Refused, match=r"^memory/ does not let .*nothing was written.*permissions"):
        log(tmp_path, "x")
    folder.chmod(0o755)
    assert list(folder.iterdir()) == []


def test_a_lock_that_somebody_else_keeps_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memdeck.daily.append._WAIT", 0.05)
    with begin(tmp_path, b"- a\n").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert log(tmp_path, "b") == 2
    assert content(tmp_path) == b"- a\n- b\n"


def test_a_file_that_appears_while_it_is_being_made_is_appended_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def slow(path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            begin(tmp_path, b"- theirs\n")
        return opened(path, flags, mode)

    (tmp_path / "memory").mkdir()
    monkeypatch.setattr("memdeck.daily.append.os.open", slow)
    log(tmp_path, "ours")
    assert content(tmp_path) == b"- theirs\n- ours\n"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "memory").write_text("")
    with pytest.raises(Refused, match="not a folder"):
        log(tmp_path, "x")


def test_a_full_disk_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(tmp_path, b"- a\n")

    def full(handle: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("memdeck.daily.append.os.write", full)
    with pytest.raises(Unusable, match="No space left on device"):
        log(tmp_path, "x")
    assert content(tmp_path) == b"- a\n"


@pytest.mark.fault("a disk that takes only a part of a log line")
def test_a_disk_that_takes_a_part_gets_the_rest_or_says_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path, b"- a\n")
    write = os.write
    monkeypatch.setattr(
        "memdeck.daily.append.os.write", lambda handle, data: write(handle, data[:2])
    )
    assert log(tmp_path, "one two") == 2
    assert content(tmp_path) == b"- a\n- one two\n"

    room = [3]

    def nearly_full(handle: int, data: bytes) -> int:
        if not room:
            raise OSError(28, "No space left on device")
        return write(handle, data[: room.pop()])

    monkeypatch.setattr("memdeck.daily.append.os.write", nearly_full)
    with pytest.raises(Unusable, match="only the first 3 bytes"):
        log(tmp_path, "three")
    assert content(tmp_path).startswith(b"- a\n- one two\n")


WRITER = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from memdeck.daily.append import append_log
for number in range(int(sys.argv[3])):
    path, line = append_log(
        Path(sys.argv[1]), f"{sys.argv[2]} {number}", on=date(2026, 2, 6),
        now=datetime(2026, 2, 6, tzinfo=UTC), section="Notes",
    )
    print(line)
"""


def test_several_writers_lose_nothing_and_know_their_lines(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    writers = {
        name: subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), name, "25"],
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        for name in ("ada", "bob", "cyd")
    }
    said = {name: writer.communicate(timeout=60)[0].split() for name, writer in writers.items()}
    lines = content(tmp_path).decode().split("\n")
    assert lines[:4] == ["# 2026-02-06 - Daily Log", "", "## Notes", ""]
    assert len(lines) == 4 + 75 + 1
    for name, places in said.items():
        assert [lines[int(place) - 1] for place in places] == [
            f"- {name} {number}" for number in range(25)
        ]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["# T", "## A", "**B**", "- x", "text", "```", "<!--", "| a |", "", "---", "  - y"]
        ),
        max_size=8,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.sampled_from([None, "A", "B", "New"]),
)
def test_the_bullet_is_found_under_its_section_whatever_stood_before(
    lines: list[str], eol: str, ended: bool, section: str | None
) -> None:
    data = (eol.join(lines) + (eol if ended else "")).encode()
    plan = plan_append(data, ["the new line"], on=DAY, section=section)
    assert plan.data[plan.bullet :].startswith(b"- the new line")
    whole = data + plan.data
    _, sections, _ = parse_log(whole, "x", DAY)
    found = [
        (part.title, item.line)
        for part in sections
        for item in part.items
        if item.start == len(data) + plan.bullet
    ]
    assert len(found) == 1
    assert found[0][1] == line_starts(whole).index(len(data) + plan.bullet) + 1
    if section is not None:
        assert found[0][0] == section
