"""Token counts that are remembered, so that the tokenizer need not be loaded for them.

A count is known by the SHA-256 of the bytes, the encoding and the very files
that count (tiktoken, its vocabularies, `tokens.py`): after any of them has
changed it is not known any more. What the cache does not know, or not for
sure, is counted.
"""

from __future__ import annotations

import os
import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from itertools import accumulate, pairwise
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from memdeck.bootstrap import tokens
from memdeck.cache import Cache, fingerprint

if TYPE_CHECKING:
    from memdeck.bootstrap.tokens import Counter

_KNOWN: Final = frozenset(
    {
        *(tokens.DEFAULT_ENCODING, "cl100k_base", "gpt2", "r50k_base", "p50k_base", "p50k_edit"),
        *("o200k_base", "o200k_harmony"),
    }
)
"""Encodings whose vocabulary is checked by tiktoken against a hash in its own files. One of
another plug-in may have its vocabulary anywhere, so its counts are not remembered."""
_LARGEST_STARTS: Final = 4 * 1024 * 1024
"""Bytes that the starts of one text may take in the cache; a bootstrap's take about 15,000."""
_VOCABULARY_NAME_LENGTH: Final = 40
"""Of a file in the cache of tiktoken: a SHA-1 in hexadecimal."""


class TokenCache:
    """What has been counted by the tiktoken that is installed, in the cache of a workspace."""

    def __init__(self, cache: Cache) -> None:
        """Only looks which tiktoken it is (0.3 ms); knows and keeps nothing without one."""
        self._cache = cache
        self._program = _program()

    @property
    def outdated(self) -> bool:
        """Whether what counts has been changed or replaced since this was made."""
        return self._program != _program()

    def basis(self, encoding: str) -> bytes | None:
        """What changes with whatever counts in `encoding`; None if that cannot be told."""
        return self._key(encoding, b"") if self._has(encoding) else None

    def stop(self) -> None:
        """Know and keep nothing from now on."""
        self._program = None

    def counts(self, encoding: str, digests: Sequence[bytes]) -> list[int | None]:
        """How many tokens each text has, named by the SHA-256 of its bytes; None if not known."""
        keys = [self._key(encoding, digest) for digest in digests]
        known = self._cache.rows("tokens", keys) if self._has(encoding) else {}
        counts = (known[key][0] if key in known else None for key in keys)
        return [each if isinstance(each, int) else None for each in counts]

    def starts(self, encoding: str, data: bytes) -> Sequence[int] | None:
        """Where the tokens of `data` begin, as `Counting.starts` says; None if not known."""
        if not self._has(encoding):
            return None
        key = self._key(encoding, sha256(data).digest())
        count, packed = self._cache.rows("tokens", [key]).get(key, (None, None))
        if not isinstance(packed, bytes):
            return None
        starts = _unpacked(packed)
        if starts is None or len(starts) != count or (starts and starts[-1] >= len(data)):
            return None
        return starts

    def keep_counts(self, encoding: str, counts: Sequence[tuple[bytes, int]]) -> None:
        """Remember counts, by the SHA-256 of the text."""
        if self._has(encoding):
            rows = ((self._key(encoding, digest), count, None) for digest, count in counts)
            self._cache.keep("tokens", rows)

    def keep_starts(self, encoding: str, data: bytes, starts: Sequence[int]) -> None:
        """Remember where the tokens of `data` begin, and so how many they are."""
        packed = _packed(starts)
        if self._has(encoding) and len(packed) <= _LARGEST_STARTS:
            key = self._key(encoding, sha256(data).digest())
            self._cache.keep("tokens", [(key, len(starts), packed)])

    def resolved(self, name: str) -> Resolved | None:
        """What the encoding of that name was the last time; None if it may be another now."""
        if self._program is None:
            return None
        key = self._name_key(name)
        row = self._cache.rows("encodings", [key]).get(key)
        if row is None or not isinstance(row[0], bytes):
            return None
        warning = row[1].decode() if isinstance(row[1], bytes) else None
        return Resolved(row[0].decode(), warning, key)

    def place_of(self, name: str) -> bytes:
        """Where `resolved` looks: to be asked before the vocabulary is loaded."""
        return self._name_key(name)

    def keep_resolved(self, resolved: Resolved) -> None:
        """Remember what an encoding's name stands for."""
        if self._program is not None:
            warning = resolved.warning.encode() if resolved.warning is not None else None
            row = (resolved.key, resolved.encoding.encode(), warning)
            self._cache.keep("encodings", [row])

    def _has(self, encoding: str) -> bool:
        return self._program is not None and encoding in _KNOWN

    def _key(self, encoding: str, digest: bytes) -> bytes:
        return _joined(self._program or b"", encoding.encode("utf-8", "surrogateescape"), digest)

    def _name_key(self, name: str) -> bytes:
        named = name.encode("utf-8", "surrogateescape")
        # Any other may be on the disk today and not tomorrow.
        there = b"" if name == tokens.DEFAULT_ENCODING else _vocabularies()
        return _joined(self._program or b"", named, there)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the name of an encoding stands for, as things are."""

    encoding: str
    warning: str | None
    key: bytes
    """By which it is remembered: the name, and what it depends on."""


class CachedCounter:
    """Counts as `Counter` does, and loads it only for what has not been counted before.

    Any thread may use it. Raises what `Counter` raises, when that is loaded.
    """

    def __init__(self, encoding: str, folder: Path) -> None:
        """`encoding` as in the settings; the cache is in the state folder `folder`."""
        self._name = encoding
        self._cache = TokenCache(Cache(folder))
        self._counter: Counter | None = None
        self._resolved: Resolved | None = None
        self._lock = Lock()

    @property
    def encoding(self) -> str:
        """The encoding in use."""
        return self._as_resolved().encoding

    @property
    def warning(self) -> str | None:
        """Why another encoding than the one asked for is in use, in words."""
        return self._as_resolved().warning

    @property
    def loaded(self) -> bool:
        """Whether the tokenizer had to be loaded."""
        return self._counter is not None

    @property
    def basis(self) -> bytes | None:
        """What changes with whatever counts, to remember counts by; None if that is not known."""
        return self._cache.basis(self.encoding)

    def count(self, data: bytes) -> int:
        """How many tokens `data` has. For many texts `count_all` is quicker."""
        return self.count_all([data])[0]

    def count_all(self, texts: Sequence[bytes]) -> list[int]:
        """How many tokens each text has; the cache is asked once, and once told the new ones."""
        digests = [sha256(data).digest() for data in texts]
        encoding = self.encoding
        known = self._cache.counts(encoding, digests)
        if None in known:
            counter = self._load()
            encoding = self.encoding
            new: dict[bytes, int] = {}
            for index, count in enumerate(known):
                if count is None:
                    digest = digests[index]
                    if digest not in new:
                        new[digest] = counter.count(texts[index])
                    known[index] = new[digest]
            self._cache.keep_counts(encoding, tuple(new.items()))
        return [count for count in known if count is not None]

    def starts(self, data: bytes) -> Sequence[int]:
        """Byte offsets in `data` at which its tokens begin, as `Counting.starts` says."""
        known = self._cache.starts(self.encoding, data)
        if known is not None:
            return known
        starts = self._load().starts(data)
        self._cache.keep_starts(self.encoding, data, starts)
        return starts

    def _as_resolved(self) -> Resolved:
        if self._resolved is None:
            self._resolved = self._cache.resolved(self._name)
        if self._resolved is None:
            self._load()
        assert self._resolved is not None
        return self._resolved

    def _load(self) -> Counter:
        with self._lock:
            if self._counter is None:
                key = self._cache.place_of(self._name)
                counter = tokens.Counter(self._name)
                if self._cache.outdated:
                    # Replaced while memdeck runs: these are counts of neither the old nor the new.
                    self._cache.stop()
                resolved = Resolved(counter.encoding, counter.warning, key)
                if resolved != self._resolved:
                    self._cache.keep_resolved(resolved)
                self._resolved = resolved
                self._counter = counter
            return self._counter


def _program() -> bytes | None:
    """What changes with whatever counts; None when that cannot be told, or is not there."""
    places = [Path(tokens.__file__)]
    for name in ("tiktoken", "tiktoken_ext"):
        try:
            spec = find_spec(name)
        except (ImportError, ValueError):
            return None
        found = spec.submodule_search_locations if spec else None
        if not found:
            return None
        places += map(Path, found)
    if not all(place.exists() for place in places):
        return None
    try:
        return _joined(fingerprint(*places), sys.version.encode(), sys.byteorder.encode())
    except OSError:
        return None


def _vocabularies() -> bytes:
    """What changes with the vocabularies that tiktoken has downloaded, wherever it keeps them."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    if folder is None:
        import tempfile

        folder = f"{tempfile.gettempdir()}/data-gym-cache"
    try:
        with os.scandir(folder or os.devnull) as entries:
            names = sorted(
                entry.name for entry in entries if len(entry.name) == _VOCABULARY_NAME_LENGTH
            )
        there = fingerprint(*(Path(folder) / name for name in names))
    except OSError:
        there = b""
    return _joined(os.fsencode(folder), there)


def _joined(*parts: bytes) -> bytes:
    """A digest of parts, each of them of any length."""
    whole = sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.digest()


# --- Starts, packed ----------------------------------------------------------

_BYTES: Final = b"B"
_WORDS: Final = b"Q"


def _packed(starts: Sequence[int]) -> bytes:
    """Ascending offsets as the steps between them; nearly every one fits a byte."""
    steps = list(_steps(starts))
    if max(steps, default=0) < 256:
        return _BYTES + zlib.compress(bytes(steps), 1)
    return _WORDS + zlib.compress(array("Q", steps).tobytes(), 1)


def _steps(starts: Sequence[int]) -> Iterator[int]:
    if starts:
        yield starts[0]
    for before, after in pairwise(starts):
        yield after - before


def _unpacked(packed: bytes) -> array[int] | None:
    """The offsets again; None when these are no packed ones."""
    try:
        raw = zlib.decompress(packed[1:])
        steps: Sequence[int] = raw if packed[:1] == _BYTES else array("Q", raw)
    except (zlib.error, ValueError):
        return None
    return array("Q", accumulate(steps))
