"""Whose rules a session's bootstrap follows: harnesses that are known, and the operator's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from memdeck.errors import WrongUsage
from memdeck.model import Unit
from memdeck.nearest import nearest
from memdeck.own_profiles import Over, OwnProfile
from memdeck.text import show, thin

if TYPE_CHECKING:
    from memdeck.settings import Settings

FILE_CAP: Final = 20_000
"""What `openclaw` gives of a file at most, in UTF-16 units."""
USER_CAP: Final = 4_000
"""The same of USER.md."""
TOTAL_CAP: Final = 60_000
"""What it gives of all files at most."""
LINES: Final = 200
"""What `claude-code` gives of MEMORY.md at most, in lines."""
CHARACTERS: Final = 25_000
"""The same in UTF-16 units; the harness says bytes, and measures these."""
HERMES_MEMORY: Final = 2_200
"""How long MEMORY.md may be under `hermes`, in characters (code points)."""
HERMES_USER: Final = 1_375
"""The same of USER.md."""

OPENCLAW_FILES: Final = (
    "AGENTS.md",
    "SOUL.md",
    "IDENTITY.md",
    "USER.md",
    "BOOTSTRAP.md",
    "MEMORY.md",
)
"""In the order in which they are given."""
REQUIRED: Final = ("AGENTS.md", "SOUL.md", "IDENTITY.md")
"""Files of whose absence it tells the session."""
_PATTERN: Final = re.compile(r"[*?\[{]")
_OPENCLAW: Final = "openclaw 2026.8.1"


@dataclass(frozen=True, slots=True)
class Profile:
    """A rule for what a session is given."""

    name: str
    words: str
    """One line about it."""
    unit: Unit
    limit: int
    """Of the whole, in `unit`."""
    cuts_down: bool = False
    """Whether what is too long is cut; else being over the limit is an error."""
    at_limit_fits: bool = True
    """Whether exactly the limit is within it."""
    safety: float = 1.0
    mirrors: str = ""
    """Which version of which harness the rule was read from; empty when it is memdeck's own."""
    files: tuple[str, ...] = ()
    """Patterns of the files that it looks at, apart from daily logs; relative to the workspace."""
    uses_notes: bool = False
    """Whether the branch's notes are part of it."""
    uses_provenance: bool = False
    """Whether the harness keeps a record of which files it trusts."""
    required: tuple[str, ...] = ()
    """Files whose absence a session is told of, or has to do without."""
    own: OwnProfile | None = None
    """Set for an own profile."""

    @property
    def loads_memory(self) -> bool:
        """Whether MEMORY.md is part of it."""
        return any(fnmatchcase("MEMORY.md", pattern) for pattern in self.files)

    @property
    def uses_logs(self) -> bool:
        """Whether daily logs are part of it."""
        if self.own is None:
            return self.name in ("article", "openclaw")
        return any(_DATE.search(pattern) for pattern in self.files)


def profiles(settings: Settings) -> tuple[Profile, ...]:
    """The profiles that can be asked for: built-in ones, then the settings' own."""
    built_in = (
        Profile(
            "article",
            f"MEMORY.md, yesterday, today and notes: fewer than {thin(settings.limit)} tokens",
            Unit.TOKENS,
            settings.limit,
            at_limit_fits=False,
            files=("MEMORY.md",),
            uses_notes=True,
        ),
        Profile(
            "openclaw",
            f"six files of {thin(FILE_CAP)} characters each, {thin(TOTAL_CAP)} in all, then the "
            "start-up prelude of daily logs; what is longer is cut in the middle",
            Unit.CHARACTERS,
            TOTAL_CAP,
            cuts_down=True,
            mirrors=_OPENCLAW,
            files=OPENCLAW_FILES,
            required=REQUIRED,
            uses_provenance=True,
        ),
        Profile(
            "claude-code",
            f"MEMORY.md: its first {LINES} lines, {thin(CHARACTERS)} characters at most",
            Unit.LINES,
            LINES,
            cuts_down=True,
            mirrors="Claude Code's auto memory, as documented in 2026",
            files=("MEMORY.md",),
        ),
        Profile(
            "hermes",
            f"MEMORY.md of {thin(HERMES_MEMORY)} and USER.md of {thin(HERMES_USER)} characters; "
            "what is longer is refused",
            Unit.CHARACTERS,
            HERMES_MEMORY + HERMES_USER,
            mirrors="hermes-agent at 029cfb2",
            files=("MEMORY.md", "USER.md"),
        ),
        Profile(
            "subagent",
            f"AGENTS.md alone, {thin(FILE_CAP)} characters, as openclaw's sub-agents have it",
            Unit.CHARACTERS,
            FILE_CAP,
            cuts_down=True,
            mirrors=_OPENCLAW,
            files=("AGENTS.md",),
            required=("AGENTS.md",),
        ),
    )
    own = (_own(name, each) for name, each in settings.profiles.items())
    return tuple(_safe(each, settings.safety) for each in (*built_in, *own))


def profile_named(name: str, settings: Settings) -> Profile:
    """The profile of a name; raises WrongUsage that names one that is near."""
    known = {each.name: each for each in profiles(settings)}
    if name in known:
        return known[name]
    near = nearest(name, known)
    hint = f"; the nearest is {near}" if near else ""
    raise WrongUsage(
        f"There is no profile {show(name)[:40]}{hint}. `memdeck pack --list` tells them all."
    )


def _own(name: str, own: OwnProfile) -> Profile:
    words = f"{', '.join(own.files)}: {thin(own.limit)} {own.unit}, {_OVER[own.over]}"
    return Profile(
        name,
        words,
        own.unit,
        own.limit,
        cuts_down=own.over is not Over.REFUSE,
        files=own.files,
        uses_notes=own.notes,
        required=tuple(each for each in own.files if _PATTERN.search(each) is None),
        own=own,
    )


_OVER: Final = {
    Over.REFUSE: "more is refused",
    Over.KEEP_START: "of more the start is kept",
    Over.KEEP_END: "of more the end is kept",
    Over.KEEP_BOTH: "of more 75% of the start and 25% of the end are kept",
}


def _safe(profile: Profile, safety: float) -> Profile:
    """With the factor of the settings, where tokens are what counts."""
    return replace(profile, safety=safety) if profile.unit is Unit.TOKENS else profile


def watched(settings: Settings) -> tuple[str, ...]:
    """Patterns of all files that any profile looks at, apart from the logs of the workspace."""
    patterns = (pattern for profile in profiles(settings) for pattern in profile.files)
    return tuple(dict.fromkeys(_DATE.sub("*", pattern) for pattern in patterns))


_DATE: Final = re.compile(r"\{(?:today|yesterday)\}")
