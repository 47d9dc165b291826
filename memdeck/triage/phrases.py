"""The phrases of all languages, ready to be looked for. Data alone.

A log may change its language from line to line: what can be is looked for in all at once. Where
two phrases make one sign, both are of the same language: `car` is a reason in French only, and
`of` a doubt in Dutch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from memdeck.model import Meaning
from memdeck.triage.languages.arabic import ARABIC
from memdeck.triage.languages.chinese import CHINESE
from memdeck.triage.languages.dutch import DUTCH
from memdeck.triage.languages.english import ENGLISH
from memdeck.triage.languages.french import FRENCH
from memdeck.triage.languages.german import GERMAN
from memdeck.triage.languages.hebrew import HEBREW
from memdeck.triage.languages.hindi import HINDI
from memdeck.triage.languages.italian import ITALIAN
from memdeck.triage.languages.japanese import JAPANESE
from memdeck.triage.languages.korean import KOREAN
from memdeck.triage.languages.language import Language
from memdeck.triage.languages.polish import POLISH
from memdeck.triage.languages.portuguese import PORTUGUESE
from memdeck.triage.languages.russian import RUSSIAN
from memdeck.triage.languages.spanish import SPANISH
from memdeck.triage.languages.turkish import TURKISH
from memdeck.triage.languages.ukrainian import UKRAINIAN
from memdeck.triage.wording import Phrases

LANGUAGES: Final = (
    *(ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, DUTCH, POLISH, RUSSIAN, UKRAINIAN),
    *(TURKISH, HEBREW, ARABIC, HINDI, CHINESE, JAPANESE, KOREAN),
)


def _all(table: Callable[[Language], str]) -> Phrases:
    return Phrases(" ".join(map(table, LANGUAGES)))


def _each(table: Callable[[Language], str]) -> dict[str, Phrases]:
    return {each.name: Phrases(table(each)) for each in LANGUAGES}


STATED: Final = {
    Meaning.DECISION: _all(lambda each: each.decided),
    Meaning.LESSON: _all(lambda each: each.learned),
}
STATED_LAST: Final = {
    Meaning.DECISION: _all(lambda each: each.decided_last),
    Meaning.LESSON: _all(lambda each: each.learned_last),
}
WITHIN: Final = {
    Meaning.DECISION: _all(lambda each: each.decided_within),
    Meaning.LESSON: _all(lambda each: each.learned_within),
}
LABELS: Final = {
    Meaning.DECISION: _all(lambda each: each.decision_labels),
    Meaning.LESSON: _all(lambda each: each.lesson_labels),
}
OPEN_LABELS: Final = _all(lambda each: each.open_labels)
LEADS: Final = _all(lambda each: each.leads)
AND_I: Final = _all(lambda each: each.and_i)
ORDERS: Final = _all(lambda each: each.orders)
STORIES: Final = _all(lambda each: each.stories)
PENDING: Final = _all(lambda each: each.pending)
ABOUT: Final = _all(lambda each: each.about)

# These make a sign together with others of their language.
STATED_LAST_IN: Final = {
    Meaning.DECISION: _each(lambda each: each.decided_last),
    Meaning.LESSON: _each(lambda each: each.learned_last),
}
WITHIN_IN: Final = {
    Meaning.DECISION: _each(lambda each: each.decided_within),
    Meaning.LESSON: _each(lambda each: each.learned_within),
}
DOUBT: Final = _each(lambda each: each.doubt)
ANY_REASON: Final = _all(lambda each: each.reasons)
REASONS: Final = _each(lambda each: each.reasons)
TAKEN: Final = _each(lambda each: each.taken)
US: Final = _each(lambda each: each.us)
