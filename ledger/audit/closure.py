"""The closure of an audit: which of a log's entries it takes to check it, worked out from their headers.

A header names its kind and its subject, so whoever holds all headers can tell which bodies belong to an audit, and
sees when one was left out (design §2.3). The closure is the charter and all ``key`` and ``erasure`` statements; all
that was ever said about the commitments audited, about those they link to, about their instruments, their parties (and
the members of a group of parties that figures are asked about) and their levers; every amendment, for a lever may lapse
by one that is about another commitment (F4); every series between the parties that their terms name, in either
direction; every table that leads into the classification of a term, directly or by way of others, with the rates of the
currency that it is counted in; and the calendars of holidays that a procedure names (F1). Writer and verifier share
this file, and the verifier gives it the headers and bodies that it holds itself.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.assessment.route import currency_of, tables_into
from ledger.assessment.selection import scope_of
from ledger.errors import UnitError
from ledger.model.action import Action
from ledger.model.amendment import Amendment
from ledger.model.commitment import Commitment
from ledger.model.evidence import Evidence, key_name
from ledger.model.instrument import Instrument
from ledger.model.party import Party
from ledger.model.position import Position
from ledger.model.statement import Body, Statement
from ledger.model.term import ConditionalTerm, QuantityTerm, Term, TrendTerm
from ledger.tlog.entry import Header
from ledger.tlog.index import EVERYWHERE, SERIES, series_sides

ALWAYS: Final[frozenset[str]] = frozenset({"charter", "key", "erasure"})
"""Kinds of which every statement belongs to every closure; none of them can be erased."""

_SEVERAL: Final = "*"
_TABLES: Final = tables_into("")

About = Callable[[str], Iterable[Header]]
"""Gives the headers about a subject."""

BodyOf = Callable[[Header], Statement | None]
"""Gives the statement that a header names, or null where it is not at hand or cannot be read."""


@dataclass(frozen=True, slots=True)
class Closure:
    """Whose statements belong to an audit.

    Attributes:
        subjects: commitments, instruments, parties and levers.
        traders: the parties between which every series belongs; and, as keys of tables and rates name them in the place
            of parties, the classifications and currencies of terms.
    """

    subjects: frozenset[str]
    traders: frozenset[str]


def closure_of(
    subjects: Sequence[str], about: About, body_of: BodyOf, *, speakers: Callable[[str], Iterable[str]] = lambda _: ()
) -> Closure:
    """Return the closure of an audit of these commitments.

    A commitment brings its instrument, its parties, its levers and the commitments it links to; each of these brings
    its own in turn. All versions that were ever recorded count, corrected ones too, whatever the view: so a correction
    that came late cannot be left out.

    Args:
        about: gives the headers about a subject; those that it has no bodies for may be left out.
        body_of: gives what a header's statement says.
        speakers: gives the parties that took a position on a subject, where ``about`` leaves positions out: there may
            be a great many, and a party is all that one brings.

    Source: design §2.3.
    """
    found: set[str] = set()
    traders: set[str] = set()
    members: dict[str, set[str]] = {}
    pending = list(subjects)
    while pending:
        subject = pending.pop()
        for header in about(subject) if subject not in found else ():
            if header.kind not in ALWAYS and (statement := body_of(header)) is not None:
                pending += _named(statement.body)
                traders |= _traders(statement.body) | _measured_in(statement.body)
                members.setdefault(subject, set()).update(_members(statement.body))
        pending += () if subject in found else speakers(subject)
        found.add(subject)
        if not pending:
            # R3: of a group that figures are asked about, those of its members may stand for it.
            belonging = {member for group in traders & members.keys() for member in members[group]}
            pending += sorted(belonging - found)
            traders |= belonging
    traders |= _classifications(traders, about, body_of)
    return Closure(frozenset(found), frozenset(traders))


def _classifications(names: Iterable[str], about: About, body_of: BodyOf) -> set[str]:
    """Return the classifications from which tables lead into those named, by however many steps.

    Whatever the view, and whether a table was corrected or not: so no table that may have been used can be left out.
    """
    found: set[str] = set()
    pending = sorted(names)
    while pending:
        for header in about(tables_into(pending.pop())):
            statement = body_of(header)
            if statement is not None and isinstance(statement.body, Evidence):
                origins = {key_name(name) for name in statement.body.dimensions.classifications} - found
                found |= origins
                pending += sorted(origins)
    return found


def by_subject(headers: Iterable[Header]) -> About:
    """Return what gives the headers about a subject, of those at hand; of all series only tables are asked for."""
    found: dict[str, list[Header]] = {}
    for header in headers:
        if not header.subject.startswith(SERIES) or header.subject.startswith(_TABLES):
            found.setdefault(header.subject, []).append(header)
    return lambda subject: found.get(subject, ())


def in_closure(header: Header, closure: Closure) -> bool:
    """Whether a header's statement belongs to the closure.

    The two sides of a series key are matched by themselves: ``*`` stands for several parties, and so for any of ours.
    """
    if header.kind in EVERYWHERE:
        return True
    if not header.subject.startswith(SERIES):
        return header.subject in closure.subjects
    sides = series_sides(header.subject)
    return sides is not None and all(side == _SEVERAL or side in closure.traders for side in sides[1:])


def _named(body: Body) -> Iterator[str]:
    """Yield the subjects that a statement brings with it."""
    match body:
        case Commitment():
            yield body.instrument
            yield from (*body.obligors, *body.obligees)
            yield from (lever.subject for lever in body.levers)
            yield from (link.commitment for link in body.links)
            yield from (quote.speaker for quote in body.quotes if quote.speaker is not None)
        case Instrument():
            yield from body.issuers
        case Amendment():
            yield from body.by
            if body.lever is not None:
                yield body.lever
        case Action():
            yield from body.by
        case Position():
            yield body.party
        case Evidence():
            if body.authority_of is not None:
                yield body.authority_of
        case _:
            pass
    yield from _traders(body)


def _members(body: Body) -> set[str]:
    """Return the parties that ever belonged to a group, by what one statement says of it."""
    return {member.party for member in body.members} if isinstance(body, Party) else set()


def _traders(body: Body) -> set[str]:
    """Return the parties that the terms in a statement name."""
    if not isinstance(body, Commitment | Amendment):
        return set()
    parties = {party for term in body.terms for party in _term_parties(term)}
    return parties | {*body.obligors, *body.obligees} if isinstance(body, Commitment) else parties


def _measured_in(body: Body) -> set[str]:
    """Return what the keys of tables and rates name that a statement is reckoned by, as they write it.

    The classifications and currencies of its terms (R3, R5), and the calendars of holidays of its procedure (F1).
    """
    found: set[str] = {one.name for one in body.calendars} if isinstance(body, Instrument) else set()
    for term in body.terms if isinstance(body, Commitment | Amendment) else ():
        if isinstance(term, QuantityTerm | TrendTerm):
            if term.scope is not None:
                found.add(key_name("".join(scope_of(term.scope))))
            if (currency := _currency_of(term.unit)) is not None:
                found.add(currency.lower())
    return found


def _currency_of(unit: str) -> str | None:
    """Return the currency that a unit is money in; what a stranger's ledger calls a unit need be none."""
    try:
        return currency_of(unit)
    except UnitError:
        return None


def _term_parties(term: Term) -> Iterator[str]:
    """Yield the parties that a term names: who is to act, to judge, and whose figures it is read from."""
    if term.actor is not None:
        yield term.actor
    match term:
        case QuantityTerm() | TrendTerm():
            for reading in term.measures:
                yield from (reading.reporter, reading.partner)
        case ConditionalTerm():
            for clause in (term.trigger, term.consequence):
                yield from (party for party in (clause.actor, clause.judge) if party is not None)
        case _:
            pass
