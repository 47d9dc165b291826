"""Pointing at things: an item by line or id, a section by its title, a day by its date."""

from datetime import date
from pathlib import Path

import pytest

from memdeck.cli.targets import find_item, find_section, is_line, parse_date
from memdeck.curated.sections import parse_memory
from memdeck.errors import NothingFound, Refused, WrongUsage
from memdeck.model import MemoryFile


def read(text: str) -> MemoryFile:
    data = text.encode()
    return MemoryFile(Path("MEMORY.md"), data, exists=True, sections=parse_memory(data))


MEMORY = read("""\
# Memory

## Boats
- Heron
  needs paint
  - and a sail
- Tern

## Birds
### Rules
- Count at dawn

## Rules
- No dogs
""")


@pytest.mark.parametrize(
    ("line", "text"), [("4", "Heron"), ("5", "Heron"), ("6", "and a sail"), ("MEMORY.md:7", "Tern")]
)
def test_a_line_is_the_innermost_item_that_covers_it(line: str, text: str) -> None:
    assert find_item(MEMORY, line).text.startswith(text)


@pytest.mark.parametrize("line", ["1", "3", "8", "0", "999"])
def test_a_line_without_an_item_is_nothing_found(line: str) -> None:
    with pytest.raises(NothingFound, match="holds no item"):
        find_item(MEMORY, line)


def test_an_id_is_its_item_or_refused() -> None:
    tern = find_item(MEMORY, "7")
    assert find_item(MEMORY, tern.id) == tern
    with pytest.raises(Refused, match="changed, moved or retired"):
        find_item(MEMORY, "0123456789ab")


def test_an_id_of_digits_alone_is_no_line() -> None:
    assert is_line("12")
    assert is_line("MEMORY.md:12")
    assert not is_line("123456789012")
    assert not is_line("٣")
    assert not is_line("")


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("Boats", "Boats"),
        ("boats", "Boats"),
        ("Birds / Rules", "Birds / Rules"),
        ("boa", "Boats"),
        ("birds / ru", "Birds / Rules"),
    ],
)
def test_a_section_is_found_by_as_much_of_its_name_as_is_unique(words: str, address: str) -> None:
    assert find_section(MEMORY.sections, words) == address


def test_several_sections_are_named_so_that_one_can_choose() -> None:
    with pytest.raises(WrongUsage, match=r"2 sections match rul.*“Birds / Rules”, “Rules”"):
        find_section(MEMORY.sections, "rul")


def test_the_title_of_the_file_is_no_section_to_add_to_by_a_part_of_its_name() -> None:
    with pytest.raises(WrongUsage, match="no section mem"):
        find_section(MEMORY.sections, "mem")


def test_no_section_names_the_nearest_and_the_way_to_a_new_one() -> None:
    with pytest.raises(WrongUsage, match=r"nearest is Boats.*--new-section"):
        find_section(MEMORY.sections, "Boots")
    with pytest.raises(WrongUsage, match="no item before its first heading"):
        find_section(MEMORY.sections, "  ")


def test_dates_are_written_one_way() -> None:
    today = date(2026, 2, 6)
    assert parse_date("2026-01-31", today) == date(2026, 1, 31)
    assert parse_date("today", today) == today
    assert parse_date("Yesterday", today) == date(2026, 2, 5)
    for wrong in ("2026-02-30", "20260206", "2026-W06-5", "6.2.2026", "", "\x1b[2J"):
        with pytest.raises(WrongUsage, match="is no date") as raised:
            parse_date(wrong, today)
        assert "\x1b" not in str(raised.value)
