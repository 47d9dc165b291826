"""What OpenClaw's sessions tell: an event of a transcript as an activity.

Both generations of its store hold the same events, one JSON object each: a
header (`session`), then `message`, `compaction` and others, with `timestamp`.

Source of the shapes: openclaw/openclaw, docs/reference/session-management-compaction.md.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from memdeck.model import Activity, ActivityKind
from memdeck.pulse.fields import moment_of, object_of, one_line, text_of
from memdeck.text import thin
from memdeck.workspace import is_workspace

SOURCE: Final = "OpenClaw"
HEARTBEAT_OK: Final = "HEARTBEAT_OK"
"""Stands in the question whether there is anything to do, and is the answer that there is not."""
MOST_SESSIONS: Final = 12
"""Sessions of one agent that are looked into: those that were changed last."""
MOST_EVENTS: Final = 20
"""Events of one session that are told."""
AT_WORK: Final = timedelta(minutes=30)
"""After this long OpenClaw itself takes a session that is said to run for one that was left."""
_MOST_TOOLS: Final = 3


@dataclass(frozen=True, slots=True)
class Session:
    """A session of an agent, as either generation keeps it."""

    id: str
    key: str
    """By what it is known: `agent:atlas:main`."""
    running: datetime | None = None
    """Since when it is at work, or when it last said so; None when it is not."""
    folder: str | None = None
    """The folder that it works in; None when it does not say."""
    told: tuple[Activity, ...] = ()
    """In the order of the transcript, without agent and place."""


def parse_event(data: bytes) -> Activity | None:
    """What an event tells; None when it is nothing that a person would look for."""
    event = object_of(data)
    if event is None:
        return None
    message = event.get("message")
    inner = message if isinstance(message, dict) else {}
    when = moment_of(event.get("timestamp")) or moment_of(inner.get("timestamp"))
    words = _words(event, inner)
    if when is None or words is None:
        return None
    return Activity(when, ActivityKind.RECORD, words, source=SOURCE)


def folder_of(header: bytes) -> str | None:
    """The folder that a session works in, by the first event of its transcript."""
    event = object_of(header)
    folder = event.get("cwd") if event is not None and event.get("type") == "session" else None
    return folder if isinstance(folder, str) and folder else None


def belongs(folder: str | None, root: Path) -> bool:
    """Whether what a session does there may be about the workspace at `root` (resolved).

    One that works in another workspace is that one's; OpenClaw does not always
    name the workspace (a gateway may name the folder that it was started in).
    """
    if folder is None:
        return True
    try:
        place = Path(os.path.realpath(folder))
    except ValueError:  # a zero byte
        return True
    near = place == root or root in place.parents or place in root.parents
    return near or not is_workspace(place)


def activities_of(agent: str, session: Session) -> tuple[Activity, ...]:
    """What a session tells, said of its agent, the newest last."""
    prefix = f"agent:{agent}:"
    place = one_line(f"session {session.key.removeprefix(prefix)}", 120)
    told = [
        Activity(each.when, each.kind, each.words, agent, place=place, source=SOURCE)
        for each in session.told
    ]
    if session.running is not None:
        words = "is running"
        told.append(
            Activity(session.running, ActivityKind.RECORD, words, agent, place=place, source=SOURCE)
        )
    return tuple(told)


def _words(event: Mapping[str, Any], message: Mapping[str, Any]) -> str | None:
    kind = event.get("type")
    if kind == "session":
        return "a session begins"
    if kind == "compaction":
        before = event.get("tokensBefore")
        size = f" {thin(before)} tokens" if isinstance(before, int) and before > 0 else ""
        return f"compacts{size}"
    role = message.get("role")
    if kind != "message" or role not in ("user", "assistant"):
        return None
    if role == "assistant" and message.get("stopReason") == "error":
        return one_line(f"fails: {text_of(message.get('errorMessage'))}")
    text = text_of(message.get("content"))
    if HEARTBEAT_OK in text:
        return None
    if text:
        return one_line(f"{role}: {text}")
    tools = _tools(message.get("content")) if role == "assistant" else []
    if not tools:
        return None
    more = f" and {len(tools) - _MOST_TOOLS} more" if len(tools) > _MOST_TOOLS else ""
    return one_line(f"calls {', '.join(tools[:_MOST_TOOLS])}{more}")


def _tools(content: object) -> Sequence[str]:
    """The names of the tools that a message calls."""
    if not isinstance(content, list):
        return []
    blocks = [each for each in content if isinstance(each, dict)]
    names = [each.get("name") for each in blocks if each.get("type") in ("toolCall", "tool_use")]
    return [name for name in names if isinstance(name, str) and name]
