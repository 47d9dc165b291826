"""Settings: which apply, where they came from, and what a wrong one is told."""

import os
from pathlib import Path

import pytest

from memdeck.errors import Unusable, WrongUsage
from memdeck.model import Hours, Unit
from memdeck.own_profiles import Over, OwnProfile
from memdeck.own_pulse import OwnPulse
from memdeck.settings import Settings, described, load_settings, user_settings_path


@pytest.fixture
def user_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = user_settings_path()
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def root(tmp_path: Path, user_file: Path) -> Path:
    folder = tmp_path / "agent"
    folder.mkdir()
    return folder


def test_without_any_file_the_defaults_apply_and_say_so(root: Path) -> None:
    settings = load_settings(root)
    assert settings.limit == 15_000
    assert settings.notes_ref == "refs/notes/agents"
    assert set(settings.sources.values()) == {"default"}
    assert load_settings(None).encoding == Settings().encoding


def test_the_workspace_wins_over_the_user_and_the_user_over_the_defaults(
    root: Path, user_file: Path
) -> None:
    user_file.write_text("[budget]\nlimit = 9000\n[curate]\nlikeness = 70\n", "utf-8")
    (root / "memdeck.toml").write_text(
        '[budget]\nlimit = 7000\n[notes]\nrepositories = ["~/code", "../other"]\n', "utf-8"
    )
    settings = load_settings(root)
    assert (settings.limit, settings.likeness) == (7000, 70)
    assert settings.notes_repositories == ("~/code", "../other")
    assert settings.sources["budget.limit"] == str(root / "memdeck.toml")
    assert settings.sources["curate.likeness"] == str(user_file)
    assert settings.sources["time.zone"] == "default"
    assert ("budget.limit", 7000, str(root / "memdeck.toml")) in described(settings)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("[budget]\nlimits = 5\n", "budget.limit"),
        ("[budgte]\nlimit = 5\n", "budget"),
        ("limit = 5\n", "budget.limit"),
        ("[notes]\nrepos = []\n", "notes.repositories"),
        ("[curate]\nlikenes = 5\n", "curate.likeness"),
        ("[notes.ref]\nname = 'x'\n", "notes.ref"),
    ],
)
def test_an_unknown_key_is_an_error_that_names_its_nearest_neighbour(
    root: Path, text: str, nearest: str
) -> None:
    (root / "memdeck.toml").write_text(text, "utf-8")
    with pytest.raises(WrongUsage, match=f"nearest is {nearest}\\.|{nearest} must be"):
        load_settings(root)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[budget]\nlimit = '15000'\n", "a whole number of tokens"),
        ("[budget]\nlimit = true\n", "a whole number of tokens.*yes or no"),
        ("[budget]\nlimit = 0\n", "a whole number of tokens"),
        ("[curate]\nlikeness = nan\n", "0 to 100"),
        ("[curate]\nlikeness = -1\n", "0 to 100"),
        ("[budget]\nencoding = ''\n", "the name of a tiktoken encoding"),
        ("[curate]\nlikeness = 101\n", "0 to 100"),
        ("[notes]\nrepositories = 'one'\n", "a list of folders"),
        ("[notes]\nrepositories = ['one', 2]\n", "a list of folders.*2"),
        ("[notes]\nref = 'refs/heads/main'\n", "full name of a notes ref"),
        ("[notes]\nref = 'refs/notes/../heads/main'\n", "full name of a notes ref"),
        ("[notes]\nref = '--upload-pack=x'\n", "full name of a notes ref"),
        ("[time]\nzone = 'Mars/Olympus'\n", "a time zone"),
        ("[time]\nzone = '../../etc/passwd'\n", "a time zone"),
        ("[sync]\nevery = 9\n", 'seconds, 10 or more, or "off"'),
        ("[sync]\nevery = -60\n", "10 or more"),
        ("[sync]\nevery = 60.5\n", "10 or more"),
        ("[sync]\nevery = false\n", "10 or more"),
        ("[sync]\nevery = 'often'\n", "10 or more"),
        ("budget = 3\n", "nearest is"),
        ("[budget]\nsafety = 0.4\n", "a number from 0.5 to 3"),
        ("[budget]\nsafety = 3.1\n", "a number from 0.5 to 3"),
        ("[budget]\nprofile = 5\n", "the name of a profile"),
        ("[budget]\nprofile = 'hermess'\n", "no profile hermess; the nearest is hermes"),
        ("profiles = 5\n", "one table for each profile"),
        ("[profiles]\ncrew = 5\n", r"a table \[profiles.crew\]"),
        ("[profiles.article]\nlimit = 5\n", "article is built in"),
        ("[profiles.'a b']\nlimit = 5\n", "named with letters"),
        ("[profiles.crew]\nlimit = 5\n", "profiles.crew.files must be given: a list of files"),
        ("[profiles.crew]\nfiles = ['a']\n", "profiles.crew.limit must be given"),
        ("[profiles.crew]\nfile = ['a']\n", "the nearest is profiles.crew.files"),
        ("[profiles.crew]\nfiles = []\n", "a list of files"),
        ("[profiles.crew]\nfiles = [5]\n", "a list of files"),
        ("[profiles.crew]\nfiles = ['/etc/passwd']\n", "out of the workspace"),
        ("[profiles.crew]\nfiles = ['~/a.md']\n", "out of the workspace"),
        ("[profiles.crew]\nfiles = ['a/../../b']\n", "out of the workspace"),
        ("[profiles.crew]\nfiles = ['a/.git/b']\n", "hidden"),
        ("[profiles.crew]\nfiles = ['**/b.md']\n", "search every folder"),
        ("[profiles.crew]\nfiles = ['a//b.md']\n", "the path of no file"),
        ("[profiles.crew]\nfiles = ['{tomorrow}.md']\n", "{tomorrow} stands for nothing"),
        ("[profiles.crew]\nfiles = ['{today.md']\n", "stands for nothing"),
        ("[profiles.crew]\nlimit = 0\n", "a whole number, 1 or more"),
        ("[profiles.crew]\nunit = 'words'\n", '"tokens", "chars", "lines" or "bytes"'),
        ("[profiles.crew]\nover = 'drop'\n", '"refuse", "keep-start", "keep-end" or "keep-both"'),
        ("[profiles.crew]\nover = []\n", '"refuse", "keep-start"'),
        ("[profiles.crew]\nnotes = 1\n", "true or false"),
        ("[pulse]\ninterval = 0\n", "minutes, 1 to 10080"),
        ("[pulse]\ninterval = 10081\n", "minutes, 1 to 10080"),
        ("[pulse]\ninterval = 55.5\n", "minutes, 1 to 10080"),
        ("[pulse]\ndelay = -1\n", "minutes, 0 to 10080"),
        ("[pulse]\ndelay = false\n", "minutes, 0 to 10080"),
        ("[pulse]\nunchanged = 0\n", 'beats, 1 or more, or "off"'),
        ("[pulse]\nbell = 1\n", "true or false"),
        ("[pulse]\nnotify = ['notify-send']\n", "not read from a workspace"),
        ("[pulse]\nintervall = 5\n", "nearest is pulse.interval"),
        ("[pulse]\nagents = 5\n", "one table for each agent"),
        ("[pulse.agents]\natlas = 5\n", "a table with the name of an agent"),
        ("[pulse.agents.' ']\ninterval = 5\n", "a table with the name of an agent"),
        ("[pulse.agents.atlas]\ninterval = 0\n", "pulse.agents.atlas.interval must be a whole"),
        ("[pulse.agents.atlas]\nhour = '8'\n", "the nearest is pulse.agents.atlas.hours"),
        ("[pulse.agents.atlas]\nhours = 8\n", "two times of day"),
        ("[pulse.agents.atlas]\nhours = '8-20'\n", "two times of day"),
        ("[pulse.agents.atlas]\nhours = '08:00-08:00'\n", "two times of day"),
        ("[pulse.agents.atlas]\nhours = '08:60-09:00'\n", "two times of day"),
        ("[pulse.agents.atlas]\nhours = '24:00-09:00'\n", "two times of day"),
        ("[pulse.agents.atlas]\nhours = '09:00-24:01'\n", "two times of day"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_what_it_must_be(
    root: Path, text: str, expected: str
) -> None:
    (root / "memdeck.toml").write_text(text, "utf-8")
    with pytest.raises(WrongUsage, match=expected):
        load_settings(root)


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("'off'", 0), ("10", 10), ("86400", 86400)]
)
def test_notes_are_exchanged_as_often_as_is_set(root: Path, text: str, seconds: int) -> None:
    assert load_settings(root).sync_every == 0
    (root / "memdeck.toml").write_text(f"[sync]\nevery = {text}\n", "utf-8")
    assert load_settings(root).sync_every == seconds


def test_agents_have_a_pulse_of_their_own(root: Path, user_file: Path) -> None:
    assert (load_settings(root).pulse_interval, load_settings(root).pulse_agents) == (55, {})
    user_file.write_text(
        '[pulse]\ninterval = 40\nnotify = "notify-send -a memdeck"\nunchanged = "off"\n'
        '[pulse.agents.atlas]\ninterval = 5\n[pulse.agents."night owl"]\nhours = "22:00-6:00"\n',
        "utf-8",
    )
    (root / "memdeck.toml").write_text(
        '[pulse]\nbell = true\ndelay = 0\n[pulse.agents.atlas]\nhours = "08:00 - 20:00"\n'
        '[pulse.agents.day]\nhours = "00:00-24:00"\n[pulse.agents.late]\nhours = "18:30-00:00"\n',
        "utf-8",
    )
    settings = load_settings(root)
    assert (settings.pulse_interval, settings.pulse_delay, settings.pulse_unchanged) == (40, 0, 0)
    assert (settings.pulse_bell, settings.pulse_notify) == (
        True,
        ("notify-send", "-a", "memdeck"),
    )
    assert settings.pulse_agents == {
        "atlas": OwnPulse(None, Hours(480, 1200)),
        "night owl": OwnPulse(None, Hours(1320, 360)),
        "day": OwnPulse(),
        "late": OwnPulse(None, Hours(1110, 1440)),
    }
    place = str(root / "memdeck.toml")
    rows = described(settings)
    assert ("pulse.agents.atlas.hours", "08:00-20:00", place) in rows
    assert ("pulse.agents.night owl.hours", "22:00-06:00", str(user_file)) in rows
    assert ("pulse.interval", 40, str(user_file)) in rows


def test_what_is_no_toml_names_the_file_and_the_line(root: Path) -> None:
    (root / "memdeck.toml").write_text("[budget\n", "utf-8")
    with pytest.raises(WrongUsage, match=r"memdeck\.toml is not valid TOML.*line 1"):
        load_settings(root)
    (root / "memdeck.toml").write_bytes(b"a = '\xff'\n")
    with pytest.raises(WrongUsage, match="not UTF-8"):
        load_settings(root)
    (root / "memdeck.toml").write_bytes(b"# " + b"x" * 1_000_000)
    with pytest.raises(WrongUsage, match="larger than any settings file"):
        load_settings(root)


def test_a_byte_order_mark_is_read_over(root: Path) -> None:
    (root / "memdeck.toml").write_bytes(b"\xef\xbb\xbf[budget]\nlimit = 12\n")
    assert load_settings(root).limit == 12


def test_a_settings_name_that_is_a_fifo_or_a_folder_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "memdeck.toml")
    assert load_settings(root).limit == 15_000


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_settings_file_that_cannot_be_read_is_said(root: Path) -> None:
    (root / "memdeck.toml").write_text("", "utf-8")
    (root / "memdeck.toml").chmod(0)
    with pytest.raises(Unusable, match="cannot be read"):
        load_settings(root)


def test_escape_sequences_in_a_key_do_not_reach_the_words(root: Path) -> None:
    (root / "memdeck.toml").write_text('"\\u001b[2Jbudget" = 1\n', "utf-8")
    with pytest.raises(WrongUsage) as raised:
        load_settings(root)
    assert "\x1b" not in str(raised.value)


def test_the_program_that_distils_is_off_until_the_user_names_one(
    root: Path, user_file: Path
) -> None:
    assert load_settings(root).distil_command == ()
    assert load_settings(root).distil_timeout == 60
    user_file.write_text("[distill]\ncommand = \"llm -s 'Shorten this'\"\ntimeout = 5\n", "utf-8")
    assert load_settings(root).distil_command == ("llm", "-s", "Shorten this")
    assert load_settings(root).distil_timeout == 5
    user_file.write_text('[distill]\ncommand = ["/opt/llm", "", "$(id)"]\n', "utf-8")
    assert load_settings(root).distil_command == ("/opt/llm", "", "$(id)")
    # How long one waits is no program: a workspace of long texts may say so.
    (root / "memdeck.toml").write_text("[distill]\ntimeout = 120\n", "utf-8")
    assert load_settings(root).distil_timeout == 120


@pytest.mark.parametrize("command", ['["rm", "-rf"]', '"touch pwned"', "[]", "5"])
def test_a_workspace_cannot_choose_the_program_that_distils(
    root: Path, user_file: Path, command: str
) -> None:
    user_file.write_text('[distill]\ncommand = ["llm"]\n', "utf-8")
    (root / "memdeck.toml").write_text(f"[distill]\ncommand = {command}\n", "utf-8")
    with pytest.raises(WrongUsage, match="must not choose which") as caught:
        load_settings(root)
    assert str(user_file) in str(caught.value)
    assert load_settings(None).distil_command == ("llm",)


@pytest.mark.parametrize(
    "value",
    [
        "command = []",
        'command = ""',
        "command = '  '",
        "command = ['']",
        "command = [1]",
        "command = ['llm', 2]",
        'command = "llm \'unclosed"',
        'command = ["a\\u0000b"]',
        "command = ['./llm']",
        "command = ['bin/llm']",
        "timeout = 0",
        "timeout = -1",
        "timeout = nan",
        "timeout = true",
        "timeout = 1e9",
    ],
)
def test_a_program_or_a_time_that_makes_no_sense_is_told(
    root: Path, user_file: Path, value: str
) -> None:
    user_file.write_text(f"[distill]\n{value}\n", "utf-8")
    with pytest.raises(WrongUsage, match="distil"):
        load_settings(root)


OWN = """\
[budget]
profile = "crew"
safety = 1.2
[profiles.crew]
files = ["MEMORY.md", "memory/{yesterday}*.md"]
limit = 8000
unit = "chars"
file_limit = 5000
over = "keep-both"
notes = true
"""


def test_an_own_profile_is_read_with_all_its_keys(root: Path, user_file: Path) -> None:
    (root / "memdeck.toml").write_text(OWN, "utf-8")
    user_file.write_text("[profiles.crew]\nfiles = ['a']\nlimit = 1\n", "utf-8")
    settings = load_settings(root)
    files = ("MEMORY.md", "memory/{yesterday}*.md")
    assert settings.profiles == {
        "crew": OwnProfile(files, 8000, Unit.CHARACTERS, 5000, Over.KEEP_BOTH, notes=True)
    }
    assert (settings.profile, settings.safety) == ("crew", 1.2)
    source = str(root / "memdeck.toml")
    rows = described(settings)
    for row in (
        ("budget.profile", "crew", source),
        ("budget.safety", 1.2, source),
        ("profiles.crew.files", list(files), source),
        ("profiles.crew.unit", "chars", source),
        ("profiles.crew.notes", True, source),
    ):
        assert row in rows


def test_an_own_profile_needs_but_files_and_a_limit(root: Path) -> None:
    (root / "memdeck.toml").write_text("[profiles.x]\nfiles = ['a.md']\nlimit = 9\n", "utf-8")
    settings = load_settings(root)
    assert settings.profiles == {"x": OwnProfile(("a.md",), 9)}
    assert settings.profile == "article"
    assert "profiles.x.file_limit" not in [name for name, _, _ in described(settings)]
