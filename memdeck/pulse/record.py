"""Beats as memdeck records them: one line of `memory/heartbeats/YYYY-MM.jsonl` each.

For agents that import memdeck:

    pulse = Pulse(Path.cwd(), "atlas")
    pulse.beat()
    pulse.beat("alert", "the queue is full")

Every beat is one write in append mode, so that any number of agents beat into
the same file. It is not waited for until it is safe on the disk: a machine that
loses its power has no agent that lives.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from memdeck.agents import agent_name
from memdeck.appending import append_bytes, open_to_append
from memdeck.errors import Refused, Unusable, WrongUsage
from memdeck.model import Beat, BeatStatus, CacheCounts
from memdeck.pulse.beats import FOLDER, LONGEST_INTERVAL

LONGEST_NOTE: Final = 1000
"""Characters of a note; a longer one is cut, and ends with `…`."""


def _now() -> datetime:
    return datetime.now(UTC)


class Pulse:
    """The pulse of one agent."""

    def __init__(
        self,
        root: Path | str,
        agent: str,
        *,
        interval: int | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        """The pulse of `agent` in the workspace at `root`.

        `interval`: seconds until the next beat is due; without it, as the
        settings have it. Raises WrongUsage for a name or interval that is none.
        """
        self.root = Path(root)
        self.agent = agent_name(agent)
        if interval is not None and not 0 < interval <= LONGEST_INTERVAL:
            raise WrongUsage("An interval is a number of seconds, from 1 to those of a year.")
        self._interval = interval
        self._now = now

    @property
    def interval(self) -> int:
        """Seconds until the next beat is due."""
        if self._interval is None:
            from memdeck.pulse.schedule import schedule_of
            from memdeck.settings import load_settings

            self._interval = schedule_of(self.agent, load_settings(self.root)).interval
        return self._interval

    def beat(
        self,
        status: BeatStatus | str = BeatStatus.OK,
        note: str | None = None,
        cache: CacheCounts | None = None,
    ) -> Beat:
        """Record one beat; what was recorded.

        `cache`: how the agent's cache did since its beat before. Raises
        WrongUsage for another status than ok and alert, Refused when the file
        may not be written, Unusable when the disk fails.
        """
        if status not in (BeatStatus.OK, BeatStatus.ALERT):
            raise WrongUsage(f"A beat says ok or alert, not {status!s}; nothing was recorded.")
        note = (note or "").strip()
        if len(note) > LONGEST_NOTE:
            note = note[: LONGEST_NOTE - 1] + "…"
        beat = Beat(
            moment=self._now().astimezone(UTC).replace(microsecond=0),
            agent=self.agent,
            status=BeatStatus(status),
            note=note or None,
            interval=self.interval,
            cache=cache,
        )
        append_beat(self.root, beat)
        return beat


def append_beat(root: Path, beat: Beat) -> Path:
    """Append a beat to the file of its month, and return the file's path.

    Raises Refused when the file may not be written, Unusable when the disk fails.
    """
    path = _folder(root) / f"{beat.moment.astimezone(UTC):%Y-%m}.jsonl"
    if path.is_symlink():
        raise Refused(
            f"{FOLDER}/{path.name} is a link, and would not be read; nothing was recorded."
        )
    handle = open_to_append(root, path)
    try:
        append_bytes(handle, _line_end_before(handle) + line_of(beat), path, durable=False)
    except OSError as error:
        raise Unusable(
            f"{FOLDER}/{path.name} could not be appended to ({error.strerror}); "
            "nothing was recorded, and nothing that was in it is lost."
        ) from error
    finally:
        os.close(handle)
    return path


def line_of(beat: Beat) -> bytes:
    """A beat as a line of the record."""
    cache = beat.cache
    fields = {
        "ts": beat.moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "agent": beat.agent,
        "status": beat.status.value,
        "note": beat.note,
        "interval_s": beat.interval,
        "cache": cache and {"hits": cache.hits, "misses": cache.misses, "expired": cache.expired},
    }
    # Half a character (a lone surrogate) becomes the escape that JSON has for it.
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _line_end_before(handle: int) -> bytes:
    """A line feed where the file ends within a line: a writer was stopped half way.

    Two that see it at once leave an empty line, which nobody reads.
    """
    size = os.fstat(handle).st_size
    return b"" if size == 0 or os.pread(handle, 1, size - 1) in (b"\n", b"") else b"\n"


def _folder(root: Path) -> Path:
    """The folder of the record; made when it is not there."""
    folder = root
    for name in FOLDER.split("/"):
        folder = folder / name
        where = folder.relative_to(root).as_posix()
        try:
            folder.mkdir(exist_ok=True)
        except FileExistsError:
            raise Refused(f"{where} is not a folder; nothing was recorded.") from None
        except FileNotFoundError:
            raise Unusable(f"{root} does not exist; nothing was recorded.") from None
        except OSError as error:
            raise Unusable(
                f"{where} could not be made ({error.strerror}); nothing was recorded."
            ) from error
        if folder.is_symlink() and not folder.resolve().is_relative_to(root.resolve()):
            raise Refused(f"{where} leads out of the workspace; nothing was recorded.")
    return folder
