"""What is asked of the figures: one term in one reading at one view, its days, its lag, who has looked in vain."""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.assessment.lag import usual_lag
from ledger.assessment.reconcile.span import Span, add_months, day_number
from ledger.assessment.selection import Query, Selected
from ledger.assessment.view import Fact, Known
from ledger.model.attestation import Attestation
from ledger.model.commitment import Commitment
from ledger.model.term import QuantityTerm, Reading, TrendTerm


@dataclass(frozen=True, slots=True)
class Asked:
    """One term in one reading at one view.

    Units: days are counted from 0001-01-01, which is day 1.

    Attributes:
        window: the days over which is counted; an open period runs to the view (R10), one without a start from the
            pledge's date.
        due: the last day on which the term can be kept; null where neither period nor deadline is said.
    """

    known: Known
    selected: Selected
    subject: str
    commitment: Fact[Commitment]
    term: QuantityTerm | TrendTerm
    reading: Reading
    query: Query
    window: Span
    due: int | None

    @property
    def as_of(self) -> int:
        """The view's day."""
        return day_number(self.known.view.as_of)

    @property
    def pledged(self) -> int:
        """The pledge's day."""
        return day_number(self.commitment.body.date)

    @property
    def is_closed(self) -> bool:
        """Whether the deadline has passed; on its own day the term can still be kept."""
        return self.due is not None and self.as_of > self.due

    @property
    def is_open_ended(self) -> bool:
        """Whether the period has no last day of its own."""
        return self.due is None

    def awaited_until(self, source: str) -> int:
        """Return the last day on which a source's figures are still awaited (R11)."""
        return add_months(self.window.last, usual_lag(self.commitment.body, term=self.term.id, source=source))

    def looked_in_vain(self, source: str | None) -> Fact[Attestation] | None:
        """Return the latest attestation that a source's owed figure was looked for after the deadline and not there.

        Args:
            source: null for any, where the text names none and no figure says whose it would be.
        """
        found = [
            fact
            for fact in self.known.attestations.get(self.subject, ())
            if (fact.body.about, fact.body.term) == ("not_published", self.term.id)
            and source in {None, fact.body.authority}
            and self.due is not None
            and day_number(fact.body.date) > self.due
        ]
        return max(found, key=lambda fact: (fact.body.date, fact.index), default=None)

    def label(self, party: str) -> str:
        """Return how a party is written in a ratio's words: its ISO 3166 code where it has one, else its slug."""
        fact = self.known.parties.get(party)
        return fact.body.iso3166 if fact is not None and fact.body.iso3166 is not None else party


def window_of(term: QuantityTerm | TrendTerm, *, pledged: str, as_of: str) -> Span:
    """Return the days over which a term is counted: from its start or the pledge to its end, deadline or view."""
    start = term.period.start if term.period is not None else pledged
    end = (term.period.end if term.period is not None else None) or term.due or as_of
    return Span(day_number(start), day_number(end))


NOUNS: Mapping[str, str] = {
    "announced": "announced purchases",
    "order": "net orders",
    "outstanding_sale": "outstanding sales",
    "export": "exports",
    "import": "imports",
    "payment": "payments",
    "disbursement": "disbursements",
    "delivery": "deliveries",
    "stock": "stocks",
    "emission": "emissions",
    "rate": "rates",
    "table": "entries",
}
"""What a measure is called when it is counted."""


def measured_in_words(asked: Asked, basis: str) -> str:
    """Return what is counted, in words: ``US exports to CN (FOB) of annex-6.1 agriculture``."""
    reading, reporter, partner = asked.reading, asked.label(asked.reading.reporter), asked.label(asked.reading.partner)
    noun = NOUNS[reading.type]
    toward = {"export": "to", "import": "from"}.get(reading.type)
    said = f"{reporter} {noun} {toward} {partner}" if toward else f"{noun} with {partner} reported by {reporter}"
    return f"{said}{f' ({basis})' if basis else ''} of {scope_in_words(asked.term)}"


def scope_in_words(term: QuantityTerm | TrendTerm) -> str:
    """Return a term's scope as ratios name it: the classification and its codes, or how many they are."""
    if term.scope is None:
        return "an unnamed scope"
    name = term.scope.classification + (f" {term.scope.revision}" if term.scope.revision else "")
    if len(term.scope.codes) <= 5:
        return f"{name} {', '.join(term.scope.codes)}"
    return f"{name}, {len(term.scope.codes)} codes ({term.scope.title})"
