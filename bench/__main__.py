"""`python -m bench soak`: see README.md beside this file."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 0 when all is well, 1 when something was lost."""
    options = _parser().parse_args(arguments)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    begin = datetime.fromisoformat(options.begin) if options.begin else None
    return _soak(options, begin or now - timedelta(days=options.days))


def _soak(options: argparse.Namespace, begin: datetime) -> int:
    from bench.soak.plan import Plan
    from bench.soak.report import lines
    from bench.soak.run import Limits, Soak

    plan = Plan(
        begin=begin.astimezone(UTC),
        count=options.agents,
        teams=min(options.teams, options.agents),
        days=options.days,
        interval=options.interval,
        kills=options.kills,
        seed=options.seed,
    )
    seconds = options.minutes * 60 if options.minutes else None
    folder = Path(tempfile.mkdtemp(prefix="memdeck-soak-", dir=options.folder))
    soak = Soak(
        plan,
        folder.resolve(),
        workers=options.workers,
        limits=Limits(options.wakes, seconds),
        say=lambda words: print(words, file=sys.stderr, flush=True),
        dashboard=options.dashboard,
    )
    report = None
    try:
        report = soak.run()
    finally:
        if options.keep or report is None or not report.good:
            print(f"What was written is in {folder}.", file=sys.stderr)
        else:
            shutil.rmtree(folder)
    print("\n".join(lines(report)))
    return 0 if report.good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    soak = parser.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "soak", help="weeks in the life of many agents, killed at random: is anything lost?"
    )
    cores = len(os.sched_getaffinity(0))
    add = soak.add_argument
    add("--agents", type=int, default=50, metavar="N", help="how many (50)")
    add("--teams", type=int, default=10, metavar="N", help="workspaces that they share (10)")
    add("--days", type=int, default=14, metavar="N", help="of simulated time (14)")
    add("--interval", type=int, default=55, metavar="MIN", help="minutes between beats (55)")
    add("--kills", type=int, default=600, metavar="N", help="wakes that are killed, about (600)")
    add("--wakes", type=int, metavar="N", help="stop after so many")
    add("--minutes", type=float, metavar="MIN", help="stop after so many minutes of real time")
    add("--workers", type=int, default=cores, metavar="N", help="awake at once (one for a core)")
    add("--seed", type=int, default=1, metavar="N", help="of all that is random (1)")
    add("--begin", metavar="ISO", help="simulated time of the beginning (so that it ends now)")
    add("--dashboard", action="store_true", help="leave a dashboard open on the first workspace")
    add("--folder", type=Path, metavar="DIR", help="where to write (a temporary folder)")
    add("--keep", action="store_true", help="keep what was written")
    return parser


if __name__ == "__main__":
    sys.exit(main())
