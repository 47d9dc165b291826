"""What all dialogs are: over the board, and alive whatever happens in them."""

from __future__ import annotations

from textual.screen import ModalScreen, ScreenResultType

from widgets.guarded import Guarded


class Dialog(ModalScreen[ScreenResultType], Guarded):
    """A dialog that answers with a value, or None when it was left."""
