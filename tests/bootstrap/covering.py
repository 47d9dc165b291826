"""What holds for every cut: each byte of a file is given, or cut, or white space."""

from __future__ import annotations

from collections.abc import Iterable

from memdeck.bootstrap.drafts import Stretch
from memdeck.model import Part

from .units import SPACES

SPACE = "".join(map(chr, SPACES))


def unaccounted(
    data: bytes, given: Iterable[tuple[int, int]], lost: Iterable[tuple[int, int]]
) -> str:
    """What of a file is neither given nor cut, without white space."""
    known = set()
    for start, end in (*given, *lost):
        known.update(range(start, end))
    rest = bytes(byte for place, byte in enumerate(data) if place not in known)
    return rest.decode("utf-8", "replace").translate({ord(each): None for each in SPACE})


def check_stretches(
    path: str, data: bytes, given: Iterable[Stretch], lost: Iterable[tuple[int, int]]
) -> None:
    """Nothing is forgotten; what is given as it is, is as it is; nothing given is cut, too."""
    spans = [(each.start, each.end) for each in given if each.path == path]
    lost = list(lost)
    assert unaccounted(data, spans, lost) == ""
    for start, end in lost:
        assert 0 <= start < end <= len(data)
        assert all(end <= low or high <= start for low, high in spans)


def check_part(part: Part) -> None:
    """The same of a part, and that its pieces are its data without a gap."""
    at = 0
    for piece in part.pieces:
        assert piece.at == at
        at += piece.length
    assert at == len(part.data)
    contents = {source.path: source.data for source in part.sources}
    for path, data in contents.items():
        spans = [(each.start, each.end) for each in part.pieces if each.path == path]
        cuts = [(each.start, each.end) for each in part.cuts if each.path == path]
        assert unaccounted(data, spans, cuts) == ""
        for piece in part.pieces:
            if piece.path == path and piece.length == piece.end - piece.start:
                given = part.data[piece.at :][: piece.length]
                # U+FFFD can stand for as many bytes as it has itself.
                assert given in (data[piece.start : piece.end], "\ufffd".encode())
