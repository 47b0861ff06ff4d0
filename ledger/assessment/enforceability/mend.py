"""Mend: a commitment as it would stand once the text that a rule of the lint asks for were in it (method §4, E9).

What the words would say is put into the fields; every level is then derived again by the same rules as ever, so that a
gain is the difference of two scores, whatever else the words touch: a deadline makes a term more precise, gives the
pledge a term, and may make its verb count. Nothing here is recorded or printed as a fact: days, codes and names that
the text would have to give stand for themselves only.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from ledger.assessment.enforceability.case import Case
from ledger.assessment.enforceability.rule import ELEMENT_CODES, TRIGGER_CODES
from ledger.assessment.view import Fact
from ledger.model.commitment import Indicator, Verb
from ledger.model.instrument import Exit, Forum, Remedy
from ledger.model.position import Position
from ledger.model.term import Clause, ConditionalTerm, Element, QuantityTerm, Term, TrendTerm
from ledger.model.value import Scope, Shown

_HERE: Final = Shown(locator="the text that would earn it")
_SCOPE: Final = Scope(title="what the text would name", classification="named", codes=("named",))
_TALKS: Final = Forum(kind="consultation", deadlines=False, binding=False, shown=_HERE)
_BODY: Final = Forum(kind="standing_body", deadlines=True, binding=False, shown=_HERE)
_BY_CONSENT: Final = Forum(kind="arbitration", deadlines=True, binding=True, consent="consent", shown=_HERE)
_FIXED: Final = Remedy(kind="fixed", tied_to_test=True, shown=_HERE)
_NOTICE: Final = 180
_LONG_NOTICE: Final = 730
_IN_TIME: Final = 12


class Place(NamedTuple):
    """Where a rule found its fault.

    Attributes:
        terms: the terms at fault; empty for all.
        position: of the indicator at fault, from 0.
        element: of a term, with ``of_trigger`` where it is the trigger's.
    """

    terms: tuple[str, ...] = ()
    position: int | None = None
    element: Element | None = None
    of_trigger: bool = False


def mend(case: Case, code: str, place: Place) -> Case:
    """Return the case with the text that the rule of this code asks for.

    Raises:
        KeyError: the rule names no fault.
    """
    return _MENDS[code](case, place)


# --- terms (P) --------------------------------------------------------------------------------------------------------


def show(case: Case, place: Place) -> Case:
    """Return the case with an element of a term shown in full: its field given, its marks and imputations gone."""
    return _with_terms(case, {term.id: _shown(case, term, place) for term in case.terms if term.id in place.terms})


def _shown(case: Case, term: Term, place: Place) -> Term:
    one = place.element
    if one is None:
        message = "an element is shown only where one is named"
        raise AssertionError(message)
    if isinstance(term, ConditionalTerm):
        if place.of_trigger:
            return term.model_copy(update={"trigger": _shown_clause(case, term.trigger, one)})
        whole = {"marks": _without(term, one), "imputed": _unimputed(term, one)}
        return term.model_copy(update={"consequence": _shown_clause(case, term.consequence, one), **whole})
    if isinstance(term, TrendTerm) and one == "quantity":
        term = _as_quantity(term)
    update: dict[str, Any] = {
        "shown": term.shown.model_copy(update={one: _HERE}),
        "marks": _without(term, one),
        "imputed": _unimputed(term, one),
    }
    match one:
        case "actor" if term.actor is None:
            update["actor"] = case.body.obligors[0]
        case "action" if isinstance(term, QuantityTerm | TrendTerm) and term.readings is not None:
            update |= {"measure": term.readings[0], "readings": None}
        case "timing" if term.due is None:
            update["deadline"] = case.body.date
        case "scope" if term.scope is None:
            update["scope"] = _SCOPE
        case _:
            pass
    return term.model_copy(update=update)


def _shown_clause(case: Case, clause: Clause, one: Element) -> Clause:
    update: dict[str, Any] = {"shown": clause.shown.model_copy(update={one: _HERE}), "marks": _without(clause, one)}
    match one:
        case "actor":
            update["actor"] = clause.actor or case.body.obligors[0]
        case "action" | "quantity" | "reference":
            update |= {"act": clause.act or clause.title, "judge": clause.judge or case.body.obligors[0]}
        case "timing":
            update["deadline"] = clause.deadline or case.body.date
        case "scope":
            update["scope"] = clause.scope or _SCOPE
    return clause.model_copy(update=update)


def _as_quantity(term: TrendTerm) -> QuantityTerm:
    """Return a trend with a number: what it measures, and an amount in the place of its direction."""
    kept = {name: getattr(term, name) for name in TrendTerm.model_fields if name in QuantityTerm.model_fields}
    number = {
        "kind": "quantity", "bound": "at_least", "target": "1", "target_is": "absolute", "tolerance": "0",
        "baseline": None,
    }  # fmt: skip
    return QuantityTerm.model_construct(**{**kept, **number})


def _without(part: Term | Clause, one: Element) -> tuple[Any, ...]:
    return tuple(mark for mark in part.marks if mark.element != one)


def _unimputed(term: Term, one: Element) -> tuple[Any, ...]:
    return tuple(number for number in term.imputed if number.element != one)


def _with_terms(case: Case, new: Mapping[str, Term]) -> Case:
    """Return the case with terms replaced, in the commitment and as amended."""
    body = tuple(new.get(term.id, term) for term in case.body.terms)
    amended = tuple(new.get(term.id, term) for term in case.standing.terms)
    return replace(with_commitment(case, terms=body), standing=replace(case.standing, terms=amended))


# --- the commitment (V, K, O) -----------------------------------------------------------------------------------------


def with_commitment(case: Case, **update: object) -> Case:
    """Return the case with members of the commitment replaced; nothing is checked that its draft would be."""
    fact = replace(case.said, body=case.body.model_copy(update=update))
    return replace(case, known=replace(case.known, commitments={**case.known.commitments, case.subject: fact}))


def _indicated(**update: object) -> "Callable[[Case, Place], Case]":
    """Return a mend of the indicator at fault."""

    def mended(case: Case, place: Place) -> Case:
        several = case.body.indicators or ()
        new = tuple(
            one.model_copy(update=update) if position == place.position else one for position, one in enumerate(several)
        )
        return with_commitment(case, indicators=new)

    return mended


def _with_statistic(case: Case, place: Place) -> Case:
    """Name an official publisher of figures (for conduct, a gazette) of the terms at fault."""
    added = Indicator(
        terms=place.terms or "all", publisher="the publisher that the text would name", standing="official",
        kind="gazette", public=True, scope_share="1",
    )  # fmt: skip
    return with_commitment(case, indicators=(*(case.body.indicators or ()), added))


def _affirmed_by(case: Case, parties: tuple[str, ...]) -> Case:
    """Let parties affirm all terms in texts of their own, in the place of what they said of them."""
    facts = case.known.positions.get(case.subject, ())
    kept = tuple(fact for fact in facts if fact.body.party not in parties or fact.body.about != "pledge")
    bodies = (
        Position(party=one, stance="affirms", states=("number",), date=case.body.date, source=case.body.source)
        for one in parties
    )
    said = tuple(Fact(case.said.index, case.said.name, case.said.author, case.subject, body) for body in bodies)
    return replace(case, known=replace(case.known, positions={**case.known.positions, case.subject: (*kept, *said)}))


def _owned(case: Case, _: Place) -> Case:
    """Let the obligors affirm it."""
    return _affirmed_by(case, case.body.obligors)


def _matched(case: Case, _: Place) -> Case:
    """Let both sides affirm it."""
    return _affirmed_by(case, (*case.body.obligors, *case.body.obligees))


def _joined(case: Case, _: Place) -> Case:
    """Make it a joint text of both sides."""
    parties = (*case.body.obligors, *case.body.obligees)
    return with_instrument(case, issuers=tuple(dict.fromkeys((*_issuers(case), *parties))))


def _issuers(case: Case) -> tuple[str, ...]:
    return case.document.issuers if case.document is not None else ()


def _controlled(case: Case, _: Place) -> Case:
    """Promise what the obligor itself does."""
    old = case.body.performance
    new = old.model_copy(update={"control": "1"}) if old is not None else None
    return with_commitment(case, performance=new)


def _quoted(case: Case, _: Place) -> Case:
    """Quote the obligor itself."""
    speaker = case.body.obligors[0]
    return with_commitment(case, quotes=tuple(one.model_copy(update={"speaker": speaker}) for one in case.body.quotes))


def _committing(case: Case, _: Place) -> Case:
    """Use a verb that commits."""
    return with_commitment(case, verb=Verb(words="will", strength="committing", shown=_HERE))


def _firm(case: Case, place: Place) -> Case:
    """Give every term a deadline, so that its verb commits to something."""
    ids = place.terms or tuple(term.id for term in case.terms)
    dated = Place(ids, element="timing")
    return show(case, dated)


def _shall(case: Case, _: Place) -> Case:
    """Use "shall"."""
    return with_commitment(case, verb=Verb(words="shall", strength="shall", shown=_HERE))


def _bound(case: Case, place: Place) -> Case:
    """Put it into a text that binds, with "shall"; a notice of one party becomes an agreement of both."""
    agreed = with_instrument(case, binding="yes")
    if case.document is not None and case.unilateral and case.document.form == "notice":
        agreed = _joined(with_instrument(agreed, form="executive_agreement"), place)
    return _shall(agreed, place)


# --- the instrument (O, A, R, X) --------------------------------------------------------------------------------------


def with_instrument(case: Case, **update: object) -> Case:
    """Return the case with members of its instrument replaced; as it is where the view does not know the document."""
    if case.instrument is None:
        return case
    fact = replace(case.instrument, body=case.instrument.body.model_copy(update=update))
    return replace(case, known=replace(case.known, instruments={**case.known.instruments, case.body.instrument: fact}))


def _document(**update: object) -> "Callable[[Case, Place], Case]":
    """Return a mend of the instrument."""
    return lambda case, _: with_instrument(case, **update)


def _forum(**update: object) -> "Callable[[Case, Place], Case]":
    """Return a mend of the forum that the instrument has."""

    def mended(case: Case, _: Place) -> Case:
        forum = case.document.forum if case.document is not None else None
        return with_instrument(case, forum=forum.model_copy(update=update)) if isinstance(forum, Forum) else case

    return mended


def _leaving(*, days: int | None = None, unilateral: bool = True) -> "Callable[[Case, Place], Case]":
    """Return a mend of the exit rule; what leaving costs remains."""

    def mended(case: Case, _: Place) -> Case:
        old = case.document.exit if case.document is not None else None
        cost = old.cost if isinstance(old, Exit) else "none"
        return with_instrument(case, exit=Exit(unilateral=unilateral, notice_days=days, cost=cost, shown=_HERE))

    return mended


def _lasting(case: Case, _: Place) -> Case:
    """Give it a term."""
    return with_instrument(case, expires=case.body.date)


_MENDS: Final[Mapping[str, Callable[[Case, Place], Case]]] = {
    **dict.fromkeys((*ELEMENT_CODES.values(), *TRIGGER_CODES.values()), show),
    **dict.fromkeys(("PL107", "PL108", "PL109", "PL110", "PL117"), show),
    "PL201": _with_statistic,
    "PL202": _indicated(public=True),
    "PL203": _indicated(standing="official", scope_share="1"),
    "PL204": _indicated(quality="direct"),
    "PL205": _indicated(quality="direct"),
    "PL206": _indicated(lag_months=_IN_TIME),
    "PL207": _indicated(kind="register"),
    "PL208": _indicated(scope_share="1"),
    "PL209": _indicated(named=True, method_named=True),
    "PL210": _indicated(method_named=True),
    "PL301": _owned, "PL302": _owned, "PL303": _owned, "PL304": _matched, "PL305": _matched,
    "PL306": _controlled,
    "PL307": _joined,
    "PL401": _quoted,
    "PL402": _document(binding="silent"),
    "PL403": _committing,
    "PL404": _firm,
    "PL405": _bound,
    "PL406": _shall,
    "PL407": _bound,
    "PL408": _document(escapes="none"),
    "PL501": _document(forum=_TALKS),
    "PL502": _document(forum=_BODY),
    "PL503": _forum(deadlines=True),
    "PL504": _document(forum=_BY_CONSENT),
    "PL505": _forum(binding=True, consent="compulsory"),
    "PL506": _forum(binding=True, consent="compulsory"),
    "PL601": _document(remedy=Remedy(kind="publicity", tied_to_test=False, shown=_HERE)),
    "PL602": _document(remedy=Remedy(kind="self_judged", tied_to_test=False, shown=_HERE)),
    "PL603": _document(remedy=Remedy(kind="self_judged", tied_to_test=False, shown=_HERE)),
    "PL604": _document(remedy=_FIXED), "PL605": _document(remedy=_FIXED), "PL606": _document(remedy=_FIXED),
    "PL701": _lasting,
    "PL702": _leaving(days=_NOTICE), "PL703": _leaving(days=_NOTICE), "PL704": _leaving(days=_NOTICE),
    "PL705": _leaving(days=_NOTICE),
    "PL706": _leaving(days=_LONG_NOTICE), "PL707": _leaving(days=_LONG_NOTICE),
    "PL708": _leaving(unilateral=False), "PL709": _leaving(unilateral=False),
}  # fmt: skip
"""How each rule's text would change the fields."""
