"""The `openclaw` and `subagent` profiles: how OpenClaw gives a workspace's files to a session.

Every length is in UTF-16 code units. Files are taken in order until fewer than
`SMALLEST` units of the total are left. A file loses its trailing white space;
at or under its cap it is whole, else its middle is dropped and a marker says
so. Surrogate pairs are not split.

Source of the rule: openclaw/openclaw, src/agents/embedded-agent-helpers/bootstrap.ts
at 0487131; the caps and the list of files as of its release 2026.8.1. How the
harness joins and heads the files is not counted by it, and is not part of this.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from memdeck.bootstrap.digest import Digest, digest_of
from memdeck.bootstrap.drafts import (
    Draft,
    Drafted,
    Loss,
    Stretch,
    Surroundings,
    Trust,
    ended,
    gaps,
    nothing_of,
    spans,
)
from memdeck.bootstrap.prelude import prelude_part
from memdeck.bootstrap.profiles import FILE_CAP, OPENCLAW_FILES, REQUIRED, TOTAL_CAP, USER_CAP
from memdeck.bootstrap.utf16 import (
    WHITE_SPACE,
    UnitText,
    truncated,
    unit_text,
    units_in,
    units_of,
)
from memdeck.model import MISSING, Source
from memdeck.text import thin

SMALLEST: Final = 64
"""Units that must be left of the total for one more file."""
LARGEST: Final = 2 * 1024 * 1024
"""Bytes; a longer file is taken for a missing one."""
_AGENTS: Final = "AGENTS.md"
_SMALLEST_CONTENT: Final = 16
"""Units of content for which the long marker is worth its length."""
_ATTEMPTS: Final = 3
_RECORDED: Final = frozenset({"MEMORY.md", "USER.md"})
"""Files that are given only while OpenClaw's record does not call them untrusted."""
_UNTIL_SET_UP: Final = "BOOTSTRAP.md"
"""Gone when the agent has been set up: nobody misses it."""


def openclaw_parts(here: Surroundings) -> Drafted:
    """The bootstrap of a new session: the files, then the prelude of daily logs."""
    names = [*OPENCLAW_FILES[:-1], here.memory_name]
    sources = [here.read(name) for name in names]
    drafts = [
        replace(draft, trust=_trust(draft, here.provenance)) if draft.name in _RECORDED else draft
        for draft in file_parts(sources, here.root, here.provenance)
    ]
    return Drafted((*drafts, prelude_part(here)))


def _trust(draft: Draft, provenance: Mapping[str, Trust]) -> str:
    """Whether the file is injected, as far as OpenClaw's own record says."""
    if any(source.problem for source in draft.sources):
        return ""
    known = provenance.get(draft.name)
    if known is None:
        return "injected or not: not known, no record was found"
    # What is not injected has said so in its words.
    return known.words if known.injected is not False else ""


def subagent_parts(here: Surroundings) -> Drafted:
    """The bootstrap of a sub-agent."""
    return Drafted(tuple(file_parts([here.read(_AGENTS)], here.root, {})))


def file_parts(
    sources: Sequence[Source],
    root: Path,
    provenance: Mapping[str, Trust],
    *,
    total: int = TOTAL_CAP,
) -> Iterator[Draft]:
    """A part for each file, in order; `total` is what all of them may have."""
    left = total
    stopped = False
    for source in sources:
        if len(source.data) > LARGEST:
            source = Source(source.path, source.data, "over 2 MiB: not read at all")
        trust = provenance.get(source.path)
        stopped = stopped or left <= 0
        if source.problem is not None:
            draft = _absent(source, root, 0 if stopped else left)
            if draft is None:
                continue
        elif trust is not None and trust.injected is False:
            draft = _nothing(Source(source.path, source.data, trust.words), trust.words)
        elif stopped or left < SMALLEST:
            stopped = True
            draft = _nothing(source, f"skipped: fewer than {SMALLEST} of {thin(total)} left")
        else:
            draft = _present(source, left, total)
        left -= draft.size or 0
        yield draft


def _nothing(source: Source, words: str) -> Draft:
    return Draft(source.path, (source,), losses=nothing_of(source, words), size=0, words=words)


def _absent(source: Source, root: Path, left: int) -> Draft | None:
    """The part of a file that is not there, or cannot be opened: a line about it at most."""
    words = source.problem or MISSING
    if source.path not in REQUIRED:
        if source.path == _UNTIL_SET_UP and words == MISSING:
            return None
        return _nothing(source, words)
    place = os.fsencode(root / source.path).decode("utf-8", "replace")
    told = clamped(f"[MISSING] Expected at: {place}", left)
    given = ended([Stretch(told.encode())])
    losses = nothing_of(source, words)
    return Draft(source.path, (source,), given, losses, size=units_in(told), words=words)


def clamped(words: str, left: int) -> str:
    """The harness's words shortened to what is left of the total."""
    if left <= 0:
        return ""
    if units_in(words) <= left:
        return words
    kept = truncated([Stretch(words.encode())], left if left <= 3 else left - 1)
    text = b"".join(each.data for each in kept).decode()
    return text if left <= 3 else f"{text}…"


def _present(source: Source, left: int, total: int) -> Draft:
    own = USER_CAP if source.path.rpartition("/")[2].lower() == "user.md" else FILE_CAP
    cap = max(1, min(own, left))
    kept = kept_of(source.path, source.data, cap)
    size = units_of(kept.given)
    if not kept.lost:
        words = "whole" if size else "empty"
        why = ""
    else:
        why = (
            f"over the cap of {thin(own)}" if cap == own else f"over what is left of {thin(total)}"
        )
        words = f"cut to {thin(cap)}: {_SHARES[_is_agents(source.path)]}"
    return Draft(
        source.path,
        (source,),
        ended(kept.given),
        tuple(Loss(source.path, start, end, why) for start, end in kept.lost),
        size=size,
        limit=cap,
        words=words,
    )


_SHARES: Final = {
    False: "the first 75% and the last 25% stay",
    True: "the first 45%, a digest of its rules and the last 15% stay",
}


# --- One file --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """What is given of a file, in order, and what of it is not."""

    given: tuple[Stretch, ...]
    lost: tuple[tuple[int, int], ...] = ()
    """Spans in bytes."""


def kept_of(path: str, data: bytes, cap: int) -> Kept:
    """The rule for one file of any length: at most `cap` units are given."""
    text = unit_text(data)
    length = text.trimmed_end
    if length <= cap:
        return Kept(tuple(text.stretches(path, 0, length)))
    end = text.byte(length)
    if not _is_agents(path):
        given = _head_and_tail(path, text, length, cap)
        return Kept(tuple(given), tuple(gaps(spans(given), 0, end)))
    lines = Digest(path, data[:end])
    given = _with_digest(path, text, length, cap, lines)
    covered = [lines.whole_line(span) for span in spans(given)]
    lost = (
        (low, high)
        for low, high in gaps(covered, 0, end)
        # Empty lines between lines that are in the digest are nothing to miss.
        if data[low:high].decode("utf-8", "replace").strip(WHITE_SPACE)
    )
    return Kept(tuple(given), tuple(lost))


def _is_agents(path: str) -> bool:
    return path.rpartition("/")[2].lower() == _AGENTS.lower()


def _head_and_tail(path: str, text: UnitText, length: int, cap: int) -> list[Stretch]:
    def full(head: int, tail: int) -> str:
        return (
            f"\n[...truncated, read {path} for full content...]\n"
            f"…(truncated {path}: kept {head}+{tail} chars of {length})…\n"
        )

    def compact(head: int, tail: int) -> str:
        return f"[…truncated {head}+{tail}/{length}]"

    marker = full if cap - units_in(full(0, 0)) - 2 >= _SMALLEST_CONTENT else compact
    joint = "\n" if marker is full else ""

    def overhead(head: int, tail: int) -> int:
        return units_in(marker(head, tail)) + len(joint) * ((head > 0) + (tail > 0))

    head = tail = 0
    for _ in range(_ATTEMPTS):
        # The marker's own length depends on the numbers in it.
        budget = max(0, cap - overhead(head, tail))
        if (head, tail) == (budget * 3 // 4, budget // 4):
            break
        head, tail = budget * 3 // 4, budget // 4
    while (excess := head + tail + overhead(head, tail) - cap) > 0 and (head or tail):
        if tail:
            tail = max(0, tail - excess)
        else:
            head = max(0, head - excess)
    if not head and not tail and 1 + overhead(1, 0) <= cap:
        head = 1
    parts = [
        [*text.stretches(path, *text.safe(0, head))],
        [Stretch(marker(head, tail).encode())],
        [*text.stretches(path, *text.safe(length - tail, length))] if tail else [],
    ]
    return truncated(_joined(parts, joint), cap)


def _with_digest(path: str, text: UnitText, length: int, cap: int, lines: Digest) -> list[Stretch]:
    head, tail, budget = int(cap * 0.45), int(cap * 0.15), int(cap * 0.35)
    digest = digest_of(lines, budget)

    def rendered() -> list[Stretch]:
        size = units_of(digest.given)
        omitted = f"[...{digest.omitted} more policy lines omitted...]"
        parts = [
            [*text.stretches(path, *text.safe(0, head))],
            [Stretch(f"[...truncated, read {_AGENTS} for full content...]".encode())],
            [Stretch(b"[Policy digest from AGENTS.md]")] if size else [],
            [*digest.given],
            [Stretch(omitted.encode())] if digest.omitted else [],
            [
                Stretch(
                    f"…(truncated {_AGENTS}: kept {head}+policy {size}+{tail} "
                    f"chars of {length})…".encode()
                )
            ],
            [*text.stretches(path, *text.safe(length - tail, length))] if tail else [],
        ]
        return _joined(parts, "\n")

    given = rendered()
    while (excess := units_of(given) - cap) > 0 and (tail > 0 or head > 1 or budget > 0):
        if tail > 0:
            tail = max(0, tail - excess)
        elif head > 1:
            head = max(1, head - excess)
        else:
            budget = max(0, budget - excess)
            digest = digest_of(lines, budget)
        given = rendered()
    return truncated(given, cap)


def _joined(parts: Sequence[Sequence[Stretch]], joint: str) -> list[Stretch]:
    """The parts that have something, with `joint` between them."""
    joined: list[Stretch] = []
    for part in parts:
        if not any(each.data for each in part):
            continue
        if joined and joint:
            joined.append(Stretch(joint.encode()))
        joined += part
    return joined
