"""A repository whose configuration starts a program wherever git lets it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import GitHelper


def make_hostile(git: GitHelper, root: Path, marker: Path) -> None:
    """Everything in a repository's configuration that can start a program starts `touch`."""
    script = root / "evil.sh"
    script.write_text(f'#!/bin/sh\necho "$0 $*" >>"{marker}"\nexit 0\n', encoding="utf-8")
    script.chmod(0o755)
    hooks = root / "evil-hooks"
    hooks.mkdir()
    names = ("reference-transaction", "post-index-change", "fsmonitor-watchman", "post-checkout")
    for place in (hooks, root / ".git" / "hooks"):
        place.mkdir(exist_ok=True)
        for name in (*names, "pre-auto-gc", "proc-receive", "pre-push", "post-rewrite"):
            shutil.copy(script, place / name)
    git(root, "config", "extensions.partialClone", "origin")
    run = str(script)
    for name, value in {
        "core.repositoryFormatVersion": "1",
        "core.fsmonitor": run,
        "core.hooksPath": str(hooks),
        "core.pager": run,
        "pager.ls-tree": "true",
        "pager.rev-parse": run,
        "pager.cat-file": run,
        "core.editor": run,
        "core.sshCommand": run,
        "core.askPass": run,
        "core.gitProxy": run,
        "core.alternateRefsCommand": run,
        "diff.external": run,
        "diff.evil.textconv": run,
        "diff.evil.command": run,
        "filter.evil.smudge": run,
        "filter.evil.clean": run,
        "gpg.program": run,
        "credential.helper": f"!{run}",
        "alias.ls-tree": f"!{run}",
        "alias.cat-file": f"!{run}",
        "alias.rev-parse": f"!{run}",
        "remote.origin.url": f"ext::{run} %S",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": run,
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        "uploadpack.packObjectsHook": run,
        "url.ext::sh.insteadOf": "https://",
        "remote.other.url": "https://example.invalid/notes",
        "remote.other.vcs": "evil",
        "remote.other.receivepack": run,
        "credential.https://example.invalid.helper": run,
        "http.proxy": "ext::sh",
        "gpg.ssh.program": run,
        "gpg.ssh.defaultKeyCommand": run,
        "merge.evil.driver": run,
        "trailer.evil.command": run,
        "trailer.evil.cmd": run,
        "interactive.diffFilter": run,
        "sequence.editor": run,
        "log.showSignature": "true",
        "notes.displayRef": "*",
        "submodule.evil.update": f"!{run}",
        "submodule.recurse": "true",
        "init.templateDir": str(hooks),
        "transfer.credentialsInUrl": "allow",
        "gc.auto": "1",
        "maintenance.auto": "true",
        "include.path": str(root / "evil.config"),
    }.items():
        git(root, "config", name, value)
    (root / "evil.config").write_text(
        f"[core]\n\tfsmonitor = {run}\n\tsshCommand = {run}\n[pager]\n\tfor-each-ref = {run}\n",
        encoding="utf-8",
    )
    # Objects from elsewhere, too: a repository that is just as hostile.
    alternates = root / ".git" / "objects" / "info" / "alternates"
    alternates.parent.mkdir(exist_ok=True)
    alternates.write_text(f"{root / 'evil-objects'}\n", encoding="utf-8")
    (root / "evil-objects").mkdir()
    attributes = "* diff=evil filter=evil\n"
    (root / ".gitattributes").write_text(attributes, encoding="utf-8")
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "attributes").write_text(attributes, encoding="utf-8")
