"""A question for a day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui.screens.dialog import Dialog
from widgets.fields import LineField

_AWAY: Final = re.compile(r"([+-])(\d{1,5})")
_WORDS: Final = {"today": 0, "yesterday": -1, "tomorrow": 1}


def day_meant(text: str, today: date) -> date | None:
    """`2026-02-05`, `yesterday`, `-3` for three days ago, `+7` in a week; None for all else."""
    text = text.strip().lower()
    away = _AWAY.fullmatch(text)
    days = int(f"{away[1]}{away[2]}") if away else _WORDS.get(text)
    try:
        return date.fromisoformat(text) if days is None else today + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


class DayScreen(Dialog[date | None]):
    """Answers with a day, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape", "leave"),
        Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
    ]

    def __init__(
        self, day: date, today: date, *, title: str = "Which day", to_come: bool = False
    ) -> None:
        """`to_come`: only a day behind today will do."""
        super().__init__()
        self._to_come = to_come
        self._heading = title
        self._day = day
        self._today = today

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="day-dialog") as dialog:
            dialog.border_title = Content(self._heading)
            yield LineField(
                self._day.isoformat(),
                placeholder="2026-02-05, yesterday, -3 or +7 (days)",
            )
            yield Static(classes="refusal", markup=False)
            enter = "enter takes it" if self._to_come else "enter goes there"
            yield Static(f"{enter}   esc leaves", classes="hints", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        day = day_meant(event.value, self._today)
        if day is None:
            words = "That is no day: write 2026-02-05, yesterday, or -3 and +7 for days from today."
            self.query_one(".refusal", Static).update(words)
        elif self._to_come and day <= self._today:
            words = "Lines wait until a day that is still to come."
            self.query_one(".refusal", Static).update(words)
        else:
            self.dismiss(day)

    def action_leave(self) -> None:
        """Leave where it was."""
        self.dismiss(None)
