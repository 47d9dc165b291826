"""The keys that write: each makes an operation, and has the bridge apply it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from memdeck.curated.edits import Add, Move, Operation, Promote, Retire, Rewrite, Scaffold
from memdeck.curated.likeness import alike
from memdeck.curated.records import Origin
from memdeck.curated.suggest import Proposal, propose_section
from memdeck.errors import Refused
from memdeck.live.watch import Touched
from memdeck.model import Day, Item, LogFile, LogItem, Section
from memdeck.secrets import HoldsSecret, find_secrets
from memdeck.text import plural
from tui.editor import open_editor
from tui.screens.ask import IN_MEMORY, AskScreen, ask_about_secret
from tui.screens.distilling import Distilling
from tui.screens.place import PlaceScreen
from tui.screens.placing import Placing
from tui.screens.taking_back import redo_last, undo_last
from tui.screens.whole import FollowsDeck
from widgets.fields import TextField
from widgets.gauge import Gauge

_DATED: Final = re.compile(r"\d{4}-\d{2}-\d{2}\b")
_EDIT_ROWS: Final = 6  # the most that the inline edit takes
_SPACES: Final = re.compile(r"\s+")


class Curating(Distilling):
    """The board with its keys that write."""

    # --- Promotion

    def action_promote(self) -> None:
        """Edit and choose a section, then put the marked lines, or this one, into MEMORY.md."""
        if lines := self._lines_to_promote():
            self.promote_lines(lines, as_is=False)

    def action_promote_as_is(self) -> None:
        """Put this line into the proposed section as it is; ask when unsure."""
        if lines := self._lines_to_promote():
            self.promote_lines(lines, as_is=True)

    def promote_lines(
        self, lines: tuple[LogItem, ...], as_is: bool, also: tuple[LogItem, ...] = ()
    ) -> None:
        """Lines of the logs into MEMORY.md as one edit, asking where that is not sure; `also`
        says the same elsewhere, and counts as promoted with them."""
        if self.is_too_long(*(line.source for line in lines)):
            return
        if not as_is:
            self._with_memory_file(lambda: self._open_promotion(lines, also=also))
            return
        proposal, unsure = self._proposal(lines[0]), ""
        if len(lines) > 1:
            unsure = "P asks for several lines"
        elif proposal is None or not proposal.confident:
            unsure = "P asks as no section is sure"
        elif self._is_alike(lines[0]):
            unsure = "P asks as something is alike"
        elif find_secrets(lines[0].source):
            unsure = "P asks as it holds what looks like a secret"
        elif suspicious(*(line.source for line in (*lines, *also))):
            unsure = "P asks as it reads like an instruction to a model"
        if proposal is None or unsure:
            self._with_memory_file(lambda: self._open_promotion(lines, unsure, also))
            return
        self._promote(Promote(proposal.address, (one_line(lines[0].source),)), (*lines, *also))

    def _lines_to_promote(self) -> tuple[LogItem, ...]:
        """The marked lines, else the one under the cursor; says why when there is none."""
        pane = self.active
        if pane.number != 3:
            self.tell("Lines of the timeline are promoted: 3 goes there.")
            return ()
        rows = pane.marked_rows() or ((pane.list.current,) if pane.list.current else ())
        lines = tuple(row.target for row in rows if isinstance(row.target, LogItem))
        if not rows:
            self.tell("There is no line here.")
            return ()
        if not lines:
            self.tell("This is no line of a log: move to one under it to promote it.")
            return ()
        if not all(line.candidate for line in lines):
            self.tell(
                "This is raw conversation or another program's text: it is never promoted. "
                "a in MEMORY.md adds an item by hand."
            )
            return ()
        return lines

    def _proposal(self, line: LogItem) -> Proposal | None:
        assert self.deck is not None
        return propose_section(line.text, line.meaning, self.deck.memory.sections)

    def _is_alike(self, line: LogItem) -> bool:
        assert self.deck is not None
        return bool(
            alike(line.text, self.deck.memory.items, self.workspace.settings.likeness, limit=1)
        )

    def _open_promotion(
        self, lines: tuple[LogItem, ...], note: str = "", also: tuple[LogItem, ...] = ()
    ) -> None:
        assert self.deck is not None
        proposal = self._proposal(lines[0])
        placing = Placing(
            title="Promote",
            subject=plural(len(lines), "line"),
            operation=lambda address, texts, new, duplicate: Promote(
                address, texts, new_section=new, allow_duplicate=duplicate
            ),
            texts=lambda section: tuple(self._prefilled(line, section) for line in lines),
            proposed=proposal,
            several=len(lines) > 1,
            note=note,
        )
        self._place(placing, lambda operation: self._promote(operation, (*lines, *also)))

    def _prefilled(self, line: LogItem, section: Section | None) -> str:
        """The line in one line; dated when the items of the section are."""
        text = one_line(line.source)
        items = section.items if section else ()
        dated = sum(bool(_DATED.match(item.text)) for item in items)
        if section is None or dated * 2 <= len(items) or _DATED.match(text):
            return text
        day = next(
            (day.date for day in self._days() for file in day.files if file.name == line.file), None
        )
        return f"{day.isoformat()}: {text}" if day else text

    def _promote(self, operation: Operation, lines: Sequence[LogItem]) -> None:
        origins = [Origin(line.file, line.line, line.digest, line.text) for line in lines]
        self.bridge.write(lambda store: store.apply(operation, origins))
        pane = self.pane(3)
        pane.list.clear_marks()
        pane.draw_title()
        self.marks_changed()

    # --- Items of MEMORY.md

    def action_add(self) -> None:
        """An item by hand."""
        if self.active.number != 2:
            self.tell("a adds an item to MEMORY.md or an entry to the notes: 2 and 1 go there.")
            return
        self._with_memory_file(self._open_adding)

    def _open_adding(self) -> None:
        section = self._section_here()
        placing = Placing(
            title="Add",
            subject="an item of MEMORY.md",
            operation=lambda address, texts, new, duplicate: Add(
                address, texts, new_section=new, allow_duplicate=duplicate
            ),
            texts=lambda _: ("",),
            proposed=Proposal(section.address, "it is where the cursor is", confident=True)
            if section
            else None,
        )
        self._place(placing, self._apply)

    def action_retire(self) -> None:
        """Take the marked items, or this one, out; `u` brings them back."""
        items = self._items_here("x retires items of MEMORY.md")
        if items:
            self._apply(Retire(tuple(item.id for item in items)))
            self.pane(2).list.clear_marks()
            self.marks_changed()

    def action_move_item(self) -> None:
        """Put the marked items, or this one, into another section."""
        items = self._items_here("m moves items of MEMORY.md")
        if not items:
            return
        placing = Placing(
            title="Move",
            subject=plural(len(items), "item"),
            operation=lambda address, _texts, new, _duplicate: Move(
                tuple(item.id for item in items), address, new_section=new
            ),
        )
        self._place(placing, self._move)

    def _move(self, operation: Operation) -> None:
        self._apply(operation)
        self.pane(2).list.clear_marks()
        self.marks_changed()

    def action_edit(self) -> None:
        """Edit the item where it stands."""
        items = self._items_here("e edits items of MEMORY.md")
        if not items or self.is_too_long(items[0].source):
            return
        item = items[0]
        pane = self.pane(2)
        pane.reveal(("item", item.id))
        region = pane.list.line_region(("item", item.id))
        if region is None:
            return
        self.close_inline_edit()
        field = TextField(id="inline-edit")
        # Over what is to the right of the pane, too: items are longer than panes are wide.
        field.styles.width = self.size.width - region.x
        field.styles.offset = (region.x, min(region.y, self.size.height - _EDIT_ROWS - 1))
        self._edited = item
        self.mount(field)
        field.fill(one_line(item.source))
        # At once: what is typed next would be taken for keys of the list.
        self.set_focus(field)
        self.draw_bars()

    def write_inline_edit(self, text: str) -> None:
        """The inline edit is finished. What is refused stays to be changed or copied."""
        item = self._edited
        if item is None or text == one_line(item.source):
            self.close_inline_edit()
            return
        operation = Rewrite(item.id, text, expect=item.text)
        assert self.deck is not None
        try:
            operation.plan(self.deck.memory.data)
        except HoldsSecret as error:
            meant = replace(operation, allow_secret=True)
            ask_about_secret(self.app, error, IN_MEMORY, lambda: self._finish_edit(meant))
            return
        except Refused as error:
            self.tell(str(error), severe=True)
            return
        self._finish_edit(operation)

    def _finish_edit(self, operation: Rewrite) -> None:
        self.close_inline_edit()
        self._apply(operation)
        if words := suspicious(operation.text):
            self.tell(f"{self.glyphs.warning} {words}.", severe=True, beside=True)

    def action_write_edit(self) -> None:
        """Finish the inline edit."""
        for field in self.query(TextField):
            self.write_inline_edit(field.text)

    _edited: Item | None = None

    def close_inline_edit(self) -> None:
        """Take the inline edit away; the list has the focus again."""
        self._edited = None
        for field in self.query("#inline-edit"):
            if field.has_focus:
                self.pane(2).list.focus()
            field.remove()
        self.draw_bars()

    def action_back(self) -> None:
        if self.query("#inline-edit"):
            self.close_inline_edit()
            return
        super().action_back()

    def _items_here(self, words: str) -> tuple[Item, ...]:
        """The marked items, else the one under the cursor; says why when there is none."""
        pane = self.active
        if pane.number != 2:
            self.tell(f"{words}: 2 goes there.")
            return ()
        rows = pane.marked_rows() or ((pane.list.current,) if pane.list.current else ())
        items = tuple(row.target for row in rows if isinstance(row.target, Item))
        if not rows:
            self.tell("There is no item here.")
        elif not items:
            self.tell("This is no item: move to one under it.")
        return items

    def _section_here(self) -> Section | None:
        """The section under the cursor of the Memory pane, or the one that holds its item."""
        assert self.deck is not None
        row = self.pane(2).list.current
        target = row.target if row else None
        if isinstance(target, Section):
            return target
        return self.deck.memory.section(target.address) if isinstance(target, Item) else None

    # --- Undo and redo

    def action_undo(self) -> None:
        """Undo the last change of this actor."""
        self.bridge.write(undo_last)

    def action_redo(self) -> None:
        """Redo what was undone last."""
        self.bridge.write(redo_last)

    # --- Shared

    def _place(self, placing: Placing, write: Callable[[Operation], None]) -> None:
        assert self.deck is not None

        def answered(operation: Operation | None) -> None:
            if operation is not None:
                write(operation)

        self.app.push_screen(
            PlaceScreen(
                placing,
                self.deck,
                count=self.bridge.count,
                stage=self._stage,
                distil=self.distil,
                threshold=self.workspace.settings.likeness,
                glyphs=self.glyphs,
            ),
            answered,
        )

    def deck_under_dialog(self) -> None:
        """An open dialog plans again on what was read."""
        top = self.app.screen
        if isinstance(top, FollowsDeck) and self.deck is not None:
            top.deck_changed(self.deck)

    def _stage(self, tokens: int) -> None:
        for gauge in self.query(Gauge):
            gauge.ghost = tokens

    def _apply(self, operation: Operation) -> None:
        self.bridge.write(lambda store: store.apply(operation))

    def _with_memory_file(self, then: Callable[[], None]) -> None:
        """Go on when there is a MEMORY.md; else offer to make one first."""
        assert self.deck is not None
        memory = self.deck.memory
        if memory.exists and memory.data.strip():
            then()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._after_scaffold = then
                self._apply(Scaffold())

        self.app.push_screen(
            AskScreen(
                "There is no MEMORY.md yet.",
                "Make one with the usual sections: Active Projects, Critical Decisions, "
                "Patterns That Work, Patterns That Failed?",
                yes="make it",
            ),
            answered,
        )

    _after_scaffold: Callable[[], None] | None = None

    def memory_file_made(self) -> None:
        """MEMORY.md is there now: go on with what needed it."""
        then, self._after_scaffold = self._after_scaffold, None
        if then is not None:
            then()

    # --- The editor

    def action_editor(self) -> None:
        """Open $EDITOR at this line."""
        row = self.active.list.current
        target = row.target if row else None
        match target:
            case Item() | Section():
                place = (self.workspace.memory_path, target.line)
            case LogItem():
                place = (self.workspace.root / target.file, target.line)
            case LogFile():
                place = (target.path, 1)
            case _:
                self.tell("There is no file behind this line: move to an item or a log line.")
                return
        words = open_editor(self.app, *place)
        if words:
            self.tell(words, severe=True)
        self.bridge.touch(Touched(files=True))

    def _days(self) -> Sequence[Day]:
        return self.deck.days if self.deck is not None else ()


def suspicious(*texts: str) -> str:
    """Why texts read like instructions to a model; empty when they do not."""
    # Only needed once something is written.
    from memdeck.injection import warning_of

    return warning_of(texts)


def one_line(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
