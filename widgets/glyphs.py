"""The glyphs that stand for states, with what stands for them where the terminal has no UTF-8."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One glyph a state, one cell wide each; a word stands beside it wherever it matters."""

    open: str = "▾"
    closed: str = "▸"
    cursor: str = "▌"
    marked: str = "+"
    fresh: str = "•"
    decision: str = "◆"
    plain: str = "·"
    promoted: str = "✓"
    alike: str = "≈"
    warning: str = "⚠"
    branch: str = "⎇"
    live: str = "●"
    half: str = "◐"
    stopped: str = "○"
    ellipsis: str = "…"
    rule: str = "─"
    column: str = "│"
    arrow: str = "→"
    dot: str = "·"
    bar: tuple[str, ...] = ("█", "▓", "▒", "░")
    """Of the parts of the gauge, in their order."""
    bar_free: str = "·"
    bar_ghost: str = "╱"


UNICODE: Final = Glyphs()
ASCII: Final = Glyphs(
    open="v",
    closed=">",
    cursor="|",
    marked="+",
    fresh="*",
    decision="#",
    plain="-",
    promoted="x",
    alike="~",
    warning="!",
    branch="@",
    live="o",
    half="%",
    stopped="_",
    ellipsis="~",
    rule="-",
    column="|",
    arrow="->",
    dot="-",
    bar=("#", "=", "+", ":"),
    bar_free=".",
    bar_ghost="/",
)


def glyphs_for(encoding: str | None) -> Glyphs:
    """The glyphs that a terminal of this encoding can show."""
    try:
        "".join((UNICODE.open, UNICODE.decision, *UNICODE.bar)).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE
