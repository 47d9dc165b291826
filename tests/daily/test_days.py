"""Which files are logs, and what reading them again costs."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from memdeck.daily.days import days_of, folder_problem, log_date, read_day, read_days
from memdeck.model import LogKind

TODAY = date(2026, 2, 6)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "memory").mkdir()
    return tmp_path


def write(root: Path, name: str, text: str | bytes = "## Done\n- something\n") -> Path:
    path = root / "memory" / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def problem(root: Path) -> str | None:
    (day,) = read_days(root, today=TODAY)
    (file,) = day.files
    return file.problem


@pytest.mark.parametrize(
    ("name", "on"),
    [
        ("2026-02-06.md", TODAY),
        ("2026-02-06-ferry-slots.md", TODAY),
        ("2026-02-06_round.md", TODAY),
        ("2026-02-06-1105.md", TODAY),
        ("2026-02-06-2026-02-05.md", TODAY),
        ("2024-02-29.md", date(2024, 2, 29)),
        ("2026-02-30.md", None),
        ("2026-13-01.md", None),
        ("0000-01-01.md", None),
        ("2026-02-06.md.gz", None),
        ("2026-02-06.md.tmp", None),
        ("2026-02-06.lock", None),
        ("2026-02-06.json", None),
        ("2026-02-06.log", None),
        ("2026-02-06.md\n", None),
        ("2026-2-6.md", None),
        ("notes-2026-02-06.md", None),
        ("2026-02-06notes.md", None),
        ("٢٠٢٦-02-06.md", None),
        ("heartbeat-state.json", None),
    ],
)
def test_the_name_tells_the_date(name: str, on: date | None) -> None:
    assert log_date(name) == on


def test_a_day_is_all_of_its_files_and_days_come_newest_first(root: Path) -> None:
    for name in (
        "2026-02-05.md",
        "2026-02-06.md",
        "2026-02-06_b.md",
        "2026-02-06-1105.md",
        "notes.md",
    ):
        write(root, name)
    (root / "memory" / "dreaming").mkdir()
    (root / "memory" / "dreaming" / "2026-02-06.md").write_text("- no log\n")
    days = read_days(root, today=TODAY)
    assert [(day.date, [file.name for file in day.files]) for day in days] == [
        (
            TODAY,
            ["memory/2026-02-06-1105.md", "memory/2026-02-06.md", "memory/2026-02-06_b.md"],
        ),
        (date(2026, 2, 5), ["memory/2026-02-05.md"]),
    ]
    assert days_of(days, TODAY) is days[0]
    assert days_of(days, date(2026, 1, 1)) is None
    assert [item.text for item in days[0].items] == ["something"] * 3


def test_a_file_knows_its_size_its_time_and_its_kind(root: Path) -> None:
    path = write(root, "2026-02-06-1105.md", "# Session: 2026-02-06 11:05 UTC\n\nuser: hello\n")
    os.utime(path, ns=(0, 1_770_000_000_000_000_000))
    ((file,),) = (day.files for day in read_days(root, today=TODAY))
    assert file.kind is LogKind.TRANSCRIPT
    assert file.size == path.stat().st_size == len(file.data)
    assert file.modified == datetime.fromtimestamp(1_770_000_000, UTC)
    assert file.path == path


def test_without_a_memory_folder_there_are_no_days(tmp_path: Path) -> None:
    assert read_days(tmp_path, today=TODAY) == ()
    assert folder_problem(tmp_path) is None
    (tmp_path / "memory").write_text("a file")
    assert read_days(tmp_path, today=TODAY) == ()
    assert "memory" in (folder_problem(tmp_path) or "")


def test_what_did_not_change_is_the_same_object(root: Path) -> None:
    for name in ("2026-02-06.md", "2026-02-06-b.md", "2026-02-05.md"):
        write(root, name)
    first = read_days(root, today=TODAY)
    assert read_days(root, first, today=TODAY) is first

    write(root, "2026-02-06-b.md", "- changed\n")
    second = read_days(root, first, today=TODAY)
    assert second[1] is first[1]
    assert second[0] is not first[0]
    assert second[0].files[1] is first[0].files[1]
    assert [item.text for item in second[0].files[0].items] == ["changed"]

    (root / "memory" / "2026-02-05.md").unlink()
    third = read_days(root, second, today=TODAY)
    assert len(third) == 1
    assert third[0] is second[0]


def test_a_file_put_in_place_of_another_is_read_again(root: Path) -> None:
    path = write(root, "2026-02-06.md", "- one\n")
    before = path.stat()
    first = read_days(root, today=TODAY)
    other = root / "other"
    other.write_text("- two\n")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)
    second = read_days(root, first, today=TODAY)
    assert [item.text for item in second[0].items] == ["two"]


def test_only_the_newest_days_are_parsed_when_asked(root: Path) -> None:
    for number in range(1, 7):
        write(root, f"2026-02-0{number}.md")
    old = date(2026, 2, 1)
    days = read_days(root, today=TODAY, parse_newest=2, parse_dates={old})
    assert [day.files[0].parsed for day in days] == [True, True, False, False, False, True]
    listed = days[2].files[0]
    assert (listed.data, listed.sections, listed.marks) == (b"", (), ())
    assert listed.size == (root / listed.name).stat().st_size

    opened = read_day(root, days[2])
    assert [item.text for item in opened.items] == ["something"]
    assert read_day(root, opened) is opened

    # What was parsed stays, what was listed stays listed, and nothing is a new object.
    again = read_days(root, days, today=TODAY, parse_newest=0, parse_dates={TODAY})
    assert again is days
    everything = read_days(root, days, today=TODAY)
    assert all(file.parsed for day in everything for file in day.files)
    assert everything[0] is days[0]


def test_a_growing_file_that_is_listed_only_is_listed_anew(root: Path) -> None:
    write(root, "2026-02-06.md")
    path = write(root, "2026-01-06.md")
    first = read_days(root, today=TODAY, parse_newest=1)
    with path.open("a") as file:
        file.write("- more\n")
    second = read_days(root, first, today=TODAY, parse_newest=1)
    assert second[0] is first[0]
    assert second[1].files[0].size == first[1].files[0].size + 7
    assert not second[1].files[0].parsed


def test_a_day_in_the_future_and_a_year_of_its_own_are_marked(root: Path) -> None:
    for name in ("2026-02-07.md", "2026-02-06.md", "2026-02-05.md", "2025-02-04.md"):
        write(root, name)
    days = read_days(root, today=TODAY)
    assert [day.marks for day in days] == [
        ("in the future",),
        (),
        (),
        ("no other day is in 2025",),
    ]
    tomorrow = read_days(root, days, today=date(2026, 2, 7))
    assert tomorrow[0].marks == ()
    assert tomorrow[0].files == days[0].files
    assert tomorrow[1] is days[1]


def test_the_turn_of_the_year_is_not_odd(root: Path) -> None:
    for name in ("2026-01-02.md", "2026-01-01.md", "2025-12-31.md"):
        write(root, name)
    assert all(day.marks == () for day in read_days(root, today=TODAY))


def test_a_folder_named_like_a_log_says_so(root: Path) -> None:
    (root / "memory" / "2026-02-06.md").mkdir()
    assert problem(root) == "a folder, though it is named like a log"


def test_a_fifo_is_never_opened(root: Path) -> None:
    os.mkfifo(root / "memory" / "2026-02-06.md")
    assert problem(root) == "not a regular file; it is not opened"


def test_links_are_followed_inside_the_workspace_only(root: Path) -> None:
    (root / "elsewhere.md").write_text("- linked\n")
    (root / "memory" / "2026-02-06.md").symlink_to("../elsewhere.md")
    (day,) = read_days(root, today=TODAY)
    assert [item.text for item in day.items] == ["linked"]
    (root / "elsewhere.md").write_text("- linked and changed\n")
    assert [item.text for item in read_days(root, (day,), today=TODAY)[0].items] == [
        "linked and changed"
    ]


def test_a_link_out_of_the_workspace_is_not_read(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("outside") / "secret"
    secret.write_text("- private\n")
    (root / "memory" / "2026-02-06.md").symlink_to(secret)
    (day,) = read_days(root, today=TODAY)
    assert day.files[0].data == b""
    assert "leads out of the workspace" in (day.files[0].problem or "")


def test_links_to_nowhere_and_in_circles_say_so(root: Path) -> None:
    (root / "memory" / "2026-02-06.md").symlink_to("nowhere")
    assert "not there" in (problem(root) or "")
    (root / "memory" / "2026-02-06.md").unlink()
    (root / "memory" / "2026-02-06.md").symlink_to("2026-02-06.md")
    assert "could not be read" in (problem(root) or "")


def test_a_memory_folder_that_leads_out_of_the_workspace_is_not_listed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "2026-02-06.md").write_text("- private\n")
    (tmp_path / "memory").symlink_to(outside)
    assert read_days(tmp_path, today=TODAY) == ()
    assert "out of the workspace" in (folder_problem(tmp_path) or "")


def test_a_file_that_may_not_be_read_says_so_and_is_read_once_it_may(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, "2026-02-06.md")

    def refuse(*arguments: object) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        # Whoever runs the tests as root may read everything.
        patch.setattr("memdeck.daily.days.os.open", refuse)
        first = read_days(root, today=TODAY)
        assert first[0].files[0].problem == "memory/2026-02-06.md may not be read by this user"
        assert read_days(root, first, today=TODAY) is first
    assert read_days(root, first, today=TODAY)[0].files[0].problem is None


def test_trouble_that_stays_is_the_same_object(root: Path) -> None:
    (root / "memory" / "2026-02-06.md").mkdir()
    write(root, "2026-02-05.md")
    first = read_days(root, today=TODAY)
    assert read_days(root, first, today=TODAY) is first


def test_names_that_are_not_utf8_and_times_that_no_calendar_has(root: Path) -> None:
    name = os.fsencode(root / "memory") + b"/2026-02-06-\xff.md"
    Path(os.fsdecode(name)).write_bytes(b"- odd\n")
    path = write(root, "2026-02-05.md")
    os.utime(path, ns=(0, 2**62))
    days = read_days(root, today=TODAY)
    assert [item.text for day in days for item in day.items] == ["odd", "something"]


def test_a_file_too_large_to_be_a_log_is_not_read(root: Path) -> None:
    path = write(root, "2026-02-06.md", "")
    os.truncate(path, 200 * 1024 * 1024)
    assert problem(root) == "too large to be a log (200 megabytes); it is not read"
