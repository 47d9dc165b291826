"""What all dialogs are: over the board, and alive whatever happens in them."""

from __future__ import annotations

from textual.binding import Binding
from textual.screen import ModalScreen, ScreenResultType

from widgets.guarded import Guarded


class Dialog(ModalScreen[ScreenResultType], Guarded):
    """A dialog that answers with a value, or None when it was left."""

    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 - Textual's own declaration

    # In a field that holds a text ctrl+z takes back what was typed.
    BINDINGS = [Binding("ctrl+z", "app.suspend_process")]  # noqa: RUF012 - Textual's own
