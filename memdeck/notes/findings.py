"""What a look at the notes' health can find, and what would mend it: values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias


class Kind(StrEnum):
    """What was found."""

    UNREADABLE = "unreadable"
    DAMAGED = "damaged"
    REWRITTEN = "rewritten"
    """Notes stay on a commit that was amended or rebased."""
    ORPHANED = "orphaned"
    """Notes on commits that no branch leads to, and whose successor is not known."""
    GONE = "gone"
    """Notes on commits that are not in the repository."""
    NO_FETCH = "no-fetch"
    NO_REWRITE_REF = "no-rewrite-ref"
    PUSH_REFSPEC = "push-refspec"
    FETCH_ONTO_NOTES = "fetch-onto-notes"
    MERGE_STRATEGY = "merge-strategy"
    NAME_CLASH = "name-clash"
    SECRET = "secret"  # noqa: S105 - the name of a finding
    BEHIND = "behind"
    """A remote has notes that are not here."""


class Severity(StrEnum):
    """How bad it is."""

    HARM = "harm"
    """Something is lost, or will be."""
    RISK = "risk"
    """Something may be lost or miss out."""
    NOTE = "note"
    """Good to know; nothing needs to be done."""


@dataclass(frozen=True, slots=True)
class ConfigFix:
    """One value put into the repository's own git configuration, or taken out of it."""

    action: Literal["add", "remove"]
    name: str
    value: str

    @property
    def words(self) -> str:
        """What it does."""
        if self.action == "add":
            return f"add {self.name} = {self.value} to the repository's configuration"
        return f"take {self.name} = {self.value} out of the repository's configuration"


@dataclass(frozen=True, slots=True)
class NoteFix:
    """Entries put behind a commit's note, unless it has them; what is there stays."""

    commit: str
    lines: tuple[bytes, ...]
    """Each one entry as a compact JSON object."""
    words: str
    """What it does."""


Fix: TypeAlias = ConfigFix | NoteFix


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. Never holds a secret."""

    kind: Kind
    severity: Severity
    where: str
    """A commit, a setting, a key on a branch: what a person would look for."""
    words: str
    """What is wrong and what it means, in one or two sentences."""
    fix: Fix | None = None
    """What would mend it; None when that is for a person to do."""
