"""The remotes of a repository: where they are, and the environment in which git may reach one.

Git is given the address, not the remote's name: what the configuration says
under the name (refspecs onto the live notes, programs to start, mirroring)
then does not apply. Only the one protocol that the address needs is allowed,
and nothing that the repository's own configuration names is started; what the
person's own configuration names for logging in is.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from memdeck.errors import Refused, WrongUsage
from memdeck.git import SAFE_ENVIRONMENT, safe_ref
from memdeck.notes.wiring import Setting
from memdeck.secrets import masked
from memdeck.text import show

_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]|[./](?=[A-Za-z0-9_]))*")
_SCHEME: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9+.-]*)://")
_HELPER: Final = re.compile(r"[A-Za-z0-9+.-]*::")
_USER: Final = re.compile(r"([A-Za-z0-9+.-]+://)([^/?#]*)@")
_PROTOCOLS: Final = {
    "file": ("file",),
    "ssh": ("ssh",),
    "git+ssh": ("ssh",),
    "ssh+git": ("ssh",),
    "git": ("git",),
    # A server may send one on to its encrypted side, never the other way.
    "http": ("http", "https"),
    "https": ("https",),
}
_TRUSTED: Final = ("system", "global")
_LONG: Final = 20
"""From this length on a user's name in an address is taken for a token."""

# What is written is on the disk when it is said to be, and in the reflog. The
# rest has no option on git's command line.
_FIXED: Final = {
    "core.alternateRefsCommand": "true",
    "core.fsync": "committed,reference",
    "core.fsyncMethod": "fsync",
    "core.logAllRefUpdates": "true",
    "core.filesRefLockTimeout": "2000",
    "core.packedRefsTimeout": "2000",
    "push.pushOption": "",
}


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote that notes can be exchanged with."""

    name: str
    source: str
    """What git is told to fetch from."""
    targets: tuple[str, ...]
    """What git is told to push to, each."""
    urls: tuple[str, ...]
    """Where that leads to: the address it fetches from, then those it pushes to."""

    @property
    def shown(self) -> str:
        """Where notes are sent, for the person: without passwords."""
        return ", ".join(dict.fromkeys(masked_url(each) for each in self.urls[1:]))

    def without_passwords(self, words: str) -> str:
        """What git said, with the passwords of the addresses covered."""
        for each in sorted({self.source, *self.targets, *self.urls}, key=len, reverse=True):
            words = words.replace(each, masked_url(each))
        return words


def remote_names(settings: Sequence[Setting]) -> tuple[str, ...]:
    """The remotes that have an address, in the order of the configuration."""
    names = dict.fromkeys(
        each.name.removeprefix("remote.").rpartition(".")[0]
        for each in settings
        if each.name.startswith("remote.") and each.name.endswith((".url", ".pushurl"))
    )
    return tuple(each for each in names if each)


def tracking_ref(remote: str, ref: str) -> str:
    """Where a remote's notes are kept as they were last seen.

    Raises WrongUsage for a name that no ref can have.
    """
    if not _NAME.fullmatch(remote):
        raise WrongUsage(
            f"The remote “{show(remote)[:80]}” has a name that memdeck does not use: "
            "`git remote rename` gives it one of letters, digits, dots, dashes and underscores."
        )
    return safe_ref(f"refs/memdeck/remote/{remote}/{ref.removeprefix('refs/notes/')}")


def remote_of(settings: Sequence[Setting], name: str, root: Path) -> Remote:
    """The remote of that name; `root` is the folder that relative addresses start from.

    Raises WrongUsage when there is none, Refused when its address is none that
    memdeck may use.
    """
    names = remote_names(settings)
    if name not in names:
        known = f"there are {', '.join(map(show, names))}" if names else "there are none"
        raise WrongUsage(
            f"There is no remote “{show(name)[:80]}” ({known[:300]}): "
            "`git remote add NAME URL` makes one."
        )
    tracking_ref(name, "refs/notes/agents")
    fetched = _values(settings, f"remote.{name}.url")
    pushed = _values(settings, f"remote.{name}.pushurl")
    if not fetched and not pushed:
        raise WrongUsage(f"The remote {show(name)} has no address: `git remote set-url` gives one.")
    source = (fetched or pushed)[0]
    targets = tuple(pushed or fetched)
    urls = (_rewritten(settings, source), *(_rewritten(settings, each, True) for each in targets))
    given = [_given(raw, url, root) for raw, url in zip((source, *targets), urls, strict=True)]
    for raw, url in zip((source, *targets), urls, strict=True):
        _check(name, raw, url)
    for each in given:
        if any(setting.name.startswith(f"remote.{each}.") for setting in settings):
            raise Refused(
                f"git's configuration has a remote that is named like the address of {show(name)} "
                "and would take its place, so nothing was sent or fetched: rename that one."
            )
    return Remote(name, given[0], tuple(given[1:]), urls)


def _values(settings: Sequence[Setting], name: str) -> list[str]:
    values: list[str] = []
    for each in settings:
        if each.name == name:
            # An empty one takes back those before it.
            values = [*values, each.value] if each.value else []
    return values


def _rewritten(settings: Sequence[Setting], url: str, push: bool = False) -> str:
    """The address that git makes of one, by `url.<base>.insteadOf`."""
    for last in (".pushinsteadof", ".insteadof") if push else (".insteadof",):
        rules = [
            (each.value, each.name.removeprefix("url.").removesuffix(last))
            for each in settings
            if each.name.startswith("url.") and each.name.endswith(last)
        ]
        fitting = [(prefix, base) for prefix, base in rules if prefix and url.startswith(prefix)]
        if fitting:
            prefix, base = max(fitting, key=lambda rule: len(rule[0]))
            return base + url[len(prefix) :]
    return url


def _given(raw: str, url: str, root: Path) -> str:
    """What git is told: an absolute path cannot be taken for the name of a remote."""
    if raw == url and protocols(url) == ("file",) and "://" not in url:
        return url if url.startswith(("/", "~/")) else str(root / url)
    return raw


def _check(name: str, raw: str, url: str) -> None:
    odd = any(each < " " or each == "\x7f" for each in raw + url)
    if odd or raw.startswith("-") or url.startswith("-") or not protocols(url):
        raise Refused(
            f"The remote {show(name)} has the address {show(masked_url(url))[:200]}, which memdeck "
            "does not use, so nothing was sent or fetched: it takes paths, and addresses by file, "
            "ssh, https, http and git."
        )


def protocols(url: str) -> tuple[str, ...]:
    """What git must be allowed so that it can reach an address; nothing when it may not."""
    if _HELPER.match(url) or not url:
        return ()
    scheme = _SCHEME.match(url)
    if scheme:
        return _PROTOCOLS.get(scheme[1], ())
    before, colon, _ = url.partition(":")
    return ("ssh",) if colon and "/" not in before else ("file",)


def masked_url(url: str) -> str:
    """An address without what logs in: passwords, and names that are tokens."""

    def covered(found: re.Match[str]) -> str:
        user, colon, _ = found[2].partition(":")
        token = len(user) >= _LONG and found[1].startswith("http")
        return f"{found[1]}{'•••' if token else user}{':•••' if colon else ''}@"

    return masked(_USER.sub(covered, url))


# --- Environment ------------------------------------------------------------------


def environment_for(
    settings: Sequence[Setting], urls: Iterable[str], environ: Mapping[str, str] = os.environ
) -> Mapping[str, str]:
    """The environment in which git may reach these addresses, and no others."""
    allowed = dict.fromkeys(each for url in urls for each in protocols(url))
    environment = {
        "GIT_ALLOW_PROTOCOL": ":".join(allowed) or "none",
        # Nobody is there to answer. An empty program is none; git would else
        # start the one of the repository's configuration, or a window.
        "GIT_ASKPASS": environ.get("GIT_ASKPASS", ""),
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_PROXY_COMMAND": "",
    }
    own = next(
        (
            each.value
            for each in reversed(settings)
            if each.name == "core.sshcommand" and each.scope in _TRUSTED
        ),
        None,
    )
    if own is None and "GIT_SSH" in environ and "GIT_SSH_COMMAND" not in environ:
        # The repository's own command would be preferred to it.
        environment["GIT_SSH_COMMAND"] = shlex.quote(environ["GIT_SSH"])
    ssh = ("core.sshCommand", own or "ssh -o BatchMode=yes")
    return {**environment, **configured([*_FIXED.items(), ssh, *_helpers(settings)])}


def writing_environment() -> Mapping[str, str]:
    """The environment in which git moves a ref here."""
    return configured(_FIXED.items())


def configured(more: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The safe environment's configuration, with more behind it."""
    pairs = list(more)
    count = int(SAFE_ENVIRONMENT["GIT_CONFIG_COUNT"])
    environment = {"GIT_CONFIG_COUNT": str(count + len(pairs))}
    for number, (name, value) in enumerate(pairs, count):
        environment[f"GIT_CONFIG_KEY_{number}"] = name
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment


def _helpers(settings: Sequence[Setting]) -> Iterator[tuple[str, str]]:
    """Who knows the passwords: those of the person's configuration, not those of the repository's.

    An empty value takes back all before it, for the same addresses.
    """
    helpers = [
        each
        for each in settings
        if each.name.startswith("credential.") and each.name.endswith(".helper")
    ]
    for name in dict.fromkeys(["credential.helper", *(each.name for each in helpers)]):
        yield name, ""
    for each in helpers:
        if each.scope in _TRUSTED:
            yield each.name, each.value
