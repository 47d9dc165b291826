"""Looks for what endangers the notes, and mends what can be mended without a doubt.

Nothing is ever taken out of a note: a damaged entry stays byte for byte, and
its repaired copy is a new entry behind it; notes of a rewritten commit are
copied, not moved. Settings are changed in the repository's own configuration
only. Looking writes nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from memdeck.errors import Refused
from memdeck.git import Git, GitFailed, Repository, sight
from memdeck.model import DamagedSpan, Entry, RepositoryNotes
from memdeck.notes.codec import compact, parse_note
from memdeck.notes.commit import (
    NoteChange,
    commit_notes,
    identity_of,
    joined,
    notes_lock,
    read_blobs,
    read_tree,
)
from memdeck.notes.findings import ConfigFix, Finding, Fix, Kind, NoteFix, Severity
from memdeck.notes.line import appended
from memdeck.notes.repair import repair_id, repaired
from memdeck.notes.rewritten import Successor, orphaned, successors
from memdeck.notes.wiring import examine_configuration, read_configuration
from memdeck.secrets import masked, secrets_in
from memdeck.text import in_shell, plural, show

_NOTES: Final = "refs/notes/"
_ATTEMPTS: Final = 30
_SHORT: Final = 12


# --- Looking -----------------------------------------------------------------


def examine(git: Git, ref: str, notes: RepositoryNotes) -> tuple[Finding, ...]:
    """What is wrong with the notes of a repository, in the order of `Kind`.

    `notes` is what was read of it. Raises GitFailed.
    """
    if notes.head is None and notes.tip is None and notes.problem:
        # It could not even be opened.
        return (Finding(Kind.UNREADABLE, Severity.HARM, notes.name, notes.problem),)
    seen = sight(git.folder, ref)
    others = [name for name, _ in seen.notes] if seen else []
    found = [
        *_unreadable(notes),
        *_damaged(notes),
        *_left_behind(git, notes),
        *_gone(notes),
        *examine_configuration(read_configuration(git), ref),
        *_clash(ref, others),
        *_secrets(notes),
        *_remotes(git, ref, notes.tip),
    ]
    order = list(Kind)
    return tuple(sorted(found, key=lambda each: order.index(each.kind)))


def _unreadable(notes: RepositoryNotes) -> Iterator[Finding]:
    if notes.problem:
        yield Finding(Kind.UNREADABLE, Severity.HARM, notes.name, notes.problem)
    for each in notes.dialects:
        if each.problem:
            yield Finding(Kind.UNREADABLE, Severity.HARM, each.ref, each.problem)


def _damaged(notes: RepositoryNotes) -> Iterator[Finding]:
    """Damaged entries that have no repaired copy yet."""
    known = {each.id for each in notes.entries}
    for span in notes.damaged:
        if repair_id(span) in known:
            continue
        where = f"{_short(span.commit)}, entry {span.position + 1}"
        copy = repaired(span)
        if copy is None:
            words = (
                f"It is damaged ({span.reason}) and cannot be read for sure: store it again with "
                "`memdeck notes set`. The damaged bytes stay."
            )
            yield Finding(Kind.DAMAGED, Severity.RISK, where, words)
            continue
        fix = NoteFix(span.commit, (compact(copy),), f"store a repaired copy: {_told(copy)}")
        words = f"It is damaged ({span.reason}), so no agent reads it. The damaged bytes stay."
        yield Finding(Kind.DAMAGED, Severity.HARM, where, words, fix)


def _told(entry: Entry) -> str:
    """An entry in one line, its value cut: what a person is asked about."""
    value = compact(replace(entry, branch="", timestamp="", key="", id=None, extra={}))
    text = value.decode("utf-8", "surrogateescape").partition('"value":')[2].removesuffix("}")
    text = masked(text)
    cut = text if len(text) <= 60 else f"{text[:59]}…"
    return f"{entry.key} on {entry.branch} of {entry.timestamp or 'no time'} = {cut}"


def _left_behind(git: Git, notes: RepositoryNotes) -> Iterator[Finding]:
    """Notes on commits that no ref leads to."""
    carrying: dict[str, list[Entry]] = {}
    for entry in notes.entries:
        carrying.setdefault(entry.commit, []).append(entry)
    damaged: dict[str, list[DamagedSpan]] = {}
    for span in notes.damaged:
        damaged.setdefault(span.commit, []).append(span)
    there = [each for each in {**carrying, **damaged} if each not in notes.unreachable]
    left = sorted(orphaned(git, there))
    known = successors(git, left)
    lost = []
    for old in left:
        successor = known.get(old)
        if successor is None:
            lost.append(old)
            continue
        entries = sorted(carrying.get(old, []), key=lambda each: each.position)
        has = {_same(each) for each in carrying.get(successor.new, [])}
        missing = [each for each in entries if _same(each) not in has]
        if missing:
            yield _rewritten(successor, missing)
    if lost:
        which = ", ".join(map(_short, lost[:5])) + (", …" if len(lost) > 5 else "")
        words = (
            f"No branch leads to {plural(len(lost), 'commit')} with notes (a deleted branch, or "
            "rewritten where no reflog tells). Their entries are still read."
        )
        yield Finding(Kind.ORPHANED, Severity.NOTE, which, words)


def _rewritten(successor: Successor, missing: Sequence[Entry]) -> Finding:
    count = plural(len(missing), "entry", "entries")
    fix = NoteFix(
        successor.new,
        tuple(compact(each) for each in missing),
        f"copy {count} from {_short(successor.old)} to {_short(successor.new)}",
    )
    words = (
        f"It was rewritten, and {count} stayed behind on it; its place was taken by "
        f"{_short(successor.new)} ({successor.how})."
    )
    return Finding(Kind.REWRITTEN, Severity.RISK, _short(successor.old), words, fix)


def _same(entry: Entry) -> bytes:
    """What two copies of one entry have in common."""
    return compact(entry)


def _gone(notes: RepositoryNotes) -> Iterator[Finding]:
    if notes.unreachable:
        lost = sorted(notes.unreachable)
        which = ", ".join(map(_short, lost[:5])) + (", …" if len(lost) > 5 else "")
        words = (
            f"{plural(len(lost), 'commit')} with notes cannot be found in this repository (it was "
            "pruned, or the clone is shallow). Their entries are still read."
        )
        yield Finding(Kind.GONE, Severity.NOTE, which, words)
    for each in notes.dialects:
        count = len({entry.commit for entry in each.unreachable})
        if count:
            words = f"{plural(count, 'commit')} with notes cannot be found in this repository."
            yield Finding(Kind.GONE, Severity.NOTE, each.ref, words)


def _clash(ref: str, others: Sequence[str]) -> Iterator[Finding]:
    """Git keeps no ref whose name is the folder of another one."""
    below = [each for each in others if each.startswith(f"{ref}/")]
    above = [each for each in others if ref.startswith(f"{each}/")]
    if below:
        words = (
            f"Agents keep refs of their own here, so git cannot make {ref} beside them and "
            "nothing can be stored: set notes.ref in memdeck.toml to one of them, or to another."
        )
        yield Finding(Kind.NAME_CLASH, Severity.HARM, ", ".join(below[:5]), words)
    if above:
        words = (
            f"There are notes under {above[0]}, so git cannot make {ref} below it and nothing can "
            "be stored: set notes.ref in memdeck.toml to another name."
        )
        yield Finding(Kind.NAME_CLASH, Severity.HARM, above[0], words)


def _secrets(notes: RepositoryNotes) -> Iterator[Finding]:
    for each in notes.entries:
        kinds = secrets_in([each.key, each.value, each.extra])
        if kinds:
            yield _secret(f"{each.key} on {each.branch}, {each.timestamp}", kinds)
    for span in notes.damaged:
        kinds = secrets_in(span.text)
        if kinds:
            yield _secret(f"{_short(span.commit)}, damaged entry {span.position + 1}", kinds)
    for other in notes.dialects:
        for foreign in other.entries:
            kinds = secrets_in([foreign.key, foreign.text])
            if kinds:
                yield _secret(f"{foreign.key[:60]} under {other.ref}", kinds)


def _secret(where: str, kinds: Sequence[str]) -> Finding:
    words = (
        f"It holds what looks like a secret ({', '.join(kinds)}). Notes are sent with every sync "
        "and history keeps them: have it revoked where it was issued."
    )
    return Finding(Kind.SECRET, Severity.HARM, masked(where), words)


def _remotes(git: Git, ref: str, tip: str | None) -> Iterator[Finding]:
    """Notes that were fetched and are not in memdeck's own yet."""
    name = ref.removeprefix(_NOTES)
    output = git.run("for-each-ref", "--format=%(objectname) %(refname)", "refs/memdeck/remote/")
    for line in output.decode("utf-8", "surrogateescape").split("\n"):
        theirs, _, tracking = line.partition(" ")
        remote = tracking.removeprefix("refs/memdeck/remote/").removesuffix(f"/{name}")
        if not tracking.endswith(f"/{name}") or theirs == tip:
            continue
        without = (f"^{tip}",) if tip else ()
        try:
            count = int(git.run("rev-list", "--count", theirs, *without))
        except GitFailed:
            continue
        if count:
            words = (
                f"{plural(count, 'change')} of the notes of {remote} are not in the notes here: "
                f"`memdeck notes sync {in_shell(remote)}` brings the two together."
            )
            yield Finding(Kind.BEHIND, Severity.RISK, remote, words)


def _short(commit: str) -> str:
    return commit[:_SHORT]


# --- Mending -----------------------------------------------------------------


def mend(
    git: Git,
    ref: str,
    fixes: Sequence[Fix],
    *,
    now: Callable[[], datetime],
    jitter: Callable[[], float] = random.random,
) -> tuple[str, ...]:
    """Carry out what findings offered; what was done, each in words.

    All changes of notes are one commit. Raises Refused when others kept
    writing, GitFailed when git fails; what was not done then is as it was.
    """
    seen = sight(git.folder, ref)
    if seen is None:
        raise Refused(f"{show(str(git.folder))} is in no git repository, so nothing was mended.")
    done = [_configured(git, each) for each in fixes if isinstance(each, ConfigFix)]
    notes = [each for each in fixes if isinstance(each, NoteFix)]
    if notes:
        _store(git, seen.repository, ref, notes, now, jitter)
        done += [each.words for each in notes]
    return tuple(done)


def _configured(git: Git, fix: ConfigFix) -> str:
    if fix.action == "add":
        git.run("config", "--local", "--add", fix.name, fix.value)
    else:
        # 5: it is not there any more.
        git.run(
            *("config", "--local", "--fixed-value", "--unset-all", fix.name, fix.value),
            allowed=(0, 5),
        )
    return fix.words


def _store(
    git: Git,
    repository: Repository,
    ref: str,
    fixes: Sequence[NoteFix],
    now: Callable[[], datetime],
    jitter: Callable[[], float],
) -> None:
    """Put the entries behind the notes, in one commit, and read them back."""
    wanted: dict[str, list[bytes]] = {}
    for each in fixes:
        wanted.setdefault(each.commit, []).extend(each.lines)
    identity = identity_of(git)
    with notes_lock(repository):
        for attempt in range(_ATTEMPTS):
            seen = sight(git.folder, ref)
            tip = seen.tip if seen else None
            before = _notes_of(git, tip, wanted)
            after = {
                commit: _with_lines(before.get(commit), commit, lines)
                for commit, lines in wanted.items()
            }
            changes = [
                NoteChange(commit, data)
                for commit, data in after.items()
                if data != before.get(commit)
            ]
            if not changes:
                return
            try:
                commit_notes(
                    *(git, ref, tip, changes),
                    message=f"Mend {plural(len(changes), 'note')}",
                    now=now(),
                    identity=identity,
                )
            except GitFailed as error:
                # Another git holds the ref's lock file: until attempts end.
                if "File exists" not in str(error):
                    raise
            # Whether it was stored shows when the notes are read again.
            time.sleep(jitter() * 0.002 * 2 ** min(attempt, 7))
    raise Refused(
        f"Other writers kept {show(ref)} busy, so the notes were not mended: "
        "try again when they rest."
    )


def _notes_of(git: Git, tip: str | None, commits: Mapping[str, object]) -> dict[str, bytes]:
    blobs = {each: ids for each, ids in read_tree(git, tip).items() if each in commits}
    contents = read_blobs(git, [id for ids in blobs.values() for id in ids])
    return {each: joined([contents[id] for id in ids]) for each, ids in blobs.items()}


def _with_lines(note: bytes | None, commit: str, lines: Sequence[bytes]) -> bytes:
    """The note with the entries behind it that it does not have. Raises Refused.

    Damage at its end may swallow what is put behind it: then nothing is.
    """
    data = note or b""
    for line in lines:
        if line in {_same(each) for each in parse_note(data, commit)[0]}:
            continue
        data = appended(data or None, line)
        if line not in {_same(each) for each in parse_note(data, commit)[0]}:
            raise Refused(
                f"The note of commit {_short(commit)} is damaged in a way that hides what is "
                "written behind it, so nothing was mended."
            )
    return data
