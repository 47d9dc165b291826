"""The keys that review what was logged and what was lost: triage, and lines to be put back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from memdeck.curated.comparison import let_others_run
from memdeck.curated.together import Together
from memdeck.live.alarms import append_lost, restore_operation
from memdeck.live.seen import Seen
from memdeck.live.watch import EVERYTHING
from memdeck.model import Alarm, AlarmKind, Item
from memdeck.text import plural
from tui.screens.ask import AskScreen
from tui.screens.listing import Chosen, Listing, ListScreen
from tui.screens.looking_back import LookingBack
from widgets.alarm_rows import open_alarms
from widgets.bars import KeyHint
from widgets.memory_rows import memory_rows
from widgets.row import Row

if TYPE_CHECKING:
    from memdeck.hygiene.suggestion import Suggestion
    from memdeck.triage.choices import Choices
    from memdeck.triage.queue import Candidate, Queue


class Reviewing(LookingBack):
    """The board with its keys that decide about lines."""

    # --- Triage

    _choices_made: list[tuple[str, ...] | None]
    """What was done here, the last one last: the ids of a choice, None for a write. In triage `u`
    takes back whichever came last."""

    def action_triage(self) -> None:
        """What was logged and may be worth keeping, as one ranked queue."""
        from tui.screens.triage import Desk, TriageScreen

        assert self.deck is not None
        desk = Desk(
            load=self._load_queue,
            promote=self.promote_lines,
            merge=self._merge,
            skip=lambda chosen: self._choose(chosen, lambda made, ids: made.skip(ids), "Skipped"),
            wait=self._wait,
            take_back=self._take_back,
            undo=self._undo_choice,
            go=self.go_to_line,
        )
        self.app.push_screen(TriageScreen(self.deck, desk, self.glyphs))

    @property
    def _choices(self) -> Choices:
        from memdeck.triage.choices import Choices

        return Choices(self.workspace.state_folder, self.bridge.actor, self.now)

    def _load_queue(self, answer: Callable[[Queue], None]) -> None:
        from memdeck.triage.queue import triage

        deck = self.deck
        assert deck is not None

        def job() -> Queue:
            queue = triage(deck, self._choices.all(), breathe=let_others_run)
            assert queue is not None
            return queue

        self.bridge.look(job, answer)

    def _choose(
        self,
        chosen: Sequence[Candidate],
        choose: Callable[[Choices, tuple[str, ...]], object],
        word: str,
    ) -> None:
        ids = tuple(each for candidate in chosen for each in candidate.ids)

        def done(_: object) -> None:
            self._choices_made.append(ids)
            self.tell(f"{word}: {plural(len(chosen), 'line')} {self.glyphs.dot} u takes it back")
            self._queue_again()

        self.bridge.look(lambda: choose(self._choices, ids), done)

    def _wait(self, chosen: Sequence[Candidate], until: date) -> None:
        word = f"Waits until {until.isoformat()}"
        self._choose(chosen, lambda made, ids: made.wait(ids, until), word)

    def _take_back(self, chosen: Sequence[Candidate]) -> None:
        ids = tuple(each for candidate in chosen for each in candidate.ids)
        self._forget_choices(ids)

    def _undo_choice(self) -> None:
        """Take back the last choice, or the last write, whichever came later."""
        last = self._choices_made.pop() if self._choices_made else None
        if last is None:
            self.action_undo()
        else:
            self._forget_choices(last)

    def wrote(self, kind: str) -> None:
        """Something was written here."""
        if kind not in ("undo", "redo"):
            self._choices_made.append(None)

    def _forget_choices(self, ids: tuple[str, ...]) -> None:
        def done(_: object) -> None:
            self.tell("Taken back.")
            self._queue_again()

        self.bridge.look(lambda: self._choices.take_back(ids), done)

    def _queue_again(self) -> None:
        from tui.screens.triage import TriageScreen

        for screen in self.app.screen_stack:
            if isinstance(screen, TriageScreen):
                screen.load()

    def _merge(self, candidate: Candidate) -> None:
        """Into the item that is like it; where none is, into one that is chosen."""
        assert self.deck is not None
        if candidate.like is not None and not candidate.like.item.foreign:
            self._merge_into(candidate, candidate.like.item)
            return
        memory = self.deck.memory
        listing = Listing(
            "Merge into which item",
            memory_rows(memory, None, self.glyphs),
            "MEMORY.md has no items yet.",
            actions=(KeyHint("enter", "this one", "choose"),),
            refuse=_refuse_target,
        )

        def answered(chosen: Chosen | None) -> None:
            target = chosen.rows[0].target if chosen else None
            if isinstance(target, Item):
                self._merge_into(candidate, target)

        self.app.push_screen(ListScreen(listing, self.deck, self.glyphs), answered)

    def _merge_into(self, candidate: Candidate, item: Item) -> None:
        from memdeck.triage.merging import merge, merged_texts
        from tui.screens.merge import Merged, MergeScreen

        assert self.deck is not None
        data = self.deck.memory.data
        line = candidate.item.source or candidate.item.text

        def answered(merged: Merged | None) -> None:
            if merged is not None:
                operation, origins = merge(
                    candidate, item, merged.text, allow_secret=merged.allow_secret
                )
                self.bridge.write(lambda store: store.apply(operation, origins))

        screen = MergeScreen(
            *(item, line, candidate.item.place),
            merged_texts(item.source or item.text, line),
            check=lambda text: merge(candidate, item, text)[0].plan(data),
            distil=self.distil,
            glyphs=self.glyphs,
        )
        self.app.push_screen(screen, answered)

    # --- Hygiene

    def action_hygiene(self) -> None:
        """What could be put right in MEMORY.md; nothing is done that was not shown."""
        from memdeck.hygiene.look import look

        deck, threshold = self.deck, self.workspace.settings.likeness
        assert deck is not None
        self.bridge.look(
            lambda: look(deck, threshold, breathe=let_others_run), self._list_suggestions
        )

    def _list_suggestions(self, found: Sequence[Suggestion]) -> None:
        from memdeck.hygiene.suggestion import Suggestion
        from widgets.hygiene_rows import described_suggestion, suggestion_rows

        assert self.deck is not None
        data = self.deck.memory.data
        listing = Listing(
            f"Hygiene of MEMORY.md: {plural(len(found), 'suggestion')}",
            suggestion_rows(found, self.glyphs),
            "MEMORY.md is well: nothing said twice, nothing dead, no debris, no secret.",
            actions=(KeyHint("f", "mend", "mend"), KeyHint("e", "edit", "edit")),
            described={
                ("suggestion", index): described_suggestion(each, data)
                for index, each in enumerate(found)
            },
            markable=True,
            refuse=_refuse_mend,
        )

        def answered(chosen: Chosen | None) -> None:
            targets = [row.target for row in chosen.rows] if chosen else []
            wanted = [each for each in targets if isinstance(each, Suggestion)]
            fixes = [each for each in wanted if each.fix is not None]
            if chosen is not None and chosen.action == "edit":
                self._edit_suggested(wanted[0])
            elif fixes:
                self._agree_and_tidy(found, fixes)

        self.app.push_screen(ListScreen(listing, self.deck, self.glyphs), answered)

    def _edit_suggested(self, suggestion: Suggestion) -> None:
        """To the item, and into its edit."""
        if suggestion.item_id is None:
            self.tell(f"This is no item: E opens your editor at {suggestion.where}.")
            return
        self.show_pane(2)
        if self.pane(2).reveal(("item", suggestion.item_id)):
            self.call_after_refresh(self.action_edit)

    def _agree_and_tidy(self, found: Sequence[Suggestion], chosen: Sequence[Suggestion]) -> None:
        """Show every change, then make them as one edit; then what is left is listed again."""
        from widgets.hygiene_rows import preview_words

        assert self.deck is not None
        data = self.deck.memory.data
        question = "\n\n".join(preview_words(each, data) for each in chosen)

        def answered(yes: bool | None) -> None:
            if yes:
                self._mends = True
                self._mend(chosen)
            else:
                self._list_suggestions(found)

        self.app.push_screen(AskScreen("This will be written", question, yes="do it"), answered)

    def _mend(self, chosen: Sequence[Suggestion]) -> None:
        fixes = tuple(each.fix for each in chosen if each.fix is not None)
        operation = Together(fixes) if len(fixes) > 1 else fixes[0]
        self.bridge.write(lambda store: store.apply(operation))

    _mends = False
    """Whether hygiene is to be looked at again when what was mended has been read."""

    def mended(self) -> None:
        """MEMORY.md was read again: what is left to mend is listed, if that was under way."""
        if self._mends and self.app.screen is self:
            self.action_hygiene()
        self._mends = False

    # --- What others dropped

    def alarms_changed(self, before: tuple[Alarm, ...]) -> None:
        """Tell of losses that were not there before."""
        assert self.deck is not None
        known = {alarm.id for alarm in before}
        alarms = open_alarms(self.deck.alarms)
        new = [each for each in alarms if each.id not in known]
        if new:
            # All that are open: of a storm of losses only this toast stays.
            others = len(alarms) - 1
            more = f" And {plural(others, 'more loss', 'more losses')}." if others else ""
            words = f"{new[0].words}{more} {self.glyphs.dot} L puts back what is known of it"
            self.tell(words, severe=True, lasting=True)
        elif not alarms and known:
            self.take_back_lasting()

    def action_put_back(self) -> None:
        """Put back what another writer dropped, the newest loss first."""
        assert self.deck is not None
        alarms = open_alarms(self.deck.alarms)
        if not alarms:
            self.tell("Nothing was lost to another writer.")
            return
        here = self._alarm_here()
        alarm = here if here in alarms else alarms[0]
        if alarm.kind is AlarmKind.LOG:
            root = self.workspace.root

            def appended(done: tuple[object, int]) -> None:
                self.tell(f"Appended {plural(done[1], 'lost line')} to the day's log.")

            self.bridge.ask(lambda: append_lost(root, alarm), appended)
            return
        self._restore(alarm)

    def _restore(self, alarm: Alarm) -> None:
        seen = Seen(self.workspace.state_folder)
        self.bridge.write(lambda store: store.apply(restore_operation(seen, alarm)))

    def action_retire(self) -> None:
        """On a loss: it was meant. Else as on the board."""
        alarm = self._alarm_here()
        if alarm is None:
            super().action_retire()
            return
        seen = Seen(self.workspace.state_folder)

        def done(_: object) -> None:
            self.bridge.touch(EVERYTHING)
            self.tell("Left as it is now; memdeck lost --all still lists it.")

        self.bridge.look(lambda: seen.dismiss(alarm.id), done)

    def _alarm_here(self) -> Alarm | None:
        row = self.active.list.current
        return row.target if row and isinstance(row.target, Alarm) else None


def _refuse_mend(action: str, rows: Sequence[Row]) -> str:
    from memdeck.hygiene.suggestion import Suggestion

    targets = [row.target for row in rows]
    fixes = [each for each in targets if isinstance(each, Suggestion) and each.fix is not None]
    if action == "mend" and not fixes:
        return "A person must decide here: enter says what can be done."
    return ""


def _refuse_target(_: str, rows: Sequence[Row]) -> str:
    target = rows[0].target
    if not isinstance(target, Item):
        return "This is no item: move to one under it."
    return "Another program keeps this item and rewrites it." if target.foreign else ""
