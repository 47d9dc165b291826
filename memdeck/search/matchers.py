"""Which matcher answers a query."""

from __future__ import annotations

from collections.abc import Callable

from memdeck.search.matching import EveryLine, ExactMatcher, FuzzyMatcher, Matcher
from memdeck.search.query import Mode, Query


def matcher_of(query: Query, stop: Callable[[], bool]) -> Matcher:
    """What finds the lines that answer a query; one that may take long asks `stop`."""
    if not query.terms:
        return EveryLine()
    if query.mode is Mode.REGEX:
        from memdeck.search.pattern import PatternMatcher

        return PatternMatcher(query.terms[0], ignore_case=query.ignores_case, stop=stop)
    if query.mode is Mode.FUZZY:
        return FuzzyMatcher(query.terms)
    return ExactMatcher(query.terms, ignore_case=query.ignores_case)
