"""The procedure of an audit: from what was said and observed to the whole result, the same for whoever runs it.

The ledger that publishes an audit and the stranger who verifies it both come through here, with the statements of the
closure and an engine of their own. So the result rests on nothing that is not in the bundle. Source: method §6; design
§2.6.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO

from ledger.assessment.assess import assess
from ledger.assessment.authority import Authority, void
from ledger.assessment.erased import find_erased
from ledger.assessment.selection import Engine, plan, selected
from ledger.assessment.view import Said, look
from ledger.audit.compose import compose
from ledger.audit.result import AuditResult
from ledger.errors import NotFoundError
from ledger.model.determination import View
from ledger.model.statement import plain
from ledger.signing.canonical import CanonicalBytes, format_json
from ledger.tlog.entry import Header


def conduct(
    said: Iterable[Said],
    *,
    view: View,
    subjects: Sequence[str],
    authority: Authority,
    engine: Engine,
    open_observations: Callable[[str], BinaryIO],
    absent: Sequence[Header] = (),
) -> AuditResult:
    """Return the result of auditing commitments at a view.

    Args:
        said: the statements of the closure; order does not matter.
        subjects: the commitments, in the order in which they are to be reported.
        authority: the ledger's keys as they are below ``view.size``: what a key signed after it was compromised does
            not count (design §2.2).
        engine: draws the figures; every engine gives the same.
        open_observations: opens the canonical file of a digest; the engine closes it.
        absent: headers of the closure whose statements were erased.

    Raises:
        NotFoundError: a subject is no commitment that this view knows.
        UnitError: evidence that would be used is in a unit for which no factor is stated.
        MalformedError: a file of observations is not what its statement says.
    """
    everything = sorted(said, key=lambda one: one.index)
    # Whoever holds the key that signed an erasure: what it removed is gone.
    erased = find_erased(everything, absent)
    voided = void(everything, view.size, authority)
    ignored = [one for one in everything if one.index in voided]
    everything = [one for one in everything if one.index not in voided]
    known = look(everything, view, erased=erased)
    for subject in subjects:
        if subject not in known.commitments:
            message = (
                f"No commitment {subject} is known at {view.as_of} below entry {view.size}; record it, or look later."
            )
            raise NotFoundError(message, subject=subject)
    chosen = plan(known, subjects)
    rows = selected(chosen, engine.select(chosen, open_observations))
    results = tuple(assess(known, subject, rows) for subject in subjects)
    origin, genesis = authority.charter.origin, authority.genesis
    return compose(
        known, results, everything, origin=origin, genesis=genesis, absent=absent, ignored=ignored, erased=erased
    )


def format_result(result: AuditResult) -> CanonicalBytes:
    """Return the result as ``audit.json`` holds it: canonical, every member present."""
    return format_json(plain(result))
