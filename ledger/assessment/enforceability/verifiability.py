"""Verifiability (V): by whose figures or records a term can be checked, and whether they came (method §4, E2, E3).

Written, from the pledge's indicators; practised, from the figures that were reconciled and from what assessors looked
for. It reads whether figures exist, never what they say.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from ledger.assessment.enforceability.case import Case, cite, is_conduct
from ledger.assessment.enforceability.level import Derived, as_written, at, between, highest, observed
from ledger.assessment.lag import LONGEST_LAG, usual_lag
from ledger.assessment.result import Cite, ReadingResult, SourceResult
from ledger.assessment.view import Fact
from ledger.model.attestation import Attestation
from ledger.model.commitment import Indicator
from ledger.model.term import Term
from ledger.model.value import as_date, fraction

_ENOUGH = Fraction(8, 10)
"""The share of scope, and of due periods, that an official source has to cover (row V.3; E3)."""

_LATEST_MONTHS = LONGEST_LAG
"""Figures later than this are only a public indicator (row V.2): after it they are no longer awaited (R11)."""


def written(case: Case, term: Term) -> Derived:
    """Return the level of the best indicator of a term; for a conditional term, of its consequence (E1, E2)."""
    return _best(case, term, silent=frozenset())


def _best(case: Case, term: Term, *, silent: frozenset[str]) -> Derived:
    indicators = case.body.indicators
    if indicators is None:
        return between("V", 0, 4, f"whether anything verifies {term.id} is not recorded", case.cite("indicators"))
    levels = [
        _of_indicator(case, term, indicator, position)
        for position, indicator in enumerate(indicators)
        if _covers(indicator, term) and indicator.authority not in silent
    ]
    if not levels:
        return at("V", 0, f"nothing verifies {term.id}", case.cite("indicators"), code="PL201")
    # Shares of two indicators are not added up: nothing says that they do not cover the same part.
    return highest(levels)


def _covers(indicator: Indicator, term: Term) -> bool:
    return indicator.terms == "all" or term.id in indicator.terms


def _of_indicator(case: Case, term: Term, indicator: Indicator, position: int) -> Derived:
    """Return the row of one indicator; what makes it private, a proxy, disputed or late is asked first."""
    here = case.cite(f"indicators[{position}]")
    who = indicator.publisher
    if not indicator.public:
        return at("V", 0, f"{who} is private", here, code="PL202")
    if indicator.standing == "claimant":
        # The claimant's word does not verify itself, even where the text names it; E3 says the same of figures.
        return at("V", 1, f"{who} is the claimant's word or media", here, code="PL203")
    if indicator.quality != "direct":
        what, code = ("a proxy", "PL204") if indicator.quality == "proxy" else ("disputed", "PL205")
        return at("V", 2, f"{who} is public, but {what}", here, code=code)
    if indicator.lag_months is not None and indicator.lag_months > _LATEST_MONTHS:
        return at("V", 2, f"{who} is public, but {indicator.lag_months} months late", here, code="PL206")
    if indicator.named and indicator.method_named:
        # Row 4 does not ask for a share of scope: what the parties named is what they agreed to be judged by.
        return at("V", 4, f"the text or its standing rules name {who} and the method, and it is published", here)
    if is_conduct(term) and indicator.kind == "series":
        return at("V", 2, f"{who} is public, but a series of figures is a proxy for conduct", here, code="PL207")
    if indicator.scope_share is None:
        return between("V", 2, 3, f"what share of the scope of {term.id} {who} covers is unknown", here)
    if fraction(indicator.scope_share) < _ENOUGH:
        return at("V", 2, f"{who} is public, but covers {indicator.scope_share} of the scope", here, code="PL208")
    unnamed, code = (
        ("the text does not name its method", "PL210")
        if indicator.named
        else ("the text names no such source", "PL209")
    )
    return at("V", 3, f"{unnamed}; {indicator.standing} {indicator.kind} by {who} covers the scope", here, code=code)


def practised(case: Case, term: Term, *, as_text: Derived) -> Derived:
    """Return what verified a term in practice: the best source that has figures for its due periods (E3)."""
    levels = [_of_figures(case, term, reading, source) for reading, source in _with_figures(case, term)]
    if levels:
        best = highest(levels)
        return Derived(best.low, best.high, best.reasons, best.unknown, observed=True)
    looked = _looked_for(case, term)
    if not looked:
        what = "conduct owes no figures" if is_conduct(term) else "no admissible figure is in this ledger"
        return as_written("V", as_text, f"as written: {what}, and nobody attests having looked", case.cite_term(term))
    # A publisher that an assessor found silent verifies nothing; what is left is derived again without it.
    silent = frozenset(fact.body.authority for fact in looked if fact.body.authority is not None)
    left = _best(case, term, silent=silent)
    low, high = min(left.low, as_text.low), min(left.high, as_text.high)
    says = f"an assessor looked, and {', '.join(sorted(silent))} had not published"
    cites = (cite(fact, "authority") for fact in looked)
    return observed("V", left, says, *cites, code="E3.V.silent", low=low, high=high)


def _with_figures(case: Case, term: Term) -> Iterator[tuple[ReadingResult, SourceResult]]:
    """Yield every source with admissible figures for a term, in any of its readings."""
    result = case.results.get(term.id)
    for reading in result.readings if result is not None else ():
        for source in reading.sources:
            if source.points or source.low is not None:
                yield reading, source


def _looked_for(case: Case, term: Term) -> tuple[Fact[Attestation], ...]:
    return tuple(
        fact for fact in case.known.attestations.get(case.subject, ())
        if fact.body.about == "not_published" and fact.body.term == term.id
    )  # fmt: skip


def _of_figures(case: Case, term: Term, reading: ReadingResult, source: SourceResult) -> Derived:
    cites = source.cites
    if source.grade in {"E0", "E1", "E2"}:
        return at("V", 1, f"only the claimant's figures, or media: {source.source}", *cites, code="E3.V.claimant")
    if (share := _due_share(case, term, source)) is not None and share < _ENOUGH:
        says = f"figures of {source.source} cover under 80 % of the periods due"
        return at("V", 2, says, *cites, code="E3.V.periods")
    if _is_late(case, term, source):
        says = f"figures of {source.source} came later than 24 months after the period"
        return at("V", 2, says, *cites, code="E3.V.late")
    if _is_named(case, term, reading, source):
        says = f"{source.source}, named in the text, has figures for the periods due"
        return at("V", 4, says, *cites, code="E3.V.named")
    if fraction(source.scope_coverage) < _ENOUGH:
        says = f"figures of {source.source} cover {source.scope_coverage} of the scope"
        return at("V", 2, says, *cites, code="E3.V.scope")
    says = f"{source.source}, official or independent, has figures for the periods due"
    return at("V", 3, says, *cites, code="E3.V.official")


def _is_named(case: Case, term: Term, reading: ReadingResult, source: SourceResult) -> bool:
    return reading.named_source == source.source or any(
        one.named and one.authority == source.source and _covers(one, term) for one in case.body.indicators or ()
    )


def _due_share(case: Case, term: Term, source: SourceResult) -> Fraction | None:
    """Return the share of the days due for publication that have figures; null where none is due yet.

    A day is due once the source's usual lag has passed at the view (24 months where none is given, R11). A term whose
    period is covered whole needs no lag; one with no period runs from the commitment's date.
    """
    if fraction(source.period_coverage) >= _ENOUGH:
        return fraction(source.period_coverage)
    start = as_date(term.period.start if term.period is not None else case.body.date)
    view = as_date(case.known.view.as_of)
    lag = usual_lag(case.body, term=term.id, source=source.source)
    end = min(as_date(term.due) if term.due is not None else view, _months_before(view, lag))
    if end < start:
        return None
    counted = [(as_date(one.start), as_date(one.end)) for one in source.points if one.status != "I"]  # I never counts
    days = _days(counted, start=start, end=end)
    return Fraction(days, (end - start).days + 1)


def _days(periods: list[tuple[date, date]], *, start: date, end: date) -> int:
    """Return how many days from ``start`` to ``end`` the periods cover, each day once."""
    covered, reached = 0, start - timedelta(days=1)
    for first, last in sorted(periods):
        begin, stop = max(first, reached + timedelta(days=1), start), min(last, end)
        if stop >= begin:
            covered += (stop - begin).days + 1
            reached = stop
    return covered


def _months_before(day: date, months: int) -> date:
    """Return the same day of an earlier month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _is_late(case: Case, term: Term, source: SourceResult) -> bool:
    """Whether the first publication came more than 24 months after the period.

    Only a publisher's own dates can show that: a vintage whose day is imputed says when a copy was made, not when the
    figures came out (R1).
    """
    days = [one.published for one in source.revisions]
    if source.vintage is not None:
        days.append(source.vintage)
    if term.due is None or not days or any(_is_imputed(case, one) for one in source.cites):
        return False
    return _months_before(as_date(min(days)), _LATEST_MONTHS) > as_date(term.due)


def _is_imputed(case: Case, cited: Cite) -> bool:
    return any(
        fact.body.vintage.imputed is not None
        for facts in case.known.evidence.values()
        for fact in facts
        if fact.name == cited.statement
    )
