"""A made workspace: what newcomers, tests and pictures look at.

A small company that runs parcel lockers, and its three agents at work for a
month: atlas (engineering), scout (research) and mason (operations). The text
is invented and lies in `demo_data`; `{-2}` in it stands for the date two days
before the last one. It shows the plain shapes of the three tiers and the loose
ones that are found in the wild: several files a day, bold lines as headings,
transcripts, blocks kept by other programs, a damaged note, an empty day.

For one `last_day` (and one `now`) the result is the same to the byte, the ids
of commits and notes included.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from memdeck.errors import Refused

DEMO_NOW: Final = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
"""The moment at which the made workspace is looked at, unless it is shifted."""

AGENTS: Final = ("atlas", "scout", "mason")
BRANCH: Final = "feature/cache"
"""The branch that is checked out."""

_DATA: Final = Path(__file__).parent / "demo_data"
_NOTES_REF: Final = "refs/notes/agents"
_DATE: Final = re.compile(r"\{(-?\d+)\}")


def make_workspace(
    target: Path, *, last_day: date | None = None, now: datetime | None = None
) -> Path:
    """Write the made workspace to `target` and say where it lies.

    `target` must not exist or be an empty folder; otherwise `Refused`. With
    `last_day` every date moves along, so that it is the last one. With `now`
    the instants (commits, notes, heartbeats, modification times) move so that
    `now` takes the place of `DEMO_NOW`; otherwise they move by whole days.
    """
    target = target.expanduser()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(
            f"{target} is already there and not empty; nothing was written. Name a new folder."
        )
    target.mkdir(parents=True, exist_ok=True)
    target = target.resolve()
    days = _Calendar(last_day or DEMO_NOW.date(), now)
    files = tuple(_files(days))
    for file in files:
        path = target / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    _make_repository(target, days, files)
    for file in files:
        stamp = days.instant(file.day, file.time).timestamp()
        os.utime(target / file.name, (stamp, stamp))
    return target


# --- Dates -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Where the month lies."""

    last_day: date
    now: datetime | None

    def day(self, offset: int) -> str:
        """The date so many days from the last one, as `YYYY-MM-DD`."""
        return (self.last_day + timedelta(days=offset)).isoformat()

    def instant(self, offset: int, time: str) -> datetime:
        """A moment of such a day, `HH:MM` or `HH:MM:SS` in UTC."""
        hours, minutes, *seconds = (int(part) for part in time.split(":"))
        moment = DEMO_NOW.replace(hour=0, minute=0) + timedelta(
            days=offset, hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0
        )
        return moment + self._shift()

    def at(self, words: str) -> datetime:
        """A moment written as `-2 09:40`."""
        offset, time = words.split()
        return self.instant(int(offset), time)

    def text(self, template: str) -> str:
        """`template` with its dates filled in."""
        return _DATE.sub(lambda found: self.day(int(found.group(1))), template)

    def value(self, template: Any) -> Any:
        """A JSON value with the dates in its strings filled in."""
        if isinstance(template, str):
            return self.text(template)
        if isinstance(template, list):
            return [self.value(each) for each in template]
        if isinstance(template, dict):
            return {self.text(key): self.value(each) for key, each in template.items()}
        return template

    def _shift(self) -> timedelta:
        if self.now is not None:
            return self.now.astimezone(UTC).replace(second=0, microsecond=0) - DEMO_NOW
        return self.last_day - DEMO_NOW.date()


def _stamp(moment: datetime) -> str:
    """As notes and heartbeats write a moment."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- Files -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the workspace, and when it was last written."""

    name: str
    data: bytes
    day: int
    time: str
    kept: bool = True
    """Whether commits carry it, from the day after."""


def _read(name: str) -> str:
    return (_DATA / name).read_text(encoding="utf-8")


def _files(days: _Calendar) -> Iterator[_File]:
    yield _File("MEMORY.md", _memory(days, 0), 0, "13:58")
    yield _File("HEARTBEAT.md", _read("HEARTBEAT.md").encode(), -20, "18:30")
    for part in ("recent.txt", "older.txt"):
        for chunk in _read(part).split("@@ ")[1:]:
            head, _, body = chunk.partition("\n")
            name, time, *ways = head.split()
            offset = int(_DATE.findall(name)[0])
            data = _written(days.text(body), ways)
            yield _File(f"memory/{days.text(name)}", data, offset, time)
    dreams = "# Deep sleep\n\nKept by another program; not a log, though its name is a date.\n"
    yield _File(f"memory/dreaming/{days.day(-4)}.md", dreams.encode(), -4, "03:10")
    yield from _heartbeats(days)


def _written(text: str, ways: list[str]) -> bytes:
    """The bytes of a log, with the oddities that its heading line asks for."""
    if "empty" in ways:
        return b""
    if "open" in ways:
        text = text.rstrip("\n")
    if "crlf" in ways:
        text = text.replace("\n", "\r\n")
    return text.encode("latin-1" if "latin1" in ways else "utf-8")


def _memory(days: _Calendar, offset: int) -> bytes:
    """MEMORY.md as it was on a day: lines that name a later date were not there yet."""
    lines = _read("MEMORY.md").splitlines(keepends=True)
    known = [line for line in lines if all(int(each) <= offset for each in _DATE.findall(line))]
    return days.text("".join(known)).encode()


# --- Heartbeats ------------------------------------------------------------

# When each agent was last seen, and since which day it beats every 55 minutes
# instead of 30.
_LAST_BEATS: Final = {
    "atlas": ("13:58:07", -2),
    "scout": ("13:20:41", -2),
    "mason": ("14:10:22", 0),
}
_FIRST_BEAT_DAY: Final = -8
_ALERTS: Final = {
    ("mason", 0): "label queue full: 412 waiting, limit 400",
    ("mason", 61): "disk of quay-2 at 87 %, limit 80 %",
    ("scout", 40): "the road service has not answered for an hour",
    ("atlas", 33): "map_first_paint p95 at 0.6 s, limit 0.4 s",
}


def _heartbeats(days: _Calendar) -> Iterator[_File]:
    """One file a month, and the state file that agents keep by hand."""
    begin = days.instant(_FIRST_BEAT_DAY, "00:00")
    beats: list[tuple[datetime, dict[str, Any]]] = []
    for turn, (agent, (last, slower)) in enumerate(_LAST_BEATS.items()):
        moment, count = days.instant(0, last), 0
        while moment >= begin:
            minutes = 55 if moment >= days.instant(slower, "00:00") else 30
            beats.append((moment, _beat(agent, moment, count, minutes * 60)))
            late = (count * 37 + turn * 11) % 23
            moment -= timedelta(minutes=minutes, seconds=late)
            count += 1
    months: dict[str, list[str]] = {}
    for moment, beat in sorted(beats, key=lambda each: (each[0], each[1]["agent"])):
        line = json.dumps(beat, ensure_ascii=False, separators=(",", ":"))
        months.setdefault(f"{moment:%Y-%m}", []).append(line + "\n")
    for month, lines in months.items():
        data = "".join(lines).encode()
        yield _File(f"memory/heartbeats/{month}.jsonl", data, 0, "14:10", kept=False)
    state = {
        "lastChecks": {
            "queue": int(days.instant(0, "14:10").timestamp()),
            "certificates": _stamp(days.instant(-1, "18:05")),
            # A year early, as language models are in January.
            "disks": int((days.instant(0, "08:10") - timedelta(days=365)).timestamp()),
            "calls": None,
        },
        "lastHeartbeat": _stamp(days.instant(0, "13:58")),
        "mood": "attentive",
    }
    data = (json.dumps(state, indent=2) + "\n").encode()
    yield _File("memory/heartbeat-state.json", data, 0, "14:10", kept=False)


def _beat(agent: str, moment: datetime, count: int, interval: int) -> dict[str, Any]:
    """The beat of an agent, counted backwards from its last one."""
    alert = _ALERTS.get((agent, count))
    cold = 14 if count % 19 == 7 else 0
    cache = {"hits": 40 + count * 7 % 23 - cold, "misses": count % 4 + cold, "expired": cold}
    return {
        "ts": _stamp(moment),
        "agent": agent,
        "status": "alert" if alert else "ok",
        "note": alert,
        "interval_s": interval,
        "cache": cache if agent != "mason" else None,
    }


# --- The repository --------------------------------------------------------


def _make_repository(target: Path, days: _Calendar, files: tuple[_File, ...]) -> None:
    """Commits, branches and notes by one `git fast-import`, and an index that fits."""
    from memdeck.git import Git

    git = Git(target)
    git.run("init", "--quiet", "--template=", "--object-format=sha1", f"--initial-branch={BRANCH}")
    stream = b"".join((*_commits(days, files), *_notes(days), b"done\n"))
    # The reflog carries who and when as well.
    moment = f"{int(days.at('0 12:38').timestamp())} +0000"
    identity = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (
            ("NAME", "atlas"),
            ("EMAIL", "atlas@larkbox.example"),
            ("DATE", moment),
        )
    }
    git.run("fast-import", "--quiet", "--done", stdin=stream, environment=identity)
    git.run("read-tree", "HEAD")
    for name, data in _work_tree(days, files).items():
        path = target / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _written_commits() -> list[dict[str, Any]]:
    commits: list[dict[str, Any]] = json.loads(_read("commits.json"))
    return commits


def _trees(
    days: _Calendar, files: tuple[_File, ...]
) -> Iterator[tuple[dict[str, Any], dict[str, bytes]]]:
    """Each commit with its whole tree: the code, and the memory up to the day before."""
    code: dict[str | None, dict[str, bytes]] = {None: {}}
    for commit in _written_commits():
        mine = {name: text.encode() for name, text in commit["files"].items()}
        code[commit["name"]] = code[commit["from"]] | mine
        day = int(commit["at"].split()[0])
        logs = {
            file.name: file.data
            for file in files
            if file.kept and file.day < day and file.name != "MEMORY.md"
        }
        yield commit, code[commit["name"]] | logs | {"MEMORY.md": _memory(days, day)}


def _work_tree(days: _Calendar, files: tuple[_File, ...]) -> dict[str, bytes]:
    """What is checked out."""
    heads = [tree for commit, tree in _trees(days, files) if commit["branch"] == BRANCH]
    return heads[-1]


def _commits(days: _Calendar, files: tuple[_File, ...]) -> Iterator[bytes]:
    trees: dict[str | None, dict[str, bytes]] = {None: {}}
    marks: dict[str, int] = {}
    for mark, (commit, tree) in enumerate(_trees(days, files), start=1):
        marks[commit["name"]] = mark
        yield f"commit refs/heads/{commit['branch']}\nmark :{mark}\n".encode()
        yield _signed(days, commit["by"], commit["at"], commit["says"] + "\n")
        if commit["from"] is not None:
            yield f"from :{marks[commit['from']]}\n".encode()
        before = trees[commit["from"]]
        for name, data in sorted(tree.items()):
            if before.get(name) != data:
                yield f"M 100644 inline {name}\n".encode() + _data(data)
        trees[commit["name"]] = tree


def _notes(days: _Calendar) -> Iterator[bytes]:
    """One commit of the notes ref for each entry, as if each had been stored by itself."""
    marks = {commit["name"]: mark for mark, commit in enumerate(_written_commits(), start=1)}
    people = {"main": "scout", "fix/rate-limit": "mason", BRANCH: "atlas"}
    notes: dict[str, bytes] = {}
    for entry in json.loads(_read("notes.json")):
        on = entry["on"]
        text = _entry(days, entry).encode()
        # `git notes append` puts an empty line between what was and what comes.
        notes[on] = notes[on] + b"\n" + text if on in notes else text
        yield f"commit {_NOTES_REF}\n".encode()
        yield _signed(
            days, people[entry["branch"]], entry["at"], "Notes added by 'git notes append'\n"
        )
        yield f"N inline :{marks[on]}\n".encode() + _data(notes[on])


def _entry(days: _Calendar, entry: dict[str, Any]) -> str:
    moment = _stamp(days.at(entry["at"]))
    if "damaged" in entry:
        # A shell script that pastes its value without quoting it.
        return (
            f'{{\n  "branch": "{entry["branch"]}",\n  "timestamp": "{moment}",\n'
            f'  "key": "blocked.by",\n  "value": {entry["damaged"]}\n}}\n'
        )
    value = {
        "branch": entry["branch"],
        "timestamp": moment,
        "key": entry["key"],
        "value": days.value(entry["value"]),
    }
    if entry.get("compact"):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _signed(days: _Calendar, who: str, at: str, message: str) -> bytes:
    moment = int(days.at(at).timestamp())
    return f"committer {who} <{who}@larkbox.example> {moment} +0000\n".encode() + _data(
        message.encode()
    )


def _data(data: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(data), data)
