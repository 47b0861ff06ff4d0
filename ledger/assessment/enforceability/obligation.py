"""Obligation (O): how strongly the words bind (method §4, E2, E3).

It is read from the instrument's form, what it says of itself, the verb and the escapes.
Read on the words, never on conduct; practised, it falls to nothing only while the pledge is suspended or disowned (E3).
"""

from ledger.assessment.enforceability import acknowledgement
from ledger.assessment.enforceability.case import Case, cite
from ledger.assessment.enforceability.level import Derived, as_written, at, between, lowest
from ledger.assessment.enforceability.precision import count, trigger_count
from ledger.assessment.result import Cite
from ledger.model.term import ConditionalTerm, Term

BINDING_FORMS: frozenset[str] = frozenset({"treaty", "executive_agreement", "domestic_law"})
"""Forms that bind unless they say that they do not."""

_THIRD: frozenset[str] = frozenset({"obligee", "third_party"})


def written(case: Case) -> Derived:
    """Return the level of the text: the lowest over the material terms, as escapes are said of terms (E2)."""
    document = case.document
    # What disqualifies words is asked before the rows are read: it holds however strong they are.
    if _is_beneficiarys_word(case):
        return at("O", 0, "only others than the obligor report the words", case.cite("source.role"), code="PL401")
    if document is None:
        return between("O", 0, 4, "the instrument is not known at this view", case.cite("instrument"))
    if document.binding == "no":
        return at("O", 0, "the text says that it does not bind", case.cite_instrument("binding"), code="PL402")
    if document.form == "notice" and set(document.issuers) <= set(case.body.obligors):
        # It binds by its maker's own law, which the maker can change: row 2, whatever its verb. A notice of somebody
        # else is no law of the obligor's.
        return at("O", 2, "a unilateral legal notice", case.cite_instrument("form"), code="PL407")
    return lowest([_of_term(case, term) for term in case.terms])


def practised(case: Case, *, as_text: Derived) -> Derived:
    """Return the level as it stands: 0 while suspended or disowned, else as written (E3)."""
    if case.standing.validity == "suspended" or all(term.id in case.standing.suspended for term in case.terms):
        return _fallen("suspended", *_cites(case, "suspend"), code="E3.O.suspended")
    # To leave a pledge is to disown it; that it ran out, or that the other side left, is not.
    left = [
        one for one in case.standing.in_effect
        if one.body.change == "withdraw" and one.body.applies_to == "all" and set(one.body.by) & set(case.body.obligors)
    ]  # fmt: skip
    if left:
        cites = tuple(cite(one, "change") for one in left)
        return _fallen("disowned: the obligor has withdrawn", *cites, code="E3.O.left")
    denials = [acknowledgement.denials(case, term) for term in case.terms]
    if all(denials):
        cites = tuple(dict.fromkeys(one for several in denials for one in several))
        return _fallen("disowned: the obligor's latest position denies it", *cites, code="E3.O.denied")
    return as_written("O", as_text, "as written: neither suspended nor disowned", case.cite_instrument("binding"))


def _fallen(says: str, *cites: Cite, code: str) -> Derived:
    derived = at("O", 0, says, *cites, code=code)
    return Derived(0, 0, derived.reasons, observed=True)


def _cites(case: Case, change: str) -> tuple[Cite, ...]:
    return tuple(cite(one, "change") for one in case.standing.in_effect if one.body.change == change)


def _is_beneficiarys_word(case: Case) -> bool:
    """Whether every quotation comes from an obligee or a third party, the obligor not being the speaker quoted (E2)."""
    return all(
        (quote.source or case.body.source).role in _THIRD and quote.speaker not in case.body.obligors
        for quote in case.body.quotes
    )


def _of_term(case: Case, term: Term) -> Derived:
    document = case.document
    if document is None:
        message = "a term's obligation is read only where the instrument is known"
        raise AssertionError(message)
    strength, why = _verb(case, term)
    here = (case.cite_instrument("binding"), case.cite("verb"))
    if document.binding == "yes" or document.form in BINDING_FORMS:
        return _binding(case, term, strength, why)
    if document.binding == "silent" or document.is_words_only:
        # Words of the day have only what they give: null in a transcript is no hidden clause (design §2.2).
        level = 1 if strength == "hortatory" else 2  # a "shall" without a binding text is a committing verb
        return at("O", level, f"political text, {why}", *here, code=_weak(case, strength))
    # Expressly not binding at worst, binding at best.
    best = _binding(case, term, strength, why).high
    return between("O", 0, best, f"whether the text says that it binds is unknown; {why}", *here)


def _binding(case: Case, term: Term, strength: str, why: str) -> Derived:
    here = (case.cite_instrument("form"), case.cite("verb"))
    if strength != "shall":
        # The table gives a binding text 3 and 4 only with "shall"; committing or hortatory, it is row 2.
        return at("O", 2, f"binding text, {why}", *here, code="PL406")
    escapes = case.document.escapes if case.document is not None else None
    clause = case.cite_instrument("escapes")
    if escapes is None:
        return between("O", 3, 4, f"binding, {why}; whether there is an escape for {term.id} is unknown", *here, clause)
    for position, escape in enumerate(escapes if escapes != "none" else ()):
        if escape.terms == "all" or term.id in escape.terms:
            clause = case.cite_instrument(f"escapes[{position}]")
            says = f"binding, {why}, with an escape for {term.id}: {escape.title}"
            return at("O", 3, says, *here, clause, code="PL408")
    return at("O", 4, f"binding, {why}, no escape for {term.id}", *here, clause)


def _weak(case: Case, strength: str) -> str:
    """Return the lint's rule of a political text by how its verb reads on a term (E9)."""
    if strength != "hortatory":
        return "PL405"
    verb = case.body.verb
    return "PL404" if verb is not None and verb.strength == "committing" else "PL403"


def _verb(case: Case, term: Term) -> tuple[str, str]:
    """Return how the verb reads on a term, and why (E2)."""
    verb = case.body.verb
    if verb is None:
        return "hortatory", "no operative verb, which reads as hortatory"
    if verb.strength == "committing" and not _says_anything_firm(case, term):
        return (
            "hortatory",
            f'"{verb.words}" with neither quantity, date nor pass/fail conduct, which reads as hortatory',
        )
    name = {"shall": "operative verb", "committing": "committing verb", "hortatory": "hortatory verb"}[verb.strength]
    return verb.strength, f'{name} "{verb.words}"'


def _says_anything_firm(case: Case, term: Term) -> bool:
    """Whether the text shows a quantity, a date or pass/fail conduct of the term; a trigger's date is one, too."""
    counted = count(case, term)
    dated = isinstance(term, ConditionalTerm) and trigger_count(case, term.trigger).has("timing")
    return counted.has("quantity") or counted.has("timing") or dated
