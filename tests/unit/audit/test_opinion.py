"""The opinion: the first row that matches, over the due material terms, arithmetic shown (method §6, A1–A5)."""

import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.assessment.result import CommitmentResult, TermResult
from ledger.audit.opinion import ROWS, Opinion, opine
from tests.unit.assessment.enforceability.small_ledger import (
    commitment_result,
    reading_result,
    source_result,
    term_result,
)


def term(outcome: str = "met", *, name: str = "soy", coverage: str = "1", **changes: Any) -> TermResult:
    """Return a due material term of 5 Mt with one voting source."""
    figures = reading_result(source_result(outcome=outcome, coverage=coverage), outcome=outcome)
    return term_result(figures, **{"id": name, "outcome": outcome, **changes})


def terms(*outcomes: str, **changes: Any) -> CommitmentResult:
    """Return a commitment with one term for each outcome."""
    return commitment_result(*(term(one, name=f"t{n}", **changes) for n, one in enumerate(outcomes)))


MET, NOT_MET = "met", "not_met"
CONDUCT: dict[str, Any] = {
    "kind": "action", "unit": None, "target": None, "bound": None, "grade": None, "readings": (),
}  # fmt: skip

OUTCOMES: dict[str, tuple[CommitmentResult, str]] = {
    "nothing is due": (terms(MET, is_due=False), "A5"),
    "only a term that is not material is due": (terms(NOT_MET, material=False), "A5"),
    "no terms at all": (commitment_result(), "A5"),
    "all met": (terms(MET, MET), "A1"),
    "met, and others running": (commitment_result(term(), term("on_pace", name="next", is_due=False)), "A1"),
    "conduct done, no grade": (commitment_result(term(**CONDUCT)), "A1"),
    "conduct not done": (commitment_result(term(NOT_MET, **CONDUCT)), "A2"),
    "the only one not met": (terms(NOT_MET), "A2"),
    "a third not met": (terms(NOT_MET, MET, MET), "A2"),
    "a quarter not met, and 25 % of value": (terms(NOT_MET, MET, MET, MET), "A2"),
    "a sixth not met, under 20 % of value": (terms(NOT_MET, MET, MET, MET, MET, MET), "A3"),
    "a fifth not met is 20 % of value": (terms(NOT_MET, MET, MET, MET, MET), "A2"),
    "a sixth by number, most by value": (
        commitment_result(term(NOT_MET, target="100"), *(term(name=f"t{n}") for n in range(5))),
        "A2",
    ),
    "a quarter by number, in different units": (
        commitment_result(term(NOT_MET, unit="GUSD"), *(term(name=f"t{n}") for n in range(3))),
        "A3",
    ),
    "a quarter by number, one without a number": (
        commitment_result(term(NOT_MET), term(name="law", **CONDUCT), term(name="t1"), term(name="t2")),
        "A3",
    ),
    "the only one disputed": (terms("disputed"), "A4"),
    "the only one awaiting": (terms("awaiting"), "A4"),
    "the only one not assessable": (terms("not_assessable"), "A4"),
    "a disclaimer comes before an adverse opinion": (terms("disputed", NOT_MET, NOT_MET), "A4"),
    "a sixth disputed": (terms("disputed", MET, MET, MET, MET, MET), "A3"),
    "partly met": (terms("partly_met"), "A3"),
    "not reported": (terms("not_reported"), "A3"),
    "coverage of 59 %": (terms(MET, coverage="0.59"), "A4"),
    "coverage of 60 %": (terms(MET, coverage="0.6"), "A3"),
    "coverage of 94 %": (terms(MET, coverage="0.94"), "A3"),
    "coverage of 95 %": (terms(MET, coverage="0.95"), "A1"),
    "P of 1": (commitment_result(term(), precision=1), "A4"),
    "P of 2": (commitment_result(term(), precision=2), "A1"),
    "grade E2": (terms(MET, grade="E2"), "A3"),
    "figures without a grade": (terms(MET, grade=None), "A3"),
    "grade E4": (terms(MET, grade="E4"), "A1"),
    "met, with a named source missing": (terms(MET, sources_missing=("cn-customs",)), "A3"),
    "not met, with a named source missing": (terms(NOT_MET, sources_missing=("cn-customs",)), "A3"),
}


@pytest.mark.parametrize(("result", "code"), OUTCOMES.values(), ids=OUTCOMES)
def test_opinion_is_the_first_row_that_matches(result: CommitmentResult, code: str) -> None:
    """A5, A4, A2, A3, A1, in this order (method §6)."""
    opinion = opine((result,))
    assert opinion.code == code
    assert (opinion.code, opinion.name, opinion.rule) in ROWS
    assert opinion.because


def test_one_source_of_full_coverage_is_enough_against_a_disclaimer() -> None:
    """A4 asks for low coverage of every voting source; A3 for any (method §6)."""
    sources = (source_result(coverage="0.5"), source_result(source="cn-customs"))
    opinion = opine((commitment_result(term_result(reading_result(*sources))),))
    assert opinion.code == "A3"
    assert opinion.because == ("pledge/soy: us-census covers 50.0 %, under 95 %",)


def test_source_that_does_not_vote_has_no_say() -> None:
    """Coverage is read of voting sources (method §6)."""
    sources = (
        source_result(coverage="0.5", votes=False, why_not="covers under 60 %"),
        source_result(source="cn-customs"),
    )
    assert opine((commitment_result(term_result(reading_result(*sources))),)).code == "A1"


def silent_obligor(*, reporter: str = "cn", outcome: str = "not_reported") -> TermResult:
    """Return a term not met by the other side's figures, the obligor's own named source having published nothing."""
    theirs = reading_result(source_result(outcome="not_met"), outcome="not_met", named_source="us-census")
    own = reading_result(
        measure="import", reporter=reporter, partner="us", named_source="cn-customs", outcome=outcome, votes=False,
        sources_missing=("cn-customs",),
    )  # fmt: skip
    return term_result(theirs, own, outcome="not_met", sources_missing=("cn-customs",))


def test_nobody_gains_by_not_reporting() -> None:
    """The obligor's own source, attested as not reported, does not save it from an adverse opinion (A2)."""
    opinion = opine((commitment_result(silent_obligor()),))
    assert opinion.code == "A2"
    assert [(one.source, one.excused) for one in opinion.sources_missing] == [("cn-customs", True)]


def test_reading_that_the_obligor_did_not_report_is_excused_by_its_name() -> None:
    """A reading that does not vote counts as a missing source, under its own name (method §2; A2)."""
    exports = reading_result(source_result(outcome="not_met"), outcome="not_met")
    imports = reading_result(measure="import", reporter="cn", partner="us", outcome="not_reported", votes=False)
    result = term_result(exports, imports, outcome="not_met", sources_missing=("import/cn/us",))
    opinion = opine((commitment_result(result),))
    assert (opinion.code, opinion.sources_missing[0].excused) == ("A2", True)


NOT_EXCUSED = {
    "nobody attests having looked": silent_obligor(outcome="not_assessable"),
    "somebody else's source is silent": silent_obligor(reporter="us"),
}


@pytest.mark.parametrize("result", NOT_EXCUSED.values(), ids=NOT_EXCUSED)
def test_other_missing_source_stands_against_an_adverse_opinion(result: TermResult) -> None:
    """Only the obligor's own source, and only on an attestation (A2; R11)."""
    opinion = opine((commitment_result(result),))
    assert opinion.code == "A3"
    assert [one.excused for one in opinion.sources_missing] == [False]


def test_arithmetic_is_shown() -> None:
    """Both measures of what is pervasive are printed, whether they decide or not (method §6)."""
    opinion = opine((terms(NOT_MET, MET, MET, MET, MET, MET),))
    broken = opinion.parts[1]
    assert (broken.of, broken.count, broken.due, broken.value_share, broken.pervasive) == (
        "A2",
        1,
        6,
        "0.166667",
        False,
    )
    assert broken.words == (
        "1 of 6 due material terms is not met (pervasive from a third), "
        "with 16.7 % of target value (pervasive from 20 %): not pervasive"
    )
    assert broken.terms == ("pledge/t0",)


def test_qualifications_are_all_listed() -> None:
    """A qualified opinion says everything that qualifies it (A3)."""
    weak = term(coverage="0.9", grade="E2", sources_missing=("cn-customs",))
    assert opine((commitment_result(weak),)).because == (
        "pledge/soy: us-census covers 90.0 %, under 95 %",
        "pledge/soy: the grade of the evidence is E2, below E3",
        "pledge/soy: cn-customs is missing",
    )


def test_running_terms_are_listed_apart() -> None:
    """Running terms get a progress section and no part in the opinion (method §6)."""
    opinion = opine((commitment_result(term(), term("off_pace", name="next", is_due=False, due="2028-12-31")),))
    assert [(one.term, one.outcome, one.due) for one in opinion.running] == [("next", "off_pace", "2028-12-31")]
    assert [one.term for one in opinion.considered] == ["soy"]


def test_opinion_counts_over_all_commitments_and_in_any_order() -> None:
    """One opinion over everything audited; the order of the results changes nothing (method §6)."""
    one, other = terms(MET, MET), commitment_result(term(NOT_MET), subject="rice")
    opinion: Opinion = opine((one, other))
    assert opinion == opine((other, one))
    assert (opinion.code, opinion.parts[1].count, opinion.parts[1].due) == ("A2", 1, 3)


def test_target_of_nothing_has_no_share_of_value() -> None:
    """Where the targets come to nothing, value decides nothing (method §6)."""
    opinion = opine(
        (commitment_result(*(term(NOT_MET if n == 0 else MET, name=f"t{n}", target="0") for n in range(4))),)
    )
    assert (opinion.code, opinion.parts[1].value_share) == ("A3", None)


def test_results_of_many_commitments_are_let_go_of_one_by_one() -> None:
    """Only what the opinion asks of each stays, so that a thousand results need not stand side by side (design §4)."""
    alive: weakref.WeakSet[CommitmentResult] = weakref.WeakSet()
    most = 0

    def read_one_by_one() -> Iterator[CommitmentResult]:
        nonlocal most
        for _ in range(20):
            result = terms(MET).model_copy()
            alive.add(result)
            most = max(most, sum(1 for _ in alive))
            yield result
            del result

    assert opine(read_one_by_one()).code == "A1"
    assert most <= 3
