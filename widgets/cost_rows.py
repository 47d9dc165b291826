"""What memory costs, as rows: the tables, what follows from them, and every assumption."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from memdeck.own_costs import ASSUMPTIONS, Assumption, Assumptions, number_words
from memdeck.pulse.claims import Claim, claims
from memdeck.pulse.costs import Approach, Costs
from memdeck.pulse.costs import Row as CostRow
from memdeck.pulse.reckoning import money_words, times_words
from memdeck.pulse.ways import Way
from memdeck.text import thin
from widgets.detail import Described
from widgets.glyphs import Glyphs
from widgets.row import Row, Tone

LONGEST: Final = 240
"""Minutes at the right end of the slider; a longer interval stands there, too."""


def cost_rows(costs: Costs, sources: Mapping[str, str], glyphs: Glyphs) -> tuple[Row, ...]:
    """Tables first, then the assumptions; `sources` says by name where each is from."""
    given = costs.assumptions
    rows = [
        _heading(
            "beats",
            f"A beat every {given.interval} min instead of {given.before}",
            *("before", "after", "saved"),
        )
    ]
    rows += [_beat_row(each) for each in costs.rows]
    if costs.factor is not None:
        cheaper = costs.factor >= 1
        times = times_words(costs.factor if cheaper else 1 / costs.factor)
        words = f"{times} {'cheaper' if cheaper else 'dearer'} than before"
        rows.append(Row("factor", words, 1, tone=Tone.ACCENT, target=costs))
    rows.append(_heading("month", "What a month costs", "tokens a call", "tokens", "money"))
    rows += [_approach_row(each) for each in costs.approaches]
    rows += [
        Row(("remark", words), words, 1, tone=Tone.DIM, target=costs) for words in costs.remarks
    ]
    if costs.ways:
        factor = times_words(given.factor)
        rows.append(_heading("ways", f"What would make it {factor} cheaper, each by itself"))
        rows += [Row(("way", each.name), each.words, 1, target=each) for each in costs.ways]
    rows.append(_heading("assumptions", "Assumptions: e changes one", "from"))
    rows += [_assumption_row(each, given, sources[each.name]) for each in ASSUMPTIONS]
    rows += _claim_rows(glyphs)
    return tuple(rows)


def _heading(key: str, words: str, *columns: str, closed: bool = False) -> Row:
    return Row(
        ("heading", key),
        words,
        tone=Tone.HEADING,
        right=tuple(f"{each:>13}" for each in columns),
        foldable=True,
        starts_closed=closed,
        stop=True,
        target=key,
    )


def _beat_row(row: CostRow) -> Row:
    words = money_words if row.money else _count
    saved = "" if row.saved is None else f"{row.saved:.0%}"
    right = (words(row.before), words(row.after), saved)
    return Row(
        ("row", row.name), row.name, 1, right=tuple(f"{each:>13}" for each in right), target=row
    )


def _approach_row(each: Approach) -> Row:
    right = (thin(each.tokens), _count(each.tokens_a_month), money_words(each.money))
    times = f"  {times_words(each.times)}" if each.times is not None else ""
    is_own = each.name == "three tiers"
    return Row(
        ("approach", each.name),
        each.name if is_own else f"{each.name}{times}",
        1,
        tone=Tone.ACCENT if is_own else Tone.PLAIN,
        right=tuple(f"{one:>13}" for one in right),
        target=each,
    )


def _assumption_row(each: Assumption, given: Assumptions, source: str) -> Row:
    value = number_words(getattr(given, each.name))
    shown = f"${value}" if each.unit == "$" else f"{value} {each.unit}".rstrip()
    return Row(("assumption", each.name), f"{shown} {each.words}", 1, right=(source,), target=each)


def _claim_rows(glyphs: Glyphs) -> Iterator[Row]:
    yield _heading("article", "The article's own figures", closed=True)
    for each in claims():
        sign = glyphs.promoted if each.derived else glyphs.warning
        words = f"{each.name} {each.stated}: {each.found}"
        yield Row(("claim", each.name), words, 1, sign, target=each)


def _count(number: float) -> str:
    return thin(round(number))


def slider(minutes: int, cells: int, glyphs: Glyphs) -> str:
    """Where an interval stands between a minute and four hours."""
    at = min(cells - 1, round((min(minutes, LONGEST) - 1) / (LONGEST - 1) * (cells - 1)))
    return glyphs.rule * at + glyphs.live + glyphs.rule * (cells - 1 - at)


def described_cost(target: object, sources: Mapping[str, str], glyphs: Glyphs) -> Described | None:
    """How a figure was derived; None for what is none."""
    match target:
        case CostRow() | Approach():
            return Described(f"{target.name}: {target.how}")
        case Assumption():
            key = f"costs.{target.name}"
            source = f"from {sources[target.name]} {glyphs.dot} {key} in memdeck.toml keeps it"
            return Described(f"{target.expected}, {target.words}", source)
        case Way():
            return Described(target.words)
        case Claim():
            how = "follows" if target.derived else "does not follow from what the article states"
            return Described(
                f"{target.name} {target.stated}: {target.found}", f"{how}: {target.words}"
            )
        case _:
            return None
