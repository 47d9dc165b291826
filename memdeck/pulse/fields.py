"""What the fields of a JSON object say that some program wrote: when, who, and in what words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

LONGEST: Final = 200
"""Characters of words that are told of one thing."""
_TIMES: Final = (
    *("ts", "timestamp", "time", "at", "when", "date", "datetime", "moment"),
    *("created_at", "createdAt", "created", "updated_at", "updatedAt", "logged_at", "occurred_at"),
)
_WHO: Final = ("agent", "agent_id", "agentId", "agent_name", "agentName", "actor", "author")
_KINDS: Final = ("event", "type", "kind", "action", "level", "op")
_SAID: Final = (
    *("words", "message", "msg", "text", "summary", "note", "title", "content", "description"),
    *("task", "query", "reason", "result", "name", "status", "key"),
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
_BLANK: Final = re.compile(r"\s+")


def object_of(line: bytes) -> dict[str, Any] | None:
    """The JSON object that a line is; None when it is none."""
    try:
        fields: object = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def moment_of(value: object) -> datetime | None:
    """A moment, in UTC: an ISO time (of UTC when it names no zone), or seconds, milliseconds or
    microseconds since 1970. None for what is none, or of another age."""
    moment: datetime
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            # Seconds of the year 5138 are milliseconds of 1973.
            scale = 1 if value < 1e11 else 1_000 if value < 1e14 else 1_000_000
            moment = _EPOCH + timedelta(seconds=value / scale)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return moment if _EARLIEST <= moment < _LATEST else None


def when_of(fields: Mapping[str, Any]) -> datetime | None:
    """When it was, by the first field that says it; None when none does."""
    return next((moment for name in _TIMES if (moment := moment_of(fields.get(name)))), None)


def agent_of(fields: Mapping[str, Any]) -> str | None:
    """Who did it; None when it does not say."""
    for name in _WHO:
        value = fields.get(name)
        if isinstance(value, str) and value.strip():
            return one_line(value, 80)
    return None


def words_of(fields: Mapping[str, Any]) -> str:
    """What it says: its kind and its text; all that it holds, as JSON, when it has neither."""
    kind = next((text for name in _KINDS if (text := text_of(fields.get(name)))), "")
    said = next((text for name in _SAID if (text := text_of(fields.get(name)))), "")
    if not kind and not said:
        others = {name: value for name, value in fields.items() if name not in (*_TIMES, *_WHO)}
        return one_line(json.dumps(others, ensure_ascii=False)[: 4 * LONGEST])
    return one_line(": ".join(each for each in (kind, said) if each))


def text_of(value: object) -> str:
    """The text of a field: itself, or that of the blocks that it is made of."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        # What is nested deeper is not looked at.
        inner = next((value[each] for each in ("text", "content") if each in value), None)
        return text_of(inner) if isinstance(inner, str | list) else ""
    if isinstance(value, list):
        blocks = (each.get("text") if isinstance(each, dict) else each for each in value)
        return " ".join(each.strip() for each in blocks if isinstance(each, str) and each.strip())
    return ""


def one_line(text: str, longest: int = LONGEST) -> str:
    """Text as one line without secrets, of so many characters at most."""
    from memdeck.secrets import masked

    # A secret must not escape by being cut in its middle.
    line = masked(_BLANK.sub(" ", text[: 3 * longest]).strip())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
