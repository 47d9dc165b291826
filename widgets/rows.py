"""A list of rows, drawn a line at a time: only what is visible costs anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from memdeck.secrets import find_secrets, on_screen
from memdeck.text import show
from widgets.glyphs import UNICODE, Glyphs
from widgets.guarded import BROKEN, Guarded
from widgets.row import Row, Seen, Tone, cut_pieces, emphasised, fit, parted

# Below this many cells for its text a row gives up its right column.
_LEAST_TEXT: Final = 16
# More characters than any row shows: a line of 10 MB is not made safe whole.
_MOST_TEXT: Final = 1000


class RowList(ScrollView, Guarded, can_focus=True, inherit_bindings=False):
    """Rows with a cursor, marks and folds. Where it stands is told by key, not by index."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"rows--{tone.value}" for tone in Tone),
        "rows--cursor",
        "rows--cursor-blurred",
        "rows--marked",
        "rows--bar",
    }

    class Highlighted(Message):
        """The cursor stands on another row, or the row says something else; None when empty."""

        def __init__(self, rows: RowList, row: Row | None) -> None:
            super().__init__()
            self.rows = rows
            self.row = row

        @property
        def control(self) -> RowList:
            return self.rows

    class Opened(Message):
        """A row was double-clicked."""

        def __init__(self, rows: RowList, row: Row) -> None:
            super().__init__()
            self.rows = rows
            self.row = row

        @property
        def control(self) -> RowList:
            return self.rows

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._seen = Seen(())
        self._index: dict[Hashable, int] = {}
        self._cursor: int = -1
        self._marked: frozenset[Hashable] = frozenset()
        self._fresh: frozenset[Hashable] = frozenset()
        self._folded: frozenset[Hashable] = frozenset()
        self._styles: dict[str, Style] = {}

    # --- What is in it

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that are seen."""
        return self._seen.rows

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self._cursor] if 0 <= self._cursor < len(self.rows) else None

    @property
    def marked(self) -> frozenset[Hashable]:
        """Keys of the marked rows, also of those that are not seen now."""
        return self._marked

    def update(
        self,
        seen: Seen,
        *,
        closed: frozenset[Hashable] = frozenset(),
        fresh: frozenset[Hashable] = frozenset(),
    ) -> None:
        """Show other rows. The cursor stays on its line and the view where it is."""
        if seen == self._seen and closed == self._folded and fresh == self._fresh:
            return
        before = self.rows
        cursor_row = self.current
        top = round(self.scroll_y)
        anchor = before[top] if top and top < len(before) else None
        self._seen, self._folded, self._fresh = seen, closed, fresh
        self._index = {row.key: index for index, row in enumerate(seen.rows)}
        self._cursor = self._cursor_after(cursor_row)
        width = self.size.width or 1
        self.virtual_size = Size(width, len(seen.rows))
        if anchor is not None and anchor.key in self._index:
            moved = self._index[anchor.key] - top
            if moved:
                self.scroll_to(y=top + moved, animate=False, force=True)
        elif anchor is not None and cursor_row is not None:
            self._show_cursor()
        self.refresh()
        if self.current != cursor_row:
            self._tell_highlighted()

    def _cursor_after(self, before: Row | None) -> int:
        """Where the cursor goes when the rows change under it."""
        rows = self.rows
        if not rows:
            return -1
        if before is not None and before.key in self._index:
            return self._index[before.key]
        index = min(max(self._cursor, 0), len(rows) - 1)
        return self._selectable(index, 1)

    def _selectable(self, index: int, step: int) -> int:
        """The nearest row from `index` on that can be selected, else the one behind it."""
        rows = self.rows
        for way in (step, -step):
            at = index
            while 0 <= at < len(rows):
                if not rows[at].passive:
                    return at
                at += way
        return index

    # --- Moving

    def move(self, step: int) -> None:
        """Move the cursor by so many rows that can be selected."""
        rows = self.rows
        at = self._cursor
        way = 1 if step > 0 else -1
        for _ in range(abs(step)):
            following = at + way
            while 0 <= following < len(rows) and rows[following].passive:
                following += way
            if not 0 <= following < len(rows):
                break
            at = following
        self.go(at)
        if at == self._selectable(0, 1):
            self.scroll_to(y=0, animate=False)

    def move_page(self, pages: int) -> None:
        """Move by the height of the list."""
        self.go(self._selectable(self._clamped(self._cursor + pages * (self.size.height - 1)), 1))

    def go(self, index: int) -> None:
        """Put the cursor on a row, by index."""
        if not self.rows:
            return
        index = self._clamped(index)
        if index != self._cursor:
            for each in (self._cursor, index):
                self.refresh_lines(each, 2)
            self._cursor = index
            self._tell_highlighted()
        self._show_cursor()

    def go_to_key(self, key: Hashable) -> bool:
        """Put the cursor on the row of a key; False when it is not seen."""
        if key not in self._index:
            return False
        self.go(self._index[key])
        return True

    def first(self) -> None:
        """To the first row."""
        self.go(self._selectable(0, 1))
        self.scroll_to(y=0, animate=False)

    def last(self) -> None:
        """To the last row."""
        self.go(self._selectable(len(self.rows) - 1, -1))

    def next_stop(self, way: int) -> bool:
        """To the next or previous row that is a stop (a day, a section, a branch).

        It comes to the top, so that what it holds is seen.
        """
        moved = self._next(way, lambda row: row.stop)
        if moved:
            self.scroll_to(y=self._cursor, animate=False)
        return moved

    def next_match(self, way: int) -> bool:
        """To the next or previous row that the filter found, from the end to the beginning."""
        matches = self._seen.matches
        if self._next(way, lambda row: row.key in matches):
            return True
        hits = [index for index, row in enumerate(self.rows) if row.key in matches]
        if hits:
            self.go(hits[0] if way > 0 else hits[-1])
        return bool(hits)

    def _next(self, way: int, wanted: Callable[[Row], bool]) -> bool:
        at = self._cursor + way
        while 0 <= at < len(self.rows):
            if wanted(self.rows[at]) and not self.rows[at].passive:
                self.go(at)
                return True
            at += way
        return False

    def parent_of_current(self) -> Row | None:
        """The foldable row above the cursor that holds its row."""
        if self.current is None:
            return None
        for row in reversed(self.rows[: self._cursor]):
            if row.depth < self.current.depth and not row.passive:
                return row
        return None

    def _clamped(self, index: int) -> int:
        return max(0, min(index, len(self.rows) - 1))

    def _show_cursor(self) -> None:
        height = self.scrollable_content_region.height or self.size.height
        if height <= 0:
            return
        top = round(self.scroll_target_y)
        # A passive row below says more of the row under the cursor.
        following = self._cursor + 1
        bottom = (
            following
            if following < len(self.rows) and self.rows[following].passive
            else self._cursor
        )
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False)
        elif bottom >= top + height:
            self.scroll_to(y=bottom - height + 1, animate=False)

    def _tell_highlighted(self) -> None:
        message = self.Highlighted(self, self.current)
        # Made while the pane handles a key, it would count as the pane's own
        # message and go no further than there.
        message.set_sender(self)
        self.post_message(message)

    def line_region(self, key: Hashable) -> Region | None:
        """Where the row of a key is on the screen; None when it is not visible."""
        if key not in self._index:
            return None
        content = self.content_region
        y = self._index[key] - round(self.scroll_y)
        if not 0 <= y < content.height:
            return None
        return Region(content.x, content.y + y, content.width, 1)

    # --- Marks

    def toggle_mark(self, key: Hashable) -> None:
        """Mark a row, or take its mark."""
        self._marked ^= {key}
        self.refresh()

    def clear_marks(self, keys: Collection[Hashable] | None = None) -> None:
        """Take the marks of these rows, or of all."""
        self._marked = frozenset() if keys is None else self._marked - frozenset(keys)
        self.refresh()

    def is_closed(self, key: Hashable) -> bool:
        """Whether a foldable row is closed."""
        return key in self._folded

    # --- Drawing

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width or 1, len(self.rows))
        self.call_after_refresh(self._show_cursor)

    def _style(self, *names: str) -> Style:
        key = " ".join(names)
        if key not in self._styles:
            self._styles[key] = self.get_component_rich_style(*names)
        return self._styles[key]

    def render_line(self, y: int) -> Strip:
        """One line of the list, as wide as it is."""
        width = self.scrollable_content_region.width
        index = y + round(self.scroll_y)
        if not 0 <= index < len(self.rows):
            return Strip.blank(width, self.rich_style)
        try:
            return self._drawn(self.rows[index], index == self._cursor, width)
        except Exception as error:  # noqa: BLE001 - reported; the other rows are drawn
            self.unexpected(error, "a row")
            return Strip([Segment(f" {BROKEN}")]).adjust_cell_length(width)

    def _drawn(self, row: Row, under_cursor: bool, width: int) -> Strip:
        glyphs = self._glyphs
        marked = row.key in self._marked
        base = self._style(f"rows--{row.tone.value}")
        if marked:
            base += Style(bgcolor=self._style("rows--marked").bgcolor)
        if under_cursor:
            cursor = self._style("rows--cursor" if self.has_focus else "rows--cursor-blurred")
            base += Style(
                bgcolor=cursor.bgcolor, bold=cursor.bold or base.bold, reverse=cursor.reverse
            )
        accent = base + Style(color=self._style("rows--bar").color)
        if under_cursor:
            edge = glyphs.cursor
        elif row.key in self._fresh:
            edge = glyphs.fresh
        else:
            edge = " "
        lead = "  " * row.depth
        if row.foldable:
            lead += (glyphs.closed if row.key in self._folded else glyphs.open) + " "
        if marked:
            lead += glyphs.marked + " "
        elif row.glyph:
            lead += row.glyph + " "
        room = width - cell_len(lead) - 2
        right = self._right(row, room)
        text_room = room - (cell_len(right) + 1 if right else 0)
        segments = [Segment(edge, accent), Segment(lead, base)]
        found = accent + Style(underline=True, bold=True)
        pieces = self._pieces(row, text_room)
        segments += [Segment(piece, found if is_word else base) for piece, is_word in pieces]
        if right:
            right_style = base + Style(color=self._style(f"rows--{row.right_tone.value}").color)
            segments.append(Segment(f" {right}", right_style))
        segments.append(Segment(" ", base))
        return Strip(segments).adjust_cell_length(width, base)

    def _pieces(self, row: Row, room: int) -> list[tuple[str, bool]]:
        """The text in exactly so many cells, in pieces, each with whether it was looked for."""
        text = row.text[:_MOST_TEXT]
        if row.spans and not find_secrets(text):
            return cut_pieces(emphasised(text, row.spans, room, show), room)
        text = fit(on_screen(text), room, self._glyphs.ellipsis)
        return parted(text, self._seen.words) if self._seen.words else [(text, False)]

    def _right(self, row: Row, room: int) -> str:
        """The columns at the right that there is room for; a number is never cut."""
        for columns in (row.right, row.right[-1:]):
            right = on_screen("  ".join(columns))
            if room - cell_len(right) - 1 >= _LEAST_TEXT:
                return right
        return ""

    # --- Mouse

    def on_click(self, event: events.Click) -> None:
        index = event.y + round(self.scroll_y)
        if not 0 <= index < len(self.rows):
            return
        self.go(self._selectable(index, -1))
        if event.chain == 2 and self.current is not None:
            self.post_message(self.Opened(self, self.current))
