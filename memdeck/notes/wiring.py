"""How a repository's configuration treats the notes: what is missing, and what harms. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from memdeck.git import Git
from memdeck.notes.findings import ConfigFix, Finding, Kind, Severity
from memdeck.text import show

_LOCAL: Final = "local"
_PLAIN: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]|[./](?=[A-Za-z0-9_]))*")
_REWRITE: Final = "notes.rewriteref"
_STRATEGIES: Final = {
    "cat_sort_uniq": "sorts the lines of two notes into each other and so destroys entries",
    "union": "puts two notes behind each other and so doubles every entry that both have",
    "ours": "drops what the other side wrote to the same note",
    "theirs": "drops what this side wrote to the same note",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of git's configuration."""

    scope: str
    """`local`, `global`, `system`, `worktree` or `command`."""
    name: str
    """As git lists it: section and last part in lower case."""
    value: str


def read_configuration(git: Git) -> tuple[Setting, ...]:
    """Git's whole configuration in its order. One process. Raises GitFailed."""
    output = git.run("config", "--null", "--show-scope", "--list")
    fields = output.decode("utf-8", "surrogateescape").split("\0")[:-1]
    settings = []
    for scope, pair in zip(fields[::2], fields[1::2], strict=True):
        name, _, value = pair.partition("\n")
        settings.append(Setting(scope, name, value))
    return tuple(settings)


def tracking_refspec(ref: str, remote: str) -> str:
    """What a remote's notes are fetched by: to a ref of their own, never onto the live one.

    A pattern, although one ref is meant: of a ref that is named as it is git
    demands that the remote has it, and every `git fetch` fails until then.
    """
    return f"+{ref}*:refs/memdeck/remote/{remote}/{ref.removeprefix('refs/notes/')}*"


def examine_configuration(settings: Sequence[Setting], ref: str) -> Iterator[Finding]:
    """What is wrong with the configuration, as far as notes under `ref` are concerned."""
    if not any(each.name == _REWRITE and fnmatchcase(ref, each.value) for each in settings):
        yield Finding(
            Kind.NO_REWRITE_REF,
            Severity.RISK,
            "notes.rewriteRef",
            "Notes do not follow commits that are amended or rebased.",
            fix=ConfigFix("add", "notes.rewriteRef", ref),
        )
    yield from _strategies(settings, ref)
    for remote in _remotes(settings):
        yield from _remote(settings, ref, remote)


def _remotes(settings: Sequence[Setting]) -> list[str]:
    """The remotes that have an address, in order."""
    names: dict[str, None] = {}
    for each in settings:
        if each.name.startswith("remote.") and each.name.endswith((".url", ".pushurl")):
            names[each.name.removeprefix("remote.").rpartition(".")[0]] = None
    return list(names)


def _remote(settings: Sequence[Setting], ref: str, remote: str) -> Iterator[Finding]:
    fetches = [each for each in settings if each.name == f"remote.{remote}.fetch"]
    brings = False
    for each in fetches:
        source, target = _parts(each.value)
        if source.startswith("^"):
            continue
        if _covers(target, ref):
            yield _harm(
                Kind.FETCH_ONTO_NOTES,
                each,
                f"{_typed('fetch', remote)} writes onto {ref} itself: what was not pushed yet is "
                "lost, "
                "or the fetch refused.",
                # A wider one, of a mirror, brings other things that are wanted.
                mendable=target.startswith("refs/notes/"),
            )
        elif target and _covers(source, ref):
            brings = True
    if not brings:
        # Of an odd name no ref could be made.
        named = _PLAIN.fullmatch(remote)
        fix = ConfigFix("add", f"remote.{remote}.fetch", tracking_refspec(ref, remote))
        yield Finding(
            Kind.NO_FETCH,
            Severity.RISK,
            f"remote.{remote}.fetch",
            f"{_typed('fetch', remote)} does not bring the notes of {remote}.",
            fix=fix if named else None,
        )
    for each in settings:
        if each.name == f"remote.{remote}.push":
            source, target = _parts(each.value)
            if _covers(target or source, ref):
                yield _harm(
                    Kind.PUSH_REFSPEC,
                    each,
                    f"{_typed('push', remote)} without a branch pushes what is set here, notes "
                    "too, and no longer the branch; two writers' notes then reject each other.",
                    mendable=(target or source).startswith("refs/notes/"),
                )


def _strategies(settings: Sequence[Setting], ref: str) -> Iterator[Finding]:
    names = ("notes.mergestrategy", f"notes.{ref.removeprefix('refs/notes/')}.mergestrategy")
    for each in settings:
        harm = _STRATEGIES.get(each.value.strip().lower())
        if each.name in names and harm:
            words = f"`git notes merge` {harm}; `memdeck notes sync` merges entry by entry."
            yield _harm(Kind.MERGE_STRATEGY, each, words, mendable=True)


def _harm(kind: Kind, setting: Setting, words: str, *, mendable: bool) -> Finding:
    fix = ConfigFix("remove", setting.name, setting.value)
    if setting.scope != _LOCAL:
        words += f" It is set in git's {setting.scope} configuration: change it there."
        mendable = False
    elif not mendable:
        words += " It is part of a wider setting: narrow it by hand."
    where = f"{setting.name} = {setting.value}"
    return Finding(kind, Severity.HARM, where, words, fix=fix if mendable else None)


def _parts(refspec: str) -> tuple[str, str]:
    """Source and target of a refspec, without its `+`."""
    source, _, target = refspec.removeprefix("+").partition(":")
    return source, target


def _covers(pattern: str, ref: str) -> bool:
    """Whether one side of a refspec names the ref; it may hold one `*`."""
    before, star, after = pattern.partition("*")
    if not star:
        return pattern == ref
    fits = len(ref) >= len(before) + len(after)
    return fits and ref.startswith(before) and ref.endswith(after)


def _typed(command: str, remote: str) -> str:
    """A command of git's as a person types it; of an odd name only what it does, as `--exec=...`
    is a name, too."""
    plain = _PLAIN.fullmatch(remote)
    return f"`git {command} {remote}`" if plain else f"a {command} of the remote “{show(remote)}”"
