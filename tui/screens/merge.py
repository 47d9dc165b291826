"""Two texts that say nearly the same, and the one that is to stand for both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from memdeck.distil import changed
from memdeck.errors import Refused
from memdeck.model import Item
from memdeck.secrets import HoldsSecret, on_screen
from tui.screens.ask import IN_MEMORY, ask_about_secret
from tui.screens.dialog import Dialog
from widgets.difference import difference_content
from widgets.fields import TextField
from widgets.glyphs import Glyphs
from widgets.looks import MUTED
from widgets.placing import suspicion_content


@dataclass(frozen=True, slots=True)
class Merged:
    """What the dialog answers with."""

    text: str
    allow_secret: bool = False
    """Whether somebody said that what looks like a secret is meant."""


class MergeScreen(Dialog[Merged | None]):
    """Answers with the merged text, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("ctrl+s", "write", priority=True),
        Binding("ctrl+t", "distil", priority=True),
        Binding("escape", "leave"),
        Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
    ]

    def __init__(
        self,
        item: Item,
        line: str,
        place: str,
        text: str,
        *,
        check: Callable[[str], object],
        distil: Callable[[str, Callable[[str], None]], None],
        glyphs: Glyphs,
    ) -> None:
        """`text` is what is suggested; `check` plans the edit and raises Refused."""
        super().__init__()
        self._item = item
        self._line = line
        self._place = place
        self._suggested = text
        self._check = check
        self._distil = distil
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        item = self._item
        with Vertical(classes="dialog", id="merge-dialog") as dialog:
            dialog.border_title = "Merge"
            with VerticalScroll(can_focus=False), Horizontal(classes="beside"):
                for place, text in (
                    (f"MEMORY.md:{item.line}", item.source or item.text),
                    (self._place, self._line),
                ):
                    heading = Content.styled(on_screen(place), MUTED)
                    yield Static(Content("\n").join([heading, Content(on_screen(text))]))
            with Horizontal(classes="field"):
                yield Static("Text", classes="name")
                yield TextField()
            yield Static(classes="difference", markup=False)
            yield Static(classes="suspicion", markup=False)
            yield Static(classes="refusal", markup=False)
            yield Static(
                "enter or ctrl+s writes   ctrl+t distils   esc leaves",
                classes="hints",
                markup=False,
            )

    def on_mount(self) -> None:
        field = self.query_one(TextField)
        field.fill(self._suggested)
        field.focus()

    @on(TextField.Changed)
    def _changed(self) -> None:
        text = self.query_one(TextField).text
        before = self._item.source or self._item.text
        difference = difference_content(changed(before, text))
        self.query_one(".difference", Static).update(difference)
        suspicion = suspicion_content((text,), self._glyphs)
        self.query_one(".suspicion", Static).update(suspicion)
        self.query_one(".suspicion").display = bool(suspicion)
        self.query_one(".refusal", Static).update("")

    @on(TextField.Submitted)
    def action_write(self) -> None:
        """Answer with the text; what is refused stays to be changed."""
        text = self.query_one(TextField).text
        try:
            self._check(text)
        except HoldsSecret as error:
            meant = Merged(text, allow_secret=True)
            ask_about_secret(self.app, error, IN_MEMORY, lambda: self.dismiss(meant))
            return
        except Refused as error:
            self.query_one(".refusal", Static).update(Content(on_screen(str(error))))
            return
        self.dismiss(Merged(text))

    def action_distil(self) -> None:
        """Have the text made shorter by the operator's program."""
        field = self.query_one(TextField)
        if field.text.strip():
            self._distil(field.text, field.fill)

    def action_leave(self) -> None:
        """Leave both as they are."""
        self.dismiss(None)
