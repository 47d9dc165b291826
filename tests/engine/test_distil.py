"""Text made shorter by a program: small scripts that do it well, badly, slowly or not at all."""

from __future__ import annotations

import os
import select
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.distil import OUTPUT_LIMIT, Cancelled, Change, Distiller, changed, distiller
from memdeck.errors import Unusable, WrongUsage
from memdeck.settings import Settings

Script = Callable[..., Distiller]
LONG = 600.0


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """`script("cat")` is a program of that shell text; `$1` and so on are what follows."""

    def made(text: str, *arguments: str | Path, timeout: float = LONG) -> Distiller:
        path = tmp_path / "shorter"
        path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
        path.chmod(0o755)
        return Distiller((str(path), *map(str, arguments)), timeout, tmp_path)

    return made


def fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def refused(distil: Distiller, *words: str, text: str = "text") -> str:
    with pytest.raises(Unusable) as caught:
        distil.run(text)
    said = str(caught.value)
    for each in (*words, "Nothing was changed"):
        assert each in said
    assert "\x1b" not in said
    assert "\n" not in said
    return said


def gone(process_id: int) -> bool:
    """Whether the process ends, or has ended; what was killed takes a moment."""
    try:
        descriptor = os.pidfd_open(process_id)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 60)[0])
    finally:
        os.close(descriptor)


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


# --- What it gives ----------------------------------------------------------


def test_it_reads_the_text_and_prints_a_shorter_one(script: Script) -> None:
    assert script("head -c 5; echo").run("Ébène and more") == "Ébèn"[:3]


@pytest.mark.parametrize(
    ("printed", "text"),
    [("a\\n", "a"), ("a\\n\\n\\n", "a"), ("  a \\r\\n", "  a "), ("a\\nb\\n", "a\nb"), ("a", "a")],
)
def test_only_the_end_of_the_last_line_is_taken_off(
    script: Script, printed: str, text: str
) -> None:
    assert script(f"printf '{printed}'").run("x") == text


def test_its_arguments_are_never_read_by_a_shell(script: Script, tmp_path: Path) -> None:
    argument = f"$(touch {tmp_path}/pwned); `id` * 'x'"
    assert script('printf %s "$1"', argument).run("x") == argument
    assert not (tmp_path / "pwned").exists()


def test_a_large_text_passes_through_without_a_standstill(script: Script) -> None:
    text = "ä" * (OUTPUT_LIMIT // 2)
    assert script("cat").run(text) == text


def test_it_need_not_read_the_text(script: Script) -> None:
    text = "x" * 3_000_000
    assert script("echo short").run(text) == "short"
    assert script("exec <&-; echo short").run(text) == "short"
    assert script("head -c 1; exec <&-; echo short").run(text) == "xshort"


def test_bytes_that_are_no_text_reach_it_as_they_are(script: Script) -> None:
    assert script("od -An -tx1").run("a\udcff").split() == ["61", "ff"]


def test_what_it_prints_is_not_made_safe_here_but_what_it_complains_about_is(
    script: Script,
) -> None:
    assert script("printf '\\033[31mred'").run("x") == "\x1b[31mred"
    refused(script("printf '\\033]52;c;x\\007' >&2; exit 1"), "exit code 1): ␛]52;c;x␇.")


def test_a_name_is_looked_up_on_the_path_but_not_in_the_folder_one_is_in(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script("echo short")
    monkeypatch.chdir(tmp_path)
    named = Distiller(("shorter",), LONG, tmp_path)
    monkeypatch.setenv("PATH", f".::{os.environ['PATH']}")
    refused(named, "shorter was not found")
    refused(Distiller(("./shorter",), LONG, tmp_path), "was not found")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert named.run("x") == "short"


# --- How it fails -----------------------------------------------------------


def test_one_that_is_not_there_is_said(tmp_path: Path) -> None:
    refused(
        Distiller((str(tmp_path / "none"),), LONG, tmp_path), "was not found", "distill.command"
    )
    refused(Distiller(("no-such-program-here",), LONG, tmp_path), "was not found")


def test_one_that_cannot_be_run_is_said(script: Script, tmp_path: Path) -> None:
    distil = script("echo short")
    path = Path(distil.command[0])
    path.write_bytes(b"\x00\x01")
    refused(distil, "could not be started (Exec format error)")
    path.chmod(stat.S_IRUSR)
    refused(distil, "could not be started (Permission denied)")
    refused(Distiller((str(tmp_path),), LONG, tmp_path), "could not be started")
    refused(Distiller(("/bin/cat",), LONG, tmp_path / "none"), "could not be started")


def test_one_that_fails_says_why_in_its_first_line(script: Script) -> None:
    refused(script("echo; echo no key >&2; echo more >&2; exit 3"), "exit code 3): no key.")
    refused(script("exit 7"), "exit code 7), without a word")
    refused(script("kill -9 $$"), "ended by signal 9")
    refused(script("head -c 9000000 /dev/zero | tr '\\0' e >&2; exit 2"), "exit code 2): eeee")
    # What it printed before does not count.
    refused(script("echo half; exit 1"), "exit code 1")


def test_one_that_prints_nothing_or_no_text_or_too_much_is_said(script: Script) -> None:
    refused(script("cat >/dev/null"), "printed nothing")
    refused(script("printf ' \\n\\t\\n'"), "printed nothing")
    refused(script("printf 'ab\\377'"), "no UTF-8 text (byte 2)")
    refused(script("exec cat /dev/zero"), "printed more than 262 144 bytes")
    refused(script(f"head -c {OUTPUT_LIMIT + 1} /dev/zero"), "printed more than")


def test_one_that_takes_too_long_is_ended_with_all_that_it_started(
    script: Script, tmp_path: Path
) -> None:
    never = fifo(tmp_path / "never")
    pids = tmp_path / "pids"
    slow = script('cat "$1" & echo $! $$ >"$2"; wait', never, pids, timeout=3.0)
    refused(slow, "took longer than 3 s and was stopped", "distill.timeout")
    assert all(gone(int(each)) for each in pids.read_text("utf-8").split())


def test_one_that_closes_all_and_goes_on_is_ended_too(script: Script, tmp_path: Path) -> None:
    never = fifo(tmp_path / "never")
    slow = script('exec >&- 2>&- <"$1"', never, timeout=0.2)
    refused(slow, "took longer than 0.2 s")


def test_one_that_is_cancelled_is_ended(script: Script, tmp_path: Path) -> None:
    never, ready = fifo(tmp_path / "never"), tmp_path / "ready"
    slow = script('echo $$ >"$2.part"; mv "$2.part" "$2"; read line <"$1"', never, ready)
    with pytest.raises(Cancelled, match="was stopped"):
        slow.run("x", ready.exists)
    assert gone(int(ready.read_text("utf-8")))


def test_a_child_that_lives_on_is_not_waited_for_and_ended(script: Script, tmp_path: Path) -> None:
    never, pid = fifo(tmp_path / "never"), tmp_path / "pid"
    left = script('cat "$1" & echo $! >"$2"; echo short', never, pid)
    assert left.run("x") == "short"
    assert gone(int(pid.read_text("utf-8")))
    endless = script('yes >&2 & echo $! >"$2"; echo short', never, pid)
    assert endless.run("x") == "short"
    assert gone(int(pid.read_text("utf-8")))


PARENT = """
import sys, threading
from pathlib import Path
from memdeck.distil import Distiller

def work():
    Distiller((sys.argv[1], *sys.argv[2:]), 600.0, Path("/")).run("x")

threading.Thread(target=work, daemon=True).start()
with open(sys.argv[3]) as fifo:
    fifo.read()
"""


def test_it_ends_with_the_program_that_started_it(script: Script, tmp_path: Path) -> None:
    never, ready = fifo(tmp_path / "never"), fifo(tmp_path / "ready")
    pid = tmp_path / "pid"
    slow = script('echo $$ >"$3"; : >"$2"; read line <"$1"', never, ready, pid)
    checkout = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", PARENT, *slow.command],
        check=True,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stderr=subprocess.DEVNULL,
    )
    assert gone(int(pid.read_text("utf-8")))


def test_no_pipe_and_no_process_is_left(script: Script) -> None:
    before = open_files()
    script("cat").run("x")
    refused(script("exit 1"))
    assert open_files() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL


def test_without_a_program_it_is_said_how_to_name_one(home: Path) -> None:
    with pytest.raises(WrongUsage, match=r"distill\.command"):
        distiller(Settings())
    named = distiller(Settings(distil_command=("cat",), distil_timeout=5))
    assert (named.name, named.timeout, named.folder) == ("cat", 5, home)
    assert named.run("text") == "text"


# --- The difference ---------------------------------------------------------


def drawn(before: str, after: str) -> list[str]:
    """The difference as text, with what changed in a line in brackets."""
    return [
        line.change.value
        + "".join(f"[{each.text}]" if each.changed else each.text for each in line.pieces)
        for line in changed(before, after)
    ]


def test_words_that_changed_are_told_from_those_that_stay() -> None:
    assert drawn("Always check the tide, twice", "Check the tide twice") == [
        "-[Always check] the tide[,] twice",
        "+[Check] the tide twice",
    ]
    assert drawn("a\nb\nc", "a\nc") == [" a", "-[b]", " c"]
    assert drawn("a", "a\n\nb") == [" a", "+", "+[b]"]
    assert drawn("", "") == [" "]
    assert drawn("same\x1b", "same\x1b") == [" same\x1b"]


def test_texts_of_any_length_are_compared_at_once() -> None:
    before = "a\n" * 50_000
    lines = changed(before, before + "b")
    assert sum(each.change is Change.GONE for each in lines) == 1
    lines = changed(before, "b" + before.replace("a", "c"))
    assert sum(each.change is Change.GONE for each in lines) == 50_000
    assert drawn("a " * 9_000, "b") == [f"-[{'a ' * 9_000}]", "+[b]"]


TEXTS = st.text(st.sampled_from("ab ,\n\u2028é"), max_size=30)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_the_difference(before: str, after: str) -> None:
    lines = changed(before, after)
    assert "\n".join(x.text for x in lines if x.change is not Change.NEW) == before
    assert "\n".join(x.text for x in lines if x.change is not Change.GONE) == after
    if before == after:
        assert not any(piece.changed for line in lines for piece in line.pieces)
