"""Publications: which audits a view knows to be published, which of them stand, and what became of the others (R1).

An audit is published by a logged statement of an auditor's, which names each file by digest. It is withdrawn by a
retraction and replaced by a correction, both with a reason, and stays in the list with it. Source: design §2.2.
"""

from collections.abc import Iterable, Mapping

from ledger.assessment.result import Cite
from ledger.assessment.view import Said, date_of
from ledger.audit.result import AuditResult
from ledger.audit.withdrawal import State, state_of, taken_back
from ledger.errors import MalformedError
from ledger.model.audit import Audit, Rendering
from ledger.model.determination import View
from ledger.model.statement import plain
from ledger.model.value import Value


class Publication(Value):
    """One published audit, as a view knows it.

    Attributes:
        subject: the entry's own: the commitment, the instrument or the party that it is filed under.
        author: the key that signed it.
        state: whether it stands, was withdrawn, or was replaced by another; ``by`` the entry that did so, ``why`` its
            reason, ``since`` when it was issued, or that.
        replaces: the audit in whose place it stands.
    """

    subject: str
    audit: Audit
    issued: str
    author: str
    state: State
    by: Cite | None
    why: str | None
    since: str
    replaces: Cite | None
    cite: Cite


def publications(said: Iterable[Said], view: View) -> tuple[Publication, ...]:
    """Return the audits that a view knows to be published, in entry order.

    Args:
        said: statements in entry order; only audits and retractions are read.

    Source: R1.
    """
    relevant = [one for one in said if one.kind in {"audit", "retraction"} and one.index < view.size]
    by_name = {one.name: one for one in relevant}
    gone = taken_back(relevant, view)
    return tuple(
        _publication(one, one.statement.body, gone.get(one.name), by_name.get(one.statement.corrects or ""))
        for one in relevant
        if isinstance(one.statement.body, Audit) and date_of(one.statement) <= view.as_of
    )


def _publication(one: Said, body: Audit, by: Said | None, replaced: Said | None) -> Publication:
    state, why = state_of(by)
    return Publication(
        subject=one.subject,
        audit=body,
        issued=one.statement.issued,
        author=one.author,
        state=state,
        by=_cite(by) if by is not None else None,
        why=why,
        since=(by or one).statement.issued,
        replaces=_cite(replaced) if replaced is not None else None,
        cite=_cite(one),
    )


def filed_under(result: AuditResult) -> str:
    """Return the subject that an audit is published under: the narrowest that all its commitments share.

    It is the commitment itself, else their instrument, else an obligor of all, else an obligee, else any party of all.
    Each of these belongs to the closure of every commitment audited, so that a later audit of any of them holds the
    entry and can follow it up (design §2.3).

    Raises:
        MalformedError: they share no party.
    """
    if len(result.subjects) == 1:
        return result.subjects[0]
    sides = [({one.instrument}, {*one.obligors}, {*one.obligees}, {*one.obligors, *one.obligees})
             for one in result.commitments]  # fmt: skip
    for kind in zip(*sides, strict=True):
        shared: set[str] = set.intersection(*kind)
        if shared:
            return min(shared)
    message = "The commitments share neither an instrument nor a party to file their audit under; publish them apart."
    raise MalformedError(message)


def audit_body(
    result: AuditResult, files: Mapping[Rendering, str], *, digest: str, reason: str | None = None
) -> dict[str, object]:
    """Return the body of the statement that publishes an audit, as plain JSON data.

    Args:
        files: the digest of each file.
        digest: of its ``audit.json``.
        reason: why it stands in the place of another.
    """
    return plain(
        Audit(
            title=result.title,
            view=result.view,
            method=result.method,
            subjects=result.subjects,
            period=result.scope.period,
            opinion=result.opinion.code,
            files=dict(sorted(files.items())),
            result=digest,
            reason=reason,
        )
    )


def _cite(one: Said) -> Cite:
    return Cite(entry=one.index, statement=one.name)
