"""How long an agent's interval could be: start short, watch how often it interrupts, then extend.

An alert comes with a beat. Had the interval been longer, the beat that told it would have come
that much later, counted from the beat before: so much is known whatever beat one had started
from, and no more. Alerts that came out of turn, well before the next beat was due, would have
come with any interval. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from memdeck.model import Advice, Beat, BeatStatus
from memdeck.pulse.exceptions import alert_runs
from memdeck.pulse.states import trusted_beats
from memdeck.pulse.words import span
from memdeck.text import plural

if TYPE_CHECKING:
    from memdeck.pulse.schedule import Schedule

DAYS: Final = 14
"""How far back beats are looked at."""
FEWEST_DAYS: Final = 3
"""For how long an agent must have been watched before anything is advised."""
FEWEST_BEATS: Final = 20
STEP: Final = 300
"""Seconds that an advised interval is a multiple of."""
OUT_OF_TURN: Final = 0.9
"""The part of its interval before which a beat was not waited for."""
OFTEN: Final = 10
"""When more than one beat in so many interrupts, a longer interval is not advised."""
_MOST: Final = 2
"""How many times longer at once: nobody knows what fewer looks would have missed."""


def interval_advice(
    beats: Sequence[Beat],
    *,
    scheduled: Callable[[int | None], Schedule],
    now: datetime,
    delay: int,
    days: int = DAYS,
) -> Advice:
    """What follows from the last `days` of one agent's beats (at least one), oldest first.

    `delay` is how many seconds later an alert may come.
    """
    since = now - timedelta(days=days)
    known = trusted_beats(beats, now)
    looked_at = [beat for beat in known if beat.moment > since]
    interval = scheduled((known or beats)[-1].interval).interval
    alerts = sum(beat.status is BeatStatus.ALERT for beat in looked_at)
    longest, words = _advised(known, looked_at, alerts, interval, delay, scheduled)
    return Advice(
        agent=beats[-1].agent,
        days=days,
        beats=len(looked_at),
        interruptions=alerts,
        interval=interval,
        longest=longest,
        delay=delay,
        words=words,
    )


def _advised(
    known: Sequence[Beat],
    looked_at: Sequence[Beat],
    alerts: int,
    interval: int,
    delay: int,
    scheduled: Callable[[int | None], Schedule],
) -> tuple[int | None, str]:
    """The longest interval in seconds, and what follows, in words."""
    watched = looked_at[-1].moment - looked_at[0].moment if looked_at else timedelta()
    counted = f"{plural(alerts, 'interruption')} in {plural(len(looked_at), 'beat')}"
    if len(looked_at) < FEWEST_BEATS or watched < timedelta(days=FEWEST_DAYS):
        enough = f"{FEWEST_BEATS} beats over {FEWEST_DAYS} days say enough"
        return None, f"{counted} over {_over(watched)}: too little is known, {enough}"
    share = f"{counted} ({_percent(alerts, len(looked_at))}) over {_over(watched)}"
    waits, early = _waits(known, looked_at, scheduled)
    most = _down(interval * _MOST)
    # A beat that came in its turn asks for no shorter interval, whatever is left over.
    at_least = OUT_OF_TURN * interval
    longest = min(
        [most, *(max(_down(wait + delay), interval * (wait >= at_least)) for wait in waits)]
    )
    aside = f", {early} of them out of turn" if early else ""
    if alerts * OFTEN > len(looked_at):
        return longest, f"{share}{aside}: it interrupts often, stay at {_minutes(interval)}"
    if longest <= interval:
        late = f"delayed an alert by more than {_minutes(delay)}"
        what = "stay at" if longest == interval else "no more than"
        return longest, f"{share}{aside}: {what} {_minutes(longest)}, longer would have {late}"
    if waits:
        late = f"no alert by more than {_minutes(delay)}"
        return longest, f"{share}{aside}: {_minutes(longest)} would have delayed {late}"
    return longest, (
        f"{share}{aside}: {_minutes(longest)} would have delayed no alert; "
        f"watch again before going further"
    )


def _waits(
    known: Sequence[Beat],
    looked_at: Sequence[Beat],
    scheduled: Callable[[int | None], Schedule],
) -> tuple[list[int], int]:
    """For each alert that came in its turn, how many seconds after the beat before it; and how
    many came out of turn."""
    before = {id(beat): earlier for earlier, beat in pairwise(known)}
    wanted = {id(beat) for beat in looked_at}
    waits: list[int] = []
    early = 0
    for run in alert_runs(known):
        earlier = before.get(id(run.first))
        if earlier is None or id(run.first) not in wanted:
            continue
        wait = int((run.first.moment - earlier.moment).total_seconds())
        if wait < OUT_OF_TURN * scheduled(earlier.interval).interval:
            early += 1
        else:
            waits.append(wait)
    return waits, early


def _over(watched: timedelta) -> str:
    """For how long, to the nearest day."""
    days = round(watched / timedelta(days=1))
    return span(timedelta(days=days) if days > 1 else watched)


def _down(seconds: int) -> int:
    """To a full step, as nobody sets 57 minutes and 12 seconds."""
    return seconds - seconds % STEP if seconds > STEP else seconds


def _minutes(seconds: int) -> str:
    return f"{seconds // 60} min"


def _percent(part: int, whole: int) -> str:
    if not part:
        return "0%"
    share = 100 * part / whole
    return f"{share:.1f}%" if share < 10 else f"{share:.0f}%"
