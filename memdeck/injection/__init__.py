"""Text that reads like an instruction to a model, told of in words for a person to judge.

Memory is written by models and read by models: a line that tells its reader
what to do is taken for memory by a person and for an order by the next session.
Nothing is blocked or changed because of what is found here, and that nothing
is found proves nothing: it is a sign beside a line, with its reason.

What a line says is looked at as it stands, and as a model would make it out:
without invisible characters, with look-alike letters as what they look like,
and with what it hides in base64, hexadecimal digits or escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from memdeck.injection.hidden import hidden_reasons
from memdeck.injection.phrases import Reason, reasons_in
from memdeck.injection.unfolding import decoded, folded, joined

__all__ = ["Reason", "suspicion_words", "suspicions", "warning_of"]

LONGEST: Final = 20_000
"""Characters that are looked at: a line of megabytes is no instruction, and costs time."""


def suspicions(text: str) -> tuple[Reason, ...]:
    """Why a text reads like an instruction to a model; empty when it does not."""
    text = text[:LONGEST]
    plain = folded(text)
    found = dict.fromkeys((*hidden_reasons(text), *reasons_in(plain)))
    if Reason.OVERRIDE not in found and joined(plain):
        found[Reason.OVERRIDE] = None
    for inner in decoded(text):
        shown = folded(inner)
        if reasons_in(shown) or joined(shown):
            found[Reason.ENCODED] = None
    return tuple(found)


def suspicion_words(reasons: Sequence[str]) -> str:
    """Reasons as one sentence, without its stop; empty when there are none."""
    return f"Reads like an instruction to a model: it {'; it '.join(reasons)}" if reasons else ""


def warning_of(texts: Iterable[str]) -> str:
    """One sentence about texts that are about to be kept; empty when there is nothing to say."""
    found = dict.fromkeys(str(each) for text in texts for each in suspicions(text))
    return suspicion_words(tuple(found))
