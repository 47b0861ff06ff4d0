"""What was erased of all that an assessment could rest on: said beside the result, never guessed at (R1).

A view gives the same answer for ever, unless an erasure, which is printed, has removed what it rested on. What a body
said is gone, but its header tells of which kind it was and about what, and so on which commitments and terms it could
bear. The method is run without it, and never as if it had said what would suit anybody. Source: R1; design §2.3.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ledger.assessment.group import readings_of
from ledger.assessment.result import Cite, Erased, Lost
from ledger.assessment.route import currency_of, tables_into
from ledger.assessment.selection import scope_of
from ledger.assessment.standing import standing
from ledger.assessment.view import Known, Said
from ledger.errors import UnitError
from ledger.model.commitment import Commitment
from ledger.model.erasure import Erasure
from ledger.model.evidence import SEVERAL, Evidence, key_name
from ledger.model.instrument import Instrument
from ledger.model.statement import plain
from ledger.model.term import ConditionalTerm, QuantityTerm, Term, TrendTerm
from ledger.signing.canonical import format_json
from ledger.tlog.entry import Header

_NO_BEARING: Final = frozenset({"determination", "audit", "retraction"})
"""Kinds on which no result rests; a retraction goes only together with what it takes back."""

_ON_FIGURES: Final = frozenset({"baseline"})
_ON_ALL: Final = frozenset({"commitment", "amendment", "attestation"})
_ON_CONSEQUENCES: Final = frozenset({"action"})
_ON_AMENDED: Final = frozenset({"position", "instrument"})
"""Whether an amendment counts goes by who affirmed it, and by whose instrument it is (R12)."""


def find_erased(said: Iterable[Said], absent: Sequence[Header] = ()) -> tuple[Erased, ...]:
    """Return what logged erasures removed: statements, and files of statements that stand; in entry order.

    An erasure counts at every view, as what it removed is not there for any; and only for what was logged before it.

    Args:
        said: statements that are held, erasures among them.
        absent: headers whose statements are not held.
    """
    everything = tuple(said)
    by: dict[str, Said] = {}
    for one in everything:
        for digest in one.statement.body.digests if isinstance(one.statement.body, Erasure) else ():
            by.setdefault(digest, one)
    if not by:
        return ()
    found = [
        _erased(header, by[header.statement], "statement")
        for header in absent
        if header.statement in by and header.index < by[header.statement].index
    ]
    found += (
        _erased(one, by[digest], what)
        for one in everything
        if not isinstance(one.statement.body, Erasure)
        for digest, what in _files(one, by.keys())
        if one.index < by[digest].index
    )
    return tuple(sorted(found, key=lambda one: (one.entry, one.what)))


def _files(said: Said, digests: Iterable[str]) -> Iterator[tuple[str, Lost]]:
    """Yield which of these digests a statement names, and as what."""
    body = said.statement.body
    known: dict[str, Lost] = {}
    if isinstance(body, Evidence):
        known = {body.importer.mapping: "mapping", body.raw.digest: "raw", body.observations.digest: "observations"}
    text = format_json(plain(body))
    for digest in digests:
        if text.find(digest.encode("ascii")) >= 0 and not _names_statement(said, digest):
            yield digest, known.get(digest, "copy")


def _names_statement(said: Said, digest: str) -> bool:
    """Whether a digest stands where a statement is named, which is no file."""
    body = plain(said.statement.body)
    if isinstance(said.statement.body, Instrument):
        return any(one.digest == digest for one in said.statement.body.calendars)  # a file of other evidence
    return digest in {body.get(name) for name in ("statement", "restates", "replies_to")}


def _erased(one: Said | Header, by: Said, what: Lost) -> Erased:
    body = by.statement.body
    ground, reason = (body.ground, body.reason) if isinstance(body, Erasure) else ("", "")
    name = one.name if isinstance(one, Said) else one.statement
    return Erased(
        entry=one.index, statement=name, kind=one.kind, subject=one.subject, what=what, by=by.index, ground=ground,
        reason=reason,
    )  # fmt: skip


def bearing_on(known: Known, subject: str, terms: Sequence[Term]) -> tuple[Erased, ...]:
    """Return what was erased that the result of a commitment could rest on: its own, its instrument's, its series'."""
    commitment = known.commitments[subject].body
    about = {
        subject, commitment.instrument, *commitment.obligors, *commitment.obligees,
        *(lever.subject for lever in commitment.levers),
    }  # fmt: skip
    series = {name for term in terms for name in _series(known, term)}
    instrument = known.instruments.get(commitment.instrument)
    series |= {tables_into(one.name) for one in (instrument.body.calendars if instrument is not None else ())}
    return tuple(one for one in known.erased if _bears(one) and one.subject in (about | series))


def bearing_on_any(known: Known, subjects: Iterable[str]) -> tuple[Erased, ...]:
    """Return what was erased that the results of these commitments could rest on, or that were these themselves."""
    found: dict[Erased, None] = {}
    for subject in subjects:
        if subject in known.commitments:
            found |= dict.fromkeys(bearing_on(known, subject, standing(known, subject).terms))
        else:
            found |= dict.fromkeys(one for one in known.erased if one.subject == subject)
    return tuple(sorted(found, key=lambda one: (one.entry, one.what)))


def bearing_on_term(known: Known, subject: str, commitment: Commitment, term: Term) -> tuple[Cite, ...]:
    """Return what was erased that the outcome of one term could rest on."""
    series, is_figures = _series(known, term), isinstance(term, QuantityTerm | TrendTerm)
    is_amended = bool(known.amendments.get(subject) or known.amendments.get(commitment.instrument))
    kinds = _ON_ALL | (_ON_FIGURES if is_figures else frozenset()) | (_ON_AMENDED if is_amended else frozenset())
    kinds |= _ON_CONSEQUENCES if isinstance(term, ConditionalTerm) else frozenset()
    of_instrument = {"amendment"} | (_ON_AMENDED if is_amended else frozenset())
    found = (
        one
        for one in known.erased
        if _bears(one)
        and (
            one.subject in series
            or (one.subject == subject and one.kind in kinds)
            or (one.subject == commitment.instrument and one.kind in of_instrument)
        )
    )
    return tuple(dict.fromkeys(Cite(entry=one.entry, statement=one.statement) for one in found))


def _bears(one: Erased) -> bool:
    """Whether a result could rest on it: a raw file or a mapping is not asked once its observations stand."""
    return one.what == "observations" or (one.what == "statement" and one.kind not in _NO_BEARING)


def _series(known: Known, term: Term) -> frozenset[str]:
    """Return the series that a term's outcome could rest on: its own, and the tables and rates to read them by."""
    if not isinstance(term, QuantityTerm | TrendTerm):
        return frozenset()
    ways = (way.series for measure in term.measures for way in readings_of(known, measure))
    return frozenset((*ways, *_tables(known, term), *_rates(term.unit)))


def _tables(known: Known, term: QuantityTerm | TrendTerm) -> Iterator[str]:
    """Yield the keys of the tables that lead into a term's classification, directly or by way of others (R3).

    Whose tables were erased is not known to lead from anywhere, but what they lead into is in their key.
    """
    reached = [] if term.scope is None else [key_name("".join(scope_of(term.scope)))]
    for into in reached:  # grows while it is read
        yield tables_into(into)
        for fact in known.evidence.get(tables_into(into), ()):
            names = map(key_name, fact.body.dimensions.classifications)
            reached += [name for name in names if name not in reached]


def _rates(unit: str) -> Iterator[str]:
    """Yield the keys of the rates by which figures are brought into a term's currency, where it has one (R5)."""
    try:
        currency = currency_of(unit)
    except UnitError:
        return
    sides = () if currency is None else (SEVERAL, currency.lower())
    yield from (f"series:rate/{reporter}/{partner}" for reporter in sides for partner in sides)
