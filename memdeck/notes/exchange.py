"""One fetch from a remote, one push to it: the only places where memdeck reaches a network.

Git is told everything on its command line: one ref, onto a ref of memdeck's
own; no tags, no submodules, no file in the git folder but objects and that
ref. What git says of a remote that does not answer is put into words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from memdeck.errors import Refused, Unusable
from memdeck.git import Git, GitFailed
from memdeck.notes.remotes import Remote
from memdeck.text import show

_NO_REF: Final = "couldn't find remote ref"
_LOCKED: Final = re.compile(r"cannot lock ref|unable to create '.*\.lock'|File exists", re.I)
_MOVED: Final = re.compile(
    r"fetch first|non-fast-forward|stale info|cannot lock ref|failed to (update ref|lock)"
    r"|incorrect old value|reference already exists",
    re.I,
)
_NO_ENTRY: Final = re.compile(
    r"authentication failed|permission denied|could not read (username|password)|access denied"
    r"|\b40[13]\b|publickey|host key verification|dubious ownership",
    re.I,
)
_FETCH: Final = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-prune",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--no-auto-maintenance",
    "--no-write-commit-graph",
    "--no-show-forced-updates",
    "--no-filter",
    "--refmap=",
    "--upload-pack=git-upload-pack",
)
_PUSH: Final = (
    "push",
    "--porcelain",
    "--no-verify",
    "--no-follow-tags",
    "--no-signed",
    "--no-force",
    "--no-force-with-lease",
    "--recurse-submodules=no",
    "--receive-pack=git-receive-pack",
)


class Moved(Exception):
    """Somebody else was faster."""


@dataclass(frozen=True, slots=True)
class Line:
    """The way to a remote."""

    git: Git
    """With the time limit of what goes over a network."""
    remote: Remote
    environment: Mapping[str, str]

    def fetch(self, ref: str, tracking: str) -> bool:
        """Bring what the remote has under `ref` to `tracking`; False when it has no such ref.

        Raises Moved when another git is fetching, Unusable in words when the
        remote cannot be reached.
        """
        refspec = f"+{ref}:{tracking}"
        try:
            self.git.run(*_FETCH, "--", self.remote.source, refspec, environment=self.environment)
        except GitFailed as error:
            if _NO_REF in str(error):
                return False
            if _LOCKED.search(str(error)):
                raise Moved from error
            raise self._unreachable(error, "nothing was sent or fetched") from error
        return True

    def push(self, tip: str, ref: str) -> None:
        """Put `tip` under `ref` of the remote, if that only moves it forward.

        Raises Moved when it would not, Refused in words when the remote does
        not take it, Unusable when it cannot be reached.
        """
        for target in self.remote.targets:
            arguments = (*_PUSH, "--", target, f"{tip}:{ref}")
            try:
                said = self.git.run(*arguments, allowed=(0, 1), environment=self.environment)
            except GitFailed as error:
                raise self._unreachable(error, "nothing was sent; all is kept here") from error
            self._understand(said.decode("utf-8", "replace"))

    def _understand(self, said: str) -> None:
        """What the remote answered, a line for each ref. Returns when it took it."""
        answers = [line.split("\t") for line in said.split("\n") if "\t" in line]
        if answers and all(each[0] in (" ", "*", "=") for each in answers):
            return
        reason = next((each[-1] for each in answers if each[0] == "!"), said.strip())
        if _MOVED.search(reason):
            raise Moved
        reason = re.sub(r"^\[[\w ]+\] ", "", reason).strip("() ") or "it gave no reason"
        raise Refused(
            f"{show(self.remote.name)} ({show(self.remote.shown)}) did not take the notes "
            f"({show(self.remote.without_passwords(reason))[:200]}), so nothing was sent; all is "
            "kept here: ask who runs it, then sync again."
        )

    def _unreachable(self, error: GitFailed, kept: str) -> Unusable:
        where = f"{show(self.remote.name)} ({show(self.remote.shown)})"
        said = self.remote.without_passwords(str(error))
        if "took longer than" in said:
            return Unusable(
                f"{where} did not answer within {self.git.timeout:g} seconds, so {kept}: "
                "try again when it does."
            )
        reason = show(self.remote.without_passwords(_reason(error)))[:300]
        if _NO_ENTRY.search(reason):
            return Unusable(
                f"{where} does not let git in ({reason}), so {kept}: log in to it as you do for "
                "`git push`, then try again."
            )
        return Unusable(
            f"{where} could not be reached ({reason}), so {kept}: try again when it can be."
        )


def _reason(error: GitFailed) -> str:
    """The line that tells most: what ssh says comes before git's own, which is always the same."""
    lines = [each.strip(" .\r") for each in error.said.split("\n") if each.strip()]
    telling = [each for each in lines if each.startswith("ssh: ") or _NO_ENTRY.search(each)]
    fatal = [each for each in lines if each.startswith(("fatal: ", "error: "))]
    chosen = (telling or fatal or lines or [str(error)])[0]
    return re.sub(r"^(fatal|error|ssh|remote): ", "", chosen)
