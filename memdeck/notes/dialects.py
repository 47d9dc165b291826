"""What other programs keep in git notes, in their own layouts: read, never written.

Three layouts occur: a ref for each agent with entries as memdeck's, blocks of
front matter and Markdown, and one JSON object by ids (on the root commit, a
ref for each branch, `/` written as `-`). What a note of theirs holds and fits
none of its layout is kept as a damaged span and shown, as everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from memdeck.model import DamagedSpan, Dialect, DialectEntry, Entry
from memdeck.notes.codec import parse_note

Parsed = tuple[tuple[DialectEntry, ...], tuple[DamagedSpan, ...]]

_NOTES: Final = "refs/notes/"
_KEYED: Final = re.compile(r"(mem|ent|idx)-[^/]+")


def dialect_of(ref: str, own: str) -> Dialect | None:
    """The layout that a notes ref has by its name; None for memdeck's own and for all others."""
    name = ref.removeprefix(_NOTES)
    if ref == own or name == ref:
        return None
    if name.startswith("agents/"):
        return Dialect.AGENT
    if name.startswith("mem/"):
        return Dialect.BLOCKS
    return Dialect.KEYED if _KEYED.fullmatch(name) else None


def parse_dialect(dialect: Dialect, note: bytes, commit: str) -> Parsed:
    """What a note says in a layout, in its order. Never raises for what the note holds."""
    if dialect is Dialect.AGENT:
        return _entries(note, commit)
    text = note.decode("utf-8", "surrogateescape")
    if dialect is Dialect.BLOCKS:
        return _blocks(text, commit)
    return _keyed(text, commit)


def newest_first(entries: Iterable[DialectEntry]) -> tuple[DialectEntry, ...]:
    """By time, then commit, then place in the note; what tells no time comes last."""
    before_all = datetime.min.replace(tzinfo=UTC)
    return tuple(
        sorted(
            entries,
            key=lambda each: (each.when or before_all, each.commit, each.position),
            reverse=True,
        )
    )


def moment(text: Any) -> datetime | None:
    """A time as another program wrote it: ISO 8601, UTC where it names no zone."""
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text.strip())
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _said(value: Any) -> str:
    """A JSON value as text; a string as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# --- One ref for each agent ---------------------------------------------------


def _entries(note: bytes, commit: str) -> Parsed:
    entries, damaged = parse_note(note, commit)
    return tuple(_entry(each) for each in entries), damaged


def _entry(entry: Entry) -> DialectEntry:
    details = [
        ("branch", entry.branch),
        *((name, _said(each)) for name, each in entry.extra.items()),
    ]
    return DialectEntry(
        key=entry.key,
        text=_said(entry.value),
        when=moment(entry.timestamp),
        commit=entry.commit,
        position=entry.position,
        details=tuple(details),
    )


# --- Blocks of front matter and Markdown --------------------------------------

_RULE: Final = re.compile(r"---[ \t]*")
_FIELD: Final = re.compile(r"([A-Za-z_][\w.-]*)[ \t]*:(?:[ \t]+(.*))?")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
# A block is known by one of these: a rule in Markdown, too, is `---`.
_KNOWN: Final = frozenset({"type", "timestamp", "summary", "tags"})
_LINE: Final = re.compile("\r\n|\n|\r")
_HEAD_LINES: Final = 200


def _blocks(text: str, commit: str) -> Parsed:
    lines = _LINE.split(text)
    heads = list(_heads(lines))
    entries: list[DialectEntry] = []
    damaged: list[DamagedSpan] = []
    before = "\n".join(lines[: heads[0][0]] if heads else lines).strip("\n \t\ufeff")
    if before:
        damaged.append(DamagedSpan(commit, 0, before, "text without front matter"))
    ends = [*(start for start, _, _ in heads), len(lines)][1:]
    for number, ((_, start, fields), end) in enumerate(zip(heads, ends, strict=True)):
        body = "\n".join(lines[start:end]).strip("\n")
        summary = fields.pop("summary", "")
        timestamp = fields.pop("timestamp", "")
        when = moment(timestamp)
        if timestamp and when is None:
            fields["timestamp"] = timestamp
        first = next((line.strip("# \t") for line in body.split("\n") if line.strip("# \t")), "")
        entries.append(
            DialectEntry(
                key=summary or first or fields.get("type", ""),
                text=body or summary,
                when=when,
                commit=commit,
                position=len(damaged) + number,
                details=tuple(fields.items()),
            )
        )
    return tuple(entries), tuple(damaged)


def _heads(lines: list[str]) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Where front matter begins, where its body begins, and its fields."""
    at = 0
    closings = _closings(lines)
    while at < len(lines):
        if at in closings:
            at = closings[at] + 1
            continue
        line = lines[at].removeprefix("\ufeff") if at == 0 else lines[at]
        if _RULE.fullmatch(line) and (at == 0 or not lines[at - 1].strip()):
            end = next(
                (
                    number
                    for number in range(at + 1, min(at + _HEAD_LINES, len(lines)))
                    if _RULE.fullmatch(lines[number])
                ),
                None,
            )
            fields = _front_matter(lines[at + 1 : end]) if end is not None else None
            if end is not None and fields is not None:
                yield at, end + 1, fields
                at = end + 1
                continue
        at += 1


def _closings(lines: list[str]) -> dict[int, int]:
    """By the line that opens a code fence, the line that closes it; without those left open."""
    closings: dict[int, int] = {}
    opened: tuple[int, str] | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.fullmatch(line)
        if fence is None:
            continue
        marks, words = fence.groups()
        if opened is None:
            opened = (number, marks)
        elif marks.startswith(opened[1]) and not words.strip():
            closings[opened[0]] = number
            opened = None
    return closings


def _front_matter(lines: list[str]) -> dict[str, str] | None:
    """The fields of front matter as text; None when it is none.

    The part of YAML that such programs write: scalars, lists, and text on
    indented lines below a name.
    """
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        found = _FIELD.fullmatch(line)
        if found:
            name = found[1]
            fields[name] = _scalar(found[2] or "")
        elif name and line.startswith((" ", "\t", "-")):
            item = line.strip()
            joint = ", " if item.startswith("- ") else " "
            item = _scalar(item.removeprefix("- "))
            fields[name] = f"{fields[name]}{joint}{item}" if fields[name] else item
        else:
            return None
    return fields if fields.keys() & _KNOWN else None


def _scalar(text: str) -> str:
    """A YAML scalar, or list in brackets, as text."""
    text = text.strip()
    if text in ("|", ">", "|-", ">-", "|+", ">+", "null", "~"):
        return ""
    if text.startswith("[") and text.endswith("]"):
        return ", ".join(_scalar(each) for each in text[1:-1].split(",") if each.strip())
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return _said(json.loads(text))
        except ValueError:
            return text[1:-1]
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text


# --- One JSON object, by ids --------------------------------------------------

# Its memories: `d` what was remembered, `t` its type, `g` tags, `b` the branch
# it was made on, `c` and `u` when it was made and changed.
_MEMORY_DETAILS: Final = (("type", "t"), ("tags", "g"), ("branch", "b"), ("importance", "i"))


def _keyed(text: str, commit: str) -> Parsed:
    if not text.strip("\ufeff \t\r\n"):
        return (), ()
    reason = "JSON that is no object"
    try:
        fields = json.loads(text.removeprefix("\ufeff"))
        if isinstance(fields, dict):
            memories = enumerate(fields.items())
            return tuple(_memory(*each, commit, number) for number, each in memories), ()
    except json.JSONDecodeError as error:
        reason = f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
    except RecursionError:
        reason = "nested too deep"
    except ValueError:
        reason = "a whole number of more than 4300 digits"
    return (), (DamagedSpan(commit, 0, text.strip(), reason),)


def _memory(key: str, value: Any, commit: str, position: int) -> DialectEntry:
    if not isinstance(value, dict) or "d" not in value:
        return DialectEntry(key, _said(value), None, commit, position)
    details = []
    for name, field in _MEMORY_DETAILS:
        found = value.get(field)
        if isinstance(found, list):
            found = ", ".join(map(_said, found))
        if found not in (None, ""):
            details.append((name, _said(found)))
    when = moment(value.get("u")) or moment(value.get("c"))
    return DialectEntry(key, _said(value["d"]), when, commit, position, tuple(details))
