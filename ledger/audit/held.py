"""What a bundle holds, read as it stands: its headers, and the statements that can be read; nothing is verified.

Whether it is what was signed and logged is for `ledger.audit.verify`. Source: design §2.6.
"""

from collections.abc import Iterator

from ledger.assessment.view import Said
from ledger.audit.archive import Archive
from ledger.audit.bundle import statement_member
from ledger.audit.check.log import header_lines
from ledger.errors import MalformedError
from ledger.model.statement import parse_statement
from ledger.signing.canonical import MAX_BYTES
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.entry import Header, parse_header


def headers_in(archive: Archive) -> Iterator[Header]:
    """Yield the headers that a bundle carries, in entry order.

    Raises:
        MalformedError: a line is no header.
    """
    for line in header_lines(archive):
        yield parse_header(line)


def held_headers(archive: Archive) -> Iterator[Header]:
    """Yield the headers of the statements that a bundle holds, in entry order."""
    yield from (
        header for header in headers_in(archive) if archive.find(statement_member(header.statement)) is not None
    )


def said_of(archive: Archive, header: Header) -> Said | None:
    """Return a statement that a bundle holds; null where its version is not known here, or it cannot be read."""
    raw = archive.read(statement_member(header.statement), limit=MAX_BYTES)
    try:
        statement = parse_statement(open_envelope(raw, typ=STATEMENT).payload)
    except MalformedError:
        return None
    return Said(header.index, header.statement, header.author, header.received, statement)


def said_in(archive: Archive) -> tuple[Said, ...]:
    """Return every statement that a bundle holds and that can be read, in entry order."""
    return tuple(one for header in held_headers(archive) if (one := said_of(archive, header)) is not None)
