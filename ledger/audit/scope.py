"""The scope of an audit by period: the commitments of which something falls due in it (method §6).

A commitment is audited whole, as its terms and its score are one; a period chooses which are, by the terms as they
stand at the view.
"""

import re
from collections.abc import Iterable
from typing import Final

from pydantic import ValidationError

from ledger.assessment.standing import standing
from ledger.assessment.view import Known
from ledger.errors import UsageError
from ledger.model.value import Period

_PERIOD: Final = re.compile(r"(?P<start>[0-9-]{10})/(?P<end>[0-9-]{10})")


def parse_period(text: str) -> Period:
    """Return a period out of ``FIRST/LAST``, both days included.

    Raises:
        UsageError: it is no such text, a day is not in the calendar, or the last comes before the first.
    """
    found = _PERIOD.fullmatch(text)
    try:
        if found is not None:
            return Period(start=found["start"], end=found["end"])
    except ValidationError as error:
        raise _unread(text) from error
    raise _unread(text)


def _unread(text: str) -> UsageError:
    return UsageError(f"The period {text[:40]!r} is not two days, the first and the last; write 2020-01-01/2020-12-31.")


def due_within(known: Known, subjects: Iterable[str], period: Period) -> tuple[str, ...]:
    """Return those of the commitments of which a term is due in a period, in their order.

    Units: days, both ends included; ISO days sort as they follow.
    """
    return tuple(
        subject
        for subject in subjects
        if any(
            term.due is not None and period.start <= term.due <= (period.end or term.due)
            for term in standing(known, subject).terms
        )
    )
