"""The token gauge: what the next session loads, against its limit, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive

from memdeck.model import Budget, Fit, Part, Unit
from memdeck.secrets import on_screen
from memdeck.text import plural, thin
from widgets.glyphs import UNICODE, Glyphs
from widgets.guarded import Guarded
from widgets.looks import ACCENT, BAD, CAREFUL, GOOD, MUTED

FIT_STYLE: Final = {
    Fit.FITS: GOOD,
    Fit.TIGHT: CAREFUL,
    Fit.CUT: BAD,
    Fit.OVER: BAD,
}
_WIDE: Final = 100
_BAR_LIMITS: Final = (12, 36)
# Cells that a section must have on average to be told apart from its neighbours.
_LEAST_SECTION: Final = 3
# Of a part's name: own profiles may have long ones.
_LONGEST_NAME: Final = 20

_UNIT_WORDS: Final = {
    Unit.TOKENS: "tok",
    Unit.CHARACTERS: "chars",
    Unit.LINES: "lines",
    Unit.BYTES: "bytes",
}

Piece = tuple[str, str]


def unit_word(unit: Unit) -> str:
    """A unit as it is written behind a number."""
    return _UNIT_WORDS[unit]


def short_encoding(name: str) -> str:
    """An encoding's name as the gauge shows it: `cl100k`."""
    return name.removesuffix("_offline").removesuffix("_base")


def verdict(budget: Budget, glyphs: Glyphs = UNICODE, *, way_out: bool = True) -> str:
    """`fits`, `tight`, `cut: 214 lines`, or `over by 1 204 · today 9 870 · f free 1 205` with
    the offending part named and, if wanted, the key that helps."""
    if budget.fit is Fit.CUT:
        lines: dict[str, int] = {}
        for part in budget.parts:
            if part.cuts:
                lines[part.name] = sum(cut.lines for cut in part.cuts)
        most = max(lines, key=lambda name: lines[name])
        name = on_screen(most)[:_LONGEST_NAME]
        return f"cut: {plural(sum(lines.values()), 'line')} {glyphs.dot} {name}"
    if budget.fit is not Fit.OVER:
        return budget.fit.value
    by = budget.used - budget.limit
    free = f" {glyphs.dot} f free {thin(max(1, by))}" if way_out and _can_free(budget, by) else ""
    if budget.used == budget.limit and not any(part.over for part in budget.parts):
        return f"at the limit{free}"
    worst = max(budget.parts, key=lambda part: (part.over, part.tokens))
    size = worst.size or worst.tokens
    named = f"{on_screen(worst.name)[:_LONGEST_NAME]} {thin(size)}"
    return f"over by {thin(worst.over or by)} {glyphs.dot} {named}{free}"


def _can_free(budget: Budget, by: int) -> bool:
    """Whether retiring items could do: logs and notes are not retired."""
    memory = budget.part("MEMORY.md")
    return budget.unit is Unit.TOKENS and memory is not None and memory.tokens > by


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a part, as shares of it from 0 to 1: a section, or the line at the cursor."""

    part: str
    start: float
    end: float


def bar(
    budget: Budget,
    width: int,
    glyphs: Glyphs,
    ghost: int = 0,
    sections: Sequence[Stretch] = (),
    here: Stretch | None = None,
) -> list[Piece]:
    """The bar, stacked by part and by section: (text, style) pieces of `width` cells in all.

    A ghost is what is staged and would add to (or, negative, take from) the
    count; `here` is where the cursor stands.
    """
    full = max(budget.limit, budget.used + max(ghost, 0), 1)
    cells: list[str] = []
    styles: list[str] = []
    done = 0
    shown = [(part, _size(part, budget)) for part in budget.parts if _size(part, budget)]
    total = 0
    for index, (part, size) in enumerate(shown):
        total += size
        until = min(width, round(total * width / full))
        # A part that is there is seen, if there is room for it at all.
        until = max(until, done + 1) if done + 1 < width else until
        length = max(0, until - done)
        cells += _stacked(glyphs.bar[index % len(glyphs.bar)], length, part, sections, glyphs)
        styles += _styled(length, part, here, FIT_STYLE[budget.fit])
        done = len(cells)
    if ghost > 0:
        length = min(max(1, round(ghost * width / full)), width - done)
        cells += [glyphs.bar_ghost] * length
        styles += [ACCENT] * length
    elif ghost < 0:
        # What would go is taken from the end, where the bar would be shorter.
        length = min(max(1, round(-ghost * width / full)), done)
        cells[done - length : done] = [glyphs.bar_ghost] * length
        styles[done - length : done] = [ACCENT] * length
    free = width - len(cells)
    return _pieces(cells + [glyphs.bar_free] * free, styles + [MUTED] * free)


def _size(part: Part, budget: Budget) -> int:
    return part.tokens if budget.unit is Unit.TOKENS else part.size


def _stacked(
    fill: str, length: int, part: Part, sections: Sequence[Stretch], glyphs: Glyphs
) -> list[str]:
    """The cells of a part; the last cell of each section leaves a gap, if there is room."""
    cells = [fill] * length
    ends = {round(each.end * length) - 1 for each in sections if each.part == part.name}
    ends &= set(range(length - 1))
    if len(ends) * _LEAST_SECTION <= length:
        for end in ends:
            cells[end] = glyphs.bar_end
    return cells


def _styled(length: int, part: Part, here: Stretch | None, state: str) -> list[str]:
    styles = [state] * length
    if here is not None and here.part == part.name and length:
        first = min(int(here.start * length), length - 1)
        last = max(first + 1, round(here.end * length))
        styles[first:last] = [ACCENT] * (min(last, length) - first)
    return styles


def _pieces(cells: list[str], styles: list[str]) -> list[Piece]:
    """Cells of one style together."""
    return [
        ("".join(cell for cell, _ in group), style)
        for style, group in groupby(zip(cells, styles, strict=True), key=lambda each: each[1])
    ]


def gauge_pieces(
    budget: Budget | None,
    width: int,
    glyphs: Glyphs,
    ghost: int = 0,
    sections: Sequence[Stretch] = (),
    here: Stretch | None = None,
) -> list[Piece]:
    """The whole line as (text, style) pieces, for a terminal of `width` cells."""
    if budget is None:
        return [(" counting what the next session loads" + glyphs.ellipsis, MUTED)]
    least, most = _BAR_LIMITS
    for names, way_out in ((True, True), (False, True), (False, False)):
        head, tail = _words(budget, glyphs, ghost, width >= _WIDE, names, way_out)
        room = width - len(head) - sum(len(text) for text, _ in tail) - 2
        if room >= least:
            break
    cells = max(least, min(most, room))
    return [(head, "bold"), *bar(budget, cells, glyphs, ghost, sections, here), *tail]


def _words(
    budget: Budget, glyphs: Glyphs, ghost: int, wide: bool, names: bool, way_out: bool
) -> tuple[str, list[Piece]]:
    """What stands before the bar and behind it; with the parts' names, and the key that helps,
    where there is room."""
    state = FIT_STYLE[budget.fit]
    slash, unit = (" / ", f" {unit_word(budget.unit)}") if wide else ("/", "")
    head = f" {thin(budget.used)}{slash}{thin(budget.limit)}{unit} "
    if budget.safety != 1.0:
        head = f"{head}(x{budget.safety:g}) "
    tail: list[Piece] = [(f" {verdict(budget, glyphs, way_out=way_out)}", f"bold {state}")]
    if wide and names and budget.fit is not Fit.OVER:
        parts = f" {glyphs.dot} ".join(
            f"{on_screen(part.name.removesuffix('.md'))} {thin(_size(part, budget))}"
            for part in budget.parts
        )
        tail.append((f" {glyphs.dot} {parts}", ""))
    counted = budget.profile if budget.unit is not Unit.TOKENS else short_encoding(budget.encoding)
    counted = on_screen(counted)
    # What is staged stands where the encoding was, so that nothing else moves.
    staged = f"{ghost:+d} {unit_word(budget.unit)}".ljust(len(counted))
    tail.append((f"  {staged}", ACCENT) if ghost else (f"  {counted}", MUTED))
    if budget.warning:
        tail.append((f" {glyphs.warning} {on_screen(budget.warning)}", CAREFUL))
    return head, tail


class Gauge(Guarded):
    """One line, at every size."""

    DEFAULT_CSS = """
    Gauge { height: 1; }
    """

    budget: reactive[Budget | None] = reactive(None)
    ghost: reactive[int] = reactive(0)
    sections: reactive[tuple[Stretch, ...]] = reactive(())
    here: reactive[Stretch | None] = reactive(None)

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs

    def render(self) -> RenderResult:
        pieces = gauge_pieces(
            self.budget, self.size.width, self._glyphs, self.ghost, self.sections, self.here
        )
        return Content.assemble(*pieces)
