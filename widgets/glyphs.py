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
    bar_end: str = "▉"
    """Of a section of MEMORY.md in the gauge."""
    cut: str = "░"
    rail: str = "▒"
    alert: str = "▲"
    heart: str = "♥"
    beat: str = "▁"
    """Of a stretch of a day with a beat, with an alert, without the beat that was due, and of the
    one that is not over."""
    beat_alert: str = "█"
    beat_missed: str = "·"
    beat_due: str = "_"
    turning: tuple[str, ...] = ("⠋", "⠙", "⠸", "⠴", "⠦", "⠇")
    """Of a program at work, one after the other."""


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
    bar_end="|",
    cut=":",
    rail="X",
    alert="!",
    heart="<3",
    beat="=",
    beat_alert="!",
    beat_missed=".",
    beat_due="_",
    turning=("|", "/", "-", "\\"),
)


def legend(glyphs: Glyphs) -> tuple[tuple[str, str], ...]:
    """Every sign with what it says."""
    return (
        (glyphs.decision, "a line that reads like a decision or a lesson"),
        (glyphs.plain, "any other line that could be promoted"),
        (glyphs.promoted, "promoted already"),
        (f"{glyphs.alike} 82%", "so much like an item of MEMORY.md"),
        (glyphs.fresh, "new, and not looked at yet"),
        (glyphs.marked, "marked"),
        (glyphs.branch, "the branch that is checked out"),
        (glyphs.warning, "something is odd: enter says what"),
        (glyphs.cut, "cut: the next session is not given it"),
        ("4    620", "items, and the tokens they cost"),
        ("".join(glyphs.bar), "MEMORY.md, yesterday, today and notes in the gauge"),
        (
            f"{glyphs.beat}{glyphs.beat_alert}{glyphs.beat_missed}",
            "a beat, an alert, a missed beat",
        ),
        (glyphs.bar_ghost, "what the edit in the dialog adds to the gauge"),
    )


def glyphs_for(encoding: str | None) -> Glyphs:
    """The glyphs that a terminal of this encoding can show."""
    try:
        "".join((UNICODE.open, UNICODE.decision, *UNICODE.bar)).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE
