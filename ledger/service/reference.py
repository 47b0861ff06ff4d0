"""What each kind of statement refers to, and that it is there: parties, commitments, terms, units, moments.

One function for each kind, called once the statement is known to be authentic and its author allowed. Nothing is
written. Levers may rest on what nobody recorded (a statute, say), so they alone need no counterpart here. Source:
design §2.2; issue of the first story, point 9.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.assessment.link import circle_of
from ledger.assessment.view import NAMED, Said
from ledger.errors import ConflictError, MalformedError, NotFoundError, RefusedError
from ledger.model.action import Action
from ledger.model.amendment import Amendment
from ledger.model.attestation import Attestation
from ledger.model.audit import Audit
from ledger.model.baseline import Baseline
from ledger.model.charter import Charter
from ledger.model.commitment import Commitment, Link, LinkKind
from ledger.model.determination import Determination, View
from ledger.model.erasure import Erasure
from ledger.model.evidence import Evidence
from ledger.model.index import Index
from ledger.model.instrument import Instrument
from ledger.model.key import Key
from ledger.model.party import Party
from ledger.model.position import Position
from ledger.model.retraction import Retraction
from ledger.model.term import ActionTerm, Clause, ConditionalTerm, QuantityTerm, Term, TrendTerm
from ledger.model.unit import convert, measurement
from ledger.model.value import Moment, fraction
from ledger.service.erase import refuse_erased, refuse_wrong_erasure
from ledger.service.evidence import refuse_wrong_files
from ledger.service.index import refuse_wrong_root
from ledger.service.scene import Scene


def refuse_dangling(said: Said, scene: Scene) -> None:  # noqa: C901, PLR0912, one branch for each kind
    """Raise unless everything that a statement refers to is there, and means what the statement takes it for.

    Raises:
        NotFoundError: a party, instrument, commitment, term or statement is not there; the sentence names it.
        ConflictError: the subject's name is taken; or a link leads back to the commitment that states it.
        UnitError: a unit is unknown, or of another dimension than it must be.
        MalformedError: a moment's zone had another offset then.
    """
    refuse_erased(said, scene)
    if said.kind in NAMED:
        _refuse_second(said, scene)
    match said.statement.body:
        # First what is said most often: cases are tried in turn.
        case Position() as body:
            _check_position(said, body, scene)
        case Charter() | Key():
            return  # the authority judges these
        case Party() as body:
            # A union may be recorded before its members are; a party may not be a member of itself.
            if any(member.party == said.subject for member in body.members):
                raise MalformedError(f"{said.subject} is named as a member of itself; remove it from members.")
        case Instrument() as body:
            _need_parties(scene, body.issuers, where="issuers")
        case Commitment() as body:
            _check_commitment(body, scene, subject=said.subject)
        case Baseline() as body:
            _check_baseline(said, body, scene)
        case Evidence() as body:
            _check_evidence(said, body, scene)
        case Attestation() as body:
            _check_attestation(said, body, scene)
        case Retraction() as body:
            _check_retraction(said, body, scene)
        case Amendment() as body:
            _check_amendment(said, body, scene)
        case Determination() as body:
            _refuse_unknown_terms(scene, said.subject, [term.id for term in body.terms])
            _refuse_later_view(body.view, scene)
        case Action() as body:
            _need_parties(scene, body.by, where="by")
            _refuse_unknown_terms(scene, said.subject, () if body.terms == "all" else body.terms)
        case Audit() as body:
            for subject in (said.subject, *body.subjects):
                _need_subject(scene, subject)
            _refuse_later_view(body.view, scene)
        case Erasure() as body:
            refuse_wrong_erasure(said, body, scene)
        case Index() as body:
            _check_index(said, body, scene)
        case never:
            assert_never(never)


def _refuse_second(said: Said, scene: Scene) -> None:
    """Raise where another statement holds the name, unless this one corrects it."""
    if said.statement.corrects is None and scene.has_name(said.kind, said.subject):
        message = (
            f"There is a {said.kind} {said.subject} already; name it in corrects to mend a mistake in the record, "
            f"or record an amendment if the world has changed."
        )
        raise ConflictError(message, kind=said.kind, subject=said.subject)


def _check_commitment(body: Commitment, scene: Scene, *, subject: str) -> None:
    if not scene.has_instrument(body.instrument):
        message = f"There is no instrument {body.instrument}; record it before the commitment that it gives force to."
        raise NotFoundError(message, instrument=body.instrument)
    _need_parties(scene, body.obligors, where="obligors")
    _need_parties(scene, body.obligees, where="obligees")
    _need_parties(scene, [quote.speaker for quote in body.quotes if quote.speaker is not None], where="quotes")
    for link in body.links:
        if scene.commitment(link.commitment) is None:
            message = f"There is no commitment {link.commitment} that this one {link.kind}; record that one first."
            raise NotFoundError(message, commitment=link.commitment)
        _refuse_circle(subject, link, scene)
    _check_terms(body.terms, scene)


def _refuse_circle(subject: str, link: Link, scene: Scene) -> None:
    """Raise where a link leads back to the commitment that states it (R16)."""

    def links(one: str) -> Iterator[tuple[LinkKind, str]]:
        known = scene.commitment(one)
        yield from ((each.kind, each.commitment) for each in (known.body.links if known is not None else ()))

    if (way := circle_of(subject, link.kind, link.commitment, links)) is not None:
        message = f"The link {link.kind} runs in a circle ({', '.join(way)}); leave out the one that is not so."
        raise ConflictError(message, commitment=link.commitment)


def _check_terms(terms: Iterable[Term], scene: Scene) -> None:
    for term in terms:
        where = f"term {term.id}"
        if term.actor is not None:
            _need_parties(scene, (term.actor,), where=where)
        if isinstance(term, (QuantityTerm, TrendTerm)):
            measurement(term.unit)
            sides = {side for way in term.measures for side in (way.reporter, way.partner)}
            _need_parties(scene, sorted(sides), where=where)
        if isinstance(term, ConditionalTerm):
            for clause in (term.trigger, term.consequence):
                _need_parties(scene, [who for who in (clause.actor, clause.judge) if who is not None], where=where)
                if clause.unit is not None:
                    measurement(clause.unit)
        for moment in _moments(term):
            _refuse_wrong_zone(moment, where=where)


def _moments(term: Term) -> Iterator[Moment]:
    """Yield the moments that a term names, in its clauses too."""
    parts: tuple[Term | Clause, ...] = (term,)
    if isinstance(term, ConditionalTerm):
        parts = (term, term.trigger, term.consequence)
    for part in parts:
        deadline = part.deadline
        if isinstance(deadline, Moment):
            yield deadline


def _refuse_wrong_zone(moment: Moment, *, where: str) -> None:
    """Raise unless the zone had the offset that the local time shows; looked up here, and never again (design §2.1)."""
    try:
        zone = ZoneInfo(moment.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"The time zone {moment.zone} of {where} is not known; write one such as America/New_York."
        raise MalformedError(message, zone=moment.zone) from error
    local = datetime.fromisoformat(moment.at).astimezone(zone).isoformat()
    if local != moment.local:
        message = (
            f"At {moment.at} the clocks of {moment.zone} showed {local}, and {where} says {moment.local}; mend it."
        )
        raise MalformedError(message, zone=moment.zone, expected=local)


def _check_baseline(said: Said, body: Baseline, scene: Scene) -> None:
    chosen = () if body.terms == "all" else body.terms
    _refuse_unknown_terms(scene, said.subject, chosen)
    measurement(body.unit)
    found = scene.commitment(said.subject)
    for term in () if found is None else found.body.terms:
        if isinstance(term, (QuantityTerm, TrendTerm)) and (body.terms == "all" or term.id in body.terms):
            convert(fraction("1"), unit=body.unit, to=term.unit)
    if body.restates is not None:
        earlier = scene.statement(body.restates)
        if earlier is None or earlier.kind != "baseline" or earlier.subject != said.subject:
            message = (
                f"There is no baseline {body.restates} of {said.subject} to restate; give the name of the earlier one."
            )
            raise NotFoundError(message, statement=body.restates)


def _check_position(said: Said, body: Position, scene: Scene) -> None:
    _need_parties(scene, (body.party,), where="party")
    moved = [one.term for one in body.moved]
    _refuse_unknown_terms(scene, said.subject, moved if body.terms == "all" else (*body.terms, *moved))
    for one in body.moved:
        if one.unit is not None:
            measurement(one.unit)
    if body.quote is not None and body.quote.speaker is not None:
        _need_parties(scene, (body.quote.speaker,), where="quote")
    if body.replies_to is not None and scene.statement(body.replies_to) is None:
        message = f"There is no statement {body.replies_to} to reply to; give the name of one in this ledger."
        raise NotFoundError(message, statement=body.replies_to)


def _check_evidence(said: Said, body: Evidence, scene: Scene) -> None:
    dimensions = body.dimensions
    if said.subject != dimensions.series:
        message = (
            f"The subject {said.subject} is not the series of the dimensions, {dimensions.series}; make them equal."
        )
        raise MalformedError(message, subject=said.subject, series=dimensions.series)
    # The key of a table names a classification, that of a rate currencies: no parties (R3, R5).
    sides = () if dimensions.measure in {"table", "rate"} else (dimensions.reporter, dimensions.partner)
    _need_parties(scene, [side for side in sides if side != "*"], where="dimensions")
    if body.authority_of is not None:
        _need_parties(scene, (body.authority_of,), where="authority_of")
    for unit in dimensions.units:
        measurement(unit)
    refuse_wrong_files(body, scene)


def _check_attestation(said: Said, body: Attestation, scene: Scene) -> None:
    _refuse_unknown_terms(scene, said.subject, () if body.term is None else (body.term,))
    if body.milestone is None:
        return
    found = [term for term in scene.terms(said.subject).get(body.term or "", ()) if isinstance(term, ActionTerm)]
    if not any(step.id == body.milestone for term in found for step in term.milestones):
        message = f"The term {body.term} of {said.subject} has no milestone {body.milestone}; mend the id."
        raise NotFoundError(message, term=body.term, milestone=body.milestone)


def _check_retraction(said: Said, body: Retraction, scene: Scene) -> None:
    target = scene.statement(body.statement)
    if target is None:
        message = f"There is no statement {body.statement} to retract; give the name of one in this ledger."
        raise NotFoundError(message, statement=body.statement)
    if target.kind in {"charter", "key", "erasure"}:
        message = f"A {target.kind} is not retracted; a key is revoked, and a charter and an erasure stand."
        raise RefusedError(message, kind=target.kind)
    if target.subject != said.subject:
        message = (
            f"The retraction is about {said.subject}, and what it retracts about {target.subject}; make them equal."
        )
        raise MalformedError(message, subject=said.subject, expected=target.subject)
    refuse_other_author(said, target, scene, act="retract")
    if body.points and target.kind != "evidence":
        raise MalformedError(f"A {target.kind} has no points; leave points out to retract all of it.", kind=target.kind)
    if by := scene.known(target.kind, target.subject).corrected.get(target.name):
        message = f"The statement {body.statement} no longer stands: {by} mends or retracts it; retract that one."
        raise ConflictError(message, statement=body.statement, by=by)


def refuse_other_author(said: Said, target: Said, scene: Scene, *, act: str) -> None:
    """Raise unless a statement and what it mends or retracts have one author, or the operator acts (design §2.2)."""
    authority = scene.authority
    is_operator = authority is not None and "operator" in authority.roles_at(said.author, said.index)
    if said.author != target.author and not is_operator:
        message = f"Only {target.author}, who signed it, or the operator may {act} {target.name}; sign with that key."
        raise RefusedError(message, statement=target.name, author=target.author)


def _check_amendment(said: Said, body: Amendment, scene: Scene) -> None:
    _need_parties(scene, body.by, where="by")
    is_instrument = scene.commitment(said.subject) is None
    if is_instrument and not scene.has_instrument(said.subject):
        message = f"There is no commitment or instrument {said.subject} to amend; record it first."
        raise NotFoundError(message, subject=said.subject)
    if not is_instrument and body.applies_to != "all":
        _refuse_unknown_terms(scene, said.subject, [name for name in body.applies_to if name not in _ids(body.terms)])
    _check_terms(body.terms, scene)
    _refuse_too_early(said.subject, body, scene)


def _refuse_too_early(subject: str, body: Amendment, scene: Scene) -> None:
    """Raise where an amendment is dated before what it amends was made (R12)."""
    commitment = scene.commitment(subject)
    instrument = scene.known("instrument", subject).instruments.get(subject)
    made = commitment.body.date if commitment is not None else instrument.body.announced if instrument else None
    for name, day in (("announced", body.announced), ("effective", body.effective)):
        if made is not None and day < made:
            message = f"The amendment is {name} on {day}, and {subject} was made on {made}; mend the dates."
            raise MalformedError(message, subject=subject, made=made)


def _check_index(said: Said, body: Index, scene: Scene) -> None:
    """Raise unless an index is of this log, and its root the one that the entries give (design §2.3)."""
    origin = scene.authority.charter.origin if scene.authority is not None else ""
    if said.subject != origin:
        message = f"An index is about the log itself: its subject is {origin}, not {said.subject}."
        raise MalformedError(message, subject=said.subject, expected=origin)
    refuse_wrong_root(body, scene.published)


def _ids(terms: Iterable[Term]) -> frozenset[str]:
    return frozenset(term.id for term in terms)


def _refuse_unknown_terms(scene: Scene, subject: str, names: Iterable[str]) -> None:
    """Raise unless the commitment is there and has every term that is named."""
    known = scene.terms(subject)
    for name in names:
        if name not in known:
            message = f"The commitment {subject} has no term {name}; use one of {', '.join(sorted(known))}."
            raise NotFoundError(message, commitment=subject, term=name)


def _refuse_later_view(view: View, scene: Scene) -> None:
    if view.size > scene.size:
        message = f"The view is of {view.size} entries, and the log has {scene.size}; conclude from what is there."
        raise MalformedError(message, size=view.size)


def _need_parties(scene: Scene, names: Iterable[str], *, where: str) -> None:
    for name in names:
        if not scene.has_party(name):
            raise NotFoundError(f"There is no party {name} ({where}); record it first, or mend the name.", party=name)


def _need_subject(scene: Scene, subject: str) -> None:
    """Raise unless a commitment, instrument or party has the name."""
    if scene.commitment(subject) is None and not scene.has_instrument(subject) and not scene.has_party(subject):
        message = f"There is no commitment, instrument or party {subject}; record it first, or mend the name."
        raise NotFoundError(message, subject=subject)
