"""Gain: what one level more of each dimension is worth, and what earns it (method §4, E9)."""

from ledger.assessment.enforceability.gain import raises, wanting
from ledger.assessment.enforceability.written import written
from ledger.assessment.result import Raise
from tests.unit.assessment.enforceability.faulty import FAULTS, text, without
from tests.unit.assessment.enforceability.small_ledger import (
    Draft,
    case,
    commitment,
    conditional,
    instrument,
    quantity,
    scored,
)
from tests.unit.assessment.enforceability.test_score import words_of_january_2019


def raised(*drafts: Draft) -> dict[str, Raise]:
    """Return what would raise a score, by dimension."""
    one = case(*drafts)
    return {up.dimension: up for up in raises(one, written(one))}


def test_next_level_of_each_dimension_is_worth_what_the_score_says() -> None:
    """Five million tonnes of January 2019 (P2 V3 K2 O1 A0 R2 X0, 30.8), one level more of each, by hand (E4, E9).

    P, V, K: B 8/12, (0.68333 · 0.16875 · 0.2875)^(1/3) = 0.3212; O, A: N 2/8, (0.60417 · 0.2875 · 0.2875)^(1/3) =
    0.3682; R, X: Q 3/8, (0.60417 · 0.16875 · 0.40625)^(1/3) = 0.3460.
    """
    gains = {one: up.gain for one, up in raised(*words_of_january_2019()).items()}
    assert gains == {
        **dict.fromkeys("PVK", ("1.3", "1.3")),
        **dict.fromkeys("OA", ("6", "6")),
        **dict.fromkeys("RX", ("3.8", "3.8")),
    }  # fmt: skip


def test_gain_over_a_gate_is_the_whole_step() -> None:
    """With K at 0 all else at 4 is capped at 25.0; K at 1 is P4 V4 K1: B 9/12, 91.4, no gate (E5, E9).

    (0.7625 · 1 · 1)^(1/3) = 0.9136.
    """
    drafts = commitment(performance={"by": "it", "control": "1"}), instrument(issuers=["us"], form="treaty")
    denied = (*drafts, FAULTS["PL301"][0][2])
    assert raised(*denied)["K"].gain == ("66.4", "66.4")


def test_dimension_at_4_has_nothing_to_raise() -> None:
    """Only what can rise is listed, in the order of the table (E9)."""
    assert list(raised(*text(forum="none", remedy="none"))) == ["A", "R"]
    assert raised(commitment(), instrument()) == {}


def test_what_is_not_known_is_to_be_settled_first() -> None:
    """An interval rises at the end that is under 4, and says what is open (E6, E9)."""
    up = raised(*text(forum=...))["A"]
    assert (up.is_known, up.level, up.next) == (False, (0, 4), (1, 4))
    assert up.gain[1] == "0"
    assert up.earns.startswith("to be settled first: A: whether the text names a forum is unknown")
    assert up.codes == ("PL500",)


def test_words_that_earn_precision_name_the_fewest_elements() -> None:
    """Four shown without a deadline: the deadline alone makes five with both (E1, E9)."""
    shown = {name: place for name, place in without("timing").items() if name != "actor"}
    up = raised(commitment(terms=[quantity(period=..., shown=shown)]), instrument())["P"]
    assert up.earns.endswith("show deadline or period")


def test_words_that_earn_precision_are_said_of_every_lowest_term() -> None:
    """The lowest of the terms decides, so every one of them has to rise (method §4)."""
    terms = [quantity(shown=without("scope")), quantity(id="corn", shown=without("actor"))]
    up = raised(commitment(terms=terms), instrument())["P"]
    assert "soy: show scope" in up.earns
    assert "corn: show actor" in up.earns


def test_threat_wants_what_its_trigger_wants() -> None:
    """A trigger that nobody judges is row 2 and its threat 3: for 4 the trigger has to show five of six (E1)."""
    one = case(commitment(terms=[conditional(trigger={"judge": ...})]), instrument())
    assert wanting(one, term_id="rise", level=4) == (
        "action and measure of the trigger", "quantity or pass/fail conduct of the trigger",
    )  # fmt: skip


def test_score_carries_what_would_raise_it() -> None:
    """The result prints it, and the rules of the lint that hold each level (E9)."""
    found = scored(*words_of_january_2019()).raises
    assert [(up.dimension, up.codes) for up in found] == [
        ("P", ()), ("V", ("PL209",)), ("K", ("PL305",)), ("O", ("PL403",)), ("A", ("PL501",)), ("R", ("PL603",)),
        ("X", ("PL701",)),
    ]  # fmt: skip
