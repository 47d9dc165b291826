"""The one-line bars: title, tabs, pulse and keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from rich.cells import cell_len
from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from memdeck.model import LastChange
from memdeck.secrets import on_screen
from widgets.glyphs import UNICODE, Glyphs
from widgets.guarded import Guarded
from widgets.looks import CAREFUL, MUTED, TITLE
from widgets.row import fit
from widgets.when import ago, clock, day_long


@dataclass(frozen=True, slots=True)
class Title:
    """What the title bar says."""

    place: str = ""
    branch: str = ""
    watch: str = ""
    """A word, and why when it is not `live`."""
    watch_glyph: str = ""
    watching: bool = True
    pulse: str = ""
    """How many agents are in which state; empty when none is known."""
    pressing: bool = False
    """Whether one of them is not as it should be."""
    now: datetime | None = None
    zone: tzinfo | None = None


class TitleBar(Guarded):
    """Where we are, on which branch, whether the screen is live, and the time."""

    DEFAULT_CSS = "TitleBar { height: 1; }"

    title: reactive[Title] = reactive(Title())

    def __init__(self, *, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self._glyphs = glyphs

    def render(self) -> RenderResult:
        title, width = self.title, self.size.width
        wide = width >= 90
        watch = f"{title.watch_glyph} {on_screen(title.watch)}"
        moment = ""
        if title.now is not None and title.zone is not None:
            here = title.now.astimezone(title.zone)
            day = f"{day_long(here.date(), here.date())} " if wide else ""
            moment = f"{day}{clock(title.now, title.zone)}"
        pulse = f"{self._glyphs.heart} {title.pulse}   " if title.pulse else ""
        pulse = fit_short(pulse, width // 3)
        watch = f"{fit_short(watch, width // 2)}   "
        right = f"{watch}{pulse}{moment} "
        branch = f"{on_screen(title.branch)} {self._glyphs.branch}" if title.branch else ""
        name = " memdeck  "
        room = max(0, width - cell_len(right) - cell_len(name) - 3)
        place = on_screen(title.place)
        if cell_len(place) + cell_len(branch) > room:
            place = place.replace("\\", "/").rstrip("/").split("/")[-1]
        place = fit_short(place, max(0, room - min(cell_len(branch), room // 2)))
        branch = fit_short(branch, max(0, room - cell_len(place)))
        gap = width - cell_len(name + place + branch + right) - 3
        return Content.assemble(
            (name, TITLE),
            (place, "bold"),
            "   ",
            (branch, ""),
            " " * max(0, gap),
            (watch, MUTED if title.watching else CAREFUL),
            (pulse, CAREFUL if title.pressing else MUTED),
            (f"{moment} ", MUTED),
        )


def fit_short(text: str, width: int) -> str:
    """`text`, cut to `width` cells if it is longer; never padded."""
    return text if cell_len(text) <= width else fit(text, width)


class TabBar(Guarded):
    """The panes by number, where there is not room for all of them."""

    DEFAULT_CSS = "TabBar { height: 1; }"

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    tabs: reactive[tuple[str, ...]] = reactive(())
    active: reactive[frozenset[int]] = reactive(frozenset[int]())
    """Numbers, from 1, of the panes that are seen."""

    def render(self) -> RenderResult:
        pieces: list[str | tuple[str, str]] = [" "]
        for number, text in enumerate(self.tabs, start=1):
            seen = number in self.active
            pieces.append((f"[{text}]" if seen else f" {text} ", TITLE if seen else ""))
            pieces.append(" ")
        return Content.assemble(*pieces)

    def on_click(self, event: events.Click) -> None:
        edge = 1
        for number, text in enumerate(self.tabs, start=1):
            edge += cell_len(text) + 3
            if event.x < edge:
                self.post_message(self.Chosen(number))
                return


class PulseLine(Guarded):
    """The last change of each tier, newest first."""

    DEFAULT_CSS = "PulseLine { height: 1; }"

    changes: reactive[tuple[LastChange, ...]] = reactive(())
    now: reactive[datetime | None] = reactive(None)

    def __init__(self, zone: tzinfo, *, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self._zone = zone
        self._glyphs = glyphs

    def render(self) -> RenderResult:
        if self.now is None or not self.changes:
            return Content.styled(" nothing has changed yet", MUTED)
        words = [
            f"{ago(change.when, self.now, self._zone)}  {on_screen(change.words)}"
            + (f" by {on_screen(change.actor)}" if change.actor else "")
            for change in self.changes
        ]
        line = f"  {self._glyphs.dot}  ".join(words)
        return Content.styled(f" {fit_short(line, max(0, self.size.width - 2))}", MUTED)


@dataclass(frozen=True, slots=True)
class KeyHint:
    """One key in the key bar."""

    key: str
    words: str
    action: str
    """What a click on it runs."""


class KeyBar(Guarded):
    """The keys of the focused pane; as many as there is room for."""

    DEFAULT_CSS = "KeyBar { height: 1; }"

    class Chosen(Message):
        """A key was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    hints: reactive[tuple[KeyHint, ...]] = reactive(())

    def _fitting(self) -> Sequence[KeyHint]:
        """The hints that there is room for; the last one always has it."""
        if not self.hints:
            return ()
        *rest, last = self.hints
        room = self.size.width - 1 - _hint_width(last)
        kept: list[KeyHint] = []
        for hint in rest:
            if _hint_width(hint) > room:
                break
            room -= _hint_width(hint)
            kept.append(hint)
        return (*kept, last)

    def render(self) -> RenderResult:
        pieces: list[str | tuple[str, str]] = [" "]
        for hint in self._fitting():
            pieces += [(hint.key, TITLE), f" {hint.words}  "]
        return Content.assemble(*pieces)

    def on_click(self, event: events.Click) -> None:
        edge = 1
        for hint in self._fitting():
            edge += _hint_width(hint)
            if event.x < edge:
                self.post_message(self.Chosen(hint.action))
                return


def _hint_width(hint: KeyHint) -> int:
    return cell_len(hint.key) + cell_len(hint.words) + 3
