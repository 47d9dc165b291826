"""Heartbeats of agents, as read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BeatStatus(StrEnum):
    """What an agent says of itself."""

    OK = "ok"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class CacheCounts:
    """How an agent's cache did since the beat before."""

    hits: int
    misses: int
    expired: int


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat of an agent."""

    moment: datetime
    agent: str
    status: BeatStatus = BeatStatus.OK
    note: str | None = None
    interval: int | None = None
    """Seconds after which the next one is due; None when it does not say."""
    cache: CacheCounts | None = None
