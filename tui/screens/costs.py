"""What memory costs, with every assumption in reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from memdeck.model import Deck
from memdeck.own_costs import BY_NAME, MINUTES_A_DAY, Assumption, Assumptions
from memdeck.pulse.costs import costs_of
from memdeck.secrets import on_screen
from tui.keys import COSTS_KEYS, LIST_KEYS, Where, bindings, hints_of
from tui.screens.dialog import Dialog
from tui.screens.reading import DetailScreen
from tui.screens.whole import WHOLE_BINDINGS, WholeScreen
from widgets.bars import KeyBar
from widgets.cost_rows import cost_rows, described_cost, slider
from widgets.detail import Described, Detail
from widgets.fields import LineField
from widgets.glyphs import Glyphs
from widgets.looks import ACCENT, MUTED, TITLE
from widgets.pane import Pane
from widgets.rows import RowList

_STEP = 5
_SLIDER_CELLS = 40
_CHANGED = "changed here"


class NumberScreen(Dialog[float | None]):
    """Answers with another value for an assumption, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape", "leave"),
        Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
    ]

    def __init__(self, assumption: Assumption, value: float) -> None:
        super().__init__()
        self._assumption = assumption
        self._value = value

    def compose(self) -> ComposeResult:
        each = self._assumption
        with Vertical(classes="dialog", id="number-dialog") as dialog:
            dialog.border_title = Content(f"{each.unit} {each.words}".strip())
            yield LineField(f"{self._value:g}")
            yield Static(classes="refusal", markup=False)
            yield Static("enter takes it   esc leaves", classes="hints", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip().replace(",", ".")
        try:
            number = float(text)
            # Written as a whole number it is one: a count is no fraction.
            value = self._assumption.read(int(number) if number == int(number) else number)
        except (ValueError, OverflowError):
            words = f"It must be {self._assumption.expected}."
            self.query_one(".refusal", Static).update(words)
        else:
            self.dismiss(value)

    def action_leave(self) -> None:
        """Leave it as it was."""
        self.dismiss(None)


class CostsScreen(WholeScreen):
    """Tables that follow a slider and every assumption at once."""

    where = Where.COSTS

    BINDINGS = [*bindings((*LIST_KEYS, *COSTS_KEYS)), *WHOLE_BINDINGS]  # noqa: RUF012 - Textual's

    def __init__(
        self,
        deck: Deck,
        assumptions: Assumptions,
        sources: Mapping[str, str],
        glyphs: Glyphs,
    ) -> None:
        """`sources` says by an assumption's name where it is from."""
        super().__init__(glyphs)
        self._deck = deck
        self._given = assumptions
        self._first = assumptions
        self._sources = dict(sources)
        self._pane = Pane(
            0,
            "Costs",
            lambda _: cost_rows(costs_of(self._given), self._sources, glyphs),
            lambda _: "",
            lambda _: (self._given,),
            glyphs=glyphs,
        )

    def compose(self) -> ComposeResult:
        yield Static(classes="head", markup=False)
        yield self._pane
        yield Detail(glyphs=self.glyphs)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(KeyBar).hints = hints_of(COSTS_KEYS)
        self._draw()
        self._pane.list.focus()

    @property
    def active(self) -> Pane:
        return self._pane

    @property
    def assumptions(self) -> Assumptions:
        """What is reckoned with now."""
        return self._given

    def _draw(self) -> None:
        self._pane.deck = self._deck
        self._pane.watch_deck(self._deck)
        minutes = self._given.interval
        bar = slider(minutes, _SLIDER_CELLS, self.glyphs)
        self.query_one(".head", Static).update(
            Content.assemble(
                (" Costs  ", TITLE),
                ("interval ", MUTED),
                (bar, ACCENT),
                (f" {minutes} min", "bold"),
            )
        )
        self._describe()

    @on(RowList.Highlighted)
    def _describe(self) -> None:
        self.query_one(Detail).described = self._described()

    def _described(self) -> Described:
        row = self._pane.list.current
        if row is None:
            return Described("")
        return described_cost(row.target, self._sources, self.glyphs) or Described(row.text)

    def _set(self, name: str, value: float) -> None:
        changes: dict[str, float] = {name: value}
        self._given = replace(self._given, **changes)  # type: ignore[arg-type]  # read() gave it
        self._sources[name] = _CHANGED
        self._draw()

    # --- Keys

    def action_interval(self, way: int) -> None:
        """The next multiple of five minutes."""
        minutes = self._given.interval
        beside = minutes // _STEP + 1 if way > 0 else -(-minutes // _STEP) - 1
        self._set("interval", min(MINUTES_A_DAY, max(1, beside * _STEP)))

    def action_edit(self) -> None:
        """Another value for the assumption under the cursor."""
        row = self._pane.list.current
        assumption = row.target if row else None
        if not isinstance(assumption, Assumption):
            self.tell("Only assumptions are changed: ] goes to them.")
            return
        name = assumption.name

        def answered(value: float | None) -> None:
            if value is not None:
                self._set(name, value)

        value = getattr(self._given, name)
        self.app.push_screen(NumberScreen(assumption, value), answered)

    def action_copy(self) -> None:
        """What was changed here, as the lines of memdeck.toml that keep it."""
        changed = [name for name, source in self._sources.items() if source == _CHANGED]
        if not changed:
            self.tell("Nothing was changed here.")
            return
        lines = [f"{name} = {getattr(self._given, name):g}" for name in changed]
        self.app.copy_to_clipboard("\n".join(["[costs]", *lines]))
        self.tell("Copied for memdeck.toml, if your terminal allows it (OSC 52).")

    def action_open(self) -> None:
        """An assumption is changed; a heading opens or closes; else how it was derived."""
        row = self._pane.list.current
        if row is None:
            return
        if row.foldable:
            self._pane.toggle_fold(row)
        elif isinstance(row.target, Assumption):
            self.action_edit()
        else:
            self.app.push_screen(DetailScreen(self._described()))


def sources_of(settings_sources: Mapping[str, str]) -> dict[str, str]:
    """Where each assumption is from: a settings file, the workspace, or nowhere else."""
    return {
        name: on_screen(settings_sources.get(f"costs.{name}", each.taken or "default"))
        for name, each in BY_NAME.items()
    }
