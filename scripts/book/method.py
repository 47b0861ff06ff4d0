"""The worked cases of docs/method.md: a ledger is made of docs/walk and docs/cases, and it answers every number.

The sentences of the page are written by people. What stands between `<!-- NAME -->` and `<!-- /NAME -->` is a case that
is worked here; `tests/end_to_end/test_book.py` reckons them again by hand.
"""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

from ledger.assessment.enforceability.pillar import DIMENSIONS, band, caps, gated, pillar, points, ungated
from ledger.assessment.result import CommitmentResult, DimensionResult, Docket, Level, TermResult
from ledger.audit.opinion import opine
from ledger.ingest.document import read_drafts
from ledger.model.attestation import Dimension
from ledger.runtime import Ledger, init
from scripts.bench.document import replaced
from scripts.book.told import table

PLACE: Final = Path("method.md")
DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
MOMENT: Final = "2026-08-01T00:00:00Z"
"""When everything was recorded; no case depends on it."""

DRAFTS: Final = ("walk/pledge.yaml", "cases/pledges.yaml", "cases/treaty.yaml")
FIGURES: Final = (
    ("cases/customs-2024.csv", "cases/customs.toml", date(2025, 1, 20)),
    ("cases/customs-half.csv", "cases/customs.toml", date(2025, 7, 20)),
    ("walk/arrivals.csv", "walk/arrivals.toml", date(2026, 1, 20)),
    ("cases/customs-2025.csv", "cases/customs.toml", date(2026, 1, 20)),
    ("cases/port-2025.csv", "cases/port.toml", date(2026, 2, 1)),
    ("cases/orders-2025.csv", "cases/orders.toml", date(2026, 2, 1)),
    ("cases/customs-revised.csv", "cases/customs.toml", date(2026, 6, 20)),
)
"""Each file of figures, the mapping that reads it, and the day on which it was published."""

DUE: Final = "2026-03-01"
"""After every deadline and the first figures of the whole year."""

Levels = Mapping[Dimension, int]


class Cases:
    """The ledger of the cases, asked at views."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def result(self, subject: str, day: str = DUE) -> CommitmentResult:
        """Return what the method says of a commitment on a day."""
        return self.results(subject, day=day)[0]

    def results(self, *subjects: str, day: str = DUE) -> tuple[CommitmentResult, ...]:
        """Return what the method says of several."""
        return self.ledger.results(self.ledger.view(day), subjects)

    def term(self, subject: str, day: str = DUE) -> TermResult:
        """Return what became of the one term of a commitment."""
        return self.result(subject, day).terms[0]


@contextmanager
def cases() -> Iterator[Cases]:
    """Give the cases, in a ledger of their own."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = init(Path(folder) / "ledger", origin="ledger.example/cases", at=lambda: MOMENT)
        try:
            for name in DRAFTS:
                ledger.record(read_drafts((DOCS / name).read_bytes(), name=name))
            for name, mapping, published in FIGURES:
                with (DOCS / name).open("rb") as stream:
                    ledger.submit(
                        stream, name=name, mapping=(DOCS / mapping).read_bytes(), mapping_name=mapping,
                        published=published,
                    )  # fmt: skip
            yield Cases(ledger)
        finally:
            ledger.close()


@cache
def worked() -> Mapping[str, str]:
    """Return every case by its name."""
    with cases() as given:
        return {name: make(given) for name, make in CASES.items()}


def page(text: str) -> str:
    """Return the page with its cases worked anew.

    Raises:
        SystemExit: the page has not every case exactly once.
    """
    for name, content in worked().items():
        text = replaced(text, name, content)
    return text


# --- the record against the figures -----------------------------------------------------------------------------------


def _view(given: Cases) -> str:
    days = {
        "2025-03-01": "none of the year yet",
        "2025-08-01": "the first half",
        DUE: "the whole year",
        "2026-07-01": "the revised year",
    }
    rows = []
    for day, known in days.items():
        term = given.term("rice-2025", day)
        rows.append((day, known, _outcome(term), _gross(term)))
    return table(("as of", "figures published by then", "outcome", "actual ÷ target"), rows)


def _pace(given: Cases) -> str:
    term = given.term("rice-2025", "2025-08-01")
    rows = [
        (
            "by days" if one.proration == "linear" else "by last year's months",
            f"{one.numerator} t",
            f"{one.denominator_value} t",
            percent(one.value),
        )
        for one in term.ratios
        if one.kind == "pace"
    ]
    heads = ("target to date", "actual", "due by 2025-06-30", "actual ÷ target to date")
    return table(heads, rows) + f"\nBoth fall short, so the outcome is **{_outcome(term)}**.\n"


def _ratios(given: Cases) -> str:
    term = given.term("rice-growth")
    rows = [(one.kind, one.words, percent(one.value)) for one in term.ratios]
    return table(("ratio", "in words", "value"), rows) + f"\nOutcome: **{_outcome(term)}**.\n"


def _sources(given: Cases) -> str:
    term = given.term("maize")
    rows = [
        (f"{one.source}/{one.channel}", f"{one.low} t", percent(one.ratios[0].value), _plain(one.outcome))
        for one in term.readings[0].sources
    ]
    apart = " ".join(f"{words}." for words in term.discrepancies[0].words)
    told = f"\nJointly: **{_outcome(term)}**, {term.reason}. {apart}\n"
    return table(("source", "actual", "of 90 t", "alone it says"), rows) + told


def _readings(given: Cases) -> str:
    term = given.term("beans")
    rows = [
        (one.measure, f"{one.low} t", percent(one.sources[0].ratios[0].value), _plain(one.outcome))
        for one in term.readings
    ]
    return (
        table(("reading", "actual", "of 100 t", "alone it says"), rows)
        + f"\nJointly: **{_outcome(term)}**, {term.reason}.\n"
    )


def _coverage(given: Cases) -> str:
    rows = []
    for subject, day in (("wheat", DUE), ("wheat", "2028-03-01"), ("wheat-floor", DUE)):
        term = given.term(subject, day)
        rows.append(
            (f"at least {term.target} t", day, f"{term.readings[0].low} t", percent(term.coverage), _outcome(term))
        )
    return table(("term", "as of", "actual", "coverage", "outcome"), rows)


def _flips(given: Cases) -> str:
    rows = [
        (f"`{subject}`", _outcome(given.term(subject)), flip.changes, flip.words)
        for subject in ("rice-2025", "rice-growth")
        for flip in given.term(subject).flips
    ]
    return table(("pledge", "outcome", "what is changed", "what turns it"), rows)


# --- enforceability ---------------------------------------------------------------------------------------------------

KNOWN: Final[tuple[tuple[str, str, str], ...]] = (
    ("A spoken promise of five million tonnes (January 2019)", "P2 V3 K2 O1 A0 R2 X0", "P2 V3 K2 O1 A0 R2 X0"),
    ("750 bn USD of energy in a joint statement (August 2025)", "P3 V3 K2 O1 A1 R2 X1", "P3 V3 K3 O1 A1 R2 X1"),
    ("Everything as good as can be, but no remedy, and exit at will", "P4 V4 K4 O4 A4 R0 X0", "P4 V4 K4 O4 A4 R0 X0"),
    ("The same, with a remedy that is fixed in advance", "P4 V4 K4 O4 A4 R4 X0", "P4 V4 K4 O4 A4 R4 X0"),
    ("A number that its obligor denies", "P4 V3 K0 O2 A1 R2 X2", "P4 V3 K0 O2 A1 R2 X2"),
)  # fmt: skip
"""Cases of the score: what it is, and its levels, the low end and the high end."""


def levels_of(text: str) -> Levels:
    """Return the levels that a text such as ``P2 V3 …`` gives."""
    names = {letter: letter for letter in DIMENSIONS}
    return {names[letter]: int(level) for letter, level in re.findall(r"([PVKOARX])([0-4])", text)}


def _points(_: Cases) -> str:
    rows = []
    for what, low, high in KNOWN:
        ends = [levels_of(low), levels_of(high)]
        pillars = ", ".join(
            f"{name} {_interval(*(_share(pillar(name, end)) for end in ends))}" for name in ("B", "N", "Q")
        )
        bare, made = (_interval(*(points(make(end)) for end in ends)) for make in (ungated, gated))
        gates = "; ".join(says for _, says in caps(ends[0])) or "none"
        bands = _interval(*(band(gated(end)) for end in ends))
        rows.append((what, _levels(ends), pillars, bare, gates, f"**{made}**, {bands}"))
    return table(("case", "levels", "pillars", "before caps", "caps", "score and band"), rows)


def _levels(ends: list[Levels]) -> str:
    return " ".join(f"{one}{_interval(str(ends[0][one]), str(ends[1][one]))}" for one in DIMENSIONS)


def _interval(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _share(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}" if value.denominator != 1 else str(value.numerator)


def _sides(given: Cases) -> str:
    note, treaty = given.result("rice-2025").score, given.result("rice-by-treaty").score
    rows = [
        (
            f"{one.dimension} {one.name}",
            _level(one.written),
            _level(other.written),
            _level(other.practised),
            _why(other),
        )
        for one, other in zip(note.dimensions, treaty.dimensions, strict=True)
    ]
    sides = (note.written, treaty.written, treaty.practised)
    scores = [f"{_interval(side.low, side.high)}, {_interval(side.low_band, side.high_band)}" for side in sides]
    rows.append(("**score**", scores[0], scores[1], scores[2], ""))
    return table(("", "communiqué, written", "treaty, written", "treaty, practised", "why the last one"), rows)


def _level(level: Level) -> str:
    return _interval(str(level.low), str(level.high))


def _why(one: DimensionResult) -> str:
    return "; ".join(reason.says for reason in one.practised.reasons)


# --- enforcement, and the audit ---------------------------------------------------------------------------------------


def _docket(given: Cases) -> str:
    rows = []
    for day in ("2026-02-10", "2026-03-04", "2026-03-05"):
        docket = given.result("rice-by-treaty", day).docket
        assert isinstance(docket, Docket)  # noqa: S101  # a commitment has one
        last = docket.stages[-1]
        may = "; ".join(f"{' or '.join(one.acts)}, by {' or '.join(one.to)}" for one in docket.permitted)
        rows.append((day, f"{last.title} ({last.state})", last.words, may))
    return table(("as of", "stage", "since when, until when", "what is permitted"), rows)


def _opinions(given: Cases) -> str:
    asked: tuple[tuple[tuple[str, ...], str], ...] = (
        (("rice-2025",), "2025-08-01"), (("maize",), DUE), (("rice-2025",), DUE), (("wheat-floor",), DUE),
        (("rice-2025",), "2026-07-01"), (("rice-2025", "wheat-floor"), DUE),
    )  # fmt: skip
    rows = []
    for subjects, day in asked:
        results = given.results(*subjects, day=day)
        opinion = opine(results)
        outcomes = ", ".join(f"`{one.subject}` {_outcome(one.terms[0])}" for one in results)
        rows.append((day, outcomes, f"**{opinion.code}** {opinion.name}", "; ".join(opinion.because)))
    return table(("as of", "terms", "opinion", "because"), rows)


# --- small words ------------------------------------------------------------------------------------------------------


def percent(share: str | None) -> str:
    """Return a share as a percentage, rounded half-even to one place."""
    return "–" if share is None else f"{round(Fraction(share) * 1000) / 10:.1f} %"


def _plain(outcome: str) -> str:
    return outcome.replace("_", " ")


def _outcome(term: TermResult) -> str:
    return _plain(term.outcome)


def _gross(term: TermResult) -> str:
    found = next((one for one in term.ratios if one.kind == "gross"), None)
    return "–" if found is None else f"{found.numerator} ÷ {found.denominator_value} = {percent(found.value)}"


CASES: Final[Mapping[str, Callable[[Cases], str]]] = {
    "R1": _view, "R7": _ratios, "R8": _sources, "R9": _pace, "R10": _coverage, "readings": _readings, "R13": _flips,
    "E3": _sides, "E4": _points, "F2": _docket, "A": _opinions,
}  # fmt: skip
"""The cases by the name that their marks have in the page: the rule that each is about."""
