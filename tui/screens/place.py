"""The dialog that puts text into a section of MEMORY.md: to promote, to add, to move.

What it previews is the very edit that will be written: an operation planned on
the bytes that were read last. It is planned once more on the bytes that are on
disk when it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.fuzzy import FuzzySearch
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from memdeck.curated.edits import Add, Operation
from memdeck.curated.likeness import alike
from memdeck.curated.preview import PreviewLine, preview
from memdeck.curated.sections import targets
from memdeck.errors import Refused
from memdeck.model import Deck, Section, Unit
from memdeck.secrets import HoldsSecret, on_screen
from tui.screens.ask import IN_MEMORY, ask_about_secret
from tui.screens.dialog import Dialog
from tui.screens.placing import Choice, Placing
from widgets.fields import LineField, TextField
from widgets.glyphs import Glyphs
from widgets.placing import (
    cost_words,
    likes_content,
    preview_content,
    section_words,
    size_in,
    suspicion_content,
)

_LIKES: Final = 3


class PlaceScreen(Dialog[Operation | None]):
    """Answers with the operation to write, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("ctrl+s", "write", "write", priority=True, id="dialog.write"),
        Binding("ctrl+t", "distil", "distil", priority=True, id="dialog.distil"),
        Binding("escape", "leave", "leave", id="dialog.leave"),
        Binding("tab", "app.focus_next", show=False),
        Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
    ]

    def __init__(
        self,
        placing: Placing,
        deck: Deck,
        *,
        count: Callable[[bytes], int],
        stage: Callable[[int], None],
        distil: Callable[[str, Callable[[str], None]], None],
        threshold: float,
        glyphs: Glyphs,
    ) -> None:
        """`count` gives the tokens of bytes; `stage` moves the gauge's ghost; `distil` calls
        back with a shorter text if it is taken."""
        super().__init__()
        self._placing = placing
        self._deck = deck
        self._count = count
        self._stage = stage
        self._distil = distil
        self._threshold = threshold
        self._glyphs = glyphs
        self._choices: tuple[Choice, ...] = ()
        self._chosen: Choice | None = None
        self._operation: Operation | None = None
        self._secret: tuple[Operation, HoldsSecret] | None = None
        """What would be written, and why it is asked about before."""
        self._duplicate_meant = False
        self._filled = ""
        self._fuzzy = FuzzySearch()

    def compose(self) -> ComposeResult:
        placing = self._placing
        with Vertical(classes="dialog", id="place-dialog") as dialog:
            dialog.border_title = Content(placing.title)
            dialog.border_subtitle = Content(on_screen(placing.subject))
            with Horizontal(classes="field"):
                yield Static("To", classes="name")
                yield LineField(id="to", placeholder="type to find or make a section")
            yield OptionList(id="sections", markup=False)
            yield Static(classes="why", markup=False)
            if placing.texts is not None:
                with Horizontal(classes="field"):
                    yield Static("Text", classes="name")
                    yield TextField(several=placing.several)
            yield Static(classes="preview", markup=False)
            yield Static(classes="suspicion", markup=False)
            yield Static(classes="likes", markup=False)
            yield Static(classes="cost", markup=False)
            yield Static(classes="refusal", markup=False)
            yield Static(classes="hints", markup=False)

    def on_mount(self) -> None:
        self.query_one("#sections", OptionList).can_focus = False
        proposed = self._placing.proposed
        sections = targets(self._deck.memory.sections)
        section = next(
            (each for each in sections if proposed and each.address == proposed.address), None
        )
        if section is not None:
            self._choose(Choice(section.address, section.title))
            self._set_to(section.title)
        else:
            self._fill()
        self._list_choices("")
        text = self.query(TextField)
        (text.first() if text and section is not None else self.query_one("#to")).focus()
        self._show_hints()

    def on_resize(self) -> None:
        # Also the first time: what is shown is cut to the width of the dialog.
        self.call_after_refresh(self._plan)

    # --- The section

    def _set_to(self, title: str) -> None:
        to = self.query_one("#to", Input)
        with to.prevent(Input.Changed):
            to.value = on_screen(title)

    def _list_choices(self, typed: str) -> None:
        """The sections that fit what was typed, the proposed one first; a new one last."""
        sections = list(targets(self._deck.memory.sections))
        proposed = self._placing.proposed
        if typed:
            scored = [
                (self._fuzzy.match(typed, section.address)[0], -index, section)
                for index, section in enumerate(sections)
            ]
            sections = [each for score, _, each in sorted(scored, reverse=True, key=_rank) if score]
        elif proposed:
            sections.sort(key=lambda section: section.address != proposed.address)
        choices = [Choice(section.address, section.title) for section in sections]
        if typed:
            choices.append(Choice(typed, typed, new=True))
        self._choices = tuple(choices)
        options = self.query_one("#sections", OptionList)
        options.clear_options()
        options.add_options(
            Option(_option_words(choice, sections), id=str(index))
            for index, choice in enumerate(choices)
        )
        if choices:
            chosen = self._choices.index(self._chosen) if self._chosen in self._choices else 0
            options.highlighted = chosen

    def _choose(self, choice: Choice | None) -> None:
        self._chosen = choice
        self._duplicate_meant = False
        self._fill()

    def _fill(self) -> None:
        """The text as the section has it, while nobody has changed it."""
        if self._placing.texts is None:
            return
        field = self.query_one(TextField)
        if field.text != self._filled:
            return
        address = self._chosen.address if self._chosen and not self._chosen.new else ""
        self._filled = "\n".join(self._placing.texts(self._deck.memory.section(address)))
        with field.prevent(TextField.Changed):
            field.fill(self._filled)

    def action_choose(self, step: int) -> None:
        """Another section of the list."""
        options = self.query_one("#sections", OptionList)
        if self.focused is not self.query_one("#to") or not self._choices:
            return
        index = ((options.highlighted or 0) + step) % len(self._choices)
        options.highlighted = index
        self._choose(self._choices[index])
        self._plan()

    @on(Input.Changed, "#to")
    def _to_changed(self, event: Input.Changed) -> None:
        self._list_choices(event.value.strip())
        self._choose(self._choices[0] if self._choices else None)
        self._plan()

    @on(OptionList.OptionSelected)
    def _option_selected(self, event: OptionList.OptionSelected) -> None:
        self._choose(self._choices[event.option_index])
        self._leave_to()

    def on_descendant_focus(self) -> None:
        to = self.query_one("#to", Input)
        choosing = self.focused is to
        if choosing and not self.has_class("-choosing"):
            self._list_choices("")
        elif not choosing and self._chosen is not None:
            self._set_to(self._chosen.title)
        self.query_one("#place-dialog").set_class(choosing, "-choosing")
        self._show_hints()

    @on(Input.Submitted, "#to")
    def _leave_to(self) -> None:
        """On from the section to the text; to move, the section is all there is to say."""
        text = self.query(TextField)
        if self._chosen is None:
            return
        self._set_to(self._chosen.title)
        self._plan()
        if text:
            text.first().focus()
        else:
            self.action_write()

    # --- The plan

    @on(TextField.Changed)
    def _text_changed(self) -> None:
        self._duplicate_meant = False
        self._plan()

    def deck_changed(self, deck: Deck) -> None:
        """MEMORY.md may have changed under the dialog: plan again on what it is now."""
        if deck.memory is not self._deck.memory or deck.budget is not self._deck.budget:
            self._deck = deck
            if self.query(".hints"):
                self._plan()

    @property
    def _texts(self) -> tuple[str, ...]:
        fields = self.query(TextField)
        if not fields:
            return ()
        text = fields.first().text
        if not self._placing.several:
            return (text,)
        return tuple(line for line in text.split("\n") if line.strip())

    def _plan(self) -> Operation | None:
        """Work out the edit, and show it; the operation when it can be written."""
        self._operation, self._secret = None, None
        refusal, delta = "", None
        lines: tuple[PreviewLine, ...] = ()
        chosen, memory = self._chosen, self._deck.memory
        if chosen is None:
            refusal = "Choose a section, or type the title of a new one."
        elif self._placing.texts is not None and not any(text.strip() for text in self._texts):
            # Nobody has done anything wrong yet.
            refusal = ""
        else:
            operation = self._placing.operation(
                chosen.address, self._texts, chosen.new, self._duplicate_meant
            )
            try:
                edit = operation.plan(memory.data)
                after = edit.apply(memory.data)
            except HoldsSecret as error:
                assert isinstance(operation, Add)
                self._secret = (replace(operation, allow_secret=True), error)
                refusal = f"It holds what looks like a secret ({error.kinds}): that is asked about."
            except Refused as error:
                refusal = str(error)
            else:
                self._operation = operation
                lines = preview(memory.data, edit)
                delta = self._delta(after)
        self._show_plan(lines, refusal)
        self._show_why()
        # A sign, and no hindrance.
        self._show(".suspicion", suspicion_content(self._texts, self._glyphs))
        self._show_likes()
        self._show_cost(delta)
        return self._operation

    def _delta(self, after: bytes) -> int | None:
        """By how much the next session's load changes, in the profile's unit."""
        budget = self._deck.budget
        if budget is None:
            return None
        first = budget.parts[0] if budget.parts else None
        if budget.unit is not Unit.TOKENS or first is None or first.name != "MEMORY.md":
            before = self._deck.memory.data
            return size_in(budget.unit, after, self._count) - size_in(
                budget.unit, before, self._count
            )
        rest = b"".join(part.data for part in budget.parts[1:])
        if after and not after.endswith(b"\n"):
            after += b"\n"
        return self._count(after + rest) - budget.tokens

    def _show_plan(self, lines: tuple[PreviewLine, ...], refusal: str) -> None:
        self.query_one(".preview", Static).update(preview_content(lines, self._width - 2))
        self._show(".refusal", Content(on_screen(refusal)))

    def _show(self, selector: str, content: Content) -> None:
        """Words in a line of their own, which is there only when there are any."""
        widget = self.query_one(selector, Static)
        widget.update(content)
        widget.display = bool(content)

    @property
    def _width(self) -> int:
        return max(20, self.query_one("#place-dialog").content_size.width - 2)

    def _show_why(self) -> None:
        proposed, chosen = self._placing.proposed, self._chosen
        words = []
        if chosen is not None and chosen.new:
            words.append("a new section")
        elif chosen is not None and proposed and chosen.address == proposed.address:
            words.append(f"proposed: {proposed.why}")
        if self._placing.note:
            words.append(self._placing.note)
        self._show(".why", Content(on_screen("; ".join(words))))

    def _show_likes(self) -> None:
        items = self._deck.memory.items
        found = [
            like for text in self._texts for like in alike(text, items, self._threshold, _LIKES)
        ]
        found.sort(key=lambda like: like[1], reverse=True)
        self._show(".likes", likes_content(found[:_LIKES], self._width, self._glyphs))

    def _show_cost(self, delta: int | None) -> None:
        budget = self._deck.budget
        self._stage(delta or 0)
        words = "" if delta is None or budget is None else cost_words(budget, delta, self._glyphs)
        self._show(".cost", Content(words))

    def _show_hints(self) -> None:
        to = self.focused is self.query_one("#to")
        moving = self._placing.texts is None
        if moving:
            writes = "enter or ctrl+s moves it there"
        elif to:
            writes = "enter chooses  ctrl+s writes"
        elif self._placing.several:
            writes = "ctrl+s writes"
        else:
            writes = "enter or ctrl+s writes"
        distils = "" if moving else "ctrl+t distils  "
        # All of it has room in 80 columns.
        self.query_one(".hints", Static).update(f"{writes}  {distils}tab next  esc leaves")

    def action_distil(self) -> None:
        """Have the text made shorter by the operator's program."""
        for field in self.query(TextField):
            if field.text.strip():
                self._distil(field.text, field.fill)

    # --- Leaving

    @on(TextField.Submitted)
    def action_write(self) -> None:
        """Answer with the planned operation; the second time also with a duplicate."""
        # Planned anew: what was typed last may not have been told of yet.
        operation = self._plan()
        if operation is not None:
            self.dismiss(operation)
            return
        if self._secret is not None:
            meant, error = self._secret
            ask_about_secret(self.app, error, IN_MEMORY, lambda: self.dismiss(meant))
            return
        if self._chosen is None:
            self.query_one("#to").focus()
            return
        if not self._duplicate_meant:
            self._duplicate_meant = True
            if self._plan() is not None:
                words = "MEMORY.md says this already: once more writes it anyway."
                self._show(".refusal", Content(words))

    def action_leave(self) -> None:
        """Leave without writing."""
        self.dismiss(None)

    def on_unmount(self) -> None:
        self._stage(0)


def _rank(scored: tuple[float, int, Section]) -> tuple[float, int]:
    return scored[0], scored[1]


def _option_words(choice: Choice, sections: list[Section]) -> Content:
    if choice.new:
        return Content(f'New section "{on_screen(choice.title)}"')
    return section_words(next(each for each in sections if each.address == choice.address))
