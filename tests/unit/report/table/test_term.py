"""Tables about terms: what was owed and seen stands in one row with its source, exact (method §6, R7)."""

from typing import Any

from ledger.report.table.audit import table_named
from tests.unit.report.example import data, result


def rows(name: str, changed: dict[str, Any] | None = None) -> list[dict[str, str | None]]:
    """The rows of a table, by the names of its columns."""
    table = table_named(name)
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows(result(changed))]


def test_outcomes_have_a_row_for_each_source_of_a_term() -> None:
    """Term, target, adjusted target, actual by source, ratios, outcome, disposition, grade (method §6)."""
    first = rows("outcomes")[0]
    expected = {
        "commitment": "phase-one-annex-6-1", "term": "agriculture-2020", "target": "12.5", "target_is": "increment",
        "unit": "GUSD", "source": "us-census", "channel": "un-comtrade", "adjusted_target": "33.47",
        "actual_low": "27.228", "actual_high": "27.228", "gross": "0.813505", "incremental": "0.50064", "pace": None,
        "votes": "yes", "outcome": "not_met", "days_late": None, "disposition": "none", "grade": "E3",
    }  # fmt: skip
    assert {name: first[name] for name in expected} == expected


def test_term_without_a_source_keeps_its_row() -> None:
    """A term that nobody has figures of is in the table too, with empty cells and its outcome."""
    (found,) = [row for row in rows("outcomes") if row["term"] == "raise"]
    assert (found["outcome"], found["source"], found["gross"]) == ("not_assessable", None, None)


def test_every_term_has_one_row_among_the_terms() -> None:
    """The table of terms has each once, in the order of the result."""
    assert [row["term"] for row in rows("terms")] == ["agriculture-2020", "soy-2025", "soy-2026", "raise", "expand"]


def test_ratio_says_what_was_divided_by_what() -> None:
    """Measure, source, vintage and denominator each have a column, so that unlike ratios are told apart (R7)."""
    first = rows("ratios")[0]
    expected = {
        "ratio": "gross", "measure": "export", "reporter": "us", "partner": "cn", "basis": "FOB",
        "vintage": "2021-06-25", "numerator": "27.228", "denominator": "target", "denominator_value": "33.47",
        "ratio_value": "0.813505", "ratio_high": None,
    }  # fmt: skip
    assert {name: first[name] for name in expected} == expected


def test_ratio_that_the_term_repeats_is_one_row() -> None:
    """The term names the ratios that decide it; the table tells each once."""
    changed = data()
    term = changed["commitments"][0]["terms"][0]
    term["ratios"] = [term["readings"][0]["sources"][0]["ratios"][0]]
    assert len(rows("ratios", changed)) == 2


def test_every_counted_observation_is_a_row() -> None:
    """Four quarters and three of another channel, five weeks, two months: each observation of each source."""
    found = rows("points")
    assert len(found) == 4 + 3 + 5 + 2
    assert {name: found[0][name] for name in ("start", "end", "amount", "unit", "status")} == {
        "start": "2020-01-01", "end": "2020-03-31", "amount": "3.1", "unit": "GUSD", "status": "A",
    }  # fmt: skip


def test_earlier_publication_names_its_entry() -> None:
    """What an earlier vintage said stands with its day and entry (R2)."""
    (found,) = rows("revisions")
    assert (found["published"], found["amount"], found["entry"]) == ("2021-02-25", "27.335", "19")


def test_evidence_that_was_not_admitted_has_its_reason() -> None:
    """What was looked at and not counted is listed (R4)."""
    (found,) = rows("not_admissible")
    assert (found["series"], found["reason"], found["entry"]) == (
        "series:order/us/cn",
        "a sale is not a shipment",
        "30",
    )


def test_observed_direction_and_trigger_have_tables() -> None:
    """A trend and a threat have no ratio; what was observed of them has rows of its own (F3)."""
    (direction,), (trigger,) = rows("directions"), rows("triggers")
    assert (direction["before"], direction["after"], direction["observed"]) == ("8.24", "22.61", "increase")
    assert (trigger["trigger"], trigger["consequence"]) == ("undeterminable", "followed_late")
    assert trigger["happened"] == "2019-05-10: the rate became 25 %"


def test_terms_that_one_side_moved_are_told() -> None:
    """What the outcome would be on moved terms stands beside (R12)."""
    (found,) = rows("moved")
    assert (found["party"], found["outcome"], found["entry"]) == ("us", "met", "41")
