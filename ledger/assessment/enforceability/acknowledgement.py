"""Acknowledgement and control (K): whether the obligor says so too, and can do it (method §4, E2, E3).

Read from the instrument's issuers, from who is quoted speaking, and from recorded positions. A party about whom no
position is recorded is *unknown*, not silent. A stance on a finding (whether it was fulfilled) is not one on the
pledge.

**The time of the text.** A written level takes a party's positions dated on or before the commitment's date; where a
party had not spoken by then, those of the first day on which it did. So a reply that follows the text counts, and a
later change of mind is for the practised level.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from ledger.assessment.enforceability.case import Case, cite
from ledger.assessment.enforceability.level import Derived, as_written, at, between, lowest, observed
from ledger.assessment.heard import Chorus
from ledger.assessment.result import Cite
from ledger.model.term import ConditionalTerm, Term
from ledger.model.value import Share, Shown, fraction

_Stance = Literal["affirms", "affirms_differently", "silent", "denies"]

_HALF = fraction("0.5")


@dataclass(frozen=True, slots=True)
class _Said:
    """What a party said of a term on a day.

    Attributes:
        states: it names a number, date or product of the term.
        text: a text or position of the party's own; not words quoted in somebody else's document.
        recorded: a position somebody recorded; else it follows from the commitment or its instrument.
        alike: positions that say the same on the same day, and were not read.
    """

    party: str
    stance: _Stance
    day: str
    cite: Cite
    states: bool = True
    text: bool = True
    recorded: bool = False
    alike: Chorus | None = None

    @property
    def explicitness(self) -> int:
        """How explicit it is: to affirm or deny is more than to put it otherwise, with numbers more than without."""
        match self.stance:
            case "affirms" | "denies":
                return 3
            case "affirms_differently":
                return 2 if self.states else 1
            case "silent":
                return 0


def written(case: Case, term: Term) -> Derived:
    """Return the level of a term at the time of its text: the lowest among those who owe it (E2; E3, written)."""
    return lowest([_written(case, term, obligor) for obligor in _owing(case, term)])


def practised(case: Case, term: Term, *, as_text: Derived) -> Derived:
    """Return the level by each obligor's latest position other than silence; as written where none is recorded (E3)."""
    everything = _everything(case, term)
    levels = []
    for obligor in _owing(case, term):
        own = [one for one in everything if one.party == obligor]
        if any(one.recorded for one in own):
            said_last = _by_positions(case, term, obligor, everything, is_latest=True)
            levels.append(_as_said_last(said_last, obligor, own))
        else:
            levels.append(_written(case, term, obligor))
    level = lowest(levels)
    if not level.observed:
        return as_written("K", as_text, "as written: no position of the obligor is recorded", case.cite("obligors"))
    return level


def _as_said_last(level: Derived, obligor: str, own: Sequence[_Said]) -> Derived:
    """Return a level that was read from the latest position, and say whose and of which day (E3)."""
    latest = _latest(own)
    if not latest:
        says, code = f"{obligor} has said nothing of it but silence", "E3.K.silence"
    else:
        says, code = f"read from what {obligor} said last, on {latest[0].day}", "E3.K.latest"
    cites = _cites(latest or own)
    return observed("K", level, says, *cites, code=code, low=level.low, high=level.high)


def denials(case: Case, term: Term) -> tuple[Cite, ...]:
    """Return where somebody who owes the term denies it in its latest position, and affirms it nowhere that day.

    A text that the view does not know may affirm it on its own day: only what is said after that is surely the latest.
    """
    everything = _everything(case, term)
    latest = (_latest([one for one in everything if one.party == obligor]) for obligor in _owing(case, term))
    return tuple(
        cite_
        for said in latest
        if {one.stance for one in said} == {"denies"}
        for cite_ in _cites([one for one in said if case.document is not None or one.day > case.body.date])
    )


def _owing(case: Case, term: Term) -> tuple[str, ...]:
    """Return who owes a term: its actor, of a conditional term that of the consequence (E1); else every obligor."""
    actor = term.actor
    if isinstance(term, ConditionalTerm) and term.consequence.actor is not None:
        actor = term.consequence.actor
    return (actor,) if actor is not None and actor in case.body.obligors else case.body.obligors


def _written(case: Case, term: Term, obligor: str) -> Derived:
    own_text = _own_text(case, obligor)
    if own_text is not None:
        # The first row that holds (E2): a joint text is one, whatever else either side said that day.
        return _by_control(case, own_text)
    return _by_positions(case, term, obligor, _of_the_time(case, _everything(case, term)), is_latest=False)


def _own_text(case: Case, obligor: str) -> str | None:
    """Return what makes the text the obligor's own, in words; null where it is not known to be."""
    issuers = set(case.document.issuers) if case.document is not None else set()
    if obligor not in issuers:
        return None
    if case.unilateral:
        return f"a unilateral pledge in {obligor}'s own instrument"
    others = issuers & set(case.body.obligees) - {obligor}
    return f"a joint text of {', '.join(sorted({obligor, *others}))}" if others else None


def _by_control(case: Case, own_text: str) -> Derived:
    control: Share | None = case.body.performance.control if case.body.performance is not None else None
    cites = (case.cite_instrument("issuers"), case.cite("performance.control"))
    if control is None:
        return between("K", 3, 4, f"{own_text}; what share of the flow the obligor controls is unknown", *cites)
    if fraction(control) >= _HALF:
        return at("K", 4, f"{own_text}, and the obligor controls half of the flow or more ({control})", *cites)
    return at(
        "K", 3, f"{own_text}, but the obligor controls less than half of the flow ({control})", *cites, code="PL306"
    )


def _by_positions(case: Case, term: Term, obligor: str, said: Sequence[_Said], *, is_latest: bool) -> Derived:
    """Return the level by what an obligor said last: of all that was said, or of what was said at the time."""
    own = [one for one in said if one.party == obligor]
    matching = _match(case, obligor, said)
    if not own:
        # Silent or denying at worst, matching texts at best; a joint text only where the document is not known.
        best = _most(case) if case.document is None else 2 if matching is False else 3
        return between("K", 0, best, f"no position of {obligor} on {term.id} is recorded", case.cite("obligors"))
    latest = _latest(own)
    if not latest:
        says = f"{obligor} is silent on it in its own text"
        if case.document is None:
            says = f"{says}; whether the document is one is unknown"
            return between("K", 0, _most(case), says, *_cites(own))
        return at("K", 0, says, *_cites(own), code="PL302")
    levels = [_by_stance(case, one, matching=matching) for one in latest]
    if {"affirms", "denies"} <= {one.stance for one in latest}:
        # Equally explicit on one day: which of the two stands is not known.
        high = max(level.high for level in levels)
        return between("K", 0, high, f"{obligor} both affirms and denies it on {latest[0].day}", *_cites(latest))
    if case.document is None and levels[0].high < _most(case) and (not is_latest or latest[0].day <= case.body.date):
        # The text may be the obligor's own, and then it says no less than what was said by its day.
        says = f"{levels[0].reasons[0].says}; whether the text is the obligor's own is unknown"
        return between("K", levels[0].low, _most(case), says, *_cites(latest))
    return levels[0]


def _most(case: Case) -> int:
    """Return the highest level that a text of the obligor's own could have: what it controls is asked there."""
    control = case.body.performance.control if case.body.performance is not None else None
    return 3 if control is not None and fraction(control) < _HALF else 4


def _by_stance(case: Case, said: _Said, *, matching: bool | None) -> Derived:
    who = said.party
    match said.stance:
        case "denies":
            return at("K", 0, f"{who} denies it", said.cite, code="PL301")
        case "silent":
            return at("K", 0, f"{who} is silent on it", said.cite, code="PL302")
        case "affirms_differently" if said.states:
            says = f"{who} puts it differently, but states a number, date or product of it"
            return at("K", 2, says, said.cite, code="PL304")
        case "affirms_differently":
            return at("K", 1, f"{who} affirms the topic, not the terms", said.cite, code="PL303")
        case "affirms":
            return _affirmed(case, said, matching=matching)


def _affirmed(case: Case, said: _Said, *, matching: bool | None) -> Derived:
    own_text = _own_text(case, said.party)
    if own_text is not None:
        return _by_control(case, own_text)
    if case.document is None:
        says = f"{said.party}'s own statement on it; whether the text is a joint one is unknown"
        return between("K", 3 if matching is True else 2, _most(case), says, said.cite)
    if matching is True:
        return at("K", 3, f"{said.party} affirms it, and the other side's text matches", said.cite, code="PL307")
    if matching is False:
        says = f"{said.party}'s own statement on it; the texts of the parties do not match"
        return at("K", 2, says, said.cite, code="PL305")
    return between(
        "K", 2, 3, f"{said.party}'s own statement on it; whether the parties' texts match is unknown", said.cite
    )


def _match(case: Case, obligor: str, said: Sequence[_Said]) -> bool | None:
    """Return whether both sides affirm it in texts of their own, none of them otherwise; null where that is unknown."""
    others = [_affirms_in_text(party, said) for party in case.body.obligees if party != obligor]
    own = _affirms_in_text(obligor, said)
    if not others or False in (own, *others):
        return False
    return True if own and any(others) else None


def _affirms_in_text(party: str, said: Sequence[_Said]) -> bool | None:
    """Return whether a party's own text affirms it; what it said otherwise since, or on that day, makes it no."""
    own = [one for one in said if one.party == party]
    if not own:
        return None
    latest = _latest(own)
    since = [one for one in own if not latest or one.day >= latest[0].day]
    if any(one.stance != "affirms" for one in since):
        return False
    return True if any(one.text for one in since) else None


def _latest(own: Sequence[_Said]) -> list[_Said]:
    """Return what a party said last other than silence; on one day, the most explicit (E3)."""
    spoken = [one for one in own if one.stance != "silent"]
    if not spoken:
        return []
    day = max(one.day for one in spoken)
    that_day = [one for one in spoken if one.day == day]
    most = max(one.explicitness for one in that_day)
    return sorted((one for one in that_day if one.explicitness == most), key=lambda one: (one.stance, one.cite.entry))


def _cites(said: Sequence[_Said]) -> tuple[Cite, ...]:
    """Return where it was said, by stance and entry, as ``_latest`` orders it; of silence alone, by entry.

    What was said alike is cited too, though nobody has read it: none of it may be left out of a reason.
    """
    if all(one.alike is None for one in said):
        return tuple(one.cite for one in said)
    of: dict[str, list[Cite]] = {}
    for one in said:
        of.setdefault(one.stance, []).extend((one.cite, *(one.alike.cites if one.alike is not None else ())))
    return tuple(cite_ for stance in sorted(of) for cite_ in sorted(of[stance], key=attrgetter("entry")))


def _of_the_time(case: Case, said: Sequence[_Said]) -> list[_Said]:
    """Return what was said by the commitment's date; of a party that had not spoken, what it said on its first day."""
    first: dict[str, str] = {}
    for one in said:
        first[one.party] = min(first.get(one.party, one.day), one.day)
    return [one for one in said if one.day <= max(case.body.date, first[one.party])]


def _everything(case: Case, term: Term) -> list[_Said]:
    """Return all that was said of a term: in the instrument, in speech, in positions, in one-sided amendments."""
    return [*_in_the_text(case), *_in_speech(case, term), *_in_positions(case, term), *_in_amendments(case, term)]


def _in_the_text(case: Case) -> list[_Said]:
    """A party's own instrument affirms what it says."""
    issuers = case.document.issuers if case.document is not None else ()
    here = case.cite_instrument("issuers")
    return [_Said(one, "affirms", case.body.date, here) for one in sorted(set(issuers))]


def _in_speech(case: Case, term: Term) -> list[_Said]:
    """A party that is quoted speaking affirms the terms that its words show; in whose document does not matter."""
    pointed = _quotes_shown(term)
    return [
        _Said(quote.speaker, "affirms", case.body.date, case.cite(f"quotes[{position}].speaker"), text=False)
        for position, quote in enumerate(case.body.quotes)
        if quote.speaker is not None and (position in pointed or not pointed)
    ]


def _quotes_shown(term: Term) -> set[int]:
    """Return which quotations a term points into."""
    parts = (term, term.trigger, term.consequence) if isinstance(term, ConditionalTerm) else (term,)
    places: list[Shown | None] = [shown for part in parts for _, shown in part.shown]
    return {shown.quote for shown in places if shown is not None and shown.quote is not None}


def _in_positions(case: Case, term: Term) -> list[_Said]:
    return [
        _Said(
            party=fact.body.party,
            stance=fact.body.stance,
            states=bool(fact.body.states) or any(moved.term == term.id for moved in fact.body.moved),
            recorded=True,
            day=fact.body.date,
            cite=cite(fact, "stance"),
            alike=fact.alike,
        )
        for fact in case.known.positions.get(case.subject, ())
        if fact.body.about == "pledge" and (fact.body.terms == "all" or term.id in fact.body.terms)
    ]


def _in_amendments(case: Case, term: Term) -> list[_Said]:
    """New terms by one side alone are a position: it affirms them differently, and states how (R12)."""
    return [
        _Said(party, "affirms_differently", fact.body.announced, cite(fact, "terms"), recorded=True)
        for fact in case.standing.unaffirmed
        if fact.body.change in {"modify", "replace"} and any(one.id == term.id for one in fact.body.terms)
        for party in fact.body.by
    ]
