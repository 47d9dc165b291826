"""The field that an item's text is typed in."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import TextArea


class TextField(TextArea):
    """Wraps, and ends with enter while it holds a single line."""

    class Submitted(Message):
        """Enter was pressed."""

        def __init__(self, field: TextField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> TextField:
            return self.field

    def __init__(self, *, several: bool = False) -> None:
        """With `several` it holds one item a line, and enter begins the next one."""
        super().__init__(soft_wrap=True, compact=True, tab_behavior="focus")
        self._several = several
        self.highlight_cursor_line = False

    def fill(self, text: str) -> None:
        """Another text, with the cursor at its end."""
        self.text = text
        self.move_cursor(self.document.end)

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter" and not self._several and "\n" not in self.text:
            event.stop()
            event.prevent_default()
            self.post_message(self.Submitted(self))
            return
        await super()._on_key(event)
