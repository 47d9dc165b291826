"""What a damaged entry was meant to say: a copy that can be stored beside it. Pure.

Writers that paste values into a template leave them unquoted, or with quotes
and line feeds that JSON does not take. Where the template can still be
recognised the four fields are known; what cannot be told for sure is not
guessed. The copy keeps the time of the damaged one, so that it takes its place
in the history and not in front of it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from math import isfinite
from typing import Final

from memdeck.model import DamagedSpan, Entry, JsonValue
from memdeck.notes.codec import compact, parse_note

_SHAPE: Final = re.compile(
    r"""\{\s*"branch"\s*:\s*"(?P<branch>.*?)"\s*,"""
    r"""\s*"timestamp"\s*:\s*"(?P<timestamp>[^"\n]*)"\s*,"""
    r"""\s*"key"\s*:\s*"(?P<key>.*?)"\s*,"""
    r"""\s*"value"\s*:(?P<value>.*)\}\s*""",
    re.DOTALL,
)
# Where one of these stands more than once, two entries have run together.
_NAME: Final = re.compile(r'"(branch|timestamp|key|value)"\s*:')
_LARGEST: Final = 1_000_000


def repair_id(span: DamagedSpan) -> str:
    """The id of a repaired copy: the same wherever and whenever it is made."""
    damage = f"{span.commit} {span.text}".encode("utf-8", "surrogateescape")
    return "repaired-" + hashlib.sha256(damage).hexdigest()[:16]


def repaired(span: DamagedSpan) -> Entry | None:
    """The entry that a damaged span was meant to be; None when that cannot be told."""
    if len(span.text) > _LARGEST or len(_NAME.findall(span.text)) != 4:
        return None
    shape = _SHAPE.fullmatch(span.text)
    if shape is None:
        return None
    branch, key = _text(shape["branch"]), _text(shape["key"])
    raw = shape["value"].strip()
    if not branch or not key or not raw:
        return None
    entry = Entry(branch, shape["timestamp"], key, _value(raw), span.commit, 0, repair_id(span))
    try:
        line = compact(entry)
    except (ValueError, RecursionError):
        return None
    # What is written must be what is read.
    entries, damaged = parse_note(line, span.commit)
    same = len(entries) == 1 and not damaged and repr(entries[0]) == repr(entry)
    return replace(entry, position=span.position) if same else None


def _text(raw: str) -> str:
    """A JSON text without its quotes; as it is when it is none."""
    try:
        text = json.loads(f'"{raw}"')
    except ValueError:
        return raw
    return text if isinstance(text, str) else raw


def _value(raw: str) -> JsonValue:
    """A value as it was meant: JSON, or text in quotes, or text that lacks them."""
    for strict in (True, False):
        try:
            value: JsonValue = json.loads(
                raw,
                strict=strict,
                parse_constant=_no_constant,
                parse_float=_float,
                object_pairs_hook=_fields,
            )
        except (ValueError, RecursionError):
            continue
        return value
    if len(raw) > 1 and raw[0] == raw[-1] == '"':
        return raw[1:-1]
    return raw


def _fields(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    """An object; one in which a field stands twice is kept as text, or one would be lost."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError
    return fields


def _float(digits: str) -> float:
    """A number; one that is too large is kept as text."""
    number = float(digits)
    if not isfinite(number):
        raise ValueError
    return number


def _no_constant(name: str) -> JsonValue:
    """NaN and Infinity are no JSON: their names are kept as text."""
    raise ValueError(name)
