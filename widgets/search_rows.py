"""What a search found, as rows: by tier, each line with what was looked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from textual.content import Content

from memdeck.model import Tier
from memdeck.search.hits import Context, Hit, without_secrets
from memdeck.secrets import masked, on_screen, without_keys
from memdeck.text import plural, show
from widgets.detail import Described
from widgets.looks import ACCENT, MUTED
from widgets.row import Row, Tone, emphasised
from widgets.when import day_long, day_name

_TITLES = {Tier.NOTES: "Notes", Tier.MEMORY: "MEMORY.md", Tier.LOGS: "Logs"}


def search_rows(hits: Sequence[Hit], today: date) -> tuple[Row, ...]:
    """Every hit under its tier, in the order in which they are given; the tier of the first one
    comes first."""
    rows: list[Row] = []
    tiers: dict[Tier, list[Hit]] = {}
    for hit in hits:
        tiers.setdefault(hit.tier, []).append(hit)
    for tier, own in tiers.items():
        rows.append(
            Row(
                *(("tier", tier), _TITLES[tier]),
                tone=Tone.HEADING,
                right=(str(len(own)),),
                foldable=True,
                stop=True,
                target=tier,
            )
        )
        rows += [_hit_row(hit, today) for hit in own]
    return tuple(rows)


def _hit_row(hit: Hit, today: date) -> Row:
    shown = without_secrets(hit)
    when = ""
    if hit.date is not None:
        when = day_name(hit.date, today) or day_long(hit.date, today)
    where = hit.branch or hit.section or ""
    if hit.transcript:
        where = "conversation"
    return Row(
        ("hit", hit.tier, hit.place, hit.cut, hit.text),
        shown.text,
        1,
        tone=Tone.DIM if hit.transcript else Tone.PLAIN,
        right=tuple(each for each in (where[:24], when) if each),
        target=hit,
        spans=shown.spans,
    )


def described_hit(hit: Hit, context: Context | None) -> Described:
    """A hit between the lines around it."""
    shown = without_secrets(hit)
    lines = [shown.text]
    if context is not None:
        before, after = _apart_from_keys(context.before, shown.text, context.after)
        lines = [*map(masked, before), shown.text, *map(masked, after)]
    section = f" under {hit.section}" if hit.section else ""
    return Described("\n".join(lines), f"{hit.place}{section}")


def found_words(count: int, matched: int, looked_at: int, total: int, *, done: bool) -> str:
    """How far the search is, and what it found."""
    found = plural(matched, "line")
    if matched > count:
        found += f", the first {count} shown"
    if not done:
        return f"{found}; {looked_at} of {total} looked at"
    return found


def context_content(hit: Hit, context: Context | None, width: int, rows: int) -> Content:
    """A hit between the lines around it, and where that is, in so many rows; of a long line what
    there is room for in `width` cells, around what was found. A line that stands alone may take
    all rows."""
    shown = without_secrets(hit)
    before, after = (context.before, context.after) if context is not None else ((), ())
    around = max(0, rows - 2)
    before = before[len(before) - min(len(before), max(around // 2, around - len(after))) :]
    after = after[: around - len(before)]
    if not before and not after:
        width *= max(1, rows - 1)
    section = f" under {hit.section}" if hit.section else ""
    above, below = _apart_from_keys(before, shown.text, after)
    return Content("\n").join(
        [
            Content.styled(on_screen(f"{hit.place}{section}"), MUTED),
            *(Content.styled(on_screen(line), MUTED) for line in above),
            Content.assemble(
                *(
                    (text, f"bold {ACCENT}" if found else "bold")
                    for text, found in emphasised(shown.text, shown.spans, width, show)
                )
            ),
            *(Content.styled(on_screen(line), MUTED) for line in below),
        ]
    )


def _apart_from_keys(
    before: Sequence[str], text: str, after: Sequence[str]
) -> tuple[Sequence[str], Sequence[str]]:
    """The lines around a hit, without those of a private key."""
    lines = without_keys([*before, text, *after])
    return lines[: len(before)], lines[len(before) + 1 :]
