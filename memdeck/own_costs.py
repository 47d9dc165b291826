"""What costs are reckoned with, as settings tell it: `[costs]`.

[costs]
before = 30
input_price = 3
output_price = 15

Every number is an assumption that a person can see and change: a row of the
table here, a key of the settings and a flag of `memdeck costs`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from memdeck.errors import WrongUsage
from memdeck.nearest import nearest
from memdeck.text import show, thin

MINUTES_A_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number that costs are reckoned with."""

    name: str
    """Of the key, and of the field of `Assumptions`."""
    words: str
    """What it is, for a person."""
    default: float | None
    """None: taken from the workspace."""
    low: float
    high: float
    unit: str = ""
    """What it counts; `$` is US dollars, as providers' prices are."""
    whole: bool = False
    above_low: bool = False
    """Whether `low` itself is too low."""
    taken: str = ""
    """Where it is taken from without a default, in words."""

    @property
    def flag(self) -> str:
        """Its option on the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def expected(self) -> str:
        """What its value must be, in words."""
        kind = "a whole number" if self.whole else "a number"
        of = f" of {'dollars' if self.unit == '$' else self.unit}" if self.unit else ""
        from_ = "above" if self.above_low else "from"
        return f"{kind}{of}, {from_} {number_words(self.low)} to {number_words(self.high)}"

    def read(self, value: Any) -> float:
        """The value; raises ValueError when it is not what is expected."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError  # noqa: TRY004 - one kind of error for "not what is expected"
        # Before it is made a float: a whole number can be too large for one.
        if not self.low <= value <= self.high:
            raise ValueError
        value = round(value, _DECIMALS)
        if self.above_low and value <= self.low:
            raise ValueError
        if self.whole and value != int(value):
            raise ValueError
        return int(value) if self.whole else float(value)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Everything that costs are reckoned from; `ASSUMPTIONS` says what each is."""

    bootstrap: int
    logs: int
    before: int = 30
    interval: int = 55
    hours: float = 24.0
    days: int = 30
    agents: int = 1
    calls: float = 1.0
    sessions: float = 0.0
    input_price: float = 3.0
    cached_price: float = 0.3
    output_price: float = 15.0
    output: int = 1100
    cached: float = 0.0
    cached_before: float = 0.0
    relearn: float = 13.3
    window: int = 200_000
    factor: float = 10.0


MOST_TOKENS: Final = 1_000_000_000
"""Tokens, of which no month has more."""
_DEAREST: Final = 100_000
"""Dollars for a million tokens."""
_DECIMALS: Final = 6
"""A finer number is no assumption: it is made nothing."""


def _minutes(name: str, words: str, default: float | None, taken: str = "") -> Assumption:
    return Assumption(name, words, default, 1, MINUTES_A_DAY, "minutes", whole=True, taken=taken)


def _tokens(name: str, words: str, default: float | None, taken: str = "") -> Assumption:
    return Assumption(name, words, default, 0, MOST_TOKENS, "tokens", whole=True, taken=taken)


def _price(name: str, words: str, default: float) -> Assumption:
    return Assumption(name, words, default, 0, _DEAREST, "$")


def _percent(name: str, words: str) -> Assumption:
    return Assumption(name, words, 0, 0, 100, "percent")


ASSUMPTIONS: Final = (
    _minutes("interval", "between two beats", None, "pulse.interval"),
    _minutes("before", "between two beats, before", 30),
    Assumption(
        *("hours", "of a day in which there are beats", 24, 0, 24), unit="hours", above_low=True
    ),
    Assumption("days", "that a month has", 30, 1, 31, "days", whole=True),
    Assumption("agents", "that beat", 1, 1, 100_000, "agents", whole=True),
    Assumption("sessions", "a day of each agent, besides its beats", 0, 0, 10_000, "sessions"),
    Assumption(
        *("calls", "of the model for each beat or session", 1, 0, 10_000),
        unit="calls",
        above_low=True,
    ),
    _tokens("bootstrap", "that a session loads with three tiers", None, "counted"),
    _tokens(
        "logs", "of all daily logs, loaded by a session when nothing is curated", None, "counted"
    ),
    Assumption(
        *("relearn", "read anew for each of the bootstrap, when nothing is remembered"),
        *(13.3, 0, 1_000_000),
        unit="tokens",
    ),
    _tokens("output", "that the model writes in a call", 1100),
    Assumption(
        "window", "that the model takes at most", 200_000, 1, MOST_TOKENS, "tokens", whole=True
    ),
    _price("input_price", "for a million tokens that are read", 3),
    _price("cached_price", "for a million from the provider's cache", 0.3),
    _price("output_price", "for a million tokens that are written", 15),
    _percent("cached", "of what is loaded comes from the provider's cache"),
    _percent("cached_before", "of it did, before"),
    Assumption(
        *("factor", "times less, for which the inputs are looked for", 10, 1, 10_000),
        above_low=True,
    ),
)
"""In the order in which they are shown. Prices are the list prices of Claude 3.5 Sonnet; `output`
and `relearn` are what the article's figures come out with, which it does not state."""
BY_NAME: Final = {each.name: each for each in ASSUMPTIONS}


def assumptions_of(
    given: Mapping[str, float], *, interval: int, bootstrap: int, logs: int
) -> Assumptions:
    """What is reckoned with: what is given by name, else what is taken, else the defaults.

    `interval` is in minutes and held at a day at most, `bootstrap` and `logs` are in tokens.
    """
    taken = {"interval": min(interval, MINUTES_A_DAY), "bootstrap": bootstrap, "logs": logs}
    values: dict[str, Any] = {**taken, **given}
    return Assumptions(**values)


def read_costs(table: Any, path: Path) -> dict[str, float]:
    """What a settings file sets; raises WrongUsage for what is wrong in it."""
    if not isinstance(table, Mapping):
        raise WrongUsage(
            f"{show(str(path))}: costs must be a table [costs]; nothing was read or written."
        )
    values: dict[str, float] = {}
    for key, value in table.items():
        known = BY_NAME.get(key)
        if known is None:
            near = nearest(key, BY_NAME)
            hint = f"the nearest is costs.{near}" if near else f"there are {', '.join(BY_NAME)}"
            raise WrongUsage(
                f"{show(str(path))}: there is no key costs.{show(key)[:80]}; {hint}. "
                "Correct or remove it."
            )
        try:
            values[key] = known.read(value)
        except ValueError:
            raise WrongUsage(
                f"{show(str(path))}: costs.{key} must be {known.expected}; "
                "nothing was read or written."
            ) from None
    return values


def cost_rows(given: Mapping[str, float]) -> Iterator[tuple[str, object]]:
    """The keys with their values; of those taken from the workspace the ones that are set."""
    for each in ASSUMPTIONS:
        value = given.get(each.name, each.default)
        if value is not None:
            yield f"costs.{each.name}", value


def number_words(value: float) -> str:
    """A number as short as it can be: `1 440`, `0.3`, `13.3`."""
    if math.isfinite(value) and value == int(value):
        return thin(int(value))
    return f"{value:g}"
