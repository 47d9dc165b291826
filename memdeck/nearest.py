"""Which of the names that are known somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

LIKE_ENOUGH: Final = 0.6
"""Of 1, as `difflib` counts it: below, a name is no help but a guess."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one that is most like `name`, whatever its case; None when none is near."""
    import difflib

    folded: dict[str, str] = {}
    for each in known:
        folded.setdefault(each.casefold(), each)
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=LIKE_ENOUGH)
    return folded[near[0]] if near else None
