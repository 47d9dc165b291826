"""What is made of a dashboard that was left open: its figures, and what it should show."""

from __future__ import annotations

from bench.soak.dashboard import Sample, Watched, missing_on

SCREEN = """\
 ▾ work/ada        1 key │ ▾ Critical Decisions     1 007     16 109 │ ▸ Sat 7 Nov         2 497
     {"wake": 296, "step": 29, "words": "wrote the…
"""


def watched(*pss: int, seconds: float = 1000.0) -> Watched:
    step = seconds / len(pss)
    samples = [Sample(step * place, each, step * place * 0.1) for place, each in enumerate(pss)]
    return Watched(samples, idle=0.004, faults=[])


def test_growth_is_from_the_end_of_the_warm_up() -> None:
    found = watched(50, 90, *[100] * 10, *[105] * 10)
    assert (found.before, found.after) == (100, 105)
    assert round(found.growth, 3) == 0.05
    assert found.judged() == []


def test_growing_by_a_tenth_is_a_fault() -> None:
    (fault,) = watched(50, 90, *[100_000] * 10, *[112_000] * 10).judged()
    assert fault == "the dashboard grew by 12.0% after its warm-up, from 97.7 to 109.4 MB"


def test_a_short_soak_says_nothing_of_growth() -> None:
    assert watched(50, 90, 100, 150, seconds=60).judged() == []


def test_where_no_sample_is_the_one_before_counts() -> None:
    found = Watched([Sample(0.0, 80, 0.0), Sample(20.0, 100, 0.1)], idle=0.0, faults=[])
    assert (found.before, found.after) == (80, 100)


def test_using_a_core_while_nothing_happens_is_a_fault() -> None:
    found = Watched(watched(*[100] * 20).samples, idle=0.013, faults=[])
    assert found.judged() == ["the dashboard took 1.3% of a core while nothing happened"]


def test_what_the_screen_should_show_is_found_where_it_stands() -> None:
    wanted = {
        "1,007 decisions": r"Critical Decisions +1 007\b",
        "2,497 tokens on 7 November": r"\bSat 7 Nov\b.*\b2 497\b",
        "wake 296 of ada": r'"wake": 296, ',
        "wake 297 of bob": r'"wake": 297, ',
    }
    assert missing_on(SCREEN, wanted) == ["wake 297 of bob"]
