"""What the checks are given: made anew, or out of what was found before."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hypothesis import strategies as st

from tests.engine.markdown_strategy import memory_files, noise
from tests.fuzz.targets import BETWEEN

CORPUS: Final = Path(__file__).parent / "corpus"

_JSON: Final = [
    b"{", b"}", b"[", b"]", b'"', b":", b",", b"\n", b"\r\n", b" ", b"\\", b"\xff", b"\\u0000",
    b"\\ud800", b'{"branch":"main","key":"k","timestamp":"2026-02-06T10:00:00Z","value":"v"}',
    b'{"branch": "x", "key": "other", "value": {"a": [1, null]}, "id": "17"}', b'"lastChecks"',
    b'{"lastChecks":{"email":1770388320,"calendar":null}}', b"1770388320", b"1770388320000",
    b'"2026-02-06T14:32:00Z"', b'"2026-02-06 14:32"', b"-1", b"1e999", b"NaN", b"99999999999999999",
    b'{"ts":"2026-02-06T14:00:00Z","agent":"coder","status":"ok"}', b'"status":"alert"', b"true",
    b'"interval_s":3300', b"---\n", b"id: 3\n", b"<<<<<<< x\n", "日".encode(), b"\xef\xbb\xbf",
    BETWEEN,
]  # fmt: skip
_WORDS: Final = [
    b"tier:", b"section:", b"agent:", b"since:", b"2026-02-06", b"..", b"~", b"/", b"//", b'"',
    b"a", b"(a+)+", b"[", b"\\", b" ", b"-", b"*", b"\n", b"=", b"[pulse]\n", b"interval",
    b"[profiles.x]\n",
    b"files = [", b"'", b"limit = 5\n", b"zone = 'UTC'\n", b"[budget]\n", b"profile", b"1e9",
    b"\x1b[31m", b"\x1b]0;t\x07", b"\x9b", b"\xc2\x9b", "\u202e".encode(), "\u200d".encode(),
    "\U0001f468\u200d\U0001f469".encode(), "e\u0301\u0301\u0301".encode(), b"[@click=app.quit]",
    b"[/]", b"\x00", b"\x7f", b"\r", b"\t", "\ud7ff\ue000".encode(), "\ufeff".encode(),
    "\U000e0041".encode(),
]  # fmt: skip


def kept(target: str) -> dict[str, bytes]:
    """The cases of a target that were found before, by the names of their files."""
    return {path.name: path.read_bytes() for path in sorted((CORPUS / target).glob("*.bin"))}


def cases(target: str, kind: str) -> st.SearchStrategy[bytes]:
    """Cases of one kind: made anew, mixed, and what was found before with something put in."""
    made = {
        "json": st.lists(st.sampled_from(_JSON), max_size=30).map(b"".join),
        "words": st.lists(st.sampled_from(_WORDS), max_size=20).map(b"".join),
        "markdown": st.one_of(memory_files(), noise()),
    }[kind]
    several = st.lists(made, min_size=2, max_size=3).map(BETWEEN.join)
    ways = [made, several, st.binary(max_size=200)]
    known = [each for each in kept(target).values() if len(each) <= 4_000]
    if known:
        ways.append(_with_something_in(st.sampled_from(known), made))
    return st.one_of(ways)


@st.composite
def _with_something_in(
    draw: st.DrawFn, known: st.SearchStrategy[bytes], made: st.SearchStrategy[bytes]
) -> bytes:
    data = draw(known)
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + 20)))
    return data[:start] + draw(made) + data[end:]
