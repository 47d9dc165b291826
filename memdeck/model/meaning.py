"""What a line or a section seems to be about."""

from __future__ import annotations

from enum import StrEnum


class Meaning(StrEnum):
    """What a line or a section seems to be about: a guess, used only to suggest and to mark."""

    DECISION = "decision"
    LESSON = "lesson"
    FAILED = "failed"
    BLOCKED = "blocked"
    COMPLETED = "completed"
    PROJECT = "project"
    PLAIN = "plain"
