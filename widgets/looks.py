"""The styles that pieces of text are given: one accent, and colours for states."""

from __future__ import annotations

from typing import Final

# Not $text-muted: "auto" is white or black in a piece of Content.
MUTED: Final = "$foreground 60%"
ACCENT: Final = "$text-accent"
TITLE: Final = f"bold {ACCENT}"
GOOD: Final = "$text-success"
CAREFUL: Final = "$text-warning"
BAD: Final = "$text-error"
