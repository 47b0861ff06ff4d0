"""What changed between two audits, in sentences, each with its cause (R1)."""

import pytest

from ledger.audit.comparison.compare import compare
from ledger.audit.comparison.comparison import Changed, Comparison
from ledger.audit.result import AuditResult
from ledger.errors import ConflictError
from ledger.model.determination import View
from ledger.model.statement import plain
from tests.unit.audit.small_ledger import (
    EXPORTS,
    OPERATOR,
    OTHER_ORIGIN,
    SOURCE,
    SOY,
    SmallLedger,
    monthly,
    sha256,
    soy_ledger,
)
from tests.unit.audit.test_since import erase

FIRST = (450_000,) * 5 + (400_000,) * 7
"""5,050,000 tonnes: 101 % of what is owed."""

REVISED = (450_000,) * 5 + (500_000,) + (400_000,) * 6
"""June was 100,000 more: 5,150,000 tonnes, 103 %."""

LOWERED = (450_000,) * 5 + (300_000,) + (400_000,) * 6
"""June was 100,000 less: 4,950,000 tonnes, 99 %."""


def sentences(found: Comparison, kind: str) -> list[str]:
    """What is told of one kind."""
    return [one.words for one in found.changed if one.kind == kind]


def one_of(found: Comparison, kind: str) -> Changed:
    """The only change of a kind."""
    (one,) = (one for one in found.changed if one.kind == kind)
    return one


def revised(*tonnes: int, published: str = "2020-06-05") -> tuple[SmallLedger, AuditResult, AuditResult]:
    """A ledger, its audit, and its audit once a later vintage came."""
    ledger = soy_ledger(*FIRST)
    before = ledger.audit()
    ledger.observe(monthly(*tonnes), vintage={"published": published})
    return ledger, before, ledger.audit()


def test_two_audits_of_one_view_say_the_same() -> None:
    """The same ledger at the same view gives the same answer, and there is nothing to tell (R1)."""
    ledger = soy_ledger(*FIRST)
    found = compare(ledger.audit(), ledger.audit())
    assert found.same
    assert (found.changed, found.follows) == ((), ())


def test_revised_month_is_named_with_both_shares_and_its_entry() -> None:
    """101 % became 103 %: June 2019 revised by entry 7 (R2)."""
    _, before, after = revised(*REVISED)
    figures = one_of(compare(before, after), "figures")
    assert (figures.before, figures.after) == ("101.0 %", "103.0 %")
    assert figures.words.startswith(
        "cn-soy-2019/soy: export by us-census/monthly: 101.0 % became 103.0 % of the target; "
        "5,050,000 t became 5,150,000 t; 2019-06 was 400000, now 500000"
    )
    assert figures.words.endswith(": us-census/monthly published on 2020-06-05 (entry 7).")
    assert [one.cite.entry for one in figures.because if one.cite is not None] == [7]


def test_outcome_that_turned_is_told_with_the_vintage_that_turned_it() -> None:
    """A later vintage wins, and what it turned says so (R2, R11)."""
    _, before, after = revised(*LOWERED)
    outcome = one_of(compare(before, after), "outcome")
    assert (outcome.subject, outcome.term, outcome.before, outcome.after) == (SOY, "soy", "met", "not_met")
    assert [one.kind for one in outcome.because] == ["evidence"]
    (opinion,) = sentences(compare(before, after), "opinion")
    assert opinion.startswith("opinion A1 (unmodified) became A2 (adverse): 1 of 1 due material terms is not met")


def test_comparison_the_other_way_round_names_what_is_no_longer_seen() -> None:
    """From the later audit to the earlier one, the later evidence is gone."""
    _, before, after = revised(*LOWERED)
    found = compare(after, before)
    assert one_of(found, "outcome").after == "met"
    assert (
        "not seen at the other view: us-census/monthly published on 2020-06-05 (entry 7)"
        in one_of(found, "figures").words
    )
    assert any("evidence is gone" in words and "(entry 7)" in words for words in sentences(found, "evidence"))


def test_deadline_that_passed_is_a_cause_without_an_entry() -> None:
    """Nobody said anything, and the term fell due all the same (R11)."""
    ledger = soy_ledger()
    views = [View(size=len(ledger.headers), as_of=day) for day in ("2019-12-31", "2020-01-01")]
    before, after = (ledger.audit(view=view) for view in views)
    outcome = one_of(compare(before, after), "outcome")
    assert outcome.before == "not_due"
    assert [(one.kind, one.says, one.cite) for one in outcome.because] == [
        ("time", "the deadline 2019-12-31 has passed", None)
    ]


def test_lag_that_passed_is_named_where_the_statements_are_at_hand() -> None:
    """After the source's usual lag what was awaited is not assessable; the record says which lag (R11)."""
    ledger = soy_ledger(*(400_000,) * 6)
    views = [View(size=len(ledger.headers), as_of=day) for day in ("2020-02-10", "2022-02-01")]
    before, after = (ledger.audit(view=view) for view in views)
    outcome = one_of(compare(before, after, ledger.said()), "outcome")
    assert (outcome.before, outcome.after) == ("awaiting", "not_assessable")
    assert [one.says for one in outcome.because] == ["the usual lag of 24 months after 2019-12-31 has passed"]


def test_correction_is_named_beside_the_evidence_that_came_in_its_place() -> None:
    """A correction of the record counts at every day once its entry is below N (R1)."""
    ledger = soy_ledger(*FIRST)
    before = ledger.audit()
    ledger.observe(monthly(*LOWERED))
    corrected = soy_ledger(*FIRST)
    body = plain(ledger.said()[-1].statement.body)
    corrected.files[sha256(monthly(*LOWERED))] = monthly(*LOWERED)
    corrected.say("evidence", EXPORTS, body, corrects=sha256(corrected.jws[6]))
    found = compare(before, corrected.audit())
    outcome = one_of(found, "outcome")
    assert (outcome.before, outcome.after) == ("met", "not_met")
    assert {one.cite.entry for one in outcome.because if one.cite is not None} == {7}
    assert any(words.startswith("correction of ") for words in sentences(found, "change"))


def test_retraction_is_the_cause_of_what_is_no_longer_counted() -> None:
    """What was recorded in error counts at no day, and the entry that says so is named (R1)."""
    ledger = soy_ledger(*FIRST)
    before = ledger.audit()
    body = {
        "statement": sha256(ledger.jws[6]), "ground": "recorded_in_error", "date": "2020-07-01",
        "reason": "The wrong file was read.",
    }  # fmt: skip
    ledger.say("retraction", EXPORTS, body)
    outcome = one_of(compare(before, ledger.audit()), "outcome")
    assert [(one.kind, one.cite.entry) for one in outcome.because if one.cite is not None] == [("retraction", 7)]
    assert "The wrong file was read" in outcome.words


def test_erasure_is_the_cause_at_the_same_view() -> None:
    """A view answers otherwise only where an erasure removed what it rested on, and that is named (R1)."""
    ledger = soy_ledger(*FIRST)
    view = View(size=7, as_of="2020-12-31")
    before = ledger.audit(view=view)
    erase(ledger, EXPORTS, sha256(monthly(*FIRST)))
    found = compare(before, ledger.audit(view=view))
    outcome = one_of(found, "outcome")
    assert [one.kind for one in outcome.because] == ["erasure"]
    assert "erased by entry 7 on the ground of a court order" in outcome.words
    assert len(sentences(found, "erasure")) == 1


def test_position_is_told_with_its_words_and_moves_its_dimension() -> None:
    """What a party said is told verbatim, and what it did to the score cites it (E3, R11)."""
    ledger = soy_ledger(*FIRST)
    before = ledger.audit()
    body = {
        "party": "cn", "stance": "denies", "date": "2020-03-01", "source": SOURCE,
        "quote": {"text": "There was no such promise.", "language": "en"},
    }  # fmt: skip
    ledger.say("position", SOY, body)
    found = compare(before, ledger.audit(), ledger.said())
    assert any("“There was no such promise.”" in words for words in sentences(found, "reply"))
    scored = [one for one in found.changed if one.kind == "score" and "acknowledgement" in one.words]
    assert scored
    assert all(any(one.cite is not None and one.cite.entry == 7 for one in each.because) for each in scored)


def test_commitment_more_is_told_once() -> None:
    """A commitment that only one of the audits covers is one change, and not a hundred members."""
    ledger = soy_ledger(*FIRST)
    second = plain(ledger.said()[5].statement.body)
    ledger.say("commitment", "cn-soy-again", second)
    found = compare(ledger.audit(), ledger.audit((SOY, "cn-soy-again")))
    assert sentences(found, "commitment") == ["cn-soy-again: the commitment is audited now, too (soy met)."]
    assert not [one for one in found.changed if one.members == ("words[cn-soy-again]",)]


def test_method_is_the_cause_where_versions_differ() -> None:
    """An audit by another method is compared all the same, and the method answers for what differs."""
    before = soy_ledger(*FIRST).audit()
    after = revised(*LOWERED)[2].model_copy(update={"method": "2027.1"})
    found = compare(before, after)
    assert sentences(found, "method") == ["method 2026.1 became 2027.1, under which everything may come out otherwise."]
    assert [one.kind for one in one_of(found, "outcome").because] == ["method"]


def test_audits_of_two_ledgers_are_not_compared() -> None:
    """Entries of one ledger explain nothing in another's audit."""
    other = SmallLedger(origin=OTHER_ORIGIN)
    one = soy_ledger(*FIRST).audit()
    with pytest.raises(ConflictError, match="two ledgers"):
        compare(one, one.model_copy(update={"origin": other.origin}))


def test_member_that_nobody_tells_is_told_by_its_name() -> None:
    """A member that no sentence knows cannot change unseen."""
    one = soy_ledger(*FIRST).audit()
    commitment = one.commitments[0]
    score = commitment.score.model_copy(update={"erosion": ("9", "9")})
    changed = one.model_copy(
        update={"level": "by hand", "commitments": (commitment.model_copy(update={"score": score}),)}
    )
    found = compare(one, changed)
    assert [one.words for one in found.changed] == ["level is another."]
    assert [one.member for one in found.follows] == [f"commitments[{SOY}].score.erosion"]


def test_operator_is_no_part_of_it() -> None:
    """Keys that come and go without compromise change nothing that an audit says."""
    ledger = soy_ledger(*FIRST)
    view = View(size=7, as_of="2020-12-31")
    before = ledger.audit(view=view)
    ledger.grant(OPERATOR, ["auditor"])
    assert compare(before, ledger.audit(view=view)).same
