"""Memory that is free goes back to the system, as a dashboard is left running for days."""

from __future__ import annotations

import ctypes
from typing import Final

# mallopt(3); the figures stand in glibc's malloc.h.
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
_AT_LEAST: Final = 128 * 1024
"""Bytes; glibc's own figure, which it otherwise raises to 32 MB as soon as so much was freed."""


def give_memory_back() -> bool:
    """Have the C library keep no more free memory than it has to; call it before threads start.

    Each thread would have a heap of its own, and each would keep what it once needed for the
    largest note or log. False where the C library is not glibc: then all is as it was.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return all(
        mallopt(option, value)
        for option, value in (
            (_ARENA_MAX, 1),
            (_MMAP_THRESHOLD, _AT_LEAST),
            (_TRIM_THRESHOLD, _AT_LEAST),
        )
    )
