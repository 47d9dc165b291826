"""A workspace whose every text is out to do something to the terminal, and what a terminal may
be sent."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.conftest import GitHelper

ATTACKS: Final = {
    "title": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;b3duZWQ=\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "screen": "\x1b[2J\x1b[1;1H\x1b[6n\x1bc",
    "device": "\x1bP+q544e\x1b\\\x1b_x\x1b\\\x1b^x\x1b\\",
    "C1": "\x9b2J\x9d0;owned\x9c\x85\x90q\x9c",
    "controls": "\x07\x08\x0c\x0e\x0f\x7f\r\t",
    "bidi": "\u202etxt.exe\u202c \u2066\u2067\u2068\u2069\u061c\u200f",
    "joiners": "a\u200d\u200d\u200d\u200b\u2060\ufeff\U000e0041\u00ad",
    "storm": "e" + "\u0301\u0316\u0730" * 20,
    "actions": "[@click=app.quit]quit[/] [link=https://evil.example]x[/link]",
    "brackets": "[/] [bold [[/red] [on red ]",
}
"""By what it tries."""

EVIL: Final = "\x1b]0;o\x07\u202e[/][@click=app.quit]q\x85" + "".join(ATTACKS.values())
"""All of it, with the worst first: a narrow column shows no more."""
SHORT: Final = "\x1b]0;o\x07\u202e[/]\x85\u200d"
"""For names, which may not be long."""
FILE: Final = "\x1b]0;o\x07\u202e[bold]\x85\u200d[@click=app.quit]"
"""For names of files."""
RAW: Final = b"\x9b2J\x9d0;o\x9c\xff"
"""C1 as bytes that are no UTF-8."""
BRANCH: Final = "evil/\u202e\x9b2J\u200d]-x".encode() + b"\x9b\xff"
"""git allows no C0 and no opening bracket in a name."""


def make_evil(git: GitHelper, parent: Path, run_status: Callable[[Path], object]) -> Path:
    """The workspace, in a folder whose name is hostile, too; `run_status` has memdeck look at it
    before another writer drops something."""
    root = git.repository(parent / f"atlas{FILE}", commits=0)
    today = datetime.now(UTC).date()
    _write_files(root, today)
    git(root, "add", "MEMORY.md")
    who = {f"GIT_{role}_NAME": f"A{SHORT}" for role in ("AUTHOR", "COMMITTER")}
    message = f"{EVIL.replace(chr(13), '')}\n".encode()
    git(root, "commit", "-q", "-F", "-", stdin=message, environment=who)
    git(root, "branch", BRANCH.decode("utf-8", "surrogateescape"))
    git(root, "remote", "add", "origin", f"file:///nowhere/{FILE}")
    _write_notes(git, root, today, who)
    _write_beats(root)
    memory, log = root / "MEMORY.md", _log(root, today)
    whole, logged = memory.read_bytes(), log.read_bytes()
    copy = whole.replace(_dropped_lines(), b"")
    # An agent rewrites both from copies that it took earlier.
    for said in (copy, whole):
        memory.write_bytes(said)
        run_status(root)
    memory.write_bytes(copy)
    log.write_bytes(b"\n".join(logged.split(b"\n")[:-3]) + b"\n")
    return root


def _write_files(root: Path, today: date) -> None:
    lines = [f"- Decided {attack} by {name}\n" for name, attack in ATTACKS.items()]
    lines += [f"- **Decided** {EVIL}\n"]
    body = "".join(lines).replace("\r", "").encode() + b"- Decided " + RAW + b"\n"
    head = f"## {EVIL}".replace("\r", "").encode() + RAW + b"\n"
    twice = b"- [dead](memory/\x1b]0;o\x07.md) and " + SHORT.encode() + b" said twice\n"
    memory = b"# Memory\n\n" + head + body + twice + twice + _dropped_lines()
    (root / "MEMORY.md").write_bytes(memory + b"\n## Critical Decisions\n- " + SHORT.encode())
    (root / "memory").mkdir()
    marked = body.replace(b"- Decided", b"- Decided to keep", 3)
    for day in (today, today - timedelta(days=1)):
        _log(root, day).write_bytes(head + marked + b"- The last line, which gets lost " + RAW * 12)
        named = f"{day.isoformat()}-{FILE}".encode() + RAW + b".md"
        (root / "memory" / named.decode("utf-8", "surrogateescape")).write_bytes(head + body)
    crew = ["MEMORY.md", "memory/{today}*.md", f"memory/{FILE}\t*.md"]
    (root / "memdeck.toml").write_text(
        f'[time]\nzone = "UTC"\n[profiles.crew]\nfiles = {json.dumps(crew)}\nlimit = 900\n'
        'over = "keep-start"\nnotes = true\n',
        encoding="utf-8",
    )


def _log(root: Path, day: date) -> Path:
    return root / "memory" / f"{day.isoformat()}.md"


def _dropped_lines() -> bytes:
    return b"".join(
        f"- Dropped {SHORT} number {number} of those that nobody may lose\n".encode() + RAW + b"\n"
        for number in range(3)
    )


def _write_notes(git: GitHelper, root: Path, today: date, who: dict[str, str]) -> None:
    def entry(key: str, value: object, branch: str, **more: str) -> str:
        said = {"branch": branch, "timestamp": f"{today}T00:00:00Z", "key": key, "value": value}
        return json.dumps({**said, **more}, ensure_ascii=False)

    branch = BRANCH.decode("utf-8", "replace")
    for on in ("main", branch, EVIL):
        entries = [
            entry(f"{attack}.{name}", [attack], on, agent=SHORT) for name, attack in ATTACKS.items()
        ]
        git.note(root, "\n".join((*entries, entry(f"{SHORT}.key", EVIL, on))), environment=who)
    git.note(root, b'{"key": "' + SHORT.encode() + RAW + b"\n", environment=who)
    before = git(root, "rev-parse", "refs/notes/agents")
    git.note(root, entry(f"{SHORT}.dropped", EVIL, "main"), environment=who)
    # Another writer appends to what it read before: the reflog alone knows of the other one.
    git(root, "update-ref", "-m", f"notes: {SHORT}", "refs/notes/agents", before, environment=who)
    git.note(root, entry("racing", SHORT, "main"), environment=who)
    block = f"---\ntype: decision\nsummary: {SHORT}\n---\n{EVIL}\n"
    git.note(root, block.replace("\r", ""), ref="refs/notes/mem/core", environment=who)


def _write_beats(root: Path) -> None:
    now = datetime.now(UTC)
    (root / "memory" / "heartbeats").mkdir()
    for hours, status, agent in (
        *((9, "ok", f"late{SHORT}"), (1, "alert", SHORT), (0, "ok", "main")),
        *((0.1, "alert", attack) for attack in ATTACKS.values()),
    ):
        moment = now - timedelta(hours=hours)
        beat = {"ts": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "agent": agent, "status": status}
        line = json.dumps({**beat, "note": EVIL, "interval_s": 600}, ensure_ascii=False)
        with (root / "memory" / "heartbeats" / f"{moment:%Y-%m}.jsonl").open("a") as file:
            file.write(line + "\n")
    record = {"ts": f"{now:%Y-%m-%dT%H:%M:%SZ}", "event": SHORT, "agent": SHORT, "text": EVIL}
    (root / "memory" / f"{FILE}.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    state = {"lastChecks": {SHORT: EVIL}, "lastHeartbeat": EVIL, "mood": EVIL}
    (root / "memory" / "heartbeat-state.json").write_text(json.dumps(state), encoding="utf-8")


# --- What a terminal may be sent -------------------------------------------------

_SENT_BY_TEXTUAL: Final = re.compile(
    r"\x1b\[[0-9;]*m"  # colours and the like
    r"|\x1b\[\d+;\d+H"  # where the next words go
    r"|\x1b\[\?(?:1049|1000|1003|1015|1006|25|1004|2004|2048|7)[hl]"  # modes
    r"|\x1b\[\?2026[hl]"  # a frame begins, a frame ends
    r"|\x1b\[\?(?:2026|2048)\$p"  # what the terminal can do
    r"|\x1b\[>\d+u|\x1b\[<u"  # how it sends keys
    r"|\x1b\]22;[a-z-]+\x07"  # the mouse pointer's shape
    r"|\x1b\[(?:22|23);2t|\x1b\]2;memdeck: [^\x00-\x1f\x7f-\x9f]{0,300}\x07"  # memdeck's own title
)
_BOLD: Final = re.compile(r"\x1b\[[01]m")
_COPIED: Final = re.compile(r"\x1b\]52;c;[A-Za-z0-9+/=]+\x07")
"""What the key that copies sends, and nothing else may."""


def unseen(sent: bytes, *, copied: int = 0, plain: bool = False) -> list[str]:
    """What in these bytes is neither ours nor visible, each with what stands around it; `copied`
    is how often the clipboard was asked for, `plain` that nothing but words was, or bold ones."""
    text = sent.decode("utf-8", "surrogateescape")
    rest, wrong = text, []
    if plain:
        rest = _BOLD.sub("", text)
    else:
        rest, found = _COPIED.subn("\r", text)
        rest = _SENT_BY_TEXTUAL.sub("\r", rest)
        if found != copied:
            wrong.append(f"the clipboard was written to {found} times")
    marks = 0
    for at, character in enumerate(rest):
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks > 4 or not _is_seen(character):
            wrong.append(f"{character!a} in {rest[max(0, at - 30) : at + 30]!a}")
    return wrong


def _is_seen(character: str) -> bool:
    return character in "\r\n" or character.isprintable() or character in "\u00a0\u3000"
