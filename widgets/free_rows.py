"""What could leave MEMORY.md, as rows: the reason, what it frees, and where it is enough."""

from __future__ import annotations

from collections.abc import Sequence

from memdeck.bootstrap.free import Proposal, enough, running
from memdeck.model import Budget, Unit
from memdeck.text import thin
from widgets.detail import Described
from widgets.glyphs import Glyphs
from widgets.row import Notice, Row, Tone


def free_rows(found: Sequence[Proposal], wanted: int, glyphs: Glyphs) -> tuple[Row, ...]:
    """Best first; each with its reason under it and the sum so far."""
    rows: list[Row] = []
    last = enough(found, wanted)
    totals = running(found)
    for index, (each, total) in enumerate(zip(found, totals, strict=True), start=1):
        key = ("free", each.id)
        rows.append(
            Row(
                key,
                each.item.text,
                right=(f"{'-' + thin(each.tokens):>7}", f"{thin(total):>7} in all"),
                target=each,
            )
        )
        rows.append(Row((*key, "why"), each.words, 1, tone=Tone.DIM, passive=True, target=each))
        if index == last:
            words = f"the lines above free {thin(wanted)}"
            rule = f"{glyphs.rule * 3} {words} {glyphs.rule * 3}"
            rows.append(Row("enough", rule, tone=Tone.ACCENT, passive=True, target=Notice(words)))
    if found and last is None:
        words = f"all of it frees {thin(totals[-1])}: logs or notes must go, too"
        rows.append(
            Row("enough", words, glyph=glyphs.warning, tone=Tone.WARNING, target=Notice(words))
        )
    return tuple(rows)


def described_proposal(proposal: Proposal) -> Described:
    """A proposal in full, with the item that says it, too."""
    item, twin = proposal.item, proposal.twin
    like = f"stays, line {twin.line}: {twin.text}" if twin is not None else ""
    return Described(item.source or item.text, f"line {item.line}: {proposal.words}", like)


def wanted_tokens(budget: Budget, path: str) -> int:
    """How many tokens of MEMORY.md should go: what it is over by, or what is cut of it; 0 when
    nothing has to."""
    if budget.unit is Unit.TOKENS:
        return budget.over
    return sum(cut.tokens for cut in budget.cuts if cut.path == path)


def staged_words(budget: Budget, tokens: int) -> str:
    """What would be left of the count without the chosen items."""
    if budget.unit is not Unit.TOKENS:
        return f"-{thin(tokens)} tok"
    after = max(0, budget.used - tokens)
    return f"-{thin(tokens)} tok, leaves {thin(after)} / {thin(budget.limit)}"
