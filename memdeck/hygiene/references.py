"""What MEMORY.md refers to and is not there any more: files and branches. Pure.

A doubt is decided for the reference: it is only told when it plainly means a
file of this workspace, or a branch of its repositories, and there is none. The
person decides what becomes of it, as the line may still be worth keeping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from memdeck.curated.edits import Retire
from memdeck.hygiene.suggestion import Kind, Suggestion
from memdeck.model import Item, MemoryFile
from memdeck.secrets import covered

_TICKED: Final = re.compile(r"(?<!`)`([^`\r\n]{1,300})`(?!`)")
_LINK: Final = re.compile(
    r"(?<!!)\[[^\]\[\r\n]*\]\(\s*<?([^()\s<>]{1,300})>?(?:\s+\"[^\"]*\")?\s*\)"
)
_BARE: Final = re.compile(
    r"(?<![\w/.@:~$%`(\\-])((?:[\w.-]+/)+[\w.-]+\.[A-Za-z][A-Za-z0-9]{0,7})(?![\w/])"
)
_PATH: Final = re.compile(r"(?:\./)?(?:[\w@+.-]+/)*[\w@+.-]+/?")
_SUFFIX: Final = re.compile(r"(?:#[^/]*|:\d+(?:[-:]\d+)?)$")
_EXTENSION: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}$")
_MADE_UP: Final = re.compile(
    r"(?:^|[/_.-])(?:path|to|your|my|some|example|foo|bar|baz|xxx+|nnn+|yyyy|placeholder|"
    r"name|file|filename|slug|date)(?:$|[/_.-])",
    re.IGNORECASE,
)
_LOG: Final = re.compile(r"\d{4}-\d{2}-\d{2}[\w-]*\.md")
_OURS: Final = re.compile(r"[A-Z][A-Z0-9_-]{2,}\.md")
"""`HEARTBEAT.md`, `AGENTS.md`: files that stand in a workspace itself."""
_BRANCH: Final = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.#-]+)+")


def file_references(text: str) -> Iterator[tuple[str, bool]]:
    """The relative paths that a text names, each with whether it is one for certain (a link)."""
    seen: set[str] = set()
    for match in _LINK.finditer(text):
        path = _path(match[1])
        if path is not None and "." in path and path not in seen:
            seen.add(path)
            yield path, True
    rest = _LINK.sub(" ", text)
    ticked = [match[1] for match in _TICKED.finditer(rest)]
    bare = [match[1] for match in _BARE.finditer(_TICKED.sub(" ", rest))]
    for written in (*ticked, *bare):
        path = _path(written)
        if path is None or path in seen:
            continue
        if (
            (_EXTENSION.search(path) and "/" in path)
            or _LOG.fullmatch(path)
            or _OURS.fullmatch(path)
        ):
            seen.add(path)
            yield path, False


def _path(written: str) -> str | None:
    """A relative path as it is looked for; None for what is none, or may stand for any."""
    text = _SUFFIX.sub("", written.strip().rstrip(".,;")).removeprefix("./")
    if not text or _PATH.fullmatch(text) is None or ".." in text or _MADE_UP.search(text):
        return None
    return text


def missing_files(
    memory: MemoryFile, exists: Callable[[str], bool], is_folder: Callable[[str], bool]
) -> Iterator[Suggestion]:
    """Items that name files that are not there.

    `exists` and `is_folder` tell of a relative path whether it is there, in the workspace or in
    any repository of its notes. What is not a link is only told when the folder that it should
    stand in is there, at least the outermost: else it means another place.
    """
    for item in memory.items:
        if item.foreign:
            continue
        gone = []
        for path, certain in file_references(item.source):
            top = path.partition("/")[0] if "/" in path else ""
            here = certain or not top or is_folder(top)
            name = path if top else f"memory/{path}"
            if here and not exists(path) and not (_LOG.fullmatch(path) and exists(name)):
                gone.append(path)
        if gone:
            yield _gone(memory, Kind.FILE, item, gone, "a file", "files")


def gone_branches(memory: MemoryFile, gone: Collection[str]) -> Iterator[Suggestion]:
    """Items that name branches, in backticks, that the notes know and no repository has."""
    if not gone:
        return
    for item in memory.items:
        if item.foreign:
            continue
        ticked = dict.fromkeys(match[1].strip() for match in _TICKED.finditer(item.source))
        names = [name for name in ticked if name in gone and _BRANCH.fullmatch(name)]
        if names:
            yield _gone(memory, Kind.BRANCH, item, names, "a branch", "branches")


def _gone(
    memory: MemoryFile, kind: Kind, item: Item, names: Sequence[str], one: str, many: str
) -> Suggestion:
    listed = ", ".join(covered(name) for name in names)
    what, are = (one, "is") if len(names) == 1 else (many, "are")
    words = f"It names {what} that {are} not there any more: {listed}."
    left = item.source
    for name in names:
        left = left.replace(name, "")
    nothing_else = len(re.findall(r"[^\W_]+", left)) <= 2
    return Suggestion(
        *(kind, memory.path.name, item.line, item.id, words),
        todo="Retire it, as it says nothing else."
        if nothing_else
        else "Word it as it is now, or retire it if it is of no use any more.",
        text=covered(item.text),
        fix=Retire((item.id,)) if nothing_else else None,
    )
