"""The fields that a person types in.

They hold the text as it is, so that nothing is changed that nobody touched, and
draw what can be seen of it; that of an item with asterisks for what looks like a secret.
"""

from __future__ import annotations

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Input, TextArea

from memdeck.secrets import starred
from memdeck.text import show_each


class _Seen(Highlighter):
    """Puts what is seen in the place of what is there."""

    def highlight(self, text: Text) -> None:
        text.plain = show_each(text.plain)


class LineField(Input):
    """One line. What is pasted may hold more than the page showed that it was copied from."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(
            value, placeholder, highlighter=_Seen(), compact=True, id=id, classes=classes
        )


class TextField(TextArea):
    """Wraps; one that holds a single item is one line, and ends with enter."""

    class Submitted(Message):
        """Enter was pressed."""

        def __init__(self, field: TextField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> TextField:
            return self.field

    def __init__(self, *, several: bool = False, id: str | None = None) -> None:
        """With `several` it holds one item a line, and enter begins the next one."""
        super().__init__(soft_wrap=True, compact=True, tab_behavior="focus", id=id)
        self._several = several
        self.highlight_cursor_line = False

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        line.plain = show_each(starred(line.plain))
        return line

    def fill(self, text: str) -> None:
        """Another text, with the cursor at its end."""
        self.text = text if self._several else " ".join(text.split("\n"))
        self.move_cursor(self.document.end)

    async def _on_paste(self, event: events.Paste) -> None:
        if not self._several:
            # An item is one line: what is pasted must not end it half way.
            event.stop()
            event.prevent_default()
            self.insert(" ".join(event.text.split()))
            return
        await super()._on_paste(event)

    async def _on_key(self, event: events.Key) -> None:
        if event.key in ("enter", "ctrl+s") and not self._several:
            event.stop()
            event.prevent_default()
            self.post_message(self.Submitted(self))
            return
        await super()._on_key(event)
