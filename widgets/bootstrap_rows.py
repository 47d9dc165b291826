"""The bootstrap as rows: every part's text as the session is given it, with what is cut shaded."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from memdeck.model import Budget, Cut, Part, Piece, Unit
from memdeck.secrets import without_keys
from memdeck.text import plural, thin
from widgets.gauge import unit_word
from widgets.glyphs import Glyphs
from widgets.row import Row, Tone

# A cut of more lines starts folded: its first row says how many there are.
_CUT_LINES_OPEN = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the bootstrap, or one that is cut from it: what a row stands for."""

    part: Part
    path: str | None
    """The file it is from; None for the harness's own words and for notes."""
    line: int
    """In the file, from 1; 0 without one."""
    start: int
    end: int
    """Bytes: of the file when it is cut, else of the part's data."""
    cut: Cut | None = None
    """The cut it belongs to; None when the session is given it."""


def bootstrap_rows(
    budget: Budget, glyphs: Glyphs, named: Callable[[str], str] = str
) -> tuple[Row, ...]:
    """Every part with its lines, in the order in which the session is given them; `named` says
    how a part is called."""
    rows: list[Row] = []
    parts_are_stops = not budget.cuts
    for index, part in enumerate(budget.parts):
        rows.append(_part_row(index, part, budget, glyphs, named, stop=parts_are_stops))
        rows += _lines(index, part, glyphs)
    return tuple(rows)


def cut_words(cuts: tuple[Cut, ...]) -> str:
    """`3 cuts: 214 lines, 3 120 tok`; empty when nothing is cut."""
    if not cuts:
        return ""
    lines, tokens = sum(cut.lines for cut in cuts), sum(cut.tokens for cut in cuts)
    return f"{plural(len(cuts), 'cut')}: {plural(lines, 'line')}, {thin(tokens)} tok"


def _part_row(
    index: int,
    part: Part,
    budget: Budget,
    glyphs: Glyphs,
    named: Callable[[str], str],
    *,
    stop: bool,
) -> Row:
    files = f" {glyphs.dot} {plural(len(part.paths), 'file')}" if len(part.paths) > 1 else ""
    whole = not part.cuts and not part.over
    words = part.words if part.data or part.cuts or part.sources else "nothing there"
    if part.trust:
        words = f"{words}; {part.trust}"
    own = ""
    if budget.unit is not Unit.TOKENS:
        limit = f" / {thin(part.limit)}" if part.limit is not None else ""
        own = f"{thin(part.size)}{limit} {unit_word(budget.unit)}"
    return Row(
        ("part", index),
        f"{named(part.name)}{files}  {words}",
        glyph="" if whole else glyphs.warning,
        tone=Tone.TITLE if whole else Tone.WARNING,
        right=tuple(each for each in (own, f"{thin(part.tokens):>7} tok") if each),
        foldable=bool(part.data or part.cuts),
        stop=stop,
        target=part,
    )


def _lines(index: int, part: Part, glyphs: Glyphs) -> Iterator[Row]:
    """The lines of a part, and between them what is cut, where it is missing."""
    at = 0
    owners = _Owners(part)
    for place, cut in sorted(((_place(part, cut), cut) for cut in part.cuts), key=_by_place):
        yield from _given(index, part, owners, at, place)
        at = place
        yield from _cut(index, part, owners, cut, glyphs)
    yield from _given(index, part, owners, at, len(part.data))


def _by_place(placed: tuple[int, Cut]) -> tuple[int, int]:
    return placed[0], placed[1].start


def _place(part: Part, cut: Cut) -> int:
    """Where in the part's data a cut is missing: behind what stands before it in its file."""
    place: int | None = None
    for piece in part.pieces:
        if piece.path != cut.path:
            continue
        if piece.end <= cut.start:
            place = piece.at + piece.length
        elif place is None:
            place = piece.at
    # A file of which nothing is given stands behind the ones before it.
    return place if place is not None else _end_of_earlier(part, cut.path)


def _end_of_earlier(part: Part, path: str) -> int:
    earlier = set(part.paths[: part.paths.index(path)]) if path in part.paths else set(part.paths)
    ends = [piece.at + piece.length for piece in part.pieces if piece.path in earlier]
    return max(ends, default=0)


class _Owners:
    """Which file and line a byte of a part's data comes from."""

    def __init__(self, part: Part) -> None:
        self._pieces = part.pieces
        self._starts = [piece.at for piece in part.pieces]
        self._line_starts = {
            source.path: _line_starts(source.data) for source in part.sources if source.data
        }

    def of(self, at: int) -> tuple[str | None, int]:
        """The file's path and the line in it; None and 0 for what is no file's."""
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return None, 0
        piece: Piece = self._pieces[index]
        if piece.path is None:
            return None, 0
        as_it_is = piece.length == piece.end - piece.start
        offset = piece.start + (at - piece.at if as_it_is else 0)
        return piece.path, self.line(piece.path, offset)

    def line(self, path: str, offset: int) -> int:
        """The line of a file in which a byte of it stands."""
        return bisect_right(self._line_starts.get(path, [0]), offset)


def _line_starts(data: bytes) -> list[int]:
    starts = [0]
    at = data.find(b"\n")
    while at >= 0:
        starts.append(at + 1)
        at = data.find(b"\n", at + 1)
    return starts


def _split(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The lines of `data[start:end]`, without their line feeds, as offsets."""
    while start < end:
        stop = data.find(b"\n", start, end)
        if stop < 0:
            yield start, end
            return
        yield start, stop
        start = stop + 1


def _given(index: int, part: Part, owners: _Owners, start: int, end: int) -> Iterator[Row]:
    places = tuple(_split(part.data, start, end))
    for (first, last), text in zip(places, _texts(part.data, places), strict=True):
        path, line = owners.of(first)
        own = path is None and bool(part.paths)
        yield Row(
            ("line", index, first),
            text,
            1,
            tone=Tone.DIM if own else Tone.PLAIN,
            target=Line(part, path, line, first, last),
        )


def _cut(index: int, part: Part, owners: _Owners, cut: Cut, glyphs: Glyphs) -> Iterator[Row]:
    data = next((each.data for each in part.sources if each.path == cut.path), b"")
    several = f"{cut.path}: " if len(part.paths) > 1 else ""
    # The first words are what is lost: a narrow screen shows no more.
    yield Row(
        ("cut", index, cut.path, cut.start),
        f"{several}cut: {plural(cut.lines, 'line')}, {plural(cut.tokens, 'token')} not given: "
        f"{cut.why}",
        1,
        glyph=glyphs.cut,
        tone=Tone.CUT_TITLE,
        foldable=bool(data),
        starts_closed=cut.lines > _CUT_LINES_OPEN,
        stop=True,
        target=cut,
    )
    places = tuple(_split(data, cut.start, cut.end))
    for (first, last), text in zip(places, _texts(data, places), strict=True):
        yield Row(
            ("cut line", index, cut.path, first),
            text,
            2,
            glyph=glyphs.cut,
            tone=Tone.CUT,
            target=Line(part, cut.path, owners.line(cut.path, first), first, last, cut),
        )


def _texts(data: bytes, places: Sequence[tuple[int, int]]) -> list[str]:
    """What the lines say; a private key goes over several."""
    return without_keys(
        [
            data[first:last].rstrip(b"\r").decode("utf-8", "surrogateescape")
            for first, last in places
        ]
    )
