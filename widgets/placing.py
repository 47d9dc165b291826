"""What the promotion dialog shows of an edit: its lines, what is alike, what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from memdeck.curated.preview import PreviewLine
from memdeck.model import Budget, Fit, Item, Section, Unit
from memdeck.secrets import on_screen
from memdeck.text import plural, thin
from widgets.bars import fit_short
from widgets.gauge import unit_word
from widgets.glyphs import Glyphs
from widgets.looks import BAD, CAREFUL, GOOD, MUTED

_PREVIEW_LINES: Final = 9
_SIGN_STYLES: Final = {"+": GOOD, "-": BAD}


def preview_content(lines: Sequence[PreviewLine], width: int) -> Content:
    """The changed lines with their neighbours, cut to `width` cells."""
    shown = [
        Content.styled(
            fit_short(f"{line.sign} {on_screen(line.text)}", width),
            _SIGN_STYLES.get(line.sign, MUTED),
        )
        for line in lines[:_PREVIEW_LINES]
    ]
    if len(lines) > _PREVIEW_LINES:
        left = plural(len(lines) - _PREVIEW_LINES, "more line")
        shown.append(Content.styled(f"  {left}", MUTED))
    return Content("\n").join(shown)


def suspicion_content(texts: Iterable[str], glyphs: Glyphs) -> Content:
    """Why texts that are about to be kept read like instructions to a model; empty if none does."""
    from memdeck.injection import warning_of

    words = warning_of(texts)
    return Content.styled(f"{glyphs.warning} {words}." if words else "", CAREFUL)


def likes_content(likes: Sequence[tuple[Item, float]], width: int, glyphs: Glyphs) -> Content:
    """Items that are alike, one a line: how much, what they say, where they stand."""
    lines = []
    for item, likeness in likes:
        place = f"  :{item.line}"
        head = f"{glyphs.alike} {likeness:.0f}%  "
        text = fit_short(on_screen(item.text), width - cell_len(head) - len(place))
        lines.append(f"{head}{text}{place}")
    return Content("\n".join(lines))


def size_in(unit: Unit, data: bytes, count: Callable[[bytes], int]) -> int:
    """How much text that is given as it is counts for, in a unit; `count` gives its tokens."""
    match unit:
        case Unit.TOKENS:
            return count(data)
        case Unit.CHARACTERS:
            return len(data.decode("utf-8", "replace").encode("utf-16-le", "surrogatepass")) // 2
        case Unit.LINES:
            return data.count(b"\n")
        case Unit.BYTES:
            return len(data)


def cost_words(budget: Budget, delta: int, glyphs: Glyphs) -> str:
    """What the next session will load after the edit."""
    unit = unit_word(budget.unit)
    after = budget.used + delta
    if budget.fit is Fit.CUT:
        fit = "cut already"
    elif budget.cuts_down:
        fit = "fits" if after <= budget.limit else "will be cut"
    else:
        fit = Fit.of(after, budget.limit + budget.at_limit_fits).value
    return f"{delta:+d} {unit} {glyphs.arrow} {thin(after)} / {thin(budget.limit)}   {fit}"


def section_words(section: Section) -> Content:
    """A section in the list of those that can be chosen."""
    return Content.assemble(
        on_screen(section.address), (f"  {plural(len(section.items), 'item')}", MUTED)
    )
