"""The erasures that a log holds beyond an earlier checkpoint of it, once it is seen to be the same log, grown.

What is at hand may be the ledger itself or its static site. Either has to begin with the very tree that the earlier
checkpoint signs; where it does not, both checkpoints are handed back, as one key has signed two pasts. Source: R1;
design §2.3, §2.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.assessment.view import Said
from ledger.errors import ConflictError, ForkError, MalformedError
from ledger.model.statement import parse_statement
from ledger.service.ports import Reading
from ledger.service.scene import read_said
from ledger.service.site import Source, read_entries, read_front, read_nodes, read_statement
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.checkpoint import Checkpoint, parse_checkpoint
from ledger.tlog.entry import Header
from ledger.tlog.merkle import (
    Address,
    Nodes,
    consistency_indexes,
    edge_indexes,
    format_hash,
    prove_consistency,
    read_edge,
    verify_consistency,
)
from ledger.tlog.note import parse_note


@dataclass(frozen=True, slots=True)
class Since:
    """What a log has logged since an earlier checkpoint of it.

    Attributes:
        size: of the log now.
        erasures: logged since, in order.
    """

    size: int
    erasures: tuple[Said, ...]


def since_in_store(reading: Reading, note: bytes) -> Since:
    """Return the erasures that a ledger has logged since an earlier checkpoint.

    Args:
        note: the earlier checkpoint, as signed; its signatures were verified before.

    Raises:
        ConflictError: the ledger is of another log, or an older copy.
        ForkError: it does not begin with what the checkpoint signs; it carries both.
    """
    held = reading.head().checkpoint
    old, new = _refuse_other(note, held)
    _refuse_fork(old, new, reading.nodes(_addresses(old, new)), note=note, held=held)
    rows = reading.rows(old.size, new.size, kinds=("erasure",))
    return Since(new.size, tuple(said for row in rows if (said := read_said(row)) is not None))


def since_on_site(source: Source, note: bytes, *, trusted: bytes | None = None) -> Since:
    """Return the erasures that a static site has logged since an earlier checkpoint.

    Raises:
        MalformedError: the site is not whole, or not what it should be.
        ConflictError, ForkError: as ``since_in_store``.
    """
    front = read_front(source, trusted=trusted)
    old, new = _refuse_other(note, front.note)
    _refuse_fork(old, new, read_nodes(source, _addresses(old, new), new.size), note=note, held=front.note)
    headers = (entry.header for entries in read_entries(source, old.size, new.size) for entry in entries)
    later = (header for header in headers if header.kind == "erasure" and header.index >= old.size)
    return Since(new.size, tuple(_read_erasure(source, header) for header in later))


def _read_erasure(source: Source, header: Header) -> Said:
    raw = read_statement(source, header)
    if raw is None:
        message = f"{source.name} lacks the erasure of entry {header.index}, which lasts; get the site whole."
        raise MalformedError(message, index=header.index)
    what = f"the statement of entry {header.index}"
    statement = parse_statement(open_envelope(raw, typ=STATEMENT, what=what).payload, what=what)
    return Said(header.index, header.statement, header.author, header.received, statement)


def _refuse_other(note: bytes, held: bytes) -> tuple[Checkpoint, Checkpoint]:
    """Return both checkpoints, once they are of one log and the one at hand is the later."""
    old, new = (parse_checkpoint(parse_note(raw).text) for raw in (note, held))
    if old.origin != new.origin:
        message = f"The bundle is of the log {old.origin}, and what is at hand of {new.origin}; give its own log."
        raise ConflictError(message, origin=old.origin, found=new.origin)
    if new.size < old.size:
        message = f"What is at hand has {new.size} entries, fewer than the bundle's {old.size}; give a later copy."
        raise ConflictError(message, size=new.size, expected=old.size)
    return old, new


def _addresses(old: Checkpoint, new: Checkpoint) -> Iterable[Address]:
    return (*edge_indexes(old.size), *consistency_indexes(old.size, new.size))


def _refuse_fork(old: Checkpoint, new: Checkpoint, nodes: Nodes, *, note: bytes, held: bytes) -> None:
    begins, proof = read_edge(old.size, nodes).root, prove_consistency(old.size, new.size, nodes)
    if not verify_consistency(old=old.size, new=new.size, proof=proof, old_root=begins, new_root=new.root):
        raise MalformedError("The tree at hand does not lead to the root of its own checkpoint; do not rely on it.")
    if begins != old.root:
        message = (
            f"The log {old.origin} at hand, of {new.size} entries, does not begin with the {old.size} of the bundle; "
            "keep both: they are proof of a fork."
        )
        facts = {"held": note.decode(), "served": held.decode(), "consistency": [format_hash(one) for one in proof]}
        raise ForkError(message, **facts)
