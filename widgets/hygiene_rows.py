"""What could be put right in MEMORY.md, as rows: what it is, and what would be done."""

from __future__ import annotations

from collections.abc import Sequence

from memdeck.errors import Refused
from memdeck.hygiene.suggestion import Kind, Suggestion
from widgets.detail import Described
from widgets.glyphs import Glyphs
from widgets.row import Row, Tone

_GRAVE = (Kind.SECRET, Kind.CONFLICT)


def suggestion_rows(found: Sequence[Suggestion], glyphs: Glyphs) -> tuple[Row, ...]:
    """The gravest first; under each what stands there and what would be done."""
    rows: list[Row] = []
    for index, each in enumerate(found):
        key = ("suggestion", index)
        grave = each.kind in _GRAVE
        rows.append(
            Row(
                key,
                each.words,
                glyph=glyphs.warning if grave else "",
                tone=Tone.WARNING if grave else Tone.PLAIN,
                right=(each.kind.value, f":{each.line}"),
                target=each,
            )
        )
        rows.append(Row((*key, "text"), each.text, 1, tone=Tone.DIM, passive=True, target=each))
        if each.other_text is not None:
            said = f"{glyphs.alike} :{each.other_line}  {each.other_text}"
            rows.append(Row((*key, "other"), said, 1, tone=Tone.DIM, passive=True, target=each))
        todo = f"{glyphs.arrow} {each.todo}"
        tone = Tone.ACCENT if each.fix is not None else Tone.DIM
        rows.append(Row((*key, "todo"), todo, 1, tone=tone, passive=True, target=each))
    return tuple(rows)


def described_suggestion(suggestion: Suggestion, data: bytes) -> Described:
    """A suggestion in full, with what its fix would change."""
    return Described(f"{suggestion.words}\n\n{preview_words(suggestion, data)}", suggestion.where)


def preview_words(suggestion: Suggestion, data: bytes) -> str:
    """The lines that a fix would change, with their signs; what to do where there is none."""
    if suggestion.fix is None:
        return suggestion.todo
    try:
        lines = suggestion.preview(data)
    except Refused as error:
        return str(error)
    return "\n".join([suggestion.todo, *(f"{line.sign} {line.text}" for line in lines)])
