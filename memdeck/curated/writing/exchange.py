"""Two names of a folder exchanged, so that what stood under either is still in hand.

`renameat2(2)` with RENAME_EXCHANGE, which Python does not offer: found in the C
library. Linux alone has it, and not every file system does.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any, Final

_RENAME_EXCHANGE: Final = 2
# EPERM: a sandbox that lets no unknown call through.
_NOT_TO_BE_HAD: Final = {errno.EINVAL, errno.ENOSYS, errno.EPERM, errno.EOPNOTSUPP}


def exchange(folder: int, one: str, other: str) -> bool:
    """Exchange two names of a folder; False, and nothing was done, where that cannot be had.

    Raises OSError; FileNotFoundError when nothing stands under one of them.
    """
    number = renameat2(folder, os.fsencode(one), os.fsencode(other))
    if not number:
        return True
    if number in _NOT_TO_BE_HAD:
        return False
    raise OSError(number, os.strerror(number), one)


def renameat2(folder: int, one: bytes, other: bytes) -> int:
    """The call itself; 0, or the number of the error."""
    function = _function()
    if function is None:
        return errno.ENOSYS
    while function(folder, one, folder, other, _RENAME_EXCHANGE):
        number = ctypes.get_errno()
        if number != errno.EINTR:
            return number
    return 0


@cache
def _function() -> Callable[..., Any] | None:
    """None where the C library has none: another system, or an old one."""
    if sys.platform != "linux":
        return None
    try:
        # PyDLL: another thread that took its turn here would keep waiting those who are held up.
        function = ctypes.PyDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None
    function.argtypes = (
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_uint,
    )
    function.restype = ctypes.c_int
    return function
