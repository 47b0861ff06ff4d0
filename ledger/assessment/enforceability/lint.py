"""The lint: what makes a text hard to enforce, where its words say so, and the text that would do better (E9).

The same rules that derive a level name what keeps it from the next (*rule*); every fault is quoted with its span, and
its gain is the score of the text once it is mended less the score as it stands (*mend*), to the tenth, gates and all.
What is not known is listed as such and is never a fault (E6). Written levels only: words are all that a drafter can
change.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final

from ledger.assessment.enforceability import precision
from ledger.assessment.enforceability.case import Case
from ledger.assessment.enforceability.gain import raises
from ledger.assessment.enforceability.level import Derived
from ledger.assessment.enforceability.mend import Place, mend
from ledger.assessment.enforceability.pillar import band, gated, points
from ledger.assessment.enforceability.rule import ELEMENT_CODES, RULES, TRIGGER_CODES
from ledger.assessment.enforceability.written import Written, ends, written
from ledger.assessment.result import Cite, Raise, Reason
from ledger.assessment.standing import standing
from ledger.assessment.view import Known, commitment_of
from ledger.model.attestation import Dimension
from ledger.model.determination import Band
from ledger.model.term import ELEMENTS, Clause, ConditionalTerm, Element, Mark, Term
from ledger.model.value import Shown, Value

_CAUSES: Final[Mapping[str, str]] = {
    precision.QUALIFIED: "PL107",
    precision.DIFFERS: "PL108",
    precision.UNSETTLED: "PL109",
    precision.IMPUTED: "PL110",
    precision.UNJUDGED: "PL117",
}
"""The rule of an element by the note of its count."""

_INDICATOR: Final = re.compile(r"indicators\[(\d+)\]")


class Span(Value):
    """Words at fault: in which quotation (from 0), and from which character to before which, counted from 0.

    Attributes:
        locator: the place in the document, where no quotation has the words.
    """

    quote: int | None
    start: int | None
    end: int | None
    words: str | None
    locator: str | None


class LintFinding(Value):
    """One rule that a text runs into, or one thing about it that is not known.

    Units: points of 100, to one place, exact.

    Attributes:
        is_fault: false for what is not known.
        clauses: the numbers of the terms at fault, from 1, with their ids in ``terms``; empty for the whole.
        where: the field that decides, with ``cite`` the entry that holds it.
        span: the words at fault; of what is missing, the words that it is missing from.
        gain: of a fault: what the low and the high end of the score gain once it alone is mended. Of what is not
            known: the most that the low end can rise and the high end fall once it alone is settled.
        earns: the text that would earn it.
    """

    code: str
    dimension: Dimension
    rule: str
    title: str
    is_fault: bool
    clauses: tuple[int, ...]
    terms: tuple[str, ...]
    says: str
    where: str | None
    cite: Cite
    span: Span | None
    gain: tuple[str, str]
    earns: str


class Lint(Value):
    """What the lint says of one commitment.

    Attributes:
        low: and ``high`` the written score, with their bands.
        raises: what one level more of each dimension is worth.
        findings: in the order of the table; faults and what is not known.
    """

    subject: str
    title: str
    low: str
    high: str
    low_band: Band
    high_band: Band
    raises: tuple[Raise, ...]
    findings: tuple[LintFinding, ...]


def lint(known: Known, subject: str) -> Lint:
    """Return what keeps a commitment from being more enforceable, as its text stands at a view.

    Raises:
        NotFoundError: the view does not know the commitment.

    Source: E9.
    """
    commitment_of(known, subject)
    case = Case(known, subject, standing(known, subject), {})
    text = written(case)
    low, high = text.tenths
    found = [*_of_precision(case, text), *_of_terms(case, text), *_of_whole(case, text)]
    return Lint(
        subject=subject,
        title=case.body.title,
        low=points(low),
        high=points(high),
        low_band=band(low),
        high_band=band(high),
        raises=raises(case, text),
        findings=tuple(sorted(found, key=lambda one: (one.code, one.clauses))),
    )


# --- precision: each element of each term -----------------------------------------------------------------------------


def _of_precision(case: Case, text: Written) -> Iterator[LintFinding]:
    for term in case.terms:
        if text.each[term.id]["P"].low == 4:
            continue
        yield from _of_count(case, text, term, precision.count(case, term), of_trigger=False)
        if isinstance(term, ConditionalTerm):
            counted = precision.trigger_count(case, term.trigger)
            if counted.level < 3:  # a trigger of row 3 or 4 holds the term down no more (E1)
                yield from _of_count(case, text, term, counted, of_trigger=True)


def _of_count(
    case: Case, text: Written, term: Term, counted: precision.Count, *, of_trigger: bool
) -> Iterator[LintFinding]:
    codes = TRIGGER_CODES if of_trigger else ELEMENT_CODES
    for element in ELEMENTS:
        if counted.weights[element] == 1:
            continue
        note = counted.notes.get(element)
        code = _CAUSES[note] if note is not None else codes[element]
        marked = _mark(term, element, of_trigger=of_trigger)
        part = "trigger." if of_trigger else "consequence." if isinstance(term, ConditionalTerm) else ""
        half = ", and counts one half" if counted.weights[element] == Fraction(1, 2) else ""
        name = precision.NAMES[element] + (" of the trigger" if of_trigger else "")
        says = f"{name}: {note}{half}" if note is not None else f"{name}: not shown by the text"
        place = Place((term.id,), element=element, of_trigger=of_trigger)
        why = Reason(rule=f"P.{counted.level}", says=says, cites=(case.cite_term(term, f"{part}shown.{element}"),))
        span = _span(case, marked or _clause(term, of_trigger=of_trigger))
        yield _finding(case, text, code, place, why, span)


def _mark(term: Term, element: Element, *, of_trigger: bool) -> Shown | None:
    """Return the words that make an element count one half."""
    marks: tuple[Mark, ...] = term.marks
    if isinstance(term, ConditionalTerm):
        marks = term.trigger.marks if of_trigger else (*term.consequence.marks, *term.marks)
    return next((mark.shown for mark in marks if mark.element == element), None)


# --- the other dimensions: by the rule that each reason names ---------------------------------------------------------


def _of_terms(case: Case, text: Written) -> Iterator[LintFinding]:
    """Yield what holds V and K of each term; what is said alike of several terms is one finding."""
    for one in ("V", "K"):
        found: dict[tuple[str, str | None], list[tuple[Term, Reason]]] = {}
        for term in case.terms:
            for why in text.each[term.id][one].reasons:
                if why.code is not None:
                    found.setdefault((why.code, _field(why)), []).append((term, why))
        for (code, _), several in found.items():
            terms = tuple(dict.fromkeys(term.id for term, _ in several))
            first, why = several[0]
            span = _span(case, _at_fault(case, code, first, why))
            yield _finding(case, text, code, Place(terms, position=_position(why)), why, span)


def _of_whole(case: Case, text: Written) -> Iterator[LintFinding]:
    """Yield what holds O, A, R and X."""
    for one in ("O", "A", "R", "X"):
        seen: set[tuple[str, str | None]] = set()
        for why in text.levels[one].reasons:
            if why.code is None or (why.code, _field(why)) in seen:
                continue
            seen.add((why.code, _field(why)))
            span = _span(case, _at_fault(case, why.code, None, why))
            yield _finding(case, text, why.code, Place(), why, span)


def _field(why: Reason) -> str | None:
    return why.cites[0].field if why.cites else None


def _position(why: Reason) -> int | None:
    found = _INDICATOR.fullmatch(_field(why) or "")
    return int(found[1]) if found else None


def _finding(case: Case, text: Written, code: str, place: Place, why: Reason, span: Span | None) -> LintFinding:
    told = RULES[code]
    change = _gain(case, text, code, place) if told.is_fault else _settled(text, told.dimension)
    names = {
        "obligor": " and ".join(case.body.obligors), "obligee": " and ".join(case.body.obligees) or "the other side",
        "title": case.body.title,
    }  # fmt: skip
    return LintFinding(
        code=code,
        dimension=told.dimension,
        rule=why.rule,
        title=told.title,
        is_fault=told.is_fault,
        clauses=tuple(n for n, term in enumerate(case.standing.terms, start=1) if term.id in place.terms),
        terms=place.terms,
        says=why.says,
        where=_field(why),
        cite=why.cites[0],
        span=span,
        gain=(points(change[0]), points(change[1])),
        earns=told.earns.format(**names),
    )


def _gain(case: Case, text: Written, code: str, place: Place) -> tuple[int, int]:
    """Return what each end gains once a fault alone is mended. Units: tenths."""
    before, after = text.tenths, written(mend(case, code, place)).tenths
    return after[0] - before[0], after[1] - before[1]


def _settled(text: Written, one: Dimension) -> tuple[int, int]:
    """Return how far the low end can rise, and the high end fall, once a dimension alone is settled. Units: tenths."""
    low, high = ends(text.levels)
    level: Derived = text.levels[one]
    return gated({**low, one: level.high}) - gated(low), gated({**high, one: level.low}) - gated(high)


# --- the words at fault -----------------------------------------------------------------------------------------------


def _at_fault(case: Case, code: str, term: Term | None, why: Reason) -> Shown | None:
    """Return the place of the words that a rule is about; of a clause that is missing, of the words that lack it."""
    lacking = _clause(term if term is not None else case.terms[0], of_trigger=False)
    document = case.document
    match code[2]:
        case "2":
            position = _position(why)
            indicator = (case.body.indicators or ())[position] if position is not None else None
            return (indicator.shown if indicator is not None else None) or lacking
        case "4" if code == "PL408" and document is not None:
            escapes = document.escapes if document.escapes is not None and document.escapes != "none" else ()
            return next((one.shown for one in escapes if one.title in why.says), lacking)
        case "4" if code in {"PL403", "PL404", "PL405", "PL406"} and case.body.verb is not None:
            return case.body.verb.shown
        case "5" | "6" | "7" if document is not None:
            clause = {"5": document.forum, "6": document.remedy, "7": document.exit}[code[2]]
            return clause.shown if clause is not None and clause != "none" else lacking
        case _:
            return lacking


def _clause(term: Term, *, of_trigger: bool) -> Shown | None:
    """Return the words that stand for a term: its act's, else its amount's, else any that show something of it."""
    parts: tuple[Term | Clause, ...] = (term,)
    if isinstance(term, ConditionalTerm):
        first, other = (term.trigger, term.consequence) if of_trigger else (term.consequence, term.trigger)
        parts = (first, term, other)
    places = [getattr(part.shown, one) for part in parts for one in ("action", "quantity", *ELEMENTS)]
    quoted = [one for one in places if one is not None and one.words is not None]
    return next(iter(quoted), None) or next((one for one in places if one is not None), None)


def _span(case: Case, shown: Shown | None) -> Span | None:
    """Return the span of words in their quotation; the first quotation whole where nothing points anywhere."""
    if shown is None or (shown.quote is None and shown.locator is None):
        text = case.body.quotes[0].text
        return Span(quote=0, start=0, end=len(text), words=text, locator=case.body.quotes[0].locator)
    if shown.quote is None or shown.words is None:
        return Span(quote=None, start=None, end=None, words=None, locator=shown.locator)
    quotes = case.body.quotes
    start = quotes[shown.quote].text.find(shown.words) if shown.quote < len(quotes) else -1
    if start < 0:  # an amendment's own words are not among the commitment's quotations
        return Span(quote=None, start=None, end=None, words=shown.words, locator=shown.locator)
    end = start + len(shown.words)
    return Span(quote=shown.quote, start=start, end=end, words=shown.words, locator=shown.locator)
