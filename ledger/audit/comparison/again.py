"""An audit run again from its bundle alone, so that what differs can be said part by part (design §2.6).

`ledger.audit.verify` says whether the record in the bundle is sound; here it is taken as it stands.
"""

from collections.abc import Sequence

from ledger.assessment.authority import Authority, found
from ledger.assessment.view import Said
from ledger.audit.archive import Archive
from ledger.audit.bundle import observations_member, statement_member
from ledger.audit.closure import by_subject, closure_of, in_closure
from ledger.audit.engine import SqliteEngine
from ledger.audit.held import headers_in, held_headers, said_in
from ledger.audit.procedure import conduct
from ledger.audit.result import AuditResult
from ledger.errors import MalformedError
from ledger.model.statement import CharterStatement
from ledger.signing.envelope import STATEMENT, open_envelope


def conduct_again(archive: Archive, result: AuditResult) -> AuditResult:
    """Return what the method gives on the record in a bundle, for the subjects and at the view of a result.

    Raises:
        PledgerError: as ``conduct``; MalformedError also where the bundle has no charter.
    """
    said = said_in(archive)
    statements = {one.name: one.statement for one in said}
    closure = closure_of(
        result.subjects, by_subject(held_headers(archive)), lambda header: statements.get(header.statement)
    )
    absent = [
        header
        for header in headers_in(archive)
        if in_closure(header, closure) and archive.find(statement_member(header.statement)) is None
    ]
    return conduct(
        said,
        view=result.view,
        subjects=result.subjects,
        authority=_authority(archive, said, size=result.view.size),
        engine=SqliteEngine(),
        open_observations=lambda digest: archive.open(observations_member(digest)),
        absent=absent,
        period=result.scope.period,
        shape=result.schema_,
    )


def _authority(archive: Archive, said: Sequence[Said], *, size: int) -> Authority:
    """Return the ledger's keys as they are below a size."""
    if not said or not isinstance(said[0].statement, CharterStatement):
        raise MalformedError("The bundle does not hold the charter of its log; get it whole.")
    raw = archive.read(statement_member(said[0].name))
    authority = found(open_envelope(raw, typ=STATEMENT), said[0].statement)
    for one in said[1:]:
        if one.index < size:
            authority = authority.after(one.index, one.statement, name=one.name)
    return authority
