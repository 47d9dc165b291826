"""How much of one file is read. What is larger is said to be so, and left alone."""

from __future__ import annotations

from typing import Final

LARGEST_READ: Final = 4 * 1024 * 1024
"""Bytes of MEMORY.md or of a log that is shown line by line: ten times the largest day seen
(342 KB). A line takes some sixty times its bytes while it is shown, and no harness gives its
sessions as much."""
LARGEST_SEARCHED: Final = 64 * 1024 * 1024
"""Bytes of a log that is searched, or counted as a whole: only its bytes are held, and no longer
than that takes."""
LONGEST_TEXT: Final = 20_000
"""Characters of one line or value that a screen shows in full or lets be edited: what is longer is
cut, and said to be."""
