"""`make fuzz`: every check for a bounded time, on ever new bytes.

What does not hold is made as small as it can be, kept in `corpus/`, and so is
a test from then on.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
import traceback
from collections.abc import Callable

import click
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.cases import CORPUS, cases
from tests.fuzz.targets import TARGETS

_AT_ONCE = 400
"""Cases between two looks at the clock."""


def main() -> int:
    """Run; 1 when something did not hold."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="altogether (default: 60)")
    parser.add_argument("--first-seed", type=int, default=None, help="to see the same cases again")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all when none is named")
    given_ones = parser.parse_args()
    names = given_ones.targets or list(TARGETS)
    first = time.time_ns() // 1000 if given_ones.first_seed is None else given_ones.first_seed
    click.echo(f"seed {first}")
    broken = 0
    for name in names:
        broken += not _hold(name, first, given_ones.seconds / len(names))
    return 1 if broken else 0


def _hold(name: str, first: int, seconds: float) -> bool:
    target = TARGETS[name]
    strategy = cases(name, target.kind)
    until, count, number = time.monotonic() + seconds, 0, first
    while time.monotonic() < until:
        tried: list[bytes] = []
        try:
            _round(target.check, strategy, number, tried)
        except Exception:  # noqa: BLE001 - whatever a reader raises is what is looked for
            click.echo(f"{name:<16} NOT HELD  kept as {_keep(name, tried[-1])}, of seed {number}")
            traceback.print_exc(limit=-3)
            return False
        count += len(tried)
        number += 1
    click.echo(f"{name:<16} held      {count:,} cases")
    return True


def _round(
    check: Callable[[bytes], None],
    strategy: st.SearchStrategy[bytes],
    number: int,
    tried: list[bytes],
) -> None:
    """One round; the last of `tried` is the smallest case when it raises."""

    @seed(number)
    @settings(
        max_examples=_AT_ONCE,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(strategy)
    def run(data: bytes) -> None:
        tried.append(data)
        check(data)

    run()


def _keep(name: str, data: bytes) -> str:
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(data).hexdigest()[:12]}.bin"
    path.write_bytes(data)
    return str(path.relative_to(CORPUS.parents[2]))


if __name__ == "__main__":
    sys.exit(main())
