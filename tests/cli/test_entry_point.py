"""Starting memdeck: options, wrong usage, readers that leave, errors that nobody foresaw."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

import memdeck.__main__ as entry
from memdeck.cli import root
from memdeck.report import KEPT_REPORTS, report_text, write_report

from .conftest import Caller

SECRET = "the harbour password is swordfish"


def start(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "memdeck", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


# --- Options and usage -----------------------------------------------------


def test_help_lists_every_command_with_a_word_about_it(call: Caller) -> None:
    said = call("--help")
    assert said.code == 0
    for name in root._COMMANDS:
        row = next(line for line in said.text.split("\n") if line.startswith(f"  {name} "))
        assert len(row.split()) > 2, row


@pytest.mark.parametrize("name", root._COMMANDS)
def test_every_command_has_help_of_its_own(call: Caller, name: str) -> None:
    said = call(name, "--help")
    assert said.code == 0
    assert said.text.startswith("Usage:")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["stauts"], "Did you mean `status`?"),
        (["--nonsense"], "--nonsense"),
        (["log"], "TEXT"),
        (["notes", "gte"], "Did you mean `get`?"),
        (["history", "--limit", "0"], "--limit"),
        (["\x1b[2Jstatus"], "There is no command"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_how(
    arguments: list[str], words: str, environment: dict[str, str]
) -> None:
    done = start(*arguments, environment=environment)
    assert done.returncode == 2
    assert done.stdout == ""
    assert words in done.stderr
    assert "--help` shows how" in done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr


def test_the_workspace_is_found_from_below_or_chosen(agent: Path, tmp_path: Path) -> None:
    below = agent / "memory" / "deep"
    below.mkdir()
    for said in (
        Caller(below)("config", "path"),
        Caller(tmp_path)("-C", "agent", "config", "path"),
        Caller(tmp_path)("-C", agent.parent, "-C", "agent", "config", "path"),
        Caller(tmp_path, environ={"MEMDECK_WORKSPACE": str(agent)})("config", "path"),
        Caller(tmp_path, environ={"MEMDECK_WORKSPACE": "/nowhere"})("-C", agent, "config", "path"),
    ):
        assert said.text.split("\n")[0] == str(agent.resolve() / "memdeck.toml")


@pytest.mark.parametrize("arguments", [[], ["status"], ["status", "--json"], ["pack"], ["undo"]])
def test_without_a_workspace_the_words_say_what_to_do(
    tmp_path: Path, arguments: list[str], call_in: Callable[[Path], Caller]
) -> None:
    said = call_in(tmp_path)(*arguments)
    assert said.code == 4
    assert said.out == b""
    assert "memdeck init" in said.err
    assert "memdeck --demo" in said.err


def test_a_folder_that_is_not_there_is_said(call: Caller) -> None:
    said = call("-C", "/no/such\x1b[2J/folder", "status")
    assert said.code == 4
    assert "does not exist" in said.err
    assert "\x1b" not in said.err


def test_a_wrong_setting_ends_with_2(agent: Path, call: Caller) -> None:
    (agent / "memdeck.toml").write_text("[budget]\nlimt = 3\n", encoding="utf-8")
    said = call("status")
    assert said.code == 2
    assert "budget.limit" in said.err


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\nb", "a\x1b[2J"])
def test_an_agent_has_a_name_that_can_be_shown(call: Caller, name: str) -> None:
    for arguments in (["--agent", name, "history"], ["undo", "--agent", name]):
        if not name and arguments[0] == "--agent":
            continue
        said = call(*arguments)
        assert said.code == 2
        assert "\x1b" not in said.err


def test_on_a_terminal_the_dashboard_is_opened(agent: Path) -> None:
    caller = Caller(agent, terminal=True, environ={"MEMDECK_AGENT": "heron"})
    assert caller().code == 0
    assert caller("--agent", "tern").code == 0
    assert caller.opened == [(agent.resolve(), "heron"), (agent.resolve(), "tern")]


# --- Outputs that end early ------------------------------------------------


def test_a_reader_that_leaves_is_no_error(made: Path, environment: dict[str, str]) -> None:
    script = f'"{sys.executable}" -m memdeck -C "{made}" status --json | head -c 10 >/dev/null; '
    script += 'echo "${PIPESTATUS[0]}"'
    done = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
    assert done.stdout.strip() in ("0", "141")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("command", [["status"], ["status", "--json"], ["pack"]])
def test_a_full_disk_behind_stdout_is_said(
    made: Path, environment: dict[str, str], command: list[str]
) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "memdeck", "-C", str(made), *command],
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 4
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_without_a_traceback(made: Path, environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "memdeck", "-C", str(made), "log", "-"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that starts the tests in the background has it ignored, which is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    time.sleep(0.7)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in said


def test_ctrl_c_while_modules_are_imported_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Interrupted(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "memdeck.cli.root", Interrupted("memdeck.cli.root"))
    assert entry.main() == 130


@pytest.mark.fault("a command line without UTF-8")
def test_a_terminal_without_utf_8_gets_what_it_can_show(
    agent: Path, environment: dict[str, str]
) -> None:
    latin = {**environment, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    (agent / "MEMORY.md").write_text("## Birds\n- Möwe 海鳥\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "memdeck", "-C", str(agent), "status", "--json"],
        env=latin,
        capture_output=True,
        check=True,
    )
    assert done.stdout.isascii()
    assert b"M\\u00f6we" in done.stdout
    done = subprocess.run(
        [sys.executable, "-m", "memdeck", "-C", str(agent)],
        env=latin,
        capture_output=True,
        check=True,
    )
    assert "Möwe \\u6d77".encode("latin-1") in done.stdout


# --- Errors that nobody foresaw --------------------------------------------


@pytest.mark.unexpected
def test_an_unexpected_error_is_one_sentence_and_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(root, "run", fail)
    monkeypatch.setattr(sys, "argv", ["memdeck", "log", SECRET])
    assert entry.main() == entry.UNEXPECTED
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "RuntimeError" in said
    assert SECRET not in said
    path = next(home.rglob("report-*.txt"))
    assert str(path) in said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text("utf-8")
    assert SECRET not in text
    assert "RuntimeError" in text
    assert "While: `memdeck log`" in text
    assert "in fail" in text
    monkeypatch.setenv("MEMDECK_DEBUG", "1")
    with pytest.raises(RuntimeError, match="swordfish"):
        entry.main()


def _raised() -> BaseException:
    try:
        try:
            {}[SECRET]
        except KeyError as error:
            raise ValueError(SECRET) from error
    except ValueError as error:
        return error


def test_a_report_names_causes_and_places_and_quotes_nothing() -> None:
    text = report_text(_raised(), datetime(2026, 2, 6, tzinfo=UTC), "0.1.0", "`memdeck status`")
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert "test_entry_point.py:" in text
    assert "swordfish" not in text
    assert str(Path.home()) not in text


def test_only_the_newest_reports_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    for second in range(KEPT_REPORTS + 5):
        moment = datetime(2026, 2, 6, 12, 0, second, tzinfo=UTC)
        path = write_report(_raised(), now=moment, version="0", doing="x", folder=folder)
        assert path is not None
    names = sorted(each.name for each in folder.iterdir())
    assert len(names) == KEPT_REPORTS
    assert names[0].startswith("report-20260206T120005")


def test_a_report_that_cannot_be_written_is_not_one_more_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "file"))
    folder = tmp_path / "file" / "reports"
    assert (
        write_report(_raised(), now=datetime.now(UTC), version="0", doing="x", folder=folder)
        is None
    )


def test_the_screens_are_first_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    assert entry.screens_folder() == Path(entry.__file__).resolve().parent.parent
    assert (entry.screens_folder() / "tui").is_dir()
    assert os.fspath(entry.screens_folder())


@pytest.mark.parametrize("command", ["pack", "status --json", "history", "status"])
def test_a_closed_stdout_is_no_error(
    agent: Path, environment: dict[str, str], command: str
) -> None:
    script = f'"{sys.executable}" -m memdeck -C "{agent}" {command} >&-'
    done = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_package_is_reported_in_a_sentence(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """As when memdeck is started by a Python that it was not installed for."""
    (tmp_path / "platformdirs.py").write_text("raise ImportError\n", encoding="utf-8")
    crippled = {
        **environment,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{environment['PYTHONPATH']}",
        "TMPDIR": str(tmp_path),
    }
    done = start("config", "path", environment=crippled)
    assert done.returncode == entry.UNEXPECTED
    assert done.stderr.count("\n") == 1
    assert "ImportError" in done.stderr
    assert len(list(tmp_path.glob("report-*.txt"))) == 1
