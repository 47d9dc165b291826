"""The keys that write notes: each is an entry more, so that nothing is ever taken away."""

from __future__ import annotations

import json
from pathlib import Path

from memdeck.model import Entry, JsonValue, RepositoryNotes
from tui.screens.curating import Curating
from tui.screens.note import NewEntry, NoteScreen, Noting


class WritingNotes(Curating):
    """The board with its keys that write notes."""

    def action_add(self) -> None:
        if self.active.number == 1:
            self._ask_for_entry("", "")
        else:
            super().action_add()

    def action_edit(self) -> None:
        if self.active.number != 1:
            super().action_edit()
            return
        entry = self._entry_here()
        if entry is not None:
            self._ask_for_entry(entry.key, value_text(entry.value))

    def action_carry(self) -> None:
        """The key under the cursor, or the marked ones, from another branch onto this one."""
        repository = self._repository_here()
        entry = self._entry_here()
        if repository is None or entry is None:
            return
        if entry.branch == repository.branch:
            self.tell("c carries a key of another branch onto this one: it is on this one.")
            return
        self.bridge.write_note(repository.root, lambda store: store.carry(entry.key, entry.branch))

    def _ask_for_entry(self, key: str, value: str) -> None:
        repository = self._repository_here()
        if repository is None or repository.branch is None:
            self.tell("There is no git repository to keep notes in here.")
            return
        if repository.head is None:
            self.tell("A note needs a commit to stand on, and this branch has none yet.")
            return
        root: Path = repository.root

        def answered(entry: NewEntry | None) -> None:
            if entry is not None:
                self.bridge.write_note(root, lambda store: store.set(entry.key, entry.value))

        self.app.push_screen(NoteScreen(Noting(repository.branch, key, value)), answered)

    def _repository_here(self) -> RepositoryNotes | None:
        """The repository of the row under the cursor, else the first one."""
        if self.deck is None:
            return None
        row = self.pane(1).list.current
        place = row.key[1] if row and isinstance(row.key, tuple) and len(row.key) > 1 else None
        repositories = self.deck.notes.repositories
        return next(
            (each for each in repositories if str(each.root) == str(place)),
            self.deck.notes.primary,
        )

    def _entry_here(self) -> Entry | None:
        """The entry under the cursor of the Notes pane; says why when there is none."""
        row = self.active.list.current
        if self.active.number != 1:
            self.tell("c carries a key of the notes: 1 goes there.")
        elif row is None or not isinstance(row.target, Entry):
            self.tell("This is no entry: move to a key.")
        else:
            return row.target
        return None


def value_text(value: JsonValue) -> str:
    """A value as it is typed: a string as it is where that says the same, else as JSON."""
    from memdeck.notes.line import value_of

    if isinstance(value, str) and value_of(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)
