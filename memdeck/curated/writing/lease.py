"""Whether anyone has a file open for writing, and keeping it so for a moment.

The kernel grants a read lease only while there is no writer, and holds up whoever
would become one until it is given back. So it is held for microseconds.
The signal that tells of one who waits would by default be SIGIO, which ends
a process that has not asked for it. This is SIGURG instead, set for the one
descriptor before the lease: it is ignored by default, so nothing that belongs
to the whole process is touched, in whatever program and thread this runs.
fcntl_setlease(2), signal(7).
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_MOUNT: Final = re.compile(rb"^mnt_id:\s*(\d+)$", re.MULTILINE)
# Others write to these from other machines, of which the kernel here knows nothing.
_SHARED: Final = frozenset(
    (
        *("9p", "afs", "beegfs", "ceph", "cifs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs"),
        *("nfs", "nfs4", "ocfs2", "orangefs", "prl_fs", "smb2", "smb3", "smbfs", "vboxsf"),
        *("virtiofs", "vmhgfs"),
    )
)


def take(descriptor: int) -> bool | None:
    """Take a read lease: False while there is a writer; None where there are no leases.

    The descriptor must be open for reading alone.
    """
    if sys.platform != "linux":
        return None
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return False
    except OSError:
        # Another user's file (EACCES), or a file system without leases (EINVAL, ENOLCK).
        return None
    return True


def give_back(descriptor: int) -> None:
    """Let those go on who were held up."""
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)


@contextmanager
def leased(descriptor: int) -> Iterator[bool | None]:
    """A lease for as long as this lasts, if there is one to be had: see `take`."""
    taken = take(descriptor)
    try:
        yield taken
    finally:
        if taken:
            give_back(descriptor)


def has_writer(descriptor: int) -> bool | None:
    """Whether any process has the file open for writing; None when that cannot be known."""
    with leased(descriptor) as taken:
        return None if taken is None else not taken


def tells_all(descriptor: int) -> bool:
    """Whether all who can write there are processes of this machine, so that leases tell all."""
    kind = kind_of(descriptor)
    # `fuseblk` is a disk of this machine, `fuse.sshfs` none.
    return bool(kind) and kind not in _SHARED and kind.split(".")[0] != "fuse"


def kind_of(descriptor: int) -> str:
    """What kind of file system it is on, as mount(8) names it; empty when that cannot be known."""
    try:
        said = _MOUNT.search(Path(f"/proc/self/fdinfo/{descriptor}").read_bytes())
        mounts = Path("/proc/self/mountinfo").read_bytes()
    except OSError:
        return ""
    for line in mounts.split(b"\n"):
        fields = line.split(b" ")
        if said is not None and fields[0] == said[1] and b"-" in fields[6:-1]:
            return os.fsdecode(fields[fields.index(b"-", 6) + 1])
    return ""
