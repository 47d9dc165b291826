"""The diff that `--dry-run` prints, checked by the program that would apply it."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdeck.cli.preview import token_line, unified_diff
from memdeck.model import Budget


def budget(used: int) -> Budget:
    return Budget("article", "x", 15_000, used, ())


def test_the_difference_in_tokens_is_one_line() -> None:
    assert token_line(budget(11_204), budget(11_223)) == (
        "+19 tokens: 11 204 → 11 223 of 15 000, fits"
    )
    assert token_line(budget(14_000), budget(13_990)).startswith("−10 tokens")
    assert token_line(budget(10), budget(10)).startswith("±0 tokens")
    assert token_line(budget(10), budget(15_000)).endswith("over by 1")


def test_no_change_is_no_diff() -> None:
    assert unified_diff(b"a\n", b"a\n", "MEMORY.md") == ""


def test_a_missing_line_end_is_said_as_diff_says_it() -> None:
    assert unified_diff(b"a", b"a\nb", "MEMORY.md").count("\\ No newline at end of file") == 2


lines = st.lists(
    st.sampled_from([b"a", b"b\r", b"- c", b"", b"\xff", "ü\u2028x".encode(), b"d\re"])
)


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies the diffs here")
@settings(max_examples=30, deadline=None)
@given(lines, lines, st.booleans(), st.booleans())
def test_the_diff_applies_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[bytes],
    after: list[bytes],
    old_end: bool,
    new_end: bool,
) -> None:
    old = b"\n".join(before) + (b"\n" if old_end else b"")
    new = b"\n".join(after) + (b"\n" if new_end else b"")
    if not old or not new or old == new:
        return
    folder: Path = tmp_path_factory.mktemp("patch")
    (folder / "MEMORY.md").write_bytes(old)
    diff = unified_diff(old, new, "MEMORY.md").encode("utf-8", "surrogateescape")
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], input=diff, cwd=folder, check=True)
    assert (folder / "MEMORY.md").read_bytes() == new
