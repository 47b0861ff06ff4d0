"""An entry and a head as a store hands them up and down: bytes, and the columns that they are found by.

They stand here so that who asks (``service``) and who keeps (``store``) share them without knowing one another. Nothing
here is checked: what the bytes say is read through the same parsers as everything else.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from ledger.tlog.merkle import Hash

NOTHING_RECORDED: Final = "nothing recorded"
"""The value of the fact ``outcome`` of an error by which a store says that a commit certainly did not happen."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log ends.

    Attributes:
        size: number of entries.
        checkpoint: the signed checkpoint of that size; empty before the charter.
        received: of the last entry; empty before the charter.
    """

    size: int
    checkpoint: bytes
    received: str


EMPTY_HEAD: Final = Head(size=0, checkpoint=b"", received="")


class Row(NamedTuple):
    """One entry as a store keeps it.

    Attributes:
        index: its place.
        header: the header's line.
        leaf: its leaf hash.
        statement: the 32 bytes of the statement's digest.
        kind: as in the header, as are ``subject``, ``author`` and ``received``.
        jws: the statement as it was signed; None once it was erased.
        payload: the 32 bytes of the payload's digest; None once it was erased.
    """

    index: int  # type: ignore[assignment]  # a tuple has a method of that name, which nobody needs here
    header: bytes
    leaf: Hash
    statement: bytes
    kind: str
    subject: str
    author: str
    received: str
    jws: bytes | None
    payload: bytes | None
