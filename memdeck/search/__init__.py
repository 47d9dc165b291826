"""Search in all three tiers at once: exact words, a regular expression, or nearly so."""

from __future__ import annotations

from memdeck.search.engine import LIMIT, context, search
from memdeck.search.fold import Span
from memdeck.search.hits import (
    Batch,
    Context,
    EntryTarget,
    Hit,
    ItemTarget,
    LogTarget,
    Target,
    best,
    without_secrets,
)
from memdeck.search.query import Filters, Mode, Query, parse_query, with_filter
from memdeck.search.sources import Sources, sources_of

__all__ = [
    "LIMIT",
    "Batch",
    "Context",
    "EntryTarget",
    "Filters",
    "Hit",
    "ItemTarget",
    "LogTarget",
    "Mode",
    "Query",
    "Sources",
    "Span",
    "Target",
    "best",
    "context",
    "parse_query",
    "search",
    "sources_of",
    "with_filter",
    "without_secrets",
]
