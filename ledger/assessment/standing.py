"""How a commitment stands at a view: its terms as amended, its validity and its disposition (R12).

The three axes (outcome, validity, disposition) are never folded into one label. An amendment changes terms only when
the obligor of a unilateral pledge made it, or both sides did, or the other side has affirmed it.

Amendments count in the order of their effective days, on one day in that of their announcement; what was done on one
day in the order in which steps follow each other. Entry order is no fact of the world. It decides one thing only: of
two amendments of the same days that contradict one another the later entry stands, and this is said (decision 29).
"""

from dataclasses import dataclass
from itertools import combinations

from ledger.assessment.view import Fact, Known
from ledger.model.action import ORDER
from ledger.model.amendment import Amendment
from ledger.model.commitment import Commitment
from ledger.model.determination import Disposition, Validity
from ledger.model.instrument import LEGAL_NOTICES, Instrument
from ledger.model.position import Position
from ledger.model.term import Term


@dataclass(frozen=True, slots=True)
class Standing:
    """How a commitment stands.

    Attributes:
        terms: as amended and in effect at the view.
        suspended: the terms suspended at the view. ``lapsed``: the levers that have lapsed.
        ended: the instrument or the whole commitment has expired, been withdrawn or left.
        unaffirmed: amendments by one side alone; they are positions, not changes. ``in_effect``: the others.
        contrary: pairs in effect that contradict one another and have the same days: the second stands, as it was
            logged later.
    """

    terms: tuple[Term, ...]
    validity: Validity
    reason: str
    disposition: Disposition
    suspended: frozenset[str]
    lapsed: frozenset[str]
    ended: bool
    unaffirmed: tuple[Fact[Amendment], ...]
    in_effect: tuple[Fact[Amendment], ...]
    contrary: tuple[tuple[Fact[Amendment], Fact[Amendment]], ...] = ()


def is_unilateral(commitment: Commitment, instrument: Instrument | None) -> bool:
    """Whether nobody but the obligor made it: no obligees, or a legal notice of the obligor (E2)."""
    if not commitment.obligees:
        return True
    return (
        instrument is not None
        and instrument.form in LEGAL_NOTICES
        and set(instrument.issuers) <= set(commitment.obligors)
    )


def standing(known: Known, subject: str) -> Standing:
    """Return how the commitment stands at the view.

    Source: R12; the dates of R1 (an amendment is visible from its announcement and takes effect on its effective day).
    """
    fact = known.commitments[subject]
    commitment = fact.body
    instrument = known.instruments.get(commitment.instrument)
    body = instrument.body if instrument is not None else None
    visible = (*known.amendments.get(commitment.instrument, ()), *known.amendments.get(subject, ()))
    as_of = known.view.as_of
    due = sorted((one for one in visible if one.body.effective <= as_of), key=lambda one: (*_days(one), one.index))
    unilateral = is_unilateral(commitment, body)
    positions = known.positions.get(subject, ())
    in_effect = tuple(
        one
        for one in due
        if _changes(one, positions, commitment, unilateral=unilateral) or _is_exit(one, commitment, body)
    )
    unaffirmed = tuple(one for one in due if one not in in_effect)
    terms = _amended(commitment.terms, in_effect)
    validity, reason = _validity(known, fact.body, subject, body, in_effect)
    return Standing(
        terms=terms,
        validity=validity,
        reason=reason,
        disposition=_disposition(known, subject),
        suspended=_suspended(terms, in_effect),
        lapsed=frozenset(
            one.body.lever
            for group in known.amendments.values()
            for one in group
            if one.body.change == "lever_lapsed" and one.body.lever is not None and one.body.effective <= as_of
        ),
        ended=validity in {"expired", "withdrawn", "replaced"},
        unaffirmed=unaffirmed,
        in_effect=in_effect,
        contrary=_contrary(commitment.terms, in_effect),
    )


def _days(one: Fact[Amendment]) -> tuple[str, str]:
    """Return what orders an amendment: what was announced later is the later word on the day that both take effect."""
    return one.body.effective, one.body.announced


def _contrary(
    terms: tuple[Term, ...], in_effect: tuple[Fact[Amendment], ...]
) -> tuple[tuple[Fact[Amendment], Fact[Amendment]], ...]:
    """Return the pairs whose order nothing but the log tells, and of which the order matters (R12, decision 29)."""
    return tuple(
        (one, other)
        for one, other in combinations(in_effect, 2)
        if _days(one) == _days(other) and _after(terms, one, other) != _after(terms, other, one)
    )


def _after(terms: tuple[Term, ...], *amendments: Fact[Amendment]) -> tuple[dict[str, Term], frozenset[str]]:
    """Return the terms by id, and those that are suspended, after amendments in this order."""
    amended = _amended(terms, amendments)
    return {term.id: term for term in amended}, _suspended(amended, amendments)


def _changes(
    one: Fact[Amendment], positions: tuple[Fact[Position], ...], commitment: Commitment, *, unilateral: bool
) -> bool:
    """Whether an amendment counts: by the obligor of a unilateral pledge, by both sides, or affirmed by the other.

    Args:
        positions: on this commitment; what a party affirms of another one changes nothing here, so that an audit of
            this one alone, whose closure holds only its own positions, says the same (design §2.3).
    """
    body = one.body
    if body.change in {"lever_lapsed", "expire"}:
        return True
    makers = set(body.by)
    obligors, obligees = set(commitment.obligors), set(commitment.obligees)
    if unilateral and makers & obligors:
        return True
    affirmed = {
        fact.body.party for fact in positions if fact.body.replies_to == one.name and fact.body.stance == "affirms"
    }
    agreed = makers | affirmed
    return bool(agreed & obligors) and (not obligees or bool(agreed & obligees))


def _is_exit(one: Fact[Amendment], commitment: Commitment, instrument: Instrument | None) -> bool:
    """Whether a party left what it can leave: an obligor its pledge, any party to a joint instrument that instrument.

    An exit is one side's act; what it costs is dimension X, and no question of consent.
    """
    makers, obligors = set(one.body.by), set(commitment.obligors)
    if one.body.change != "withdraw":
        return False
    issuers = set(instrument.issuers) if instrument is not None else set()
    return bool(makers & obligors) or (
        one.subject == commitment.instrument and bool(issuers & obligors and makers & issuers)
    )


def _amended(terms: tuple[Term, ...], in_effect: tuple[Fact[Amendment], ...]) -> tuple[Term, ...]:
    """Return the terms after the amendments.

    ``replace`` changes the whole list, ``modify`` the terms of the same id.
    """
    for one in in_effect:
        if one.body.change == "replace":
            terms = one.body.terms
        elif one.body.change == "modify":
            new = {term.id: term for term in one.body.terms}
            kept = tuple(new.pop(term.id, term) for term in terms)
            terms = (*kept, *new.values())
    return terms


def _suspended(terms: tuple[Term, ...], in_effect: tuple[Fact[Amendment], ...]) -> frozenset[str]:
    suspended: set[str] = set()
    for one in in_effect:
        touched = {term.id for term in terms} if one.body.applies_to == "all" else set(one.body.applies_to)
        if one.body.change == "suspend":
            suspended |= touched
        elif one.body.change == "resume":
            suspended -= touched
    return frozenset(suspended)


def _validity(
    known: Known,
    commitment: Commitment,
    subject: str,
    instrument: Instrument | None,
    in_effect: tuple[Fact[Amendment], ...],
) -> tuple[Validity, str]:
    """Return the validity and the sentence that says why, strongest first."""
    whole = [one.body for one in in_effect if one.body.applies_to == "all"]
    as_of = known.view.as_of
    for change, validity in (("withdraw", "withdrawn"), ("expire", "expired"), ("replace", "replaced")):
        if last := next((body for body in reversed(whole) if body.change == change), None):
            return validity, f"{change} effective {last.effective}: {last.reason}"  # type: ignore[return-value]
    if instrument is not None and instrument.expires not in (None, "none") and instrument.expires < as_of:
        return "expired", f"the instrument expired on {instrument.expires}"
    last_pause = next((body for body in reversed(whole) if body.change in {"suspend", "resume"}), None)
    if last_pause is not None and last_pause.change == "suspend":
        return "suspended", f"suspended effective {last_pause.effective}: {last_pause.reason}"
    if last := next((one.body for one in reversed(in_effect) if one.body.change == "modify"), None):
        return "modified", f"modified effective {last.effective}: {last.reason}"
    if instrument is not None and instrument.in_force not in (None, "none") and instrument.in_force <= as_of:
        return "in_force", f"its instrument is in force since {instrument.in_force}"
    if any(
        fact.body.party in commitment.obligors and fact.body.stance == "affirms" and fact.body.about == "pledge"
        for fact in known.positions.get(subject, ())
    ):
        return "acknowledged", "the obligor affirms it"
    if any(quote.speaker in commitment.obligors for quote in commitment.quotes) or (
        instrument is not None and set(instrument.issuers) & set(commitment.obligors)
    ):
        return "acknowledged", "the words are the obligor's own"
    return "claimed", "only others than the obligor say so"


def _disposition(known: Known, subject: str) -> Disposition:
    """Return what was last done about the commitment by logged actions; of one day, the last in the order of steps."""
    moves: dict[str, Disposition] = {
        "waiver": "waived",
        "excuse": "excused",
        "appeal": "under_appeal",
        "remedy": "remedy_applied",
        "settlement": "settled",
    }
    done = [
        fact for fact in known.actions.get(subject, ()) if fact.body.act in moves and fact.body.date <= known.view.as_of
    ]
    last = max(done, key=lambda fact: (fact.body.date, ORDER.index(fact.body.act)), default=None)
    return moves[last.body.act] if last is not None else "none"
