"""Two texts as one list of lines: what goes and what comes, and which words of them differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from memdeck.distil import Change, DiffLine
from memdeck.secrets import find_secrets, on_screen
from memdeck.text import show
from widgets.looks import BAD, GOOD, MUTED

_STYLES: Final = {Change.SAME: MUTED, Change.GONE: BAD, Change.NEW: GOOD}


def difference_content(lines: Sequence[DiffLine]) -> Content:
    """A line each, with its sign; words that only one of the texts has are underlined."""
    shown = []
    for line in lines:
        style = _STYLES[line.change]
        whole = "".join(piece.text for piece in line.pieces)
        if find_secrets(whole):
            # A word of it may be only a part of the secret.
            pieces = [(on_screen(whole), style)]
        else:
            pieces = [
                (show(piece.text), f"{style} underline" if piece.changed else style)
                for piece in line.pieces
            ]
        shown.append(Content.assemble((f"{line.change.value} ", style), *pieces))
    return Content("\n").join(shown)
