"""What is to be told of the notes as a whole: entries that were dropped, remotes that are apart."""

from __future__ import annotations

from memdeck.git import Git, GitFailed
from memdeck.model import Notes, NotesSign, RepositoryNotes, SignKind
from memdeck.notes.recover import look_back
from memdeck.notes.remote_state import SyncState, known_remotes, sync_state
from memdeck.text import in_shell, plural

_TRACKING = "refs/memdeck/remote/"
_SILENT = (SyncState.EVEN, SyncState.NEVER)


class SignReader:
    """Looks at the notes as a whole again when they, or what is known of remotes, changed."""

    def __init__(self, ref: str) -> None:
        self._ref = ref
        self._seen: dict[str, tuple[str | None, bytes]] = {}
        self._signs: dict[str, tuple[NotesSign, ...]] = {}
        self._last: dict[str, str] = {}

    def read(self, notes: Notes) -> tuple[NotesSign, ...]:
        """The signs of every repository. One git process each while nothing changed."""
        return tuple(sign for each in notes.repositories for sign in self._of(each))

    def _of(self, repository: RepositoryNotes) -> tuple[NotesSign, ...]:
        root = str(repository.root)
        git = Git(repository.root)
        try:
            state = (repository.tip, git.run("for-each-ref", _TRACKING))
            if self._seen.get(root) != state:
                self._signs[root] = (*self._dropped(git, repository), *self._apart(git, repository))
                self._seen[root] = state
        except GitFailed:
            # The same trouble is in the repository's own problem, in words.
            return ()
        return self._signs[root]

    def _dropped(self, git: Git, repository: RepositoryNotes) -> tuple[NotesSign, ...]:
        root = str(repository.root)
        if repository.tip is None:
            last = self._last.get(root)
            if last is None:
                return ()
            # Deleting a ref deletes its reflog: this process may be all that still knows.
            command = f"git update-ref {in_shell(self._ref)} {last}"
            words = f"the notes are gone; `{command}` brings them back"
            return (NotesSign(repository.root, SignKind.DROPPED, words),)
        self._last[root] = repository.tip
        count = len(look_back(git, self._ref).dropped)
        words = f"{plural(count, 'entry', 'entries')} dropped by a race"
        return (NotesSign(repository.root, SignKind.DROPPED, words),) if count else ()

    def _apart(self, git: Git, repository: RepositoryNotes) -> tuple[NotesSign, ...]:
        remotes = known_remotes(git)
        if not remotes:
            return ()
        return tuple(
            NotesSign(repository.root, SignKind.APART, f"{each.remote}: {each.words}")
            for each in sync_state(git, self._ref, remotes)
            if each.state not in _SILENT
        )
