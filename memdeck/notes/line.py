"""An entry on its way into a note: checked, made a line, put behind what is there."""

from __future__ import annotations

import json
from typing import Any

from memdeck.errors import WrongUsage
from memdeck.model import Entry, JsonValue
from memdeck.notes.codec import compact, parse_note


class _NoJson(ValueError):
    """It looks like JSON to Python alone."""


def value_of(text: str) -> JsonValue:
    """What a person means by `text`: what it says as JSON, else the text itself.

    Raises WrongUsage for JSON of which something would be lost: a field that
    stands twice, a number that is too large to keep, too deep a nesting.
    """
    try:
        value: JsonValue = json.loads(
            text, object_pairs_hook=_fields, parse_constant=_constant, parse_float=_float
        )
    except (json.JSONDecodeError, _NoJson):
        return text
    except RecursionError:
        raise _lossy("it nests too deep") from None
    except ValueError:
        # The only other one: Python reads no whole number of so many digits.
        raise _lossy("it holds a whole number of more than 4300 digits") from None
    return value


def _lossy(why: str) -> WrongUsage:
    return WrongUsage(
        f"VALUE is JSON that cannot be kept as it is ({why}), so nothing was stored: "
        "change it, or put it in double quotes to store it as text."
    )


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _lossy("a field stands twice in one object")
    return fields


def _constant(name: str) -> Any:
    raise _NoJson(name)


def _float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _lossy(f"{digits[:40]} is too large a number")
    return number


def checked_line(entry: Entry) -> bytes:
    """The entry as one line, without a line feed at its end, which reads as the same entry.

    Raises WrongUsage for what JSON cannot keep exactly.
    """
    try:
        line = compact(entry)
    except (TypeError, ValueError, RecursionError) as error:
        why = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise WrongUsage(f"This cannot be stored as JSON ({why}); nothing was written.") from None
    entries, damaged = parse_note(line, entry.commit)
    if damaged:
        raise WrongUsage(
            f"This cannot be stored as JSON ({damaged[0].reason}); nothing was written."
        )
    # Equal to the last type: to Python 1, 1.0 and True are the same.
    if len(entries) != 1 or repr(_said(entries[0])) != repr(_said(entry)):
        raise WrongUsage(
            "This cannot be stored as JSON, which would give it back as something else: use "
            "text, numbers, true, false, null, lists, and objects with text as keys."
        )
    return line


def _said(entry: Entry) -> tuple[object, ...]:
    return (entry.branch, entry.timestamp, entry.key, entry.value, entry.id, entry.extra)


def appended(note: bytes | None, line: bytes) -> bytes:
    """The note with a line behind it, and a blank one between, as `git notes append` does it."""
    if not note:
        return line + b"\n"
    return note + (b"\n" if note.endswith(b"\n") else b"\n\n") + line + b"\n"


def unsaved_line(entry: Entry) -> str:
    """The entry as one line of JSON in ASCII, which any terminal and any log keeps as it is."""
    fields = {"branch": entry.branch, "timestamp": entry.timestamp, "key": entry.key}
    return json.dumps({**fields, "value": entry.value, "id": entry.id, **entry.extra})
