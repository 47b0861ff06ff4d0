"""What an earlier audit's bundle holds that was erased since: a bundle keeps its answer, and its reader is told (R1).

A bundle made before an erasure verifies by itself for ever. Whoever has the log as it is now, and the erasures that it
holds beyond the bundle's checkpoint, is told which of its statements and files the operator has removed meanwhile.
Nothing here reads the log. Source: R1; design §2.3.
"""

from collections.abc import Sequence
from typing import BinaryIO

from ledger.assessment.erased import find_erased
from ledger.assessment.result import Erased
from ledger.assessment.view import Said
from ledger.audit.bundle import CHECKPOINT, open_bundle
from ledger.audit.held import held_headers, said_of
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
    headers = list(held_headers(archive))
    said = [one for header in headers if header.kind != "erasure" and (one := said_of(archive, header)) is not None]
    return find_erased((*said, *later), headers)
