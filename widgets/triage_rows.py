"""The triage queue as rows: what was logged, why it stands where it does, what it is like."""

from __future__ import annotations

from datetime import date

from memdeck.injection import suspicion_words
from memdeck.model import Meaning
from memdeck.text import plural
from memdeck.triage.choices import Choice
from memdeck.triage.queue import Candidate, Queue
from widgets.detail import Described
from widgets.glyphs import Glyphs
from widgets.row import Notice, Row, Tone
from widgets.when import day_long, day_name

_MARKED_KINDS = (Meaning.DECISION, Meaning.LESSON, Meaning.FAILED)


def triage_rows(queue: Queue, today: date, glyphs: Glyphs) -> tuple[Row, ...]:
    """Best first, each with its reasons under it; at the end what was skipped or waits."""
    rows: list[Row] = []
    for each in queue.candidates:
        rows += _candidate_rows(each, today, glyphs, None)
    if queue.hidden:
        words = f"{plural(len(queue.hidden), 'line')} skipped or waiting"
        rows.append(
            Row(
                *("hidden", words, 0, "", Tone.DIM),
                foldable=True,
                starts_closed=True,
                stop=True,
                target=Notice(words),
            )
        )
        for candidate, choice in queue.hidden:
            rows += _candidate_rows(candidate, today, glyphs, choice)
    return tuple(rows)


def triage_empty(queue: Queue | None, today: date, glyphs: Glyphs) -> str:
    """What is said when there is nothing to look at."""
    if queue is None:
        return f"Looking through the logs{glyphs.ellipsis}"
    return (
        f"Nothing since {day_long(queue.since, today)} waits for a decision.\n\n"
        "Lines of the logs come here when they may be worth keeping and are not in MEMORY.md."
    )


def _candidate_rows(
    candidate: Candidate, today: date, glyphs: Glyphs, choice: Choice | None
) -> list[Row]:
    key = ("candidate", candidate.id)
    depth = 0 if choice is None else 1
    like = f"{glyphs.alike} {candidate.like.likeness:.0f}%" if candidate.like else ""
    said = day_name(candidate.day, today) or day_long(candidate.day, today)
    times = f"{len(candidate.places)}x" if candidate.repeated else ""
    decided = candidate.kind in _MARKED_KINDS
    why = f" {glyphs.dot} ".join(candidate.reasons)
    if choice is not None:
        why = f"{choice.words} {glyphs.dot} {why}"
    if candidate.suspicious:
        why = f"{suspicion_words(candidate.suspicious)} {glyphs.dot} {why}"
        sign = glyphs.warning
    else:
        sign = glyphs.decision if decided else glyphs.plain
    return [
        Row(
            key,
            candidate.item.text,
            depth,
            sign,
            Tone.DIM if choice else Tone.WARNING if candidate.suspicious else Tone.PLAIN,
            right=tuple(each for each in (like, times, said) if each),
            target=candidate,
        ),
        Row((*key, "why"), why, depth + 1, tone=Tone.DIM, passive=True, target=candidate),
    ]


def described_candidate(candidate: Candidate, glyphs: Glyphs) -> Described:
    """A candidate in full, with what it is like and where it would go."""
    dot = f" {glyphs.dot} "
    places = [each.item.place for each in candidate.places]
    to = f"to {candidate.section} ({candidate.section_why})" if candidate.section else ""
    source = dot.join(each for each in (", ".join(places), to) if each)
    like = ""
    if candidate.suspicious:
        like = f"{glyphs.warning} {suspicion_words(candidate.suspicious)}"
    elif candidate.like is not None:
        item = candidate.like.item
        like = f"{glyphs.alike} {candidate.like.likeness:.0f}%  MEMORY.md:{item.line}  {item.text}"
    return Described(candidate.item.source or candidate.item.text, source, like)
