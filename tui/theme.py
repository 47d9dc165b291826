"""memdeck's own two themes: quiet, with one accent; every state also has a word or a glyph."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="memdeck-dark",
    primary="#7aa2c8",
    secondary="#8aa39b",
    accent="#7fb8d8",
    warning="#e0af68",
    error="#f0808a",
    success="#8fc98b",
    foreground="#d4d9de",
    background="#14171a",
    surface="#1b1f23",
    panel="#23282d",
    dark=True,
)
LIGHT: Final = Theme(
    name="memdeck-light",
    primary="#2f6690",
    secondary="#4f6f68",
    accent="#1f6f9c",
    warning="#8f5b00",
    error="#b3261e",
    success="#2f6f2f",
    foreground="#22272b",
    background="#fbfaf7",
    surface="#f1efe9",
    panel="#e6e3db",
    dark=False,
)
