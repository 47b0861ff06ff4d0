"""A pledge for every rule of the lint: one that runs into it, and the level that it then has (method §4, E9)."""

from typing import Any

from tests.unit.assessment.enforceability.small_ledger import (
    ALL_SHOWN,
    BEST_INDICATOR,
    INDICATOR,
    LEVER,
    PLACE,
    READINGS,
    REMEDY,
    SOURCE,
    WORDS,
    Draft,
    action,
    changed,
    commitment,
    conditional,
    instrument,
    position,
    quantity,
)

Fault = tuple[tuple[Draft, ...], str, str]
"""The drafts, the dimension at fault, and its level or interval as written."""

STATEMENT = {**WORDS, "issuers": ["us"]}


def without(element: str) -> dict[str, Any]:
    """Return where all elements but one are shown."""
    return {name: place for name, place in ALL_SHOWN.items() if name != element}


def term(**changes: Any) -> tuple[Draft, ...]:
    """Return the strongest pledge there is, but for its one term."""
    return commitment(terms=[quantity(**changes)]), instrument()


def threat(**trigger: Any) -> tuple[Draft, ...]:
    """Return the strongest threat there is, but for its trigger."""
    return commitment(terms=[conditional(trigger=trigger)]), instrument()


def trend(**changes: Any) -> tuple[Draft, ...]:
    """Return the strongest pledge there is, but that it says a direction in the place of an amount."""
    body = changed(quantity(**changes), {"kind": "trend", "direction": "increase", "bound": ..., "target": ...})
    return commitment(terms=[body]), instrument()


def text(**changes: Any) -> tuple[Draft, ...]:
    """Return the strongest pledge there is, but for its document."""
    return commitment(), instrument(**changes)


def verified(*indicators: dict[str, Any]) -> tuple[Draft, ...]:
    """Return the strongest pledge there is, but for what verifies it."""
    return commitment(indicators=list(indicators)), instrument()


def said(*positions: Draft, **changes: Any) -> tuple[Draft, ...]:
    """Return words of the day in a text of the other side, of which the parties said this."""
    return (commitment(**changes), instrument(**STATEMENT), *positions)


def left(days: int, **changes: Any) -> dict[str, Any]:
    """Return an exit rule of one side alone."""
    return {"unilateral": True, "notice_days": days, "shown": PLACE, **changes}


def forum(kind: str, **changes: Any) -> tuple[Draft, ...]:
    """Return the strongest pledge there is, but for its forum."""
    return text(forum={"kind": kind, "deadlines": True, "binding": False, "shown": PLACE, **changes})


OPEN = {"terms": [quantity(period=..., shown=without("timing"))]}
"""A term without an end, so that only the document can give the pledge one."""

FAULTS: dict[str, Fault] = {
    # --- precision: five of six elements are row 3, but without quantity or timing row 2 (E1)
    "PL101": (term(shown=without("actor")), "P", "3"),
    "PL102": (term(shown=without("action")), "P", "3"),
    # A trend: no quantity, as a direction has none, and 5 elements without "both" are row 2.
    "PL103": (trend(), "P", "2"),
    "PL104": (term(period=..., shown=without("timing")), "P", "2"),
    "PL105": (
        term(
            target_is="increment", baseline={"period": {"start": "2017-01-01", "end": "2017-12-31"}},
            shown=without("reference"),
        ),
        "P", "3",
    ),
    "PL106": (term(scope=..., shown=without("scope")), "P", "3"),
    "PL107": (term(marks=[{"mark": "qualified", "element": "scope", "shown": PLACE}]), "P", "3"),
    "PL108": (term(marks=[{"mark": "differs", "element": "actor", "shown": PLACE}]), "P", "3"),
    "PL109": (term(measure=..., readings=READINGS), "P", "3"),
    "PL110": (term(imputed=[{"element": "quantity", "method": "a report"}]), "P", "2"),
    # --- the trigger: at most one above it; row 2 of the trigger is row 3 of the term
    "PL111": (threat(actor=..., scope=..., shown=changed(without("scope"), {"actor": ...})), "P", "3"),
    "PL112": (threat(act=..., target="5", unit="Mt", bound="at_least", scope=...,
                     shown=changed(without("scope"), {"action": ...})), "P", "3"),
    "PL113": (threat(act=..., judge=...), "P", "3"),
    "PL114": (threat(deadline=..., shown=without("timing")), "P", "3"),
    "PL115": (threat(act=..., judge=...), "P", "3"),
    "PL116": (threat(actor=..., scope=..., shown=changed(without("scope"), {"actor": ...})), "P", "3"),
    "PL117": (threat(judge=...), "P", "3"),
    # --- verifiability
    "PL200": (verified({**INDICATOR, "scope_share": None}), "V", "2-3"),
    "PL201": (verified(), "V", "0"),
    "PL202": (verified({**BEST_INDICATOR, "public": False}), "V", "0"),
    "PL203": (verified({**INDICATOR, "standing": "claimant"}), "V", "1"),
    "PL204": (verified({**INDICATOR, "quality": "proxy"}), "V", "2"),
    "PL205": (verified({**INDICATOR, "quality": "disputed"}), "V", "2"),
    "PL206": (verified({**INDICATOR, "lag_months": 36}), "V", "2"),
    "PL207": ((commitment(terms=[action()], indicators=[INDICATOR]), instrument()), "V", "2"),
    "PL208": (verified({**INDICATOR, "scope_share": "0.5"}), "V", "2"),
    "PL209": (verified(INDICATOR), "V", "3"),
    "PL210": (verified({**INDICATOR, "named": True}), "V", "3"),
    # --- acknowledgement and control
    "PL300": ((commitment(performance=...), instrument()), "K", "3-4"),
    "PL301": (said(position("cn", "denies")), "K", "0"),
    "PL302": (said(position("cn", "silent")), "K", "0"),
    "PL303": (said(position("cn", "affirms_differently")), "K", "1"),
    "PL304": (said(position("cn", "affirms_differently", states=["number"])), "K", "2"),
    "PL305": (said(position("cn", "affirms"), position("us", "denies")), "K", "2"),
    "PL306": ((commitment(performance={"by": "private firms", "control": "0.3"}), instrument()), "K", "3"),
    "PL307": (said(position("cn", "affirms"), position("us", "affirms")), "K", "3"),
    # --- obligation
    "PL400": (text(binding=None, form="communique"), "O", "0-4"),
    "PL401": ((commitment(source={**SOURCE, "role": "obligee"}), instrument()), "O", "0"),
    "PL402": (text(binding="no", form="memorandum"), "O", "0"),
    "PL403": ((commitment(verb={"words": "should", "strength": "hortatory", "shown": PLACE}),
               instrument(binding="silent", form="communique")), "O", "1"),
    "PL404": ((commitment(verb={"words": "will", "strength": "committing", "shown": PLACE},
                          terms=trend(period=..., shown=without("timing"))[0][2]["terms"]),
               instrument(binding="silent", form="communique")), "O", "1"),
    "PL405": (text(binding="silent", form="communique"), "O", "2"),
    "PL406": ((commitment(verb={"words": "will", "strength": "committing", "shown": PLACE}), instrument()), "O", "2"),
    "PL407": ((commitment(obligees=[]), instrument(form="notice", issuers=["cn"])), "O", "2"),
    "PL408": (text(escapes=[{"title": "a disaster", "terms": "all", "shown": PLACE}]), "O", "3"),
    # --- answerability
    "PL500": (text(forum=...), "A", "0-4"),
    "PL501": (text(forum="none"), "A", "0"),
    "PL502": (forum("consultation"), "A", "1"),
    "PL503": (forum("standing_body", deadlines=False), "A", "1"),
    "PL504": (forum("standing_body"), "A", "2"),
    "PL505": (forum("arbitration", binding=True, consent="consent"), "A", "3"),
    "PL506": (forum("court", consent="compulsory"), "A", "3"),
    # --- remedy
    "PL600": (text(remedy=...), "R", "0-4"),
    "PL601": (text(remedy="none"), "R", "0"),
    "PL602": (text(remedy={"kind": "publicity", "tied_to_test": False, "shown": PLACE}), "R", "1"),
    "PL603": ((commitment(levers=[LEVER]), instrument(remedy="none")), "R", "2"),
    "PL604": (text(remedy=REMEDY), "R", "3"),
    "PL605": (text(remedy={**REMEDY, "kind": "with_leave"}), "R", "3"),
    "PL606": (text(remedy={**REMEDY, "kind": "fixed"}), "R", "3"),
    # --- durability
    "PL700": (text(exit=...), "X", "0-4"),
    "PL701": ((commitment(**OPEN), instrument(exit="none")), "X", "0"),
    "PL702": (text(exit="none"), "X", "1"),
    "PL703": (text(exit=left(0)), "X", "0"),
    "PL704": ((commitment(**OPEN), instrument(exit=left(60))), "X", "0"),
    "PL705": (text(exit=left(60)), "X", "1"),
    "PL706": (text(exit=left(180)), "X", "2"),
    "PL707": (text(exit=left(30, cost="remedy")), "X", "2"),
    "PL708": (text(exit=left(730)), "X", "3"),
    "PL709": (text(exit=left(30, cost="package")), "X", "3"),
}  # fmt: skip
"""A case for each rule."""
