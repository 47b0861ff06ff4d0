"""Exporting: an audit of what the ledger holds, and the bundle that lets a stranger check it (design §2.6).

The audit is made from the closure alone, and not from whatever else the ledger holds, so that it rests on nothing that
is not in its bundle. One snapshot gives headers, statements and checkpoint. Nothing is rendered here: the report comes
from the caller, who knows how, and goes in beside the result.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from ledger.assessment.authority import Authority, found
from ledger.assessment.selection import Engine, selection_sql
from ledger.assessment.view import Said
from ledger.audit.archive import Part, part_of
from ledger.audit.bundle import (
    AUDIT,
    CHECKPOINT,
    HEADERS,
    POLICY,
    REPORT,
    SELECTION,
    Manifest,
    Software,
    format_bundle,
    observations_member,
    raw_member,
    statement_member,
)
from ledger.audit.closure import closure_of, in_closure
from ledger.audit.procedure import conduct, format_result
from ledger.audit.result import AuditResult
from ledger.errors import ConflictError
from ledger.model.determination import View
from ledger.model.erasure import Erasure
from ledger.model.evidence import Evidence
from ledger.model.statement import KINDS, CharterStatement, Statement
from ledger.service.ports import Blobs, Reading
from ledger.service.scene import read_said
from ledger.signing.canonical import CanonicalBytes
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.entry import Header, parse_header
from ledger.tlog.policy import format_policy, parse_policy
from ledger.tlog.stored import Row

_ALL_KINDS: Final = tuple(KINDS)


@dataclass(frozen=True, slots=True)
class Export:
    """An audit that was conducted on a snapshot of the ledger; its bundle can be written while the snapshot lasts.

    Attributes:
        result: what ``audit.json`` says, for whoever renders it.
        audit_json: its canonical bytes.
        parts: of the bundle but for audit, report and manifest.
    """

    result: AuditResult
    audit_json: CanonicalBytes
    parts: tuple[Part, ...]

    def write(self, sink: BinaryIO, *, report: bytes | None, software: Software) -> Manifest:
        """Write the bundle and return its manifest.

        Args:
            sink: is written from where it stands.
            report: the HTML report of the result; null leaves it out.
            software: what rendered it.

        Raises:
            MalformedError: the bundle would be too large; nothing useful is in the sink then.
        """
        rendered = [] if report is None else [part_of(REPORT, report)]
        return format_bundle([part_of(AUDIT, self.audit_json), *rendered, *self.parts], sink, software=software)


def export(
    reading: Reading,
    blobs: Blobs,
    *,
    policy: bytes,
    view: View,
    subjects: Sequence[str],
    engine: Engine,
) -> Export:
    """Return the audit of commitments at a view, with the parts of its bundle.

    Args:
        reading: a snapshot; the parts read from it, so it has to last until the bundle is written.
        blobs: evidence files and observations.
        policy: by which the log's checkpoints are verified.
        subjects: in the order in which they are to be reported.
        engine: draws the figures; every engine gives the same.

    Raises:
        NotFoundError: a subject is no commitment that the view knows.
        ConflictError: the log has no charter.
    """
    belonging = list(_closure(reading, subjects))
    bodies = {row.index: row.jws for row in belonging if row.jws is not None}
    said = [one for row in belonging if (one := read_said(row)) is not None]
    result = conduct(
        said,
        view=view,
        subjects=subjects,
        authority=_authority(said, bodies, size=view.size),
        engine=engine,
        open_observations=blobs.open,
        absent=[parse_header(row.header) for row in belonging if row.jws is None],
    )
    parts = [
        part_of(CHECKPOINT, reading.head().checkpoint),
        part_of(POLICY, format_policy(parse_policy(policy))),
        Part(HEADERS, lambda: _stream(row.header + b"\n" for row in reading.rows(0, reading.head().size))),
        part_of(SELECTION, selection_sql().encode()),
        *(part_of(statement_member(one.name), bodies[one.index]) for one in said),
        *_files(said, blobs),
    ]
    return Export(result, format_result(result), tuple(parts))


def _closure(reading: Reading, subjects: Sequence[str]) -> Iterator[Row]:
    """Yield the entries of the closure, in order."""

    def about(subject: str) -> Iterable[Header]:
        return [parse_header(row.header) for row in reading.about(subject, _ALL_KINDS)]

    def body_of(header: Header) -> Statement | None:
        row = reading.row(header.index)
        said = read_said(row) if row is not None else None
        return said.statement if said is not None else None

    closure = closure_of(subjects, about, body_of)
    for row in reading.rows(0, reading.head().size):
        if in_closure(parse_header(row.header), closure):
            yield row


def _authority(said: Iterable[Said], bodies: Mapping[int, bytes], *, size: int) -> Authority:
    """Return the ledger's keys as they are below a size."""
    authority: Authority | None = None
    for one in said:
        if isinstance(one.statement, CharterStatement):
            authority = found(open_envelope(bodies[one.index], typ=STATEMENT), one.statement)
        elif authority is not None and one.index < size:
            authority = authority.after(one.index, one.statement)
    if authority is None:
        raise ConflictError("The log has no charter; run pledger log check.")
    return authority


def _files(said: Iterable[Said], blobs: Blobs) -> Iterator[Part]:
    """Yield the observations of all evidence, and the raw files that every statement naming them lets travel."""
    bodies = [one.statement.body for one in said]
    erased = {digest for body in bodies if isinstance(body, Erasure) for digest in body.digests}
    observations: set[str] = set()
    travels: dict[str, bool] = {}
    for body in bodies:
        if isinstance(body, Evidence):
            observations.add(body.observations.digest)
            travels[body.raw.digest] = travels.get(body.raw.digest, True) and body.redistribute
    for digest in sorted(observations - erased):
        yield Part(observations_member(digest), _opener(blobs, digest))
    for digest in sorted(digest for digest, may in travels.items() if may and digest not in erased):
        yield Part(raw_member(digest), _opener(blobs, digest))


def _opener(blobs: Blobs, digest: str) -> Callable[[], BinaryIO]:
    return lambda: blobs.open(digest)


class _Lines(io.RawIOBase):
    """Pieces of bytes as a stream, so that what is large is never whole in memory."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # what BufferedReader gives
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        part, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def _stream(pieces: Iterator[bytes]) -> BinaryIO:
    return io.BufferedReader(_Lines(pieces))
