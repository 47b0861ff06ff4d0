"""Needs: which missing thing would decide an outcome that is open (R13)."""

from typing import Any

import pytest

from tests.unit.assessment.builder import EXPORT, IMPORT, ORDER, Book, months, quantity

CENSUS = {**EXPORT, "source": "us-census"}
INCREMENT = {"target_is": "increment", "baseline": {"period": {"start": "2017-01-01", "end": "2017-12-31"}}}


def needs(
    *figures: str, as_of: str = "2021-06-01", term: dict[str, Any] | None = None, **evidence: Any
) -> tuple[str, ...]:
    """What would decide a term with one file of figures, or with none."""
    book = Book()
    book.pledge(quantity(**(term or {})))
    if figures:
        book.figures(*figures, **evidence)
    return book.term(as_of).deciding


MISSING = "figures of us-census/monthly for the 8.5 % of period and scope that are missing: in them "
ASTRIDE = "how much of the observation of us-census/weekly that straddles the edge falls inside: it comes to "
OPEN: dict[str, tuple[tuple[str, ...], dict[str, Any], str]] = {
    "nobody published": ((), {}, "an admissible figure of export/us/cn"),
    "the named source has not": (
        (),
        {"term": {"named": [CENSUS]}},
        "an admissible figure of export/us/cn by us-census",
    ),
    "a claim decides nothing": (
        ("2020 1201 15",),
        {"standing": "claim"},
        "official or independent figures (E3) in place of those of us-census/monthly, which are of grade E0",
    ),
    "an increment without its baseline": (
        ("2020 1201 15",),
        {"term": INCREMENT},
        "a baseline of its own for us-census/monthly",
    ),
    "figures of other days": (("2019 1201 15",), {}, "a figure of the period by us-census/monthly"),
    "too little of the scope": (
        ("2020 1201 2", "2019 1005 3"),
        {"term": {"scope": {"title": "grain", "classification": "HS", "codes": ["1201", "1005"]}}},
        "us-census/monthly: figures of another 10.0 % of the scope, so that it votes",
    ),
    "a month is missing": (tuple(months(2020, [1] * 11)), {}, f"{MISSING}1 t more would meet it"),
    "a ceiling with a month missing": (
        tuple(months(2020, [1] * 11)),
        {"term": {"bound": "at_most"}},
        f"{MISSING}anything over 1 t more would break it",
    ),
    "no deadline": (
        ("2020 1201 5",),
        {"term": {"period": {"start": "2020-01-01", "end": None}}},
        "a deadline: without one it can be met and never not met; by us-census/monthly, 7 t more would meet it",
    ),
    "an edge between": (
        ("2020-01-01..2020-12-27 1201 11", "2020-12-28..2021-01-02 1201 3"),
        {"channel": "weekly"},
        f"{ASTRIDE}11 without it, 14 t with it",
    ),
    "net orders before the end": (
        tuple(months(2020, [13])),
        {
            "term": {"measure": ORDER},
            "series": "series:order/us/cn",
            "as_of": "2020-06-01",
            "published": "2020-03-01",
        },
        "by us-census/monthly, to 2020-12-31: its end, as the total can fall until then",
    ),
}


@pytest.mark.parametrize("case", OPEN)
def test_the_missing_thing_is_named(case: str) -> None:
    """One by one, with the amount on which it turns where there is one (R13)."""
    figures, more, need = OPEN[case]
    assert needs(*figures, **more) == (need,)


def test_a_verdict_needs_nothing() -> None:
    """Met and not met are decided (R13)."""
    assert needs("2020 1201 12") == ()
    assert needs("2020 1201 11") == ()


def test_a_dispute_over_the_measure_needs_agreement_on_it() -> None:
    """Each reading is decided; what is missing is which of them is meant (method §2, R13)."""
    book = Book()
    book.pledge(quantity(readings=[EXPORT, ORDER]))
    book.figures("2020 1201 11")
    book.figures("2020 1201 13", series="series:order/us/cn")
    term = book.term("2021-06-01")
    assert (term.outcome, term.deciding) == (
        "disputed", ("agreement on the measure: each reading by itself is decided",),
    )  # fmt: skip


def test_a_dispute_over_the_source_needs_agreement_on_it() -> None:
    """Two sources on two sides of the bound (R8, R13)."""
    book = Book()
    book.pledge(quantity(named=[CENSUS, {**IMPORT, "source": "cn-customs"}]))
    book.figures("2020 1201 11")
    book.figures("2020 1201 13", authority="cn-customs", owner="cn", series="series:import/cn/us")
    assert book.term("2021-06-01").deciding == (
        "agreement on the source, or figures of the two that fall on one side of the bound",
    )


CONDUCT: dict[str, tuple[dict[str, Any], str]] = {
    "an action": (
        {"kind": "action", "act": "publish a list", "deadline": "2020-06-30"},
        "an attestation, with a document, of whether it was done up to 2020-06-30",
    ),
    "a restraint": (
        {"kind": "restraint", "act": "raise a tariff", "period": {"start": "2020-01-01", "end": "2020-12-31"}},
        "an attestation, with a document, of whether it was kept up to 2020-12-31",
    ),
    "a direction without a number": (
        {"kind": "trend", "direction": "increase", "unit": "t", "measure": EXPORT,
         "scope": {"title": "soybeans", "classification": "HS", "codes": ["1201"]},
         "period": {"start": "2020-01-01", "end": "2020-12-31"}},
        "a number: the text gives a direction only, which is never judged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CONDUCT)
def test_conduct_and_directions_say_what_they_lack(case: str) -> None:
    """Attestations decide conduct; nothing but a number in the text decides a direction (R13, R15)."""
    term, need = CONDUCT[case]
    book = Book()
    book.pledge({"id": "t", "title": "Term", "actor": "cn", **term})
    assert book.term("2021-06-01").deciding == (need,)
