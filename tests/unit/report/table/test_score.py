"""Tables about the score and what stands beside it: levels with reasons, caps, docket (E2, E5, F2)."""

from typing import Any

from ledger.report.table.audit import table_named
from tests.unit.report.example import data, result


def rows(name: str, changed: dict[str, Any] | None = None) -> list[dict[str, str | None]]:
    """The rows of a table, by the names of its columns."""
    table = table_named(name)
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows(result(changed))]


def test_score_has_a_row_for_each_side() -> None:
    """Points, bands and pillars, as written and practised (E4 to E7)."""
    written, practised = rows("scores")[:2]
    expected = {"low": "58.9", "high": "60.6", "low_band": "soft-monitored", "high_band": "firm", "point": "no"}
    assert {name: written[name] for name in expected} == expected
    assert (written["side"], practised["side"]) == ("written", "practised")
    assert (written["B_low"], written["B_high"], written["N_low"]) == ("0.916667", "1", "0.625")


def test_level_has_a_row_for_each_dimension_and_side() -> None:
    """Seven dimensions, two sides, four commitments; an interval has two ends (E6)."""
    found = rows("levels")
    assert len(found) == 7 * 2 * 4
    (ends,) = [
        (row["low"], row["high"])
        for row in found
        if (row["commitment"], row["dimension"], row["side"]) == ("phase-one-annex-6-1", "K", "written")
    ]
    assert ends == ("3", "4")


def test_reason_names_its_rule_and_entries() -> None:
    """Every level says why, and what that rests on (E2)."""
    first = rows("reasons")[0]
    assert (first["rule"], first["says"], first["entries"]) == ("P.4", "the text and its instrument give P4", "4")


def test_cap_and_what_is_unknown_are_told() -> None:
    """A cap that applied (E5), and what would narrow the interval (E6), with where it is missing."""
    assert rows("gates")[0]["cap"] == "40"
    unknown = [(row["where"], row["says"]) for row in rows("unknown") if row["commitment"] == "phase-one-annex-6-1"]
    assert unknown == [
        ("score", "A: whether an appeal has a time limit is unknown"),
        ("instrument", "procedure time limits"),
        ("words", "exit.cost"),
    ]


def test_docket_has_its_days() -> None:
    """Every day of a docket is a row with its state and entries (F2)."""
    changed = data()
    changed["commitments"][0]["docket"] = {
        "procedure": "The ladder", "why": None, "disposition": "none", "stages": [], "acts": [], "permitted": [],
        "lapses": [], "notes": [], "cites": [],
        "days": [{
            "day": "2020-12-31", "kind": "term", "about": "agriculture-2020", "who": ["cn"], "state": "past",
            "words": "the last day", "cites": [{"entry": 4, "statement": "sha256:" + "ab" * 32}],
        }],
    }  # fmt: skip
    (found,) = rows("docket", changed)
    assert [found[name] for name in ("day", "kind", "who", "state", "entries")] == [
        "2020-12-31", "term", "cn", "past", "4",
    ]  # fmt: skip
    assert [row["procedure"] for row in rows("procedures", changed)] == ["The ladder"]
