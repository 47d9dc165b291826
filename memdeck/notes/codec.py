"""A note's bytes to entries, and an entry to bytes.

A note is a stream of JSON objects, pretty-printed or compact, with or without
blank lines between them: `git notes append` puts one there. Writers paste
values unquoted, so real notes hold damage. A span that is no entry is kept
byte for byte with the reason, and reading goes on at the next line that starts
an object: an entry behind damage is never lost.

JSON is taken strictly: no NaN or Infinity, no raw control character in a
string, no field twice in one object (a writer that pastes a key unescaped can
make one, and one of the two values would be lost). Bytes that are not UTF-8
are kept in strings as surrogate escapes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from math import isfinite
from typing import Any, Final

from memdeck.model import DamagedSpan, Entry, JsonValue

MAX_DEPTH: Final = 200
"""How deep arrays and objects of an entry may nest. Python's own limit is some
hundreds more and depends on who calls; what is kept can so always be written."""

_BLANK: Final = re.compile("[ \t\r\n\ufeff]*")
# Where reading may go on: a line that starts with an object. One that is
# indented may as well lie inside of a damaged entry.
_OBJECT_LINE: Final = re.compile("[\r\n]\ufeff?(?P<indent>[ \t]*)(?P<brace>\\{)")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_OWN_FIELDS: Final = ("branch", "timestamp", "key", "value")


class _Damage(ValueError):
    """Why the bytes are no entry, in words; `scanned` characters were read to find out."""

    def __init__(self, reason: str, scanned: int = 0) -> None:
        super().__init__(reason)
        self.scanned = scanned


def parse_note(note: bytes, commit: str) -> tuple[tuple[Entry, ...], tuple[DamagedSpan, ...]]:
    """The entries of a note, in its order, and what is no entry.

    Every byte is in an entry, in a damaged span, or white space between them
    (a byte order mark counts as such). Never raises for what the note holds.
    """
    text = note.decode("utf-8", "surrogateescape")
    entries: list[Entry] = []
    damaged: list[DamagedSpan] = []
    for piece, _, _ in pieces(text, commit):
        if isinstance(piece, Entry):
            entries.append(piece)
        else:
            damaged.append(piece)
    return tuple(entries), tuple(damaged)


def pieces(text: str, commit: str) -> Iterator[tuple[Entry | DamagedSpan, int, int]]:
    """The entries and the damaged spans of a note in its order, and where each begins and ends.

    `text` is the note, decoded with surrogate escapes. What is between two
    pieces is white space.
    """
    # Each failed attempt reads some of what a later one reads again. Nothing
    # that a writer does by accident comes near this limit; what was made to
    # waste time becomes one damaged span.
    patience = 2_000_000 + 20 * len(text)
    at = _blank_end(text, 0)
    position = 0
    while at < len(text):
        try:
            entry, end = _entry_at(text, at, commit, position, patience)
            yield entry, at, end
        except _Damage as damage:
            patience -= damage.scanned
            end, patience = _next_object(text, at, patience)
            span = text[at:end].rstrip(" \t\r\n\ufeff")
            yield DamagedSpan(commit, position, span, str(damage)), at, at + len(span)
        position += 1
        at = _blank_end(text, end)


def _blank_end(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    assert blank is not None
    return blank.end()


def _next_object(text: str, at: int, patience: int) -> tuple[int, int]:
    """Where the damage that begins at `at` ends, and the patience that is left.

    It ends before the next line that starts an object; an indented one counts
    only if an entry can be read there.
    """
    for line in _OBJECT_LINE.finditer(text, at):
        if patience < 0:
            break
        if not line["indent"]:
            return line.start("brace"), patience
        try:
            _entry_at(text, line.start("brace"), "", 0, patience)
        except _Damage as damage:
            patience -= damage.scanned
        else:
            return line.start("brace"), patience
    return len(text), patience


def _entry_at(text: str, at: int, commit: str, position: int, patience: int) -> tuple[Entry, int]:
    """The entry that starts at `at`, and where it ends. Raises _Damage."""
    if patience < 0:
        raise _Damage("too much damage before it to look further")
    if text[at] != "{":
        raise _Damage("text that is no JSON object")
    try:
        fields, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        line = text.count("\n", 0, error.pos) + 1
        # Counting lines is fast, but is done for each attempt: 1/16 of the price.
        scanned = error.pos - at + error.pos // 16 + 64
        raise _Damage(f"not JSON: {_lower(error.msg)} (line {line} of the note)", scanned) from None
    except RecursionError:
        raise _Damage(_TOO_DEEP, len(text) - at) from None
    except _Damage as damage:
        raise _Damage(str(damage), len(text) - at) from None
    except ValueError:
        # The only other one: Python reads no whole number of so many digits.
        raise _Damage("a whole number of more than 4300 digits", len(text) - at) from None
    if text.count("{", at, end) + text.count("[", at, end) > MAX_DEPTH and _deep(fields):
        raise _Damage(_TOO_DEEP, end - at)
    return _entry(fields, commit, position, end - at), end


_TOO_DEEP: Final = f"nested more than {MAX_DEPTH} deep"


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def _entry(fields: dict[str, Any], commit: str, position: int, length: int) -> Entry:
    """The entry that an object's fields make. Raises _Damage when they make none."""
    for name in ("branch", "key"):
        if not isinstance(fields.get(name), str):
            what = "is no text" if name in fields else "is missing"
            raise _Damage(f"an object, but its {name} {what}", length)
    extra = {name: value for name, value in fields.items() if name not in _OWN_FIELDS}
    timestamp = fields.get("timestamp", "")
    if not isinstance(timestamp, str):
        # Kept as it is, and sorted with those that have no time.
        extra["timestamp"] = timestamp
        timestamp = ""
    own_id = extra.get("id")
    if isinstance(own_id, str):
        del extra["id"]
    else:
        own_id = None
    return Entry(
        branch=fields["branch"],
        timestamp=timestamp,
        key=fields["key"],
        value=fields.get("value"),
        commit=commit,
        position=position,
        id=own_id,
        extra=extra,
    )


def _deep(value: Any) -> bool:
    """Whether a value nests more than MAX_DEPTH deep, found out without recursion."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise _Damage(f"the field {twice!r} stands twice in one object")
    return fields


def _constant(name: str) -> Any:
    raise _Damage(f"not JSON: {name}")


def _float(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise _Damage(f"a number too large to keep: {digits[:40]}")
    return number


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_fields, parse_constant=_constant, parse_float=_float
)


def compact(entry: Entry) -> bytes:
    """An entry as one JSON object in one line, without a line feed at its end.

    The format's four fields come first, then `id`, then the fields that are
    not memdeck's. Always UTF-8: a surrogate is written as its escape.
    """
    fields: dict[str, JsonValue] = {
        "branch": entry.branch,
        "timestamp": entry.timestamp,
        "key": entry.key,
        "value": entry.value,
    }
    if entry.id is not None:
        fields["id"] = entry.id
    # A time that is no text was kept here; it takes its own place again.
    fields.update(entry.extra)
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _SURROGATE.sub(_escaped, text).encode("utf-8", "surrogateescape")


def _escaped(found: re.Match[str]) -> str:
    # Two escapes in a row, high and low, would be read as one character; the
    # low one can then only stand for a byte that is no UTF-8, and stays that.
    before = found.string[found.start() - 1] if found.start() else ""
    if "\ud800" <= before <= "\udbff" and "\udc80" <= found[0] <= "\udcff":
        return found[0]
    return f"\\u{ord(found[0]):04x}"
