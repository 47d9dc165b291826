"""OpenClaw's rule again, on lists of UTF-16 units: what the tests hold the engine against.

It is written for the eye, not for speed, and shares no line with the engine.
"""

from __future__ import annotations

SPACES = {0x20, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF}
SPACES |= set(range(0x09, 0x0E)) | set(range(0x2000, 0x200B))


def units(text: str) -> list[int]:
    found = []
    for character in text:
        code = ord(character)
        if code > 0xFFFF:
            found += [0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF)]
        else:
            found.append(code)
    return found


def text(found: list[int]) -> str:
    data = b"".join(unit.to_bytes(2, "little") for unit in found)
    return data.decode("utf-16-le", "replace")


def without_end(found: list[int]) -> list[int]:
    while found and found[-1] in SPACES:
        found = found[:-1]
    return found


def is_second_half(found: list[int], place: int) -> bool:
    return 0 < place < len(found) and 0xDC00 <= found[place] < 0xE000


def first(found: list[int], count: int) -> list[int]:
    count = min(count, len(found))
    return found[: count - 1 if is_second_half(found, count) else count]


def last(found: list[int], count: int) -> list[int]:
    place = len(found) - count
    return found[place + 1 if is_second_half(found, place) else place :] if count else []


def cut(name: str, content: str, cap: int) -> str:
    """What is given of a file that is no AGENTS.md."""
    whole = without_end(units(content))
    if len(whole) <= cap:
        return text(whole)
    total = len(whole)
    long = (
        f"\n[...truncated, read {name} for full content...]\n"
        f"…(truncated {name}: kept @ chars of {total})…\n"
    )
    short = f"[…truncated @/{total}]"
    form = long if cap - (len(long) + 2) - 2 >= 16 else short

    def marker(head: int, tail: int) -> str:
        return form.replace("@", f"{head}+{tail}")

    def joints(head: int, tail: int) -> int:
        return sum(1 for each in (head, tail) if each) if form == long else 0

    head, tail = 0, 0
    for _ in "123":
        room = cap - len(marker(head, tail)) - joints(head, tail)
        room = room if room > 0 else 0
        head, tail = int(0.75 * room), int(0.25 * room)

    def size() -> int:
        return head + tail + len(marker(head, tail)) + joints(head, tail)

    while size() > cap and head + tail > 0:
        if tail > 0:
            tail -= min(tail, size() - cap)
        else:
            head -= min(head, size() - cap)
    if head + tail == 0 and 1 + len(marker(1, 0)) + joints(1, 0) <= cap:
        head = 1
    joint = units("\n") if form == long else []
    result: list[int] = []
    for part in (first(whole, head), units(marker(head, tail)), last(whole, tail)):
        if part:
            result += joint + part if result else part
    return text(first(result, cap))
