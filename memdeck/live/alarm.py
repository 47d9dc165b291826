"""Whether MEMORY.md lost something to another writer. Pure.

An agent that rewrites MEMORY.md from a copy that it read a while ago takes out
what others added since, and nobody means that. What tells it from an honest
edit is the earlier version: the new file has nothing of all that came after it,
nearly everything that it had, and something of its own. An honest edit takes
out what it means to, and that is seldom exactly what came last. Taking the last
line or two out again, wording them otherwise, or putting another line exactly
where one stood, is honest. Going back to an earlier version as a whole is told
of: whether it was meant cannot be seen.

Items are compared by what they say (`curated/likeness.py`), so that moving,
sorting, reformatting and renaming sections lose nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from memdeck.curated.likeness import normalised
from memdeck.curated.planning.outline import outline
from memdeck.curated.putting_back import Span, keys_of, lost_spans, own_items
from memdeck.curated.records import Record, State
from memdeck.curated.sections import conflict_markers
from memdeck.curated.splice import Edit, Splice
from memdeck.curated.undo import digest_of, exact_inverse
from memdeck.errors import Refused
from memdeck.live.remade import (
    gone_in_any_wording,
    only_shorter,
    remade,
    replaced,
    written_lines,
)
from memdeck.markdown import decode
from memdeck.model import AlarmKind, Item
from memdeck.text import plural

MANY: Final = 3
"""Items. Whoever takes out fewer, and puts nothing in, may well mean it."""
_OWN: Final = 2
"""Items of the older copy that its writer may have taken out, or made something else of."""
_REWORDED: Final = 4
"""One in so many items of the older copy its writer may have reworded."""
_CUT_SHORT: Final = 4
"""A file that ends early is told from a section taken out when every fourth item is gone."""


@dataclass(frozen=True, slots=True)
class Version:
    """What an earlier version said: 8 bytes an item, each as often as said."""

    digest: str
    keys: Counter[bytes]
    read: Callable[[], bytes] = field(compare=False, repr=False)
    """Gives the version itself, for the few that may be what another was made from."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What one version lacks of the one before."""

    kind: AlarmKind
    spans: tuple[Span, ...]
    """In the version before, whole lines, ascending and apart."""
    count: int
    """Items, nested ones not counted beside what holds them."""
    words: str


def version_of(data: bytes) -> Version:
    """What a version says."""
    return Version(digest_of(data), _short(keys_of(own_items(outline(data)))), lambda: data)


def _short(keys: Counter[str]) -> Counter[bytes]:
    return Counter({key_of(words): count for words, count in keys.items()})


def key_of(words: str) -> bytes:
    """What stands for what an item says: 8 bytes."""
    data = words.encode("utf-8", "surrogateescape")
    return hashlib.blake2b(data, digest_size=8).digest()


def loss(
    before: bytes,
    after: bytes,
    earlier: Sequence[Version],
    retired: Callable[[Item], bool] = lambda _: False,
    put_in: Callable[[Item], bool] = lambda _: False,
) -> Loss | None:
    """What `after` lost of `before` that nobody meant to take out; None without such a loss.

    `earlier` are the versions before these, newest first; `retired` tells of an
    item of `before` whether memdeck itself took it out, `put_in` whether it put it in.
    """
    items = own_items(outline(before))
    lost = [item for item in _gone(items, after) if not retired(item)]
    if not lost:
        return None
    left = len(items) - len(lost)
    if len(_outermost(lost)) >= MANY and _ends_early(before, after, len(lost), left):
        made = remade(lost, _new_texts(before, after))
        unmade = [item for item in lost if item.id not in made]
        count = len(_outermost(unmade))
        if count >= MANY:
            spans = lost_spans(before, after, unmade)
            return Loss(AlarmKind.EMPTIED, spans, count, _emptied_words(after, left, count))
    found = _from_older_copy(before, after, lost, earlier, put_in)
    if found is None:
        return None
    kind, unmeant = found
    outer = len(_outermost(unmeant))
    spans = lost_spans(before, after, unmeant)
    return Loss(kind, spans, outer, _older_words(kind, outer))


def _gone(items: Sequence[Item], after: bytes) -> list[Item]:
    """The items of which `after` has fewer; of several that say the same, the last ones."""
    left = keys_of(own_items(outline(after)))
    gone = []
    for item in items:
        words = normalised(item.text)
        if left[words] > 0:
            left[words] -= 1
        else:
            gone.append(item)
    return gone


def _outermost(items: Sequence[Item]) -> list[Item]:
    outer: list[Item] = []
    for item in items:
        if not outer or item.start >= outer[-1].end:
            outer.append(item)
    return outer


def _ends_early(before: bytes, after: bytes, lost: int, left: int) -> bool:
    """Whether a file is empty, or nothing but the beginning of what it was."""
    text = after.rstrip(b" \t\r\n")
    return not left or (before.startswith(text) and lost * _CUT_SHORT >= lost + left)


def _from_older_copy(
    before: bytes,
    after: bytes,
    lost: Sequence[Item],
    earlier: Sequence[Version],
    put_in: Callable[[Item], bool],
) -> tuple[AlarmKind, list[Item]] | None:
    """Which lost items came after the earlier version that `after` was made from, if one was."""
    then, now = version_of(before).keys, version_of(after)
    best: tuple[AlarmKind, list[Item]] | None = None
    own_texts: list[str] | None = None
    made: set[str] = set()
    again = any(version.digest == now.digest for version in earlier)
    for version in earlier:
        since = then - version.keys
        # What came since is gone to the last item, and what was there before is not.
        if not since or since & now.keys or version.digest == digest_of(before):
            continue
        if not _may_be_made_from(version, now):
            continue
        if own_texts is None:
            own_texts = _new_texts(before, after)
            made = remade(lost, own_texts)
        texts = [each for each in own_texts if key_of(normalised(each)) not in version.keys]
        back = len(own_texts) - len(texts)
        unmeant = [
            item for item in lost if key_of(normalised(item.text)) in since and item.id not in made
        ]
        unmeant = _but_older_wordings(version, now, before, after, unmeant)
        count = len(_outermost(unmeant))
        own = bool(texts) or (bool(count) and not again and _written_anew(before, version, after))
        # To the byte what it was, without what memdeck put in and others did not look at.
        exact = version.digest == now.digest and all(map(put_in, unmeant))
        if not count or (not own and not exact and count < (MANY if not back else 2)):
            continue
        if best is None or len(unmeant) > len(best[1]):
            best = (AlarmKind.STALE if own else AlarmKind.ROLLED_BACK, unmeant)
    if best is not None and {item.id for item in best[1]} <= replaced(before, after):
        return None
    return best


def _but_older_wordings(
    version: Version, now: Version, before: bytes, after: bytes, lost: list[Item]
) -> list[Item]:
    """Lost items, but for those of which `after` lacks what the version had instead, too."""
    if not lost or not version.keys - now.keys:
        return lost
    old = version.read()
    gone = _gone(own_items(outline(old)), after)
    taken = gone_in_any_wording(old, before, lost, gone)
    return [item for item in lost if item.id not in taken]


def _may_be_made_from(version: Version, now: Version) -> bool:
    """Whether `now` has nearly all that a version had, some of it in other words."""
    whole = version.keys.total()
    few = max(_OWN, whole // 20)
    missing = (version.keys - now.keys).total()
    if missing <= few or missing > whole // _REWORDED:
        return missing <= few
    old, after = version.read(), now.read()
    gone = _gone(own_items(outline(old)), after)
    return len(gone) - len(remade(gone, _new_texts(old, after))) <= few


def _written_anew(before: bytes, version: Version, after: bytes) -> bool:
    """Whether `after` has something of its own that items do not say: a tick, a title, an order.

    What is only `before` or that version with lines taken out has not.
    """
    lines = written_lines(after)
    others = (before, version.read())
    return not any(only_shorter(lines, written_lines(each)) for each in others)


def _new_texts(before: bytes, after: bytes) -> list[str]:
    """What `after` says that `before` did not, also where another program keeps its own."""
    had = keys_of(_all_items(before))
    new = []
    for item in _all_items(after):
        words = normalised(item.text)
        if had[words] > 0:
            had[words] -= 1
        else:
            new.append(item.text)
    return new


def _all_items(data: bytes) -> list[Item]:
    return [item for part in outline(data).parts for item in part.items]


def _older_words(kind: AlarmKind, count: int) -> str:
    items = plural(count, "item")
    are = "is" if count == 1 else "are"
    if kind is AlarmKind.STALE:
        return (
            f"MEMORY.md was written back from an older copy, so {items} that came since {are} gone."
        )
    return f"MEMORY.md was put back to an older version, so {items} that came since {are} gone."


def _emptied_words(after: bytes, left: int, count: int) -> str:
    items = plural(count, "item")
    if not after.strip():
        return f"MEMORY.md is empty or gone, and {items} with it."
    if not left:
        return f"Nothing of what MEMORY.md said is left in it: {items} are gone."
    return f"MEMORY.md ends early now: {items} that stood further down are gone."


# --- What memdeck itself did -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One version on the way to what is there now."""

    data: bytes
    ours: bool
    """Whether memdeck made it of the version before."""


def steps(before: bytes, after: bytes, records: Sequence[Record]) -> tuple[Step, ...]:
    """The versions behind `before`, up to `after`, as far as the journal tells them.

    `records` are the operations on the file since `before`, newest first. What
    memdeck did is told apart, so that what lies between is what others did. One
    that is not at its end yet counts when the file is just what it makes of it.
    """
    done = [each for each in records if each.state is State.DONE]
    digest, target = digest_of(before), digest_of(after)
    first: list[Step] = []
    data = before
    for record in reversed(done):
        if digest == target:
            break
        if record.before_hash == digest != record.after_hash:
            made = _spliced(data, record.splices, record.after_hash)
            if made is not None:
                data, digest = made, record.after_hash
                first.append(Step(made, ours=True))
    last: list[Step] = []
    for record in (each for each in records if each.state is not State.FAILED):
        if digest == target:
            break
        if record.after_hash == target != record.before_hash:
            made = _spliced(after, exact_inverse(record.splices), record.before_hash)
            if made is None:
                break
            last.append(Step(after, ours=True))
            after, target = made, record.before_hash
    between = () if digest == target else (Step(after, ours=False),)
    return (*first, *between, *reversed(last))


def _spliced(data: bytes, splices: Sequence[Splice], digest: str) -> bytes | None:
    """`data` with the splices made; None when that is not what the digest says."""
    try:
        made = Edit(tuple(splices), "").apply(data)
    except Refused:
        return None
    return made if digest_of(made) == digest else None


def taken_out(records: Sequence[Record]) -> Callable[[Item], bool]:
    """Tells of an item whether memdeck took it out, by one of these operations.

    That is what an operation was for, or it had put the item in and could not let it stay. Of
    one that is not at its end yet both may be.
    """
    said: set[str] = set()
    for record in records:
        gone: list[bytes] = []
        if record.state is not State.FAILED:
            gone += [splice.old for splice in record.splices]
        if record.state is not State.DONE:
            gone += [splice.new for splice in record.splices]
        for text in gone:
            said.update(normalised(item.text) for item in _all_items(text))
            # An edit takes out the text of an item alone, without its bullet.
            said.add(normalised(decode(text)))
    return lambda item: normalised(item.text) in said


def put_in(records: Sequence[Record]) -> Callable[[Item], bool]:
    """Tells of an item whether one of these operations put it in, and was not taken back."""
    said = {
        normalised(item.text)
        for record in records
        if record.state is State.DONE and record.undone_by is None
        for splice in record.splices
        for item in _all_items(splice.new)
    }
    return lambda item: normalised(item.text) in said


def settled(data: bytes) -> bool:
    """Whether a version may be judged and remembered: an open merge has both sides in it."""
    return conflict_markers(data) is None
