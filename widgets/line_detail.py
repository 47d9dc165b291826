"""A row of the bootstrap screen in words: what it says, where it stands, what it costs."""

from __future__ import annotations

from memdeck.model import Budget, Cut, Part
from memdeck.text import plural, thin
from widgets.bootstrap_rows import Line
from widgets.detail import Described
from widgets.gauge import unit_word
from widgets.glyphs import Glyphs
from widgets.row import Row


def describe_line(row: Row | None, budget: Budget | None, glyphs: Glyphs) -> Described:
    """The row under the cursor."""
    if row is None or budget is None:
        return Described("")
    dot = f" {glyphs.dot} "
    match row.target:
        case Part() as part:
            said = [", ".join(part.paths), f"{thin(part.tokens)} tok"]
            problems = [each.problem for each in part.sources if each.problem]
            like = "; ".join([*problems, part.trust] if part.trust else problems)
            return Described(f"{part.name}: {part.words}", dot.join(filter(None, said)), like)
        case Cut() as cut:
            size = f"{thin(cut.size)} {unit_word(budget.unit)}"
            said = [cut.path, plural(cut.lines, "line"), f"{thin(cut.tokens)} tok", size]
            return Described(f"Not given: {cut.why}", dot.join(dict.fromkeys(said)))
        case Line() as line:
            return Described(row.text, dot.join(filter(None, _said(line, budget))))
        case _:
            return Described(row.text)


def _said(line: Line, budget: Budget) -> list[str]:
    place = f"{line.path}:{line.line}" if line.path else ""
    if line.cut is not None:
        return [place, "not seen by the next session", line.cut.why]
    start = line.part.start + line.start
    tokens = f"{thin(budget.tokens_in(start, line.part.start + line.end + 1))} tok"
    own = "" if line.path or not line.part.paths else "the harness's own words"
    return [place, tokens, own]
