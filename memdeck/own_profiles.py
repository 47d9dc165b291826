"""Own profiles, as settings tell them: `[profiles.NAME]` says which files a harness loads.

[profiles.crew]
files = ["MEMORY.md", "memory/{yesterday}*.md", "memory/{today}*.md"]
limit = 8000
unit = "tokens"
over = "keep-start"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from memdeck.errors import WrongUsage
from memdeck.model import Unit
from memdeck.nearest import nearest
from memdeck.settings_values import BUILT_IN_PROFILES
from memdeck.text import show

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_BRACES: Final = re.compile(r"\{[^}]*\}?|\}")
_DATES: Final = ("{today}", "{yesterday}")


class Over(StrEnum):
    """What becomes of what is over the limit."""

    REFUSE = "refuse"
    """Nothing is cut: it is an error."""
    KEEP_START = "keep-start"
    KEEP_END = "keep-end"
    KEEP_BOTH = "keep-both"
    """Three quarters of the start and a quarter of the end."""


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """A profile of the operator's own."""

    files: tuple[str, ...]
    """Patterns relative to the workspace, in order; `{today}` and `{yesterday}` are dates."""
    limit: int
    unit: Unit = Unit.TOKENS
    file_limit: int | None = None
    """Of each file; None when only the whole has one."""
    over: Over = Over.REFUSE
    notes: bool = False
    """Whether the branch's latest entries are the last part."""


class _WrongError(ValueError):
    """A value is not what is expected, in more words."""


def _patterns(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError
    return tuple(_pattern(each) for each in value)


def _pattern(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    for found in _BRACES.findall(value):
        if found not in _DATES:
            raise _WrongError(f"{found} stands for nothing: {' and '.join(_DATES)} do")
    parts = value.split("/")
    if value.startswith(("/", "~")) or ".." in parts or "\\" in value or "\0" in value:
        raise _WrongError(f"{value} may lead out of the workspace")
    if any(each.startswith(".") for each in parts):
        raise _WrongError(f"{value} names a hidden file or folder")
    if "**" in value:
        raise _WrongError(f"{value} would search every folder: name them, or use * for one level")
    if "" in parts:
        raise _WrongError(f"{value} is the path of no file")
    return value


def _size(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError
    return value


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError  # noqa: TRY004 - one kind of error for "not what is expected"
    return value


def _one_of(kind: type[StrEnum]) -> str:
    words = [f'"{each}"' for each in kind]
    return f"{', '.join(words[:-1])} or {words[-1]}"


_KEYS: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "files": ("a list of files, relative to the workspace, such as memory/{today}*.md", _patterns),
    "limit": ("a whole number, 1 or more", _size),
    "unit": (_one_of(Unit), Unit),
    "file_limit": ("a whole number, 1 or more", _size),
    "over": (_one_of(Over), Over),
    "notes": ("true or false", _yes_or_no),
}


def read_profiles(table: Any, path: Path) -> dict[str, OwnProfile]:
    """The profiles of a settings file; raises WrongUsage for what is wrong in it."""
    if not isinstance(table, Mapping):
        raise _wrong(path, "profiles", "one table for each profile, such as [profiles.crew]")
    return {name: _profile(name, value, path) for name, value in table.items()}


def profile_rows(name: str, own: OwnProfile) -> Iterator[tuple[str, object]]:
    """The keys of a profile with their values, as the file has them."""
    for key in _KEYS:
        value = getattr(own, key)
        if value is not None:
            yield f"profiles.{name}.{key}", list(value) if key == "files" else value


def _profile(name: str, table: Any, path: Path) -> OwnProfile:
    if name in BUILT_IN_PROFILES:
        raise WrongUsage(
            f"{show(str(path))}: the profile {name} is built in and cannot be another; "
            "give yours a name of its own."
        )
    where = f"profiles.{show(name)[:80]}"
    if _NAME.fullmatch(name) is None:
        raise _wrong(path, where, "named with letters, digits, dots, hyphens and underscores")
    if not isinstance(table, Mapping):
        raise _wrong(path, where, f"a table [{where}] with files and a limit")
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            _unknown(key, where, path)
        expected, read = _KEYS[key]
        try:
            values[key] = read(value)
        except _WrongError as error:
            raise WrongUsage(
                f"{show(str(path))}: {where}.{key}: {show(str(error))[:200]}; "
                "nothing was read or written."
            ) from None
        except (ValueError, TypeError):
            raise _wrong(path, f"{where}.{key}", expected) from None
    for key in ("files", "limit"):
        if key not in values:
            raise _wrong(path, f"{where}.{key}", f"given: {_KEYS[key][0]}")
    return OwnProfile(**values)


def _wrong(path: Path, where: str, expected: str) -> WrongUsage:
    return WrongUsage(
        f"{show(str(path))}: {where} must be {expected}; nothing was read or written."
    )


def _unknown(key: str, where: str, path: Path) -> None:
    near = nearest(key, _KEYS)
    hint = f"the nearest is {where}.{near}" if near else f"there are {', '.join(_KEYS)}"
    raise WrongUsage(
        f"{show(str(path))}: there is no key {where}.{show(key)[:80]}; {hint}. "
        "Correct or remove it."
    )
