"""`memdeck notes sync`: the notes of other machines, by way of git remotes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from os.path import expanduser
from typing import TYPE_CHECKING, Any

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.output import document, narrate
from memdeck.errors import MemdeckError, Refused, Unusable
from memdeck.text import plural, show

if TYPE_CHECKING:
    from memdeck.git import Repository
    from memdeck.notes.agreements import Agreements
    from memdeck.notes.sync import FirstPush, Found, Synced

_MOST_SECRETS = 5


@click.command("sync")
@click.argument("remote", required=False)
@click.option("--yes", is_flag=True, help="Send notes to a remote for the first time, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_call
def sync_command(call: Call, remote: str | None, yes: bool, as_json: bool) -> None:
    """Exchange the notes with REMOTE, until both have all entries.

    Without REMOTE, with every remote that notes were sent to before; the first
    time with origin, or the only one there is. Before notes are sent to a
    remote for the first time, asks; without a terminal only --yes agrees.

    Exit codes: 3 when a remote did not take the notes or was not to be sent
    any, 4 when it could not be reached. No entry is lost either way.
    """
    from memdeck.notes.agreements import Agreements

    repository = _repository(call)
    agreements = Agreements.of(call.workspace())
    names = [remote] if remote is not None else _remotes(call, repository, agreements)
    done: dict[str, Synced] = {}
    errors: dict[str, MemdeckError] = {}
    with _progress() as (say, pause):

        def allow(asked: FirstPush) -> bool:
            pause()
            return _allowed(call, asked, yes)

        def exchange(name: str) -> None:
            before = done.get(name)
            try:
                after = _sync(call, repository, name, agreements, allow, say)
            except MemdeckError as error:
                errors[name] = error
                return
            done[name] = _together(before, after) if before else after

        for name in names:
            exchange(name)
        # What a later one brought is news to those before it.
        last = next((done[name].tip for name in reversed(names) if name in done), None)
        for name in [each for each in names[:-1] if each in done and done[each].tip != last]:
            if not done[name].declined:
                exchange(name)
    for each in done.values():
        _tell(each)
    declined = [each for each in done.values() if each.declined]
    if as_json:
        rows = [_row(name, done.get(name), errors.get(name)) for name in names]
        document({"ok": not errors and not declined, "remotes": rows})
    failed = list(errors.values())
    for error in failed[:-1]:
        narrate(str(error))
    if failed:
        raise failed[-1]
    if declined:
        raise Refused(
            f"Nothing was sent to {show(declined[0].remote)} ({show(declined[0].url)}), to which "
            "no notes were sent before: `memdeck notes sync "
            f"{show(declined[0].remote)} --yes` agrees to it."
        )


def _repository(call: Call) -> Repository:
    """The repository of the workspace, else the first that its settings name."""
    from memdeck.git import open_repository

    workspace = call.workspace()
    others = workspace.settings.notes_repositories
    # os.path.expanduser leaves a home that is not known as it is, Path's raises.
    named = (workspace.root / expanduser(each) for each in others)  # noqa: PTH111
    for folder in [workspace.root, *named]:
        repository = open_repository(folder)
        if repository is not None:
            return repository
    raise Unusable(
        f"{show(str(workspace.root))} is in no git repository, so there are no notes to exchange: "
        "`memdeck init --git` makes one."
    )


def _remotes(call: Call, repository: Repository, agreements: Agreements) -> list[str]:
    """Those that notes were sent to before; else the one that is meant without a name."""
    from memdeck.notes.sync_all import remotes_to_sync

    return list(remotes_to_sync(repository, call.workspace().settings.notes_ref, agreements))


def _sync(
    call: Call,
    repository: Repository,
    name: str,
    agreements: Agreements,
    allow: Callable[[FirstPush], bool],
    say: Callable[[str], None],
) -> Synced:
    from memdeck.notes.sync import sync

    return sync(
        repository,
        name,
        ref=call.workspace().settings.notes_ref,
        agreements=agreements,
        allow=allow,
        now=call.now,
        progress=say,
    )


def _together(before: Synced, after: Synced) -> Synced:
    return replace(
        after,
        received=before.received + after.received,
        sent=before.sent + after.sent,
        removed_here=before.removed_here + after.removed_here,
        removed_there=before.removed_there + after.removed_there,
        secrets=tuple(dict.fromkeys((*before.secrets, *after.secrets))),
        rounds=before.rounds + after.rounds,
    )


def _allowed(call: Call, asked: FirstPush, yes: bool) -> bool:
    """Say what would be sent where, and ask."""
    narrate(
        f"{plural(asked.entries, 'entry', 'entries')} would be sent to "
        f"{asked.remote} ({asked.url}) for the first time."
    )
    if asked.again:
        narrate("It had these notes before, and somebody took them away there.")
    _warn(asked.secrets, "is in")
    if yes:
        return True
    return call.interactive and click.confirm("Send them?", default=False, err=True)


def _warn(secrets: Sequence[Found], how: str) -> None:
    for each in secrets[:_MOST_SECRETS]:
        narrate(f"What looks like a secret ({each.kind}) {how} {each.where}.")
    if len(secrets) > _MOST_SECRETS:
        narrate(f"And {plural(len(secrets) - _MOST_SECRETS, 'more secret')}.")


def _tell(done: Synced) -> None:
    where = f"{done.remote} ({done.url})"
    parts = []
    if done.received:
        parts.append(f"{plural(done.received, 'entry', 'entries')} received")
    if done.sent:
        parts.append(f"{plural(done.sent, 'entry', 'entries')} sent")
    if done.removed_here:
        parts.append(f"{done.removed_here} removed here as there")
    if done.removed_there:
        parts.append(f"{done.removed_there} removed there as here")
    if done.tip is None:
        parts = ["neither side has notes yet"]
    elif not parts and not done.declined:
        parts = ["both sides had the same"]
    if parts:
        narrate(f"{where}: {', '.join(parts)}.")
    if done.sent:
        _warn(done.secrets, "was sent with")


def _row(name: str, done: Synced | None, error: MemdeckError | None) -> dict[str, Any]:
    row: dict[str, Any] = {"remote": name}
    if done is not None:
        row |= {
            "url": done.url,
            "received": done.received,
            "sent": done.sent,
            "removed_here": done.removed_here,
            "removed_there": done.removed_there,
            "tip": done.tip,
            "declined": done.declined,
            "secrets": [{"kind": each.kind, "where": each.where} for each in done.secrets],
        }
    row["error"] = str(error) if error is not None else None
    return row


@contextmanager
def _progress() -> Iterator[tuple[Callable[[str], None], Callable[[], None]]]:
    """Where to say what is being done, and how to stop saying it; both quiet without a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None, lambda: None
        return
    from rich.console import Console
    from rich.text import Text

    status = Console(stderr=True).status("")

    def say(words: str) -> None:
        status.update(Text(f"{words} …"))
        status.start()

    try:
        yield say, status.stop
    finally:
        status.stop()
