"""Tells most pairs of lines apart before they are compared.

To compare two lines takes 2.6 µs, and most are nothing like each other. Of
each line two sets of bits are kept, one for its characters and one for its
words, such that two lines cannot be more alike than their bits are. That takes
a quarter of the time, and lets no pair go that comparing would have found:
two characters may share a bit by chance, which only makes lines look more alike.

What is bounded is `fuzz.token_set_ratio`, which is the best of two ratios: of
both lines without the words that they share, which needs their characters to be
much the same; and of one line to the words that they share, which needs most of
its words to be in the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from zlib import crc32

_BITS: Final = 1021
"""A prime, so that steps through it do not meet again soon."""
_LEAST: Final = 60.0
"""Below this likeness nearly every pair passes, and asking would be time lost."""

Signature = tuple[int, int, float, int, float]
"""Bits of the characters, bits of the words, how many bits of the characters may differ for its
length, how many bits its words have, and how many bits may differ when its words are missing in
another line, less those that its own words have."""


class Sieve:
    """For one threshold, 0 to 100."""

    def __init__(self, threshold: float) -> None:
        self.open: Final = threshold < _LEAST
        """Whether everything passes."""
        self._share: Final = 1 - threshold / 100

    def sign(self, words: str) -> Signature:
        """The signature of a line, as `said` gives it."""
        tokens = set(words.split())
        length = sum(map(len, tokens)) + max(0, len(tokens) - 1)
        characters = word_bits = 0
        for character, count in Counter("".join(tokens)).items():
            characters |= _character_bits(character, count)
        for token in tokens:
            word_bits |= _word_bits(token)
        missing = (self._share * (2 * length - 1) - 1) / (1 + self._share)
        count = word_bits.bit_count()
        # One more, as the ratios are rounded.
        reach = 2 * (max(0.0, missing) + 1) - count
        return characters, word_bits, self._share * length + 0.5, count, reach

    def near(self, mine: Signature, others: Sequence[Signature]) -> list[int]:
        """The places of those of `others` that may be like it."""
        if self.open:
            return list(range(len(others)))
        characters, words, slack, count, reach = mine
        # Bits that differ are those missing on either side, so that one count tells both.
        return [
            place
            for place, (
                their_characters,
                their_words,
                their_slack,
                their_count,
                their_reach,
            ) in enumerate(others)
            if (characters ^ their_characters).bit_count() <= slack + their_slack
            or (differ := (words ^ their_words).bit_count()) <= reach + their_count
            or differ <= their_reach + count
        ]


@lru_cache(maxsize=65_536)
def _character_bits(character: str, count: int) -> int:
    """One bit for each time that it occurs."""
    bits = 0
    for number in range(count):
        bits |= 1 << (ord(character) * 37 + number * 101) % _BITS
    return bits


@lru_cache(maxsize=65_536)
def _word_bits(word: str) -> int:
    """At most one bit for each of its characters."""
    start = crc32(word.encode("utf-8", "surrogatepass"))
    bits = 0
    for number in range(len(word)):
        bits |= 1 << (start + number * number * 7 + number) % _BITS
    return bits
