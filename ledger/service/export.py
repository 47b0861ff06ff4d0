"""Exporting: an audit of what the ledger holds, and the bundle that lets a stranger check it (design §2.6).

The audit is made from the closure alone, and not from whatever else the ledger holds, so that it rests on nothing that
is not in its bundle. One snapshot gives headers, statements and checkpoint. Nothing is rendered here: the report comes
from the caller, who knows how, and goes in beside the result.
"""

import io
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from ledger.assessment.authority import Authority, found
from ledger.assessment.selection import Engine, selection_sql
from ledger.assessment.succession import beginnings
from ledger.assessment.view import Said
from ledger.audit.archive import Part, part_of
from ledger.audit.bundle import (
    AUDIT,
    AUTHORITY_TIMESTAMPS_LIMIT,
    CHECKPOINT,
    CONSISTENCY,
    HEADERS,
    HEADERS_LIMIT,
    INCLUSION,
    INDEX,
    MAPPING_LIMIT,
    POLICY,
    SELECTION,
    TIMESTAMPS_LIMIT,
    Manifest,
    Software,
    format_bundle,
    mapping_member,
    observations_member,
    raw_member,
    root_member,
    statement_member,
    timestamp_member,
)
from ledger.audit.check.index import format_proofs
from ledger.audit.closure import Closure, closure_of, in_closure
from ledger.audit.procedure import conduct, format_result, write_result
from ledger.audit.result import AuditResult
from ledger.audit.shape import SHAPE
from ledger.errors import ConflictError, UnavailableError
from ledger.model.determination import View
from ledger.model.erasure import Erasure
from ledger.model.evidence import Evidence
from ledger.model.statement import KINDS, CharterStatement, Statement
from ledger.model.value import Days
from ledger.service.index import prove_closure
from ledger.service.interval import Dating, tree_checkpoint
from ledger.service.ports import Blobs, Reading, Stamps
from ledger.service.scene import read_said
from ledger.service.stamp import Authority as TimeAuthority
from ledger.service.stamp import held_timestamp
from ledger.signing.canonical import CanonicalBytes
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.checkpoint import open_any_checkpoint, parse_checkpoint
from ledger.tlog.entry import Header, parse_header
from ledger.tlog.index import closure_ranges
from ledger.tlog.merkle import consistency_indexes, prove_consistency
from ledger.tlog.note import parse_note
from ledger.tlog.policy import Policy, format_policy, parse_policy, quorum_reached, witnessed
from ledger.tlog.stored import Row
from ledger.tlog.timestamp import format_roots, is_installed

Form = Literal["auto", "headers", "index"]
"""How a bundle shows that nothing is left out: by all headers, or by those of the closure and an index proof."""

_ALL_KINDS: Final = tuple(KINDS)


@dataclass(frozen=True, slots=True)
class Export:
    """An audit that was conducted on a snapshot of the ledger; its bundle can be written while the snapshot lasts.

    Attributes:
        result: what ``audit.json`` says, for whoever renders it.
        parts: of the bundle but for audit, report and manifest.
        short: why no bundle of it would be sound yet, as a sentence; None where witnesses are not what it lacks.
    """

    result: AuditResult
    parts: tuple[Part, ...]
    short: str | None = None

    @property
    def audit_json(self) -> CanonicalBytes:
        """The bytes of ``audit.json``, all of them at once."""
        return format_result(self.result)

    def audit_pieces(self) -> Iterator[bytes]:
        """Yield ``audit.json``, commitment by commitment."""
        return write_result(self.result)

    def write_audit(self, sink: BinaryIO) -> None:
        """Write ``audit.json``, commitment by commitment."""
        sink.writelines(self.audit_pieces())

    def write(self, sink: BinaryIO, *, report: Part | None, software: Software) -> Manifest:
        """Write the bundle and return its manifest.

        Args:
            sink: is written from where it stands.
            report: the HTML report of the result; null leaves it out.
            software: what rendered it.

        Raises:
            MalformedError: the bundle would be too large; nothing useful is in the sink then.
            UnavailableError: the quorum of witnesses has not cosigned the checkpoint yet.
        """
        if self.short is not None:
            raise UnavailableError(self.short)
        rendered = [] if report is None else [report]
        audit = Part(AUDIT, lambda: _stream(write_result(self.result)))
        return format_bundle([audit, *rendered, *self.parts], sink, software=software)


def export(  # noqa: PLR0913 - what an export is made of, each by its name
    reading: Reading,
    blobs: Blobs,
    *,
    policy: bytes,
    view: View,
    subjects: Sequence[str],
    engine: Engine,
    form: Form = "auto",
    dating: Dating | None = None,
    period: Days | None = None,
    shape: str = SHAPE,
) -> Export:
    """Return the audit of commitments at a view, with the parts of its bundle.

    Args:
        reading: a snapshot; the parts read from it, so it has to last until the bundle is written.
        blobs: evidence files and observations.
        policy: by which the log's checkpoints are verified.
        subjects: in the order in which they are to be reported.
        engine: draws the figures; every engine gives the same.
        form: of the headers: all of them, or those of the closure with an index proof; by itself, as the log is long.
        dating: who has dated the log's checkpoints; what they gave goes along.
        period: what falls due in it is audited; all, where it is null. ``shape``: of the result.

    Raises:
        NotFoundError: a subject is no commitment that the view knows; or an index is needed, and none is logged.
        ConflictError: the log has no charter, or the index that it logged is not that of its entries.
        MalformedError: the completeness proof would be too large.
    """
    carried = _carried(reading, subjects, form=form)
    belonging = carried.belonging
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
        period=period,
        shape=shape,
    )
    checkpoint, counted = _cosigned(reading, dating), parse_policy(policy)
    parts = [
        part_of(CHECKPOINT, checkpoint),
        part_of(POLICY, format_policy(counted)),
        *carried.parts,
        *(() if carried.is_whole else _beginnings(reading, said, bodies)),
        part_of(SELECTION, selection_sql().encode()),
        *(part_of(statement_member(one.name), bodies[one.index]) for one in said),
        *_files(said, blobs),
        *(_timestamps(reading, carried, dating.stamps, dating.authorities) if dating and dating.stamps else ()),
    ]
    return Export(result, tuple(parts), _shortfall(checkpoint, counted))


@dataclass(frozen=True, slots=True)
class _Carried:
    """What of the log a bundle carries: the entries of the closure, and the parts that show them to be all.

    Attributes:
        is_whole: all headers are carried, from which the root of any size is worked out.
    """

    belonging: Sequence[Row]
    parts: tuple[Part, ...]
    is_whole: bool = False


def _carried(reading: Reading, subjects: Sequence[str], *, form: Form) -> _Carried:
    """Return the entries of the closure, and the headers with what stands for those that are not carried along."""
    closure = _closure(reading, subjects)
    size = reading.head().size
    if form == "headers" or (form == "auto" and size <= HEADERS_LIMIT):
        belonging = [row for row in reading.rows(0, size) if in_closure(parse_header(row.header), closure)]
        lines = Part(HEADERS, lambda: _stream(row.header + b"\n" for row in reading.rows(0, size)))
        return _Carried(belonging, (lines,), is_whole=True)
    indexed = prove_closure(reading, closure_ranges(closure.subjects, closure.traders))
    below = [row for index in indexed.members if (row := reading.row(index)) is not None]
    belonging = [*below, *(row for row in indexed.tail if in_closure(parse_header(row.header), closure))]
    headers = b"".join(row.header + b"\n" for row in (*below, *indexed.tail))
    parts = (
        part_of(HEADERS, headers),
        part_of(INDEX, indexed.proof),
        part_of(INCLUSION, indexed.inclusion),
        part_of(statement_member(f"sha256:{indexed.entry.statement.hex()}"), indexed.entry.jws or b""),
    )
    return _Carried(belonging, parts)


def _closure(reading: Reading, subjects: Sequence[str]) -> Closure:
    """Return the closure, worked out from the entries about its subjects."""

    def about(subject: str) -> Iterable[Header]:
        return [parse_header(row.header) for row in reading.about(subject, _ALL_KINDS)]

    def body_of(header: Header) -> Statement | None:
        row = reading.row(header.index)
        said = read_said(row) if row is not None else None
        return said.statement if said is not None else None

    return closure_of(subjects, about, body_of)


def _authority(said: Iterable[Said], bodies: Mapping[int, bytes], *, size: int) -> Authority:
    """Return the ledger's keys as they are below a size."""
    authority: Authority | None = None
    for one in said:
        if isinstance(one.statement, CharterStatement):
            authority = found(open_envelope(bodies[one.index], typ=STATEMENT), one.statement)
        elif authority is not None and one.index < size:
            authority = authority.after(one.index, one.statement, name=one.name)
    if authority is None:
        raise ConflictError("The log has no charter; run pledger log check.")
    return authority


def _beginnings(reading: Reading, said: Iterable[Said], bodies: Mapping[int, bytes]) -> Iterator[Part]:
    """Yield the proof that the log begins with what its keys signed before they were replaced, where they were.

    From all headers it would follow; without them it is what leads who knows the old keys to those in force.
    """
    size = reading.head().size
    sizes = [head.size for head in beginnings(_authority(said, bodies, size=size), size)]
    if sizes:
        nodes = reading.nodes({one for old in sizes for one in consistency_indexes(old, size)})
        yield part_of(CONSISTENCY, format_proofs(prove_consistency(old, size, nodes) for old in sizes))


def _cosigned(reading: Reading, dating: Dating | None) -> bytes:
    """Return the head's checkpoint, as its witnesses cosigned it where they have.

    Raises:
        ConflictError: what is kept as cosigned is another checkpoint.
    """
    head = reading.head()
    note = dating.cosigned(head.size) if dating is not None else None
    if note is None:
        return head.checkpoint
    if parse_note(note).text != parse_note(head.checkpoint).text:
        message = "The witnesses cosigned another checkpoint than the ledger's last; run pledger log check."
        raise ConflictError(message, cosigned=note.decode(), ledger=head.checkpoint.decode())
    return note


def _shortfall(note: bytes, policy: Policy) -> str | None:
    """Return why a bundle with a checkpoint would not be sound, where its quorum of witnesses is not reached."""
    keys = [*(one.key for one in policy.logs), *(one.key for one in policy.witnesses)]
    signed = open_any_checkpoint(note, keys)
    if quorum_reached(policy, signed.signers):
        return None
    given, known = witnessed(policy, signed.signers)
    return (
        f"The last checkpoint, of {signed.checkpoint.size} entries, is witnessed by {given} of {known}, short of the "
        "quorum, so that no bundle with it would be sound; ask the witnesses with pledger log cosign, and audit again."
    )


def _timestamps(
    reading: Reading, carried: _Carried, stamps: Stamps, authorities: Sequence[TimeAuthority]
) -> Iterator[Part]:
    """Yield the timestamps over the checkpoint, and those that date an entry of the closure first; and their roots.

    An earlier size is held against the headers; without all of them only the checkpoint's own can be.
    """
    size, origin = reading.head().size, parse_checkpoint(parse_note(reading.head().checkpoint).text).origin
    held, most = stamps.held(), min(AUTHORITY_TIMESTAMPS_LIMIT, TIMESTAMPS_LIMIT // max(1, len(authorities)))
    for authority in authorities:
        sizes = [one for one, name in held if name == authority.name and one <= size]
        indexes = [row.index for row in carried.belonging] if carried.is_whole else []
        wanted = {sizes[place] for index in indexes if (place := bisect_right(sizes, index)) < len(sizes)}
        wanted |= {size} & set(sizes)
        given = [
            part_of(timestamp_member(one, authority.name), found)
            for one in sorted(wanted)[-most:]
            if (found := _timestamp(reading, one, authority, stamps, origin=origin)) is not None
        ]
        yield from given
        if given:
            yield part_of(root_member(authority.name), format_roots(authority.roots))


def _timestamp(reading: Reading, size: int, authority: TimeAuthority, stamps: Stamps, *, origin: str) -> bytes | None:
    """Return a timestamp that is kept; where it can be verified here, only one that does verify."""
    if not is_installed():
        return stamps.get(size, authority.name)
    found = held_timestamp(stamps, authority, tree_checkpoint(reading, size, origin=origin))
    return found.raw if found is not None else None


def _files(said: Iterable[Said], blobs: Blobs) -> Iterator[Part]:
    """Yield the observations of all evidence, and the raw files that every statement naming them lets travel.

    With a raw file goes the mapping by which it was read, where it is held: so a stranger can import it again, whosever
    mapping it was (``verify --deep``). What another statement names as its figures does not travel as a mapping.
    """
    bodies = [one.statement.body for one in said]
    erased = {digest for body in bodies if isinstance(body, Erasure) for digest in body.digests}
    observations: set[str] = set()
    travels: dict[str, bool] = {}
    mappings: dict[str, set[str]] = {}
    for body in bodies:
        if isinstance(body, Evidence):
            observations.add(body.observations.digest)
            mappings.setdefault(body.importer.mapping, set()).add(body.raw.digest)
            travels[body.raw.digest] = travels.get(body.raw.digest, True) and body.redistribute
    for digest in sorted(observations - erased):
        yield Part(observations_member(digest), _opener(blobs, digest))
    for digest in sorted(digest for digest, may in travels.items() if may and digest not in erased):
        yield Part(raw_member(digest), _opener(blobs, digest))
    for digest in sorted(mappings.keys() - erased - observations - travels.keys()):
        size = blobs.size(digest)
        if any(travels[raw] for raw in mappings[digest]) and size is not None and size <= MAPPING_LIMIT:
            yield Part(mapping_member(digest), _opener(blobs, digest))


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
