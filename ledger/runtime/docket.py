"""The docket of an open ledger: which commitments are asked for, and what stands with them (F1–F4).

It chooses and puts together; what is due, open and permitted is the assessment's to say.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.errors import UsageError

if TYPE_CHECKING:  # heavier rooms are imported by the function that needs them
    from ledger.assessment.docket.timeline import Reciprocal
    from ledger.assessment.result import CommitmentResult
    from ledger.model.determination import View
    from ledger.runtime.opened import Ledger


@dataclass(frozen=True, slots=True)
class Dockets:
    """What was asked for at a view.

    Attributes:
        results: of the commitments asked for, by name, each with its docket.
        timelines: of the bargains that they belong to, with the commitments on the other side.
    """

    results: "tuple[CommitmentResult, ...]"
    timelines: "tuple[Reciprocal, ...]"


def read_docket(
    ledger: "Ledger",
    view: "View",
    *,
    subject: str | None = None,
    party: str | None = None,
    instrument: str | None = None,
) -> Dockets:
    """Return the docket of one commitment, of what a party owes, of what an instrument gives force to, or of all.

    Raises:
        UsageError: more than one of them is named.
        NotFoundError: the view knows no such commitment, party or instrument.
    """
    from ledger.assessment.docket.timeline import reciprocals, related

    if sum(name is not None for name in (subject, party, instrument)) > 1:
        raise UsageError("A docket is of one commitment, one party or one instrument; leave out the others.")
    known = ledger.known(view)
    chosen: tuple[str, ...]
    if subject is not None:
        chosen = (subject,)
    elif party is not None or instrument is not None:
        chosen = ledger.subjects(view, party=party, instrument=instrument)
    else:
        chosen = tuple(sorted(known.commitments))
    if not chosen:
        return Dockets((), ())
    # A commitment that is not known is refused by the one that reckons it.
    together = sorted({*chosen, *related(known, chosen)})
    results = ledger.results(view, together)
    asked = set(chosen)
    return Dockets(tuple(one for one in results if one.subject in asked), reciprocals(results))
