"""Steps 11 and 12: the method gives the same result again, and the same software the same report (design §2.6).

The result is compared to the byte, and the first difference is named. A report is compared only where the software that
rendered it is the caller's own; else that it was not checked is part of the answer.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import BinaryIO

from ledger.assessment import METHOD
from ledger.assessment.authority import Authority
from ledger.assessment.selection import selection_sql
from ledger.assessment.view import Said
from ledger.audit.bundle import AUDIT, REPORT, SELECTION, Manifest, Software, observations_member
from ledger.audit.check.case import Case
from ledger.audit.check.partial import check_figures
from ledger.audit.closure import Closure
from ledger.audit.difference import first_differing_piece
from ledger.audit.engine import SqliteEngine
from ledger.audit.procedure import conduct, write_result
from ledger.audit.result import AuditResult
from ledger.audit.shape import SHAPES, pieces_of
from ledger.errors import PledgerError, UnavailableError
from ledger.signing.canonical import digest
from ledger.signing.piece import read_pieces

Render = Callable[[AuditResult, Software], Iterable[bytes]]
"""Renders a result as the report that a bundle carries, piece by piece."""


def check_method(case: Case, said: Sequence[Said], authority: Authority, closure: Closure | None) -> AuditResult | None:
    """Step 11. Run the method again and compare; return its result where that is the bundle's to the byte."""
    notes, claim = case.notes, case.claim
    if claim is None or closure is None:
        return None
    selection = case.bundle.find(SELECTION)
    if selection is None or selection.digest != digest(selection_sql().encode()):
        notes.find(11, "selection.changed", SELECTION, f"The selection is not that of method {METHOD}.")
    if claim.method != METHOD or METHOD not in authority.charter.methods:
        sentence = (
            f"The audit is by method {claim.method}, and this software runs {METHOD}, under the charter's methods."
        )
        notes.find(11, "method.unknown", AUDIT, sentence)
        return None
    if claim.shape not in SHAPES:
        sentence = f"The audit has the shape {claim.shape}, and this software knows {', '.join(SHAPES)}."
        notes.find(11, "method.unknown", AUDIT, sentence)
        return None
    if case.is_redacted:
        check_figures(case, said, authority, claim)
        return None
    try:
        result = conduct(
            said,
            view=claim.view,
            subjects=claim.subjects,
            authority=authority,
            absent=case.absent,
            engine=SqliteEngine(),
            open_observations=lambda digest: case.bundle.open(observations_member(digest)),
            period=claim.scope.period,
            shape=claim.shape,
        )
        where = _difference(case, result)
    except UnavailableError:
        raise
    except Exception as error:  # noqa: BLE001  # hostile statements drive the whole method: that it fails is an answer
        sentence = error.message if isinstance(error, PledgerError) else f"It ended in {type(error).__name__}."
        notes.find(11, "method.failed", AUDIT, f"The method cannot be run again on this bundle: {sentence}")
        return None
    if where is None:
        return result
    notes.find(11, "audit.differs", AUDIT, f"The method gives another result: {where}.")
    return None


def _difference(case: Case, result: AuditResult) -> str | None:
    """Return where a result first differs from ``audit.json``, or null; neither is held whole."""
    ours, theirs = sha256(), case.bundle.find(AUDIT)
    for piece in write_result(result):
        ours.update(piece)
    if theirs is not None and theirs.digest == f"sha256:{ours.hexdigest()}":
        return None
    with case.bundle.open(AUDIT) as stream:
        return first_differing_piece(pieces_of(result), read_pieces(stream, what=AUDIT))


def check_report(
    case: Case, manifest: Manifest | None, result: AuditResult | None, render: Render | None, lock: str | None
) -> None:
    """Step 12. Render the report again where the same software is at hand; else say that this was not checked."""
    if case.bundle.find(REPORT) is None:
        return
    if manifest is None or result is None or render is None or lock is None or manifest.software.lock != lock:
        case.notes.skip("rendering")
        return
    try:
        with case.bundle.open(REPORT) as theirs:
            is_same = _is_same(theirs, render(result, manifest.software))
    except PledgerError:
        case.notes.skip("rendering")
        return
    if not is_same:
        case.notes.find(12, "report.differs", REPORT, "The same software renders another report from this result.")


def _is_same(stream: BinaryIO, pieces: Iterable[bytes]) -> bool:
    """Whether a stream holds these pieces, one after the other, and nothing else."""
    return all(stream.read(len(piece)) == piece for piece in pieces) and not stream.read(1)
