"""What is not given of a bootstrap, in words for a person."""

from __future__ import annotations

from collections.abc import Iterator

from memdeck.model import Budget, Cut
from memdeck.text import plural, show, thin


def cut_words(cut: Cut, content: bytes) -> str:
    """`MEMORY.md: lines 210 to 834 not given (625 lines, 3 120 tokens): over the cap of 20 000`.

    `content` is the file's. A line of which something is given counts too.
    """
    first, last = cut_lines(cut, content)
    which = f"line {thin(first)}" if first == last else f"lines {thin(first)} to {thin(last)}"
    size = f"{plural(cut.lines, 'line')}, {plural(cut.tokens, 'token')}"
    return f"{show(cut.path)}: {which} not given ({size}): {cut.why}"


def cut_lines(cut: Cut, content: bytes) -> tuple[int, int]:
    """The numbers of the first and the last line of a cut, in its file."""
    first = content.count(b"\n", 0, cut.start) + 1
    return first, first + max(0, cut.lines - 1)


def told_cuts(budget: Budget) -> Iterator[str]:
    """Every cut in words, in the order of the parts."""
    for part in budget.parts:
        contents = {source.path: source.data for source in part.sources}
        for cut in part.cuts:
            yield cut_words(cut, contents.get(cut.path, b""))


def over_words(budget: Budget) -> str:
    """By how much a hard limit is missed, the file's own first: `USER.md has 1 400 chars, ...`."""
    worst = max(budget.parts, key=lambda part: part.over, default=None)
    if worst is not None and worst.over and worst.limit is not None:
        return (
            f"{show(worst.name)} has {thin(worst.size)} {budget.unit}, and {thin(worst.limit)} "
            "are allowed"
        )
    must = "at most" if budget.at_limit_fits else "fewer than"
    return (
        f"The next session would be given {thin(budget.used)} {budget.unit}, and it must be "
        f"{must} {thin(budget.limit)}"
    )
