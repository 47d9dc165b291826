"""The keys that write notes: each is an entry more, so that nothing is ever taken away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from memdeck.git import Git
from memdeck.limits import LONGEST_TEXT
from memdeck.model import DamagedSpan, Entry, JsonValue, Notes, RepositoryNotes
from memdeck.notes.branches import BranchDifference, difference
from memdeck.notes.history import NotesCommit, notes_at, notes_commits
from memdeck.notes.line import value_of
from memdeck.text import plural
from tui.screens.ask import AskScreen
from tui.screens.curating import Curating
from tui.screens.listing import Chosen, Listing, ListScreen
from tui.screens.note import NewEntry, NoteScreen, Noting
from widgets.bars import KeyHint
from widgets.branch_rows import commit_rows, difference_rows
from widgets.detail import describe
from widgets.notes_rows import notes_rows
from widgets.when import ago


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
        text = value_text(entry.value) if entry is not None else ""
        if len(text) > LONGEST_TEXT:
            self.tell(
                f"The value is {plural(len(text), 'character')} long, so nothing was opened: "
                "`memdeck notes set` stores a new one.",
                severe=True,
            )
        elif entry is not None:
            self._ask_for_entry(entry.key, text)

    def action_carry(self) -> None:
        """The key under the cursor, or the marked ones, from another branch onto this one."""
        repository = self._repository_here()
        entry = self._entry_here()
        if repository is None or entry is None:
            return
        if entry.branch == repository.branch:
            self.tell("c carries a key of another branch onto this one: it is on this one.")
            return
        self._carry(repository.root, entry)

    def action_difference(self) -> None:
        """The branch under the cursor and the current one, key by key."""
        repository = self._repository_here()
        row = self.pane(1).list.current
        other = getattr(row.target, "branch", None) if row else None
        if self.active.number != 1 or repository is None or repository.branch is None:
            self.tell("B sets a branch of the notes beside the current one: 1 goes there.")
            return
        if not isinstance(other, str) or other == repository.branch:
            self.tell("B sets another branch beside this one: move to that branch.")
            return
        assert self.deck is not None
        found = difference(repository, repository.branch, other)
        listing = Listing(
            title=f"{other} beside {repository.branch}",
            rows=difference_rows(found, self.glyphs),
            empty="Neither branch remembers anything.",
            actions=(KeyHint("c", "carry over", "carry"),),
            markable=True,
        )
        root = repository.root

        def answered(chosen: Chosen | None) -> None:
            entries = [row.target for row in chosen.rows] if chosen else []
            self._carry_shown(root, found, [each for each in entries if isinstance(each, Entry)])

        self.app.push_screen(ListScreen(listing, self.deck, self.glyphs), answered)

    def action_notes_history(self) -> None:
        """The changes of the notes; one of them shows what they looked like then."""
        repository = self._repository_here()
        if self.active.number != 1 or repository is None:
            self.tell("T shows earlier notes: 1 goes there.")
            return
        git, ref = Git(repository.root), self.workspace.settings.notes_ref
        self.bridge.ask(
            lambda: notes_commits(git, ref), lambda commits: self._list_commits(git, commits)
        )

    def _list_commits(self, git: Git, commits: Sequence[NotesCommit]) -> None:
        assert self.deck is not None
        listing = Listing(
            title="Notes, as they changed",
            rows=commit_rows(commits, self.now(), self.zone),
            empty="The notes have no history yet.",
            actions=(KeyHint("enter", "the notes as they were then", "show"),),
        )

        def answered(chosen: Chosen | None) -> None:
            target = chosen.rows[0].target if chosen else None
            if isinstance(target, NotesCommit):
                ref = self.workspace.settings.notes_ref
                self.bridge.ask(
                    lambda: notes_at(git, ref, target.id),
                    lambda notes: self._list_earlier(notes, target),
                )

        self.app.push_screen(ListScreen(listing, self.deck, self.glyphs), answered)

    def _list_earlier(self, notes: RepositoryNotes, commit: NotesCommit) -> None:
        assert self.deck is not None
        when = ago(commit.when, self.now(), self.zone) if commit.when else "at some time"
        rows = notes_rows(Notes((notes,)), self.now(), self.zone, self.glyphs)
        listing = Listing(
            title=f"Notes as they were ({when}): {commit.words}",
            rows=rows,
            empty="There were no entries then.",
            described={
                row.key: describe(row.target, self.deck, self.now(), self.zone, self.glyphs)
                for row in rows
                if isinstance(row.target, Entry | DamagedSpan)
            },
        )
        self.app.push_screen(ListScreen(listing, self.deck, self.glyphs))

    def _carry_shown(self, root: Path, shown: BranchDifference, entries: Sequence[Entry]) -> None:
        """Carry what the list showed; a key that says something else since is left alone."""
        assert self.deck is not None
        repositories = self.deck.notes.repositories
        now = next((each for each in repositories if each.root == root), None)
        changed = []
        for entry in entries:
            after = difference(now, shown.branch, shown.other) if now else None
            if after is None or _about(after, entry.key) != _about(shown, entry.key):
                changed.append(entry.key)
            else:
                self._carry(root, entry)
        if changed:
            self.tell(
                f"Others wrote meanwhile, so not carried: {', '.join(changed)}. B shows it anew.",
                severe=True,
                beside=True,
            )

    def _carry(self, root: Path, entry: Entry) -> None:
        self.bridge.write_note(root, lambda store: store.carry(entry.key, entry.branch))

    def _ask_for_entry(self, key: str, value: str) -> None:
        repository = self._repository_here()
        if repository is None or repository.branch is None:
            self.tell("There is no git repository to keep notes in here.")
            return
        if repository.head is None:
            self.tell("A note needs a commit to stand on, and this branch has none yet.")
            return
        several = self.deck is not None and len(self.deck.notes.repositories) > 1
        noting = Noting(repository.branch, key, value, repository.name if several else "")
        self._open_entry(repository.root, noting, self._value_of(noting))

    def _open_entry(self, root: Path, noting: Noting, before: str | None) -> None:
        """The dialog; `before` is what the key said when it was opened."""

        def answered(entry: NewEntry | None) -> None:
            if entry is None:
                return
            typed = replace(noting, key=entry.key, value=value_text(entry.value))
            if noting.key and self._value_of(noting) != before:
                self._ask_to_overrule(root, typed, entry)
            else:
                self._store_entry(root, typed, entry)

        self.app.push_screen(NoteScreen(noting), answered)

    def _ask_to_overrule(self, root: Path, typed: Noting, entry: NewEntry) -> None:
        """Somebody wrote the key while the dialog was open."""
        now = self._value_of(typed)
        question = f"{typed.key} says meanwhile:\n\n{now}\n\nWrite yours on top of it?"

        def answered(yes: bool | None) -> None:
            if yes:
                self._store_entry(root, typed, replace(entry, value=value_of(typed.value)))
            else:
                self._open_entry(root, typed, now)

        self.app.push_screen(AskScreen("Somebody else wrote it", question, yes="write"), answered)

    _unsaved: tuple[Path, Noting] | None = None

    def _store_entry(self, root: Path, typed: Noting, entry: NewEntry) -> None:
        self._unsaved = (root, typed)
        self.bridge.write_note(
            root,
            lambda store: store.set(
                entry.key, entry.value, branch=typed.branch, allow_secret=entry.allow_secret
            ),
        )

    def entry_stored(self) -> None:
        """What was typed is in the notes."""
        self._unsaved = None

    def not_asked(self) -> None:
        """Something was refused; what was typed of an entry comes back to be sent again."""
        if self._unsaved is not None:
            (root, typed), self._unsaved = self._unsaved, None
            self._open_entry(root, typed, self._value_of(typed))

    def _value_of(self, noting: Noting) -> str | None:
        """What the key says now on the branch that it will be recorded for, as it would be
        typed."""
        repository = self._repository_here()
        branch = repository.of_branch(noting.branch) if repository else None
        keys = branch.keys if branch else ()
        return next(
            (value_text(each.latest.value) for each in keys if each.latest.key == noting.key), None
        )

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


def _about(found: BranchDifference, key: str) -> list[object]:
    """What a difference says of one key, to be compared."""
    return [
        [each.latest for each in found.missing if each.latest.key == key],
        [each.latest for each in found.only if each.latest.key == key],
        [(a.latest, b.latest) for a, b in found.differing if a.latest.key == key],
    ]


def value_text(value: JsonValue) -> str:
    """A value as it is typed: a string as it is where that says the same, else as JSON."""
    if isinstance(value, str) and value_of(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)
