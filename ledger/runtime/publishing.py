"""Publishing audits: the entry that names a report's files, its withdrawal, its reissue, and the list of them (§2.2).

The files are the publisher's to hand out: the log holds their digests, so that whoever has one can tell whose it is.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ledger.errors import ConflictError, NotFoundError, UsageError
from ledger.model.determination import View
from ledger.model.statement import Statement, parse_draft, plain
from ledger.runtime.said import make_statement
from ledger.runtime.settings import DESK
from ledger.signing.canonical import digest, format_json
from ledger.tlog.proof import Receipt

if TYPE_CHECKING:
    from ledger.assessment.view import Said
    from ledger.audit.publication import Publication
    from ledger.audit.result import AuditResult
    from ledger.runtime.opened import Ledger


def refuse_wrong_reissue(opened: "Ledger", replaces: int | None, reason: str | None) -> None:
    """Raise unless a reissue names an audit that stands and the reason, or neither is given.

    Raises:
        UsageError: only one of the two is given.
        NotFoundError, ConflictError: as ``standing_audit``.
    """
    if (replaces is None) != (reason is None):
        raise UsageError("A reissue names the entry that it replaces and the reason: give --replaces and --reason.")
    if replaces is not None:
        standing_audit(opened, replaces)


def publish_audit(
    opened: "Ledger",
    result: "AuditResult",
    files: Mapping[str, str],
    *,
    replaces: int | None = None,
    reason: str | None = None,
    key: str = DESK,
) -> Receipt:
    """Log that an audit was published, with the digest of each of its files; its receipt comes back.

    Args:
        files: digests by rendering, as ``ledger.model.audit`` names them.
        replaces: the entry of the audit in whose place it stands; ``reason`` why.
        key: the name of the key that signs; it holds the role auditor.

    Raises:
        UsageError: a reason is given for none that it replaces, or none for one that it does.
        NotFoundError: that entry is no audit that is here.
        ConflictError: that audit no longer stands, or is filed under another subject.
        RefusedError: the key may not publish audits.
    """
    from ledger.audit.procedure import format_result
    from ledger.audit.publication import audit_body, filed_under

    refuse_wrong_reissue(opened, replaces, reason)
    subject = filed_under(result)
    body = audit_body(result, files, digest=digest(format_result(result)), reason=reason)
    if replaces is None:
        statement = make_statement("audit", subject, body, issued=opened.clock())
        return opened.say([statement], [True], key=key)[0]
    former = standing_audit(opened, replaces)
    if former.subject != subject:
        message = (
            f"The audit of entry {replaces} is filed under {former.subject}, and this one under {subject}; withdraw "
            "that one, and publish this as another."
        )
        raise ConflictError(message, expected=former.subject, subject=subject)
    corrected = _correcting(make_statement("audit", subject, body, issued=opened.clock()), former.cite.statement)
    return opened.say([corrected], [True], key=key)[0]


def refuse_unpublishable(opened: "Ledger", *, key: str = DESK) -> None:
    """Raise where a key may not publish audits, before anything is written.

    Raises:
        NotFoundError: there is no such key here.
        RefusedError: it does not hold the role.
    """
    opened.authority().refuse_unless_may(opened.keyring.get(key).kid, "audit", index=opened.head().size)


def withdraw_audit(opened: "Ledger", index: int, *, reason: str, key: str = DESK) -> Receipt:
    """Log that a published audit is withdrawn, and why; who holds a file of it can see that.

    Raises:
        NotFoundError: that entry is no audit that is here.
        ConflictError: it no longer stands.
        RefusedError: another published it, and the key is not the operator's.
    """
    former = standing_audit(opened, index)
    now = opened.clock()
    body: dict[str, Any] = {
        "statement": former.cite.statement, "ground": "withdrawn_by_publisher", "date": now[:10], "reason": reason,
    }  # fmt: skip
    return opened.say([make_statement("retraction", former.subject, body, issued=now)], [True], key=key)[0]


def audits(opened: "Ledger", view: View) -> "tuple[Publication, ...]":
    """Return the audits that a view knows to be published, in entry order."""
    from ledger.audit.publication import publications

    return publications(_relevant(opened, view.size), view)


def standing_audit(opened: "Ledger", index: int) -> "Publication":
    """Return a published audit that stands, by its entry.

    Raises:
        NotFoundError: that entry is no audit that is here.
        ConflictError: it was withdrawn or replaced.
    """
    found = {one.cite.entry: one for one in audits(opened, View(size=opened.head().size, as_of="9999-12-31"))}
    if index not in found:
        message = f"Entry {index} is no published audit; pledger audits lists those there are."
        raise NotFoundError(message, index=index)
    one = found[index]
    if one.state != "stands":
        by = one.by.entry if one.by is not None else None
        raise ConflictError(f"The audit of entry {index} was {one.state} by entry {by}; name one that stands.", by=by)
    return one


def published_as(opened: "Ledger", digest: str) -> "Publication | None":
    """Return the last published audit that names a file of a digest, or its ``audit.json``; None where none does."""
    every = audits(opened, View(size=opened.head().size, as_of="9999-12-31"))
    named = (one for one in reversed(every) if digest in {*one.audit.files.values(), one.audit.result})
    return next(named, None)


def _relevant(opened: "Ledger", size: int) -> "tuple[Said, ...]":
    from ledger.service.scene import read_said

    rows = opened.rows(0, size, kinds=("audit", "retraction"))
    return tuple(one for row in rows if (one := read_said(row)) is not None)


def _correcting(statement: Statement, former: str) -> Statement:
    members: dict[str, Any] = {**plain(statement), "corrects": former}
    return parse_draft(format_json(members), what=f"audit {statement.subject}")
