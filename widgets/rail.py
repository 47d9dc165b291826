"""The rail beside a list: where in all of it the cuts are, at one look."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip

from widgets.glyphs import UNICODE, Glyphs
from widgets.guarded import Guarded
from widgets.row import Row, Tone

_CUTS = (Tone.CUT, Tone.CUT_TITLE)


def rail_marks(rows: Sequence[Row], height: int) -> tuple[bool, ...]:
    """For each cell of a rail whether one of the rows that it stands for is cut."""
    if height <= 0:
        return ()
    marks = [False] * height
    length = max(len(rows), height)
    for index, row in enumerate(rows):
        if row.tone in _CUTS:
            marks[index * height // length] = True
    return tuple(marks)


class Rail(Guarded):
    """One cell wide, as high as the list; each cell stands for its share of the rows."""

    DEFAULT_CSS = "Rail { width: 1; height: 1fr; }"
    COMPONENT_CLASSES = frozenset({"rail--cut"})  # type: ignore[assignment]  # never changed

    rows: reactive[tuple[Row, ...]] = reactive((), layout=False)

    def __init__(self, *, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._marks: tuple[bool, ...] = ()

    def watch_rows(self) -> None:
        self._measure()

    def on_resize(self) -> None:
        self._measure()

    def _measure(self) -> None:
        self._marks = rail_marks(self.rows, self.size.height)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One cell."""
        if y < len(self._marks) and self._marks[y]:
            return Strip([Segment(self._glyphs.rail, self.get_component_rich_style("rail--cut"))])
        return Strip.blank(1, self.rich_style)
