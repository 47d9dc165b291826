"""`memdeck hygiene`: what could be mended in MEMORY.md. Suggestions; nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.output import data, document, narrate
from memdeck.errors import Refused, WrongUsage
from memdeck.text import plural, show

if TYPE_CHECKING:
    from memdeck.hygiene.suggestion import Kind, Suggestion

FOUND: Final = 1
"""The exit code when there is something to suggest."""
_SHOWN: Final = 100
"""Characters of a text; the preview of the document has all of it."""


@click.command("hygiene")
@click.option(
    "--kind", "kinds", metavar="K", multiple=True, help="Only this kind; may be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_call
def hygiene_command(call: Call, kinds: tuple[str, ...], as_json: bool) -> None:
    """Suggest what could be mended in MEMORY.md: suggestions only, nothing is written.

    The kinds: secret, conflict, duplicate, alike, file, branch, debris, long.
    Exit code 1 when there is anything to suggest.
    """
    from memdeck.hygiene.look import ALL_KINDS, look

    wanted = frozenset(map(_kind, kinds)) if kinds else ALL_KINDS
    deck = call.deck(newest_days=0, pulse=False)
    if deck.memory.problem is not None:
        narrate(deck.memory.problem)
    suggestions = look(deck, call.workspace().settings.likeness, wanted)
    if as_json:
        document([_document(each, deck.memory.data) for each in suggestions])
    else:
        _print(suggestions)
    if suggestions:
        raise click.exceptions.Exit(FOUND)


def _kind(name: str) -> Kind:
    import difflib

    from memdeck.hygiene.suggestion import Kind

    known = [each.value for each in Kind]
    try:
        return Kind(name.strip().lower())
    except ValueError as error:
        near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}? " if near else ""
        words = f"{show(name)[:40] or 'An empty name'} is no kind of suggestion: {hint}"
        raise WrongUsage(f"{words}{', '.join(known)}.") from error


def _document(suggestion: Suggestion, memory: bytes) -> dict[str, Any]:
    """A suggestion as the documented JSON; `preview` is null where a person must decide."""
    preview: list[dict[str, Any]] | None = None
    refused = None
    if suggestion.fix is not None:
        try:
            preview = [
                {"sign": each.sign, "text": each.text, "line": each.line}
                for each in suggestion.preview(memory)
            ]
        except Refused as error:
            refused = str(error)
    return {
        "kind": suggestion.kind.value,
        "where": suggestion.where,
        "line": suggestion.line,
        "id": suggestion.item_id,
        "words": suggestion.words,
        "todo": suggestion.todo,
        "text": suggestion.text,
        "other": None
        if suggestion.other_line is None
        else {"line": suggestion.other_line, "text": suggestion.other_text},
        "fix": suggestion.fix.kind if suggestion.fix is not None else None,
        "preview": preview,
        "refused": refused,
    }


def _print(suggestions: tuple[Suggestion, ...]) -> None:
    """Three lines each: what and where, what stands there, what to do."""
    kinds = max((len(each.kind) for each in suggestions), default=0)
    for each in suggestions:
        data(f"{each.kind:<{kinds}}  {show(each.where)}  {show(each.words)}")
        if each.text:
            data(f"{'':<{kinds}}    {_short(each.text)}")
        if each.other_text is not None:
            data(f"{'':<{kinds}}    {_short(f'line {each.other_line}: {each.other_text}')}")
        data(f"{'':<{kinds}}    {show(_by_command(each))}")
    data(f"{plural(len(suggestions), 'suggestion') if suggestions else 'Nothing to suggest'}.")


def _by_command(suggestion: Suggestion) -> str:
    """What to do, with the command that does it where there is one."""
    if suggestion.fix is None or suggestion.item_id is None or suggestion.fix.kind != "retire":
        return suggestion.todo
    return f"{suggestion.todo} (`memdeck retire {suggestion.item_id}`)"


def _short(text: str) -> str:
    shown = show(text)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
