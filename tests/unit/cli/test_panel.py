"""The panel of a score: the band first, and nothing in it that the result does not say (E7, E9, E10)."""

from typing import Any

from ledger.assessment.assess import assess
from ledger.assessment.beside.credibility import credibility
from ledger.assessment.result import CommitmentResult, Credibility
from ledger.cli.panel import BEST, heading, level, panel_lines, whole_lines
from tests.unit.assessment.builder import SUBJECT, Book, months, quantity


def scored(**more: Any) -> tuple[CommitmentResult, Credibility]:
    """A pledge of which half was kept, and its obligor's credibility."""
    book = Book()
    shown = {one: {"locator": "article 1"} for one in ("actor", "action", "quantity", "timing", "scope")}
    book.pledge(quantity("24", shown=shown), **more)
    book.figures(*months(2019, [1] * 12), *months(2020, [1] * 12))
    known = book.known("2021-03-01")
    result = assess(known, SUBJECT, book.drawn(known))
    return result, credibility(known, "cn", (result,))


def lines(**more: Any) -> list[str]:
    """The panel of such a pledge."""
    result, credited = scored(**more)
    return list(panel_lines(result, (credited,)))


def test_the_heading_is_the_band_by_itself() -> None:
    """Points stand inside, the band stands first (E7)."""
    result, _ = scored()
    low, high = result.score.written.low_band, result.score.written.high_band
    assert heading(result).startswith(low if low == high else f"{low} to {high}")


def test_seven_dimensions_have_a_sentence_with_its_rule_and_entry() -> None:
    """P V K O A R X in this order, each with the row that it stands on (E2)."""
    told = lines()
    start = next(place for place, line in enumerate(told) if line.startswith("Why, dimension by dimension"))
    assert [line.split()[0] for line in told[start + 1 : start + 8]] == list("PVKOARX")
    assert all("[entr" in line for line in told[start + 1 : start + 8])


def test_the_best_three_come_first() -> None:
    """What would raise it most is told, and how much more there is (E9)."""
    told = lines()
    start = next(place for place, line in enumerate(told) if line.startswith("What one level more would add"))
    result, _ = scored()
    assert told[start + 1 + BEST] == f"  and {len(result.score.raises) - BEST} more with --all"
    best = max(result.score.raises, key=lambda one: (float(one.gain[0]), float(one.gain[1])))
    assert told[start + 1].startswith(f"  {best.dimension}, now ")


def test_the_strongest_objection_says_how_it_was_chosen() -> None:
    """Nobody picks a weaker one (E8)."""
    told = lines()
    place = told.index("The strongest objection to it")
    assert told[place + 1].startswith("  As ")
    assert "chosen by rule" in told[place + 2]


def test_what_stands_beside_it_is_set_apart() -> None:
    """Story, performance, credibility with its rules, depth and levers stand under a heading of their own (E10)."""
    told = lines(levers=[{"subject": "tariff", "title": "The tariff"}])
    beside = told[told.index("Beside it, never in it") :]
    said = "\n".join(beside)
    assert "  Story: soft and broken (hard: 60 or more" in said or "  Story: hard or soft" in said
    assert "  Performance: broken: " in said
    assert "    t: not met; gross by us-census/monthly: 50.0 %; counts 50.0 %" in said
    assert "  Credibility of cn: 0.50 (90 % interval 0.17 to 0.83), from 1 commitment" in said
    assert "Beta(2, 2)" in said
    assert "  Depth of t by us-census/monthly, of 24 t: 50.0 % above last year (12 t, 2019)" in said
    assert "  Lever: The tariff" in said


def test_a_depth_that_is_not_known_says_why() -> None:
    """Where no channel can tell, the reasons are given (E10)."""
    book = Book()
    book.pledge(quantity("24"))
    known = book.known("2021-03-01")
    result = assess(known, SUBJECT, book.drawn(known))
    assert "  Depth of t: not known: no admissible figures" in list(panel_lines(result, ()))


def test_the_whole_adds_every_reason_gain_trial_and_rule() -> None:
    """With --all nothing is left out."""
    result, credited = scored()
    told = list(whole_lines(result, (credited,)))
    assert sum(line.startswith("  written: ") for line in told) >= len("PVKOARX")
    assert sum("points: " in line for line in told) == len(result.score.raises) - BEST
    assert "  Counted: pledge: 50.0 %" in told
    assert sum(line.startswith("  Rule: ") for line in told) == len(credited.rules)


def test_a_level_is_one_number_or_its_two_ends() -> None:
    """What is unknown is an interval (E6)."""
    result, _ = scored()
    one = result.score.dimensions[0].written
    assert level(one.model_copy(update={"low": 2, "high": 2})) == "2"
    assert level(one.model_copy(update={"low": 1, "high": 4})) == "1 to 4"
