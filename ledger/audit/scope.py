"""The scope of an audit by period: of each commitment, what falls due in it (method §6).

A period chooses the commitments of which something falls due in it, and of these the terms that do: by the deadline,
else the last day of a term's own period, else, where neither is said, the day of the pledge, from which such a term is
due. What a commitment is worth (its score, its docket) is its own as a whole, and is never cut. Source: decision 0031.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from pydantic import ValidationError

from ledger.assessment.result import CommitmentResult
from ledger.assessment.standing import standing
from ledger.assessment.view import Known
from ledger.errors import NotFoundError, UsageError
from ledger.model.value import Days, Value

_PERIOD: Final = re.compile(r"(?P<start>[0-9-]{10})/(?P<end>[0-9-]{10})")


class Scope(Value):
    """What of its commitments an audit is about; results say it since ``audit-result.v2``.

    Attributes:
        period: the days that were asked for; null where each commitment is audited whole.
        outside: ``subject/term`` of each term that falls due on no day of the period, in the order of the report.
    """

    period: Days | None = None
    outside: tuple[str, ...] = ()


def parse_period(text: str) -> Days:
    """Return a period out of ``FIRST/LAST``, both days included.

    Raises:
        UsageError: it is no such text, a day is not in the calendar, or the last comes before the first.
    """
    found = _PERIOD.fullmatch(text)
    try:
        if found is not None:
            return Days(start=found["start"], end=found["end"])
    except ValidationError as error:
        raise _unread(text) from error
    raise _unread(text)


def _unread(text: str) -> UsageError:
    return UsageError(f"The period {text[:40]!r} is not two days, the first and the last; write 2020-01-01/2020-12-31.")


def due_within(known: Known, subjects: Iterable[str], period: Days) -> tuple[str, ...]:
    """Return those of the commitments of which a term falls due in a period, in their order.

    Raises:
        NotFoundError: one is no commitment that the view knows.
    """
    return tuple(subject for subject in subjects if any(period.holds(day) for _, day in _days(known, subject)))


def _days(known: Known, subject: str) -> Iterator[tuple[str, str]]:
    """Yield each term of a commitment with the day on which it falls due, as the terms stand at the view."""
    if subject not in known.commitments:
        raise NotFoundError(f"No commitment {subject} is known on {known.view.as_of}; record it, or look later.")
    date = known.commitments[subject].body.date
    yield from ((term.id, term.due or date) for term in standing(known, subject).terms)


def within(result: CommitmentResult, period: Days | None) -> CommitmentResult:
    """Return a result with those of its terms that fall due in a period; the whole, where none is asked for."""
    if period is None:
        return result
    terms = tuple(term for term in result.terms if period.holds(term.due or result.date))
    return result.model_copy(update={"terms": terms})


def outside(known: Known, subjects: Iterable[str], period: Days | None) -> Iterator[str]:
    """Yield ``subject/term`` of each term of the commitments that falls due outside a period; none is without one."""
    if period is not None:
        for subject in subjects:
            yield from (f"{subject}/{term}" for term, day in _days(known, subject) if not period.holds(day))
