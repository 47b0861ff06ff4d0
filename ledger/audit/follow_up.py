"""The follow-up: what earlier determinations and audits concluded of the same commitments, and what became of it.

An earlier conclusion is a logged statement of an auditor's, so that nobody can choose which of them are followed up:
all that the view knows are, those that were withdrawn or replaced with the reason. Outcomes then and now are set side
by side, by term, and nothing is concluded from the difference. Source: method §6; R1.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from ledger.assessment.result import Cite, CommitmentResult
from ledger.assessment.view import Known, Said
from ledger.audit.opinion import OpinionCode
from ledger.audit.phrase import plain_word, sentence
from ledger.audit.scope import Scope
from ledger.audit.withdrawal import State, state_of, taken_back
from ledger.model.audit import Audit
from ledger.model.determination import Determination, MethodVersion, View
from ledger.model.value import Value


class Earlier(Value):
    """One earlier conclusion about what is audited, and what became of it.

    Attributes:
        kind: a determination of one commitment, or a published audit.
        subject: what it is filed under.
        opinion: of an audit; null for a determination.
        state: whether it stands, was withdrawn, or was replaced; ``why`` the reason given, where one is.
        became: what it concluded beside what is concluded now, in sentences.
    """

    kind: Literal["determination", "audit"]
    subject: str
    issued: str
    view: View
    method: MethodVersion
    opinion: OpinionCode | None
    state: State
    why: str | None
    became: tuple[str, ...]
    cite: Cite


def earlier_of(
    known: Known, said: Sequence[Said], results: Iterable[CommitmentResult], opinion: OpinionCode, scope: Scope
) -> tuple[Earlier, ...]:
    """Return the earlier conclusions that a view knows about the commitments audited, by day and entry.

    Args:
        said: the statements of the closure, in entry order.
        results: of the commitments, as they are now.
        opinion: as it is now.
        scope: of this audit: what an earlier one concluded of terms outside it is not set beside anything.
    """
    gone = taken_back(said, known.view)
    now = {one.subject: {term.id: term.outcome for term in one.terms} for one in results}
    found = []
    for one in said:
        body, issued = one.statement.body, one.statement.issued[:10]
        if one.index >= known.view.size or issued > known.view.as_of:
            continue
        if isinstance(body, Determination) and one.subject in now:
            became = tuple(_outcomes(one.subject, body, now[one.subject], frozenset(scope.outside)))
        elif isinstance(body, Audit) and not now.keys().isdisjoint(body.subjects):
            became = (_opinions(body, now.keys(), opinion, scope),)
        else:
            continue
        state, why = state_of(gone.get(one.name))
        found.append(
            Earlier(
                kind="audit" if isinstance(body, Audit) else "determination",
                subject=one.subject,
                issued=issued,
                view=body.view,
                method=body.method,
                opinion=body.opinion if isinstance(body, Audit) else None,
                state=state,
                why=why,
                became=tuple(sentence(text) for text in became),
                cite=Cite(entry=one.index, statement=one.name),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.issued, one.cite.entry)))


def _outcomes(subject: str, body: Determination, now: Mapping[str, str], outside: Container[str]) -> Iterator[str]:
    """Yield what became of each outcome; those that are as they were are counted, those out of scope left out."""
    alike = 0
    terms = [term for term in body.terms if f"{subject}/{term.id}" not in outside]
    for term in terms:
        name, then = f"{subject}/{term.id}", plain_word(term.outcome)
        if term.id not in now:
            yield f"{name}: {then} then; the term is not there now."
        elif now[term.id] != term.outcome:
            yield f"{name}: {then} then, {plain_word(now[term.id])} now."
        else:
            alike += 1
    if alike:
        yield f"As it was then: {alike} of {len(terms)} outcomes."


def _opinions(body: Audit, now: Iterable[str], opinion: OpinionCode, scope: Scope) -> str:
    if set(body.subjects) != set(now):
        return (
            f"The opinion was {body.opinion}, over other commitments than here, so that it is not set beside this one."
        )
    if body.period != scope.period:
        return f"The opinion was {body.opinion}, over another period than here, so that it is not set beside this one."
    return f"The opinion was {body.opinion} then, and is {opinion} now, over the same commitments."
