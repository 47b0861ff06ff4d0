"""Mend: what the text that a rule asks for makes of a level; down and unknown besides (method §4, E2, E9)."""

from typing import Any

import pytest

from ledger.assessment.enforceability.lint import LintFinding, lint
from ledger.assessment.enforceability.mend import Place, mend
from ledger.assessment.enforceability.written import written
from ledger.model.attestation import Dimension
from ledger.model.term import QuantityTerm
from tests.unit.assessment.enforceability.faulty import FAULTS, forum, left, said, text, trend, verified
from tests.unit.assessment.enforceability.small_ledger import (
    BEST_INDICATOR,
    INDICATOR,
    PLACE,
    REMEDY,
    SUBJECT,
    Draft,
    case,
    commitment,
    instrument,
    known,
    quantity,
)

AFTER: dict[str, int] = {
    **dict.fromkeys((f"PL1{number:02}" for number in range(1, 18)), 4),
    "PL201": 3, "PL202": 4, "PL203": 3, "PL204": 3, "PL205": 3, "PL206": 3, "PL207": 3, "PL208": 3, "PL209": 4,
    "PL210": 4,
    # The other side's document says it too: an own statement of the obligor makes matching texts.
    "PL301": 3, "PL302": 3, "PL303": 3, "PL304": 3, "PL305": 3, "PL306": 4, "PL307": 4,
    "PL401": 4, "PL402": 2, "PL403": 2, "PL404": 2, "PL405": 4, "PL406": 4, "PL407": 4, "PL408": 4,
    "PL501": 1, "PL502": 2, "PL503": 2, "PL504": 3, "PL505": 4, "PL506": 4,
    "PL601": 1, "PL602": 3, "PL603": 3, "PL604": 4, "PL605": 4, "PL606": 4,
    "PL701": 1, "PL702": 2, "PL703": 2, "PL704": 2, "PL705": 2, "PL706": 3, "PL707": 3, "PL708": 4, "PL709": 4,
}  # fmt: skip
"""The level that the text of each rule earns, by the table of method §4."""


def spelt(drafts: tuple[Draft, ...], dimension: Dimension) -> str:
    """Return the written level or interval of a dimension."""
    level = written(case(*drafts)).levels[dimension]
    return str(level.low) if level.low == level.high else f"{level.low}-{level.high}"


def finding(code: str, *drafts: Draft) -> LintFinding:
    """Return the one finding of a rule."""
    (one,) = [one for one in lint(known(*drafts), SUBJECT).findings if one.code == code]
    return one


@pytest.mark.parametrize("code", FAULTS)
def test_fault_holds_the_level_where_the_table_says(code: str) -> None:
    """Each rule's case has the level of its row, or the interval that an unknown leaves (E2, E6)."""
    drafts, dimension, level = FAULTS[code]
    assert spelt(drafts, dimension) == level  # type: ignore[arg-type]  # the table spells dimensions


def place_of(code: str, drafts: tuple[Draft, ...]) -> Place:
    """Return where a rule found its fault, as the lint does."""
    one = finding(code, *drafts)
    where = one.where or ""
    element: Any = where.rpartition(".")[2] if code.startswith("PL1") else None
    position = int(where[len("indicators[") : -1]) if where.startswith("indicators[") else None
    return Place(one.terms, position, element, of_trigger=".trigger." in where)


@pytest.mark.parametrize("code", AFTER)
def test_text_of_the_rule_moves_the_level_up(code: str) -> None:
    """With the words that it asks for the level is the one of the table, and higher than before (E9)."""
    drafts, dimension, before = FAULTS[code]
    mended = written(mend(case(*drafts), code, place_of(code, drafts))).levels[dimension]  # type: ignore[index]
    assert (mended.low, mended.high) == (AFTER[code], AFTER[code])
    assert AFTER[code] > int(before)


LESS: dict[str, tuple[str, tuple[Draft, ...], str]] = {
    "V.1 down: private": ("PL203", verified({**INDICATOR, "standing": "claimant", "public": False}), "V0"),
    "V.2 down: the claimant's": ("PL204", verified({**INDICATOR, "quality": "proxy", "standing": "claimant"}), "V1"),
    "V.2 disputed, down": ("PL205", verified({**INDICATOR, "quality": "disputed", "standing": "claimant"}), "V1"),
    "V.2 late, down": ("PL206", verified({**INDICATOR, "lag_months": 36, "standing": "claimant"}), "V1"),
    "V.2 share, down": ("PL208", verified({**INDICATOR, "scope_share": "0.5", "standing": "claimant"}), "V1"),
    "V.3 down: under 80 %": ("PL209", verified({**INDICATOR, "scope_share": "0.79"}), "V2"),
    "V.3 named, down: a proxy": ("PL210", verified({**BEST_INDICATOR, "quality": "proxy"}), "V2"),
    "K.1 down: denied": ("PL303", FAULTS["PL301"][0], "K0"),
    "K.2 down: the topic only": ("PL304", FAULTS["PL303"][0], "K1"),
    "K.2 own statement, down: silent": ("PL305", FAULTS["PL302"][0], "K0"),
    "K.3 down: the other side denies": (
        "PL307",
        said(*FAULTS["PL305"][0][2:]),
        "K2",
    ),
    "O.1 down: does not bind": ("PL403", text(binding="no", form="communique"), "O0"),
    "O.2 down: hortatory": ("PL405", FAULTS["PL403"][0], "O1"),
    "O.2 binding, down: a political text": ("PL406", FAULTS["PL404"][0], "O1"),
    "O.3 down: a verb that does not bind": ("PL408", FAULTS["PL406"][0], "O2"),
    "A.1 down: no forum": ("PL502", FAULTS["PL501"][0], "A0"),
    "A.2 down: no deadlines": ("PL504", forum("standing_body", deadlines=False), "A1"),
    "A.3 down: finds nothing that binds": ("PL505", forum("standing_body"), "A2"),
    "A.3 court, down: expert review": ("PL506", forum("expert_review"), "A2"),
    "R.1 down: none": ("PL602", FAULTS["PL601"][0], "R0"),
    "R.2 down: publicity": ("PL603", FAULTS["PL602"][0], "R1"),
    "R.3 down: outside the text": ("PL604", FAULTS["PL603"][0], "R2"),
    "X.1 down: no term": ("PL702", FAULTS["PL701"][0], "X0"),
    "X.1 short, down: at will": ("PL705", text(exit=left(0)), "X0"),
    "X.2 down: 90 days": ("PL706", text(exit=left(90)), "X1"),
    "X.2 remedy, down: the remedy is too weak": (
        "PL707",
        text(exit=left(30, cost="remedy"), remedy={**REMEDY, "kind": "publicity"}),
        "X1",
    ),
    "X.3 down: 365 days": ("PL708", text(exit=left(365)), "X2"),
    "X.3 package, down: no package": ("PL709", text(exit=left(30)), "X1"),
}


@pytest.mark.parametrize(("code", "drafts", "expected"), LESS.values(), ids=LESS)
def test_weaker_text_moves_the_level_down(code: str, drafts: tuple[Draft, ...], expected: str) -> None:
    """Each rule that holds a level above 0 has a weaker text below it (E2)."""
    dimension: Any = FAULTS[code][1]
    assert f"{dimension}{spelt(drafts, dimension)}" == expected
    assert int(expected[1:]) < int(FAULTS[code][2])


UNKNOWN: dict[str, tuple[tuple[Draft, ...], str, str]] = {
    "V: no indicators recorded": ((commitment(indicators=...), instrument()), "V", "0-4"),
    "V: the share is not known": (verified({**INDICATOR, "scope_share": None}), "V", "2-3"),
    "K: nobody recorded what the obligor said": (said(), "K", "0-3"),
    "K: the share it controls is not known": ((commitment(performance=...), instrument()), "K", "3-4"),
    "K: the document is not known": ((commitment(),), "K", "0-4"),
    "O: the document is not known": ((commitment(),), "O", "0-4"),
    "O: whether it binds is not known": (text(form="memorandum", binding=None), "O", "0-4"),
    "O: whether it has escapes is not known": (text(escapes=...), "O", "3-4"),
    "A: the forum is not known": (text(forum=...), "A", "0-4"),
    "A: whether it needs consent is not known": (forum("court", binding=True), "A", "3-4"),
    "R: the remedy is not known": (text(remedy=...), "R", "0-4"),
    "X: the exit rule is not known": (text(exit=...), "X", "0-4"),
    "X: the notice is not known": (text(exit={"unilateral": True, "shown": PLACE}), "X", "0-3"),
}


@pytest.mark.parametrize(("drafts", "dimension", "expected"), UNKNOWN.values(), ids=UNKNOWN)
def test_unknown_field_leaves_the_level_unknown(drafts: tuple[Draft, ...], dimension: Any, expected: str) -> None:
    """What is null leaves an interval, which the lint lists under its …00 and never as a fault (E6, E9)."""
    assert spelt(drafts, dimension) == expected
    codes = {one.code: one.is_fault for one in lint(known(*drafts), SUBJECT).findings if one.dimension == dimension}
    assert set(codes.values()) == {False}
    assert all(code.endswith("00") for code in codes)


def test_trend_with_an_amount_is_a_quantity() -> None:
    """The amount that a direction lacks makes a quantity of it, whose other members remain (E1)."""
    mended = mend(case(*trend()), "PL103", Place(("soy",), element="quantity"))
    (term,) = mended.terms
    assert isinstance(term, QuantityTerm)
    assert term.scope == case(*trend()).terms[0].scope


def test_deadline_gives_an_open_pledge_a_term() -> None:
    """A day makes its term more precise and the pledge bounded: X is 1 in the place of 0 (method §4, X)."""
    drafts = (*FAULTS["PL701"][0],)
    before, after = written(case(*drafts)), written(mend(case(*drafts), "PL104", Place(("soy",), element="timing")))
    assert [(before.levels[one].low, after.levels[one].low) for one in ("P", "X")] == [(2, 4), (0, 1)]


def test_only_the_terms_at_fault_are_mended() -> None:
    """What one term lacks is not given to another."""
    drafts = commitment(terms=[quantity(scope=..., shown={}), quantity(id="corn", scope=..., shown={})]), instrument()
    mended = mend(case(*drafts), "PL106", Place(("corn",), element="scope"))
    assert [term.scope is None for term in mended.terms] == [True, False]


def test_what_is_not_known_cannot_be_mended() -> None:
    """A rule of the unknown asks for a look, not for a text (E6)."""
    with pytest.raises(KeyError, match="PL500"):
        mend(case(*text(forum=...)), "PL500", Place())


def test_mending_changes_nothing_of_what_is_known() -> None:
    """The case that was looked at is as it was: values are frozen (style §5)."""
    one = case(*text(forum="none"))
    mend(one, "PL501", Place())
    assert one.document is not None
    assert one.document.forum == "none"
