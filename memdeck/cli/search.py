"""`memdeck search`: lines of all three tiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from memdeck.cli.call import Call, pass_call
from memdeck.cli.output import document, emphasised, narrate
from memdeck.errors import NothingFound, WrongUsage
from memdeck.model import Tier
from memdeck.text import plural, show, thin

if TYPE_CHECKING:
    from memdeck.search import Filters, Hit, Query, Sources

_NAMES: Final = {Tier.NOTES: "notes", Tier.MEMORY: "memory", Tier.LOGS: "logs"}


@click.command("search")
@click.argument("words", metavar="QUERY", nargs=-1)
@click.option("--regex", is_flag=True, help="QUERY is one regular expression, to its last sign.")
@click.option("--fuzzy", is_flag=True, help="Also lines that hold something like the words.")
@click.option("--tier", metavar="T", help="In these alone: notes, memory, logs (notes,logs).")
@click.option("--section", metavar="S", help="Under titles that hold S.")
@click.option("--branch", metavar="B", help="In the notes of this branch; * for any characters.")
@click.option("--kind", metavar="K", help="Lines that seem to be about it: decision,lesson.")
@click.option("--since", metavar="D", help="From this day on: 2026-02-06, 2026-02, yesterday.")
@click.option("--until", metavar="D", help="Up to this day.")
@click.option("--limit", metavar="N", type=click.IntRange(1, 100_000), help="Print at most N.")
@click.option("--reveal", is_flag=True, help="Print what looks like a secret, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@pass_call
def search_command(
    call: Call,
    /,
    words: Sequence[str],
    regex: bool,
    fuzzy: bool,
    limit: int | None,
    reveal: bool,
    as_json: bool,
    **narrowed: str | None,
) -> None:
    """Find lines in the notes, MEMORY.md and the daily logs, newest first.

    \b
    tide "dawn count"       every word, and the words in quotes together
    /tid(e|al)/             a regular expression
    ~desicion               words that are nearly so
    tier:logs section:decisions branch:main kind:decision,lesson
    since:2026-01-01 until:yesterday on:2026-01 transcripts:no case:exact

    Of words that are nearly so the nearest come first, whatever their tier.
    Case counts when a word has a capital letter. MEMORY.md tells no dates and
    logs no branches, so those filters leave them out. Exit code 1 when nothing
    matches.
    """
    from memdeck.search import LIMIT, best, search, without_secrets

    query = _query(call, " ".join(words), regex=regex, fuzzy=fuzzy, narrowed=narrowed)
    for remark in query.remarks:
        narrate(remark)
    most = limit or LIMIT
    hits: list[Hit] = []
    matched = 0
    for batch in search(_sources(call, query.filters), query, limit=most):
        hits.extend(batch.hits)
        matched = batch.matched
        for remark in batch.remarks:
            narrate(remark)
    shown = best(hits, most) if fuzzy or query.mode == "fuzzy" else hits
    if not reveal:
        shown = [without_secrets(each) for each in shown]
    if query.mode != "fuzzy":
        # As the tiers come; within one the order of the search stays.
        shown.sort(key=lambda each: list(Tier).index(each.tier))
    if as_json:
        document([hit_document(each) for each in shown])
    else:
        for each in shown:
            # The first line of a note begins with its key.
            named = each.tier is Tier.NOTES and each.line == 1 and each.branch and not each.cut
            place = each.branch if named else each.place
            emphasised([(f"{place}  ", False), *_pieces(each)])
    if not shown:
        asked = show(query.text)[:80]
        raise NothingFound(f"No line matches {asked}." if asked else "No line matches.")
    if matched > len(shown):
        which = "best" if query.mode == "fuzzy" else "first"
        words_of = plural(matched, "line matches", "lines match")
        narrate(f"{words_of}; the {which} {thin(len(shown))} are above (--limit N prints more).")


def hit_document(hit: Hit) -> dict[str, Any]:
    """A hit as the documented JSON; spans are characters of `text`."""
    return {
        "tier": _NAMES[hit.tier],
        "place": hit.place,
        "file": hit.file,
        "line": hit.line if hit.file is not None else None,
        "branch": hit.branch,
        "key": hit.key,
        "date": hit.date.isoformat() if hit.date else None,
        "section": hit.section,
        "text": hit.text,
        "spans": [list(each) for each in hit.spans],
        "transcript": hit.transcript,
    }


def _query(
    call: Call, text: str, *, regex: bool, fuzzy: bool, narrowed: dict[str, str | None]
) -> Query:
    """What was asked for; raises WrongUsage."""
    from memdeck.search import Filters, Mode, parse_query, with_filter

    if regex and fuzzy:
        raise WrongUsage("A query is a regular expression or fuzzy, not both: leave one out.")
    today = call.workspace().today(call.now())
    filters = Filters()
    for name, value in narrowed.items():
        if value is not None:
            filters = with_filter(filters, name, value, today=today)
    mode = Mode.REGEX if regex else Mode.FUZZY if fuzzy else None
    query = parse_query(text, today=today, mode=mode, filters=filters)
    if query.empty:
        raise WrongUsage("There is nothing to search for: name a word, or a filter.")
    return query


def _sources(call: Call, filters: Filters) -> Sources:
    """The tiers that are searched; of the logs only the list."""
    from memdeck.curated.sections import read_memory
    from memdeck.daily.days import folder_problem, read_days
    from memdeck.model import Day, MemoryFile, Notes
    from memdeck.search import Sources

    workspace = call.workspace()
    settings = workspace.settings
    notes = Notes()
    memory = MemoryFile(workspace.memory_path)
    days: tuple[Day, ...] = ()
    if Tier.NOTES in filters.tiers:
        from memdeck.notes.reader import read_notes

        notes = read_notes(workspace.root, settings.notes_repositories, settings.notes_ref)
    if Tier.MEMORY in filters.tiers:
        memory = read_memory(workspace.memory_path)
    if Tier.LOGS in filters.tiers:
        today = workspace.today(call.now())
        days = read_days(workspace.root, today=today, parse_newest=0)
        if (problem := folder_problem(workspace.root)) is not None:
            narrate(problem)
    return Sources(workspace.root, notes, memory, days, workspace.zone)


def _pieces(hit: Hit) -> Iterator[tuple[str, bool]]:
    """The text in turns of what does not match and what does."""
    at = 0
    for start, end in hit.spans:
        yield hit.text[at:start], False
        yield hit.text[start:end], True
        at = end
    yield hit.text[at:], False
