"""What must hold for any bytes at all, one check for each thing that reads what others write.

A check takes the bytes of one case and raises AssertionError, or whatever the
reader raised, when something does not hold. A case that stands for several
files holds them with `BETWEEN` between them.
"""

from __future__ import annotations

import json
import tempfile
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from memdeck.bootstrap.files import FileReader
from memdeck.bootstrap.load import load_bootstrap
from memdeck.bootstrap.profiles import profile_named, profiles
from memdeck.curated.edits import Add, Operation, Retire, Rewrite
from memdeck.curated.planning.replay import exact_inverse
from memdeck.curated.sections import parse_memory, read_memory, targets
from memdeck.curated.splice import Edit
from memdeck.daily.days import read_days
from memdeck.daily.parse import parse_log
from memdeck.errors import MemdeckError, Refused, WrongUsage
from memdeck.markdown import BlockKind, blocks, line_starts
from memdeck.model import DamagedSpan, Entry, Notes, Unit
from memdeck.notes.codec import compact, parse_note
from memdeck.notes.dialects import Dialect, parse_dialect
from memdeck.notes.merge import Unmergeable, merge_notes
from memdeck.own_profiles import Over, OwnProfile
from memdeck.pulse.beats import parse_beat
from memdeck.pulse.heartbeat_state import checks_in, in_one
from memdeck.pulse.logged_beats import told_beat
from memdeck.search.query import parse_query
from memdeck.settings import Settings, load_settings
from memdeck.text import show
from tests.bootstrap.covering import check_part

BETWEEN: Final = b"\x1e"
TODAY: Final = date(2026, 2, 6)
NOW: Final = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
_BERLIN: Final = ZoneInfo("Europe/Berlin")
_COMMIT: Final = "c" * 40
_BLANK: Final = " \t\r\n\ufeff"


def note(data: bytes) -> None:
    """Every byte of a note is an entry, damage or white space, and entries survive a round trip."""
    entries, damaged = parse_note(data, _COMMIT)
    parts: dict[int, Entry | DamagedSpan] = {each.position: each for each in (*entries, *damaged)}
    assert sorted(parts) == list(range(len(entries) + len(damaged)))
    rest = data.decode("utf-8", "surrogateescape")
    for position in range(len(parts)):
        rest, part = rest.lstrip(_BLANK), parts[position]
        if isinstance(part, DamagedSpan):
            assert part.text
            assert rest.startswith(part.text)
            rest = rest[len(part.text) :]
        else:
            rest = rest[json.JSONDecoder().raw_decode(rest)[1] :]
    assert not rest.strip(_BLANK)
    for entry in entries:
        line = compact(entry)
        assert b"\n" not in line
        (again,), left = parse_note(line, _COMMIT)
        assert not left
        assert (again.branch, again.key, again.value) == (entry.branch, entry.key, entry.value)
    for dialect in Dialect:
        parse_dialect(dialect, data, _COMMIT)


def merged_notes(data: bytes) -> None:
    """Two copies of a note make one that holds every entry which either side added."""
    base, ours, theirs = [*data.split(BETWEEN), b"", b""][:3]
    try:
        whole = merge_notes(base, ours, theirs)
    except Unmergeable:
        return
    known = _said(base)
    for side in (ours, theirs):
        assert not (_said(side) - known) - _said(whole)
    assert merge_notes(base, whole, whole) == whole
    assert not _said(whole) - (_said(ours) | _said(theirs))


def _said(data: bytes) -> Counter[bytes]:
    return Counter(compact(each) for each in parse_note(data, _COMMIT)[0])


def markdown(data: bytes) -> None:
    """Blocks and items stand where they say, and an edit touches nothing but what is meant."""
    starts = set(line_starts(data))
    if data.startswith(BOM_UTF8):
        starts.add(len(BOM_UTF8))
    last = 0
    for block in blocks(data):
        assert 0 <= block.start <= block.text_start <= block.text_end <= len(data)
        assert block.start < block.end <= len(data)
        assert block.start in starts
        assert block.end in starts or block.end == len(data)
        assert block.start >= last or block.kind is not BlockKind.HEADING
        last = block.start
    sections = parse_memory(data)
    at = 0
    for section in sections:
        assert at <= section.start <= section.end <= len(data)
        at = section.start
        for item in section.items:
            assert section.start <= item.start < item.end <= len(data)
            assert item.start <= item.source_start <= item.source_end <= item.end
    assert len({item.id for each in sections for item in each.items}) == sum(
        len(each.items) for each in sections
    )
    for able in islice(targets(sections), 2):
        _edited(Add(able.address, ("A new line",), allow_duplicate=True), data)
    for item in islice((item for each in sections for item in each.items), 3):
        _edited(Retire((item.id,)), data)
        _edited(Rewrite(item.id, "Said anew"), data)


def _edited(operation: Operation, data: bytes) -> None:
    """Everything outside of the splices stays, and the way back leads to the same bytes."""
    try:
        edit = operation.plan(data)
    except Refused:
        return
    after = edit.apply(data)
    position = 0
    for splice in edit.splices:
        assert position <= splice.offset
        assert data[splice.offset : splice.end] == splice.old
        position = splice.end
    assert Edit(exact_inverse(edit.splices), "").apply(after) == data
    before = Counter((each.address, each.level) for each in parse_memory(data) if each.level)
    assert Counter((each.address, each.level) for each in parse_memory(after) if each.level) == (
        before
    )


def log(data: bytes) -> None:
    """The lines of a log stand where they say, and a heartbeat in one is read or is none."""
    _, sections, _ = parse_log(data, "memory/2026-02-06.md", TODAY)
    starts = line_starts(data)
    for section in sections:
        for item in section.items:
            assert 0 <= item.start < item.end <= len(data)
            assert starts[item.line - 1] <= item.start
            assert item.digest
            told_beat(item.text)


def bootstrap(data: bytes) -> None:
    """Each byte of a file is given, or cut, or white space, under every profile.

    The case is MEMORY.md, today and yesterday; its first byte says how often
    what follows is repeated, so that the limits of real harnesses are met.
    """
    times, files = (data[0] % 80 + 1, data[1:]) if data else (1, b"")
    settings = Settings(
        profiles={
            over.value: OwnProfile(("MEMORY.md", "memory/*.md"), 40, unit, 25, over, notes=False)
            for over, unit in zip(Over, Unit, strict=False)
        }
    )
    with tempfile.TemporaryDirectory(prefix="memdeck-fuzz-") as folder:
        root = Path(folder).resolve()
        (root / "memory").mkdir()
        names = ("MEMORY.md", "memory/2026-02-06.md", "memory/2026-02-05.md", "AGENTS.md")
        for name, each in zip(names, files.split(BETWEEN), strict=False):
            (root / name).write_bytes(each * times)
        for profile in profiles(settings):
            budget = load_bootstrap(
                profile_named(profile.name, settings),
                read_memory(root / "MEMORY.md"),
                read_days(root, today=TODAY),
                Notes(),
                root=root,
                today=TODAY,
                utc_today=TODAY,
                counter=_Words(),
                files=FileReader(root),
            )
            for part in budget.parts:
                check_part(part)
            assert sum(part.tokens for part in budget.parts) == budget.tokens
            if profile.cuts_down and profile.name in settings.profiles:
                assert budget.used <= profile.limit


class _Words:
    """Counts words and line feeds: as good as any tokenizer for what is asked here, and quick."""

    encoding = "words"
    warning = None

    def count(self, data: bytes) -> int:
        return len(self.starts(data))

    def starts(self, data: bytes) -> list[int]:
        return [
            place
            for place in range(len(data))
            if data[place] in b" \n" or not place or data[place - 1] == 10
        ]


def heartbeat_state(data: bytes) -> None:
    """Whatever a model wrote there is read: times with a zone, in order, or nothing."""
    for zone in (UTC, _BERLIN):
        checks = tuple(checks_in(data, NOW, zone))
        assert all(each.moment.tzinfo is not None for each in checks)
        assert list(checks) == sorted(checks, key=lambda each: each.moment)
        together = tuple(in_one(checks, timedelta(minutes=5)))
        assert len(together) <= len(checks)
        assert bool(together) == bool(checks)


def beat(data: bytes) -> None:
    """A line of the record is a beat or none."""
    for line in data.split(b"\n"):
        found = parse_beat(line)
        if found is not None:
            assert found.moment.tzinfo is not None
            assert found.agent.strip()


def query(data: bytes) -> None:
    """What is typed into the search is a query, or refused in words."""
    text = data.decode("utf-8", "replace")
    try:
        asked = parse_query(text, today=TODAY)
    except WrongUsage as error:
        refused = str(error)
    else:
        assert all(asked.terms)
        return
    assert _visible(show(refused, multiline=True).replace("\n", ""))


def settings_file(data: bytes) -> None:
    """A settings file is read, or refused in words that name it."""
    with tempfile.TemporaryDirectory(prefix="memdeck-fuzz-") as folder:
        root = Path(folder).resolve()
        (root / "memdeck.toml").write_bytes(data)
        try:
            load_settings(root)
        except MemdeckError as error:
            refused = str(error)
        else:
            return
    assert "memdeck.toml" in refused


def shown(data: bytes) -> None:
    """Text from disk reaches the screen as characters that can be seen, in one line."""
    for text in (data.decode("utf-8", "surrogateescape"), data.decode("latin-1")):
        assert _visible(show(text))
        assert _visible(show(text, multiline=True).replace("\n", ""))


def _visible(text: str) -> bool:
    text.encode("utf-8")
    return not any(ord(each) < 0x20 or 0x7F <= ord(each) <= 0x9F for each in text)


@dataclass(frozen=True, slots=True)
class Target:
    """One check, and the kind of bytes that it is most often given."""

    check: Callable[[bytes], None]
    kind: str


TARGETS: Final[Mapping[str, Target]] = {
    "notes": Target(note, "json"),
    "merged-notes": Target(merged_notes, "json"),
    "markdown": Target(markdown, "markdown"),
    "logs": Target(log, "markdown"),
    "bootstrap": Target(bootstrap, "markdown"),
    "heartbeat-state": Target(heartbeat_state, "json"),
    "beats": Target(beat, "json"),
    "queries": Target(query, "words"),
    "settings": Target(settings_file, "words"),
    "shown": Target(shown, "words"),
}
