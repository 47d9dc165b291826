"""Reaching a remote: only by what its address needs, and nothing that a repository names is run."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memdeck.errors import MemdeckError, Refused, Unusable, WrongUsage
from memdeck.git import Git, open_repository
from memdeck.notes.agreements import Agreements
from memdeck.notes.remotes import (
    environment_for,
    masked_url,
    protocols,
    remote_names,
    remote_of,
    tracking_ref,
)
from memdeck.notes.sync import SyncPatience, sync
from memdeck.notes.wiring import Setting, read_configuration

if TYPE_CHECKING:
    from tests.conftest import GitHelper

ROOT = Path("/work tree")


def local(**values: str) -> list[Setting]:
    return [Setting("local", name, value) for name, value in values.items()]


def origin(url: str, *more: Setting) -> list[Setting]:
    return [Setting("local", "remote.origin.url", url), *more]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("/srv/notes.git", ("file",)),
        ("../notes.git", ("file",)),
        ("./a:b", ("file",)),
        ("file:///srv/notes.git", ("file",)),
        ("https://example.invalid/x", ("https",)),
        ("http://example.invalid/x", ("http", "https")),
        ("git://example.invalid/x", ("git",)),
        ("ssh://git@example.invalid:22/x", ("ssh",)),
        ("git@example.invalid:x.git", ("ssh",)),
        ("[::1]:x.git", ("ssh",)),
        ("ext::sh -c whoami", ()),
        ("fd::3", ()),
        ("::x", ()),
        ("rad://x", ()),
        ("ftp://example.invalid/x", ()),
        ("HTTPS://example.invalid/x", ()),
        ("", ()),
    ],
)
def test_an_address_needs_one_protocol_and_some_may_not_be_used(
    url: str, wanted: tuple[str, ...]
) -> None:
    assert protocols(url) == wanted
    assert environment_for([], [url], {})["GIT_ALLOW_PROTOCOL"] == (":".join(wanted) or "none")


@pytest.mark.parametrize(
    "url", ["--upload-pack=x", "-x", "ext::sh -c x", "a\nb", "rad://x", "/x\x1b[2J"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="nothing was sent or fetched") as caught:
        remote_of(origin(url), "origin", ROOT)
    assert "\x1b" not in str(caught.value)
    with pytest.raises(Refused):
        remote_of(
            origin("good:x", Setting("local", f"url.{url}.insteadof", "good:x")), "origin", ROOT
        )


def test_a_path_is_made_whole_so_that_it_is_no_name() -> None:
    assert remote_of(origin("backup"), "origin", ROOT).source == "/work tree/backup"
    assert remote_of(origin("../b.git"), "origin", ROOT).targets == ("/work tree/../b.git",)
    assert remote_of(origin("/b.git"), "origin", ROOT).source == "/b.git"
    assert remote_of(origin("a@b:c"), "origin", ROOT).source == "a@b:c"


def test_a_remote_that_is_named_like_an_address_does_not_take_its_place() -> None:
    url = "https://example.invalid/x"
    with pytest.raises(Refused, match="take its place"):
        remote_of(origin(url, *local(**{f"remote.{url}.url": "/elsewhere"})), "origin", ROOT)
    with pytest.raises(Refused, match="take its place"):
        remote_of(origin("b", *local(**{"remote./work tree/b.vcs": "x"})), "origin", ROOT)


def test_pushes_may_go_elsewhere_and_addresses_be_rewritten() -> None:
    settings = origin(
        "gh:me/x",
        Setting("global", "url.https://example.invalid/.insteadof", "gh:"),
        Setting("global", "url.git@example.invalid:.pushinsteadof", "gh:"),
        Setting("global", "url.ssh://other.invalid/.insteadof", "gh:me/y"),
    )
    remote = remote_of(settings, "origin", ROOT)
    assert remote.urls == ("https://example.invalid/me/x", "git@example.invalid:me/x")
    assert (remote.source, remote.targets) == ("gh:me/x", ("gh:me/x",))
    assert remote.shown == "git@example.invalid:me/x"
    assert environment_for(settings, remote.urls, {})["GIT_ALLOW_PROTOCOL"] == "https:ssh"
    several = [*origin("/a"), *local(**{"remote.origin.pushurl": "/b"})]
    several.append(Setting("local", "remote.origin.pushurl", "/c"))
    assert remote_of(several, "origin", ROOT).targets == ("/b", "/c")
    emptied = [*origin("/a"), *origin(""), *origin("/d")]
    assert remote_of(emptied, "origin", ROOT).source == "/d"


def test_addresses_are_those_that_git_would_use(git: GitHelper, tmp_path: Path) -> None:
    root = git.repository(tmp_path / "deck")
    git(root, "remote", "add", "origin", "gh:me/x")
    git(root, "config", "url.https://example.invalid/.insteadOf", "gh:")
    git(root, "config", "url.https://longer.invalid/.insteadOf", "gh:me/")
    git(root, "config", "url.ssh://push.invalid/.pushInsteadOf", "gh:")
    remote = remote_of(read_configuration(Git(root)), "origin", root)
    assert remote.urls[0] == git(root, "remote", "get-url", "origin")
    assert remote.urls[1] == git(root, "remote", "get-url", "--push", "origin")


def test_names_of_remotes() -> None:
    settings = [*origin("/a"), *local(**{"remote.up/stream.pushurl": "/b", "remote.x.fetch": "y"})]
    assert remote_names(settings) == ("origin", "up/stream")
    assert tracking_ref("up/stream", "refs/notes/a/b") == "refs/memdeck/remote/up/stream/a/b"
    for name in ("-x", "a..b", "a b", "a/../b", "x.lock", "/a", "a/", ".", "a@{b", "ä", ""):
        with pytest.raises(WrongUsage):
            tracking_ref(name, "refs/notes/agents")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ada:hunter2@example.invalid/x", "https://ada:•••@example.invalid/x"),
        ("https://ada:hun@ter2@example.invalid/x", "https://ada:•••@example.invalid/x"),
        ("https://:hunter2@example.invalid/x", "https://:•••@example.invalid/x"),
        ("https://0123456789abcdef0123@example.invalid/x", "https://•••@example.invalid/x"),
        ("https://ada@example.invalid/x", "https://ada@example.invalid/x"),
        ("https://example.invalid/x@y", "https://example.invalid/x@y"),
        ("ssh://git:pw@example.invalid/x", "ssh://git:•••@example.invalid/x"),
        ("git@example.invalid:x", "git@example.invalid:x"),
        ("/srv/a@b", "/srv/a@b"),
    ],
)
def test_passwords_in_addresses_are_covered(url: str, shown: str) -> None:
    assert masked_url(url) == shown


def test_a_token_anywhere_in_an_address_is_covered() -> None:
    token = "ghp_" + "a1B2" * 9
    assert token not in masked_url(f"https://example.invalid/x?token={token}")


# --- What runs ----------------------------------------------------------------------------


@pytest.fixture
def trap(tmp_path: Path) -> tuple[Path, Path]:
    """A program that must not run, and the file that tells whether it did."""
    mark, program = tmp_path / "ran", tmp_path / "trap"
    program.write_text(f'#!/bin/sh\necho "$0 $*" >>"{mark}"\nexit 1\n')
    program.chmod(0o755)
    return program, mark


class _Locked(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="notes"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def locked() -> Iterator[str]:
    """The address of a server that wants a password."""
    server = HTTPServer(("127.0.0.1", 0), _Locked)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/x.git"
    server.shutdown()
    thread.join()
    server.server_close()


def attempt(root: Path, tmp_path: Path, name: str = "origin") -> MemdeckError | None:
    repository = open_repository(root)
    assert repository is not None
    try:
        sync(
            *(repository, name),
            agreements=Agreements(tmp_path),
            allow=lambda _: True,
            patience=SyncPatience(network=5, rounds=5, moving=5, lock=5),
        )
    except MemdeckError as error:
        return error
    return None


def test_no_program_of_the_repositorys_configuration_runs(
    git: GitHelper, tmp_path: Path, trap: tuple[Path, Path], locked: str
) -> None:
    program, mark = trap
    root = git.repository(tmp_path / "deck")
    bare = tmp_path / "bare.git"
    git(tmp_path, "init", "-q", "--bare", bare)
    git.note(root, "a note")
    hooks = root / "hooks"
    hooks.mkdir()
    for name in ("pre-push", "reference-transaction", "post-rewrite", "post-checkout"):
        (hooks / name).symlink_to(program)
    other = git.repository(tmp_path / "other")
    git.note(other, "another note")
    git(other, "push", "-q", bare, "refs/notes/agents")
    (root / ".git" / "objects" / "info").mkdir(exist_ok=True)
    third = git.repository(tmp_path / "third")
    (root / ".git" / "objects" / "info" / "alternates").write_text(f"{third}/.git/objects\n")
    settings = {
        "core.hooksPath": hooks,
        "core.sshCommand": program,
        "core.askPass": program,
        "core.gitProxy": program,
        "core.alternateRefsCommand": program,
        "core.fsmonitor": program,
        "credential.helper": f"!{program}",
        "credential.http://127.0.0.1.helper": f"!{program}",
        f"credential.{locked}.helper": f"!{program}",
        f"credential.{locked}.username": "ada",
        "gpg.program": program,
        "push.gpgSign": "true",
        "uploadpack.packObjectsHook": program,
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        "remote.origin.uploadpack": program,
        "remote.origin.receivepack": program,
        "remote.origin.vcs": "ext",
    }
    for key, value in settings.items():
        git(root, "config", key, value)
    git(root, "remote", "add", "plain", bare)
    git(root, "config", "remote.plain.uploadpack", program)
    git(root, "config", "remote.plain.receivepack", program)
    assert attempt(root, tmp_path, "plain") is None
    assert git(bare, "for-each-ref", "--format=%(refname)") == "refs/notes/agents"
    git(root, "remote", "add", "ssh", "ssh://127.0.0.1:1/x")
    git(root, "remote", "add", "git", "git://127.0.0.1:1/x")
    git(root, "remote", "add", "http", locked)
    for name in ("ssh", "git", "http"):
        assert isinstance(attempt(root, tmp_path, name), Unusable)
    assert not mark.exists(), mark.read_text()


@pytest.mark.parametrize(
    "url",
    [
        "ext::{trap} %S",
        "--upload-pack={trap}",
        "--receive-pack={trap}",
        "ssh://-oProxyCommand={trap}/x",
        "-oProxyCommand={trap}:x",
        "file://{folder}/`{trap}`",
        "$({trap})",
    ],
)
def test_an_address_runs_nothing(
    git: GitHelper, tmp_path: Path, trap: tuple[Path, Path], url: str
) -> None:
    root = git.repository(tmp_path / "deck")
    git.note(root, "a note")
    url = url.format(trap=trap[0], folder=tmp_path)
    git(root, "config", "remote.origin.url", url)
    git(root, "config", "protocol.ext.allow", "always")
    assert isinstance(attempt(root, tmp_path), Refused | Unusable)
    assert not trap[1].exists()


def test_the_persons_own_helper_is_asked_for_the_password(
    git: GitHelper, tmp_path: Path, home: Path, locked: str
) -> None:
    root = git.repository(tmp_path / "deck")
    seen = tmp_path / "asked"
    git(root, "config", "--global", "credential.helper", f'!f() {{ cat >>"{seen}"; }}; f')
    git(root, "remote", "add", "origin", locked.replace("http://", "http://ada:hunter22@"))
    error = attempt(root, tmp_path)
    assert isinstance(error, Unusable)
    assert "does not let git in" in str(error)
    assert "hunter22" not in str(error)
    git(root, "remote", "set-url", "origin", locked)
    assert attempt(root, tmp_path) is not None
    assert "host=127.0.0.1" in seen.read_text()


def test_nobody_is_asked_on_the_terminal_or_in_a_window(
    git: GitHelper,
    tmp_path: Path,
    trap: tuple[Path, Path],
    locked: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSH_ASKPASS", str(trap[0]))
    monkeypatch.setenv("DISPLAY", ":0")
    root = git.repository(tmp_path / "deck")
    git(root, "remote", "add", "origin", locked)
    assert isinstance(attempt(root, tmp_path), Unusable)
    assert not trap[1].exists()
    monkeypatch.setenv("GIT_ASKPASS", str(trap[0]))
    attempt(root, tmp_path)
    assert "Username" in trap[1].read_text()


def test_the_persons_own_ssh_is_used(
    git: GitHelper, tmp_path: Path, trap: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    program, mark = trap
    root = git.repository(tmp_path / "deck")
    git(root, "remote", "add", "origin", "a@b.invalid:x")
    git(root, "config", "core.sshCommand", "false")
    git(root, "config", "--global", "core.sshCommand", f"'{program}' own")
    attempt(root, tmp_path)
    assert " own " in mark.read_text()
    mark.unlink()
    git(root, "config", "--global", "--unset", "core.sshCommand")
    monkeypatch.setenv("GIT_SSH", str(program))
    attempt(root, tmp_path)
    assert "git-upload-pack" in mark.read_text()


def test_the_trap_would_run_without_precautions(
    git: GitHelper, tmp_path: Path, trap: tuple[Path, Path]
) -> None:
    root = git.repository(tmp_path / "deck")
    git(root, "config", "core.sshCommand", str(trap[0]))
    command = ["git", "-C", str(root), "fetch", "ssh://127.0.0.1:1/x"]
    assert subprocess.run(command, capture_output=True, check=False).returncode
    assert trap[1].exists()
