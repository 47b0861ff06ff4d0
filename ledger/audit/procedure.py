"""The procedure of an audit: from what was said and observed to the whole result, the same for whoever runs it.

The ledger that publishes an audit and the stranger who verifies it both come through here, with the statements of the
closure and an engine of their own. So the result rests on nothing that is not in the bundle. Source: method §6; design
§2.6.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from ledger.assessment.assess import assess
from ledger.assessment.authority import Authority, void
from ledger.assessment.docket.holiday import with_calendars
from ledger.assessment.erased import find_erased
from ledger.assessment.selection import Engine, plan, selected
from ledger.assessment.view import Said, look
from ledger.audit.compose import compose
from ledger.audit.kept import kept
from ledger.audit.result import AuditResult
from ledger.audit.scope import within
from ledger.audit.shape import SHAPE, pieces_of
from ledger.errors import NotFoundError
from ledger.model.determination import View
from ledger.model.value import Days
from ledger.signing.canonical import CanonicalBytes
from ledger.signing.piece import format_pieces
from ledger.tlog.entry import Header


def conduct(  # noqa: PLR0913, all that an audit is made of, by name
    said: Iterable[Said],
    *,
    view: View,
    subjects: Sequence[str],
    authority: Authority,
    engine: Engine,
    open_observations: Callable[[str], BinaryIO],
    absent: Sequence[Header] = (),
    period: Days | None = None,
    shape: str = SHAPE,
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
        period: what falls due in it is audited; all, where it is null.
        shape: of the result, one of ``SHAPES``.

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
    known = with_calendars(look(everything, view, erased=erased), subjects, open_observations)
    for subject in subjects:
        if subject not in known.commitments:
            message = (
                f"No commitment {subject} is known at {view.as_of} below entry {view.size}; record it, or look later."
            )
            raise NotFoundError(message, subject=subject)
    chosen = plan(known, subjects)
    rows = selected(chosen, engine.select(chosen, open_observations))
    results = kept((within(assess(known, subject, rows), period) for subject in subjects), len(subjects))
    origin, genesis = authority.charter.origin, authority.genesis
    return compose(
        known, results, everything, origin=origin, genesis=genesis, absent=absent, ignored=ignored, erased=erased,
        period=period, shape=shape,
    )  # fmt: skip


def format_result(result: AuditResult) -> CanonicalBytes:
    """Return the result as ``audit.json`` holds it: canonical, with every member of its shape."""
    return CanonicalBytes(b"".join(write_result(result)))


def write_result(result: AuditResult) -> Iterator[bytes]:
    """Yield the result as ``audit.json`` holds it, commitment by commitment, so that it need not be held whole."""
    return format_pieces(pieces_of(result))
