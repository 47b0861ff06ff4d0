"""The lint: a finding for every rule, its words, its gain, and nothing against what is not known (method §4, E9)."""

from fractions import Fraction

import pytest

from ledger.assessment.enforceability.lint import Lint, LintFinding, lint
from ledger.assessment.enforceability.rule import RULES
from ledger.errors import NotFoundError
from tests.unit.assessment.enforceability.faulty import FAULTS, Fault, without
from tests.unit.assessment.enforceability.small_ledger import (
    SUBJECT,
    WORDS,
    Draft,
    amendment,
    commitment,
    conditional,
    instrument,
    known,
    quantity,
)
from tests.unit.assessment.enforceability.test_score import words_of_january_2019

BEST = (commitment(), instrument())
"""A pledge with everything at 4."""


def linted(*drafts: Draft) -> Lint:
    """Return what the lint says of the commitment among the drafts."""
    return lint(known(*drafts), SUBJECT)


def found(code: str, *drafts: Draft) -> LintFinding:
    """Return the one finding of a rule."""
    (one,) = [one for one in linted(*drafts).findings if one.code == code]
    return one


def test_every_rule_has_a_case() -> None:
    """The table of faults holds each rule once, and no other (E9)."""
    assert set(FAULTS) == set(RULES)


@pytest.mark.parametrize(("code", "fault"), FAULTS.items(), ids=FAULTS)
def test_rule_is_found(code: str, fault: Fault) -> None:
    """A pledge that runs into a rule is told so, in the row that it holds, with the field that decides (E2, E9)."""
    drafts, dimension, level = fault
    one = found(code, *drafts)
    assert one.dimension == dimension
    assert one.is_fault == (not code.endswith("00"))
    assert one.where is not None
    assert one.cite.entry in {0, 1, *range(2, len(drafts))}
    if dimension != "P":
        assert one.rule == f"{dimension}.{level}"
    if RULES[code].row is not None:
        assert one.rule == f"{dimension}.{RULES[code].row}"


@pytest.mark.parametrize("code", [code for code in FAULTS if code.endswith("00")])
def test_what_is_not_known_is_no_fault(code: str) -> None:
    """It says how far settling it could lift the low end and lower the high end; it gains nothing else (E6, E9)."""
    one = found(code, *FAULTS[code][0])
    assert not one.is_fault
    assert Fraction(one.gain[0]) >= 0 >= Fraction(one.gain[1])
    assert one.gain != ("0", "0")


@pytest.mark.parametrize("code", [code for code in FAULTS if not code.endswith("00")])
def test_fault_alone_is_not_called_unknown(code: str) -> None:
    """A text that was read whole leaves nothing unknown (E6)."""
    assert all(one.is_fault for one in linted(*FAULTS[code][0]).findings if one.dimension == FAULTS[code][1])


def test_strongest_pledge_has_no_finding() -> None:
    """Everything at 4: nothing to find, nothing to raise (E9)."""
    one = linted(*BEST)
    assert (one.low, one.low_band, one.findings, one.raises) == ("100", "hard", (), ())


def test_findings_stand_in_the_order_of_the_table() -> None:
    """PL1xx before PL7xx, whatever was found first (E9)."""
    codes = [one.code for one in linted(*words_of_january_2019()).findings]
    assert codes == sorted(codes)
    assert codes == ["PL102", "PL104", "PL209", "PL305", "PL403", "PL501", "PL603", "PL701"]


def test_deadline_gains_all_that_it_carries() -> None:
    """In January 2019 a day would have made P 3 of 2 and X 1 of 0: B 8/12, Q 3/8, 36.0 in the place of 30.8 (E4, E9).

    (0.68333 · 0.16875 · 0.40625)^(1/3) = 0.36048.
    """
    one = found("PL104", *words_of_january_2019())
    assert one.gain == ("5.2", "5.2")


def test_words_at_fault_are_quoted_with_their_span() -> None:
    """A mark's own words, from which character to before which (E1, E9)."""
    marks = [{"mark": "qualified", "element": "quantity", "shown": {"quote": 0, "words": "five million tons"}}]
    one = found("PL107", commitment(terms=[quantity(marks=marks)]), instrument())
    assert one.span is not None
    text = "China shall buy five million tons of soybeans in 2019."
    assert (one.span.quote, one.span.start, one.span.end) == (0, 16, 33)
    assert text[16:33] == one.span.words == "five million tons"


def test_missing_words_are_told_by_the_words_that_lack_them() -> None:
    """Where nothing is there to quote, the clause is; where nothing points into it, the whole quotation (E9)."""
    shown = {"quantity": {"quote": 0, "words": "five million tons"}}
    one = found("PL104", commitment(terms=[quantity(period=..., shown=shown)]), instrument())
    assert one.span is not None
    assert one.span.words == "five million tons"
    bare = found("PL104", commitment(terms=[quantity(period=..., shown={})]), instrument())
    assert bare.span is not None
    assert (bare.span.start, bare.span.end) == (0, 54)


def test_verb_is_quoted_for_a_weak_obligation() -> None:
    """The operative verb is what is at fault in a hortatory text (O, E9)."""
    verb = {"words": "shall buy", "strength": "hortatory", "shown": {"quote": 0, "words": "shall buy"}}
    one = found("PL403", commitment(verb=verb), instrument(binding="silent", form="communique"))
    assert one.span is not None
    assert one.span.words == "shall buy"


def test_clause_of_the_document_is_quoted_by_its_place() -> None:
    """What an instrument says is quoted by its locator, as it has no quotations of its own (E1, E9)."""
    one = found("PL502", *FAULTS["PL502"][0])
    assert one.span is not None
    assert one.span.locator == "article 1"


def test_clauses_are_numbered_as_they_stand() -> None:
    """The second term is clause 2; a term that is not material has its number and no finding (E9)."""
    terms = [quantity(id="aside", material=False, shown={}), quantity(shown=without("scope"))]
    one = found("PL106", commitment(terms=terms), instrument())
    assert (one.clauses, one.terms) == ((2,), ("soy",))


def test_fault_of_two_terms_alike_is_one_finding() -> None:
    """What verifies both terms is said once, and mended for both (E9)."""
    drafts = commitment(terms=[quantity(), quantity(id="corn")], indicators=[]), instrument()
    one = found("PL201", *drafts)
    assert one.clauses == (1, 2)
    assert Fraction(one.gain[0]) > 0


def test_fault_that_another_term_hides_gains_nothing() -> None:
    """The lowest term decides: to mend the other alone does nothing, and it says so (method §4, E9)."""
    terms = [quantity(shown=without("scope")), quantity(id="corn", shown={})]
    assert found("PL106", *(commitment(terms=[terms[0]]), instrument())).gain != ("0", "0")
    gains = {
        (one.terms, one.code): one.gain for one in linted(commitment(terms=terms), instrument()).findings
    }  # fmt: skip
    assert gains[("soy",), "PL106"] == ("0", "0")


def test_trigger_that_holds_nothing_down_is_not_faulted() -> None:
    """A trigger of row 3 allows 4; its missing scope is no finding (E1)."""
    drafts = commitment(terms=[conditional(trigger={"scope": ..., "shown": without("scope")})]), instrument()
    assert linted(*drafts).findings == ()


def test_lint_reads_the_terms_as_amended() -> None:
    """A deadline that an amendment took away is missing from then on (E3, R12)."""
    new = quantity(period=..., shown=without("timing"))
    change = amendment("modify", "cn", "us", terms=[new], applies_to=["soy"])
    assert [one.code for one in linted(*BEST, change).findings] == ["PL104"]


def test_text_that_would_earn_it_names_the_parties() -> None:
    """The words are those of the pledge at hand where a name belongs (E9)."""
    drafts = commitment(), instrument(**{**WORDS, "issuers": ["us"]})
    assert "cn" in found("PL300", *drafts).earns


def test_commitment_that_is_not_known_is_refused() -> None:
    """A sentence, with what to do (style §7)."""
    with pytest.raises(NotFoundError, match="check its name or the view"):
        lint(known(*BEST), "another")


def test_lint_and_score_agree_on_the_written_side() -> None:
    """The lint starts from the very score that is printed (E4)."""
    drafts = words_of_january_2019()
    one = linted(*drafts)
    assert (one.low, one.high, one.low_band) == ("30.8", "30.8", "political")
