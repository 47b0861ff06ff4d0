"""What an earlier audit's bundle holds that was erased since: a bundle keeps its answer, and its reader is told (R1).

A bundle made before an erasure verifies by itself for ever. Whoever has the log as it is now, and the erasures that it
holds beyond the bundle's checkpoint, is told which of its statements and files the operator has removed meanwhile.
Nothing here reads the log. Source: R1; design §2.3.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from ledger.assessment.erased import find_erased
from ledger.assessment.result import Erased
from ledger.assessment.view import Said
from ledger.audit.archive import Archive
from ledger.audit.bundle import CHECKPOINT, open_bundle, statement_member
from ledger.audit.check.log import header_lines
from ledger.errors import MalformedError
from ledger.model.statement import parse_statement
from ledger.signing.canonical import MAX_BYTES
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.entry import Header, parse_header
from ledger.tlog.note import NOTE_LIMIT


def checkpoint_of(bundle: BinaryIO) -> bytes:
    """Return the signed checkpoint of a bundle.

    Raises:
        MalformedError: the file is no bundle.
    """
    return open_bundle(bundle).read(CHECKPOINT, limit=NOTE_LIMIT)


def erased_since(bundle: BinaryIO, later: Sequence[Said]) -> tuple[Erased, ...]:
    """Return what a sound bundle holds and these erasures, logged after its checkpoint, have removed; in entry order.

    Raises:
        MalformedError: the file is no bundle.
    """
    archive = open_bundle(bundle)
    headers = [header for header in _headers(archive) if archive.find(statement_member(header.statement)) is not None]
    said = [one for header in headers if header.kind != "erasure" and (one := _said(archive, header)) is not None]
    return find_erased((*said, *later), headers)


def _headers(archive: Archive) -> Iterator[Header]:
    for line in header_lines(archive):
        yield parse_header(line)


def _said(archive: Archive, header: Header) -> Said | None:
    """Return a statement of the bundle; null where its version is not known here."""
    raw = archive.read(statement_member(header.statement), limit=MAX_BYTES)
    try:
        statement = parse_statement(open_envelope(raw, typ=STATEMENT).payload)
    except MalformedError:
        return None
    return Said(header.index, header.statement, header.author, header.received, statement)
