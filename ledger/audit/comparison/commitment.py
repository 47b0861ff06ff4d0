"""What two audits say otherwise of one commitment: its axes, its terms, its score, who said what of it (R12, E3)."""

from collections.abc import Iterator
from typing import Final

from ledger.assessment.result import CommitmentResult, Stance
from ledger.audit.comparison.cause import Causes
from ledger.audit.comparison.comparison import Changed
from ledger.audit.comparison.score import tell_score
from ledger.audit.comparison.term import tell_term
from ledger.audit.comparison.told import each, others, plainly, told
from ledger.audit.phrase import joined, plain_word

_AXES: Final = ("validity", "validity_reason", "disposition")
_RECORD: Final = ("title", "instrument", "date", "obligors", "obligees", "links")


def tell_commitment(
    causes: Causes, before: CommitmentResult | None, after: CommitmentResult | None
) -> Iterator[Changed]:
    """Yield what became another of a commitment between two audits; one of the two may be without it."""
    one = after or before
    if one is None or before == after:
        return
    subject, home = one.subject, f"commitments[{one.subject}]"
    if before is None or after is None:
        outcomes = ", ".join(f"{term.id} {plain_word(term.outcome)}" for term in one.terms)
        words = f"the commitment is {'audited now, too' if before is None else 'no longer audited'} ({outcomes})"
        members = [home, f"words[{subject}]", "subjects"]
        yield plainly("commitment", members, words, subject=subject)
        return
    for names in (_AXES, _RECORD):
        if named := others(before, after, names):
            members = [f"{home}.{name}" for name in named]
            words = each(before, after, named)
            yield told(causes, "commitment", members, words, parts=(before, after), subject=subject)
    old, new = ({term.id: term for term in result.terms} for result in (before, after))
    for name in dict.fromkeys((*old, *new)):
        yield from tell_term(causes, subject, old.get(name), new.get(name))
    yield from tell_score(causes, subject, before.score, after.score)
    yield from _stances(causes, before, after)


def _stances(causes: Causes, before: CommitmentResult, after: CommitmentResult) -> Iterator[Changed]:
    """Yield the cells of the acknowledgement matrix that are others; alike ones of several terms are said once."""
    old, new = ({(one.party, one.term): one for one in result.stances} for result in (before, after))
    groups: dict[tuple[str, Stance | None, Stance | None], list[str]] = {}
    for party, term in dict.fromkeys((*old, *new)):
        then, now = (_bare(cells.get((party, term))) for cells in (old, new))
        if then != now:
            groups.setdefault((party, then, now), []).append(term)
    for (party, then, now), terms in groups.items():
        was, became = (plain_word(one.stance) if one is not None else "no such term" for one in (then, now))
        change = f"{was} became {became}" if was != became else f"still {became}, in other words"
        members = [f"commitments[{after.subject}].stances"]
        words = f"{party} on {joined(terms)}: {change}"
        yield told(causes, "reply", members, words, parts=(then, now), subject=after.subject, ends=(was, became))


def _bare(cell: Stance | None) -> Stance | None:
    """Return a cell without its term, so that several terms of one stance are alike."""
    return cell.model_copy(update={"term": ""}) if cell is not None else None
