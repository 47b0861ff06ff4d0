"""Steps 11 and 12: the method gives the same result again, and the same software the same report (design §2.6).

The result is compared to the byte, and the first difference is named. A report is compared only where the software that
rendered it is the caller's own; else that it was not checked is part of the answer.
"""

from collections.abc import Callable, Sequence

from ledger.assessment import METHOD
from ledger.assessment.authority import Authority
from ledger.assessment.selection import selection_sql
from ledger.assessment.view import Said
from ledger.audit.bundle import AUDIT, REPORT, SELECTION, Manifest, Software, observations_member
from ledger.audit.check.case import Case
from ledger.audit.check.completeness import AUDIT_LIMIT, AUDIT_PARTS
from ledger.audit.closure import Closure
from ledger.audit.difference import first_difference
from ledger.audit.engine import SqliteEngine
from ledger.audit.procedure import conduct, format_result
from ledger.audit.result import AuditResult
from ledger.errors import PledgerError, UnavailableError
from ledger.signing.canonical import digest, parse_canonical

Render = Callable[[AuditResult, Software], bytes]
"""Renders a result as the report that a bundle carries."""


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
    if case.is_redacted:
        notes.skip("method: not run again, as statements or figures are absent (public)")
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
        )
        ours = format_result(result)
    except UnavailableError:
        raise
    except Exception as error:  # noqa: BLE001  # hostile statements drive the whole method: that it fails is an answer
        sentence = error.message if isinstance(error, PledgerError) else f"It ended in {type(error).__name__}."
        notes.find(11, "method.failed", AUDIT, f"The method cannot be run again on this bundle: {sentence}")
        return None
    theirs = case.bundle.read(AUDIT, limit=AUDIT_LIMIT)
    if ours == theirs:
        return result
    where = first_difference(
        parse_canonical(ours, what="the result", limit=len(ours), parts=len(ours)),
        parse_canonical(theirs, what=AUDIT, limit=AUDIT_LIMIT, parts=AUDIT_PARTS),
    )
    notes.find(11, "audit.differs", AUDIT, f"The method gives another result: {where}.")
    return None


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
        again = render(result, manifest.software)
    except PledgerError:
        case.notes.skip("rendering")
        return
    if again != case.bundle.read(REPORT):
        case.notes.find(12, "report.differs", REPORT, "The same software renders another report from this result.")
