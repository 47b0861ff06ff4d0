"""The opinion: what an audit concludes, by rule and with its arithmetic shown (method §6, A1–A5).

It reads outcomes, coverage, grades and missing sources of the material terms that are due, and decides by the first row
of the table that matches. It never looks at figures itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from ledger.assessment.result import CommitmentResult, Grade, ReadingResult, TermResult
from ledger.model.determination import Outcome
from ledger.model.value import Days, Value, fraction

OpinionCode = Literal["A1", "A2", "A3", "A4", "A5"]
"""The five opinions; they are tried in the order of ``ROWS``."""

OpinionName = Literal["unmodified", "adverse", "qualified", "disclaimer", "progress statement"]

_A4 = (
    "a pervasive part of the due material terms has P of 1 or less, coverage under 60 % of every voting source, or is "
    "disputed, awaiting or not assessable"
)
_A2 = (
    "a pervasive part of the due material terms is not met, and no named source is missing, save the obligor's own "
    "when attested as not reported"
)
_A3 = "a due material term is not met, a coverage is under 95 %, a grade is below E3, or a named source is missing"
_A1 = "every due material term is met, coverage is 95 % or more, grades are E3 or better, no source is missing"

ROWS: Final[tuple[tuple[OpinionCode, OpinionName, str], ...]] = (
    ("A5", "progress statement", "no material term is due"),
    ("A4", "disclaimer", _A4),
    ("A2", "adverse", _A2),
    ("A3", "qualified", _A3),
    ("A1", "unmodified", _A1),
)
"""The table of opinions, in its order: code, name, and when it holds."""

_PERVASIVE_TERMS: Final = Fraction(1, 3)
_PERVASIVE_VALUE: Final = Fraction(20, 100)
_LOW_COVERAGE: Final = Fraction(60, 100)
_FULL_COVERAGE: Final = Fraction(95, 100)
_UNSETTLED: Final[frozenset[Outcome]] = frozenset({"disputed", "awaiting", "not_assessable"})
_WEAK: Final[frozenset[Grade]] = frozenset({"E0", "E1", "E2"})


class Considered(Value):
    """A material term that is due, and what the opinion reads of it.

    Attributes:
        coverages: of every voting source, as shares.
    """

    subject: str
    term: str
    title: str
    outcome: Outcome
    precision: int | None
    coverages: tuple[str, ...]
    grade: Grade | None
    target: str | None
    unit: str | None


class Running(Value):
    """A material term that is not due: it gets a progress section, and no part in the opinion."""

    subject: str
    term: str
    title: str
    outcome: Outcome
    due: str | None


class Part(Value):
    """A part of the due material terms, and whether it is pervasive, with the arithmetic (method §6).

    Attributes:
        of: the row that asks.
        terms: ``subject/term``, each with why it belongs, in ``why``.
        value_share: share of the target value; null where the terms do not all share a unit.
        words: the whole reckoning in a sentence.
    """

    of: Literal["A4", "A2"]
    terms: tuple[str, ...]
    why: tuple[str, ...]
    count: int
    due: int
    value_share: str | None
    pervasive: bool
    words: str


class MissingSource(Value):
    """A source that should have voted and did not.

    Attributes:
        excused: it is the obligor's own, and an assessor attests that it did not report: nobody gains by not reporting.
    """

    subject: str
    term: str
    source: str
    excused: bool


class Opinion(Value):
    """What an audit concludes, by rule.

    Attributes:
        rule: when this opinion holds, as the method says.
        because: what made it so, in sentences; for a qualified opinion every qualification.
        parts: what could be pervasive, reckoned, whether it was or not.
    """

    code: OpinionCode
    name: OpinionName
    rule: str
    because: tuple[str, ...]
    considered: tuple[Considered, ...]
    running: tuple[Running, ...]
    parts: tuple[Part, ...]
    sources_missing: tuple[MissingSource, ...]


@dataclass(frozen=True, slots=True)
class _Material:
    """What the opinion asks of a material term; its result is let go of, so that many do not stand side by side.

    Attributes:
        precision: P as practised, on the terms as they stand (E5).
        voting: each source that votes, with its coverage.
        is_ungraded: there are figures, and none has a grade.
        erasures: what was erased that its outcome could rest on, in sentences.
    """

    subject: str
    term: str
    title: str
    outcome: Outcome
    reason: str | None
    is_due: bool
    due: str | None
    precision: int | None
    voting: tuple[tuple[str, str], ...]
    grade: Grade | None
    is_ungraded: bool
    target: str | None
    unit: str | None
    missing: tuple[MissingSource, ...]
    erasures: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.subject}/{self.term}"


def _material(result: CommitmentResult) -> Iterator[_Material]:
    """Yield the material terms of a commitment."""
    for term in result.terms:
        if term.material:
            sources = [source for reading in term.readings for source in reading.sources]
            yield _Material(
                subject=result.subject,
                term=term.id,
                title=term.title,
                outcome=term.outcome,
                reason=term.reason,
                is_due=term.is_due,
                due=term.due,
                precision=next((one.P[1].high for one in result.score.terms if one.term == term.id), None),
                voting=tuple((source.source, source.coverage) for source in sources if source.votes),
                grade=term.grade,
                is_ungraded=term.grade is None and bool(sources),
                target=term.target,
                unit=term.unit,
                missing=tuple(_missing(result, term)) if term.is_due else (),
                erasures=tuple(_erasures(result, term)) if term.is_due else (),
            )


def opine(results: Iterable[CommitmentResult], *, period: Days | None = None) -> Opinion:
    """Return the opinion on commitments: over their material terms that are due, the first row that matches.

    Args:
        results: of one view; their order does not matter.
        period: in which all of their terms fall due, where one was asked for.

    Source: method §6, A1–A5.
    """
    # One order, so that the same results in another order give the same bytes.
    material = sorted((one for result in results for one in _material(result)), key=lambda one: one.subject)
    due = [one for one in material if one.is_due]
    missing = tuple(lack for one in due for lack in one.missing)
    unsettled = _part("A4", due, {one.name: why for one in due if (why := _why_unsettled(one)) is not None})
    broken = _part("A2", due, {one.name: "not met" for one in due if one.outcome == "not_met"})
    code, because = _decide(due, unsettled=unsettled, broken=broken, missing=missing, period=period)
    name, rule = next((name, rule) for row, name, rule in ROWS if row == code)
    return Opinion(
        code=code,
        name=name,
        rule=rule,
        because=because,
        considered=tuple(_considered(one) for one in due),
        running=tuple(_running(one) for one in material if not one.is_due),
        parts=(unsettled, broken) if due else (),
        sources_missing=missing,
    )


def _decide(
    due: list[_Material], *, unsettled: Part, broken: Part, missing: tuple[MissingSource, ...], period: Days | None
) -> tuple[OpinionCode, tuple[str, ...]]:
    """Return the first row that matches, in the order of the table, and what made it match."""
    if not due:
        within = f" of those that fall due from {period.start} to {period.end}" if period is not None else ""
        return "A5", (f"no material term{within} is due at this view",)
    # An erasure takes no verdict away: it makes no source missing for A2, as nobody is to gain by erasing. But what was
    # erased could have said otherwise, so that no opinion is unmodified beside it, and each says so.
    erased = tuple(why for one in due for why in one.erasures)
    if unsettled.pervasive:
        return "A4", (unsettled.words, *unsettled.why, *erased)
    if broken.pervasive and all(one.excused for one in missing):
        return "A2", (broken.words, *broken.why, *erased)
    qualifications = (*_qualifications(due, missing), *erased)
    if qualifications:
        return "A3", qualifications
    return "A1", ("every due material term is met",)


def _why_unsettled(one: _Material) -> str | None:
    """Return why a term cannot carry a conclusion; null where it can (row A4)."""
    if one.precision is not None and one.precision <= 1:
        return f"P is {one.precision}"
    coverages = [fraction(coverage) for _, coverage in one.voting]
    if coverages and max(coverages) < _LOW_COVERAGE:
        return f"no voting source covers more than {_percent(max(coverages))}"
    if one.outcome in _UNSETTLED:
        reason = f": {one.reason}" if one.reason else ""
        return f"{_words(one.outcome)}{reason}"
    return None


def _part(of: Literal["A4", "A2"], due: list[_Material], why: dict[str, str]) -> Part:
    """Return a part of the due terms and whether it is pervasive: by a third of them, or by 20 % of value."""
    count, total = len(why), len(due)
    value = _value_share(due, set(why))
    by_count = count > 0 and Fraction(count, total) >= _PERVASIVE_TERMS
    by_value = count > 0 and value is not None and value >= _PERVASIVE_VALUE
    what = "cannot carry a conclusion" if of == "A4" else f"{'is' if count == 1 else 'are'} not met"
    words = f"{count} of {total} due material terms {what} (pervasive from a third)"
    if value is not None:
        words += f", with {_percent(value)} of target value (pervasive from 20 %)"
    else:
        words += "; the terms do not all have targets in one unit, so value is not reckoned"
    return Part(
        of=of,
        terms=tuple(why),
        why=tuple(f"{name}: {reason}" for name, reason in why.items()),
        count=count,
        due=total,
        value_share=_share(value) if value is not None else None,
        pervasive=by_count or by_value,
        words=f"{words}: {'pervasive' if by_count or by_value else 'not pervasive'}",
    )


def _value_share(due: list[_Material], names: set[str]) -> Fraction | None:
    """Return the share of the target value that these terms have; null where the due terms do not all share a unit."""
    units = {one.unit for one in due}
    if len(units) != 1 or None in units or any(one.target is None for one in due):
        return None
    values = {one.name: abs(fraction(one.target)) for one in due if one.target is not None}
    total = sum(values.values(), Fraction(0))
    # Targets of nothing ("at most 0") have no share of value.
    return sum((values[name] for name in names), Fraction(0)) / total if total else None


def _qualifications(due: list[_Material], missing: tuple[MissingSource, ...]) -> Iterator[str]:
    """Yield everything for which row A3 asks."""
    for one in due:
        if one.outcome != "met":
            reason = f": {one.reason}" if one.reason else ""
            yield f"{one.name} is {_words(one.outcome)}{reason}"
        for source, coverage in one.voting:
            if fraction(coverage) < _FULL_COVERAGE:
                yield f"{one.name}: {source} covers {_percent(fraction(coverage))}, under 95 %"
        if one.grade in _WEAK:
            yield f"{one.name}: the grade of the evidence is {one.grade}, below E3"
        elif one.is_ungraded:
            # Figures without a grade are below E3; where there are none at all, the outcome has said so.
            yield f"{one.name}: the evidence has no grade, so it is below E3"
    for lack in missing:
        excuse = " (the obligor's own, attested as not reported)" if lack.excused else ""
        yield f"{lack.subject}/{lack.term}: {lack.source} is missing{excuse}"


def _erasures(result: CommitmentResult, term: TermResult) -> Iterator[str]:
    """Yield what was erased that the outcome of a due term could rest on: it is missing, for whoever reads."""
    by = {lost.entry: lost for lost in result.erased}
    for cite in term.erased:
        lost = by[cite.entry]
        what = f"the {lost.kind} at entry {lost.entry}"
        yield f"{result.subject}/{term.id}: {what} is missing, as entry {lost.by} erased it"


def _missing(result: CommitmentResult, term: TermResult) -> Iterator[MissingSource]:
    """Yield every source that a term lacks, once; with those of its readings (R8, method §2)."""
    names = dict.fromkeys((
        *term.sources_missing, *(name for reading in term.readings for name in reading.sources_missing)
    ))  # fmt: skip
    for name in names:
        is_excused = _is_excused(result, term, name)
        yield MissingSource(subject=result.subject, term=term.id, source=name, excused=is_excused)


def _is_excused(result: CommitmentResult, term: TermResult, name: str) -> bool:
    """Whether a missing source is the obligor's own, and is attested as not reported (row A2; R11 ``not_reported``)."""
    return any(reading.reporter in result.obligors and _is_unreported(reading, name) for reading in term.readings)


def _is_unreported(reading: ReadingResult, name: str) -> bool:
    """Whether a reading says of that source that it did not report; by itself where it is the only one."""
    sources = [source for source in reading.sources if source.source == name]
    if sources:
        return all(source.outcome == "not_reported" for source in sources)
    own = {reading.named_source, *reading.sources_missing, f"{reading.measure}/{reading.reporter}/{reading.partner}"}
    return reading.outcome == "not_reported" and name in own  # a reading that does not vote is missing by its own name


def _considered(one: _Material) -> Considered:
    return Considered(
        subject=one.subject,
        term=one.term,
        title=one.title,
        outcome=one.outcome,
        precision=one.precision,
        coverages=tuple(coverage for _, coverage in one.voting),
        grade=one.grade,
        target=one.target,
        unit=one.unit,
    )


def _running(one: _Material) -> Running:
    return Running(subject=one.subject, term=one.term, title=one.title, outcome=one.outcome, due=one.due)


def _words(outcome: Outcome) -> str:
    return outcome.replace("_", " ")


def _percent(value: Fraction) -> str:
    """Return a share as a percentage to 1 place, half-even (method, arithmetic)."""
    whole, rest = divmod(round(value * 1000), 10)
    return f"{whole}.{rest} %"


def _share(value: Fraction) -> str:
    """Return a share to 6 places, half-even, in the one spelling of decimals."""
    whole, rest = divmod(round(value * 10**6), 10**6)
    return f"{whole}.{rest:06d}".rstrip("0") if rest else str(whole)
