"""The dialog that writes an entry of the notes: a key, and a value that is JSON or a string."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from memdeck.errors import WrongUsage
from memdeck.model import JsonValue
from memdeck.notes.line import value_of
from memdeck.secrets import HoldsSecret, on_screen, refuse_secrets_in
from memdeck.text import plural
from tui.screens.ask import IN_NOTES, ask_about_secret
from tui.screens.dialog import Dialog
from widgets.fields import LineField, TextField


@dataclass(frozen=True, slots=True)
class Noting:
    """What the dialog is opened with."""

    branch: str
    """The branch that the entry will be recorded for, also when another is checked out by then."""
    key: str = ""
    """Given, and not to be changed, when an entry gets a new value."""
    value: str = ""
    repository: str = ""
    """Its name, where there are several."""

    @property
    def place(self) -> str:
        """Where the entry goes, in words."""
        return f"{self.branch} of {self.repository}" if self.repository else self.branch


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What it answers with."""

    key: str
    value: JsonValue
    allow_secret: bool = False
    """Whether somebody said that what looks like a secret is meant."""


def kind_of(value: JsonValue) -> str:
    """What a value is, as it will be stored."""
    match value:
        case None:
            return "JSON: null"
        case bool():
            return "JSON: true or false"
        case int() | float():
            return "JSON: a number"
        case str():
            return "a string"
        case dict():
            return f"JSON: an object with {plural(len(value), 'field')}"
        case _:
            return f"JSON: a list of {plural(len(value), 'value')}"


class NoteScreen(Dialog[NewEntry | None]):
    """Answers with what to store, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("ctrl+s", "write", "write", priority=True),
        Binding("escape", "leave", "leave"),
        Binding("tab", "app.focus_next", show=False),
        Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
    ]

    def __init__(self, noting: Noting) -> None:
        super().__init__()
        self._noting = noting

    def compose(self) -> ComposeResult:
        noting = self._noting
        with Vertical(classes="dialog", id="note-dialog") as dialog:
            dialog.border_title = Content("New value" if noting.key else "New entry")
            dialog.border_subtitle = Content(f"on {on_screen(noting.place)}")
            with Horizontal(classes="field"):
                yield Static("Key", classes="name")
                if noting.key:
                    yield Static(Content(on_screen(noting.key)), id="key-given")
                else:
                    yield LineField(id="key", placeholder="such as task.status")
            with Horizontal(classes="field"):
                yield Static("Value", classes="name")
                yield TextField()
            yield Static(classes="why", markup=False)
            yield Static(classes="refusal", markup=False)
            yield Static(
                "enter or ctrl+s writes   tab next field   esc leaves",
                classes="hints",
                markup=False,
            )

    def on_mount(self) -> None:
        self.query_one(TextField).fill(self._noting.value)
        self.query_one("#key" if not self._noting.key else TextField).focus()
        self._show()

    @property
    def _key(self) -> str:
        return self._noting.key or self.query_one("#key", Input).value

    @on(Input.Changed)
    @on(TextField.Changed)
    def _show(self) -> None:
        text = self.query_one(TextField).text
        words, refusal = "JSON, or any text", ""
        if text.strip():
            try:
                words = f"stored as {kind_of(value_of(text))}"
            except WrongUsage as error:
                words, refusal = "", str(error)
        self.query_one(".why", Static).update(Content(words))
        self._refuse(refusal)

    def _refuse(self, words: str) -> None:
        refusal = self.query_one(".refusal", Static)
        refusal.update(Content(on_screen(words)))
        refusal.display = bool(words)

    @on(Input.Submitted)
    def _to_value(self) -> None:
        self.query_one(TextField).focus()

    @on(TextField.Submitted)
    def action_write(self) -> None:
        """Answer with the entry; says what is missing when something is."""
        text = self.query_one(TextField).text
        missing = "a key" if not self._key.strip() else "a value" if not text.strip() else ""
        if missing:
            self._refuse(f"An entry needs {missing}.")
            return
        try:
            entry = NewEntry(self._key, value_of(text))
            refuse_secrets_in({entry.key: entry.value})
        except HoldsSecret as error:
            meant = replace(entry, allow_secret=True)
            ask_about_secret(self.app, error, IN_NOTES, lambda: self.dismiss(meant))
        except WrongUsage as error:
            self._refuse(str(error))
        else:
            self.dismiss(entry)

    def action_leave(self) -> None:
        """Leave without writing."""
        self.dismiss(None)
