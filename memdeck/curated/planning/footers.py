"""Remarks about a file or a section, such as `*Updated: 2026-04-02*`: shown, and no items."""

from __future__ import annotations

import re
from typing import Final

from memdeck.markdown import Block, BlockKind

_LONGEST: Final = 80
"""Characters. A line that says when it was updated, and more than this, is a statement."""
_MONTH: Final = (
    r"(?:jan|feb|fév|mar|mär|apr|avr|abr|ma[iy]|me[iy]|mag|jun|juin|jul|juil"
    r"|aug|aoû|ago|sep|set|o[ck]t|out|ott|nov|de[cz]|déc|dic|gen|ene"
    r"|янв|фев|мар|апр"
    r"|мая|июн|июл|авг"
    r"|сен|окт|ноя|дек)[^\W\d_]{0,8}\.?"
)
_DATE: Final = (
    r"(?:\d{4}[-/.年년]\s?\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2,4}"
    rf"|\b{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th|\.|er)?\s(?:de\s|of\s)?{_MONTH},?\s(?:de\s|of\s)?\d{{4}})"
)
_DATED: Final = re.compile(_DATE, re.IGNORECASE)
_FOOTER: Final = re.compile(
    r"\W*(?:(?:last|zuletzt|letzte|dernière|última|ultima|ultimo|laatst|последнее|마지막|آخر)\s)?"
    r"(?:updated?|modified|reviewed|edited|generated|stand|aktualisier\w*|mise à jour|modifié"
    r"|actualiza\w*|atualiza\w*|aggiorna\w*|bijgewerkt|обновл\w*|更新\w*|最終更新\w*|最后更新\w*"
    r"|업데이트|수정일?|تحديث|עודכן)\b"
    # Then a colon and soon a date, or the date at once: a sentence has an object in between.
    rf"(?:\s?[:：].{{0,30}}?|[\s*_(|–—-]*(?:(?:on|at|am|vom|le|el|em|il|op|den)\s)?){_DATE}.{{0,40}}",
    re.IGNORECASE,
)


def is_footer(block: Block) -> bool:
    """Whether a paragraph is a remark such as `*Updated: 2026-04-02*`, no item."""
    if block.emphasised and not block.bold:
        return True
    return len(block.text) <= _LONGEST and _FOOTER.fullmatch(block.text) is not None


def is_remark(block: Block) -> bool:
    """Whether a paragraph describes the section that it opens, rather than close the file."""
    return block.kind is BlockKind.PARAGRAPH and is_footer(block) and not _DATED.search(block.text)
