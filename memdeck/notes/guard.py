"""The guard: a hook of git that refuses an update of the notes that loses something.

Opt-in, as a hook runs with every program that uses git here. It is a small
script for sh that calls git and nothing of memdeck, so that it goes on working
when memdeck is gone. memdeck's own updates start no hooks; they never take
away what was there.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final

from memdeck.errors import Refused, Unusable, WrongUsage
from memdeck.git import Git, Repository, safe_ref
from memdeck.text import show

HOOK_NAME: Final = "reference-transaction"
ALLOW: Final = "MEMDECK_GUARD=off"
"""What lets a deliberate removal through, in front of the command."""

_MARK: Final = "# memdeck guard"
_OLDEST_GIT: Final = (2, 28)
# What may stand between single quotes in a script, and in a pattern of `case`.
_PLAIN_REF: Final = re.compile(r"refs/notes/[A-Za-z0-9_./-]+")

_SCRIPT: Final = """\
#!/bin/sh
# memdeck guard for @REF@, version 1.
# Put here by `memdeck notes guard install`; `memdeck notes guard remove` takes
# it away again, and so does deleting this file.
#
# git calls this for every change of a ref, before it is made. It refuses one
# that would lose something of the notes: an update of @REF@ after
# which some note no longer holds every line that it held, in the same order,
# and the removal of the ref. All other refs pass at once. Nothing but sh, git
# and the usual tools is needed; memdeck itself may be gone.
#
# Writers that race each other drop entries without knowing. So do `git notes
# remove`, `git notes edit`, `git notes add -f` and `git notes prune` when
# another writer was faster, and git does not tell a hook which of them is at
# work. So they are refused, too. Whoever means to remove something says so:
#
#     @ALLOW@ git notes remove ...

# Of the states that git calls this for only this one can refuse.
[ "$1" = prepared ] || exit 0
updates=$(cat)
case $updates in
*' @REF@'*) ;;
*) exit 0 ;;
esac
[ "$MEMDECK_GUARD" != off ] || exit 0

refuse() {
    echo "memdeck guard: refused, as $1." >&2
    echo "memdeck guard: the notes are as they were, and what was to be stored is NOT stored." >&2
    echo "memdeck guard: write it again; to remove something, put @ALLOW@" >&2
    echo "memdeck guard: in front of the command." >&2
    [ -z "$2" ] || echo "memdeck guard: what was refused is commit $2." >&2
    exit 1
}

new=$(printf '%s\\n' "$updates" | awk '$3 == "@REF@" { print $2 }')
[ -n "$new" ] || exit 0

# The old value in `updates` may be zeros although there is one. The ref is
# locked by now, so that this is what the update replaces.
old=$(git rev-parse --verify --quiet '@REF@^{commit}') || old=
if [ -z "$old" ] || [ "$old" = "$new" ]; then
    exit 0
fi

case $new in
*[!0]*) ;;
*)
    # `git pack-refs` and `git gc` remove a ref's own file when packed-refs has
    # the value, too. Who removes the ref itself holds the lock of packed-refs.
    packed=$(git rev-parse --git-path packed-refs)
    if [ ! -e "$packed.lock" ] && grep -q -x -F "$old @REF@" "$packed" 2>/dev/null; then
        exit 0
    fi
    refuse "all notes of @REF@ would be removed"
    ;;
esac

# One line for each note that differs: lines added, lines gone, path. A note
# that moved in the tree as it was is not among those of which lines are gone.
differing=$(git diff-tree -r -M100% --numstat --text --no-ext-diff --no-textconv \\
    "$old" "$new") || refuse "what it changes cannot be told" "$new"
tab=$(printf '\\t')
suspects=$(printf '%s\\n' "$differing" | grep -v "^[0-9]*${tab}0${tab}")
[ -n "$suspects" ] || exit 0

# Rare from here on. A last line without a line feed counts as gone when one is
# added to it, and a note may have moved and grown at once. So: are the bytes of
# the old note the first ones of the new one?
listing=$(git ls-tree -r --full-tree "$new") || refuse "its notes cannot be listed" "$new"
listing=$(printf '%s\\n' "$listing" | awk '{ note = $4; gsub("/", "", note); print note, $3 }')
while read -r _ gone path; do
    [ "$gone" != 0 ] || continue
    before=$(git rev-parse --verify --quiet "$old:$path") || continue
    note=$(printf '%s' "$path" | tr -d /)
    after=$(printf '%s\\n' "$listing" | awk -v note="$note" '$1 == note { print $2 }')
    size=$(git cat-file -s "$before") || refuse "a note cannot be read" "$new"
    kept=
    for blob in $after; do
        begins=$(git cat-file blob "$blob" | head -c "$size" | git hash-object --stdin)
        [ "$begins" != "$before" ] || kept=yes
    done
    [ -n "$kept" ] || refuse "entries on the note of $note would be lost" "$new"
done <<end || exit 1
$suspects
end
exit 0
"""


class GuardState(StrEnum):
    """What stands where the guard would."""

    NONE = "none"
    OURS = "ours"
    """The guard of this version, for this ref."""
    OLDER = "older"
    """A guard of another version or for another ref."""
    FOREIGN = "foreign"
    """Another hook."""


def guard_script(ref: str) -> bytes:
    """The hook for a notes ref. Raises WrongUsage for a name that it cannot hold."""
    if not _PLAIN_REF.fullmatch(safe_ref(ref)):
        raise WrongUsage(
            f"The guard takes refs under refs/notes/ of plain letters, digits, - and _ only, "
            f"not {show(ref)}: choose another one with the setting notes.ref."
        )
    return _SCRIPT.replace("@REF@", ref).replace("@ALLOW@", ALLOW).encode()


def guard_path(repository: Repository) -> Path:
    """Where the hook belongs: worktrees share it."""
    return repository.common_dir / "hooks" / HOOK_NAME


def guard_state(repository: Repository, ref: str) -> GuardState:
    """What is there now. Raises Unusable when it cannot be read."""
    path = guard_path(repository)
    if not os.path.lexists(path):
        return GuardState.NONE
    try:
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    except OSError as error:
        raise Unusable(f"{show(str(path))} cannot be read ({error.strerror}).") from error
    if content == guard_script(ref) and os.access(path, os.X_OK):
        return GuardState.OURS
    lines = content.split(b"\n", 2)
    ours = len(lines) > 1 and lines[1].startswith(_MARK.encode())
    return GuardState.OLDER if ours else GuardState.FOREIGN


def install_guard(git: Git, repository: Repository, ref: str) -> bool:
    """Put the hook there; False when it is there already. Two git processes.

    Raises Refused where `core.hooksPath` is set, another hook of that name is
    there or the hooks are another repository's too; Unusable where it cannot
    be written or git is too old for such hooks.
    """
    script = guard_script(ref)
    path = guard_path(repository)
    _check_git(git)
    _check_configuration(git)
    if path.parent.is_symlink():
        raise Refused(
            f"{show(str(path.parent))} is a link, so other repositories may share its hooks; "
            "nothing was installed: replace it by a folder."
        )
    state = guard_state(repository, ref)
    if state is GuardState.FOREIGN:
        raise Refused(
            f"There is a {HOOK_NAME} hook already, {show(str(path))}, so nothing was installed: "
            "the guard does not share its place."
        )
    if state is GuardState.OURS:
        return False
    beside = path.with_name(f".{HOOK_NAME}-{secrets.token_hex(4)}")
    try:
        if not path.parent.is_dir():
            path.parent.mkdir()
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        try:
            # Whole, or not there at all: any git may start it at any moment.
            beside.write_bytes(script)
            beside.chmod(0o755)
            if state is GuardState.NONE:
                # Fails where somebody else's appeared meanwhile.
                os.link(beside, path)
            else:
                beside.replace(path)
        finally:
            # What cannot be removed harms nobody: git starts no hook of that name.
            with suppress(OSError):
                beside.unlink()
    except FileExistsError as error:
        raise Refused(
            f"There is a {HOOK_NAME} hook by now, {show(str(path))}, so nothing was installed."
        ) from error
    except OSError as error:
        raise _unwritable(path, error) from error
    return True


def remove_guard(repository: Repository, ref: str) -> bool:
    """Take the hook away; False when there is none. Raises Refused when it is not memdeck's."""
    path = guard_path(repository)
    state = guard_state(repository, ref)
    if state is GuardState.FOREIGN:
        raise Refused(
            f"{show(str(path))} is not memdeck's guard, so it was left as it is: "
            "remove it by hand if nobody needs it."
        )
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Unusable(f"{show(str(path))} cannot be removed ({error.strerror}).") from error
    return True


def _unwritable(path: Path, error: OSError) -> Unusable:
    return Unusable(
        f"The guard cannot be written to {show(str(path))} ({error.strerror}): "
        "see whether the git folder may be written to."
    )


def _check_git(git: Git) -> None:
    words = git.run("version").decode("utf-8", "replace")
    found = re.search(r"(\d+)\.(\d+)", words)
    if found and (int(found[1]), int(found[2])) < _OLDEST_GIT:
        raise Unusable(
            f"This git ({found[0]}) does not start {HOOK_NAME} hooks, so nothing was installed: "
            f"the guard needs {_OLDEST_GIT[0]}.{_OLDEST_GIT[1]} or newer."
        )


def _check_configuration(git: Git) -> None:
    output = git.run(
        *("config", "--null", "--show-scope", "--get-all", "core.hooksPath"), allowed=(0, 1)
    )
    fields = output.decode("utf-8", "surrogateescape").split("\0")[:-1]
    for scope, value in zip(fields[::2], fields[1::2], strict=True):
        # Of the command's own configuration is that memdeck starts no hooks.
        if scope != "command":
            raise Refused(
                f"git's {scope} configuration sets core.hooksPath to {show(value) or 'nothing'}, "
                "so git starts no hooks of this repository's own and nothing was installed: "
                "unset it, or keep the hook that is there."
            )
