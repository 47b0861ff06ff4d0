"""What assessors attest about a term: the latest answer of each, how good it is, and whether they agree (R15, R18)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.assessment.result import Cite, Grade
from ledger.assessment.view import Fact, Known
from ledger.model.action import Action
from ledger.model.attestation import Attestation, Degree
from ledger.model.value import Source

DEGREES: tuple[Degree, ...] = ("none", "limited", "substantial", "complete")
"""How far a thing was done, from not at all to wholly."""


def grade_of(source: Source | None) -> Grade:
    """Return what an answer is worth by the document it rests on (R18).

    A named assessor with a document of their own is an independent body (E3); one who repeats a party's own statement
    gives that statement (E2); what only the press reports is E1, and what nobody could check is a claim.
    """
    if source is None:
        return "E3"
    if source.certainty == "reported":
        return "E1"
    if source.certainty == "unknown" or source.role == "leak":
        return "E0"
    return "E2" if source.role in {"obligor", "obligee"} else "E3"


def closes(grade: Grade) -> bool:
    """Whether an answer of this grade may close a term (R18)."""
    return grade not in {"E0", "E1"}


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of all assessors to one question, the latest of each.

    Attributes:
        latest: by author, in order of entry; ``unclosing`` those whose grade cannot close a term.
        all: every answer, earlier ones too, in order of date and entry.
    """

    latest: tuple[Fact[Attestation], ...]
    unclosing: tuple[Fact[Attestation], ...]
    all: tuple[Fact[Attestation], ...]

    @property
    def cites(self) -> tuple[Cite, ...]:
        """Every answer, as citations."""
        return tuple(Cite(entry=fact.index, statement=fact.name) for fact in (*self.all, *self.unclosing))

    @property
    def grade(self) -> Grade | None:
        """The best grade among those who answer; null where nobody does."""
        grades = [grade_of(fact.body.source) for fact in self.latest or self.unclosing]
        return max(grades, default=None)


def answers(
    known: Known, subject: str, about: str, term: str, *, milestone: str | None = None, until: str | None = None
) -> Answers:
    """Return the answers to one question about a term.

    Args:
        about: as the attestation says. ``until``: only answers about days up to this one, both included.
    """
    found = [
        fact
        for fact in known.attestations.get(subject, ())
        if (fact.body.about, fact.body.term, fact.body.milestone) == (about, term, milestone)
        and (until is None or fact.body.date <= until)
    ]
    found.sort(key=lambda fact: (fact.body.date, fact.index))
    closing = [fact for fact in found if closes(grade_of(fact.body.source))]
    latest = {fact.author: fact for fact in closing}
    return Answers(
        latest=tuple(sorted(latest.values(), key=lambda fact: fact.index)),
        unclosing=tuple(fact for fact in found if fact not in closing),
        all=tuple(closing),
    )


def degrees(facts: Iterable[Fact[Attestation]]) -> tuple[Degree, Degree] | None:
    """Return the lowest and the highest degree that assessors attest; null where none does (R15)."""
    said = sorted((fact.body.degree for fact in facts if fact.body.degree is not None), key=DEGREES.index)
    return (said[0], said[-1]) if said else None


def agreement(facts: Sequence[Fact[Attestation]]) -> str:
    """Return who agrees with whom, in words: the interval, and how many share the commonest answer (R15)."""
    said: list[str] = [fact.body.degree or fact.body.truth or "" for fact in facts]
    commonest = max(sorted(set(said)), key=said.count, default="")
    return f"{said.count(commonest)} of {len(said)} assessors say {commonest}"


def source_grade(action: Action) -> Grade:
    """Return what a logged action is worth: the party's own act, by the document that shows it."""
    return grade_of(action.source)
