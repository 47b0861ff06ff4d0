"""Precision (P): how many of six elements the text itself shows of a term (method §4, E1).

Actor; action and measure type; quantity or pass/fail conduct; deadline or period; baseline or absolute reference;
scope. An element is present when its field is non-null and the text shows it: by words of a quotation, or by a place.
What is not shown does not count, however sure the recorder is. Nothing here reads evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ledger.assessment.enforceability.case import Case
from ledger.assessment.enforceability.level import Derived, as_written, at, lowest, observed
from ledger.model.term import (
    ELEMENTS,
    ActionTerm,
    Clause,
    ConditionalTerm,
    Element,
    Elements,
    Mark,
    QuantityTerm,
    RestraintTerm,
    Term,
    TrendTerm,
)  # fmt: skip
from ledger.model.value import Shown

_HALF = Fraction(1, 2)

QUALIFIED = "qualified"
DIFFERS = "differs between texts"
UNSETTLED = "the text does not settle the measure: several readings"
IMPUTED = "imputed"
UNJUDGED = "nobody named is to judge it"
"""The notes of a count: why an element counts one half, or not at all."""

NAMES: Mapping[Element, str] = {
    "actor": "actor",
    "action": "action and measure",
    "quantity": "quantity or pass/fail conduct",
    "timing": "deadline or period",
    "reference": "baseline or absolute reference",
    "scope": "scope",
}
"""The six elements in words."""


@dataclass(frozen=True, slots=True)
class Count:
    """What the text shows of a term, element by element.

    Attributes:
        weights: 1, one half, or 0 for each of the six.
        notes: why an element counts one half or not at all.
    """

    weights: Mapping[Element, Fraction]
    notes: Mapping[Element, str]

    @property
    def total(self) -> int:
        """The sum, rounded down (E1)."""
        return int(sum(self.weights.values(), Fraction(0)) // 1)

    def has(self, element: Element) -> bool:
        """Whether an element is present; one half counts as present (E1)."""
        return self.weights[element] > 0

    @property
    def level(self) -> int:
        """The row of the table, read from 4 down (E2)."""
        both = self.has("quantity") and self.has("timing")
        either = self.has("quantity") or self.has("timing")
        total = self.total
        if total == 6:
            return 4
        if total == 5 and both:
            return 3
        if total >= 3 and either:  # "3–4 with quantity or deadline"; "5–6 without both"
            return 2
        # "2, or neither quantity nor deadline" is about terms that the row "≤ 1" does not already hold: read
        # otherwise, a text that shows nothing at all would stand above one that shows a number and nothing else.
        return 1 if total >= 2 else 0

    @property
    def words(self) -> str:
        """What is shown and what is not, in words."""
        whole = [NAMES[one] for one in ELEMENTS if self.weights[one] == 1]
        half = [f"{NAMES[one]} ({self.notes[one]})" for one in ELEMENTS if self.weights[one] == _HALF]
        absent = [
            NAMES[one] + (f" ({self.notes[one]})" if one in self.notes else "")
            for one in ELEMENTS
            if not self.weights[one]
        ]
        parts = [("shown: ", whole), ("one half: ", half), ("not shown: ", absent)]
        return "; ".join(f"{head}{', '.join(names)}" for head, names in parts if names)


def count(case: Case, term: Term) -> Count:
    """Return what the text shows of a term; of a conditional term, of its consequence (E1)."""
    if isinstance(term, ConditionalTerm):
        return _consequence(case, term)
    fields: dict[Element, bool] = {
        "actor": term.actor is not None,
        "action": True,  # a measured term has a measure or readings, conduct has its act: the model sees to it
        "quantity": not isinstance(term, TrendTerm),  # a direction without a number has no quantity
        "timing": term.period is not None or term.deadline is not None or _has_dated_milestone(term),
        "reference": True,
        "scope": term.scope is not None,
    }
    places = _places(term.shown)
    if isinstance(term, ActionTerm | RestraintTerm):
        # Pass/fail conduct is the act: the words that show the act show what is pass or fail about it.
        places["quantity"] = places["quantity"] or places["action"]
    imputed = frozenset(one.element for one in term.imputed)
    is_absolute = not (isinstance(term, QuantityTerm) and term.target_is == "increment")
    if is_absolute and not isinstance(term, TrendTerm) and "quantity" not in imputed:
        # Absolute: by the quantity's own span (E1), where that number is the text's own (R17).
        places["reference"] = places["reference"] or places["quantity"]
    halves = _halves(term.marks)
    if getattr(term, "readings", None) is not None:
        halves["action"] = UNSETTLED
    return _counted(fields, places, halves, imputed, speaks=_speaks(case, term.actor))


def _consequence(case: Case, term: ConditionalTerm) -> Count:
    """Count the consequence; what the clause leaves out is the term's own (the actor, the scope, the time)."""
    clause = term.consequence
    actor = clause.actor or term.actor
    fields: dict[Element, bool] = {
        "actor": actor is not None,
        "action": clause.act is not None,
        "quantity": clause.target is not None or clause.act is not None,
        "timing": (clause.deadline or term.deadline or term.period) is not None,
        "reference": clause.target is not None or clause.act is not None,
        "scope": (clause.scope or term.scope) is not None,
    }
    own, whole = _places(clause.shown), _places(term.shown)
    places = {one: own[one] or whole[one] for one in ELEMENTS}
    if clause.act is not None:
        places["quantity"] = places["quantity"] or places["action"]
    places["reference"] = places["reference"] or places["quantity"]
    imputed = frozenset(one.element for one in term.imputed)
    return _counted(fields, places, _halves((*clause.marks, *term.marks)), imputed, speaks=_speaks(case, actor))


def trigger_count(case: Case, clause: Clause) -> Count:
    """Count a trigger: the same six; one that nobody named is to judge has neither action nor conduct (E1)."""
    judged = clause.act is not None and clause.judge is not None
    fields: dict[Element, bool] = {
        "actor": clause.actor is not None,
        "action": judged,
        "quantity": clause.target is not None or judged,
        "timing": clause.deadline is not None,
        "reference": clause.target is not None or judged,
        "scope": clause.scope is not None,
    }
    places = _places(clause.shown)
    if judged:
        places["quantity"] = places["quantity"] or places["action"]
    places["reference"] = places["reference"] or places["quantity"]
    counted = _counted(fields, places, _halves(clause.marks), frozenset(), speaks=_speaks(case, clause.actor))
    if clause.act is not None and clause.judge is None:
        notes = {**counted.notes, "action": UNJUDGED}
        return Count(counted.weights, notes)
    return counted


def _places(shown: Elements) -> dict[Element, Shown | None]:
    return {one: getattr(shown, one) for one in ELEMENTS}


def _halves(marks: tuple[Mark, ...]) -> dict[Element, str]:
    """Return the elements that a mark halves; two marks on one element halve it once (E1)."""
    words = {"qualified": QUALIFIED, "differs": DIFFERS}
    return {mark.element: words[mark.mark] for mark in marks}


def _has_dated_milestone(term: Term) -> bool:
    return isinstance(term, ActionTerm) and any(one.deadline is not None for one in term.milestones)


def _speaks(case: Case, actor: str | None) -> bool:
    """Whether the attributed speaker is the actor, so that its own words show who is to act (E1)."""
    return actor is not None and any(quote.speaker == actor for quote in case.body.quotes)


def _counted(
    fields: Mapping[Element, bool],
    places: Mapping[Element, Shown | None],
    halves: Mapping[Element, str],
    imputed: frozenset[str],
    *,
    speaks: bool,
) -> Count:
    weights: dict[Element, Fraction] = {}
    notes: dict[Element, str] = {}
    for element in ELEMENTS:
        shown = places[element] is not None or (element == "actor" and speaks)
        if element in imputed:
            # A number that is not in the pledge's own text cannot be shown by it (R17).
            weights[element], notes[element] = Fraction(0), IMPUTED
        elif not (fields[element] and shown):
            weights[element] = Fraction(0)
        elif element in halves:
            weights[element], notes[element] = _HALF, halves[element]
        else:
            weights[element] = Fraction(1)
    return Count(weights, notes)


def written(case: Case, term: Term) -> Derived:
    """Return the precision of a term, from the text as amended (E1; E3, written).

    A conditional term is no more precise than its consequence, nor by more than one than its trigger.
    """
    if not isinstance(term, ConditionalTerm):
        counted = count(case, term)
        return at("P", counted.level, _says(counted), case.cite_term(term, "shown"))
    consequence, trigger = count(case, term), trigger_count(case, term.trigger)
    return lowest((
        at("P", consequence.level, f"of the consequence {_says(consequence)}",
           case.cite_term(term, "consequence.shown")),
        at("P", min(trigger.level + 1, 4), f"one more than of the trigger {_says(trigger)}",
           case.cite_term(term, "trigger.shown")),
    ))  # fmt: skip


def _says(counted: Count) -> str:
    whole, half = divmod(sum(counted.weights.values(), Fraction(0)), 1)
    number = f"{whole}½" if half and whole else "½" if half else str(whole)
    rounded = ", rounded down" if half else ""
    return f"{number} of six elements count{rounded} ({counted.words})"


def practised(case: Case, term: Term, *, as_text: Derived) -> Derived:
    """Return the practised precision: as written, on the amended terms (E3)."""
    if case.body.term(term.id) == term:
        return as_written("P", as_text, "as written: no amendment has changed the term", case.cite_term(term))
    says = "read on the amended term"
    ends = {"low": as_text.low, "high": as_text.high}
    return observed("P", as_text, says, case.cite_term(term), code="E3.P.amended", **ends)
