"""The difference of two drafts of a commitment, sentence by sentence, each with what it alone does to the score (E9).

Terms are told apart by their ids and numbered as they stand. A change is put into the old draft by itself and the whole
is scored again, so that "lost its deadline" counts all that a deadline carries. Changes that matter only together do
not add up to the whole, and it says so. Written levels only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ledger.assessment.enforceability import precision
from ledger.assessment.enforceability.case import Case
from ledger.assessment.enforceability.mend import with_commitment, with_instrument
from ledger.assessment.enforceability.pillar import band, points
from ledger.assessment.enforceability.written import written
from ledger.assessment.standing import standing
from ledger.assessment.view import Known, commitment_of
from ledger.model.commitment import Verb
from ledger.model.determination import Band
from ledger.model.term import ELEMENTS, ActionTerm, Clause, ConditionalTerm, Element, RestraintTerm, Term
from ledger.model.value import Value

_FIELDS: Final[Mapping[Element, tuple[str, ...]]] = {
    "actor": ("actor",),
    "action": ("measure", "readings", "named", "act", "judge"),
    "quantity": ("target", "bound", "unit", "tolerance", "aggregate", "direction"),
    "timing": ("period", "deadline", "milestones"),
    "reference": ("target_is", "baseline"),
    "scope": ("scope",),
}
"""The fields of a term or clause by the element that they give."""

_OF_COMMITMENT: Final[Mapping[str, str]] = {
    "verb": "the operative verb",
    "obligors": "who owes it",
    "obligees": "to whom it is owed",
    "quotes": "the words quoted",
    "performance": "who performs it",
    "indicators": "what verifies it",
    "levers": "what stands behind it",
    "source": "where the words come from",
    "date": "its day",
}
_OF_INSTRUMENT: Final[Mapping[str, str]] = {
    "form": "the form of the document",
    "issuers": "whose document it is",
    "binding": "whether it says that it binds",
    "forum": "the forum",
    "remedy": "the remedy",
    "exit": "the exit rule",
    "escapes": "the escapes",
    "expires": "the term of the document",
}


class Change(Value):
    """One change between two drafts.

    Units: points of 100, to one place, exact.

    Attributes:
        clause: the number of the term, from 1; null for the whole. ``term`` its id.
        says: in a sentence, without its effect.
        effect: on the low and the high end of the old score, were this the only change.
    """

    clause: int | None
    term: str | None
    says: str
    effect: tuple[str, str]


class Difference(Value):
    """What became of a commitment between two drafts.

    Attributes:
        old: and ``new`` the two ends of the written score, with ``old_bands`` and ``new_bands``.
        together: new less old, end by end.
        adds_up: whether the changes, each by itself, come to the same.
    """

    old_subject: str
    new_subject: str
    old: tuple[str, str]
    new: tuple[str, str]
    old_bands: tuple[Band, Band]
    new_bands: tuple[Band, Band]
    changes: tuple[Change, ...]
    together: tuple[str, str]
    adds_up: bool


def compare(old: Known, old_subject: str, new: Known, new_subject: str) -> Difference:
    """Return what changed between two drafts of a commitment, and what each change does to its written score.

    Raises:
        NotFoundError: one of the two views does not know its commitment.

    Source: E9.
    """
    before, after = _case(old, old_subject), _case(new, new_subject)
    was, now = written(before).tenths, written(after).tenths
    changes = []
    total = (0, 0)
    for clause, term, says, there in _steps(before, after):
        seen = written(there).tenths
        effect = (seen[0] - was[0], seen[1] - was[1])
        total = (total[0] + effect[0], total[1] + effect[1])
        changes.append(Change(clause=clause, term=term, says=says, effect=(points(effect[0]), points(effect[1]))))
    together = (now[0] - was[0], now[1] - was[1])
    return Difference(
        old_subject=old_subject,
        new_subject=new_subject,
        old=(points(was[0]), points(was[1])),
        new=(points(now[0]), points(now[1])),
        old_bands=(band(was[0]), band(was[1])),
        new_bands=(band(now[0]), band(now[1])),
        changes=tuple(changes),
        together=(points(together[0]), points(together[1])),
        adds_up=total == together,
    )


def _case(known: Known, subject: str) -> Case:
    commitment_of(known, subject)
    return Case(known, subject, standing(known, subject), {})


_Step = tuple[int | None, str | None, str, Case]
"""Clause and term, the sentence, and the old draft with this change alone."""


def _steps(before: Case, after: Case) -> Iterator[_Step]:
    yield from _of_terms(before, after)
    for name, what in _OF_COMMITMENT.items():
        old, new = getattr(before.body, name), getattr(after.body, name)
        if old != new:
            yield None, None, _of_commitment_words(name, what, old, new), with_commitment(before, **{name: new})
    yield from _of_documents(before, after)
    old_said, new_said = (_stances(case) for case in (before, after))
    if old_said != new_said:
        positions = {**before.known.positions, before.subject: after.known.positions.get(after.subject, ())}
        there = replace(before, known=replace(before.known, positions=positions))
        yield None, None, "what the parties are recorded to have said of it changed", there


def _stances(case: Case) -> list[tuple[str, str, str, object, object]]:
    facts = case.known.positions.get(case.subject, ())
    return sorted(
        (one.body.party, one.body.stance, one.body.date, one.body.terms, one.body.states) for one in facts
        if one.body.about == "pledge"
    )  # fmt: skip


# --- terms ------------------------------------------------------------------------------------------------------------


def _of_terms(before: Case, after: Case) -> Iterator[_Step]:
    olds, news = before.standing.terms, after.standing.terms
    if len(olds) == len(news) == 1:  # the only clause is the same clause, whatever it is called
        news = (news[0].model_copy(update={"id": olds[0].id}),)
    by_id = {term.id: term for term in news}
    for number, old in enumerate(olds, start=1):
        new = by_id.pop(old.id, None)
        if new is not None:
            yield from _of_term(before, after, number, old, new)
        elif len(olds) > 1:
            left = tuple(term for term in olds if term.id != old.id)
            yield number, old.id, f'clause {number} ("{old.title}") is gone', _with(before, left)
        else:  # a commitment has a term: what takes the only one's place is told with it
            yield number, old.id, f'clause {number} ("{old.title}") is replaced', _with(before, news)
            return
    for number, new in enumerate(news, start=1):
        if new.id in by_id:
            yield number, new.id, f'clause {number} is new: "{new.title}"', _with(before, (*olds, new))


def _with(case: Case, terms: tuple[Term, ...]) -> Case:
    return replace(with_commitment(case, terms=terms), standing=replace(case.standing, terms=terms))


def _replaced(case: Case, new: Term) -> Case:
    return _with(case, tuple(new if term.id == new.id else term for term in case.standing.terms))


def _of_term(before: Case, after: Case, number: int, old: Term, new: Term) -> Iterator[_Step]:
    said = f"clause {number}"
    if old.kind != new.kind:
        yield number, old.id, f"{said} was a {old.kind} and is now a {new.kind}", _replaced(before, new)
        return
    if old.material != new.material:
        there = _replaced(before, old.model_copy(update={"material": new.material}))
        yield number, old.id, f"{said} is {'now' if new.material else 'no longer'} material", there
    if isinstance(old, ConditionalTerm) and isinstance(new, ConditionalTerm):
        for part in ("trigger", "consequence"):
            one, other = getattr(old, part), getattr(new, part)
            weights = (_count(before, old, part), _count(after, new, part))
            for says, hybrid in _of_part(f"{said}'s {part}", one, other, *weights):
                yield number, old.id, says, _replaced(before, old.model_copy(update={part: hybrid}))
    # What a conditional term says outside its clauses stands in for what they leave out (E1).
    for says, hybrid in _of_part(said, old, new, precision.count(before, old), precision.count(after, new)):
        yield number, old.id, says, _replaced(before, hybrid)


def _count(case: Case, term: ConditionalTerm, part: str) -> precision.Count:
    return precision.trigger_count(case, term.trigger) if part == "trigger" else precision.count(case, term)


def _of_part(
    said: str,
    old: Any,  # noqa: ANN401, a term or a clause
    new: Any,  # noqa: ANN401, a term or a clause
    was: precision.Count,
    now: precision.Count,
) -> Iterator[tuple[str, Any]]:
    """Yield, for each element that changed, the sentence and the old term or clause with that element as in the new."""
    for element in ELEMENTS:
        hybrid = _hybrid(old, new, element)
        if hybrid != old:
            yield f"{said} {_became(element, old, new, was, now)}", hybrid


def _hybrid(old: Any, new: Any, element: Element) -> Any:  # noqa: ANN401, a term or a clause
    names = (name for name in _FIELDS[element] if name in type(old).model_fields)
    update: dict[str, Any] = {name: getattr(new, name) for name in names}
    update["shown"] = old.shown.model_copy(update={element: getattr(new.shown, element)})
    for kind in ("marks", "imputed"):
        if kind in type(old).model_fields:
            own, other = ([one for one in getattr(part, kind) if one.element == element] for part in (old, new))
            if own != other:  # else they stay where they are: their order says nothing
                update[kind] = (*(one for one in getattr(old, kind) if one not in own), *other)
    return old.model_copy(update=update)


def _became(
    element: Element, old: Term | Clause, new: Term | Clause, was: precision.Count, now: precision.Count
) -> str:
    """Return what became of an element, in words."""
    before, after = was.weights[element], now.weights[element]
    name = _noun(element, old if before else new)
    note = now.notes.get(element) or was.notes.get(element) or "counted in full"
    if before and not after:
        return f"lost its {name}"
    if after and not before:
        return f"gained {'an' if name[0] in 'aeiou' else 'a'} {name}"
    if after < before:
        return f"has its {name} now counted one half: {note}"
    if after > before:
        return f"has its {name} counted in full now, which was {was.notes.get(element, 'one half')}"
    told = (_value(element, old), _value(element, new))
    return f"has another {name}" + (
        f": {told[1]} in the place of {told[0]}" if all(told) and told[0] != told[1] else ""
    )


def _noun(element: Element, part: Term | Clause) -> str:
    match element:
        case "action":
            is_conduct = isinstance(part, ActionTerm | RestraintTerm | Clause | ConditionalTerm)
            return "act" if is_conduct else "measure"
        case "quantity":
            return "amount"
        case "timing":
            return "deadline" if part.deadline is not None or getattr(part, "period", None) is None else "period"
        case "reference":
            return "baseline"
        case _:
            return element


def _value(element: Element, part: Any) -> str | None:  # noqa: ANN401, a term or a clause
    """Return what an element says, where a few words can."""
    match element:
        case "actor":
            return str(part.actor) if part.actor is not None else None
        case "quantity":
            target = getattr(part, "target", None)
            return f"{part.bound.replace('_', ' ')} {target} {part.unit}" if target is not None else None
        case "timing":
            period = getattr(part, "period", None)
            return part.due or (f"from {period.start}" if period is not None else None)
        case "scope":
            return part.scope.title if part.scope is not None else None
        case _:
            return None


# --- the commitment and its document ----------------------------------------------------------------------------------


def _of_commitment_words(name: str, what: str, old: object, new: object) -> str:
    if name == "verb":
        return f"{what} went from {_verb(old)} to {_verb(new)}"
    return _went(what, old, new)


def _verb(verb: object) -> str:
    return f'"{verb.words}" ({verb.strength})' if isinstance(verb, Verb) else "none"


def _went(what: str, old: object, new: object) -> str:
    if isinstance(old, str | None) and isinstance(new, str | None):
        return f"{what} went from {_plain(old)} to {_plain(new)}"
    if old in (None, "none", ()):
        return f"{what} is new; it was {_plain(old)}"
    if new in (None, "none", ()):
        return f"{what} is {'no longer known' if new is None else 'gone'}"
    return f"{what} changed"


def _plain(value: object) -> str:
    return "unknown" if value is None else "none" if value in ("none", ()) else str(value).replace("_", " ")


def _of_documents(before: Case, after: Case) -> Iterator[_Step]:
    old, new = before.document, after.document
    if old is None or new is None:
        if old is not new:
            there = _with_document(before, after)
            yield None, None, f"the document is {'now' if old is None else 'no longer'} known", there
        return
    for name, what in _OF_INSTRUMENT.items():
        one, other = getattr(old, name), getattr(new, name)
        if one != other:
            yield None, None, _went(what, one, other), with_instrument(before, **{name: other})


def _with_document(before: Case, after: Case) -> Case:
    """Return the old draft with the document of the new one, or without one."""
    instruments = {name: fact for name, fact in before.known.instruments.items() if name != before.body.instrument}
    if after.instrument is not None:
        instruments[before.body.instrument] = after.instrument
    return replace(before, known=replace(before.known, instruments=instruments))
