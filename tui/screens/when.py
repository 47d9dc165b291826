"""A question for a day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

_BACK: Final = re.compile(r"-(\d{1,5})")
_WORDS: Final = {"today": 0, "yesterday": 1}


def day_meant(text: str, today: date) -> date | None:
    """`2026-02-05`, `today`, `yesterday`, or `-3` for three days ago; None for all else."""
    text = text.strip().lower()
    back = _BACK.fullmatch(text)
    days = int(back[1]) if back else _WORDS.get(text)
    try:
        return date.fromisoformat(text) if days is None else today - timedelta(days=days)
    except (ValueError, OverflowError):
        return None


class DayScreen(ModalScreen[date | None]):
    """Answers with a day, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape", "leave"),
        Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
    ]

    def __init__(self, day: date, today: date) -> None:
        super().__init__()
        self._day = day
        self._today = today

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="day-dialog") as dialog:
            dialog.border_title = "Which day"
            yield Input(
                self._day.isoformat(),
                placeholder="2026-02-05, yesterday, or -3 for three days ago",
                compact=True,
            )
            yield Static(classes="refusal", markup=False)
            yield Static("enter goes there   esc leaves", classes="hints", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        day = day_meant(event.value, self._today)
        if day is None:
            words = "That is no day: write it as 2026-02-05, yesterday, or -3 for three days ago."
            self.query_one(".refusal", Static).update(words)
        else:
            self.dismiss(day)

    def action_leave(self) -> None:
        """Leave where it was."""
        self.dismiss(None)
