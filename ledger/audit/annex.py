"""The annexes of an audit: the parties, the words, the instruments, the replies, the evidence and the change log.

They repeat what statements say, to the letter where words matter, and add only which fields are unknown and which
evidence was used. Source: method §6; design §2.2.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from ledger.assessment.result import Cite, CommitmentResult
from ledger.assessment.view import Fact, Known, Said, date_of
from ledger.audit.finding import Audited
from ledger.audit.phrase import Names, listed, plain_word, sentence
from ledger.audit.result import Change, CommitmentWords, EvidenceLine, InstrumentLine, PartyLine, Reply
from ledger.model.commitment import Commitment
from ledger.model.evidence import Evidence
from ledger.model.position import Position
from ledger.model.retraction import Retraction
from ledger.model.term import ConditionalTerm, Term

T = TypeVar("T")

CLAUSES: Final = (
    "binding",
    "languages",
    "signed",
    "in_force",
    "expires",
    "exit",
    "forum",
    "remedy",
    "escapes",
    "procedure",
)
"""The fields of an instrument in which null means *unknown*, as against ``"none"``."""


def party_lines(known: Known, audited: Sequence[Audited]) -> Iterator[PartyLine]:
    """Yield every party that the audit names, in the order of their slugs; one that nobody recorded is *unknown*."""
    named: set[str] = set()
    for one in audited:
        result = one.result
        instrument = known.instruments.get(result.instrument)
        named |= {*result.obligors, *result.obligees, *(stance.party for stance in result.stances)}
        named |= set(instrument.body.issuers) if instrument is not None else set()
        named |= {fact.body.party for fact in known.positions.get(result.subject, ())}
    for slug in sorted(named):
        fact = known.parties.get(slug)
        if fact is None:
            yield PartyLine(slug=slug, kind="unknown", names={}, cite=None)
        else:
            yield PartyLine(slug=slug, kind=fact.body.kind, names=dict(fact.body.names), cite=cite(fact))


def instrument_lines(known: Known, audited: Sequence[Audited]) -> Iterator[InstrumentLine]:
    """Yield the instruments that the commitments rest on, each with the fields that are unknown."""
    for slug in dict.fromkeys(one.result.instrument for one in audited):
        fact = known.instruments.get(slug)
        if fact is None:
            continue
        body = fact.body
        yield InstrumentLine(
            slug=slug,
            title=body.title,
            form=body.form,
            issuers=body.issuers,
            announced=body.announced,
            in_force=body.in_force,
            expires=body.expires,
            unknown=tuple(name for name in CLAUSES if getattr(body, name) is None),
            source=body.source,
            cite=cite(fact),
        )


def word_lines(known: Known, audited: Sequence[Audited]) -> Iterator[CommitmentWords]:
    """Yield the words of every commitment to the letter, with the fields that are unknown."""
    for one in audited:
        fact = known.commitments[one.result.subject]
        yield CommitmentWords(
            subject=fact.subject,
            quotes=fact.body.quotes,
            source=fact.body.source,
            note=fact.body.note,
            unknown=tuple(_unknown(fact.body, one.standing.terms)),
            cite=cite(fact),
        )


def reply_lines(known: Known, audited: Sequence[Audited]) -> Iterator[Reply]:
    """Yield every position on the commitments, verbatim, in order of date and entry; both sides alike (R11, R12)."""
    for one in audited:
        ids = tuple(term.id for term in one.standing.terms)
        facts = known.positions.get(one.result.subject, ())
        for fact in sorted(facts, key=lambda fact: (fact.body.date, fact.index)):
            yield reply_line(fact, ids)


def reply_line(fact: Fact[Position], ids: tuple[str, ...]) -> Reply:
    """Return a position, verbatim.

    Args:
        ids: of all terms of the commitment.
    """
    body = fact.body
    return Reply(
        commitment=fact.subject,
        terms=ids if body.terms == "all" else body.terms,
        party=body.party,
        about=body.about,
        stance=body.stance,
        date=body.date,
        quote=body.quote,
        note=body.note,
        source=body.source,
        cite=cite(fact),
    )


def evidence_lines(known: Known, results: Iterable[CommitmentResult]) -> Iterator[EvidenceLine]:
    """Yield all evidence that was looked at, in entry order, and whether a result rests on it."""
    used = used_statements(results)
    facts = sorted((fact for group in known.evidence.values() for fact in group), key=lambda fact: fact.index)
    for fact in facts:
        body = fact.body
        yield EvidenceLine(
            subject=fact.subject,
            title=body.title,
            publisher=body.publisher,
            authority=body.authority,
            channel=body.channel,
            standing=body.standing,
            published=body.vintage.published,
            imputed=body.vintage.imputed,
            covers=(body.covers.start, body.covers.end or body.covers.start),
            observations=body.observations.digest,
            count=body.observations.count,
            raw=body.raw.digest,
            rejected=body.rejected.count,
            redistribute=body.redistribute,
            source=body.source,
            used=fact.name in used,
            cite=cite(fact),
        )


def change_lines(known: Known, audited: Sequence[Audited], said: Sequence[Said], names: Names) -> tuple[Change, ...]:
    """Return what changed, in order of date and entry: the world, the record, and what publishers made of figures."""
    about = _about(known, audited)
    used = used_statements(one.result for one in audited)
    lines = [*_amended(known, about, names), *_acted(known, about, names), *_mended(known, said)]
    lines += _revised(known, used)
    return tuple(sorted(lines, key=lambda line: (line.date, line.cite.entry, line.kind)))


def cite(fact: Fact[T]) -> Cite:
    """Return the entry that a fact comes from."""
    return Cite(entry=fact.index, statement=fact.name)


def _unknown(body: Commitment, terms: Sequence[Term]) -> Iterator[str]:
    """Yield the paths of fields in which null means that the source does not settle it or was not read whole."""
    if body.performance is None:
        yield "performance"
    elif body.performance.control is None:
        yield "performance.control"
    if body.indicators is None:
        yield "indicators"
    for place, indicator in enumerate(body.indicators or ()):
        yield from (
            f"indicators[{place}].{name}" for name in ("scope_share", "lag_months") if getattr(indicator, name) is None
        )
    for term in terms:
        path = f"terms.{term.id}"
        if term.actor is None and not isinstance(term, ConditionalTerm):
            yield f"{path}.actor"
        if isinstance(term, ConditionalTerm):
            for part, clause in (("trigger", term.trigger), ("consequence", term.consequence)):
                yield from (f"{path}.{part}.{name}" for name in ("act", "judge") if getattr(clause, name) is None)
        else:
            yield from (f"{path}.{name}" for name in ("scope",) if getattr(term, name) is None)
        if term.due is None and (term.period is None or term.kind != "restraint"):
            yield f"{path}.deadline"


def used_statements(results: Iterable[CommitmentResult]) -> frozenset[str]:
    """Return the names of the statements that figures in a result come from: tables and rates, too (R3, R5)."""
    names: set[str] = set()
    for term in (term for result in results for term in result.terms):
        names |= {one.statement for direction in term.directions for one in direction.cites}
        for reading in term.readings:
            names |= {one.statement for source in reading.sources for one in (*source.cites, *source.tables)}
            names |= {rate.cite.statement for source in reading.sources for rate in source.rates}
    return frozenset(names)


def _about(known: Known, audited: Sequence[Audited]) -> frozenset[str]:
    """Return the subjects whose changes concern the audit: the commitments, their instruments and their levers."""
    found: set[str] = set()
    for one in audited:
        levers = known.commitments[one.result.subject].body.levers
        found |= {one.result.subject, one.result.instrument, *(lever.subject for lever in levers)}
    return frozenset(found)


def _amended(known: Known, about: Collection[str], names: Names) -> Iterator[Change]:
    for fact in (fact for subject in about for fact in known.amendments.get(subject, ())):
        body = fact.body
        says = f"{listed(names, body.by)}: {plain_word(body.change)}, effective {body.effective}: {body.reason}"
        yield Change(date=body.announced, kind="amendment", subject=fact.subject, says=sentence(says), cite=cite(fact))


def _acted(known: Known, about: Collection[str], names: Names) -> Iterator[Change]:
    for fact in (fact for subject in about for fact in known.actions.get(subject, ())):
        says = f"{listed(names, fact.body.by)}: {plain_word(fact.body.act)}: {fact.body.what}"
        yield Change(date=fact.body.date, kind="action", subject=fact.subject, says=sentence(says), cite=cite(fact))


def _mended(known: Known, said: Sequence[Said]) -> Iterator[Change]:
    """Yield corrections and retractions that the view knows: mistakes of the record, and what publishers withdrew."""
    place_of = {one.name: one.index for one in said}
    for one in said:
        if one.index >= known.view.size:
            continue
        body, here = one.statement.body, Cite(entry=one.index, statement=one.name)
        if isinstance(body, Retraction):
            if body.ground == "withdrawn_by_publisher" and body.date > known.view.as_of:
                continue
            what = f"{len(body.points)} points of" if body.points else "the whole of"
            says = f"Takes back {what} {_entry(place_of, body.statement)} ({plain_word(body.ground)}): {body.reason}"
            yield Change(date=body.date, kind="retraction", subject=one.subject, says=sentence(says), cite=here)
        elif one.statement.corrects is not None:
            says = f"Stands in the place of {_entry(place_of, one.statement.corrects)}, dated {date_of(one.statement)}"
            day = one.statement.issued[:10]
            yield Change(date=day, kind="correction", subject=one.subject, says=says, cite=here)


def _entry(place_of: dict[str, int], name: str) -> str:
    return f"entry {place_of[name]}" if name in place_of else f"the erased statement {name}"


def _revised(known: Known, used: Collection[str]) -> Iterator[Change]:
    """Yield every vintage after the first of each channel that a result rests on (R2)."""
    channels: dict[tuple[object, ...], list[Fact[Evidence]]] = {}
    for fact in (fact for group in known.evidence.values() for fact in group):
        body = fact.body
        key = (fact.subject, body.authority, body.channel, body.dimensions.classifications)
        channels.setdefault(key, []).append(fact)
    for group in channels.values():
        if not any(fact.name in used for fact in group):
            continue
        ordered = sorted(group, key=lambda fact: (fact.body.vintage.published, fact.index))
        for before, after in pairwise(ordered):
            day, earlier = after.body.vintage.published, before.body.vintage.published
            if day != earlier:
                says = f"{after.body.title}: published {day}, after the vintage of {earlier} (entry {before.index})"
                yield Change(date=day, kind="revision", subject=after.subject, says=sentence(says), cite=cite(after))
