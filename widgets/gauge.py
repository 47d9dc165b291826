"""The token gauge: what the next session loads, against its limit, in one line."""

from __future__ import annotations

from typing import Final

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from memdeck.model import Budget, Fit
from memdeck.text import show, thin
from widgets.glyphs import UNICODE, Glyphs
from widgets.looks import ACCENT, BAD, CAREFUL, GOOD, MUTED

_FIT_STYLE: Final = {
    Fit.FITS: GOOD,
    Fit.TIGHT: CAREFUL,
    Fit.CUT: BAD,
    Fit.OVER: BAD,
}
_WIDE: Final = 100
_BAR_LIMITS: Final = (12, 36)

Piece = tuple[str, str]


def short_encoding(name: str) -> str:
    """An encoding's name as the gauge shows it: `cl100k`."""
    return name.removesuffix("_offline").removesuffix("_base")


def verdict(budget: Budget, glyphs: Glyphs = UNICODE) -> str:
    """`fits`, `tight`, or `over by 1 204 · today 9 870` with the largest part named."""
    if budget.fit is not Fit.OVER:
        return budget.fit.value
    if budget.used == budget.limit:
        return "at the limit"
    largest = max(budget.parts, key=lambda part: part.tokens)
    over = thin(budget.used - budget.limit)
    return f"over by {over} {glyphs.dot} {largest.name} {thin(largest.tokens)}"


def bar(budget: Budget, width: int, glyphs: Glyphs, ghost: int = 0) -> list[Piece]:
    """The bar, stacked by part: (text, style) pieces of `width` cells in all.

    A ghost is what a staged edit would add to (or, negative, take from) the count.
    """
    state = _FIT_STYLE[budget.fit]
    full = max(budget.limit, budget.used + max(ghost, 0), 1)
    pieces: list[Piece] = []
    done = 0
    tokens = 0
    shown = [part for part in budget.parts if part.tokens]
    for index, part in enumerate(shown):
        tokens += part.tokens
        until = round(tokens * width / full)
        # A part that is there is seen, if there is room for it at all.
        until = max(until, done + 1) if done + 1 < width else until
        pieces.append((glyphs.bar[index % len(glyphs.bar)] * (until - done), state))
        done = until
    if ghost:
        cells = max(1, round(abs(ghost) * width / full))
        if ghost > 0:
            cells = min(cells, width - done)
            pieces.append((glyphs.bar_ghost * cells, ACCENT))
            done += cells
    pieces.append((glyphs.bar_free * max(0, width - done), MUTED))
    return pieces


def gauge_pieces(budget: Budget | None, width: int, glyphs: Glyphs, ghost: int = 0) -> list[Piece]:
    """The whole line as (text, style) pieces, for a terminal of `width` cells."""
    if budget is None:
        return [(" counting what the next session loads" + glyphs.ellipsis, MUTED)]
    least, most = _BAR_LIMITS
    for names in (True, False):
        head, tail = _words(budget, glyphs, ghost, wide=width >= _WIDE, names=names)
        room = width - len(head) - sum(len(text) for text, _ in tail) - 2
        if room >= least:
            break
    return [(head, "bold"), *bar(budget, max(least, min(most, room)), glyphs, ghost), *tail]


def _words(
    budget: Budget, glyphs: Glyphs, ghost: int, *, wide: bool, names: bool
) -> tuple[str, list[Piece]]:
    """What stands before the bar and behind it; with the parts' names where there is room."""
    state = _FIT_STYLE[budget.fit]
    slash, unit = (" / ", " tok") if wide else ("/", "")
    head = f" {thin(budget.used)}{slash}{thin(budget.limit)}{unit} "
    tail: list[Piece] = [(f" {verdict(budget, glyphs)}", f"bold {state}")]
    if wide and names and budget.fit is not Fit.OVER:
        parts = f" {glyphs.dot} ".join(
            f"{part.name.removesuffix('.md')} {thin(part.tokens)}" for part in budget.parts
        )
        tail.append((f" {glyphs.dot} {parts}", ""))
    encoding = show(short_encoding(budget.encoding))
    # What is staged stands where the encoding was, so that nothing else moves.
    staged = f"{ghost:+d} tok".ljust(len(encoding))
    tail.append((f"  {staged}", ACCENT) if ghost else (f"  {encoding}", MUTED))
    if budget.warning:
        tail.append((f" {glyphs.warning} {show(budget.warning)}", CAREFUL))
    return head, tail


class Gauge(Widget):
    """One line, at every size."""

    DEFAULT_CSS = """
    Gauge { height: 1; }
    """

    budget: reactive[Budget | None] = reactive(None)
    ghost: reactive[int] = reactive(0)

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs

    def render(self) -> RenderResult:
        pieces = gauge_pieces(self.budget, self.size.width, self._glyphs, self.ghost)
        return Content.assemble(*pieces)
