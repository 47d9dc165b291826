"""What is not given of a bootstrap, in words for a person."""

from __future__ import annotations

from collections.abc import Iterator

from memdeck.bootstrap.utf16 import unit_text
from memdeck.model import Budget, Cut, Part
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


def given_words(budget: Budget) -> str | None:
    """`23 844 of 63 003 characters given`; None when nothing of the files is cut."""
    if not budget.cuts:
        return None
    contents = {each.path: each.data for part in budget.parts for each in part.sources}
    whole = sum(unit_text(data).length for data in contents.values())
    lost = sum(
        unit_text(contents.get(cut.path, b"")[cut.start : cut.end]).length for cut in budget.cuts
    )
    return f"{thin(max(0, whole - lost))} of {thin(whole)} characters given"


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


def way_words(budget: Budget, name: str) -> str:
    """What can be done about a hard limit that is missed: `retire 320 or more`.

    `name` is the path of MEMORY.md. Where it holds less than has to go, that is
    said, with the part that holds the most.
    """
    worst = max(budget.parts, key=lambda part: part.over, default=None)
    if worst is not None and worst.over:
        return f"shorten {show(worst.name)} by {thin(worst.over)} or more"
    memory = next((part for part in budget.parts if name in part.paths), None)
    held = memory.size if memory is not None else 0
    if held >= budget.over:
        return f"retire {thin(budget.over)} or more from {show(name)}"
    most = max(
        (part for part in budget.parts if part is not memory),
        key=lambda part: part.size,
        default=None,
    )
    free = f"{show(name)} holds no more than {thin(held)} that could be retired"
    if most is None:
        return free
    return f"{free}, and {_offender(most)} {thin(most.size)}{_why(most)}"


def _offender(part: Part) -> str:
    day = {"today": "the log of today", "yesterday": "the log of yesterday"}.get(part.name)
    if day is None:
        return f"{show(part.name)} holds"
    return f"{day} holds" if len(part.paths) < 2 else f"{day.replace('log', 'logs')} hold"


def _why(part: Part) -> str:
    if part.name in ("today", "yesterday"):
        return "; logs are never rewritten, and are given until the second day after"
    return "; shorter values under its keys would help" if part.name == "notes" else ""
