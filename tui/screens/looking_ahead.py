"""The keys that look at the next session: what it is given, and what could go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from memdeck.curated.edits import Retire
from memdeck.curated.journal import Journal
from memdeck.model import Budget, Deck, Item, LogItem
from memdeck.text import thin
from tui.screens.caring import CaringForNotes
from tui.screens.curating import one_line
from tui.screens.listing import Chosen, Listing, ListScreen
from widgets.bars import KeyHint
from widgets.placing import size_in
from widgets.row import Row

if TYPE_CHECKING:
    # Loaded when a key asks for them: the board is to be there sooner.
    from memdeck.bootstrap.free import Proposal
    from memdeck.handoff import HandOff
    from tui.screens.bootstrap import Asked

# Proposed when nothing has to go: who asks wants some room.
_SOME_ROOM: Final = 1000


class LookingAhead(CaringForNotes):
    """The board with its keys for what comes next."""

    def action_bootstrap(self) -> None:
        """Exactly what the next session is given, with what is cut."""
        from memdeck.bootstrap.profiles import profiles
        from tui.screens.bootstrap import BootstrapScreen, Sight

        assert self.deck is not None
        sight = Sight(self._load_bootstrap, self._find_hand_off, self._find_outlook)
        known = profiles(self.workspace.settings)
        screen = BootstrapScreen(
            *(self.deck, known, sight, self.free_tokens),
            now=self.now,
            zone=self.zone,
            glyphs=self.glyphs,
        )
        self.app.push_screen(screen)

    def _load_bootstrap(self, asked: Asked, answer: Callable[[Budget], None]) -> None:
        deck, now = self.deck, self.now()
        assert deck is not None
        self.bridge.look(
            lambda: self.bridge.loader.load(
                deck.memory,
                deck.days,
                deck.notes,
                day=asked.day or deck.today,
                now=now,
                profile=asked.profile,
                branch=asked.branch,
            ),
            answer,
        )
        if asked.day is not None and asked.day != deck.today:
            self.tell("The logs are those of that day; MEMORY.md and the notes are as they are.")

    def _find_hand_off(
        self, agent: str | None, branch: str | None, answer: Callable[[HandOff], None]
    ) -> None:
        from memdeck.live.handing import hand_off_of

        deck, now = self.deck, self.now()
        assert deck is not None
        self.bridge.look(
            lambda: hand_off_of(self.workspace, deck, now, agent=agent, branch=branch),
            answer,
        )

    def _find_outlook(self, budget: Budget, answer: Callable[[str], None]) -> None:
        """When MEMORY.md will have filled the rest, at the growth that it had."""
        from memdeck.live.growth import read_forecast

        deck, now = self.deck, self.now()
        assert deck is not None

        def job() -> str:
            journal = Journal(self.workspace.state_folder)
            found = read_forecast(self.workspace, deck.memory, budget, journal, now)
            return found.words if found is not None else ""

        self.bridge.look(job, answer)

    # --- What could go

    def action_free(self) -> None:
        """What could leave MEMORY.md to make room; nothing goes that is not chosen."""
        if self.deck is None or self.deck.budget is None:
            self.tell("It is not counted yet what the next session loads: try again in a moment.")
        else:
            self.free_tokens(self.deck.budget)

    def free_tokens(self, budget: Budget) -> None:
        """What could leave MEMORY.md to make room in a budget."""
        from memdeck.bootstrap.free import proposals
        from widgets.free_rows import wanted_tokens

        deck = self.deck
        assert deck is not None
        wanted = wanted_tokens(budget, deck.memory.path.name)
        threshold = self.workspace.settings.likeness

        def job() -> tuple[Proposal, ...]:
            return proposals(
                *(deck.memory, budget),
                today=deck.today,
                wanted=wanted or _SOME_ROOM,
                threshold=threshold,
            )

        self.bridge.look(job, lambda found: self._list_proposals(deck, budget, found, wanted))

    def _list_proposals(
        self, deck: Deck, budget: Budget, found: Sequence[Proposal], wanted: int
    ) -> None:
        from memdeck.bootstrap.free import Proposal
        from widgets.free_rows import described_proposal, free_rows, staged_words

        def staged(rows: tuple[Row, ...]) -> str:
            chosen = [row.target for row in rows if isinstance(row.target, Proposal)]
            tokens = sum(each.tokens for each in chosen)
            self._stage(-tokens)
            return staged_words(budget, tokens) if chosen else ""

        there = sum(each.tokens for each in found)
        title = f"Free {thin(wanted)} tokens" if wanted else "It fits; what could make room"
        if wanted > there:
            title = f"Of {thin(wanted)} tokens at most {thin(there)} can be freed here"
        listing = Listing(
            title,
            free_rows(found, wanted or _SOME_ROOM, self.glyphs),
            "Nothing in MEMORY.md could be proposed: it is empty, kept by another program, or "
            "not loaded by this profile.",
            actions=(KeyHint("x", "retire", "retire"),),
            described={("free", each.id): described_proposal(each) for each in found},
            markable=True,
            staged=staged,
        )

        def answered(chosen: Chosen | None) -> None:
            targets = [row.target for row in chosen.rows] if chosen else []
            ids = tuple(each.id for each in targets if isinstance(each, Proposal))
            if ids:
                self._apply(Retire(ids))

        self.app.push_screen(ListScreen(listing, deck, self.glyphs), answered)

    # --- What is staged

    def marks_changed(self) -> None:
        """The gauge's ghost: what the marked lines would add, and the marked items take away."""
        assert self.deck is not None
        budget = self.deck.budget
        if budget is None:
            return
        items = [row.target for row in self.pane(2).marked_rows() if isinstance(row.target, Item)]
        lines = [
            row.target for row in self.pane(3).marked_rows() if isinstance(row.target, LogItem)
        ]
        gone = b"".join(self.deck.memory.data[each.start : each.end] for each in items)
        come = "".join(f"- {one_line(line.source)}\n" for line in lines).encode(
            "utf-8", "surrogateescape"
        )
        if not gone and not come:
            self._stage(0)
            return
        unit, count = budget.unit, self.bridge.count
        self.bridge.look(
            lambda: size_in(unit, come, count) - size_in(unit, gone, count), self._stage
        )
