"""Programs that write MEMORY.md by themselves, honest ones and one with an old copy. Made text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from random import Random

_BULLET = re.compile(r"- (?=\S)")
# fmt: off
_SUBJECTS = (
    "lockers", "gauges", "couriers", "parcels", "bridges", "invoices", "shelves", "sensors",
    "tariffs", "drivers", "harbours", "kiosks", "printers", "queues", "mirrors", "tickets",
    "beacons", "drones", "ferries", "depots", "scanners", "turbines",
)
_VERBS = (
    "need", "prefer", "refuse", "repeat", "delay", "skip", "batch", "mirror", "outlive", "reject",
    "replace", "trust",
)
_OBJECTS = (
    "retries", "handshakes", "midnight", "ballast", "daylight", "snapshots", "quotas", "receipts",
    "caches", "firmware", "gaskets", "audits", "vouchers", "detours", "brackets", "signals",
    "leases", "batteries", "manifests", "seals",
)
_ENDS = (
    "before winter", "when idle", "on the second try", "under load", "since the move",
    "by contract",
)
# fmt: on


def sentence(random: Random) -> str:
    """A fact that nobody noted before."""
    number = random.randrange(10_000)
    one, two = (
        f"{random.choice(_SUBJECTS)} {random.choice(_VERBS)} {random.choice(_OBJECTS)}"
        for _ in "ab"
    )
    form = random.choice(
        (
            "{one}, so {two} {end}",
            "{end}: {one} (ticket {number})",
            "Measured {number} times that {one} {end}",
            "{two} {end} because {one}",
            "**{one}** {two}",
        )
    )
    text = form.format(one=one, two=two, end=random.choice(_ENDS), number=number)
    return text[:1].upper() + text[1:]


def bullets(lines: list[str]) -> list[int]:
    """The plain bullets of people, not those below a comment of another program."""
    stop = next((at for at, line in enumerate(lines) if "Short-Term Memory" in line), len(lines))
    return [at for at, line in enumerate(lines[:stop]) if _BULLET.match(line)]


def headings(lines: list[str]) -> list[int]:
    stop = next((at for at, line in enumerate(lines) if "Short-Term Memory" in line), len(lines))
    return [at for at, line in enumerate(lines[:stop]) if line.startswith("## ")]


def append_item(lines: list[str], random: Random) -> None:
    at = random.choice(bullets(lines))
    while at + 1 < len(lines) and _BULLET.match(lines[at + 1]):
        at += 1
    lines.insert(at + 1, f"- {sentence(random)}")


def reword(lines: list[str], random: Random) -> None:
    at = random.choice(bullets(lines))
    words = lines[at].split(" ")
    kind = random.randrange(3)
    if kind == 0:
        lines[at] = f"{lines[at]} Confirmed again by {random.choice(_SUBJECTS)}."
    elif kind == 1 and len(words) > 6:
        words[random.randrange(3, len(words))] = random.choice(_OBJECTS)
        lines[at] = " ".join(words)
    else:
        del words[len(words) - max(1, len(words) // 6) :]
        lines[at] = " ".join(words)


def retire(lines: list[str], random: Random) -> None:
    for _ in range(random.choice((1, 2))):
        del lines[random.choice(bullets(lines))]


def move(lines: list[str], random: Random) -> None:
    line = lines.pop(random.choice(bullets(lines)))
    lines.insert(random.choice(bullets(lines)), line)


def reorder_section(lines: list[str], random: Random) -> None:
    first = random.choice(bullets(lines))
    while _BULLET.match(lines[first - 1]):
        first -= 1
    last = first
    while last < len(lines) and _BULLET.match(lines[last]):
        last += 1
    some = lines[first:last]
    random.shuffle(some)
    lines[first:last] = some


def reformat_bullets(lines: list[str], random: Random) -> None:
    for at in bullets(lines):
        lines[at] = f"* {lines[at][2:]}" if random.random() < 2 else lines[at]
    # Later honest edits look for dashes: an agent of another taste changes them back.
    lines[:] = [re.sub(r"^\* (?=\S)", "-  ", line) for line in lines]
    lines[:] = [re.sub(r"^-  (?=\S)", "- ", line) for line in lines]
    for at in reversed(headings(lines)):
        if random.random() < 0.5 and lines[at + 1] == "":
            del lines[at + 1]


def rename_heading(lines: list[str], random: Random) -> None:
    at = random.choice(headings(lines))
    lines[at] = f"## {random.choice(_SUBJECTS).capitalize()} and {random.choice(_OBJECTS)}"


def merge_two(lines: list[str], random: Random) -> None:
    at = random.choice([each for each in bullets(lines) if _BULLET.match(lines[each + 1])])
    lines[at] = f"{lines[at].rstrip('.')}; also: {lines.pop(at + 1)[2:]}"


def add_section(lines: list[str], random: Random) -> None:
    at = random.choice(headings(lines))
    title = f"## Notes on {random.choice(_SUBJECTS)} {random.randrange(1000)}"
    lines[at:at] = [title, "", f"- {sentence(random)}", f"- {sentence(random)}", ""]


def update_number(lines: list[str], random: Random) -> None:
    at = random.choice([each for each in bullets(lines) if re.search(r"\d", lines[each])])
    found = random.choice(list(re.finditer(r"\d+", lines[at])))
    number = str(int(found.group()) + random.randrange(1, 9))
    lines[at] = (
        lines[at][: found.start()] + number.zfill(len(found.group())) + lines[at][found.end() :]
    )


def rewrap(lines: list[str], random: Random) -> None:
    """A formatter that keeps lines short."""
    width = random.choice((72, 80, 100))
    wrapped: list[str] = []
    for line in lines:
        if _BULLET.match(line) and len(line) > width:
            wrapped += textwrap.wrap(
                line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
            )
        else:
            wrapped.append(line)
    lines[:] = wrapped


def star_bullets(lines: list[str], random: Random) -> None:
    for at in bullets(lines):
        lines[at] = f"* {lines[at][2:]}"


HONEST: tuple[Callable[[list[str], Random], None], ...] = (
    append_item,
    reword,
    retire,
    move,
    reorder_section,
    reformat_bullets,
    rename_heading,
    merge_two,
    add_section,
    update_number,
)
"""Edits after which the same agents can go on."""
LAST: tuple[Callable[[list[str], Random], None], ...] = (*HONEST, rewrap, star_bullets)
"""All of them."""
ADDING = (append_item, add_section)


def edited(data: bytes, edit: Callable[[list[str], Random], None], random: Random) -> bytes:
    """The whole file as an agent writes it back after one edit."""
    lines = data.decode().split("\n")
    edit(lines, random)
    return "\n".join(lines).encode()


def history(first: bytes, random: Random, length: int) -> list[bytes]:
    """Versions, oldest first, each an honest edit of the one before."""
    versions = [first]
    while len(versions) < length:
        versions.append(edited(versions[-1], random.choice(HONEST), random))
    return versions


def stale_rewrite(versions: list[bytes], random: Random) -> tuple[bytes, bytes]:
    """What an agent writes that read an earlier version and adds a line; and that version.

    Others have added items to the last version meanwhile.
    """
    back = random.randrange(2, len(versions) + 1)
    old = versions[-back]
    new = edited(old, append_item, random)
    if random.random() < 0.3:
        new = edited(new, random.choice((reword, update_number, move)), random)
    return new, old
