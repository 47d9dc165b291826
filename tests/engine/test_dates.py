"""Dates that items mention."""

from __future__ import annotations

from datetime import date

import pytest

from memdeck.curated.planning.dates import date_at_start, dates_in


@pytest.mark.parametrize(
    ("text", "start", "mentioned"),
    [
        ("2026-02-04: moved", date(2026, 2, 4), ["2026-02-04"]),
        ("✅ [2026/2/4] moved", date(2026, 2, 4), ["2026-02-04"]),
        ("Feb 4, 2026 moved", date(2026, 2, 4), ["2026-02-04"]),
        ("4th Feb. 2026 moved", date(2026, 2, 4), ["2026-02-04"]),
        ("moved on 2026-02-04T10:00Z and 3 March 2025", None, ["2026-02-04", "2025-03-03"]),
        ("改于2026年2月4日", None, ["2026-02-04"]),
        ("2026-02-30 is no day", None, []),
        ("number 12026-02-04, x2026-02-04, 2026-02-045, 03/04/2026", None, []),
    ],
)
def test_dates_are_found_at_the_start_and_anywhere(
    text: str, start: date | None, mentioned: list[str]
) -> None:
    assert date_at_start(text) == start
    assert [each.isoformat() for each in dates_in(text)] == mentioned
