"""The acknowledgement matrix: what each party last said of each term and of its fulfilment; else unknown (E2)."""

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from ledger.assessment.result import Cite, Stance
from ledger.assessment.view import Fact, Known
from ledger.model.commitment import Commitment
from ledger.model.position import Position
from ledger.model.term import Term

About = Literal["pledge", "finding"]

EXPLICIT: Final = ("silent", "affirms_differently", "affirms", "denies")
"""Stances from the least explicit to the most; of two that are equally so, to contest is what has to be shown."""


def matrix(known: Known, subject: str, terms: Iterable[Term]) -> tuple[Stance, ...]:
    """Return one cell for every party and term about the pledge, and one about its fulfilment where it spoke of it.

    Parties come in the order of the commitment, obligors first; terms in theirs.
    """
    commitment = known.commitments[subject].body
    return tuple(
        cell
        for party in dict.fromkeys((*commitment.obligors, *commitment.obligees))
        for term in terms
        for cell in _cells(known, subject, party, term.id)
    )


def latest_position(known: Known, subject: str, *, party: str, term: str, about: About) -> Fact[Position] | None:
    """Return what a party last said of a term; on one day the most explicit, of these what was recorded last (E3)."""
    found = [
        fact
        for fact in known.positions.get(subject, ())
        if fact.body.party == party
        and fact.body.about == about
        and (fact.body.terms == "all" or term in fact.body.terms)
    ]
    return max(found, key=lambda fact: (fact.body.date, EXPLICIT.index(fact.body.stance), fact.index), default=None)


def contested(known: Known, subject: str, term: str, commitment: Commitment) -> tuple[Cite, ...]:
    """Return the latest positions by which parties contest the figures of a term: a flag, not an outcome (R11)."""
    found = [
        latest_position(known, subject, party=party, term=term, about="finding")
        for party in (*commitment.obligors, *commitment.obligees)
    ]
    return tuple(
        Cite(entry=fact.index, statement=fact.name, field="stance")
        for fact in found
        if fact is not None and fact.body.stance in {"denies", "affirms_differently"}
    )


def _cells(known: Known, subject: str, party: str, term: str) -> Iterator[Stance]:
    pledge = latest_position(known, subject, party=party, term=term, about="pledge")
    finding = latest_position(known, subject, party=party, term=term, about="finding")
    if pledge is None:
        yield Stance(party=party, term=term, stance="unknown", about="pledge", date=None, words=None, language=None,
                     translation=None, cite=None)  # fmt: skip
    else:
        yield _cell(pledge, term)
    if finding is not None:
        yield _cell(finding, term)


def _cell(fact: Fact[Position], term: str) -> Stance:
    body, quote = fact.body, fact.body.quote
    return Stance(
        party=body.party,
        term=term,
        stance=body.stance,
        about=body.about,
        date=body.date,
        words=quote.text if quote is not None else body.note,
        language=quote.language if quote is not None else None,
        translation=quote.translation.text if quote is not None and quote.translation is not None else None,
        cite=Cite(entry=fact.index, statement=fact.name, field="stance"),
    )
