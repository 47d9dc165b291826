"""The only module with threads: from the reader to messages, from wishes to the store.

Five threads, each ended by a stop event: one watches, one reads, one writes,
one asks git what may take long, so that no write waits for a slow remote, and
one looks at what is on this machine for the screens that ask. A program of the
operator's own (distilling) has a thread for as long as it runs.
At most one reading is under way; what is touched meanwhile is read again
afterwards, so that no event is lost. A write hands what it touched to the
reader itself: the screen is right at once, also when the watcher is down.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from textual.message import Message

from memdeck import __version__
from memdeck.curated.journal import Journal
from memdeck.curated.store import Applied, MemoryStore
from memdeck.errors import MemdeckError
from memdeck.live.alarms import remember_written
from memdeck.live.reader import Reader
from memdeck.live.watch import EVERYTHING, Touched, Watcher
from memdeck.notes.store import NotesStore, Stored
from memdeck.report import write_report
from memdeck.workspace import Workspace
from tui.messages import Answered, DeckChanged, Noted, NotWritten, Told, WatchChanged, Written

if TYPE_CHECKING:
    from memdeck.live.loading import Loader

Wish = Callable[[MemoryStore], Applied]
Found = TypeVar("Found")
NoteWish = Callable[[NotesStore], Stored]

_JOIN_SECONDS: Final = 3.0
_WRITTEN: Final = "the journal knows how far it came: see memdeck history"
_ASKED: Final = "nothing that was stored is lost"


class Bridge:
    """The engine's threads, for one workspace and one screen."""

    def __init__(
        self,
        workspace: Workspace,
        reader: Reader,
        post: Callable[[Message], object],
        *,
        now: Callable[[], datetime],
        actor: str,
    ) -> None:
        self._workspace = workspace
        self._reader = reader
        self._post = post
        self._now = now
        self._actor = actor
        self._stop = threading.Event()
        self._watched = threading.Event()
        self._dirty = threading.Condition()
        self._touched = EVERYTHING
        self._aged = False
        self._opened: frozenset[date] = frozenset()
        self._wishes: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._questions: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._looks: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._loader: Loader | None = None
        self._store: MemoryStore | None = None
        self._note_stores: dict[Path, NotesStore] = {}
        self._threads = [
            threading.Thread(target=run, name=f"memdeck-{name}", daemon=True)
            for name, run in (
                ("watch", self._watch),
                ("read", self._read),
                ("write", self._write),
                ("ask", lambda: self._work(self._questions, "asking git", _ASKED, touching=True)),
                ("look", lambda: self._work(self._looks, "looking it up", _ASKED)),
            )
        ]

    @property
    def actor(self) -> str:
        """Who undoes what in the journal."""
        return self._actor

    def start(self) -> None:
        """Begin to watch, read and write."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads; a write that is under way is finished first."""
        self._stop.set()
        self._wishes.put(None)
        self._questions.put(None)
        self._looks.put(None)
        with self._dirty:
            self._dirty.notify_all()
        for thread in self._threads:
            # What is asked of a remote may take minutes; it is ended with the program.
            if thread.is_alive() and thread.name != "memdeck-ask":
                thread.join(_JOIN_SECONDS)

    def touch(self, touched: Touched) -> None:
        """Something may have changed: read it again."""
        with self._dirty:
            self._touched |= touched
            self._dirty.notify_all()

    def pass_time(self) -> None:
        """Nothing is known to have changed, but it is later: who is late by now?"""
        with self._dirty:
            self._aged = True
            self._dirty.notify_all()

    def open_day(self, day: date) -> None:
        """Read a day in full that has only been listed so far."""
        with self._dirty:
            self._opened |= {day}
            self._touched |= Touched(files=True)
            self._dirty.notify_all()

    def count(self, data: bytes) -> int:
        """The tokens of bytes; loads the tokenizer when nothing has been counted yet."""
        return self._reader.counter.count(data)

    def write(self, wish: Wish) -> None:
        """Have something done to MEMORY.md; `Written` or `NotWritten` tells how it went."""
        self._wishes.put(lambda: self._write_memory(wish))

    def ask(self, job: Callable[[], Found], answer: Callable[[Found], None]) -> None:
        """Have git asked something, and `answer` called with it on the screen's own thread;
        when it cannot be told, `NotWritten` says why."""
        self._questions.put(lambda: self._tell(Answered(partial(answer, job()))))

    def look(self, job: Callable[[], Found], answer: Callable[[Found], None]) -> None:
        """Like `ask`, for what is on this machine and changes nothing: no wait for a remote, and
        nothing is read again afterwards."""
        self._looks.put(lambda: self._tell(Answered(partial(answer, job()))))

    def stream(
        self,
        job: Callable[[], Iterator[Found]],
        answer: Callable[[Found], None],
        failed: Callable[[MemdeckError], None],
    ) -> None:
        """Like `look`, for what is found bit by bit: `answer` is called with each, `failed` when
        it cannot go on."""

        def run() -> None:
            try:
                for found in job():
                    self._tell(Answered(partial(answer, found)))
            except MemdeckError as error:
                self._tell(Answered(partial(failed, error)))

        self._looks.put(run)

    @property
    def loader(self) -> Loader:
        """Loads bootstraps for what is looked at; only for jobs of `look`."""
        if self._loader is None:
            from memdeck.live.loading import Loader

            self._loader = Loader(self._workspace)
        return self._loader

    def aside(self, job: Callable[[], Found], answer: Callable[[Found], None]) -> None:
        """Run a program that may take its time; `answer` is called as with `ask`."""
        jobs: queue.Queue[Callable[[], None] | None] = queue.Queue()
        jobs.put(lambda: self._tell(Answered(partial(answer, job()))))
        jobs.put(None)
        threading.Thread(
            target=lambda: self._work(jobs, "running a program", _ASKED),
            name="memdeck-aside",
            daemon=True,
        ).start()

    def write_note(self, root: Path, wish: NoteWish) -> None:
        """Have an entry written to the notes of the repository at `root`; `Noted` or
        `NotWritten` tells how it went."""
        self._wishes.put(lambda: self._write_notes(root, wish))

    def _tell(self, message: Message) -> None:
        if self._stop.is_set():
            return
        try:
            self._post(message)
        except RuntimeError:
            # The event loop has just ended: nobody is there to be told.
            self._stop.set()

    def _watch(self) -> None:
        watcher = Watcher(
            self._workspace, self.touch, lambda state: self._tell(WatchChanged(state))
        )
        try:
            watcher.begin()
            self._watched.set()
            watcher.run(self._stop)
        except Exception as error:  # noqa: BLE001 - the last line of a thread: told, not hidden
            self._tell_unexpected(error, "watching", "what you see may be old: restart memdeck")
        finally:
            self._watched.set()

    def _read(self) -> None:
        # Else what is written between the two would be told by neither.
        self._watched.wait()
        while True:
            with self._dirty:
                self._dirty.wait_for(
                    lambda: bool(self._touched) or self._aged or self._stop.is_set()
                )
                touched, self._touched = self._touched, Touched()
                self._aged = False
                opened = self._opened
            if self._stop.is_set():
                return
            try:
                if not touched:
                    self._tell_pulse()
                    continue
                self._reader.open_days(opened)
                for deck in self._reader.stages(notes=touched.notes):
                    if self._stop.is_set():
                        return
                    self._tell(DeckChanged(deck))
            except MemdeckError as error:
                self._tell(Told(str(error), severe=True))
            except Exception as error:  # noqa: BLE001 - one reading failed; the next one may not
                self._tell_unexpected(error, "reading", "what was read before is still shown")

    def _tell_pulse(self) -> None:
        before = self._reader.deck
        deck = self._reader.pulse_at(self._now())
        if deck is not None and deck is not before:
            self._tell(DeckChanged(deck))

    def _write(self) -> None:
        if self._workspace.state_folder.is_dir():
            # Something may have been cut short the last time: say so now.
            try:
                self._memory_store()
            except MemdeckError as error:
                self._tell(Told(str(error), severe=True))
        self._work(self._wishes, "writing", _WRITTEN, touching=True)

    def _work(
        self,
        jobs: queue.Queue[Callable[[], None] | None],
        doing: str,
        reassurance: str,
        *,
        touching: bool = False,
    ) -> None:
        """Do one job after the other, until there is the last one; after one that may have
        changed something, everything is read again."""
        while (job := jobs.get()) is not None:
            try:
                job()
            except MemdeckError as error:
                self._tell(NotWritten(error))
            except Exception as error:  # noqa: BLE001 - one job failed; the next one may not
                self._tell_unexpected(error, doing, reassurance)
            if touching:
                # Also after a refusal: others may have written.
                self.touch(EVERYTHING)

    def _write_memory(self, wish: Wish) -> None:
        self._tell(Written(wish(self._memory_store())))

    def _write_notes(self, root: Path, wish: NoteWish) -> None:
        if root not in self._note_stores:
            ref = self._workspace.settings.notes_ref
            self._note_stores[root] = NotesStore(root, ref, self._now)
        self._tell(Noted(wish(self._note_stores[root])))

    def _memory_store(self) -> MemoryStore:
        if self._store is None:
            journal = Journal(self._workspace.ensure_state_folder())
            store = MemoryStore(
                self._workspace.root,
                self._workspace.memory_path,
                journal,
                self._actor,
                self._now,
                # Not left to the next reading: what is dropped before that is to be missed, too.
                written=partial(remember_written, self._workspace, journal, self._now),
            )
            for words in store.recover():
                self._tell(Told(words))
                # What was read before was read without it.
                self.touch(EVERYTHING)
            self._store = store
        return self._store

    def _tell_unexpected(self, error: Exception, doing: str, words: str) -> None:
        """An error that nobody foresaw: said, and reported without a word of memory in it."""
        report = write_report(error, now=self._now(), version=__version__, doing=doing)
        place = f" A report is in {report}." if report else ""
        self._tell(Told(f"An unexpected error while {doing}; {words}.{place}", severe=True))
