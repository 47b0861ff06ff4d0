"""The findings of an audit, one per term: criteria, condition, cause and effect (method §6).

What was owed, what was seen, why where something logged evidences it, and what follows by the method. The difference
between sources has causes of its own, which stand with the condition; a party's own account of itself is a reply, and
is printed as one. Nothing here judges: outcomes come from the assessment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.assessment.reconcile.amount import in_words
from ledger.assessment.result import CommitmentResult, ReadingResult, SourceResult, TermResult, TriggerResult
from ledger.assessment.standing import Standing
from ledger.assessment.view import Known
from ledger.audit.phrase import Names, amount, joined, listed, name_of, owed, plain_word, sentence
from ledger.audit.result import Finding
from ledger.model.term import Term
from ledger.model.value import fraction

EXPLAINING: Final[frozenset[str]] = frozenset({"waiver", "excuse", "settlement", "suspension"})
"""Actions that say why a term was not performed, where somebody logged one."""

_CONSEQUENCES: Final = {
    "followed": "the consequence followed",
    "followed_late": "the consequence followed late",
    "not_followed": "the consequence did not follow",
    "not_due": "the consequence is not due",
    "unknown": "whether the consequence followed is unknown",
}


@dataclass(frozen=True, slots=True)
class Audited:
    """One commitment on its way into the audit: its result, and how it stands."""

    result: CommitmentResult
    standing: Standing


def findings_of(known: Known, audited: Audited, names: Names, *, unseen: str = "") -> Iterator[Finding]:
    """Yield a finding for each term of a commitment, in the order of its terms.

    Args:
        unseen: the condition of a term of which nothing at all was seen.
    """
    terms = {term.id: term for term in audited.standing.terms}
    for one in audited.result.terms:
        causes = tuple(_causes(known, audited, one, names))
        yield Finding(
            commitment=audited.result.subject,
            term=one.id,
            outcome=one.outcome,
            grade=one.grade,
            criteria=sentence(_criteria(audited.result, one, terms.get(one.id), names)),
            condition=sentence(" ".join(_condition(one)) or unseen),
            cause=sentence(" ".join(causes)) if causes else None,
            effect=sentence(_effect(audited.result, one)),
            cites=one.cites,
        )


def _criteria(result: CommitmentResult, one: TermResult, term: Term | None, names: Names) -> str:
    """Return who owes what to whom, by the text as it stands."""
    actor = term.actor if term is not None else None
    obligor = name_of(names, actor) if actor is not None else listed(names, result.obligors)
    obligee = listed(names, result.obligees) if result.obligees else "nobody in particular"
    if actor is None and len(result.obligors) > 1 and set(result.obligors) == set(result.obligees):
        obligee = "each other"
    duty = owed(term, names=names) if term is not None else one.title
    weight = "" if one.material else " (not material)"
    return f"Owed by {obligor} to {obligee}{weight}: {duty}."


def _condition(one: TermResult) -> Iterator[str]:
    """Yield what was seen, reading by reading and source by source; what the reason repeats is said there."""
    said = one.reason or ""
    if one.trigger is not None:
        yield from _triggered(one.trigger, said)
    for reading in one.readings:
        yield from _read(reading, one, alone=len(one.readings) == 1)
    for text in (*(direction.words for direction in one.directions), *one.findings):
        if text not in said:
            yield f"{text.rstrip('.')}."
    if one.reason is not None:
        yield f"By the method the term is {plain_word(one.outcome)}: {one.reason.rstrip('.')}."
    elif not one.readings and one.trigger is None:
        yield f"By attestation the term is {plain_word(one.outcome)}."
    if not one.readings and one.kind in {"quantity", "trend"} and not one.directions:
        yield "No admissible figure is in this ledger."


def _triggered(trigger: TriggerResult, said: str) -> Iterator[str]:
    why = "" if trigger.reason in said else f": {trigger.reason.rstrip('.')}"
    yield f"The trigger is {plain_word(trigger.state)}{why}; {_CONSEQUENCES[trigger.consequence]}."
    yield from (f"{happened.rstrip('.')}." for happened in trigger.happened if happened.rstrip(".") not in said)


def _read(reading: ReadingResult, one: TermResult, *, alone: bool) -> Iterator[str]:
    """Yield what one reading gives: its outcome beside others, every source, and why sources differ."""
    if not alone:
        reason = f" ({reading.reason.rstrip('.')})" if reading.reason is not None else ""
        vote = "" if reading.votes else "; this reading does not vote"
        yield f"Read as {plain_word(reading.measure)}: {plain_word(reading.outcome)}{reason}{vote}."
    for source in reading.sources:
        yield _source(source, one)
    for missing in reading.sources_missing:
        yield f"{missing} is missing."
    if reading.causes:
        yield f"Known causes of the difference between sources: {'; '.join(reading.causes)}."


def _source(source: SourceResult, one: TermResult) -> str:
    """Return what one channel of one source says: its ratio in words, else its total."""
    gross = next((ratio for ratio in source.ratios if ratio.kind == "gross"), None)
    vote = "" if source.votes else f"; it does not vote ({(source.why_not or 'no reason given').rstrip('.')})"
    if gross is not None:
        return f"{gross.words.rstrip('.')}{vote}."
    who = f"{source.source} by {source.channel}"
    if source.low is None or source.high is None:
        return f"{who}: no total{vote}."
    total = (
        amount(source.low, one.unit)
        if source.low == source.high
        else f"{source.low} to {amount(source.high, one.unit)}"
    )
    return f"{who}: {total}{vote}."


def _causes(known: Known, audited: Audited, one: TermResult, names: Names) -> Iterator[str]:
    """Yield what somebody logged that says why: waivers, excuses, settlements, suspensions."""
    if one.outcome in {"met", "on_pace", "not_due"}:
        return
    for action in known.actions.get(audited.result.subject, ()):
        body = action.body
        if body.act in EXPLAINING and (body.terms == "all" or one.id in body.terms):
            yield f"{body.act.capitalize()} by {listed(names, body.by)} on {body.date}: {body.what.rstrip('.')}."
    for amendment in audited.standing.in_effect:
        change = amendment.body
        if change.change == "suspend" and (change.applies_to == "all" or one.id in change.applies_to):
            who = listed(names, change.by)
            yield f"Suspended by {who}, effective {change.effective}: {change.reason.rstrip('.')}."


def _effect(result: CommitmentResult, one: TermResult) -> str:
    """Return what follows by the method: the outcome, how far off, how late, and what was done about it."""
    several = len(one.readings) > 1
    short = [
        f"{in_words(fraction(source.shortfall), one.unit)} by {source.source}"
        + (f" ({plain_word(reading.measure)})" if several else "")
        for reading in one.readings
        for source in reading.sources
        if source.votes and source.shortfall is not None and fraction(source.shortfall) > 0
    ]
    parts = [f"The outcome is {plain_word(one.outcome)}"]
    if short and one.outcome not in {"met", "not_due", "on_pace"}:
        parts.append(f"short by {joined(dict.fromkeys(short))}")
    if one.days_late:
        parts.append(f"at most {one.days_late} days late")
    parts.append(f"the commitment is {plain_word(result.validity)}")
    done = (
        "nothing is logged as done about it"
        if result.disposition == "none"
        else f"it is {plain_word(result.disposition)}"
    )
    return f"{'; '.join(parts)}; {done}."
