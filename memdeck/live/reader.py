"""From disk and git to the next `Deck`: the only road that memory takes to a screen.

A reading is staged, so that what a person looks at first is there first:
files, then notes, then the count, then what has been promoted. Each stage is a
whole `Deck`; a part that did not change is the same object as before.

A `Reader` belongs to one thread at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from memdeck.curated.comparison import Comparison, at_once
from memdeck.curated.sections import read_memory
from memdeck.daily.days import folder_problem, read_days
from memdeck.errors import MemdeckError
from memdeck.live.last import last_changes
from memdeck.model import (
    Budget,
    Deck,
    LogFile,
    LogKind,
    Notes,
    Promoted,
)
from memdeck.workspace import Workspace

if TYPE_CHECKING:
    from memdeck.bootstrap.cache import CachedCounter
    from memdeck.curated.journal import Journal
    from memdeck.curated.records import Record
    from memdeck.live.activity import ActivityReader
    from memdeck.live.alarms import AlarmReader
    from memdeck.live.loading import Loader
    from memdeck.live.pulse import PulseReader
    from memdeck.live.signs import SignReader

# Lines of the newest days are compared with MEMORY.md; older ones are known
# as promoted by the journal alone. A month covers the median lag of one day
# (FORMATS of 22 workspaces) many times over.
LIKENESS_DAYS: Final = 31

LineKey = tuple[str, int, str]


class Reader:
    """Reads a workspace again and again, each time only what changed."""

    def __init__(
        self,
        workspace: Workspace,
        now: Callable[[], datetime],
        *,
        parse_days: int | None = None,
        likeness_days: int = LIKENESS_DAYS,
        breathe: Callable[[], None] = at_once,
        pulse: bool = True,
    ) -> None:
        """`now` gives an aware datetime; `parse_days` is how many of the newest days are
        read in full (None: all), `likeness_days` how many of them are compared with MEMORY.md.

        `breathe` is called often while they are, so that another thread may run meanwhile.
        Without `pulse` who is alive and what was done are not read."""
        self.workspace = workspace
        self._now = now
        self._parse_days = parse_days
        self._opened: frozenset[date] = frozenset()
        self._deck: Deck | None = None
        self._counter: CachedCounter | None = None
        self._loader: Loader | None = None
        self._journal: Journal | None = None
        self._likeness_days = likeness_days
        self._breathe = breathe
        self._pulse = pulse
        self._comparison = Comparison(workspace.settings.likeness)
        self._origins: Mapping[LineKey, str] = {}
        self._records: tuple[Record, ...] = ()
        self._look_at_signs = False
        self._signs: SignReader | None = None
        self._alarm_reader: AlarmReader | None = None
        self._pulse_reader: PulseReader | None = None
        self._activity_reader: ActivityReader | None = None
        self._packed_from: tuple[object, ...] = ()
        self._tokens_of: dict[LogFile, int] = {}

    @property
    def deck(self) -> Deck | None:
        """What was last read; None before the first reading."""
        return self._deck

    @property
    def loader(self) -> Loader:
        """What the next session loads is worked out by it."""
        if self._loader is None:
            from memdeck.live.loading import Loader

            self._loader = Loader(self.workspace, self.counter)
        return self._loader

    @property
    def counter(self) -> CachedCounter:
        """The token counter; it loads the tokenizer (0.1 to 0.3 s) for what is new to it."""
        if self._counter is None:
            from memdeck.bootstrap.cache import CachedCounter

            workspace = self.workspace
            self._counter = CachedCounter(workspace.settings.encoding, workspace.state_folder)
        return self._counter

    def open_days(self, dates: frozenset[date]) -> None:
        """Read these days in full, too, from the next reading on."""
        self._opened |= dates

    def read_files(self) -> Deck:
        """MEMORY.md and the logs: what needs no process and no tokenizer."""
        before = self._deck
        now = self._now()
        today = self.workspace.today(now)
        problem = folder_problem(self.workspace.root)
        memory = read_memory(self.workspace.memory_path, before.memory if before else None)
        days = read_days(
            self.workspace.root,
            before.days if before else (),
            today=today,
            parse_newest=self._parse_days,
            parse_dates=self._opened | {today, today - timedelta(days=1)},
        )
        # Asked on both sides: what is moved away and back meanwhile is not lost.
        problem = problem or folder_problem(self.workspace.root)
        if before is None:
            self._deck = Deck(
                self.workspace.root, today, now, Notes(), memory, days, logs_problem=problem
            )
        elif (
            memory is not before.memory
            or days is not before.days
            or (today, problem) != (before.today, before.logs_problem)
        ):
            self._deck = replace(
                before, today=today, read_at=now, memory=memory, days=days, logs_problem=problem
            )
        assert self._deck is not None
        return self._deck

    def stages(self, *, notes: bool = True) -> Iterator[Deck]:
        """The next decks, each more exact than the one before; the last is exact.

        With `notes=False` no process is started: nothing in the repository has changed.
        """
        from memdeck.notes.reader import read_notes

        before = self._deck
        deck = self.read_files()
        if before is None or deck is not before:
            yield deck
        if notes:
            read = read_notes(
                self.workspace.root,
                self.workspace.settings.notes_repositories,
                self.workspace.settings.notes_ref,
                deck.notes if before is not None else None,
            )
            gone = _gone_branches(read)
            if read is not deck.notes or gone != deck.gone_branches:
                deck = self._deck = replace(deck, notes=read, gone_branches=gone)
                yield deck
            self._look_at_signs = True
        alive = (
            # Before the pulse, which says who has done nothing; who that is, is told of afterwards.
            partial(self._with_activity, git=notes),
            self._with_pulse,
            partial(self._with_activity, look=False),
        )
        steps = (
            self._with_journal,
            # Early: a version that was never seen is one whose loss cannot be told.
            self._with_alarms,
            self._with_budget,
            self._with_day_tokens,
            *(alive if self._pulse else ()),
            self._with_promotions,
            self._with_signs,
        )
        for more_exact in steps:
            after = more_exact(deck)
            if after is not deck:
                deck = self._deck = after
                yield deck

    def pulse_at(self, now: datetime) -> Deck | None:
        """The deck with the agents as they are at an aware moment, when time passed and nothing
        else is known to have changed; the same object when they are as before.

        None before the first reading. A look at the record of heartbeats: no process, no other
        file.
        """
        if self._deck is not None:
            self._deck = self._with_pulse(self._deck, now)
            self._deck = self._with_activity(self._deck, look=False)
        return self._deck

    def _with_pulse(self, deck: Deck, now: datetime | None = None) -> Deck:
        """Who is alive, and what a person must hear of it."""
        if self._pulse_reader is None:
            from memdeck.live.pulse import PulseReader

            self._pulse_reader = PulseReader(self.workspace)
        report = self._pulse_reader.read(deck, now or self._now())
        return deck if report is deck.pulse else replace(deck, pulse=report)

    def _with_activity(self, deck: Deck, *, look: bool = True, git: bool = False) -> Deck:
        """What was done of late: with `look` what is beside the deck is read, with `git` commits,
        too."""
        if self._activity_reader is None:
            import os

            from memdeck.live.activity import ActivityReader

            self._activity_reader = ActivityReader(self.workspace, os.environ)
        now = self._now()
        if look:
            self._activity_reader.look(deck, now, operations=self._lately_done, git=git)
        return self._activity_reader.onto(deck, now)

    def _with_journal(self, deck: Deck) -> Deck:
        """What memdeck did here; a journal that cannot be read hides nothing else."""
        try:
            self._origins = self.journal.origins()
            self._records = self.journal.records(limit=1)
        except MemdeckError as error:
            self._origins, self._records = {}, ()
            problem: str | None = str(error)
        else:
            problem = self.journal.obstacle
        return deck if problem == deck.journal_problem else replace(deck, journal_problem=problem)

    def _with_signs(self, deck: Deck) -> Deck:
        """What is to be told of the notes as a whole."""
        if not self._look_at_signs:
            return deck
        self._look_at_signs = False
        if self._signs is None:
            from memdeck.live.signs import SignReader

            self._signs = SignReader(self.workspace.settings.notes_ref)
        signs = self._signs.read(deck.notes)
        return deck if signs == deck.notes_signs else replace(deck, notes_signs=signs)

    def _with_alarms(self, deck: Deck) -> Deck:
        """What was lost to other writers since it was last seen, by this memdeck or another."""
        if self._alarm_reader is None:
            from memdeck.live.alarms import AlarmReader

            self._alarm_reader = AlarmReader(self.workspace)
        alarms, problem = self._alarm_reader.read(deck, self._lately_done, self._now())
        if (alarms, problem) == (deck.alarms, deck.alarms_problem):
            return deck
        return replace(deck, alarms=alarms, alarms_problem=problem)

    def _lately_done(self) -> tuple[Record, ...]:
        """What memdeck did of late; nothing when the journal cannot be read, which is told."""
        from memdeck.live.alarms import LATELY

        try:
            return self.journal.records(limit=LATELY)
        except MemdeckError:
            return ()

    def _with_budget(self, deck: Deck) -> Deck:
        """The bootstrap counted, unless nothing that it is made of has changed."""
        loaded = self.loader.load(
            deck.memory, deck.days, deck.notes, day=deck.today, now=self._now()
        )
        source = (deck.memory, deck.days, deck.notes, deck.today, loaded)
        if deck.budget is not None and self._packed_from == source:
            return deck
        self._packed_from = source
        budget = _same_budget(deck.budget, loaded)
        changes = last_changes(deck, self._last_record(deck))
        if budget is deck.budget and changes == deck.changes:
            return deck
        return replace(deck, budget=budget, changes=changes)

    def _with_day_tokens(self, deck: Deck) -> Deck:
        """The tokens of every log that has been read; a file that did not change keeps its own."""
        files = [file for day in deck.days for file in day.files if file.parsed]
        new = [file for file in files if file not in self._tokens_of]
        if new:
            counts = self.counter.count_all([file.data for file in new])
            self._tokens_of |= zip(new, counts, strict=True)
        self._tokens_of = {file: self._tokens_of[file] for file in files}
        tokens = {file.name: count for file, count in self._tokens_of.items()}
        return deck if tokens == deck.day_tokens else replace(deck, day_tokens=tokens)

    def _with_promotions(self, deck: Deck) -> Deck:
        promoted = self._promotions(deck)
        if promoted == deck.promoted:
            return deck
        return replace(deck, promoted=promoted)

    def _promotions(self, deck: Deck) -> dict[LineKey, Promoted]:
        """Log lines that are in MEMORY.md: by the journal, else by likeness."""
        found: dict[LineKey, Promoted] = {}
        unknown: list[tuple[LineKey, str]] = []
        journaled = self._journaled(deck)
        for index, day in enumerate(deck.days):
            for file in day.files:
                if file.kind is LogKind.TRANSCRIPT:
                    continue
                for item in file.items:
                    key = (item.file, item.line, item.digest)
                    if key in journaled:
                        found[key] = journaled[key]
                    elif index < self._likeness_days and item.candidate:
                        unknown.append((key, item.text))
        likes = self._comparison.compare(
            (text for _, text in unknown), deck.memory.items, breathe=self._breathe
        )
        for key, text in unknown:
            for known, likeness in likes[text][:1]:
                found[key] = Promoted(known.id, likeness, by_journal=False)
        return found

    @property
    def journal(self) -> Journal:
        """What memdeck did to this MEMORY.md; empty when it has done nothing yet."""
        if self._journal is None:
            from memdeck.curated.journal import Journal

            self._journal = Journal(self.workspace.state_folder)
        return self._journal

    def _last_record(self, deck: Deck) -> Record | None:
        """The operation that made MEMORY.md what it is; None when another program did."""
        import hashlib

        if not self._records:
            return None
        digest = hashlib.sha256(deck.memory.data).hexdigest()
        return self._records[0] if self._records[0].after_hash == digest else None

    def _journaled(self, deck: Deck) -> dict[LineKey, Promoted]:
        by_text = {item.text: item.id for item in deck.memory.items}
        return {
            key: Promoted(by_text.get(text), 100.0, by_journal=True)
            for key, text in self._origins.items()
        }


def _gone_branches(notes: Notes) -> dict[Path, frozenset[str]]:
    """Branches of the notes that are not there any more; git is asked only if there are others
    than the current one."""
    from memdeck.git import Git, GitFailed
    from memdeck.notes.branches import deleted_branches, known_branches

    found: dict[Path, frozenset[str]] = {}
    for repository in notes.repositories:
        if all(branch.current for branch in repository.branches):
            continue
        try:
            known = known_branches(Git(repository.root))
        except GitFailed:
            # The same trouble is in the repository's own problem, in words.
            continue
        gone = frozenset(branch.branch for branch in deleted_branches(repository, known))
        if gone:
            found[repository.root] = gone
    return found


def _same_budget(before: Budget | None, after: Budget) -> Budget:
    """The old object when it says the same about the same bytes, given or not."""
    return before if before is not None and _said(before) == _said(after) else after


def _said(budget: Budget) -> tuple[object, ...]:
    parts = [
        (part.data, part.cuts, part.words, [(each.data, each.problem) for each in part.sources])
        for part in budget.parts
    ]
    return (budget.profile, budget.used, budget.limit, budget.warning, parts)


def read_deck(workspace: Workspace, now: datetime) -> Deck:
    """Everything, read once and in full: what the commands work on."""
    reader = Reader(workspace, lambda: now)
    for _ in reader.stages():
        pass
    assert reader.deck is not None
    return reader.deck
