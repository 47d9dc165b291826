"""The head of the bootstrap screen: whose rules, which branch and day, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from rich.cells import cell_len
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive

from memdeck.model import Budget, Unit
from memdeck.secrets import on_screen
from memdeck.text import thin
from widgets.bars import fit_short
from widgets.bootstrap_rows import cut_words
from widgets.gauge import FIT_STYLE, bar, short_encoding, unit_word, verdict
from widgets.glyphs import UNICODE, Glyphs
from widgets.guarded import Guarded
from widgets.looks import BAD, CAREFUL, MUTED, TITLE
from widgets.when import day_long, day_name

_BAR_LIMITS = (10, 40)
_WIDE = 100


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is shown: the bootstrap of a profile for a branch and a day."""

    profile: str
    branch: str | None
    """None: the one that is checked out."""
    day: date
    today: date
    budget: Budget | None = None
    """None while it is worked out."""
    current_branch: str = ""
    outlook: str = ""
    """When it will be full at this growth, in words."""


def dated(name: str, day: date, today: date) -> str:
    """A part's name; of another day than today the date instead of `today` and `yesterday`."""
    if day == today or name not in ("today", "yesterday"):
        return name
    try:
        return day_long(day if name == "today" else day - timedelta(days=1), today)
    except OverflowError:
        return name


class BootstrapHead(Guarded):
    """Three lines: what is shown, the harness's ruler, and the tokens' ruler."""

    DEFAULT_CSS = "BootstrapHead { height: 3; }"

    loaded: reactive[Loaded | None] = reactive(None)

    def __init__(self, *, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self._glyphs = glyphs

    def render(self) -> RenderResult:
        if self.loaded is None:
            return ""
        width = self.size.width
        lines = [self._what(self.loaded, width)]
        budget = self.loaded.budget
        if budget is None:
            lines.append(Content.styled(f" counting{self._glyphs.ellipsis}", MUTED))
        else:
            lines += [self._limits(budget, width), self._tokens(budget, self.loaded, width)]
        return Content("\n").join(lines)

    def _what(self, loaded: Loaded, width: int) -> Content:
        when = day_long(loaded.day, loaded.today)
        name = day_name(loaded.day, loaded.today)
        day = f"{when}, {name}" if name else when
        branch = loaded.branch or loaded.current_branch
        right = cut_words(loaded.budget.cuts) if loaded.budget else ""
        gap = f"   {self._glyphs.dot}   "
        if width < _WIDE:
            right, gap = right.partition(",")[0], f" {self._glyphs.dot} "
        if loaded.budget and not right:
            over = loaded.budget.over > 0
            right = "over the limit: no session is given this" if over else "nothing is cut"
        head = " Bootstrap  "
        room = max(0, width - cell_len(head) - cell_len(right) - 2)
        said = [on_screen(loaded.profile), f"{on_screen(branch)} {self._glyphs.branch}", day]
        words = fit_short(gap.join(said if branch else said[::2]), room)
        free = " " * max(1, width - cell_len(head) - cell_len(words) - cell_len(right) - 1)
        bad = loaded.budget is not None and (loaded.budget.cuts or loaded.budget.over)
        style = BAD if bad else MUTED
        return Content.assemble((head, TITLE), (words, "bold"), free, (right, style))

    def _limits(self, budget: Budget, width: int) -> Content:
        """What is used of the harness's limit, in its own unit."""
        state = FIT_STYLE[budget.fit]
        unit = unit_word(budget.unit)
        head = f" {thin(budget.used)} / {thin(budget.limit)} {unit} "
        words = verdict(budget, self._glyphs, way_out=False)
        safety = f"  x {budget.safety:g} for safety" if budget.safety != 1.0 else ""
        mirrors = f"  as {on_screen(budget.mirrors)}" if budget.mirrors else ""
        tail = fit_short(f" {words}{safety}", width)
        room = width - cell_len(head) - cell_len(tail) - 2
        least, most = _BAR_LIMITS
        pieces = bar(budget, max(least, min(most, room)), self._glyphs)
        left = width - cell_len(head) - sum(cell_len(text) for text, _ in pieces) - cell_len(tail)
        more = fit_short(mirrors, left - 1) if left > 12 else ""
        return Content.assemble((head, "bold"), *pieces, (tail, f"bold {state}"), (more, MUTED))

    def _tokens(self, budget: Budget, loaded: Loaded, width: int) -> Content:
        """What each part costs in tokens; and what is to come."""
        if budget.warning:
            words = f" {self._glyphs.warning} {on_screen(budget.warning)}"
            return Content.styled(fit_short(words, width - 1), CAREFUL)
        dot = f" {self._glyphs.dot} "
        total = "" if budget.unit is Unit.TOKENS else f" {thin(budget.tokens)} tok"
        parts = dot.join(
            f"{dated(part.name, loaded.day, loaded.today).removesuffix('.md')} {thin(part.tokens)}"
            for part in budget.parts
        )
        encoding = short_encoding(budget.encoding)
        words = dot.join(each for each in (total.strip(), parts, encoding, loaded.outlook) if each)
        return Content.styled(f" {fit_short(on_screen(words), width - 2)}", MUTED)
