"""What is searched for: words, a pattern or words that are nearly so, and where.

One small language serves the command line and the input line of the screen:

    tide tables "dawn count"     every word, and the words in quotes together
    /tid(e|al)/                  a regular expression
    ~desicion                    words that are nearly so
    tier:logs,notes  section:decisions  branch:main  kind:decision,lesson
    since:2026-01-01  until:yesterday  on:2026-01  transcripts:no  case:exact

A name with a colon that is none of these is a word like any other, with a remark
when it is nearly one of them; and so is everything in quotes.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from memdeck.errors import WrongUsage
from memdeck.model import Meaning, Tier
from memdeck.nearest import nearest
from memdeck.text import show

LONGEST: Final = 1000
"""Characters of a query."""

_ESCAPED: Final = re.compile(r"\\.", re.DOTALL)
_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<name>[A-Za-z]+):(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]*))(?=\s|\Z)
    | /(?P<pattern>.+?)/(?=\s|\Z)
    | "(?P<phrase>[^"]*)(?:"|\Z)
    | (?P<word>\S+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)

_TIERS: Final = {
    "notes": Tier.NOTES,
    "memory": Tier.MEMORY,
    "memory.md": Tier.MEMORY,
    "logs": Tier.LOGS,
}
_Value = TypeVar("_Value")
_quiet: Final = threading.Lock()
"""Which warnings are told is a matter of the whole process: one thread changes it at a time."""


class Mode(StrEnum):
    """How the terms are compared with a line."""

    EXACT = "exact"
    """Every term stands in the line."""
    REGEX = "regex"
    FUZZY = "fuzzy"
    """Something like every term stands in the line."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Where is searched. Each narrows it down: what tells no date is on no date."""

    tiers: frozenset[Tier] = frozenset(Tier)
    section: str | None = None
    """Part of a section's title or address, in any case; notes have no sections."""
    branch: str | None = None
    """The branch of a note, `*` for any characters; MEMORY.md and logs have none."""
    since: date | None = None
    until: date | None = None
    """Both are included. MEMORY.md tells no dates, so a date leaves it out."""
    kinds: frozenset[Meaning] = frozenset()
    """What a line seems to be about; any when empty."""
    transcripts: bool = True
    """Whether raw conversations count. They do unless it is said, and their hits are marked."""


NO_FILTERS: Final = Filters()


@dataclass(frozen=True, slots=True)
class Query:
    """One search. `search` raises WrongUsage for one that makes no sense."""

    terms: tuple[str, ...] = ()
    """Words and phrases; of a regular expression the one pattern."""
    mode: Mode = Mode.EXACT
    filters: Filters = field(default=NO_FILTERS)
    case: bool | None = None
    """Whether case counts; None: when a term has a capital letter. Fuzzy ignores it always."""
    remarks: tuple[str, ...] = field(default=(), compare=False)
    """What may have been meant otherwise than it was taken, in words: a mistyped filter."""

    @property
    def text(self) -> str:
        """The terms in one line, as a person would write them."""
        if self.mode is Mode.REGEX:
            return "".join(f"/{each}/" for each in self.terms)
        words = (each if re.fullmatch(r"\S+", each) else f'"{each}"' for each in self.terms)
        return ("~" if self.mode is Mode.FUZZY and self.terms else "") + " ".join(words)

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing: every line would be an answer."""
        return not self.terms and self.filters == NO_FILTERS

    @property
    def ignores_case(self) -> bool:
        """Whether upper and lower case are the same."""
        if self.mode is Mode.FUZZY:
            return True
        if self.case is not None:
            return not self.case
        regex = self.mode is Mode.REGEX
        written = (_ESCAPED.sub("", each) if regex else each for each in self.terms)
        return not any(each.isupper() for term in written for each in term)


# --- From text ---------------------------------------------------------------


def parse_query(
    text: str, *, today: date, mode: Mode | None = None, filters: Filters = NO_FILTERS
) -> Query:
    """A query as a person writes it; `filters` hold unless the text says otherwise.

    With `mode` REGEX the text is one pattern to its last character, with FUZZY
    all of its words are fuzzy. Raises WrongUsage in words.
    """
    if mode is Mode.REGEX:
        return checked(Query((text,) if text else (), mode, filters))
    query = Query(mode=mode or Mode.EXACT, filters=filters)
    terms: list[str] = []
    pattern: str | None = None
    for token in _TOKEN.finditer(text.rstrip()):
        name = (token["name"] or "").lower()
        if name in _FILTERS:
            value = token["quoted"] if token["quoted"] is not None else token["plain"]
            query = _filtered(query, name, value, today)
        elif token["pattern"] is not None and query.mode is Mode.EXACT and pattern is None:
            pattern = token["pattern"]
        elif token["phrase"] is not None:
            terms.append(token["phrase"])
        else:
            word = token.group().strip()
            query = replace(query, remarks=(*query.remarks, *_misspelt(name, token["plain"])))
            if not terms and pattern is None and len(word) > 1 and word.startswith("~"):
                query, word = replace(query, mode=Mode.FUZZY), word[1:]
            terms.append(word)
    terms = [" ".join(each.split()) if mode is Mode.FUZZY else each for each in terms]
    terms = [each for each in terms if each.strip()]
    if pattern is None:
        return checked(replace(query, terms=tuple(terms)))
    if terms:
        raise WrongUsage(
            f"/{show(pattern)[:60]}/ is a pattern, which stands alone: put “{show(terms[0])[:40]}” "
            "into it, or search for words only."
        )
    return checked(replace(query, terms=(pattern,), mode=Mode.REGEX))


def checked(query: Query) -> Query:
    """The query itself; raises WrongUsage when it makes no sense, naming the place in a pattern."""
    if sum(map(len, query.terms)) > LONGEST:
        raise WrongUsage(f"A query has at most {LONGEST} characters: search for less.")
    try:
        "".join(query.terms).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise WrongUsage("The query holds half a character (a lone surrogate).") from error
    filters = query.filters
    if filters.since and filters.until and filters.since > filters.until:
        raise WrongUsage(
            f"No day is since {filters.since} and until {filters.until}: exchange the two."
        )
    if query.mode is Mode.REGEX:
        for pattern in query.terms:
            _check_pattern(pattern)
    return query


def _check_pattern(pattern: str) -> None:
    with _quiet, warnings.catch_warnings():
        # What a later Python will read in another way is no matter to who is typing.
        warnings.simplefilter("ignore")
        try:
            re.compile(pattern)
        except re.error as error:
            place = f" at character {error.pos + 1}" if error.pos is not None else ""
            raise WrongUsage(
                f"/{show(pattern)[:80]}/ is no regular expression: {show(error.msg)}{place}."
            ) from error
        except (OverflowError, RecursionError, ValueError) as error:
            raise WrongUsage(
                f"/{show(pattern)[:80]}/ is more than a pattern can be: {show(str(error))}."
            ) from error


# --- Filters -----------------------------------------------------------------


def _filtered(query: Query, name: str, value: str, today: date) -> Query:
    if not value.strip():
        raise WrongUsage(f"{name}: needs a value, such as {_FILTERS[name]}.")
    if name == "case":
        exact = _one_of(name, value, {"exact": True, "any": False})
        return replace(query, case=exact)
    return replace(query, filters=with_filter(query.filters, name, value, today=today))


def with_filter(filters: Filters, name: str, value: str, *, today: date) -> Filters:
    """The filters with one more, by its name in the language; raises WrongUsage in words."""
    if name == "tier":
        tiers = frozenset(_one_of(name, each, _TIERS) for each in value.split(","))
        return replace(filters, tiers=tiers)
    if name == "kind":
        known = {each.value: each for each in Meaning}
        kinds = frozenset(_one_of(name, each, known) for each in value.split(","))
        return replace(filters, kinds=kinds)
    if name == "transcripts":
        return replace(filters, transcripts=_one_of(name, value, {"yes": True, "no": False}))
    if name == "section":
        return replace(filters, section=value.strip())
    if name == "branch":
        return replace(filters, branch=value.strip())
    first, last = _dates(name, value.strip(), today)
    since = first if name in ("since", "on") else filters.since
    until = last if name in ("until", "on") else filters.until
    return replace(filters, since=since, until=until)


_FILTERS: Final = {
    "tier": "tier:logs",
    "section": 'section:"Critical Decisions"',
    "branch": "branch:main",
    "since": "since:2026-01-01",
    "until": "until:yesterday",
    "on": "on:2026-01",
    "kind": "kind:decision",
    "transcripts": "transcripts:no",
    "case": "case:exact",
}
"""The names of the language, with an example of each."""


def _misspelt(name: str, value: str | None) -> tuple[str, ...]:
    """What to say of a word with a colon in it, if it is nearly the name of a filter."""
    near = nearest(name, _FILTERS) if name and value != "" else None
    if near is None:
        return ()
    return (
        f"{show(name)[:40]}: is no filter, so it is searched for as it is written: did you mean "
        f"{near}: (as in {_FILTERS[near]})?",
    )


def _one_of(name: str, value: str, known: dict[str, _Value]) -> _Value:
    wanted = value.strip().lower()
    if wanted in known:
        return known[wanted]
    import difflib

    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.6)
    hint = f" did you mean {near[0]}?" if near else ""
    named = ", ".join(each for each in known if each != "memory.md")
    raise WrongUsage(f"{name}:{show(value.strip())[:40]} is not known:{hint} There are {named}.")


def _dates(name: str, value: str, today: date) -> tuple[date, date]:
    """The first and the last day of `2026-02-06`, `2026-02`, `2026`, `today` or `yesterday`."""
    days: dict[str, Callable[[], date]] = {
        "today": lambda: today,
        "yesterday": lambda: today - timedelta(days=1),
    }
    try:
        if value.lower() in days:
            day = days[value.lower()]()
            return day, day
        if found := _DATE.fullmatch(value):
            return _span(*(int(each) if each else None for each in found.groups()))
    except (ValueError, OverflowError):
        pass
    raise WrongUsage(
        f"{name}:{show(value)[:40]} is no date: write 2026-02-06, 2026-02, 2026, today or "
        "yesterday."
    )


def _span(*parts: Any) -> tuple[date, date]:
    year, month, day = parts
    first = date(year, month or 1, day or 1)
    if day:
        return first, first
    if month and month < 12:
        return first, date(year, month + 1, 1) - timedelta(days=1)
    return first, date(year, 12, 31)
