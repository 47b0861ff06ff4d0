"""Step 11 for a bundle from which something is withheld: the figures that can be run again are, and the rest is said.

What is absent may have borne on any figure. So the method is run on what is here, and each term whose figures come out
otherwise is named: nothing in the bundle shows that those are right. Source: design §2.6 (``--public``).
"""

from collections.abc import Iterator, Sequence

from ledger.assessment.authority import Authority
from ledger.assessment.view import Said
from ledger.audit.bundle import AUDIT, observations_member
from ledger.audit.check.case import Case, Claim
from ledger.audit.engine import SqliteEngine
from ledger.audit.procedure import conduct
from ledger.audit.result import AuditResult
from ledger.errors import PledgerError, UnavailableError
from ledger.model.evidence import Evidence
from ledger.model.statement import plain
from ledger.signing.canonical import Json, parse_canonical
from ledger.signing.piece import read_pieces

_FIGURES = ("outcome", "target", "unit", "period", "readings")
"""Members of a term that rest on what it owes and on its figures."""


def check_figures(case: Case, said: Sequence[Said], authority: Authority, claim: Claim) -> None:
    """Run the method on what is here, and name each term whose figures come out otherwise than the audit says."""
    notes = case.notes
    here = [one for one in said if _has_figures(case, one)]
    try:
        result = _run(case, here, authority, claim)
    except UnavailableError:
        raise
    except Exception as error:  # noqa: BLE001  # hostile statements drive the whole method: that it fails is an answer
        sentence = error.message if isinstance(error, PledgerError) else f"It ended in {type(error).__name__}."
        notes.skip(f"method: not run again, as statements or figures are absent (public): {sentence}")
        return
    notes.skip(
        "method: run again on what is here alone, as statements or figures are absent (public); of its result only the "
        "outcomes and figures of the terms are compared"
    )
    ours = {
        (one.subject, term.id): {name: plain(term)[name] for name in _FIGURES}
        for one in result.commitments
        for term in one.terms
    }
    theirs = dict(_terms(case))
    for subject, name in dict.fromkeys((*ours, *theirs)):
        if ours.get((subject, name)) != theirs.get((subject, name)):
            notes.skip(
                f"figures of {subject}/{name}: without what is absent they come out otherwise, so nothing here shows "
                "that they are right"
            )


def _run(case: Case, said: Sequence[Said], authority: Authority, claim: Claim) -> AuditResult:
    return conduct(
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


def _has_figures(case: Case, one: Said) -> bool:
    body = one.statement.body
    return not isinstance(body, Evidence) or case.bundle.find(observations_member(body.observations.digest)) is not None


def _terms(case: Case) -> Iterator[tuple[tuple[str, str], dict[str, Json]]]:
    """Yield the figures of each term as the audit says them, as far as it has the form of one.

    It was read in pieces before (step 8), so that each of them is canonical.
    """
    with case.bundle.open(AUDIT) as stream:
        for piece in read_pieces(stream, what=AUDIT):
            if piece.name != "commitments":
                continue
            one = parse_canonical(piece.raw, what=AUDIT, limit=len(piece.raw), parts=len(piece.raw))
            terms = one.get("terms") if isinstance(one, dict) else None
            subject = one.get("subject") if isinstance(one, dict) else None
            for term in terms if isinstance(terms, list) else ():
                if isinstance(term, dict):
                    place = (str(subject), str(term.get("id")))
                    yield place, {name: term.get(name) for name in _FIGURES}
