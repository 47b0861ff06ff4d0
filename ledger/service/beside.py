"""What lies beside the log, held against it: checkpoints that witnesses cosigned, and timestamps (design §2.4, §2.5).

Neither is the log, and nothing of the log depends on them; but receipts, bundles and proven intervals do. So each is
held against the tree of its size, and against the keys and roots that count here. What is wrong is a finding; nothing
is changed, and nobody is asked.
"""

from collections.abc import Callable, Iterator, Sequence

from ledger.errors import PledgerError
from ledger.service.interval import Dating, tree_checkpoint
from ledger.service.ports import Reading
from ledger.service.stamp import held_timestamp
from ledger.tlog.checkpoint import open_checkpoint, parse_checkpoint
from ledger.tlog.finding import Finding
from ledger.tlog.note import VerifierKey, parse_note
from ledger.tlog.timestamp import is_installed

KeysAt = Callable[[int], tuple[VerifierKey, VerifierKey]]
"""Gives the keys that sign the log's checkpoint of a size."""

_COSIGNED = "C2SP tlog-cosignature"
_STAMPED = "RFC 3161 §2.4.2"


def check_beside(
    reading: Reading, dating: Dating, *, keys_at: KeysAt, witnesses: Sequence[VerifierKey]
) -> Iterator[Finding]:
    """Yield what is wrong with the cosigned checkpoints and the timestamps of a log, by size.

    Args:
        reading: a snapshot of the log; what is beside it may be of entries that came later, which is no fault.
        dating: what lies beside it.
        keys_at: the log's keys.
        witnesses: whose cosignatures count; of others nothing can be said.
    """
    head = reading.head()
    if not head.size:
        return
    origin = parse_checkpoint(parse_note(head.checkpoint).text).origin
    for size in (size for size in dating.sizes if 0 < size <= head.size):
        yield from _cosigned(reading, dating.cosigned(size) or b"", size, origin, keys=keys_at(size), known=witnesses)
    if dating.stamps is not None and is_installed():
        yield from _stamped(reading, dating, origin=origin, last=head.size)


def _cosigned(
    reading: Reading, note: bytes, size: int, origin: str, *, keys: tuple[VerifierKey, VerifierKey],
    known: Sequence[VerifierKey],
) -> Iterator[Finding]:  # fmt: skip
    subject = f"cosigned checkpoint {size}"
    try:
        signed = open_checkpoint(note, log=keys, witnesses=known)
    except PledgerError as error:
        yield Finding("cosigned.refused", subject, error.message, _COSIGNED)
        return
    if signed.checkpoint != tree_checkpoint(reading, size, origin=origin):
        sentence = f"What is kept as cosigned for {size} entries is not the checkpoint that the log has of them."
        yield Finding("cosigned.root-mismatch", subject, sentence, _COSIGNED)


def _stamped(reading: Reading, dating: Dating, *, origin: str, last: int) -> Iterator[Finding]:
    stamps = dating.stamps
    if stamps is None:
        return
    known = {one.name: one for one in dating.authorities}
    for size, name in stamps.held():
        if name not in known or not 0 < size <= last:
            continue  # nobody here says what its root is, or the snapshot ends before it
        if held_timestamp(stamps, known[name], tree_checkpoint(reading, size, origin=origin)) is None:
            sentence = (
                f"The timestamp of {name} over the checkpoint of {size} entries does not verify by its root; move the "
                "file away, and ask again with pledger log stamp."
            )
            yield Finding("stamped.refused", f"timestamp {size} of {name}", sentence, _STAMPED)
