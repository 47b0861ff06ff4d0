"""Durability (X): how long it lasts and what leaving costs (method §4, E2, E3).

Written, from the exit rule, the instrument's expiry and the periods of the terms; practised, it is gone with the
suspension, exit or lapse of the instrument, and with nothing else.
"""

from ledger.assessment.enforceability.case import Case, cite
from ledger.assessment.enforceability.level import Derived, as_written, at, between
from ledger.model.instrument import Exit


def written(case: Case, *, remedy: Derived) -> Derived:
    """Return the level of the text.

    Args:
        remedy: the written R, which decides whether an exit that triggers the remedy costs anything (row 2).
    """
    clause = case.document.exit if case.document is not None else None
    here = case.cite_instrument("exit")
    bounded = _has_term(case)
    if clause == "none":
        # "A term, but … no exit rule", else "no term".
        if bounded is None:
            return between(
                "X", 0, 1, "no exit rule; whether it has a term is unknown", here, case.cite_instrument("expires")
            )
        if bounded:
            return at("X", 1, "a term, and no exit rule", here, code="PL702")
        return at("X", 0, "no term and no exit rule", here, code="PL701")
    if clause is None:
        # An exit rule may say anything, "at will" included.
        return between("X", 0, 4, "how a party may leave is unknown", here)
    if not clause.unilateral:
        return at("X", 4, "no unilateral exit", here)
    return _of_exit(case, clause, bounded=bounded, remedy=remedy)


def _of_exit(case: Case, clause: Exit, *, bounded: bool | None, remedy: Derived) -> Derived:
    here = case.cite_instrument("exit")
    low, high, says, code = _by_notice(clause.notice_days, bounded=bounded)
    if clause.cost == "package":
        low, high, says, code = max(low, 3), max(high, 3), f"{says}, at the cost of the package", "PL709"
    elif clause.cost == "remedy" and remedy.high >= 3:
        # An exit that itself triggers a loss counts only where that loss is R 3 or more.
        code = "PL707" if high <= 2 else code
        low, high = max(low, 2 if remedy.low >= 3 else 0), max(high, 2)
        says = f"{says}, and it triggers the remedy"
    return between("X", low, high, says, here, code=code)


def _by_notice(days: int | None, *, bounded: bool | None) -> tuple[int, int, str, str]:
    """Return the levels of an exit by its notice alone, a sentence, and the lint's rule (E9)."""
    if days is None:
        return 0, 3, "exit on notice of unknown length", "PL700"
    if days == 0:
        return 0, 0, "exit at will", "PL703"
    if days > 365:
        return 3, 3, f"exit on {days} days' notice", "PL708"
    if days > 90:
        return 2, 2, f"exit on {days} days' notice", "PL706"
    if bounded is None:
        return 0, 1, f"exit on {days} days' notice; whether it has a term is unknown", "PL704"
    return (
        (1, 1, f"a term, but exit on {days} days' notice", "PL705")
        if bounded
        else (0, 0, f"no term, and exit on {days} days' notice", "PL704")
    )


def _has_term(case: Case) -> bool | None:
    """Whether the pledge runs for a term: an expiry of the instrument, or a period or deadline of a material term.

    One dated term is enough, as X is a level of the commitment and not of its terms. Null where that is unknown;
    words of the day have no expiry that they do not give (design §2.2).
    """
    if any(term.due is not None for term in case.terms):
        return True
    document = case.document
    if document is not None and document.expires is None and document.is_words_only:
        return False
    if document is None or document.expires is None:
        return None
    return document.expires != "none"


def practised(case: Case, *, as_text: Derived) -> Derived:
    """Return the level as it stands: 0 from suspension, exit or lapse; a period that ended is none of these (E3)."""
    gone = _gone(case)
    if gone is not None:
        change, code, says = gone
        cites = tuple(cite(one, "change") for one in case.standing.in_effect if one.body.change == change)
        derived = at("X", 0, says, *(cites or (case.cite_instrument("expires"),)), code=code)
        return Derived(0, 0, derived.reasons, observed=True)
    return as_written("X", as_text, "as written: neither suspended, left nor lapsed", case.cite_instrument("exit"))


def _gone(case: Case) -> tuple[str, str, str] | None:
    """Return the change by which it is gone, the rule, and a sentence; null while it stands.

    A pledge whose terms were replaced can be suspended or run out all the same: validity names one thing only (R12).
    """
    standing = case.standing
    match standing.validity:
        case "withdrawn":
            return "withdraw", "E3.X.left", standing.reason
        case "expired":
            return "expire", "E3.X.lapsed", standing.reason
        case "suspended":
            return "suspend", "E3.X.suspended", standing.reason
        case _:
            expires = case.document.expires if case.document is not None else None
            if expires not in (None, "none") and expires < case.known.view.as_of:
                return "expire", "E3.X.lapsed", f"the instrument expired on {expires}"
            if all(term.id in standing.suspended for term in case.terms):
                return "suspend", "E3.X.suspended", "every material term is suspended"
            return None
