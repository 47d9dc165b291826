"""Characters in a text that nobody sees and a model reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from memdeck.injection.phrases import Reason

_SMUGGLED: Final = re.compile(
    # Letters of the tag block (three, so that the flags of Wales and Scotland are none, which
    # begin with a black flag), and rows of selectors, each of which stands for a byte.
    "(?<![\U0001f3f4\U000e0061-\U000e007f])[\U000e0020-\U000e007e]{3,}"
    "|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}"
    "|[\u202d\u202e\u2066-\u2068]"
    "|[\u200b\u200c\u200d\u2060-\u2064\ufeff\u180e\u00ad\u034f]{4,}"
)
_INVISIBLE: Final = re.compile("[\u200b\u2060-\u2064\ufeff\u180e\u00ad\u3164\uffa0]")
_MOST_INVISIBLE: Final = 8
"""Zero-width spaces come along when text is copied from a page; rows of them hide something."""
_STYLED: Final = re.compile(
    r"<[^>\n]{1,200}(?:display ?: ?none|visibility ?: ?hidden|font-size ?: ?0|opacity ?:"
    r" ?0(?![.\d])"
    r"|color ?: ?(?:white|#fff(?:fff)?\b|transparent))[^>\n]{0,200}>\s*[^<\s]",
    re.IGNORECASE,
)


def hidden_reasons(text: str) -> Iterator[Reason]:
    """Why a text is suspect for what is not seen of it."""
    if text.isascii():
        if "<" in text and _STYLED.search(text):
            yield Reason.HIDDEN
        return
    if (
        _SMUGGLED.search(text)
        or len(_INVISIBLE.findall(text)) > _MOST_INVISIBLE
        or _STYLED.search(text)
    ):
        yield Reason.HIDDEN
