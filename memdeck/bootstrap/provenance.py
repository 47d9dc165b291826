"""Whether OpenClaw gives a file to a session: what its own record of the file says, read only.

OpenClaw keeps in an SQLite database which of a workspace's files were last
written by the agent, and which by something that it does not trust; the latter
it leaves out of every session, without a word.

Source of the rule: openclaw/openclaw, src/memory/memory-artifact-provenance.ts.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from memdeck.bootstrap.openclaw_state import NotKnown, database_path, marks, read_values
from memdeck.openclaw import Mark, mark, open_file
from memdeck.told import OPENCLAW_PROVENANCE, was_told
from memdeck.workspace import Workspace

MEMORY: Final = "MEMORY.md"
GOVERNED: Final = (MEMORY, "USER.md")
"""The files that OpenClaw gives to a session or not by their record, relative to the workspace."""

_FILE_LIMIT: Final = 16_000_000
_SAFE_INTEGER: Final = 2**53 - 1
_OWNER: Final = "core:memory-artifact-provenance"
_NAMESPACE: Final = "workspace-files"
_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What OpenClaw's record says of one file."""

    path: str
    """Relative to the workspace."""
    injected: bool | None
    """Whether a session is given the file; None when it is not known."""
    since: datetime | None = None
    """When the record was made, in UTC; None when it does not say."""
    changed_outside: bool = False
    """Whether the file holds other text than was recorded. An empty or missing file does not
    count: what the agent then writes is all its own."""
    session: str | None = None
    """The session that wrote it, as recorded: to be passed through `show`."""
    problem: str = ""
    """Why it is not known."""

    @property
    def words(self) -> str:
        """The same for a person, on one line."""
        if self.injected is None:
            return f"not known: {self.problem}"
        if not self.injected:
            since = f" since {_said(self.since)}" if self.since else ""
            return f"not injected: untrusted{since}"
        if not self.changed_outside:
            return "injected"
        return (
            "injected; changed outside since it was recorded: the agent's next rewrite would "
            "take it out of later sessions"
        )


def read_provenance(
    root: Path, environ: Mapping[str, str], home: Path | None = None
) -> Mapping[str, Provenance]:
    """What is recorded of the workspace's `GOVERNED` files, by path relative to `root`.

    Empty when there is no database of OpenClaw at all. Nothing is raised: what
    cannot be read is not known, and says why.
    """
    workspace = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()
    keys = [f"{workspace}:{_digest(name)}" for name in GOVERNED]
    try:
        values = read_values(database_path(environ, home), _OWNER, _NAMESPACE, keys)
    except NotKnown as unknown:
        return {name: Provenance(name, None, problem=str(unknown)) for name in GOVERNED}
    if values is None:
        return {}
    return {
        name: _provenance(name, value, workspace, root)
        for name, value in zip(GOVERNED, values, strict=True)
    }


def stamp(root: Path, environ: Mapping[str, str], home: Path | None = None) -> tuple[Mark, ...]:
    """What changes when `read_provenance` may say something else; costs a few looks at a folder."""
    path = database_path(environ, home)
    return (*marks(path), *(mark(root / name) for name in GOVERNED))


def outside_edit_warning(provenances: Mapping[str, Provenance]) -> str | None:
    """What an edit of MEMORY.md by memdeck can cause, said once; None without a record of it."""
    memory = provenances.get(MEMORY)
    if memory is None or memory.injected is None:
        return None
    if not memory.injected:
        return (
            f"OpenClaw gives MEMORY.md to no session here ({memory.words}): what is written to "
            "it is kept, and no session sees it."
        )
    return (
        "OpenClaw keeps a record of what MEMORY.md holds here, and an edit from outside, such as "
        "this one, is not in it. MEMORY.md is still given to every session; but when the agent "
        "next rewrites it (adding at its end does not count), OpenClaw marks it untrusted and "
        "gives it to no session from then on, without a word. Nothing is lost in the file; the "
        "openclaw profile shows when that has happened. This is said once."
    )


def untold_warning(
    workspace: Workspace, environ: Mapping[str, str], home: Path | None = None
) -> str | None:
    """`outside_edit_warning` of the workspace; None when it was told there before.

    Whoever shows it calls `remember_told(workspace, OPENCLAW_PROVENANCE)`.
    """
    if was_told(workspace, OPENCLAW_PROVENANCE):
        return None
    return outside_edit_warning(read_provenance(workspace.root, environ, home))


# --- A record ---------------------------------------------------------------


def _provenance(name: str, value: Any, workspace: str, root: Path) -> Provenance:
    """What a stored value says of the file; one that is no record of it counts as none."""
    if value is None:
        return Provenance(name, None, problem="no record")
    record = _record(value)
    if record is None or not _is_of(record, workspace, name):
        return Provenance(name, None, problem="what is recorded is no record of this file")
    session = next((each for each in map(record.get, ("sessionId", "sessionKey")) if each), None)
    return Provenance(
        name,
        record["originClass"] == "agent",
        since=_moment(record["observedAt"]),
        changed_outside=_differs(root / name, record["fileHash"]),
        session=session if isinstance(session, str) else None,
    )


def _record(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, bytes):
        return None
    try:
        record = json.loads(value.decode())
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _is_of(record: Mapping[str, Any], workspace: str, name: str) -> bool:
    """Whether OpenClaw itself would take it for the record of that file."""
    version, observed, reservation = map(record.get, ("version", "observedAt", "reservationId"))
    return (
        _is_whole(version)
        and version == 1
        and record.get("workspaceKey") == workspace
        and record.get("relativePath") == name
        and _is_hash(record.get("fileHash"))
        and record.get("originClass") in ("agent", "untrusted")
        and _is_whole(observed)
        and isinstance(reservation, str)
        and reservation != ""
        and _are_segments(record.get("segments", []))
    )


def _are_segments(segments: Any) -> bool:
    """Whether they follow each other from the start without a gap."""
    if not isinstance(segments, list):
        return False
    end: Any = 0
    for each in segments:
        if not isinstance(each, dict):
            return False
        start, stop = each.get("startOffset"), each.get("endOffset")
        if not (_is_whole(start) and _is_whole(stop) and start == end and stop > start):
            return False
        if not (_is_hash(each.get("contentHash")) and _is_whole(each.get("observedAt"))):
            return False
        if each.get("originClass") not in ("agent", "untrusted"):
            return False
        end = stop
    return True


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _SAFE_INTEGER


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _moment(milliseconds: int) -> datetime | None:
    """The moment in UTC; None when no calendar holds it."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _differs(path: Path, recorded: str) -> bool:
    """Whether the file holds anything, and other text than that of the recorded hash."""
    try:
        with open_file(path) as file:
            data = file.read(_FILE_LIMIT + 1)
    except (OSError, ValueError):
        return False
    # The hash is of the text that was read: what is no UTF-8 is replaced in it.
    text = data.decode("utf-8", "replace").encode()
    return data != b"" and recorded not in (_digest(data), _digest(text))


def _said(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _digest(text: str | bytes) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    return hashlib.sha256(data).hexdigest()
